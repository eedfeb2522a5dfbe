"""When a web page was published: what its machine-readable marks, its address and its own lines say, in this order.

htmldate (A. Barbaresi, htmldate: A Python package to extract publication dates from web pages, Journal of Open
Source Software 5(51), 2020) is asked last and believed only where the page bears it out: it always finds a date
if there are figures that could be one, and about one in ten of these is wrong.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice

import htmldate
import htmldate.extractors
from lxml.etree import XPath, _Element

from kb_search.document import Date
from kb_search.loaders.boilerplate import is_aside
from kb_search.loaders.claims import Said
from kb_search.loaders.dates import day_first_in, find_dates, latest_day, read_date
from kb_search.loaders.lines import Line, first_prose
from kb_search.loaders.vocabulary import called, vocabulary

#: What can say a time to machines, in the order of the page; `_times` looks at it more closely.
_MARKED = XPath(
    "descendant-or-self::time[@datetime] | descendant-or-self::*[@itemprop or @property]"
    " | descendant-or-self::abbr[@id or @class]"
)
_PROPERTIES = frozenset({
    "datePublished", "dateCreated", "uploadDate", "schema:datePublished", "schema:dateCreated", "dc:date", "dc:created"
})  # fmt: skip
_PUBLISHED = vocabulary("published entry-date pubdate dt-published post-date publish-date")
_UPDATED = re.compile(
    r"updat|modif|aktualisier|geändert|mis à jour|actualiz|atualiz|aggiorn|обновл|güncel|zuletzt|last\s+edit|stand:",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"publish|posted|veröffentlicht|erschienen|erstellt|eingetragen|publié|mis en ligne|publicad|pubblicat|opublikowan"
    r"|опубликован|yayın|created|gepostet|geschrieben|\b(?:dat(?:um|e|a)|am|on|le)\b",
    re.IGNORECASE,
)
_DATED_BOX = vocabulary("""
    date dates datetime date-time time timestamp datum fecha data created publish published publication posted post-meta
    entry-meta meta submitted byline by-line info dateline pubdate publishdate postdate day
    """)
_ADDRESS = re.compile(
    r"(?<!\d)((?:19[89]|20)\d\d)([/-])(\d{1,2})\2(\d{1,2})(?=[/_.-]|$)|/(20\d\d)(\d\d)(\d\d)(?=[/_.-]|$)"
)
_IN_FIGURES = re.compile(r"(?<![\d./-])(\d{1,2})[./-](\d{1,2})[./-](?:19|20)\d\d(?!\d)")
#: What every day has that `find_dates` finds; most lines with figures have none of it.
_FIGURES = re.compile(r"(?:19|20)\d\d|\d[./-]\s?\d{1,2}[./-]")
_LONGEST_LINE = 120
#: Letters that may stand beside a date in a line that is about nothing else: the day of the week, a time, a name.
_MOST_BESIDE = 40
_NEAR = 12
_MOST_TIMES = 200
#: In larger pages htmldate's patterns need seconds, and more than their share of a page's length.
_MOST_SEARCHED = 1_000_000
_LONGEST_DRAFT = 31


class _NoParser:
    """A parser of dates in words that reads none."""

    def get_date_data(self, _words: str) -> dict[str, None]:
        """No date, in the shape that htmldate expects."""
        return {"date_obj": None}


# htmldate would ask dateparser, which learns its 205 locales in each process at the first line that it cannot read:
# three seconds, as long as 40 pages take. `find_dates` has read the lines before; on 240 pages no day was lost.
htmldate.extractors.get_external_parser = cache(_NoParser)


@dataclass(frozen=True, slots=True)
class _Spot:
    """A day that a line shows, and how sure it is that the line is about when the article was published."""

    date: Date
    weight: int
    number: int


def date_claims(
    page: _Element, lines: Sequence[Line], title: int | None, address: str, language: str
) -> Iterator[Said]:
    """What a page shows of its day of publication, in the order of rank.

    `lines` and `title` are the page's lines and the number of the title's, `address` is the page's own address,
    `language` the language tag that it declares; it tells how figures like 03/04/2023 are meant.
    """
    latest = latest_day()
    day_first = _order(language, lines)
    if marked := _marked(page, latest, day_first=day_first):
        yield Said("date", str(marked), "time element")
    yield from address_date(address)
    yield from _shown(lines, title, latest, day_first=day_first)


def address_date(address: str) -> Iterator[Said]:
    """The day that stands in the address of a page, if there is one."""
    if written := _in_address(address, latest_day()):
        yield Said("date", str(written), "address of the page")


def readable(value: str, language: str) -> str:
    """A date as metadata give it, as ISO 8601 where it can be read in one way, else as it stands."""
    try:
        read_date(value)
    except ValueError:
        found = {one.date for one in find_dates(value[:100], latest_day(), day_first=_order(language, ()))}
        return str(found.pop()) if len(found) == 1 else value
    return value


def agreed(claims: Sequence[Said]) -> list[Said]:
    """Claims of dates, best first: the order of rank, unless the first stands alone against two that agree.

    One of the two must be printed on the page or marked in it for machines, and a month away at most: the programs
    that write a page's head put the day of its first draft there; a day years later is that of a revision.
    """
    places: dict[str, set[str]] = {}
    for claim in claims:
        places.setdefault(claim.value[:10], set()).add(claim.origin.split(" ")[0])
    if not claims or len(places[claims[0].value[:10]]) > 1:
        return list(claims)
    better = [
        day
        for day, found in places.items()
        if len(found) > 1 and found & {"line", "time"} and _days_between(claims[0].value, day) <= _LONGEST_DRAFT
    ]
    return sorted(claims, key=lambda claim: claim.value[:10] not in better[:1])


def _days_between(one: str, other: str) -> float:
    try:
        return abs((dt.date.fromisoformat(one[:10]) - dt.date.fromisoformat(other[:10])).days)
    except ValueError:
        return math.inf


def guessed_date(page: _Element, markup: str, address: str) -> Iterator[Said]:
    """What htmldate finds on a page (left as it is), where the page bears it out."""
    if len(markup) > _MOST_SEARCHED:
        return
    found = htmldate.find_date(page, url=address or None, max_date=str(latest_day()))
    if found and _borne_out(Date.parse(found), markup):
        yield Said("date", found, "htmldate")


def _borne_out(date: Date, markup: str) -> bool:
    """Whether a page has a day twice or more, as its pages do that carry their date in their marks and in print."""
    y, m, d = date.year, date.month, date.day
    # A pattern that begins with a letter or figure is looked for ten times as fast as one that begins with a choice.
    year_first = re.compile(rf"{y}[-/.]?0?{m}[-/.]?0?{d}(?!\d)")
    alone = rf"{d}(?:(?<!\d{d})|(?<=0{d})(?<!\d0{d}))"
    day_first = re.compile(rf"{alone}[-/.]0?{m}[-/.](?:{y}|{y % 100:02})(?!\d)")
    return len(year_first.findall(markup)) + len(day_first.findall(markup)) >= 2


def _order(language: str, lines: Sequence[Line]) -> bool | None:
    """Whether a page writes the day before the month in figures; None where nobody knows.

    Its language says so, or else other dates of the page that can be read in one way only.
    """
    if (known := day_first_in(language)) is not None:
        return known
    figures = [found for line in lines if len(line.text) <= _LONGEST_LINE for found in _IN_FIGURES.findall(line.text)]
    orders = {int(first) > 12 for first, second in figures if (int(first) > 12) != (int(second) > 12)}
    return orders.pop() if len(orders) == 1 else None


def _marked(page: _Element, latest: Date, *, day_first: bool | None) -> Date | None:
    """The day that marks for machines give, if one of them is marked as that of publication, or all agree."""
    times = list(islice(_times(page), _MOST_TIMES))
    dated = [
        (element, date)
        for element in times
        if (date := _value(element, latest, day_first=day_first)) and not is_aside(element)
    ]
    published = [date for element, date in dated if _is_published(element)]
    days = set(published[:1]) or {date for _, date in dated}
    return days.pop() if len(days) == 1 else None


def _times(page: _Element) -> Iterator[_Element]:
    """The elements that say a time to machines, in their order."""
    for element in _MARKED(page):
        tag = element.tag
        if tag == "time":
            marks = element.get("datetime") is not None
        elif element.get("itemprop") in _PROPERTIES or element.get("property") in _PROPERTIES:
            marks = tag != "meta"
        else:
            marks = tag == "abbr" and called(element, _PUBLISHED)
        if marks:
            yield element


def _is_published(element: _Element) -> bool:
    marks = {element.get("itemprop"), element.get("property")}
    return bool(element.get("pubdate") is not None) or not marks.isdisjoint(_PROPERTIES) or called(element, _PUBLISHED)


def _value(element: _Element, latest: Date, *, day_first: bool | None) -> Date | None:
    for value in (element.get("datetime"), element.get("content"), element.get("title"), "".join(element.itertext())):
        if value and (found := find_dates(value[:100], latest, day_first=day_first)):
            return found[0].date
    return None


def _in_address(address: str, latest: Date) -> Date | None:
    for found in _ADDRESS.finditer(address[:500]):
        year, _, month, day, *compact = found.groups()
        try:
            date = Date(*map(int, compact if compact[0] else (year, month, day)))
        except ValueError:
            continue
        if date.first <= latest.first:
            return date
    return None


def _shown(lines: Sequence[Line], title: int | None, latest: Date, *, day_first: bool | None) -> Iterator[Said]:
    """The day in a line around the title, else the only one that stands in a box called date."""
    short = ((number, line.text) for number, line in enumerate(lines) if len(line.text) <= _LONGEST_LINE)
    figures = (number for number, text in short if _FIGURES.search(text))
    spots = [spot for number in figures for spot in _spots(lines, number, latest, day_first=day_first)]
    if title is not None:
        prose = first_prose(lines, title + 1)
        below = [spot for spot in spots if title < spot.number <= min(prose, title + 40)]
        above = [spot for spot in spots if title - _NEAR <= spot.number < title]
        inside = [spot for spot in spots if spot.number == title]
        for near in (below, above, inside):
            if best := _best([spot for spot in near if not is_aside(lines[spot.number].element)]):
                yield Said("date", str(best), "line near the title")
                return
    boxed = {spot.date for spot in spots if spot.weight > 2 and not is_aside(lines[spot.number].element)}
    if len(boxed) == 1:
        yield Said("date", str(boxed.pop()), "line of its own")


def _spots(lines: Sequence[Line], number: int, latest: Date, *, day_first: bool | None) -> Iterator[_Spot]:
    """The days in a line that can be that of publication; a label may stand in the line before."""
    line = lines[number]
    behind = 0
    for one in find_dates(line.text, latest, day_first=day_first):
        label = line.text[behind : one.start]
        if not label.strip(" ,:|-–—") and number and len(lines[number - 1].text) <= _MOST_BESIDE:
            label = lines[number - 1].text
        behind = one.end
        weight = 2 * (line.element.tag == "time" or called(line.element, _DATED_BOX, around=1))
        weight += bool(_LABEL.search(label)) + (len(line.text) - (one.end - one.start) <= _MOST_BESIDE)
        if weight and not _UPDATED.search(label):
            yield _Spot(one.date, weight, number)


def _best(spots: Sequence[_Spot]) -> Date | None:
    return max(spots, key=lambda spot: spot.weight).date if spots else None
