"""All text of a web page, cut into paragraphs where its boxes begin and end, in one pass and without a tree.

This is for pages in which no article is found, and for those that are too large or too deep to look for one: it
takes a second for a million tags, and no more memory than the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from lxml.etree import HTMLParser, LxmlError

from kb_search.loaders.body import Block
from kb_search.loaders.boilerplate import is_hidden

HEADING = re.compile(r"h([1-6])")
#: Boxes of their own: where one begins or ends, so does a paragraph.
PARAGRAPH = re.compile(
    "address|article|aside|blockquote|body|br|caption|center|dd|details|dialog|div|dl|dt|fieldset|figcaption"
    "|figure|footer|form|h[1-6]|header|hr|li|main|menu|nav|ol|option|p|pre|section|summary|table|td|th|tr|ul"
)
_PROGRAM = re.compile("script|style|template|noscript|svg|iframe|object|head|textarea|select")
#: Forms stay: some programs put the whole page into one.
_AROUND = re.compile(f"nav|footer|aside|button|{_PROGRAM.pattern}")
_PIECE = 65536


def whole_text(markup: str) -> list[Block]:
    """Paragraphs and headings of a page, menus and footers aside; with them where there is nothing else."""
    return _read(markup, _AROUND, is_hidden) or _read(markup, _PROGRAM, lambda _: False)


def _read(markup: str, tags: re.Pattern[str], is_hidden: Callable[[Mapping[str, str]], bool]) -> list[Block]:
    reader = _Reader(tags, is_hidden)
    parser = HTMLParser(target=reader, encoding="utf-8", huge_tree=True)
    try:
        for start in range(0, len(markup), _PIECE):
            parser.feed(markup[start : start + _PIECE].encode("utf-8", "replace"))
        parser.close()
    except (LxmlError, AssertionError):  # the parser gives up, and what it told before is all there is
        reader.close()
    return [block for block in reader.blocks if block.text]


class _Reader:
    """Is told by the parser what it meets, and gathers words until a paragraph ends."""

    def __init__(self, tags: re.Pattern[str], is_hidden: Callable[[Mapping[str, str]], bool]) -> None:
        self.blocks: list[Block] = []
        self._is_left_out = tags.fullmatch
        self._is_hidden = is_hidden
        self._hidden = 0
        #: How many elements are open from the outermost on that its attributes hide.
        self._inside = 0
        self._words: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """A tag opens."""
        if PARAGRAPH.fullmatch(tag):
            self._cut(0)
        self._hidden += bool(self._is_left_out(tag))
        self._inside += bool(self._inside or (attributes and self._is_hidden(attributes)))

    def end(self, tag: str) -> None:
        """A tag closes."""
        self._hidden -= bool(self._is_left_out(tag))
        if PARAGRAPH.fullmatch(tag):
            level = HEADING.fullmatch(tag)
            self._cut(int(level[1]) if level else 0)
        self._inside -= bool(self._inside)

    def data(self, text: str) -> None:
        """Text between tags, in as many pieces as the parser likes."""
        if not self._hidden and not self._inside:
            self._words.append(text)

    def close(self) -> None:
        """The page ends."""
        self._cut(0)

    def _cut(self, level: int) -> None:
        if self._words:
            self.blocks.append(Block(" ".join("".join(self._words).split()), level))
            self._words = []
