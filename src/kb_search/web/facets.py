"""The filter column: each value of a facet with the addresses that include it, exclude it or let it go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from kb_search.document import UNDATED
from kb_search.results import Facet, FacetValue
from kb_search.web.state import REPEATABLE, State
from kb_search.web.wording import MONTHS, counted, shortened, value_words

#: A box to filter the values by typing appears above this many.
FILTER_BOX_ABOVE = 10
#: No facet shows more values, nor so many that their addresses alone would take more characters than that.
MOST_VALUES = 1000
MOST_CHARACTERS = 300_000
#: Twenty years of months; with more, a page of a long collection was four times as large.
MOST_MONTHS = 240


@dataclass(frozen=True, slots=True)
class FacetRow:
    """One value. `url` includes it or lets it go; `not_url` excludes it or lets it go."""

    value: str
    label: str
    #: The whole name, where `label` had to be shortened or leaves out the year.
    full: str
    count: str
    count_words: str
    url: str
    not_url: str
    selected: bool = False
    excluded: bool = False
    #: The months of a year, which are open when one of them is chosen.
    below: tuple[FacetRow, ...] = ()
    open: bool = False


@dataclass(frozen=True, slots=True)
class FacetView:
    """One facet: its rows, how many values more there are, and whether typing may filter them."""

    name: str
    title: str
    rows: tuple[FacetRow, ...]
    left_out: int
    filter_box: bool


def source_facet(facet: Facet, state: State) -> FacetView:
    """Sources by falling count, the chosen ones on top, also where they have no hit now."""
    values = sorted(_with_chosen(facet.values, "source", state), key=lambda one: not (one.selected or one.excluded))
    most = _most(state)
    rows = tuple(_row("source", one, state) for one in values[:most])
    return FacetView("source", "Source", rows, max(len(values) - most, 0), len(values) > FILTER_BOX_ABOVE)


def date_facet(tree: Facet, state: State) -> FacetView:
    """Years with their months below them, in order of time, `undated` last; those with a choice on top.

    Where the months are very many, only those of years with a choice in them are there: choose a year first.
    """
    values = _with_chosen(tree.values, "date", state)
    below: dict[str, list[FacetValue]] = {}
    for one in sorted((v for v in values if _year(v.value) != v.value), key=lambda v: v.value):
        below.setdefault(_year(one.value), []).append(one)
    years = sorted((v for v in values if _year(v.value) == v.value), key=lambda v: v.value)
    if sum(map(len, below.values())) > MOST_MONTHS:
        chosen = {_year(one.value) for one in values if one.selected or one.excluded}
        below = {year: months for year, months in below.items() if year in chosen}
    most = _most(state)
    rows = [_year_row(one, below.get(one.value, ()), state) for one in years[:most]]
    rows.sort(key=lambda row: not (row.open or row.excluded))
    return FacetView("date", "Date", tuple(rows), max(len(years) - most, 0), len(years) > FILTER_BOX_ABOVE)


def _with_chosen(values: tuple[FacetValue, ...], name: str, state: State) -> list[FacetValue]:
    """The values with the flags of the request, and those that were chosen but have no hit at all."""
    chosen = getattr(state.request, REPEATABLE[name])
    refused = getattr(state.request, REPEATABLE[f"not_{name}"])
    known = {one.value for one in values}
    missing = [FacetValue(value, 0) for value in (*chosen, *refused) if value not in known]
    return [replace(one, selected=one.value in chosen, excluded=one.value in refused) for one in (*values, *missing)]


def _year_row(one: FacetValue, below: Iterable[FacetValue], state: State) -> FacetRow:
    """A year; choosing a month of a chosen year narrows to the month instead of adding it."""
    narrower = state.without("date", one.value) if one.selected else state
    rows = tuple(_row("date", month, narrower) for month in below)
    is_open = one.selected or any(row.selected or row.excluded for row in rows)
    return replace(_row("date", one, state), below=rows, open=is_open)


def _row(name: str, one: FacetValue, state: State) -> FacetRow:
    full = value_words(name, one.value)
    is_month = name == "date" and one.value != UNDATED and len(one.value) == len("2023-11")
    label = MONTHS[int(one.value[5:7]) - 1] if is_month else full
    free = state.without(name, one.value).url() if one.selected or one.excluded else ""
    return FacetRow(
        value=one.value,
        label=shortened(label),
        full=full,
        count=f"{one.count:,}",
        count_words=counted(one.count, "passage"),
        url=free if one.selected else state.adding(name, one.value).url(),
        not_url=free if one.excluded else state.adding(f"not_{name}", one.value).url(),
        selected=one.selected,
        excluded=one.excluded,
    )


def _year(value: str) -> str:
    return value if value == UNDATED else value[:4]


def _most(state: State) -> int:
    return min(MOST_VALUES, MOST_CHARACTERS // (2 * len(state.url())))
