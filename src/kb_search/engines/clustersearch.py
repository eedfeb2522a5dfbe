"""A search in a cluster: what is asked, in as few requests as can be, and what its answers add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from kb_search.arrays import Longs
from kb_search.copies import Copies
from kb_search.engines.base import Candidate, Deadline, EngineQuery, Matches
from kb_search.engines.cluster import Answer
from kb_search.engines.clusterarticles import Articles
from kb_search.engines.clusterbest import BestPassages
from kb_search.engines.clusterfolder import Whole
from kb_search.engines.clusterindex import MOST_HITS
from kb_search.engines.clustermemory import Remembered, in_passages
from kb_search.engines.clusteroccurrences import Asking
from kb_search.engines.clusterquery import Translator, any_of, needed_articles, scores
from kb_search.engines.clusterreading import ClusterIndex, counting, total
from kb_search.engines.clusterscripts import passages_by_article
from kb_search.engines.clusterwords import Words
from kb_search.engines.coarsedates import asks_for_dates, excludes_dates, partly_dated, partly_excluded
from kb_search.engines.conditions import Condition, Everything, Names, Selection
from kb_search.engines.translation import selection
from kb_search.query import Pattern, Term, scoring_terms

#: Each order has the passage's id and number in it, also where they do not matter: what hits are put in order by comes
#: along with them, and so nothing needs to be looked up for them.
_BY_TIME: list[Answer] = [{"article": "asc"}, {"row": "asc"}, {"id": "asc"}]
_SORTS: dict[str, list[Answer]] = {
    "relevance": [{"_score": "desc"}, {"id": "asc"}, {"row": "asc"}],
    "newest": [{"dated": {"order": "desc", "missing": "_last"}}, *_BY_TIME],
    "oldest": [{"dated": {"order": "asc", "missing": "_last"}}, *_BY_TIME],
}


class _Asked(NamedTuple):
    """The conditions of a query, and of the same query with coarse dates let in or left out, where that can differ."""

    main: Selection
    wider: Condition | None
    narrower: Condition | None

    @property
    def all(self) -> list[Condition]:
        """Every condition that is asked for."""
        main = (self.main.base, self.main.sources, self.main.dates)
        return [one for one in (*main, self.wider, self.narrower) if one]


@dataclass(frozen=True, slots=True)
class _Listing:
    """Which of the passages that are found are told of, and how: as hits, or as `best`.

    What the reader has selected in facets, `chosen`, comes after the counting of passages by article.
    """

    query: EngineQuery
    found: Answer
    chosen: Answer | None
    best: BestPassages | None

    def body(self, by_article: Answer | None = None) -> Answer:
        """The search, and with it the counting of what is found by article, if that is wanted."""
        counting = {"articles": by_article} if by_article else {}
        body: Answer = {"track_total_hits": False, "track_scores": True, "query": self.found, "stored_fields": "_none_"}
        if self.best:
            return {**body, "size": 0, "aggs": {**counting, **self.best.asked(self.chosen)}}
        hits: Answer = {"size": min(self.query.depth, MOST_HITS), "sort": _SORTS[self.query.sort], "_source": False}
        return {**body, **hits, "aggs": counting, "post_filter": self.chosen or {"match_all": {}}}

    def without(self, articles: list[int]) -> _Listing:
        """The same without some articles."""
        listed = {"bool": {"must_not": [any_of("number", articles)]}}
        return replace(self, chosen=_both(listed, self.chosen) if self.chosen else listed)


@dataclass(frozen=True, slots=True)
class ClusterSearch:
    """Searches one generation."""

    index: ClusterIndex
    whole: Whole
    words: Words
    copies: Copies
    articles: Articles
    remembered: Remembered

    def found(self, query: EngineQuery) -> Matches:
        """Find, count and rank. Raises SearchTooLong and TooLong."""
        deadline = Deadline(query.seconds)
        asked = self._asked(query)
        deadline.check()
        terms = scoring_terms(query.tree)
        translator = Translator(self.words, self.whole.holdings, self._prepared(asked, deadline))
        listing = self._listing(query, asked.main, translator, terms, deadline)
        counted = [counting(translator.passages(one)) if one else None for one in (asked.wider, asked.narrower)]
        _, rare = self.remembered.frequencies(terms if listing.best else ())
        body = listing.body(passages_by_article(len(self.articles)))
        first, *others = self._search([body, *filter(None, counted), *map(in_passages, rare)], deadline)
        self.remembered.counted(rare, others[len(others) - len(rare) :])
        sources, dates = (self.articles.that_meet(one) for one in (asked.main.sources, asked.main.dates))
        matching = self.articles.passages(first)
        chosen = matching * (sources & dates)
        passages = int(chosen.sum())
        told = iter(map(total, others))
        wider, narrower = (next(told) if one else passages for one in counted)
        hidden = self._hidden(chosen) if query.fold and self.copies.has_groups else []
        return Matches(
            passages=passages,
            articles=int(np.count_nonzero(chosen)),
            articles_exact=True,
            candidates=self._candidates(listing, first, hidden, deadline),
            sources=self.articles.by_source(matching * dates),
            dates=self.articles.by_date(matching * sources),
            partly_dated=wider - passages,
            folded=int(chosen[hidden].sum()),
            partly_excluded=passages - narrower,
        )

    def _asked(self, query: EngineQuery) -> _Asked:
        names = Names(tuple(name for name, _ in self.whole.holdings.sources), self.whole.authors)
        is_coarse = self.articles.has_coarse_dates
        wider = selection(partly_dated(query), names).found if is_coarse and asks_for_dates(query) else None
        narrower = selection(partly_excluded(query), names).found if is_coarse and excludes_dates(query) else None
        return _Asked(selection(query, names), wider, narrower)

    # ------------------------------------------------------------------------- what must be known before

    def _prepared(self, asked: _Asked, deadline: Deadline) -> dict[Condition, Longs]:
        """In which articles stands what is asked of whole ones."""
        bits: dict[Condition, Longs] = {}
        needed = list(dict.fromkeys(one for condition in asked.all for one in needed_articles(condition)))
        while needed:
            ready = [one for one in needed if all(inner in bits for inner in needed_articles(one))]
            translator = Translator(self.words, self.whole.holdings, bits)
            bodies = [self._articles_body(translator.passages(one)) for one in ready]
            for one, answer in zip(ready, self._search(bodies, deadline), strict=True):
                bits[one] = _bits(self.articles.passages(answer))
            needed = [one for one in needed if one not in bits]
        return bits

    def _pattern_frequencies(self, terms: Sequence[Term], deadline: Deadline) -> dict[tuple[str, ...], int]:
        """In how many passages each pattern's forms stand."""
        patterns = [term for term in terms if isinstance(term, Pattern) and term.forms]
        known, unknown = self.remembered.frequencies(patterns)
        answers = self._search(list(map(in_passages, unknown)), deadline)
        known |= self.remembered.counted(unknown, answers)
        return {key[1:]: count for key, count in known.items()}

    def _articles_body(self, query: Answer) -> Answer:
        return {"size": 0, "query": query, "aggs": {"articles": passages_by_article(len(self.articles))}}

    def _search(self, bodies: Sequence[Answer], deadline: Deadline) -> list[Answer]:
        deadline.check()
        answers = self.index.search(bodies, deadline.left()) if bodies else []
        deadline.check()
        return answers

    # ------------------------------------------------------------------------------------------ the search itself

    def _listing(
        self, query: EngineQuery, asked: Selection, translator: Translator, terms: Sequence[Term], deadline: Deadline
    ) -> _Listing:
        """What a query wants to be told of its best passages."""
        patterns = self._pattern_frequencies(terms, deadline)
        scored = scores(
            query.tree,
            self.whole.holdings,
            lambda key: self.words.stem_frequency(key) if isinstance(key, str) else patterns[key],
        )
        found = {"bool": {"filter": [translator.passages(asked.base)], "should": list(scored)}}
        chosen = None
        if asked.sources != Everything() or asked.dates != Everything():
            chosen = _both(translator.query(asked.sources), translator.query(asked.dates))
        asking = Asking(self.words, terms, self.remembered.numbers(terms))
        best = BestPassages(asking, query.depth) if BestPassages.serve(query, terms) else None
        return _Listing(query, found, chosen, best)

    def _candidates(
        self, listing: _Listing, first: Answer, hidden: list[int], deadline: Deadline
    ) -> tuple[Candidate, ...]:
        """The best passages; those of articles that are hidden are left out."""
        if hidden:
            listing = listing.without(hidden)
            first = self._search([listing.body()], deadline)[0]
        if listing.best:
            told = listing.best.told(first, in_order=self.whole.place.changes <= 1)
            if told:
                self.remembered.put_aside(scoring_terms(listing.query.tree), told.aside)
                self.remembered.pages.put(told.pages)
                return told.candidates
            listing = replace(listing, best=None)
            first = self._search([listing.body()], deadline)[0]
        names = [name for key in _SORTS[listing.query.sort] for name in key]
        return tuple(_candidate(names, hit) for hit in self._on(listing, first, deadline))

    def _hidden(self, passages: Longs) -> list[int]:
        """The numbers of the matching articles that are not the earliest of their group that matches."""
        numbers = np.flatnonzero(passages)
        group, place = self.copies.places_in_groups(self.articles.ids[numbers])
        order = np.lexsort((place, group))
        later = np.zeros(len(numbers), np.bool_)
        later[order[1:]] = group[order[1:]] == group[order[:-1]]
        hidden: list[int] = numbers[later & (group >= 0)].tolist()
        return hidden

    def _on(self, listing: _Listing, first: Answer, deadline: Deadline) -> list[Answer]:
        """The hits of an answer, and what comes after them where more are wanted than one answer holds."""
        hits: list[Answer] = first["hits"]["hits"]
        depth = listing.query.depth
        while hits and len(hits) % MOST_HITS == 0 and len(hits) < depth:
            more = {"search_after": hits[-1]["sort"], "size": min(depth - len(hits), MOST_HITS)}
            following = self._search([{**listing.body(), **more}], deadline)[0]["hits"]["hits"]
            if not following:
                break
            hits = hits + following
        return hits


def _both(one: Answer, other: Answer) -> Answer:
    return {"bool": {"filter": [one, other]}}


def _bits(passages: Longs) -> Longs:
    """A bit for each article, set where it has passages."""
    seen = np.zeros((len(passages) // 64 + 1) * 64, np.bool_)
    seen[: len(passages)] = passages > 0
    return np.packbits(seen, bitorder="little").view("<i8")


def _candidate(names: Sequence[str], hit: Answer) -> Candidate:
    told = dict(zip(names, hit["sort"], strict=True))
    return Candidate(told["row"], told["id"], hit["_score"])
