"""Learns the space of `latent` from a segment, and finds the places of a segment's passages in it.

Passages and stems make a matrix of log(1 + frequency) · idf, of which the strongest DIMENSIONS directions are kept
(truncated singular value decomposition: S. Deerwester and others, "Indexing by latent semantic analysis", JASIS
41(6), 1990). Nothing is downloaded, and a build of the same articles gives the same space.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds

from kb_search.columns import ABSENT, Columns, Ints, spread
from kb_search.latent import DIMENSIONS, Space, Vectors, open_space, write_space, write_vectors

#: Fewer passages than this teach nothing. Measured on parts of four judged collections; see docs/RANKING.md.
LEAST_PASSAGES = 500
#: The space is learned from so many passages at most, spread evenly over the collection; the others are projected.
#: An index of 64,000 passages takes 3 to 6 s for its space so, on two cores.
MOST_PASSAGES = 30_000
#: A stem that stands in fewer passages has nothing to be near to. 2, 3 and 5 were tried.
_LEAST_FREQUENCY = 2
#: Directions weaker than this share of the strongest are rounding errors.
_WEAKEST = 1e-4
#: How exact the directions are. Of 50,000 passages it takes half the time that 0 does, and the strengths differ by a
#: millionth.
_TOLERANCE = 0.01
_LEAST_NORM = 1e-9
_ROWS_AT_ONCE = 10_000


def place_passages(generation: Path, segment: Path, columns: Columns, *, learn: bool) -> None:
    """Write the vectors of a finished segment's passages, and, with `learn`, the space of the generation first.

    Nothing is written where there is no space: the collection was too small when it was built whole.
    """
    space = _learned(generation, columns) if learn else open_space(generation)
    if space:
        numbers = _numbers_in(space, columns)
        parts = [_projected(space, _counts(columns, rows), numbers) for rows in _runs(columns.rows)]
        write_vectors(segment, np.concatenate(parts))


def _learned(generation: Path, columns: Columns) -> Space | None:
    if columns.rows < LEAST_PASSAGES:
        return None
    size = min(columns.rows, MOST_PASSAGES)
    counts = _counts(columns, np.linspace(0, columns.rows - 1, size).astype(np.int32))
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    kept = np.flatnonzero((frequency >= _LEAST_FREQUENCY) & (frequency < size))
    if len(kept) <= DIMENSIONS:
        return None
    counts = counts[:, kept]
    idf = np.log(size / frequency[kept]).astype(np.float32)[:, None]
    vectors = idf * _directions(counts.multiply(idf.T).tocsr())
    # A passage's vector is 1 long on average, so that a short or strange one can be told from the others.
    typical = max(float(np.linalg.norm(counts @ vectors, axis=1).mean()), _LEAST_NORM)
    return write_space(generation, [columns.stem_table[number] for number in kept.tolist()], vectors / typical)


def _directions(weights: sparse.csr_array) -> Vectors:
    """The strongest directions of a matrix, passages by stems: a row of DIMENSIONS numbers for each stem."""
    # ARPACK begins with chance numbers if it is given none, and a build would not repeat.
    start = np.ones(min(weights.shape), np.float32)
    _, strengths, directions = svds(weights, DIMENSIONS, v0=start, tol=_TOLERANCE, return_singular_vectors="vh")
    directions[strengths < _WEAKEST * strengths.max()] = 0
    vectors: Vectors = np.nan_to_num(directions.T.astype(np.float32))
    return vectors


def _counts(columns: Columns, rows: Ints) -> sparse.csr_array:
    """log(1 + frequency) of all stems (columns) in some passages (rows), each title and heading counted once."""
    places, owner = columns.positions_of(rows)
    spoken = np.flatnonzero(columns.forms[places])
    headed = np.flatnonzero(columns.row_heading[rows] >= 0).astype(np.int32)
    titles = _heads(columns, rows, columns.row_article[rows])
    headings = _heads(columns, rows[headed], columns.articles + columns.row_heading[rows[headed]])
    stems = np.concatenate([columns.stems_at(places[spoken]), titles[0], headings[0]])
    at = np.concatenate([owner[spoken], titles[1], headed[headings[1]]])
    shape = (len(rows), len(columns.stem_table))
    counts = sparse.coo_array((np.ones(len(stems), np.float32), (at, stems)), shape).tocsr()  # adds up what is equal
    counts.data = np.log1p(counts.data)
    return counts


def _heads(columns: Columns, rows: Ints, heads: Ints) -> tuple[Ints, Ints]:
    """The stems of a title or heading for each row, and for each stem the index of its row in `rows`."""
    places, owner = spread(columns.head_starts, heads)
    return columns.stem_of[columns.row_language[rows[owner]], columns.heads[places]], owner


def _numbers_in(space: Space, columns: Columns) -> Ints:
    """For each stem of a segment its number in the space, ABSENT for those it does not know."""
    known = {space.stems.raw(number): number for number in range(len(space.stems))}
    stems = map(columns.stem_table.raw, range(len(columns.stem_table)))
    return np.array([known.get(stem, ABSENT) for stem in stems], np.int32)


def _projected(space: Space, counts: sparse.csr_array, numbers: Ints) -> Vectors:
    known = np.flatnonzero(numbers != ABSENT)
    vectors: Vectors = counts[:, known] @ space.vectors[numbers[known]]
    return vectors


def _runs(rows: int) -> Iterator[Ints]:
    for first in range(0, rows, _ROWS_AT_ONCE):
        yield np.arange(first, min(first + _ROWS_AT_ONCE, rows), dtype=np.int32)
