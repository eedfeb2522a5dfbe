"""OpenSearch used directly, through its own client."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.engines.contenders import SHOWN, Contender, Found
from benchmarks.engines.made import Made, Question
from opensearchpy import OpenSearch, helpers


class OpenSearchAlone(Contender):
    """OpenSearch with its English analyzer, aggregations and highlighter."""

    _INDEX = "kb-search-benchmark-direct"

    def __init__(self, _folder: Path, cluster: str) -> None:
        self._client = OpenSearch(cluster.split(","), timeout=600)

    def write(self, collection: Sequence[Made]) -> float:
        """Bulk requests without refresh and replicas, then a refresh."""
        english = {"type": "text", "analyzer": "english"}
        fields = {"source": {"type": "keyword"}, "date": {"type": "integer"}, "title": english, "text": english}
        settings = {"number_of_shards": 1, "number_of_replicas": 0, "refresh_interval": "-1"}
        self._client.indices.delete(index=self._INDEX, ignore_unavailable=True)
        self._client.indices.create(index=self._INDEX, body={"settings": settings, "mappings": {"properties": fields}})
        for _ in helpers.streaming_bulk(self._client, self._actions(collection), chunk_size=1000):
            pass
        self._client.indices.refresh(index=self._INDEX)
        return 0.0

    def _actions(self, collection: Sequence[Made]) -> Iterator[dict[str, Any]]:
        for article, passages in collection:
            date = article.date.number if article.date else 0
            for passage in passages:
                yield {
                    "_index": self._INDEX, "_id": passage.id, "title": article.title, "text": passage.text,
                    "source": article.source, "date": date,
                }  # fmt: skip

    def open(self) -> None:
        """Nothing more than the connection."""

    def ask(self, question: Question) -> Found:
        """One request: ten marked hits, a post filter, and both facets."""
        chosen = [{"term": {"source": question.source}}] if question.source else []
        dates = {"terms": {"field": "date", "size": 65_000}}
        body = {
            "size": SHOWN,
            "track_total_hits": True,
            "query": self._query(question),
            "post_filter": {"bool": {"filter": chosen}},
            "aggs": {
                "sources": {"terms": {"field": "source", "size": 1000}},
                "chosen": {"filter": {"bool": {"filter": chosen}}, "aggs": {"dates": dates}},
            },
            "highlight": {"fields": {"text": {"number_of_fragments": 0}}},
        }
        answer = self._client.search(index=self._INDEX, body=body)
        values = answer["aggregations"]["sources"]["buckets"]
        return Found(answer["hits"]["total"]["value"], len(answer["hits"]["hits"]), len(values))

    @staticmethod
    def _query(question: Question) -> dict[str, Any]:
        words = " ".join(question.words)
        if question.kind == "phrase":
            return {"match_phrase": {"text": words}}
        operator = "or" if question.kind == "any" else "and"
        return {
            "multi_match": {"query": words, "fields": ["title^4", "text"], "type": "cross_fields", "operator": operator}
        }

    def bytes(self) -> int:
        """What the cluster says of the index."""
        stats = self._client.indices.stats(index=self._INDEX, metric="store")
        return int(stats["_all"]["primaries"]["store"]["size_in_bytes"])

    def clear(self) -> None:
        """Delete the index."""
        self._client.indices.delete(index=self._INDEX, ignore_unavailable=True)
