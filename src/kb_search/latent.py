"""A space of meanings, learned from the collection alone: passages that speak of the same lie close together in it.

Every stem of the collection has a vector, and a passage's vector is the sum of those of its stems, each times
log(1 + how often it stands there); it is 1 long on average. What `latentlearner` learns is kept in the folder `space`
of a generation, and the vectors of a segment's passages in the segment. After S. Deerwester and others, "Indexing by
latent semantic analysis", JASIS 41(6), 1990.

| file | one entry per | holds |
|---|---|---|
| `space/stem_text.u1`, `space/stem_ends.i8` | stem | the stems of the space, in order of their UTF-8 bytes |
| `space/stem.f4` | stem × dimension | the stem's vector, its idf multiplied in |
| `vectors.f4` in a segment | row × dimension | the passage's vector |
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb_search.arrays import ABSENT, Ints, StringTable, load_array, write_strings
from kb_search.errors import REBUILD, IndexDamaged

Vectors = NDArray[np.float32]

#: 32, 48, 64, 96, 100 and 150 were tried; see docs/RANKING.md.
DIMENSIONS = 64

_FOLDER = "space"
_VECTORS = "vectors.f4"


class StemCounts(NamedTuple):
    """log(1 + frequency) of stems in passages: the entries of a passage are those from its start to the next.

    `stems` are numbers, rising within a passage, and `values` belong to them.
    """

    starts: NDArray[np.int64]
    stems: Ints
    values: Vectors


class Space:
    """The space of one generation: its stems, in byte order, and their vectors (stems × DIMENSIONS)."""

    def __init__(self, stems: StringTable, vectors: Vectors) -> None:
        """Take what `open_space` read."""
        self.stems = stems
        self.vectors = vectors

    def of_stems(self, stems: Sequence[str]) -> Vectors:
        """The sum of the vectors of some stems; zero where the space knows none of them."""
        numbers = [number for number in map(self.stems.find, stems) if number != ABSENT]
        total: Vectors = self.vectors[numbers].sum(axis=0, dtype=np.float32)
        return total


def open_space(generation: Path) -> Space | None:
    """The space of a generation; None where its collection was too small to learn one. Raises IndexDamaged."""
    folder = generation / _FOLDER
    if not folder.is_dir():
        return None
    stems, vectors = StringTable(folder, "stem"), load_array(folder / "stem.f4")
    if len(vectors) != len(stems) * DIMENSIONS:
        raise IndexDamaged(f"The index's space of meanings is not whole. {REBUILD}")
    return Space(stems, vectors.reshape(len(stems), DIMENSIONS))


def write_space(generation: Path, stems: Sequence[str], vectors: Vectors) -> Space:
    """Write down what was learned, `stems` being in the order of their bytes, and open it."""
    folder = generation / _FOLDER
    folder.mkdir()
    write_strings(folder, "stem", stems)
    (folder / "stem.f4").write_bytes(vectors.astype("<f4").tobytes())
    return Space(StringTable(folder, "stem"), vectors)


def read_vectors(segment: Path, rows: int) -> Vectors:
    """The vectors of a segment's passages (rows × DIMENSIONS). Raises IndexDamaged."""
    vectors = load_array(segment / _VECTORS)
    if len(vectors) != rows * DIMENSIONS:
        raise IndexDamaged(f"The vectors of the segment {segment.name} do not fit its passages. {REBUILD}")
    return vectors.reshape(rows, DIMENSIONS)


def write_vectors(segment: Path, vectors: Vectors) -> None:
    """Write the vectors of a segment's passages."""
    (segment / _VECTORS).write_bytes(vectors.astype("<f4").tobytes())
