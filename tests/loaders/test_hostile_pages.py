"""Pages that were made to cost time or to break a program. What costs too much runs into the limit of the test run."""

import json

import pytest

from kb_search.loaders import html
from tests.loaders.helpers import PROSE, read

SAFE = f"<p>{PROSE}</p>" * 4


def page(body, head=""):
    """A page whose text must be found around something hostile."""
    return f"<html><head>{head}</head><body><h1>Talks</h1>{SAFE}{body}{SAFE}</body></html>"


def script(text):
    """JSON-LD with a given content."""
    return f'<script type="application/ld+json">{text}</script>'


HOSTILE = {
    "10,000 boxes in each other": page("<div>" * 10_000 + "deep" + "</div>" * 10_000),
    "10,000 lists in each other": page("<ul><li>" * 10_000),
    "10,000 tables in each other": page("<table><tr><td>" * 10_000),
    "10,000 tags that never close": page("<b>" * 10_000),
    "many tags": page("<br>" * 60_000),
    "many boxes with names": page('<i class="byline author date comment">w</i>' * 6000),
    "a long attribute": page(f'<div class="{"a b-c " * 60_000}" id="{"aB" * 100_000}">x</div>'),
    "a storm of <": page("<" * 200_000),
    "a storm of &": page("&" * 60_000),
    "broken entities": page("&#xFFFFFFF;&amp&bogus;&#0;&lt" * 10_000),
    "comments that never end": page("<!--" * 100_000),
    "script soup": page('<script>if(a<b){document.write("</p><p>")}' * 5000),
    "many first headings": page("<h1>Head</h1>" * 5000),
    "a gigantic table": page("<table>" + ("<tr>" + "<td>1</td>" * 100 + "</tr>") * 60 + "</table>"),
    "many times": page('<time datetime="2020-01-01">1</time>' * 4000),
    "one long line": page("<p>" + "word 2020-01-01 " * 20_000 + "</p>"),
    "one long word": page("<p>" + "2" * 200_000 + "</p>"),
    "a long title": page("", f"<title>{'a | ' * 100_000}</title>"),
    "a long author": page("", f"<meta name=author content='{'By A, ' * 100_000}'>"),
    "much linked data": page("", script(json.dumps([{"@type": "Article", "author": {"name": "A B"}}] * 5000))),
    "deep linked data": page("", script('{"a":' * 10_000 + "1" + "}" * 10_000)),
    "deep lists of linked data": page("", script("[" * 100_000)),
    "a number in linked data": page("", script('{"@type":"Article","datePublished":' + "9" * 5000 + "}")),
    "letters that change the direction": page("<p>" + "\u202e\u2066" * 100_000 + "</p>"),
    "marks on one letter": page("<p>a" + "\u0301" * 100_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_the_text_is_found_whatever_else_is_there(tmp_path, name):
    """No page is an error, none takes long, and the paragraphs that a reader sees are read."""
    article = read(tmp_path, "a.html", HOSTILE[name])
    assert PROSE in article.text
    assert len(article.title) <= 500
    assert len(article.author) <= 300


def test_a_page_cut_off_anywhere_is_read(tmp_path):
    """In the middle of a tag, of an attribute, of a letter."""
    raw = page('<p class="x">ščř</p>').encode()
    for end in range(len(raw) - 40, len(raw) - 3 * len(PROSE), -37):
        assert PROSE in read(tmp_path, "a.html", raw[:end]).text


def test_a_tag_with_a_hundred_thousand_attributes(tmp_path, monkeypatch):
    """The parser, which takes a minute for such a tag, gets no more than the head of the page; its text is read."""
    seen = []
    monkeypatch.setattr(html, "parse", lambda markup: (seen.append(len(markup)), (None, False))[1])
    crowded = " ".join(f'a{number}="x"' for number in range(100_000))
    assert read(tmp_path, "a.html", f"<html><body><p {crowded}>{PROSE}</p></body></html>").text == PROSE
    picture = f'<img src="data:image/png;base64,{"QUJD=" * 3}{"A" * 400_000}">'
    assert PROSE in read(tmp_path, "b.html", f"<html><body>{picture}<p>{PROSE}</p></body></html>").text
    assert seen[0] < 400_000 < seen[1]
