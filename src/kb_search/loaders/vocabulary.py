"""What the names that web designers give to boxes say: the words of a class or an id, looked up in small lists.

A list is written as words of one to three parts: `newsletter`, `read-more`. Case and how the parts are joined
do not count: `readMore`, `read_more` and `article-readmore` all have it; `thread-moretti` has not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from lxml.etree import XPath, _Element

#: Words in small or large letters or both, as in `readMore`, and figures.
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SMALL_PARTS = re.compile(r"[a-z]+|\d+")
#: What blog programs write into a class about the subject of an article; no name of a box.
_SUBJECTS = re.compile(r"\b(?:tag|category|cat|post|postid|format|type|status)-\S+")
_LONGEST = 300
#: Asked of the library, which walks a page many times as fast as Python does.
_NAMED = XPath("descendant-or-self::*[@id or @class]")


def vocabulary(words: str) -> frozenset[str]:
    """The words of a list, as `called` looks them up."""
    return frozenset(word.replace("-", "") for word in words.split())


@dataclass(frozen=True, slots=True)
class Names:
    """The elements of a page that have an id or a class, with all that these say, looked up once for all lists."""

    elements: tuple[tuple[_Element, frozenset[str]], ...]

    @classmethod
    def on(cls, page: _Element) -> Names:
        """The names on a page."""
        return cls(tuple([(one, _said(one.get("id", ""), one.get("class", ""))) for one in _NAMED(page)]))

    def having(self, words: frozenset[str]) -> list[_Element]:
        """The elements of which the id or a class has one of the words, in their order."""
        return [element for element, said in self.elements if not words.isdisjoint(said)]


def called(element: _Element, words: frozenset[str], *, around: int = 0) -> bool:
    """Whether the id or a class of an element, or of one of `around` boxes around it, has one of the words."""
    own, classes = element.get("id", ""), element.get("class", "")
    if (own or classes) and not words.isdisjoint(_said(own, classes)):
        return True
    above = element.getparent() if around else None
    return above is not None and called(above, words, around=around - 1)


@lru_cache(4096)
def _said(own: str, classes: str) -> frozenset[str]:
    """All that an id and classes say."""
    return _runs(own).union(*map(_runs_of_class, classes[:_LONGEST].split()))


@lru_cache(16384)
def _runs_of_class(name: str) -> frozenset[str]:
    return _runs(_SUBJECTS.sub("", name) if "-" in name else name)


@lru_cache(16384)
def _runs(name: str) -> frozenset[str]:
    """All runs of one to three parts of a name, in small letters and without what joins them."""
    if name.islower():
        parts = _SMALL_PARTS.findall(name[:_LONGEST])
    else:
        parts = [part.lower() for part in _PARTS.findall(name[:_LONGEST])]
    if len(parts) < 2:
        return frozenset(parts)
    pairs = map("".join, pairwise(parts))
    triples = map("".join, zip(parts, parts[1:], parts[2:], strict=False))
    return frozenset([*parts, *pairs, *triples])
