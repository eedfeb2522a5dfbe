"""What a cluster tells of passages, as the aggregation `clusterscripts.told_of_passages` makes it.

Of each passage it is its id, what a page shows of it, and numbers of four bytes, as text in base64:

| which | number |
|---|---|
| 0, 1 | the passage's number; its score, as a float |
| 2, 3, 4 | at how many places the words stand that were asked for; the words of the text; those of the title |
| 5, 6 | the article's number; the pooled length |
| 7 | the dimensions of its vector |
| then | each place, with the word that stands there; the vector, as floats; as many zeros as make whole triples |

Places are counted on from text to title to heading. Three numbers are sixteen letters, so that the texts of all
passages together are one text, which is read at once.
"""

from __future__ import annotations

from binascii import a2b_base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from kb_search.arrays import Ints, Longs
from kb_search.latent import Vectors

#: The numbers before the places.
_HEADER = 8
#: What one part of an index tells: ids, numbers, and what pages show, where that was asked for.
Part = tuple[list[str], list[str], list[str | None]]


class Standing(NamedTuple):
    """Where the words stand in some passages.

    First of each passage: the number of its article, its length, its vector. Then of each place where a word stands:
    in which of the passages, at which place of it, in which part (0 text, 1 title, 2 heading), and which word.
    """

    articles: Ints
    lengths: Ints
    vectors: Vectors
    passage: Longs
    place: Ints
    part: Longs
    word: Ints


@dataclass(frozen=True)
class Told:
    """What is told of some passages, in no order; `sizes` says how many of them each part of the index has."""

    ids: list[str]
    pages: list[str | None]
    sizes: list[int]
    numbers: Ints
    starts: Longs

    @classmethod
    def of(cls, parts: Iterable[Part] | None) -> Told:
        """What all parts of an index told."""
        known = list(parts or ())
        texts = [text for _, some, _ in known for text in some]
        sizes = np.fromiter(map(len, texts), np.int64, len(texts)) * 3 // 16
        return cls(
            ids=[one for ids, _, _ in known for one in ids],
            pages=[page for _, _, pages in known for page in pages],
            sizes=[len(ids) for ids, _, _ in known],
            numbers=np.frombuffer(a2b_base64("".join(texts)), "<i4"),
            starts=np.cumsum(sizes) - sizes,
        )

    @property
    def rows(self) -> Ints:
        """The numbers of the passages."""
        return self.numbers[self.starts]

    @property
    def scores(self) -> Vectors:
        """Their scores."""
        return self.numbers[self.starts + 1].view("<f4")

    @cached_property
    def _at(self) -> dict[int, int]:
        return {row: at for at, row in enumerate(self.rows.tolist())}

    def has(self, rows: Iterable[int]) -> bool:
        """Whether of each of some passages something is told."""
        return all(row in self._at for row in rows)

    def standing(self, rows: Sequence[int]) -> Standing:
        """Where the words stand in some passages, given by their numbers."""
        starts = self.starts[[self._at[row] for row in rows]]
        _, _, count, own, title, articles, lengths, dimensions = self.numbers[starts + np.arange(_HEADER)[:, None]]
        passage = np.repeat(np.arange(len(rows)), count)
        before = np.cumsum(count) - count
        pairs = np.repeat(starts + _HEADER - 2 * before, count) + 2 * np.arange(len(passage))
        place = self.numbers[pairs]
        part = (place >= own[passage]).astype(np.int64) + (place >= (own + title)[passage])
        vector = np.arange(dimensions[0] if rows else 0)
        vectors = self.numbers[(starts + _HEADER + 2 * count)[:, None] + vector].view("<f4")
        return Standing(articles, lengths, vectors, passage, place, part, self.numbers[pairs + 1])
