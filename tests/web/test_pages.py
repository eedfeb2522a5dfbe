import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from kb_search.config import Settings
from kb_search.search import Library
from kb_search.web.app import create_app

from .conftest import HOSTILE


def soup(client: FlaskClient, address: str, status: int = 200) -> BeautifulSoup:
    """A page, parsed."""
    answer = client.get(address)
    assert answer.status_code == status
    assert answer.content_type == "text/html; charset=utf-8"
    return BeautifulSoup(answer.text, "lxml")


def text_of(page: BeautifulSoup, selector: str) -> str:
    """What an element says, white space made single."""
    found = page.select_one(selector)
    assert found is not None, selector
    return " ".join(found.get_text().split())


def total(page: BeautifulSoup) -> int:
    """How many passages a page of results says it found."""
    found = re.match(r"([\d,]+) passage", text_of(page, "#count"))
    return int(found[1].replace(",", "")) if found else 0


def links(page: BeautifulSoup) -> Iterator[str]:
    """Every address of this site that a page leads to."""
    for element in page.select("[href]"):
        address = str(element["href"])
        if address.startswith("/"):
            yield address


# -------------------------------------------------------------------------------------------------- home


def test_home_says_what_is_in_the_collection(client: FlaskClient) -> None:
    """The first page has the search field, the figures, the span of dates, the sources and the latest articles."""
    page = soup(client, "/")
    figures = text_of(page, ".figures")
    assert "18 articles" in figures
    assert "1 March 2019 to 2 February 2022" in figures
    assert "11 articles undated" in figures
    assert page.select_one("form[role=search] input[name=q]")
    assert page.select_one("svg.bars")
    assert text_of(page, ".lines li a") == "No source at all"
    named = [text.get_text() for text in page.select(".sources a")]
    assert {"Herald", "Valley Papers", "no source"} <= set(named)


def test_the_title_of_the_collection_is_escaped(client: FlaskClient) -> None:
    """A collection may be called anything."""
    assert text_of(soup(client, "/"), "h1") == "Test <collection>"


def test_every_link_of_every_page_leads_somewhere(client: FlaskClient) -> None:
    """No page has a dead link: all that home, help, results and articles lead to is there."""
    seen: set[str] = set()
    waiting = {"/", "/help", "/search?q=envoys", "/search?q=zebra+harvest", "/search?q=road&source=Valley+Papers"}
    for address in sorted(waiting):
        waiting |= set(list(links(soup(client, address)))[:60])
    for address in sorted(waiting):
        path = address.partition("#")[0]
        if path not in seen:
            seen.add(path)
            with client.get(path) as answer:
                assert answer.status_code == 200, address
    assert len(seen) > 50


# ----------------------------------------------------------------------------------------------- results


def test_results_show_marked_passages(client: FlaskClient) -> None:
    """A hit has its title, source, date, place, and its words marked."""
    page = soup(client, "/search?q=bridge")
    card = page.select_one(".card")
    assert text_of(page, ".card-title") == "The road through the valley"
    assert "Valley Papers · 15 June 2021 · How it was built · passage" in text_of(page, ".card .meta")
    assert {mark.get_text() for mark in card.select(".text mark")} == {"bridge"}
    assert text_of(page, ".understood").startswith("Passages")
    assert total(page) == client.get("/api/v1/search?q=bridge").json["total"]["passages"]


def test_a_hit_opens_at_its_passage_with_its_search(client: FlaskClient) -> None:
    """The title leads to the passage in its article, and the article knows what was searched for."""
    page = soup(client, "/search?q=bridge&source=Valley+Papers")
    address = page.select_one(".card-title a")["href"]
    path, _, fragment = address.partition("#")
    assert "q=bridge" in path
    article = soup(client, path)
    passage = article.find(id=fragment)
    assert "bridge" in passage.get_text()
    assert article.select_one(".back a")["href"] == "/search?q=bridge&source=Valley+Papers"


def test_dates_are_said_with_their_precision(client: FlaskClient) -> None:
    """A date known to the month or the year says so, and an undated article says that."""
    for query, words in (
        ("patience", "December 2020 (month only)"),
        ("harvest", "2020 (year only)"),
        ("maps", "undated"),
    ):
        assert words in text_of(soup(client, f"/search?q={query}"), ".card .meta")


def test_choosing_a_facet_gives_its_count(client: FlaskClient) -> None:
    """Every value in the filter column leads to as many passages as it was counted with."""
    page = soup(client, "/search?q=envoys")
    rows = page.select(".facet-line")
    assert len(rows) > 5
    for row in rows:
        chosen = soup(client, str(row.select_one("a.value")["href"]))
        assert total(chosen) == int(row.select_one(".count").get_text())


def test_a_chosen_filter_is_a_chip_that_can_be_removed(client: FlaskClient) -> None:
    """Each filter stands under the field and leads back to the search without it."""
    page = soup(client, "/search?q=envoys&source=Herald&not_date=2020&since=2019&match=any")
    chips = {text_of(chip, "bdi"): str(chip["href"]) for chip in page.select("a.chip")}
    assert list(chips) == ["source: Herald", "not date: 2020", "from 2019", "any of the words"]
    assert chips["source: Herald"] == "/search?q=envoys&not_date=2020&since=2019&match=any"
    assert chips["any of the words"] == "/search?q=envoys&source=Herald&not_date=2020&since=2019"
    assert page.select_one(".clear")["href"] == "/search?q=envoys&match=any"


def test_a_new_question_keeps_the_filters(client: FlaskClient) -> None:
    """The search form carries the filters along, but not the page."""
    page = soup(client, "/search?q=envoys&source=Herald&sort=newest&page=2")
    hidden = {str(field["name"]): str(field["value"]) for field in page.select("form.search input[type=hidden]")}
    assert hidden == {"source": "Herald", "sort": "newest"}
    assert page.select_one("#q")["value"] == "envoys"


def test_an_impossible_value_is_a_note_and_the_rest_works(client: FlaskClient) -> None:
    """What cannot be read is said above the results; the search goes on without it."""
    page = soup(client, "/search?q=envoys&page=abc&date=2023-02-30&colour=red")
    notes = text_of(page, ".notes")
    for words in ("page=abc", "date=2023-02-30", "colour=red"):
        assert words in notes
    assert total(page) == total(soup(client, "/search?q=envoys"))


def test_a_note_offers_its_repair(client: FlaskClient) -> None:
    """A query that was mended or could be offers the mended one as a link, with the filters kept."""
    page = soup(client, "/search?q=%22peace+talks&source=Herald")
    fix = page.select_one(".note a")
    assert fix is not None
    assert "source=Herald" in str(fix["href"])
    assert total(soup(client, str(fix["href"]))) > 0


def test_pages_of_results_are_links(client: FlaskClient) -> None:
    """Paging leads to the next page and back, and says which page this is."""
    first = soup(client, "/search?q=envoys&per_page=5&copies=all")
    second = soup(client, str(first.select_one("a[rel=next]")["href"]))
    assert first.select_one("a[rel=prev]") is None
    assert second.select_one(".paging a[aria-current]").get_text() == "2"
    assert second.select_one("a[rel=prev]")["href"] == "/search?q=envoys&copies=all&per_page=5"
    names = [
        {str(card.select_one(".card-title a")["href"]).partition("#")[2] for card in page.select(".card")}
        for page in (first, second)
    ]
    assert len(names[0]) == len(names[1]) == 5
    assert not names[0] & names[1]


def test_a_page_past_the_end_leads_back(client: FlaskClient) -> None:
    """A page number beyond the last one shows no hit and a way back."""
    page = soup(client, "/search?q=envoys&page=900&copies=all")
    assert not page.select(".cards .card")
    assert total(soup(client, str(page.select_one("a[rel=prev]")["href"]))) == total(page) > 0
    assert text_of(page, ".nothing") == "Page 900 is past the end of these results; the last page is 2."


def test_the_order_can_be_chosen(client: FlaskClient) -> None:
    """Newest and oldest first are links, and the current order is marked."""
    page = soup(client, "/search?q=envoys&sort=oldest")
    assert text_of(page, ".sorts a[aria-current]") == "oldest"
    assert "1 March 2019" in text_of(page, ".card .meta")


def test_why_a_hit_stands_where_it_does(client: FlaskClient) -> None:
    """The parts of a score are listed, each with what it means, and add up to it as they are printed."""
    page = soup(client, "/search?q=bridge+report")
    for why in page.select(".why"):
        *parts, score = (float(cell.get_text()) for cell in why.select("td:not(.meaning)"))
        assert sum(parts) == pytest.approx(score, abs=1e-6)
        assert all(cell.get_text() for cell in why.select("td.meaning")[:-1])


def test_nothing_found_is_not_a_blank_page(client: FlaskClient) -> None:
    """Without a hit the page says so and offers wider searches, each with what it would find."""
    page = soup(client, "/search?q=zebra&source=Herald&date=2019")
    assert text_of(page, "#count") == "Nothing found"
    offers = page.select(".offers li")
    assert offers
    for offer in offers:
        found = total(soup(client, str(offer.a["href"])))
        assert f": {found} passage" in offer.get_text()
        assert found > 0


def test_a_question_that_nothing_alone_would_save_is_widened_in_both_ways(client: FlaskClient) -> None:
    """Where neither fewer words nor fewer filters help, both together are offered."""
    page = soup(client, "/search?q=zebra+harvest&source=Nowhere")
    [offer] = page.select(".offers a")
    assert offer["href"] == "/search?q=zebra+harvest&match=any"


def test_the_nearest_passages_stand_apart(client: FlaskClient) -> None:
    """Where no passage has all words, those with most of them follow under their own heading."""
    page = soup(client, "/search?q=zebra+harvest")
    assert text_of(page, "#count") == "Nothing found"
    assert page.select(".nearest .card mark")
    assert "not counted" in text_of(page, ".nearest")


def test_without_timeline_the_numbers_are_a_table(client: FlaskClient) -> None:
    """The table says the same as the bars, and each row is the same link."""
    page = soup(client, "/search?q=envoys")
    rows = {str(row.a["href"]): row.select_one("td").get_text() for row in page.select(".numbers tbody tr")}
    titles = {str(bar["href"]): text_of(bar, "title") for bar in page.select("svg a.bar")}
    assert set(rows) <= set(titles)
    for address, number in rows.items():
        assert f": {number} of " in titles[address]


def test_a_bar_leads_to_what_it_counts(client: FlaskClient) -> None:
    """Following a bar gives as many passages as it stands for."""
    page = soup(client, "/search?q=envoys")
    for row in page.select(".numbers tbody tr"):
        assert total(soup(client, str(row.a["href"]))) == int(row.select_one("td").get_text())


# ----------------------------------------------------------------------------------------------- article


def article_address(client: FlaskClient, query: str) -> str:
    """The page of the first hit."""
    return str(soup(client, f"/search?q={query}").select_one(".card-title a")["href"]).partition("#")[0]


def test_an_article_is_shown_whole_with_its_headings(client: FlaskClient) -> None:
    """The article has its title, headings, an outline that leads to them, and all its words."""
    page = soup(client, article_address(client, "bridge"))
    assert text_of(page, "h1") == "The road through the valley"
    assert [heading.get_text() for heading in page.select(".prose h2")] == ["How it was built", "Who uses it"]
    for link in page.select(".outline a"):
        assert page.select_one(str(link["href"])).get_text() == link.get_text()
    whole = client.get("/api/v1/articles/" + article_address(client, "bridge").split("/")[2].partition("?")[0]).json
    shown = "".join("".join(p.get_text() for p in page.select(".prose p")).split())
    assert shown == "".join(whole["text"].split())
    assert {str(passage["passage"]) for passage in whole["passages"]} <= {str(e["id"]) for e in page.select("[id]")}


def test_marks_in_an_article_are_places_to_go_to(client: FlaskClient) -> None:
    """The bar counts the marks and links to each of them."""
    page = soup(client, article_address(client, "bridge"))
    marks = page.select(".prose mark")
    assert text_of(page, ".marks-count") == f"{len(marks)} marks"
    names = [str(link["href"]) for link in page.select(".marks-list a")]
    assert names == [f"#{mark['id']}" for mark in marks]
    assert {mark.get_text() for mark in marks} == {"bridge"}


def test_the_panel_says_where_the_facts_of_an_article_come_from(client: FlaskClient) -> None:
    """The panel names source, date, author and address, with where they come from."""
    page = soup(client, article_address(client, "bridge"))
    facts = text_of(page, ".facts")
    for words in ("Valley Papers", "15 June 2021", "Ana Example", "road.md", "from front matter"):
        assert words in facts
    link = page.select_one(".facts a")
    assert link["href"] == "https://example.org/road"
    assert link["rel"] == ["noopener", "nofollow", "ugc", "noreferrer"]


def test_an_article_without_a_query_has_no_marks(client: FlaskClient) -> None:
    """Opened from the list, an article is plain to read."""
    page = soup(client, article_address(client, "bridge").partition("?")[0])
    assert not page.select("mark")
    assert not page.select(".marks-bar")


def test_the_language_of_a_text_is_said(client: FlaskClient) -> None:
    """A Russian passage says that it is Russian, for voices and hyphenation."""
    page = soup(client, "/search?q=Баку")
    assert page.select_one(".card .text")["lang"] == "ru"
    assert page.select_one(".card .text")["dir"] == "auto"


# -------------------------------------------------------------------------------------------------- help


def test_every_example_of_the_help_page_works(client: FlaskClient) -> None:
    """Each example is a link to a search of this collection that finds what the page says."""
    page = soup(client, "/help")
    rows = page.select(".language tbody tr")
    assert len(rows) >= 15
    for row in rows:
        found = soup(client, str(row.a["href"]))
        assert f"{total(found)} passage" in row.select_one(".found").get_text()
    typed = " ".join(row.a.get_text() for row in rows)
    for word in ('"', " OR ", " NOT ", "(", "*", "title:", "source:", "date:", "..", "before:", "after:", "undated"):
        assert word in typed


def test_most_examples_find_something(client: FlaskClient) -> None:
    """Examples are taken from the collection, so that they are worth following."""
    found = [text.get_text() for text in soup(client, "/help").select(".language .found")]
    assert sum(not text.startswith("0 ") for text in found) > 0.75 * len(found)


# ----------------------------------------------------------------------------------------------- hostile


@pytest.mark.parametrize("address", ["/", "/search?q=hostile", "/search", "/help"])
def test_hostile_text_stays_text(client: FlaskClient, address: str) -> None:
    """Whatever a title, a source or a text says, no tag of it reaches the page."""
    page = soup(client, address)
    assert not page.select("img")
    assert len(page.select("script")) == 1
    assert not [element for element in page.find_all() if any(name.startswith("on") for name in element.attrs)]


def test_a_hostile_article_is_shown_as_it_is_written(client: FlaskClient) -> None:
    """The words of a hostile article are all there to read, and its address is not a link."""
    page = soup(client, article_address(client, "hostile"))
    assert text_of(page, "h1") == HOSTILE
    assert HOSTILE in text_of(page, ".prose")
    assert not page.select('[href^="javascript"]')


@pytest.mark.parametrize(
    "query",
    [HOSTILE, "(" * 500, '"' * 301, "NOT " * 200, "\x00\x1b", "a" * 100_000, "\u202e\u2066x", "%00%ff", "source:" * 50,
     "date:9999..0001", "日本語 中文", "\u0301" * 100, "'; DROP TABLE x", "{{ 7*7 }}", "../../etc/passwd"],
)  # fmt: skip
def test_any_query_gives_a_page(client: FlaskClient, query: str) -> None:
    """Whatever is typed is answered, quickly, and comes back only as text."""
    started = time.perf_counter()
    answer = client.get("/search", query_string={"q": query})
    assert time.perf_counter() - started < 3
    assert answer.status_code == 200
    page = BeautifulSoup(answer.text, "lxml")
    assert len(page.select("script")) == 1
    assert not page.select("img")
    assert "49" not in text_of(page, ".understood") or "49" in query


NAMES = st.sampled_from(["q", "source", "not_source", "date", "since", "until", "lang", "article", "match", "variants",
                         "sort", "page", "per_page", "part", "x"])  # fmt: skip
VALUES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["envoys", "2020", "2020-11", "undated", "any", "newest", "2", "200", "Herald"]),
)


@settings_of_hypothesis(max_examples=60, deadline=None)
@given(st.lists(st.tuples(NAMES, VALUES), max_size=6))
def test_any_address_is_answered(app: Flask, pairs: list[tuple[str, str]]) -> None:
    """Whatever stands in a query string, pages answer, and the API answers or says what is wrong."""
    query = urlencode(pairs, errors="replace")
    client = app.test_client()
    assert client.get(f"/search?{query}").status_code == 200
    assert client.get(f"/api/v1/search?{query}").status_code in (200, 400)


def test_a_hostile_filter_gives_a_page(client: FlaskClient) -> None:
    """Filters that no collection has are shown as text and can be removed."""
    page = soup(client, "/search?source=%3Cscript%3E&article=%22%3E%3Cimg%3E&lang=%27x")
    assert len(page.select("script")) == 1
    assert len(page.select("a.chip")) == 3


def test_the_home_page_follows_the_index(settings: Settings, tmp_path: Path) -> None:
    """What the first page says is gathered anew when the index is rebuilt, and only then."""
    library = Library(settings)
    calls = []
    listed = library.articles
    library.articles = lambda: calls.append(1) or listed()  # type: ignore[method-assign] - counts the calls
    client = create_app(library, replace(settings, title="Counted")).test_client()
    try:
        assert client.get("/").status_code == client.get("/").status_code == 200
        assert client.get("/help").status_code == 200
    finally:
        library.close()
    assert len(calls) == 1
