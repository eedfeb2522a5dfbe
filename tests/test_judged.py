"""The judged questions about the sample collection: how good the order is, and that it never gets worse in silence.

`tests/judged/queries.jsonl` asks, `qrels.tsv` grades articles (2: the article is about it, 1: it says something of it),
and `floors.toml` has what must be reached.
"""

import tomllib
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from kb_search.config import Settings
from kb_search.evaluation.judged import Document, Judged, Judgement, Question, read_judgements, read_questions
from kb_search.evaluation.measures import evaluation
from kb_search.evaluation.runs import DEPTH, Scored
from kb_search.indexer import build_index
from kb_search.results import SearchRequest
from kb_search.search import Library

HERE = Path(__file__).parent / "judged"
FLOORS = tomllib.loads((HERE / "floors.toml").read_text("utf-8"))["floor"]
#: A floor that lies further below what is measured no longer holds anything.
SLACK = 0.02


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """The exam, and what the search makes of it."""
    settings = Settings(
        corpus=Path(__file__).parents[1] / "corpus", index=tmp_path_factory.mktemp("judged"), time_limit=60
    )
    build_index(settings)
    with closing(Library(settings)) as library:
        heads = list(library.articles())
        documents = [Document(head.path, "", (settings.corpus / head.path).read_text("utf-8")) for head in heads]
        exam = Judged("sample", tuple(documents), read_questions(HERE), read_judgements(HERE))
        paths = {head.id: head.path for head in heads}
        run = tuple(
            Scored(question.id, paths[article], score)
            for question in exam.questions
            for article, score in library.best_articles(SearchRequest(question.text, match="any"), DEPTH)
        )
    return exam, evaluation(exam, run, [])


def test_the_exam_is_whole(measured):
    """There are forty questions or more, each with an article that is about it; only articles that exist are judged."""
    exam, _ = measured
    assert len(exam.questions) >= 40
    assert {one.document for one in exam.judgements} <= {one.id for one in exam.documents}
    best = {one.question for one in exam.judgements if one.grade == 2}
    assert best == {one.id for one in exam.questions}


def test_the_exam_is_the_one_that_the_floor_was_measured_on(measured):
    """Whoever changes an article, a question or a judgement measures anew, and adds a floor that says why."""
    exam, _ = measured
    assert exam.fingerprint == FLOORS[-1]["fingerprint"]


@pytest.mark.parametrize("name", ["nDCG@10", "AP"])
def test_the_order_is_no_worse_than_the_floor(measured, name):
    """A change that lowers a measure below its floor does not land, and a floor is raised with what is measured."""
    value = next(one.value for one in measured[1].measures if one.name == name)
    assert FLOORS[-1][name] <= value <= FLOORS[-1][name] + SLACK


def test_no_floor_is_lowered_without_saying_so():
    """A floor that is lower than the one before, or of another exam, says why."""
    for before, after in pairwise(FLOORS):
        lowered = any(after[name] < before[name] for name in ("nDCG@10", "AP"))
        if lowered or after["fingerprint"] != before["fingerprint"]:
            assert len(after["because"].split()) > 3
    assert all(floor["because"] for floor in FLOORS)


def test_another_grade_makes_another_exam(measured):
    """The fingerprint changes with any document, question or judgement, and not with the order of judgements."""
    exam, _ = measured
    turned = Judged("other", exam.documents, exam.questions, exam.judgements[::-1])
    assert turned.fingerprint == exam.fingerprint
    first, *others = exam.judgements
    regraded = (Judgement(first.question, first.document, 0), *others)
    changed = [
        Judged("x", exam.documents[1:], exam.questions, exam.judgements),
        Judged("x", exam.documents, (*exam.questions, Question("q", "peace")), exam.judgements),
        Judged("x", exam.documents, exam.questions, regraded),
    ]
    assert len({exam.fingerprint, *(one.fingerprint for one in changed)}) == 4
