import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.document import Date
from kb_search.loaders.dates import latest_day, read_date


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
        ("7 Kasım 2023 Salı", "2023-11-07"),
        ("7 ноября 2023 г., вторник", "2023-11-07"),
        ("1969-12-31T19:00:00", "1969-12-31"),
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
        ("1969-12-31T19:00:00-05:00", "what programs write for no date"),
        ("1970-01-01T04:00:00+04:00", "what programs write for no date"),
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
