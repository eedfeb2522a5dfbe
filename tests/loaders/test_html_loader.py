import json

import pytest

from kb_search.errors import DocumentError
from kb_search.loaders.html import load
from tests.loaders.helpers import PROSE, heads, read, source

OTHER = "Nobody had expected them to agree so soon, and yet they signed the paper before the evening came."


def page(head="", body=f"<p>{PROSE}</p><p>{OTHER}</p>", attributes=""):
    """A page with a menu and a footer around an article."""
    return (
        f"<!doctype html><html {attributes}><head><meta charset=utf-8>{head}</head><body><nav><a href=/>Home</a></nav>"
        f"<main><article>{body}</article></main><footer>All rights reserved</footer></body></html>"
    )


def linked(**fields):
    """A script of JSON-LD with a news article."""
    data = {"@context": "https://schema.org", "@type": "NewsArticle", **fields}
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def test_the_article_without_the_page_around_it(tmp_path):
    """Menu and footer go, headings become sections, the words stay as they were written."""
    body = (
        f"<h1>Talks</h1><p>{PROSE}</p><h2>The <em>road</em></h2><p>From 1994 to &lt;&gt;, <b>pea</b>ce &amp; “quiet”"
        f"<br>returned.</p><h3>Later</h3><ul><li>One</li><li>Two<ul><li>Deep</li></ul></li></ul><p>{OTHER}</p>"
    )
    article = read(tmp_path, "a.html", page(body=body))
    assert (article.title, article.format) == ("Talks", "html")
    assert heads(article) == [("The road", "From 1994 to"), ("Later", "- One\n- Two\n")]
    assert article.text == (f"{PROSE}\n\nFrom 1994 to <>, peace & “quiet” returned.\n\n- One\n- Two\n- Deep\n\n{OTHER}")


def test_linked_data_says_the_fields_of_the_article(tmp_path):
    """JSON-LD names title, day as it is written, people, publisher, address and language."""
    head = linked(
        headline="Talks &amp; roads",
        datePublished="2023-11-07T23:30:00+04:00",
        dateModified="2024-01-01",
        author=[{"@type": "Person", "name": "A. Lee"}, "B. Ray"],
        publisher={"@type": "Organization", "name": "The Valley Paper"},
        mainEntityOfPage={"@id": "https://paper.example/talks"},
        inLanguage="en-GB",
    )
    article = read(tmp_path, "a.html", page(head))
    assert (article.title, str(article.date), article.author) == ("Talks & roads", "2023-11-07", "A. Lee, B. Ray")
    assert (article.source, article.url) == ("The Valley Paper", "https://paper.example/talks")
    assert article.language == "en"
    assert article.evidence_for("date").origin == "JSON-LD"


def test_an_article_within_a_graph_of_linked_data_is_found(tmp_path):
    """An article within a graph is found, and its publisher where the graph names it."""
    graph = {
        "@graph": [
            {"@type": "WebSite", "name": "Site"},
            {"@type": "Organization", "@id": "#us", "name": "The Valley Paper"},
            {
                "@type": ["Thing", "BlogPosting"],
                "headline": "Talks",
                "publisher": {"@id": "#us"},
                "datePublished": "2020-02",
            },
        ]
    }
    article = read(tmp_path, "a.html", page(f'<script type="application/ld+json">[{json.dumps(graph)}]</script>'))
    assert (article.title, article.source, str(article.date)) == ("Talks", "The Valley Paper", "2020-02")


@pytest.mark.parametrize(
    ("head", "field", "value", "origin"),
    [
        ('<meta property="og:title" content="Talks">', "title", "Talks", "meta tag og:title"),
        ("<title>Talks</title>", "title", "Talks", "title element"),
        ('<meta property="article:published_time" content="2023-11-07T10:00Z">', "date", "2023-11-07",
         "meta tag article:published_time"),
        ('<meta name="DC.date.issued" content="1994-05">', "date", "1994-05", "meta tag dc.date.issued"),
        ('<meta name="author" content="A. Lee"><meta name="author" content="B. Ray">', "author", "A. Lee, B. Ray",
         "meta tag author"),
        ('<meta property="og:site_name" content="Paper">', "source", "Paper", "meta tag og:site_name"),
        ('<link rel="canonical" href="https://www.paper.example/1">', "url", "https://www.paper.example/1",
         "canonical link"),
        ('<link rel="canonical" href="https://www.paper.example/1">', "source", "paper.example", "host of the page"),
        ('<meta property="og:locale" content="ru_RU">', "language", "ru", "meta tag og:locale"),
    ],
)  # fmt: skip
def test_meta_tags_are_read_and_named_as_the_origin(tmp_path, head, field, value, origin):
    """Open Graph, Dublin Core and plain meta tags are read, and named as the origin."""
    evidence = read(tmp_path, "a.html", page(head)).evidence_for(field)
    assert (evidence.value, evidence.origin) == (value, origin)


@pytest.mark.parametrize(
    ("front", "head", "url", "origin"),
    [
        ("", '<base href="https://paper.example/a/"><link rel="canonical" href="/b">', "https://paper.example/b",
         "canonical link"),
        ("<!-- saved from url=(0021)https://paper.example/a/c -->", "", "https://paper.example/a/c",
         "address that the page was saved from"),
        ("<!-- saved from url=(0021)https://paper.example/a/c -->", '<link rel="canonical" href="../b">',
         "https://paper.example/b", "canonical link"),
    ],
)  # fmt: skip
def test_the_address_is_whole(tmp_path, front, head, url, origin):
    """An address is told from where the page says that it stands, or from where a browser saved it."""
    article = read(tmp_path, "a.html", f"{front}\n{page(head)}")
    evidence = article.evidence_for("url")
    assert (evidence.value, evidence.origin, article.source) == (url, origin, "paper.example")


@pytest.mark.parametrize("attribute", ["hidden", 'style="margin:0; display: none"', 'class=x style="DISPLAY:NONE"'])
def test_what_is_hidden_is_no_text(tmp_path, attribute):
    """What a reader of the page does not see is not shown as its text, also where it reads like the article."""
    hidden = f"<p {attribute}>A zebra stood in the road and nobody saw it.</p>"
    body = f"<article><p>{PROSE}</p>{hidden}<p>{OTHER}</p></article>"
    assert "zebra" not in read(tmp_path, "a.html", page(body=body)).text
    assert "zebra" in read(tmp_path, "a.html", page(body=body.replace(attribute, "class=x"))).text


def test_linked_data_beats_meta_tags_and_both_are_kept(tmp_path):
    """Where two parts of a page disagree, the reader sees both."""
    head = '<meta name="date" content="2023-11-08">' + linked(datePublished="2023-11-07")
    evidence = read(tmp_path, "a.html", page(head)).evidence_for("date")
    assert evidence.value == "2023-11-07"
    assert [(one.value, one.origin) for one in evidence.others] == [("2023-11-08", "meta tag date")]


@pytest.mark.parametrize(
    ("times", "date"),
    [
        ('<time datetime="2023-11-07T10:00">Tuesday</time>', "2023-11-07"),
        ('<time datetime="2020-01-01">a</time><time datetime="2021-01-01">b</time>', "None"),
        ('<time datetime="2020-01-01">a</time><time pubdate datetime="2021-01-01">b</time>', "2021-01-01"),
        ("<time>7 November</time>", "None"),
        ('<time datetime="2999-01-01">a</time>', "None"),
    ],
)
def test_a_time_counts_if_it_is_marked_or_the_only_day(tmp_path, times, date):
    """A time counts if it is marked as the publication's or is the only day that the page names."""
    assert str(read(tmp_path, "a.html", page(body=f"<p>{PROSE}</p>{times}<p>{OTHER}</p>")).date) == date


def test_the_name_of_the_site_is_no_part_of_the_title(tmp_path):
    """What a page appends to its title goes if it is the site's name or the heading stands without it."""
    site = '<meta property="og:site_name" content="The Paper">'
    assert read(tmp_path, "a.html", page(f"<title>Talks resume | The Paper</title>{site}")).title == "Talks resume"
    body = f"<h1>Talks resume</h1><p>{PROSE}</p><p>{OTHER}</p>"
    assert (
        read(tmp_path, "b.html", page('<meta property="og:title" content="Talks resume - X">', body)).title
        == "Talks resume"
    )
    assert read(tmp_path, "c.html", page(f"<title>Talks - at last</title>{site}")).title == "Talks - at last"


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ('<html lang=ru><meta charset="windows-1251">', "cp1251"),
        ('<html lang=ru><meta http-equiv="Content-Type" content="text/html; charset=koi8-r">', "koi8-r"),
        ('<?xml version="1.0" encoding="windows-1251"?><html lang=ru>', "cp1251"),
        ("<!doctype html><html lang=ru>", "utf-8"),
        ("<!doctype html><html lang=ru>", "utf-16"),
    ],
)
def test_a_page_is_read_with_the_encoding_that_it_declares(tmp_path, head, encoding):
    """The encoding that a page declares, or marks, is the one it is read with."""
    text = "Переговоры закончились поздно вечером, и стороны договорились о новой встрече в ноябре."
    markup = f"{head}<body><article><p>{text}</p></article></body></html>"
    article = read(tmp_path, "a.html", markup.encode(encoding))
    assert (article.text, article.language) == (text, "ru")


@pytest.mark.parametrize("tag", ["div", "b", "ul><li", "table><tr><td", "blockquote"])
def test_text_below_ten_thousand_tags_is_read(tmp_path, tag):
    """However deep the text of a page stands, it is read, and nothing runs out of stack."""
    article = read(tmp_path, "a.html", f"<html><body>{f'<{tag}>' * 10_000}<p>{PROSE}</p>")
    assert article.text == PROSE


@pytest.mark.parametrize(
    "head",
    [
        '<script type="application/ld+json">' + "[" * 100_000 + "</script>",
        '<script type="application/ld+json">{"@type": "NewsArticle", </script>',
        '<script type="application/ld+json"></script>',
        linked(headline={"a": 1}, datePublished=[1, {}], author={"name": {}}, publisher=7, url=[], inLanguage={}),
        '<link rel="canonical" href="http://[bad"><meta property="og:url" content="javascript:alert(1)">',
        "<meta content=x><meta name=author><title></title>",
    ],
)
def test_hostile_heads_say_nothing(tmp_path, head):
    """Broken, endless and absurd metadata leave the text as it is and the fields empty."""
    article = read(tmp_path, "a.html", page(head))
    assert (article.date, article.url, article.source, article.author) == (None, "", "", "")
    assert PROSE in article.text


def test_a_page_without_an_article_is_read_whole(tmp_path):
    """Where no main text is found, everything but menus, scripts and comments is the text."""
    box = "<div>Three <i>fo</i>ur<br>five</div>tail"
    markup = f"<nav>Menu</nav><script>var x</script><!-- no -->{'<div>' * 3000}<p>One.</p><h2>Two</h2>{box}"
    article = read(tmp_path, "a.html", markup)
    assert article.text == "One.\n\nThree four\n\nfive\n\ntail"
    assert heads(article) == [("Two", "Three four\n\n")]


@pytest.mark.parametrize("markup", ["<html></html>", "<img src=x>", "<!-- only -->", "<script>x</script>"])
def test_a_page_without_text_is_a_sentence(tmp_path, markup):
    """A page that shows nothing holds no text."""
    with pytest.raises(DocumentError, match=r"^a\.html holds no text\.$"):
        list(load(source(tmp_path, "a.html", markup)))
