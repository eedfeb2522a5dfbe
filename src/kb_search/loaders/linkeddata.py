"""What the JSON-LD of a web page says: of the page's own article, and of others that it only mentions.

The names are those of schema.org. A page may describe many articles: those of a list, the next one, its own. Its own
is the one with the page's address, or with its title.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from urllib.parse import unquote, urlsplit

from lxml.etree import XPath, _Element

from kb_search.loaders.claims import OTHER_ARTICLE, Said, said
from kb_search.loaders.datevotes import CHANGE
from kb_search.loaders.names import given_first

_ARTICLE_TYPES = ("Article", "BlogPosting", "Report", "LiveBlogPosting", "SocialMediaPosting")
_PAGE_TYPES = ("Page", "VideoObject", "Episode", "Recipe", "Product", "Event")
#: What stands below these is another work than the one that has them.
_OTHER_WORKS = frozenset({"itemListElement", "mentions", "citation", "isBasedOn", "comment", "relatedLink"})
#: A page seldom has 50 objects of JSON-LD; one with more than this was not made for readers.
_MOST_NODES = 2000
_MOST_SCRIPTS = 50
_SCRIPTS = XPath("descendant::script[@type='application/ld+json']")
#: What programs put around a script so that old browsers do not show it, and the comma that they forget at an end.
_IN_FRONT = re.compile(r"/\*\s{0,9}<!\[CDATA\[\s{0,9}\*/|(?://\s{0,9})?<!\[CDATA\[|<!--")
_BEHIND = re.compile(r"(?:/\*\s{0,9}\]\]>\s{0,9}\*/|(?://\s{0,9})?(?:\]\]>|-->))$")
_LONGEST_END = 40
_LAST_COMMA = re.compile(r'("(?:[^"\\]|\\.)*+"?)|,(?=\s*+[}\]])', re.DOTALL)
#: Fields that are still legible in a script that is not.
_LEGIBLE = {"title": "headline", "date": "datePublished"}


def scripts(page: _Element) -> list[_Element]:
    """The scripts of a page that hold JSON-LD."""
    return list(_SCRIPTS(page)[:_MOST_SCRIPTS])


def is_readable(script: _Element) -> bool:
    """Whether a script of JSON-LD is valid, or was mended."""
    return _parsed(script.text or "") is not None


Node = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Found:
    """An object of JSON-LD; one that is `apart` stands in a list of works or is only mentioned."""

    node: Node
    apart: bool = False


class LinkedData:
    """All JSON-LD of a page, read once."""

    def __init__(self, page: _Element) -> None:
        self._found: list[_Found] = []
        self._broken: list[str] = []
        for script in scripts(page):
            self._read(script.text or "")

    def article(self, addresses: Collection[str], titles: Collection[str]) -> Iterator[Said]:
        """What is said of the page's article; what is said of another one, or cannot be read, is refused.

        `addresses` are the page's own, `titles` what else it is called.
        """
        keys = {key for key in map(_key, addresses) if key}
        ranked = [(_rank(one, keys, titles), one) for one in self._found if _is_a(one.node, _ARTICLE_TYPES)]
        rank, own = min(ranked, key=lambda pair: pair[0], default=(_OTHER, None))
        if own and rank < _OTHER:
            yield from self._own(own.node, keys)
        others = (one for rest, one in ranked if rest == _OTHER and (rank == _OTHER or not one.apart))
        for one in islice(others, 1):
            yield from (replace(claim, refused=OTHER_ARTICLE) for claim in self._said(one.node))
        yield from self._legible()

    def page_day(self) -> Iterator[Said]:
        """The day on which the page itself, or its video, is said to be published."""
        for one in self._found:
            day = one.node.get("datePublished") or one.node.get("uploadDate")
            if isinstance(day, str) and _is_a(one.node, _PAGE_TYPES) and not one.apart:
                yield Said("date", day, "JSON-LD of the page")
                return

    def _read(self, text: str) -> None:
        waiting = [(_parsed(text), False)]
        if text.strip() and waiting[0][0] is None:
            self._broken.append(text)
        while waiting and len(self._found) < _MOST_NODES:
            value, apart = waiting.pop(0)
            if isinstance(value, list):
                waiting += [(one, apart) for one in value]
            elif isinstance(value, dict):
                self._found.append(_Found(value, apart))
                waiting += [(one, apart or key in _OTHER_WORKS) for key, one in value.items() if _is_nested(one)]

    def _own(self, article: Node, keys: Collection[str]) -> Iterator[Said]:
        for claim in self._said(article):
            strange = claim.field == "url" and keys and _key(claim.value) not in keys
            yield replace(claim, refused="not the address of this page") if strange else claim
        changed = article.get("dateModified")
        if isinstance(changed, str) and changed[:10] != str(article.get("datePublished"))[:10]:
            yield Said("date", changed, "JSON-LD dateModified", refused=CHANGE)

    def _said(self, article: Node) -> Iterator[Said]:
        known = {str(one.node["@id"]): one.node for one in self._found if "@id" in one.node and len(one.node) > 1}
        fields = {
            "title": article.get("headline") or article.get("name"),
            "date": article.get("datePublished"),
            "author": list(map(given_first, _names(article.get("author"), known))),
            "source": _names(article.get("publisher"), known),
            "url": article.get("url") or _main_page(article),
            "language": article.get("inLanguage"),
        }
        for one in said(fields, "JSON-LD"):
            yield Said(one.field, html.unescape(one.value), one.origin)

    def _legible(self) -> Iterator[Said]:
        for text in self._broken[:3]:
            for field, key in _LEGIBLE.items():
                if found := re.search(rf'"{key}"\s*:\s*"([^"]{{1,300}})"', text):
                    yield Said(field, found[1], "JSON-LD", refused="not valid JSON")


#: How surely an article is the page's own: its address, its title, nothing against it; another one.
_SAME_ADDRESS, _SAME_TITLE, _UNKNOWN, _OTHER = range(4)


def _rank(found: _Found, keys: Collection[str], titles: Collection[str]) -> int:
    node = found.node
    own = {key for key in map(_key, _addresses(node)) if key}
    if not own.isdisjoint(keys):
        return _SAME_ADDRESS
    if found.apart:
        return _OTHER
    title = _folded(str(node.get("headline") or node.get("name") or ""))
    if title and any(_folded(one).startswith(title) for one in titles):
        return _SAME_TITLE
    return _OTHER if own and keys else _UNKNOWN


def _addresses(article: Node) -> list[str]:
    said = (article.get("url"), _main_page(article), article.get("@id"))
    return [one for one in said if isinstance(one, str)]


def _main_page(article: Node) -> object:
    page = article.get("mainEntityOfPage")
    return (page.get("@id") or page.get("url")) if isinstance(page, dict) else page


def _key(address: str) -> str:
    """An address as far as it tells an article: without scheme, `www`, query and fragment; empty for a home page."""
    try:
        parts = urlsplit(address.strip())
        host = re.sub(r"^(?:www|m|amp|mobile)\.", "", parts.hostname or "")
    except ValueError:
        return ""
    path = re.sub(r"(?:/amp)?/*$", "", unquote(parts.path).casefold())
    return host + path if host and path else ""


def _folded(text: str) -> str:
    return " ".join(html.unescape(text).casefold().split())


def _parsed(text: str) -> object:
    """What a script says, mended where that is sure: wrapped in a comment, a comma behind the last value."""
    for attempt in (str, _mended):
        try:
            return json.loads(attempt(text), strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _mended(text: str) -> str:
    text = text.strip("\ufeff \t\r\n;")
    text = _IN_FRONT.sub("", text, count=1) if text[:1] in "/<" else text
    end = max(0, len(text) - _LONGEST_END)
    text = text[:end] + _BEHIND.sub("", text[end:])
    return _LAST_COMMA.sub(lambda found: found[1] or "", text.strip("; \t\r\n"))


def _is_nested(value: object) -> bool:
    return isinstance(value, dict | list)


def _is_a(node: Node, types: tuple[str, ...]) -> bool:
    kinds = node.get("@type")
    named = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(kind, str) and kind.endswith(types) for kind in named)


def _names(value: object, known: Mapping[str, Node]) -> list[str]:
    """Names of people or publishers: given as text, as an object, as a reference to one, or as a list."""
    names: list[str] = []
    for one in value[:20] if isinstance(value, list) else [value]:
        node = known.get(str(one.get("@id")), one) if isinstance(one, dict) and "name" not in one else one
        name = node.get("name") if isinstance(node, Mapping) else node
        if isinstance(name, list) and name:
            name = name[0]
        if isinstance(name, str) and name not in names and "://" not in name:
            names.append(name)
    return names
