import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.document import Date
from kb_search.loaders.claims import settle
from kb_search.loaders.opening import opening_claims
from tests.loaders.helpers import PROSE, read

LATEST = Date(2024, 6, 1)
LONG = f"{PROSE} They agreed in the end to meet again before the first snow fell in the mountains."


def told(text):
    """What the head of a text says, as pairs of field and value."""
    return {one.field: one.value for one in settle(opening_claims(text), LATEST) if one.value}


@pytest.mark.parametrize(
    ("dateline", "claims"),
    [
        ("BAKU, Sept. 20 (Reuters) - ", {"source": "Reuters"}),
        ("BAKU, Sept 20, 2023 (Reuters) — ", {"source": "Reuters", "date": "2023-09-20"}),
        ("TBILISI, Georgia (AP) — ", {"source": "AP"}),
        ("YEREVAN, September 25, 2023 /ARMENPRESS/. ", {"source": "ARMENPRESS", "date": "2023-09-25"}),
        ("YEREVAN, SEPTEMBER 25, ARMENPRESS. ", {"source": "ARMENPRESS"}),
        ("МОСКВА, 20 сен - РИА Новости. ", {"source": "РИА Новости"}),
        ("МОСКВА, 20 сентября 2023. /ТАСС/. ", {"source": "ТАСС", "date": "2023-09-20"}),
        ("Baku, 20 September 2023 (AFP) - ", {"source": "AFP", "date": "2023-09-20"}),
        ("STEPANAKERT, 20 September 2023 (Valley News) - ", {"source": "Valley News", "date": "2023-09-20"}),
        ("(Reuters) - ", {"source": "Reuters"}),
        ("NATO (North Atlantic Treaty Organization) - ", {}),
        ("The president (Reuters) - ", {}),
        ("Baku, 20 September 2023 (see below) - ", {}),
        ("In the valley (population 300) - ", {}),
    ],
)
def test_datelines(dateline, claims):
    """Place in capitals, day and agency in front of the prose give the source, and the day if it has a year."""
    assert told(dateline + LONG) == claims


def test_a_day_without_a_year_is_refused():
    """`Sept. 20` is no date, but a reader sees that it was there."""
    (date,) = [
        one for one in settle(opening_claims(f"BAKU, Sept. 20 (Reuters) - {LONG}"), LATEST) if one.field == "date"
    ]
    assert (date.value, [claim.origin for claim in date.others]) == ("", ["dateline, without a year"])


@pytest.mark.parametrize(
    ("lines", "claims"),
    [
        ("By Ann Lee | 7 November 2023", {"author": "Ann Lee", "date": "2023-11-07"}),
        ("Ann Lee | 7 November 2023", {"author": "Ann Lee", "date": "2023-11-07"}),
        ("By Ann Lee, Reuters\n\n7 November 2023", {"author": "Ann Lee", "date": "2023-11-07"}),
        ("By Ann Lee and Bo Ray, 7 November 2023", {"author": "Ann Lee, Bo Ray", "date": "2023-11-07"}),
        ("Published on 7 November 2023 at 10:15", {"date": "2023-11-07"}),
        ("Tuesday, November 7, 2023", {"date": "2023-11-07"}),
        ("7 ноября 2023 г.", {"date": "2023-11-07"}),
        ("Press release\nBaku, 7 November 2023", {"date": "2023-11-07"}),
        ("https://paper.example/talks", {"url": "https://paper.example/talks"}),
        ("03/04/2023", {}),
        ("13.04.2023", {"date": "2023-04-13"}),
        ("Updated: 7 November 2023", {}),
        ("Armenia after 27 September 2020", {}),
        ("The end of the war, 1994", {}),
        ("7 November 2999", {}),
        ("By the river", {}),
    ],
)
def test_lines_above_the_prose(lines, claims):
    """A byline, a day or an address on a line of its own counts; a line that says anything else does not."""
    assert told(f"{lines}\n{LONG}") == claims


def test_labels(tmp_path):
    """Exports of press archives name each field; the words stay in the text."""
    head = "Title: Talks resume\nAuthor: Ann Lee\nDate: November 7, 2023 Tuesday\nSource: The Wire\nLanguage: en"
    article = read(tmp_path, "a.txt", f"{head}\n\n{LONG}")
    assert (article.title, article.author, str(article.date)) == ("Talks resume", "Ann Lee", "2023-11-07")
    assert (article.source, article.language) == ("The Wire", "en")
    assert article.evidence_for("source").origin == "line “Source:” at the head of the text"
    assert "Source: The Wire" in article.text


def test_prose_ends_the_head():
    """What stands below the first paragraph is about something else."""
    assert told(f"{LONG}\nBy Ann Lee | 7 November 2023\n{LONG}") == {}


def test_the_head_ranks_below_what_the_file_says(tmp_path):
    """Front matter is believed before a byline, a byline before the name of the file, and nothing is forgotten."""
    text = f"---\nauthor: Bo Ray\n---\nBy Ann Lee | 7 November 2023\n\n{LONG}"
    article = read(tmp_path, "2020-01-01-talks.md", text)
    assert (article.author, str(article.date)) == ("Bo Ray", "2023-11-07")
    assert [claim.value for claim in article.evidence_for("author").others] == ["Ann Lee"]
    assert [claim.value for claim in article.evidence_for("date").conflicts] == ["2020-01-01"]


@given(st.text(st.sampled_from("BAKU, Sept 20 2023 (Reuters)-—/|By\n: Date"), max_size=300))
def test_any_text_may_stand_there(text):
    """Nothing in a text is an error, and every value that comes out can be kept."""
    for one in settle(opening_claims(text), LATEST):
        assert "\n" not in one.value
