import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.document import Date
from kb_search.loaders.dates import find_dates, latest_day, read_date


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2023-11-07", "2023-11-07"),
        ("1994-05", "1994-05"),
        ("1988", "1988"),
        ("2023-11-07T23:30:00+04:00", "2023-11-07"),
        ("2023-11-07 09:00", "2023-11-07"),
        ("20231107", "2023-11-07"),
        ("2023/11/7", "2023-11-07"),
        ("2017/01", "2017-01"),
        ("7 November 2023", "2023-11-07"),
        ("7th of November, 2023", "2023-11-07"),
        ("Nov. 7, 2023", "2023-11-07"),
        ("November 2023", "2023-11"),
        ("Tue, 07 Nov 2023 10:00:00 GMT", "2023-11-07"),
        ("September 27th, 2020 at 5:00 pm", "2020-09-27"),
        ("7-Nov-2023", "2023-11-07"),
        ("7 ноября 2023 г.", "2023-11-07"),
        ("7. November 2023", "2023-11-07"),
        ("1er janvier 1990", "1990-01-01"),
        ("7 Kasım 2023", "2023-11-07"),
        ("7 noyabr 2023", "2023-11-07"),
        ("13/04/2023", "2023-04-13"),
        ("04/13/2023", "2023-04-13"),
        ("05.05.2020", "2020-05-05"),
    ],
)
def test_dates_are_read_as_precisely_as_they_are_written(text, date):
    """ISO dates, spelled-out dates of six languages and numbers with one reading are read."""
    assert str(read_date(text)) == date


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("03/04/2023", "two readings"),
        ("03.04.2023", "two readings"),
        ("2023-02-30", "not a date"),
        ("2023-00", "not a date"),
        ("31 June 2020", "not a date"),
        ("May 2023 elections", "not a date"),
        ("0000", "not a date"),
        ("soon", "not a date"),
        ("", "not a date"),
        ("9 Smarch 2020", "not a date"),
        ("2030-01-01", "in the future"),
    ],
)
def test_what_is_no_date_says_why(text, reason):
    """Nothing is guessed: two readings, impossible days and the future are refused."""
    with pytest.raises(ValueError, match=f"^{reason}$"):
        read_date(text, Date(2024, 6, 1))


def test_the_future_begins_after_the_latest_day():
    """The latest day itself, its month and its year are not in the future."""
    for text in ("2024-06-01", "2024-06", "2024"):
        assert str(read_date(text, Date(2024, 6, 1))) == text
    assert latest_day() > Date(2024, 1, 1)


@given(st.text(max_size=90))
def test_any_text_is_a_date_or_is_refused(text):
    """No text at all raises anything but ValueError."""
    try:
        found = read_date(text)
    except ValueError:
        return
    assert read_date(str(found)) == found


LATEST = Date(2024, 6, 1)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Published On May 10, 2022 01:52 PM", ["2022-05-10"]),
        ("am 24. Juli 2017 - 18:55 Uhr", ["2017-07-24"]),
        ("Alta Floresta, 22 de novembro de 2020. 18:20", ["2020-11-22"]),
        ("2020年07月03日", ["2020-07-03"]),
        ("2020-01-06T09:22:36Z and 2020/1/7", ["2020-01-06", "2020-01-07"]),
        ("13/04/2023 or 04/13/2023", ["2023-04-13", "2023-04-13"]),
        ("03/04/2023, 28.01.22, 31 June 2020, 7 Smarch 2020, 1 May 2999", []),
        ("telephone 030/12.12.2012.44, version 1.2.2012.3, file/2020/08/24/x", []),
        ("", []),
    ],
)
def test_days_within_a_text(text, days):
    """Full days are found wherever they stand; what has two readings, or none, is not."""
    assert [str(found.date) for found in find_dates(text, LATEST)] == days


@pytest.mark.parametrize(
    ("day_first", "days"),
    [(True, ["2023-04-03", "2022-01-28"]), (False, ["2023-03-04"]), (None, [])],
)
def test_the_order_of_figures_can_be_told(day_first, days):
    """Where day and month are known to stand in an order, figures have one reading, and years may be short."""
    found = find_dates("03/04/2023, 28.01.22", LATEST, day_first=day_first)
    assert [str(one.date) for one in found] == days


def test_months_that_two_languages_share_are_not_guessed():
    """Listopada is October in Croatia and November in Poland."""
    assert find_dates("7 listopada 2023", LATEST) == []


@given(st.text(max_size=300), st.sampled_from([True, False, None]))
def test_days_that_are_found_stand_where_they_are_said_to(text, day_first):
    """Any text can be searched; what is found has figures, is in order and is not in the future."""
    found = find_dates(text, LATEST, day_first=day_first)
    assert all(any(letter.isdigit() for letter in text[one.start : one.end]) for one in found)
    assert [one.start for one in found] == sorted(one.start for one in found)
    assert all(one.date.first <= LATEST.first for one in found)
