"""Who wrote an article, as its web page marks it or shows it near the title."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from lxml.etree import XPath, _Element

from kb_search.loaders.boilerplate import is_aside
from kb_search.loaders.lines import Line
from kb_search.loaders.names import is_byline, is_person, names
from kb_search.loaders.vocabulary import Names, vocabulary

#: How web pages mark the author, most telling first: HTML's rel, schema.org, hCard, then names of classes.
_MARKS = ("rel=author", "itemprop author", "hCard of the author", "byline")
_AUTHOR = vocabulary("""
    author authors author-name author-names author-link author-url author-title author-text authorname byline by-line
    byl byline-name autor autoren autores autorin auteur auteurs writer writers writtenby written-by journalist
    journalists submitted submitted-by posted-by postedby contributor contributors
    """)
_CARD = vocabulary("vcard h-card")
_NO_BYLINE = frozenset({"html", "head", "body", "meta", "link", "article", "main", "script"})
#: Where the name stands in a box about an author: schema.org, hCard, hCard 2, Drupal.
_INSIDE = XPath(
    "descendant::*[@itemprop='name' or contains(concat(' ', @class, ' '), ' fn ')"
    " or contains(concat(' ', @class, ' '), ' p-name ') or contains(concat(' ', @class, ' '), ' username ')]"
)
#: What has one of the first two marks.
_ATTRIBUTED = XPath(
    "descendant-or-self::*[@rel or @itemprop]"
    "[contains(concat(' ', normalize-space(@rel), ' '), ' author ') or @itemprop='author' or @itemprop='creator']"
)
#: A page that marks more people as its author lists those of other articles.
_MOST_AUTHORS = 4
_MOST_MARKED = 40
#: A line that names the authors stands at most so many lines from the title.
_LINES_ABOVE, _LINES_BELOW = 6, 14


def bylines(page: _Element, called_so: Names) -> Iterator[tuple[str, str]]:
    """Names of authors that the page marks as such, with how it marks them; `called_so` are the names on the page."""
    marked: dict[str, list[_Element]] = {mark: [] for mark in _MARKS}
    boxes = [*called_so.having(_AUTHOR), *page.iter("byline")]
    cards = set(called_so.having(_CARD))
    for element in dict.fromkeys([*_ATTRIBUTED(page), *boxes]):
        mark = _attributed(element) or _MARKS[2 if element in cards else 3]
        if element.tag not in _NO_BYLINE:
            marked[mark].append(element)
    for mark, elements in marked.items():
        found = list(
            dict.fromkeys(name for one in elements[:_MOST_MARKED] if not is_aside(one) for name in _names_in(one))
        )
        if found and len(found) <= _MOST_AUTHORS:
            yield ", ".join(_unlike(found)), mark


def _attributed(element: _Element) -> str:
    """How an attribute marks an element as that of the author, or nothing."""
    if "author" in element.get("rel", "").split():
        return _MARKS[0]
    return _MARKS[1] if element.get("itemprop") in ("author", "creator") else ""


def _names_in(element: _Element) -> Iterator[str]:
    for one in _INSIDE(element)[:5] or [element]:
        yield from names(" ".join(filter(None, map(str.strip, one.itertext()))))


def written_bylines(lines: Sequence[Line], title: int) -> Iterator[str]:
    """Names in lines like `By A. Lee` that stand near the title."""
    for line in lines[max(0, title - _LINES_ABOVE) : title + _LINES_BELOW]:
        if is_byline(line.text):
            yield ", ".join(filter(is_person, names(line.text)))


def _unlike(found: Iterable[str]) -> list[str]:
    """The names without those that are a part of another (`Lee` and `A. Lee`)."""
    kept: list[str] = []
    for name in found:
        if any(name.casefold() in other.casefold() for other in kept):
            continue
        kept = [other for other in kept if other.casefold() not in name.casefold()] + [name]
    return kept
