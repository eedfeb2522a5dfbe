"""`kb-search explain`: why a passage stands where it stands, from the first to the last."""

import json

import pytest

from kb_search import answering, cli, latentwriter, ranking
from tests.test_latent import large, row, write_rows  # noqa: F401 - a fixture


@pytest.fixture
def explain(capsys):
    """Explains a passage of a collection as JSON."""

    def explained(trial, query, passage, *options, code=0):
        arguments = ["explain", query, passage, "--json", "--index", str(trial.settings.index), *options]
        assert cli.run(arguments) == code
        return json.loads(capsys.readouterr().out) if code == 0 else capsys.readouterr()

    return explained


def check(found):
    """The parts add up to the score, and the words to the first part."""
    assert sum(part["score"] for part in found["reasons"]) == pytest.approx(found["score"], abs=1e-6)
    assert {part["name"] for part in found["reasons"]} <= set(ranking.REASONS)
    if found["words"]:
        assert sum(one["score"] for one in found["words"]) == pytest.approx(found["reasons"][0]["score"], abs=1e-6)


@pytest.mark.parametrize(
    "text", ["peace", "peace talks", '"peace treaty"', "title:peace envoys", "envoys OR snow", "repor*"]
)
def test_each_hit_is_explained_as_it_is_shown(collection, explain, text):
    """For every hit of a search position, score and parts are those of the search, and they add up."""
    shown = collection.search(text, per_page=200)
    assert shown.hits
    for position, hit in enumerate(shown.hits, 1):
        found = explain(collection, text, hit.passage)
        assert (found["position"], found["of"]) == (position, shown.passages)
        assert found["score"] == pytest.approx(hit.score, abs=1e-6)
        assert [(one["name"], one["score"]) for one in found["reasons"]] == [
            (name, pytest.approx(part, abs=1e-6)) for name, part in hit.reasons
        ]
        check(found)


def test_a_passage_deep_in_the_list_is_explained(large, explain, monkeypatch):  # noqa: F811 - the fixture
    """What is compared closely, what follows it, and what nobody can page to, all have parts that add up."""
    hits = [hit for page in (1, 2, 3) for hit in large.search("vineyard OR harbour", per_page=200, page=page).hits]
    scores = []
    for at in (0, 5, 199, 200, 300, len(hits) - 1):
        found = explain(large, "vineyard OR harbour", hits[at].passage)
        check(found)
        names = [one["name"] for one in found["reasons"]]
        assert ("related" in names) is (at < ranking.WINDOW)
        scores.append(found["score"])
    assert scores == sorted(scores, reverse=True)
    monkeypatch.setattr(answering, "MAX_DEPTH", 250)
    beyond = explain(large, "vineyard OR harbour", hits[-1].passage)
    assert beyond["position"] is None
    assert beyond["score"] == pytest.approx(hits[-1].score, abs=1e-6)
    check(beyond)


def test_words_are_said_with_where_they_stand(collection, explain):
    """Each word has what it adds, how often it stands in the passage, and in how many passages at all."""
    hit = collection.search("peace talks").hits[0]
    found = explain(collection, "peace talks", hit.passage)
    assert [one["word"] for one in found["words"]] == ["peace", "talks"]
    assert all(one["count"] >= 1 and one["passages"] >= 1 and one["score"] > 0 for one in found["words"])


def test_what_is_not_found_is_said(collection, explain):
    """A passage that the query does not find, and one that is not there, are told apart."""
    hit = collection.search("snow").hits[0]
    assert "does not find" in explain(collection, "treaty", hit.passage, code=1).err
    assert "no passage" in explain(collection, "treaty", "nowhere-1", code=1).err
    found = explain(collection, "treaty snow", hit.passage, "--match", "any")
    assert found["position"] == 1 or found["of"] > 1


def test_what_has_most_of_the_words_is_explained_as_it_is_shown(collection, explain, capsys):
    """Where nothing has all the words, each passage that is shown all the same is explained, and how is said."""
    shown = collection.search("snow border peace unheard")
    assert len(shown.nearest) > 1
    for hit in shown.nearest:
        found = explain(collection, "snow border peace unheard", hit.passage)
        assert found["query"]["match"] == "any"
        assert found == explain(collection, "snow border peace unheard", hit.passage, "--match", "any")
        assert found["score"] == pytest.approx(hit.score, abs=1e-6)
        check(found)
    typed = ["explain", "snow border peace unheard", hit.passage, "--index", str(collection.settings.index)]
    assert cli.run(typed) == 0
    assert "No passage has all of it." in capsys.readouterr().out
    assert cli.run([*typed, "--match", "any"]) == 0
    assert "No passage has all of it." not in capsys.readouterr().out
    assert explain(collection, "snow border", collection.search("snow").hits[0].passage)["query"]["match"] == "all"
    treaty = collection.search("treaty").hits[0].passage
    assert "does not find" in explain(collection, "snow unheard", treaty, code=1).err


def test_a_query_without_words_has_nothing_to_explain(collection, explain):
    """Where the order is that of dates, the score is 0 and has no parts that say otherwise."""
    hit = collection.search("*").hits[0]
    found = explain(collection, "*", hit.passage)
    assert (found["score"], found["words"]) == (0, [])
    check(found)


def test_a_person_reads_sentences(collection, capsys):
    """Without --json each part stands with what it means."""
    hit = collection.search("peace talks").hits[0]
    assert cli.run(["explain", "peace talks", hit.passage, "--index", str(collection.settings.index)]) == 0
    said = capsys.readouterr().out
    assert "number 1 of" in said
    for name, _ in hit.reasons:
        assert f"{name}: {ranking.REASONS[name]}" in said
    assert f"{hit.score:.6f}  score" in said


def test_pages_and_explanations_agree_after_a_change(trial, explain, monkeypatch):
    """With several segments and a space, too, the parts of every hit add up."""
    monkeypatch.setattr(latentwriter, "LEAST_PASSAGES", 200)
    write_rows(trial, map(row, range(300)))
    trial.index()
    write_rows(trial, [{**row(number), "id": f"more{number}"} for number in range(40)], "more.jsonl")
    trial.index()
    for hit in trial.search("vineyard wine", per_page=200).hits[::40]:
        found = explain(trial, "vineyard wine", hit.passage)
        assert found["score"] == pytest.approx(hit.score, abs=1e-6)
        assert "related" in {one["name"] for one in found["reasons"]}
        check(found)
