"""What a collection is made of: articles, their sections and the passages they are split into."""

from __future__ import annotations

import calendar
import hashlib
import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field, fields
from operator import attrgetter, itemgetter
from typing import NamedTuple

UNDATED = "undated"

_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
#: So much of what cannot be read as a date is repeated in a message.
_MOST_SHOWN = 40
_ARTICLE_ID_LENGTH = 12
_PASSAGE_TAIL_LENGTH = 8


@dataclass(frozen=True, slots=True, order=True)
class Date:
    """A publication date, known to the day, the month or the year.

    `month` and `day` are 0 where they are not known. Raises ValueError for a day that no calendar has.
    """

    year: int
    month: int = 0
    day: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.year <= 9999 or not 0 <= self.month <= 12 or (self.day and not self.month):
            raise ValueError(f"there is no date {self}")
        if self.day and not 1 <= self.day <= calendar.monthrange(self.year, self.month)[1]:
            raise ValueError(f"there is no date {self}")

    @classmethod
    def parse(cls, text: str) -> Date:
        """Read `2023`, `2023-11` or `2023-11-07` (ISO 8601); ValueError for anything else."""
        typed = text.strip()
        found = _ISO.fullmatch(typed)
        if not found:
            shown = typed if len(typed) <= _MOST_SHOWN else f"{typed[:_MOST_SHOWN]}…"
            raise ValueError(f"{shown!r} is not a date like 2023, 2023-11 or 2023-11-07")
        year, month, day = (int(part) if part else 0 for part in found.groups())
        if (found[2] and not month) or (found[3] and not day):
            raise ValueError(f"there is no date {typed}")
        return cls(year, month, day)

    @classmethod
    def from_number(cls, number: int) -> Date:
        """The date that `number` (see there) was made from."""
        return cls(number // 10000, number // 100 % 100, number % 100)

    @property
    def number(self) -> int:
        """The date as one integer, YYYYMMDD with 00 for what is not known; it sorts as the date does."""
        return self.year * 10000 + self.month * 100 + self.day

    @property
    def precision(self) -> str:
        """`day`, `month` or `year`."""
        return "day" if self.day else "month" if self.month else "year"

    @property
    def first(self) -> int:
        """The number of the earliest day that the date can mean."""
        return self.year * 10000 + (self.month or 1) * 100 + (self.day or 1)

    @property
    def last(self) -> int:
        """The number of the latest day that the date can mean."""
        month = self.month or 12
        return self.year * 10000 + month * 100 + (self.day or calendar.monthrange(self.year, month)[1])

    def __str__(self) -> str:
        parts = [f"{self.year:04}", *(f"{part:02}" for part in (self.month, self.day))]
        return "-".join(parts[: 3 if self.day else 2 if self.month else 1])


@dataclass(frozen=True, slots=True)
class Claim:
    """One value of a field and where it was found, such as `meta tag article:published_time`.

    `refused` says that it could not be believed; the reason is part of the origin.
    """

    value: str
    origin: str
    refused: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a field of an article has its value: the claim that won, and those that lost."""

    field: str
    value: str
    origin: str
    others: tuple[Claim, ...] = ()

    @property
    def conflicts(self) -> tuple[Claim, ...]:
        """The claims that contradict the one that won, in their order; those that were refused contradict nothing.

        Dates contradict each other if no day is in both (2023-11 and 2023-11-07 agree), other fields if they differ
        in more than case and white space.
        """
        believed = (claim for claim in self.others if not claim.refused) if self.value else ()
        return tuple(claim for claim in believed if not self._agrees(claim.value))

    def _agrees(self, other: str) -> bool:
        if self.field != "date":
            return " ".join(self.value.casefold().split()) == " ".join(other.casefold().split())
        try:
            mine, its = Date.parse(self.value), Date.parse(other)
        except ValueError:
            return True
        return its.first <= mine.last and mine.first <= its.last


#: The pages of a printed article: the offset in its text where each begins, and its label.
Pages = tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the offset in the article's text where what it heads begins."""

    title: str
    start: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text stands, of several places that have the very same one, and what was said of it there.

    `id` is the id that the article of this place alone would have, so that it can still be asked for by it.
    """

    id: str
    path: str
    row: str = ""
    title: str = ""
    source: str = ""
    date: Date | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """One document of the collection.

    `text` holds the body alone: title and headings stand in `title` and `sections`. `path` is relative to
    the collection, with `/`; `row` tells the articles of one file apart (empty where a file is one
    article). `untitled` says that `title` is only the shortened first sentence. Fields that nobody knows
    are empty (`date` is None). `pages` are the pages of a printed article: the offset in `text` where each
    begins, and its label, which is what is printed on it where the file says so (`iv`, `12`).
    `places` are all places where the identical text stands, the one that speaks for the article first; there
    are none where it is only this one.
    """

    id: str
    path: str
    title: str
    text: str
    row: str = ""
    untitled: bool = False
    sections: tuple[Section, ...] = ()
    source: str = ""
    date: Date | None = None
    author: str = ""
    url: str = ""
    language: str = ""
    format: str = ""
    evidence: tuple[Evidence, ...] = ()
    pages: Pages = ()
    places: tuple[Place, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """Every source that printed the article, each once, its own first; one empty name where nobody knows any."""
        named = dict.fromkeys(name for name in (self.source, *(place.source for place in self.places)) if name)
        return tuple(named) or ("",)

    def evidence_for(self, field: str) -> Evidence | None:
        """The evidence for one field, or None where nobody said anything about it."""
        return next((one for one in self.evidence if one.field == field), None)


#: Why a span of a passage is not indexed: it stands elsewhere in the article, or in many articles of its source, or in
#: a table of contents.
REPEATED, BOILERPLATE, CONTENTS = "repeated", "boilerplate", "contents"


class Silent(NamedTuple):
    """A span of a passage's text that is shown but not indexed, and why: `repeated`, `boilerplate` or `contents`."""

    start: int
    end: int
    why: str = REPEATED


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one article: what is indexed, ranked, shown and cited.

    `start` and `end` are character offsets into the article's text, and `text` is exactly what lies
    between them. `sentences` are the offsets within `text` where its sentences begin, `silent` the spans
    within `text` that are not indexed, in order and never overlapping.
    """

    id: str
    article: str
    ordinal: int
    start: int
    end: int
    text: str
    section: str = ""
    sentences: tuple[int, ...] = (0,)
    silent: tuple[Silent, ...] = ()

    def __reduce__(self) -> tuple[object, ...]:
        """As a call with its values, which pickles in two thirds of the time that the dataclass's own way takes."""
        return Passage, _passage_values(self)


_passage_values = attrgetter(*(field.name for field in fields(Passage)))


def page_at(pages: Pages, offset: int) -> str:
    """The label of the page on which the character at an offset of the text stands; empty where there are none."""
    before = bisect_right(pages, offset, key=itemgetter(0))
    return pages[before - 1][1] if before else ""


def pages_of(pages: Pages, passage: Passage) -> tuple[str, str]:
    """The labels of the first and of the last page of an article that one of its passages stands on.

    Both are empty where the article has no pages. White space around the passage stands on none.
    """
    text = passage.text.rstrip()
    first = passage.start + len(text) - len(text.lstrip())
    return page_at(pages, first), page_at(pages, max(first, passage.start + len(text) - 1))


def pages_within(pages: Pages, start: int, end: int) -> Pages:
    """Those pages of an article that a span of its text stands on."""
    first = bisect_right(pages, start, key=itemgetter(0)) - 1
    return pages[max(first, 0) : bisect_left(pages, end, key=itemgetter(0))]


def page_words(first: str, last: str) -> str:
    """`page 12`, `pages 12–13`; empty where there are no pages."""
    return f"pages {first}–{last}" if first != last and first else f"page {last}" if last else ""


#: All pairs of the letters of base32 (RFC 4648), in small ones: the library's own takes three times as long for an id.
_PAIRS = [one + other for one in "abcdefghijklmnopqrstuvwxyz234567" for other in "abcdefghijklmnopqrstuvwxyz234567"]


def article_id(path: str, row: str = "") -> str:
    """The lasting name of an article: 12 letters and digits, from its path (and row) in the collection."""
    return _digest(f"{path}\n{row}", _ARTICLE_ID_LENGTH)


def passage_id(article: str, text: str, repeat: int = 0) -> str:
    """The lasting name of a passage, from its article and its own words.

    White space does not count, so that re-wrapping a file changes nothing; `repeat` tells apart passages
    of one article that say the same (0 for the first).
    """
    # Words a space apart, as most texts have them between line ends, need not be taken apart for it. No other white
    # space can be printed.
    text = text.strip().replace("\n\n", " ").replace("\n", " ")
    tail = _digest(" ".join(text.split()) if "  " in text or not text.isprintable() else text, _PASSAGE_TAIL_LENGTH)
    return f"{article}-{tail}" + (f"-{repeat}" if repeat else "")


def article_of(passage: str) -> str:
    """The id of the article that a passage's id names."""
    return passage.partition("-")[0]


def _digest(text: str, length: int) -> str:
    raw = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    bits = 10 * -(-length // 2)  # two letters come of ten bits
    number = int.from_bytes(raw, "big") >> 8 * len(raw) - bits
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(bits - 10, -1, -10)])[:length]
