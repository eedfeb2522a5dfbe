import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb_search.document import Date
from kb_search.web.wording import add_up, counted, date_words, precision_words, shortened, span_words, value_words


@pytest.mark.parametrize(
    ("date", "words", "precision"),
    [
        (Date(2023, 11, 7), "7 November 2023", ""),
        (Date(1994, 5), "May 1994", "month only"),
        (Date(1988), "1988", "year only"),
        (None, "undated", ""),
    ],
)
def test_a_date_is_said_in_words_with_its_precision(date: Date | None, words: str, precision: str) -> None:
    """A date is read as it is known: no day is made up, and what is missing is said."""
    assert (date_words(date), precision_words(date)) == (words, precision)


def test_a_span_names_both_ends_or_one_date() -> None:
    """A span names both ends, or the one date that both are."""
    assert span_words(Date(1988), Date(2024, 5, 27)) == "1988 to 27 May 2024"
    assert span_words(Date(1988), Date(1988)) == "1988"
    assert span_words(None, None) == ""


def test_dates_of_filters_are_spelled_out() -> None:
    """Dates are spelled out, `undated` and names of sources stay."""
    assert value_words("date", "2023-11") == "November 2023"
    assert value_words("not_date", "undated") == "undated"
    assert value_words("source", "2023") == "2023"


@pytest.mark.parametrize(
    ("number", "exact", "words"),
    [(1, True, "1 passage"), (0, True, "0 passages"), (1204, False, "at least 1,204 passages")],
)
def test_one_of_a_thing_has_no_plural(number: int, exact: bool, words: str) -> None:
    """One of a thing has no plural, and a count that is not exact says so."""
    assert counted(number, "passage", exact) == words


@settings(deadline=None)
@given(st.text(max_size=100), st.integers(10, 60))
def test_shortening_keeps_to_the_limit(text: str, limit: int) -> None:
    """A shortened name is never longer than the limit, and a short one stays whole."""
    short = shortened(text, limit)
    assert len(short) <= limit
    assert short == text or len(text) > limit


@given(st.lists(st.floats(-50, 50), max_size=6))
def test_rounded_parts_add_up(parts: list[float]) -> None:
    """Parts of a score as they are printed add up to the printed score, and none is off by more than a thousandth."""
    printed = add_up(parts)
    assert round(sum(map(float, printed)), 3) == round(round(sum(parts) * 1000) / 1000, 3)
    assert all(abs(float(one) - part) <= 0.001 + 1e-9 for one, part in zip(printed, parts, strict=True))
