"""The best passages of a search, told by a cluster in one answer with all that the second phase asks of them.

A sampler takes the best of each part of the index. Beneath it one aggregation tells what they are, their words, and
what a page shows of the best of them; another one goes to their articles and counts the words of the query there. That
takes the cluster no longer than to fetch the same passages one by one, and spares two more requests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from kb_search.engines.base import Candidate, EngineQuery
from kb_search.engines.cluster import Answer
from kb_search.engines.clusterindex import TO_ARTICLES
from kb_search.engines.clustermemory import Aside
from kb_search.engines.clusteroccurrences import Asking
from kb_search.engines.clustertold import Told
from kb_search.query import Term

#: Of more candidates the words do not come along, and what a page shows comes along of so many.
_MOST, _PAGES = 400, 100


class Best(NamedTuple):
    """The best passages, in their order, with what was told beside; `pages` is what a page shows of some of them."""

    candidates: tuple[Candidate, ...]
    aside: Aside
    pages: Mapping[int, str]


class BestPassages:
    """What a cluster is asked for the best passages by score, and what its answer says."""

    def __init__(self, asking: Asking, depth: int) -> None:
        """As many as `depth` are wanted; `asking` is what the second phase asks of them."""
        self._depth = depth
        self._asking = asking

    @staticmethod
    def serve(query: EngineQuery, terms: Sequence[Term]) -> bool:
        """Whether a query can be answered in this way: by relevance, not too deep, and for more than a count."""
        return query.sort == "relevance" and 1 < query.depth <= _MOST and bool(terms)

    def asked(self, chosen: Answer | None) -> Answer:
        """The aggregations that tell of the best among those that meet `chosen`."""
        beneath = {
            "told": self._asking.of_passages(_PAGES),
            "of": {"parent": {"type": TO_ARTICLES}, "aggs": {"told": self._asking.of_articles()}},
        }
        best: Answer = {"sampler": {"shard_size": self._depth + 1}, "aggs": beneath}
        return {"best": {"filter": chosen, "aggs": {"best": best}} if chosen else best}

    def told(self, answer: Answer, *, in_order: bool) -> Best | None:
        """The best passages; None where it cannot be said which of some with equal scores are among them.

        Of equals a part of the index gives those that come first in it. `in_order` says that this is the order of ids.
        """
        found = answer["aggregations"]["best"]
        found = found.get("best", found)
        told = Told.of(found["told"]["value"])
        rows = told.rows.tolist()
        best = sorted(zip((-told.scores).tolist(), told.ids, rows, strict=True))[: self._depth]
        if not in_order and self._cut_equals(told, -best[-1][0] if best else 0.0):
            return None
        return Best(
            tuple(Candidate(row, name, -falling) for falling, name, row in best),
            Aside(told, self._asking.in_articles(found["of"]["told"])),
            {row: page for row, page in zip(rows, told.pages, strict=True) if page},
        )

    def _cut_equals(self, told: Told, least: float) -> bool:
        """Whether a part of the index may have left out passages that score as much as the least of the best."""
        parts = np.split(told.scores, np.cumsum(told.sizes)[:-1])
        return any(len(part) > self._depth and part.min() >= least for part in parts)
