"""When a web page was published: what its machine-readable marks, its address and its own lines say, in this order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from lxml.etree import XPath, _Element

from kb_search.document import Date
from kb_search.loaders.claims import Said
from kb_search.loaders.datelines import LABELS, UPDATES, is_date_line, is_sentence
from kb_search.loaders.dates import day_first_in, find_dates, latest_day, read_date
from kb_search.loaders.datevotes import CHANGE
from kb_search.loaders.lines import Line, first_prose
from kb_search.loaders.teasers import Teasers
from kb_search.loaders.vocabulary import called, vocabulary

#: What can say a time to machines, in the order of the page; `times` looks at it more closely.
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
#: A bare day on a page that is older is what the page is about: there were no web pages.
_FIRST_PAGES = 1990
#: What stands in a line of text and is no line of its own, and the lines that may be sentences.
_INLINE = vocabulary("a b strong em i u span time abbr small font mark nobr cite sub sup")
_QUOTED = ("figcaption", "blockquote")
_SUBHEADINGS = ("h2", "h3", "h4", "h5", "h6")
_PARAGRAPHS = vocabulary("p li dd td")
_PUBLICATION = frozenset({"datePublished", "schema:datePublished"})


@dataclass(frozen=True, slots=True)
class _Read:
    """A page as its days are looked for: its lines, what of it is about others, and how days are read on it."""

    lines: Sequence[Line]
    title: int | None
    teasers: Teasers
    latest: Date
    day_first: bool | None


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
    read = _Read(lines, title, Teasers(lines, title), latest_day(), _order(language, lines))
    marked = _marked(page, read)
    if marked:
        said = any(not _PUBLICATION.isdisjoint(_properties(one.element)) for one in marked)
        yield Said("date", str(marked[0].date), "itemprop datePublished" if said else "time element")
    yield from address_date(address)
    yield from _shown(read, {one.element for one in marked})


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


def _marked(page: _Element, read: _Read) -> list[_Mark]:
    """The marks for machines that give the day, if one of them is marked as that of publication, or all agree."""
    marks = list(islice(times(page), _MOST_TIMES))
    dated = [
        _Mark(element, date)
        for element in marks
        if (date := marked_day(element, read.latest, day_first=read.day_first))
        and read.teasers.around(element) is None
        and _may_date(element)
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


def times(page: _Element) -> Iterator[_Element]:
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


def marked_day(element: _Element, latest: Date, *, day_first: bool | None = None) -> Date | None:
    """The day that an element says: in print with a label (`Published 7 November`), to machines, in print without."""
    printed = "".join(element.itertext())[:_LONGEST_LINE]
    labelled = printed if LABELS.search(printed) and not UPDATES.search(printed) else ""
    for value in (labelled, element.get("datetime"), element.get("content"), element.get("title"), printed):
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


def _shown(page: _Read, marked: AbstractSet[_Element]) -> Iterator[Said]:
    """The day in a line around the title, else the only one that stands in a box called date.

    What a line says that stands in one of the `marked` elements is not said a second time.
    """
    lines, title = page.lines, page.title
    if title is not None:
        around = range(max(title - _NEAR, 0), min(title + _BELOW + 1, len(lines)))
        spots = list(_all_spots(page, around))
        prose = first_prose(lines[: around.stop], title + 1)
        below = [spot for spot in spots if title < spot.number <= prose]
        above = [spot for spot in spots if spot.number < title]
        inside = [spot for spot in spots if spot.number == title]
        for near in (below, above, inside):
            yield from _changed(near)
            if best := _best([spot for spot in near if not spot.changed]):
                yield from _printed(best, near, lines, marked)
                return
    places = islice((number for number, line in enumerate(lines) if may_say(line) and _is_boxed(line)), _MOST_BOXES)
    spots = list(_all_spots(page, places))
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


def _all_spots(page: _Read, numbers: Iterable[int]) -> Iterator[_Spot]:
    """The days in some lines, by their numbers, that can be that of publication."""
    for number in numbers:
        element = page.lines[number].element
        if may_say(page.lines[number]):
            spots = list(_spots(page, number))
            if spots and page.teasers.around(element) is None and _may_date(element):
                yield from spots


def may_say(line: Line) -> bool:
    """Whether a line is short and has figures that can be a day."""
    return len(line.text) <= _LONGEST_LINE and _FIGURES.search(line.text) is not None


def _is_boxed(line: Line) -> bool:
    """Whether a line stands in a box that is called date."""
    return line.element.tag == "time" or called(line.element, _DATED_BOX, around=1)


def _spots(page: _Read, number: int) -> Iterator[_Spot]:
    """The days in a line that can be that of publication; a label may stand in the line before."""
    lines, line = page.lines, page.lines[number]
    behind = 0
    days = find_dates(line.text, page.latest, day_first=page.day_first)
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
