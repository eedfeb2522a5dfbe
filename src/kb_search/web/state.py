"""The state of a page: a request read out of a query string, and written back as addresses.

All state lives in the address. Pages, API and templates read and write it through `State` alone, so that a
link always means what the page that shows it meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from kb_search.document import UNDATED, Date
from kb_search.lexing import MAX_LENGTH
from kb_search.results import MATCHES, SORTS, Note, SearchRequest

#: Filters that may be given several times, and the fields of SearchRequest that hold them.
REPEATABLE = {
    "source": "sources",
    "not_source": "not_sources",
    "date": "dates",
    "not_date": "not_dates",
    "lang": "languages",
}
SINGLE = ("q", "since", "until", "article", "match", "variants", "sort", "fold", "copies", "page", "per_page")
#: More values of one filter than this are left out, with a note.
MAX_VALUES = 100
MAX_VALUE_LENGTH = 300
MAX_PER_PAGE = 200
MAX_PAGE = 999_999

_WHOLE_NUMBER = re.compile("[0-9]{1,6}", re.ASCII)
_OPPOSITE = {"source": "not_source", "not_source": "source", "date": "not_date", "not_date": "date"}


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter that is on: the parameter's name and the value it has in an address."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class State:
    """A request and how it is written as an address.

    `problems` are the values that could not be read, `unknown` the parameters that no search has; `request`
    is the question without them. The methods that change something give a new state, back on the first page
    of results.
    """

    request: SearchRequest
    problems: tuple[Note, ...] = ()
    unknown: tuple[Note, ...] = ()
    #: What `per_page` and `fold` are when the address does not say; such values are not written.
    per_page: int = 10
    fold: bool = False

    @classmethod
    def read(cls, pairs: Iterable[tuple[str, str]], per_page: int = 10, *, fold: bool = False) -> State:
        """Read the parameters of a query string, decoded, in their order. Never raises."""
        reader = _Reader(pairs)
        asked_fold = reader.choice("fold", ("1", "0") if fold else ("0", "1")) == "1"
        request = SearchRequest(
            text=reader.single("q"),
            sources=reader.values("source"),
            not_sources=reader.values("not_source"),
            dates=reader.dates("date"),
            not_dates=reader.dates("not_date"),
            languages=reader.values("lang"),
            article=reader.single("article"),
            match=reader.choice("match", MATCHES),
            variants=reader.choice("variants", ("on", "off")) == "on",
            sort=reader.choice("sort", SORTS),
            fold=reader.choice("copies", ("folded", "all")) == "folded" and asked_fold,
            page=reader.number("page", 1, MAX_PAGE),
            per_page=reader.number("per_page", per_page, MAX_PER_PAGE),
        )
        since, until = reader.date("since"), reader.date("until")
        if since and until and since.first > until.last:
            reader.problem("since", str(since), f"is later than until={until}, so neither can be used")
            since = until = None
        asked = replace(request, since=since, until=until)
        return cls(asked, tuple(reader.problems), tuple(reader.unknown()), per_page, fold)

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """All parameters that differ from their default, in an order that never changes."""
        asked = self.request
        repeated = ((name, value) for name, field in REPEATABLE.items() for value in getattr(asked, field))
        written = [("since", str(asked.since or "")), ("until", str(asked.until or ""))]
        written += [("article", asked.article)]
        written += [("match", asked.match if asked.match != MATCHES[0] else "")]
        written += [("variants", "" if asked.variants else "off")]
        written += [("sort", asked.sort if asked.sort != SORTS[0] else "")]
        if asked.fold != self.fold:
            written += [("fold", "1") if asked.fold else ("copies", "all")]
        written += [("per_page", str(asked.per_page) if asked.per_page != self.per_page else "")]
        written += [("page", str(asked.page) if asked.page > 1 else "")]
        return (*self._words(), *repeated, *((name, value) for name, value in written if value))

    def _words(self) -> tuple[tuple[str, str], ...]:
        """The words of the query; what the parser would not read of them need not be carried along."""
        return (("q", self.request.text[:MAX_LENGTH]),) if self.request.text else ()

    def inputs(self, *without: str) -> tuple[tuple[str, str], ...]:
        """What a form must carry along besides the fields it shows (`without`); a new question is page 1."""
        return tuple(pair for pair in self.pairs() if pair[0] not in (*without, "page"))

    def url(self, path: str = "/search") -> str:
        """The address of this state on a page of this site."""
        query = urlencode(self.pairs(), errors="replace")
        return f"{path}?{query}" if query else path

    def filters(self) -> tuple[Filter, ...]:
        """The filters that are on, in the order of the address."""
        names = {*REPEATABLE, "since", "until", "article"}
        return tuple(Filter(name, value) for name, value in self.pairs() if name in names)

    def adding(self, name: str, value: str) -> State:
        """With one value more of a repeatable filter; its opposite filter lets go of the value."""
        changes = self._dropping(name, value)
        changes[REPEATABLE[name]] = (*changes[REPEATABLE[name]], value)
        return self._with(**changes)

    def without(self, name: str, value: str) -> State:
        """Without one value of a filter and of its opposite; of a single filter, without the filter."""
        if name not in REPEATABLE:
            return self._with(**{name: "" if name == "article" else None})
        return self._with(**self._dropping(name, value))

    def between(self, since: Date | None, until: Date | None) -> State:
        """Narrowed to the days from one date to another, both included."""
        return self._with(since=since, until=until)

    def within(self, article: str) -> State:
        """Narrowed to one article."""
        return self._with(article=article)

    def cleared(self) -> State:
        """The same words, without any filter."""
        empty = dict.fromkeys(REPEATABLE.values(), ())
        return self._with(**empty, since=None, until=None, article="")

    def cleared_dates(self) -> State:
        """Without any filter of dates."""
        return self._with(dates=(), not_dates=(), since=None, until=None)

    def asking(self, text: str) -> State:
        """The same filters, with other words."""
        return self._with(text=text)

    def matching(self, match: str) -> State:
        """With `all` or `any` of the words."""
        return self._with(match=match)

    def without_variants(self) -> State:
        """With names found only as they are typed."""
        return self._with(variants=False)

    def with_variants(self) -> State:
        """With other spellings of names."""
        return self._with(variants=True)

    def sorted_by(self, sort: str) -> State:
        """In another order."""
        return self._with(sort=sort)

    def folding(self, fold: bool) -> State:  # noqa: FBT001 - the only thing that it says
        """With near-duplicates folded into one, or with all of them."""
        return self._with(fold=fold)

    def at_page(self, page: int) -> State:
        """On another page of the same results."""
        return self._with(page=page)

    def _dropping(self, name: str, value: str) -> dict[str, tuple[str, ...]]:
        fields = (REPEATABLE[one] for one in (name, _OPPOSITE.get(name, name)))
        return {field: tuple(v for v in getattr(self.request, field) if v != value) for field in fields}

    def _with(self, **changes: object) -> State:
        values: dict[str, object] = {"page": 1, **changes}
        return replace(self, request=replace(self.request, **values))  # type: ignore[arg-type] # names are ours


class _Reader:
    """Reads parameters one by one; `problems` says which could not be read."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._given: dict[str, list[str]] = {}
        self.problems: list[Note] = []
        for name, value in pairs:
            self._given.setdefault(name, []).append(value)

    def unknown(self) -> Iterator[Note]:
        names = [name for name in self._given if name not in REPEATABLE and name not in SINGLE]
        for name in names[:MAX_VALUES]:
            yield _left_out(name, self._given[name][0], "was left out: a search has no such parameter")

    def problem(self, name: str, value: str, why: str) -> None:
        self.problems.append(_left_out(name, value, why))

    def single(self, name: str) -> str:
        given = self._given.get(name, [""])
        if len(given) > 1:
            self.problem(name, given[-1], f"cannot be used: only the first {name} counts")
        if name != "q" and len(given[0]) > MAX_VALUE_LENGTH:
            self.problem(name, given[0], "is too long to be used")
            return ""
        return given[0].strip() if name != "q" else given[0]

    def values(self, name: str) -> tuple[str, ...]:
        given = [value for value in dict.fromkeys(self._given.get(name, [])) if value.strip()]
        kept = [value for value in given if len(value) <= MAX_VALUE_LENGTH]
        if len(kept) < len(given):
            self.problem(name, max(given, key=len), "is too long to be used")
        if len(kept) > MAX_VALUES:
            why = f"cannot be used: a search takes at most {MAX_VALUES} values of {name}"
            self.problem(name, kept[MAX_VALUES], why)
        return tuple(kept[:MAX_VALUES])

    def dates(self, name: str) -> tuple[str, ...]:
        read = (self._date(name, value) for value in self.values(name))
        return tuple(dict.fromkeys(str(one) for one in read if one))

    def date(self, name: str) -> Date | None:
        value = self.single(name)
        read = self._date(name, value) if value else None
        if read == UNDATED:
            self.problem(name, value, "cannot be used: write date=undated for what has no date")
        return read if isinstance(read, Date) else None

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self.single(name) or allowed[0]
        if value not in allowed:
            self.problem(name, value, f"cannot be used: choose {' or '.join(allowed)}")
            return allowed[0]
        return value

    def number(self, name: str, default: int, highest: int) -> int:
        value = self.single(name)
        if not value:
            return default
        if not _WHOLE_NUMBER.fullmatch(value) or not 1 <= int(value) <= highest:
            self.problem(name, value, f"cannot be used: it takes a whole number from 1 to {highest:,}")
            return default
        return int(value)

    def _date(self, name: str, value: str) -> Date | str | None:
        if value.strip().lower() == UNDATED:
            return UNDATED
        try:
            return Date.parse(value)
        except ValueError as error:
            self.problem(name, value, f"cannot be used: {error}")
            return None


def _left_out(name: str, value: str, why: str) -> Note:
    typed = f"{_short(name)}={_short(value)}"
    return Note("ignored", typed, 0, 0, f"{typed} {why}.")


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
