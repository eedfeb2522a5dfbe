"""Web pages (`.html`): the article without the page around it, its headings, and what its head says.

trafilatura finds the main text (A. Barbaresi, Trafilatura: A Web Scraping Library, ACL 2021). Where it finds
none, the whole body is taken, menus and footers aside: rather too much than an article lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from kb_search.document import Article
from kb_search.loaders.base import SourceFile, printable, read_bytes
from kb_search.loaders.body import Block, Body, compose
from kb_search.loaders.claims import Said, read_as
from kb_search.loaders.cleaning import decode
from kb_search.loaders.maintext import main_text, parse
from kb_search.loaders.metadata import around, assemble
from kb_search.loaders.vocabulary import Names
from kb_search.loaders.webmeta import page_claims
from kb_search.loaders.wholepage import whole_text

_DECLARED = re.compile(rb"""(?:charset|encoding)\s{0,5}=\s{0,5}["']?\s{0,5}([\w.:-]{1,40})""", re.IGNORECASE)
_XML_HEAD = re.compile(r"\s*<\?xml[^>]{0,200}>")
#: Larger pages, and those with more tags, go without a search for their article: it needs up to 100 µs for each tag,
#: and seconds for each million characters of some pages. Of 240 real ones none has more than 6,000 tags.
_MOST_MARKUP, _MOST_TAGS = 5_000_000, 50_000
#: The parser needs time by the square of the attributes of one tag: 26 s for 100,000.
_LONG, _MOST_ATTRIBUTES = 20_000, 2_000
_LONG_TAG = re.compile(rf"<[a-zA-Z][^<>]{{{_LONG},}}")
#: What such a page says of itself stands in so much of its beginning.
_HEAD = 300_000


def load(file: SourceFile) -> Iterator[Article]:
    """The one article of a page. Raises DocumentError where it cannot be read or holds no text."""
    raw = read_bytes(file)
    decoded = decode(raw, printable(file.relative), declared_encoding(raw))
    body, claims = read_page(decoded.text)
    yield assemble(around(file), body, [*claims, *read_as(decoded)], "html")


def declared_encoding(raw: bytes) -> str:
    """The encoding that the head of a page says it is in, as it says it; empty where it does not."""
    declared = _DECLARED.search(raw[:4096])
    return declared[1].decode("ascii", "ignore") if declared else ""


def read_page(text: str, saved_from: str = "") -> tuple[Body, list[Said]]:
    """The main text of a page, and what the page says about it; `saved_from` is its address where that is known.

    The loader of saved pages asks this too.
    """
    head = _XML_HEAD.match(text)
    markup = text[head.end() :] if head else text
    big = len(markup) > _MOST_MARKUP or markup.count("<") > _MOST_TAGS or _is_crowded(markup)
    page, whole = parse(markup[:_HEAD] if big else markup)
    names = Names.on(page) if page is not None else Names(())
    claims = [] if page is None else page_claims(page, names, markup, saved_from, search=not big)
    title = next((one.value for one in claims if one.field == "title" and not one.refused), "")
    blocks = [] if page is None or big or not whole else main_text(page, names, title)
    body = compose(_titled(blocks, title))
    if not body.text:
        body = compose(_titled(whole_text(markup), title))
    if body.title:
        claims.append(Said("title", body.title, "first heading"))
    return body, claims


def _titled(blocks: list[Block], title: str) -> list[Block]:
    """The blocks, and where nothing says the title, the heading that alone stands above all as one of level 1."""
    levels = [block.level for block in blocks]
    is_title = not title and 1 not in levels and levels[:1] > [0] and levels.count(levels[0]) == 1
    return [replace(blocks[0], level=1), *blocks[1:]] if is_title else blocks


def _is_crowded(markup: str) -> bool:
    """Whether a tag has more attributes than any page gives it; pictures within a tag make it long as well."""
    if max(map(len, markup.split("<"))) <= _LONG:
        return False
    return any(found[0].count("=") > _MOST_ATTRIBUTES for found in _LONG_TAG.finditer(markup))
