"""Related words: what stands beside those of a query."""

import json

import pytest

from kb_search import cli
from kb_search.collocations import related, related_words

TEXTS = [
    ("The Lachin corridor was closed again.", "en"),
    ("Nobody used the Lachin corridor in winter, for it was closed.", "en"),
    ("A Lachin corridor, and a road. Snow fell. The winter was long and the road was bad.", "en"),
    ("The envoys spoke of other things for a long time, of winter and of snow and the bad roads.", "en"),
]


def test_what_stands_beside_a_word_more_than_by_chance_is_related():
    """The word that always stands beside it comes first; stop words and what stands there once do not come."""
    (first, *others) = related(TEXTS, ["lachin"], 10)
    assert (first.word, first.count) == ("corridor", 3)
    assert first.score > 3.84
    assert not {"the", "a", "was", "nobody"} & {one.word for one in others}


def test_a_word_stands_for_its_inflections():
    """Words are counted by their stems and shown in their most frequent form."""
    texts = [
        ("The peace talks began in a small town by the sea, where snow fell all winter.", "en"),
        ("A peace talk ended late at night in the old hall of that town.", "en"),
        ("Later the peace talks failed, and everybody went home by train.", "en"),
    ]
    assert [(one.word, one.count) for one in related(texts, ["peaceful", "peace"], 5)] == [("talks", 3)]


def test_words_that_say_little_do_not_come():
    """What stands beside any word, such as since and after, is left out like stop words."""
    texts = [
        (
            "The broken armistice, since then a broken armistice since winter, and the broken armistice since spring.",
            "en",
        ),
        ("Snow fell on the hills and on the road to the sea, and nobody drove or walked there for a week.", "en"),
        ("Farmers sold apples, honey, cheese and wine; children sang songs of rivers, ships and old kings.", "en"),
    ]
    assert [one.word for one in related(texts, ["armistice"], 20)] == ["broken"]


def test_without_texts_or_words_nothing_is_related():
    """No passages, or no word that stands in them, give nothing."""
    assert related([], ["peace"], 5) == ()
    assert related(TEXTS, ["xyzzy"], 5) == ()
    assert related_words((), 5) == ()


def test_the_words_of_a_query_are_what_its_hits_have_marked(trial):
    """Related words are those beside the marks of the hits."""
    for number, (text, _) in enumerate(TEXTS):
        trial.write(f"{number}.txt", text)
    trial.index()
    assert [one.word for one in related_words(trial.search("Lachin").hits, 1)] == ["corridor"]
    assert related_words(trial.search("*").hits, 5) == ()


@pytest.mark.parametrize(
    ("query", "why"),
    [("zebra", "no passage is found"), ("*", "no words of the query"), ("nobody", "one passage, too few")],
)
def test_the_command_says_why_there_are_no_words(trial, capsys, query, why):
    """Where nothing stands beside the words of a query, a sentence says why, and the exit code is 1."""
    for number, (text, _) in enumerate(TEXTS):
        trial.write(f"{number}.txt", text)
    trial.index()
    typed = ["related", query, "--index", str(trial.settings.index)]
    assert cli.run(typed) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert why in err
    assert cli.run([*typed, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["related"] == []
