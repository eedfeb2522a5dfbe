"""More like this, as a page."""

from bs4 import BeautifulSoup
from flask.testing import FlaskClient


def soup(client: FlaskClient, address: str, status: int = 200) -> BeautifulSoup:
    """A page, read."""
    answer = client.get(address)
    assert answer.status_code == status
    return BeautifulSoup(answer.get_data(as_text=True), "lxml")


def test_a_hit_leads_to_what_is_like_it(client: FlaskClient) -> None:
    """Each hit has a link to other articles about the same; the passage that it came from is named there and linked."""
    card = soup(client, "/search?q=bridge").select_one(".card")
    assert card is not None
    address = next(link["href"] for link in card.select("a") if link.get_text() == "More like this")
    page = soup(client, str(address))
    source = page.select_one(".understood a")
    assert source is not None
    assert source["href"].split("#")[1] == str(address).rsplit("/", 1)[1]
    assert page.select(".card")
    own = source["href"].split("#")[0]
    assert not [link for link in page.select(".card-title a") if link["href"].split("?")[0] == own]


def test_the_words_that_were_asked_for_can_be_searched(client: FlaskClient) -> None:
    """The page says which words stand for the text, and links to the search that asks for any of them."""
    hit = client.get("/api/v1/search?q=bridge").get_json()["hits"][0]
    page = soup(client, f"/similar/{hit['article']}")
    words = page.select_one(".words")
    assert words is not None
    link = next(link for link in page.select("a") if "search all passages" in link.get_text())
    assert "match=any" in str(link["href"])
    first = words.get_text().strip().partition(",")[0]
    assert first in str(link["href"])


def test_an_article_has_the_link_too(client: FlaskClient) -> None:
    """The page of an article leads to others about the same."""
    hit = client.get("/api/v1/search?q=bridge").get_json()["hits"][0]
    page = soup(client, f"/article/{hit['article']}")
    assert page.find("a", href=f"/similar/{hit['article']}", string="More like this")


def test_an_unknown_name_is_not_found(client: FlaskClient) -> None:
    """A name that nothing has is a page that says so, and nothing that was sent is printed unescaped."""
    page = soup(client, "/similar/%3Cscript%3E", 404)
    assert "no article and no passage" in page.get_text()
    assert "<script>" not in str(page.select_one("main"))
