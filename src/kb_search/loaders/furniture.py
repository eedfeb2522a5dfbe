"""Running heads, running feet and page numbers: what is printed on page after page beside the text.

Only rows at the very top or bottom of a page count, and only if the same stands in the same place on other
pages; a number among it may go up by one from page to page. A line that is repeated in the text stays.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kb_search.loaders.layout import Line, Page, rows

#: A running head or foot has at most so many rows,
_MOST_ROWS = 3
#: stands in the outermost part of the page,
_MARGIN = 0.15
#: and on other pages at the same height, as a share of the page's.
_SAME_HEIGHT = 0.02
#: It is on so many pages, or on all of two.
_LEAST_PAGES = 3
#: and has so many characters if a number among them is the page's.
_LONGEST = 200
#: Larger letters than the text's are a heading's.
_LARGEST = 1.15

#: `Article 7` at the top of the seventh page is no page number where every article has a page of its own.
_NUMBERED_HEADING = re.compile(
    r"(?:article|chapter|section|part|annex|appendix|protocol|clause|artikel|kapitel|abschnitt|teil|chapitre|partie"
    r"|статья|глава|раздел|часть|приложение|madde|bölüm|maddə|fəsil|hissə|հոդված|գլուխ)\W{0,3}\d{1,4}\W{0,3}",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d{1,4}", re.ASCII)
_ROMAN = re.compile(r"(?=[ivxlc])(c{0,3})(xc|xl|l?x{0,3})(ix|iv|v?i{0,3})")
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


@dataclass(frozen=True, slots=True)
class Repeated:
    """Something that was printed again and again: how it reads (`#` for the page's number), on how many pages."""

    text: str
    pages: int


@dataclass(frozen=True, slots=True)
class _Key:
    """One way to compare a row: what must be the same, and how the row is shown where it is."""

    same: str
    shown: str


@dataclass(frozen=True, slots=True)
class _Row:
    """A row in a margin: its lines, its height as a share of the page's, and the ways to compare it."""

    page: int
    is_top: bool
    height: float
    lines: tuple[Line, ...]
    keys: tuple[_Key, ...]


def without_furniture(pages: Sequence[Page], body: float) -> tuple[list[Page], tuple[Repeated, ...]]:
    """The pages without running heads, feet and page numbers, and what these were.

    `body` is the size of the text's letters. If nothing else is printed at all, it is the text, and stays.
    """
    margins = [
        list(_margin(number, page, body, is_top=is_top))
        for number, page in enumerate(pages)
        for is_top in (True, False)
    ]
    known = _repeated([row for margin in margins for row in margin], len(pages))
    dropped: dict[int, set[Line]] = defaultdict(set)
    counts: Counter[str] = Counter()
    for margin in margins:
        for row in margin:
            key = next((key for key in row.keys if _is_near(row, known.get((key.same, row.is_top)))), None)
            if key is None:
                break
            dropped[row.page].update(row.lines)
            counts[key.shown] += 1
    kept = [
        replace(page, lines=tuple(line for line in page.lines if line not in dropped[number]))
        for number, page in enumerate(pages)
    ]
    if not any(page.lines for page in kept):
        return list(pages), ()
    return kept, tuple(Repeated(text, count) for text, count in counts.most_common())


def _margin(number: int, page: Page, body: float, *, is_top: bool) -> Iterator[_Row]:
    """The outermost rows of a page, from its edge inwards."""
    ordered = rows(page.lines)
    for row in (ordered if is_top else ordered[::-1])[:_MOST_ROWS]:
        height = row[0].y / page.height if page.height else 0.5
        if (1 - height if is_top else height) > _MARGIN or max(line.size for line in row) > _LARGEST * body:
            return
        yield _Row(number, is_top, height, tuple(row), tuple(_keys(row, number)))


def _keys(row: Sequence[Line], number: int) -> Iterator[_Key]:
    """What a row is compared by: as it reads, or with a number that goes up with the page.

    Where a row begins or ends with such a number, the rest may be another on each page, as the titles of
    chapters are.
    """
    text = " ".join(" ".join(line.text for line in row).split())
    yield _Key(text, text)
    found = list(_NUMBER.finditer(text))
    may_be_page = len(text) <= _LONGEST and not _NUMBERED_HEADING.fullmatch(text)
    for one in (found[-1:] + found[:1]) if may_be_page else ():
        shown, ahead = f"{text[: one.start()]}#{text[one.end() :]}", int(one[0]) - number
        yield _Key(f"{shown}\n{ahead}", shown)
        if one.start() == 0 or one.end() == len(text):
            yield _Key(f"\n{ahead} {'first' if one.start() == 0 else 'last'}", shown)
    if _ROMAN.fullmatch(text.lower()):
        yield _Key(f"\nroman {_from_roman(text.lower()) - number}", "#")


def _from_roman(text: str) -> int:
    values = [_ROMAN_VALUES[letter] for letter in text]
    return sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))


def _repeated(candidates: Sequence[_Row], pages: int) -> dict[tuple[str, bool], float]:
    """What rows have in common on enough pages, with the height at which they mostly stand."""
    heights: dict[tuple[str, bool], list[float]] = defaultdict(list)
    for row in candidates:
        for same in {key.same for key in row.keys}:
            heights[same, row.is_top].append(row.height)
    least = min(_LEAST_PAGES, max(pages, 2))
    middles = {key: sorted(found)[len(found) // 2] for key, found in heights.items() if len(found) >= least}
    return {
        key: middle
        for key, middle in middles.items()
        if sum(abs(height - middle) <= _SAME_HEIGHT for height in heights[key]) >= least
    }


def _is_near(row: _Row, height: float | None) -> bool:
    return height is not None and abs(row.height - height) <= _SAME_HEIGHT
