"""What a web page says about its article: JSON-LD, Open Graph and other meta tags, `<time>`, byline and dateline.

The names are those of the Open Graph protocol, Dublin Core and the readers that papers serve.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from lxml.etree import XPath, _Element

from kb_search.loaders.bylines import bylines, written_bylines
from kb_search.loaders.claims import Said
from kb_search.loaders.dateguess import guessed_date
from kb_search.loaders.datevotes import CHANGE, settled_dates
from kb_search.loaders.lines import page_lines, title_line
from kb_search.loaders.linkeddata import LinkedData
from kb_search.loaders.names import given_first, names
from kb_search.loaders.vocabulary import Names
from kb_search.loaders.webdates import date_claims, readable

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
               "citation_authors", "parsely-author", "sailthru.author", "byl"),
    "url": ("og:url",),
    "language": ("og:locale", "content-language", "dc.language"),
}  # fmt: skip
#: The meta tags of libraries: one for each author.
_LIBRARY = frozenset({"dc.creator", "dc:creator", "dcterms.creator", "citation_author", "citation_authors"})
#: Meta tags that tell the day of the last change.
_CHANGED = (
    "article:modified_time", "og:updated_time", "dcterms.modified", "dc.date.modified", "datemodified", "last-modified",
)  # fmt: skip
#: What browsers write in front of a page that they save.
_SAVED = re.compile(r"<!-- saved from url=\(\d{1,6}\)(https?://[^\s<>\"]{1,2000}) -->", re.IGNORECASE)
_SAVED_WITHIN = 5000
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


def page_claims(
    page: _Element, called_so: Names, markup: str = "", saved_from: str = "", *, search: bool = True
) -> list[Said]:
    """What a page says about its article, in the order of rank. Nothing in it is trusted or executed.

    `called_so` are the names on the page; `markup` is what the page was read from; `saved_from` its address, where
    that is known from elsewhere; without `search` htmldate is not asked for a date in it.
    """
    tags = [*_meta_tags(page), *_other_tags(page), *_addresses(page, markup, saved_from)]
    linked = LinkedData(page)
    told = list(linked.article([*_values(tags, "url"), saved_from], _values(tags, "title")))
    head = [*(one for one in told if not one.refused), *tags]
    head += _host(_values(tags, "url"))
    language = next(iter(_values(head, "language")), "")
    address = next(iter(_values(head, "url")), saved_from)
    lines = page_lines(page)
    called = _values(_titles(page, head), "title")
    title = title_line(lines, called)
    dates = [*date_claims(page, lines, title, address, language), *linked.page_day(), *_changes(page)]
    authors = [Said("author", who, origin) for who, origin in bylines(page, called_so)]
    if title is not None:
        authors += [Said("author", who, "line near the title") for who in written_bylines(lines, title)]
    everything = [*head, *dates, *(one for one in told if one.refused)]
    dates = [_readable(one, language) for one in everything if one.field == "date"]
    if search and markup and all(one.refused for one in dates):
        dates += guessed_date(page, len(markup), address, called)
    others = [one for one in everything if one.field not in ("date", "author")]
    people = _people([*everything, *authors])
    return [*_titles(page, others), *settled_dates(dates), *people]


def _values(claims: Iterable[Said], field: str) -> list[str]:
    """What is believed of a field, best first."""
    return [one.value for one in claims if one.field == field and not one.refused]


def _readable(claim: Said, language: str) -> Said:
    return replace(claim, value=readable(claim.value, language))


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
            people.append(replace(one, value=", ".join(found) or one.value, refused=one.refused or reason))
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
    return [", ".join(_given_first(name, different))] if name in _META["author"] else different[:1]


def _given_first(name: str, people: Sequence[str]) -> list[str]:
    """What tags of one name say about authors; `Family, Given` in a tag of its own as `Given Family`."""
    if name == "citation_authors":
        people = [one.strip() for value in people for one in value.split(";") if one.strip()]
    if len(people) == 1 and name not in _LIBRARY:  # a list, it may be
        return list(people)
    alone = name in _LIBRARY and (len(people) > 1 or name.startswith("citation_"))
    return [given_first(one, alone=alone) for one in people]


def _changes(page: _Element) -> Iterator[Said]:
    """The day on which the page was changed, which is not that of publication."""
    contents = _contents(page)
    for name in _CHANGED:
        for value in contents.get(name, ()):
            yield Said("date", value, f"meta tag {name}", refused=CHANGE)


def _other_tags(page: _Element) -> Iterator[Said]:
    headings = [heading for heading in _HEADINGS(page)[:3] if _words(heading)]
    if len(headings) == 1:
        yield Said("title", _words(headings[0]), "first heading")
    title = page.find(".//head/title")
    if title is not None:
        yield Said("title", _words(title), "title element")


def _addresses(page: _Element, markup: str, saved_from: str) -> Iterator[Said]:
    """The address that a page gives as its own, whole, and the one that a browser noted when it saved the page."""
    saved = _SAVED.search(markup, 0, _SAVED_WITHIN)
    base, link = page.find(".//base[@href]"), page.find(".//link[@rel='canonical']")
    around = _joined_address(saved[1] if saved else saved_from, "" if base is None else base.get("href", ""))
    if link is not None and link.get("href"):
        yield Said("url", _joined_address(around, link.get("href", "")), "canonical link")
    if saved:
        yield Said("url", saved[1], "address that the page was saved from")


def _joined_address(base: str, address: str) -> str:
    try:
        return urljoin(base, address.strip())
    except ValueError:
        return address


def _words(element: _Element) -> str:
    return " ".join(" ".join(element.itertext()).split())


def _host(addresses: Iterable[str]) -> Iterator[Said]:
    """Who published the page, if nothing else says it: the host of its own address."""
    for address in addresses:
        with suppress(ValueError):
            host = urlsplit(address).hostname
            if host and "." in host:
                yield Said("source", host.removeprefix("www."), "host of the page")
                return
