"""A search in a cluster: what is asked, in as few requests as can be, and what its answers add up to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb_search.copies import Copies, Ids
from kb_search.datecounts import DateCounts
from kb_search.engines.base import Candidate, Deadline, EngineQuery, Matches
from kb_search.engines.cluster import Answer
from kb_search.engines.clusterdocuments import decoded
from kb_search.engines.clusterfolder import Whole
from kb_search.engines.clusterindex import MOST_HITS, MOST_VALUES, articles_seen
from kb_search.engines.clusterquery import Translator, needed_articles, scores
from kb_search.engines.clusterreading import ClusterIndex, counting, total
from kb_search.engines.clusterwords import PassageWords, Words
from kb_search.engines.coarsedates import asks_for_dates, excludes_dates, partly_dated, partly_excluded
from kb_search.engines.conditions import Condition, Everything, Names, Selection
from kb_search.engines.translation import selection
from kb_search.query import Pattern, scoring_terms

#: The words of so many passages come along with an answer; of more they are asked for when they are needed.
_WITH_WORDS = 500
_BY_TIME = [{"article": "asc"}, {"row": "asc"}]
_SORTS = {
    "relevance": [{"_score": "desc"}, {"id": "asc"}],
    "newest": [{"dated": {"order": "desc", "missing": "_last"}}, *_BY_TIME],
    "oldest": [{"dated": {"order": "asc", "missing": "_last"}}, *_BY_TIME],
}

Bits = NDArray[np.int64]


class Found(NamedTuple):
    """What a search found, and the words of those passages whose words came along, by their keys."""

    matches: Matches
    words: dict[int, PassageWords]


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
class ClusterSearch:
    """Searches one generation."""

    index: ClusterIndex
    whole: Whole
    words: Words
    copies: Copies
    article_ids: Ids

    def found(self, query: EngineQuery) -> Found:
        """Find, count and rank. Raises SearchTooLong and TooLong."""
        deadline = Deadline(query.seconds)
        asked = self._asked(query)
        deadline.check()
        bits, frequencies = self._prepared(query, asked, deadline)
        translator = Translator(self.words, self.whole.holdings, bits)
        body = self._body(query, asked.main, translator, scores(query.tree, self.whole.holdings, frequencies))
        counted = [counting(translator.passages(one)) if one else None for one in (asked.wider, asked.narrower)]
        first, *others = self._search([body, *filter(None, counted)], deadline)
        told = iter(map(total, others))
        passages = total(first)
        wider, narrower = (next(told) if one else passages for one in counted)
        listed, hits = self._listed(query, body, first, deadline)
        candidates = tuple(_candidate(hit) for hit in hits)
        matches = Matches(
            passages=passages,
            articles=_number(_of(first, "articles")["count"]["value"]),
            articles_exact=True,
            candidates=candidates,
            sources=tuple(sorted(_values(first, "sources"), key=lambda pair: (-pair[1], pair[0]))),
            dates=DateCounts.of(_values(first, "dates")),
            partly_dated=wider - passages,
            folded=passages - listed,
            partly_excluded=passages - narrower,
        )
        return Found(
            matches,
            {one.key: words for one, hit in zip(candidates, hits, strict=True) if (words := passage_words(hit))},
        )

    def _asked(self, query: EngineQuery) -> _Asked:
        names = Names(tuple(name for name, _ in self.whole.holdings.sources), self.whole.authors)
        is_coarse = any(date and date % 100 == 0 for date, _ in self.whole.holdings.dates)
        wider = selection(partly_dated(query), names).found if is_coarse and asks_for_dates(query) else None
        narrower = selection(partly_excluded(query), names).found if is_coarse and excludes_dates(query) else None
        return _Asked(selection(query, names), wider, narrower)

    # ------------------------------------------------------------------------- what must be known before

    def _prepared(
        self, query: EngineQuery, asked: _Asked, deadline: Deadline
    ) -> tuple[dict[Condition, Bits], dict[tuple[str, ...], int]]:
        """In which articles stands what is asked of whole ones, and in how many passages each pattern's forms."""
        bits: dict[Condition, Bits] = {}
        patterns = [term.forms for term in scoring_terms(query.tree) if isinstance(term, Pattern) and term.forms]
        needed = list(dict.fromkeys(one for condition in asked.all for one in needed_articles(condition)))
        while needed:
            ready = [one for one in needed if all(inner in bits for inner in needed_articles(one))]
            translator = Translator(self.words, self.whole.holdings, bits)
            bodies = [self._articles_body(translator.passages(one)) for one in ready]
            for one, answer in zip(ready, self._search(bodies, deadline), strict=True):
                bits[one] = self._bits(answer["aggregations"]["articles"]["value"])
            needed = [one for one in needed if one not in bits]
        counted = self._search([counting({"terms": {"pooled_forms": list(forms)}}) for forms in patterns], deadline)
        return bits, dict(zip(patterns, map(total, counted), strict=True))

    def _articles_body(self, query: Answer) -> Answer:
        return {"size": 0, "query": query, "aggs": {"articles": articles_seen(len(self.article_ids), listed=True)}}

    def _bits(self, told: Sequence[int] | None) -> Bits:
        return np.array(told or [0] * (len(self.article_ids) // 64 + 1), np.int64)

    def _search(self, bodies: Sequence[Answer], deadline: Deadline) -> list[Answer]:
        deadline.check()
        answers = self.index.search(bodies, deadline.left()) if bodies else []
        deadline.check()
        return answers

    # ------------------------------------------------------------------------------------------ the search itself

    def _body(self, query: EngineQuery, asked: Selection, translator: Translator, scored: Sequence[Answer]) -> Answer:
        """The search: the reader's selection comes after the facets, each of which counts without its own."""
        sources, dates = translator.query(asked.sources), translator.query(asked.dates)
        most = min(MOST_VALUES, 1 + max(len(self.whole.holdings.sources), len(self.whole.holdings.dates)))
        body: Answer = {
            "size": min(query.depth, MOST_HITS),
            "track_total_hits": True,
            "track_scores": True,
            "query": {"bool": {"filter": [translator.passages(asked.base)], "should": list(scored)}},
            "aggs": {
                "sources": _counted(dates, {"terms": {"field": "source", "size": most}}),
                "dates": _counted(sources, {"terms": {"field": "date", "size": most}}),
                "articles": _counted(
                    _both(sources, dates), articles_seen(len(self.article_ids), listed=self._folds(query))
                ),
            },
            "sort": _SORTS[query.sort],
            "_source": False,
            "stored_fields": "_none_",
            "docvalue_fields": ["row", "id", *(["words"] if query.depth <= _WITH_WORDS else [])],
        }
        if asked.sources != Everything() or asked.dates != Everything():
            body["post_filter"] = _both(sources, dates)
        return body

    def _folds(self, query: EngineQuery) -> bool:
        return query.fold and self.copies.has_groups

    def _listed(self, query: EngineQuery, body: Answer, first: Answer, deadline: Deadline) -> tuple[int, list[Answer]]:
        """How many passages are listed, and the best of them; near-duplicates that are hidden are left out."""
        if self._folds(query):
            hidden = self._hidden(_of(first, "articles")["count"]["value"])
            if hidden:
                wanted = {"bool": {"must_not": [{"terms": {"number": hidden}}]}}
                body = {**body, "post_filter": _both(wanted, body.get("post_filter", {"match_all": {}}))}
                del body["aggs"]
                first = self._search([body], deadline)[0]
        return total(first), self._on(query, body, first, deadline)

    def _hidden(self, told: Sequence[int] | None) -> list[int]:
        """The numbers of the matching articles that are not the earliest of their group that matches."""
        seen = np.unpackbits(self._bits(told).astype("<i8").view("u1"), bitorder="little")
        numbers = np.flatnonzero(seen[: len(self.article_ids)])
        group, place = self.copies.places_in_groups(self.article_ids[numbers])
        order = np.lexsort((place, group))
        later = np.zeros(len(numbers), np.bool_)
        later[order[1:]] = group[order[1:]] == group[order[:-1]]
        hidden: list[int] = numbers[later & (group >= 0)].tolist()
        return hidden

    def _on(self, query: EngineQuery, body: Answer, first: Answer, deadline: Deadline) -> list[Answer]:
        """The hits of an answer, and what comes after them where more are wanted than one answer holds."""
        hits: list[Answer] = first["hits"]["hits"]
        while hits and len(hits) % MOST_HITS == 0 and len(hits) < query.depth:
            more = {key: value for key, value in body.items() if key != "aggs"}
            more |= {"search_after": hits[-1]["sort"], "size": min(query.depth - len(hits), MOST_HITS)}
            following = self._search([more], deadline)[0]["hits"]["hits"]
            if not following:
                break
            hits = hits + following
        return hits


def _both(one: Answer, other: Answer) -> Answer:
    return {"bool": {"filter": [one, other]}}


def _counted(query: Answer, aggregation: Answer) -> Answer:
    """An aggregation over what meets a query beside the main one."""
    return {"filter": query, "aggs": {"count": aggregation}}


def _of(answer: Answer, name: str) -> Answer:
    found: Answer = answer["aggregations"][name]
    return found


def _values(answer: Answer, name: str) -> Iterator[tuple[Any, int]]:
    """The values of a facet with their counts."""
    for bucket in _of(answer, name)["count"]["buckets"]:
        yield bucket["key"], bucket["doc_count"]


def _number(told: int | Sequence[int] | None) -> int:
    """How many articles were seen: as a number, or as bits."""
    if isinstance(told, int):
        return told
    return int(np.unpackbits(np.array(told or [], np.int64).view("u1")).sum())


def _candidate(hit: Answer) -> Candidate:
    fields = hit["fields"]
    return Candidate(fields["row"][0], fields["id"][0], hit["_score"])


def passage_words(hit: Answer) -> PassageWords | None:
    """The words that came with a hit, if they did."""
    raw = hit["fields"].get("words")
    return PassageWords.decoded(decoded(raw[0])) if raw else None
