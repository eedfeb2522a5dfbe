"""The whole program on each engine: the same answers to the byte, and the same promises about generations."""

import json
import signal
import subprocess
import sys
import tempfile
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given as holds
from hypothesis import strategies as st

from kb_search import expanding
from kb_search.copies import Clusters, Groups, Prints, write_copies
from kb_search.filelist import write_files
from kb_search.generations import building, current_name
from kb_search.results import SORTS, SearchRequest
from kb_search.search import Library
from kb_search.wire import (
    article_head_json,
    article_view_json,
    completions_json,
    explanation_json,
    overview_json,
    search_json,
    similar_json,
)
from tests import made_up
from tests.engines.test_contract import BUILDS, SCORES
from tests.engines.there import ENGINES, cleared, engine_named, given, merge, settings_for
from tests.test_search import TYPED
from tests.trial import Trial, fill, prose

#: What the others are compared with.
FIRST, *OTHERS = ENGINES
QUESTIONS = (
    SearchRequest(),
    SearchRequest("peace"),
    SearchRequest("peace treaty", page=2, per_page=2),
    SearchRequest("envoys meeting valley", match="any", per_page=5),
    SearchRequest('"cease fire" OR "peace treaty"'),
    SearchRequest("report -bridge", sort="newest", per_page=7),
    SearchRequest("envoys NEAR/6 bridge", sort="oldest"),
    SearchRequest("=planning OR plan*"),
    SearchRequest("p?ace snoww~1"),
    SearchRequest("title:peace"),
    SearchRequest("peace snow scope:article"),
    SearchRequest("Shusha"),
    SearchRequest("peece"),
    SearchRequest("peace border prisoners harvest"),
    SearchRequest("envoys", sources=("Courier",)),
    SearchRequest("envoys", not_sources=("Courier",), dates=("2020-12",)),
    SearchRequest("date:2020"),
    SearchRequest("date:2020-12 OR undated"),
    SearchRequest("-date:2020-12"),
    SearchRequest(not_dates=("2020",), sort="newest"),
    SearchRequest("мире", languages=("ru",)),
    SearchRequest("before:2021 after:1995", per_page=200),
)


#: What may differ from engine to engine, and from run to run.
OWN = ("took_ms", "generation", "engine", "bytes")


def plain(value):
    """A JSON document without what may differ."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items() if name not in OWN}
    return [plain(one) for one in value] if isinstance(value, list) else value


def near(value):
    """What `plain` documents are compared with: the same, but that engines may count scores with fewer digits."""
    if isinstance(value, dict):
        return {name: near(one) for name, one in value.items() if name not in OWN}
    if isinstance(value, list):
        return [near(one) for one in value]
    return pytest.approx(value, rel=SCORES, abs=SCORES) if isinstance(value, float) else value


@pytest.fixture(scope="module", params=ENGINES)
def name(request):
    """The engine under test."""
    return request.param


@pytest.fixture(scope="module")
def kept(name, tmp_path_factory):
    """The small collection, indexed by the engine under test, in two runs and with a change."""
    trial = Trial(tmp_path_factory.mktemp(name))
    with cleared(name, trial.settings.index):
        fill(trial)
        trial.write("gone.txt", "This will have gone.")
        trial.index(**given(name))
        trial.remove("gone.txt")
        trial.write("later.txt", f"Peace Report\n\n{prose('peace', 12)}")
        trial.index(**given(name))
        merge(name, trial.settings.index)
        yield trial


@pytest.fixture(scope="module")
def library(name, kept):
    """That collection, open for reading."""
    with closing(Library(replace(kept.settings, **given(name)))) as library:
        yield library


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """The same, as the first engine has it."""
    trial = Trial(tmp_path_factory.mktemp("reference"))
    fill(trial)
    trial.write("gone.txt", "This will have gone.")
    trial.index(**given(FIRST.values[0]))
    trial.remove("gone.txt")
    trial.write("later.txt", f"Peace Report\n\n{prose('peace', 12)}")
    trial.index(**given(FIRST.values[0]))
    with closing(Library(trial.settings)) as library:
        yield library


# ----------------------------------------------------------------------------------------- the same answers


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_gone_weighs_nothing(tmp_path, engine):
    """After articles were deleted, everything is ranked as in an index that never had them: order, scores, reasons."""
    trial = Trial(tmp_path)
    for number in range(40):
        said = "the harbour treaty" if number % 3 else "a bridge over the river"
        trial.write(f"{number:02}.txt", f"Article {number}. They spoke of {said}. {prose(f'topic{number % 7}', 3)}")

    def answers():
        questions = ("harbour", "bridge treaty", "topic3 river", "spoke")
        return [trial.search(one, match="any").hits for one in questions]

    with cleared(engine, trial.settings.index):
        trial.index(**given(engine))
        for number in (1, 2, 4, 5, 7):
            trial.remove(f"{number:02}.txt")
        trial.index(**given(engine))
        changed = answers()
        trial.index(full=True, **given(engine))
        for hits, expected in zip(changed, answers(), strict=True):
            assert [hit.passage for hit in hits] == [hit.passage for hit in expected]
            for hit, other in zip(hits, expected, strict=True):
                assert dict(hit.reasons) == pytest.approx(dict(other.reasons), rel=SCORES)


@pytest.mark.parametrize("name", OTHERS, scope="module")
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.text or "everything")
def test_an_answer_is_the_same_in_every_engine(name, library, reference, question):
    """Hits, their order, marks and scores, notes, counts, facets, timeline: all of the document.

    Local engines have the same scores to the last digit; a cluster may count with fewer.
    """
    same = near if name == "opensearch" else plain
    assert plain(search_json(library.search(question))) == same(search_json(reference.search(question)))


@pytest.mark.parametrize("name", OTHERS, scope="module")
def test_what_is_shown_of_an_article_is_the_same_in_every_engine(library, reference):
    """Articles with their marks, lists of articles, the overview, completions, similar articles, explanations."""
    asked = SearchRequest("peace envoys", match="any", per_page=200)
    heads = list(reference.articles())
    assert [article_head_json(one) for one in library.articles()] == [article_head_json(one) for one in heads]
    for head in heads:
        view = plain(article_view_json(library.article(head.id, asked)))
        assert view == near(article_view_json(reference.article(head.id, asked)))
        assert plain(similar_json(library.similar(head.id, 5))) == near(similar_json(reference.similar(head.id, 5)))
    for hit in reference.search(asked).hits:
        explained = plain(explanation_json(library.explain(asked, hit.passage)))
        assert explained == near(explanation_json(reference.explain(asked, hit.passage)))
    for text in ("pe", "peace tr", "nothing of th"):
        told = completions_json(text, library.complete(text))
        assert told == completions_json(text, reference.complete(text))
    ours, theirs = (overview_json(one.overview()) for one in (library, reference))
    assert plain(ours) == near(theirs)


@contextmanager
def published(name, collection):
    """A library of a collection that an engine keeps."""
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_for(name, corpus=Path(folder), index=Path(folder) / "index", time_limit=60)
        with cleared(name, settings.index):
            with building(settings.index) as build:
                with closing(engine_named(name).writer(build.folder, None)) as writer:
                    for article, passages in collection:
                        writer.add(article, passages)
                    writer.finish()
                write_files(build.folder, [])
                write_copies(build.folder, Prints.of(()), Clusters(), Groups(()))
                build.publish(name, len(collection), sum(len(passages) for _, passages in collection))
            with closing(Library(settings)) as library:
                yield library


@holds(collection=made_up.collections(), typed=st.lists(TYPED, min_size=4, max_size=8), sort=st.sampled_from(SORTS))
@BUILDS
@pytest.mark.parametrize("other", OTHERS)
def test_whatever_is_typed_is_answered_alike(other, collection, typed, sort):
    """For any collection and any text, sorted in any way, the whole document is that of the first engine."""
    with published(FIRST.values[0], collection) as first, published(other, collection) as second:
        for text in typed:
            question = SearchRequest(text, sort=sort, per_page=200)
            assert plain(search_json(second.search(question))) == near(search_json(first.search(question)))


# ------------------------------------------------------------------------------------------- paging, limits


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("size", [1, 3, 7])
def test_pages_together_show_every_hit_once(library, sort, size):
    """Page by page, whatever their size and order, come the hits of one large page, and none of them twice."""
    whole = library.search(SearchRequest("envoys OR peace", sort=sort, per_page=200))
    pages = [
        library.search(SearchRequest("envoys OR peace", sort=sort, per_page=size, page=number))
        for number in range(1, -(-whole.passages // size) + 1)
    ]
    assert {page.passages for page in pages} == {whole.passages}
    assert [hit.passage for page in pages for hit in page.hits] == [hit.passage for hit in whole.hits]
    assert len({hit.passage for hit in whole.hits}) == whole.passages


def test_articles_come_once_with_their_best_passage(library):
    """Grouped by article, each stands where its best passage does."""
    request = SearchRequest("envoys OR peace", per_page=200)
    best = dict.fromkeys(hit.article for hit in library.search(request).hits)
    assert [article for article, _ in library.best_articles(request, 100)] == list(best)


def test_every_value_of_a_facet_gives_its_count(library):
    """What a value says is what comes when it is chosen, and what goes when it is excluded."""
    whole = library.search(SearchRequest("envoys OR peace"))
    values = [(facet.name, one) for facet in whole.facets for one in facet.values]
    assert len(values) > 5
    for facet, one in values:
        chosen = library.search(SearchRequest("envoys OR peace", **{f"{facet}s": (one.value,)}))
        others = library.search(SearchRequest("envoys OR peace", **{f"not_{facet}s": (one.value,)}))
        assert (chosen.passages, others.passages) == (one.count, whole.passages - one.count)


def test_a_search_that_takes_too_long_says_so(name, kept):
    """At the limit of time there is a note and no count, and nothing that looks like one."""
    with closing(Library(replace(kept.settings, time_limit=1e-9, **given(name)))) as library:
        results = library.search(SearchRequest("peace"))
    assert (results.complete, results.passages, results.hits) == (False, 0, ())
    assert [note.kind for note in results.notes] == ["limited"]


def test_a_pattern_is_cut_at_its_limit_and_says_so(library, monkeypatch):
    """Of the forms that fit, the most frequent are looked for; the note has both numbers."""
    monkeypatch.setattr(expanding, "MOST_FORMS", 2)
    (note,) = [note for note in library.search(SearchRequest("pl*")).notes if note.kind == "limited"]
    assert "the 2 most frequent were looked for" in note.message


# --------------------------------------------------------------------------------------------- generations


def test_a_collection_that_is_opened_again_answers_the_same(name, kept, library):
    """What one process is answered another is answered too."""
    again = Library(replace(kept.settings, **given(name)))
    with closing(again):
        for question in QUESTIONS[:6]:
            assert plain(search_json(again.search(question))) == near(search_json(library.search(question)))


@pytest.fixture
def alone(name, trial):
    """A collection of the engine under test that one test may change."""
    with cleared(name, trial.settings.index):
        for one in ("alpha", "beta", "gamma", "delta", "omega"):
            trial.write(f"{one}.txt", f"Only {one} stands here.")
        trial.index(**given(name))
        yield trial


def test_a_library_follows_the_index(name, alone):
    """What is added is found, what is removed is not, and what changed is found by its new words alone."""
    with closing(Library(replace(alone.settings, **given(name)))) as library:
        assert library.search(SearchRequest("alpha")).passages == 1
        alone.write("alpha.txt", "Only sigma stands here now.")
        alone.remove("beta.txt")
        alone.write("new.txt", "Only theta stands here.")
        alone.index(**given(name))
        found = {
            word: library.search(SearchRequest(word)).passages for word in ("alpha", "sigma", "beta", "theta", "*")
        }
    assert found == {"alpha": 0, "sigma": 1, "beta": 0, "theta": 1, "*": 5}


def test_many_small_changes_leave_one_index(name, alone):
    """After more changes than are gathered before all is written anew, everything is there once."""
    for number in range(10):
        alone.write("alpha.txt", f"Only alpha stands here, for the {number}th time.")
        alone.index(**given(name))
    assert alone.search("*").passages == 5
    assert alone.found("alpha") == ["Only alpha stands here, for the 9th time."]


_KILLED = """
import json, os, signal, sys
from pathlib import Path
from kb_search import indexer, manifest
from kb_search.config import Settings

given = json.loads(sys.argv[1])
given |= {name: Path(given[name]) for name in ("corpus", "index")}

def kill(*_args, **_more):
    os.kill(os.getpid(), signal.SIGKILL)

owner, method = {
    "adding": (indexer._Writing, "fresh"),
    "finishing": (indexer, "place_passages"),
    "checking": (indexer._Run, "_publish"),
    "publishing": (manifest, "encode"),
}[sys.argv[2]]
setattr(owner, method, kill)
indexer.build_index(Settings(**given))
"""


@pytest.mark.parametrize("moment", ["adding", "finishing", "checking", "publishing"])
def test_a_kill_while_the_index_is_written_loses_nothing(name, alone, moment):
    """Whenever a run dies, the last good index answers, and the next run has everything."""
    alone.write("new.txt", "Only theta stands here.")
    alone.remove("beta.txt")
    settings = replace(alone.settings, **given(name))
    told = {one: getattr(settings, one) for one in ("corpus", "index", *given(name))}
    command = [sys.executable, "-c", _KILLED, json.dumps(told, default=str), moment]
    killed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert current_name(alone.settings.index) == "000001"
    assert (alone.search("beta").passages, alone.search("theta").passages) == (1, 0)
    report = alone.index(**given(name))
    assert (report.articles, report.generation) == (5, "000002")
    assert (alone.search("beta").passages, alone.search("theta").passages, alone.search("*").passages) == (0, 1, 5)
