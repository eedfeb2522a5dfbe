"""Counts by source and by date, as facets, as a tree of dates and as a timeline.

All of it is computed from the two lists of counts that an engine gives, so that every number on a page agrees.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from kb_search.document import UNDATED, Date
from kb_search.query import DateRange, Undated, date_range
from kb_search.results import Bar, Facet, FacetValue, SearchRequest, Timeline

#: A facet lists so many sources at most, and a tree of dates so many years and months.
MAX_VALUES = 1000
#: Longer spans than these are counted by the next wider unit: 62 days, 10 years of months.
MOST_DAYS, MOST_MONTHS = 62, 120

#: Pairs of a date's number (0: undated) and how many passages have it.
DateCounts = Sequence[tuple[int, int]]
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


def date_facet(counts: DateCounts, request: SearchRequest) -> Facet:
    """The dates in order of time, at the unit that follows their span, `undated` last.

    The count of a value is what a reader gets who chooses it alone: `since`, `until` and the excluded values stay in
    force, other chosen values do not. So a year is listed beside its months where some of its dates are known to the
    year alone, and counts all of that year.
    """
    kept = _narrowed(request).of(counts)
    unit = _unit(*_span(kept))
    narrow = _rounded(kept, unit)  # coarser dates keep their number
    levels = _levels(tuple(narrow.items()), unit)
    shown = {number: count for number, count in levels.items() if number in narrow or not _is_coarse(number, unit)}
    return _dates_in_order(shown, counts, request)


def date_tree(counts: DateCounts, request: SearchRequest) -> Facet:
    """Years and months together, each year before its months, `undated` last; counted as `date_facet` does.

    Where that would be more than MAX_VALUES, months are there only in the years that something is chosen in.
    """
    shown = _levels(_narrowed(request).of(counts), "month")
    if len(shown) > MAX_VALUES:
        chosen = {value[:4] for value in (*request.dates, *request.not_dates)}
        shown = {
            number: count
            for number, count in shown.items()
            if _is_coarse(number, "month") or _name(number)[:4] in chosen
        }
    return _dates_in_order(shown, counts, request)


def _dates_in_order(shown: dict[int, int], counts: DateCounts, request: SearchRequest) -> Facet:
    """These values and all that are chosen or excluded, in order of time."""
    values = {_name(number): count for number, count in shown.items()}
    for value in (*request.dates, *request.not_dates):
        if value not in values:
            alone = replace(_narrowed(request, without=value), dates=(date_filter(value),))
            values[value] = sum(count for _, count in alone.of(counts))
    names = sorted(values)  # a figure comes before the letters of `undated`
    return Facet(
        "date",
        tuple(_value(name, values[name], name in request.dates, name in request.not_dates) for name in names),
    )


@lru_cache(maxsize=1 << 14)
def _value(name: str, count: int, selected: bool, excluded: bool) -> FacetValue:  # noqa: FBT001 - in the order of FacetValue
    return FacetValue(name, count, selected, excluded)


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


def _rounded(counts: DateCounts, unit: str) -> dict[int, int]:
    """Counts by the unit; dates that are coarser than it keep their own number."""
    if unit != "day" and isinstance(counts, tuple):
        counts = _by_month(counts)  # which facet, tree and timeline of an answer all begin with
    return _summed(counts, _MULTIPLE[unit])


@lru_cache(maxsize=16)
def _by_month(counts: DateCounts) -> DateCounts:
    return tuple(_summed(counts, _MULTIPLE["month"]).items())


def _summed(counts: DateCounts, multiple: int) -> dict[int, int]:
    """The counts of dates whose numbers, rounded down to a multiple, are the same."""
    found: dict[int, int] = {}
    for number, count in counts:
        rounded = number - number % multiple
        found[rounded] = found.get(rounded, 0) + count
    return found


def _levels(counts: DateCounts, unit: str) -> dict[int, int]:
    """Counts by the unit and by all that are wider: each date counts for itself and for those that it lies in."""
    narrow = _rounded(counts, unit)
    levels = dict(narrow)
    for wider in _WIDER[unit]:
        narrow = _rounded(tuple(narrow.items()), wider)
        levels |= narrow
    return levels


def _span(counts: DateCounts) -> tuple[int, int]:
    """The first and the last date; twice 0 where there is none."""
    known = [number for number, _ in counts if number]
    return (min(known), max(known)) if known else (0, 0)


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

    def of(self, counts: DateCounts) -> DateCounts:
        """Those counts whose date is selected."""
        if not (self.dates or self.excluded or self.span):
            return counts
        return [pair for pair in counts if self.holds(pair[0])]

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

    def __init__(self, holdings: DateCounts) -> None:
        """`holdings` are the dates of all passages."""
        self.counts = holdings
        self.first, self.last = _span(holdings)
        self.unit = _unit(self.first, self.last)
        self.by_unit = _rounded(holdings, self.unit)
        self.undated = sum(count for number, count in holdings if not number)
        units = _units(self.first, self.last, self.unit) if self.first else ()
        self.bars = [(number, _bar(number, 0, self.by_unit.get(number, 0), 0)) for number in units]

    def within(self, selection: DateSelection) -> Calendar:
        """The part of it that is selected."""
        selected = selection.of(self.counts)
        return self if selected is self.counts else Calendar(selected)


def timeline(counts: DateCounts, calendar: Calendar, selection: DateSelection) -> Timeline:
    """The selected hits over time, beside all that the collection holds in the same span.

    The bars go without a gap from the first to the last date that the collection holds in the selected span.
    """
    held = calendar.within(selection)
    found = _rounded(selection.of(counts), held.unit)
    coarse = {number: count for number, count in found.items() if number and _is_coarse(number, held.unit)}
    bars = tuple(
        _bar(number, found.get(number, 0), bar.holdings, _around(number, coarse)) if coarse or number in found else bar
        for number, bar in held.bars
    )
    return Timeline(held.unit, bars, found.get(0, 0), calendar.undated)


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
