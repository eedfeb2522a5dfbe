"""The lines of text of a web page in the order of reading, and where its title stands among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from lxml.etree import XPath, _Element, _ElementUnicodeResult

_TEXTS = XPath(
    "descendant::body/descendant::text()[normalize-space()][not(parent::script or parent::style or parent::noscript"
    " or parent::template or parent::option or parent::textarea)]"
)
#: Pages with more of them are lists; their title stands at the beginning.
_MOST = 20_000
#: A line with more words is prose.
_PROSE_WORDS = 20


class Line(NamedTuple):
    """A run of text without markup in it, white space made single, and the element that it stands in."""

    text: str
    element: _Element


def page_lines(page: _Element) -> list[Line]:
    """All runs of text of a page that a reader sees."""
    return [Line(" ".join(text.split()), _holder(text)) for text in _TEXTS(page)[:_MOST]]


def _holder(text: _ElementUnicodeResult) -> _Element:
    """The element that a text stands in; lxml hangs what follows a `</b>` on the `b`."""
    element = text.getparent()
    return element.getparent() if text.is_tail else element


def title_line(lines: Sequence[Line], titles: Sequence[str]) -> int | None:
    """The number of the line where the title stands, or None.

    `titles` are what the page says its title is. Best is a heading of level 1 that says one of them, then the
    first such heading if there are at most two, then any line that says one.
    """
    wanted = {_folded(title) for title in titles if title}
    said = [number for number, line in enumerate(lines) if line.text.casefold() in wanted]
    root = lines[0].element.getroottree() if lines else None
    inside = {element for heading in root.iter("h1") for element in heading.iter()} if root is not None else set()
    heads = [number for number, line in enumerate(lines) if line.element in inside]
    both = [number for number in said if number in heads]
    few = heads if len(heads) <= 2 else []
    return next(iter([*both, *few, *said, *heads]), None)


def first_prose(lines: Sequence[Line], start: int) -> int:
    """The number of the first line from `start` on that is prose, or the number of lines."""
    for number in range(start, len(lines)):
        line = lines[number]
        if len(line.text.split(None, _PROSE_WORDS)) > _PROSE_WORDS and line.element.tag != "a":
            return number
    return len(lines)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
