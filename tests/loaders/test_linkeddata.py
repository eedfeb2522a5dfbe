import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.loaders.linkeddata import LinkedData
from kb_search.loaders.maintext import parse
from tests.loaders.helpers import PROSE, read

HERE = "https://paper.example/this"
OWN = {"@type": "NewsArticle", "headline": "This story", "url": HERE, "datePublished": "2021-02-03"}
OTHER = {
    "@type": "NewsArticle",
    "headline": "Other story",
    "url": "https://paper.example/other",
    "datePublished": "2019-01-01",
    "author": {"name": "Bo Ray"},
}


def page(folder, *scripts, head=f'<link rel="canonical" href="{HERE}">', title="This story"):
    """The article of a page with JSON-LD, given as objects or as the text of a script."""
    texts = (one if isinstance(one, str) else json.dumps(one) for one in scripts)
    marked = "".join(f'<script type="application/ld+json">{text}</script>' for text in texts)
    markup = f"<html><head>{head}{marked}</head><body><article><h1>{title}</h1><p>{PROSE}</p></article></body></html>"
    return read(folder, "a.html", markup)


@pytest.mark.parametrize("own", [
    OWN,
    OWN | {"url": "http://www.paper.example/this/?utm_source=x#top"},
    {"@type": "NewsArticle", "mainEntityOfPage": {"@id": HERE}, "datePublished": "2021-02-03"},
    {"@type": "NewsArticle", "@id": f"{HERE}#article", "datePublished": "2021-02-03"},
])  # fmt: skip
def test_the_article_with_the_address_of_the_page_is_believed(tmp_path, own):
    """Of two articles in a list, the page's own is the one with its address; the other is listed as refused."""
    article = page(tmp_path, [OTHER, own])
    assert (article.title, str(article.date), article.author) == ("This story", "2021-02-03", "")
    refused = [(one.value, one.origin) for one in article.evidence_for("date").others]
    assert refused == [("2019-01-01", "JSON-LD, of another article")]
    assert "/this" in article.url


@pytest.mark.parametrize(
    "strange",
    [
        {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": OTHER}]},
        {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": OTHER | {"url": ""}}]},
        {"@type": "WebPage", "mentions": OTHER | {"url": ""}},
        OTHER,
    ],
)
def test_another_article_says_nothing_of_the_page(tmp_path, strange):
    """What is in a list or mentioned, or has another address, gives neither title nor date, author or address."""
    article = page(tmp_path, strange)
    assert (article.title, article.date, article.author, article.url) == ("This story", None, "", HERE)
    assert [one.value for one in article.evidence_for("author").others] == ["Bo Ray"]


def test_an_article_with_the_title_of_the_page_is_its_own(tmp_path):
    """Many pages have the address of an example or of their first page there; the title tells, and the address goes."""
    article = page(tmp_path, OWN | {"url": "", "mainEntityOfPage": "https://example.org/article"})
    assert (str(article.date), article.url) == ("2021-02-03", HERE)
    assert article.evidence_for("url").others[0].origin == "JSON-LD, not the address of this page"


def test_without_an_address_the_first_article_counts(tmp_path):
    """A page that does not give its address is described by its first article outside of lists."""
    assert str(page(tmp_path, {"@graph": [OTHER, OWN]}, head="", title="x").date) == "2019-01-01"
    assert str(page(tmp_path, {"@graph": [OTHER, OWN]}, head="").date) == "2021-02-03"


@pytest.mark.parametrize(
    "script",
    [
        '{"@type":"NewsArticle","datePublished":"2021-02-03","keywords":["a, ]","b",],}',
        '/*<![CDATA[*/{"@type":"NewsArticle","datePublished":"2021-02-03"}/*]]>*/',
        '//<![CDATA[\n{"@type":"NewsArticle","datePublished":"2021-02-03"}\n//]]>',
        '<!-- {"@type":"NewsArticle","datePublished":"2021-02-03"} -->',
        '{"@type":"NewsArticle","datePublished":"2021-02-03"};',
        '{"@type":"NewsArticle","articleBody":"one\ntwo","datePublished":"2021-02-03"}',
    ],
)
def test_slips_that_can_only_mean_one_thing_are_mended(tmp_path, script):
    """A comma behind the last value, or a comment around the script, does not cost the page its date."""
    assert str(page(tmp_path, script).date) == "2021-02-03"


def test_what_is_legible_in_a_broken_script_is_told_and_not_believed(tmp_path):
    """A reader sees what stands in JSON-LD that cannot be read, and why it was not taken."""
    article = page(tmp_path, '{"@type":"NewsArticle" "headline":"Broken","datePublished":"2021-02-03"}')
    assert (article.date, article.title) == (None, "This story")
    assert [one.origin for one in article.evidence_for("date").others] == ["JSON-LD, not valid JSON"]
    assert "Broken" in [one.value for one in article.evidence_for("title").others]


def test_the_day_of_a_change_is_told(tmp_path):
    """`dateModified` is kept beside the day of publication, and is no conflict."""
    evidence = page(tmp_path, OWN | {"dateModified": "2021-03-01"}).evidence_for("date")
    assert (evidence.value, evidence.conflicts) == ("2021-02-03", ())
    assert [one.origin for one in evidence.others] == ["JSON-LD dateModified, the day of a change"]


@given(st.text(st.sampled_from('{}[],:"\\ /*<!-CDATA]>;ab'), max_size=200))
def test_any_script_may_stand_there(text):
    """Nothing in a script is an error."""
    tree, _ = parse(f'<html><head><script type="application/ld+json">{text}</script></head></html>')
    list(LinkedData(tree).article(["https://paper.example/a"], ["A"]))


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["@type", "@id", "@graph", "url", "headline", "author", "mainEntityOfPage", "datePublished",
                         "dateModified", "publisher", "name", "mentions"]),
        inner | st.just("NewsArticle"), max_size=5,
    ),
    max_leaves=15,
)  # fmt: skip


@given(JSON)
def test_any_object_may_stand_there(value):
    """Values of kinds that nobody expects are no error either."""
    text = json.dumps(value).replace("<", "")
    tree, _ = parse(f'<html><head><script type="application/ld+json">{text}</script></head></html>')
    assert all(isinstance(one.value, str) for one in LinkedData(tree).article([HERE], ["A"]))
