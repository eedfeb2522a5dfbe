"""Other names for the names in a query: from the lists in force, and by one spelling across scripts.

It stands between parsing and the engine. What a name also finds is always noted, with the query that leaves it out, and
only names that stand in the collection are looked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from kb_search import analysis, scripts
from kb_search.engines.base import EngineReader
from kb_search.inflections import Inflections, declined
from kb_search.lexing import QUOTES, TEXT
from kb_search.namefinding import NameFinder
from kb_search.query import (
    And,
    Names,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Query,
    Spread,
    Word,
    boosted,
    joined,
)
from kb_search.results import Note, Span
from kb_search.transcription import Transcriptions
from kb_search.variants import MOST_WORDS, Forms, Group, Name, Variants

#: So many cases of the names of a group are looked for, in languages that have no stemmer.
MOST_CASES = 24
# So many names are kept with their meaning.
_MOST_KEPT = 1 << 12
#: So many of the other names are listed in a note.
_LISTED = 12
#: So many groups that cannot be read are named.
_PROBLEMS = 3
#: How a note on other names goes on after the name that was typed.
ALSO = "was also searched for as"
_SWITCHED_OFF = " To search for names only as they are typed, switch other names off (variants=off, --no-variants)."
_FIELDS = (TEXT, "title", "section")


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a typed name stands for: other names for it, and the groups that say so."""

    names: tuple[Name, ...]
    groups: tuple[Group, ...] = ()


class Namer:
    """Finds other names in one generation of a collection. Safe to share between threads."""

    def __init__(self, variants: Variants, reader: EngineReader) -> None:
        """What is wrong with a list of names will be said in each query's notes."""
        self._variants = variants
        self._inflections = Inflections(variants)
        self.finder = NameFinder(variants, self._inflections, reader)
        self._transcriptions = Transcriptions(self._inflections, reader)
        #: What a name stands for, as it is typed; kept, since the same names are asked for again and again.
        self.meaning = lru_cache(_MOST_KEPT)(self._meant)

    def named(self, query: Query) -> Query:
        """The query with the other names of its names, and a note on each."""
        expansion = _Expansion(query.text, self)
        tree = expansion.node(query.tree)
        notes = [*query.notes, *expansion.notes]
        return replace(query, tree=tree, notes=(*notes, *_problems(self._variants)))

    def _meant(self, typed: str) -> _Meaning:
        """The other names of a name, as typed, that stand in the collection; none for most words."""
        forms = tuple(analysis.forms(typed))
        groups = tuple(self._variants.of(forms, typed))
        if not groups and (case_of := self._inflections.inflected(typed, forms)):
            groups = tuple(self._variants.of(case_of.forms, case_of.text))
        listed = [*_shared(groups), *self._men(forms)]
        listed += islice(self._cases(listed), MOST_CASES)
        once: dict[tuple[Forms, str], Name] = {}
        for name in listed:
            if name.forms != forms:
                once.setdefault((name.forms, name.language if name.only else ""), name)
        for name in self._transcriptions.spellings(typed, forms[0]) if len(forms) == 1 else ():
            if not any(_are_inflections(name.forms, other.forms) for other in listed):
                once.setdefault((name.forms, ""), name)
        standing = tuple(filter(self.finder.stands, once.values()))
        if not standing and not self.finder.has(forms):
            # Nobody in the collection has the woman's surname, so the case of the man's was meant.
            standing = tuple(filter(self.finder.stands, self._men(forms, spelt=False)))
        return _Meaning(standing, groups)

    def _men(self, forms: Forms, *, spelt: bool = True) -> Iterator[Name]:
        """The man's surname of which a woman's (Алиева) is a case; with all its other spellings unless `spelt` so."""
        if len(forms) == 1 and self._inflections.is_feminine(forms[0]):
            surname = (self._inflections.surname(forms[0]),)
            names = (name for group in self._variants.of(surname) for name in group.names)
            yield from (name for name in names if not spelt or name.forms == surname)

    def _cases(self, names: Sequence[Name]) -> Iterator[Name]:
        """The cases of some names that no stemmer finds and that may stand in the collection.

        A case that is itself a name in the lists is left out.
        """
        for name in names:
            for text, forms in declined(name):
                if self.finder.has(forms) and not self._variants.of(forms) and not _are_inflections(forms, name.forms):
                    yield replace(name, text=text, forms=forms, exact=True)

    def is_beginning(self, form: str) -> bool:
        """Whether a name of several words in the lists begins with this form, or with one that it inflects."""
        return self._variants.is_beginning(form) or self._inflections.is_beginning(form)


def _problems(variants: Variants) -> Iterator[Note]:
    """A note on each of the first groups of names that could not be read, and one that counts the others."""
    for problem in variants.problems[:_PROBLEMS]:
        yield Note("ignored", "", 0, 0, f"Names were left out: {problem}")
    if (more := len(variants.problems) - _PROBLEMS) > 0:
        message = f"{more} more groups of names were left out; kb-search variants lists them."
        yield Note("ignored", "", 0, 0, message)


def _shared(groups: Sequence[Group]) -> Iterator[Name]:
    """The names that all groups of a list have: a name of two places finds neither's other names.

    A list of the collection adds to the one that comes with the program.
    """
    lists: dict[str, list[Group]] = {}
    for group in groups:
        lists.setdefault(group.origin, []).append(group)
    for first, *others in lists.values():
        yield from (name for name in first.names if all(_has(group, name) for group in others))


def _is_ambiguous(groups: Sequence[Group]) -> bool:
    return len({group.origin for group in groups}) < len(groups)


def _are_inflections(forms: Forms, others: Forms) -> bool:
    """Whether each word of a name has the stem of another's in the language of its script."""
    pairs = zip(forms, others, strict=False)
    return len(forms) == len(others) and all(_has_stem_of(form, base) for form, base in pairs)


def _has_stem_of(form: str, base: str) -> bool:
    stem = scripts.spoken_stem(form)
    return stem != "" and stem in (base, scripts.spoken_stem(base))


def _has(group: Group, wanted: Name) -> bool:
    return any(name.forms == wanted.forms for name in group.names)


class _Expansion:
    """Looks through the tree of one query."""

    def __init__(self, text: str, namer: Namer) -> None:
        self._text = text
        self._namer = namer
        self.notes: list[Note] = []
        self._noted: set[str] = set()

    def node(self, node: Node, *, leaf: bool = False) -> Node:
        """The node with the names in it; one that must stay a leaf, or alternatives of leaves, does."""
        match node:
            case Word() | Phrase():
                return self._name((node,), leaf=leaf) or self._own(node)
            case And():
                return replace(node, children=tuple(self._sequence(node.children)))
            case Near():
                return replace(node, children=tuple(self._beside(child) for child in node.children))
            case Or():
                return replace(node, children=tuple(self.node(child) for child in node.children))
            case Not() | Spread():
                return replace(node, child=self.node(node.child))
            case _:
                return node

    def _beside(self, child: Node) -> Node:
        """A part of a NEAR: an OR in it stays flat."""
        if not isinstance(child, Or):
            return self.node(child, leaf=True)
        flat: list[Node] = []
        for one in child.children:
            named = self.node(one, leaf=True)
            flat += named.children if isinstance(named, Names) else (named,)
        return replace(child, children=tuple(flat))

    def _sequence(self, children: Sequence[Node]) -> Iterator[Node]:
        """What must all be there: the longest names first, then what is between them."""
        at = 0
        while at < len(children):
            for end in range(min(len(children), at + self._longest(children[at])), at, -1):
                together = _plain(children[at:end])
                if together and (named := self._name(together)):
                    yield named
                    at = end
                    break
            else:
                yield self.node(children[at])
                at += 1

    def _longest(self, node: Node) -> int:
        """How many nodes may be a name that begins with this one."""
        first = node.words[0] if isinstance(node, Phrase) else node
        return MOST_WORDS if isinstance(first, Word) and self._namer.is_beginning(first.form) else 1

    def _name(self, nodes: tuple[Word | Phrase, ...], *, leaf: bool = False) -> Names | None:
        """A name that stands in the query as one or more nodes, with its other names; None where it has none."""
        span = nodes[0].start, nodes[-1].end
        typed = self._text[slice(*span)].strip("=")
        if any(not self._is_plain(node) for node in nodes):
            return None
        meaning = self._namer.meaning(typed)
        field, boost = nodes[0].field, nodes[0].boost
        words = [word for node in nodes for word in (node.words if isinstance(node, Phrase) else (node,))]
        found = [(name, self._namer.finder.node(name, field, span, leaf=leaf)) for name in meaning.names]
        others = [
            (name, boosted(node, boost * self._namer.finder.share(words, name), boost)) for name, node in found if node
        ]
        if not others:
            self._note_ambiguous(typed, span, meaning.groups)
            return None
        self._note(typed, span, [name for name, _ in others], meaning.groups)
        first = joined(And, [self._own(node) for node in nodes])
        children = (first, *(node for _, node in others))
        return Names(children, typed, tuple(dict.fromkeys(name.text for name, _ in others)))

    def _own(self, node: Word | Phrase) -> Node:
        return self._namer.finder.own(node) if isinstance(node, Word) and self._is_plain(node) else node

    def _is_plain(self, node: Word | Phrase) -> bool:
        """Whether a node may be expanded: neither a quotation nor `=word`, and in a field that has text."""
        exact = isinstance(node, Word) and node.exact
        if exact or node.end <= node.start or node.field not in _FIELDS:
            return False
        return self._text[node.start] not in QUOTES and self._text[node.start - 1 : node.start] != "="

    def _note_ambiguous(self, typed: str, span: Span, groups: Sequence[Group]) -> None:
        """A name of several of which no other spelling stands in the collection."""
        if _is_ambiguous(groups) and typed not in self._noted:
            self._noted.add(typed)
            message = f"“{typed}” is the name of several ({_meanings(groups)}), so it was searched for as it is typed."
            self.notes.append(Note("info", self._text[slice(*span)], *span, message))

    def _note(self, typed: str, span: tuple[int, int], names: Sequence[Name], groups: Sequence[Group]) -> None:
        if typed in self._noted:
            return
        self._noted.add(typed)
        said = list(dict.fromkeys(map(_said, names)))
        listed = ", ".join(said[:_LISTED])
        more = f" and {len(said) - _LISTED} more" if len(said) > _LISTED else ""
        message = f"“{typed}” {ALSO} {listed}{more}."
        if _is_ambiguous(groups):
            message += f" It is the name of several ({_meanings(groups)}), so only its own spellings were taken."
        # No query asks for several words without their other names: a quotation asks for them side by side.
        repaired = None
        if len(analysis.forms(typed)) == 1:
            repaired = f"{self._text[: span[0]]}={typed}{self._text[span[1] :]}"
        message += "" if repaired else _SWITCHED_OFF
        self.notes.append(Note("expanded", self._text[slice(*span)], *span, message, repaired))


def _meanings(groups: Sequence[Group]) -> str:
    return "; ".join(group.about or group.origin for group in groups)


def _plain(nodes: Sequence[Node]) -> tuple[Word | Phrase, ...]:
    """Some nodes, if all are words and phrases of one field; else none."""
    plain = tuple(node for node in nodes if isinstance(node, Word | Phrase))
    return plain if len(plain) == len(nodes) and len({(node.field, node.boost) for node in plain}) == 1 else ()


def _said(name: Name) -> str:
    """A name with what is worth knowing of it."""
    return f"{name.text} ({name.period})" if name.period else name.text
