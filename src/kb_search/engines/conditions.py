"""What an `EngineQuery` asks of a passage, as conditions that any engine can turn into queries of its own.

A query tree says what is meant: a word helped by title and heading, an article as a whole, a date that may be too
coarse. A condition says what must be so in one passage, by what an engine keeps of it: its stems, its forms in order,
its dates, its source. The own-text rule (a hit needs a mark to show; see `matching`) is worked out here, once, for all
engines that evaluate conditions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

from kb_search import analysis
from kb_search.engines.base import DateFilter, EngineQuery
from kb_search.query import (
    And,
    DateRange,
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
    any_of,
    leaves,
)
from kb_search.query import Everything as EveryPassage

#: Where words stand: in the passage's own text, in its title, in its heading, or in any of these three.
TEXT, TITLE, SECTION, POOLED = "text", "title", "section", "pooled"

AnyNode = TypeVar("AnyNode", bound=Node)


@dataclass(frozen=True, slots=True)
class Everything:
    """Always so."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """Never so."""


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every child is so. Two children at least, none of them of this kind, Everything or Nothing."""

    children: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one child is so. Two children at least, none of them of this kind, Everything or Nothing."""

    children: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """The child is not so."""

    child: Condition


@dataclass(frozen=True, slots=True)
class HasStem:
    """One of some stems stands in a field."""

    field: str
    stems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HasForm:
    """One of some forms stands in a field."""

    field: str
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InOrder:
    """Some forms, one at least, stand next to each other in a field other than POOLED, with nothing silent between."""

    field: str
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """The parts of a NEAR stand in the passage's own text as it asks; their stems and forms are in the node."""

    near: Near


@dataclass(frozen=True, slots=True)
class From:
    """One of some sources, named exactly, printed the article; `""` is none."""

    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class By:
    """One of some authors, named exactly, wrote the article."""

    authors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InLanguage:
    """The article is in a language, whatever its region."""

    code: str


@dataclass(frozen=True, slots=True)
class Dated:
    """The article's date lies wholly between two days, both included; with `partly`, it may lie there."""

    first: int
    last: int
    partly: bool = False


@dataclass(frozen=True, slots=True)
class NotDated:
    """The article has no date."""


@dataclass(frozen=True, slots=True)
class OfArticle:
    """The passage is of the article with an id."""

    article: str


@dataclass(frozen=True, slots=True)
class InArticleWith:
    """A passage of the same article, itself or another, meets the child."""

    child: Condition


Condition = (
    Everything
    | Nothing
    | AllOf
    | AnyOf
    | NoneOf
    | HasStem
    | HasForm
    | InOrder
    | Beside
    | From
    | By
    | InLanguage
    | Dated
    | NotDated
    | OfArticle
    | InArticleWith
)


@dataclass(frozen=True, slots=True)
class Names:
    """The names of all sources and all authors of a generation, each once; `""` for articles without."""

    sources: tuple[str, ...]
    authors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """What an EngineQuery asks: `base` by its tree, languages and article, and the reader's selection in each facet.

    A passage is found if it meets all three. The facet of sources counts what meets `base` and `dates`, the facet of
    dates what meets `base` and `sources`.
    """

    base: Condition
    sources: Condition
    dates: Condition

    @property
    def found(self) -> Condition:
        """What every passage that is found meets."""
        return all_of([self.base, self.sources, self.dates])


def selection(query: EngineQuery, names: Names) -> Selection:
    """The conditions of a query whose patterns' forms have been looked up."""
    languages = [InLanguage(code) for code in query.languages]
    base = [
        condition(query.tree, names),
        any_of_these(languages) if languages else Everything(),
        OfArticle(query.article) if query.article else Everything(),
    ]
    return Selection(all_of(base), _sources(query), _dates(query))


def condition(tree: Node, names: Names) -> Condition:
    """What a passage must meet to be found by a tree."""
    return _Translation(names).of(tree).hits


def all_of(conditions: Iterable[Condition]) -> Condition:
    """The conditions joined by AND, as simple as can be."""
    return _joined(AllOf, conditions, neutral=Everything(), ending=Nothing())


def any_of_these(conditions: Iterable[Condition]) -> Condition:
    """The conditions joined by OR, as simple as can be."""
    return _joined(AnyOf, conditions, neutral=Nothing(), ending=Everything())


def none_of(child: Condition) -> Condition:
    """The opposite of a condition, as simple as can be."""
    match child:
        case Everything():
            return Nothing()
        case Nothing():
            return Everything()
        case NoneOf():
            return child.child
        case _:
            return NoneOf(child)


def _joined(
    kind: type[AllOf | AnyOf], conditions: Iterable[Condition], *, neutral: Condition, ending: Condition
) -> Condition:
    """Conditions as one of a kind: what changes nothing is left out, and what decides alone stands alone."""
    flat: list[Condition] = []
    for one in conditions:
        flat.extend(one.children if isinstance(one, kind) else (one,))
    kept = [one for one in dict.fromkeys(flat) if one != neutral]
    if ending in kept:
        return ending
    return kind(tuple(kept)) if len(kept) > 1 else kept[0] if kept else neutral


# ------------------------------------------------------------------------------------------------ the query tree


class _Found(NamedTuple):
    """When a passage matches a node: with the help of title and heading, by its own text, and without any word.

    The last two are part of the first.
    """

    rows: Condition
    shown: Condition
    free: Condition

    @property
    def hits(self) -> Condition:
        """When a query of this node alone finds a passage."""
        return any_of_these([self.shown, self.free])


class _Translation:
    """Turns nodes into conditions, as `matching` turns them into rows."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def of(self, node: Node) -> _Found:  # noqa: PLR0911 - one case for each kind of node
        match node:
            case Word() | Phrase() | Pattern():
                return self._text(node) if node.field == TEXT else _filtered(self._in_field(node))
            case Near():
                beside = Beside(node)
                return _Found(beside, beside, Nothing())
            case Spread():
                return _filtered(all_of([self.of(any_of(node.child)).hits, self._article(node.child)]))
            case And():
                return self._all_of([self.of(child) for child in node.children])
            case Or():
                found = [self.of(child) for child in node.children]
                return _Found(*(any_of_these(parts) for parts in zip(*found, strict=True)))
            case Not():
                return _filtered(none_of(self.of(node.child).hits))
            case _:
                return _filtered(self._filter(node))

    @staticmethod
    def _all_of(found: Sequence[_Found]) -> _Found:
        rows = all_of(one.rows for one in found)
        showing = [one for one in found if one.shown != Nothing()]
        if len(showing) == 1:  # what is shown meets its own `rows` anyway
            shown = all_of(one.shown if one in showing else one.rows for one in found)
        else:
            shown = all_of([rows, any_of_these(one.shown for one in showing)])
        return _Found(rows, shown, all_of(one.free for one in found))

    @staticmethod
    def _text(node: Leaf) -> _Found:
        if isinstance(node, Pattern):
            own = HasForm(TEXT, node.forms) if node.forms else Nothing()
            return _Found(HasForm(POOLED, node.forms) if node.forms else Nothing(), own, Nothing())
        if isinstance(node, Word) and not node.exact:
            return _Found(HasStem(POOLED, node.stems), HasStem(TEXT, node.stems), Nothing())
        here = InOrder(TEXT, _forms(node))
        return _Found(here, here, Nothing())

    def _in_field(self, node: Leaf) -> Condition:
        if node.field == "author":
            authors = tuple(name for name in self._names.authors if names_author(node, name))
            return By(authors) if authors else Nothing()
        if isinstance(node, Pattern):
            return HasForm(node.field, node.forms) if node.forms else Nothing()
        if isinstance(node, Word) and not node.exact:
            return HasStem(node.field, node.stems)
        return InOrder(node.field, _forms(node))

    def _filter(self, node: Node) -> Condition:
        match node:
            case Source():
                sources = tuple(name for name in self._names.sources if names_source(node, name))
                return From(sources) if sources else Nothing()
            case Language():
                return InLanguage(node.code)
            case DateRange() | Undated():
                return _date(node)
            case EveryPassage():
                return Everything()
            case _:
                raise TypeError(f"{type(node).__name__} is not a filter")

    def _article(self, node: Node) -> Condition:
        """When the article of a passage matches a tree wherever in it the words stand."""
        match node:
            case And():
                return all_of(map(self._article, node.children))
            case Or():
                return any_of_these(map(self._article, node.children))
            case Not():
                return none_of(_in_article_with(self.of(Spread(node.child)).rows))
            case _:
                return _in_article_with(self.of(node).rows)


def _in_article_with(child: Condition) -> Condition:
    return child if isinstance(child, Everything | Nothing) else InArticleWith(child)


def _filtered(rows: Condition) -> _Found:
    return _Found(rows, Nothing(), rows)


def _forms(node: Word | Phrase) -> tuple[str, ...]:
    return tuple(word.form for word in node.words) if isinstance(node, Phrase) else (node.form,)


def names_source(node: Source, name: str) -> bool:
    """Whether a filter means the source of a name."""
    return _has_phrase(analysis.forms(name), node.forms)


def names_author(node: Leaf, name: str) -> bool:
    """Whether a leaf in the field `author` means the author of a name."""
    forms = analysis.forms(name)
    return bool({*forms} & {*node.forms}) if isinstance(node, Pattern) else _has_phrase(forms, _forms(node))


def _has_phrase(forms: list[str], wanted: tuple[str, ...]) -> bool:
    return any(tuple(forms[at : at + len(wanted)]) == wanted for at in range(len(forms) - len(wanted) + 1))


# ----------------------------------------------------------------------------------------------------- the facets


def _sources(query: EngineQuery) -> Condition:
    wanted = From(query.sources) if query.sources else Everything()
    return all_of([wanted, none_of(From(query.not_sources))]) if query.not_sources else wanted


def _dates(query: EngineQuery) -> Condition:
    parts = [_date(query.span) if query.span else Everything()]
    if query.dates:
        parts.append(any_of_these(map(_date, query.dates)))
    return all_of([*parts, *(none_of(_date(one)) for one in query.not_dates)])


def _date(node: DateFilter) -> Condition:
    if isinstance(node, Undated):
        return NotDated()
    return Dated(node.first, node.last, node.partly) if node.first <= node.last else Nothing()


# ----------------------------------------------------------------------------------------------- dates too coarse


def asks_for_dates(query: EngineQuery) -> bool:
    """Whether a passage can miss the query by its date alone."""
    return bool(query.dates or query.span or any(isinstance(leaf, DateRange) for leaf in leaves(query.tree)))


def excludes_dates(query: EngineQuery) -> bool:
    """Whether a passage that is found might not be if its date were known better."""
    return partly_excluded(query) != query


def partly_dated(query: EngineQuery) -> EngineQuery:
    """The query as it would be if a coarse date counted wherever it may lie."""
    return replace(
        query,
        tree=_partly(query.tree),
        dates=tuple(map(_partly_range, query.dates)),
        span=_partly_range(query.span) if query.span else None,
    )


def partly_excluded(query: EngineQuery) -> EngineQuery:
    """The query as it would be if a coarse date were left out wherever it may lie."""
    return replace(query, tree=_without_partly(query.tree), not_dates=tuple(map(_partly_range, query.not_dates)))


def _partly(node: Node) -> Node:
    """The tree with its date ranges widened to what may lie in them; under a NOT they stay as they are."""
    if isinstance(node, And | Or):
        return replace(node, children=tuple(map(_partly, node.children)))
    if isinstance(node, Spread):
        return Spread(_partly(node.child))
    return _partly_range(node)


def _without_partly(node: Node) -> Node:
    """The tree with the date ranges widened that stand under a NOT."""
    if isinstance(node, And | Or):
        return replace(node, children=tuple(map(_without_partly, node.children)))
    if isinstance(node, Spread):
        return Spread(_without_partly(node.child))
    return Not(_partly(node.child)) if isinstance(node, Not) else node


def _partly_range(node: AnyNode) -> AnyNode:
    return replace(node, partly=True) if isinstance(node, DateRange) else node
