"""An article's own fields as one line of JSON, and back."""

import json

from hypothesis import given
from hypothesis import strategies as st

from kb_search.document import Article, Claim, Date, Evidence, Place, Section
from kb_search.records import decode_article, encode_article

TEXT = st.text(max_size=20)
CLAIMS = st.lists(st.builds(Claim, TEXT, TEXT), max_size=2).map(tuple)
DATES = st.none() | st.builds(Date, st.integers(1, 9999), st.integers(1, 12), st.integers(0, 28))
ARTICLES = st.builds(
    Article,
    id=TEXT,
    path=st.text(st.characters() | st.sampled_from("\udc80\n\u2028\"'/"), max_size=20),
    title=TEXT,
    text=TEXT,
    row=TEXT,
    untitled=st.booleans(),
    sections=st.lists(st.builds(Section, TEXT, st.integers(0, 10**9)), max_size=3).map(tuple),
    source=TEXT,
    date=DATES,
    author=TEXT,
    url=TEXT,
    language=TEXT,
    format=TEXT,
    evidence=st.lists(st.builds(Evidence, TEXT, TEXT, TEXT, CLAIMS), max_size=3).map(tuple),
    pages=st.lists(st.tuples(st.integers(0, 10**9), TEXT), max_size=3).map(tuple),
    places=st.lists(st.builds(Place, TEXT, TEXT, TEXT, TEXT, TEXT, DATES, TEXT), max_size=3).map(tuple),
)


@given(ARTICLES)
def test_an_article_comes_back_as_it_was(article):
    """Every field survives the way to disk and back, whatever stands in it."""
    assert decode_article(encode_article(article), article.text) == article


@given(ARTICLES)
def test_a_record_is_one_line_without_the_text(article):
    """A record can be kept in a file of lines, and does not hold the article's text a second time."""
    line = encode_article(article)
    assert "\n" not in line
    assert "\r" not in line
    assert "text" not in json.loads(line)


def test_a_record_without_pages_can_still_be_read():
    """Records that were written before articles had pages are read as having none."""
    fields = json.loads(encode_article(Article("id", "a.txt", "Title", "")))
    del fields["pages"]
    assert decode_article(json.dumps(fields)).pages == ()


def test_what_was_refused_stays_refused():
    """A claim that was not believed is still known as such when the article is read back."""
    claims = (Claim("2024", "saved", refused=True), Claim("2023", "byline"))
    article = Article("a", "a.txt", "T", "t", evidence=(Evidence("date", "2023-11", "meta tag", claims),))
    (evidence,) = decode_article(encode_article(article)).evidence
    assert [claim.refused for claim in evidence.others] == [True, False]
