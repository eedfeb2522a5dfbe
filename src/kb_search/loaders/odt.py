"""OpenDocument texts (`.odt`), as LibreOffice writes them: headings, paragraphs, lists, tables and notes.

The names are those of OpenDocument 1.3, part 3 (OASIS 2021).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.etree import _Element

from kb_search.document import Article
from kb_search.loaders.base import SourceFile
from kb_search.loaders.body import Block, compose
from kb_search.loaders.claims import Said, document_properties
from kb_search.loaders.metadata import around, assemble
from kb_search.loaders.package import Package, created, dublin_core

_ORIGIN = "document properties"
_NAMES = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_OFFICE, _TEXT, _TABLE, _META, _STYLE = (_NAMES % name for name in ("office", "text", "table", "meta", "style"))
_MANIFEST = "META-INF/manifest.xml"
_SPACES = re.compile(r"\s+")
#: What no reader of the printed text sees: comments, and passages that were deleted.
_UNSEEN = {_OFFICE + "annotation", _TEXT + "tracked-changes", _OFFICE + "forms"}
_BREAKS = {_TEXT + "s": " ", _TEXT + "tab": " ", _TEXT + "line-break": "\n"}


def load(file: SourceFile) -> Iterator[Article]:
    """The one article of a document. Raises DocumentError where it is damaged or protected, or holds no text.

    Notes stand behind the text, where a number in brackets leads to them.
    """
    package = Package(file, "OpenDocument text")
    if _MANIFEST in package and b"encryption-data" in package.read(_MANIFEST):
        raise package.protected()
    content = package.xml("content.xml")
    text = content.find(f"{_OFFICE}body/{_OFFICE}text")
    if text is None:
        raise package.damaged()
    body = compose(_Reader(_titles(content)).blocks(text))
    claims = _properties(package)
    if body.title:
        claims.append(Said("title", body.title, "first heading"))
    yield assemble(around(file), body, claims, "odt")


def _properties(package: Package) -> list[Said]:
    if "meta.xml" not in package:
        return []
    meta = package.xml("meta.xml")
    first, day = (meta.findtext(f".//{_META}{name}") or "" for name in ("initial-creator", "creation-date"))
    return [*document_properties("", first, _ORIGIN), *dublin_core(meta, _ORIGIN), *created(day, _ORIGIN)]


def _titles(content: _Element) -> frozenset[str]:
    """The names of the styles that make a paragraph the title: `Title`, and what was derived from it."""
    styles = content.iter(_STYLE + "style")
    derived = {
        style.get(_STYLE + "name") or "" for style in styles if style.get(_STYLE + "parent-style-name") == "Title"
    }
    return frozenset({"Title", *derived})


class _Reader:
    """Goes once through a text and keeps the notes that it comes upon."""

    def __init__(self, titles: frozenset[str]) -> None:
        self._titles = titles
        self._notes: list[Block] = []

    def blocks(self, text: _Element) -> Iterator[Block]:
        """Everything that is printed, in the order of reading; notes behind it."""
        yield from self._within(text)
        yield from self._notes

    def _within(self, element: _Element, marker: str = "") -> Iterator[Block]:
        for child in element:
            if child.tag in (_TEXT + "p", _TEXT + "h"):
                yield Block(marker + self._words(child), self._level(child))
                marker = ""
            elif child.tag == _TEXT + "list":
                for item in child:
                    yield from self._within(item, "- ")
            elif child.tag == _TABLE + "table-row":
                cells = (self._cell(cell) for cell in child)
                yield Block(" | ".join(filter(None, cells)))
            elif child.tag not in _UNSEEN:
                yield from self._within(child)

    def _cell(self, cell: _Element) -> str:
        return " ".join(" ".join(block.text.split()) for block in self._within(cell))

    def _level(self, element: _Element) -> int:
        if element.get(_TEXT + "style-name") in self._titles:
            return 1
        if element.tag == _TEXT + "p":
            return 0
        level = element.get(_TEXT + "outline-level") or "1"
        return min(int(level), 6) or 1 if level.isdecimal() and len(level) < 3 else 1

    def _words(self, element: _Element) -> str:
        return "".join(self._strings(element)).strip()

    def _strings(self, element: _Element) -> Iterator[str]:
        """The words of a paragraph; what is anchored in it and has paragraphs of its own stands a space apart."""
        yield _SPACES.sub(" ", element.text or "")
        for child in element:
            if child.tag in _BREAKS:
                yield _BREAKS[child.tag]
            elif child.tag == _TEXT + "note":
                yield self._note(child)
            elif child.tag not in _UNSEEN:
                gap = " " if child.tag in (_TEXT + "p", _TEXT + "h") else ""
                yield gap
                yield from self._strings(child)
                yield gap
            yield _SPACES.sub(" ", child.tail or "")

    def _note(self, note: _Element) -> str:
        """The number that leads to a note, which is kept for the end."""
        citation = " ".join((note.findtext(_TEXT + "note-citation") or "").split())
        body = note.find(_TEXT + "note-body")
        place = len(self._notes)
        if body is not None:
            self._notes.insert(place, Block(f"[{citation}] {self._words(body)}"))
        return f"[{citation}]"
