"""Where the words of a query stand in some candidates: see `occurrences`.

The cluster goes through the words of the candidates and tells only of those that are asked for; of whole articles it
tells counts. Mostly that comes with the search that found them (see `clusterbest`), else it is one request. What words
they are, forms and stems, is known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from kb_search.arrays import ABSENT, Ints, Longs
from kb_search.engines.base import FIELD_WEIGHTS, Occurrences
from kb_search.engines.cluster import Answer
from kb_search.engines.clusterindex import ARTICLE
from kb_search.engines.clustermemory import Aside
from kb_search.engines.clusterreading import told_by
from kb_search.engines.clusterscripts import counts_in_articles, told_of_passages
from kb_search.engines.clustertold import Told
from kb_search.engines.clusterwords import Words
from kb_search.engines.occurrences import word_vectors
from kb_search.latent import Space
from kb_search.query import Pattern, Term


class Asking:
    """What a cluster is asked about the words of a query in some candidates, and what its answers add up to."""

    def __init__(self, words: Words, terms: Sequence[Term], numbers: Sequence[Ints]) -> None:
        """`numbers` are for each term those of the words that are what it asks for."""
        self._words = words
        self._terms = terms
        self._numbers = numbers

    def bodies(self, keys: Sequence[int], articles: Sequence[str]) -> list[Answer]:
        """The searches that `told` wants the answers of, in this order, for candidates of some keys and articles."""
        rows: Answer = {"terms": {"row": list(keys)}}
        theirs = {"bool": {"filter": [{"term": {"kind": ARTICLE}}, {"terms": {"article": list(articles)}}]}}
        return [told_by(rows, self.of_passages()), told_by(theirs, self.of_articles())]

    def of_passages(self, pages: int = 0) -> Answer:
        """The aggregation that tells where the words stand in passages; what a page shows of the best so many too."""
        return told_of_passages(self._wanted.tolist(), len(self._words.word_form), pages)

    @cached_property
    def _wanted(self) -> Ints:
        """The numbers of all words that are asked for, rising."""
        return np.unique(np.concatenate([np.empty(0, np.int32), *self._numbers]))

    def of_articles(self) -> Answer:
        """The aggregation that tells how often the words stand in articles."""
        return counts_in_articles([numbers.tolist() for numbers in self._numbers])

    def told(self, passages: Answer, articles: Answer) -> Aside:
        """The answers to both searches, as they might have been told beside a search."""
        told = Told.of(passages["aggregations"]["told"]["value"])
        return Aside(told, self.in_articles(articles["aggregations"]["told"]))

    def in_articles(self, told: Answer) -> Longs:
        """What `of_articles` was answered: a row for each article, in the order of their numbers."""
        rows = np.array(told["value"] or [], np.int64).reshape(-1, len(self._terms) + 2)
        return rows[np.argsort(rows[:, 0])]

    def gathered(
        self, keys: Sequence[int], aside: Aside, frequencies: Sequence[int], space: Space | None
    ) -> Occurrences:
        """Where the terms stand in candidates of some keys; `frequencies` says in how many passages each does."""
        told = aside.passages.standing(keys)
        forms, here = self._words.word_form[told.word], told.part == 0
        counts = np.zeros((2, len(self._terms), len(keys)), np.int32)
        word, exact = np.full(len(told.word), -1, np.int32), np.zeros(len(told.word), np.bool_)
        which = np.searchsorted(self._wanted, told.word)
        for at, (term, numbers) in enumerate(zip(self._terms, self._numbers, strict=True)):
            asked = np.zeros(len(self._wanted), np.bool_)
            asked[np.searchsorted(self._wanted, numbers)] = True
            stands = asked[which]
            for context, places in enumerate((stands & here, stands & ~here)):
                weights = _WEIGHTS[told.part[places]]
                counts[context, at] = np.bincount(told.passage[places], weights, len(keys))
            word[stands] = at
            form = ABSENT if isinstance(term, Pattern) else self._words.forms.find(term.form)
            exact |= stands & (forms == form)
        in_articles = aside.articles[np.searchsorted(aside.articles[:, 0], told.articles)]
        return Occurrences(
            own=counts[0],
            context=counts[1],
            lengths=told.lengths,
            frequencies=np.array(frequencies, np.int64),
            candidate=told.passage[here].astype(np.int32),
            word=word[here],
            place=told.place[here].astype(np.int64),
            exact=exact[here],
            article=in_articles[:, 2:].T.astype(np.int32),
            article_lengths=in_articles[:, 1],
            vectors=told.vectors,
            word_vectors=word_vectors(self._terms, space),
        )


#: What a word counts in each part.
_WEIGHTS = np.array([1, FIELD_WEIGHTS.title, FIELD_WEIGHTS.section])
