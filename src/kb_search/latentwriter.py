"""Has the space of `latent` learned from a segment, and finds the places of a segment's passages in it.

What learns it is loaded only where there is something to learn: it takes longer to load than to add one article.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from threading import Thread

import numpy as np

from kb_search.arrays import ABSENT, Ints, Longs
from kb_search.columns import Columns, spread
from kb_search.latent import Space, StemCounts, Vectors, open_space, write_space, write_vectors

#: Fewer passages than this teach nothing. Measured on parts of four judged collections; see docs/RANKING.md.
LEAST_PASSAGES = 500
#: The space is learned from so many passages at most, spread evenly over the collection; the others are projected. With
#: 30,000 it took almost twice as long, and of 26,439 passages the cosines of pairs were the same but for a correlation
#: of .995; with 10,000 it was .990, with 5,000 .975. What less than all of a small collection costs: docs/RANKING.md.
MOST_PASSAGES = 15_000
#: Of 10,000 at once the lists no longer fit into the caches of a processor: twice the time of 1,000 to 4,000.
_ROWS_AT_ONCE = 4_000
#: The counts of so many passages are kept until the space is learned, at a kilobyte each; more are counted anew.
_MOST_KEPT = 60_000
#: Hardly a passage takes fewer bytes of a file.
_LEAST_BYTES = 600
_LEARNER = "kb_search.latentlearner"
#: More passages are summed as one sparse matrix, a tenth of the time; what does that takes long to load.
_MOST_ONE_BY_ONE = 2_000


def get_ready(size: int) -> None:
    """Begin to load what learns a space, if articles of so many bytes may have enough passages for it.

    A thread does so while others read the articles, or this process waits for them to begin.
    """
    if size >= LEAST_PASSAGES * _LEAST_BYTES:
        Thread(target=import_module, args=(_LEARNER,)).start()


def place_passages(generation: Path, segment: Path, columns: Columns, *, learn: bool) -> None:
    """Write the vectors of a finished segment's passages, and, with `learn`, the space of the generation first.

    Nothing is written where there is no space: the collection was too small when it was built whole.
    """
    if learn and columns.rows < LEAST_PASSAGES:
        return
    counts, space = _taught(generation, columns) if learn else (_all_counts(columns), open_space(generation))
    if space:
        numbers = _numbers_in(space, columns)
        write_vectors(segment, np.concatenate([_projected(space, one, numbers) for one in counts]))


def _taught(generation: Path, columns: Columns) -> tuple[Iterable[StemCounts], Space | None]:
    """The counts of all passages, and the space that was learned from them, or from some of very many."""
    rows = np.linspace(0, columns.rows - 1, min(columns.rows, MOST_PASSAGES)).astype(np.int32)
    if columns.rows <= _MOST_KEPT:
        counts = list(_all_counts(columns))
        return counts, _learned(generation, columns, list(_picked(counts, rows)))
    some = [_counts(columns, part) for part in np.array_split(rows, -(-len(rows) // _ROWS_AT_ONCE))]
    return _all_counts(columns), _learned(generation, columns, some)


def _all_counts(columns: Columns) -> Iterator[StemCounts]:
    for first in range(0, columns.rows, _ROWS_AT_ONCE):
        yield _counts(columns, np.arange(first, min(first + _ROWS_AT_ONCE, columns.rows), dtype=np.int32))


def _picked(counts: Sequence[StemCounts], rows: Ints) -> Iterator[StemCounts]:
    """Of the counts of all passages those of some, in their order."""
    for first, part in zip(itertools.count(step=_ROWS_AT_ONCE), counts, strict=False):
        own = rows[(rows >= first) & (rows < first + _ROWS_AT_ONCE)] - first
        places, _ = spread(part.starts, own)
        starts = np.cumsum([0, *np.diff(part.starts)[own]])
        yield StemCounts(starts, part.stems[places], part.values[places])


def _learned(generation: Path, columns: Columns, counts: Sequence[StemCounts]) -> Space | None:
    learner = import_module(_LEARNER)
    stems = list(columns.stem_table)
    found: tuple[Ints, Vectors] | None = learner.learned(_joined(counts), len(stems))
    if found is None:
        return None
    kept, vectors = found
    return write_space(generation, [stems[number] for number in kept.tolist()], vectors)


def _counts(columns: Columns, rows: Ints) -> StemCounts:
    """What stands in some passages, each title and heading counted once."""
    places, owner = columns.positions_of(rows)
    spoken = np.flatnonzero(columns.forms[places])
    headed = np.flatnonzero(columns.row_heading[rows] >= 0).astype(np.int32)
    titles = _heads(columns, rows, columns.row_article[rows])
    headings = _heads(columns, rows[headed], columns.articles + columns.row_heading[rows[headed]])
    stems = np.concatenate([columns.stems_at(places[spoken]), titles[0], headings[0]])
    at = np.concatenate([owner[spoken], titles[1], headed[headings[1]]])
    width = max(len(columns.stem_table), 1)
    pairs, frequency = _counted(at.astype(np.int64) * width + stems)
    starts = np.searchsorted(pairs, np.arange(len(rows) + 1, dtype=np.int64) * width)
    return StemCounts(starts, (pairs % width).astype(np.int32), np.log1p(frequency.astype(np.float32)))


def _counted(pairs: Longs) -> tuple[Longs, Longs]:
    """Each of some numbers once, rising, and how often it is there.

    The own words of passages come in order but for those within one, and a sort that makes use of it (numpy calls it
    stable) takes a third of the time of the one in `np.unique`.
    """
    pairs.sort(kind="stable")
    first = np.flatnonzero(np.diff(pairs, prepend=-1))
    return pairs[first], np.diff(first, append=len(pairs))


def _joined(parts: Sequence[StemCounts]) -> StemCounts:
    """The counts of passages that follow each other; to count them all at once takes several times the memory."""
    ends = np.cumsum([0, *(part.starts[-1] for part in parts)])
    starts = [part.starts[:-1] + first for part, first in zip(parts, ends[:-1], strict=True)]
    return StemCounts(
        np.concatenate([*starts, ends[-1:]]),
        np.concatenate([part.stems for part in parts]),
        np.concatenate([part.values for part in parts]),
    )


def _heads(columns: Columns, rows: Ints, heads: Ints) -> tuple[Ints, Ints]:
    """The stems of a title or heading for each row, and for each stem the index of its row in `rows`."""
    places, owner = spread(columns.head_starts, heads)
    return columns.stem_of[columns.row_language[rows[owner]], columns.heads[places]], owner


def _numbers_in(space: Space, columns: Columns) -> Ints:
    """For each stem of a segment its number in the space, ABSENT for those it does not know."""
    known = {stem: number for number, stem in enumerate(space.stems)}
    return np.array([known.get(stem, ABSENT) for stem in columns.stem_table], np.int32)


def _projected(space: Space, counts: StemCounts, numbers: Ints) -> Vectors:
    numbers = numbers[counts.stems]
    known = np.flatnonzero(numbers != ABSENT)
    starts = np.searchsorted(known, counts.starts)
    entries = StemCounts(starts, numbers[known], counts.values[known])
    if len(starts) > _MOST_ONE_BY_ONE:
        vectors: Vectors = import_module(_LEARNER).summed(entries, space.vectors)
        return vectors
    return np.array([_sum(entries, row, space.vectors) for row in range(len(starts) - 1)], np.float32)


def _sum(entries: StemCounts, row: int, vectors: Vectors) -> Vectors:
    own = slice(int(entries.starts[row]), int(entries.starts[row + 1]))
    total: Vectors = np.dot(entries.values[own], vectors[entries.stems[own]])
    return total
