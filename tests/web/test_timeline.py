from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb_search.document import Date
from kb_search.results import Bar, Timeline
from kb_search.web.state import State
from kb_search.web.timeline import MOST_BARS, PLOT_HEIGHT, timeline_view

NOTHING = State.read([("q", "x")])


def years(first: int, last: int, count: int = 1, holdings: int = 2) -> Timeline:
    """A timeline with the same numbers in every year."""
    return Timeline("year", tuple(Bar(f"{year}", count, holdings) for year in range(first, last + 1)), 0, 0)


def test_without_dates_there_is_no_timeline() -> None:
    """A collection in which nothing has a date draws nothing."""
    assert timeline_view(Timeline("year", (), 5, 5), NOTHING) is None


def test_a_bar_is_a_link_with_its_numbers() -> None:
    """Each bar says its date, what was found and what there is, and leads to just that date."""
    view = timeline_view(Timeline("month", (Bar("2023-11", 9, 14, 2),), 3, 4), NOTHING)
    [bar] = view.bars
    assert bar.title == "November 2023: 9 of 14 passages; 2 more may lie here, the month is not known"
    assert bar.url == "/search?q=x&since=2023-11&until=2023-11"
    assert view.undated.url == "/search?q=x&date=undated"
    assert view.undated.title == "Undated: 3 of 4 passages"


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 1200), st.integers(1000, 1700))
def test_any_span_of_years_stays_readable(span: int, first: int) -> None:
    """However long the span, there are few enough bars, no number is lost, and few labels in order."""
    view = timeline_view(years(first, first + span - 1, 3, 5), NOTHING)
    assert len(view.bars) <= MOST_BARS
    assert sum(bar.count for bar in view.bars) == 3 * span
    assert sum(bar.holdings for bar in view.bars) == 5 * span
    assert len(view.ticks) <= 12
    assert [tick.x for tick in view.ticks] == sorted(tick.x for tick in view.ticks)


def test_merged_bars_cover_the_span_without_a_gap() -> None:
    """A bar for several years begins where the one before it ended, at round years."""
    view = timeline_view(years(1789, 2024), NOTHING)
    bars = [(Date.parse(bar.since).year, Date.parse(bar.until).year) for bar in view.bars]
    assert (bars[0][0], bars[-1][1]) == (1789, 2024)
    assert all(left[1] + 1 == right[0] for left, right in pairwise(bars))
    assert view.bars[1].dates == "1790 to 1791"


def test_the_ghost_shares_the_scale_where_it_can() -> None:
    """Hits that are a fair part of the holdings are drawn on one scale with them."""
    view = timeline_view(Timeline("year", (Bar("2020", 5, 10), Bar("2021", 10, 20)), 0, 0), NOTHING)
    assert view.scale == ""
    assert [bar.height / bar.ghost for bar in view.bars] == pytest.approx([0.5, 0.5])


def test_rare_hits_are_not_flattened_by_large_holdings() -> None:
    """Few hits in a large collection get a scale of their own, and the page says which."""
    view = timeline_view(Timeline("year", (Bar("2020", 1, 1000), Bar("2021", 2, 500)), 0, 0), NOTHING)
    assert view.scale == "drawn at 1:500"
    assert view.bars[1].height == PLOT_HEIGHT
    assert view.bars[0].ghost == PLOT_HEIGHT


def test_the_undated_do_not_flatten_the_others() -> None:
    """The bar of the undated is cut off where it is higher than the drawing."""
    view = timeline_view(Timeline("year", (Bar("2020", 2, 2),), 900, 900), NOTHING)
    assert view.bars[0].height == view.undated.height == PLOT_HEIGHT
    assert view.undated.is_cut
    assert not view.bars[0].is_cut


def test_what_is_there_can_be_seen() -> None:
    """A single hit beside thousands still has a bar, and where nothing is there is none."""
    view = timeline_view(
        Timeline("year", (Bar("2020", 1, 1), Bar("2021", 5000, 5000), Bar("2022", 0, 0)), 0, 0), NOTHING
    )
    assert view.bars[0].height >= 3
    assert view.bars[2].height == view.bars[2].ghost == 0


def test_everything_lies_inside_the_drawing() -> None:
    """Bars lie between 0 and 100 percent, the undated after the axis."""
    view = timeline_view(
        Timeline("day", tuple(Bar(f"2023-11-{day:02}", day, 30) for day in range(1, 31)), 2, 3), NOTHING
    )
    for bar in (*view.bars, view.undated):
        assert 0 <= bar.slot_x <= bar.x
        assert bar.x + bar.width <= bar.slot_x + bar.slot_width + 0.01 <= 100.02
    assert view.undated.slot_x > view.axis_width
    assert view.ticks[0].label == "1 Nov 2023"


def test_a_narrowed_timeline_leads_back_to_all_dates() -> None:
    """With a date filter on, there is a way to take all of them off."""
    view = timeline_view(years(2020, 2021), State.read([("q", "x"), ("since", "2020-03"), ("date", "2021")]))
    assert (view.since, view.until, view.clear_url) == ("2020-03", "", "/search?q=x")
    assert view.inputs == (("q", "x"), ("date", "2021"))
    assert timeline_view(years(2020, 2021), NOTHING).clear_url == ""
