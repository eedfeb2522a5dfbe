"""The postings of a segment in files of ours, for an engine whose library does not hand its own out.

| file | one entry per | holds |
|---|---|---|
| `posting_ends.i8` | stem of the segment | where its postings end in the two below |
| `posting_rows.u4` | posting, stem by stem | the row |
| `posting_counts.u4` | posting | how often: own text in the low half, title and heading, weighted, in the high half |
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kb_search.arrays import ABSENT, load_array
from kb_search.columns import Columns
from kb_search.engines.inversion import posting_blocks
from kb_search.engines.postings import NO_POSTINGS, Postings, unpacked
from kb_search.errors import REBUILD, IndexDamaged


def write_postings(folder: Path, columns: Columns) -> None:
    """Write the postings of a segment into a folder."""
    sizes = np.zeros(len(columns.stem_table), np.int64)
    with (folder / "posting_rows.u4").open("wb") as rows, (folder / "posting_counts.u4").open("wb") as counts:
        for block in posting_blocks(columns):
            sizes[block.stems] = block.sizes
            rows.write(block.rows.astype("<u4", copy=False).data)
            counts.write(block.counts.astype("<u4", copy=False).data)
    np.cumsum(sizes).astype("<i8").tofile(folder / "posting_ends.i8")


class PostingLists:
    """The postings of one segment, open. To be shared between threads."""

    def __init__(self, folder: Path, columns: Columns) -> None:
        """Open what `write_postings` wrote. Raises IndexDamaged where it does not fit the segment."""
        self._table = columns.stem_table
        self._ends = load_array(folder / "posting_ends.i8")
        self._rows = load_array(folder / "posting_rows.u4")
        self._counts = load_array(folder / "posting_counts.u4")
        last = int(self._ends[-1]) if len(self._ends) else 0
        if (len(self._ends), len(self._rows), len(self._counts)) != (len(self._table), last, last):
            raise IndexDamaged(f"The postings of the segment {folder.name} do not fit its passages. {REBUILD}")

    def of(self, stem: str) -> Postings:
        """The postings of a stem; empty where no row has it."""
        number = self._table.find(stem)
        if number == ABSENT:
            return NO_POSTINGS
        start, end = int(self._ends[number - 1]) if number else 0, int(self._ends[number])
        return unpacked(self._rows[start:end], self._counts[start:end])
