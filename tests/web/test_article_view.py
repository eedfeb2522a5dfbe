from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb_search.document import Article, Claim, Date, Evidence, Passage, Section
from kb_search.results import ArticleView
from kb_search.web import article_view
from kb_search.web.article_view import article_page, article_url, safe_url
from kb_search.web.contexts import ArticlePage, Block, Frame
from kb_search.web.state import State

FRAME = Frame("Test", "An article", "one")


def view(text: str, cuts: list[int], sections: tuple[Section, ...] = (), **fields) -> ArticleView:
    """An article whose passages are cut at the given offsets and have no marks."""
    article = Article("abc", "news/one.txt", "An article", text, sections=sections, **fields)
    edges = [0, *cuts, len(text)]
    passages = tuple(
        Passage(f"abc-{number}", "abc", number, start, end, text[start:end])
        for number, (start, end) in enumerate(pairwise(edges), 1)
    )
    return ArticleView(article, passages, ((),) * len(passages), (), ())


def page(shown: ArticleView, query: str = "one", part: int = 1) -> ArticlePage:
    """The page of an article that was found by a query."""
    return article_page(shown, State.read([("q", query)]), FRAME, (), part)


def words(block: Block) -> str:
    """The text of a paragraph."""
    return "".join(run.text for piece in block.pieces for run in piece.runs)


@st.composite
def views(draw: st.DrawFn) -> ArticleView:
    """An article of any layout with passages, sections and marks anywhere."""
    parts = draw(st.lists(st.text("ab. \n", max_size=12), max_size=12))
    text = "x" + "".join(parts) + "x"
    inside = st.integers(1, len(text) - 1)
    cuts = sorted(draw(st.sets(inside, max_size=4)))
    starts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=3)))
    sections = tuple(Section(f"Heading {number}", start) for number, start in enumerate(starts))
    shown = view(text, cuts, sections)
    marks = tuple(((0, 1),) if len(passage.text) > 1 else () for passage in shown.passages)
    return ArticleView(shown.article, shown.passages, marks, (), ())


@settings(deadline=None)
@given(views())
def test_no_word_and_no_heading_is_lost(shown: ArticleView) -> None:
    """Paragraphs together hold every character but white space, in order, and every heading once."""
    blocks = page(shown).blocks
    assert "".join("".join(map(words, blocks)).split()) == "".join(shown.article.text.split())
    assert [block.heading for block in blocks if block.heading] == [one.title for one in shown.article.sections]


@settings(deadline=None)
@given(views())
def test_each_passage_has_one_place_to_link_to(shown: ArticleView) -> None:
    """A passage that has words begins exactly once, and its pieces follow one another."""
    pieces = [piece for block in page(shown).blocks for piece in block.pieces]
    begun = [piece.passage for piece in pieces if piece.first]
    assert len(begun) == len(set(begun))
    assert {one.id for one in shown.passages if one.text.strip()} <= set(begun)
    names = [piece.passage for piece in pieces]
    assert names == sorted(names)


def test_a_passage_over_two_paragraphs_has_two_pieces() -> None:
    """A passage goes on in the next paragraph under the same name, and one may begin inside a paragraph."""
    blocks = page(view("One two.\n\nThree four. Five six.", [22])).blocks
    shown = [[(piece.passage, piece.first) for piece in block.pieces] for block in blocks]
    assert shown == [[("abc-1", True)], [("abc-1", False), ("abc-2", True)]]


def test_marks_are_numbered_through_the_article() -> None:
    """Marks count on from passage to passage, so that each is a place to link to."""
    shown = view("One two. One three.", [9])
    marked = ArticleView(shown.article, shown.passages, (((0, 3),), ((0, 3), (4, 9))), (), ())
    made = page(marked)
    assert made.mark_numbers == (1, 2, 3)
    assert made.marks == "3 marks"
    runs = [run for block in made.blocks for piece in block.pieces for run in piece.runs if run.mark]
    assert [(run.mark, run.text) for run in runs] == [(1, "One"), (2, "One"), (3, "three")]


def test_lines_of_a_wrapped_text_are_one_paragraph() -> None:
    """A line end inside a wrapped paragraph is only a space; one line a paragraph makes many."""
    wrapped = "The quick brown fox jumps over the lazy dog and\nruns on to the next line of this text."
    assert len(page(view(wrapped, [])).blocks) == 1
    lines = "\n".join(
        [f"{sentence} " * 3 + "End." for sentence in ("One of many.", "A longer sentence follows.", "Third.")]
    )
    assert len(page(view(lines, [])).blocks) == 3


def test_headings_stand_before_what_they_head() -> None:
    """Each heading is printed at its place, those with nothing under them too, and the outline links to it."""
    text = "Intro.\n\nBody."
    made = page(view(text, [8], (Section("Part", 8), Section("Sub", 8), Section("End", len(text)))))
    assert [block.heading or words(block).strip() for block in made.blocks] == ["Intro.", "Part", "Sub", "Body.", "End"]
    assert [(link.label, link.url) for link in made.outline] == [("Part", "#s1"), ("Sub", "#s2"), ("End", "#s3")]


def test_a_very_long_article_comes_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part holds so many passages and its own headings; the parts together hold the text."""
    monkeypatch.setattr(article_view, "PASSAGES_A_PART", 2)
    text = "Aa. Bb. Cc. Dd. Ee."
    shown = view(text, [4, 8, 12, 16], (Section("Middle", 8),))
    parts = [page(shown, part=number) for number in (1, 2, 3)]
    assert [[words(block).strip() for block in one.blocks if not block.heading] for one in parts] == [
        ["Aa. Bb."], ["Cc. Dd."], ["Ee."]
    ]  # fmt: skip
    assert [len(one.outline) for one in parts] == [0, 1, 0]
    assert [link.url for link in parts[0].parts] == [
        "/article/abc?q=one", "/article/abc?q=one&part=2", "/article/abc?q=one&part=3"
    ]  # fmt: skip
    assert page(shown, part=99).blocks == parts[2].blocks
    assert article_url(State.read([]), "abc", "abc-5", 5) == "/article/abc?part=3#abc-5"


def test_facts_say_where_they_come_from() -> None:
    """Each fact names its origin, and what other places said and lost."""
    evidence = (
        Evidence("date", "2023-11", "front matter", (Claim("2022", "folder name"), Claim("2023-11", "meta tag"))),
    )
    facts = {fact.name: fact for fact in page(view("One.", [], date=Date(2023, 11), evidence=evidence, row="7")).facts}
    assert (facts["Date"].value, facts["Date"].origin) == ("November 2023 (month only)", "front matter")
    assert [(one.value, one.origin, one.agrees) for one in facts["Date"].others] == [
        ("2022", "folder name", False),
        ("2023-11", "meta tag", True),
    ]
    assert facts["Source"].value == "no source"
    assert facts["File"].value == "news/one.txt (7)"
    assert facts["Length"].value == "1 word, 1 passage"


def test_an_article_that_was_not_searched_for_has_no_way_back() -> None:
    """Opened from a list, an article offers no results to go back to."""
    made = article_page(view("One.", []), State.read([]), FRAME, ())
    assert (made.back_url, made.only_url) == ("", "")
    assert page(view("One.", [])).back_url == "/search?q=one"


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//example.org", "http:", "https:///x", "ftp://example.org",
     "http://[", "https://example.org/\u202egro", ""],
)  # fmt: skip
def test_only_web_addresses_are_links(url: str) -> None:
    """An address that is not plainly http or https is shown and not linked."""
    assert safe_url(url) == ""


def test_a_web_address_is_a_link() -> None:
    """An ordinary address stays as it is."""
    assert safe_url("https://example.org/a?b=c") == "https://example.org/a?b=c"
