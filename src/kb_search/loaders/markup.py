"""Plain HTML, as a word processor or a book has it -> paragraphs and headings. All of it is text.

Other than a web page it has no menus around it, so nothing is left out and nothing has to be found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

from kb_search.loaders.body import Block
from kb_search.loaders.wholepage import HEADING, PARAGRAPH

_CELL = ["td", "th"]
_BOXES = ["p", "div", "ul", "ol", "table", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"]
#: Boxes that web pages have around an article, and books within it, for notes.
_ASIDE = ["aside", "footer", "form", "header"]
_NOT_TEXT = re.compile("nav|button|select|head|noscript|svg|iframe|object")


def read_markup(markup: str) -> Iterator[Block]:
    """Paragraphs and headings; items of lists with a dash or their number, rows of tables on one line."""
    if "<" not in markup:
        return iter([Block(markup)])
    page = BeautifulSoup(markup, "lxml")
    for tag in page.find_all(_ASIDE):
        tag.name = "div"
    for items in page.find_all(["ul", "ol"]):
        for number, item in enumerate(items.find_all("li", recursive=False), 1):
            _mark(item, f"{number}. " if items.name == "ol" else "- ")
    for row in reversed(page.find_all("tr")):
        _join_cells(row)
    return _blocks(page)


def _mark(item: Tag, marker: str) -> None:
    """Put a dash or a number in front of the first words of an item, which may stand in a paragraph of their own."""
    first = next((child for child in item.children if isinstance(child, Tag) or str(child).strip()), None)
    inner = first if isinstance(first, Tag) and first.name == "p" else item
    inner.insert(0, marker)


def _join_cells(row: Tag) -> None:
    """Make one line of a row, unless a cell holds more than a paragraph."""
    cells = row.find_all(_CELL, recursive=False)
    if any(len(cell.find_all(_BOXES, limit=2)) > 1 for cell in cells):
        return
    texts = [" ".join(cell.get_text().split()) for cell in cells]
    row.clear()
    row.append(" | ".join(filter(None, texts)))


def _blocks(page: BeautifulSoup) -> Iterator[Block]:
    """All text, cut where boxes begin and end. Goes on without recursion however deep it is."""
    open_tags: list[Tag] = []
    hidden = 0
    words: list[str] = []
    for node in (page.body or page).descendants:
        while open_tags and open_tags[-1] is not node.parent:
            closed = open_tags.pop()
            hidden -= bool(_NOT_TEXT.fullmatch(closed.name))
            if PARAGRAPH.fullmatch(closed.name):
                yield _block(words, closed)
                words = []
        if isinstance(node, Tag):
            if PARAGRAPH.fullmatch(node.name):
                yield _block(words, None)
                words = []
            hidden += bool(_NOT_TEXT.fullmatch(node.name))
            open_tags.append(node)
        elif type(node) is NavigableString and not hidden:
            words.append(str(node))
    yield _block(words, None)


def _block(words: list[str], tag: Tag | None) -> Block:
    level = HEADING.fullmatch(tag.name) if tag else None
    return Block(" ".join("".join(words).split()), int(level[1]) if level else 0)
