"""The page of the collection: every figure is that of the overview, long lists are cut, nothing is taken for markup."""

import re
from contextlib import closing
from html import unescape

import pytest
from flask.testing import FlaskClient

from kb_search.config import Settings
from kb_search.document import Date
from kb_search.errors import NotFound
from kb_search.overview import LISTS, Entry, Listing, Overview, SourceCount
from kb_search.results import Stats
from kb_search.search import Library
from kb_search.web.collection_view import COMMANDS, EXPLANATIONS, FIRST, ON_A_PAGE, Part, collection_page
from tests.web.conftest import HOSTILE

STATS = Stats("whoosh", "000007", 700, 900, (("Herald", 500),), 250, 0, 0, Date(1988), Date(2023), 4_200_000)


def overview(**lists):
    """An overview with some lists."""
    return Overview(
        stats=STATS,
        lists=tuple(Listing(name, tuple(lists.get(name, ()))) for name in LISTS),
        years=((0, 250), (1988, 50), (2023, 400)),
        sources=(SourceCount("Herald", 500, ((0, 250), (2023, 250))), SourceCount("", 200, ((1988, 50), (2023, 150)))),
        languages=(("en", 699), ("", 1)),
        formats=(("txt", 700),),
        encodings=(("utf-8", 12),),
    )


def entries(number):
    """So many articles without a date."""
    return [Entry(f"{place:03}.txt", f"id{place}", f"Title {place}") for place in range(number)]


def page(found, show="", number=1):
    """The page of an overview."""
    return collection_page("Site", found, Part(show, number))


def test_every_list_is_explained():
    """Each list has a sentence, and what is typed against it names a command that there is."""
    assert set(EXPLANATIONS) == set(LISTS)
    assert set(COMMANDS) <= set(LISTS)


def test_a_long_list_is_cut_and_leads_to_all_of_it():
    """The page shows the beginning of a list and how many more there are, and the rest stands on pages of its own."""
    found = overview(undated=entries(250))
    (listing,) = page(found).lists
    assert (len(listing.entries), listing.count) == (FIRST, "250 articles")
    assert (listing.more.label, listing.more.url) == (f"and {250 - FIRST} more", "/collection?show=undated")
    titles = []
    for number in (1, 2, 3):
        part = page(found, "undated", number)
        titles += [entry.title for entry in part.lists[0].entries]
        assert part.back_url == "/collection"
    assert titles == [f"Title {place}" for place in range(250)]
    assert [link.current for link in part.paging.pages] == [False, False, True]
    assert (part.paging.previous, part.paging.next) == ("/collection?show=undated&page=2", "")


def test_a_short_list_has_no_pages():
    """A list that fits on a page has neither `more` nor paging."""
    found = overview(undated=entries(FIRST))
    assert page(found).lists[0].more is None
    assert page(found, "undated").paging is None


@pytest.mark.parametrize(("show", "number"), [("undated", 4), ("nothing", 1), ("undated", 0), ("sources", 2)])
def test_a_list_or_page_that_is_not_there_is_said(show, number):
    """A list without a name, and a page beyond the last, are not found."""
    with pytest.raises(NotFound):
        page(overview(undated=entries(2 * ON_A_PAGE + 1)), show, number)


def test_empty_lists_are_named():
    """What needs no look is said as well."""
    found = page(overview(undated=entries(1)))
    assert [listing.name for listing in found.lists] == ["undated"]
    assert len(found.clear) == len(LISTS) - 1
    assert "Files that could not be read" in found.clear


def test_a_group_names_its_articles_and_how_many_more():
    """A near-duplicate stands under the first of its group; a large group is cut on the page and whole in its list."""
    found = overview(duplicates=[Entry("a.txt", "a", "First", others=tuple(entries(9)))])
    (entry,) = page(found).lists[0].entries
    assert (entry.title, len(entry.others), entry.left) == ("First", 3, "and 6 more")
    (entry,) = page(found, "duplicates").lists[0].entries
    assert (len(entry.others), entry.left) == (9, "")


def test_years_lie_on_one_axis():
    """A source's bars stand where those of the same years stand above all sources; undated ones are beside them."""
    found = page(overview())
    whole = {bar.year: bar.x for bar in found.years.bars}
    assert list(whole) == ["1988", "2023"]
    for row in found.sources:
        assert {bar.year: bar.x for bar in row.years.bars}.items() <= whole.items()
    assert all(0 <= bar.x <= bar.x + bar.width <= 100.001 for bar in found.years.bars)
    assert found.undated.label == "250 articles undated"
    assert found.sources[0].years.summary == "2023: 250"
    assert found.sources[1].label == "no source"


def test_a_collection_without_dates_has_no_bars():
    """Where nothing is dated, there is no drawing, and sources say so."""
    found = overview()
    found = page(Overview(found.stats, found.lists, ((0, 3),), (SourceCount("A", 3, ((0, 3),)),), (), (), ()))
    assert found.years is None
    assert (found.sources[0].span, found.sources[0].years.bars) == ("undated", ())


def test_the_figures_are_those_of_the_program(client: FlaskClient, settings: Settings) -> None:
    """The page, the API and the library count alike, list by list."""
    html = client.get("/collection").get_data(as_text=True)
    stats = client.get("/api/v1/stats").json
    with closing(Library(settings)) as library:
        found = library.overview()
    shown = {
        name: int(number.replace(",", ""))
        for name, number in re.findall(r'<a href="#(\w+)">[^<]*</a> <span class="meta">([\d,]+)</span>', html)
    }
    assert shown == {name: count for name, count in stats["lists"].items() if count}
    assert {listing.name: len(listing.entries) for listing in found.lists} == stats["lists"]
    assert f"<strong>{stats['articles']}</strong> articles" in html
    assert stats["lists"]["undated"] == stats["undated"]


def test_every_list_opens_and_its_links_lead_somewhere(client: FlaskClient) -> None:
    """Each list has a page, linked from the collection, and what is linked there is found."""
    addresses = {"/collection", "/collection?show=sources", *(f"/collection?show={name}" for name in LISTS)}
    links = set()
    for address in sorted(addresses):
        answer = client.get(address)
        assert answer.status_code == 200, address
        links |= {unescape(link) for link in re.findall(r'href="(/[^"]*)"', answer.get_data(as_text=True))}
    assert any(link.startswith("/article/") for link in links)
    for link in sorted(link for link in links if not link.startswith("/static/")):
        assert client.get(link).status_code == 200, link


def test_hostile_titles_and_sources_are_text(client: FlaskClient) -> None:
    """What articles say is never markup on this page."""
    for address in ("/collection", "/collection?show=sources", "/collection?show=undated"):
        html = client.get(address).get_data(as_text=True)
        assert HOSTILE not in html
        assert "<script>alert" not in html
        assert "<img" not in html


@pytest.mark.parametrize(
    "query", ["show=%3Cscript%3E", "show=undated&page=99", "show=undated&page=0", "show=" + "x" * 999]
)
def test_what_is_not_there_is_a_page_too(client: FlaskClient, query: str) -> None:
    """A wrong list or page is answered with 404 and a sentence; a page that is no number is the first."""
    answer = client.get(f"/collection?{query}")
    assert answer.status_code == 404
    assert "<script>" not in answer.get_data(as_text=True)
    assert client.get("/collection?show=undated&page=two").status_code == 200


def test_the_collection_is_linked_from_every_page(client: FlaskClient) -> None:
    """Every page leads to the page of the collection, beside the help."""
    for address in ("/", "/search", "/help", "/nowhere"):
        html = client.get(address).get_data(as_text=True)
        assert '<a href="/collection">' in html, address


def test_without_an_index_the_commands_are_shown(empty_client: FlaskClient) -> None:
    """Where nothing is indexed, the page says what to type."""
    answer = empty_client.get("/collection")
    assert (answer.status_code, "kb-search index" in answer.get_data(as_text=True)) == (503, True)


def test_a_file_that_failed_is_shown_with_its_reason() -> None:
    """A file is called by its path, and nothing is claimed of its source or date."""
    (listing,) = page(overview(failed=[Entry("broken.pdf", said=("It is damaged.",))])).lists
    (entry,) = listing.entries
    assert (entry.title, entry.url, entry.said, entry.meta) == ("broken.pdf", "", ("It is damaged.",), "")
    assert listing.count == "1 file"
