"""Asking the program itself: a judged collection goes through its own index and search."""

from dataclasses import replace

from kb_search.evaluation.asking import indexed
from kb_search.evaluation.judged import Document, Question, read_judged
from kb_search.ranking import Weights
from tests.evaluation.helpers import write_judged


def test_documents_are_found_by_any_word(tmp_path):
    """A question finds what has any of its words; a document without text is found by its title."""
    judged = read_judged(write_judged(tmp_path))
    with indexed(judged) as asked:
        run = asked.run()
        assert [one.document for one in run if one.question == "q1"] == ["d1"]
        assert {one.document for one in run if one.question == "q2"} == {"d2", "3"}
        assert not [one for one in run if one.question == "q3"]
        assert [one.document for one in asked.run(questions=[Question("x", "snow")])] == ["d4"]
        without = asked.run(Weights(article=0))
        assert [one.score for one in without] != [one.score for one in run]


def test_the_questions_of_a_search_are_asked_as_they_are(tmp_path):
    """Operators and quotation marks mean in a question what they mean in a search, and hostile text does no harm."""
    judged = read_judged(write_judged(tmp_path))
    texts = ['"mended in the valley"', "((((", "-" * 3000, "a* OR \x00", "title:bridge"]
    hostile = replace(judged, questions=tuple(Question(f"q{number}", text) for number, text in enumerate(texts)))
    with indexed(hostile) as asked:
        run = asked.run()
    assert [one.document for one in run if one.question == "q0"] == ["d2"]


def test_names_of_documents_come_back_as_they_were(tmp_path):
    """Whatever an id looks like, the run has it unchanged."""
    judged = read_judged(write_judged(tmp_path))
    names = ("-1", "ID:" + "x" * 500, "Ə/ş\\ü", "0")
    documents = tuple(Document(name, "", f"Peace number {at}.") for at, name in enumerate(names))
    with indexed(replace(judged, documents=documents)) as asked:
        assert {one.document for one in asked.run(questions=[Question("q", "peace")])} == set(names)
