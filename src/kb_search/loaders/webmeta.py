"""What the head of a web page says about its article: JSON-LD, Open Graph and other meta tags, `<time>`.

The names are those of schema.org, the Open Graph protocol, Dublin Core and the readers that papers serve.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from kb_search.loaders.metadata import Said, said

#: Field -> the meta tags that tell it, best first.
_META = {
    "title": ("og:title", "twitter:title", "dc.title", "citation_title", "headline"),
    "source": ("og:site_name", "publisher", "dc.publisher", "citation_journal_title", "article:publisher"),
    "date": (
        "article:published_time", "og:article:published_time", "og:published_time", "datepublished",
        "citation_publication_date", "dc.date.issued", "dcterms.issued", "dc.date", "dcterms.date",
        "dcterms.created", "dc.date.created", "parsely-pub-date", "sailthru.date", "publish-date",
        "publishdate", "pubdate", "publication_date", "date",
    ),
    "author": ("author", "article:author", "dc.creator", "dcterms.creator", "citation_author",
               "parsely-author", "sailthru.author", "byl"),
    "url": ("og:url",),
    "language": ("og:locale", "content-language", "dc.language"),
}  # fmt: skip
_ARTICLE_TYPES = ("Article", "BlogPosting", "Report", "LiveBlogPosting", "SocialMediaPosting")
#: A page seldom has 50 objects of JSON-LD; one with more than this was not made for readers.
_MOST_NODES = 2000

_APPENDED = re.compile(r"(.*\S)\s+[|–—·•»:-]+\s+(.*)", re.DOTALL)

Node = Mapping[str, object]


def page_claims(page: BeautifulSoup) -> list[Said]:
    """What a page says about its article, in the order of rank. Nothing in it is trusted or executed."""
    claims = [*_linked_data(page), *_meta_tags(page), *_other_tags(page), *_host(page)]
    sites = {_folded(one.value) for one in claims if one.field == "source"}
    headings = {_folded(tag.get_text(" ")) for tag in page.find_all("h1", limit=20)}
    return [_without_site(one, sites, headings) if one.field == "title" else one for one in claims]


def _without_site(claim: Said, sites: AbstractSet[str], headings: AbstractSet[str]) -> Said:
    """A title without the name of the site that pages append: `Talks resume | The Paper`."""
    found = _APPENDED.fullmatch(claim.value.strip()[:1000])
    if found and (_folded(found[2]) in sites or _folded(found[1]) in headings):
        return Said("title", found[1], f"{claim.origin}, without the site's name")
    return claim


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _linked_data(page: BeautifulSoup) -> Iterator[Said]:
    """The first article among the page's JSON-LD objects."""
    nodes = list(_nodes(page))
    known = {str(node["@id"]): node for node in nodes if "@id" in node and len(node) > 1}
    article = next(filter(_is_article, nodes), None)
    if article is None:
        return
    fields = {
        "title": article.get("headline") or article.get("name"),
        "date": article.get("datePublished"),
        "author": _names(article.get("author"), known),
        "source": _names(article.get("publisher"), known),
        "url": _address(article),
        "language": article.get("inLanguage"),
    }
    for one in said(fields, "JSON-LD"):
        yield Said(one.field, html.unescape(one.value), one.origin)


def _nodes(page: BeautifulSoup) -> Iterator[Node]:
    """All objects of all JSON-LD scripts, whatever they are wrapped in."""
    left = _MOST_NODES
    for script in page.find_all("script", type="application/ld+json", limit=50):
        waiting = [_parsed(script.string or "")]
        while waiting and left:
            value = waiting.pop(0)
            left -= 1
            if isinstance(value, list):
                waiting += value
            elif isinstance(value, dict):
                yield value
                waiting += [inner for inner in value.values() if isinstance(inner, dict | list)]


def _parsed(text: str) -> object:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _is_article(node: Node) -> bool:
    kinds = node.get("@type")
    named = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(kind, str) and kind.endswith(_ARTICLE_TYPES) for kind in named)


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


def _address(article: Node) -> object:
    page = article.get("mainEntityOfPage")
    return article.get("url") or (page.get("@id") if isinstance(page, dict) else page)


def _meta_tags(page: BeautifulSoup) -> Iterator[Said]:
    contents = _contents(page)
    for field, names in _META.items():
        for name in names:
            for value in contents.get(name, ()):
                if field in ("url", "date") or "://" not in value:
                    yield Said(field, value, f"meta tag {name}")
    language = page.html.get("lang") if page.html else None
    if isinstance(language, str):
        yield Said("language", language, "lang of the page")


def _contents(page: BeautifulSoup) -> dict[str, list[str]]:
    """Name of a meta tag in small letters -> what it says; several authors have several tags."""
    contents: dict[str, list[str]] = {}
    for tag in page.find_all("meta", content=True, limit=500):
        name = tag.get("property") or tag.get("name") or tag.get("itemprop") or tag.get("http-equiv")
        value = str(tag["content"]).strip()
        if isinstance(name, str) and value:
            contents.setdefault(name.lower(), []).append(value)
    return {name: _joined(name, values) for name, values in contents.items()}


def _joined(name: str, values: Iterable[str]) -> list[str]:
    different = list(dict.fromkeys(values))
    return [", ".join(different)] if name in _META["author"] else different[:1]


def _other_tags(page: BeautifulSoup) -> Iterator[Said]:
    link = page.find("link", rel="canonical", href=True)
    if isinstance(link, Tag):
        yield Said("url", str(link["href"]), "canonical link")
    if date := _time(page):
        yield Said("date", date, "time element")
    heading = page.find("h1")
    if isinstance(heading, Tag) and len(page.find_all("h1", limit=2)) == 1:
        yield Said("title", heading.get_text(" "), "first heading")
    if page.title:
        yield Said("title", page.title.get_text(" "), "title element")


def _time(page: BeautifulSoup) -> str:
    """The day of publication where a `<time>` says that it is one, or where the page names one day only."""
    times = [tag for tag in page.find_all("time", limit=200) if tag.get("datetime")]
    marked = [tag for tag in times if tag.has_attr("pubdate") or tag.get("itemprop") == "datePublished"]
    days = {str(tag["datetime"]).strip()[:10] for tag in marked[:1] or times}
    return days.pop() if len(days) == 1 else ""


def _host(page: BeautifulSoup) -> Iterator[Said]:
    """Who published the page, if nothing else says it: the host of its own address."""
    link = page.find("link", rel="canonical", href=True) or page.find("meta", property="og:url", content=True)
    if not isinstance(link, Tag):
        return
    try:
        host = urlsplit(str(link.get("href") or link.get("content"))).hostname
    except ValueError:
        return
    if host and "." in host:
        yield Said("source", host.removeprefix("www."), "host of the page")
