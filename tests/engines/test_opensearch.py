"""What the engine opensearch adds to the contract: publication, reading by address alone, errors, nodes that die."""

import base64
import hashlib
import hmac
import json
import os
import secrets
import shutil
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import fields, replace
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("opensearchpy", reason="the engine opensearch is not installed")

from kb_search import engines
from kb_search.config import Settings
from kb_search.document import Article, Section, article_id, pages_of
from kb_search.engines import cluster as clusters
from kb_search.engines import clusterbest, clusterquery, clusterreading, clustershare, clusterwriter
from kb_search.engines.base import EngineQuery, Occurrences
from kb_search.engines.cluster import Access, Cluster
from kb_search.engines.clustermemory import Remembered
from kb_search.engines.clustersigning import Signer
from kb_search.errors import (
    ClusterProblem,
    ConfigError,
    IndexDamaged,
    IndexMissing,
    IndexOutdated,
    IndexProblem,
    KbSearchError,
)
from kb_search.parsing import parse
from kb_search.passages import split
from kb_search.query import Word, scoring_terms
from kb_search.results import SearchRequest
from kb_search.search import Library
from tests import made_up
from tests.copied import edited, story
from tests.engines.test_contract import article_of, built, filled, hold, hold_scores, names, search
from tests.engines.there import CLUSTER, missing, settings_for
from tests.opensearch.proxy import running
from tests.oracle import Oracle
from tests.trial import Trial, prose

there = pytest.mark.skipif(bool(missing("opensearch")), reason=missing("opensearch") or "there")


@contextmanager
def collection(url):
    """Settings for a collection of its own in a cluster, which is thrown away afterwards."""
    name = f"kb-{secrets.token_hex(4)}"
    yield {"engine": "opensearch", "engine_url": url, "engine_collection": name, "engine_replicas": 0}
    with closing(Cluster(Access.of(Settings(engine_url=url)))) as cluster, suppress(ClusterProblem):
        for index in cluster.ask("GET", f"/{name}-*/_settings/index.uuid", expand_wildcards="all"):
            cluster.drop(index)


@pytest.fixture
def where():
    """Settings for a collection of this test's own."""
    with collection(os.environ[CLUSTER]) as settings:
        yield settings


def settings_engine(**more):
    """The engine under test, with settings."""
    return engines.engine_named("opensearch", settings_for("opensearch", **more))


def indices(where):
    """The names of a collection's indices."""
    with closing(Cluster(Access.of(Settings(engine_url=where["engine_url"])))) as cluster:
        return set(cluster.ask("GET", f"/{where['engine_collection']}-*/_settings/index.uuid", expand_wildcards="all"))


def asked(settings, text, **more):
    """What a library answers, opened for this question alone."""
    with closing(Library(settings)) as library:
        return library.search(SearchRequest(text, per_page=200, **more))


def by_address(trial, where):
    """Settings of another machine, which knows the cluster alone."""
    folders = {"corpus": trial.root / "none", "index": trial.root / "elsewhere", "engine_cache": trial.root / "cache"}
    return Settings(**folders, time_limit=60, **where)


# ---------------------------------------------------------------------------------------------------- the contract


@there
@given(collection=made_up.collections(), questions=st.lists(made_up.questions(), min_size=8, max_size=16))
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
def test_an_index_in_three_parts_answers_as_one(collection, questions):
    """Frequencies are taken over all shards: the same passages, counts, order and scores as the oracle's."""
    cut = settings_for("opensearch", engine_shards=3)
    oracle = Oracle(collection)
    with built(engines.engine_named("opensearch", cut), collection) as (reader, _):
        for query in questions:
            matches, found = hold(reader, oracle, query)
            entries = {entry.passage.id: entry for entry in found}
            for one in matches.candidates:
                assert one.score == pytest.approx(oracle.score(query.tree, entries[one.id]), rel=1e-5, abs=1e-6)


@contextmanager
def requests(reader):
    """The searches that a reader sends meanwhile; those of one request together."""
    sent, search = [], reader._index.search

    def noting(bodies, *more):
        sent.append(bodies)
        return search(bodies, *more)

    reader._index.search = noting
    yield sent
    reader._index.search = search


@there
@given(collection=made_up.collections(), questions=st.lists(made_up.questions(), min_size=4, max_size=8))
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_comes_with_a_search_is_what_is_told_when_asked_for(collection, questions):
    """The best are those that a deep search has first. What is asked of them next needs no request, and is the same."""
    with built(settings_engine(), collection) as (reader, _):
        for query in (replace(one, tree=filled(reader, one.tree), sort="relevance", depth=10_000) for one in questions):
            words, remembered = scoring_terms(query.tree), reader._remembered
            matches, deep = reader.search(replace(query, depth=400)), reader.search(query)
            found = matches.candidates
            assert names(matches) == names(deep)
            assert [one.score for one in found] == pytest.approx([one.score for one in deep.candidates], rel=1e-6)
            assert (matches.passages, matches.folded) == (deep.passages, deep.folded)
            if not words or not found:
                continue
            with requests(reader) as sent:
                at_once = reader.occurrences(found, words), [reader.passage(one.key) for one in found]
            assert sent == []
            reader._remembered = Remembered(reader._words)
            reader.prepare([one.key for one in found])
            asked_for = reader.occurrences(found, words), [reader.passage(one.key) for one in found]
            reader._remembered = remembered
            assert at_once[1] == asked_for[1]
            for one in fields(Occurrences):
                told, expected = (getattr(occurrences, one.name) for occurrences in (at_once[0], asked_for[0]))
                assert told.dtype == expected.dtype
                assert np.array_equal(told, expected), one.name


def equals(numbers):
    """Articles that differ in nothing but their ids, with their passages."""
    made = [
        Article(id=article_id(f"{one}.txt"), path=f"{one}.txt", title="A Note", text=EQUAL, language="en")
        for one in numbers
    ]
    return [(article, split(article)) for article in made]


EQUAL = "The bridge was built of stone."


@there
@pytest.mark.parametrize("shards", [1, 3])
def test_of_equals_the_first_ids_are_the_best(shards):
    """A part of an index gives what comes first in it; where that may not be the first id, it is asked once more."""
    engine = settings_engine(engine_shards=shards)
    query = EngineQuery(parse("bridge", ("en",)).tree, depth=5)
    with (
        built(engine, equals(range(40))) as (reader, folder),
        built(engine, equals(range(40, 80)), base=folder, removed=[article_id("7.txt")]) as (changed, _),
    ):
        kept = [one for one in range(80) if one != 7]
        for one, numbers, most in ((reader, range(40), 1), (changed, kept, 2)):
            ids = sorted(passage.id for _, passages in equals(numbers) for passage in passages)
            with requests(one) as sent:
                assert names(one.search(query)) == ids[:5]
            assert len(sent) == most


@there
def test_few_pages_come_with_many_passages(monkeypatch):
    """What a page shows comes along of the best; of others it is asked for, in one request."""
    monkeypatch.setattr(clusterbest, "_PAGES", 1)
    texts = ("bridge", "bridge and bridge", "bridge, bridge and bridge", "bridge, bridge, bridge and bridge")
    made = [
        Article(id=article_id(text), path="p.txt", title="A Note", text=f"A {text}.", language="en") for text in texts
    ]
    with built(settings_engine(), [(one, split(one)) for one in made]) as (reader, _):
        keys = [one.key for one in reader.search(EngineQuery(parse("bridge", ("en",)).tree)).candidates]
        with requests(reader) as sent:
            reader.passage(keys[0])
            assert sent == []
            reader.prepare(keys)
            shown = {reader.passage(key)[0].text for key in keys}
        assert len(sent) == 1
        assert shown == {one.text for one in made}


@there
def test_what_is_many_is_asked_for_piece_by_piece(monkeypatch):
    """More authors, sources and passages of an article than come in one answer, or go in one clause, are all there."""
    monkeypatch.setattr(clusterreading, "_VALUES_AT_ONCE", 2)
    monkeypatch.setattr(clusterreading, "_HITS_AT_ONCE", 2)
    monkeypatch.setattr(clusterquery, "MOST_VALUES", 2)
    people = ("Aram", "Bela", "Cem", "Dina", "Ewa")
    made = [
        article_of(f"{at}", "A bridge.", "A road.", "A river.", author=f"{who} Writer", source=f"The {who} Post")
        for at, who in enumerate(people)
    ]
    with (
        built(settings_engine(), made) as (_, folder),
        built(settings_engine(), [], base=folder, removed=["3"]) as (reader, _),
    ):
        assert [count for _, count in reader.holdings().sources] == [3] * 4
        for typed, passages in (("author:writer", 12), ("author:ewa", 3), ("author:dina", 0), ("source:post", 12)):
            assert search(reader, EngineQuery(parse(typed, ("en",)).tree)).passages == passages, typed
        assert {form: reader.frequency(Word(form, (form,))) for form in ("bridg", "road", "river")} == dict.fromkeys(
            ("bridg", "road", "river"), 4
        )


@there
def test_a_passage_carries_no_more_for_a_long_article():
    """An article of a thousand headings and pages does not stand a thousand times in the cluster; pages are told."""
    count = 1000
    texts = [f"Rule {number} is this.\n" for number in range(count)]
    starts = [sum(map(len, texts[:number])) for number in range(count)]
    made = article_of(
        "code", *texts, pages=tuple((start, f"p{number}") for number, start in enumerate(starts)), title="A Code"
    )
    named = tuple(Section(f"Heading {secrets.token_hex(20)}", start) for start in starts)
    article = replace(made[0], sections=named)
    with built(settings_engine(), [(article, made[1])]) as (reader, _):
        assert max(len(page) for _, page in reader._index.pages(range(count))) < count
        for row in (0, 500, count - 1):
            passage, head = reader.passage(row)
            assert pages_of(head.pages, passage) == (f"p{row}", f"p{row}")
            assert (head.title, head.passages) == ("A Code", count)


@contextmanager
def clauses(url, most):
    """A cluster that takes so many clauses meanwhile."""
    with closing(Cluster(Access.of(Settings(engine_url=url)))) as cluster:
        for limit in (most, None):
            cluster.ask("PUT", "/_cluster/settings", {"transient": {"indices.query.bool.max_clause_count": limit}})
            if limit:
                yield


@there
def test_a_cluster_as_it_is_installed_takes_wide_patterns():
    """With the 1,024 clauses that are allowed by default: six patterns, hundreds of words, several NEARs."""
    firsts = "bcdfgh"
    texts = [
        " ".join(f"{first}{number:04}" for first in firsts for number in range(at, 900, 30)) + "." for at in range(30)
    ]
    made = [article_of(f"{at}", text) for at, text in enumerate(texts)]
    many = " OR ".join(f"{first}{number:04}" for first in firsts for number in range(66))
    near = " ".join(f"{first}00* NEAR/3 {first}01*" for first in firsts)
    oracle = Oracle(made)
    with clauses(os.environ[CLUSTER], 1024), built(settings_engine(), made) as (reader, _):
        for typed in (" ".join(f"{one}*" for one in firsts), "(b* OR c* OR d*) f*", many, near):
            query = EngineQuery(filled(reader, parse(typed, ("en",)).tree), depth=10_000, seconds=60)
            hold_scores(oracle, query, *hold(reader, oracle, query))


# ------------------------------------------------------------------------------------------------------ publication


@there
def test_the_address_alone_is_enough(tmp_path, where):
    """Another machine finds, shows and counts what the one that built the index does, and follows its changes."""
    trial = Trial(tmp_path)
    trial.write("bridge.txt", prose("bridge", 12))
    trial.write("harvest.txt", prose("harvest", 12))
    trial.index(**where)
    elsewhere = by_address(trial, where)
    here, there = asked(trial.settings, "bridge year"), asked(elsewhere, "bridge year")
    assert there.passages > 0
    assert (there.date_tree, there.timeline) == (here.date_tree, here.timeline)
    same = {name: getattr(here, name) for name in ("took_ms", "make_date_tree", "make_timeline")}
    assert replace(there, **same) == here
    with closing(Library(elsewhere)) as library, closing(Library(trial.settings)) as own:
        request, article = SearchRequest(), here.hits[0].article
        assert library.stats() == own.stats()
        assert library.article(article, request) == own.article(article, request)
        trial.write("snow.txt", prose("snow", 12))
        trial.remove("harvest.txt")
        trial.index(**where)
        library._followed._looked = 0
        assert library.search(SearchRequest("snow")).articles == 1
        assert library.search(SearchRequest("harvest")).passages == 0
    assert len(indices(where)) == 2  # the one that answers, and the one before


@there
def test_names_of_a_collection_go_with_its_address(tmp_path, where):
    """A machine that has the address alone knows the collection's own list of names, and its changes."""
    trial = Trial(tmp_path)
    trial.write("bridge.txt", prose("bridge", 6))
    trial.write("viaduct.txt", prose("viaduct", 6))
    trial.index(**where)
    elsewhere = by_address(trial, where)
    assert asked(elsewhere, "bridge").articles == 1
    trial.write("variants.toml", '[[group]]\nnames = ["bridge", "viaduct"]\n')
    trial.index(**where)
    assert asked(elsewhere, "bridge").articles == 2
    trial.remove("variants.toml")
    trial.index(**where)
    assert asked(elsewhere, "bridge").articles == 1


@there
@pytest.mark.parametrize(
    ("asked_for", "told"),
    [
        ({"engine_shards": 2}, {"number_of_shards": "2", "auto_expand_replicas": "false"}),
        ({"engine_replicas": 2}, {"number_of_shards": "1", "auto_expand_replicas": "0-2"}),
    ],
)
def test_another_layout_is_written_where_it_is_asked_for(tmp_path, where, asked_for, told):
    """Shards and replicas are what the settings say after the next run, also where no article has changed."""
    trial = Trial(tmp_path)
    trial.write("bridge.txt", prose("bridge", 6))
    trial.index(**where)
    assert trial.index(**where | asked_for).built
    assert not trial.index(**where | asked_for).built
    with closing(Cluster(Access.of(Settings(engine_url=where["engine_url"])))) as cluster:
        (found,) = cluster.ask("GET", f"/{where['engine_collection']}/_settings").values()
    assert {key: found["settings"]["index"][key] for key in told} == told
    trial.write("more.txt", prose("more", 6))
    trial.index(**where | asked_for)
    assert asked(replace(trial.settings, **where), "bridge OR more").articles == 2


def _cut(path):
    path.write_bytes(path.read_bytes()[:-1])


@there
@pytest.mark.parametrize("damage", [_cut, Path.unlink])
def test_a_copy_that_is_damaged_is_brought_anew(tmp_path, where, damage):
    """Whichever file of the copy is missing or cut short, the address alone is enough again; a whole copy is kept."""
    trial = Trial(tmp_path)
    trial.write("bridge.txt", prose("bridge", 12))
    trial.index(**where)
    elsewhere = by_address(trial, where)
    assert asked(elsewhere, "bridge").articles == 1
    (copy,) = (tmp_path / "cache").glob("*/generations/000001")
    files = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    assert len(files) > 3
    for path, raw in files.items():
        if raw:
            damage(path)
            assert asked(elsewhere, "bridge").articles == 1
            assert {one: one.read_bytes() for one in copy.rglob("*") if one.is_file()} == files
    before = copy.stat().st_ino
    assert asked(elsewhere, "bridge").articles == 1
    assert copy.stat().st_ino == before


@there
def test_a_copy_is_brought_once_for_many_who_ask(tmp_path, where, monkeypatch):
    """Processes that open a collection at once have it whole; what one that was killed left behind is cleared away."""
    trial = Trial(tmp_path)
    trial.write("bridge.txt", prose("bridge", 12))
    trial.index(**where)
    elsewhere, brought = by_address(trial, where), []
    bring = clustershare._bring
    monkeypatch.setattr(clustershare, "_bring", lambda *args: brought.append(args[1]) or bring(*args))
    with ThreadPoolExecutor(6) as threads:
        assert {one.articles for one in threads.map(lambda _: asked(elsewhere, "bridge"), range(6))} == {1}
    assert len(brought) == len(set(brought)) > 3
    (cache,) = (tmp_path / "cache").iterdir()
    left = {path.name for path in cache.iterdir()}
    assert left == {"CURRENT", "LOCK", "generations"}
    monkeypatch.setattr(clustershare, "_bring", lambda *args: (bring(*args), 1 / 0))
    trial.write("more.txt", prose("more", 12))
    trial.index(**where)
    with pytest.raises(ZeroDivisionError):
        asked(elsewhere, "more")
    monkeypatch.setattr(clustershare, "_bring", bring)
    assert asked(elsewhere, "more").articles == 1
    assert {path.name for path in cache.iterdir()} == left


@there
def test_a_copy_that_cannot_be_written_is_told(tmp_path, where):
    """A cache that cannot be written is a sentence with the folder in it, and what to do."""
    trial = Trial(tmp_path)
    trial.write("bridge.txt", prose("bridge", 6))
    trial.index(**where)
    (tmp_path / "cache").write_text("no folder", "ascii")
    with pytest.raises(IndexProblem, match=r"cannot be kept in .*cache.*engine_cache"):
        asked(by_address(trial, where), "bridge")


@there
def test_an_index_of_another_engine_does_not_stand_before_the_cluster(tmp_path, where):
    """Who names the cluster is answered from it, also where an index of another engine lies in the folder.

    Until the cluster has the collection, that index answers.
    """
    trial, other = Trial(tmp_path / "one"), Trial(tmp_path / "other")
    other.write("harvest.txt", prose("harvest", 12))
    other.index(engine="whoosh")
    shadowed = replace(by_address(trial, where), index=other.settings.index)
    assert asked(shadowed, "harvest").articles == 1
    trial.write("bridge.txt", prose("bridge", 12))
    trial.index(**where)
    assert (asked(shadowed, "bridge").articles, asked(shadowed, "harvest").articles) == (1, 0)


@there
def test_an_index_that_was_deleted_behind_its_back_is_built_anew(tmp_path, where):
    """A run of `index` notices that the cluster has lost the index, says so, and needs no address to put it right."""
    trial = Trial(tmp_path)
    trial.write("bridge.txt", prose("bridge", 12))
    trial.index(**where)
    with closing(Cluster(Access.of(Settings(engine_url=where["engine_url"])))) as cluster:
        for index in indices(where):
            cluster.drop(index)
    with pytest.raises(IndexDamaged, match="is not in the cluster any more"):
        asked(trial.settings, "bridge")
    plain = {name: value for name, value in where.items() if name not in ("engine", "engine_url")}
    report = trial.index(**plain)
    assert any("is not in the cluster any more" in one for one in report.news)
    assert asked(by_address(trial, where), "bridge").articles == 1
    assert trial.index(full=True, **plain).engine == "opensearch"
    assert asked(by_address(trial, where), "bridge").articles == 1


@there
def test_more_near_duplicates_are_folded_than_one_clause_may_name(tmp_path, where, monkeypatch):
    """However many articles are hidden, they are left out, and each is counted."""
    monkeypatch.setattr(clusterquery, "MOST_VALUES", 2)
    trial = Trial(tmp_path)
    for number in range(6):
        trial.write(f"{number}.txt", " ".join(edited(story(1, 200), 0.01 * number)) + ".")
    trial.index(**where)
    whole, folded = asked(trial.settings, "*"), asked(trial.settings, "*", fold=True)
    assert len({hit.article for hit in whole.hits}) == 6
    assert len({hit.article for hit in folded.hits}) == 1
    assert folded.passages == whole.passages == len(folded.hits) + folded.folded


@there
def test_an_unknown_collection_is_named(tmp_path, where):
    """Reading a cluster that does not have the collection says so, and how to build it."""
    with pytest.raises(IndexMissing, match=r"There is no collection 'kb-.*build it with `kb-search index"):
        asked(by_address(Trial(tmp_path), where), "peace")


@there
@pytest.mark.parametrize("other", ["", "-of-others"])
def test_a_name_that_is_taken_is_refused_before_anything_is_sent(tmp_path, where, other):
    """What somebody else calls as the collection, an index or a name for one, stays, and nothing is put beside it."""
    trial, name = Trial(tmp_path), where["engine_collection"]
    trial.write("bridge.txt", prose("bridge", 4))
    index, said = f"{name}{other}", f"leads to the index {name}{other}" if other else "is an index"
    aliases = {"aliases": {name: {}}} if other else {}
    with closing(Cluster(Access.of(Settings(engine_url=where["engine_url"])))) as cluster:
        cluster.ask("PUT", f"/{index}", {"settings": {"index.number_of_replicas": 0}, **aliases})
        try:
            with pytest.raises(ConfigError, match=f"'{name}' {said} of something else; .* engine_collection"):
                trial.index(**where)
            assert set(cluster.ask("GET", f"/{name}*/_settings/index.uuid")) == {index}
        finally:
            cluster.drop(index)
    assert trial.index(**where).articles == 1


@there
def test_a_collection_that_was_called_otherwise_for_a_while_has_one_index(tmp_path, where):
    """A new name leads to the index although nothing has changed, and the one from before leads to no second one."""
    trial, other = Trial(tmp_path), {**where, "engine_collection": f"{where['engine_collection']}-other"}
    for number, named in enumerate((where, other, where)):
        trial.write(f"{number}.txt", prose(f"topic{number}", 6))
        trial.index(**named)
        trial.index(**(where if named is other else other))
    trial.write("last.txt", prose("last", 6))
    trial.index(**where)
    for named in (where, other):
        trial.index(**named)
        assert asked(by_address(Trial(tmp_path / "web"), named), "topic*").articles == 3
        with closing(Cluster(Access.of(Settings(engine_url=where["engine_url"])))) as cluster:
            assert len(cluster.ask("GET", f"/_alias/{named['engine_collection']}")) == 1


@there
def test_a_renamed_collection_answers_under_its_new_name_though_nothing_has_changed(tmp_path, where):
    """No index bears the new name yet; it leads to the one that there is, and so does the old one after a way back."""
    trial = Trial(tmp_path)
    trial.write("one.txt", prose("bridge", 6))
    trial.index(**where)
    with collection(os.environ[CLUSTER]) as other:
        for named in (other, where, other):
            assert trial.index(**named).unchanged == 1
            assert asked(by_address(Trial(tmp_path / "web"), named), "bridge").articles == 1
        for name in ("two", "three"):
            trial.write(f"{name}.txt", prose(name, 6))
            trial.index(**other)
        assert trial.index(**where).unchanged == 3
        for named in (where, other):
            assert asked(by_address(Trial(tmp_path / "web"), named), "bridge OR two OR three").articles == 3


@there
def test_a_copied_index_folder_has_indices_of_its_own(tmp_path, where):
    """What a copy writes and sweeps takes nothing from the first folder; one that was moved stays itself."""
    trial, copy = Trial(tmp_path / "first"), Trial(tmp_path / "second")
    trial.write("bridge.txt", prose("bridge", 6))
    trial.index(**where)
    shutil.copytree(trial.root, copy.root)
    trial.write("more.txt", prose("more", 6))
    trial.index(**where)
    copy.index(**where)  # nothing is new there
    assert trial.search("bridge OR more").articles == 2
    for number in range(3):
        copy.write(f"{number}.txt", prose(f"other{number}", 6))
        copy.index(**where)
    assert trial.search("bridge OR more").articles == 2
    assert copy.search("bridge OR other*").articles == 4
    before = indices(where)
    moved = Trial(tmp_path / "third")
    copy.root.rename(moved.root)
    moved.write("last.txt", prose("last", 6))
    moved.index(**where)
    assert len(indices(where)) == len(before)


@there
def test_old_indices_go_with_their_generations(tmp_path, where):
    """As many indices stay as generations, and none once another engine keeps them all."""
    trial = Trial(tmp_path)
    for number in range(4):
        trial.write(f"{number}.txt", prose(f"topic{number}", 6))
        trial.index(**where)
    assert len(indices(where)) == len(trial.generations()) == 2
    for number in range(4, 6):
        trial.write(f"{number}.txt", prose(f"topic{number}", 6))
        trial.index(engine="whoosh")
    trial.index(engine="whoosh", engine_url=where["engine_url"], engine_collection=where["engine_collection"])
    assert indices(where) == set()
    assert not (trial.settings.index / "CLUSTER").exists()


@there
def test_an_index_that_is_laid_out_in_another_way_is_written_anew(tmp_path, where):
    """What an older program laid out answers until it is written anew, which the next run does; then it goes."""
    trial = Trial(tmp_path)
    trial.write("bridge.txt", prose("bridge", 8))
    trial.index(**where)
    with closing(Library(trial.settings)) as library:
        assert library.search(SearchRequest("bridge")).articles == 1
        path = trial.settings.index / "generations" / "000001" / "cluster.json"
        told = json.loads(path.read_text("utf-8"))
        told["place"]["layout"] -= 1
        path.write_text(json.dumps(told, ensure_ascii=False), "utf-8")
        with pytest.raises(IndexOutdated, match="is laid out in another way"):
            asked(trial.settings, "bridge")
        assert library.search(SearchRequest("bridge")).articles == 1
        report = trial.index(**where)
        assert any("Every file is read anew." in one for one in report.news)
        assert library.search(SearchRequest("bridge")).articles == 1
    assert len(indices(where)) == 2
    trial.write("snow.txt", prose("snow", 8))
    trial.index(**where)
    assert len(indices(where)) == len(trial.generations()) == 2


@there
def test_two_machines_that_write_one_collection_do_not_hinder_each_other(tmp_path, where, caplog):
    """Each keeps its own index, whole; who knows the address gets the last that was finished, and that is told."""
    machines = {topic: Trial(tmp_path / topic) for topic in ("bridge", "snow")}
    failed = []

    def run(topic):
        try:
            for number in range(3):
                machines[topic].write(f"{number}.txt", prose(f"{topic} {topic}{number}", 6))
                machines[topic].index(**where)
        except KbSearchError as error:
            failed.append(error)

    runs = [threading.Thread(target=run, args=(topic,)) for topic in machines]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    assert not failed
    for topic, trial in machines.items():
        assert (asked(trial.settings, topic).articles, asked(trial.settings, "*").articles) == (3, 3)
    there = by_address(machines["bridge"], where)
    assert sorted(asked(there, topic).articles for topic in machines) == [0, 3]
    assert len(indices(where)) == 4
    assert any("of another index folder until now" in record.getMessage() for record in caplog.records)


@there
def test_who_knows_the_address_sees_one_generation_or_the_next(tmp_path, where, monkeypatch):
    """While generation after generation is published, no answer errs, and none has parts of two."""
    monkeypatch.setattr("kb_search.following._EVERY", 0.0)
    trial, over, seen, failed = Trial(tmp_path), threading.Event(), set(), []

    def publish(number):
        for article in range(3):
            trial.write(f"{article}.txt", f"This generation is edition{number}. {prose(f'topic{article}', 4)}")
        trial.index(**where)

    def read(library):
        while not over.is_set() and not failed:
            try:
                found = library.search(SearchRequest("generation", per_page=200))
                view = library.article(found.hits[0].article, SearchRequest())
            except Exception as error:  # noqa: BLE001 - told by the test
                failed.append(error)
            else:
                words = {word for hit in found.hits for word in hit.text.split() if word.startswith("edition")}
                seen.add((len(words), found.articles, found.passages, len(view.passages)))

    publish(0)
    with closing(Library(by_address(trial, where))) as library:
        readers = [threading.Thread(target=read, args=(library,)) for _ in range(3)]
        for one in readers:
            one.start()
        for number in range(1, 5):
            publish(number)
        over.set()
        for one in readers:
            one.join()
    assert not failed
    assert seen == {(1, 3, 3, 1)}


def _ends_here(*_arguments, **_named):
    os._exit(9)


STEPS = {
    "the copy is made": (clusterwriter, "wait_for"),
    "everything is sent": (clusterwriter, "write_articles"),
    "the small files are sent": (clustershare, "_lead"),
    "the name leads to the new index": (clustershare.Cluster, "close"),
}


@there
@pytest.mark.parametrize("step", STEPS)
def test_a_kill_at_any_step_leaves_an_index_that_answers(tmp_path, where, step, monkeypatch):
    """Killed after any step, the old or the new generation answers, whole; the next run puts everything right."""
    trial = Trial(tmp_path)
    trial.write("bridge.txt", prose("bridge", 8))
    trial.index(**where)
    trial.write("snow.txt", prose("snow", 8))
    child = os.fork()
    if not child:
        with suppress(BaseException), monkeypatch.context() as patched:
            target, name = STEPS[step]
            if step == "the name leads to the new index":
                patched.setattr(clustershare, "_lead", _then_end(clustershare._lead))
            else:
                patched.setattr(target, name, _ends_here)
            trial.index(**where)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert asked(trial.settings, "bridge").articles == 1
    assert asked(trial.settings, "snow").articles == 0
    assert asked(by_address(trial, where), "bridge").articles == 1
    trial.index(**where)
    for one in (trial.settings, by_address(trial, where)):
        assert (asked(one, "bridge").articles, asked(one, "snow").articles) == (1, 1)
    assert len(indices(where)) == len(trial.generations()) == 2


@there
def test_a_name_is_moved_while_other_indices_that_fit_its_pattern_are_deleted(where):
    """Indices of a collection whose name begins alike come and go; the step that moves the name is carried out."""
    name, over = where["engine_collection"], threading.Event()

    def come_and_go(number):
        with closing(Cluster(Access.of(Settings(engine_url=where["engine_url"])))) as cluster:
            while not over.is_set():
                cluster.ask("PUT", f"/{name}-other-{number}", {"settings": {"number_of_replicas": 0}})
                cluster.drop(f"{name}-other-{number}")

    others = [threading.Thread(target=come_and_go, args=(number,)) for number in range(3)]
    with closing(Cluster(Access.of(Settings(engine_url=where["engine_url"])))) as cluster:
        for mine in (f"{name}-1", f"{name}-2"):
            cluster.ask("PUT", f"/{mine}", {"settings": {"number_of_replicas": 0}})
        for other in others:
            other.start()
        try:
            for turn in range(12):
                clustershare._lead(cluster, name, f"{name}-{turn % 2 + 1}")
                assert list(cluster.ask("GET", f"/_alias/{name}")) == [f"{name}-{turn % 2 + 1}"]
        finally:
            over.set()
            for other in others:
                other.join()


def _then_end(function):
    def wrapped(*arguments):
        function(*arguments)
        os._exit(9)

    return wrapped


# ---------------------------------------------------------------------------------------------- what is said of errors


@contextmanager
def stub(status, answer, kind="application/json", check=lambda *_request: None):
    """The address of a server that gives the same answer to everything; `check` looks at each request."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            check(self, self.rfile.read(int(self.headers["content-length"] or 0)))
            raw = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_POST = do_PUT = do_GET  # noqa: N815 - the names that the server looks for

        def log_message(self, *_arguments):
            pass

    with running(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as place:
        yield f"http://{place}"


@pytest.fixture
def hasty(monkeypatch):
    """Nothing is tried for long."""
    monkeypatch.setattr(clusters, "_PAUSES", (0.01,))
    monkeypatch.setattr(clusters.Cluster.ask, "__kwdefaults__", {"seconds": 0.3, "patience": 0.1, "check": None})


def sentence(url, **more):
    """What is said when a cluster is asked for its version."""
    with closing(Cluster(Access.of(Settings(engine_url=url, **more)))) as cluster:
        with pytest.raises(ClusterProblem) as refused:
            cluster.check_version()
        return str(refused.value)


def error(kind, reason):
    """An error as a cluster tells it."""
    return {"error": {"root_cause": [{"type": kind, "reason": reason}], "type": kind, "reason": reason}}


SECRET = "only-for-this-test"  # noqa: S105 - it is none
ANSWERS = {
    "old": (200, {"version": {"distribution": "opensearch", "number": "1.3.20"}}, "is opensearch 1.3.20; the engine"),
    "other": (
        200,
        {"version": {"number": "8.1.0"}},
        "is another program, version 8.1.0; the engine opensearch needs",
    ),
    "odd": (200, {"version": "2.19"}, "is another program, version ?; the engine opensearch needs"),
    "login": (401, {}, "refuses the login; check KB_SEARCH_ENGINE_USER and KB_SEARCH_ENGINE_PASSWORD."),
    "forbidden": (403, error("security_exception", "no permissions"), "does not allow this to the login that is used."),
    "blocked": (403, error("cluster_block_exception", "index blocked: [read-only]"), "is read-only."),
    "full": (429, error("cluster_block_exception", "disk usage exceeded flood-stage"), "is read-only. Often its disk"),
    "no quorum": (503, error("cluster_manager_not_discovered_exception", ""), "has lost too many nodes"),
    "no manager": (
        503,
        error("cluster_block_exception", "blocked by: [no cluster-manager]"),
        "has lost too many nodes",
    ),
    "red": (503, error("no_shard_available_action_exception", ""), "lacks parts of the index"),
    "red search": (
        503,
        error("search_phase_execution_exception", "rejected: missing shards"),
        "lacks parts of the index",
    ),
    "busy": (429, error("rejected_execution_exception", "queue"), "is too busy; try again later."),
    "clauses": (500, error("too_many_nested_clauses", "maxClauseCount is set to 1024"), "takes no question so large;"),
    "name": (400, error("x_exception", "no such index [blockade-partial-away]"), "reports an error: 400 x_exception"),
    "web server": (404, "", "does not know what it was asked for. Is the address that of OpenSearch"),
    "proxy": (502, "", "cannot be reached by the proxy at this address. Is it running?"),
    "unsaid": (400, {}, "reports an error: 400 error: no reason given"),
    "strange": (400, error("x_exception", "so"), "reports an error: 400 x_exception: so"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_what_a_cluster_cannot_do_is_one_sentence(name, hasty):
    """Each way to fail has a sentence with the address of the cluster in it."""
    status, answer, expected = ANSWERS[name]
    with stub(status, answer) as url:
        said = sentence(url)
    assert said.startswith(f"The cluster at {url} ")
    assert expected in said


@pytest.mark.parametrize("kind", ["too_many_clauses", "too_many_nested_clauses", "script_exception"])
def test_what_stays_as_it_is_is_not_asked_again(kind, monkeypatch):
    """A question that is too large is so the next time too, although the cluster calls that an error of its own."""
    waited = []
    monkeypatch.setattr(clusters.time, "sleep", waited.append)
    with stub(500, error(kind, "maxClauseCount is set to 1024")) as url:
        sentence(url)
    assert waited == []


def test_of_very_many_stems_the_rarest_are_scored(monkeypatch):
    """So many clauses as a cluster takes are left to the stems that say most; fewer are all scored."""
    frequencies = {"bridg": 90, "stone": 5, "river": 40}
    tree, held = parse("bridge OR stone OR river", ("en",)).tree, SimpleNamespace(passages=100, average_length=10.0)

    def scored():
        return {one["term"]["pooled"]["value"] for one in clusterquery.scores(tree, held, frequencies.__getitem__)}

    assert scored() == {*frequencies}
    monkeypatch.setattr(clusterquery, "_MOST_SCORED", 2)
    assert scored() == {"stone", "river"}


def test_what_is_no_cluster_is_not_one_without_the_collection(tmp_path, hasty):
    """A web server that has nothing does not have a collection that could be built there."""
    with stub(404, "") as url, pytest.raises(ClusterProblem, match="Is the address that of OpenSearch"):
        clustershare.fetched(Settings(index=tmp_path, engine_url=url, engine_cache=tmp_path / "cache"))


def test_what_is_no_cluster_is_told(hasty):
    """A web server that knows nothing of searches is not taken for a cluster."""
    with stub(200, "<h1>Welcome</h1>", "text/html") as url:
        assert "something that is not OpenSearch's" in sentence(url)


def test_a_cluster_that_is_away_is_told(hasty):
    """Where nobody listens, the sentence asks whether the address is right."""
    with closing(socket.socket()) as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}"
        assert sentence(url) == f"The cluster at {url} cannot be reached. Is it running, and is the address right?"


def test_a_cluster_that_hangs_is_told(hasty):
    """A connection on which nothing ever comes is given up."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        assert "does not answer in time. It may be overloaded or hang" in sentence(url)


@pytest.mark.parametrize(("found", "expected"), [(False, "no quorum"), (True, "does not answer in time")])
def test_a_request_that_waits_for_a_quorum_is_told(hasty, found, expected):
    """Nodes without a quorum let some requests wait; whether there is one is then asked of a node alone."""

    def wait(request, _body):
        if request.path == "/":
            time.sleep(0.5)

    with stub(200, {"discovered_cluster_manager": found}, check=wait) as url:
        assert expected in sentence(url)


def connections(server):
    """How many connections wait to be taken."""
    count = 0
    with suppress(BlockingIOError):
        while True:
            server.accept()[0].close()
            count += 1
    return count


def test_another_node_is_asked_where_one_hangs(monkeypatch):
    """An address that takes connections and never answers costs a moment, and the answer comes from another one.

    Then it is left alone for a while.
    """
    monkeypatch.setattr(clusters, "_SECONDS_OF_ONE", 0.2)
    told = {"version": {"distribution": "opensearch", "number": "2.19.1"}}
    with closing(socket.create_server(("127.0.0.1", 0))) as server, stub(200, told) as url:
        hanging = f"http://127.0.0.1:{server.getsockname()[1]}"
        server.settimeout(0)
        for addresses in (f"{hanging},{url}", f"{url},{hanging}"):
            with closing(Cluster(Access.of(Settings(engine_url=addresses)))) as cluster:
                for _ in range(6):
                    cluster.check_version()
            assert connections(server) <= 1


def test_nodes_that_hold_an_index_are_asked_first(hasty):
    """A node that has all of an index need not ask another; where it is away, the others are asked."""
    asked = {name: [] for name in ("all", "part")}
    copies = [[{"node": "a"}], [{"node": "a"}, {"node": "b"}]]

    def noting(name):
        return lambda request, _body: asked[name].append(request.path.partition("?")[0])

    told = {"shards": copies, "nodes": {}, "_shards": {"successful": 2, "total": 2}}
    with stub(200, told, check=noting("all")) as url, stub(200, told, check=noting("part")) as other:
        told["nodes"] = {
            "a": {"http": {"publish_address": f"search.example/{url.removeprefix('http://')}"}},
            "b": {"http": {"publish_address": other.removeprefix("http://")}},
        }
        with closing(Cluster(Access.of(Settings(engine_url=f"{other},{url}")))) as cluster:
            cluster.prefer_nodes_with("kept")
            for _ in range(4):
                cluster.search("kept", [{"size": 0}], seconds=5, everywhere=False)
            assert asked["all"].count("/kept/_search") == 4
            copies[1][:] = [{"node": "b"}]
            cluster.prefer_nodes_with("kept")
            for _ in range(4):
                cluster.search("kept", [{"size": 0}], seconds=5, everywhere=False)
            assert asked["part"].count("/kept/_search") == 2


def test_a_cluster_that_cannot_prove_who_it_is_is_told(hasty):
    """An address with https is not asked without TLS."""
    with stub(200, {}) as url:
        assert "does not prove by TLS who it is" in sentence(url.replace("http://", "https://"))


def test_a_password_is_never_shown(hasty):
    """No sentence and no settings that are printed hold the password."""
    given = Settings(engine_url="http://127.0.0.1:1", engine_user="reader", engine_password=SECRET)
    assert SECRET not in repr(given)
    assert SECRET not in repr(Access.of(given)) + str(Access.of(given))
    assert SECRET not in sentence("http://127.0.0.1:1", engine_user="reader", engine_password=SECRET)


@pytest.mark.parametrize(
    ("user", "password", "sent"),
    [
        ("reader", "plain", b"reader:plain"),
        ("reader", "a:b", b"reader:a:b"),
        ("reader", "ä", b"reader:\xc3\xa4"),
        ("читатель", "пароль€", "читатель:пароль€".encode()),
        ("reader", "\udce4", b"reader:\xe4"),  # so Python tells a byte of the environment that is no UTF-8
        ("reader", "", b"reader:"),
        ("", "", None),
    ],
)
def test_a_login_is_sent_in_utf_8(user, password, sent, hasty):
    """Names and passwords may have letters of any script; without a name there is no login."""
    headers = []
    with stub(401, {}, check=lambda request, _body: headers.append(request.headers["authorization"])) as url:
        assert "refuses the login" in sentence(url, engine_user=user, engine_password=password)
    assert headers == [sent and "Basic " + base64.b64encode(sent).decode()]


def test_an_address_is_needed():
    """Without an address, the error says which setting to give."""
    with pytest.raises(ConfigError, match="needs the address of a cluster: give it with --engine-url"):
        Access.of(Settings(engine="opensearch"))
    with pytest.raises(ConfigError, match="needs the address of a cluster"):
        engines.reading(Settings(engine="opensearch", index=Path("nowhere")))


def test_what_passes_is_asked_again(monkeypatch):
    """A node that dies gives one 500; the same request is sent again and answered."""
    answers = iter([clusters.Failure(500, "error", ""), clusters.Failure(0, "away", ""), {"fine": True}])

    def send(*_arguments):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(Cluster, "_send", send)
    with closing(Cluster(Access(("http://127.0.0.1:1",)))) as cluster:
        assert cluster.ask("GET", "/") == {"fine": True}


def test_what_was_tried_for_long_in_vain_is_not_tried_for_long_again(monkeypatch):
    """While an index is lost, one request waits for it; those behind it are told at once, until it is there again."""
    monkeypatch.setattr(clusters, "_PAUSES", (0.01,))
    monkeypatch.setattr(clusters, "LITTLE_PATIENCE", 0.0)
    sent, answer = [], {}

    def send(_cluster, _method, path, *_arguments):
        sent.append(path)
        if path in answer:
            return answer[path]
        raise clusters.Failure(503, "no_shard_available_action_exception", "")

    monkeypatch.setattr(Cluster, "_send", send)
    with closing(Cluster(Access(("http://127.0.0.1:1",)))) as cluster:

        def tries(path):
            sent.clear()
            with suppress(ClusterProblem):
                cluster.ask("POST", path, patience=0.1)
            return len(sent)

        assert tries("/a/_search") > 1
        assert [tries("/a/_search"), tries("/a/_search")] == [1, 1]
        assert tries("/b/_search") > 1
        answer["/a/_search"] = {}
        assert tries("/a/_search") == 1
        del answer["/a/_search"]
        assert tries("/a/_search") > 1


@pytest.mark.parametrize(("status", "kind", "seconds"), [(0, "away", 5), (429, "busy", 15)])
def test_nobody_waits_long_where_nobody_listens(status, kind, seconds, monkeypatch):
    """Where nothing listens at any address that is told after five seconds; a node that is busy is given fifteen."""
    clock = [0.0]
    monkeypatch.setattr(clusters, "time", SimpleNamespace(monotonic=lambda: clock[0], sleep=partial(_let_pass, clock)))

    def send(*_arguments):
        raise clusters.Failure(status, kind, "")

    monkeypatch.setattr(Cluster, "_send", send)
    with closing(Cluster(Access(("http://127.0.0.1:1",)))) as cluster, pytest.raises(ClusterProblem):
        cluster.ask("GET", "/")
    assert seconds - 2 <= clock[0] <= seconds


def _let_pass(clock, seconds):
    clock[0] += seconds


def test_a_partial_answer_is_no_answer():
    """A search that some shards did not answer is refused, although it looks whole."""
    whole = {"_shards": {"successful": 2, "total": 3, "failed": 0}, "hits": {}}
    with pytest.raises(clusters.Failure, match="some shards did not answer"):
        clusters._check_searches({"responses": [whole]})


# ----------------------------------------------------------------------------------------------- Amazon's signatures

#: Amazon publishes them for tests.
KEY, HIDDEN = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


@pytest.mark.parametrize(
    ("query", "signature"),
    [
        ("", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("?Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
    ],
)
def test_a_request_is_signed_as_amazon_publishes_it(query, signature):
    """The requests of Amazon's own suite of tests get the signatures that stand there."""
    signer = Signer(KEY, HIDDEN, "us-east-1", service="service", now=lambda: datetime(2015, 8, 30, 12, 36, tzinfo=UTC))
    told = signer("GET", f"https://example.amazonaws.com/{query}", None)["authorization"]
    assert told.endswith(f"SignedHeaders=host;x-amz-date, Signature={signature}")


def signature(request, body):
    """What a server computes from a request as it came in, with the secret that both know."""
    told = dict(part.split("=", 1) for part in request.headers["authorization"].partition(" ")[2].split(", "))
    scope, names = told["Credential"].partition("/")[2], told["SignedHeaders"].split(";")
    path, _, query = request.path.partition("?")
    headers = "".join(f"{name}:{request.headers[name]}\n" for name in names)
    parts = (request.command, quote(path), "&".join(sorted(query.split("&"))), headers, ";".join(names))
    canonical = "\n".join((*parts, hashlib.sha256(body).hexdigest())).encode()
    moment = request.headers["x-amz-date"]
    wanted = "\n".join(("AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(canonical).hexdigest()))
    key = f"AWS4{HIDDEN}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, wanted.encode(), "sha256").hex() == told["Signature"]


def test_every_request_to_amazon_is_signed(hasty):
    """A server that checks signatures takes paths with stars and commas, and bodies; it refuses other keys."""
    checked = []
    with stub(200, {}, check=lambda request, body: checked.append(signature(request, body))) as url:
        access = Access((url,), KEY, HIDDEN, aws_region="eu-west-1", aws_token=SECRET)
        with closing(Cluster(access)) as cluster:
            cluster.ask("GET", "/a,b-*/_settings", expand_wildcards="all", ignore=404)
            cluster.ask("POST", "/_bulk", '{"index": {}}\n{"text": "Əliyev"}\n', filter_path="errors,items.*.error")
            cluster.ask("PUT", "/a", {"settings": {}})
        with closing(Cluster(replace(access, password=HIDDEN[1:]))) as cluster:
            cluster.ask("GET", "/")
    assert checked == [True, True, True, False]
