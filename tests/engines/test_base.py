import math
import subprocess
import sys
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search import engines
from kb_search.config import ENGINES
from kb_search.engines import engine_named
from kb_search.engines.base import Deadline, SearchTooLong
from kb_search.engines.bm25 import coarse_length, idf, saturation
from kb_search.errors import ConfigError
from tests.oracle import coarse

# Lucene's SmallFloat, worked out by hand from its source: 24 values as they are, then a mantissa of four bits.
LUCENE = {0: 0, 1: 1, 39: 39, 40: 40, 41: 40, 42: 42, 56: 56, 57: 56, 59: 56, 60: 60, 63: 60, 88: 88, 95: 88, 96: 96}


@pytest.mark.parametrize(("length", "kept"), [*LUCENE.items(), (2**31 - 1, 2_013_265_944)])
def test_a_length_is_kept_as_lucene_keeps_it(length, kept):
    """A length is exact to 40, then rounded down to steps of 2, 4, 8 and so on, up to the largest number of 32 bits."""
    assert coarse_length(np.array([length], np.int32)).tolist() == [kept]


@given(st.lists(st.integers(0, 5000)))
def test_lengths_are_rounded_down_to_the_steps_described(lengths):
    """Every length becomes the largest step that is not above it."""
    assert coarse_length(np.array(lengths, np.int32)).tolist() == [coarse(length) for length in lengths]


@pytest.mark.parametrize(("passages", "frequency"), [(1, 1), (10, 1), (10, 10), (1_000_000, 3)])
def test_rarity_is_that_of_lucene(passages, frequency):
    """The inverse passage frequency is ln(1 + (N - n + 0.5) / (n + 0.5)), which is never below 0."""
    assert idf(passages, frequency) == pytest.approx(math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5)))
    assert idf(passages, frequency) > 0


@given(st.integers(1, 300), st.integers(1, 500), st.integers(1, 500))
def test_a_score_grows_with_frequency_and_never_beyond_k1_plus_one(frequency, length, average):
    """One more occurrence never scores less, a longer passage never more, and no number of them reaches k1 + 1."""

    def share(count, long):
        return float(saturation(np.array([float(count)]), np.array([float(long)]), float(average))[0])

    assert 0 < share(frequency, length) < share(frequency + 1, length) < 2.2
    assert share(frequency, length + 1) < share(frequency, length)


def test_a_deadline_is_kept():
    """A deadline lets work go on until its time is over, and then says how long that was."""
    Deadline(60).check()
    late = Deadline(0.001)
    time.sleep(0.005)
    with pytest.raises(SearchTooLong, match=r"longer than 0.001 s and was stopped"):
        late.check()


def test_an_engine_that_there_is_not_is_named():
    """The name of an engine comes from settings or a manifest; a wrong one is said back."""
    with pytest.raises(ConfigError, match="There is no engine 'lucy'; choose one of whoosh, tantivy, opensearch"):
        engine_named("lucy")


def test_every_engine_that_can_be_set_is_known():
    """Settings and the table of classes name the same engines."""
    assert tuple(engines._CLASSES) == ENGINES


@pytest.mark.parametrize("name", ["tantivy", "opensearch"])
def test_an_engine_that_is_not_installed_names_the_command_that_installs_it(name, monkeypatch):
    """Asking for an engine whose library is missing is an error of the settings that says how to get it."""

    def missing(_module):
        raise ModuleNotFoundError(name="its_library")

    monkeypatch.setattr(engines.importlib, "import_module", missing)
    with pytest.raises(ConfigError) as refused:
        engine_named(name)
    expected = f"The engine {name} needs the package its_library, which is not installed. "
    assert (
        str(refused.value)
        == expected + f"In the folder of the program, `.venv/bin/pip install --editable '.[{name}]'` brings it."
    )


def test_only_the_engine_that_is_asked_for_is_loaded():
    """Reading an index of one engine imports no library of another."""
    code = (
        "import sys; from kb_search.engines import engine_named; import kb_search.search; "
        "assert 'whoosh' not in sys.modules; engine_named('whoosh'); assert 'whoosh' in sys.modules; "
        "assert not {'tantivy', 'opensearchpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
