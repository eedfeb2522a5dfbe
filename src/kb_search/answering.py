"""One request against one generation: understand, find, rank, cut out the page, mark and count."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from kb_search import facets, remarks, weakwords
from kb_search.aids import Aids
from kb_search.asking import engine_query, shortened, understood, without_filters
from kb_search.datecounts import DateCounts
from kb_search.document import article_of, pages_of
from kb_search.engines.base import (
    Candidate,
    Deadline,
    EngineQuery,
    EngineReader,
    Matches,
    SearchTooLong,
    too_long,
)
from kb_search.expanding import expanded
from kb_search.highlight import Marker
from kb_search.parsing import parse
from kb_search.query import (
    EveryPassage,
    Leaf,
    Node,
    Query,
    Spread,
    any_of,
    leaves,
    scoring_terms,
    text_leaves,
)
from kb_search.ranking import WEIGHTS, WINDOW, Ranked, Weights, emphases, followed, rank, scaled
from kb_search.relaxing import beside_the_text, clause_counts, relaxation
from kb_search.rendering import named, render
from kb_search.results import (
    MOST_COPIES,
    ArticleHead,
    ArticleView,
    ClauseCount,
    Explanation,
    Hit,
    Note,
    Relaxation,
    Results,
    SearchRequest,
    WordShare,
)
from kb_search.suggest import FEW, did_you_mean

MAX_PER_PAGE = 200
#: Paging ends here; whoever wants more narrows the question or exports.
MAX_DEPTH = 10_000
NEAREST = 10


def view(
    article_id: str, request: SearchRequest, reader: EngineReader, seconds: float, aids: Aids
) -> ArticleView | None:
    """An article with what the request's words match in it; None where there is none of that id.

    `seconds` is how long the words that patterns stand for may be looked up.
    """
    whole = reader.article(article_id) or reader.article(reader.speaker(article_id))
    if whole is None:
        return None
    article, passages = whole
    query = _understood_query(request, reader, Deadline(seconds), aids)[0]
    mark = _markers(query.tree, reader)
    return ArticleView(
        article=article,
        passages=passages,
        marks=tuple(mark.text.marks(one.text, article.language, one.silent) for one in passages),
        title_marks=mark.title.marks(article.title, article.language),
        notes=query.notes,
        copies=tuple(_copies(article.id, reader)),
        copy_count=max(len(reader.copies(article.id)) - 1, 0),
    )


def passage_key(passage_id: str, reader: EngineReader) -> int | None:
    """The key of a passage; one of a merged article is that of the article that speaks for its text."""
    article, dash, rest = passage_id.partition("-")
    key = reader.find_passage(passage_id)
    return key if key is not None else reader.find_passage(reader.speaker(article) + dash + rest)


def _copies(article: str, reader: EngineReader) -> Iterator[ArticleHead]:
    """The near-duplicates of an article without itself, as many as are named."""
    others = [one for one in reader.copies(article) if one != article]
    for one in others[:MOST_COPIES]:
        if head := reader.head(one):
            yield head


def _languages(reader: EngineReader) -> tuple[str, ...]:
    return reader.holdings().languages or ("en",)


def _understood_query(
    request: SearchRequest, reader: EngineReader, deadline: Deadline, aids: Aids
) -> tuple[Query, bool]:
    """What was asked, with other names and with its patterns looked up; False where there was no time for that."""
    query = parse(request.text, _languages(reader))
    query = aids.namer.named(query) if request.variants else query
    try:
        return expanded(query, reader, deadline), True
    except SearchTooLong:
        note = Note("limited", "", 0, 0, too_long(deadline.seconds))
        return replace(query, notes=(*query.notes, note)), False


class Markers(NamedTuple):
    """What marks texts, titles and headings."""

    text: Marker
    title: Marker
    section: Marker


def _markers(tree: Node, reader: EngineReader) -> Markers:
    shown = text_leaves(tree)
    words = [leaf for leaf in leaves(tree) if isinstance(leaf, Leaf)]
    titles, headings = ([leaf for leaf in words if leaf.field == name] for name in ("title", "section"))
    text = Marker(shown, reader.inflected)
    return Markers(
        text,
        Marker([*shown, *titles], reader.inflected) if titles else text,
        Marker([*shown, *headings], reader.inflected) if headings else text,
    )


class Search:
    """One request against one generation, which `reader` reads and `generation` names."""

    def __init__(
        self,
        request: SearchRequest,
        reader: EngineReader,
        generation: str,
        seconds: float,
        aids: Aids,
        weights: Weights = WEIGHTS,
    ) -> None:
        """`request` has passed `check`; `seconds` is how long finding and counting may take."""
        self._weights = weights
        self._reader = reader
        self._generation = generation
        self._aids = aids
        self._deadline = Deadline(seconds)
        query, self._complete = _understood_query(request, reader, self._deadline, aids)
        self._request = replace(request, text=query.text)
        self._notes: list[Note] = list(query.notes)
        self._tree = any_of(query.tree) if request.match == "any" else query.tree
        self._mark = _markers(self._tree, reader)

    def results(self, started: float) -> Results:
        """Find, rank, cut out the page and count. `started` is when the request came."""
        request = self._request
        depth = min(max(request.page * request.per_page, WINDOW), MAX_DEPTH)
        asked = self._asked(self._tree, depth)
        matches = self._matches(asked)
        ranked = self._ranked(self._tree, matches.candidates, asked.sort)
        first = (request.page - 1) * request.per_page
        self._remark(matches)
        clauses, relaxed = self._blame(matches)
        selection = facets.DateSelection(asked.dates, asked.not_dates, asked.span)
        return Results(
            request=request,
            understood=understood(self._tree, request),
            notes=tuple(self._notes),
            passages=matches.passages,
            articles=matches.articles,
            articles_exact=matches.articles_exact,
            hits=self._hits(ranked[first : first + request.per_page]),
            nearest=self._nearest() if self._complete and not matches.passages else (),
            facets=(
                facets.source_facet(matches.sources, request),
                facets.date_facet(matches.dates, request),
            ),
            make_date_tree=partial(facets.date_tree, matches.dates, request),
            make_timeline=partial(facets.timeline, matches.dates, self._aids.calendar, selection),
            folded=matches.folded,
            page=request.page,
            pages=self._pages(matches),
            generation=self._generation,
            suggestion=self._did_you_mean(matches),
            took_ms=(time.perf_counter() - started) * 1000,
            complete=self._complete,
            clauses=clauses,
            relaxation=relaxed,
        )

    def articles(self, limit: int) -> list[tuple[str, float]]:
        """The ids of the best articles, each with the score of its best passage, best first."""
        best: dict[str, float] = {}
        for one in self._deep()[1]:
            best.setdefault(article_of(one.candidate.id), one.score)
        return list(best.items())[:limit]

    def others(self, article: str, limit: int) -> tuple[Hit, ...]:
        """The best passage of each article but one, best first."""
        best: dict[str, Ranked] = {}
        for one in self._deep()[1]:
            best.setdefault(article_of(one.candidate.id), one)
        best.pop(article, None)
        return self._hits(list(best.values())[:limit])

    def explanation(self, passage: str) -> Explanation | None:
        """Why a passage stands where it stands among all that match; None where it does not match.

        Where nothing has all the words, it is explained as one that has any of them.
        """
        matches, ranked = self._deep()
        if not matches.passages and self._complete and self._request.match == "all":
            return self._of_any().explanation(passage)
        position = next((at for at, one in enumerate(ranked, 1) if one.candidate.id == passage), 0)
        found = ranked[position - 1] if position else self._beyond(passage, ranked)
        if found is None:
            return None
        words = scoring_terms(self._tree)
        where = self._reader.occurrences([found.candidate], words)
        shares = zip(words, found.by_word, where.own[:, 0].tolist(), where.frequencies.tolist(), strict=False)
        return Explanation(
            request=self._request,
            understood=understood(self._tree, self._request),
            hit=self._hit(found),
            position=position,
            of=matches.passages,
            words=tuple(WordShare(named(word), score, count, passages) for word, score, count, passages in shares),
        )

    def _of_any(self) -> Search:
        """The same request where any of the words is enough."""
        request = replace(self._request, match="any")
        return Search(request, self._reader, self._generation, self._deadline.seconds, self._aids, self._weights)

    def _deep(self) -> tuple[Matches, list[Ranked]]:
        """All that matches as far as anybody can page, in the order in which it is shown."""
        asked = self._asked(self._tree, MAX_DEPTH)
        matches = self._matches(asked)
        return matches, self._ranked(self._tree, matches.candidates, asked.sort)

    def _beyond(self, passage: str, ranked: list[Ranked]) -> Ranked | None:
        """A passage that matches further down than anybody can page."""
        asked = replace(self._asked(self._tree, MAX_DEPTH), article=article_of(passage))
        here = [one for one in self._matches(asked).candidates if one.id == passage]
        if not here or not ranked:
            return None
        last = ranked[-1]
        return scaled(here[0], last.score / last.candidate.score if last.candidate.score else 1.0)

    def _pages(self, matches: Matches) -> int:
        return max(-(-min(matches.passages - matches.folded, MAX_DEPTH) // self._request.per_page), 1)

    def _asked(self, tree: Node, depth: int) -> EngineQuery:
        return engine_query(self._request, tree, depth, self._deadline.left())

    def _matches(self, asked: EngineQuery) -> Matches:
        try:
            if self._complete:
                return self._reader.search(asked)
        except SearchTooLong:
            self._complete = False
            self._notes.append(Note("limited", "", 0, 0, too_long(self._deadline.seconds)))
        return Matches(0, 0, articles_exact=False, candidates=(), sources=(), dates=DateCounts.of(()))

    def _ranked(self, tree: Node, candidates: Sequence[Candidate], sort: str) -> list[Ranked]:
        """The candidates as they are shown: the best put in order anew, the others after them as they came."""
        words = scoring_terms(tree)
        head = candidates[:WINDOW] if sort == "relevance" and words else ()
        ranked: list[Ranked] = []
        if head:
            holdings = self._reader.holdings()
            found = self._reader.occurrences(head, words)
            emphasis = emphases(tree, words, _languages(self._reader)[0], self._weights)
            ranked = rank(head, found, emphasis, holdings, self._weights)
        return followed(ranked, candidates[len(head) :])

    def _nearest(self) -> tuple[Hit, ...]:
        """Where nothing has all the words: what has most of them, the better ranked first among equals."""
        wider = any_of(self._tree)
        if wider == self._tree or len(scoring_terms(wider)) < 2:
            return ()
        asked = self._asked(wider, WINDOW)
        try:
            ranked = self._ranked(wider, self._reader.search(asked).candidates, "relevance")
        except SearchTooLong:
            return ()
        ranked.sort(key=lambda one: -one.words)
        return self._hits(ranked[:NEAREST])

    def _count(self, request: SearchRequest, tree: Node) -> int:
        """How many passages a request finds with the text of another tree. Raises SearchTooLong."""
        return self._count_of(replace(request, text=render(tree)))

    def _count_of(self, request: SearchRequest) -> int:
        query = _understood_query(request, self._reader, self._deadline, self._aids)[0]
        tree = any_of(query.tree) if request.match == "any" else query.tree
        return self._reader.search(engine_query(request, tree, 1, self._deadline.left())).passages

    def _blame(self, matches: Matches) -> tuple[tuple[ClauseCount, ...], Relaxation | None]:
        """Where nothing was found: what each clause finds alone, and what to change. Without time, what is known."""
        if matches.passages or not self._complete or isinstance(self._tree, EveryPassage):
            return (), None
        clauses: tuple[ClauseCount, ...] = ()
        request, bare = self._request, without_filters(self._request)
        try:
            clauses = clause_counts(self._tree, partial(self._count, request))
            self._notes += remarks.on_fields(beside_the_text(self._tree, clauses, partial(self._count, request)))
            stops = weakwords.stop_words(_languages(self._reader)[0])
            wider = relaxation(self._tree, clauses, partial(self._count, request), stops)
            if wider is None and request != bare and (found := self._count(bare, self._tree)):
                wider = Relaxation("without the filters", render(self._tree), found, keeps_filters=False)
        except SearchTooLong:
            self._note("limited", "There was no time to find out what is to blame; asked once more, it may be quicker.")
            return clauses, None
        return clauses, wider

    def _did_you_mean(self, matches: Matches) -> str | None:
        """A query in other spellings that finds more; None where this one finds enough, or there is no time."""
        if matches.passages >= FEW or not self._complete:
            return None

        def count(text: str) -> int:
            return self._count_of(replace(self._request, text=text))

        try:
            return did_you_mean(self._request.text, self._tree, matches.passages, self._aids.speller, count)
        except SearchTooLong:
            return None

    def _remark(self, matches: Matches) -> None:
        """Note what the answer itself has to be explained by."""
        request = self._request
        self._notes += remarks.on_dates(request, matches)
        if request.article and not matches.passages and self._reader.article(request.article) is None:
            message = f"There is no article {shortened(request.article)} in this collection."
            self._notes.append(Note("info", "", 0, 0, message))
        self._notes += remarks.on_pages(request.page, self._pages(matches), matches.passages, MAX_DEPTH)
        if self._complete and matches.passages < remarks.FEW_PASSAGES and remarks.may_be_spread(self._tree):
            with suppress(SearchTooLong):
                spread = self._reader.search(self._asked(Spread(self._tree), 1))
                self._notes += remarks.on_spread(request.text, matches, spread)

    def _hits(self, ranked: Sequence[Ranked]) -> tuple[Hit, ...]:
        self._reader.prepare([one.candidate.key for one in ranked])
        return tuple(map(self._hit, ranked))

    def _hit(self, ranked: Ranked) -> Hit:
        passage, head = self._reader.passage(ranked.candidate.key)
        page, last_page = pages_of(head.pages, passage)
        return Hit(
            passage=passage.id,
            article=head.id,
            title=head.title,
            untitled=head.untitled,
            source=head.source,
            date=head.date,
            section=passage.section,
            ordinal=passage.ordinal,
            of=head.passages,
            score=ranked.score,
            language=head.language,
            text=passage.text,
            sentences=passage.sentences,
            marks=self._mark.text.marks(passage.text, head.language, passage.silent),
            title_marks=self._mark.title.marks(head.title, head.language),
            section_marks=self._mark.section.marks(passage.section, head.language),
            sources=head.sources,
            page=page,
            last_page=last_page,
            copies=tuple(_copies(head.id, self._reader)),
            copy_count=max(len(self._reader.copies(head.id)) - 1, 0),
            reasons=ranked.reasons,
        )

    def _note(self, kind: str, message: str, suggestion: str | None = None) -> None:
        self._notes.append(Note(kind, "", 0, 0, message, suggestion))
