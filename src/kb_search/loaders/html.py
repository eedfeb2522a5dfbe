"""Web pages (`.html`): the article without the page around it, its headings, and what its head says.

trafilatura finds the main text (A. Barbaresi, Trafilatura: A Web Scraping Library, ACL 2021). Where it finds
none, the whole body is taken, menus and footers aside: rather too much than an article lost.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import trafilatura
from bs4 import BeautifulSoup, NavigableString, Tag
from lxml.etree import _Element

from kb_search.document import Article
from kb_search.loaders.base import SourceFile, printable, read_bytes
from kb_search.loaders.body import Block, Body, compose
from kb_search.loaders.cleaning import decode, scrub
from kb_search.loaders.metadata import Said, around, assemble
from kb_search.loaders.webmeta import page_claims

#: Larger pages go without trafilatura, which needs seconds for each million characters of some of them.
_MOST_MARKUP = 5_000_000
_DECLARED = re.compile(rb"""(?:charset|encoding)\s{0,5}=\s{0,5}["']?\s{0,5}([\w.:-]{1,40})""", re.IGNORECASE)
_XML_HEAD = re.compile(r"\s*<\?xml[^>]{0,200}>")
_LINES = re.compile(r"[^\S\n]*\n\s*|\s+")
_HEADING = re.compile(r"h([1-6])")
#: Boxes of their own: where one begins or ends, so does a paragraph.
_PARAGRAPH = re.compile(
    "address|article|aside|blockquote|body|br|caption|center|dd|details|dialog|div|dl|dt|fieldset|figcaption"
    "|figure|footer|form|h[1-6]|header|hr|li|main|menu|nav|ol|p|pre|section|summary|table|td|th|tr|ul"
)
_INLINE = frozenset({"hi", "ref", "del", "code"})
_NOT_ARTICLE = re.compile("nav|footer|aside|form|button|select|head|noscript|svg|iframe|object")

# trafilatura warns on the console of every page that it finds too short; what it does not find, we take.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def load(file: SourceFile) -> Iterator[Article]:
    """The one article of a page. Raises DocumentError where it cannot be read or holds no text."""
    raw = read_bytes(file)
    declared = _DECLARED.search(raw[:4096])
    text = decode(raw, printable(file.relative), declared[1].decode("ascii", "ignore") if declared else "").text
    body, claims = read_page(text)
    yield assemble(around(file), body, claims, "html")


def read_page(text: str) -> tuple[Body, list[Said]]:
    """The main text of a page, and what the page says about it. Loaders of mail and of saved pages ask this too."""
    markup = scrub(_XML_HEAD.sub("", text, count=1))
    page = BeautifulSoup(markup, "lxml")
    body = _main_text(markup) or compose(all_blocks(page))
    claims = page_claims(page)
    if body.title:
        claims.append(Said("title", body.title, "first heading"))
    return body, claims


def _main_text(markup: str) -> Body | None:
    """The article as trafilatura finds it, or None."""
    if len(markup) > _MOST_MARKUP:
        return None
    try:
        found = trafilatura.bare_extraction(markup, include_comments=False, with_metadata=False)
        body = compose(()) if found is None or isinstance(found, dict) else compose(_blocks(found.body))
    except Exception:  # noqa: BLE001 - whatever a hostile page does to it, the body's text is left
        return None
    return body if body.text else None


def _blocks(element: _Element) -> Iterator[Block]:
    """Paragraphs, headings, items of lists and rows of tables of trafilatura's tree."""
    for child in element:
        if child.tag == "head":
            level = _HEADING.fullmatch(child.get("rend") or "")
            yield Block(_words(child), int(level[1]) if level else 2)
        elif child.tag == "list":
            items = (_words(item, without="list") for item in child.iter("item"))
            yield from (Block(f"- {item}", tight=bool(number)) for number, item in enumerate(filter(None, items)))
        elif child.tag == "table":
            rows = (" | ".join(filter(None, map(_words, row))) for row in child)
            yield from (Block(row, tight=bool(number)) for number, row in enumerate(rows))
        elif child.tag in ("quote", "div") and len(child) and not (child.text or "").strip():
            yield from _blocks(child)
        else:
            yield Block(_words(child))
        yield Block(_flat(child.tail or ""))


def _words(element: _Element, without: str = "") -> str:
    """The text of an element; what is no part of a line of text stands a space apart."""
    return _flat("".join(_strings(element, without)))


def _strings(element: _Element, without: str) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        gap = "" if child.tag in _INLINE else " "
        if child.tag != without:
            yield gap
            yield from _strings(child, without)
        yield gap + (child.tail or "")


def _flat(text: str) -> str:
    return " ".join(text.split())


def all_blocks(page: BeautifulSoup) -> Iterator[Block]:
    """All text of a page, cut where its boxes begin and end. Goes on without recursion however deep it is."""
    open_tags: list[Tag] = []
    hidden = 0
    words: list[str] = []
    for node in (page.body or page).descendants:
        while open_tags and open_tags[-1] is not node.parent:
            closed = open_tags.pop()
            hidden -= bool(_NOT_ARTICLE.fullmatch(closed.name))
            if _PARAGRAPH.fullmatch(closed.name):
                yield _block(words, closed)
                words = []
        if isinstance(node, Tag):
            if _PARAGRAPH.fullmatch(node.name):
                yield _block(words, None)
                words = []
            hidden += bool(_NOT_ARTICLE.fullmatch(node.name))
            open_tags.append(node)
        elif type(node) is NavigableString and not hidden:
            words.append(str(node))
    yield _block(words, None)


def _block(words: list[str], tag: Tag | None) -> Block:
    level = _HEADING.fullmatch(tag.name) if tag else None
    return Block(_flat("".join(words)), int(level[1]) if level else 0)
