"""What pages and the JSON interface show of copies, places and text that is not searched."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from kb_search.document import article_id
from kb_search.search import Library
from kb_search.web.app import create_app
from tests.copied import edited, story
from tests.trial import Trial

WORD = story(1, 200)[40]
AGENCY, POST = article_id("agency.md"), article_id("post.md")
QUOTE = "The Nagorno talks went on for years and nobody remembers why."


def paper(source: str, date: str, words: list[str], end: str = "") -> str:
    """A file that says where it is from."""
    return f"---\ntitle: <b>Peace</b>\nsource: {source}\ndate: {date}\n---\n\n{' '.join(words)}.{end}\n"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """One story in two papers word for word, in a third revised, and an article with a pull quote."""
    trial = Trial(Path(tmp_path_factory.mktemp("copies")))
    trial.write("agency.md", paper("Agency", "2020-01-01", story(1, 200)))
    trial.write("herald.md", paper("Herald", "2020-01-02", story(1, 200)))
    trial.write("post.md", paper("Post", "2020-01-03", edited(story(1, 200), 0.05)))
    trial.write("quoting.md", paper("Post", "2020-01-04", story(7, 90), f" {QUOTE} They left.\n\n{QUOTE}"))
    trial.index()
    with closing(Library(trial.settings)) as library:
        yield create_app(library, trial.settings).test_client()


def soup(client: FlaskClient, url: str) -> BeautifulSoup:
    """A page, parsed."""
    answer = client.get(url)
    assert answer.status_code == 200, url
    return BeautifulSoup(answer.text, "html.parser")


def found(page: BeautifulSoup) -> set[str]:
    """The articles of the cards on a page."""
    return {str(link["href"]).partition("?")[0].removeprefix("/article/") for link in page.select(".card-title a")}


def test_a_group_is_listed_once_and_can_be_opened(client: FlaskClient) -> None:
    """The page lists the earliest of near-duplicates, names the others, says what it folds, and links to all."""
    page = soup(client, f"/search?q={WORD}")
    assert found(page) == {AGENCY}
    also = page.select_one(".also")
    assert also is not None
    assert also.summary.get_text() == "also in 1 other"
    assert [str(link["href"]) for link in also.select("a")] == [f"/article/{POST}?q={WORD}"]
    assert "not listed" in page.select_one(".folded").get_text()
    everything = soup(client, str(page.select_one(".folded a")["href"]))
    assert found(everything) == {AGENCY, POST}
    assert everything.select_one("#count").get_text() == page.select_one("#count").get_text()
    assert found(soup(client, str(everything.select_one(".folded a")["href"]))) == {AGENCY}


def test_the_address_says_that_all_copies_are_shown(client: FlaskClient) -> None:
    """`copies=all` is carried along by the links of the page and by its form."""
    page = soup(client, f"/search?q={WORD}&copies=all")
    assert "copies=all" in str(page.select_one(".sorts a[href*=newest]")["href"])
    assert page.select_one("form.search input[name=copies]")["value"] == "all"


def test_programs_get_every_copy_unless_they_ask(client: FlaskClient) -> None:
    """The JSON interface lists all; with `fold=1` it lists the earliest, with the same totals."""
    whole = client.get(f"/api/v1/search?q={WORD}").get_json()
    folded = client.get(f"/api/v1/search?q={WORD}&fold=1").get_json()
    assert {hit["article"] for hit in whole["hits"]} == {AGENCY, POST}
    assert {hit["article"] for hit in folded["hits"]} == {AGENCY}
    assert folded["total"] == {**whole["total"], "folded": 1}
    assert [copy["article"] for copy in folded["hits"][0]["copies"]] == [POST]
    assert folded["hits"][0]["sources"] == ["Agency", "Herald"]
    assert client.get("/api/v1/search?q=x&fold=perhaps").status_code == 400


def test_an_article_names_its_places_and_its_near_duplicates(client: FlaskClient) -> None:
    """The page of an identical text lists where else it stands, and what is nearly the same."""
    for address in (AGENCY, article_id("herald.md")):
        facts = soup(client, f"/article/{address}").select_one("#facts")
        headings = [heading.get_text() for heading in facts.select("h3")]
        assert headings == ["Also printed in", "Nearly the same in 1 other"]
        assert "Herald" in facts.select("ul")[0].get_text()
        assert "herald.md" in facts.select("ul")[0].get_text()
        assert f"/article/{POST}" in str(facts.select("ul")[1].a["href"])


def test_text_that_is_not_searched_is_fainter_and_says_why(client: FlaskClient) -> None:
    """A pull quote is shown in its place, and a legend says what the fainter text is; elsewhere there is none."""
    page = soup(client, f"/article/{article_id('quoting.md')}")
    assert [span.get_text() for span in page.select(".passage .silent")] == [QUOTE]
    assert "stands a second time in this article" in page.select_one(".silence-legend").get_text()
    assert not soup(client, f"/article/{AGENCY}").select(".silent, .silence-legend")
