"""What a web page says about its article: JSON-LD, Open Graph and other meta tags, `<time>`, byline and dateline.

The names are those of schema.org, the Open Graph protocol, Dublin Core and the readers that papers serve.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from urllib.parse import urlsplit

from lxml.etree import XPath, _Element

from kb_search.loaders.bylines import bylines, written_bylines
from kb_search.loaders.claims import Said, said
from kb_search.loaders.lines import page_lines, title_line
from kb_search.loaders.names import names
from kb_search.loaders.vocabulary import Names
from kb_search.loaders.webdates import agreed, date_claims, guessed_date, readable

#: Field -> the meta tags that tell it, best first.
_META = {
    "title": ("og:title", "twitter:title", "dc.title", "citation_title", "headline"),
    "source": ("og:site_name", "publisher", "dc.publisher", "citation_journal_title", "article:publisher"),
    "date": (
        "article:published_time", "og:article:published_time", "og:published_time", "article:published",
        "citation_online_date", "citation_publication_date", "bepress_citation_date", "prism.publicationdate",
        "dc.date.issued", "dcterms.issued", "dc.date", "dc:date", "dcterms.date", "dcterms.created", "dc.date.created",
        "parsely-pub-date", "sailthru.date", "article.published", "published-date", "published_date", "publish-date",
        "publishdate", "pubdate", "publication_date", "cxenseparse:recs:publishtime", "datepublished", "uploaddate",
        "datecreated", "date",
    ),
    "author": ("author", "article:author", "dc.creator", "dc:creator", "dcterms.creator", "citation_author",
               "parsely-author", "sailthru.author", "byl"),
    "url": ("og:url",),
    "language": ("og:locale", "content-language", "dc.language"),
}  # fmt: skip
_ARTICLE_TYPES = ("Article", "BlogPosting", "Report", "LiveBlogPosting", "SocialMediaPosting")
#: A page seldom has 50 objects of JSON-LD; one with more than this was not made for readers.
_MOST_NODES = 2000

_LINKED = XPath("descendant::script[@type='application/ld+json']")
_METAS = XPath("descendant::meta[@content]")
_HEADINGS = XPath("descendant::h1")
#: Words of a publisher's name that no person has.
_ORGANISATION = re.compile(
    r"\b(?:e\.? ?V|GmbH|Inc|Ltd|LLC|AG|Verlag|Verein|Verband|Bundesverband|Landesanstalt|Ministerium|Ministry"
    r"|Institut(?:e)?|University|Universität|Union|Foundation|Stiftung|Agency|Agentur|Zeitung|News|Media|Magazin(?:e)?"
    r"|Online|Press|Times|Network|Group|Association|Organi[sz]ation|Committee|Department|Office|Bureau|Board)\b",
    re.IGNORECASE,
)
_APPENDED = re.compile(r"(.*\S)\s+[|–—·•»:-]+\s+(.*)", re.DOTALL)

Node = Mapping[str, object]


def page_claims(page: _Element, called_so: Names, markup: str = "") -> list[Said]:
    """What a page says about its article, in the order of rank. Nothing in it is trusted or executed.

    `called_so` are the names on the page; `markup` is what the page was read from; without it htmldate is not asked.
    """
    nodes = list(_nodes(page))
    head = [*_linked_data(nodes), *_meta_tags(page), *_other_tags(page), *_host(page)]
    language = next((one.value for one in head if one.field == "language"), "")
    address = next((one.value for one in head if one.field == "url"), "")
    lines = page_lines(page)
    title = title_line(lines, [one.value for one in _titles(page, head)])
    dates = [*date_claims(page, lines, title, address, language), *_linked_page(nodes)]
    authors = [Said("author", who, origin) for who, origin in bylines(page, called_so)]
    if title is not None:
        authors += [Said("author", who, "line near the title") for who in written_bylines(lines, title)]
    claims = [_readable(one, language) for one in [*head, *dates]]
    if markup and not any(one.field == "date" for one in claims):
        claims += guessed_date(page, markup, address)
    claims = [*(one for one in claims if one.field != "date"), *agreed([one for one in claims if one.field == "date"])]
    return [*_titles(page, [one for one in claims if one.field != "author"]), *_people([*head, *authors])]


def _readable(claim: Said, language: str) -> Said:
    return replace(claim, value=readable(claim.value, language)) if claim.field == "date" else claim


def _titles(page: _Element, claims: Iterable[Said]) -> list[Said]:
    """The claims, and in them the titles without the name of the site."""
    claims = list(claims)
    sites = {_folded(one.value) for one in claims if one.field == "source"}
    headings = {_folded(_words(tag)) for tag in _HEADINGS(page)[:20]}
    return [_without_site(one, sites, headings) if one.field == "title" else one for one in claims]


def _people(claims: Iterable[Said]) -> list[Said]:
    """What is said about authors, as names alone; the publisher is none, and is refused as one."""
    claims = list(claims)
    sites = {_bare(one.value) for one in claims if one.field == "source"}
    people = []
    for one in claims:
        if one.field == "author":
            found = names(one.value)
            publishes = _bare(one.value) in sites or bool(_ORGANISATION.search(one.value))
            publishes = publishes or (bool(found) and all(_bare(name) in sites for name in found))
            reason = "the publisher" if publishes else "" if found else "not a name"
            people.append(replace(one, value=", ".join(found) or one.value, refused=reason))
    return people


def _bare(text: str) -> str:
    """A name as it stands in an address: `The Valley Paper` as `thevalleypaper`."""
    text = re.sub(r"\.(?:com|org|net|de|at|ch|fr|ru|pl|es|co|uk|info|tv|news)$", "", text.casefold().strip())
    return re.sub(r"\W", "", text)


def _without_site(claim: Said, sites: AbstractSet[str], headings: AbstractSet[str]) -> Said:
    """A title without the name of the site that pages append: `Talks resume | The Paper`."""
    found = _APPENDED.fullmatch(claim.value.strip()[:1000])
    if found and (_folded(found[2]) in sites or _folded(found[1]) in headings):
        return Said("title", found[1], f"{claim.origin}, without the site's name")
    return claim


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _linked_data(nodes: Sequence[Node]) -> Iterator[Said]:
    """The first article among the page's JSON-LD objects."""
    known = {str(node["@id"]): node for node in nodes if "@id" in node and len(node) > 1}
    article = next((node for node in nodes if _is_a(node, _ARTICLE_TYPES)), None)
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


def _linked_page(nodes: Sequence[Node]) -> Iterator[Said]:
    """The day on which the page itself, or its video, is said to be published."""
    for node in nodes:
        day = node.get("datePublished") or node.get("uploadDate")
        if isinstance(day, str) and _is_a(node, ("Page", "VideoObject", "Episode", "Recipe", "Product", "Event")):
            yield Said("date", day, "JSON-LD of the page")
            return


def _nodes(page: _Element) -> Iterator[Node]:
    """All objects of all JSON-LD scripts, whatever they are wrapped in."""
    left = _MOST_NODES
    for script in _LINKED(page)[:50]:
        waiting = [_parsed(script.text or "")]
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


def _address(article: Node) -> object:
    page = article.get("mainEntityOfPage")
    return article.get("url") or (page.get("@id") if isinstance(page, dict) else page)


def _meta_tags(page: _Element) -> Iterator[Said]:
    contents = _contents(page)
    for field, tags in _META.items():
        for name in tags:
            for value in contents.get(name, ()):
                if field in ("url", "date") or "://" not in value:
                    yield Said(field, value, f"meta tag {name}")
    if language := page.get("lang"):
        yield Said("language", language, "lang of the page")


def _contents(page: _Element) -> dict[str, list[str]]:
    """Name of a meta tag in small letters -> what it says; several authors have several tags."""
    contents: dict[str, list[str]] = {}
    for tag in _METAS(page)[:500]:
        name = tag.get("property") or tag.get("name") or tag.get("itemprop") or tag.get("http-equiv")
        value = (tag.get("content") or "").strip()
        if name == "author" and tag.get("itemprop"):  # of a work in the list of references, as often as not
            continue
        if name and value:
            contents.setdefault(name.lower(), []).append(value)
    return {name: _joined(name, values) for name, values in contents.items()}


def _joined(name: str, values: Iterable[str]) -> list[str]:
    different = list(dict.fromkeys(values))
    return [", ".join(different)] if name in _META["author"] else different[:1]


def _other_tags(page: _Element) -> Iterator[Said]:
    if link := _canonical(page):
        yield Said("url", link, "canonical link")
    headings = [heading for heading in _HEADINGS(page)[:3] if _words(heading)]
    if len(headings) == 1:
        yield Said("title", _words(headings[0]), "first heading")
    title = page.find(".//head/title")
    if title is not None:
        yield Said("title", _words(title), "title element")


def _canonical(page: _Element) -> str:
    link = page.find(".//link[@rel='canonical']")
    return "" if link is None else link.get("href") or ""


def _words(element: _Element) -> str:
    return " ".join(" ".join(element.itertext()).split())


def _host(page: _Element) -> Iterator[Said]:
    """Who published the page, if nothing else says it: the host of its own address."""
    address = _canonical(page) or next(iter(_contents(page).get("og:url", ())), "")
    try:
        host = urlsplit(address).hostname
    except ValueError:
        return
    if host and "." in host:
        yield Said("source", host.removeprefix("www."), "host of the page")
