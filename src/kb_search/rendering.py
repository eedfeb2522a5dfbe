"""A query tree as text: in plain words, for whoever asked (`describe`), and as it would be typed (`render`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from kb_search.document import UNDATED
from kb_search.lexing import MAX_LENGTH, TEXT
from kb_search.query import (
    And,
    DateRange,
    EveryPassage,
    Language,
    Leaf,
    Near,
    Node,
    Not,
    Or,
    Pattern,
    Phrase,
    Source,
    Spread,
    Undated,
    Word,
    as_typed,
    leaves,
    names_in,
)

# What a word must not look like where it is typed: these would be read as something else.
_NOT_A_WORD = re.compile(rf"AND|OR|NOT|NEAR(?:/[0-9]+)?|{UNDATED}")
_MOST_LISTED = 6
_LETTERS = {1: "one letter", 2: "two letters"}


# ---------------------------------------------------------------------------------------------- in plain words


def describe(node: Node) -> str:
    """The tree in plain words, to follow `Passages`; empty where it asks for everything. Nothing is said twice."""
    node = as_typed(node)
    if isinstance(node, Spread):
        return f"of articles {describe(node.child)}".rstrip()
    children = [child for child in _parts(node) if not isinstance(child, EveryPassage)]
    words = [child for child in children if _has_words(child)]
    filters = [child for child in children if not _has_words(child) and not isinstance(child, Not)]
    excluded = [child.child for child in children if isinstance(child, Not)]
    said = ["with " + _several("all of", words)] if words else []
    said += [_either(one) for one in filters]
    said += [_without(one) for one in excluded]
    return " · ".join(dict.fromkeys(said))


def also_matching(node: Node) -> list[str]:
    """For each name of a tree what it is also searched for as, in plain words."""
    said = {names.typed: names.others for names in names_in(node)}
    return [f"also matching {_listed(others)} for {typed}" for typed, others in said.items()]


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_LISTED
    return ", ".join(names[:_MOST_LISTED]) + (f" and {more} more" if more > 0 else "")


def _parts(node: Node) -> tuple[Node, ...]:
    return node.children if isinstance(node, And) else (node,)


def _has_words(node: Node) -> bool:
    return any(isinstance(leaf, Leaf) for leaf in leaves(node))


def _each(nodes: Iterable[Node]) -> list[str]:
    return list(dict.fromkeys(map(named, nodes)))


def _several(how: str, nodes: Sequence[Node]) -> str:
    if len(nodes) == 1:
        only = nodes[0]
        return _several("any of", only.children) if isinstance(only, Or) else named(only)
    each = _each(nodes)
    return f"{how} " + ", ".join(each) if len(each) > 1 else each[0]


def _either(node: Node) -> str:
    return " or ".join(_each(node.children)) if isinstance(node, Or) else named(node)


def _without(node: Node) -> str:
    if isinstance(node, EveryPassage):
        return "none of them"
    if not _has_words(node):
        return "not " + named(node)
    if isinstance(node, And):
        return "not with " + _several("all of", node.children)
    return "without " + _several("all of", (node,))


def named(node: Node) -> str:  # noqa: C901, PLR0911 - one case for each kind of node
    """A part of a tree in plain words, as it stands in a list of such parts."""
    node = as_typed(node)
    match node:
        case Word() | Phrase() | Pattern():
            return _weighed(node.boost, _in_field(node.field, _leaf(node)))
        case Near():
            return _near(node)
        case Source():
            return f"in source {node.typed}"
        case Language():
            return f"in language {node.code}"
        case DateRange():
            return f"dated {_days(node.typed)}"
        case Undated():
            return UNDATED
        case EveryPassage():
            return "anything"
        case Not():
            return f"not {named(node.child)}"
        case Spread():
            return f"(articles {describe(node.child)})"
        case And() | Or():
            return "(" + (" and " if isinstance(node, And) else " or ").join(_each(node.children)) + ")"


def _leaf(leaf: Leaf) -> str:
    match leaf:
        case Word():
            return ("exactly " if leaf.exact else "") + (leaf.typed or leaf.form)
        case Phrase():
            return f"“{leaf.typed or ' '.join(word.typed or word.form for word in leaf.words)}”"
        case Pattern():
            return _pattern(leaf, leaf.typed or leaf.text)


def _pattern(pattern: Pattern, typed: str) -> str:
    if pattern.edits:
        return f"words within {_LETTERS[pattern.edits]} of {typed.partition('~')[0]}"
    if "?" in typed:
        return f"words like {typed}"
    if not typed.endswith("*"):
        return typed  # a name by its cases
    return f"words that begin with {typed.removesuffix('*')}"


def _near(node: Near) -> str:
    said = named(node.children[0])
    for distance, child in zip(node.distances, node.children[1:], strict=True):
        within = f"within {distance} words of" if distance > 1 else "next to"
        said += f" {within} {named(child)}"
    return said


def _in_field(name: str, text: str) -> str:
    words = {"title": "{} in the title", "section": "{} in the section heading", "author": "{} as author"}
    return words.get(name, "{}").format(text)


def _weighed(boost: float, text: str) -> str:
    return text if boost == 1 else f"{text} (counting {boost:g} times)"


def _days(typed: str) -> str:
    first, dots, last = typed.partition("..")
    if not dots:
        return typed
    return f"{first} to {last}" if first and last else f"from {first}" if first else f"up to {last}"


# ------------------------------------------------------------------------------------------------- as it is typed


class _Style(NamedTuple):
    """How operators are typed; in the short style, words in one field stand together in parentheses."""

    without: str
    either: str
    undated: str
    is_short: bool = False


_PLAIN = _Style("NOT ", " OR ", f"date:{UNDATED}")
_SHORT = _Style("-", "|", UNDATED, is_short=True)


def render(node: Node, most: int = MAX_LENGTH) -> str:
    """A text that `parsing.parse` reads as this tree, which it has made. Names come out as they were typed.

    What has more than `most` characters so is written in short signs (`-` for NOT, `|` for OR).
    """
    text = _rendered(node, _PLAIN)
    return text if len(text) <= most else _rendered(node, _SHORT)


def _rendered(node: Node, style: _Style) -> str:
    node = as_typed(node)
    if isinstance(node, Spread):
        return f"{_typed(node.child, style)} scope:article"
    text = _typed(node, style)
    # Were all of it in capitals, US would be read as the word us.
    return f"{text} scope:passage" if text.isupper() and not isinstance(node, Leaf) else text


def _typed(node: Node, style: _Style, around: str = TEXT) -> str:  # noqa: C901, PLR0911 - one case for each kind of node
    match node:
        case Word() | Phrase() | Pattern():
            prefix = "" if node.field == around else f"{node.field}:"
            return prefix + _typed_leaf(node) + ("" if node.boost == 1 else f"^{node.boost:g}")
        case Near():
            return _typed_near(node, style, around)
        case Source():
            is_plain = node.typed.isalnum() and not _NOT_A_WORD.fullmatch(node.typed)
            return f"source:{node.typed}" if is_plain else f'source:"{node.typed}"'
        case Language():
            return f"lang:{node.code}"
        case DateRange():
            name, space, date = node.typed.partition(" ")
            return f"{name}:{date}" if space else f"date:{name}"
        case Undated():
            return style.undated
        case EveryPassage():
            return "*"
        case Not():
            return style.without + _within(node.child, style, around, And, Or)
        case And() | Or():
            return _typed_together(node, style, around)
        case Spread():
            raise ValueError("articles as a whole are asked for by a whole query")


def _typed_together(node: And | Or, style: _Style, around: str) -> str:
    fields = [_field_of(child) if style.is_short else "" for child in node.children]
    between, groups = (" ", (Or,)) if isinstance(node, And) else (style.either, ())
    typed = []
    for name, run in groupby(zip(fields, node.children, strict=True), key=itemgetter(0)):
        children = [child for _, child in run]
        if name in ("", TEXT, around) or len(children) == 1:
            typed += [_within(child, style, around, *groups) for child in children]
        else:
            typed.append(f"{name}:({between.join(_within(child, style, name, *groups) for child in children)})")
    return between.join(typed)


def _field_of(node: Node) -> str:
    """The field that all of a node is in; empty where there are several, or filters."""
    found = {leaf.field if isinstance(leaf, Leaf) else "" for leaf in leaves(node)}
    return found.pop() if len(found) == 1 else ""


def _within(node: Node, style: _Style, around: str, *groups: type[And | Or]) -> str:
    """A node as it stands in another, in parentheses where it is one of some groups."""
    if not isinstance(node, groups):
        return _typed(node, style, around)
    name = _field_of(node) if style.is_short else ""
    return (
        f"{name}:({_typed(node, style, name)})"
        if name not in ("", TEXT, around)
        else f"({_typed(node, style, around)})"
    )


def _typed_leaf(leaf: Leaf) -> str:
    match leaf:
        case Word() if leaf.exact:
            return "=" + (leaf.typed or leaf.form)
        case Word():
            return _bare(leaf.typed or leaf.form)
        case Phrase() if leaf.typed and leaf.end - leaf.start == len(leaf.typed):
            return _bare(leaf.typed)  # no quotation: words joined by a hyphen and the like, as in U.S.
        case Phrase():
            return '"' + " ".join(word.typed or word.form for word in leaf.words) + '"'
        case Pattern():
            return leaf.typed or leaf.text + (f"~{leaf.edits}" if leaf.edits else "")


def _bare(typed: str) -> str:
    """A word, or words without a space between them, so that they are read as no operator."""
    return f"/{typed}/" if _NOT_A_WORD.fullmatch(typed) else typed


def _typed_near(node: Near, style: _Style, around: str) -> str:
    typed = _within(node.children[0], style, around, Or)
    for distance, child in zip(node.distances, node.children[1:], strict=True):
        typed += f" NEAR/{distance} {_within(child, style, around, Or)}"
    return typed
