"""Lines, running heads and paragraphs of printed pages, without any PDF."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from kb_search.loaders.furniture import without_furniture
from kb_search.loaders.layout import Line, Page, body_size, reading_order
from kb_search.loaders.printed import blocks

LINES = st.builds(
    lambda text, left, width, y, size, bold: Line(text, left, left + width, y, size, bold),
    st.lists(st.sampled_from(["the", "road", "Was", "closed.", "12", "iv"]), min_size=1, max_size=5).map(" ".join),
    st.integers(0, 500),
    st.integers(1, 400),
    st.integers(0, 800),
    st.sampled_from([8.0, 11.0, 24.0]),
    st.booleans(),
)
PAGES = st.lists(st.lists(LINES, max_size=30).map(tuple), min_size=1, max_size=5).map(
    lambda pages: [Page(str(number), 842, lines) for number, lines in enumerate(pages, 1)]
)


def words(texts):
    """How often each word stands in some texts."""
    return Counter(word for text in texts for word in text.split())


@given(PAGES)
def test_no_word_is_lost_between_lines_and_paragraphs(pages):
    """Whatever stands where, ordering and joining lines neither loses nor adds a word."""
    ordered = [Page(page.label, page.height, tuple(reading_order(page.lines))) for page in pages]
    before = words(line.text for page in pages for line in page.lines)
    assert words(block.text for block in blocks(ordered, body_size(pages))) == before


@given(PAGES)
def test_every_page_has_its_place(pages):
    """Each page begins once, in order, within the text of its block."""
    found = blocks(pages, body_size(pages))
    assert [label for block in found for _, label in block.pages] == [page.label for page in pages]
    assert all(0 <= start <= len(block.text) for block in found for start, _ in block.pages)


@given(PAGES)
def test_what_is_left_out_is_counted(pages):
    """The lines that are kept and those that are left out are all there are; if none were kept, all stay."""
    kept, repeated = without_furniture(pages, body_size(pages))
    assert [page.label for page in kept] == [page.label for page in pages]
    rest = [set(page.lines) - set(other.lines) for page, other in zip(pages, kept, strict=True)]
    assert bool(repeated) == any(rest)
    assert any(page.lines for page in kept) == any(page.lines for page in pages)


def test_three_columns_under_a_title_are_read_from_left_to_right():
    """A line across all columns is read where it stands, the columns under it from left to right."""
    columns = [[Line(f"{x} {row}", x, x + 100, 600 - 14 * row, 10) for row in range(4)] for x in (50, 200, 350)]
    title = Line("title", 50, 450, 700, 20)
    foot = Line("foot", 50, 450, 500, 10)
    scattered = [foot, *(column[row] for row in (2, 0, 3, 1) for column in columns), title]
    assert reading_order(scattered) == [title, *(line for column in columns for line in column), foot]


def test_wide_letters_are_joined_without_a_space():
    """Chinese and Japanese lines go on without a space."""
    lines = (Line("谈判于星期二", 50, 150, 700, 10), Line("重新开始。", 50, 120, 686, 10))
    assert [block.text for block in blocks([Page("1", 842, lines)], 10)] == ["谈判于星期二重新开始。"]
