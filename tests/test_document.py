"""Dates, ids and the other parts of an article."""

import calendar
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.document import (
    Article,
    Claim,
    Date,
    Evidence,
    Passage,
    article_id,
    page_at,
    page_words,
    pages_of,
    passage_id,
)

DAYS = st.dates().map(lambda day: Date(day.year, day.month, day.day))
MONTHS = st.builds(Date, st.integers(1, 9999), st.integers(1, 12))
YEARS = st.builds(Date, st.integers(1, 9999))
DATES = DAYS | MONTHS | YEARS


@given(DATES)
def test_a_date_survives_text_and_number(date):
    """A date that is written down, or kept as a number, is read as the same date."""
    assert Date.parse(str(date)) == date
    assert Date.from_number(date.number) == date
    assert len(str(date)) == {"day": 10, "month": 7, "year": 4}[date.precision]


@given(DATES, DATES)
def test_numbers_sort_as_dates_do(one, other):
    """The order of dates is that of their numbers and of their names; a year comes before its days."""
    assert (one < other) == (one.number < other.number)
    assert (one < other) == (str(one) < str(other))


@given(DATES)
def test_a_date_means_the_days_from_first_to_last(date):
    """The first and the last day that a date can mean are days of the calendar, and the date itself is between."""
    first, last = (
        datetime.date(number // 10000, number // 100 % 100, number % 100) for number in (date.first, date.last)
    )
    days = {"day": 1, "month": calendar.monthrange(date.year, date.month or 1)[1]}
    expected = days.get(date.precision, 365 + calendar.isleap(date.year))
    assert (last - first).days + 1 == expected
    assert date.number <= date.first <= date.last


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2023", Date(2023)), ("2023-11", Date(2023, 11)), ("2023-11-07", Date(2023, 11, 7)),
        ("2023-1-7", Date(2023, 1, 7)),
        (" 0001\n", Date(1)), ("2024-02-29", Date(2024, 2, 29)), ("9999-12-31", Date(9999, 12, 31)),
    ],
)  # fmt: skip
def test_iso_dates_are_read(text, date):
    """A year, a month or a day as ISO 8601 writes it, with or without leading zeros."""
    assert Date.parse(text) == date


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2023-02-30", "there is no date 2023-02-30"),
        ("2023-02-29", "there is no date 2023-02-29"),
        ("1900-02-29", "there is no date 1900-02-29"),
        ("2023-13", "there is no date 2023-13"),
        ("2023-00", "there is no date 2023-00"),
        ("2023-11-00", "there is no date 2023-11-00"),
        ("2023-00-07", "there is no date 2023-00-07"),
        ("0000", "there is no date 0000"),
        ("", "'' is not a date like 2023, 2023-11 or 2023-11-07"),
        ("23", "'23' is not a date like 2023, 2023-11 or 2023-11-07"),
        ("20231107", "'20231107' is not a date like 2023, 2023-11 or 2023-11-07"),
        ("2023-11-07T12:00", "'2023-11-07T12:00' is not a date like 2023, 2023-11 or 2023-11-07"),
        ("07.11.2023", "'07.11.2023' is not a date like 2023, 2023-11 or 2023-11-07"),
        ("٢٠٢٣", "'٢٠٢٣' is not a date like 2023, 2023-11 or 2023-11-07"),
        ("2023-" + "1" * 5000, f"'2023-{'1' * 35}…' is not a date like 2023, 2023-11 or 2023-11-07"),
    ],
)
def test_what_is_no_date_is_refused_in_a_sentence(text, message):
    """No calendar has that day, or it is not written as a date: the message says which, and is never long."""
    with pytest.raises(ValueError, match="date") as refused:
        Date.parse(text)
    assert str(refused.value) == message


@given(st.integers(-5, 10005), st.integers(-1, 14), st.integers(-1, 33))
def test_only_days_of_the_calendar_can_be_made(year, month, day):
    """A date exists exactly if the calendar has it; a day needs a month."""
    try:
        datetime.date(year, month or 1, day or 1)
        is_possible = month > 0 or day == 0
    except ValueError:
        is_possible = False
    if is_possible:
        assert Date(year, month, day).precision == ("day" if day else "month" if month else "year")
    else:
        with pytest.raises(ValueError, match="there is no date"):
            Date(year, month, day)


@pytest.mark.parametrize(
    ("path", "row", "expected"),
    [
        ("news/one.txt", "", "wwipm4shpotz"),
        ("news/one.txt", "7", "hir5dmsobd6m"),
        ("новости/қ '\"\n.txt", "", "qcrxdtf5dn45"),
        ("\udcff.txt", "", "nfgsyis6rfjh"),
    ],
)
def test_article_ids_never_change(path, row, expected):
    """An id that was cited once is the same in every version of the program, whatever the file is called."""
    assert article_id(path, row) == expected


@pytest.mark.parametrize(
    ("text", "repeat", "expected"),
    [
        ("Peace talks began.", 0, "abcdefghijkl-7r5xozdj"),
        ("Peace\n talks  began. ", 0, "abcdefghijkl-7r5xozdj"),
        ("Peace talks began.", 1, "abcdefghijkl-7r5xozdj-1"),
        ("", 0, "abcdefghijkl-4oymiquy"),
    ],
)
def test_passage_ids_never_change(text, repeat, expected):
    """A passage's id comes from its words alone: wrapping its lines anew does not change it."""
    assert passage_id("abcdefghijkl", text, repeat) == expected


@given(st.text(), st.text(), st.text())
def test_ids_are_short_and_plain(path, row, text):
    """Ids are fit for addresses: small letters and figures, the article's before the passage's own."""
    article = article_id(path, row)
    assert len(article) == 12
    assert set(article) <= set("abcdefghijklmnopqrstuvwxyz234567")
    passage = passage_id(article, text)
    assert passage.startswith(f"{article}-")
    assert len(passage) == 21


def test_a_path_and_a_row_do_not_run_into_each_other():
    """The same letters in another division between path and row are another article."""
    assert article_id("a", "bc") != article_id("ab", "c")


def test_evidence_is_found_by_its_field():
    """An article says where a field came from, or that nobody said anything about it."""
    date = Evidence("date", "2023", "file name", (Claim("2022", "folder name"),))
    article = Article("id", "a.txt", "Title", "Text", evidence=(date,))
    assert article.evidence_for("date") is date
    assert article.evidence_for("author") is None


def test_a_page_is_found_by_the_offset():
    """The label of a page holds from where the page begins to where the next one does."""
    pages = ((0, "iv"), (10, "1"), (20, "2"))
    assert [page_at(pages, offset) for offset in (0, 9, 10, 19, 20, 999)] == ["iv", "iv", "1", "1", "2", "2"]
    assert page_at((), 5) == ""


@pytest.mark.parametrize(
    ("start", "text", "pages", "words"),
    [
        (0, "one two", ("iv", "iv"), "page iv"),
        (0, "one two\n\n", ("iv", "iv"), "page iv"),
        (0, "one two\n\nthree", ("iv", "2"), "pages iv–2"),
        (7, "\n\nthree", ("2", "2"), "page 2"),
        (9, "three", ("2", "2"), "page 2"),
    ],
)
def test_a_passage_is_cited_with_the_pages_that_it_stands_on(start, text, pages, words):
    """First and last page are those of the passage's own words: white space and empty pages between do not count."""
    passage = Passage("id", "article", 1, start, start + len(text), text)
    assert pages_of(((0, "iv"), (9, "1"), (9, "2")), passage) == pages
    assert page_words(*pages) == words


def test_a_passage_of_an_article_without_pages_stands_on_none():
    """Where there are no pages, nothing is said of them."""
    assert pages_of((), Passage("id", "article", 1, 0, 3, "one")) == ("", "")
    assert page_words("", "") == ""


def evidence(field, value, *others):
    """Evidence whose claims have the same origin each."""
    return Evidence(field, value, "a", tuple(Claim(other, "b") for other in others))


def test_dates_that_share_no_day_conflict():
    """A month agrees with a day in it; another day or month contradicts both."""
    found = evidence("date", "2023-11-07", "2023-11", "2023", "2023-11-08", "2023-12", "not a date")
    assert [claim.value for claim in found.conflicts] == ["2023-11-08", "2023-12"]


def test_other_fields_conflict_if_they_differ():
    """Case and white space make no conflict."""
    found = evidence("source", "The Wire", "THE  WIRE", "Other Paper")
    assert [claim.value for claim in found.conflicts] == ["Other Paper"]


def test_what_was_refused_contradicts_nothing():
    """The day on which a program wrote a file is no claim against the day of publication."""
    found = Evidence("date", "2023-11-07", "a", (Claim("2024-01-01", "b, the day it was saved", refused=True),))
    assert found.conflicts == ()
    assert evidence("date", "", "2023-11-07").conflicts == ()
