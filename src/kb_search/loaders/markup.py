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
    for items in page.find_all(["ul", "ol"]):
        for number, item in enumerate(items.find_all("li", recursive=False), 1):
            _mark(item, f"{number}. " if items.name == "ol" else "- ")
    for row in reversed(page.find_all("tr")):
        _join_cells(row)
    return all_blocks(page)


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
