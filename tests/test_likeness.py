"""More like this: other articles that are about the same."""

import json

import pytest

from kb_search import cli
from kb_search.likeness import MOST_WORDS
from tests.trial import prose


@pytest.fixture
def similar(trial, capsys):
    """Three articles on bridges, two on snow; asks for what is like one of them, by the start of its title."""
    for number, topic in enumerate(("bridge", "bridge", "bridge", "snow", "snow")):
        trial.write(f"{number}.md", f"---\ntitle: The {topic} {number}\n---\n\n{prose(topic, 8 + number)}\n")
    trial.index()

    def asked(title, *, passage=False, code=0):
        hit = next(hit for hit in trial.search("envoys", per_page=200).hits if hit.title == title)
        name = hit.passage if passage else hit.article
        assert cli.run(["similar", name, "--json", "--index", str(trial.settings.index)]) == code
        return json.loads(capsys.readouterr().out)

    return asked


@pytest.mark.parametrize("passage", [False, True])
def test_articles_on_the_same_come_first_and_the_article_itself_is_left_out(similar, passage):
    """What is like an article, or one of its passages, are other articles, each once, those on its subject first."""
    found = similar("The bridge 0", passage=passage)
    titles = [hit["title"] for hit in found["hits"]]
    assert set(titles[:2]) == {"The bridge 1", "The bridge 2"}
    assert "The bridge 0" not in titles
    assert len(set(titles)) == len(titles)


def test_the_words_that_were_asked_for_are_said(similar):
    """A reader sees which words stand for the text: those that tell it apart, each once, no stop words."""
    words = similar("The snow 3")["words"]
    assert "snow" in words
    assert not {"the", "and", "on"} & set(words)
    assert len(words) == len(set(words)) <= MOST_WORDS


def test_what_is_not_there_is_said(collection, capsys):
    """An unknown id is an error in a sentence, with the exit code of nothing found."""
    for name in ("nowhere", "nowhere-1", ""):
        assert cli.run(["similar", name, "--index", str(collection.settings.index)]) == 1
        assert "no article and no passage" in capsys.readouterr().err


def test_an_article_alone_is_like_nothing(trial, capsys):
    """In a collection of one article nothing else is found, and that is no error of the program."""
    trial.write("a.txt", "Snow fell.")
    trial.index()
    name = trial.search("snow").hits[0].article
    assert cli.run(["similar", name, "--index", str(trial.settings.index)]) == 1
    assert "Asked for any of" in capsys.readouterr().out
