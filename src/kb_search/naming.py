"""Other names for the names in a query: from the lists in force, and by one spelling across scripts.

It stands between parsing and the engine. What a name also finds is always noted, with the query that leaves it out, and
only names that stand in the collection are looked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from kb_search import analysis, scripts
from kb_search.engines.base import EngineReader
from kb_search.engines.bm25 import idf
from kb_search.inflections import SURNAMES, Inflections, cases
from kb_search.lexing import QUOTES, TEXT
from kb_search.query import (
    And,
    Language,
    Names,
    Near,
    Node,
    Not,
    Or,
    Pattern,
    Phrase,
    Query,
    Spread,
    Word,
    boosted,
    joined,
)
from kb_search.results import Note, Span
from kb_search.variants import MOST_WORDS, Group, Name, Variants

#: So many spellings of one word in other scripts are looked for, the most frequent first.
MOST_SPELLINGS = 8
#: So many of the other names are listed in a note.
_LISTED = 12
#: So many groups that cannot be read are named.
_PROBLEMS = 3
#: What another name scores beside the one that was typed, were both equally rare; a rarer one scores no more. .5, .8
#: and 1 were tried on the sample collection: only with .5 did a passage that has Stepanakert come before those that
#: have Khankendi alone, and for five names the best six passages were hardly others.
SHARE = 0.5
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
        self._reader = reader
        self._languages = reader.holdings().languages or ("en",)
        self._known: dict[tuple[str, bool], dict[str, list[str]]] = {}

    def named(self, query: Query) -> Query:
        """The query with the other names of its names, and a note on each."""
        expansion = _Expansion(query.text, self)
        tree = expansion.node(query.tree)
        notes = [*query.notes, *expansion.notes]
        return replace(query, tree=tree, notes=(*notes, *_problems(self._variants)))

    def meaning(self, typed: str, forms: tuple[str, ...]) -> _Meaning:
        """The other names of a name, as typed and as forms, that stand in the collection; none for most words."""
        groups = tuple(self._variants.of(forms, typed))
        inflected = self._inflections.inflected(forms[0]) if len(forms) == 1 and not groups else ""
        if inflected:
            groups = tuple(self._variants.of((inflected,)))
        listed = [name for name in _shared(groups) if name.forms not in (forms, (inflected,))]
        once = {(name.forms, name.only and name.language): name for name in listed}
        for name in self._spelled(typed, forms[0]) if len(forms) == 1 else ():
            if not any(_are_inflections(name, other) for other in listed):
                once.setdefault((name.forms, False), name)
        return _Meaning(tuple(name for name in once.values() if self._stands(name)), groups)

    def is_beginning(self, form: str) -> bool:
        """Whether a name of several words in the lists begins with this form."""
        return self._variants.is_beginning(form)

    def own(self, word: Word) -> Word | Pattern:
        """What finds a word as it is typed: a name of the lists, and no other word that its stem is.

        A surname is found by its own cases, not by those of a given name (Алиев, Али), and Goris not as Gori.
        """
        surname = self._inflections.surname(word.form)
        forms = tuple(cases(surname, self._reader.lexicon().forms)) if surname else self._without_stem(word)
        place = word.start, word.end, word.typed
        return Pattern(word.form, 0, *place, word.field, word.boost, forms) if forms else word

    def _without_stem(self, word: Word) -> tuple[str, ...]:
        """The inflections of a Latin name of the lists without its stem, if that is another word of the collection.

        A stem that is in the lists too is only the name in another spelling (Khojaly, Khojali).
        """
        listed = self._inflections.listed
        stem = analysis.stem(word.form, "en") if word.form.isascii() else word.form
        if stem == word.form or not listed(word.form) or listed(stem):
            return ()
        forms = tuple(sorted(self._reader.inflected(word.stems)))
        return tuple(form for form in forms if form != stem) if stem in forms else ()

    def _stands(self, name: Name) -> bool:
        """Whether a name stands in the collection; one that is `only` for its language, in articles of that."""
        return (not name.only or name.language in self._languages) and self._frequency(name) > 0

    def _frequency(self, name: Name) -> int:
        """In how many passages the rarest word of a name stands."""
        return min(sum(map(self._reader.frequency, self._words(name, form, TEXT))) for form in name.forms)

    def _words(self, name: Name, form: str, field: str, like: Span = (0, 0)) -> tuple[Word, ...]:
        """What finds a word of a name in all its inflections, unless it is exact, and no other word.

        A Latin name whose English stem is another word (Goris, Gori) is found in its own form alone. Of a Russian
        surname (Гусейнов) Snowball makes a given name (Гусейн), but of its other cases (Гусейнова) the surname itself.
        """
        word = Word(form, analysis.stems(form, self._languages), *like, typed=form, field=field)
        if name.exact:
            return (replace(word, exact=True),)
        if form.isascii():
            return (word if analysis.stem(form, "en") == form else replace(word, exact=True),)
        if form.endswith(SURNAMES):
            return replace(word, exact=True), replace(word, stems=(form,))
        return (word,)

    def node(self, name: Name, field: str, like: Span, *, leaf: bool) -> Node | None:
        """What finds a name in a field; None where there is no leaf, or alternatives of leaves, that does.

        Several words are a phrase; where a language inflects each of them, those words next to each other.
        """
        parts = [self._words(name, form, field, like) for form in name.forms]
        apart = not leaf and field == TEXT and not name.forms[0].isascii()
        node: Node = joined(Or, parts[0]) if len(parts) == 1 else Phrase(tuple(part[0] for part in parts), *like, field)
        if len(parts) > 1 and apart:
            node = Near(tuple(joined(Or, part) for part in parts), (1,) * (len(parts) - 1))
        if not name.only:
            return node
        return None if leaf else And((node, Language(name.language)))

    def share(self, typed: Sequence[Word], name: Name) -> float:
        """What another name scores beside the one that was typed: it is never worth more for being rarer."""
        passages = self._reader.holdings().passages
        frequency = min(map(self._reader.frequency, typed))
        if not frequency:
            return 1.0
        weight = idf(passages, frequency) / idf(passages, min(self._frequency(name), passages))
        return round(SHARE * min(weight, 1.0), 4)

    # --------------------------------------------------------------------------------- across scripts

    def _spelled(self, typed: str, form: str) -> list[Name]:
        """Forms of the collection that are the typed word in another script, or its spelling in Azerbaijani.

        Whole forms are compared: a stem is another word (Романов, роман). Of a name in the lists its inflections meet.
        """
        said = (typed, self._inflections.listed(form))
        wanted = [key for key in scripts.keys(said) if key]
        plain = not (typed.isascii() and form.isascii())
        found = [one for key in wanted for one in self._spellings(key[0], plain=plain).get(key, ())]
        met = [one for one in dict.fromkeys(found) if one != form and self._are_spellings(said, one)]
        return [Name(one, forms=(one,), exact=not self._inflections.listed(one)) for one in met[:MOST_SPELLINGS]]

    def _are_spellings(self, said: tuple[str, str], form: str) -> bool:
        """Whether a word, as typed and as a name in the lists, and a form of the same key are one word."""
        if not scripts.can_meet(said[0], form):
            return False
        others = (form, self._inflections.listed(form))
        return any(scripts.agree(one, other) for one in said for other in others if one and other)

    def _spellings(self, initial: str, *, plain: bool) -> dict[str, list[str]]:
        """The forms whose keys begin with a letter, by their keys; those in plain Latin letters too, if that is asked.

        Letter by letter, since stemming all forms of a large collection takes a second or two.
        """
        if (initial, plain) not in self._known:
            forms = self._plain_forms if plain else self._other_forms
            self._known[initial, plain] = self._by_key(forms.get(initial, []))
        return self._known[initial, plain]

    def _by_key(self, forms: Sequence[str]) -> dict[str, list[str]]:
        """For each key the forms that have it, by themselves or by the name they inflect; of one name the first."""
        names = [self._inflections.listed(form) for form in forms]
        found: dict[str, dict[str, str]] = {}
        for form, name, *both in zip(forms, names, scripts.keys(forms), scripts.keys(names), strict=True):
            for key in filter(None, both):
                found.setdefault(key, {}).setdefault(name or form, form)
        return {key: list(named.values()) for key, named in found.items()}

    @cached_property
    def _other_forms(self) -> dict[str, list[str]]:
        return _by_initial([form for form in self._forms if not form.isascii()])

    @cached_property
    def _plain_forms(self) -> dict[str, list[str]]:
        return _by_initial(self._forms)

    @cached_property
    def _forms(self) -> list[str]:
        """The forms of the collection, the most frequent first."""
        lexicon = self._reader.lexicon()
        return [lexicon.forms[at] for at in lexicon.by_frequency()]


def _problems(variants: Variants) -> Iterator[Note]:
    """A note on each of the first groups of names that could not be read, and one that counts the others."""
    for problem in variants.problems[:_PROBLEMS]:
        yield Note("ignored", "", 0, 0, f"Names were left out: {problem}")
    if (more := len(variants.problems) - _PROBLEMS) > 0:
        message = f"{more} more groups of names were left out; kb-search variants lists them."
        yield Note("ignored", "", 0, 0, message)


def _by_initial(forms: Sequence[str]) -> dict[str, list[str]]:
    """Forms by the first letter of their keys, in their order."""
    found: dict[str, list[str]] = {}
    for form, initial in zip(forms, scripts.initials(forms), strict=True):
        found.setdefault(initial, []).append(form)
    return found


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


def _are_inflections(name: Name, other: Name) -> bool:
    """Whether two names of one word have one stem in the language of their script."""
    if len(name.forms) != 1 or len(other.forms) != 1:
        return False
    stem, form = scripts.spoken_stem(name.forms[0]), other.forms[0]
    return stem != "" and stem in (form, scripts.spoken_stem(form))


def _has(group: Group, wanted: Name) -> bool:
    return any(name.forms == wanted.forms for name in group.names)


class _Expansion:
    """Looks through the tree of one query."""

    def __init__(self, text: str, namer: Namer) -> None:
        self._text = text
        self._namer = namer
        self.notes: list[Note] = []
        self._noted: set[str] = set()
        self._meanings: dict[str, _Meaning] = {}

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

    def _meaning(self, typed: str) -> _Meaning:
        if typed not in self._meanings:
            self._meanings[typed] = self._namer.meaning(typed, tuple(analysis.forms(typed)))
        return self._meanings[typed]

    def _name(self, nodes: tuple[Word | Phrase, ...], *, leaf: bool = False) -> Names | None:
        """A name that stands in the query as one or more nodes, with its other names; None where it has none."""
        span = nodes[0].start, nodes[-1].end
        typed = self._text[slice(*span)].strip("=")
        if any(not self._is_plain(node) for node in nodes):
            return None
        meaning = self._meaning(typed)
        field, boost = nodes[0].field, nodes[0].boost
        words = [word for node in nodes for word in (node.words if isinstance(node, Phrase) else (node,))]
        found = [(name, self._namer.node(name, field, span, leaf=leaf)) for name in meaning.names]
        others = [(name, boosted(node, boost * self._namer.share(words, name), boost)) for name, node in found if node]
        if not others:
            self._note_ambiguous(typed, span, meaning.groups)
            return None
        self._note(typed, span, [name for name, _ in others], meaning.groups)
        first = joined(And, [self._own(node) for node in nodes])
        children = (first, *(node for _, node in others))
        return Names(children, typed, tuple(dict.fromkeys(name.text for name, _ in others)))

    def _own(self, node: Word | Phrase) -> Node:
        return self._namer.own(node) if isinstance(node, Word) and self._is_plain(node) else node

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
