"""Plain HTML, as a word processor or a book has it -> paragraphs and headings. All of it is text.

Other than a web page it has no menus around it, so nothing is left out and nothing has to be found.
"""

from __future__ import annotations

from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag

from kb_search.loaders.body import Block
from kb_search.loaders.html import all_blocks

_CELL = ["td", "th"]
_BOXES = ["p", "div", "ul", "ol", "table", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"]
#: Boxes that web pages have around an article, and books within it, for notes.
_ASIDE = ["aside", "footer", "form", "header"]


def read_markup(markup: str) -> Iterator[Block]:
    """Paragraphs and headings; items of lists with a dash or their number, rows of tables on one line."""
    if "<" not in markup:
        return iter([Block(markup)])
    page = BeautifulSoup(markup, "lxml")
    for tag in page.find_all(_ASIDE):
        tag.name = "div"
    for item in page.find_all("li"):
        _mark(item)
    for row in reversed(page.find_all("tr")):
        _join_cells(row)
    return all_blocks(page)


def _mark(item: Tag) -> None:
    """Put a dash or a number in front of the first words of an item."""
    marker = "- "
    if item.parent and item.parent.name == "ol":
        marker = f"{len(item.find_previous_siblings('li')) + 1}. "
    inner = item
    while (first := next((child for child in inner.children if str(child).strip()), None)) and isinstance(first, Tag):
        if first.name not in ("p", "div"):
            break
        inner = first
    inner.insert(0, marker)


def _join_cells(row: Tag) -> None:
    """Make one line of a row, unless a cell holds more than a paragraph."""
    cells = row.find_all(_CELL, recursive=False)
    if any(len(cell.find_all(_BOXES)) > 1 for cell in cells):
        return
    texts = [" ".join(cell.get_text().split()) for cell in cells]
    row.clear()
    row.append(" | ".join(filter(None, texts)))
