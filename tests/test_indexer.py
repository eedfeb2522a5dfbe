import json
import os
import re
import sys
import threading
import time
from dataclasses import replace

import pytest

from kb_search import corpus, generations, indexer, manifest, together
from kb_search.engines import whoosh
from kb_search.engines.base import FIELD_WEIGHTS
from kb_search.errors import IndexDamaged, IndexLocked, IndexProblem, RemovalsRefused, UsageError
from kb_search.generations import building, current_name, verify
from kb_search.planning import STATUSES
from kb_search.previous import built_from
from tests.trial import fill, prose, statuses


def counts(report):
    """The statuses that a run counted, those of no file left out."""
    return {status: getattr(report, status) for status in STATUSES if getattr(report, status)}


def checksums(trial):
    """The checksum that each file of each generation has now."""
    folder = trial.settings.index / "generations"
    return {path: manifest.sha256(path) for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def four(trial):
    """A trial with four articles that no two share a word of interest, indexed."""
    for name in ("alpha", "beta", "gamma", "delta"):
        trial.write(f"{name}.txt", f"Only {name} stands here.")
    trial.index()
    return trial


# ---------------------------------------------------------------------------------------- what is reported


def test_a_cluster_that_kept_the_index_need_not_be_there_any_more(trial, monkeypatch):
    """Where the engine of before is not installed any more, a run ends well and says what was left behind."""
    trial.write("a.txt", prose("bridge", 6))
    trial.index()
    (trial.settings.index / "CLUSTER").write_text('{"owner": "0a1b2c3d", "addresses": ["http://127.0.0.1:9"]}')
    monkeypatch.setitem(sys.modules, "kb_search.engines.opensearch", None)
    trial.write("b.txt", prose("ferry", 6))
    report = trial.index()
    assert report.articles == 2
    assert any("old ones were not deleted from the cluster" in line for line in report.news)


def test_every_file_has_one_status_and_they_add_up(trial):
    """The six counts are those of the files listed, each of which has one of the six words."""
    fill(trial)
    trial.write("empty.txt", "")
    trial.write("picture.png", "no text")
    for expected in ({"added": 5, "skipped": 2, "failed": 1}, {"unchanged": 5, "skipped": 2, "failed": 1}):
        report = trial.index()
        assert counts(report) == expected
        assert sum(getattr(report, status) for status in STATUSES) == len(report.files)
        assert {file.status for file in report.files} <= set(STATUSES)
        assert [file.path for file in report.files] == sorted(file.path for file in report.files)
        assert all(file.reason for file in report.files if file.status in ("failed", "skipped"))
        assert sum(file.articles for file in report.files) == report.articles == 9


def test_indexing_twice_changes_nothing(trial):
    """A second run over the same folder leaves the same generation, file for file, and finds everything unchanged."""
    fill(trial)
    trial.write("empty.txt", "")
    first, before = trial.index(), checksums(trial)
    second = trial.index()
    assert second.generation == first.generation
    assert (second.articles, second.passages) == (first.articles, first.passages)
    assert set(statuses(second).values()) == {"unchanged", "failed", "skipped"}
    assert checksums(trial) == before


def test_a_run_says_what_came_changed_and_went(four):
    """A new file is added, one with other content changed, one that is gone removed; the others are unchanged."""
    four.write("epsilon.txt", "Only epsilon stands here.")
    four.write("beta.txt", "Here omega has come.")
    four.remove("gamma.txt")
    assert statuses(four.index()) == {
        "alpha.txt": "unchanged",
        "beta.txt": "changed",
        "delta.txt": "unchanged",
        "epsilon.txt": "added",
        "gamma.txt": "removed",
    }
    found = {name: four.search(name).passages for name in ("alpha", "beta", "gamma", "delta", "epsilon", "omega")}
    assert found == {"alpha": 1, "beta": 0, "gamma": 0, "delta": 1, "epsilon": 1, "omega": 1}


def test_a_touched_file_is_unchanged(four):
    """A new time with the old content leaves the generation that there was."""
    os.utime(four.settings.corpus / "alpha.txt", ns=(0, 1))
    report = four.index()
    assert counts(report) == {"unchanged": 4}
    assert report.generation == "000001"


def test_articles_that_were_moved_are_known_where_they_are(trial):
    """The index knows the folder of its articles also where nothing in that has changed since it was moved."""
    trial.write("a.txt", prose("bridge", 6))
    trial.index()
    moved = trial.settings.corpus.rename(trial.root / "moved")
    report = trial.index(corpus=moved)
    assert (report.built, report.unchanged) == (True, 1)
    assert built_from(trial.settings.index) == moved.resolve()
    assert not trial.index(corpus=moved).built


def test_content_is_looked_at_once(four, monkeypatch):
    """A touched file is compared by its content in the next run; the generation after that knows its new time."""
    touched = four.settings.corpus / "alpha.txt"
    os.utime(touched, (1_600_000_000, 1_600_000_000))
    four.write("beta.txt", "Beta says something else.")
    assert counts(four.index()) == {"changed": 1, "unchanged": 3}
    looked_at = []
    digest = corpus.content_digest
    monkeypatch.setattr(corpus, "content_digest", lambda path: looked_at.append(path.name) or digest(path))
    assert counts(four.index()) == {"unchanged": 4}
    assert "alpha.txt" not in looked_at


def test_a_change_of_the_same_size_in_the_same_moment_is_seen(four):
    """A file written again right after it was indexed, with the same size and even the same time, has changed."""
    path = four.settings.corpus / "alpha.txt"
    time = path.stat().st_mtime_ns
    path.write_text("Only omega stands here.")
    os.utime(path, ns=(time, time))
    assert statuses(four.index())["alpha.txt"] == "changed"
    assert (four.search("alpha").passages, four.search("omega").passages) == (0, 1)


def test_a_renamed_file_keeps_its_article(four):
    """A file under another name is the same article: its address and those of its passages lead there as before."""
    (before,) = four.search("alpha").hits
    path = four.settings.corpus / "alpha.txt"
    (path.parent / "papers").mkdir()
    path.rename(path.parent / "papers" / "renamed.txt")
    report = four.index()
    assert counts(report) == {"changed": 1, "unchanged": 3}
    assert {file.path: file.reason for file in report.files}["papers/renamed.txt"].startswith("It was alpha.txt before")
    (after,) = four.search("alpha").hits
    assert (after.article, after.passage) == (before.article, before.passage)
    assert (before.source, after.source) == ("", "papers")
    four.write("alpha.txt", "Omega has the old name.")
    assert counts(four.index()) == {"added": 1, "unchanged": 4}
    (other,) = four.search("omega").hits
    assert other.article != before.article
    assert four.search("*").articles == 5
    assert counts(four.index(full=True)) == {"unchanged": 5}
    assert [four.search(word).hits[0].article for word in ("alpha", "omega")] == [before.article, other.article]


@pytest.mark.parametrize("name", ["alpha.meta.toml", "alpha.txt.meta.toml"])
def test_what_a_sidecar_says_changes_the_article(four, name):
    """A sidecar that comes, changes or goes changes its article and no other."""
    for content in ('source = "Herald"\n', 'source = "Courier"\n', None):
        if content:
            four.write(name, content)
        else:
            four.remove(name)
        report = four.index()
        assert [path for path, status in statuses(report).items() if status == "changed"] == ["alpha.txt"]
        (hit,) = four.search("alpha").hits
        assert hit.source == (content or '""').split('"')[1]


def test_collection_toml_changes_all_articles_below_it(four):
    """What `collection.toml` says is a part of every article in its folder."""
    four.write("collection.toml", 'source = "Herald"\n')
    assert counts(four.index()) == {"changed": 4}
    assert four.search("*", sources=("Herald",)).passages == 4


def test_settings_by_which_articles_are_read_change_them(four):
    """With another default language every article is read again; with another title of the collection none is."""
    assert counts(four.index(language="ru")) == {"changed": 4}
    assert {hit.language for hit in four.search("*").hits} == {"ru"}
    assert counts(four.index(language="ru", title="Another")) == {"unchanged": 4}


def test_a_larger_limit_lets_a_large_file_in(trial):
    """A file that was too large is read as soon as the setting allows it."""
    trial.write("large.txt", prose("bridge", 50))
    trial.write("small.txt", "A small one.")
    report = trial.index(max_file_bytes=1000)
    assert statuses(report) == {"large.txt": "failed", "small.txt": "added"}
    assert "max_file_bytes" in report.files[0].reason
    assert statuses(trial.index())["large.txt"] == "added"


def test_a_failed_file_is_not_read_again_until_it_changes(four):
    """What could not be read stays failed, with its reason, without being opened; repaired, it is added."""
    four.write("broken.txt", b"\0" * 100)
    failed = four.index()
    again = four.index()
    assert (again.generation, again.built) == (failed.generation, False)
    assert all(file.seconds == 0 for file in again.files)
    reasons = {file.path: file.reason for file in failed.files}
    assert {file.path: file.reason for file in again.files} == reasons
    assert reasons["broken.txt"]
    four.write("broken.txt", "It is mended.")
    assert statuses(four.index())["broken.txt"] == "added"
    assert four.search("mended").passages == 1


def test_with_other_limits_what_failed_is_tried_again(four):
    """More time or memory for each file, and the run says so and reads what failed; everything else stays as it is."""
    four.write("broken.txt", b"\0" * 100)
    four.index()
    report = four.index(max_seconds=90)
    assert [file.path for file in report.files if file.seconds] == ["broken.txt"]
    assert report.news == ("The setting max_seconds is now 90; it was 60.0. What could not be read is tried again.",)


def test_with_other_limits_what_was_left_out_of_a_file_is_tried_again(four):
    """Rows of a file that a limit has kept out come in when the limit is raised, as the report advises."""
    long = json.dumps({"text": "".join(f"The last row, line {number}. " for number in range(60_000))})
    four.write("many.jsonl", f"{json.dumps({'text': 'The first row.'})}\n{long}\n")
    few = four.index(max_seconds=0.4)
    assert four.search("last").passages == 0
    assert "raise max_seconds" in next(file.reason for file in few.files if file.path == "many.jsonl")
    assert [file.path for file in four.index(max_seconds=60).files if file.seconds] == ["many.jsonl"]
    assert four.search("last").passages


def test_other_limits_are_told_once(four):
    """A change of limits is told where something is tried again for it, and not at every run after that."""
    four.write("broken.txt", b"\0" * 100)
    for seconds, told in ((60.0, 0), (90, 1), (90, 0), (60.0, 1), (60.0, 0)):
        assert len(four.index(max_seconds=seconds).news) == told
    four.remove("broken.txt")
    assert four.index().built
    report = four.index(max_seconds=90)
    assert (report.built, report.news) == (False, ())


def test_a_changed_setting_is_named(four):
    """Where a setting makes every file be read anew, the report names it, with what it was."""
    (news,) = four.index(language="ru").news
    assert news == "The setting language is now ru; it was not set. Every file is read anew."
    assert four.index(language="ru").news == ()


def test_an_article_that_breaks_leaves_the_index(four):
    """A file that can be read no longer is failed, and what it held is found no more."""
    four.write("alpha.txt", b"\0" * 100)
    assert statuses(four.index())["alpha.txt"] == "failed"
    assert (four.search("alpha").passages, four.search("*").passages) == (0, 3)


def test_full_reads_every_file_anew(four):
    """`--full` reads also what is unchanged, says that it is unchanged, and publishes a generation of one segment."""
    four.write("epsilon.txt", "Only epsilon stands here.")
    four.index()
    four.write("broken.txt", b"\0")
    report = four.index(full=True)
    read = [file.path for file in report.files if file.seconds]
    assert read == ["alpha.txt", "beta.txt", "broken.txt", "delta.txt", "epsilon.txt", "gamma.txt"]
    assert counts(report) == {"unchanged": 5, "failed": 1}
    assert report.generation == "000003"
    segments = four.settings.index / "generations" / "000003" / "segments.json"
    assert len(json.loads(segments.read_text())["segments"]) == 1


def test_progress_is_told_file_by_file(four):
    """Whoever shows progress is told what is done, with how many files, of how many, and which one."""
    four.write("alpha.txt", "Only omega.")
    told = []
    indexer.build_index(four.settings, progress=lambda *step: told.append(step))
    names = ["alpha.txt", "beta.txt", "delta.txt", "gamma.txt", ""]
    assert told == [("Reading", 1, 1, "alpha.txt"), *(("Writing", done, 4, name) for done, name in enumerate(names))]


# ------------------------------------------------------------------------------------------- bad articles


def test_one_bad_file_is_a_line_and_not_the_end(trial):
    """Whatever a folder holds, each file that cannot be read has a sentence, and all others are found."""
    trial.write("good.txt", "The good article.")
    trial.write("empty.txt", "")
    trial.write("blank.txt", " \n\t\n ")
    trial.write("nuls.txt", b"\0" * 5000)
    trial.write("binary.txt", bytes(range(256)) * 20)
    trial.write("latin.txt", "Caf\xe9 in Shusha, na\xefve.".encode("latin-1"))
    trial.write("long.txt", b"word " * 30_000)
    trial.write("unspaced.txt", b"x" * 100_000)
    trial.write("huge.txt", b"y" * 200_001)
    trial.write("broken.jsonl", '{"text": "a row"}\n{"text": \n[1]\n{"no": "text"}\n')
    trial.write("broken.html", b"<html><p>An open paragraph <b>bold <i>" + b"<div>" * 20_000)
    trial.write('"odd"\nname é.txt', "The odd name.")
    (trial.settings.corpus / "circle").symlink_to(trial.settings.corpus)
    (trial.settings.corpus / "gone.txt").symlink_to("nowhere")
    os.mkfifo(trial.settings.corpus / "pipe.txt")
    trial.write("same-1.txt", "Twice the same words.")
    trial.write("same-2.txt", "Twice the same words.")
    report = trial.index(max_file_bytes=200_000)
    told = statuses(report)
    added = {"good.txt", "latin.txt", "long.txt", "unspaced.txt", "broken.jsonl", "broken.html", '"odd"\nname é.txt'}
    assert {path for path, status in told.items() if status == "added"} == {*added, "same-1.txt", "same-2.txt"}
    assert {path for path, status in told.items() if status == "skipped"} == {"circle", "pipe.txt"}
    failed = {"empty.txt", "blank.txt", "nuls.txt", "binary.txt", "huge.txt", "gone.txt"}
    assert {path for path, status in told.items() if status == "failed"} == failed
    for file in report.files:
        assert file.reason.endswith(".") or not file.reason
        assert "Traceback" not in file.reason
    assert "3 left out (line 2: " in next(file.reason for file in report.files if file.path == "broken.jsonl")
    for words in ("good", "odd name", "café", "open paragraph"):
        assert trial.search(words).passages == 1, words
    assert trial.search('"twice the same words"').articles == 2


def test_a_file_that_goes_while_it_is_read_is_a_failure(four, monkeypatch):
    """A file that is gone between the walk and its reading is failed, and the next run removes it."""
    four.write("late.txt", "Too late.")
    walk = indexer.corpus.walk

    def walked(*arguments):
        found = walk(*arguments)
        four.remove("late.txt")
        return found

    monkeypatch.setattr(indexer.corpus, "walk", walked)
    assert statuses(four.index())["late.txt"] == "failed"
    monkeypatch.undo()
    assert statuses(four.index())["late.txt"] == "removed"


def test_an_unreadable_file_changes_nothing_on_the_next_run(four, monkeypatch):
    """A file without the right to read it is failed each time, for one reason, and makes no new generation."""
    four.write("closed.txt", "Nobody may read this.")
    (four.settings.corpus / "closed.txt").chmod(0o600)
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, how: access(path, how) and path.name != "closed.txt")
    first, second = four.index(), four.index()
    assert first.generation == second.generation
    assert statuses(first)["closed.txt"] == statuses(second)["closed.txt"] == "failed"
    monkeypatch.undo()
    assert statuses(four.index())["closed.txt"] == "added"


def test_rows_that_come_and_go_in_one_file(trial):
    """A file of rows that changes brings its new rows and loses those that are gone."""
    rows = [{"id": str(number), "text": f"Row number{number} is here."} for number in range(6)]
    trial.write("rows.jsonl", "\n".join(map(json.dumps, rows)))
    assert trial.index().articles == 6
    trial.write("rows.jsonl", "\n".join(map(json.dumps, [*rows[2:], {"id": "9", "text": "Row number9 is new."}])))
    report = trial.index()
    assert (report.articles, statuses(report)) == (5, {"rows.jsonl": "changed"})
    assert [trial.search(f"number{number}").passages for number in range(10)] == [0, 0, 1, 1, 1, 1, 0, 0, 0, 1]


def test_an_empty_folder_makes_an_empty_index(trial):
    """A folder without an article can be indexed, asked, and filled later."""
    report = trial.index()
    assert (report.articles, report.passages, counts(report)) == (0, 0, {})
    assert trial.search("anything").passages == trial.search("*").passages == 0
    verify(trial.settings.index)
    trial.write("first.txt", "The first article.")
    assert counts(trial.index()) == {"added": 1}
    assert trial.search("first").passages == 1


def test_the_index_may_lie_within_the_folder(trial):
    """An index below the folder of articles is not taken for articles."""
    trial.write("a.txt", "An article.")
    settings = replace(trial.settings, index=trial.settings.corpus / "its index")
    for status in ("added", "unchanged"):
        assert statuses(indexer.build_index(settings)) == {"a.txt": status}


@pytest.mark.parametrize("name", [".", "../articles"])
def test_the_folder_of_articles_is_no_place_for_the_index(trial, name):
    """The index never lands among the articles themselves."""
    trial.write("a.txt", "An article.")
    settings = replace(trial.settings, index=trial.settings.corpus / name)
    with pytest.raises(UsageError, match="holds the articles; choose another folder for the index with --index"):
        indexer.build_index(settings)
    assert [path.name for path in trial.settings.corpus.iterdir()] == ["a.txt"]


# ------------------------------------------------------------------------------------------------ removals


def test_a_run_that_would_remove_most_articles_stops(four):
    """Where more than half of the articles are gone, the run refuses, says so, and the index is as it was."""
    for name in ("alpha", "beta", "gamma"):
        four.remove(f"{name}.txt")
    said = r"remove 3 of 4 articles.*mounted\?.*the same command with --allow-removals"
    with pytest.raises(RemovalsRefused, match=said):
        four.index()
    with pytest.raises(RemovalsRefused):
        four.index(full=True)
    assert four.search("*").passages == 4
    assert four.generations() == ["000001"]
    assert counts(four.index(allow_removals=True)) == {"removed": 3, "unchanged": 1}
    assert four.search("*").passages == 1


def test_a_run_may_remove_half_of_the_articles(four):
    """A run that removes half of the articles, and no more, is carried out."""
    four.remove("alpha.txt")
    four.remove("beta.txt")
    assert counts(four.index()) == {"removed": 2, "unchanged": 2}


def test_articles_are_counted_and_not_files(trial):
    """One file of many rows weighs as much as its rows."""
    trial.write("rows.jsonl", "\n".join(json.dumps({"text": f"Row {number}."}) for number in range(10)))
    for name in "abc":
        trial.write(f"{name}.txt", f"Article {name}.")
    trial.index()
    trial.remove("rows.jsonl")
    with pytest.raises(RemovalsRefused, match="remove 10 of 13 articles"):
        trial.index()


def test_a_broken_collection_toml_costs_no_article(four):
    """The files below it stay in the index, and the report of each names the broken file, its line, and what to do."""
    four.write("collection.toml", 'language = "en"\nsource = Herald')
    report = four.index()
    assert counts(report) == {"changed": 4}
    assert {file.reason for file in report.files} == {
        "collection.toml is not valid TOML: Invalid value (at line 2, column 10). Mend it; until then it says nothing."
    }
    again = four.index()
    assert counts(again) == {"unchanged": 4}
    assert [file.reason for file in again.files] == [file.reason for file in report.files]
    four.write("collection.toml", 'source = "Herald"\n')
    assert {file.reason for file in four.index().files} == {""}


def test_a_slip_in_a_sidecar_is_in_the_report(four):
    """A file whose sidecar has a key that nobody reads is indexed, and its line says so; mended, it says nothing."""
    four.write("alpha.txt.meta.toml", 'dat = "2023-11-07"')
    (told,) = [file for file in four.index().files if file.reason]
    assert (told.path, told.status) == ("alpha.txt", "changed")
    assert told.reason == 'alpha.txt.meta.toml: there is no "dat", so it was not read; did you mean "date"?'
    four.write("alpha.txt.meta.toml", 'date = "2023-11-07"')
    assert not [file for file in four.index().files if file.reason]
    assert str(four.search("alpha").hits[0].date) == "2023-11-07"


def test_a_refusal_counts_articles_and_not_their_places(trial):
    """A text with many places is one article, which goes only with the last of them."""
    copied = prose("bridge", 12)
    for number in range(8):
        trial.write(f"paper{number}/wire.txt", copied)
    for number in range(4):
        trial.write(f"own{number}.txt", prose(f"ferry {number}", 12))
    assert trial.index().articles == 5
    for number in range(7):
        trial.remove(f"paper{number}/wire.txt")
    report = trial.index()  # seven of twelve places, no article
    assert (report.removed, report.articles) == (7, 5)
    for number in range(3):
        trial.remove(f"own{number}.txt")
    with pytest.raises(RemovalsRefused, match="remove 3 of 5 articles"):
        trial.index()


def test_files_that_turn_out_to_be_unreadable_stop_the_run(four):
    """Where most articles fail only when they are read, nothing is published either."""
    for name in ("alpha", "beta", "gamma"):
        four.write(f"{name}.txt", b"\0\0\0")
    with pytest.raises(RemovalsRefused, match="remove 3 of 4 articles"):
        four.index()
    assert four.generations() == ["000001"]
    assert counts(four.index(allow_removals=True)) == {"failed": 3, "unchanged": 1}


# -------------------------------------------------------------------------------------------- generations


def test_a_change_leaves_the_generation_before_untouched(four):
    """An incremental build takes files over by hard links, and no byte of the generation before is changed."""
    four.write("epsilon.txt", "Only epsilon stands here.")
    four.index()
    before = {path: digest for path, digest in checksums(four).items() if "000002" in path.parts}
    four.write("alpha.txt", "Only omega stands here.")
    four.index()
    after = checksums(four)
    assert {path: after[path] for path in before} == before
    links = [path for path in after if path.stat().st_nlink > 1]
    assert {path.parent.name for path in links} >= {"00001", "00002", "whoosh"}
    verify(four.settings.index)


def test_changes_give_the_index_that_a_fresh_build_gives(trial):
    """After a long series of changes, passages, ids, texts and counts are those of an index built at once."""
    for number in range(30):
        trial.write(f"{number:02}.txt", f" date 20{number:02}-01-0{number % 9 + 1} Article{number}. {prose('road', 4)}")
    trial.index()
    for step in range(9):
        trial.write(f"{step:02}.txt", f"Changed{step} in step {step}.")
        trial.write(f"new{step}.txt", f"New{step} in step {step}.")
        if step:
            trial.remove(f"new{step - 1}.txt")
        assert counts(trial.index()) == {"added": 1, "changed": 1, "unchanged": 29} | ({"removed": 1} if step else {})
    worn = answers(trial)
    trial.index(full=True)
    assert answers(trial) == worn
    verify(trial.settings.index)


def answers(trial):
    """What a collection answers to some questions, scores left aside."""
    said = []
    for text in ("*", "road", "changed5", '"the road for an hour"', "date:2013", "article20 OR new11"):
        for sort in ("newest", "oldest"):
            results = trial.search(text, sort=sort, per_page=200)
            hits = [(hit.passage, hit.text, hit.date, hit.ordinal, hit.of, hit.marks) for hit in results.hits]
            said.append((results.passages, results.articles, hits, results.facets, results.timeline, results.date_tree))
    return said


def test_many_changes_do_not_pile_up(trial):
    """After eight changes, or when a fifth of the passages is deleted, the index is written anew from its own texts."""
    for number in range(40):
        trial.write(f"{number}.txt", f"Article {number}.")
    trial.index()

    def segments():
        folder = trial.settings.index / "generations" / current_name(trial.settings.index)
        return len(json.loads((folder / "segments.json").read_text())["segments"])

    seen = []
    for step in range(9):
        trial.write(f"{step}.txt", f"Changed {step}.")
        trial.index()
        seen.append(segments())
    assert seen == [2, 3, 4, 5, 6, 7, 8, 1, 2]
    for number in range(30, 39):
        trial.remove(f"{number}.txt")
    trial.index()
    assert segments() == 1
    assert (trial.search("article").passages, trial.search("changed").passages) == (22, 9)


def test_nothing_is_read_to_write_an_index_anew(four, monkeypatch):
    """Where the index is rewritten because it is worn, unchanged articles are taken from the index itself."""
    monkeypatch.setattr(indexer, "MOST_SEGMENTS", 1)
    four.write("epsilon.txt", "Only epsilon stands here.")
    report = four.index()
    assert [file.path for file in report.files if file.seconds] == ["epsilon.txt"]
    assert four.found("stands") == sorted(
        f"Only {name} stands here." for name in ("alpha", "beta", "gamma", "delta", "epsilon")
    )


def test_a_change_is_found_before_a_worn_index_is_written_anew(four, monkeypatch):
    """Where a change is one too many, it answers first, and only then all are put together."""
    monkeypatch.setattr(indexer, "MOST_SEGMENTS", 1)
    found = []
    put_together = indexer._put_together

    def watched(*arguments):
        found.extend(four.found("epsilon"))
        return put_together(*arguments)

    monkeypatch.setattr(indexer, "_put_together", watched)
    four.write("epsilon.txt", "Only epsilon stands here.")
    report = four.index()
    assert found == ["Only epsilon stands here."]
    assert (report.generation, counts(report)) == ("000003", {"added": 1, "unchanged": 4})
    assert four.index().generation == "000003"


def test_a_worn_index_that_cannot_be_written_anew_still_answers(four, monkeypatch):
    """If putting the parts together fails, the run says so and its change answers; the next run tries again."""

    def refused(*_):
        raise IndexProblem("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(indexer, "MOST_SEGMENTS", 1)
        patched.setattr(indexer, "_put_together", refused)
        four.write("epsilon.txt", "Only epsilon stands here.")
        assert any("not put together. The disk is full." in one for one in four.index().news)
    assert four.search("epsilon").passages == 1
    monkeypatch.setattr(indexer, "MOST_SEGMENTS", 1)
    assert (four.index().generation, four.index().generation) == ("000003", "000003")
    assert four.search("epsilon").passages == 1


def test_a_change_that_only_skips_a_file_is_kept(four):
    """A file that is no article is remembered, and the run after has nothing to do."""
    four.write("picture.png", "no text")
    first = four.index()
    assert (first.generation, counts(first)) == ("000002", {"unchanged": 4, "skipped": 1})
    assert four.index().generation == "000002"
    four.remove("picture.png")
    assert statuses(four.index())["picture.png"] == "removed"
    assert four.search("*").passages == 4


def test_a_second_builder_is_refused(four):
    """While one process builds, another is told who holds the index; reading goes on."""
    with building(four.settings.index), pytest.raises(IndexLocked, match=f"process {os.getpid()}"):
        four.index()
    assert four.search("alpha").passages == 1


def test_two_at_once_make_one_index(trial):
    """Of several threads that index the same folder at once each either succeeds or is told that another does."""
    for number in range(10):
        trial.write(f"{number}.txt", prose(f"topic{number}", 5))
    told = []

    def work():
        try:
            told.append(trial.index().articles)
        except IndexLocked:
            told.append("locked")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(told) <= {10, "locked"}
    assert 10 in told
    assert trial.index().articles == 10


@pytest.mark.parametrize("name", ["manifest.json", "files.json", "segments.json"])
def test_a_damaged_index_is_built_anew(four, name, caplog):
    """Where the generation that answers is damaged and there is none before, a run builds everything anew."""
    path = four.settings.index / "generations" / "000001" / name
    path.write_text("broken")
    report = four.index()
    assert report.news
    assert report.news[0].endswith("Every file is read anew.")
    assert counts(report) == {"added" if name == "files.json" else "unchanged": 4}
    verify(four.settings.index)
    assert four.search("alpha").passages == 1


def outdated(index, _monkeypatch):
    """A cause why a generation cannot be built on: another program wrote it."""
    path = index / "generations" / "000001" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema": 1}))


def damaged(index, _monkeypatch):
    """Such a cause: one of its files is cut short."""
    (index / "generations" / "000001" / "segments.json").write_text("")


def not_installed(_index, monkeypatch):
    """Such a cause: what keeps it is not installed any more."""
    monkeypatch.setitem(sys.modules, "kb_search.engines.whoosh", None)


CLOSED = pytest.mark.parametrize("close", [outdated, damaged, not_installed])


@CLOSED
def test_articles_of_an_index_that_cannot_be_opened_do_not_go_unnoticed(four, monkeypatch, close):
    """Also where everything is read anew, a run that would lose most articles refuses."""
    close(four.settings.index, monkeypatch)
    for name in ("alpha", "beta", "gamma"):
        four.remove(f"{name}.txt")
    with pytest.raises(RemovalsRefused, match="remove 3 of 4 articles"):
        four.index(engine="tantivy")
    report = four.index(engine="tantivy", allow_removals=True)
    assert counts(report) == {"removed": 3, "unchanged": 1}


@CLOSED
def test_a_renamed_file_keeps_its_article_where_the_index_cannot_be_opened(four, monkeypatch, close):
    """The addresses that readers have quoted lead to the same articles after everything was read anew."""
    before = {hit.article for hit in four.search("*").hits}
    close(four.settings.index, monkeypatch)
    path = four.settings.corpus / "alpha.txt"
    path.rename(path.with_name("omega.txt"))
    four.index(engine="tantivy")
    assert {hit.article for hit in four.search("*").hits} == before


def spoil(four, name):
    """Change one letter in a file of the first generation, which keeps its size."""
    (path,) = (four.settings.index / "generations" / "000001").rglob(name)
    path.write_bytes(path.read_bytes().replace(b"alpha", b"alphb"))


@pytest.mark.parametrize("anew", ["engine", "worn", "boilerplate"])
def test_a_text_that_was_damaged_is_not_taken_over(four, monkeypatch, anew):
    """A run that takes texts from the index compares them with their checksums: they would get fitting ones."""
    spoil(four, "text_text.u1")
    settings = {"engine": "tantivy"} if anew == "engine" else {}
    if anew == "worn":
        monkeypatch.setattr(indexer, "MOST_SEGMENTS", 0)
    if anew == "boilerplate":
        ids = frozenset(hit.article for hit in four.search("beta").hits)
        monkeypatch.setattr(together, "affected", lambda *_: ids)
        four.write("epsilon.txt", "Only epsilon stands here.")
    with pytest.raises(IndexDamaged, match=r"text_text\.u1 of generation 000001 is not what was written.*--full"):
        four.index(**settings)
    assert four.generations() == ["000001"]
    monkeypatch.undo()
    four.index(full=True, **settings)
    assert four.found("alpha") == ["Only alpha stands here."]


def test_a_list_of_files_that_was_changed_is_not_built_on(four):
    """What a run takes over from the list of files, or from what is known of copies, is compared first."""
    spoil(four, "files.json")
    report = four.index()
    assert "files.json of generation 000001 is not what was written" in report.news[0]
    assert counts(report) == {"changed": 1, "unchanged": 3}
    verify(four.settings.index)


def test_a_run_after_damage_replaces_the_generation_that_stands_in(four, caplog):
    """Where an older generation stands in for a damaged one, a run publishes anew, even if no file has changed."""
    four.write("epsilon.txt", "Only epsilon stands here.")
    four.index()
    four.remove("epsilon.txt")
    (four.settings.index / "generations" / "000002" / "manifest.json").write_text("broken")
    assert counts(four.index()) == {"unchanged": 4}
    caplog.clear()
    assert four.search("*").passages == 4
    assert caplog.records == []
    verify(four.settings.index)


def test_a_build_that_does_not_find_its_own_words_is_not_published(four, monkeypatch):
    """Before the switch the new index is asked for words that it must know; if it does not, the old one stays."""
    monkeypatch.setattr("kb_search.engines.local.LocalReader.check", lambda *_, **__: None)
    monkeypatch.setattr("kb_search.engines.whoosh._Reader.postings", lambda *_: whoosh.NO_POSTINGS)
    four.write("epsilon.txt", "Only epsilon stands here.")
    with pytest.raises(IndexDamaged, match=r"The new index does not find 'only' in alpha\.txt"):
        four.index()
    assert four.generations() == ["000001"]


def test_a_build_with_another_number_of_articles_is_not_published(four, monkeypatch):
    """Before the switch the articles in the new index are counted against those that were written."""
    monkeypatch.setattr("kb_search.engines.store.LocalWriter.delete", lambda *_: None)
    four.remove("alpha.txt")
    monkeypatch.setattr(indexer, "MOST_DELETED", 1)
    with pytest.raises(IndexDamaged, match="has 4 articles instead of 3"):
        four.index()
    assert four.search("*").passages == 4


def test_a_full_disk_is_told_and_costs_nothing(four, monkeypatch):
    """A disk that fills up while the index is written ends the run with a sentence; the old index answers."""

    def full(_path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(generations, "flush", full)
    four.write("epsilon.txt", "Only epsilon stands here.")
    with pytest.raises(IndexProblem, match="No space left on device"):
        four.index()
    monkeypatch.undo()
    assert four.generations() == ["000001"]
    assert four.search("alpha").passages == 1


def test_an_index_with_other_weights_is_built_anew(four, monkeypatch):
    """An index that was written with other weights for titles is not mixed with ours, but replaced."""
    monkeypatch.setattr("kb_search.engines.store._CONTEXT_WEIGHTS", (FIELD_WEIGHTS.title + 1, FIELD_WEIGHTS.section))
    report = four.index()
    assert "Every file is read anew." in report.news[0]
    assert counts(report) == {"unchanged": 4}
    assert four.search("*").passages == 4


def test_full_does_not_look_into_the_index_that_it_replaces(four, monkeypatch):
    """`--full` opens no part of the old index but its list of files, so that nothing in it can do harm."""
    opened = []
    reader = whoosh.WhooshEngine.reader
    monkeypatch.setattr(
        whoosh.WhooshEngine,
        "reader",
        lambda self, folder: opened.append(folder.name) or reader(self, folder),
    )
    four.index(full=True)
    assert opened == ["000002.building"]


def test_seconds_are_those_of_the_run(four):
    """The report says how long the run took."""
    started = time.perf_counter()
    report = four.index()
    assert 0 < report.seconds <= time.perf_counter() - started


def test_a_run_says_that_it_goes_on_where_another_one_stopped(trial):
    """What a stopped run had read is not read again, and the report says how many files that were."""
    for number in range(30):
        trial.write(f"{number}.txt", prose(f"bridge {number}", 3))

    def stopped(stage, done, *_):
        if stage == "Reading" and done == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        indexer.build_index(trial.settings, progress=stopped)
    report = trial.index()
    (news,) = report.news
    assert re.fullmatch(r"(20|2[1-9]|30) of 30 files had been read by a run that was stopped\.", news)
    assert counts(report) == {"added": 30}
    trial.write("new.txt", prose("ferry", 3))
    assert trial.index().news == ()
