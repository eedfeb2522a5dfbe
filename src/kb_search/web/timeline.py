"""The timeline: bars for the hits over time, before the pale ghost of what the collection holds.

Python works out places and sizes, the template `_timeline.html` draws them as SVG. Across, everything is in
percent of the width, so that labels keep their size on a narrow screen; down, in pixels.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from kb_search.document import UNDATED, Date
from kb_search.results import Bar, Timeline
from kb_search.web.state import State
from kb_search.web.wording import MONTHS, counted, date_words, span_words

#: More bars than this are too thin to point at; neighbours are put together.
MOST_BARS = 150
PLOT_HEIGHT = 72
#: How many units one bar may stand for, smallest first.
STEPS = {
    "year": (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000),
    "month": (1, 2, 3, 6, 12, 24, 60, 120, 1200),
    "day": (1, 2, 7, 14, 28, 91, 182, 364, 3640, 36400),
}
#: Where hits are a smaller part of the holdings than this, the ghost is drawn on a smaller scale.
SMALLEST_SHARE = 0.2
_AXIS_BESIDE_UNDATED = 90.0
_WIDEST_BAR = 3.0
_MOST_LABELS = 10
#: So near to the end a label would run into that of the undated on a narrow screen.
_BESIDE_UNDATED = 15


@dataclass(frozen=True, slots=True)
class BarView:
    """One bar: its place (percent), its heights (pixels), its numbers, and the address that narrows to it."""

    dates: str
    title: str
    url: str
    #: First and last date for dragging, empty for the undated.
    since: str
    until: str
    slot_x: float
    slot_width: float
    x: float
    width: float
    ghost: float
    height: float
    coarse: float
    count: int
    holdings: int
    coarse_count: int
    #: Higher than the drawing: only the undated can be, so as not to flatten all the others.
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Tick:
    """A label under the bars; a `minor` one is left out where the screen is narrow."""

    x: float
    label: str
    anchor: str
    minor: bool


@dataclass(frozen=True, slots=True)
class TimelineView:
    """The whole drawing, the same numbers for a table, and the form that narrows the dates."""

    unit: str
    bars: tuple[BarView, ...]
    undated: BarView | None
    ticks: tuple[Tick, ...]
    plot_height: int
    axis_width: float
    summary: str
    #: Says where the ghost has a scale of its own; else empty.
    scale: str
    has_ghost: bool
    has_coarse: bool
    since: str
    until: str
    inputs: tuple[tuple[str, str], ...]
    #: The address without any date filter; empty where there is none.
    clear_url: str


@dataclass(frozen=True, slots=True)
class _Group:
    """Neighbouring bars put together, from the first date to the last.

    `coarse` counts passages that may lie here as well as elsewhere, so it is never added up.
    """

    first: Date
    last: Date
    count: int
    holdings: int
    coarse: int


def timeline_view(timeline: Timeline, state: State) -> TimelineView | None:
    """The drawing of a timeline, or None where nothing in the collection has a date."""
    if not timeline.bars:
        return None
    groups = _grouped(timeline.bars, timeline.unit)
    has_undated = bool(timeline.undated_holdings or timeline.undated)
    axis = _AXIS_BESIDE_UNDATED if has_undated else 100.0
    tallest = max(group.count + group.coarse for group in groups)
    held = max(group.holdings for group in groups)
    drawer = _Drawer(tallest, held, axis / len(groups), timeline.unit, state)
    bars = tuple(drawer.bar(place, group) for place, group in enumerate(groups))
    return TimelineView(
        unit=timeline.unit,
        bars=bars,
        undated=drawer.undated(timeline, axis) if has_undated else None,
        ticks=_ticks(groups, timeline.unit, axis),
        plot_height=PLOT_HEIGHT,
        axis_width=axis,
        summary=_summary(groups, timeline),
        scale=drawer.scale,
        has_ghost=any(group.holdings > group.count for group in groups),
        has_coarse=any(group.coarse for group in groups),
        since=str(state.request.since or ""),
        until=str(state.request.until or ""),
        inputs=state.inputs("since", "until"),
        clear_url=_without_dates(state),
    )


class _Drawer:
    """Turns numbers into heights. The ghost shares the scale of the hits unless that would flatten them."""

    def __init__(self, tallest: int, held: int, slot: float, unit: str, state: State) -> None:
        shared = tallest >= held * SMALLEST_SHARE
        self._hits = PLOT_HEIGHT / max(held if shared else tallest, 1)
        self._ghosts = PLOT_HEIGHT / max(held, 1)
        self.scale = "" if shared or not tallest else f"drawn at 1:{max(round(held / tallest), 2)}"
        self._slot, self._unit, self._state = slot, unit, state

    def bar(self, place: int, group: _Group) -> BarView:
        since, until = str(group.first), str(group.last)
        dates = date_words(group.first)
        if since != until:
            dates = f"{dates} to {date_words(group.last)}"
        return self._view(
            dates, (group.count, group.holdings, group.coarse), place * self._slot, self._slot,
            (since, until), self._state.between(group.first, group.last).url(),
        )  # fmt: skip

    def undated(self, timeline: Timeline, axis: float) -> BarView:
        numbers = (timeline.undated, timeline.undated_holdings, 0)
        url = self._state.cleared_dates().adding("date", UNDATED).url()
        return self._view(UNDATED, numbers, axis + 2.0, 100.0 - axis - 2.0, ("", ""), url)

    def _view(
        self,
        dates: str,
        numbers: tuple[int, int, int],
        left: float,
        slot: float,
        span: tuple[str, str],
        url: str,
    ) -> BarView:
        count, holdings, coarse = numbers
        width = min(slot * 0.8, _WIDEST_BAR)
        return BarView(
            dates=dates, title=_title(dates, numbers, self._unit), url=url, since=span[0], until=span[1],
            slot_x=round(left, 3), slot_width=round(slot, 3),
            x=round(left + (slot - width) / 2, 3), width=round(width, 3),
            ghost=_height(holdings * self._ghosts, 1.5), height=_height(count * self._hits, 3.0),
            coarse=_height(coarse * self._hits, 3.0),
            is_cut=max(holdings * self._ghosts, count * self._hits) > PLOT_HEIGHT + 1,
            count=count, holdings=holdings, coarse_count=coarse,
        )  # fmt: skip


def _height(pixels: float, least: float) -> float:
    """What is there must be seen, so nothing that counts is drawn lower than `least`; none is too high."""
    return round(min(max(pixels, least), PLOT_HEIGHT), 1) if pixels else 0.0


def _title(dates: str, numbers: tuple[int, int, int], unit: str) -> str:
    count, holdings, coarse = numbers
    title = f"{dates[0].upper()}{dates[1:]}: {count:,} of {counted(holdings, 'passage')}"
    return f"{title}; {coarse:,} more may lie here, the {unit} is not known" if coarse else title


def _summary(groups: Sequence[_Group], timeline: Timeline) -> str:
    undated = f", and {timeline.undated:,} undated" if timeline.undated else ""
    span = span_words(groups[0].first, groups[-1].last)
    return f"{counted(sum(group.count for group in groups), 'passage')} with a known {timeline.unit}, {span}{undated}"


def _without_dates(state: State) -> str:
    asked = state.request
    if not (asked.since or asked.until or asked.dates or asked.not_dates):
        return ""
    return state.cleared_dates().url()


def _grouped(bars: Sequence[Bar], unit: str) -> list[_Group]:
    """The bars as they are, or as many neighbours together as it takes to have few enough."""
    ends = [_position(Date.parse(bar.date), unit) for bar in (bars[0], bars[-1])]
    fitting = (step for step in STEPS[unit] if ends[1] // step - ends[0] // step < MOST_BARS)
    step = next(fitting, STEPS[unit][-1])
    groups = []
    for _, run in groupby(bars, key=lambda bar: _position(Date.parse(bar.date), unit) // step):
        some = list(run)
        groups.append(
            _Group(
                Date.parse(some[0].date),
                Date.parse(some[-1].date),
                sum(bar.count for bar in some),
                sum(bar.holdings for bar in some),
                max(bar.coarse for bar in some),
            )
        )
    return groups


def _position(date: Date, unit: str) -> int:
    """The number of the date's unit, counted without a gap."""
    if unit == "year":
        return date.year
    if unit == "month":
        return date.year * 12 + date.month - 1
    return dt.date(date.year, date.month, date.day).toordinal()


def _ticks(groups: Sequence[_Group], unit: str, axis: float) -> tuple[Tick, ...]:
    """As many labels as can be read, at round years where the bars are many."""
    slot = axis / len(groups)
    places = _labelled(groups, unit)
    return tuple(
        Tick(
            round((place + 0.5) * slot, 3),
            label,
            _anchor((place + 0.5) * slot, axis),
            minor=(len(places) > _MOST_LABELS // 2 and number % 2 == 1)
            or (place + 0.5) * slot > axis - _BESIDE_UNDATED,
        )
        for number, (place, label) in enumerate(places)
    )


def _labelled(groups: Sequence[_Group], unit: str) -> list[tuple[int, str]]:
    if unit == "year" or len(groups) > 24:
        return _round_years(groups, unit)
    return _every(groups, unit)


def _round_years(groups: Sequence[_Group], unit: str) -> list[tuple[int, str]]:
    """The bars where a round year begins: every year, or every second, fifth, tenth … one."""
    years = groups[-1].last.year - groups[0].first.year + 1
    if years < 3 and unit != "year":
        return _every(groups, unit)
    step = next((step for step in STEPS["year"] if years / step <= _MOST_LABELS), STEPS["year"][-1])
    labels = []
    before = groups[0].first.year if groups[0].first.month > 1 else 0
    for place, group in enumerate(groups):
        year = -(-group.first.year // step) * step
        if before < year <= group.last.year:
            labels.append((place, str(year)))
        before = group.last.year
    return labels


def _every(groups: Sequence[_Group], unit: str) -> list[tuple[int, str]]:
    """Every so many bars, with the year where it is new."""
    step = math.ceil(len(groups) / (_MOST_LABELS // 2 if unit == "day" else _MOST_LABELS))
    labels, year = [], 0
    for place in range(0, len(groups), step):
        date = groups[place].first
        label = _label(date, unit)
        labels.append((place, label if date.year == year or unit == "month" else f"{label} {date.year}"))
        year = date.year
    return labels


def _label(date: Date, unit: str) -> str:
    month = MONTHS[max(date.month, 1) - 1][:3]
    return f"{date.day} {month}" if unit == "day" else f"{month} {date.year}"


def _anchor(x: float, axis: float) -> str:
    if x < 4:
        return "start"
    return "end" if x > axis - 4 else "middle"
