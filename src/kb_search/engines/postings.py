"""The postings of a term: which rows of a segment have it, and how often; and what is asked of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb_search.arrays import Ints, Mask

Counts = NDArray[np.uint32]

_HALF = 16
_MOST = (1 << _HALF) - 1


class Postings(NamedTuple):
    """The rows that have a term, rising, with its frequency in the own text and, weighted, in title and heading."""

    rows: NDArray[np.integer]
    own: Counts
    context: Counts


NO_POSTINGS = Postings(np.empty(0, np.intp), np.empty(0, np.uint32), np.empty(0, np.uint32))


def packed(own: Counts, context: Counts) -> Counts:
    """Frequencies as they are kept in files: own text in the low half, title and heading in the high half."""
    both: Counts = np.minimum(own, _MOST) | np.minimum(context, _MOST) << np.uint32(_HALF)
    return both


def unpacked(rows: NDArray[np.uint32], both: Counts) -> Postings:
    """Postings from rows, and frequencies that were packed."""
    # Rows of any other type numpy would have to copy each time that something is picked out by them.
    return Postings(rows.astype(np.intp), both & np.uint32(_MOST), both >> np.uint32(_HALF))


def count_together(lists: Sequence[Postings], there: Mask | None) -> int:
    """In how many rows of a segment one of some terms stands; `there` are the rows that count, None for all."""
    if len(lists) == 1:
        rows = lists[0].rows
        return len(rows) if there is None else int(np.count_nonzero(there[rows]))
    seen = np.zeros(1 + max((int(one.rows[-1]) for one in lists if len(one.rows)), default=-1), np.bool_)
    for one in lists:
        seen[one.rows] = True
    return int(np.count_nonzero(seen if there is None else seen & there[: len(seen)]))


def looked_up(found: Postings, wanted: NDArray[np.intp]) -> tuple[Ints, Ints]:
    """How often a term stands in the own text of some rows, and in title and heading."""
    if not len(found.rows):
        return np.zeros(len(wanted), np.int32), np.zeros(len(wanted), np.int32)
    at = np.minimum(found.rows.searchsorted(wanted), len(found.rows) - 1)
    there = found.rows[at] == wanted
    return (found.own[at] * there).astype(np.int32), (found.context[at] * there).astype(np.int32)
