"""Counts by source and by date, as facets, as a tree of dates and as a timeline.

All of it is computed from the two lists of counts that an engine gives, so that every number on a page agrees.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from kb_search.datecounts import DateCounts, summed
from kb_search.document import UNDATED, Date
from kb_search.query import DateRange, Undated, date_range
from kb_search.results import Bar, Facet, FacetValue, SearchRequest, Timeline

#: A facet lists so many sources at most, and a tree of dates so many years and months.
MAX_VALUES = 1000
#: Longer spans than these are counted by the next wider unit: 62 days, 10 years of months.
MOST_DAYS, MOST_MONTHS = 62, 120

#: DateCounts, or the pairs that these are made of.
DatePairs = Iterable[tuple[int, int]]
DateFilter = DateRange | Undated

#: The facet value of articles that nobody said the source of.
NO_SOURCE = "(no source)"


def source_name(value: str) -> str:
    """The source that a facet value stands for; empty for NO_SOURCE."""
    return "" if value == NO_SOURCE else value


def date_filter(value: str) -> DateFilter:
    """What a value of the facet of dates selects. Raises ValueError for anything but a date or `undated`."""
    if value == UNDATED:
        return Undated()
    date = Date.parse(value)
    return date_range(date, date, value)


def source_facet(counts: Iterable[tuple[str, int]], request: SearchRequest) -> Facet:
    """The sources by falling count, what is selected or excluded on top; that stays listed at 0."""
    known = {source or NO_SOURCE: count for source, count in counts}
    for value in (*request.sources, *request.not_sources):
        known.setdefault(value, 0)
    values = [
        FacetValue(value, count, value in request.sources, value in request.not_sources)
        for value, count in known.items()
    ]
    values.sort(key=lambda one: (not (one.selected or one.excluded), -one.count, one.value))
    return Facet("source", tuple(values[:MAX_VALUES]))


def date_facet(counts: DatePairs, request: SearchRequest) -> Facet:
    """The dates in order of time, at the unit that follows their span, `undated` last.

    The count of a value is what a reader gets who chooses it alone: `since`, `until` and the excluded values stay in
    force, other chosen values do not. Where some dates of a year are known to the year alone, the year is listed and
    not its months, so that the counts add up to the passages.
    """
    kept = _narrowed(request).of(counts)
    unit = _unit(*_span(kept))
    rounded = _by(unit, kept)
    coarse = {number for number in rounded if number and _is_coarse(number, unit)}
    shown = _put_within(rounded, unit, coarse) if coarse else rounded
    return _dates_in_order(shown, counts, request)


def _put_within(rounded: dict[int, int], unit: str, coarse: set[int]) -> dict[int, int]:
    """Counts of dates, those that lie in one of some coarse dates being counted there."""
    shown: dict[int, int] = {}
    for number, count in rounded.items():
        value = _within(number, unit, coarse)
        shown[value] = shown.get(value, 0) + count
    return shown


def _within(number: int, unit: str, coarse: set[int]) -> int:
    """The widest of some coarse dates that a date lies in, else the date itself."""
    wider = (number - number % _MULTIPLE[one] for one in reversed(_WIDER[unit]))
    return next((one for one in wider if one in coarse), number)


def date_tree(counts: DatePairs, request: SearchRequest) -> Facet:
    """Years and months together, each year before its months, `undated` last; counted as `date_facet` does.

    Where that would be more than MAX_VALUES, months are there only in the years that something is chosen in.
    """
    kept = _narrowed(request).of(counts)
    shown = _by("month", kept) | _by("year", kept)
    if len(shown) > MAX_VALUES:
        chosen = {value[:4] for value in (*request.dates, *request.not_dates)}
        shown = {
            number: count
            for number, count in shown.items()
            if _is_coarse(number, "month") or _name(number)[:4] in chosen
        }
    return _dates_in_order(shown, counts, request)


def _dates_in_order(shown: dict[int, int], counts: DatePairs, request: SearchRequest) -> Facet:
    """These values and all that are chosen or excluded, in order of time."""
    if not (request.dates or request.not_dates):
        numbers = sorted(shown)  # a year's number is below those of its months
        if 0 in shown:
            numbers.append(numbers.pop(0))
        return Facet("date", tuple([_listed(number, shown[number]) for number in numbers]))
    values = {_name(number): count for number, count in shown.items()}
    for value in (*request.dates, *request.not_dates):
        if value not in values:
            alone = replace(_narrowed(request, without=value), dates=(date_filter(value),))
            values[value] = sum(count for _, count in alone.of(counts))
    names = sorted(values)  # a figure comes before the letters of `undated`
    return Facet(
        "date",
        tuple(FacetValue(name, values[name], name in request.dates, name in request.not_dates) for name in names),
    )


@lru_cache(maxsize=1 << 14)
def _listed(number: int, count: int) -> FacetValue:
    return FacetValue(_name(number), count, selected=False, excluded=False)


# A date's number tells its unit: 20231107 is a day, 20231100 a month, 20230000 a year, 0 undated. Rounded down to a
# multiple of these it is the number of the wider unit.
_MULTIPLE = {"day": 1, "month": 100, "year": 10_000}
_WIDER = {"day": ("month", "year"), "month": ("year",), "year": ()}
_COARSE = {"day": 100, "month": 10_000, "year": 100_000_000}


def _is_coarse(number: int, unit: str) -> bool:
    """Whether a date is known less precisely than to the unit; an undated one always is."""
    return number % _COARSE[unit] == 0


@lru_cache(maxsize=1 << 16)
def _name(number: int) -> str:
    return str(Date.from_number(number)) if number else UNDATED


def _span(counts: DateCounts) -> tuple[int, int]:
    """The first and the last date; twice 0 where there is none."""
    known = counts.numbers[np.searchsorted(counts.numbers, 1) :]
    return (int(known[0]), int(known[-1])) if len(known) else (0, 0)


def _by(unit: str, counts: DateCounts) -> dict[int, int]:
    """Counts by a unit, in order of time; dates that are coarser than it keep their own number."""
    return dict(summed(counts.numbers - counts.numbers % _MULTIPLE[unit], counts.counts))


def _unit(first: int, last: int) -> str:
    """The unit for a span of dates: days for some weeks, months for some years, else years."""
    if not first:
        return "year"
    start, end = Date.from_number(first), Date.from_number(last)
    months = (end.year - start.year) * 12 + (end.month or 12) - (start.month or 1) + 1
    if months > MOST_MONTHS:
        return "year"
    precise = start.day and end.day
    return "day" if precise and (_day(end) - _day(start)).days < MOST_DAYS else "month"


def _day(date: Date) -> datetime.date:
    return datetime.date(date.year, date.month or 1, date.day or 1)


# --------------------------------------------------------------------------------------------- selection


@dataclass(frozen=True, slots=True)
class DateSelection:
    """What a reader has selected in the facet of dates: any of `dates`, none of `excluded`, all within `span`."""

    dates: tuple[DateFilter, ...] = ()
    excluded: tuple[DateFilter, ...] = ()
    span: DateRange | None = None

    def of(self, counts: DatePairs) -> DateCounts:
        """Those counts whose date is selected."""
        counted = DateCounts.of(counts)
        if not (self.dates or self.excluded or self.span):
            return counted
        return counted.where(np.fromiter(map(self.holds, counted.numbers.tolist()), np.bool_, len(counted)))

    def holds(self, number: int) -> bool:
        """Whether a date's number is selected."""
        return (
            (not self.dates or any(_matches(number, one) for one in self.dates))
            and not any(_matches(number, one) for one in self.excluded)
            and (self.span is None or _matches(number, self.span))
        )


def _matches(number: int, wanted: DateFilter) -> bool:
    if isinstance(wanted, Undated) or not number:
        return isinstance(wanted, Undated) and not number
    if number % 100:
        return wanted.first <= number <= wanted.last
    date = Date.from_number(number)
    return wanted.first <= date.first and date.last <= wanted.last


def _narrowed(request: SearchRequest, without: str = "") -> DateSelection:
    """What a request says of dates beside the values that it chooses; one excluded value may be left out."""
    span = date_range(request.since, request.until) if request.since or request.until else None
    return DateSelection((), tuple(date_filter(value) for value in request.not_dates if value != without), span)


# ---------------------------------------------------------------------------------------------- timeline


class Calendar:
    """All that a collection holds, by date: what found passages are shown beside. Made once for a generation."""

    def __init__(self, holdings: DatePairs) -> None:
        """`holdings` are the dates of all passages."""
        self.counts = DateCounts.of(holdings)
        self.first, self.last = _span(self.counts)
        self.unit = _unit(self.first, self.last)
        self.by_unit = _by(self.unit, self.counts)
        self.undated = self.by_unit.get(0, 0)
        units = [*_units(self.first, self.last, self.unit)] if self.first else []
        self.bars = {number: _bar(number, 0, self.by_unit.get(number, 0), 0) for number in units}

    def within(self, selection: DateSelection) -> Calendar:
        """The part of it that is selected."""
        selected = selection.of(self.counts)
        return self if selected is self.counts else Calendar(selected)


def timeline(counts: DatePairs, calendar: Calendar, selection: DateSelection) -> Timeline:
    """The selected hits over time, beside all that the collection holds in the same span.

    The bars go without a gap from the first to the last date that the collection holds in the selected span.
    """
    held = calendar.within(selection)
    found = _by(held.unit, selection.of(counts))
    coarse = {number: count for number, count in found.items() if number and _is_coarse(number, held.unit)}
    bars = dict(held.bars)
    if not coarse:
        for number, count in found.items():
            if number in bars:
                bars[number] = _bar(number, count, bars[number].holdings, 0)
        return Timeline(held.unit, tuple(bars.values()), found.get(0, 0), calendar.undated)
    years = {number - number % _MULTIPLE["year"] for number in coarse}
    near = {number for number in bars if number - number % _MULTIPLE["year"] in years} if years else set[int]()
    for number in near | (bars.keys() & found.keys()):
        bars[number] = _bar(number, found.get(number, 0), bars[number].holdings, _around(number, coarse))
    return Timeline(held.unit, tuple(bars.values()), found.get(0, 0), calendar.undated)


@lru_cache(maxsize=1 << 14)
def _bar(number: int, found: int, held: int, around: int) -> Bar:
    return Bar(_name(number), found, held, around)


def _around(number: int, coarse: dict[int, int]) -> int:
    """The coarse dates that may lie in a unit: those of its month and of its year."""
    return sum(coarse.get(number - number % _MULTIPLE[unit], 0) for unit in ("month", "year"))


def _units(earliest: int, latest: int, unit: str) -> Iterator[int]:
    """The numbers of all units from one date to another."""
    first, last = Date.from_number(earliest), Date.from_number(latest)
    if unit == "year":
        yield from (year * 10000 for year in range(first.year, last.year + 1))
    elif unit == "month":
        start = first.year * 12 + (first.month or 1) - 1
        end = last.year * 12 + (last.month or 12) - 1
        yield from (month // 12 * 10000 + (month % 12 + 1) * 100 for month in range(start, end + 1))
    else:
        days = (_day(first) + datetime.timedelta(step) for step in range((_day(last) - _day(first)).days + 1))
        yield from (day.year * 10000 + day.month * 100 + day.day for day in days)
