from dataclasses import replace

import pytest

from kb_search.document import Date
from kb_search.ranking import REASONS
from kb_search.results import ClauseCount, Facet, Hit, Note, Relaxation, Results, SearchRequest, Timeline
from kb_search.web.contexts import Clause, Offer, ResultsPage
from kb_search.web.results_view import results_page
from kb_search.web.state import State

HIT = Hit(
    passage="abc-1",
    article="abc",
    title="A title",
    untitled=True,
    source="",
    date=Date(2023, 11),
    section="Part",
    ordinal=2,
    of=7,
    score=3.5,
    language="en",
    text="One sentence. Another one. A third.",
    sentences=(0, 14, 27),
    marks=((4, 12),),
    reasons=(("words", 3.0), ("closeness", 0.5)),
)
RESULTS = Results(
    request=SearchRequest(text="sentence"),
    understood="Passages with sentence",
    notes=(),
    passages=1,
    articles=1,
    articles_exact=True,
    took_ms=0.4,
    page=1,
    pages=1,
    generation="7",
    hits=(HIT,),
    nearest=(),
    facets=(Facet("source", ()), Facet("date", ())),
    make_date_tree=lambda: Facet("date", ()),
    make_timeline=lambda: Timeline("year", (), 0, 0),
)
NOTHING = replace(RESULTS, hits=(), passages=0, articles=0)


def page(results: Results, query: str = "q=sentence", found: dict[str, int] | None = None) -> ResultsPage:
    """The page for an answer; `found` says how many passages wider searches would find, by their address."""
    pairs = [tuple(part.split("=", 1)) for part in query.split("&")]
    return results_page(results, State.read(pairs), "Test", lambda state: (found or {}).get(state.url(), 0))


def test_a_card_says_what_and_where_the_passage_is() -> None:
    """A card has the place of the passage, its date with precision, and that its article has no title of its own."""
    [card] = page(RESULTS).cards
    assert (card.place, card.date, card.precision, card.untitled) == (
        "passage 2 of 7", "November 2023", "month only", True
    )  # fmt: skip
    assert card.url == "/article/abc?q=sentence#abc-1"
    assert card.only_url == "/search?q=sentence&article=abc"
    assert (card.score, [reason.number for reason in card.reasons]) == ("3.500", ["3.000", "0.500"])
    assert [reason.meaning for reason in card.reasons] == [REASONS["words"], REASONS["closeness"]]
    assert [run.text for run in card.text if run.mark] == ["sentence"]


def test_in_one_article_there_is_no_way_to_narrow_to_it() -> None:
    """Narrowed to an article, its cards do not offer to, and the filter is called by the article's title."""
    made = page(RESULTS, "q=sentence&article=abc")
    assert made.cards[0].only_url == ""
    assert made.chips[0].label == "in the article “A title”"


def test_a_count_that_is_not_exact_says_so() -> None:
    """Where the number of articles is a lower bound, the page says at least."""
    assert page(replace(RESULTS, passages=1204, articles=65000, articles_exact=False)).count == (
        "1,204 passages in at least 65,000 articles"
    )


def test_a_search_that_was_stopped_is_not_called_empty() -> None:
    """Where time ran out, nobody says that nothing was found."""
    made = page(replace(NOTHING, complete=False))
    assert made.count == "Not answered in time"
    assert "stopped" in made.nothing


def test_notes_lead_to_the_repaired_query_with_all_filters() -> None:
    """A note with a suggestion is a link that keeps the filters; one without is only a sentence."""
    notes = (Note("corrected", "x", 0, 1, "Mended.", "y"), Note("ignored", "the", 0, 3, "Left out."))
    made = page(replace(RESULTS, notes=notes, suggestion="sentences"), "q=x&source=A")
    assert made.notes[0].fix.url == "/search?q=y&source=A"
    assert made.notes[1].fix is None
    assert made.did_you_mean.url == "/search?q=sentences&source=A"


def test_only_wider_searches_that_find_something_are_offered() -> None:
    """Each offer says what it would find; one that would find nothing is not made."""
    found = {"/search?q=sentence": 5, "/search?q=sentence&source=A&match=any": 0}
    offers = page(NOTHING, "q=sentence&source=A", found).offers
    assert [(offer.url, offer.count) for offer in offers] == [("/search?q=sentence", "5 passages")]


def test_where_nothing_was_found_each_clause_says_what_it_finds() -> None:
    """A clause that finds something is a link to it, one that does not is named; filters stay in the address."""
    clauses = (ClauseCount("snow", "snow", 3), ClauseCount('"a b"', "“a b”", 0))
    made = page(replace(NOTHING, clauses=clauses), "q=x&source=A")
    assert made.clauses == (Clause("snow", "/search?q=snow&source=A", "3 passages"), Clause("“a b”", "", "nothing"))
    assert page(replace(NOTHING, clauses=clauses[:1])).clauses == ()


@pytest.mark.parametrize(("keeps", "url"), [(True, "/search?q=snow&source=A"), (False, "/search?q=snow")])
def test_the_smallest_change_is_a_link(keeps: bool, url: str) -> None:
    """The change that finds something leads there, with the filters or without them."""
    wider = Relaxation("without ice", "snow", 1, keeps_filters=keeps)
    assert page(replace(NOTHING, relaxation=wider), "q=x&source=A").relaxed == Offer("without ice", url, "1 passage")


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (1, ["1*", "2", "3", "…", "40"]),
        (5, ["1", "…", "3", "4", "5*", "6", "7", "…", "40"]),
        (40, ["1", "…", "38", "39", "40*"]),
    ],
)
def test_paging_shows_where_one_is(number: int, shown: list[str]) -> None:
    """The first and last page and those nearby are links; what lies between is an ellipsis."""
    made = page(replace(RESULTS, page=number, pages=40)).paging
    assert [link.label + "*" * link.current for link in made.pages] == shown
    assert bool(made.previous) == (number > 1)
    assert bool(made.next) == (number < 40)


def test_one_page_of_results_has_no_paging() -> None:
    """Without a second page there is nothing to turn."""
    assert page(RESULTS).paging is None
