"""A query as a tree of frozen dataclasses: what engines evaluate and what is marked.

`parsing` makes the tree out of what was typed, `rendering` turns it into words again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from kb_search.document import Date
from kb_search.results import Note

FIRST_DAY = 0
LAST_DAY = 99991231


@dataclass(frozen=True, slots=True)
class Word:
    """One word. It matches by its stems, or by its form alone where `exact`.

    `field` is `text`, `title`, `section` or `author`; `text` matches a passage's own words, helped by title and
    section. `start` and `end` say where it stands in the query, `typed` how it is written there. What it scores is
    multiplied by `boost`.
    """

    form: str
    stems: tuple[str, ...]
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)
    typed: str = field(default="", compare=False)
    exact: bool = False
    field: str = "text"
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Phrase:
    """Exactly these forms, next to each other and in this order. The rest is as in Word."""

    words: tuple[Word, ...]
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)
    typed: str = field(default="", compare=False)
    field: str = "text"
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Pattern:
    """Any of the forms that fit: as written, never inflected.

    Where `edits` is 0, `text` is a form in which `?` stands for one letter and `*`, at its end, for any number of
    them; else a form fits that so many letters, added, left out or changed, make `text` of (V. I. Levenshtein, 1966).
    `forms` are those of the collection that fit; none before an engine has looked them up. With neither `?` nor `*` the
    pattern is a name, and its forms are the cases of that. The rest is as in Word.
    """

    text: str
    edits: int = 0
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)
    typed: str = field(default="", compare=False)
    field: str = "text"
    boost: float = 1.0
    forms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Near:
    """Words, phrases, patterns or alternatives of them, each near the next one, in either order.

    Number n and the one after it stand `distances[n]` places apart or fewer, counted between their nearest words; no
    word counts for both of them. All stand in one passage's own text, with nothing silent between.
    """

    children: tuple[Node, ...]
    distances: tuple[int, ...]


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
class EveryPassage:
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


@dataclass(frozen=True, slots=True)
class Names(Or):
    """A name as it was typed, the first child, or one of its other names: found like any OR, said as it was typed.

    `others` are the other names as they are written, each once, in the order of the children.
    """

    typed: str = field(default="", compare=False)
    others: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Spread:
    """Passages of the articles that match as a whole, wherever in them the words stand.

    An article matches a leaf if one of its passages does, and a NOT if what it excludes does not find the article. Of
    the articles that match, those passages are found that match `any_of(child)`.
    """

    child: Node


_GROUPS = (And, Or, Near)
Term = Word | Pattern
Leaf = Word | Phrase | Pattern
Node = Leaf | Near | Source | Language | DateRange | Undated | EveryPassage | Not | And | Or | Spread


@dataclass(frozen=True, slots=True)
class Query:
    """A query as it was understood. `text` is what was typed, cleaned; spans of notes are in it."""

    text: str
    tree: Node
    notes: tuple[Note, ...]


def leaves(node: Node) -> Iterator[Node]:
    """The leaves of a tree that a passage may have, from left to right; what stands under a NOT is left out."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, _GROUPS):
            waiting.extend(reversed(node.children))
        elif isinstance(node, Spread):
            waiting.append(node.child)
        elif not isinstance(node, Not):
            yield node


def text_leaves(node: Node) -> tuple[Leaf, ...]:
    """The words, phrases and patterns that a passage's own text can match."""
    return tuple(leaf for leaf in leaves(node) if isinstance(leaf, Leaf) and leaf.field == "text")


def scoring_terms(node: Node) -> tuple[Term, ...]:
    """What scores, each once with its largest boost: words and patterns of text, titles and headings.

    The words of a phrase score as words do. Two words with the same stems are one.
    """
    found: dict[tuple[str, ...], Term] = {}
    for term in typed_terms(node):
        known = found.setdefault(term_key(term), term)
        if known.boost < term.boost:
            found[term_key(term)] = replace(known, boost=term.boost)
    return tuple(found.values())


def term_key(term: Term) -> tuple[str, ...]:
    """What terms have in common that score as one."""
    return term.stems if isinstance(term, Word) else ("", term.text, str(term.edits))


def typed_terms(node: Node) -> Iterator[Term]:
    """What scores, as often as it was typed."""
    for leaf in leaves(node):
        if not isinstance(leaf, Leaf) or leaf.field == "author":
            continue
        if isinstance(leaf, Phrase):
            yield from (replace(word, boost=leaf.boost) for word in leaf.words)
        else:
            yield leaf


def any_of(node: Node) -> Node:
    """The tree with its words joined by OR instead of AND; filters and exclusions stay as they are."""
    if isinstance(node, Spread):
        return any_of(node.child)
    if isinstance(node, Names):
        return replace(node, children=(any_of(node.children[0]), *node.children[1:]))
    if isinstance(node, Or):
        return joined(Or, [any_of(child) for child in node.children])
    if not isinstance(node, And):
        return node
    words = [any_of(child) for child in node.children if text_leaves(child)]
    others = [child for child in node.children if not text_leaves(child)]
    return joined(And, ([joined(Or, words)] if words else []) + others)


def mapped(node: Node, change: Callable[[Leaf], Leaf]) -> Node:
    """The tree with each word, phrase and pattern changed, wherever it stands."""
    if isinstance(node, Leaf):
        return change(node)
    if isinstance(node, And | Or | Near):
        return replace(node, children=tuple(mapped(child, change) for child in node.children))
    if isinstance(node, Not | Spread):
        return replace(node, child=mapped(node.child, change))
    return node


def as_typed(node: Node) -> Node:
    """The tree without the other names of the names in it."""
    if isinstance(node, Names):
        return as_typed(node.children[0])
    if isinstance(node, And | Or):
        return joined(type(node), list(map(as_typed, node.children)))
    if isinstance(node, Near):
        return replace(node, children=tuple(map(as_typed, node.children)))
    if isinstance(node, Not | Spread):
        return replace(node, child=as_typed(node.child))
    return node


def names_in(node: Node) -> Iterator[Names]:
    """The names of a tree that have other names in it, from left to right, under a NOT too."""
    if isinstance(node, Names):
        yield node
    elif isinstance(node, And | Or | Near):
        for child in node.children:
            yield from names_in(child)
    elif isinstance(node, Not | Spread):
        yield from names_in(node.child)


def boosted(node: Node, factor: float, most: float) -> Node:
    """The tree with what its words score multiplied by a factor, by no more than `most` in all."""
    if isinstance(node, Leaf):
        return _weighing(node, min(factor if node.boost == 1 else round(node.boost * factor, 4), most))
    if isinstance(node, _GROUPS):
        return replace(node, children=tuple(boosted(child, factor, most) for child in node.children))
    return node


def _weighing(leaf: Leaf, boost: float) -> Leaf:
    """A leaf with another weight. `replace` takes five times as long, and a query may have hundreds of weights."""
    place = leaf.start, leaf.end, leaf.typed
    match leaf:
        case Word():
            return Word(leaf.form, leaf.stems, *place, leaf.exact, leaf.field, boost)
        case Phrase():
            return Phrase(leaf.words, *place, leaf.field, boost)
        case Pattern():
            return Pattern(leaf.text, leaf.edits, *place, leaf.field, boost, leaf.forms)


def date_range(first: Date | None, last: Date | None, typed: str = "") -> DateRange:
    """From the first day of one date to the last day of another, both included; None is an open end."""
    return DateRange(first.first if first else FIRST_DAY, last.last if last else LAST_DAY, typed)


def joined(kind: type[And | Or], nodes: Sequence[Node]) -> Node:
    """One node for several; a group within a group of its own kind is opened."""
    if len(nodes) == 1:
        return nodes[0]
    flat: list[Node] = []
    for node in nodes:
        if type(node) is kind:
            flat.extend(node.children)
        else:
            flat.append(node)
    return kind(tuple(flat))
