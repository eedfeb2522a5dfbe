"""The second phase: the engine's best candidates in a better order, with the reasons for it.

The same features for every engine, computed from `Occurrences` in numpy. Every number below is a part of the
score, and the parts of a passage add up to its score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb_search.engines.base import Candidate, Occurrences, idf, saturation

#: How many of the engine's best are put in order anew.
WINDOW = 200
#: BM25's constants here, where no engine fixes them; 1.2, 1.5 and 1.8 were tried.
K1 = 1.5
B = 0.75
#: A word found in the very form that was typed counts so much more than its other inflections.
#: 0, 0.1 and 0.2 were tried.
EXACT = 0.2
#: What two words of the query next to each other add, as a share of the commoner one's idf. 0, 0.25, 0.5 and 1 were
#: tried; see docs/RANKING.md for this and the other numbers.
CLOSENESS = 0.25
#: Words further apart than this add nothing.
FARTHEST = 8
#: Closeness looks at so many words of a query at most, so that its cost is bounded.
_WORDS_COMPARED = 48

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its final score, the parts of it by name, and how many words of the query it has."""

    candidate: Candidate
    score: float
    reasons: tuple[tuple[str, float], ...]
    words: int


def rank(candidates: Sequence[Candidate], found: Occurrences, passages: int, average: float) -> list[Ranked]:
    """Order candidates by words, exact forms and closeness, best first; ties by passage id.

    `found` tells where the query's words stand in them, `passages` and `average` how many passages there are and how
    long they are on average.
    """
    rarity = found.boosts * np.array([idf(passages, float(frequency)) for frequency in found.frequencies])
    words = _words(found, rarity, average)
    exact = _exact(found, words)
    closeness = _closeness(found, rarity, len(candidates))
    parts = {"words": words.sum(axis=0), "exact form": exact, "closeness": closeness}
    total = sum(parts.values(), np.zeros(len(candidates)))
    present = np.count_nonzero(found.own + found.context, axis=0)
    order = sorted(range(len(candidates)), key=lambda at: (-round(float(total[at]), 9), candidates[at].id))
    return [
        Ranked(
            candidates[at],
            float(total[at]),
            tuple((name, float(part[at])) for name, part in parts.items()),
            int(present[at]),
        )
        for at in order
    ]


def _words(found: Occurrences, rarity: Floats, average: float) -> Floats:
    """BM25 anew, a row for each word, a column for each candidate."""
    frequency = (found.own + found.context).astype(np.float64)
    words: Floats = rarity[:, None] * saturation(frequency, found.lengths.astype(np.float64)[None, :], average, K1, B)
    return words


def _exact(found: Occurrences, words: Floats) -> Floats:
    """For each word the share of its occurrences that have the very form typed, of what the word scores."""
    count = np.zeros(found.own.shape)
    np.add.at(count, (found.word[found.exact], found.candidate[found.exact]), 1.0)
    share = count / np.maximum(found.own, 1)
    exact: Floats = EXACT * (words * share).sum(axis=0)
    return exact


def _closeness(found: Occurrences, rarity: Floats, candidates: int) -> Floats:
    """For each pair of words their nearest meeting: the commoner one's idf over the distance.

    Only occurrences that follow each other are compared, which is linear in the length of the passages. After the
    span-based features of T. Tao and C. Zhai, "An exploration of proximity measures in information retrieval",
    SIGIR 2007.
    """
    kept = found.word < _WORDS_COMPARED
    word, candidate, place = found.word[kept], found.candidate[kept], found.place[kept]
    size = min(len(rarity), _WORDS_COMPARED)
    distance = np.diff(place)
    meets = (np.diff(candidate) == 0) & (word[1:] != word[:-1]) & (distance <= FARTHEST) & (distance > 0)
    first, second = np.minimum(word[1:], word[:-1])[meets], np.maximum(word[1:], word[:-1])[meets]
    value = np.minimum(rarity[first], rarity[second]) / distance[meets]
    nearest = np.zeros((candidates, size * size))
    np.maximum.at(nearest, (candidate[1:][meets], first * size + second), value)
    closeness: Floats = CLOSENESS * nearest.sum(axis=1)
    return closeness
