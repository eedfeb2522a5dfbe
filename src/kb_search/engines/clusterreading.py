"""One index of a cluster, to read from: searches, and documents by their ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from kb_search.engines.cluster import Answer, Cluster, NotThere
from kb_search.engines.clusterfailures import failure_of
from kb_search.engines.clusterscripts import told_of_passages
from kb_search.engines.clustertold import Told
from kb_search.errors import REBUILD, IndexDamaged

#: Of so many passages it is asked at once.
_AT_ONCE = 500
#: So many values of a field, and so many hits, are told at once.
_VALUES_AT_ONCE, _HITS_AT_ONCE = 10_000, 1_000
#: Beyond its time limit a search gets so many seconds before the cluster is said to hang.
_GRACE = 5.0
_GONE = 404


class ClusterIndex:
    """An index, by its name. Safe to share between threads."""

    def __init__(self, cluster: Cluster, name: str, shards: int) -> None:
        self.cluster = cluster
        self.name = name
        self._everywhere = shards > 1

    def search(self, bodies: Sequence[Answer], seconds: float = 30.0) -> list[Answer]:
        """The answers to some searches, asked in one request. Raises TooLong for one that takes longer."""
        limited = [{"timeout": f"{max(int(seconds * 1000), 1)}ms", **body} for body in bodies]
        with self._being_there():
            return self.cluster.search(self.name, limited, seconds=seconds + _GRACE, everywhere=self._everywhere)

    def check_there(self) -> None:
        """Raise IndexDamaged unless the cluster has the index."""
        with self._being_there():
            self.cluster.ask("GET", f"/{self.name}/_alias", local=True)  # a node alone knows it, without a quorum
        self.cluster.prefer_nodes_with(self.name)

    def count(self, query: Answer) -> int:
        """How many documents a query finds."""
        return total(self.search([counting(query)])[0])

    def document(self, name: str, article: str = "") -> Answer | None:
        """The document of an id, None where it is not there; what is part of an article lies where that does."""
        return next(iter(self.documents([(name, article)])), None)

    def documents(self, names: Sequence[tuple[str, str]]) -> list[Answer]:
        """The documents of some ids with the articles they are part of; those that are not there are left out."""
        wanted = [{"_id": name, **({"routing": article} if article else {})} for name, article in names]
        with self._being_there():
            told = self.cluster.ask("POST", f"/{self.name}/_mget", {"docs": wanted}, check=_check)
        return [one["_source"] for one in told["docs"] if one.get("found")]

    def pages(self, rows: Sequence[int]) -> Iterator[tuple[int, str]]:
        """What a page shows of some passages, as it is encoded, with their numbers, in no order."""
        for at in range(0, len(rows), _AT_ONCE):
            some = rows[at : at + _AT_ONCE]
            asked = told_by({"terms": {"row": list(some)}}, told_of_passages(pages=len(some)))
            told = Told.of(self.search([asked])[0]["aggregations"]["told"]["value"])
            yield from ((row, page) for row, page in zip(told.rows.tolist(), told.pages, strict=True) if page)

    def scan(self, query: Answer, sort: Sequence[str], **more: object) -> Iterator[Answer]:
        """All hits of a query, by fields that together tell all documents apart.

        The index never changes, so that one asks on from the last hit, whichever node answers.
        """
        after: Answer = {}
        while True:
            body = {"size": _HITS_AT_ONCE, "query": query, "sort": list(sort), **more, **after}
            hits = self.search([body])[0]["hits"]["hits"]
            yield from hits
            if len(hits) < _HITS_AT_ONCE:
                return
            after = {"search_after": hits[-1]["sort"]}

    def values(self, field: str, query: Answer) -> Iterator[str]:
        """The different values of a field in what a query finds, rising, however many they are."""
        after: Answer = {}
        while True:
            some = {"size": _VALUES_AT_ONCE, "sources": [{"value": {"terms": {"field": field}}}], **after}
            asked = {"size": 0, "query": query, "aggs": {"values": {"composite": some}}}
            told = self.search([asked])[0]["aggregations"]["values"]
            yield from (one["key"]["value"] for one in told["buckets"])
            if "after_key" not in told:
                return
            after = {"after": told["after_key"]}

    @contextmanager
    def _being_there(self) -> Iterator[None]:
        try:
            yield
        except NotThere as missing:
            raise IndexDamaged(f"The index {self.name} is not in the cluster any more. {REBUILD}") from missing


def told_by(query: Answer, aggregation: Answer) -> Answer:
    """A search for nothing but what an aggregation tells of all that a query finds."""
    return {"size": 0, "query": query, "aggs": {"told": aggregation}}


def counting(query: Answer) -> Answer:
    """A search that only counts."""
    return {"size": 0, "track_total_hits": True, "query": query}


def total(answer: Answer) -> int:
    """How many documents a search found."""
    return int(answer["hits"]["total"]["value"])


def _check(answer: Answer) -> None:
    for one in answer["docs"]:
        if "error" in one:
            raise failure_of(_GONE if "index_not_found" in str(one["error"]) else 503, one["error"])
