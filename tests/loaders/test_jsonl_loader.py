import gzip
import json

import pytest

from kb_search.document import Article, Claim, article_id
from kb_search.errors import DocumentError
from kb_search.loaders import RowProblem, load
from tests.loaders.helpers import PROSE, source


def rows(folder, *lines, name="a.jsonl", **more):
    """What a file with the given lines (text, or objects) holds."""
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    return list(load(source(folder, name, gzip.compress(text.encode()) if name.endswith("gz") else text, **more)))


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "A.JSONL"])
def test_a_row_is_an_article(tmp_path, name):
    """All fields of a row are read, with the row as their origin, and the id is made from file and row."""
    (article,) = rows(
        tmp_path,
        {
            "id": "x/1", "title": "Talks", "text": PROSE, "date": "1994-05", "source": "Wire", "author": ["A", "B"],
            "url": "https://paper.example/1", "language": "EN", "other": {"a": 1},
        },
        name=name,
    )  # fmt: skip
    assert (article.id, article.row, article.format) == (article_id(name, "x/1"), "x/1", "jsonl")
    assert (article.title, article.text, str(article.date), article.source) == ("Talks", PROSE, "1994-05", "Wire")
    assert (article.author, article.url, article.language) == ("A, B", "https://paper.example/1", "en")
    assert article.evidence_for("date").origin == "row field date"


def test_rows_have_no_headings_and_no_run_in(tmp_path):
    """The text of a row is taken as it is."""
    (article,) = rows(tmp_path, {"text": f" date 2023-11-07 {PROSE}\nThe Road Ahead\n{PROSE}"})
    assert article.text == f"date 2023-11-07 {PROSE}\nThe Road Ahead\n{PROSE}"
    assert (article.date, article.sections, article.untitled) == (None, (), True)


def test_a_row_without_an_id_is_called_by_its_line(tmp_path):
    """Blank lines count as lines; numbers are ids too."""
    found = rows(tmp_path, {"text": "One."}, "", {"text": "Three.", "id": None}, {"text": "Four.", "id": 77})
    assert [article.row for article in found] == ["1", "3", "77"]


@pytest.mark.parametrize("date", ["", None, [], "2023-02-30", "03/04/2023", True])
def test_rows_without_a_possible_date_are_undated(tmp_path, date):
    """Empty and impossible dates leave a row undated; what was refused is kept as evidence."""
    (article,) = rows(tmp_path, {"text": PROSE, "date": date})
    assert article.date is None
    if date == "2023-02-30":
        assert article.evidence_for("date").others == (Claim(date, "row field date, not a date"),)


@pytest.mark.parametrize("value", [{"a": 1}, True, [{"a": 1}], 1.5, {"a": "long " * 1000}])
def test_what_is_no_text_is_kept_as_refused(tmp_path, value):
    """A field with an object, or anything else that is no text, says nothing, and the evidence tells of it."""
    (article,) = rows(tmp_path, {"text": PROSE, "date": value, "author": value})
    assert (article.date, article.author) == (None, "")
    for field in ("date", "author"):
        (claim,) = article.evidence_for(field).others
        assert (claim.origin, claim.refused) == (f"row field {field}, not a text", True)
        assert claim.value.startswith(str(value)[:5])
        assert len(claim.value) <= 100


def test_a_bad_row_does_not_stop_the_others(tmp_path):
    """Each row that cannot be read is a problem with its line and a reason; the rest is there."""
    found = rows(
        tmp_path,
        {"id": "a", "text": PROSE},
        "{broken",
        '["a list"]',
        {"id": "b"},
        {"id": "c", "text": 7},
        {"id": "d", "text": " \0 "},
        {"id": "a", "text": "Again."},
        "[" * 200_000,
        '{"text": ' + "9" * 5000 + "}",
        {"id": "e", "text": "half \ud800 a pair"},
    )
    assert [one.row for one in found if isinstance(one, Article)] == ["a", "e"]
    assert [(one.where, one.message) for one in found if isinstance(one, RowProblem)] == [
        ("line 2", "not valid JSON"),
        ("line 3", "not a JSON object with named fields"),
        ("line 4", 'the field "text" is missing or empty'),
        ("line 5", 'the field "text" is missing or empty'),
        ("line 6", 'the field "text" is missing or empty'),
        ("line 7", "the id 'a' stands in line 1 already"),
        ("line 8", "not valid JSON"),
        ("line 9", "not valid JSON"),
    ]
    assert found[-1].text == "half \ufffd a pair"


def test_a_row_that_is_not_utf_8_is_a_problem(tmp_path):
    """JSON is UTF-8; a byte order mark in front of it is allowed."""
    found = list(load(source(tmp_path, "a.jsonl", b'\xef\xbb\xbf{"text": "One."}\n{"text": "caf\xe9"}\n')))
    assert found[0].text == "One."
    assert found[1] == RowProblem("line 2", "not UTF-8, which JSON has to be")


@pytest.mark.parametrize("content", ["", "\n \n", b"\xef\xbb\xbf\r\n"])
def test_a_file_without_rows_is_a_sentence(tmp_path, content):
    """A file of blank lines holds no rows."""
    with pytest.raises(DocumentError, match=r"^a\.jsonl (is empty|holds no rows)\.$"):
        list(load(source(tmp_path, "a.jsonl", content)))


def test_a_damaged_archive_gives_what_stands_before_the_damage(tmp_path):
    """Rows in front of the damage are read; that the rest is lost is a problem of its own."""
    many = [json.dumps({"text": f"{PROSE} {number * 7919 % 1000003} {number}"}) for number in range(5000)]
    raw = gzip.compress("\n".join(many).encode())
    found = list(load(source(tmp_path, "a.jsonl.gz", raw[: len(raw) // 2])))
    assert 0 < len(found) < 5000
    assert found[-1].message == "the compressed file is damaged here; what follows is lost"
    assert all(isinstance(one, Article) for one in found[:-1])


def test_what_is_no_archive_is_a_problem(tmp_path):
    """A file that only calls itself compressed is not a traceback."""
    (found,) = load(source(tmp_path, "a.jsonl.gz", b"no archive at all"))
    assert found == RowProblem("line 1", "the compressed file is damaged here; what follows is lost")


def test_a_small_file_cannot_unpack_to_anything(tmp_path):
    """What unpacks to more than sixteen times the limit, or has a line beyond the limit, ends there."""
    many = [{"text": PROSE}] * 2000
    found = rows(tmp_path, *many, name="a.jsonl.gz", max_bytes=5000)
    assert found[-1].message == "the file unpacks to more than is read from here on; split it"
    assert len(found) < 2000
    (found,) = rows(tmp_path, {"text": "x" * 20_000}, name="a.jsonl.gz", max_bytes=5000)
    assert found.where == "line 1"


def test_a_row_longer_than_any_article(tmp_path):
    """A text of more than ten million characters is a problem of its row alone."""
    found = rows(tmp_path, {"text": "word " * 2_000_001}, {"text": PROSE})
    assert found[0] == RowProblem(
        "line 1", "its text has 10,000,005 characters, more than the 10,000,000 that are read"
    )
    assert found[1].text == PROSE


def test_values_in_lists_in_lists_do_no_harm(tmp_path):
    """What is nested deeper than anybody writes says nothing; the row is read, and so are the others."""
    deep = "[" * 900 + '"x"' + "]" * 900
    content = f'{{"text": "{PROSE}", "author": {deep}}}\n{{"text": "{PROSE}", "author": [["Ann Lee"], "Bo Ray"]}}'
    first, second = rows(tmp_path, content)
    assert (first.author, second.author) == ("", "Ann Lee, Bo Ray")
