"""Where the words of a query stand in some candidates: see `occurrences`.

The cluster tells the words of the candidates as numbers, and of whole articles counts; mostly with the search that
found them (see `clusterbest`), else in one request. What words they are, forms and stems, is known here.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from kb_search.arrays import ABSENT, Ints, Longs
from kb_search.document import article_of
from kb_search.engines.base import FIELD_WEIGHTS, Candidate, Occurrences
from kb_search.engines.cluster import Answer
from kb_search.engines.clusterindex import ARTICLE, counts_in_articles, told_of_passages
from kb_search.engines.clustermemory import Beside
from kb_search.engines.clusterreading import Told, told_by
from kb_search.engines.clusterwords import HEADER, Words
from kb_search.engines.occurrences import word_vectors
from kb_search.latent import Space, Vectors
from kb_search.query import Pattern, Term


class _Part(NamedTuple):
    """The words of one part (text, title or heading) of some passages: of which passage, at which place, and which."""

    passage: Longs
    place: Longs
    word: Ints


class _Told(NamedTuple):
    """What a cluster tells of the candidates, in their order; of each the number of its article, and its length."""

    articles: Ints
    lengths: Ints
    own: _Part
    title: _Part
    heading: _Part
    vectors: Vectors


class Asking:
    """What a cluster is asked about the words of a query in some candidates, and what its answers add up to."""

    def __init__(self, words: Words, terms: Sequence[Term], candidates: Sequence[Candidate]) -> None:
        self._words = words
        self._terms = terms
        self._rows = [one.key for one in candidates]
        self._articles = list(dict.fromkeys(article_of(one.id) for one in candidates))
        self._numbers = [numbers_of(words, term) for term in terms]

    @property
    def bodies(self) -> list[Answer]:
        """The searches that `gathered` wants the answers of, in this order."""
        rows: Answer = {"terms": {"row": self._rows}}
        articles = {"bool": {"filter": [{"term": {"kind": ARTICLE}}, {"terms": {"article": self._articles}}]}}
        counts = counts_in_articles([numbers.tolist() for numbers in self._numbers])
        return [told_by(rows, told_of_passages(words=True)), told_by(articles, counts)]

    def told(self, passages: Answer, articles: Answer) -> Beside:
        """The answers to both searches, as they might have been told beside a search."""
        shards = [Told(*one) for one in passages["aggregations"]["told"]["value"] or ()]
        words = {row: raw for one in shards for row, raw in zip(one.rows, one.words, strict=True)}
        return Beside(words, counted_in_articles(articles["aggregations"]["told"], len(self._terms)))

    def gathered(self, beside: Beside, frequencies: Sequence[int], space: Space | None) -> Occurrences:
        """Where the terms stand; `frequencies` says in how many passages each does."""
        told = _decoded(beside.words, self._rows)
        count, own = len(self._rows), told.own
        counts = np.zeros((2, len(self._terms), count), np.int32)
        word, exact = np.full(len(own.word), -1, np.int32), np.zeros(len(own.word), np.bool_)
        for at, (term, numbers) in enumerate(zip(self._terms, self._numbers, strict=True)):
            wanted = np.zeros(len(self._words.word_form), np.bool_)
            wanted[numbers] = True
            here = wanted[own.word]
            counts[0, at] = np.bincount(own.passage[here], minlength=count)
            for part, weight in ((told.title, FIELD_WEIGHTS.title), (told.heading, FIELD_WEIGHTS.section)):
                counts[1, at] += weight * np.bincount(part.passage[wanted[part.word]], minlength=count)
            word[here] = at
            form = ABSENT if isinstance(term, Pattern) else self._words.forms.find(term.form)
            exact |= here & (self._words.word_form[own.word] == form)
        hit = np.flatnonzero(word >= 0)
        in_articles = beside.articles[np.searchsorted(beside.articles[:, 0], told.articles)]
        return Occurrences(
            own=counts[0],
            context=counts[1],
            lengths=told.lengths,
            frequencies=np.array(frequencies, np.int64),
            candidate=own.passage[hit].astype(np.int32),
            word=word[hit],
            place=own.place[hit],
            exact=exact[hit],
            article=in_articles[:, 2:].T.astype(np.int32),
            article_lengths=in_articles[:, 1],
            vectors=told.vectors,
            word_vectors=word_vectors(self._terms, space),
        )


def numbers_of(words: Words, term: Term) -> Ints:
    """The numbers of the words that are what a term asks for, rising."""
    return words.with_forms(term.forms) if isinstance(term, Pattern) else words.with_stems(term.stems)


def counted_in_articles(told: Answer, terms: int) -> Longs:
    """What `counts_in_articles` tells of so many terms: a row for each article, in the order of their numbers."""
    rows = np.array(told["value"] or [], np.int64).reshape(-1, terms + 2)
    return rows[np.argsort(rows[:, 0])]


def _decoded(words: Mapping[int, str], rows: Sequence[int]) -> _Told:
    """The words of some passages, as `PassageWords` encodes them."""
    parts = [np.frombuffer(base64.b64decode(words[row]), "<i4") for row in rows]
    sizes = np.array([len(part) for part in parts], np.int64)
    ends = np.cumsum(sizes)
    starts = ends - sizes
    flat = np.concatenate([np.empty(0, np.int32), *parts])
    header = flat[starts[:, None] + np.arange(HEADER)]
    places = starts[:, None] + HEADER + np.concatenate((np.zeros((len(rows), 1), np.int64), header[:, :3].cumsum(1)), 1)
    own, title, heading = (_part(flat, places[:, one], header[:, one]) for one in range(3))
    vectors = _part(flat, places[:, 3], ends - places[:, 3]).word.view("<f4")
    vectors = vectors.reshape(len(rows), len(vectors) // max(len(rows), 1))
    return _Told(header[:, 3], header[:, 4], own, title, heading, vectors)


def _part(flat: Ints, starts: Longs, sizes: Longs) -> _Part:
    """A part of each passage, that begins there and is so long."""
    passage = np.repeat(np.arange(len(sizes)), sizes)
    place = np.arange(len(passage)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return _Part(passage, place, flat[starts[passage] + place])
