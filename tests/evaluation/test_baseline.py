"""Plain BM25, as Lucene's English analyzer does it."""

import math

import pytest

from kb_search.evaluation.baseline import baseline_run, terms
from kb_search.evaluation.judged import Document, Judged, Question


def ranking(texts, question):
    """The documents that a question finds, with their scores."""
    documents = tuple(Document(str(number), "", text) for number, text in enumerate(texts))
    run = baseline_run(Judged("x", documents, (Question("q", question),), ()))
    return {one.document: one.score for one in run}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The U.S. talks", ["u.", "talk"]),
        ("relational databases", ["relat", "databas"]),
        ("Karabakh's 10,000 people", ["karabakh", "10,000", "peopl"]),
        ("well-known don't", ["well", "known", "don't"]),
        ("to be or not", []),
    ],
)
def test_words_are_cut_as_lucene_cuts_them(text, expected):
    """Words end as Unicode says, 33 of them are left out, and Porter's first stemmer takes the endings."""
    assert terms(text) == expected


def test_the_score_is_that_of_the_formula():
    """Idf times saturation, lengths without stop words, k1 1.2 and b 0.75."""
    texts = ["peace peace war", "peace", "snow snow snow snow"]
    found = ranking(texts, "peace")
    idf = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    average = (3 + 1 + 4) / 3
    for name, count, length in (("0", 2, 3), ("1", 1, 1)):
        expected = idf * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * length / average))
        assert found[name] == pytest.approx(expected)
    assert set(found) == {"0", "1"}


def test_a_word_that_is_asked_twice_counts_twice():
    """Lucene adds up a query's words as they come."""
    assert ranking(["peace", "snow"], "peace peace")["0"] == pytest.approx(2 * ranking(["peace", "snow"], "peace")["0"])


def test_nothing_is_found_by_nothing():
    """Without documents, words or matches the ranking is empty."""
    assert ranking([], "peace") == {}
    assert ranking(["", "the"], "peace") == ranking(["peace"], "the") == {}


def test_a_long_text_costs_linear_time():
    """A hostile text of dots and letters is read once."""
    assert len(terms("a." * 200_000 + "'" * 200_000 + "1," * 200_000)) >= 1
