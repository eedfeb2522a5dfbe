"""The postings of a segment in files of ours, for an engine whose library does not hand its own out.

| file | one entry per | holds |
|---|---|---|
| `posting_ends.i8` | stem of the segment | where its postings end in the two below |
| `posting_rows.u4` | posting, stem by stem | the row |
| `posting_counts.u4` | posting | how often: own text in the low half, title and heading, weighted, in the high half |
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from kb_search.arrays import ABSENT, Longs, load_array
from kb_search.columns import Columns
from kb_search.engines.inversion import Part, parts
from kb_search.engines.postings import NO_POSTINGS, Postings, packed, unpacked
from kb_search.errors import REBUILD, IndexDamaged

#: Numbers of postings that a reader keeps unpacked, at 16 bytes each.
_CACHED = 1 << 22


def write_postings(folder: Path, columns: Columns) -> None:
    """Write the postings of a segment into a folder. Parts of a large one wait on disk until all are counted."""
    stems = len(columns.stem_table)
    with ExitStack() as stack:
        waiting = [_Waiting(part, stems, stack) for part in parts(columns)]
        ends = np.cumsum(np.sum([one.counts for one in waiting], axis=0))
        ends.astype("<i8").tofile(folder / "posting_ends.i8")
        for name in ("rows", "counts"):
            starts = np.concatenate(([0], ends[:-1])).astype(np.int64)
            merged = _new_array(folder / f"posting_{name}.u4", int(ends[-1]))
            for one in waiting:
                merged[one.places(starts)] = one.read(name)
                starts += one.counts


def _new_array(path: Path, length: int) -> NDArray[np.uint32]:
    """An array in a file, to be filled in any order without holding it in memory."""
    path.touch()
    return np.memmap(path, "<u4", "r+", shape=(length,)) if length else np.empty(0, np.uint32)


class _Waiting:
    """The postings of some rows in two files, until all parts of a segment are counted."""

    def __init__(self, part: Part, stems: int, stack: ExitStack) -> None:
        self.counts: Longs = np.bincount(part.stems, minlength=stems).astype(np.int64)
        self._files: dict[str, IO[bytes]] = {}
        for name, values in (("rows", part.rows), ("counts", packed(part.own, part.context))):
            file = stack.enter_context(tempfile.TemporaryFile(prefix="kb-search-"))  # noqa: SIM115 - `stack` closes it
            self._files[name] = file
            file.write(values.astype("<u4", copy=False).data)

    def places(self, starts: Longs) -> Longs:
        """Where the postings go, if those of each stem begin at `starts`."""
        before = np.cumsum(self.counts) - self.counts
        places: Longs = np.arange(self.counts.sum()) + np.repeat(starts - before, self.counts)
        return places

    def read(self, name: str) -> NDArray[np.uint32]:
        """One of the two arrays."""
        file = self._files[name]
        file.seek(0)
        return np.frombuffer(file.read(), "<u4")


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
        self._known: dict[str, Postings] = {}
        self._kept = 0

    def of(self, stem: str) -> Postings:
        """The postings of a stem; empty where no row has it."""
        found = self._known.get(stem)
        if found is None:
            found = self._read(stem)
            self._keep(stem, found)
        return found

    def _read(self, stem: str) -> Postings:
        number = self._table.find(stem)
        if number == ABSENT:
            return NO_POSTINGS
        start, end = int(self._ends[number - 1]) if number else 0, int(self._ends[number])
        return unpacked(self._rows[start:end], self._counts[start:end])

    def _keep(self, stem: str, found: Postings) -> None:
        # Two threads may both read a stem: one of the two is kept, and the sum of what is kept errs on the safe side.
        if self._kept + len(found.rows) > _CACHED:
            self._known, self._kept = {}, 0
        self._known[stem] = found
        self._kept += len(found.rows)
