"""Which engine keeps an index, and how another one takes over."""

import itertools
import json
import threading
from contextlib import closing

import pytest

from kb_search import manifest, previous
from kb_search.cli import run
from kb_search.errors import ConfigError
from kb_search.generations import current_name
from kb_search.overview import MOST_FOR_WHOOSH, outgrown
from kb_search.results import SearchRequest
from kb_search.search import Library
from kb_search.web.app import create_app
from kb_search.wire import search_json
from tests.engines.there import ENGINES, given
from tests.trial import fill

PAIRS = [
    pytest.param(one.values[0], two.values[0], marks=(*one.marks, *two.marks))
    for one, two in itertools.permutations(ENGINES, 2)
]
REQUESTS = (SearchRequest("peace"), SearchRequest('"border posts" OR envoys'), SearchRequest(sources=("Courier",)))


def answers(trial):
    """What some requests are answered, but for the time it took and the generation."""
    with closing(Library(trial.settings)) as library:
        found = [search_json(library.search(request)) for request in REQUESTS]
    for one in found:
        del one["took_ms"], one["generation"]
    return found


def stays(name):
    """What must be set for an engine, but for its name."""
    return {setting: value for setting, value in given(name).items() if setting != "engine"}


@pytest.fixture
def filled(trial):
    """The small collection, not yet indexed."""
    fill(trial)
    return trial


@pytest.mark.parametrize("name", ENGINES)
def test_a_run_that_names_no_engine_stays_with_the_one_there_is(filled, name):
    """Without `engine` a run goes on with what keeps the index, also where that index must be built anew."""
    assert filled.index(**given(name)).engine == name
    later = filled.index(**stays(name))
    assert (later.engine, later.built, later.news) == (name, False, ())
    path = filled.settings.index / "generations" / "000001" / manifest.NAME
    path.write_text(json.dumps({**json.loads(path.read_text()), "schema": 0}))
    anew = filled.index(**stays(name))
    assert (anew.engine, anew.generation, anew.unchanged) == (name, "000002", 5)


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_another_engine_takes_over_what_is_there(filled, first, second):
    """A change of engine is said, reads no file that has not changed, and gives the same answers."""
    filled.index(**given(first))
    before = answers(filled)
    report = filled.index(**given(second))
    said = f"The engine is now {second}; it was {first}. The index is written anew from its own texts."
    assert (report.engine, report.built, report.news) == (second, True, (said,))
    assert [file.path for file in report.files if file.seconds] == []
    assert answers(filled) == before
    filled.write("later.txt", "The envoys met once more, and spoke of peace.")
    back = filled.index(**given(first))
    assert [file.path for file in back.files if file.seconds] == ["later.txt"]
    assert filled.found("once more") == ["The envoys met once more, and spoke of peace."]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_a_reader_notices_nothing_of_a_change_but_the_generation(filled, first, second):
    """Whoever searches all the time while another engine takes over gets every answer, and always the same."""
    filled.index(**given(first))
    seen, done = [], threading.Event()

    def search(library):
        while not done.is_set():
            results = library.search(REQUESTS[0])
            seen.append((results.generation, tuple(hit.passage for hit in results.hits)))

    with closing(Library(filled.settings)) as library:
        reader = threading.Thread(target=search, args=(library,))
        reader.start()
        while not seen:
            done.wait(0.01)
        try:
            filled.index(**given(second))
            while reader.is_alive() and seen[-1][0] != "000002":
                done.wait(0.01)
        finally:
            done.set()
            reader.join()
    assert [generation for generation, _ in itertools.groupby(seen, key=lambda one: one[0])] == ["000001", "000002"]
    assert len({hits for _, hits in seen}) == 1


def test_files_are_read_anew_where_the_engine_before_is_gone(filled, monkeypatch):
    """An index of an engine that is not installed any more is replaced, and the report says why files were read."""
    filled.index()

    def missing(*_):
        raise ConfigError("It is not installed.")

    monkeypatch.setattr(previous, "engine_named", missing)
    report = filled.index()
    assert report.news == ("It is not installed. Every file is read anew.",)
    assert (report.engine, report.unchanged, current_name(filled.settings.index)) == ("whoosh", 5, "000002")


def test_nothing_outgrows_an_engine_before_its_limit():
    """Only Whoosh is outgrown, by more passages than it is made for; the sentence has the command that helps."""
    assert outgrown("whoosh", MOST_FOR_WHOOSH) == outgrown("tantivy", 10**9) == outgrown("opensearch", 10**9) == ()
    (sentence,) = outgrown("whoosh", MOST_FOR_WHOOSH + 1)
    assert "With 50,001 passages the collection has outgrown Whoosh" in sentence
    assert "`kb-search index --engine tantivy`" in sentence


def test_a_collection_that_has_outgrown_its_engine_is_told_of(filled, monkeypatch, capsys):
    """`index` (as text and JSON, and also where nothing changed), `stats` and the page of the collection say it."""
    monkeypatch.setattr("kb_search.overview.MOST_FOR_WHOOSH", 10)
    sentence = "With 20 passages the collection has outgrown Whoosh"
    folders = ["--corpus", str(filled.settings.corpus), "--index", str(filled.settings.index)]
    for command in (["index"], ["index", "--json"], ["stats"]):
        assert run([*command, *folders]) == 0
        assert sentence in capsys.readouterr().out
    with closing(Library(filled.settings)) as library:
        assert sentence in create_app(library, filled.settings).test_client().get("/collection").text
