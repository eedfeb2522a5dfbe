"""Counts by source and by date, as facets, as a tree of dates and as a timeline.

All of it is computed from the two lists of counts that an engine gives, so that every number on a page agrees.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kb_search.document import UNDATED, Date
from kb_search.query import DateRange, Undated, date_range
from kb_search.results import Bar, Facet, FacetValue, SearchRequest, Timeline

#: A facet lists so many values at most.
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

    Choosing a value gives exactly its count. So a year is listed beside its months where some of its dates are known
    to the year alone, and counts all of that year.
    """
    known = [number for number, _ in counts if number]
    unit = _unit(min(known), max(known)) if known else "year"
    levels = _by_level(counts, unit)
    coarse = {value for number, _ in counts for value in [_name(number)] if len(value) < _WIDTH[unit]}
    shown = {value: count for value, count in levels.items() if len(value) == _WIDTH[unit] or value in coarse}
    return Facet("date", _in_order(shown, levels, request))


def date_tree(counts: DateCounts, request: SearchRequest) -> Facet:
    """Years and months together, each year before its months, `undated` last."""
    levels = _by_level(counts, "month")
    return Facet("date", _in_order(levels, levels, request))


def _by_level(counts: DateCounts, unit: str) -> Counter[str]:
    """Counts by year, month and so on down to the unit."""
    levels = Counter[str]()
    for number, count in counts:
        for value in _values_at(number, unit):
            levels[value] += count
    return levels


def _in_order(shown: dict[str, int], levels: Counter[str], request: SearchRequest) -> tuple[FacetValue, ...]:
    values = dict(shown)
    for value in (*request.dates, *request.not_dates):
        values.setdefault(value, levels.get(value, 0))
    names = sorted(values, key=lambda value: (value == UNDATED, value))
    return tuple(
        FacetValue(name, values[name], name in request.dates, name in request.not_dates) for name in names[:MAX_VALUES]
    )


_WIDTH = {"year": 4, "month": 7, "day": 10}


# A collection has some thousand different dates at most, and every search names them again.
@lru_cache(maxsize=1 << 16)
def _name(number: int) -> str:
    return str(Date.from_number(number)) if number else UNDATED


@lru_cache(maxsize=1 << 16)
def _values_at(number: int, unit: str) -> tuple[str, ...]:
    """The facet values a date counts for: itself and all that is wider, none finer than the unit."""
    if not number:
        return (UNDATED,)
    name = _name(number)
    return tuple(name[:width] for width in _WIDTH.values() if width <= min(len(name), _WIDTH[unit]))


def _unit(first: int, last: int) -> str:
    """The unit for a span of dates: days for some weeks, months for some years, else years."""
    start, end = Date.from_number(first), Date.from_number(last)
    months = (end.year - start.year) * 12 + (end.month or 12) - (start.month or 1) + 1
    if months > MOST_MONTHS:
        return "year"
    precise = start.day and end.day
    return "day" if precise and (_day(end) - _day(start)).days < MOST_DAYS else "month"


def _day(date: Date) -> datetime.date:
    return datetime.date(date.year, date.month or 1, date.day or 1)


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
        return tuple(pair for pair in counts if self.holds(pair[0]))

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
    first, last = _days(number)
    return wanted.first <= first and last <= wanted.last


@lru_cache(maxsize=1 << 16)
def _days(number: int) -> tuple[int, int]:
    date = Date.from_number(number)
    return date.first, date.last


def timeline(counts: DateCounts, holdings: DateCounts, selection: DateSelection) -> Timeline:
    """The selected hits over time, beside all that the collection holds in the same span.

    The bars go without a gap from the first to the last date that the collection holds in the selected span.
    """
    selected, held = selection.of(counts), selection.of(holdings)
    known = [number for number, _ in held if number]
    undated = (dict(selected).get(0, 0), dict(holdings).get(0, 0))
    if not known:
        return Timeline("year", (), *undated)
    unit = _unit(min(known), max(known))
    found, there = _by_unit(tuple(selected), unit), _by_unit(tuple(held), unit)
    first, last = Date.from_number(min(known)), Date.from_number(max(known))
    coarse = {name: count for name, count in found.items() if len(name) < _WIDTH[unit]}
    bars = tuple(
        Bar(name, found[name], there[name], _coarse_at(name, coarse) if coarse else 0)
        for name in _units(first, last, unit)
    )
    return Timeline(unit, bars, *undated)


def _coarse_at(name: str, coarse: dict[str, int]) -> int:
    """How many of the coarsely dated may belong to a unit: those of its year and its month."""
    return sum(coarse.get(name[:width], 0) for width in (4, 7) if width < len(name))


@lru_cache(maxsize=16)
def _by_unit(counts: tuple[tuple[int, int], ...], unit: str) -> Counter[str]:
    """Counts by the unit; dates that are coarser than it keep their own shorter name.

    Remembered, since what the whole collection holds is asked for at every search.
    """
    found = Counter[str]()
    for number, count in counts:
        found[_name(number)[: _WIDTH[unit]] if number else UNDATED] += count
    return found


def _units(first: Date, last: Date, unit: str) -> Iterator[str]:
    """The names of all units from the first date to the last."""
    if unit == "year":
        yield from (f"{year:04}" for year in range(first.year, last.year + 1))
    elif unit == "month":
        start = first.year * 12 + (first.month or 1) - 1
        end = last.year * 12 + (last.month or 12) - 1
        yield from (f"{month // 12:04}-{month % 12 + 1:02}" for month in range(start, end + 1))
    else:
        days = (_day(last) - _day(first)).days
        yield from ((_day(first) + datetime.timedelta(step)).isoformat() for step in range(days + 1))
