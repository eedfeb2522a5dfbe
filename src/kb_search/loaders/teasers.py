"""Which parts of a web page announce other articles: their days and names are not those of the page's own.

A page's own parts hold its title, or the most of its text. Of the others one announces another article if it is
called so (`sidebar`, `related-posts`), or if something stands in it beside a link to another page: an item of a list,
one of several boxes alike, or what comes before the title or after the end of the text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice

from lxml.etree import XPath, _Element

from kb_search.loaders.boilerplate import is_beside
from kb_search.loaders.datelines import LABELS, UPDATES
from kb_search.loaders.lines import Line
from kb_search.loaders.names import is_byline

#: A line with more letters and spaces than these, and not linked, is of a text.
_TEXT_LENGTH, _TEXT_WORDS = 30, 8
#: So many lines are looked at, boxes beside a box and around an element, links in a box, and beginnings of its text.
_MOST_LINES, _MOST_ALIKE = 5000, 5
_MOST_AROUND, _MOST_LEVELS, _MOST_LINKS, _MOST_RUNS, _LONGEST_RUN = 3, 12, 20, 20, 120
#: A link with so many words says what an article is called; a shorter one, who wrote it or what it is about.
_TITLE_WORDS = 4
_ITEMS = frozenset({"li", "dt", "dd", "article"})
_CONTAINERS = frozenset({"div", "section", "header", "footer", "main", "ul", "ol", "table", "tbody", "center", "form"})
_ROWS = _ITEMS | {"tr", "a"}
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_BLOCKS = frozenset({"p", "div", "li", "td", "dd", "blockquote", "section", "article", "main", "body", "center", "pre"})
#: What links say that lead elsewhere than to another article.
_NO_ARTICLE = frozenset({"author", "tag", "category", "bookmark", "license", "home"})
_LINKS = XPath("descendant-or-self::a[@href][not(starts-with(@href, '#') or starts-with(@href, 'javascript:'))]")
#: A time, or a text with three figures.
_DAY = XPath(
    "boolean(descendant::time"
    " or descendant::text()[string-length(translate(., '0123456789', '')) < string-length(.) - 2])"
)


class Teasers:
    """Where on a page other articles are announced."""

    def __init__(self, lines: Sequence[Line], title: int | None) -> None:
        """`lines` are those of the page, `title` is the number of its title's."""
        first, last = _text_ends(lines[title or 0 :])
        start = first if title is None else lines[title].element
        self._before, self._text, self._behind = _path(start), _path(first), _path(last)
        self._own = {*self._before, *self._behind, *_titled(lines, title)}
        self._links: dict[_Element, list[_Element]] = {}
        self._dated: dict[_Element, bool] = {}

    def around(self, element: _Element) -> _Element | None:
        """The box that an element stands in if it announces another article, else None."""
        boxes = list(self._boxes(element))
        beside = next((box for box in boxes[1:] if self._is_beside(box)), None)
        if beside is not None or not boxes:
            return beside
        for number, box in enumerate(boxes[:_MOST_LEVELS]):
            links = [link for link in self._links_in(box) if _leads_elsewhere(link, element)]
            if links:
                return box if self._announces(boxes[number:], links[0], element) else None
        return boxes[-1] if self._follows_link(boxes[-1]) else None

    def _boxes(self, element: _Element) -> Iterator[_Element]:
        """The element and what is around it, from the inside, as far as it holds neither title nor text."""
        for box in (element, *element.iterancestors()):
            if box in self._own or box.tag == "body":
                return
            yield box

    def _is_beside(self, box: _Element) -> bool:
        """Whether a box is one beside the article; between title and text, only if a link in it is long as a title.

        One with a heading of level 1 holds an article, whatever it is called.
        """
        if not is_beside(box) or next(box.iter("h1"), None) is not None:
            return False
        is_head = _order(box, self._before) > 0 and _order(box, self._text) < 0
        return not is_head or any(_is_long(_begin(link)) for link in self._links_in(box))

    def _announces(self, boxes: Sequence[_Element], link: _Element, element: _Element) -> bool:
        """Whether the first of some boxes, in which a link is beside an element, is about where the link leads to."""
        box = boxes[0]
        behind = _order(element, self._behind) > 0
        outside = behind or _order(element, self._before) < 0
        if any(self._has_alike(one, anything=outside) for one in boxes[:_MOST_AROUND]):
            return True
        text, called = _begin(box), _begin(link)
        if not outside or (box.tag not in _ITEMS and _is_labelled(text)):
            return False
        if box.tag in _ITEMS or box.tag == "a" or _is_long(called) or any(map(_is_headed, boxes)):
            return True
        return behind and (box.tag not in _CONTAINERS or text.startswith(called))

    def _follows_link(self, box: _Element) -> bool:
        """Whether what is before a box, behind the end of the text, is a link or a heading with one in it."""
        before = box.getprevious()
        if before is None or _order(before, self._behind) <= 0 or _is_labelled(_begin(box)):
            return False
        return before.tag in ("a", *_HEADINGS) and any(_leads_elsewhere(one, box) for one in self._links_in(before))

    def _has_alike(self, box: _Element, *, anything: bool) -> bool:
        """Whether another box beside one is of the same make, with a day and a link in it.

        With `anything` also a box that is neither a row nor has a class.
        """
        if not (anything or box.get("class") or box.tag in _ROWS):
            return False
        beside = (islice(box.itersiblings(box.tag, preceding=one), _MOST_ALIKE) for one in (False, True))
        return any(one.get("class") == box.get("class") and self._is_dated(one) for two in beside for one in two)

    def _is_dated(self, box: _Element) -> bool:
        """Whether a box, none of the page's own, holds a day and a link."""
        if box not in self._dated:
            self._dated[box] = box not in self._own and bool(self._links_in(box)) and _DAY(box)
        return self._dated[box]

    def _links_in(self, box: _Element) -> list[_Element]:
        if box not in self._links:
            self._links[box] = _LINKS(box)[:_MOST_LINKS]
        return self._links[box]


def _text_ends(lines: Sequence[Line]) -> tuple[_Element | None, _Element | None]:
    """The first and the last paragraph of the box that holds the most text; None where nothing is text."""
    sizes: dict[_Element, int] = defaultdict(int)
    ends: dict[_Element, list[_Element]] = defaultdict(list)
    for line in islice(lines, _MOST_LINES):
        if len(line.text) > _TEXT_LENGTH and line.element.tag != "a" and line.text.count(" ") >= _TEXT_WORDS:
            block = _block(line.element)
            home = block.getparent()
            if home is not None:
                sizes[home] += len(line.text)
                ends[home].append(block)
    home = max(sizes, key=lambda one: sizes[one], default=None)
    return (None, None) if home is None else (ends[home][0], ends[home][-1])


def _titled(lines: Sequence[Line], title: int | None) -> Iterator[_Element]:
    """What is around the title where it is said again, if it is no link there."""
    if title is None:
        return
    wanted = lines[title].text.casefold()
    for line in lines:
        if len(line.text) == len(lines[title].text) and line.text.casefold() == wanted:
            around = [line.element, *line.element.iterancestors()]
            if all(one.tag != "a" for one in around):
                yield from around


def _block(element: _Element) -> _Element:
    return next((one for one in (element, *element.iterancestors()) if one.tag in _BLOCKS), element)


def _path(element: _Element | None) -> dict[_Element, _Element | None]:
    """An element and all around it, each with the one inside it that leads to the element."""
    path: dict[_Element, _Element | None] = {}
    inside = None
    while element is not None:
        path[element] = inside
        inside, element = element, element.getparent()
    return path


def _order(element: _Element, path: dict[_Element, _Element | None]) -> int:
    """Whether an element stands before (-1) or behind (1) what a path leads to, or in it or around it (0)."""
    inside = element
    for above in element.iterancestors():
        if above in path:
            other = path[above]
            places = 0 if other is None else above.index(inside) - above.index(other)
            return (places > 0) - (places < 0)
        inside = above
    return 0


def _leads_elsewhere(link: _Element, element: _Element) -> bool:
    """Whether a link can lead to another article, and says more than the element in it, a day as a rule."""
    said = _begin(link)
    if not any(map(str.isalpha, said)) or not _NO_ARTICLE.isdisjoint(link.get("rel", "").lower().split()):
        return False
    return element is link or link not in element.iterancestors("a") or said != _begin(element)


def _is_long(text: str) -> bool:
    return len(text.split()) >= _TITLE_WORDS


def _is_headed(box: _Element) -> bool:
    """Whether a box begins with a heading of its own."""
    first = next(box.iter("p", "li", *_HEADINGS), None)
    return first is not None and first.tag in _HEADINGS


def _is_labelled(text: str) -> bool:
    """Whether a text begins with what announces a day, of publication or of a change, or says who wrote an article."""
    return any(label.match(text) for label in (LABELS, UPDATES)) or is_byline(text)


def _begin(element: _Element) -> str:
    """The beginning of what an element says; a hostile one says very much."""
    return " ".join("".join(run[:_LONGEST_RUN] for run in islice(element.itertext(), _MOST_RUNS)).split())
