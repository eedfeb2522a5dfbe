"""Books (`.epub`): the chapters in the order of the spine make one article, their headings its sections.

After EPUB 3.3 (W3C 2023) and EPUB 2.0.1 (IDPF 2010): container, package document, spine, table of contents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import unquote

from lxml.etree import _Element

from kb_search.document import Article
from kb_search.errors import DocumentError
from kb_search.loaders.base import RowProblem, SourceFile, printable
from kb_search.loaders.body import Block, compose, keep_title
from kb_search.loaders.claims import Said
from kb_search.loaders.cleaning import decode, one_line
from kb_search.loaders.markup import read_markup
from kb_search.loaders.metadata import around, assemble
from kb_search.loaders.package import Package, dublin_core, resolved

_ORIGIN = "book's metadata"
_OPF = "{http://www.idpf.org/2007/opf}"
_NCX = "{http://www.daisy.org/z3986/2005/ncx/}"
_XHTML = "{http://www.w3.org/1999/xhtml}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_ROOTFILE = "{urn:oasis:names:tc:opendocument:xmlns:container}rootfile"
_CIPHER = "{http://www.w3.org/2001/04/xmlenc#}CipherReference"
_CHAPTER = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_XML_HEAD = re.compile(r"\s*<\?xml[^>]{0,200}>")


def load(file: SourceFile) -> Iterator[Article | RowProblem]:
    """The one article of a book, and the chapters that could not be read.

    Raises DocumentError where it is damaged or protected, or holds no text.
    """
    package = Package(file, "EPUB book")
    rootfile = next(package.xml(_CONTAINER).iter(_ROOTFILE), None)
    if rootfile is None:
        raise package.damaged()
    opf_name = unquote(rootfile.get("full-path") or "")
    opf = package.xml(opf_name)
    chapters = _spine(opf, opf_name)
    if set(chapters) & _encrypted(package):
        raise package.protected()
    claims = _metadata(opf)
    title = next((one.value for one in claims if one.field == "title"), "")
    labels = _contents(package, opf, opf_name)
    blocks: list[Block] = []
    problems: list[RowProblem] = []
    for chapter in chapters:
        try:
            blocks += _chapter(package, chapter, labels)
        except DocumentError as error:
            problems.append(RowProblem(printable(chapter), str(error)))
    if problems and not blocks:
        name, first = printable(file.relative), problems[0]
        raise DocumentError(f"{name} has no chapter that can be read; {first.where}: {first.message}")
    body = compose(blocks, title)
    if not title and body.title:
        claims.append(Said("title", body.title, "first heading"))
        if sum(block.level == 1 for block in blocks) > 1:  # it heads a chapter as well
            body = keep_title(body, "")
    yield assemble(around(file), replace(body, title=""), claims, "epub")
    yield from problems


def _items(opf: _Element) -> Mapping[str, _Element]:
    return {item.get("id") or "": item for item in opf.iter(_OPF + "item")}


def _spine(opf: _Element, opf_name: str) -> list[str]:
    """The names of the chapters' parts, each once, in the order of reading; a visible table of contents is none."""
    items = _items(opf)
    listed = (items.get(one.get("idref") or "") for one in opf.iter(_OPF + "itemref"))
    chapters = [
        resolved(opf_name, unquote(item.get("href") or ""))
        for item in listed
        if item is not None
        and item.get("media-type") in _CHAPTER
        and "nav" not in (item.get("properties") or "").split()
    ]
    return list(dict.fromkeys(chapters))


def _encrypted(package: Package) -> set[str]:
    """The parts that only a licensed program can read; fonts are often among them, and do not count."""
    if _ENCRYPTION not in package:
        return set()
    return {unquote(one.get("URI") or "") for one in package.xml(_ENCRYPTION).iter(_CIPHER)}


def _metadata(opf: _Element) -> list[Said]:
    """Title, authors, publisher and language, the day of publication, and an address on the web."""
    claims = dublin_core(opf, _ORIGIN)
    for one in opf.iter(_DC + "date"):
        event = one.get(_OPF + "event") or "publication"
        refused = "" if event in ("publication", "original-publication") else f"day of {one_line(event, 40)}"
        claims.append(Said("date", (one.text or "").strip(), _ORIGIN, refused))
    for term in ("identifier", "source"):
        addresses = [(one.text or "").strip() for one in opf.iter(_DC + term)]
        claims += [Said("url", value, _ORIGIN) for value in addresses if value.startswith(("http://", "https://"))][:1]
    return [claim for claim in claims if claim.value]


def _contents(package: Package, opf: _Element, opf_name: str) -> dict[str, str]:
    """What the table of contents calls each part; the first of several names, which is that of the whole."""
    labels: dict[str, str] = {}
    for item in _items(opf).values():
        name = resolved(opf_name, unquote(item.get("href") or ""))
        is_nav = "nav" in (item.get("properties") or "").split()
        if (is_nav or item.get("media-type") == "application/x-dtbncx+xml") and name in package:
            try:
                entries = list((_nav if is_nav else _ncx)(package.xml(name)))
            except DocumentError:  # chapters have headings of their own
                continue
            for address, label in entries:
                labels.setdefault(resolved(name, unquote(address)), one_line(label, 200))
    return labels


def _nav(root: _Element) -> Iterator[tuple[str, str]]:
    for link in root.iter(_XHTML + "a"):
        yield link.get("href") or "", "".join(link.itertext())


def _ncx(root: _Element) -> Iterator[tuple[str, str]]:
    for point in root.iter(_NCX + "navPoint"):
        target = point.find(_NCX + "content")
        if target is not None:
            yield target.get("src") or "", point.findtext(f"{_NCX}navLabel/{_NCX}text") or ""


def _chapter(package: Package, name: str, labels: Mapping[str, str]) -> Iterator[Block]:
    """The blocks of a chapter; if it has no heading, what the table of contents calls it is one."""
    if name not in package:
        raise DocumentError("the book lists this chapter and does not hold it")
    text = decode(package.checked(name), printable(name)).text
    blocks = list(read_markup(_XML_HEAD.sub("", text, count=1)))
    if labels.get(name) and not any(block.level for block in blocks):
        yield Block(labels[name], 2)
    yield from blocks
