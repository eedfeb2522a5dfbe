"""Writes a generation into a cluster: as an index of its own, of which a change is a copy.

What is added is gathered on this machine first, in the arrays of `columns`, because the space of meanings is learned
from all of it; then it is sent. The index that answers is never written to: a change begins with a copy of it, which
costs the cluster next to nothing (hard links). Should a node die with what was sent, everything is sent again.
"""

from __future__ import annotations

import logging
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kb_search.columns import Columns
from kb_search.columnwriter import ColumnWriter
from kb_search.config import Settings
from kb_search.disk import link_tree
from kb_search.document import Article, Passage
from kb_search.engines.base import FIELD_WEIGHTS, EngineWriter, Holdings, Placing
from kb_search.engines.cluster import Access, Answer, Cluster, NotThere, ShardsLost
from kb_search.engines.clusterarticles import Articles, write_articles
from kb_search.engines.clusterdocuments import Documents, decoded, in_pieces, removal, unpacked
from kb_search.engines.clusterfailures import Failure
from kb_search.engines.clusterfolder import InCluster, Whole, read_whole, write_whole
from kb_search.engines.clusterhealth import NotPlaced, wait_for
from kb_search.engines.clusterindex import FINISHED, MAPPINGS, MOST_VALUES, PASSAGE, building_settings
from kb_search.engines.clusterreading import ClusterIndex
from kb_search.engines.clusterscripts import passages_by_article
from kb_search.engines.clustershare import owner_of
from kb_search.engines.clusterwords import Gone, PassageWords, Words, passages_of, write_words
from kb_search.errors import ConfigError
from kb_search.latent import read_vectors
from kb_search.wording import Wording

_SEGMENT = "segment"
_SPACE = "space"
#: How often everything is sent before the cluster is given up.
_ATTEMPTS = 3
#: So many deleted articles are looked up in one request.
_AT_ONCE = 200
_MERGE_SECONDS = 3600.0
_COUNT_SECONDS = 120.0
_ALL_PASSAGES: Answer = {"term": {"kind": PASSAGE}}
_WHOLE_SECONDS = 10
#: What may hinder writing to an index; the second is the cluster's own where a disk is all but full.
_BLOCKS = ("index.blocks.write", "index.blocks.read_only_allow_delete")
_log = logging.getLogger(__name__)


class _GoneArticle(NamedTuple):
    """An article that is deleted: its documents, and its passages' words."""

    article: str
    rows: range
    passages: list[Gone]


class ClusterWriter(EngineWriter):
    """Writes one generation into a cluster."""

    def __init__(self, access: Access, settings: Settings, name: str, folder: Path, base: Path | None) -> None:
        """Begin in an empty folder, as a change of the generation in `base`; its index's name begins with `name`."""
        self._folder = folder
        self._base_folder = base
        self._base = read_whole(base).place if base else None
        self._cluster = Cluster(access)
        self._cluster.check_version()
        _refuse_taken(self._cluster, settings.engine_collection)
        index = f"{name}-{secrets.token_hex(4)}"
        self._place = InCluster(access.addresses, index, settings.engine_shards, settings.engine_replicas)
        if self._base:
            wait_for(self._cluster, self._base.index, "yellow", _WHOLE_SECONDS)  # it cannot be changed else
            self._place = replace(self._base, addresses=access.addresses, index=self._place.index)
        self._columns = ColumnWriter(folder / _SEGMENT, (FIELD_WEIGHTS.title, FIELD_WEIGHTS.section))
        self._deleted: list[str] = []

    def add(self, article: Article, passages: Sequence[Passage], wording: Wording | None = None) -> None:
        """Take an article with its passages in order, and their wording, if it is at hand."""
        self._columns.add(article, passages, wording)

    def delete(self, article: str) -> None:
        """Note that an article of the base is to go."""
        self._deleted.append(article)

    def close(self) -> None:
        """Let go of the files and of the cluster; without `finish` before, what was added is lost."""
        self._columns.close()
        self._cluster.close()

    def finish(self, place: Placing | None = None) -> None:
        """Send everything, have it copied within the cluster, and write down what is kept here."""
        self._columns.finish()
        columns = Columns(self._folder / _SEGMENT)
        self._learn(columns, place)
        gone = list(self._gone_articles())
        documents = self._documents(columns, [passage for one in gone for passage in one.passages])
        removals = in_pieces(
            removal(name, one.article) for one in gone for name in (f"a{one.article}", *map(str, one.rows))
        )
        self._send(list(removals), documents)
        self._write_down(columns, gone)
        shutil.rmtree(self._folder / _SEGMENT)

    def _learn(self, columns: Columns, place: Placing | None) -> None:
        """Give the new passages their places in the space of meanings, a new one where there is nothing before."""
        learn = self._base is None or not self._base.rows
        if self._base_folder and (self._base_folder / _SPACE).is_dir() and not learn:
            (self._folder / _SPACE).mkdir()
            link_tree(self._base_folder / _SPACE, self._folder / _SPACE)
        if place and columns.rows:
            place(self._folder, self._folder / _SEGMENT, columns, learn=learn)

    def _documents(self, columns: Columns, gone: Sequence[Gone]) -> Documents:
        """What is new; the words of the generation are written down on the way."""
        known = Words(self._base_folder) if self._base_folder else None
        numbered = write_words(self._folder, known, columns, gone)
        vectors = None
        if columns.rows and (self._folder / _SPACE).is_dir():
            vectors = read_vectors(self._folder / _SEGMENT, columns.rows)
        passages = passages_of(columns, numbered, vectors, self._place.articles)
        return Documents(columns, passages, Words(self._folder), self._place.rows, self._place.articles)

    # -------------------------------------------------------------------------------------------- what is deleted

    def _gone_articles(self) -> Iterator[_GoneArticle]:
        """The deleted articles that the base really has."""
        if not self._base:
            return
        base, deleted = self._index_of(self._base), list(dict.fromkeys(self._deleted))
        for at in range(0, len(deleted), _AT_ONCE):
            for found in base.documents([(f"a{article}", article) for article in deleted[at : at + _AT_ONCE]]):
                shown = found["shown"]
                rows = range(shown["first"], shown["first"] + shown["of"])
                yield _GoneArticle(found["article"], rows, _gone_passages(base, rows))

    # -------------------------------------------------------------------------------------------- what is sent

    def _send(self, removals: Sequence[str], documents: Documents) -> None:
        """Make the index. If a node is lost with a part of it, it is made again under another name."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._fill(removals, documents)
            except (ShardsLost, NotPlaced) as problem:
                self._cluster.drop(self._place.index)
                if attempt == _ATTEMPTS or isinstance(problem, NotPlaced):
                    raise
                _log.warning("The cluster lost a node with what was written; it is written again.")
                self._place = replace(self._place, index=self._place.index[:-8] + secrets.token_hex(4))
            else:
                return

    def _fill(self, removals: Sequence[str], documents: Documents) -> None:
        cluster, index = self._cluster, self._place.index
        settings = building_settings(self._place.shards)
        if self._base:
            copied = {key: settings[key] for key in ("index.number_of_replicas", "index.refresh_interval")}
            free = {"index.auto_expand_replicas": "false", **dict.fromkeys(_BLOCKS)}
            body: Answer = {"settings": {**copied, **free}}
            cluster.make("PUT", f"/{self._base.index}/_clone/{index}", body)
        else:
            cluster.make("PUT", f"/{index}", {"settings": settings, "mappings": MAPPINGS})
        wait_for(cluster, index, "yellow")
        for lines in chain(removals, documents.bulks()):
            cluster.bulk(index, lines)
        cluster.ask("POST", f"/{index}/_refresh", check=_on_all_shards)
        if not self._base:
            cluster.ask("POST", f"/{index}/_forcemerge", max_num_segments=1, seconds=_MERGE_SECONDS)
        copies = f"0-{self._place.replicas}" if self._place.replicas else "false"  # on as many machines as there are
        cluster.ask("PUT", f"/{index}/_settings", {**FINISHED, "index.auto_expand_replicas": copies})
        wait_for(cluster, index, "green")

    # ------------------------------------------------------------------------------------- what is kept here

    def _write_down(self, columns: Columns, gone: Sequence[_GoneArticle]) -> None:
        """Count what the index holds now, and write down where it lies."""
        write_articles(self._folder, Articles(self._base_folder) if self._base_folder else None, columns)
        before = self._place
        place = replace(
            before,
            rows=before.rows + columns.rows,
            articles=before.articles + columns.articles,
            words=before.words + columns.words - sum(one.passage.length for some in gone for one in some.passages),
            deleted=before.deleted + sum(len(one.rows) for one in gone),
            changes=before.changes + 1,
        )
        index, articles = self._index_of(place), Articles(self._folder)
        counted = {
            "articles": passages_by_article(len(articles)),
            "languages": {"terms": {"field": "language", "size": MOST_VALUES}},
        }
        told = index.search([{"size": 0, "query": _ALL_PASSAGES, "aggs": counted}], _COUNT_SECONDS)[0]
        passages = articles.passages(told)
        languages = told["aggregations"]["languages"]["buckets"]
        holdings = Holdings(
            articles=int(np.count_nonzero(passages)),
            passages=int(passages.sum()),
            average_length=place.average_length,
            languages=tuple(one["key"] for one in sorted(languages, key=lambda one: (-one["doc_count"], one["key"]))),
            sources=articles.by_source(passages),
            dates=tuple(articles.by_date(passages)),
            undated_articles=int(np.count_nonzero(passages[articles.dates == 0])),
        )
        write_whole(self._folder, Whole(place, holdings, tuple(index.values("author", _ALL_PASSAGES))))

    def _index_of(self, place: InCluster) -> ClusterIndex:
        return ClusterIndex(self._cluster, place.index, place.shards)


def _gone_passages(base: ClusterIndex, rows: range) -> list[Gone]:
    """The words of deleted passages; a title or heading counts in the first passage that has it."""
    query = {"range": {"row": {"gte": rows.start, "lt": rows.stop}}}
    gone: list[Gone] = []
    seen: set[str] = set()
    for hit in base.scan(query, ["row"], docvalue_fields=["words", "page"], _source=False):
        words = PassageWords.decoded(decoded(hit["fields"]["words"][0]))
        section = unpacked(decoded(hit["fields"]["page"][0]))["section"]
        parts = [words.own, *([] if gone else [words.title]), *([] if section in seen else [words.heading])]
        seen.add(section)
        counted = np.concatenate(parts)
        gone.append(Gone(words, counted[counted > 0]))
    return gone


def _refuse_taken(cluster: Cluster, collection: str) -> None:
    """Raise ConfigError where the name that is to lead to our index is that of another one, or leads to one.

    The cluster would refuse the first at the very end; with the second, readers might be led to either.
    """
    with suppress(NotThere):
        for index in cluster.ask("GET", f"/{collection}/_settings/index.uuid"):
            if not owner_of(index):
                said = "is an index" if index == collection else f"leads to the index {index}"
                raise ConfigError(
                    f"In the cluster at {cluster.access}, {collection!r} {said} of something else; "
                    "choose another name for the collection with engine_collection."
                )


def _on_all_shards(answer: Answer) -> None:
    """Refuse an answer that some shards did not give."""
    if answer["_shards"]["failed"]:
        raise Failure(503, "partial", "some shards did not answer")
