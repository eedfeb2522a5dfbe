"""Learns the space of `latent` from counts of stems in passages.

Of the matrix of log(1 + frequency) · idf the strongest DIMENSIONS directions are kept (truncated singular value
decomposition: S. Deerwester and others, "Indexing by latent semantic analysis", JASIS 41(6), 1990). Nothing is
downloaded, and a build of the same articles gives the same space.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, svds
from threadpoolctl import threadpool_limits

from kb_search.arrays import Ints
from kb_search.latent import DIMENSIONS, StemCounts, Vectors

#: A stem that stands in fewer passages has nothing to be near to. 2, 3 and 5 were tried.
_LEAST_FREQUENCY = 2
#: Directions weaker than this share of the strongest are rounding errors.
_WEAKEST = 1e-4
#: How exact the directions are. Of 26,439 passages this took 392 products with the matrix instead of 458 with 0.01, and
#: the cosines of pairs were the same but for .0002 in the mean; with 0.3 it took 260, and they were .03 off. Of 50,000
#: passages 0 took twice the time of 0.01.
_TOLERANCE = 0.1
_LEAST_NORM = 1e-9


def learned(counts: StemCounts, stems: int) -> tuple[Ints, Vectors] | None:
    """Which of so many stems have a place in the space, rising, and their vectors; None where too few have one."""
    size = len(counts.starts) - 1
    matrix = _matrix(counts, stems)
    frequency = np.bincount(counts.stems, minlength=stems)
    kept = np.flatnonzero((frequency >= _LEAST_FREQUENCY) & (frequency < size)).astype(np.int32)
    if len(kept) <= DIMENSIONS:
        return None
    matrix = matrix[:, kept]
    idf = np.log(size / frequency[kept]).astype(np.float32)
    matrix.data *= idf[matrix.indices]
    # BLAS has little to do here, on vectors. With threads of its own, which wait busily, learning took twice the
    # processor time and half as long again, and the sums would be others on a machine of another size.
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(1) as beside:
        halves = _Halves(matrix, beside)
        directions = _directions(halves)
        # A passage's vector is 1 long on average, so that a short or strange one can be told from the others.
        typical = max(float(np.linalg.norm(halves.matmat(directions), axis=1).mean()), _LEAST_NORM)
    return kept, idf[:, None] * directions / typical


def summed(entries: StemCounts, vectors: Vectors) -> Vectors:
    """For each passage the sum of the vectors of its stems, each times its value (passages × DIMENSIONS)."""
    sums: Vectors = _matrix(entries, len(vectors)) @ vectors
    return sums


def _matrix(counts: StemCounts, stems: int) -> sparse.csr_array:
    """Passages × stems. Where short numbers of entries do, a product takes a fifth less time with them."""
    short = counts.starts[-1] <= np.iinfo(np.int32).max
    starts = counts.starts.astype(np.int32) if short else counts.starts
    return sparse.csr_array((counts.values, counts.stems, starts), (len(starts) - 1, stems))


class _Halves(LinearOperator):  # type: ignore[misc]  # scipy says nothing of types
    """A matrix that two threads multiply by, each its own half of the rows: the same two on a machine of any size.

    scipy's products let other threads run meanwhile, and they are nearly all of the time that learning takes.
    """

    def __init__(self, matrix: sparse.csr_array, beside: ThreadPoolExecutor) -> None:
        super().__init__(matrix.dtype, matrix.shape)
        self._middle = matrix.shape[0] // 2
        self._upper, self._lower = matrix[: self._middle], matrix[self._middle :]
        self._upper_turned, self._lower_turned = self._upper.T, self._lower.T
        self._beside = beside

    def _matmat(self, columns: Vectors) -> Vectors:
        below = self._beside.submit(self._lower.__matmul__, columns)
        return np.concatenate((self._upper @ columns, below.result()))

    def _rmatmat(self, columns: Vectors) -> Vectors:
        below = self._beside.submit(self._lower_turned.__matmul__, columns[self._middle :])
        total: Vectors = self._upper_turned @ columns[: self._middle] + below.result()
        return total

    _matvec, _rmatvec = _matmat, _rmatmat


def _directions(weights: LinearOperator) -> Vectors:
    """The strongest directions of a matrix, passages by stems: a row of DIMENSIONS numbers for each stem."""
    # ARPACK begins with chance numbers if it is given none, and a build would not repeat.
    start = np.ones(min(weights.shape), np.float32)
    _, strengths, directions = svds(weights, DIMENSIONS, v0=start, tol=_TOLERANCE, return_singular_vectors="vh")
    directions[strengths < _WEAKEST * strengths.max()] = 0
    vectors: Vectors = np.nan_to_num(directions.T.astype(np.float32))
    return vectors
