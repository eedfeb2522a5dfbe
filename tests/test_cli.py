"""The contract of the command line: what is printed, key by key, and what it ends with."""

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kb_search import cli, indexer
from kb_search.cli import COMMANDS, run
from kb_search.commands.common import printable
from kb_search.generations import building
from kb_search.overview import LISTS
from tests.loaders.packages import packed
from tests.trial import fill

HIT = {
    "passage", "article", "title", "source", "date", "date_precision", "section", "ordinal", "score", "url", "text",
    "marks", "title_marks", "section_marks",
}  # fmt: skip


@pytest.fixture
def call(capsys, monkeypatch, tmp_path):
    """Runs the program in an empty folder and gives its exit code, what it printed, and what it said beside that."""
    monkeypatch.chdir(tmp_path)

    def called(*arguments):
        code = run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.out + printed.err
        return code, printed.out, printed.err

    return called


@pytest.fixture
def asked(call, collection):
    """Runs the program on the small collection, which stays as it is; what it printed as lines of JSON."""

    def called(*arguments, code=0):
        ended, out, err = call(*arguments, "--index", collection.settings.index, "--json")
        assert (ended, err) == (code, "")
        return [json.loads(line) for line in out.splitlines()]

    return called


@pytest.fixture
def told(call, collection):
    """Runs the program on the small collection; the exit code and what a person reads."""
    return lambda *arguments: call(*arguments, "--index", collection.settings.index)


# ------------------------------------------------------------------------------------------------- index


def test_index_prints_its_report(call, trial):
    """`index --json` prints one document with the counts, the generation and each file."""
    fill(trial)
    trial.write("empty.txt", "")
    code, out, err = call("index", trial.settings.corpus, "--index", trial.settings.index, "--json")
    (report,) = map(json.loads, out.splitlines())
    assert (code, err) == (0, "")
    files = report.pop("files")
    assert report.pop("seconds") > 0
    assert report == {
        "articles": 9, "passages": 20, "generation": "000001",
        "added": 5, "changed": 0, "unchanged": 0, "removed": 0, "skipped": 1, "failed": 1, "built": True, "news": [],
            "engine": "whoosh",
    }  # fmt: skip
    keys = {"path", "status", "reason", "loader", "articles", "encoding", "seconds", "problems"}
    assert all({*file} == keys for file in files)
    assert files[0].pop("seconds") >= 0
    assert files[0] == {
        "path": "empty.txt", "status": "failed", "reason": "empty.txt is empty.", "loader": "text", "articles": 0,
        "encoding": "", "problems": [],
    }  # fmt: skip
    assert sum(file["articles"] for file in files) == 9


def test_index_says_what_it_did(call, trial):
    """For a person, `index` names the files that failed and says the same counts in two lines."""
    trial.write("a.txt", "An article.")
    trial.write("odd\nname.txt", "")
    code, out, err = call("index", trial.settings.corpus, "--index", "there")
    assert (code, err) == (0, "")
    first, second, third = out.splitlines()
    assert first.startswith(r"failed: odd\nname.txt: ")
    assert re.fullmatch(r"1 articles, 1 passages in there \(generation 000001, \d+\.\d s\)", second)
    assert third == "2 files: 1 added, 0 changed, 0 unchanged, 0 removed, 0 skipped, 1 failed"


def test_index_takes_the_folder_in_two_ways(call, trial):
    """`index PATH` means `--corpus PATH`; with neither it is the folder `corpus`."""
    trial.write("a.txt", "An article.")
    assert call("index", "--corpus", trial.settings.corpus)[0] == 0
    assert "1 unchanged" in call("index", trial.settings.corpus)[1]
    trial.settings.corpus.rename("corpus")
    assert "1 unchanged" in call("index")[1]


def test_strict_makes_failures_count(call, trial):
    """With `--strict` a run ends with 1 if a file failed, and is carried out all the same."""
    trial.write("a.txt", "An article.")
    trial.write("empty.txt", "")
    assert call("index", trial.settings.corpus, "--strict")[0] == 1
    assert call("index", trial.settings.corpus)[0] == 0
    trial.remove("empty.txt")
    assert call("index", trial.settings.corpus, "--strict")[0] == 0


def test_an_empty_folder_has_a_sentence(call, trial):
    """Indexing a folder without articles says that there is none, and what could be one."""
    trial.settings.corpus.mkdir()
    code, out, _ = call("index", trial.settings.corpus)
    assert code == 0
    assert re.search(r"There is no article in \S+ that kb-search can read \(\.txt, ", out)


def test_index_refuses_and_says_what_to_do(call, trial):
    """A missing folder, two folders, a folder with other files: 2. A run that would remove most articles: 3."""
    assert call("index", "nowhere")[::2] == (
        2,
        "kb-search: nowhere does not exist; name the folder with your articles.\n",
    )
    assert call("index", "a", "b")[0] == 2
    trial.write("a.txt", "An article.")
    trial.write("b.txt", "Another.")
    assert call("index", trial.settings.corpus, "--index", trial.settings.corpus)[0] == 2
    (trial.root / "mine").mkdir()
    (trial.root / "mine" / "notes").write_text("mine")
    code, _, err = call("index", trial.settings.corpus, "--index", trial.root / "mine")
    assert (code, "holds other files and no index" in err) == (2, True)
    call("index", trial.settings.corpus)
    trial.remove("a.txt")
    trial.remove("b.txt")
    code, _, err = call("index", trial.settings.corpus)
    assert (code, "remove 2 of 2 articles" in err, "--allow-removals" in err) == (3, True, True)
    assert call("index", trial.settings.corpus, "--allow-removals")[0] == 0


def test_full_and_engine_are_taken(call, trial):
    """`--full` writes a new generation; `--engine` takes the engines there are and no others."""
    trial.write("a.txt", "An article.")
    for generation in ("000001", "000002"):
        out = call("index", trial.settings.corpus, "--full", "--engine", "whoosh", "--json")[1]
        assert json.loads(out)["generation"] == generation
    code, _, err = call("index", trial.settings.corpus, "--engine", "lucene")
    assert (code, "'lucene'" in err) == (2, True)


# ------------------------------------------------------------------------------------------------ search


def test_search_prints_one_document(asked):
    """`search --json` has the keys that scripts rely on, with values of their kinds."""
    (answer,) = asked("search", "peace treaty -snow", "--limit", 2)
    assert {*answer} >= {
        "query",
        "total",
        "took_ms",
        "page",
        "pages",
        "generation",
        "hits",
        "nearest",
        "facets",
        "suggestion",
    }
    assert answer["query"]["text"] == "peace treaty -snow"
    assert answer["query"]["understood"].startswith("Passages ")
    assert answer["total"] == {"passages": 3, "articles": 1, "articles_exact": True, "folded": 0, "complete": True}
    assert (answer["page"], answer["pages"], answer["generation"], answer["nearest"]) == (1, 2, "000001", [])
    assert len(answer["hits"]) == 2
    for hit in answer["hits"]:
        assert {*hit} >= HIT
        assert hit["url"] == f"/article/{hit['article']}#{hit['passage']}"
        assert (hit["date"], hit["date_precision"], hit["source"]) == ("2021-06-15", "day", "Valley Papers")
        assert {hit["text"][start:end].lower() for start, end in hit["marks"]} <= {"peace", "treaty"}
        assert hit["title"][slice(*hit["title_marks"][0])] == "Peace"
    assert answer["facets"]["source"] == [{"value": "Valley Papers", "count": 3, "selected": False, "excluded": False}]
    assert [value["value"] for value in answer["facets"]["date"]] == ["2021-06-15"]


def test_search_gives_what_is_only_near_apart(asked):
    """Where nothing has all words, the count is 0, `hits` is empty, `nearest` is not, and the exit code is 1."""
    (answer,) = asked("search", "snow checkpoint", code=1)
    assert (answer["total"]["passages"], answer["hits"]) == (0, [])
    assert {hit["title"] for hit in answer["nearest"]} == {"Snow on the border", "A note about the checkpoint."}


def test_search_tells_its_notes(asked):
    """What was ignored in a query is a note with its place, its text and a sentence."""
    (answer,) = asked("search", "peace date:2023-02-30")
    (note,) = answer["query"]["notes"]
    assert {*note} == {"kind", "text", "start", "end", "message", "suggestion"}
    assert answer["query"]["text"][note["start"] : note["end"]] == note["text"]


@pytest.mark.parametrize(
    ("options", "passages"),
    [
        (["--source", "Herald"], 3),
        (["--source", "Herald", "--source", "Courier"], 7),
        (["--not-source", "Herald"], 17),
        (["--date", "2020"], 7),
        (["--date", "2020-11", "--date", "undated"], 10),
        (["--since", "2021"], 5),
        (["--until", "2020-11-09"], 2),
        (["--since", "2020-11-10", "--until", "2020-12"], 4),
        (["--lang", "ru"], 1),
        (["--lang", "ru", "--lang", "en-GB"], 20),
        (["--match", "any"], 20),
        (["--no-variants"], 20),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_search_takes_filters(asked, options, passages):
    """Each filter of the contract does what it says."""
    (answer,) = asked("search", "*", *options)
    assert answer["total"]["passages"] == passages


def test_search_takes_an_article_a_sort_and_pages(asked):
    """`--article`, `--sort`, `--limit` and `--page` do what they say."""
    (newest,) = asked("search", "--sort", "newest", "--limit", "3")
    (second,) = asked("search", "--sort", "newest", "--limit", "3", "--page", "2")
    (both,) = asked("search", "--sort", "newest", "--limit", "6")
    assert newest["hits"] + second["hits"] == both["hits"]
    assert newest["hits"][0]["date"] == "2023-11-14"
    article = newest["hits"][0]["article"]
    (one,) = asked("search", "*", "--article", article)
    assert {hit["article"] for hit in one["hits"]} == {article}


def test_search_prints_a_table(told):
    """`--csv` prints a heading and a row for each hit, and nothing else; notes go beside it."""
    code, out, err = told("search", "peace ^", "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0
    columns = "passage article title source date section ordinal score text page last_page"
    assert [*rows[0]] == columns.split()
    assert len(rows) == 5
    assert {row["date"] for row in rows} == {"2021-06-15", "1994-05-12"}
    assert err.startswith("Note: ")
    assert told("search", "unheard", "--csv")[:2] == (1, ",".join(rows[0]) + "\n")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_no_cell_of_a_table_is_a_formula(call, tmp_path, sign):
    """What an article begins with is carried out by no program that opens the table; the JSON has it as it is."""
    folder = tmp_path / "hostile"
    folder.mkdir()
    (folder / "a.md").write_text(f'---\ntitle: "{sign}SUM(1+1)"\nsource: "{sign}1"\n---\n{sign}2 bridges burnt down.\n')
    where = ("--corpus", str(folder), "--index", str(tmp_path / "formulas"))
    call("index", *where)
    (row,) = csv.DictReader(io.StringIO(call("search", "bridges", "--csv", *where)[1]))
    (hit,) = json.loads(call("search", "bridges", "--json", *where)[1])["hits"]
    for name in ("title", "source", "text"):
        assert hit[name].startswith(sign)
        assert row[name] == f"'{hit[name]}"


@pytest.mark.parametrize("name", ["peace", "nearest", "nothing", "notes", "second-page", "undated"])
def test_search_is_read_by_a_person(told, golden, name):
    """Without --json a search says how it was understood, what it found, and where each passage is."""
    arguments = {
        "peace": ["peace treaty", "--limit", "2"],
        "nearest": ["snow checkpoint"],
        "nothing": ["unheard"],
        "notes": ['"cease fire', "--date", "1994"],
        "second-page": ["envoys", "--page", "3", "--limit", "5"],
        "undated": ["*", "--date", "undated", "--limit", "1"],
    }[name]
    code, out, err = told("search", *arguments)
    assert err == ""
    golden(f"cli/search-{name}.txt", f"$ kb-search search {' '.join(arguments)}\n{out}[{code}]\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--date", "2023-02-30"], "there is no date 2023-02-30"),
        (["--since", "2023-02-30"], "there is no date 2023-02-30"),
        (["--until", "yesterday"], "'yesterday' is not a date like 2023, 2023-11 or 2023-11-07"),
        (["--page", "0"], "there is no page 0"),
        (["--page", "x"], "'x' is not a valid integer"),
        (["--limit", "999"], "1 to 200 passages, not 999"),
        (["--limit", "0"], "1 to 200 passages, not 0"),
        (["--sort", "best"], "'best' is not one of"),
        (["--match", "some"], "'some' is not one of"),
        (["--json", "--csv"], "choose one of --json and --csv"),
        (["--unknown"], "No such option '--unknown'"),
        (["two", "queries"], "unexpected extra argument"),
        (["--config", "nowhere.toml"], "Cannot read the configuration nowhere.toml"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_ends_with_2_and_a_sentence(told, arguments, said):
    """What cannot be carried out as written is said in a sentence, nothing is printed, and the exit code is 2."""
    code, out, err = told("search", "peace", *arguments)
    assert (code, out) == (2, "")
    assert said in err


@pytest.mark.parametrize(
    "query", ["x" * 100_000, '"' * 999, "((((", "))))", "OR", "-", "", "\0", "\udcff", "date:2023-02-30", "\x1b[31m"]
)
def test_any_query_is_answered(told, query):
    """No query is an error: it is answered, or nothing is found."""
    code, out, err = told("search", query)
    assert code in (0, 1)
    assert out
    assert not err


def test_a_search_out_of_time_says_so(call, collection, tmp_path):
    """Where the time limit ends a search, no count is printed but the reason."""
    (tmp_path / "hurry.toml").write_text("time_limit = 1e-9\n")
    arguments = ("search", "peace", "--index", collection.settings.index, "--config", tmp_path / "hurry.toml")
    code, out, _ = call(*arguments)
    assert (code, "passages in" in out) == (1, False)
    assert "took longer than 1e-09 s and was stopped" in out
    (answer,) = map(json.loads, call(*arguments, "--json")[1].splitlines())
    assert (answer["total"]["complete"], answer["total"]["articles_exact"]) == (False, False)


# ------------------------------------------------------------------------- stats, articles, show, extract


def test_everything_that_is_left_out_of_a_file_has_a_line(call, trial):
    """`index --json` and `stats --list partial --json` name each row that is missing, also when nothing has changed."""
    trial.write("rows.jsonl", '{"text": "Fine."}\n' + "no row\n" * 6)
    where = ("--index", trial.settings.index, "--json")
    first, again = (json.loads(call("index", trial.settings.corpus, *where)[1]) for _ in range(2))
    (entry,) = map(json.loads, call("stats", "--list", "partial", *where)[1].splitlines())
    problems = [{"where": f"line {number}", "message": "not valid JSON"} for number in range(2, 8)]
    assert (first["files"][0]["status"], again["files"][0]["status"]) == ("added", "unchanged")
    assert first["files"][0]["problems"] == again["files"][0]["problems"] == entry["problems"] == problems


def test_stats_prints_the_figures(asked, told):
    """`stats --json` has the figures that scripts rely on; for a person it names sources and what failed."""
    (stats,) = asked("stats")
    expected = {"engine": "whoosh", "generation": "000001", "articles": 9, "passages": 20, "undated": 2}
    assert {key: stats[key] for key in expected} == expected
    assert (stats["failed"], stats["skipped"]) == (0, 1)
    assert (stats["sources"], stats["first_date"], stats["last_date"]) == (5, "1994-05-12", "2023-11-14")
    assert stats["bytes"] > 0
    code, out, _ = told("stats")
    assert code == 0
    assert out.startswith("9 articles, 20 passages, 5 sources\ndates: 1994-05-12 to 2023-11-14; 2 articles undated\n")


def test_stats_counts_its_lists_and_prints_each(asked, told):
    """`stats --json` says how long each list is; `--list` prints it whole, a line or a document an entry."""
    (stats,) = asked("stats")
    assert set(stats["lists"]) == set(LISTS)
    for name, length in stats["lists"].items():
        assert len(asked("stats", "--list", name)) == length
        assert len(told("stats", "--list", name)[1].splitlines()) == length
    assert stats["lists"]["undated"] == stats["undated"] == 2
    assert {entry["path"] for entry in asked("stats", "--list", "undated")} == {"road.txt", "rows.jsonl (d)"}
    assert [line.split("\t")[0] for line in told("stats", "--list", "undated")[1].splitlines()] == [
        "road.txt", "rows.jsonl (d)",
    ]  # fmt: skip
    assert sum(source["count"] for source in stats["articles_by_source"]) == stats["articles"]
    assert sum(year["count"] for year in stats["articles_by_year"]) == stats["articles"]
    assert {"value": "Courier", "count": 2, "years": [{"year": 2020, "count": 2}]} in stats["articles_by_source"]


def test_articles_prints_one_line_an_article(asked, told):
    """`articles --json` prints a document a line, in the order of paths; rows of a file as they stand in it."""
    articles = asked("articles")
    assert all(
        {*one} >= {"article", "path", "title", "source", "date", "date_precision", "passages"} for one in articles
    )
    assert [one["path"] for one in articles] == [
        "notes/dated.txt", "papers/talks.md", "road.txt", *["rows.jsonl"] * 5, "web/snow.html",
    ]  # fmt: skip
    assert [(one["date"], one["date_precision"]) for one in articles[3:8]] == [
        ("2020-11-10", "day"), ("2020-12", "month"), ("2020", "year"), (None, None), ("1994-05-12", "day"),
    ]  # fmt: skip
    assert sum(one["passages"] for one in articles) == 20
    assert [line.split()[0] for line in told("articles")[1].splitlines()] == [one["article"] for one in articles]


def test_show_prints_one_article(asked, told):
    """`show` prints an article by its id or by that of a passage; joined, its passages are its text."""
    (head,) = [one for one in asked("articles") if one["path"] == "road.txt"]
    (article,) = asked("show", head["article"])
    assert {key: article[key] for key in ("article", "path", "title", "date")} == {
        key: head[key] for key in ("article", "path", "title", "date")
    }
    assert "".join(passage["text"] for passage in article["passages"]) == article["text"]
    for passage in article["passages"]:
        assert {*passage} >= {"passage", "section", "start", "end", "text"}
        assert article["text"][passage["start"] : passage["end"]] == passage["text"]
    assert [section["title"] for section in article["sections"]] == ["Who Repaired It", "What Came After"]
    last = article["passages"][-1]
    assert asked("show", last["passage"]) == [article]
    code, out, _ = told("show", last["passage"])
    assert (code, out.startswith("The Road Over the Pass\nno source · undated · road.txt\n")) == (0, True)
    assert out.endswith(f"# What Came After\n\n{last['text']}\n")
    assert article["passages"][0]["text"] not in out
    assert article["passages"][0]["text"] in told("show", head["article"])[1]


@pytest.mark.parametrize("name", ["nothing", "x" * 100_000, "\0", "\udcff", "../etc/passwd"])
def test_show_says_that_there_is_no_such_article(told, name):
    """An unknown name ends with 1 and a sentence of one line."""
    code, out, err = told("show", name)
    assert (code, out) == (1, "")
    assert err.startswith("kb-search: There is no article and no passage '")
    assert len(err) < 200


def test_extract_prints_what_a_loader_makes(call, trial):
    """`extract --json` prints a line for each file, as it was given, with articles, evidence and passages."""
    fill(trial)
    trial.write("empty.txt", "")
    names = ["papers/talks.md", "./notes/dated.txt", "empty.txt", "nowhere.txt", "picture.png", "rows.jsonl"]
    trial.write("picture.png", "no text")
    os.chdir(trial.settings.corpus)
    code, out, err = call("extract", *names, "--json")
    lines = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert [line["path"] for line in lines] == names
    assert [line["status"] for line in lines] == ["added", "added", "failed", "failed", "skipped", "added"]
    assert [len(line["articles"]) for line in lines] == [1, 1, 0, 0, 0, 5]
    assert [bool(line["reason"]) for line in lines] == [False, False, True, True, True, False]
    (article,) = lines[0]["articles"]
    assert {*article} >= {
        "title", "source", "date", "date_precision", "author", "url", "language", "evidence", "text", "sections",
        "passages",
    }  # fmt: skip
    assert article["evidence"]["date"] == {"value": "2021-06-15", "from": "front matter", "others": []}
    assert [{*section} >= {"title", "start"} for section in article["sections"]] == [True]
    assert all({*passage} >= {"start", "end", "section", "text"} for passage in article["passages"])
    assert "".join(passage["text"] for passage in article["passages"]) == article["text"]


def test_extract_outlives_bombs(call, trial, monkeypatch):
    """A file that breaks its reader is a line with its reason; the others are extracted, and the exit code is 0."""
    bomb = trial.write("bomb.txt", "".join(f"On day {number} they met. " for number in range(300_000)))
    zipped = trial.write("bomb.zip", packed({"a.txt": "x" * 3_000_000}))
    good = trial.write("good.txt", "The envoys met in the valley and spoke about the bridge.\n")
    monkeypatch.setenv("KB_SEARCH_MAX_SECONDS", "0.5")
    code, out, _ = call("extract", bomb, zipped, good, "--json")
    found = [json.loads(line) for line in out.splitlines()]
    assert (code, [one["status"] for one in found]) == (0, ["failed", "failed", "added"])
    assert "takes more than 0.5 seconds" in found[0]["reason"]
    assert "unpacks to 3,000,000 bytes" in found[1]["reason"]
    assert len(found[2]["articles"]) == 1


def test_extract_needs_no_index_and_knows_the_collection(call, trial):
    """A file of the collection is extracted as `index` reads it, from wherever it is named."""
    fill(trial)
    os.chdir(trial.settings.corpus / "notes")
    for arguments in (["dated.txt", "--corpus", ".."], ["../notes/dated.txt", "--corpus", trial.settings.corpus]):
        (line,) = map(json.loads, call("extract", *arguments, "--json")[1].splitlines())
        assert line["articles"][0]["source"] == "Notebook"
    code, out, _ = call("extract", "dated.txt")
    assert code == 0
    assert "date: '2023-11-14' from " in out


def test_extract_gives_what_index_gives(call, trial):
    """However a file of a collection is named, alone or with its folder, its fields are those that `index` finds."""
    fill(trial)
    trial.write("years/Herald/2020/05/plain.txt", "The envoys met in the valley and spoke about the bridge.")
    trial.write("collection.toml", 'language = "hy"\n')
    code, _, _ = call("index", trial.settings.corpus, "--index", trial.settings.index)
    root, name = trial.settings.corpus, "years/Herald/2020/05/plain.txt"
    expected = ("Herald", "2020-05", "hy")
    for index in (trial.settings.index, "nowhere"):  # by the index, or by collection.toml
        for path in (root / name, root / "years", root / "years/Herald/2020", root):
            found = map(json.loads, call("extract", path, "--index", index, "--json")[1].splitlines())
            (line,) = [one for one in found if one["path"].endswith("plain.txt")]
            (article,) = line["articles"]
            assert (article["source"], article["date"], article["language"]) == expected
            assert (line["path"], line["collection"]) == (str(root / name), str(root.resolve()))
    assert code == 0


def test_extract_says_where_it_knows_no_collection(call, trial, tmp_path):
    """A file in no collection that is known is read as if its folder were one, and that is said."""
    (tmp_path / "loose").mkdir()
    (tmp_path / "loose/a.txt").write_text("The envoys met in the valley.")
    for path in (tmp_path / "loose", tmp_path / "loose/a.txt"):
        (line,) = map(json.loads, call("extract", path, "--json")[1].splitlines())
        assert (line["collection"], line["status"]) == (None, "added")
        assert call("extract", path)[1].splitlines()[-1].startswith("Files in no collection that is known")


@pytest.mark.parametrize("command", ["stats", "articles", "show x", "search x", "verify"])
def test_without_an_index_the_sentence_names_the_command(call, command):
    """Every command that reads says that there is no index and what builds one, and ends with 3."""
    code, out, err = call(*command.split(), "--index", "nowhere")
    assert (code, out) == (3, "")
    assert err == "kb-search: There is no index in nowhere; build one with `kb-search index`.\n"


def test_verify_says_whether_the_index_is_whole(call, trial):
    """`verify` ends with 0 on a whole index, and with 3 and a sentence on one where a single byte has changed."""
    trial.write("a.txt", "An article.")
    trial.index()
    code, out, _ = call("verify", "--index", trial.settings.index)
    assert (code, out.startswith("Generation 000001 is whole: ")) == (0, True)
    path = trial.settings.index / "generations" / "000001" / "segments" / "00001" / "text_text.u1"
    path.write_bytes(path.read_bytes().swapcase())
    code, out, err = call("verify", "--index", trial.settings.index)
    assert (code, out) == (3, "")
    assert (
        "text_text.u1 of generation 000001 is not what was written. Build it anew with `kb-search index --full`." in err
    )


def outdated(trial):
    """Make the index one of another schema."""
    path = trial.settings.index / "generations" / "000001" / "manifest.json"
    path.write_text(path.read_text().replace('"schema": ', '"schema": 9'))


def cut(trial):
    """Cut one file of the index short."""
    (trial.settings.index / "generations" / "000001" / "segments.json").write_text("")


def unsafe(trial):
    """Let everybody write into the index."""
    trial.settings.index.chmod(0o777)


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (
            outdated,
            "Use that program, which is newer than this one (0.1.0), or build it anew with `kb-search index --full`",
        ),
        (cut, "is missing or cut short. Build it anew with `kb-search index --full`"),
        (unsafe, "run `chmod 700"),
    ],
)
def test_an_index_that_cannot_answer_ends_with_3(call, trial, problem, said):
    """An outdated, damaged or unsafe index is told in a sentence that says what to do."""
    trial.write("a.txt", "An article.")
    trial.index()
    problem(trial)
    for command in (["search", "article"], ["stats"], ["articles"], ["show", "x"], ["verify"]):
        code, out, err = call(*command, "--index", trial.settings.index)
        assert (code, out, said in err) == (3, "", True)


def test_a_second_builder_ends_with_3(call, trial):
    """`index` on an index that is being built says by whom."""
    trial.write("a.txt", "An article.")
    trial.index()
    with building(trial.settings.index):
        code, _, err = call("index", trial.settings.corpus, "--index", trial.settings.index)
    assert (code, f"is being built by process {os.getpid()}" in err) == (3, True)


# --------------------------------------------------------------------------------------- the program itself


def test_help_names_every_command(call):
    """`--help` lists the commands with a sentence each; a command's own help has its options."""
    code, out, _ = call("--help")
    assert code == 0
    for name, (_, text) in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(text[:20])}", out, re.MULTILINE)
        code, own, _ = call(name, "-h")
        assert code == 0
        assert {"--corpus", "--index", "--config"} <= {*re.findall(r"--\w+", own)}


def test_without_a_command_the_help_is_shown(call):
    """The program alone shows its help, as wrong usage."""
    code, out, err = call()
    assert (code, out) == (2, "")
    assert "Start with `kb-search index FOLDER`" in err


def test_an_unknown_command_is_named(call):
    """A command that there is not ends with 2."""
    code, _, err = call("sing")
    assert (code, "No such command 'sing'" in err) == (2, True)


def test_version_is_printed(call):
    """`--version` prints name and version."""
    code, out, _ = call("--version")
    assert code == 0
    assert re.fullmatch(r"kb-search, version \d+\.\d+\S*\n", out)


def test_settings_come_from_file_and_environment(call, collection, monkeypatch):
    """`kb-search.toml` of the working folder is read, the environment counts more, the command line most."""
    Path("kb-search.toml").write_text(f'index = "{collection.settings.index}"\nper_page = 1\n')
    assert len(json.loads(call("search", "*", "--json")[1])["hits"]) == 1
    monkeypatch.setenv("KB_SEARCH_PER_PAGE", "2")
    assert len(json.loads(call("search", "*", "--json")[1])["hits"]) == 2
    assert len(json.loads(call("search", "*", "--json", "--limit", "3")[1])["hits"]) == 3
    monkeypatch.setenv("KB_SEARCH_INDEX", "nowhere")
    assert call("search", "*")[0] == 3


def test_an_interrupt_is_no_traceback(call, trial, monkeypatch):
    """Ctrl-C ends the program with 130, and the index is as it was."""
    trial.write("a.txt", "An article.")
    trial.index()

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(indexer, "read_all", interrupted)
    trial.write("b.txt", "Another.")
    code, _, err = call("index", trial.settings.corpus, "--index", trial.settings.index)
    assert (code, "Interrupted." in err) == (130, True)
    assert trial.generations() == ["000001"]


def test_what_articles_say_cannot_steer_the_terminal(call, trial):
    """Control characters in names, titles, sources and reasons are written out and not sent to the terminal."""
    row = {"text": "A quiet text.", "title": "\x1b]0;owned\x07Title", "source": "\x1b[2JSource\u202e", "author": "\x9b"}
    trial.write("rows.jsonl", json.dumps(row))
    trial.write("\x1b[31mred\nname.txt", "A red name.")
    trial.write("\x1b[32mempty.txt", "")
    report = call("index", trial.settings.corpus, "--index", "there")[1]
    articles = [json.loads(line)["article"] for line in call("articles", "--index", "there", "--json")[1].splitlines()]
    commands = (["search", "*"], ["search", "quiet\x1b[31m"], ["articles"], ["stats"], ["show", articles[0]])
    spoken = [call(*command, "--index", "there")[1] for command in commands]
    for text in (report, *spoken, call("extract", *trial.settings.corpus.iterdir())[1]):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)


@pytest.mark.parametrize(
    ("text", "shown"), [("plain é 字", "plain é 字"), ("a\nb", r"a\nb"), ("\x1b[1m", r"\x1b[1m"), ("\udcff", r"\udcff")]
)
def test_printable_writes_control_characters_out(text, shown):
    """What a terminal would obey is written as Python writes it; spaces of all kinds and letters stay."""
    assert printable(text) == shown
    assert printable("a\u00a0b\u3000c") == "a\u00a0b\u3000c"


# ------------------------------------------------------------------------------------ in a process of its own


def program(*arguments, **options):
    """The program as it is started from a shell."""
    command = [sys.executable, "-m", "kb_search", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, timeout=60, check=False, **options)


def test_the_program_runs_on_its_own(collection):
    """As a process it prints its answer on stdout alone, in UTF-8, and ends with its exit code."""
    found = program("search", "переговоры", "--index", collection.settings.index, "--json")
    assert (found.returncode, found.stderr) == (0, b"")
    assert "Переговоры" in json.loads(found.stdout.decode())["hits"][0]["text"]
    assert program("search", "unheard", "--index", collection.settings.index).returncode == 1


def test_an_output_that_lacks_letters_gets_them_written_out(collection):
    """Where the output cannot carry a letter, JSON escapes it, and other text writes it out."""
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    arguments = ("search", "переговоры", "--index", collection.settings.index)
    found = program(*arguments, "--json", env=environment)
    assert found.returncode == 0
    assert json.loads(found.stdout.decode("ascii"))["hits"][0]["text"].startswith("Переговоры")
    assert program(*arguments, env=environment).returncode == 0


def test_a_reader_that_goes_away_is_no_error(collection):
    """`kb-search articles | head` ends quietly."""
    command = [sys.executable, "-m", "kb_search", "articles", "--index", str(collection.settings.index), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        running.stdout.close()
        said = running.stderr.read()
    assert (running.returncode, said) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_an_answer_that_cannot_be_written_is_told(collection):
    """A full disk behind `>` is a sentence and exit code 3."""
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "kb_search", "search", "*", "--index", str(collection.settings.index)]
        ran = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False, timeout=60)
    assert (ran.returncode, ran.stderr) == (3, b"kb-search: The answer cannot be written: No space left on device.\n")


def test_searching_and_helping_load_nothing_that_they_do_not_need(collection):
    """Neither `--help` nor `search` imports what only reading files or serving pages needs."""
    watched = ("nltk", "trafilatura", "bs4", "lxml", "flask", "waitress", "rich", "scipy", "charset_normalizer", "yaml")
    source = (
        "import sys; from kb_search.cli import run; code = run(sys.argv[1:]);"
        f"sys.stderr.write(' '.join(name for name in {watched!r} if name in sys.modules)); sys.exit(code)"
    )
    for arguments in (["--help"], ["search", "peace", "--index", str(collection.settings.index)]):
        ran = subprocess.run([sys.executable, "-c", source, *arguments], capture_output=True, check=False, timeout=60)
        assert (ran.returncode, ran.stderr) == (0, b"")


def test_serve_answers_and_ends(collection):
    """`serve` prints its address, answers there, and Ctrl-C ends it with 0."""
    command = [sys.executable, "-m", "kb_search", "serve", "--port", "0", "--index", str(collection.settings.index)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        try:
            address = re.search(r"http://127\.0\.0\.1:\d+/", running.stdout.readline())[0]
            health = subprocess.run(
                [sys.executable, "-c", f"import urllib.request as r; print(r.urlopen('{address}health').status)"],
                capture_output=True, text=True, check=True, timeout=30,
            )  # fmt: skip
            assert health.stdout == "200\n"
            running.send_signal(2)
            assert running.wait(20) == 0
        finally:
            running.kill()


def test_serve_says_that_a_port_is_taken(collection):
    """A port that cannot be had is wrong usage, in a sentence."""
    ran = program("serve", "--host", "203.0.113.7", "--port", "1", "--index", collection.settings.index)
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert re.fullmatch(rb"kb-search: Cannot listen on 203\.0\.113\.7:1: .*\. Choose another --port\.\n", ran.stderr)


def test_progress_is_shown_on_a_terminal_alone(trial):
    """A terminal sees a bar, with the names of files as they are; nothing of it reaches a file or a pipe."""
    trial.write("[red]odd[/green].txt", "An article.")
    script = Path(sys.executable).with_name("kb-search")
    command = f"{script} index {trial.settings.corpus} --index {trial.settings.index}"
    ran = subprocess.run(
        [sys.executable, "-c", "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)", *command.split()],
        capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert ran.returncode == 0
    assert b"Reading" in ran.stdout
    assert b"1 articles, 1 passages" in ran.stdout
    quiet = program("index", trial.settings.corpus, "--index", trial.settings.index)
    assert b"Reading" not in quiet.stdout + quiet.stderr


def test_the_group_has_every_command_of_the_table():
    """The table from which `--help` is made names commands that there are, by the names that they have."""
    for name in COMMANDS:
        assert cli.cli.get_command(None, name).name == name


def test_reading_writes_nothing(collection):
    """No command that reads changes a file of the index: none is newer than the manifest, which was written last."""
    for arguments in (["search", "peace"], ["stats"], ["articles"], ["verify"]):
        assert run([*arguments, "--index", str(collection.settings.index)]) == 0
    folder = collection.settings.index / "generations" / "000001"
    written = (folder / "manifest.json").stat().st_mtime_ns
    assert all(path.stat().st_mtime_ns <= written for path in folder.rglob("*") if path.is_file())


# ------------------------------------------------------------------------------------------ set, watching


def test_set_writes_a_sidecar_that_the_next_run_takes_up(call, trial, asked_of):
    """What is set is in the index after the next run, and the article's file is as it was."""
    article = trial.write("news/a.txt", "The zebra crossed the river.")
    trial.write("b.txt", "So did the lion.")
    trial.index()
    options = ("--corpus", trial.settings.corpus, "--index", trial.settings.index)
    code, out, err = call("set", article, "b.txt", "--date", "2023-09", "--source", "Ре\x1buters", *options)
    assert (code, err) == (0, "")
    first, _, last = out.splitlines()
    assert first.endswith("a.txt.meta.toml: date = 2023-09, source = Реuters")
    assert last == "`kb-search index` takes it up."
    assert article.read_text("utf-8") == "The zebra crossed the river."
    report = trial.index()
    assert (report.changed, report.failed) == (2, 0)
    assert {(one["date"], one["source"]) for one in asked_of(trial, "articles")} == {("2023-09", "Реuters")}
    assert call("set", "b.txt", "--clear", "date", "--clear", "source", *options)[0] == 0
    assert not (trial.settings.corpus / "b.txt.meta.toml").exists()


def test_set_knows_the_folder_that_the_index_was_built_from(call, trial):
    """Without --corpus, the index says where its articles are; where it does not know either, --corpus is asked for."""
    trial.write("news/a.txt", "The zebra crossed the river.")
    trial.index()
    code, out, _ = call("set", "news/a.txt", "--date", "2023-09", "--index", trial.settings.index)
    assert (code, (trial.settings.corpus / "news/a.txt.meta.toml").read_text()) == (0, 'date = "2023-09"\n')
    assert out.splitlines()[-1] == f"`kb-search index {trial.settings.corpus}` takes it up."
    code, _, err = call("set", "news/a.txt", "--date", "2023-09", "--index", trial.root / "none")
    assert (code, "name it with --corpus" in err) == (2, True)


def test_set_takes_a_file_before_anything_is_indexed(call, tmp_path, monkeypatch):
    """A file that is named from the working folder needs no collection; of one that is not there its path is told."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "news").mkdir()
    for name in ("news/a.txt", "news/b.txt", "c.txt"):
        (tmp_path / name).write_text("The zebra crossed the river.")
    code, out, _ = call("set", "news/a.txt", "news/b.txt", "--date", "2023-09")
    assert (code, out.splitlines()[-1]) == (0, f"`kb-search index {tmp_path / 'news'}` takes it up.")
    assert (tmp_path / "news/b.txt.meta.toml").read_text() == 'date = "2023-09"\n'
    code, _, err = call("set", "news/x.txt", "--date", "2023-09")
    assert (code, err) == (
        2, "kb-search: There is no file news/x.txt here, and no folder corpus with articles; name it with --corpus.\n",
    )  # fmt: skip
    code, _, err = call("set", "c.txt", "--date", "2023-09", "--corpus", "nowhere")
    assert (code, "The folder nowhere with the articles does not exist" in err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a.txt", "--date", "20 Sept 2023"], "2023-11-07"),
        (["a.txt"], "Say what to set"),
        (["a.txt", "absent.txt", "--date", "2020"], "no file absent.txt"),
        (["folder", "--source", "x"], "collection.toml"),
        (["rows.jsonl", "--date", "2020"], "into the row itself"),
        (["all.zip/a.txt", "--date", "2020"], "entry of an archive"),
        (["all.zip", "--source", "x"], "is an archive"),
        ([], "Missing argument"),
        (["a.txt", "--clear", "text"], "is not one of"),
    ],
)
def test_set_refuses_with_2_and_writes_nothing(call, trial, arguments, said):
    """What cannot be set ends with 2 and a sentence, and no sidecar is written for the others either."""
    for name in ("a.txt", "folder/b.txt", "rows.jsonl", "all.zip"):
        trial.write(name, "x")
    code, out, err = call("set", *arguments, "--corpus", trial.settings.corpus)
    assert (code, out) == (2, "")
    assert said in err
    assert not list(trial.settings.corpus.rglob("*.toml"))


@pytest.fixture
def asked_of(call):
    """Runs the program on a trial; what it printed as lines of JSON."""

    def called(trial, *arguments):
        code, out, _ = call(*arguments, "--index", trial.settings.index, "--json")
        assert code == 0
        return [json.loads(line) for line in out.splitlines()]

    return called


def test_index_watch_takes_up_what_changes_until_it_is_interrupted(trial):
    """`index --watch` prints a report for the first run and each that changed something, and ends with 0 at Ctrl-C."""
    trial.write("a.txt", "The zebra crossed the river.")
    command = [sys.executable, "-m", "kb_search", "index", str(trial.settings.corpus), "--index",
               str(trial.settings.index), "--watch", "--json"]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as watching:
        try:
            assert json.loads(watching.stdout.readline())["added"] == 1
            assert "Ctrl-C" in watching.stderr.readline()
            trial.write("b.txt", "The lion crossed it too.")
            report = json.loads(watching.stdout.readline())
            assert (report["added"], report["articles"]) == (1, 2)
            watching.send_signal(signal.SIGINT)
            assert watching.wait(20) == 0
            assert (watching.stdout.read(), "Traceback" in watching.stderr.read()) == ("", False)
        finally:
            watching.kill()
    assert trial.found("lion") == ["The lion crossed it too."]


def test_index_watch_says_a_line_for_a_run(call, trial, monkeypatch):
    """For a person a run is one line, with what could not be read for the first time; a run without news is none."""
    trial.write("a.txt", "The zebra crossed the river.")

    def follow(settings, run, listener, *, poll):
        listener.done(run())
        listener.done(run())
        trial.write("b.txt", "The lion crossed it too.")
        trial.write("odd\nname.txt", "")
        listener.done(run())
        listener.failed("Somebody else is building.")
        raise KeyboardInterrupt

    monkeypatch.setattr("kb_search.commands.watching.watch", follow)
    code, out, err = call("index", trial.settings.corpus, "--index", trial.settings.index, "--watch", "--poll")
    assert code == 0
    line = out.splitlines()[-1]
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d [\d:]{8} 1 added, 1 failed: 2 articles, generation 000002, \d+\.\d s; "
        r"not read: odd\\nname\.txt: .* is empty\.", line
    )  # fmt: skip
    assert len([one for one in out.splitlines() if "generation" in one]) == 2
    assert "Somebody else is building." in err
    assert "not followed any more" in err


def test_index_watch_of_no_folder_ends_with_2(call, tmp_path):
    """A folder that does not exist is said at once."""
    code, _, err = call("index", tmp_path / "absent", "--index", tmp_path / "index", "--watch")
    assert (code, "does not exist" in err) == (2, True)


@pytest.mark.parametrize("option", ["--source", "--not-source", "--lang"])
def test_an_empty_name_is_no_filter(told, option):
    """A script whose variable is empty is told so, instead of getting the count of something else."""
    code, out, err = told("search", "peace", option, "")
    assert (code, out, "is empty" in err) == (2, "", True)
