"""Learns the space of `latent` from counts of stems in passages.

Of the matrix of log(1 + frequency) · idf the strongest DIMENSIONS directions are kept (truncated singular value
decomposition: S. Deerwester and others, "Indexing by latent semantic analysis", JASIS 41(6), 1990). Nothing is
downloaded, and a build of the same articles gives the same space.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds

from kb_search.arrays import Ints
from kb_search.latent import DIMENSIONS, Counts, Vectors

#: A stem that stands in fewer passages has nothing to be near to. 2, 3 and 5 were tried.
_LEAST_FREQUENCY = 2
#: Directions weaker than this share of the strongest are rounding errors.
_WEAKEST = 1e-4
#: How exact the directions are. Of 50,000 passages it takes half the time that 0 does, and the strengths differ by a
#: millionth.
_TOLERANCE = 0.01
_LEAST_NORM = 1e-9


def learned(counts: Counts, stems: int) -> tuple[Ints, Vectors] | None:
    """Which of so many stems have a place in the space, rising, and their vectors; None where too few have one."""
    size = len(counts.starts) - 1
    matrix = sparse.csr_array((counts.values, counts.stems, counts.starts), (size, stems))
    frequency = np.bincount(counts.stems, minlength=stems)
    kept = np.flatnonzero((frequency >= _LEAST_FREQUENCY) & (frequency < size)).astype(np.int32)
    if len(kept) <= DIMENSIONS:
        return None
    matrix = matrix[:, kept]
    idf = np.log(size / frequency[kept]).astype(np.float32)
    matrix.data *= idf[matrix.indices]
    directions = _directions(matrix)
    # A passage's vector is 1 long on average, so that a short or strange one can be told from the others.
    typical = max(float(np.linalg.norm(matrix @ directions, axis=1).mean()), _LEAST_NORM)
    return kept, idf[:, None] * directions / typical


def summed(entries: Counts, vectors: Vectors) -> Vectors:
    """For each passage the sum of the vectors of its stems, each times its value (passages × DIMENSIONS)."""
    size = (len(entries.starts) - 1, len(vectors))
    sums: Vectors = sparse.csr_array((entries.values, entries.stems, entries.starts), size) @ vectors
    return sums


def _directions(weights: sparse.csr_array) -> Vectors:
    """The strongest directions of a matrix, passages by stems: a row of DIMENSIONS numbers for each stem."""
    # ARPACK begins with chance numbers if it is given none, and a build would not repeat.
    start = np.ones(min(weights.shape), np.float32)
    _, strengths, directions = svds(weights, DIMENSIONS, v0=start, tol=_TOLERANCE, return_singular_vectors="vh")
    directions[strengths < _WEAKEST * strengths.max()] = 0
    vectors: Vectors = np.nan_to_num(directions.T.astype(np.float32))
    return vectors
