"""What trafilatura loses of an article, put back where it stood: the lead, quotations, items and headings.

trafilatura sorts out by rules for single boxes, which now and then meet a part of the article: the lead that
stands in the page's header, a quotation in a box called `widget`. Its place gives such a part away. What stands
among paragraphs that were kept, in the same box as they, is of their kind; and what stands between the title
and the first paragraph, in a box that is called a lead or in the words of the page's own description, is the lead.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice
from typing import NamedTuple

from lxml.etree import _Element

from kb_search.loaders.body import Block
from kb_search.loaders.boilerplate import ASIDE, is_aside, is_pointer, length, linked, words
from kb_search.loaders.names import is_byline
from kb_search.loaders.vocabulary import called, vocabulary
from kb_search.paragraphs import STOPS

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_LINES = ("p", "div", "li", "blockquote", "pre", "dd", "dt", *_HEADINGS)
#: Boxes among the paragraphs of an article that may hold some of its text.
_INSETS = ("aside", "figcaption")
_OUTSIDE = ("nav", "footer", "aside", "form", "table", "button", "label", "select")
#: A page with more of them goes without: comparing costs time by their number times the length of the text.
_MOST_LINES = 3000
_LEAD = vocabulary("""
    lead leadin lead-in lede intro introduction introtext intro-text teaser teaser-text excerpt abstract summary
    standfirst stand-first deck dek subtitle sub-title subheadline sub-headline subheading sub-heading subhead subline
    sub-line subhed perex chapo chapeau entradilla bajada copete vorspann anons ingress
    """)
#: Names of boxes for what is about the article or a picture in it, not of it.
_NEVER = vocabulary("""
    caption captions wp-caption-text credit credits byline author authors date time meta info tag tags label hidden hide
    button btn count media image photo picture gallery video player embed ticker login price rating vote poll form
    """)
_FEWEST_WORDS = 5
#: Letters of a line that may stand in a text by accident.
_SHORT = 25
_HEADING = re.compile(r"h([1-6])")
#: White space, signs and soft hyphens, which title and heading may have in different ways.
_SIGNS = re.compile(r"\W+")
#: So many lines that were not kept may stand between a heading and its text.
_MOST_BETWEEN = 4


class _Line(NamedTuple):
    element: _Element
    text: str
    bare: str


def recover(page: _Element, blocks: Sequence[Block], description: str = "", title: str = "") -> list[Block]:
    """The blocks of the main text with those of the page that belong among them.

    `page` is the tree that they were found in, `description` what it says in short about itself, `title` its title.
    """
    elements = _elements(page)
    if not blocks or len(elements) > _MOST_LINES:
        return list(blocks)
    lines = [line for line in map(_line, elements) if line.bare]
    places = _places(lines, blocks)
    known = [number for number, place in enumerate(places) if place is not None]
    if not known:
        return list(blocks)
    homes = {lines[number].element.getparent() for number in known}
    above = lines[: known[0]]
    headings = [] if blocks[0].level else _headings(above, homes, title)
    before = {0: [*headings, *_lead(above, description)]}
    insets = {element: box for box in page.iter(*_INSETS) for element in box.iter(*_LINES, "figcaption")}
    last = -1
    for number, line in enumerate(lines):
        place = places[number]
        if place is not None:
            last = max(last, place)
        elif _is_inset(line, insets.get(line.element), homes) or (
            known[0] < number < known[-1] and _belongs(line, homes, heads=_heads(lines, places, number, title))
        ):
            before.setdefault(last + 1, []).append(_block(line))
    return list(_merged(blocks, before))


def _elements(page: _Element) -> list[_Element]:
    """The lines of a page: boxes of text without a box in them, menus, tables and the like aside."""
    outer = set()
    for element in page.iter(*_LINES, "table", "section", "figcaption"):
        above = element.getparent()
        while above is not None and above not in outer:
            outer.add(above)
            above = above.getparent()
    insets = set(page.iter(*_INSETS))
    outer.update(element for box in page.iter(*_OUTSIDE) if box not in insets for element in box.iter(*_LINES))
    return [element for element in page.iter(*_LINES, "figcaption") if element not in outer]


def _merged(blocks: Sequence[Block], before: dict[int, list[Block]]) -> Iterator[Block]:
    for number, block in enumerate(blocks):
        yield from before.get(number, ())
        yield block
    yield from before.get(len(blocks), ())


def _line(element: _Element) -> _Line:
    text = words(element)
    return _Line(element, text, text.replace(" ", ""))


def _places(lines: Sequence[_Line], blocks: Sequence[Block]) -> list[int | None]:
    """For each line the number of the block that has its words, or None.

    Spaces do not count, pages are full of them. Short lines (`Comments`) must be a whole block, longer ones
    may be a part of one.
    """
    texts = ["".join(block.text.removeprefix("- ").split()) for block in blocks]
    starts = [0, *accumulate(map(len, texts))]
    whole = "".join(texts)
    exact = {text: number for number, text in reversed(list(enumerate(texts)))}
    places: list[int | None] = []
    behind = 0
    for line in lines:
        if len(line.bare) < _SHORT:
            places.append(exact.get(line.bare))
            continue
        found = whole.find(line.bare, behind)
        if found < 0:
            found = whole.find(line.bare)
        else:
            behind = found
        places.append(None if found < 0 else bisect_right(starts, found) - 1)
    return places


def _belongs(line: _Line, homes: set[_Element | None], *, heads: bool) -> bool:
    """Whether a line between kept ones is one of them: it stands in the same box and is of their kind.

    `heads` says that it is a heading of what was kept behind it.
    """
    element, parent = line.element, line.element.getparent()
    quoted = element.tag == "blockquote" or (parent is not None and parent.tag == "blockquote")
    if element.tag in _HEADINGS:
        return heads and _is_near(element, homes) and _is_own(line)
    if parent not in homes and not (quoted and parent is not None and parent.getparent() in homes):
        return False
    return _is_own(line) and (element.tag in ("li", "dt", "dd") or _is_prose(line.text))


def _heads(lines: Sequence[_Line], places: Sequence[int | None], number: int, title: str) -> bool:
    """Whether a heading, not the title again, heads a line that was kept.

    Headings may be between, and what says who wrote the text, or when.
    """
    if lines[number].element.tag not in _HEADINGS or _says(title, lines[number]):
        return False
    for behind in range(number + 1, min(number + 1 + _MOST_BETWEEN, len(lines))):
        line = lines[behind]
        if places[behind] is not None:
            return True
        if not (line.element.tag in _HEADINGS or is_byline(line.text) or called(line.element, _NEVER, around=1)):
            return False
    return False


def _is_near(heading: _Element, homes: set[_Element | None]) -> bool:
    """Whether a heading stands in a box with kept paragraphs, or in one of its own in or beside such a box."""
    around = list(islice(heading.iterancestors(), 2))
    if not homes.isdisjoint(around):
        return True
    boxes = {home.getparent() for home in homes if home is not None}
    return len(around) > 1 and around[1].tag != "body" and around[1] in boxes


def _headings(lines: Sequence[_Line], homes: set[_Element | None], title: str) -> list[Block]:
    """The headings among the lines above the first paragraph that was kept, in its box or in a header of that box."""
    found: list[Block] = []
    for line in reversed(lines[-_MOST_BETWEEN:]):
        element = line.element
        is_heading = element.tag in _HEADINGS
        if (found and not is_heading) or (is_heading and not (_is_near(element, homes) and _is_own(line))):
            break
        if is_heading and not _says(title, line):
            found.append(_block(line))
    return found[::-1]


def _says(title: str, line: _Line) -> bool:
    """Whether a heading is the title, or a part of it, once more."""
    said, called = (_SIGNS.sub("", text.casefold()) for text in (line.text, title))
    return said in called


def _is_own(line: _Line) -> bool:
    """Whether a line is not linked, announces nothing, and is not called what is about the article."""
    element = line.element
    return not (called(element, _NEVER, around=1) or 2 * linked(element) > length(element) or is_pointer(line.text))


def _is_inset(line: _Line, box: _Element | None, homes: set[_Element | None]) -> bool:
    """Whether a line stands in a `box` of its own among the paragraphs: a caption, or an aside to the article."""
    if box is None or not _is_prose(line.text):
        return False
    figure = next(box.iterancestors("figure"), box)
    around = {box.getparent()} if box.tag == "aside" else set(islice(figure.iterancestors(), 2))
    if homes.isdisjoint(around) or is_aside(figure) or called(box, ASIDE):
        return False
    return 2 * linked(box) <= length(box)  # last: it reads all of the box


def _is_prose(text: str) -> bool:
    """Whether a line is some words that end as a sentence does."""
    return len(text.split()) >= _FEWEST_WORDS and text.rstrip("\"'”’“»)]")[-1:] in STOPS


def _lead(lines: Sequence[_Line], description: str) -> list[Block]:
    """The lead among the lines above the first paragraph that was kept, below the title."""
    title = next((n for n in range(len(lines) - 1, -1, -1) if lines[n].element.tag == "h1"), None)
    if title is None:
        return []
    bare = "".join(description.split())[:60]
    return [
        Block(line.text)
        for line in lines[title + 1 :]
        if len(line.text.split()) >= _FEWEST_WORDS
        and 2 * linked(line.element) < length(line.element)
        and (_is_called_lead(line.element) or (len(bare) > 30 and line.bare.startswith(bare)))
    ]


def _is_called_lead(element: _Element) -> bool:
    return called(element, _LEAD, around=1) and not called(element, _NEVER, around=1)


def _block(line: _Line) -> Block:
    level = _HEADING.fullmatch(line.element.tag)
    if line.element.tag == "li":
        return Block(f"- {line.text}", tight=line.element.getprevious() is not None)
    return Block(line.text, int(level[1]) if level else 0)
