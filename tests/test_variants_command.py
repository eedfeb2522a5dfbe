"""`kb-search variants` and `kb-search related`: what they print, and that what is offered can be pasted."""

import json
import tomllib

import pytest

from kb_search.cli import run
from kb_search.variants import load_variants

SAID = "On Monday the president {} of that country said in parliament that talks would go on. "


@pytest.fixture
def call(capsys, trial):
    """Runs the program on a trial collection: exit code, what it printed, what it said beside that."""

    def called(*arguments):
        folders = ("--corpus", str(trial.settings.corpus), "--index", str(trial.settings.index))
        code = run([*arguments, *folders])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.out + printed.err
        return code, printed.out, printed.err

    return called


@pytest.fixture
def two_ways(trial):
    """A collection that writes two names in two ways."""
    trial.write("a.txt", SAID.format("Kadrosev") * 3 + SAID.format("Suleymanov") * 2)
    trial.write("b.txt", SAID.format("Kadrossev") * 2 + SAID.format("Süleymanov") * 2)
    trial.index()
    return trial


def test_the_groups_in_force_are_listed(call, trial):
    """The collection's own groups come first, each with the file that says so."""
    trial.write("variants.toml", '[[group]]\nabout = "mill"\nde = ["Altmühl", { name = "Old Mill", period = "1871" }]')
    code, out, _ = call("variants")
    assert code == 0
    assert out.splitlines()[0] == "Altmühl (de), Old Mill (de, 1871)  (mill)  [variants.toml]"
    assert "Xankəndi (az)" in out
    first = json.loads(call("variants", "--json")[1].splitlines()[0])
    assert first == {
        "about": "mill", "kind": "", "origin": "variants.toml",
        "names": [
            {"name": "Altmühl", "language": "de", "period": "", "only": False},
            {"name": "Old Mill", "language": "de", "period": "1871", "only": False},
        ],
    }  # fmt: skip


def test_the_groups_of_an_index_are_listed(call, trial, tmp_path, monkeypatch):
    """Without the articles at hand the list that went with the index counts."""
    trial.write("variants.toml", '[[group]]\nnames = ["Altmühl", "Old Mill"]')
    trial.index()
    (tmp_path / "away").mkdir()
    monkeypatch.setenv("KB_SEARCH_CORPUS", str(tmp_path / "away"))
    assert call("variants")[1].splitlines()[0] == "Altmühl, Old Mill  [variants.toml]"


def test_the_shipped_list_can_be_switched_off(call, trial, monkeypatch):
    """With the setting `none` nothing is in force but the collection's own."""
    monkeypatch.setenv("KB_SEARCH_VARIANTS", "none")
    assert call("variants")[1] == ""
    monkeypatch.setenv("KB_SEARCH_VARIANTS", "moon")
    code, _, err = call("variants")
    assert code == 2
    assert "no list of names 'moon'" in err


def test_a_broken_list_is_wrong_usage(call, trial):
    """What is wrong with the list is said, with exit code 2."""
    trial.write("variants.toml", "[[group]]\nnames = 3")
    code, _, err = call("variants")
    assert code == 2
    assert "variants.toml: group 1 needs a list of names" in err


def test_what_is_suggested_can_be_pasted(call, two_ways):
    """What --suggest prints is a list that the program reads; accents alone are a remark; nothing is applied."""
    code, out, _ = call("variants", "--suggest")
    assert code == 0
    assert tomllib.loads(out) == {"group": [{"names": ["Kadrosev", "Kadrossev"]}]}
    assert "# Found alike without a group, for accents are folded: Suleymanov 2, Süleymanov 2" in out
    assert two_ways.search("Kadrosev").passages == 1
    two_ways.write("variants.toml", out)
    assert load_variants(two_ways.settings.corpus, "none").groups
    assert two_ways.search("Kadrosev").passages == 2
    assert "Kadrosev" not in call("variants", "--suggest")[1]


def test_suggestions_are_json_too(call, two_ways):
    """One object a line: the spellings with their counts, and how alike their company is."""
    lines = [json.loads(line) for line in call("variants", "--suggest", "--json")[1].splitlines()]
    assert lines[0]["names"] == [{"name": "Kadrosev", "count": 3}, {"name": "Kadrossev", "count": 2}]
    assert [line["folded"] for line in lines] == [False, True]


def test_without_an_index_suggestions_say_what_to_do(call):
    """Suggestions come from the index; where there is none, the exit code is 3."""
    code, _, err = call("variants", "--suggest")
    assert code == 3
    assert "kb-search index" in err


def test_an_index_can_be_read_without_the_articles(call, two_ways, tmp_path, capsys):
    """A run keeps a copy of the list beside the index, so that reading needs the index alone."""
    two_ways.write("variants.toml", '[[group]]\nnames = ["Kadrosev", "Suleymanov"]')
    two_ways.index()
    arguments = [
        "search",
        "Kadrosev",
        "--json",
        "--index",
        str(two_ways.settings.index),
        "--corpus",
        str(tmp_path / "no"),
    ]
    assert run(arguments) == 0
    assert json.loads(capsys.readouterr().out)["total"]["passages"] == 2
    two_ways.remove("variants.toml")
    two_ways.index()
    assert run(arguments) == 0
    assert json.loads(capsys.readouterr().out)["total"]["passages"] == 1


def test_related_words_are_printed(call, two_ways):
    """The words beside those of a query, as a table and as JSON; 1 where there are none."""
    code, out, _ = call("related", "president")
    assert code == 0
    assert "kadrosev" in out
    answer = json.loads(call("related", "president", "--json", "--limit", "1")[1])
    assert answer["passages"] == 2
    assert [set(one) for one in answer["related"]] == [{"word", "count", "score"}]
    assert call("related", "xyzzy")[0] == 1


def test_search_asks_what_was_meant(call, two_ways):
    """Where nothing is found, the command line offers what may have been meant, and JSON has it too."""
    assert "Did you mean parliament?" in call("search", "parlaiment")[1]
    assert json.loads(call("search", "parlaiment", "--json")[1])["suggestion"] == "parliament"
