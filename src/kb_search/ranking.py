"""The second phase: the engine's best candidates in a better order, with the reasons for it.

The same features for every engine, computed from `Occurrences` in numpy. Every number below is a part of the
score, and the parts of a passage add up to its score. docs/RANKING.md has the facts that follow from it, and what was
tried for each constant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb_search import weakwords
from kb_search.engines.base import Candidate, Holdings, Occurrences
from kb_search.engines.bm25 import idf, saturation
from kb_search.query import Node, Term, Word, term_key, typed_terms

#: How many of the engine's best are put in order anew.
WINDOW = 200
#: Words further apart than this add nothing.
FARTHEST = 8
#: Closeness looks at so many words of a query at most, so that its cost is bounded.
_WORDS_COMPARED = 48

#: The parts of a score, in the order in which they are shown, with what they mean.
REASONS = {
    "words": "how often the words stand here, in title and heading too; rare words count for more",
    "exact form": "words in the very form that was typed",
    "closeness": "words that stand near each other",
    "article": "how often the words stand in the article as a whole",
    "related": "speaks of the same things as the best passages, going by the other words",
    "further down": "only the first 200 are compared closely; what follows is held below them",
}

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weights:
    """The constants of the score. A feature whose weight is 0 is left out."""

    k1: float = 1.5
    b: float = 0.75
    #: A word found in the very form that was typed counts so much more than its other inflections.
    exact: float = 0.2
    #: What two words of the query next to each other add, as a share of the commoner one's idf.
    closeness: float = 0.5
    #: The share of the BM25 of the whole article.
    article: float = 0.5
    #: The share, of the best score so far, for a passage that lies where the query lies in the space of `latent`.
    related: float = 0.4
    #: How far the query is moved in that space, towards the mean of the first so many passages.
    moved: float = 0.5
    first: int = 5
    #: A vector's length is taken to be so much nearer to that of a typical one: a few words say little for sure.
    pivot: float = 0.2
    #: What a word counts for each further time that it was typed.
    repeated: float = 0.5
    #: What a word counts that says little of the subject, beside others.
    weak: float = 0.0


WEIGHTS = Weights()
_NO_WORDS: Floats = np.zeros((0, 1))


class Shares(NamedTuple):
    """What the parts, and the words of the query, add to the scores of some candidates.

    `parts` has a row for each of `names` and a column for each candidate, `words` a row for each word.
    """

    names: tuple[str, ...]
    parts: Floats
    words: Floats


class Ranked(NamedTuple):
    """A candidate with its final score, and where in `shares` it is told what that is made of.

    `words` is how many words of the query it has.
    """

    candidate: Candidate
    score: float
    words: int
    shares: Shares
    column: int = 0

    @property
    def reasons(self) -> tuple[tuple[str, float], ...]:
        """The parts of the score by name; they add up to it."""
        return tuple(zip(self.shares.names, self.shares.parts[:, self.column].tolist(), strict=True))

    @property
    def by_word(self) -> tuple[float, ...]:
        """What each word of the query adds to the part `words`."""
        return tuple(self.shares.words[:, self.column].tolist())


def emphases(tree: Node, words: Sequence[Term], language: str, weights: Weights = WEIGHTS) -> Floats:
    """What each of the scoring terms of a query counts, beside its rarity.

    Its boost, more where it was typed more than once, and little where it says little in this language (unless none
    says more).
    """
    weak = weakwords.weak_words(language)
    says = np.array([not isinstance(word, Word) or word.form not in weak for word in words], np.bool_)
    strength = np.where(says, 1.0, weights.weak if says.any() else 1.0)
    times = Counter(map(term_key, typed_terms(tree)))
    return strength * [word.boost * (1 + weights.repeated * (times[term_key(word)] - 1)) for word in words]


def rank(
    candidates: Sequence[Candidate],
    found: Occurrences,
    emphasis: Floats,
    holdings: Holdings,
    weights: Weights = WEIGHTS,
) -> list[Ranked]:
    """Order candidates, best first; ties by passage id.

    `found` tells where the query's words stand in them, `emphasis` what each word counts, and `holdings` how many
    passages there are and how long they are on average.
    """
    rarity = emphasis * [idf(holdings.passages, float(frequency)) for frequency in found.frequencies]
    words = rarity[:, None] * _saturated(found.own + found.context, found.lengths, holdings.average_length, weights)
    parts = {
        "words": words.sum(axis=0),
        "exact form": weights.exact * _exact(found, words),
        "closeness": weights.closeness * _closeness(found, rarity, len(candidates)),
        "article": weights.article * _article(found, rarity, holdings, weights),
    }
    total = sum(parts.values(), np.zeros(len(candidates)))
    if found.vectors.size and weights.related:
        parts["related"] = weights.related * total.max() * _related(found, emphasis, total, weights)
        total = total + parts["related"]
    shares = Shares(tuple(parts), np.array([*parts.values()]), words)
    totals = total.tolist()
    present = np.count_nonzero(found.own + found.context, axis=0).tolist()
    ids = [candidate.id for candidate in candidates]
    order = [at for _, _, at in sorted(zip((-total.round(9)).tolist(), ids, range(len(ids)), strict=True))]
    return [Ranked(candidates[at], totals[at], present[at], shares, at) for at in order]


def followed(ranked: list[Ranked], others: Sequence[Candidate]) -> list[Ranked]:
    """Candidates that are ranked, and behind them others in the order of the engine.

    The two phases score on different scales: what follows the last one that is ranked is scaled so that it is never
    shown above that.
    """
    scale = min(ranked[-1].score / others[0].score, 1.0) if ranked and others and others[0].score else 1.0
    return ranked + [scaled(one, scale) for one in others]


def scaled(candidate: Candidate, scale: float) -> Ranked:
    """A candidate that is not compared closely, with the engine's score times a factor."""
    score = candidate.score * scale
    parts = {"words": candidate.score, **({"further down": score - candidate.score} if scale < 1 else {})}
    return Ranked(candidate, score, 0, Shares(tuple(parts), np.array([*parts.values()])[:, None], _NO_WORDS))


def _saturated(frequency: NDArray[np.int32], length: NDArray, average: float, weights: Weights) -> Floats:  # type: ignore[type-arg]  # any whole numbers
    """BM25 without idf: a row for each word, a column for each candidate."""
    return saturation(frequency.astype(np.float64), length.astype(np.float64)[None, :], average, weights.k1, weights.b)


def _exact(found: Occurrences, words: Floats) -> Floats:
    """For each word the share of its occurrences that have the very form typed, of what the word scores."""
    count = np.zeros(found.own.shape)
    np.add.at(count, (found.word[found.exact], found.candidate[found.exact]), 1.0)
    share = count / np.maximum(found.own, 1)
    exact: Floats = (words * share).sum(axis=0)
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
    closeness: Floats = nearest.sum(axis=1)
    return closeness


def _article(found: Occurrences, rarity: Floats, holdings: Holdings, weights: Weights) -> Floats:
    """BM25 of the whole article, taken as the sum of its passages."""
    average = holdings.average_length * holdings.passages / max(holdings.articles, 1)
    article: Floats = rarity @ _saturated(found.article, found.article_lengths, average, weights)
    return article


def _related(found: Occurrences, emphasis: Floats, total: Floats, weights: Weights) -> Floats:
    """How near each candidate lies to the query in the space of `latent`: 1 is the same place, 0 far away.

    The query lies half-way between its words and the mean of the passages that are first without this part (J.
    Rocchio, "Relevance feedback in information retrieval", 1971). Lengths are pivoted (A. Singhal, C. Buckley,
    M. Mitra, "Pivoted document length normalization", SIGIR 1996); 1 is a typical one.
    """
    vectors = found.vectors.astype(np.float64)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors /= np.maximum((1 - weights.pivot) * lengths + weights.pivot, _LEAST_NORM)
    first = np.argsort(-total, kind="stable")[: weights.first]
    query = _unit(emphasis @ found.word_vectors.astype(np.float64))
    if not query.any():
        return np.zeros(len(total))
    query = _unit((1 - weights.moved) * query + weights.moved * vectors[first].mean(axis=0))
    related: Floats = np.maximum(vectors @ query, 0)
    return related


_LEAST_NORM = 1e-9


def _unit(vector: Floats) -> Floats:
    return vector / max(float(np.linalg.norm(vector)), _LEAST_NORM)
