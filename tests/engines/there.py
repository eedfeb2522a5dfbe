"""The engines that are there to be tested: those that are not are skipped with a reason, but never in CI."""

import os
import time
from contextlib import closing, contextmanager
from importlib.util import find_spec

import numpy as np
import pytest

from kb_search import config, engines
from kb_search.config import Settings
from kb_search.generations import current_name

#: Where a cluster for the tests is: addresses with a comma between them.
_TRIES = 100
CLUSTER = "KB_SEARCH_TEST_OPENSEARCH"
#: A collection for each process that tests, so that none moves the name of another's.
_COLLECTION = f"kb-tests-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
_LIBRARIES = {"whoosh": "whoosh", "tantivy": "tantivy", "opensearch": "opensearchpy"}


def missing(name):
    """Why an engine cannot be tested here; empty where it can, and in CI, where none may be left out."""
    if "CI" in os.environ:
        return ""
    if not find_spec(_LIBRARIES[name]):
        return f"the engine {name} is not installed"
    return f"no cluster in {CLUSTER}" if name == "opensearch" and not os.environ.get(CLUSTER) else ""


def given(name):
    """What must be set for an engine here."""
    where = {"engine_url": os.environ.get(CLUSTER, ""), "engine_collection": _COLLECTION, "engine_replicas": 0}
    return {"engine": name, **(where if name == "opensearch" else {})}


def settings_for(name, **others):
    """Settings with an engine, and with what the tests have for it."""
    return Settings(**given(name), **others)


def engine_named(name):
    """An engine with the settings that it needs here."""
    return engines.engine_named(name, settings_for(name))


#: For `parametrize`: each engine, marked as skipped where it is not there.
ENGINES = [
    pytest.param(name, marks=pytest.mark.skip(reason=missing(name)) if missing(name) else ()) for name in config.ENGINES
]


@contextmanager
def cleared(name, index):
    """Clear away, at the end, what an engine keeps elsewhere than in the folder of an index."""
    try:
        yield
    finally:
        if name == "opensearch":
            for folder in (index / "generations").iterdir():
                engine_named(name).discard(folder)


def _counted(explanation):
    """How many passages a score was counted with, deleted ones included, as Lucene explains it; 0 if it does not."""
    if explanation["description"].startswith("N, total number of documents"):
        return explanation["value"]
    return sum(map(_counted, explanation["details"]))


def merge(name, index):
    """Have an engine do at once what it would do in time: forget what was deleted. Only a cluster takes its time."""
    if name == "opensearch":
        with closing(engine_named(name).reader(index / "generations" / current_name(index))) as reader:
            ask, where, words = reader._cluster.ask, f"/{reader._index.name}", reader._words
            common = words.stems[int(np.argmax(words.stem_frequencies))]
            asked = {"size": 1, "query": {"term": {"pooled": common}}, "explain": True}
            for _ in range(_TRIES):
                # What moves to another node moves as it was before.
                ask("GET", f"/_cluster/health{where}", wait_for_no_relocating_shards=True, timeout="10s")
                ask("POST", f"{where}/_forcemerge", max_num_segments=1)
                ask("POST", f"{where}/_refresh")
                (hit,) = ask("POST", f"{where}/_search", asked)["hits"]["hits"]
                moving = ask("GET", f"/_cluster/health{where}")["relocating_shards"]
                if _counted(hit["_explanation"]) == reader.holdings().passages and not moving:
                    return
                time.sleep(0.5)  # what was deleted is held for copies on other nodes, for half a minute at most
            raise AssertionError(f"{reader._index.name} does not forget what was deleted")
