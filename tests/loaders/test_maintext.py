import pytest
import trafilatura.core
import trafilatura.external

from tests.loaders.helpers import PROSE, read
from tests.loaders.made_pages import PAGES


@pytest.fixture
def asked(monkeypatch):
    """A list that has an entry for each time that readability is asked."""
    calls = []
    ask = trafilatura.external.try_readability
    monkeypatch.setattr(trafilatura.external, "try_readability", lambda page: calls.append(page) or ask(page))
    return calls


def page_of(article, beside=""):
    """A page with an article of paragraphs, and boxes beside it."""
    paragraphs = "".join(f"<p>{sentence}</p>" for sentence in article)
    return f"<html><body>{beside}<article><h1>Talks in the valley</h1>{paragraphs}</article></body></html>"


ARTICLE = [f"{PROSE} This was said for the time number {number}." for number in range(8)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_readability_is_left_out_only_where_it_changes_nothing(page, tmp_path, monkeypatch):
    """Each layout gives the same article where readability is asked about every page."""
    spared = read(tmp_path, "a.html", page.markup)
    monkeypatch.setattr(trafilatura.core, "compare_extraction", trafilatura.external.compare_extraction)
    assert read(tmp_path, "a.html", page.markup) == spared


def test_where_most_of_a_page_is_found_nobody_else_is_asked(tmp_path, asked):
    """Readability cannot have twice the text where there is not twice as much on the page."""
    assert ARTICLE[-1] in read(tmp_path, "a.html", page_of(ARTICLE)).text
    assert asked == []


def test_where_less_than_half_of_a_page_is_found_readability_is_asked(tmp_path, asked):
    """It may have found what trafilatura did not."""
    entries = "".join(f"<li><a href=/{number}>Entry of a menu, number {number}</a></li>" for number in range(99))
    assert ARTICLE[-1] in read(tmp_path, "a.html", page_of(ARTICLE, f"<div><ul>{entries}</ul></div>")).text
    assert asked
