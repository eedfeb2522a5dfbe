"""An article's own table of contents is found, and nothing that only looks like one."""

from hypothesis import given
from hypothesis import strategies as st

from kb_search.contents import contents
from kb_search.document import CONTENTS, Article, Section
from kb_search.passages import split

BODY = "The envoys met in the valley and spoke for an hour about the bridge."


def found(text, titles=()):
    """The tables of contents of a text whose sections begin, in order, at the bodies."""
    starts = [at for at in range(len(text)) if text.startswith(BODY, at)]
    sections = tuple(Section(title, start) for title, start in zip(titles, starts, strict=False))
    return [text[start:end] for start, end in contents(text, sections)]


def test_lines_that_name_the_sections_that_follow_are_contents():
    """A run of lines that are the headings of what follows is a table of contents, with its own heading."""
    table = "Contents\n\n1. The bridge\n2. Who built it\n3. What came after"
    text = f"{table}\n\n" + "\n\n".join([BODY] * 3)
    assert found(text, ["The Bridge", "Who built it", "What came after"]) == [table]


def test_lines_that_lead_to_pages_are_contents():
    """Dots and page numbers make a table of contents of lines that stand again further down."""
    table = "The bridge ........ 3\nWho built it . . . . 12\nWhat came after … 27"
    assert found(f"{table}\n\nThe bridge\n\n{BODY}\n\nWho built it\n\n{BODY}\n\nWhat came after\n\n{BODY}") == [table]


def test_pages_and_sections_together_are_contents():
    """Lines with pages may name sections whose titles stand beside the text."""
    table = "The bridge ... 3\nWho built it ... 12\nWhat came after ... 27"
    text = f"{table}\n\n" + "\n\n".join([BODY] * 3)
    assert found(text, ["The bridge", "Who built it", "What came after"]) == [table]


def test_a_list_of_figures_is_not_contents():
    """Dots lead to figures as well; lines that never stand again are what they say."""
    assert found(f"Baku ........ 3\nGanja ........ 12\nShusha ....... 27\n\n{BODY}") == []


def test_two_lines_are_not_contents():
    """A headline printed again above its text is not enough."""
    assert found(f"The bridge\nWho built it\n\n{BODY}\n\n{BODY}", ["The bridge", "Who built it"]) == []


def test_what_names_sections_that_went_before_is_not_contents():
    """A summary at the end repeats headings that are above it."""
    text = "\n\n".join([BODY] * 3) + "\n\nThe bridge\nWho built it\nWhat came after"
    assert found(text, ["The bridge", "Who built it", "What came after"]) == []


def test_contents_are_silent_in_the_passages():
    """They stay in the text and say why they are not indexed."""
    table = "The bridge\nWho built it\nWhat came after"
    text = f"{table}\n\n" + "\n\n".join([f"{BODY} Then they left."] * 3)
    starts = [at for at in range(len(text)) if text.startswith(BODY, at)]
    sections = tuple(Section(title, start) for title, start in zip(table.split("\n"), starts, strict=True))
    passages = split(Article("abc", "a.txt", "T", text, sections=sections))
    silent = [(one.text[start:end], why) for one in passages for start, end, why in one.silent if why == CONTENTS]
    assert silent == [(table, CONTENTS)]
    assert "".join(one.text for one in passages) == text


@given(st.text(alphabet="ab.1 \n…", max_size=300), st.lists(st.text(alphabet="ab1", max_size=3), max_size=4))
def test_spans_are_apart_and_begin_and_end_with_lines(text, titles):
    """Whatever the text, the spans are in order, apart, and inside of it."""
    spans = contents(text, tuple(Section(title, at * 20) for at, title in enumerate(titles)))
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert all(text[start] != "\n" and (end == len(text) or text[end] == "\n") for start, end in spans)
