from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb_search.document import Date
from kb_search.lexing import MAX_LENGTH
from kb_search.web.state import MAX_VALUES, Filter, State

NAMES = ("q", "source", "not_source", "date", "not_date", "since", "until", "lang", "article", "match", "variants",
         "sort", "page", "per_page", "unknown")  # fmt: skip
VALUES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["2023", "2023-11", "2023-11-07", "undated", "any", "off", "newest", "3", "0", "9999", "2023-02-30"]
    ),
)


def read(query: str) -> State:
    """The state that a query string stands for."""
    return State.read(parse_qsl(query, keep_blank_values=True))


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=12))
def test_what_a_state_writes_it_reads_back(pairs: list[tuple[str, str]]) -> None:
    """Any query string can be read, and the address made from it means the same and holds nothing wrong."""
    state = State.read(pairs)
    again = read(urlsplit(state.url()).query)
    assert again.request == state.request
    assert again.problems == ()
    assert again.unknown == ()


def test_an_empty_query_string_asks_for_everything() -> None:
    """Without parameters the request is the default one, and its address is the bare page."""
    assert State.read([]).request == State.read([("q", "")]).request
    assert State.read([]).url() == "/search"


def test_all_parameters_are_read() -> None:
    """Every parameter of the contract reaches the request."""
    asked = read(
        "q=peace&source=A&source=B&not_source=C&date=2023&date=undated&not_date=2022-01&since=2020&until=2023-11-07"
        "&lang=en&article=abc&match=any&variants=off&sort=newest&page=2&per_page=50"
    ).request
    assert (asked.text, asked.sources, asked.not_sources) == ("peace", ("A", "B"), ("C",))
    assert (asked.dates, asked.not_dates) == (("2023", "undated"), ("2022-01",))
    assert (asked.since, asked.until) == (Date(2020), Date(2023, 11, 7))
    assert (asked.languages, asked.article, asked.match, asked.variants) == (("en",), "abc", "any", False)
    assert (asked.sort, asked.page, asked.per_page) == ("newest", 2, 50)


@pytest.mark.parametrize(
    "query",
    ["page=abc", "page=0", "page=-1", "page=1e3", "page=٣", "per_page=9999", "per_page=0", "date=2023-02-30", "date=x",
     "since=undated", "until=2023-13", "match=some", "sort=best", "variants=maybe", "since=2023&until=2020",
     "page=2&page=3"],
)  # fmt: skip
def test_an_impossible_value_is_named_and_left_out(query: str) -> None:
    """A value that nothing can mean is a note that quotes it, and the rest of the request stays."""
    state = read(f"q=peace&source=A&{query}")
    assert len(state.problems) == 1
    assert query.partition("=")[0] in state.problems[0].message
    assert (state.request.text, state.request.sources) == ("peace", ("A",))
    assert state.request.since is None


def test_a_parameter_that_no_search_has_is_named() -> None:
    """A misspelt parameter is not passed over in silence."""
    state = read("q=peace&sources=A")
    assert "sources=A" in state.unknown[0].message
    assert state.problems == ()


def test_including_a_value_ends_its_exclusion() -> None:
    """One value is never included and excluded at once."""
    excluded = read("q=x&not_source=A&page=3")
    included = excluded.adding("source", "A").request
    assert (included.sources, included.not_sources, included.page) == (("A",), (), 1)
    assert excluded.without("source", "A").request.not_sources == ()


def test_every_filter_can_be_removed() -> None:
    """Removing the filters one after the other leads to the bare words."""
    state = read("q=x&source=A&not_source=B&date=2023&not_date=2022&lang=en&since=2020&until=2024&article=abc")
    assert len(state.filters()) == 8
    for one in state.filters():
        assert one not in state.without(one.name, one.value).filters()
        state = state.without(one.name, one.value)
    assert state.url() == "/search?q=x"
    assert state.cleared() == state


def test_filters_stand_in_the_order_of_the_address() -> None:
    """Filters are listed as the address has them."""
    assert read("q=x&lang=en&source=A").filters() == (Filter("source", "A"), Filter("lang", "en"))


def test_a_form_carries_along_what_it_does_not_show() -> None:
    """Hidden fields are all parameters but those the form shows, and never the page."""
    assert read("q=x&source=A&since=2020&page=4").inputs("q", "since") == (("source", "A"),)


def test_a_new_page_keeps_everything_else() -> None:
    """Paging changes the page alone."""
    state = read("q=x&source=A&sort=newest")
    assert state.at_page(3).url() == state.url() + "&page=3"


def test_a_long_query_does_not_grow_the_links() -> None:
    """Links carry no more of a query than the parser reads."""
    assert len(State.read([("q", "x" * 100_000)]).url()) < MAX_LENGTH + 100


def test_the_values_of_a_filter_are_limited() -> None:
    """More values than a search can take are left out and said to be."""
    state = State.read([("source", f"s{number}") for number in range(MAX_VALUES + 5)])
    assert len(state.request.sources) == MAX_VALUES
    assert len(state.problems) == 1


def test_half_a_surrogate_pair_does_not_break_an_address() -> None:
    """What no encoding can hold becomes a question mark."""
    assert State.read([("q", "a\ud800b")]).url() == "/search?q=a%3Fb"
