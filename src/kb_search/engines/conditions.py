"""What an `EngineQuery` asks of a passage, as conditions that any engine can turn into queries of its own.

A query tree says what is meant: a word helped by title and heading, an article as a whole, a date that may be too
coarse. A condition says what must be so in one passage, by what an engine keeps of it: its stems, its forms in order,
its dates, its source. `translation` makes conditions of a query.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kb_search.query import Near

#: Where words stand: in the passage's own text, in its title, in its heading, or in any of these three.
TEXT, TITLE, SECTION, POOLED = "text", "title", "section", "pooled"


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
