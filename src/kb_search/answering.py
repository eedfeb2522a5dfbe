"""One request against one generation: understand, find, rank, cut out the page, mark and count."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kb_search import facets
from kb_search.analysis import base_language
from kb_search.document import UNDATED
from kb_search.engines.base import Candidate, EngineQuery, EngineReader, Matches, SearchTooLong
from kb_search.errors import UsageError
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
from kb_search.results import MATCHES, MOST_COPIES, SORTS, ArticleHead, ArticleView, Hit, Note, Results, SearchRequest

MAX_PER_PAGE = 200
#: Paging ends here; whoever wants more narrows the question or exports.
MAX_DEPTH = 10_000
NEAREST = 10


def view(article_id: str, request: SearchRequest, reader: EngineReader) -> ArticleView | None:
    """An article with what the request's words match in it; None where there is none of that id."""
    whole = reader.article(article_id) or reader.article(reader.speaker(article_id))
    if whole is None:
        return None
    article, passages = whole
    query = parse(request.text, _languages(reader))
    marker, title_marker = _markers(query.tree)
    return ArticleView(
        article=article,
        passages=passages,
        marks=tuple(marker.marks(one.text, article.language, one.silent) for one in passages),
        title_marks=title_marker.marks(article.title, article.language),
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


def check(request: SearchRequest) -> None:
    """Raise UsageError for a request with values that nothing could mean."""
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


class Search:
    """One request against one generation, which `reader` reads and `generation` names."""

    def __init__(self, request: SearchRequest, reader: EngineReader, generation: str, seconds: float) -> None:
        """`request` has passed `check`; `seconds` is how long finding and counting may take."""
        self._reader = reader
        self._generation = generation
        self._query: Query = parse(request.text, _languages(reader))
        self._request = replace(request, text=self._query.text)
        self._seconds = seconds
        self._notes: list[Note] = list(self._query.notes)
        self._complete = True
        self._tree = any_of(self._query.tree) if request.match == "any" else self._query.tree
        self._marker, self._title_marker = _markers(self._tree)

    def results(self, started: float) -> Results:
        """Find, rank, cut out the page and count. `started` is when the request came."""
        request = self._request
        depth = min(max(request.page * request.per_page, WINDOW), MAX_DEPTH)
        asked = self._asked(self._tree, depth, self._seconds)
        matches = self._matches(asked)
        ranked = self._ranked(self._tree, matches.candidates, asked.sort)
        first = (request.page - 1) * request.per_page
        self._note_filters(matches)
        self._note_pages(matches)
        selection = facets.DateSelection(asked.dates, asked.not_dates, asked.span)
        return Results(
            request=request,
            understood=_understood(self._tree, request),
            notes=tuple(self._notes),
            passages=matches.passages,
            articles=matches.articles,
            articles_exact=matches.articles_exact,
            hits=tuple(map(self._hit, ranked[first : first + request.per_page])),
            nearest=self._nearest(started) if self._complete and not matches.passages else (),
            facets=(
                facets.source_facet(matches.sources, request),
                facets.date_facet(matches.dates, request),
            ),
            date_tree=facets.date_tree(matches.dates, request),
            timeline=facets.timeline(matches.dates, self._reader.holdings().dates, selection),
            folded=matches.folded,
            page=request.page,
            pages=self._pages(matches),
            generation=self._generation,
            took_ms=(time.perf_counter() - started) * 1000,
            complete=self._complete,
        )

    def _pages(self, matches: Matches) -> int:
        return max(-(-min(matches.passages - matches.folded, MAX_DEPTH) // self._request.per_page), 1)

    def _asked(self, tree: Node, depth: int, seconds: float) -> EngineQuery:
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
            seconds=seconds,
            fold=request.fold,
        )

    def _matches(self, asked: EngineQuery) -> Matches:
        try:
            return self._reader.search(asked)
        except SearchTooLong as limit:
            self._complete = False
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

    def _nearest(self, started: float) -> tuple[Hit, ...]:
        """Where nothing has all the words: what has most of them, the better ranked first among equals."""
        wider = any_of(self._tree)
        if wider == self._tree or len(scoring_words(wider)) < 2:
            return ()
        asked = self._asked(wider, WINDOW, self._seconds - (time.perf_counter() - started))
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
            sources=head.sources,
            copies=tuple(_copies(head.id, self._reader)),
            copy_count=max(len(self._reader.copies(head.id)) - 1, 0),
            reasons=ranked.reasons,
        )

    def _note(self, kind: str, message: str) -> None:
        self._notes.append(Note(kind, "", 0, 0, message))

    def _note_filters(self, matches: Matches) -> None:
        """Say why filters leave less than one may think."""
        request = self._request
        if matches.partly_dated:
            whose = "its date is" if matches.partly_dated == 1 else "their dates are"
            self._note(
                "info",
                f"{matches.partly_dated:,} more may belong here: {whose} only known to the month or the year, and part "
                "of that lies outside the dates asked for.",
            )
        if request.since and request.until and request.since.first > request.until.last:
            self._note("info", f"No date is both since {request.since} and until {request.until}.")
        if request.article and not matches.passages and self._reader.article(request.article) is None:
            self._note("info", f"There is no article {shortened(request.article)} in this collection.")

    def _note_pages(self, matches: Matches) -> None:
        request, pages = self._request, self._pages(matches)
        if request.page > pages and matches.passages:
            self._note("info", f"There is no page {request.page:,}; the last one is {pages:,}.")
        if request.page >= pages and matches.passages - matches.folded > MAX_DEPTH:
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
        parts.append(_dated(request.dates))
    if request.not_dates:
        parts.append("not " + _dated(request.not_dates))
    if request.since:
        parts.append(f"since {request.since}")
    if request.until:
        parts.append(f"until {request.until}")
    if request.languages:
        parts.append("in language " + " or ".join(request.languages))
    if request.article:
        parts.append("in one article")
    return " · ".join(parts)


def _dated(values: Sequence[str]) -> str:
    dates = [value for value in values if value != UNDATED]
    said = ["dated " + " or ".join(dates)] if dates else []
    return " or ".join([*said, *[UNDATED] * (UNDATED in values)])


_SHOWN = 60


def shortened(name: str) -> str:
    """An id as a message shows it: in quotes, and not longer than a line."""
    return repr(name if len(name) <= _SHOWN else name[:_SHOWN] + "…")
