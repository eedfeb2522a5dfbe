"""Reading a judged collection: what is in it, and what is said where it is wrong."""

import pytest

from kb_search.errors import UsageError
from kb_search.evaluation.judged import Judgement, read_judged
from tests.evaluation.helpers import DOCUMENTS, write_judged


def test_a_folder_is_read(tmp_path):
    """Documents, questions and grades come in the order of their files; a number is an id too."""
    judged = read_judged(write_judged(tmp_path / "small"))
    assert judged.name == "small"
    assert [one.id for one in judged.documents] == ["d1", "d2", "3", "d4", "d5"]
    assert [one.text for one in judged.questions] == ["talks about peace", "the bridge", "zebra"]
    assert judged.judgements[0] == Judgement("q1", "d1", 2)


def test_judgements_may_be_missing(tmp_path):
    """A collection without judgements can be asked all the same."""
    assert read_judged(write_judged(tmp_path, grades=None)).judgements == ()


def test_a_judgement_that_is_repeated_counts_once(tmp_path):
    """The same grade for the same pair says nothing new."""
    judged = read_judged(write_judged(tmp_path, grades="q1\td1\t2\nq1\td2\t-1\nq1\td1\t2\n"))
    assert judged.judgements == (Judgement("q1", "d1", 2), Judgement("q1", "d2", -1))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("docs.jsonl", None, "docs.jsonl cannot be read"),
        ("queries.jsonl", None, "queries.jsonl cannot be read"),
        ("docs.jsonl", b"{", "docs.jsonl, line 1: not valid JSON"),
        ("docs.jsonl", b"[" * 100_000, "line 1: not valid JSON"),
        ("docs.jsonl", b"[1]", "line 1: not a JSON object"),
        ("docs.jsonl", b'\n{"id": "a"}', "line 2: the field 'text' is missing"),
        ("docs.jsonl", b'{"id": true, "text": ""}', "the field 'id' is missing"),
        ("docs.jsonl", b'{"id": "a", "text": "x", "title": null}', "the field 'title'"),
        ("docs.jsonl", b'{"id": "a b", "text": "x"}', "white space"),
        ("docs.jsonl", b'{"id": "a", "text": "x"}\n{"id": "a", "text": "y"}', "stands there twice"),
        ("queries.jsonl", b'{"id": "", "text": "x"}', "is empty"),
        ("docs.jsonl", b"\xff\xfe", "not UTF-8"),
        ("qrels.tsv", b"q1 d1 2", "line 1: expected a question, a document and a grade"),
        ("qrels.tsv", b"q1\td1\tgood", "expected a question, a document and a grade"),
        ("qrels.tsv", b"q1\td1\t99999999999999999999", "line 1: the grade must be a whole number between"),
        ("qrels.tsv", b"q1\td1\t2\nq1\td2\t1\nq1\td1\t1", "qrels.tsv, line 3: another grade than"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path, name, content, said):
    """A file that cannot be used is an error that names the file, the line, and what is wrong."""
    path = write_judged(tmp_path) / name
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError) as raised:
        read_judged(tmp_path)
    assert said in str(raised.value)


def test_a_folder_that_is_none_is_said(tmp_path):
    """A path that leads nowhere is an error that says what should be there."""
    with pytest.raises(UsageError, match=r"docs\.jsonl"):
        read_judged(tmp_path / "nowhere")


def test_the_fingerprint_is_that_of_the_content(tmp_path):
    """The same exam in another folder has the same fingerprint; a changed word gives another."""
    one, same = (read_judged(write_judged(tmp_path / name)) for name in "ab")
    other = read_judged(write_judged(tmp_path / "c", documents=[{**DOCUMENTS[0], "text": "Other."}, *DOCUMENTS[1:]]))
    assert one.fingerprint == same.fingerprint != other.fingerprint
