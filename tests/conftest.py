"""A small collection that the tests write themselves, and what they share."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

from kb_search.search import Library
from tests.trial import Trial, fill

# A slow machine is no fault of the program. CI tries more examples than somebody should have to wait for.
_IN_CI = "CI" in os.environ
settings.register_profile("steady", max_examples=100 if _IN_CI else 25, deadline=None, derandomize=_IN_CI)
settings.register_profile("thorough", max_examples=2000, deadline=None)
settings.load_profile("steady")

GOLDEN = Path(__file__).parent / "golden"


def pytest_xdist_auto_num_workers():
    """One process more than there are cores: many tests wait for processes that they have started."""
    return (os.cpu_count() or 1) + 1


def pytest_configure():
    """Numerics get one thread in each process that tests: more of them wait for each other, and compute to do so.

    And Ctrl-C means something, even where a shell began all this in the background: it has it ignored there, by all
    programs that tests start too.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser):
    """`--write-golden` writes golden files anew; read what `git diff` says about them then."""
    parser.addoption("--write-golden", action="store_true", help="write the golden files anew instead of comparing")


@pytest.fixture
def golden(request):
    """Compares a text with a file of tests/golden, or writes the file where that is asked for."""

    def compare(name, text):
        path = GOLDEN / name
        if request.config.getoption("write_golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        assert text == path.read_text("utf-8")

    return compare


@pytest.fixture(autouse=True, scope="session")
def _unflushed():
    """Nothing that a test writes has to outlive a power cut, and waiting for the disk takes most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _file: None)
        yield


@pytest.fixture
def trial(tmp_path):
    """An empty folder for articles, to be filled and indexed by one test."""
    return Trial(tmp_path)


@pytest.fixture(scope="session")
def collection(tmp_path_factory):
    """The small collection of `tests.trial`, indexed; only to be read."""
    trial = Trial(tmp_path_factory.mktemp("collection"))
    fill(trial)
    report = trial.index()
    assert not report.failed, report
    return trial


@pytest.fixture(scope="session")
def library(collection):
    """The small collection, open for reading."""
    library = Library(collection.settings)
    yield library
    library.close()
