"""Paragraphs that were run together, cut again where the page has them.

Where a page is short or has no paragraphs of its own (tables for layout, line breaks for paragraphs), trafilatura
falls back to all text in one piece. No word of it is taken away here: it is only cut, and headings become headings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from lxml.etree import _Element, tostring

from kb_search.loaders.body import Block
from kb_search.loaders.wholepage import whole_text

#: Fewer words are a paragraph.
_FEWEST_WORDS = 30
#: Letters of a paragraph that may stand in a text by accident; shorter ones must follow at once.
_SHORT = 25


def recut(page: _Element, blocks: Sequence[Block]) -> list[Block]:
    """The blocks of the main text of a page; if there is only one, with many words, as the paragraphs that it is."""
    if len(blocks) != 1 or len(blocks[0].text.split(None, _FEWEST_WORDS)) <= _FEWEST_WORDS:
        return list(blocks)
    return list(_cut(blocks[0].text, whole_text(tostring(page, encoding="unicode"))))


def _cut(text: str, pieces: Iterable[Block]) -> Iterator[Block]:
    """The text in pieces; what lies between two of them, and behind the last, is one too. Spaces do not count."""
    places = [place for place, letter in enumerate(text) if not letter.isspace()]
    bare = "".join(text.split())
    behind = 0
    for piece in pieces:
        wanted = "".join(piece.text.split())
        start = bare.find(wanted, behind) if len(wanted) > _SHORT else behind if bare.startswith(wanted, behind) else -1
        if start >= 0 and wanted:
            yield from _between(text, places, behind, start)
            yield Block(text[places[start] : places[start + len(wanted) - 1] + 1], piece.level)
            behind = start + len(wanted)
    yield from _between(text, places, behind, len(bare))


def _between(text: str, places: Sequence[int], start: int, end: int) -> Iterator[Block]:
    if start < end:
        yield Block(text[places[start] : places[end - 1] + 1])
