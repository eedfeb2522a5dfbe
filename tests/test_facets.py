"""Counts by source and by date: every number on a page agrees with what a reader gets."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.document import UNDATED, Date
from kb_search.facets import (
    MAX_VALUES,
    MOST_DAYS,
    MOST_MONTHS,
    NO_SOURCE,
    Calendar,
    DateSelection,
    date_facet,
    date_filter,
    date_tree,
    source_facet,
    source_name,
    timeline,
)
from kb_search.query import DateRange, Undated, date_range
from kb_search.results import SearchRequest


def dates(first=1, last=9999):
    """Dates of any precision."""
    days = st.dates(datetime.date(first, 1, 1), datetime.date(last, 12, 31))
    return st.builds(coarsened, days, st.sampled_from([10, 10, 7, 4]))


def coarsened(day, width):
    """A day as a date that is known to the day, the month or the year: by the length of its name."""
    return Date.parse(day.isoformat()[:width])


# Spans of a few days, some months, some years, and all of time.
SPANS = st.sampled_from([(2023, 2023), (2022, 2024), (2010, 2024), (1861, 1989), (1, 300), (9900, 9999)])
NUMBERS = SPANS.flatmap(lambda span: st.lists(st.just(0) | dates(*span).map(lambda date: date.number), max_size=25))
COUNTS = NUMBERS.flatmap(
    lambda numbers: st.tuples(*(st.integers(1, 9) for _ in set(numbers))).map(
        lambda some: tuple(zip(sorted(set(numbers)), some, strict=True))
    )
)


@st.composite
def asked(draw):
    """Counts, and a request that chooses, excludes and narrows dates of those counts and of others."""
    counts = draw(COUNTS)
    values = [str(Date.from_number(number)) if number else UNDATED for number, _ in counts]
    values += [value[:4] for value in values if value != UNDATED] + ["2023", "2023-11", "2023-11-07", UNDATED]
    several = st.lists(st.sampled_from(values), max_size=3, unique=True).map(tuple)
    ends = st.none() | st.sampled_from([value for value in values if value != UNDATED]).map(Date.parse)
    return counts, SearchRequest(dates=draw(several), not_dates=draw(several), since=draw(ends), until=draw(ends))


def chosen(counts, request, value):
    """How many passages a reader gets who chooses one value and nothing else anew."""
    excluded = tuple(date_filter(one) for one in request.not_dates if one != value)
    span = date_range(request.since, request.until) if request.since or request.until else None
    selection = DateSelection((date_filter(value),), excluded, span)
    return sum(count for number, count in counts if selection.holds(number))


# ------------------------------------------------------------------------------------------------- dates


@given(asked())
def test_choosing_a_date_gives_exactly_its_count(given_):
    """What stands beside a value is what choosing it finds, in the facet and in the tree."""
    counts, request = given_
    for facet in (date_facet(counts, request), date_tree(counts, request)):
        for one in facet.values:
            assert one.count == chosen(counts, request, one.value), one


@given(COUNTS)
def test_the_facet_of_dates_leaves_nobody_out(counts):
    """Each passage is counted by a value of the facet, so that every one of them can be chosen."""
    filters = [date_filter(one.value) for one in date_facet(counts, SearchRequest()).values]
    for number, _ in counts:
        assert DateSelection(tuple(filters)).holds(number)


@given(asked())
def test_dates_come_in_order_of_time_and_undated_last(given_):
    """Values stand in order, each once, each year before its months, `undated` at the end."""
    counts, request = given_
    for facet in (date_facet(counts, request), date_tree(counts, request)):
        values = [one.value for one in facet.values]
        assert values == sorted(set(values), key=lambda value: (value == UNDATED, value))


@given(asked())
def test_what_is_chosen_or_excluded_stays_listed(given_):
    """A reader can always see, and undo, what was chosen, even where it has no hit."""
    counts, request = given_
    for facet in (date_facet(counts, request), date_tree(counts, request)):
        assert {one.value for one in facet.values if one.selected} == set(request.dates)
        assert {one.value for one in facet.values if one.excluded} == set(request.not_dates)


@given(COUNTS)
def test_years_of_the_tree_add_up(counts):
    """The years and `undated` together count everything; the months of a year never count more than it."""
    tree = {one.value: one.count for one in date_tree(counts, SearchRequest()).values}
    wide = {value: count for value, count in tree.items() if len(value) == 4 or value == UNDATED}
    assert sum(wide.values()) == sum(count for _, count in counts)
    for year, count in wide.items():
        assert sum(tree[value] for value in tree if value[:5] == f"{year}-") <= count


def facet_of(*days, **filters):
    """The facet of some dates, one passage each, as pairs of value and count."""
    counts = [(Date.parse(day).number if day else 0, 1) for day in days]
    return [(one.value, one.count) for one in date_facet(counts, SearchRequest(**filters)).values]


def test_the_unit_follows_the_span():
    """Some weeks are listed by days, some years by months, more by years."""
    assert facet_of("2023-11-07", "2023-12-09") == [("2023-11-07", 1), ("2023-12-09", 1)]
    assert facet_of("2023-01-07", "2023-12-09") == [("2023-01", 1), ("2023-12", 1)]
    assert facet_of("2003-01-07", "2023-12-09") == [("2003", 1), ("2023", 1)]
    assert facet_of("") == [("undated", 1)]
    assert facet_of() == []


def test_a_coarse_date_stands_beside_the_finer_ones():
    """A date known to the year is listed as that year, which counts all of it."""
    assert facet_of("2023", "2023-11", "2023-12-09") == [("2023", 3), ("2023-11", 1), ("2023-12", 1)]
    assert facet_of("2023-11-01", "2023-11", "2023-12-09") == [("2023-11", 2), ("2023-12", 1)]


def test_a_value_finer_than_the_unit_has_its_count():
    """A day chosen in a facet of years is listed with the passages of that day."""
    assert ("2023-11-07", 1) in facet_of("1990", "2023-11-07", "2023-11-08", dates=("2023-11-07",))


def test_since_and_until_stay_in_force():
    """A facet counts what is left within the span, and its unit follows that."""
    days = ("1990-05-01", "2023-11-07", "2023-11-08", "")
    assert facet_of(*days, since=Date(2023)) == [("2023-11-07", 1), ("2023-11-08", 1)]
    assert facet_of(*days, until=Date(2000)) == [("1990-05-01", 1)]


def test_what_is_excluded_counts_what_it_takes_away():
    """An excluded month says how much it hides, and its year no longer counts that."""
    tree = date_tree([(20231107, 3), (20231201, 2)], SearchRequest(not_dates=("2023-11",)))
    assert [(one.value, one.count) for one in tree.values] == [("2023", 2), ("2023-11", 3), ("2023-12", 2)]


def test_a_tree_of_very_many_dates_opens_the_chosen_years():
    """Where years and months are more than may be listed, months are there only in the years chosen from."""
    counts = [(year * 10000 + month * 100 + 1, 1) for year in range(1861, 1990) for month in range(1, 13)] + [(0, 5)]
    plain = [one.value for one in date_tree(counts, SearchRequest()).values]
    assert plain == [*map(str, range(1861, 1990)), UNDATED]
    opened = [one.value for one in date_tree(counts, SearchRequest(dates=("1923",), not_dates=("1950-03",))).values]
    assert len(opened) == len(plain) + 24
    assert {"1923-01", "1950-12"} <= set(opened)


def test_a_value_that_is_no_date_is_refused():
    """Only a date or `undated` can be chosen."""
    assert date_filter(UNDATED) == Undated()
    assert date_filter("2023-11") == DateRange(20231101, 20231130, "2023-11")
    with pytest.raises(ValueError, match="not a date"):
        date_filter("soon")
    with pytest.raises(ValueError, match="there is no date 2023-02-30"):
        date_filter("2023-02-30")


@given(dates(), dates(), dates())
def test_a_coarse_date_is_selected_only_if_it_lies_wholly_inside(date, first, last):
    """A range holds a date exactly if it holds the first and the last day that the date can mean."""
    held = DateSelection(span=date_range(first, last)).holds(date.number)
    assert held == (first.first <= date.first and date.last <= last.last)
    assert not DateSelection(span=date_range(first, last)).holds(0)


# ---------------------------------------------------------------------------------------------- timeline


@given(asked(), st.data())
def test_the_bars_add_up(given_, data):
    """Bars, undated and coarse dates together are all the selected hits; the ghost likewise all that is held."""
    holdings, request = given_
    counts = tuple((number, data.draw(st.integers(0, count))) for number, count in holdings)
    selection = DateSelection(tuple(map(date_filter, request.dates)), tuple(map(date_filter, request.not_dates)))
    line = timeline(counts, Calendar(holdings), selection)
    width = {"year": 4, "month": 7, "day": 10}[line.unit]
    for some, shown in ((counts, [bar.count for bar in line.bars]), (holdings, [bar.holdings for bar in line.bars])):
        selected = [(number, count) for number, count in some if number and selection.holds(number)]
        coarse = sum(count for number, count in selected if len(str(Date.from_number(number))) < width)
        assert sum(shown) + coarse == sum(count for _, count in selected)
    assert line.undated == sum(count for number, count in counts if not number and selection.holds(0))
    assert line.undated_holdings == sum(count for number, count in holdings if not number)


@given(COUNTS)
def test_the_timeline_has_no_gaps(counts):
    """From the first date to the last there is a bar for every unit, in order."""
    line = timeline(counts, Calendar(counts), DateSelection())
    names = [bar.date for bar in line.bars]
    assert names == sorted(set(names))
    known = [number for number, _ in counts if number]
    if known:
        first, last = Date.from_number(min(known)), Date.from_number(max(known))
        expected = {
            "year": last.year - first.year + 1,
            "month": (last.year - first.year) * 12 + (last.month or 12) - (first.month or 1) + 1,
            "day": (as_day(last) - as_day(first)).days + 1,
        }
        assert len(names) == expected[line.unit]
        assert len(names) <= {"day": MOST_DAYS, "month": MOST_MONTHS, "year": 9999}[line.unit]
    else:
        assert names == []


def as_day(date):
    """A date as a calendar day, the first one that it can mean."""
    return datetime.date(date.year, date.month or 1, date.day or 1)


@given(COUNTS)
def test_a_coarse_date_shades_every_bar_that_it_may_belong_to(counts):
    """What is known to the year alone is shown, pale, at each unit of that year."""
    line = timeline(counts, Calendar(counts), DateSelection())
    width = {"year": 4, "month": 7, "day": 10}[line.unit]
    for bar in line.bars:
        around = [(str(Date.from_number(number)), count) for number, count in counts if number]
        assert bar.coarse == sum(
            count for name, count in around if len(name) < width and bar.date.startswith(f"{name}-")
        )


def test_all_of_time_is_a_timeline_of_years():
    """The years 1 to 9999 give as many bars and no more."""
    line = timeline([(10000, 1), (99991231, 1)], Calendar([(10000, 1), (99991231, 1)]), DateSelection())
    assert (line.unit, len(line.bars), line.bars[0].date, line.bars[-1].date) == ("year", 9999, "0001", "9999")


def test_the_timeline_shows_the_collection_behind_the_hits():
    """Where the collection holds something and nothing matched, there is a bar of 0 before its ghost."""
    line = timeline([(20231107, 2)], Calendar([(20231106, 5), (20231107, 3), (20231109, 1), (0, 4)]), DateSelection())
    assert [(bar.date[-2:], bar.count, bar.holdings) for bar in line.bars] == [
        ("06", 0, 5), ("07", 2, 3), ("08", 0, 0), ("09", 0, 1),
    ]  # fmt: skip
    assert (line.undated, line.undated_holdings) == (0, 4)


# ----------------------------------------------------------------------------------------------- sources


@given(st.dictionaries(st.text(max_size=5), st.integers(1, 9)), st.lists(st.text(min_size=1, max_size=5), max_size=3))
def test_sources_are_listed_by_falling_count(counts, selected):
    """Chosen sources are on top, even at 0; the others follow by count, then by name."""
    facet = source_facet(counts.items(), SearchRequest(sources=tuple(selected)))
    on_top = [one for one in facet.values if one.selected]
    assert {one.value for one in on_top} == set(selected)
    assert list(facet.values[: len(on_top)]) == on_top
    rest = facet.values[len(on_top) :]
    assert list(rest) == sorted(rest, key=lambda one: (-one.count, one.value))
    assert sum(one.count for one in facet.values) == sum(counts.values())


def test_what_has_no_source_can_be_chosen():
    """Passages that nobody said the source of have a value of their own."""
    (one,) = source_facet([("", 3)], SearchRequest()).values
    assert (one.value, one.count, source_name(one.value)) == (NO_SOURCE, 3, "")
    assert source_name("Reuters") == "Reuters"


def test_the_list_of_sources_is_bounded_and_keeps_what_is_chosen():
    """Of very many sources those with most passages are listed, and whatever is chosen or excluded."""
    counts = [(f"source {number}", number) for number in range(3000)]
    facet = source_facet(counts, SearchRequest(sources=("source 1",), not_sources=("nobody",)))
    assert len(facet.values) == MAX_VALUES
    assert [(one.value, one.count, one.selected, one.excluded) for one in facet.values[:3]] == [
        ("source 1", 1, True, False), ("nobody", 0, False, True), ("source 2999", 2999, False, False),
    ]  # fmt: skip
