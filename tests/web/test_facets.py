from kb_search.results import Facet, FacetValue
from kb_search.web import facets
from kb_search.web.facets import date_facet, source_facet
from kb_search.web.state import State

SOURCES = Facet("source", tuple(FacetValue(f"Source {number}", 20 - number) for number in range(12)))
DATES = Facet(
    "date",
    tuple(
        FacetValue(value, count)
        for value, count in [("2020", 5), ("2020-11", 4), ("2021", 3), ("2021-02", 1), ("2021-06", 2), ("undated", 7)]
    ),
)


def test_chosen_sources_stand_on_top_even_without_hits() -> None:
    """A source that was chosen is the first row, also where nothing is left of it."""
    state = State.read([("source", "Gone"), ("not_source", "Source 9")])
    rows = source_facet(SOURCES, state).rows
    assert [(row.value, row.count) for row in rows[:3]] == [("Source 9", "11"), ("Gone", "0"), ("Source 0", "20")]
    assert (rows[0].excluded, rows[1].selected) == (True, True)


def test_a_row_leads_to_including_and_to_excluding() -> None:
    """A free value can be included or excluded; a chosen one is let go by the same link."""
    state = State.read([("q", "x"), ("source", "Source 1")])
    rows = {row.value: row for row in source_facet(SOURCES, state).rows}
    assert rows["Source 1"].url == "/search?q=x"
    assert rows["Source 2"].url == "/search?q=x&source=Source+1&source=Source+2"
    assert rows["Source 2"].not_url == "/search?q=x&source=Source+1&not_source=Source+2"
    assert rows["Source 1"].not_url == "/search?q=x&not_source=Source+1"


def test_a_long_list_can_be_filtered_by_typing() -> None:
    """The filter box is there for more than ten values, and not for fewer."""
    assert source_facet(SOURCES, State.read([])).filter_box
    assert not date_facet(DATES, State.read([])).filter_box


def test_months_stand_below_their_year() -> None:
    """Dates are a tree: years in order of time with their months, `undated` last."""
    rows = date_facet(DATES, State.read([])).rows
    assert [row.label for row in rows] == ["2020", "2021", "undated"]
    assert [(row.label, row.full, row.count) for row in rows[1].below] == [
        ("February", "February 2021", "1"),
        ("June", "June 2021", "2"),
    ]


def test_a_month_of_a_chosen_year_narrows_to_the_month() -> None:
    """Choosing a month inside a chosen year takes the place of the year; elsewhere it is one value more."""
    rows = date_facet(DATES, State.read([("date", "2021")])).rows
    assert rows[0].value == "2021"
    assert rows[0].open
    assert rows[0].below[0].url == "/search?date=2021-02"
    assert rows[1].below[0].url == "/search?date=2021&date=2020-11"


def test_very_many_months_wait_for_their_year(monkeypatch) -> None:
    """Where a collection has more months than a page should list, those of chosen years are there."""
    monkeypatch.setattr(facets, "MOST_MONTHS", 2)
    assert not any(row.below for row in date_facet(DATES, State.read([])).rows)
    assert [bool(row.below) for row in date_facet(DATES, State.read([("date", "2021")])).rows] == [True, False, False]


def test_a_long_query_does_not_blow_up_the_column() -> None:
    """With a query of 2,000 characters in every link, fewer values are listed, and how many more is said."""
    many = Facet("source", tuple(FacetValue(f"Source {number}", 1) for number in range(1000)))
    view = source_facet(many, State.read([("q", "ж" * 2000)]))
    assert sum(len(row.url) + len(row.not_url) for row in view.rows) < 400_000
    assert view.left_out == 1000 - len(view.rows) > 0
