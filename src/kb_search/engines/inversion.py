"""A segment turned round: from the words of each passage to the passages of each stem.

What any engine that is handed finished postings needs. Words and passages are counted in numpy, a bounded number of
them at a time, so that no posting is ever made by itself. A posting is a row and its two frequencies, packed as
`postings` says.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from typing import IO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb_search.arrays import Ints, Longs
from kb_search.columns import Columns, spread
from kb_search.engines.base import FIELD_WEIGHTS
from kb_search.engines.postings import Counts, packed

#: Words inverted at once; 2 million keep the peak of memory near 100 MB.
_WORDS_AT_ONCE = 1 << 21
#: Postings handed over at once, if no stem has more.
_POSTINGS_AT_ONCE = 1 << 20
#: Where a word stands, in the last two bits of its entry.
_OWN, _TITLE, _HEADING = range(3)
_KIND_BITS, _KINDS = 2, 3


class Block(NamedTuple):
    """The postings of some stems, one stem after the other, those of each in the order of their rows.

    `stems` are the numbers of the stems, rising, and `ends` is where the postings of each end; no stem is without any.
    """

    stems: Ints
    ends: Longs
    rows: NDArray[np.uint32]
    counts: Counts

    @property
    def sizes(self) -> Longs:
        """How many postings each stem has."""
        sizes: Longs = np.diff(self.ends, prepend=0)
        return sizes


def posting_blocks(columns: Columns) -> Iterator[Block]:
    """All postings of a segment, from its first stem to its last.

    Parts of a large segment wait on disk, and each is read once from its beginning to its end.
    """
    stems = len(columns.stem_table)
    with ExitStack() as stack:
        spans = _spans(columns.starts, _WORDS_AT_ONCE)
        waiting = [_Waiting(_part(columns, first, last), stems, stack) for first, last in spans]
        ends = np.cumsum(sum((one.sizes for one in waiting), np.zeros(stems, np.int64)))
        for first, last in _spans(np.concatenate(([0], ends)), _POSTINGS_AT_ONCE):
            yield _block([one.next(first, last) for one in waiting])


def _spans(starts: Longs, most: int) -> Iterator[tuple[int, int]]:
    """Runs of lists that have so many entries together at most, or are one; each list begins where the one before ends.

    `starts` has one more, where the last ends.
    """
    first = 0
    while first < len(starts) - 1:
        last = max(int(np.searchsorted(starts, starts[first] + most, "right")) - 1, first + 1)
        yield first, last
        first = last


class _Part(NamedTuple):
    """All postings of some rows, ordered by stem and row."""

    stems: Ints
    rows: NDArray[np.uint32]
    counts: Counts


def _block(parts: list[_Part]) -> Block:
    """The postings of some stems, from parts that are in the order of their rows."""
    stems, rows, counts = (np.concatenate(some) for some in zip(*parts, strict=True))
    if len(parts) > 1:
        order = np.argsort(stems, kind="stable")
        stems, rows, counts = stems[order], rows[order], counts[order]
    ends = np.flatnonzero(np.diff(stems, append=-1)) + 1
    return Block(stems[ends - 1], ends, rows, counts)


class _Waiting:
    """A part in a file, to be read a run of stems at a time, in their order."""

    def __init__(self, part: _Part, stems: int, stack: ExitStack) -> None:
        """Put a part on disk, until `stack` is closed."""
        self.sizes: Longs = np.bincount(part.stems, minlength=stems).astype(np.int64)
        self._files: list[IO[bytes]] = []
        for values in (part.rows, part.counts):
            file = stack.enter_context(tempfile.TemporaryFile(prefix="kb-search-"))  # noqa: SIM115 - `stack` closes it
            self._files.append(file)
            file.write(values.data)
            file.seek(0)

    def next(self, first: int, last: int) -> _Part:
        """The postings of the stems from `first` up to `last` (not included)."""
        stems = np.repeat(np.arange(first, last, dtype=np.int32), self.sizes[first:last])
        rows, counts = (np.frombuffer(file.read(len(stems) * 4), np.uint32) for file in self._files)
        return _Part(stems, rows, counts)


def _part(columns: Columns, first: int, last: int) -> _Part:
    entries = np.concatenate([
        _entries(_OWN, *_own(columns, first, last), last),
        *(_entries(*heads, last) for heads in _all_heads(columns, np.arange(first, last, dtype=np.int32))),
    ])  # fmt: skip
    entries.sort(kind="stable")  # the words of a row stand together: two thirds of the time of the usual sort
    kinds, keys = entries & _KINDS, entries >> _KIND_BITS
    runs = np.flatnonzero(np.diff(keys, prepend=-1))
    keys, bits = keys[runs], last.bit_length()
    weights = np.array([0, FIELD_WEIGHTS.title, FIELD_WEIGHTS.section], np.uint32)
    own = np.add.reduceat(kinds == _OWN, runs, dtype=np.uint32)
    context = np.add.reduceat(weights[kinds], runs, dtype=np.uint32)
    return _Part(
        stems=(keys >> bits).astype(np.int32),
        rows=(keys & (1 << bits) - 1).astype(np.uint32),
        counts=packed(own, context),
    )


def _entries(kind: int, stems: Ints, rows: Ints, most: int) -> Longs:
    """Stem, row and kind of each word as one number, so that sorting brings together what is counted together.

    `most` is as large as any row.
    """
    keys: Longs = (stems.astype(np.int64) << most.bit_length() | rows) << _KIND_BITS | kind
    return keys


def _own(columns: Columns, first: int, last: int) -> tuple[Ints, Ints]:
    """The stems of the own words of some rows, and the row of each."""
    starts = columns.starts[first : last + 1]
    places = starts[0] + np.flatnonzero(columns.forms[starts[0] : starts[-1]])
    rows = np.repeat(np.arange(first, last, dtype=np.int32), np.diff(starts))
    return columns.stems_at(places), rows[places - starts[0]]


def _all_heads(columns: Columns, rows: Ints) -> Iterator[tuple[int, Ints, Ints]]:
    """The words of the titles and of the headings of some rows: their kind, their stems, and the row of each."""
    headed = rows[columns.row_heading[rows] >= 0]
    yield _TITLE, *_heads(columns, rows, columns.row_article[rows])
    yield _HEADING, *_heads(columns, headed, columns.articles + columns.row_heading[headed])


def _heads(columns: Columns, rows: Ints, heads: Ints) -> tuple[Ints, Ints]:
    """The stems of each row's title or heading, and the row for each."""
    places, index = spread(columns.head_starts, heads)
    owner = rows[index]
    return columns.stem_of[columns.row_language[owner], columns.heads[places]], owner
