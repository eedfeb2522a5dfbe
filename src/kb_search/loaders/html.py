"""Web pages (`.html`): the article without the page around it, its headings, and what its head says.

trafilatura finds the main text (A. Barbaresi, Trafilatura: A Web Scraping Library, ACL 2021). Where it finds
none, the whole body is taken, menus and footers aside: rather too much than an article lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

from kb_search.document import Article
from kb_search.loaders.base import SourceFile, printable, read_bytes
from kb_search.loaders.body import Block, Body, compose
from kb_search.loaders.cleaning import decode
from kb_search.loaders.maintext import main_text, parse
from kb_search.loaders.metadata import Said, around, assemble, read_as
from kb_search.loaders.webmeta import page_claims

_DECLARED = re.compile(rb"""(?:charset|encoding)\s{0,5}=\s{0,5}["']?\s{0,5}([\w.:-]{1,40})""", re.IGNORECASE)
_XML_HEAD = re.compile(r"\s*<\?xml[^>]{0,200}>")
_LINES = re.compile(r"[^\S\n]*\n\s*|\s+")
_HEADING = re.compile(r"h([1-6])")
#: Boxes of their own: where one begins or ends, so does a paragraph.
_PARAGRAPH = re.compile(
    "address|article|aside|blockquote|body|br|caption|center|dd|details|dialog|div|dl|dt|fieldset|figcaption"
    "|figure|footer|form|h[1-6]|header|hr|li|main|menu|nav|ol|p|pre|section|summary|table|td|th|tr|ul"
)
_NOT_ARTICLE = re.compile("nav|footer|aside|form|button|select|head|noscript|svg|iframe|object")


def load(file: SourceFile) -> Iterator[Article]:
    """The one article of a page. Raises DocumentError where it cannot be read or holds no text."""
    raw = read_bytes(file)
    declared = _DECLARED.search(raw[:4096])
    decoded = decode(raw, printable(file.relative), declared[1].decode("ascii", "ignore") if declared else "")
    body, claims = read_page(decoded.text)
    yield assemble(around(file), body, [*claims, *read_as(decoded)], "html")


def read_page(text: str) -> tuple[Body, list[Said]]:
    """The main text of a page, and what the page says about it. Loaders of mail and of saved pages ask this too."""
    head = _XML_HEAD.match(text)
    markup = text[head.end() :] if head else text
    page, whole = parse(markup)
    claims = [] if page is None else page_claims(page, markup)
    title = next((one.value for one in claims if one.field == "title"), "")
    blocks = [] if page is None or not whole else main_text(page, title)
    body = compose(blocks)
    if not body.text:
        body = compose(all_blocks(BeautifulSoup(markup, "lxml")))
    if body.title:
        claims.append(Said("title", body.title, "first heading"))
    return body, claims


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


def _flat(text: str) -> str:
    return " ".join(text.split())


def _block(words: list[str], tag: Tag | None) -> Block:
    level = _HEADING.fullmatch(tag.name) if tag else None
    return Block(_flat("".join(words)), int(level[1]) if level else 0)
