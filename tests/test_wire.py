"""The JSON shapes that scripts rely on, key by key."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb_search.document import Article, Claim, Date, Evidence, Passage, Place, Section, Silent
from kb_search.errors import IndexMissing
from kb_search.results import (
    ArticleHead,
    ArticleView,
    Bar,
    Facet,
    FacetValue,
    FileReport,
    Hit,
    IndexReport,
    Note,
    Results,
    SearchRequest,
    Stats,
    Timeline,
)
from kb_search.wire import (
    article_head_json,
    article_json,
    article_view_json,
    error_json,
    extract_json,
    index_report_json,
    search_json,
    stats_json,
)

ARTICLE = Article(
    id="abc",
    path="news/one.txt",
    title="A <b>title</b>",
    text="One. Two.",
    sections=(Section("Part", 5),),
    source="Herald",
    date=Date(2023, 11),
    language="en",
    format="txt",
    evidence=(Evidence("date", "2023-11", "front matter", (Claim("2022", "folder name"),)),),
)
PASSAGES = (
    Passage("abc-1", "abc", 1, 0, 5, "One. "),
    Passage("abc-2", "abc", 2, 5, 9, "Two.", section="Part"),
)
HIT = Hit(
    passage="abc-1",
    article="abc",
    title="A title",
    untitled=False,
    source="Herald",
    date=None,
    section="",
    ordinal=1,
    of=2,
    score=7.125,
    language="en",
    text="One. ",
    sentences=(0,),
    marks=((0, 3),),
    title_marks=((2, 7),),
    reasons=(("bm25", 7.0), ("close", 0.125)),
)
RESULTS = Results(
    request=SearchRequest(text="one"),
    understood="all of one",
    notes=(Note("ignored", "the", 0, 3, "Left out.", "one"),),
    passages=1,
    articles=1,
    articles_exact=True,
    took_ms=2.1234567,
    page=1,
    pages=1,
    generation="7",
    hits=(HIT,),
    nearest=(),
    facets=(
        Facet("source", (FacetValue("Herald", 1, selected=True),)),
        Facet("date", (FacetValue("undated", 1),)),
    ),
    make_date_tree=lambda: Facet("date", (FacetValue("undated", 1),)),
    make_timeline=lambda: Timeline("year", (Bar("2023", 0, 4, 1),), 1, 2),
)


def test_a_search_answer_has_every_key_of_the_contract() -> None:
    """The answer to a search has the documented keys, at the documented depth."""
    answer = search_json(RESULTS)
    assert {
        "query", "total", "took_ms", "page", "pages", "generation", "hits", "nearest", "facets", "suggestion",
    } <= answer.keys()  # fmt: skip
    assert answer["query"] == {
        "text": "one",
        "understood": "all of one",
        "notes": [
            {
                "kind": "ignored",
                "text": "the",
                "start": 0,
                "end": 3,
                "message": "Left out.",
                "suggestion": "one",
            }
        ],
    }
    assert answer["total"] == {"passages": 1, "articles": 1, "articles_exact": True, "folded": 0, "complete": True}


def test_pages_have_a_start_and_a_label() -> None:
    """An article that was printed says where each of its pages begins, and what is printed on it."""
    article = article_json(replace(ARTICLE, pages=((0, "iv"), (5, "1"))), PASSAGES)
    assert article["pages"] == [{"start": 0, "label": "iv"}, {"start": 5, "label": "1"}]


def test_a_hit_has_every_key_of_the_contract() -> None:
    """A hit carries its own address, spans as pairs, and null for a date that nobody knows."""
    [hit] = search_json(RESULTS)["hits"]
    wanted = {
        "passage": "abc-1", "article": "abc", "title": "A title", "source": "Herald", "date": None,
        "date_precision": None, "section": "", "ordinal": 1, "score": 7.125, "url": "/article/abc#abc-1",
        "text": "One. ", "marks": [[0, 3]], "title_marks": [[2, 7]], "section_marks": [],
    }  # fmt: skip
    assert {key: hit[key] for key in wanted} == wanted
    assert sum(part["score"] for part in hit["reasons"]) == hit["score"]


def test_facets_go_by_name() -> None:
    """Facets are an object from the facet's name to its values, each with count and selection."""
    facets = search_json(RESULTS)["facets"]
    assert facets["source"] == [{"value": "Herald", "count": 1, "selected": True, "excluded": False}]
    assert [one["value"] for one in facets["date"]] == ["undated"]


def test_an_article_head_counts_its_passages() -> None:
    """A line of the list of articles has the number of passages, not the passages."""
    head = ArticleHead("abc", "news/one.txt", "T", True, "Herald", Date(2023), "en", 2, ("Herald",))
    assert article_head_json(head) == {
        "article": "abc", "path": "news/one.txt", "title": "T", "untitled": True, "source": "Herald",
        "date": "2023", "date_precision": "year", "language": "en", "sources": ["Herald"], "passages": 2,
    }  # fmt: skip


def test_an_article_has_its_text_sections_and_passages() -> None:
    """A whole article has the keys of its head, with the passages themselves as a list."""
    shown = article_json(ARTICLE, PASSAGES)
    assert shown["text"] == "One. Two."
    assert shown["sections"] == [{"title": "Part", "start": 5}]
    assert (shown["date"], shown["date_precision"]) == ("2023-11", "month")
    assert shown["passages"][1] == {
        "passage": "abc-2", "ordinal": 2, "section": "Part", "start": 5, "end": 9, "page": None,
        "last_page": None, "text": "Two.",
        "silent": [],
    }  # fmt: skip


def test_an_article_says_where_its_fields_come_from() -> None:
    """Evidence names the claim that won and those that lost."""
    assert article_json(ARTICLE, PASSAGES)["evidence"] == {
        "date": {
            "value": "2023-11",
            "from": "front matter",
            "others": [{"value": "2022", "from": "folder name"}],
        }
    }


def test_an_article_names_its_places_and_what_is_not_searched() -> None:
    """Each place of an identical text has the id that leads here, and each silent span says why it is silent."""
    places = (Place("abc", "news/one.txt", source="Herald"), Place("def", "b.csv", "3", "T", "Post", Date(2023), "u"))
    silent = (replace(PASSAGES[0], silent=(Silent(0, 4, "boilerplate"),)),)
    shown = article_json(replace(ARTICLE, places=places), silent)
    assert [place["article"] for place in shown["places"]] == ["abc", "def"]
    assert shown["places"][1] == {
        "article": "def", "path": "b.csv", "row": "3", "title": "T", "source": "Post", "date": "2023",
        "date_precision": "year", "url": "u",
    }  # fmt: skip
    assert shown["passages"][0]["silent"] == [{"start": 0, "end": 4, "why": "boilerplate"}]


def test_marks_go_with_their_passage() -> None:
    """Asked with a query, each passage of an article carries its own marks."""
    shown = article_view_json(ArticleView(ARTICLE, PASSAGES, (((0, 3),), ()), ((2, 3),), RESULTS.notes))
    assert [passage["marks"] for passage in shown["passages"]] == [[[0, 3]], []]
    assert shown["title_marks"] == [[2, 3]]
    assert shown["notes"][0]["message"] == "Left out."
    assert "marks" not in article_json(ARTICLE, PASSAGES)["passages"][0]


def test_an_extracted_file_lists_its_articles() -> None:
    """A line of `extract` has the path as it was given, and passages that have no ids yet."""
    line = extract_json("./one.txt", "", "added", "", [(ARTICLE, PASSAGES)])
    assert {"path": "./one.txt", "status": "added", "reason": ""}.items() <= line.items()
    [article] = line["articles"]
    assert {
        "title", "source", "date", "date_precision", "author", "url", "language", "evidence", "text",
        "sections", "passages",
    } <= article.keys()  # fmt: skip
    assert article["passages"][0] == {
        "start": 0, "end": 5, "page": None, "last_page": None, "section": "", "text": "One. ", "silent": [],
    }  # fmt: skip


def test_a_failed_file_is_a_line_without_articles() -> None:
    """A file that cannot be read still is a line of `extract`."""
    assert extract_json("x.txt", "/corpus", "failed", "x.txt is empty.", ()) == {
        "path": "x.txt", "collection": "/corpus", "status": "failed", "reason": "x.txt is empty.", "articles": [],
    }  # fmt: skip


def test_stats_count_the_sources() -> None:
    """`sources` of stats is a number like its neighbours; the names stand beside it."""
    stats = Stats("whoosh", "7", 2, 3, (("Herald", 2), ("", 1)), 1, 0, 0, Date(1988), None, 4096)
    answer = stats_json(stats)
    assert answer["sources"] == 2
    assert answer["source_counts"] == [{"value": "Herald", "count": 2}, {"value": "", "count": 1}]
    assert (answer["first_date"], answer["last_date"]) == ("1988", None)


def test_an_index_report_lists_every_file() -> None:
    """The report of a run has its counts and a line for each file."""
    file = FileReport("one.txt", "added", "", "text", 1, "utf-8", 0.25, (("line 2", "not valid JSON"),))
    report = IndexReport(1, 2, 1, 0, 0, 0, 0, 0, 0.12345, "7", (file,))
    answer = index_report_json(report)
    assert answer["files"] == [
        {
            "path": "one.txt", "status": "added", "reason": "", "loader": "text", "articles": 1,
            "encoding": "utf-8", "seconds": 0.25, "problems": [{"where": "line 2", "message": "not valid JSON"}],
        }
    ]  # fmt: skip
    assert (answer["built"], answer["news"]) == (True, [])
    assert answer["seconds"] == pytest.approx(0.123)


def test_an_error_has_its_kind_and_its_sentence() -> None:
    """An error answers with the kind that scripts can rely on."""
    assert error_json(IndexMissing("There is no index yet.")) == {
        "error": {"kind": "index_missing", "message": "There is no index yet."}
    }


@settings(deadline=None)
@given(text=st.text(), title=st.text())
def test_whatever_an_article_says_is_valid_json(text: str, title: str) -> None:
    """Any text at all, lone surrogates included, survives the way through JSON."""
    article = Article("a", "p", title, text)
    passage = Passage("a-1", "a", 1, 0, len(text), text)
    assert json.loads(json.dumps(article_json(article, (passage,))))["text"] == text
