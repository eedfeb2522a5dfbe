"""The engines that are there to be tested: those that are not are skipped with a reason, but never in CI."""

import os
import time
from contextlib import closing, contextmanager
from importlib.util import find_spec

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


def merge(name, index):
    """Have an engine do at once what it would do in time: forget what was deleted. Only a cluster takes its time."""
    if name == "opensearch":
        with closing(engine_named(name).reader(index / "generations" / current_name(index))) as reader:
            ask, where = reader._cluster.ask, f"/{reader._index.name}"
            for _ in range(_TRIES):
                ask("POST", f"{where}/_forcemerge", max_num_segments=1)
                ask("POST", f"{where}/_refresh")
                told = ask("POST", f"{where}/_termvectors", {"doc": {"pooled": "any"}, "fields": ["pooled"]})
                if told["term_vectors"]["pooled"]["field_statistics"]["doc_count"] == reader.holdings().passages:
                    return
                time.sleep(0.5)  # what was deleted is held for copies on other nodes, for half a minute at most
            raise AssertionError(f"{reader._index.name} does not forget what was deleted")
