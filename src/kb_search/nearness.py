"""NEAR between two parts of a query: `a NEAR/5 b`, chains of it, and what it cannot stand between."""

from __future__ import annotations

from kb_search.lexing import TEXT, Lexeme
from kb_search.notes import Notes, named
from kb_search.query import Leaf, Near, Node, Not, Or

#: What NEAR alone means: about a sentence's half, as BlackLab's users and those of newspaper archives are used to.
DISTANCE = 10
#: Farther than any two words of a passage stand apart.
MOST_DISTANCE = 999
_DIGITS = 4


def together(left: Node, right: Node, near: Lexeme, notes: Notes) -> list[Node]:
    """What two parts with NEAR between them ask for: one node, or both as they are where NEAR has no meaning, noted.

    NEAR binds closer than NOT: `NOT a NEAR/5 b` excludes what has a near b.
    """
    inner = left.child if isinstance(left, Not) else left
    if not (_has_places(inner) and _has_places(right)):
        message = (
            f"{named(near.text)} stands between words and phrases of the text, or alternatives of them in "
            "parentheses. It was left out, so both sides may stand anywhere in the passage."
        )
        notes.add("ignored", (near.start, near.end), message)
        return [left, right]
    distance = _distance(near, notes)
    (first, before), (last, after) = _chain(inner), _chain(right)
    node = Near((*first, *last), (*before, distance, *after))
    return [Not(node) if isinstance(left, Not) else node]


def _has_places(node: Node) -> bool:
    """Whether what a node asks for stands at some place of a text."""
    if isinstance(node, Or):
        return all(isinstance(child, Leaf) and child.field == TEXT for child in node.children)
    return isinstance(node, Near) or (isinstance(node, Leaf) and node.field == TEXT)


def _chain(node: Node) -> tuple[tuple[Node, ...], tuple[int, ...]]:
    return (node.children, node.distances) if isinstance(node, Near) else ((node,), ())


def _distance(near: Lexeme, notes: Notes) -> int:
    typed = near.text.partition("/")[2].lstrip("0")
    if "/0" in near.text and not typed:
        message = f"{named(near.text)} was read as NEAR/1: two words never stand in one place."
        notes.add("corrected", (near.start, near.end), message, notes.repaired((near.start, near.end), "NEAR/1"))
        return 1
    distance = int(typed[:_DIGITS] or DISTANCE)
    if distance > MOST_DISTANCE:
        message = f"{named(near.text)} was read as NEAR/{MOST_DISTANCE}, the largest distance."
        notes.add("limited", (near.start, near.end), message)
    return min(distance, MOST_DISTANCE)
