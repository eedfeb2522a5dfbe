"""Searching a generation that is kept in files: select, count, score, rank.

What an engine adds is `postings`: which rows of a segment have a stem. Everything else, filters, phrases, facets and
order, is answered from the arrays of `columns`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property, partial, reduce
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb_search.arrays import ABSENT, Ints, Mask
from kb_search.columns import Columns
from kb_search.datecounts import DateCounts
from kb_search.engines.base import Candidate, Deadline, EngineQuery, Expansion, Lexicon, Matches, Occurrences
from kb_search.engines.bestrows import BestRows, Rows, best_rows, candidates
from kb_search.engines.bm25 import boosted, coarse_length, idf, saturation
from kb_search.engines.coarsedates import asks_for_dates, excludes_dates, partly_dated, partly_excluded
from kb_search.engines.expansion import Vocabulary, expansion, lexicon
from kb_search.engines.keptpostings import KeptPostings
from kb_search.engines.matching import PhraseSource, SegmentMatcher
from kb_search.engines.occurrences import SegmentWords, occurrences
from kb_search.engines.postings import Postings, count_together, looked_up
from kb_search.engines.store import StoreReader, by_count, counted
from kb_search.errors import REBUILD, IndexDamaged
from kb_search.query import Language, Node, Pattern, Term, Word

#: Ranking comes after the search, when nothing is to be cut short any more.
_RANKING_SECONDS = 60.0

#: How many stems a check looks at when it is not thorough.
_SAMPLED_STEMS = 1000
#: Fewer rows than this part of a segment are looked up in the postings, of more the postings are read whole.
_LOOKED_UP_BELOW = 16
#: So many words are counted at a time: they stay in the caches of a processor, and eight times as many take twice as
#: long.
_CHECKED_AT_ONCE = 1 << 17


class _Weighted(NamedTuple):
    """A term's postings in one segment with the term's weight over all segments."""

    postings: Postings
    weight: float


class LocalReader(StoreReader):
    """Searches the segments of a generation."""

    def __init__(self, folder: Path) -> None:
        """Open a finished generation. Raises IndexDamaged."""
        super().__init__(folder)
        self._coarse = [coarse_length(columns.row_length).astype(np.float64) for columns in self._segments]
        self._groups = [self._copies.places_in_groups(columns.article_ids) for columns in self._segments]
        #: Which rows of each segment are not deleted; None for all.
        self._there = [None if alive.all() else alive for alive in self._alive]
        self._kept = KeptPostings()

    @abstractmethod
    def read_postings(self, segment: int, stem: str) -> Postings:
        """Read the postings of a stem in one segment; empty where it has none."""

    def postings(self, segment: int, stem: str) -> Postings:
        """The same, kept from one query to the next."""
        return self._kept.of(segment, stem, lambda: self.read_postings(segment, stem))

    def promising(self, rows: list[Rows], query: EngineQuery) -> list[Rows]:  # noqa: ARG002 - for engines that know more
        """Of the rows of each segment that were found those that may be among the best by score: all, or fewer."""
        return rows

    def phrases(self, segment: int) -> PhraseSource | None:  # noqa: ARG002 - likewise
        """What knows where forms follow each other in a segment, if not its columns."""
        return None

    def search(self, query: EngineQuery) -> Matches:
        """Find, count and rank. Raises SearchTooLong."""
        deadline = Deadline(query.seconds)
        matchers = [self._matcher(number, deadline) for number in range(len(self._segments))]
        weights = self._weights(query.tree, matchers)
        sources: Counter[str] = Counter()
        dates: list[DateCounts] = []
        found: list[Rows] = []
        passages = articles = partly = excluded = 0
        for number, columns in enumerate(self._segments):
            selection = self._select(number, query, matchers[number])
            found.append(selection.rows)
            passages += len(selection.rows)
            articles += _distinct(columns.row_article[selection.rows])
            partly += selection.partly
            excluded += selection.excluded
            sources.update(counted(columns.sources, columns.sources_of(selection.for_sources)))
            dates.append(DateCounts.ranked(columns.dates, np.bincount(columns.row_date_rank[selection.for_dates])))
        listed = self._unfolded(found) if query.fold and self._copies.has_groups else found
        folded = passages - sum(map(len, listed))
        if query.sort == "relevance":
            listed = self.promising(listed, query)
        best: list[BestRows] = []
        for number, rows in enumerate(listed):
            scores = self._scores(number, weights, rows)
            deadline.check()
            best.append(best_rows(self._segments[number], self._bases[number], rows, scores, query))
        return Matches(
            passages=passages,
            articles=articles,
            articles_exact=True,
            candidates=candidates(best, query.depth),
            sources=by_count(sources),
            dates=DateCounts.together(dates),
            partly_dated=partly,
            partly_excluded=excluded,
            folded=folded,
        )

    def _unfolded(self, found: list[Rows]) -> list[Rows]:
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

    def _weights(self, tree: Node, matchers: Sequence[SegmentMatcher]) -> list[list[_Weighted]]:
        """For each segment the terms that score, each once, with their weight: idf times boost."""
        weighted: list[list[_Weighted]] = [[] for _ in matchers]
        for key, boost in boosted(tree):
            lists = [matcher.postings(key) for matcher in matchers]
            weight = boost * idf(self._holdings.passages, self._living(lists))
            for found, postings in zip(weighted, lists, strict=True):
                found.append(_Weighted(postings, weight))
        return weighted

    def _living(self, lists: Sequence[Postings]) -> int:
        """How many rows that are not deleted some postings have, those of each segment."""
        return sum(count_together([one], there) for one, there in zip(lists, self._there, strict=True))

    def _matcher(self, number: int, deadline: Deadline) -> SegmentMatcher:
        kept = partial(self._kept.of, number)
        source = partial(self.postings, number)
        return SegmentMatcher(self._segments[number], source, deadline, kept, self.phrases(number))

    @cached_property
    def _vocabularies(self) -> list[Vocabulary]:
        return [
            Vocabulary.of_segment(columns, alive) for columns, alive in zip(self._segments, self._alive, strict=True)
        ]

    def expand(self, pattern: Pattern, most: int, deadline: Deadline) -> Expansion:
        """The forms that fit a pattern in its field, `most` of them at most. Raises SearchTooLong."""
        return expansion(pattern, self._vocabularies, most, deadline)

    def lexicon(self) -> Lexicon:
        """All forms, with how often each stands in the collection. Made once."""
        return self._lexicon

    @cached_property
    def _lexicon(self) -> Lexicon:
        return lexicon(self._vocabularies)

    def inflected(self, stems: Sequence[str]) -> Iterable[str]:
        """All forms that have one of some stems in one of the languages."""
        return {form for columns in self._segments for form in columns.inflected(stems)}

    def frequency(self, word: Word) -> int:
        """In how many passages, titles and headings included, one of a word's stems stands."""
        if word.exact and all(columns.form_table.find(word.form) == ABSENT for columns in self._segments):
            return 0
        count = 0
        for number, columns in enumerate(self._segments):
            known = [stem for stem in word.stems if columns.stem_table.find(stem) != ABSENT]
            lists = [self.postings(number, stem) for stem in known]
            count += count_together(lists, self._there[number]) if lists else 0
        return count

    def _select(self, number: int, query: EngineQuery, matcher: SegmentMatcher) -> _Selected:
        base = self._base(number, matcher, query)
        sources, dates = _source_selection(matcher, query), _date_selection(matcher, query)
        found = _both(_both(base, sources), dates)
        rows = np.flatnonzero(found)
        partly = excluded = 0
        if self._segments[number].has_coarse_dates:
            if asks_for_dates(query):
                partly = int(np.count_nonzero(self._rows(number, matcher, partly_dated(query)) & ~found))
            if excludes_dates(query):
                excluded = int(np.count_nonzero(found & ~self._rows(number, matcher, partly_excluded(query))))
        for_sources = rows if sources is None else np.flatnonzero(_both(base, dates))
        for_dates = rows if dates is None else np.flatnonzero(_both(base, sources))
        return _Selected(rows, for_sources, for_dates, partly, excluded)

    def _rows(self, number: int, matcher: SegmentMatcher, query: EngineQuery) -> Mask:
        """The rows that a query finds."""
        base = self._base(number, matcher, query)
        return _both(_both(base, _source_selection(matcher, query)), _date_selection(matcher, query))

    def _base(self, number: int, matcher: SegmentMatcher, query: EngineQuery) -> Mask:
        """The rows that a query matches before anything is selected in a facet."""
        base = _both(matcher.rows(query.tree), self._there[number])
        if query.languages:
            base &= reduce(np.logical_or, [matcher.filter(Language(code)) for code in query.languages])
        if query.article:
            base &= matcher.article(query.article)
        return base

    def _scores(self, number: int, weights: list[list[_Weighted]], rows: Rows) -> NDArray[np.float64]:
        """BM25 of some rows, summed word by word."""
        if len(rows) * _LOOKED_UP_BELOW < self._segments[number].rows:
            return self._scores_of_few(number, weights, rows)
        selected = np.zeros(self._segments[number].rows, np.bool_)
        selected[rows] = True
        scores = np.zeros(self._segments[number].rows)
        lengths = self._coarse[number]
        for postings, weight in weights[number]:
            inside = np.flatnonzero(selected[postings.rows])
            hit = postings.rows[inside]
            frequency = (postings.own[inside] + postings.context[inside]).astype(np.float64)
            scores[hit] += weight * saturation(frequency, lengths[hit], self._average)
        return scores[rows]

    def _scores_of_few(self, number: int, weights: list[list[_Weighted]], rows: Rows) -> NDArray[np.float64]:
        """The same, row by row looked up in the postings."""
        scores, lengths = np.zeros(len(rows)), self._coarse[number][rows]
        for postings, weight in weights[number]:
            own, context = looked_up(postings, rows)
            scores += weight * saturation((own + context).astype(np.float64), lengths, self._average)
        return scores

    def occurrences(self, candidates: Sequence[Candidate], words: Sequence[Term]) -> Occurrences:
        """Where words stand in candidates. Source of the layout: see `base.Occurrences`."""
        segments = []
        for number, columns in enumerate(self._segments):
            matcher = self._matcher(number, Deadline(_RANKING_SECONDS))
            postings = [[matcher.postings(key) for key in _keys(word)] for word in words]
            segments.append(
                SegmentWords(self._bases[number], columns, self._there[number], postings, self._vectors[number])
            )
        return occurrences(segments, [candidate.key for candidate in candidates], words, self._space)

    def check(self, *, thorough: bool) -> None:
        """Scan what is kept, a sample of it unless `thorough`. Raises IndexDamaged with what is wrong."""
        newest = len(self._segments) - 1
        for number, columns in enumerate(self._segments):
            if len(columns.starts) != columns.rows + 1 or int(columns.starts[-1]) != len(columns.forms):
                raise IndexDamaged(f"The index's list of words does not fit its passages. {REBUILD}")
            if thorough or number == newest:  # the others were looked at when they were the newest
                self._check_postings(number, columns, thorough=thorough)

    def _check_postings(self, number: int, columns: Columns, *, thorough: bool) -> None:
        """The postings of a stem hold as many own words as the passages do."""
        expected = np.zeros(len(columns.stem_table), np.int64)
        for at in range(0, len(columns.forms), _CHECKED_AT_ONCE):
            places = at + np.flatnonzero(columns.forms[at : at + _CHECKED_AT_ONCE])
            expected += np.bincount(columns.stems_at(places), minlength=len(expected))
        step = 1 if thorough else max(len(columns.stem_table) // _SAMPLED_STEMS, 1)
        for stem in range(0, len(columns.stem_table), step):
            found = self.postings(number, columns.stem_table[stem])
            if int(found.own.sum()) != expected[stem]:
                raise IndexDamaged(f"The postings of {columns.stem_table[stem]!r} do not fit the passages. {REBUILD}")


class _Selected(NamedTuple):
    """The rows of one segment that an EngineQuery selects, those each facet counts, and how many are dated coarsely."""

    rows: Rows
    for_sources: Rows
    for_dates: Rows
    partly: int
    excluded: int


def _keys(term: Term) -> Sequence[str | tuple[str, ...]]:
    """What a term has postings by: each of its stems, or its forms together."""
    return (term.forms,) if isinstance(term, Pattern) else term.stems


def _source_selection(matcher: SegmentMatcher, query: EngineQuery) -> Mask | None:
    """The rows that the reader's selection of sources lets through; None for all."""
    wanted = matcher.sources(query.sources) if query.sources else None
    return _both(~matcher.sources(query.not_sources), wanted) if query.not_sources else wanted


def _date_selection(matcher: SegmentMatcher, query: EngineQuery) -> Mask | None:
    """The rows that the reader's selection of dates lets through; None for all."""
    parts = [matcher.filter(query.span)] if query.span else []
    if query.dates:
        parts.append(reduce(np.logical_or, [matcher.filter(one) for one in query.dates]))
    parts += [~matcher.filter(one) for one in query.not_dates]
    return reduce(np.logical_and, parts) if parts else None


def _both(rows: Mask, others: Mask | None) -> Mask:
    return rows if others is None else rows & others


def _distinct(rising: Ints) -> int:
    return 1 + int(np.count_nonzero(np.diff(rising))) if len(rising) else 0
