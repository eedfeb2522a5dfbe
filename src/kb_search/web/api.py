"""The JSON interface: the same request and the same answer as the pages, in the shapes of `wire`."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, jsonify, request

from kb_search import __version__
from kb_search.config import Settings
from kb_search.errors import UsageError
from kb_search.lexing import MAX_LENGTH
from kb_search.results import SearchRequest
from kb_search.search import Library
from kb_search.web import openapi
from kb_search.web.state import State
from kb_search.wire import article_view_json, completions_json, overview_json, search_json


class Api:
    """The functions behind `/api/v1`, `/api/openapi.json` and `/health`."""

    def __init__(self, library: Library, settings: Settings) -> None:
        self._library = library
        self._settings = settings

    def search(self) -> Response:
        """`GET /api/v1/search`; a value that cannot be read is an error here, not a note."""
        state = self._state()
        results = self._library.search(state.request)
        return jsonify(search_json(replace(results, notes=(*state.unknown, *results.notes))))

    def article(self, article: str) -> Response:
        """`GET /api/v1/articles/ID`, marked by the query `q`."""
        return jsonify(article_view_json(self._library.article(article, self._state().request)))

    def complete(self) -> Response:
        """`GET /api/v1/complete`: ways to go on with the query `q`."""
        text = request.args.get("q", "")[:MAX_LENGTH]
        return jsonify(completions_json(text, self._library.complete(text)))

    def stats(self) -> Response:
        """`GET /api/v1/stats`."""
        return jsonify(overview_json(self._library.overview()))

    def health(self) -> Response:
        """`GET /health`: ok while searches can be answered, which is tried: a cluster may be there, its index not."""
        generation = self._library.search(SearchRequest(per_page=1)).generation
        return jsonify({"status": "ok", "version": __version__, "generation": generation})

    def description(self) -> Response:
        """`GET /api/openapi.json`."""
        return jsonify(openapi.document())

    def _state(self) -> State:
        state = State.read(request.args.items(multi=True), self._settings.per_page)
        if state.problems:
            raise UsageError(" ".join(problem.message for problem in state.problems))
        return state
