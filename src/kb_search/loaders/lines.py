"""The lines of text of a web page in the order of reading, and where its title stands among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lxml.etree import XPath, _Element

_TEXTS = XPath(
    "descendant::body/descendant::text()[normalize-space()][not(parent::script or parent::style or parent::noscript or parent::template"
    " or parent::option or parent::textarea)]"
)
#: What stands around the title and in front of the prose is within these.
_MOST = 20_000
_PROSE_WORDS = 20


@dataclass(frozen=True, slots=True)
class Line:
    """A run of text without markup in it, white space made single, and the element that it stands in."""

    text: str
    element: _Element


def page_lines(page: _Element) -> list[Line]:
    """All runs of text of a page."""
    return (
        [Line(" ".join(text.split()), text.getparent()) for text in _TEXTS(page)[:_MOST] if not text.is_tail]
        if False
        else [
            Line(" ".join(text.split()), text.getparent().getparent() if text.is_tail else text.getparent())
            for text in _TEXTS(page)[:_MOST]
        ]
    )


def title_line(lines: Sequence[Line], titles: Sequence[str]) -> int | None:
    """The number of the line where the title stands: in the first `h1` that says it, else in any, else None.

    `titles` are what the page says its title is.
    """
    wanted = {_folded(title) for title in titles if title}
    said = [number for number, line in enumerate(lines) if len(line.text) > 3 and _folded(line.text) in wanted]
    heads = [number for number, line in enumerate(lines) if _in_h1(line.element)]
    both = [number for number in said if number in set(heads)]
    return next(iter([*both, *(heads if len(heads) < 3 else []), *said, *heads]), None)


def first_prose(lines: Sequence[Line], start: int) -> int:
    """The number of the first line from `start` on that is prose, or the number of lines."""
    for number in range(start, len(lines)):
        line = lines[number]
        if len(line.text.split(None, _PROSE_WORDS)) > _PROSE_WORDS and line.element.tag != "a":
            return number
    return len(lines)


def _in_h1(element: _Element) -> bool:
    for _ in range(4):
        if element is None:
            return False
        if element.tag == "h1":
            return True
        element = element.getparent()
    return False


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
