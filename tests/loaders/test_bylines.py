import json

import pytest

from kb_search.loaders.names import is_byline, names
from tests.loaders.helpers import PROSE, read

OTHER = "Nobody had expected them to agree so soon, and yet they signed the paper before the evening came."


def author(folder, below="", head="", after=""):
    """The evidence for the author of a page."""
    body = f"<main><h1>Talks</h1>{below}<p>{PROSE}</p><p>{OTHER}</p></main>{after}"
    return read(folder, "a.html", f"<html><head>{head}</head><body>{body}</body></html>").evidence_for("author")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("By Ann Lee", ["Ann Lee"]),
        ("Von Ann Lee, dpa", ["Ann Lee"]),
        ("Ann Lee, Reuters; Bo Berg", ["Ann Lee", "Bo Berg"]),
        ("par Ann Lee et Bo Ray", ["Ann Lee", "Bo Ray"]),
        ("Written by: ANN LEE | 7 November 2023", ["ANN LEE"]),
        ("Ann Lee, Bo Ray and Cy Dow", ["Ann Lee", "Bo Ray", "Cy Dow"]),
        ("Posted on 7 November 2023 by Ann Lee", []),
        ("Ann van der Lee", ["Ann van der Lee"]),
        ("Christoph von Ritter", ["Christoph von Ritter"]),
        ("Автор: Анна Ли", ["Анна Ли"]),
        ("孔德明", ["孔德明"]),
        ("Ann O’Lee-Ray (Yerevan)", ["Ann O’Lee-Ray"]),
        ("ann@paper.example", []),
        ("www.paper.example", []),
        ("wordpressadmin", []),
        ("Unknown", []),
        ("", []),
        ("Kommentar", []),
        ("7 November 2023", []),
    ],
)
def test_names_in_bylines(text, found):
    """Names stand without the words around them: by, agency, place, day, address; programs are no people."""
    assert names(text) == found


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("By Ann Lee", True), ("Von Ann Lee und Bo Ray", True), ("Text: Ann Lee, Reuters", True),
        ("By the river", False),
        ("By noon they had reached the village and sat down in the shade of the old church to eat and to rest there.",
         False),
        ("Ann Lee", False),
    ],
)  # fmt: skip
def test_lines_that_are_bylines(line, is_one):
    """A byline begins with `by` and names a person by two words with capitals."""
    assert is_byline(line) is is_one


@pytest.mark.parametrize(
    ("below", "origin"),
    [
        ('<a rel="author" href="/lee">Ann Lee</a>', "rel=author"),
        ('<span itemprop="author" itemscope><b itemprop="name">Ann Lee</b>, editor in chief</span>', "itemprop author"),
        ('<span class="author vcard"><a class="url fn n" href="/lee">Ann Lee</a></span>', "hCard of the author"),
        ('<div class="article__byline">By Ann Lee</div>', "byline"),
        ("<p>By Ann Lee</p>", "line near the title"),
    ],
)
def test_where_a_page_names_its_author(tmp_path, below, origin):
    """Links, microdata, hCard, class names and a line near the title are found, and named."""
    evidence = author(tmp_path, below)
    assert (evidence.value, evidence.origin) == ("Ann Lee", origin)


def test_people_beside_the_article_are_not_its_authors(tmp_path):
    """Those who comment, and the authors of other articles, do not count."""
    comments = '<div class="comments"><span class="comment-author author">Bo Ray</span></div>'
    teasers = '<aside><span class="author">Cy Dow</span></aside>'
    assert author(tmp_path, after=comments + teasers) is None


def test_a_page_that_names_many_lists_other_articles(tmp_path):
    """More names than an article has authors say nothing."""
    boxes = "".join(f'<div><span class="author">{name} Lee</span></div>' for name in ("Ann", "Bo", "Cy", "Di", "Ed"))
    assert author(tmp_path, after=boxes) is None


def test_the_publisher_is_no_author(tmp_path):
    """A paper, an agency or a society that is given as the author loses against a person, and is kept."""
    head = '<meta name="author" content="The Valley Paper"><meta property="og:site_name" content="The Valley Paper">'
    evidence = author(tmp_path, "<p>By Ann Lee</p>", head)
    assert evidence.value == "Ann Lee"
    assert ("The Valley Paper", "meta tag author, the publisher") in [
        (one.value, one.origin) for one in evidence.others
    ]
    assert author(tmp_path, head='<meta name="author" content="Verein der Freunde e.V.">').value == ""


def test_authors_of_works_that_are_cited_do_not_count(tmp_path):
    """Meta elements in a list of references name other people."""
    references = (
        '<ol><li><meta itemprop="author" content="Bo Ray"></li><li><meta itemprop="author" content="Cy Dow"></li></ol>'
    )
    assert author(tmp_path, after=references) is None


def test_authors_in_linked_data_are_cleaned_too(tmp_path):
    """Handles and addresses are no names; those who have one are kept."""
    data = {"@type": "Article", "author": [{"name": "By Ann Lee"}, {"name": "ann@paper.example"}]}
    assert author(tmp_path, head=f'<script type="application/ld+json">{json.dumps(data)}</script>').value == "Ann Lee"
