"""When a web page was published: what its machine-readable marks, its address and its own lines say, in this order.

htmldate (A. Barbaresi, htmldate: A Python package to extract publication dates from web pages, Journal of Open
Source Software 5(51), 2020) is asked last and believed only where the page bears it out: it always finds a date
if there are figures that could be one, and about one in ten of these is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import NamedTuple

import htmldate
import htmldate.extractors
from lxml.etree import XPath, _Element

from kb_search.document import Date
from kb_search.loaders.boilerplate import is_aside
from kb_search.loaders.claims import Said
from kb_search.loaders.datelines import LABELS, UPDATES, is_date_line, is_sentence
from kb_search.loaders.dates import day_first_in, find_dates, latest_day, read_date
from kb_search.loaders.datevotes import CHANGE
from kb_search.loaders.lines import Line, first_prose
from kb_search.loaders.vocabulary import called, vocabulary

#: What can say a time to machines, in the order of the page; `_times` looks at it more closely.
_MARKED = XPath("descendant-or-self::*[@itemprop or @property or self::time or self::abbr]")
_PROPERTIES = frozenset({
    "datePublished", "dateCreated", "uploadDate", "schema:datePublished", "schema:dateCreated", "dc:date", "dc:created"
})  # fmt: skip
_PUBLISHED = vocabulary("published entry-date pubdate dt-published post-date publish-date")
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
#: So many lines above the title, and below it, can say the day.
_NEAR, _BELOW = 12, 40
#: What a box called date is worth; a label, or that there is little else in the line, is worth one more.
_BOX_ALONE = 2
#: A page with more such boxes is a list, and each costs time.
_MOST_BOXES = 500
_MOST_TIMES, _MOST_RUNS = 200, 50
#: In larger pages htmldate's patterns need seconds, and more than their share of a page's length.
_MOST_SEARCHED = 1_000_000
#: A bare day on a page that is older is what the page is about: there were no web pages.
_FIRST_PAGES = 1990
#: What stands in a line of text and is no line of its own, and the lines that may be sentences.
_INLINE = vocabulary("a b strong em i u span time abbr small font mark nobr cite sub sup")
_QUOTED = ("figcaption", "blockquote")
_SUBHEADINGS = ("h2", "h3", "h4", "h5", "h6")
_PARAGRAPHS = vocabulary("p li dd td")
_PUBLICATION = frozenset({"datePublished", "schema:datePublished"})


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
    changed: bool


def date_claims(
    page: _Element, lines: Sequence[Line], title: int | None, address: str, language: str
) -> Iterator[Said]:
    """What a page shows of its day of publication, in the order of rank.

    `lines` and `title` are the page's lines and the number of the title's, `address` is the page's own address,
    `language` the language tag that it declares; it tells how figures like 03/04/2023 are meant.
    """
    latest = latest_day()
    day_first = _order(language, lines)
    marked = _marked(page, latest, day_first=day_first)
    if marked:
        said = any(not _PUBLICATION.isdisjoint(_properties(one.element)) for one in marked)
        yield Said("date", str(marked[0].date), "itemprop datePublished" if said else "time element")
    yield from address_date(address)
    yield from _shown(lines, title, latest, {one.element for one in marked}, day_first=day_first)


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


class _Mark(NamedTuple):
    element: _Element
    date: Date


def _marked(page: _Element, latest: Date, *, day_first: bool | None) -> list[_Mark]:
    """The marks for machines that give the day, if one of them is marked as that of publication, or all agree."""
    times = list(islice(_times(page), _MOST_TIMES))
    dated = [
        _Mark(element, date)
        for element in times
        if (date := _value(element, latest, day_first=day_first)) and not is_aside(element) and _may_date(element)
    ]
    published = [mark for mark in dated if _is_published(mark.element)]
    first = [*published, *dated][:1]
    same = [mark for mark in dated if mark.date == first[0].date]
    return same if published or len(same) == len(dated) else []


def _may_date(element: _Element) -> bool:
    """Whether what stands in an element can date the page: no caption, no quotation, no sentence about a day."""
    if element.tag in _QUOTED or next(element.iterancestors(*_QUOTED), None) is not None:
        return False
    around = element
    while around.tag in _INLINE and around.getparent() is not None:
        around = around.getparent()
    if around.tag not in _PARAGRAPHS or called(around, _DATED_BOX):
        return True
    # The beginning tells; a hostile page has thousands of days in one paragraph.
    runs = islice(around.itertext(), _MOST_RUNS)
    return not is_sentence(" ".join(run[:_LONGEST_LINE] for run in runs))


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
    published = element.get("pubdate") is not None or not _PROPERTIES.isdisjoint(_properties(element))
    return published or called(element, _PUBLISHED)


def _properties(element: _Element) -> set[str]:
    return {element.get("itemprop", ""), element.get("property", "")}


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


def _shown(
    lines: Sequence[Line], title: int | None, latest: Date, marked: AbstractSet[_Element], *, day_first: bool | None
) -> Iterator[Said]:
    """The day in a line around the title, else the only one that stands in a box called date.

    What a line says that stands in one of the `marked` elements is not said a second time.
    """
    if title is not None:
        around = range(max(title - _NEAR, 0), min(title + _BELOW + 1, len(lines)))
        spots = list(_all_spots(lines, around, latest, day_first=day_first))
        prose = first_prose(lines[: around.stop], title + 1)
        below = [spot for spot in spots if title < spot.number <= prose]
        above = [spot for spot in spots if spot.number < title]
        inside = [spot for spot in spots if spot.number == title]
        for near in (below, above, inside):
            yield from _changed(near)
            if best := _best([spot for spot in near if not spot.changed]):
                yield from _printed(best, near, lines, marked)
                return
    places = islice((number for number, line in enumerate(lines) if _may_say(line) and _is_boxed(line)), _MOST_BOXES)
    spots = list(_all_spots(lines, places, latest, day_first=day_first))
    boxed = [spot for spot in spots if spot.weight > _BOX_ALONE and not spot.changed]
    if len({spot.date for spot in boxed}) == 1 and not _all_in(boxed, lines, marked):
        yield Said("date", str(boxed[0].date), "line of its own")


def _changed(near: Sequence[_Spot]) -> Iterator[Said]:
    for spot in near:
        if spot.changed:
            yield Said("date", str(spot.date), "line near the title", refused=CHANGE)
            return


def _printed(
    best: _Spot, near: Sequence[_Spot], lines: Sequence[Line], marked: AbstractSet[_Element]
) -> Iterator[Said]:
    if _all_in([spot for spot in near if spot.date == best.date], lines, marked):
        return
    old = best.date.year < _FIRST_PAGES and best.weight < 2
    yield Said("date", str(best.date), "line near the title", refused="older than web pages" if old else "")


def _all_in(spots: Sequence[_Spot], lines: Sequence[Line], marked: AbstractSet[_Element]) -> bool:
    around = ({element, *element.iterancestors()} for element in (lines[spot.number].element for spot in spots))
    return all(not marked.isdisjoint(elements) for elements in around)


def _all_spots(
    lines: Sequence[Line], numbers: Iterable[int], latest: Date, *, day_first: bool | None
) -> Iterator[_Spot]:
    """The days in some lines, by their numbers, that can be that of publication."""
    for number in numbers:
        if _may_say(lines[number]):
            spots = list(_spots(lines, number, latest, day_first=day_first))
            if spots and not is_aside(lines[number].element) and _may_date(lines[number].element):
                yield from spots


def _may_say(line: Line) -> bool:
    """Whether a line is short and has figures that can be a day."""
    return len(line.text) <= _LONGEST_LINE and _FIGURES.search(line.text) is not None


def _is_boxed(line: Line) -> bool:
    """Whether a line stands in a box that is called date."""
    return line.element.tag == "time" or called(line.element, _DATED_BOX, around=1)


def _spots(lines: Sequence[Line], number: int, latest: Date, *, day_first: bool | None) -> Iterator[_Spot]:
    """The days in a line that can be that of publication; a label may stand in the line before."""
    line = lines[number]
    behind = 0
    days = find_dates(line.text, latest, day_first=day_first)
    if not days:
        return
    boxed = _is_boxed(line)
    if not is_date_line(line.text, days, marked=boxed):
        return
    for one in days:
        label = line.text[behind : one.start]
        if not label.strip(" ,:|-–—") and number and len(lines[number - 1].text) <= _MOST_BESIDE:
            label = lines[number - 1].text
        behind = one.end
        weight = _BOX_ALONE * boxed
        weight += bool(LABELS.search(label)) + (len(line.text) - (one.end - one.start) <= _MOST_BESIDE)
        if weight > (line.element.tag in _SUBHEADINGS):  # a bare day heads what happened on it
            yield _Spot(one.date, weight, number, bool(UPDATES.search(label)))


def _best(spots: Sequence[_Spot]) -> _Spot | None:
    return max(spots, key=lambda spot: spot.weight) if spots else None
