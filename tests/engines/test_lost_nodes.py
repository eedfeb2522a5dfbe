"""Nodes of a cluster that die while it is searched and written to. The tests go on from each other, in this order."""

import threading
from contextlib import closing
from dataclasses import replace

import pytest

pytest.importorskip("opensearchpy", reason="the engine opensearch is not installed")

from kb_search.config import Settings
from kb_search.engines import clusterdocuments, clusterhealth
from kb_search.engines.cluster import Access, Cluster
from kb_search.errors import ClusterProblem
from kb_search.results import SearchRequest
from kb_search.search import Library
from tests.engines.there import missing
from tests.opensearch.cluster import Cluster as Nodes
from tests.trial import Trial, prose

pytestmark = pytest.mark.skipif(bool(missing("opensearch")), reason=missing("opensearch") or "there")

QUERIES = ("topic1", "envoys valley", '"met in the valley"', "report NEAR/3 number", "*")


@pytest.fixture(scope="module")
def nodes(tmp_path_factory):
    """A cluster of three nodes of its own."""
    cluster = Nodes.start(tmp_path_factory.mktemp("cluster") / "nodes")
    yield cluster
    cluster.stop()


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    """Some articles, and what keeps their index."""
    made = Trial(tmp_path_factory.mktemp("trial"))
    for number in range(12):
        made.write(f"{number}.txt", prose(f"topic{number}", 10))
    return made


@pytest.fixture(scope="module")
def where(nodes):
    """Settings that lead to the cluster, and divide the index among its nodes; searches have time."""
    named = {"engine": "opensearch", "engine_url": nodes.addresses, "engine_collection": "kb-lost"}
    return {**named, "engine_shards": 3, "engine_replicas": 1, "time_limit": 60}


def answers(library):
    """What some queries find: the ids of all passages, and all counts."""
    found = [library.search(SearchRequest(query, per_page=200)) for query in QUERIES]
    return [([hit.passage for hit in one.hits], one.passages, one.articles, one.facets) for one in found]


class Searcher(threading.Thread):
    """Asks the same questions over and over; `seen` has each answer of each question that was not given before."""

    def __init__(self, settings):
        super().__init__()
        self.seen, self.error = [[] for _ in QUERIES], None
        self._settings = settings
        self._end = threading.Event()

    def run(self):
        """Ask until told to stop."""
        try:
            with closing(Library(self._settings)) as library:
                while not self._end.is_set():
                    for seen, found in zip(self.seen, answers(library), strict=True):
                        if found not in seen:
                            seen.append(found)
        except Exception as error:  # noqa: BLE001 - told by the test
            self.error = error

    def stop(self):
        """Let the last round end."""
        self._end.set()
        self.join()


def ask(where, *request, **parameters):
    """What the cluster answers to a request."""
    with closing(Cluster(Access.of(Settings(engine_url=where["engine_url"])))) as cluster:
        return cluster.ask(*request, **parameters)


def holder(where, nodes, index):
    """A node that has the only copy of a part of an index."""
    told = ask(where, "GET", f"/_cat/shards/{index}", format="json", h="node")["found"]
    return next(node for node in nodes.nodes if node.name == told[0]["node"])


def start_again(nodes):
    """Start what was killed, and wait until all copies are there."""
    for node in [one for one in nodes.nodes if not nodes.is_running(one)]:
        nodes.restart(node)
    nodes.wait_for_green()


def test_a_node_may_die_while_it_is_searched_and_written_to(trial, where, nodes, monkeypatch):
    """Killed with a part of a new generation on it: nothing is lost or doubled, and no search fails or errs."""
    trial.index(**where)
    for number in range(12, 24):
        trial.write(f"{number}.txt", prose(f"topic{number}", 10))
    settings = replace(trial.settings, **where)
    with closing(Library(settings)) as library:
        before = answers(library)
    written, killed, send = [], [], Cluster.bulk

    def bulk(self, index, lines):
        send(self, index, lines)
        written.append(index)
        if len(written) == 2:
            killed.append(holder(where, nodes, index))
            nodes.kill(killed[0])

    monkeypatch.setattr(clusterdocuments, "_PIECE", 10_000)
    monkeypatch.setattr(Cluster, "bulk", bulk)
    searcher = Searcher(settings)
    searcher.start()
    report = trial.index(**where)
    searcher.stop()
    assert killed
    assert searcher.error is None
    assert (report.articles, report.added) == (24, 12)
    with closing(Library(settings)) as library:
        after = answers(library)
    assert len(after[-1][0]) == len(set(after[-1][0])) == report.passages
    assert after[-1][2] == 24
    for seen, old, new in zip(searcher.seen, before, after, strict=True):
        assert seen in ([old], [old, new])


def test_a_lost_index_is_told_and_answers_when_its_node_is_back(trial, where, nodes, tmp_path):
    """Where the only copy of a part is away, searches and runs say so; nothing need be done once the node is there."""
    start_again(nodes)
    alone = {**where, "engine_collection": "kb-alone", "engine_replicas": 0, "index": tmp_path / "index"}
    trial.index(**alone)
    (index,) = ask(where, "GET", "/_alias/kb-alone")
    with closing(Library(replace(trial.settings, **alone))) as library:
        before = answers(library)
        nodes.kill(holder(where, nodes, index))
        for _ in range(2):
            with pytest.raises(ClusterProblem, match=r"lacks parts of the index: nodes .* \(red\)\. Start them again"):
                library.search(SearchRequest("envoys valley"))
        with pytest.raises(ClusterProblem, match=rf"lacks parts of the index {index}: .* Start them again"):
            trial.index(full=False, **{**alone, "corpus": trial.write("more/new.txt", prose("new", 8)).parents[1]})
        start_again(nodes)
        assert answers(library) == before
    assert trial.index(**alone).articles == 25
    trial.remove("more/new.txt")


def test_an_index_without_a_place_is_told(trial, where, monkeypatch):
    """Where no node may take an index, a run says why in the cluster's words, and leaves nothing behind."""
    monkeypatch.setattr(clusterhealth, "_SECONDS", 1)
    known = set(ask(where, "GET", "/kb-lost-*/_settings/index.uuid"))
    setting = "cluster.routing.allocation.enable"
    ask(where, "PUT", "/_cluster/settings", {"persistent": {setting: "none"}})
    try:
        trial.write("23.txt", prose("changed", 10))
        with pytest.raises(ClusterProblem, match=rf"has no place for the index kb-lost-.* \(red\): .*{setting}=none"):
            trial.index(**where)
        assert set(ask(where, "GET", "/kb-lost-*/_settings/index.uuid")) == known
    finally:
        ask(where, "PUT", "/_cluster/settings", {"persistent": {setting: None}})
    assert trial.index(**where).changed == 1


def test_a_block_that_an_index_had_is_not_handed_on(trial, where):
    """What a full disk left behind on the index that answers does not hinder the next one."""
    (index,) = ask(where, "GET", "/_alias/kb-lost")
    ask(where, "PUT", f"/{index}/_settings", {"index.blocks.read_only_allow_delete": True})
    trial.write("23.txt", prose("topic23", 10))
    assert trial.index(**where).changed == 1
    with closing(Library(replace(trial.settings, **where))) as library:
        assert library.search(SearchRequest("topic23")).articles == 1


def test_a_cluster_that_is_read_only_answers_and_says_so(trial, where):
    """A block on all writing stops a run with a sentence; what is there is still found."""
    block = "cluster.blocks.read_only"
    ask(where, "PUT", "/_cluster/settings", {"persistent": {block: True}})
    try:
        trial.write("24.txt", prose("topic24", 10))
        with pytest.raises(ClusterProblem, match=r"The cluster at .* is read-only\."):
            trial.index(**where)
        with closing(Library(replace(trial.settings, **where))) as library:
            assert library.search(SearchRequest("topic1")).articles == 1
    finally:
        ask(where, "PUT", "/_cluster/settings", {"persistent": {block: None}})
    assert trial.index(**where).articles == 25


def test_a_cluster_without_a_quorum_says_so(trial, where, nodes):
    """One node of three cannot decide anything: a run ends with a sentence."""
    trial.write("25.txt", prose("topic25", 10))
    for node in [one for one in nodes.nodes if nodes.is_running(one)][1:]:
        nodes.kill(node)
    with pytest.raises(ClusterProblem, match="no quorum"):
        trial.index(**where)


def test_a_cluster_that_is_away_says_so(trial, where, nodes):
    """Without any node, runs and searches end with a sentence."""
    for node in filter(nodes.is_running, nodes.nodes):
        nodes.kill(node)
    for failing in (lambda: trial.index(**where), lambda: trial.search("topic1")):
        with pytest.raises(ClusterProblem, match=r"cannot be reached\. Is it running"):
            failing()
