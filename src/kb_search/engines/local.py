"""Searching a generation that is kept in files: select, count, score, rank.

What an engine adds is `postings`: which rows of a segment have a stem. Everything else, filters, phrases, facets and
order, is answered from the arrays of `columns`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb_search.columns import Columns, Ints, Mask
from kb_search.engines.base import (
    Candidate,
    Deadline,
    EngineQuery,
    Matches,
    Occurrences,
    coarse_length,
    idf,
    saturation,
)
from kb_search.engines.matching import Postings, SegmentMatcher
from kb_search.engines.store import StoreReader, by_count, counted
from kb_search.errors import REBUILD, IndexDamaged
from kb_search.query import And, DateRange, Language, Node, Or, Word, leaves, scoring_words

#: How many stems a check looks at when it is not thorough.
_SAMPLED_STEMS = 1000


class _Weighted(NamedTuple):
    """A stem's postings in one segment with the stem's idf over all segments."""

    postings: Postings
    idf: float


class LocalReader(StoreReader):
    """Searches the segments of a generation."""

    def __init__(self, folder: Path) -> None:
        """Open a finished generation. Raises IndexDamaged."""
        super().__init__(folder)
        self._coarse = [coarse_length(columns.row_length).astype(np.float64) for columns in self._segments]
        self._groups = [self._copies.places_in_groups(columns.article_ids) for columns in self._segments]

    @abstractmethod
    def postings(self, segment: int, stem: str) -> Postings:
        """The postings of a stem in one segment; empty where it has none."""

    def search(self, query: EngineQuery) -> Matches:
        """Find, count and rank. Raises SearchTooLong."""
        deadline = Deadline(query.seconds)
        weights = self._weights(query.tree)
        sources: Counter[str] = Counter()
        dates: Counter[int] = Counter()
        best: list[tuple[tuple[object, ...], Candidate]] = []
        found: list[NDArray[np.intp]] = []
        passages = articles = partly = 0
        for number, columns in enumerate(self._segments):
            selection = self._select(number, query, deadline)
            rows = np.flatnonzero(selection.rows)
            found.append(rows)
            passages += len(rows)
            articles += _distinct(columns.row_article[rows])
            partly += selection.partly
            sources.update(counted(columns.sources, columns.sources_of(selection.for_sources)))
            dates.update(counted(columns.dates.tolist(), columns.row_date_rank[selection.for_dates]))
        listed = self._unfolded(found) if query.fold and self._copies.has_groups else found
        for number, rows in enumerate(listed):
            scores = self._scores(number, weights, rows)
            deadline.check()
            best += self._best(number, rows, scores, query)
        best.sort(key=lambda pair: pair[0])
        return Matches(
            passages=passages,
            articles=articles,
            articles_exact=True,
            candidates=tuple(candidate for _, candidate in best[: query.depth]),
            sources=by_count(sources),
            dates=tuple(sorted(dates.items())),
            partly_dated=partly,
            folded=passages - sum(map(len, listed)),
        )

    def _unfolded(self, found: list[NDArray[np.intp]]) -> list[NDArray[np.intp]]:
        """Of the rows that match those of the earliest article of each group, and of articles in no group."""
        articles = [columns.row_article[rows] for columns, rows in zip(self._segments, found, strict=True)]
        groups = [group[those] for (group, _), those in zip(self._groups, articles, strict=True)]
        places = [place[those] for (_, place), those in zip(self._groups, articles, strict=True)]
        count = 1 + max((int(group.max(initial=-1)) for group in groups), default=-1)
        earliest = np.full(count + 1, np.iinfo(np.int32).max, np.int32)  # the last is for those in no group
        for group, place in zip(groups, places, strict=True):
            grouped = group >= 0
            np.minimum.at(earliest, group[grouped], place[grouped])
        return [
            rows[(group < 0) | (place == earliest[group])]
            for rows, group, place in zip(found, groups, places, strict=True)
        ]

    def _weights(self, tree: Node) -> list[list[_Weighted]]:
        """For each segment the stems that score, each once, with their idf."""
        stems = dict.fromkeys(stem for word in scoring_words(tree) for stem in word.stems)
        found = {stem: [self.postings(number, stem) for number in range(len(self._segments))] for stem in stems}
        rows = self._bases[-1]
        idfs = {stem: idf(rows, sum(len(one.rows) for one in lists)) for stem, lists in found.items()}
        return [[_Weighted(found[stem][number], idfs[stem]) for stem in stems] for number in range(len(self._segments))]

    def _matcher(self, number: int, deadline: Deadline) -> SegmentMatcher:
        return SegmentMatcher(self._segments[number], lambda stem: self.postings(number, stem), deadline)

    def _select(self, number: int, query: EngineQuery, deadline: Deadline) -> _Selection:
        matcher = self._matcher(number, deadline)
        base = self._base(number, matcher, query)
        sources, dates = _source_selection(matcher, query), _date_selection(matcher, query)
        rows = base & sources & dates
        partly = 0
        if _asks_for_dates(query) and np.any(self._segments[number].dates % 100 == 0):
            wider = _partly_dated(query)
            found = self._base(number, matcher, wider) & sources & _date_selection(matcher, wider)
            partly = int(np.count_nonzero(found & ~rows))
        return _Selection(rows, np.flatnonzero(base & dates), np.flatnonzero(base & sources), partly)

    def _base(self, number: int, matcher: SegmentMatcher, query: EngineQuery) -> Mask:
        """The rows that a query matches before anything is selected in a facet."""
        base = matcher.rows(query.tree) & self._alive[number]
        if query.languages:
            base &= reduce(np.logical_or, [matcher.filter(Language(code)) for code in query.languages])
        if query.article:
            base &= matcher.article(query.article)
        return base

    def _scores(self, number: int, weights: list[list[_Weighted]], rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """BM25 of some rows, summed word by word."""
        selected = np.zeros(self._segments[number].rows, np.bool_)
        selected[rows] = True
        scores = np.zeros(self._segments[number].rows)
        lengths = self._coarse[number]
        for postings, weight in weights[number]:
            inside = selected[postings.rows]
            hit = postings.rows[inside]
            frequency = (postings.own[inside] + postings.context[inside]).astype(np.float64)
            scores[hit] += weight * saturation(frequency, lengths[hit], self._average)
        return scores[rows]

    def _best(
        self, number: int, rows: NDArray[np.intp], scores: NDArray[np.float64], query: EngineQuery
    ) -> list[tuple[tuple[object, ...], Candidate]]:
        """The best rows of a segment, each with the key by which segments are merged."""
        columns = self._segments[number]
        if query.sort == "relevance":
            kept = _top(-scores, columns.row_rank[rows], query.depth)
        else:
            kept = _top(self._date_keys(columns, rows, query.sort), _reading_order(columns, rows), query.depth)
        return [self._candidate(number, int(rows[one]), float(scores[one]), query.sort) for one in kept]

    def _candidate(self, number: int, row: int, score: float, sort: str) -> tuple[tuple[object, ...], Candidate]:
        columns = self._segments[number]
        passage = columns.row_ids[row].decode("ascii")
        candidate = Candidate(self._bases[number] + row, passage, score)
        if sort == "relevance":
            return (-score, passage), candidate
        article = int(columns.row_article[row])
        date = int(self._date_keys(columns, np.array([row]), sort)[0])
        return (date, bytes(columns.article_ids[article]), row), candidate

    @staticmethod
    def _date_keys(columns: Columns, rows: NDArray[np.intp], sort: str) -> NDArray[np.int64]:
        """What rows are sorted by: their date, falling for `newest`; the undated come last either way."""
        dates = columns.row_date[rows].astype(np.int64)
        return np.where(dates == 0, np.iinfo(np.int64).max, -dates if sort == "newest" else dates)

    def occurrences(self, candidates: Sequence[Candidate], words: Sequence[Word]) -> Occurrences:
        """Where words stand in candidates. Source of the layout: see `base.Occurrences`."""
        keys = np.array([candidate.key for candidate in candidates], np.int64)
        own = np.zeros((len(words), len(keys)), np.int32)
        context = np.zeros_like(own)
        lengths = np.zeros(len(keys), np.int32)
        frequencies = np.zeros(len(words), np.int64)
        parts: list[_Places] = []
        for number, columns in enumerate(self._segments):
            mine = np.flatnonzero((keys >= self._bases[number]) & (keys < self._bases[number + 1]))
            rows = (keys[mine] - self._bases[number]).astype(np.int32)
            lengths[mine] = columns.row_length[rows]
            for at, word in enumerate(words):
                lists = [self.postings(number, stem) for stem in word.stems]
                for found in lists:
                    own[at, mine] += _looked_up(found.rows, found.own, rows)
                    context[at, mine] += _looked_up(found.rows, found.context, rows)
                frequencies[at] += _count_together([found.rows for found in lists], columns.rows)
            if len(mine):
                parts.append(_places(columns, mine.astype(np.int32), rows, words))
        together = _merged(parts)
        return Occurrences(own, context, lengths, frequencies, *together)

    def check(self, *, thorough: bool) -> None:
        """Scan what is kept, a sample of it unless `thorough`. Raises IndexDamaged with what is wrong."""
        for number, columns in enumerate(self._segments):
            if len(columns.starts) != columns.rows + 1 or int(columns.starts[-1]) != len(columns.forms):
                raise IndexDamaged(f"The index's list of words does not fit its passages. {REBUILD}")
            self._check_postings(number, columns, thorough=thorough)

    def _check_postings(self, number: int, columns: Columns, *, thorough: bool) -> None:
        """The postings of a stem hold as many own words as the passages do."""
        expected = np.bincount(columns.stems_at(np.flatnonzero(columns.forms)), minlength=len(columns.stem_table))
        step = 1 if thorough else max(len(columns.stem_table) // _SAMPLED_STEMS, 1)
        for stem in range(0, len(columns.stem_table), step):
            found = self.postings(number, columns.stem_table[stem])
            if int(found.own.sum()) != expected[stem]:
                raise IndexDamaged(f"The postings of {columns.stem_table[stem]!r} do not fit the passages. {REBUILD}")


class _Selection(NamedTuple):
    """The rows of one segment that an EngineQuery selects, those each facet counts, and the partly dated."""

    rows: Mask
    for_sources: NDArray[np.intp]
    for_dates: NDArray[np.intp]
    partly: int


class _Places(NamedTuple):
    candidate: Ints
    word: Ints
    place: NDArray[np.int64]
    exact: Mask


def _places(columns: Columns, mine: Ints, rows: Ints, words: Sequence[Word]) -> _Places:
    """The occurrences of words in some rows of a segment; `mine` are the rows' numbers as candidates."""
    places, owner = columns.positions_of(rows)
    stems, forms = columns.stems_at(places), columns.forms[places]
    word = np.full(len(places), -1, np.int32)
    exact = np.zeros(len(places), np.bool_)
    for at, one in enumerate(words):
        for number in columns.stem_numbers(one.stems):
            word[stems == number] = at
        exact |= (word == at) & (forms == columns.form_table.find(one.form))
    hit = np.flatnonzero(word >= 0)
    return _Places(mine[owner[hit]], word[hit], places[hit] - columns.starts[rows][owner[hit]], exact[hit])


def _merged(parts: list[_Places]) -> _Places:
    if not parts:
        return _Places(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.bool_))
    candidate = np.concatenate([part.candidate for part in parts])
    place = np.concatenate([part.place for part in parts])
    order = np.lexsort((place, candidate))
    word = np.concatenate([part.word for part in parts])
    exact = np.concatenate([part.exact for part in parts])
    return _Places(candidate[order], word[order], place[order], exact[order])


def _count_together(lists: list[NDArray[np.uint32]], rows: int) -> int:
    """How many of a segment's rows are in at least one of some lists."""
    if len(lists) == 1:
        return len(lists[0])
    seen = np.zeros(rows, np.bool_)
    for one in lists:
        seen[one] = True
    return int(np.count_nonzero(seen))


def _looked_up(rows: NDArray[np.uint32], values: NDArray[np.uint32], wanted: Ints) -> Ints:
    """The values of some rows in a posting list; 0 for those it lacks."""
    if not len(rows):
        return np.zeros(len(wanted), np.int32)
    at = np.minimum(np.searchsorted(rows, wanted), len(rows) - 1)
    return np.where(rows[at] == wanted, values[at], 0).astype(np.int32)


def _source_selection(matcher: SegmentMatcher, query: EngineQuery) -> Mask:
    """The rows that the reader's selection of sources lets through."""
    rows = matcher.sources(query.sources) if query.sources else matcher.everything()
    return rows & ~matcher.sources(query.not_sources) if query.not_sources else rows


def _date_selection(matcher: SegmentMatcher, query: EngineQuery) -> Mask:
    """The rows that the reader's selection of dates lets through."""
    rows = matcher.filter(query.span) if query.span else matcher.everything()
    if query.dates:
        rows = rows & reduce(np.logical_or, [matcher.filter(one) for one in query.dates])
    return reduce(np.logical_and, [~matcher.filter(one) for one in query.not_dates], rows)


def _asks_for_dates(query: EngineQuery) -> bool:
    return bool(query.dates or query.span or any(isinstance(leaf, DateRange) for leaf in leaves(query.tree)))


def _partly_dated(query: EngineQuery) -> EngineQuery:
    """The query as it would be if a coarse date counted wherever it may lie."""
    return replace(
        query,
        tree=_partly(query.tree),
        dates=tuple(_partly_range(one) if isinstance(one, DateRange) else one for one in query.dates),
        span=_partly_range(query.span) if query.span else None,
    )


def _partly(node: Node) -> Node:
    """The tree with its date ranges widened to what may lie in them; under a NOT they stay as they are."""
    if isinstance(node, And | Or):
        return replace(node, children=tuple(_partly(child) for child in node.children))
    return _partly_range(node) if isinstance(node, DateRange) else node


def _partly_range(one: DateRange) -> DateRange:
    return replace(one, partly=True)


def _top(keys: NDArray, ties: NDArray, depth: int) -> NDArray[np.intp]:  # type: ignore[type-arg]  # any numbers
    """The indexes of the `depth` smallest keys in order, ties by the second array."""
    kept = np.arange(len(keys))
    if len(keys) > depth:
        kept = np.flatnonzero(keys <= np.partition(keys, depth - 1)[depth - 1])
    return kept[np.lexsort((ties[kept], keys[kept]))][:depth]


def _reading_order(columns: Columns, rows: NDArray[np.intp]) -> NDArray[np.int64]:
    """A number for each row that sorts by the article's id, then as the article is read."""
    return columns.article_rank[columns.row_article[rows]].astype(np.int64) * columns.rows + rows


def _distinct(rising: Ints) -> int:
    return 1 + int(np.count_nonzero(np.diff(rising))) if len(rising) else 0
