"""A query as a tree of frozen dataclasses: what engines evaluate, what is marked, and what is said of it.

`parsing` makes the tree out of what was typed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kb_search.document import Date
from kb_search.results import Note

FIRST_DAY = 0
LAST_DAY = 99991231


@dataclass(frozen=True, slots=True)
class Word:
    """One word. It matches by its stems, or by its form alone where `exact`.

    `field` is `text`, `title` or `author`; `text` matches a passage's own words, helped by title and section.
    `start` and `end` say where it stands in the query.
    """

    form: str
    stems: tuple[str, ...]
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)
    exact: bool = False
    field: str = "text"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Exactly these forms, next to each other and in this order."""

    words: tuple[Word, ...]
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)
    field: str = "text"


@dataclass(frozen=True, slots=True)
class Source:
    """Passages of every source whose name contains these forms as a phrase."""

    forms: tuple[str, ...]
    typed: str


@dataclass(frozen=True, slots=True)
class Language:
    """Passages of articles in one language."""

    code: str


@dataclass(frozen=True, slots=True)
class DateRange:
    """Passages whose date lies wholly between two days, both included (numbers as Date.number).

    With `partly` those whose date may lie there: an article dated 2023 may be of September 2023.
    """

    first: int
    last: int
    typed: str = field(default="", compare=False)
    partly: bool = False


@dataclass(frozen=True, slots=True)
class Undated:
    """Passages without a date."""


@dataclass(frozen=True, slots=True)
class Everything:
    """All passages."""


@dataclass(frozen=True, slots=True)
class Not:
    """Passages that the child does not match."""

    child: Node


@dataclass(frozen=True, slots=True)
class And:
    """Passages that every child matches."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Passages that at least one child matches."""

    children: tuple[Node, ...]


Node = Word | Phrase | Source | Language | DateRange | Undated | Everything | Not | And | Or


@dataclass(frozen=True, slots=True)
class Query:
    """A query as it was understood. `text` is what was typed, cleaned; spans of notes are in it."""

    text: str
    tree: Node
    notes: tuple[Note, ...]


def leaves(node: Node) -> Iterator[Node]:
    """The leaves of a tree that a passage may have, from left to right; what stands under a NOT is left out."""
    if isinstance(node, And | Or):
        for child in node.children:
            yield from leaves(child)
    elif not isinstance(node, Not):
        yield node


def text_leaves(node: Node) -> tuple[Word | Phrase, ...]:
    """The words and phrases that a passage's own text can match."""
    return tuple(leaf for leaf in leaves(node) if isinstance(leaf, Word | Phrase) and leaf.field == "text")


def scoring_words(node: Node) -> tuple[Word, ...]:
    """The words that score, each once: those of the text and of titles, alone or in a phrase."""
    found: dict[tuple[str, ...], Word] = {}
    for leaf in leaves(node):
        if isinstance(leaf, Word | Phrase) and leaf.field != "author":
            for word in leaf.words if isinstance(leaf, Phrase) else (leaf,):
                found.setdefault(word.stems, word)
    return tuple(found.values())


def any_of(node: Node) -> Node:
    """The tree with its words joined by OR instead of AND; filters and exclusions stay as they are."""
    if isinstance(node, Or):
        return joined(Or, [any_of(child) for child in node.children])
    if not isinstance(node, And):
        return node
    words = [any_of(child) for child in node.children if text_leaves(child)]
    others = [child for child in node.children if not text_leaves(child)]
    return joined(And, ([joined(Or, words)] if words else []) + others)


def date_range(first: Date | None, last: Date | None, typed: str = "") -> DateRange:
    """From the first day of one date to the last day of another, both included; None is an open end."""
    return DateRange(first.first if first else FIRST_DAY, last.last if last else LAST_DAY, typed)


def joined(kind: type[And | Or], nodes: Sequence[Node]) -> Node:
    """One node for several; a group within a group of its own kind is opened."""
    if len(nodes) == 1:
        return nodes[0]
    flat: list[Node] = []
    for node in nodes:
        flat.extend(node.children if isinstance(node, kind) else (node,))
    return kind(tuple(flat))


def describe(node: Node) -> str:
    """The tree in plain words, to follow `Passages`; empty where it asks for everything."""
    children = [child for child in _parts(node) if not isinstance(child, Everything)]
    words = [child for child in children if _has_words(child)]
    filters = [child for child in children if not _has_words(child) and not isinstance(child, Not)]
    excluded = [child.child for child in children if isinstance(child, Not)]
    said = ["with " + _several("all of", words)] if words else []
    said += [_either(one) for one in filters]
    said += [_without(one) for one in excluded]
    return " · ".join(said)


def _parts(node: Node) -> tuple[Node, ...]:
    return node.children if isinstance(node, And) else (node,)


def _has_words(node: Node) -> bool:
    return any(isinstance(leaf, Word | Phrase) for leaf in leaves(node))


def _several(how: str, nodes: Sequence[Node]) -> str:
    if len(nodes) == 1:
        only = nodes[0]
        return _several("any of", only.children) if isinstance(only, Or) else _named(only)
    return f"{how} " + ", ".join(map(_named, nodes))


def _either(node: Node) -> str:
    return " or ".join(map(_named, node.children)) if isinstance(node, Or) else _named(node)


def _without(node: Node) -> str:
    if isinstance(node, Everything):
        return "none of them"
    if not _has_words(node):
        return "not " + _named(node)
    if isinstance(node, And):
        return "not with " + _several("all of", node.children)
    return "without " + _several("all of", (node,))


def _named(node: Node) -> str:  # noqa: PLR0911 - one case for each kind of node
    match node:
        case Word():
            return _in_field(node.field, ("exactly " if node.exact else "") + node.form)
        case Phrase():
            return _in_field(node.field, "“" + " ".join(word.form for word in node.words) + "”")
        case Source():
            return f"in source {node.typed}"
        case Language():
            return f"in language {node.code}"
        case DateRange():
            return f"dated {_days(node.typed)}"
        case Undated():
            return "undated"
        case Everything():
            return "anything"
        case Not():
            return f"not {_named(node.child)}"
        case And() | Or():
            return "(" + (" and " if isinstance(node, And) else " or ").join(map(_named, node.children)) + ")"


def _in_field(name: str, text: str) -> str:
    return {"title": f"{text} in the title", "author": f"{text} as author"}.get(name, text)


def _days(typed: str) -> str:
    first, dots, last = typed.partition("..")
    if not dots:
        return typed
    return f"{first} to {last}" if first and last else f"from {first}" if first else f"up to {last}"
