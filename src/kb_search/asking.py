"""A request as an engine is asked it, and as a reader is told what was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kb_search import facets
from kb_search.analysis import base_language
from kb_search.document import UNDATED
from kb_search.engines.base import EngineQuery
from kb_search.errors import UsageError
from kb_search.query import Node, date_range, scoring_terms
from kb_search.rendering import also_matching, describe
from kb_search.results import MATCHES, SORTS, SearchRequest

MAX_PER_PAGE = 200
_SHOWN = 60


def check(request: SearchRequest) -> None:
    """Raise UsageError for a request with values that nothing could mean."""
    if request.sort not in SORTS:
        raise UsageError(f"sort must be one of {', '.join(SORTS)}, not {request.sort!r}.")
    if request.match not in MATCHES:
        raise UsageError(f"match must be one of {', '.join(MATCHES)}, not {request.match!r}.")
    if not all((*request.sources, *request.not_sources, *request.languages)):
        raise UsageError("The name of a source or language is empty; articles without a source are (no source).")
    if not 1 <= request.per_page <= MAX_PER_PAGE:
        raise UsageError(f"A page can have 1 to {MAX_PER_PAGE} passages, not {request.per_page}.")
    if request.page < 1:
        raise UsageError(f"Pages are counted from 1; there is no page {request.page}.")


def engine_query(request: SearchRequest, tree: Node, depth: int, seconds: float) -> EngineQuery:
    """What an engine is asked for a request whose text is a tree; `depth` passages in so many seconds.

    Where there is nothing to rank by, the newest come first. Raises UsageError for a date that is none.
    """
    sort = request.sort
    if sort == "relevance" and not scoring_terms(tree):
        sort = "newest"
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


def without_filters(request: SearchRequest) -> SearchRequest:
    """The same question with no filter."""
    bare = SearchRequest()
    return replace(
        bare,
        text=request.text,
        match=request.match,
        variants=request.variants,
        sort=request.sort,
        page=request.page,
        per_page=request.per_page,
        fold=request.fold,
    )


def _date_filter(value: str) -> facets.DateFilter:
    try:
        return facets.date_filter(value)
    except ValueError as error:
        raise UsageError(f"The date filter cannot be read: {error}.") from error


def understood(tree: Node, request: SearchRequest) -> str:
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
    parts += also_matching(tree)
    return " · ".join(parts)


def _dated(values: Sequence[str]) -> str:
    dates = [value for value in values if value != UNDATED]
    said = ["dated " + " or ".join(dates)] if dates else []
    return " or ".join([*said, *[UNDATED] * (UNDATED in values)])


def shortened(name: str) -> str:
    """An id as a message shows it: in quotes, and not longer than a line."""
    return repr(name if len(name) <= _SHOWN else name[:_SHOWN] + "…")
