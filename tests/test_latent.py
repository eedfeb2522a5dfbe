"""The space of meanings: learned from the collection, kept in the generation, the same for the same articles."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import cycle, islice
from queue import Queue

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from threadpoolctl import threadpool_info, threadpool_limits

from kb_search import latent, latentlearner, latentwriter
from kb_search.engines import engine_named
from kb_search.engines.base import EngineQuery
from kb_search.errors import IndexDamaged
from kb_search.generations import open_current
from kb_search.latent import DIMENSIONS, open_space
from kb_search.latentlearner import _Halves
from kb_search.query import EveryPassage
from tests.trial import Trial

TOPICS = {
    "vineyard": "grapes barrels cellar harvest pickers wine vintage presses",
    "harbour": "ships cargo docks sailors cranes anchors tides pilots",
    "theatre": "actors stage curtain rehearsal costumes audience playwright scenery",
}
ROWS = 540


def row(number):
    """A sentence about one of the topics, with words of its own."""
    topic = list(TOPICS)[number % 3]
    words = islice(cycle(TOPICS[topic].split()), number % 7, number % 7 + 5)
    text = f"The {topic} had {' and '.join(words)} in street{number % 70} of place{number % 11}."
    return {"id": str(number), "title": f"Report {number}", "text": text}


def write_rows(trial, rows, name="rows.jsonl"):
    """Write articles, one a line."""
    trial.write(name, "\n".join(map(json.dumps, rows)))


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A collection on three subjects, large enough to learn from; only to be read."""
    trial = Trial(tmp_path_factory.mktemp("large"))
    write_rows(trial, map(row, range(ROWS)))
    trial.index()
    return trial


def vectors_of(trial, wanted=None):
    """The vectors of all passages, or of those whose text has a word, and their texts."""
    with closing(open_current(trial.settings.index)) as opened:
        reader = engine_named("whoosh").reader(opened.folder)
        with closing(reader):
            found = reader.search(EngineQuery(EveryPassage(), depth=10_000, seconds=60)).candidates
            texts = [reader.passage(one.key)[0].text for one in found]
            kept = [at for at, text in enumerate(texts) if wanted is None or wanted in text]
            vectors = reader.occurrences([found[at] for at in kept], []).vectors
            return np.array(vectors), [texts[at] for at in kept]


def test_passages_about_the_same_lie_together(large):
    """Two passages of one subject that share few words are nearer to each other than to those of other subjects."""
    vectors, texts = vectors_of(large)
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    topic = np.array([next(at for at, name in enumerate(TOPICS) if name in text) for text in texts])
    means = np.array([units[topic == at].mean(axis=0) for at in range(3)])
    assert (np.argmax(units @ means.T, axis=1) == topic).all()


def test_a_typical_vector_is_one_long(large):
    """Vectors are one long on average, so that short ones can be told."""
    vectors, _ = vectors_of(large)
    assert vectors.shape == (ROWS, DIMENSIONS)
    assert np.linalg.norm(vectors, axis=1).mean() == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(("at_once", "counted"), [(ROWS, 10_000), (0, 10_000), (ROWS, 97)])
def test_the_same_articles_give_the_same_space(large, tmp_path, monkeypatch, at_once, counted):
    """Nothing in the space is left to chance: another build has the same bytes, in whatever parts it is made."""
    monkeypatch.setattr("kb_search.engines.store._MOST_AT_ONCE", at_once)
    monkeypatch.setattr("kb_search.latentwriter._ROWS_AT_ONCE", counted)
    again = Trial(tmp_path)
    write_rows(again, map(row, range(ROWS)))
    again.index()
    first, second = (
        {path.name: path.read_bytes() for path in trial.settings.index.rglob("*.f4")} for trial in (large, again)
    )
    assert set(first) == {"stem.f4", "vectors.f4"}
    assert first == second


@pytest.mark.parametrize("at_once", [10_000, 97])
def test_a_space_of_some_passages_is_the_same_whether_counts_are_kept_or_made_anew(tmp_path, monkeypatch, at_once):
    """Where more passages are there than are learned from, those are counted with all others or by themselves."""
    monkeypatch.setattr("kb_search.latentwriter._ROWS_AT_ONCE", at_once)
    monkeypatch.setattr("kb_search.latentwriter.MOST_PASSAGES", 350)
    spaces = []
    for kept in (ROWS, 0):
        monkeypatch.setattr("kb_search.latentwriter._MOST_KEPT", kept)
        (tmp_path / f"{kept}").mkdir()
        trial = Trial(tmp_path / f"{kept}")
        write_rows(trial, map(row, range(ROWS)))
        trial.index()
        spaces.append({path.name: path.read_bytes() for path in trial.settings.index.rglob("*.f4")})
    assert spaces[0] == spaces[1]


def test_many_passages_lie_where_each_alone_would(large, tmp_path, monkeypatch):
    """Summed as one matrix, passages have the places that they have summed one by one."""
    monkeypatch.setattr("kb_search.latentwriter._MOST_ONE_BY_ONE", 0)
    again = Trial(tmp_path)
    write_rows(again, map(row, range(ROWS)))
    again.index()
    assert vectors_of(again)[0] == pytest.approx(vectors_of(large)[0], abs=1e-5)


def test_what_is_added_later_is_projected(tmp_path):
    """A passage that a change adds gets the place that it would have had, in the space that was learned before."""
    trial = Trial(tmp_path)
    write_rows(trial, map(row, range(ROWS)))
    trial.index()
    write_rows(trial, [{**row(4), "id": "again", "title": "Report 4"}], "later.jsonl")
    trial.index()
    assert open_space_of(trial) is not None
    vectors, texts = vectors_of(trial, row(4)["text"])
    assert len(texts) == 2
    assert vectors[0] == pytest.approx(vectors[1], abs=1e-6)
    assert trial.search("vineyard").hits[0].reasons[-1][0] == "related"


def open_space_of(trial):
    """The space of the generation that answers, or None."""
    with closing(open_current(trial.settings.index)) as opened:
        return open_space(opened.folder)


def test_a_small_collection_has_no_space(collection):
    """Too few passages teach nothing: there is no space, and no part of a score comes from one."""
    assert open_space_of(collection) is None
    names = {name for hit in collection.search("peace").hits for name, _ in hit.reasons}
    assert "words" in names
    assert "related" not in names


@pytest.mark.parametrize("distinct", [1, 2, 70])
def test_passages_that_repeat_each_other_do_no_harm(trial, monkeypatch, distinct):
    """A collection of copies, whose matrix has hardly any direction, is built, and its scores are numbers."""
    monkeypatch.setattr(latentwriter, "LEAST_PASSAGES", 50)
    words = " ".join(f"word{number}" for number in range(90))
    rows = [{"id": str(at), "title": "Copy", "text": f"{words} extra{at % distinct}."} for at in range(80)]
    write_rows(trial, rows)
    trial.index()
    hits = trial.search("word3 word4").hits
    assert hits
    assert all(np.isfinite(hit.score) for hit in hits)
    vectors, _ = vectors_of(trial)
    assert np.isfinite(vectors).all()


def test_stems_that_the_space_does_not_know_have_no_place(large):
    """Words that are unknown, or too rare to be near anything, add nothing to where a query lies."""
    space = open_space_of(large)
    assert np.linalg.norm(space.of_stems(["vineyard"])) > 0
    assert not space.of_stems(["unheard", ""]).any()
    assert space.of_stems([]).shape == (DIMENSIONS,)


@pytest.mark.parametrize("name", ["stem.f4", "vectors.f4"])
def test_a_file_that_was_cut_short_is_damage(tmp_path, name):
    """Half a space is refused with a sentence that says what to do."""
    path = tmp_path / ("space" if name == "stem.f4" else "00001") / name
    path.parent.mkdir()
    (path.parent / "stem_text.u1").write_bytes(b"ab")
    (path.parent / "stem_ends.i8").write_bytes(np.array([1, 2], "<i8").tobytes())
    path.write_bytes(b"\0" * 4 * (DIMENSIONS + 1))
    read = {"stem.f4": lambda: open_space(tmp_path), "vectors.f4": lambda: latent.read_vectors(path.parent, 2)}[name]
    with pytest.raises(IndexDamaged, match="--full"):
        read()


@given(st.lists(st.integers(0, 9)))
def test_pairs_are_counted_as_numpy_counts_them(numbers):
    """Each number once, rising, with how often it is there, in whatever order they come."""
    expected = np.unique(np.array(numbers, np.int64), return_counts=True)
    for one, other in zip(latentwriter._counted(np.array(numbers, np.int64)), expected, strict=True):
        assert one.tolist() == other.tolist()


def test_what_learns_a_space_is_loaded_early_where_one_may_be_learned(monkeypatch):
    """A few small files have no space, and their run does not load what would learn one."""
    loaded = Queue()
    monkeypatch.setattr(latentwriter, "import_module", loaded.put)
    latentwriter.get_ready(latentwriter.LEAST_PASSAGES)
    latentwriter.get_ready(1 << 20)
    assert loaded.get(timeout=60) == "kb_search.latentlearner"
    assert loaded.empty()


@given(st.integers(2, 9), st.integers(1, 6), st.randoms(use_true_random=False))
def test_two_halves_multiply_as_the_whole(rows, stems, chance):
    """However many rows there are, odd or even, both products are those of the whole matrix, and always the same."""
    plain = np.array([[chance.choice((0, 0, 1, 2.5)) for _ in range(stems)] for _ in range(rows)], np.float32)
    right, left = (np.array([chance.random() for _ in range(size)], np.float32) for size in (stems, rows))
    with ThreadPoolExecutor(1) as beside:
        halves = _Halves(sparse.csr_array(plain), beside)
        assert np.allclose(halves.matvec(right), plain @ right)
        assert np.allclose(halves.rmatvec(left), plain.T @ left)
        assert np.allclose(halves.matmat(np.stack((right, right), 1)), plain @ np.stack((right, right), 1))
        assert (halves.rmatvec(left) == halves.rmatvec(left)).all()


def test_the_space_is_learned_by_one_thread_of_the_numerics(monkeypatch):
    """A machine with more cores adds nothing up in another order; what the program had set before holds again after."""
    rows, stems = np.nonzero(np.random.default_rng(6).random((100, 80)) < 0.1)
    starts = np.searchsorted(rows, np.arange(101))
    counts = latent.StemCounts(starts, stems.astype(np.int32), np.ones(len(stems), np.float32))
    seen = []

    def threads():
        return {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}

    def spied(weights, directions=latentlearner._directions):
        seen.append(threads())
        return directions(weights)

    monkeypatch.setattr(latentlearner, "_directions", spied)
    with threadpool_limits(2, "blas"):
        before = threads()
        assert latentlearner.learned(counts, 80)
        assert threads() == before
    assert seen == [{1}]
