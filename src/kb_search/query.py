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
    children = node.children if isinstance(node, And) else (node,)
    words = tuple(child for child in children if text_leaves(child))
    others = tuple(child for child in children if not text_leaves(child))
    return joined(And, [joined(Or, words)] * bool(words) + list(others)) if children else node


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
    """The tree in plain words, to follow `Passages`."""
    positive = [child for child in _parts(node) if not isinstance(child, Not)]
    negative = [child.child for child in _parts(node) if isinstance(child, Not)]
    words = [child for child in positive if text_leaves(child)]
    rest = [_named(child) for child in positive if not text_leaves(child)]
    said = []
    if words:
        said.append("with " + ("all of " if len(words) > 1 else "") + ", ".join(map(_named, words)))
    said += [part for part in rest if part]
    said += ["without " + _named(child) for child in negative]
    return " · ".join(said)


def _parts(node: Node) -> tuple[Node, ...]:
    return node.children if isinstance(node, And) else (node,)


def _named(node: Node) -> str:  # noqa: C901, PLR0911 - one case for each kind of node
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
            return f"dated {node.typed}"
        case Undated():
            return "undated"
        case Everything():
            return ""
        case Not():
            return f"not {_named(node.child)}"
        case And():
            return "(" + " and ".join(map(_named, node.children)) + ")"
        case Or():
            return "any of (" + ", ".join(map(_named, node.children)) + ")"


def _in_field(name: str, text: str) -> str:
    return text if name == "text" else f"{name} with {text}"
