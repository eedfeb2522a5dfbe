"""A segment turned round: from the words of each passage to the passages of each stem.

What any engine that is handed finished postings needs. Words and passages are counted in numpy, a bounded number of
words at a time, so that no list of postings is ever made word by word.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from typing import IO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb_search.arrays import Ints
from kb_search.columns import Columns, spread
from kb_search.engines.base import FIELD_WEIGHTS
from kb_search.engines.postings import Postings

#: Words inverted at once; 2 million keep the peak of memory near 100 MB.
_WORDS_AT_ONCE = 1 << 21
_ENTRY = np.dtype([("row", "<u4"), ("own", "<u4"), ("context", "<u4")])


def posting_lists(columns: Columns) -> Iterator[tuple[bytes, Postings]]:
    """Each stem of a segment, in the order of its bytes, with its postings; a stem that no passage has is left out.

    Parts of a large segment wait on disk, and each is read once from its beginning to its end.
    """
    with ExitStack() as stack:
        waiting = [_waiting(part, len(columns.stem_table), stack) for part in parts(columns)]
        for number in range(len(columns.stem_table)):
            cuts = [one.next(number) for one in waiting]
            entries = cuts[0] if len(cuts) == 1 else np.concatenate(cuts)
            if len(entries):
                columns_of = (np.ascontiguousarray(entries[name]) for name in ("row", "own", "context"))
                yield columns.stem_table.raw(number), Postings(*columns_of)


class _Waiting:
    """The postings of some rows in a file, to be read stem by stem."""

    def __init__(self, file: IO[bytes], counts: NDArray[np.int64]) -> None:
        self._file = file
        self._counts = counts

    def next(self, stem: int) -> NDArray[np.void]:
        """The entries of a stem; stems are asked for in their order."""
        count = int(self._counts[stem])
        return np.frombuffer(self._file.read(count * _ENTRY.itemsize), _ENTRY)


def _waiting(part: Part, stems: int, stack: ExitStack) -> _Waiting:
    """Put the postings of some rows on disk until `stack` is closed."""
    entries = np.empty(len(part.rows), _ENTRY)
    entries["row"], entries["own"], entries["context"] = part.rows, part.own, part.context
    file = stack.enter_context(tempfile.TemporaryFile(prefix="kb-search-"))  # noqa: SIM115 - `stack` closes it
    file.write(entries.tobytes())
    file.seek(0)
    return _Waiting(file, np.bincount(part.stems, minlength=stems))


def parts(columns: Columns) -> Iterator[Part]:
    """The postings of a segment, a bounded number of words at a time, from its first row to its last."""
    for first, last in _spans(columns):
        yield _part(columns, first, last)


def _spans(columns: Columns) -> Iterator[tuple[int, int]]:
    """Runs of rows that hold a bounded number of words each."""
    first, starts = 0, columns.starts
    while first < columns.rows:
        last = int(np.searchsorted(starts, starts[first] + _WORDS_AT_ONCE, "right")) - 1
        last = min(max(last, first + 1), columns.rows)
        yield first, last
        first = last


class Part(NamedTuple):
    """All postings of some rows, one entry each, ordered by stem and row."""

    stems: Ints
    rows: NDArray[np.uint32]
    own: NDArray[np.uint32]
    context: NDArray[np.uint32]


def _part(columns: Columns, first: int, last: int) -> Part:
    start, end = int(columns.starts[first]), int(columns.starts[last])
    places = start + np.flatnonzero(columns.forms[start:end])
    own = _Counted.of(columns.stems_at(places), columns.row_at(places), last)
    context = _context(columns, np.arange(first, last, dtype=np.int32), last)
    keys = _united(own.keys, context.keys)
    return Part(
        stems=(keys // last).astype(np.int32),
        rows=(keys % last).astype(np.uint32),
        own=own.at(keys).astype(np.uint32),
        context=context.at(keys).astype(np.uint32),
    )


def _context(columns: Columns, rows: Ints, size: int) -> _Counted:
    """The weighted frequencies of title and heading words for some rows."""
    headed = rows[columns.row_heading[rows] >= 0]
    titles = _heads(columns, rows, columns.row_article[rows])
    headings = _heads(columns, headed, columns.articles + columns.row_heading[headed])
    title = _Counted.of(*titles, size).times(FIELD_WEIGHTS.title)
    heading = _Counted.of(*headings, size).times(FIELD_WEIGHTS.section)
    keys = _united(title.keys, heading.keys)
    return _Counted(keys, title.at(keys) + heading.at(keys))


def _heads(columns: Columns, rows: Ints, heads: Ints) -> tuple[Ints, Ints]:
    """The stems of each row's title or heading, and the row for each."""
    places, index = spread(columns.head_starts, heads)
    owner = rows[index]
    return columns.stem_of[columns.row_language[owner], columns.heads[places]], owner


class _Counted(NamedTuple):
    """Pairs of stem and row as one number each (stem × size + row), rising, and how often each came."""

    keys: NDArray[np.int64]
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, stems: NDArray[np.int32], rows: NDArray[np.int32], size: int) -> _Counted:
        """Count pairs; `size` is above every row."""
        keys, counts = np.unique(stems.astype(np.int64) * size + rows, return_counts=True)
        return cls(keys, counts)

    def times(self, weight: int) -> _Counted:
        """The counts multiplied."""
        return _Counted(self.keys, self.counts * weight)

    def at(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """The counts of some keys, 0 for those that did not come."""
        if not len(self.keys):
            return np.zeros(len(keys), np.int64)
        places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[places] == keys, self.counts[places], 0)


def _united(keys: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.int64]:
    """Two rising arrays as one, each value once."""
    # A stable sort merges them; np.union1d hashes every value and took a hundred times as long on four million.
    together = np.concatenate((keys, others))
    together.sort(kind="stable")
    return together[np.flatnonzero(np.diff(together, prepend=-1))]
