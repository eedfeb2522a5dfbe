"""Which rows come first: the best of each segment, and the best of all."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb_search.columns import Columns
from kb_search.engines.base import Candidate, EngineQuery

Rows = NDArray[np.intp]


class BestRows(NamedTuple):
    """The best rows of a segment in their order, and what that goes by, as `numpy.lexsort` has it: the first last."""

    order: tuple[NDArray[Any], ...]
    keys: Rows
    ids: NDArray[np.bytes_]
    scores: NDArray[np.float64]


def best_rows(columns: Columns, base: int, rows: Rows, scores: NDArray[np.float64], query: EngineQuery) -> BestRows:
    """The best of some rows of a segment, as many as a query wants. `base` is the key of the segment's first row."""
    if query.sort == "relevance":
        kept = _top(-scores, columns.row_rank[rows], query.depth)
        rows, scores = rows[kept], scores[kept]
        order: tuple[NDArray[Any], ...] = (columns.row_ids[rows], -scores)
    else:
        dates = _date_keys(columns, rows, query.sort)
        kept = _top(dates, _reading_order(columns, rows), query.depth)
        rows, scores = rows[kept], scores[kept]
        order = (rows, columns.article_ids[columns.row_article[rows]], dates[kept])
    return BestRows(order, base + rows, columns.row_ids[rows], scores)


def candidates(parts: list[BestRows], depth: int) -> tuple[Candidate, ...]:
    """The best `depth` of all segments, best first."""
    if not parts:
        return ()
    order, keys, ids, scores = parts[0]
    if len(parts) > 1:
        order = tuple(map(np.concatenate, zip(*(part.order for part in parts), strict=True)))
        first = np.lexsort(order)[:depth]
        keys, ids, scores = (np.concatenate(some)[first] for some in zip(*(part[1:] for part in parts), strict=True))
    return tuple(map(Candidate, keys.tolist(), map(bytes.decode, ids.tolist()), scores.tolist()))


def _date_keys(columns: Columns, rows: Rows, sort: str) -> NDArray[np.int64]:
    """What rows are sorted by: their date, falling for `newest`; the undated come last either way."""
    dates = columns.row_date[rows].astype(np.int64)
    return np.where(dates == 0, np.iinfo(np.int64).max, -dates if sort == "newest" else dates)


def _top(keys: NDArray, ties: NDArray, depth: int) -> Rows:  # type: ignore[type-arg]  # any numbers
    """The indexes of the `depth` smallest keys in order, ties by the second array."""
    kept = np.arange(len(keys))
    if len(keys) > depth:
        kept = np.flatnonzero(keys <= np.partition(keys, depth - 1)[depth - 1])
    return kept[np.lexsort((ties[kept], keys[kept]))][:depth]


def _reading_order(columns: Columns, rows: Rows) -> NDArray[np.int64]:
    """A number for each row that sorts by the article's id, then as the article is read."""
    return columns.article_rank[columns.row_article[rows]].astype(np.int64) * columns.rows + rows
