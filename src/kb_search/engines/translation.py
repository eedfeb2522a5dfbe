"""A query's tree and the reader's selection in each facet, as conditions.

The own-text rule (a hit needs a mark to show; see `matching`) is worked out here, once, for all engines that evaluate
conditions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kb_search import analysis
from kb_search.engines.base import DateFilter, EngineQuery
from kb_search.engines.conditions import (
    POOLED,
    TEXT,
    Beside,
    By,
    Condition,
    Dated,
    Everything,
    From,
    HasForm,
    HasStem,
    InArticleWith,
    InLanguage,
    InOrder,
    Names,
    NotDated,
    Nothing,
    OfArticle,
    Selection,
    all_of,
    any_of_these,
    none_of,
)
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
    any_of,
)


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
