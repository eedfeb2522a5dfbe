"""Lines on a printed page: in which order they are read, and which of them are running heads.

A program that writes pages mostly writes the lines in the order of reading, so that order is kept where
nothing speaks against it. Where a later line stands above an earlier one of the same column, or two columns
of prose are written across, line by line, the page is cut along its gutters instead, as an XY-cut does (G.
Nagy and S. Seth, Hierarchical Representation of Optically Scanned Documents, ICPR 1984), with lines that
cross a gutter as the borders between what stands above and below them.

Lengths are in points, with y growing upwards.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise

#: A page with more pieces of lines is no page of prose; it stays in the order it was written in.
MOST_LINES = 3000
#: Columns within columns within columns: no page has more.
_DEEPEST = 6
#: So many lines stand at least on each side of a gutter.
_LEAST_BESIDE = 3
#: So large a share of the lines may cross a gutter: titles, captions, tables.
_MOST_ACROSS = 0.3
#: Two columns written across are told from a table by their lines, which have so many words and go on, in
#: small letters, from the line above: 0.6 to 0.9 of the lines of prose do, few cells of a table.
_WORDS_OF_PROSE, _SHARE_THAT_GOES_ON = 3, 0.4


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of a line without wide gaps: its text, where it begins and ends, its baseline and its letters."""

    text: str
    left: float
    right: float
    y: float
    size: float
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of one page, its label (the printed page number, where the file says it), and its height."""

    label: str
    height: float
    lines: tuple[Line, ...]


def body_size(pages: Iterable[Page]) -> float:
    """The size of letters that most of the text has."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            sizes[round(line.size, 1)] += len(line.text)
    return max(sizes, key=lambda size: (sizes[size], size), default=0.0)


def same_row(one: Line, other: Line) -> bool:
    """Whether two pieces stand on one baseline."""
    return abs(one.y - other.y) <= 0.4 * min(one.size, other.size)


def reading_order(lines: Sequence[Line]) -> list[Line]:
    """The lines of a page in the order of reading; pieces that stand beside each other are one line again."""
    if len(lines) <= MOST_LINES and (_goes_back(lines) or _is_written_across(lines)):
        lines = _by_columns(lines, _DEEPEST)
    return _rejoined(lines)


def _goes_back(lines: Sequence[Line]) -> bool:
    """Whether a line stands above the one before it, in the same column."""
    return any(
        after.y > before.y + max(before.size, after.size)
        and min(before.right, after.right) > max(before.left, after.left)
        for before, after in pairwise(lines)
    )


def _is_written_across(lines: Sequence[Line]) -> bool:
    """Whether two columns of prose were written line by line across the page."""
    pairs = [(one, two) for one, two in pairwise(lines) if same_row(one, two) and two.left > one.right]
    gutter = _gutter(lines) if len(pairs) > _LEAST_BESIDE else None
    if gutter is None:
        return False
    beside = [(one, two) for one, two in pairs if one.right <= gutter <= two.left]
    return len(beside) > _LEAST_BESIDE and all(_is_prose(column) for column in zip(*beside, strict=True))


def _is_prose(column: Sequence[Line]) -> bool:
    words = sum(len(line.text.split()) for line in column) / len(column)
    going_on = sum(line.text[:1].islower() for line in column) / len(column)
    return words >= _WORDS_OF_PROSE and going_on >= _SHARE_THAT_GOES_ON


def _by_columns(lines: Sequence[Line], depth: int) -> list[Line]:
    """The lines from top to bottom, column by column wherever the page has columns."""
    gutter = _gutter(lines) if depth else None
    if gutter is None:
        return list(chain.from_iterable(rows(lines)))
    ordered: list[Line] = []
    band: list[Line] = []
    for line in chain.from_iterable(rows(lines)):
        if line.left < gutter < line.right:
            ordered += [*_beside(band, gutter, depth), line]
            band = []
        else:
            band.append(line)
    return ordered + _beside(band, gutter, depth)


def _beside(band: Sequence[Line], gutter: float, depth: int) -> list[Line]:
    """What stands left of a gutter, then what stands right of it."""
    left = [line for line in band if line.right <= gutter]
    right = [line for line in band if line.right > gutter]
    return _by_columns(left, depth - 1) + _by_columns(right, depth - 1)


def rows(lines: Iterable[Line]) -> list[list[Line]]:
    """What stands on one baseline, from left to right; rows from top to bottom."""
    found: list[list[Line]] = []
    for line in sorted(lines, key=lambda one: -one.y):
        if found and same_row(found[-1][0], line):
            found[-1].append(line)
        else:
            found.append([line])
    return [sorted(row, key=lambda one: one.left) for row in found]


def _gutter(lines: Sequence[Line]) -> float | None:
    """Where a page is cut from top to bottom: the place that fewest lines cross, and the widest of these."""
    lefts, rights = sorted(line.left for line in lines), sorted(line.right for line in lines)
    best: tuple[int, float] | None = None
    where = None
    for right in sorted(set(rights)):
        ended, begun = bisect_right(rights, right), bisect_left(lefts, right)
        beyond = len(lines) - begun
        crossed = len(lines) - ended - beyond
        if min(ended, beyond) < _LEAST_BESIDE or crossed > _MOST_ACROSS * len(lines):
            continue
        width = lefts[begun] - right
        if width > 0 and (best is None or (crossed, -width) < best):
            best, where = (crossed, -width), right + width / 2
    return where


def _rejoined(lines: Iterable[Line]) -> list[Line]:
    joined: list[Line] = []
    for line in lines:
        last = joined[-1] if joined else None
        if last and same_row(last, line) and line.left >= last.right:
            bold = last.bold and line.bold
            joined[-1] = replace(last, text=f"{last.text} {line.text}", right=line.right, bold=bold)
        else:
            joined.append(line)
    return joined
