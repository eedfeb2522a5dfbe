"""The day that nothing but the figures on a web page tells: what htmldate finds, where the page bears it out.

htmldate (A. Barbaresi, htmldate: A Python package to extract publication dates from web pages, Journal of Open
Source Software 5(51), 2020) always finds a date if there are figures that could be one, and about one in ten of these
is wrong. So it is asked last, about the page without what was read before and what is about other articles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from functools import cache
from itertools import islice

import htmldate
import htmldate.extractors
from lxml.etree import XPath, _Element, tostring

from kb_search.document import Date
from kb_search.loaders.boilerplate import drop
from kb_search.loaders.claims import OTHER_ARTICLE, Said
from kb_search.loaders.dates import find_dates, latest_day
from kb_search.loaders.lines import Line, page_lines, title_line
from kb_search.loaders.linkeddata import is_readable, scripts
from kb_search.loaders.teasers import Teasers
from kb_search.loaders.webdates import marked_day, may_say, times

#: In larger pages htmldate's patterns need seconds, and more than their share of a page's length.
_MOST_SEARCHED = 1_000_000
#: So many places of other articles are looked at, and so many of their days are told.
_MOST_PLACES, _MOST_TOLD = 500, 3
_LINKED = XPath("descendant::a[@href]")
_SAID = "translate(concat(@property, @name, @itemprop, @http-equiv), 'MODIFEUPAT', 'modifeupat')"
#: The tags of a page's head that say the day of a change.
_CHANGES = XPath(f"descendant::meta[contains({_SAID}, 'modified') or contains({_SAID}, 'update')]")


class _NoParser:
    """A parser of dates in words that reads none."""

    def get_date_data(self, _words: str) -> dict[str, None]:
        """No date, in the shape that htmldate expects."""
        return {"date_obj": None}


# htmldate would ask dateparser, which learns its 205 locales in each process at the first line that it cannot read:
# three seconds, as long as 40 pages take. `find_dates` has read the lines before; on 240 pages no day was lost.
htmldate.extractors.get_external_parser = cache(_NoParser)


def guessed_date(page: _Element, size: int, address: str, titles: Sequence[str]) -> Iterator[Said]:
    """The day that htmldate finds on a page (left as it is), or else those of the articles that the page announces.

    `size` is the length of its markup, `address` its own address, `titles` is what it may be called.
    """
    if size > _MOST_SEARCHED:
        return
    page = deepcopy(page)
    others: dict[str, Said] = {}
    for one in _without_others(page, titles):
        others.setdefault(one.value, one)
    found = htmldate.find_date(page, url=address or None, max_date=str(latest_day()))
    if found and _borne_out(Date.parse(found), tostring(page, encoding="unicode")):
        yield Said("date", found, "htmldate")
    else:
        yield from islice(others.values(), _MOST_TOLD)


def _without_others(page: _Element, titles: Sequence[str]) -> Iterator[Said]:
    """Take out of a page what says the day of another article, and what was read before; say which days these were."""
    lines = page_lines(page)
    teasers = Teasers(lines, title_line(lines, titles))
    boxes = []
    for element, origin, date in _days(page, lines):
        box = teasers.around(element)
        if box is None:
            continue
        boxes.append(box)
        if date:
            yield Said("date", str(date), origin, refused=OTHER_ARTICLE)
    for box in boxes:
        drop(box)
    for told in [*filter(is_readable, scripts(page)), *_CHANGES(page)]:
        drop(told)
    for link in _LINKED(page):
        del link.attrib["href"]


def _days(page: _Element, lines: Sequence[Line]) -> Iterator[tuple[_Element, str, Date | None]]:
    """Where a page gives a day, how, and which; None where it can be read in two ways."""
    latest = latest_day()
    for element in islice(times(page), _MOST_PLACES):
        yield element, "time element", marked_day(element, latest)
    for line in islice(filter(may_say, lines), _MOST_PLACES):
        found = find_dates(line.text, latest)
        yield line.element, "line of its own", found[0].date if found else None


def _borne_out(date: Date, markup: str) -> bool:
    """Whether a page has a day twice or more, as its pages do that carry their date in their marks and in print."""
    y, m, d = date.year, date.month, date.day
    # A pattern that begins with a letter or figure is looked for ten times as fast as one that begins with a choice.
    year_first = re.compile(rf"{y}[-/.]?0?{m}[-/.]?0?{d}(?!\d)")
    alone = rf"{d}(?:(?<!\d{d})|(?<=0{d})(?<!\d0{d}))"
    day_first = re.compile(rf"{alone}[-/.]0?{m}[-/.](?:{y}|{y % 100:02})(?!\d)")
    return len(year_first.findall(markup)) + len(day_first.findall(markup)) >= 2
