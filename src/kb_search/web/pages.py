"""The pages: from an address to a rendered answer."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace

from flask import Response, render_template, request

from kb_search.config import Settings
from kb_search.document import article_of
from kb_search.errors import IndexProblem
from kb_search.results import ArticleHead, Results, SearchRequest, Stats
from kb_search.search import Library
from kb_search.web.article_view import article_page
from kb_search.web.collection_view import Part, collection_page
from kb_search.web.contexts import (
    ArticlePage,
    CollectionPage,
    EmptyPage,
    ErrorPage,
    Frame,
    HelpPage,
    HomePage,
    RelatedPage,
    ResultsPage,
    SimilarPage,
)
from kb_search.web.home_view import Samples, empty_page, help_page, home_page, newest, samples
from kb_search.web.related_view import BEST_PASSAGES, related_page
from kb_search.web.results_view import note_views, results_page
from kb_search.web.similar_view import MOST, similar_page
from kb_search.web.state import State
from kb_search.web.wording import shortened

Page = (
    ResultsPage | RelatedPage | SimilarPage | HomePage | CollectionPage | EmptyPage | ArticlePage | HelpPage | ErrorPage
)

ROBOTS = "User-agent: *\nDisallow: /\n"
_PART = re.compile("[0-9]{1,6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Collected:
    """What the home and help pages say; it holds for one generation of the index."""

    stats: Stats
    everything: Results
    newest: tuple[ArticleHead, ...]
    samples: Samples


class Pages:
    """The functions behind the addresses that a browser shows."""

    def __init__(self, library: Library, settings: Settings) -> None:
        self._library = library
        self._settings = settings
        self._collected: _Collected | None = None

    def home(self) -> Response:
        """`GET /`: what is in the collection."""
        known = self._collection()
        if not known.stats.articles:
            return self._nothing_yet()
        site = self._settings.title
        return render(home_page(site, known.stats, known.everything, known.newest, known.samples))

    def search(self) -> Response:
        """`GET /search`: the answer to one request."""
        state = self._state()
        results = self._library.search(state.request)
        if not results.passages and not self._library.stats().articles:
            return self._nothing_yet()
        return render(results_page(results, state, self._settings.title, self._count))

    def article(self, article: str) -> Response:
        """`GET /article/ID`: one article, with the marks of the query it was found by."""
        pairs = [(name, value) for name, value in request.args.items(multi=True) if name != "part"]
        state = State.read(pairs, self._settings.per_page, fold=True)
        view = self._library.article(article, state.request)
        frame = Frame(
            self._settings.title,
            shortened(view.article.title, 90),
            state.request.text,
            state.inputs("q"),
        )
        notes = note_views((*state.problems, *state.unknown, *view.notes), state)
        part = request.args.get("part", "")
        number = int(part) if _PART.fullmatch(part) else 1
        return render(article_page(view, state, frame, notes, number))

    def collection(self) -> Response:
        """`GET /collection`: what there is and what needs a look; `show` names one list, `page` a page of it."""
        page = request.args.get("page", "1")
        part = Part(request.args.get("show", ""), int(page) if _PART.fullmatch(page) else 1)
        return render(collection_page(self._settings.title, self._library.overview(), part))

    def related(self) -> Response:
        """`GET /related`: words that stand beside those of a search."""
        state = self._state()
        found = self._library.search(replace(state.request, page=1, per_page=BEST_PASSAGES, sort="relevance"))
        return render(related_page(found, state, self._settings.title))

    def similar(self, name: str) -> Response:
        """`GET /similar/ID`: other articles that are about what an article or a passage is about."""
        found = self._library.similar(name, MOST)
        view = self._library.article(article_of(name), SearchRequest())
        return render(similar_page(found, view, self._settings.title))

    def help(self) -> Response:
        """`GET /help`: the query language; it needs an index only for its examples."""
        try:
            found = self._collection().samples
        except IndexProblem:
            found = None
        return render(help_page(self._settings.title, found, self._count))

    def robots(self) -> Response:
        """`GET /robots.txt`: what stands here was written by others and is not for crawlers."""
        return Response(ROBOTS, mimetype="text/plain")

    def _nothing_yet(self) -> Response:
        return render(empty_page(self._settings.title, "The index holds no articles yet.", self._settings))

    def _state(self) -> State:
        return State.read(request.args.items(multi=True), self._settings.per_page, fold=True)

    def _count(self, state: State) -> int:
        return self._library.search(replace(state.request, page=1, per_page=1)).passages

    def _collection(self) -> _Collected:
        """What is known of the collection, gathered once for each generation."""
        stats = self._library.stats()
        known = self._collected
        if known is None or known.stats.generation != stats.generation:
            known = self._collected = self._gathered(stats)
        return known

    def _gathered(self, stats: Stats) -> _Collected:
        everything = self._library.search(SearchRequest(per_page=self._settings.per_page))
        heads = list(self._library.articles())
        return _Collected(stats, everything, newest(heads), samples(stats, heads, everything.hits))


def render(page: Page, status: int = 200) -> Response:
    """A page as an answer. What no encoding can hold (half a surrogate pair in a file's name) becomes `?`."""
    context = {field.name: getattr(page, field.name) for field in fields(page)}
    html = render_template(page.template, **context)
    return Response(html.encode("utf-8", "replace"), status, mimetype="text/html")
