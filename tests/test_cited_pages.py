"""From the page of a PDF to the page that a hit is cited with."""

import json
from contextlib import closing

import pytest

from kb_search.cli import run as call
from kb_search.search import Library
from kb_search.web.app import create_app
from tests.loaders.pdfs import lines, pdf
from tests.trial import Trial

#: Three pages of 98 words each, so that passages run over from one to the next.
PAGES = [
    lines(*(f"The {word} bridge was built in year number {number} by people of the valley." for number in range(7)))
    for word in ("wooden", "stone", "iron")
]
LABELS = "/PageLabels << /Nums [0 << /S /D /St 12 >>] >>"


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """A collection with one report of three pages, 12 to 14, and a note without pages."""
    trial = Trial(tmp_path_factory.mktemp("printed"))
    trial.write("report.pdf", pdf(*PAGES, labels=LABELS))
    trial.write("note.txt", "The ferry was never built, because the valley had bridges enough.\n")
    trial.index()
    return trial


@pytest.fixture
def run(printed, capsys):
    """The command line, told where the collection is; what it prints."""

    def run(*arguments):
        where = ["--corpus", str(printed.settings.corpus), "--index", str(printed.settings.index)]
        assert call([*arguments, *where]) == 0
        return capsys.readouterr().out

    return run


def test_a_hit_is_cited_with_its_pages(printed, run):
    """A hit says its first page and its last one, by the labels that the file gives them."""
    hits = json.loads(run("search", "wooden", "--json"))["hits"]
    assert [(hit["page"], hit["last_page"]) for hit in hits] == [("12", "13")]
    (last,) = printed.search("iron").hits
    assert (last.page, last.last_page) == ("13", "14")
    assert "pages 12–13 · passage 1 of 2" in run("search", "wooden")


def test_a_hit_without_pages_says_none(run):
    """What was never printed on pages has none, and says so in JSON with null."""
    (hit,) = json.loads(run("search", "ferry", "--json"))["hits"]
    assert (hit["page"], hit["last_page"]) == (None, None)
    assert "page" not in run("search", "ferry").lower()


def test_show_and_extract_give_each_passage_its_pages(printed, run):
    """`show` and `extract` have the pages of each passage, and `show` of a passage names them in plain words."""
    (hit,) = printed.search("wooden").hits
    for passages in (
        json.loads(run("show", hit.article, "--json"))["passages"],
        json.loads(run("extract", str(printed.settings.corpus / "report.pdf"), "--json"))["articles"][0]["passages"],
    ):
        assert [(one["page"], one["last_page"]) for one in passages] == [("12", "13"), ("13", "14")]
    assert "· pages 12–13" in run("show", hit.passage)


def test_pages_and_api_name_the_page_of_a_passage(printed):
    """The card of a hit, the article where the passage begins, and the API name its pages."""
    (hit,) = printed.search("wooden").hits
    with closing(Library(printed.settings)) as library:
        client = create_app(library, printed.settings).test_client()
        results, article = client.get("/search?q=wooden").text, client.get(f"/article/{hit.article}").text
        passages = client.get(f"/api/v1/articles/{hit.article}").json["passages"]
        hits = client.get("/api/v1/search?q=wooden").json["hits"]
    assert "pages 12–13, passage 1 of 2" in results
    assert f'id="{hit.passage}" data-pages="pages 12–13"' in article
    assert [(one["page"], one["last_page"]) for one in passages] == [("12", "13"), ("13", "14")]
    assert [(one["page"], one["last_page"]) for one in hits] == [("12", "13")]
