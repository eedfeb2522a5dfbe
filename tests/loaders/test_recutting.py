from hypothesis import given
from hypothesis import strategies as st
from lxml.html import fromstring

from kb_search.loaders.body import Block
from kb_search.loaders.recutting import recut
from tests.loaders.helpers import PROSE, read

OTHER = "Nobody had expected them to agree so soon, and yet they signed the paper before the evening came."


def test_text_in_one_piece_is_cut_where_the_page_is():
    """Line breaks and headings of the page come back; what the page has not between them is a piece of its own."""
    page = fromstring(f"<table><tr><td><h2>Road</h2>{PROSE}<br><br>{OTHER}</td></tr></table>")
    blocks = recut(page, [Block(f"Road {PROSE} And so on. {OTHER} The end.")])
    assert [(block.text, block.level) for block in blocks] == [
        ("Road", 2), (PROSE, 0), ("And so on.", 0), (OTHER, 0), ("The end.", 0),
    ]  # fmt: skip


def test_what_has_paragraphs_stays():
    """Several blocks, and one short one, are left as they are."""
    page = fromstring(f"<p>{PROSE}</p><p>{OTHER}</p>")
    for blocks in ([Block(PROSE), Block(OTHER)], [Block("Short")], []):
        assert recut(page, blocks) == blocks


@given(st.lists(st.sampled_from([PROSE, OTHER, "Road", "a b", "x"]), max_size=8), st.text("ab xRoad<>&", max_size=80))
def test_no_letter_is_lost(lines, tail):
    """However little page and text have in common, the pieces together are the text."""
    page = fromstring(f"<div>{''.join(f'<p>{line}</p>' for line in lines)}</div>")
    text = " ".join([*reversed(lines), tail, PROSE, OTHER])
    assert "".join("".join(block.text.split()) for block in recut(page, [Block(text)])) == "".join(text.split())


def test_pages_without_paragraphs_have_some(tmp_path):
    """Of an old page, which is a table, each paragraph is read as one."""
    page = f"<body><table><tr><td><h1>Talks</h1>{PROSE}<br><br>{OTHER}</td></tr></table></body>"
    article = read(tmp_path, "a.html", page)
    assert (article.title, article.text) == ("Talks", f"{PROSE}\n\n{OTHER}")
