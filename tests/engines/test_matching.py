from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.columns import Columns
from kb_search.columnwriter import ColumnWriter
from kb_search.document import Date
from kb_search.engines.base import Deadline
from kb_search.engines.matching import SegmentMatcher, dates_within
from kb_search.engines.positions import Postings
from kb_search.query import And, DateRange, Not, Or, Phrase, Undated, Word
from tests.engines.test_contract import article_of

YEARS = st.integers(1, 9999)


@st.composite
def dates(draw):
    """A date of any precision."""
    year, month = draw(YEARS), draw(st.integers(0, 12))
    day = draw(st.integers(0, 28)) if month else 0
    return Date(year, month, day)


@given(st.lists(dates(), max_size=20), dates(), dates())
def test_a_date_is_in_a_range_if_it_lies_wholly_inside(some, first, last):
    """A date is let through if its first and its last possible day are in the range, both ends included."""
    numbers = np.array([date.number for date in some], np.int32)
    found = dates_within(numbers, DateRange(first.first, last.last))
    assert found.tolist() == [first.first <= date.first and date.last <= last.last for date in some]


@given(st.lists(dates(), max_size=20), dates())
def test_before_and_after_leave_their_date_out(some, edge):
    """`before:` and `after:` a date hold what ends before it begins and begins after it ends, and nothing of it."""
    numbers = np.array([date.number for date in some], np.int32)
    before = dates_within(numbers, DateRange(0, edge.first - 1)).tolist()
    after = dates_within(numbers, DateRange(edge.last + 1, 99991231)).tolist()
    assert before == [date.last < edge.first for date in some]
    assert after == [date.first > edge.last for date in some]


@given(st.lists(dates(), max_size=20), dates(), dates())
def test_a_coarse_date_may_lie_partly_in_a_range(some, first, last):
    """With `partly`, a date is let through if any day that it can mean is in the range."""
    numbers = np.array([date.number for date in some], np.int32)
    found = dates_within(numbers, DateRange(first.first, last.last, partly=True))
    backward = first.first > last.last
    assert found.tolist() == [not backward and date.first <= last.last and date.last >= first.first for date in some]


def test_a_range_that_runs_backward_holds_nothing():
    """Nothing lies between two days in the wrong order, not even a year that has both."""
    year = np.array([20200000], np.int32)
    assert dates_within(year, DateRange(20201101, 20200229)).tolist() == [False]
    assert dates_within(year, DateRange(20201101, 20200229, partly=True)).tolist() == [False]


@pytest.mark.parametrize(("year", "last"), [(2023, 28), (2024, 29), (1900, 28), (2000, 29)])
def test_the_last_of_february_ends_the_month(year, last):
    """A range to the last day of February holds an article dated to that month, in leap years and others."""
    month = np.array([year * 10000 + 200], np.int32)
    assert dates_within(month, DateRange(0, year * 10000 + 200 + last)).tolist() == [True]
    assert dates_within(month, DateRange(0, year * 10000 + 200 + last - 1)).tolist() == [False]


def test_undated_is_in_no_range():
    """What has no date lies in no range, not even in one that is open at both ends."""
    assert dates_within(np.array([0], np.int32), DateRange(0, 99991231)).tolist() == [False]
    assert dates_within(np.array([0], np.int32), DateRange(0, 99991231, partly=True)).tolist() == [False]


@pytest.fixture
def segment(tmp_path):
    """A segment with three passages of one article and one of another."""
    writer = ColumnWriter(tmp_path / "segment", (2, 1))
    writer.add(*article_of("a", "war and peace ", "war ", "and peace", date=Date(2020)))
    writer.add(*article_of("b", "peace and war"))
    writer.finish()
    return Columns(tmp_path / "segment")


def matcher(segment):
    """A matcher with postings made from the words themselves, and the stems that it asks for."""
    asked = []

    def postings(stem):
        asked.append(stem)
        number = segment.stem_table.find(stem)
        places = np.flatnonzero(segment.stems_at(np.arange(len(segment.forms))) == number)
        rows, counts = np.unique(segment.row_at(places), return_counts=True)
        return Postings(rows.astype(np.uint32), counts.astype(np.uint32), np.zeros(len(rows), np.uint32))

    return SegmentMatcher(segment, postings, Deadline(60)), asked


WAR, AND, PEACE = (Word(form, (form if form != "peace" else "peac",)) for form in ("war", "and", "peace"))


@pytest.mark.parametrize(
    ("tree", "rows"),
    [
        (Phrase((WAR, AND)), [0]),
        (Phrase((AND, PEACE)), [0, 2]),
        (Phrase((PEACE, WAR)), []),
        (Phrase((PEACE, AND, WAR)), [3]),
        (Phrase((WAR, AND, PEACE, AND, WAR)), []),
        (And(()), [0, 1, 2, 3]),
        (Or(()), []),
        (Not(Or((WAR, PEACE))), []),
        (And((Undated(), WAR)), [3]),
    ],
    ids=str,
)
def test_rows_are_matched(segment, tree, rows):
    """Phrases match neighbours in order; an empty AND is everything and an empty OR nothing."""
    assert np.flatnonzero(matcher(segment)[0].rows(tree)).tolist() == rows


def test_a_phrase_with_a_form_that_is_nowhere_reads_no_postings(segment):
    """A phrase with a word that the segment lacks is answered from the list of forms alone."""
    one, asked = matcher(segment)
    assert not one.rows(Phrase((WAR, Word("absent", ("absent",))))).any()
    assert asked == []


@pytest.mark.parametrize("threshold", [0.0, 1.0])
def test_places_are_the_same_picked_out_or_looked_through(segment, monkeypatch, threshold):
    """Whether a phrase's rarest form is sought everywhere or in some rows only, the same passages are found."""
    monkeypatch.setattr("kb_search.engines.positions._PICK_BELOW", threshold)
    for words in product((WAR, AND, PEACE), repeat=2):
        forms = tuple(word.form for word in words)
        texts = ["war and peace", "war", "and peace", "peace and war"]
        pairs = [list(zip(text.split(), text.split()[1:], strict=False)) for text in texts]
        found = np.flatnonzero(matcher(segment)[0].rows(Phrase(words))).tolist()
        assert found == [row for row, there in enumerate(pairs) if forms in there]
