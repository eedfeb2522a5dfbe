"""Which index folder is read from: who looks, who waits, and what a look that fails costs."""

import threading
from dataclasses import replace

import pytest

from kb_search import following
from kb_search.config import Settings
from kb_search.errors import ClusterProblem, IndexMissing, IndexProblem, KbSearchError
from kb_search.following import Followed


class Cluster:
    """Stands for `reading`: brings a folder here, or fails, when it is let."""

    def __init__(self, folder):
        self.folder = folder
        self.failure = None
        self.looks = []
        self.asked, self.free = threading.Event(), threading.Event()
        self.free.set()

    def reading(self, settings, *, hasty):
        """Settings with the folder, as `engines.reading` gives them."""
        self.looks.append(hasty)
        self.asked.set()
        assert self.free.wait(30)
        if self.failure:
            raise self.failure
        self.folder.mkdir(exist_ok=True)
        (self.folder / "CURRENT").write_text("000001\n", "ascii")
        return replace(settings, index=self.folder)


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    """A cluster that answers."""
    stands = Cluster(tmp_path / "copy")
    monkeypatch.setattr(following, "reading", stands.reading)
    return stands


def in_threads(number, function):
    """Threads that are under way, and what the function gave or raised in each."""
    told = []

    def run():
        try:
            told.append(function())
        except KbSearchError as problem:
            told.append(problem)

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    return threads, told


def test_what_is_known_is_looked_at_again_after_a_while(cluster, monkeypatch):
    """Two questions at once are one look; a later one does not wait long."""
    followed = Followed(Settings())
    assert followed.settings().index == followed.settings().index == cluster.folder
    assert cluster.looks == [False]
    monkeypatch.setattr(following, "_EVERY", 0.0)
    followed.settings()
    assert cluster.looks == [False, True]


def test_who_waits_for_a_look_that_fails_does_not_look_too(cluster):
    """Where a cluster is away four questions wait for one look, and are told what it was."""
    cluster.failure = ClusterProblem("The cluster is away.")
    cluster.free.clear()
    threads, told = in_threads(4, Followed(Settings()).settings)
    assert cluster.asked.wait(30)
    cluster.free.set()
    for thread in threads:
        thread.join(30)
    assert [str(one) for one in told] == ["The cluster is away."] * 4
    assert cluster.looks == [False]


def test_nobody_waits_for_a_look_where_something_is_known(cluster, monkeypatch):
    """While one question looks, which a cluster that hangs may take long for, others go on with what is there."""
    followed = Followed(Settings())
    followed.settings()
    monkeypatch.setattr(following, "_EVERY", 0.0)
    cluster.asked.clear()
    cluster.free.clear()
    threads, _ = in_threads(1, followed.settings)
    assert cluster.asked.wait(30)
    assert followed.settings().index == cluster.folder
    assert threads[0].is_alive()
    cluster.free.set()
    threads[0].join(30)


def test_what_is_known_outlives_a_cluster_that_is_away(cluster, monkeypatch):
    """A look that fails takes nothing away; a collection that is gone does."""
    followed = Followed(Settings())
    followed.settings()
    monkeypatch.setattr(following, "_EVERY", 0.0)
    cluster.failure = ClusterProblem("The cluster is away.")
    assert followed.settings().index == cluster.folder
    cluster.failure = IndexMissing("There is no such collection.")
    with pytest.raises(IndexMissing):
        followed.settings()
    cluster.failure = None
    assert followed.settings().index == cluster.folder


def test_a_generation_that_cannot_be_had_here_takes_nothing_away(cluster, monkeypatch, caplog):
    """Where its files find no room, what was there answers on, and the log says so; it is tried again after a while."""
    followed = Followed(Settings())
    followed.settings()
    monkeypatch.setattr(following, "_EVERY", 0.0)
    cluster.failure = IndexProblem("There is no room.")
    for _ in range(3):
        assert followed.settings().index == cluster.folder
    assert cluster.looks == [False, True]
    assert caplog.messages == ["The index from before goes on answering. There is no room."]
    monkeypatch.setattr(following, "_EVERY", -following._AFTER_FAILURE)  # a while has passed
    cluster.failure = None
    followed.settings()
    assert cluster.looks == [False, True, True]


def test_what_cannot_be_had_at_first_is_told(cluster):
    """Where nothing is there yet, the reason is the answer."""
    cluster.failure = IndexProblem("There is no room.")
    with pytest.raises(IndexProblem, match="no room"):
        Followed(Settings()).settings()


def test_a_copy_that_was_thrown_away_is_looked_for_at_once(cluster):
    """Who empties the cache under a server need not wait."""
    followed = Followed(Settings())
    followed.settings()
    (cluster.folder / "CURRENT").unlink()
    assert followed.settings().index == cluster.folder
    assert (cluster.folder / "CURRENT").exists()
    assert cluster.looks == [False, False]
