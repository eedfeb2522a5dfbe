"""The reading pipeline: a request in, results out. Everything that answers a reader goes through `Library`."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from kb_search import corpus, facets
from kb_search.analysis import base_language
from kb_search.config import Settings
from kb_search.document import Date
from kb_search.engines import engine_named
from kb_search.engines.base import Candidate, EngineQuery, EngineReader, Matches, SearchTooLong
from kb_search.errors import NotFound, UsageError
from kb_search.generations import Opened, current_name, open_current
from kb_search.highlight import Marker
from kb_search.parsing import parse
from kb_search.query import (
    Node,
    Phrase,
    Query,
    Word,
    any_of,
    date_range,
    describe,
    leaves,
    scoring_words,
    text_leaves,
)
from kb_search.ranking import WINDOW, Ranked, rank
from kb_search.results import (
    MATCHES,
    SORTS,
    ArticleHead,
    ArticleView,
    FileReport,
    Hit,
    Note,
    Results,
    SearchRequest,
    Stats,
)

MAX_PER_PAGE = 200
#: Paging ends here; whoever wants more narrows the question or exports.
MAX_DEPTH = 10_000
NEAREST = 10


@dataclass(slots=True)
class _Open:
    """A generation with the number of requests that are using it; `name` is what CURRENT said."""

    name: str
    opened: Opened
    reader: EngineReader
    users: int = 0
    retired: bool = False

    def close(self) -> None:
        self.reader.close()
        self.opened.close()


class Library:
    """A collection, open for reading. Safe to share between threads; follows the index when it is rebuilt."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is opened before the first question; IndexProblem is raised there."""
        self._settings = settings
        self._lock = threading.Lock()
        self._now: _Open | None = None

    def close(self) -> None:
        """Let go of the index."""
        with self._lock:
            self._retire()

    def _retire(self) -> None:
        if self._now:
            self._now.retired = True
            if not self._now.users:
                self._now.close()
        self._now = None

    @contextmanager
    def _using(self) -> Iterator[_Open]:
        """The generation that answers now; it stays open until the request is done."""
        with self._lock:
            name = current_name(self._settings.index)
            if self._now is None or self._now.name != name:
                fresh = _open(self._settings.index, name)
                self._retire()
                self._now = fresh
            current = self._now
            current.users += 1
        try:
            yield current
        finally:
            with self._lock:
                current.users -= 1
                if current.retired and not current.users:
                    current.close()

    def search(self, request: SearchRequest) -> Results:
        """Answer a request. Raises UsageError for values that nothing could mean, and IndexProblem."""
        started = time.perf_counter()
        _check(request)
        with self._using() as current:
            return _Search(request, current, self._settings.time_limit).results(started)

    def article(self, article_id: str, request: SearchRequest) -> ArticleView:
        """An article with what the request's words match in it. Raises NotFound."""
        with self._using() as current:
            whole = current.reader.article(article_id)
            if whole is None:
                raise NotFound(f"There is no article {article_id!r} in this collection.")
            article, passages = whole
            query = parse(request.text, _languages(current.reader))
            marker, title_marker = _markers(query.tree)
            return ArticleView(
                article=article,
                passages=passages,
                marks=tuple(marker.marks(one.text, article.language, one.silent) for one in passages),
                title_marks=title_marker.marks(article.title, article.language),
                notes=query.notes,
            )

    def article_of(self, passage_id: str) -> str:
        """The id of the article that a passage is of. Raises NotFound."""
        with self._using() as current:
            key = current.reader.find_passage(passage_id)
            if key is None:
                raise NotFound(f"There is no passage {passage_id!r} in this collection.")
            return current.reader.passage(key)[1].id

    def articles(self) -> Iterator[ArticleHead]:
        """All articles without their text, in the order of their paths."""
        with self._using() as current:
            yield from current.reader.articles()

    def stats(self) -> Stats:
        """What the generation that answers holds."""
        with self._using() as current:
            holdings, manifest = current.reader.holdings(), current.opened.manifest
            files = corpus.read_state(current.opened.folder).values()
            known = [Date.from_number(number) for number, _ in holdings.dates if number]
            problems = [file for file in files if file.reason or file.status != "indexed"]
            return Stats(
                engine=manifest.engine,
                generation=manifest.generation,
                articles=holdings.articles,
                passages=holdings.passages,
                sources=tuple(pair for pair in holdings.sources if pair[0]),
                undated=holdings.undated_articles,
                failed=sum(file.status == "failed" for file in files),
                skipped=sum(file.status == "skipped" for file in files),
                first_date=min(known, default=None),
                last_date=max(known, default=None),
                bytes=manifest.bytes,
                problems=tuple(
                    FileReport(file.path, file.status, file.reason, file.loader, len(file.articles))
                    for file in problems
                ),
            )


def _open(index: Path, name: str) -> _Open:
    opened = open_current(index)
    try:
        return _Open(name, opened, engine_named(opened.manifest.engine).reader(opened.folder))
    except BaseException:
        opened.close()
        raise


def _check(request: SearchRequest) -> None:
    if request.sort not in SORTS:
        raise UsageError(f"sort must be one of {', '.join(SORTS)}, not {request.sort!r}.")
    if request.match not in MATCHES:
        raise UsageError(f"match must be one of {', '.join(MATCHES)}, not {request.match!r}.")
    if not 1 <= request.per_page <= MAX_PER_PAGE:
        raise UsageError(f"A page can have 1 to {MAX_PER_PAGE} passages, not {request.per_page}.")
    if request.page < 1:
        raise UsageError(f"Pages are counted from 1; there is no page {request.page}.")


def _languages(reader: EngineReader) -> tuple[str, ...]:
    return reader.holdings().languages or ("en",)


def _markers(tree: Node) -> tuple[Marker, Marker]:
    """What marks texts and headings, and what marks titles."""
    shown = text_leaves(tree)
    titles = [leaf for leaf in leaves(tree) if isinstance(leaf, Word | Phrase) and leaf.field == "title"]
    return Marker(shown), Marker([*shown, *titles])


class _Search:
    """One request against one generation."""

    def __init__(self, request: SearchRequest, current: _Open, seconds: float) -> None:
        self._reader = current.reader
        self._generation = current.opened.manifest.generation
        self._query: Query = parse(request.text, _languages(current.reader))
        self._request = replace(request, text=self._query.text)
        self._seconds = seconds
        self._notes: list[Note] = list(self._query.notes)
        self._tree = any_of(self._query.tree) if request.match == "any" else self._query.tree
        self._marker, self._title_marker = _markers(self._tree)

    def results(self, started: float) -> Results:
        """Find, rank, cut out the page and count. `started` is when the request came."""
        request = self._request
        asked = self._asked(self._tree, min(max(request.page * request.per_page, WINDOW), MAX_DEPTH))
        matches = self._matches(asked)
        ranked = self._ranked(self._tree, matches.candidates, asked.sort)
        first = (request.page - 1) * request.per_page
        self._note_limits(matches, first)
        selection = facets.DateSelection(asked.dates, asked.not_dates, asked.span)
        return Results(
            request=request,
            understood=_understood(self._tree, request),
            notes=tuple(self._notes),
            passages=matches.passages,
            articles=matches.articles,
            articles_exact=matches.articles_exact,
            hits=tuple(map(self._hit, ranked[first : first + request.per_page])),
            nearest=self._nearest() if not matches.passages else (),
            facets=(
                facets.source_facet(matches.sources, request),
                facets.date_facet(matches.dates, request),
            ),
            date_tree=facets.date_tree(matches.dates, request),
            timeline=facets.timeline(matches.dates, self._reader.holdings().dates, selection),
            page=request.page,
            pages=max(-(-min(matches.passages, MAX_DEPTH) // request.per_page), 1),
            generation=self._generation,
            took_ms=(time.perf_counter() - started) * 1000,
        )

    def _asked(self, tree: Node, depth: int) -> EngineQuery:
        request = self._request
        sort = request.sort
        if sort == "relevance" and not scoring_words(tree):
            sort = "newest"  # nothing to rank by
        return EngineQuery(
            tree=tree,
            sources=tuple(map(facets.source_name, request.sources)),
            not_sources=tuple(map(facets.source_name, request.not_sources)),
            dates=tuple(_date_filter(value) for value in request.dates),
            not_dates=tuple(_date_filter(value) for value in request.not_dates),
            span=date_range(request.since, request.until) if request.since or request.until else None,
            languages=tuple(map(base_language, request.languages)),
            article=request.article,
            sort=sort,
            depth=depth,
            seconds=self._seconds,
        )

    def _matches(self, asked: EngineQuery) -> Matches:
        try:
            return self._reader.search(asked)
        except SearchTooLong as limit:
            self._note("limited", str(limit))
            return Matches(0, 0, articles_exact=False, candidates=(), sources=(), dates=())

    def _ranked(self, tree: Node, candidates: Sequence[Candidate], sort: str) -> list[Ranked]:
        """The candidates as they are shown: the best put in order anew, the others after them as they came."""
        words = scoring_words(tree)
        head = candidates[:WINDOW] if sort == "relevance" and words else ()
        ranked: list[Ranked] = []
        if head:
            holdings = self._reader.holdings()
            found = self._reader.occurrences(head, words)
            ranked = rank(head, found, holdings.passages, holdings.average_length)
        # The two phases score on different scales; what follows the last one is never shown above it.
        most = ranked[-1].score if ranked else float("inf")
        rest = [(one, min(one.score, most)) for one in candidates[len(head) :]]
        return ranked + [Ranked(one, score, (("words", score),), 0) for one, score in rest]

    def _nearest(self) -> tuple[Hit, ...]:
        """Where nothing has all the words: what has most of them, the better ranked first among equals."""
        wider = any_of(self._tree)
        if wider == self._tree or len(scoring_words(wider)) < 2:
            return ()
        asked = self._asked(wider, WINDOW)
        try:
            ranked = self._ranked(wider, self._reader.search(asked).candidates, "relevance")
        except SearchTooLong:
            return ()
        ranked.sort(key=lambda one: -one.words)
        return tuple(map(self._hit, ranked[:NEAREST]))

    def _hit(self, ranked: Ranked) -> Hit:
        passage, head = self._reader.passage(ranked.candidate.key)
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
            marks=self._marker.marks(passage.text, head.language, passage.silent),
            title_marks=self._title_marker.marks(head.title, head.language),
            section_marks=self._marker.marks(passage.section, head.language),
            reasons=ranked.reasons,
        )

    def _note(self, kind: str, message: str) -> None:
        self._notes.append(Note(kind, "", 0, 0, message))

    def _note_limits(self, matches: Matches, first: int) -> None:
        if matches.partly_dated:
            self._note(
                "info",
                f"{matches.partly_dated} more may belong here: their date is only known to the month or the year, and "
                "part of that lies outside the dates asked for.",
            )
        if matches.passages > MAX_DEPTH and first + self._request.per_page >= MAX_DEPTH:
            self._note("limited", f"Paging ends after {MAX_DEPTH:,} passages; a narrower question shows the others.")


def _date_filter(value: str) -> facets.DateFilter:
    try:
        return facets.date_filter(value)
    except ValueError as error:
        raise UsageError(f"The date filter cannot be read: {error}.") from error


def _understood(tree: Node, request: SearchRequest) -> str:
    """The question in plain words, filters included."""
    words = describe(tree)
    parts = [("Passages " if words else "All passages") + words]
    if request.sources:
        parts.append("in " + " or ".join(request.sources))
    if request.not_sources:
        parts.append("not in " + " or ".join(request.not_sources))
    if request.dates:
        parts.append("dated " + " or ".join(request.dates))
    if request.not_dates:
        parts.append("not dated " + " or ".join(request.not_dates))
    if request.since:
        parts.append(f"since {request.since}")
    if request.until:
        parts.append(f"until {request.until}")
    if request.languages:
        parts.append("in language " + " or ".join(request.languages))
    if request.article:
        parts.append("in one article")
    return " · ".join(parts)
