"""What finds a name in one generation: its words, stems, forms and phrases, and no other name.

A stemmer makes one stem of names that are two (Aliyeva and Aliyev, Goris and Gori). So a name of the lists is looked
for by its stems where they find nothing else, and by the forms that are its own where they do.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from kb_search import analysis
from kb_search.engines.base import EngineReader
from kb_search.engines.bm25 import idf
from kb_search.inflections import SURNAMES, Inflections, cases, feminine_cases
from kb_search.lexing import TEXT
from kb_search.query import And, Language, Near, Node, Or, Pattern, Phrase, Word, joined
from kb_search.results import Span
from kb_search.variants import Forms, Name, Variants

#: What another name scores beside the one that was typed, were both equally rare; a rarer one scores no more. .5, .8
#: and 1 were tried on the sample collection: only with .5 did a passage that has Stepanakert come before those that
#: have Khankendi alone, and for five names the best six passages were hardly others.
SHARE = 0.5
# So many names are kept with what was found out about them.
_MOST_KEPT = 1 << 12


class NameFinder:
    """Makes nodes of names for one generation of a collection. Safe to share between threads."""

    def __init__(self, variants: Variants, inflections: Inflections, reader: EngineReader) -> None:
        """Take the lists in force, which say what is a name of its own, and the collection."""
        self._variants = variants
        self._inflections = inflections
        self._reader = reader
        self._languages = reader.holdings().languages or ("en",)
        self._frequency = lru_cache(_MOST_KEPT)(self._counted)
        self._apart = lru_cache(_MOST_KEPT)(self._set_apart)
        self._inflected = lru_cache(_MOST_KEPT)(self._in_forms)

    def own(self, word: Word) -> Word | Pattern:
        """What finds a word as it is typed: a name of the lists, and no other word that its stem is.

        A surname is found by its own cases, not by those of a given name (Алиев, Али), and Goris not as Gori.
        """
        surname = self._inflections.surname(word.form)
        forms = self._surname(word.form, surname) if surname else self._apart(word)
        return word if forms is None else _as_forms(word, forms)

    def _surname(self, form: str, surname: str) -> Forms:
        """The forms of the collection that are a Russian surname's, in the order of their characters."""
        found = set(cases(surname, self._reader.lexicon().forms))
        if self._inflections.is_feminine(form):
            found.update(one for one in feminine_cases(form) if self.has((one,)))
        return tuple(sorted(found))

    def _set_apart(self, word: Word) -> Forms | None:
        """The inflections of a name of the lists without those of another name or word that has one of its stems.

        None where its stems find nothing else.
        """
        others = tuple(self._with_its_stems(word)) if self._inflections.listed(word.form) == word.form else ()
        if not others:
            return None
        forms = sorted(self._reader.inflected(word.stems))
        kept = tuple(form for form in forms if _longest_beginning(form, (word.form, *others)) in (word.form, ""))
        return kept if len(kept) < len(forms) else None

    def _with_its_stems(self, word: Word) -> Iterator[str]:
        """Names of other groups that have a stem in common with a name, and what its stem is in English.

        A stem that is in the lists too is only the name in another spelling (Khojaly, Khojali).
        """
        for other in self._inflections.alike(word.form):
            if other != word.form and self._meet(word, other) and not self._are_one(word.form, other):
                yield other
        stem = analysis.stem(word.form, "en") if word.form.isascii() else word.form
        if stem != word.form and not self._inflections.listed(stem):
            yield stem

    def _meet(self, word: Word, other: str) -> bool:
        return not {*word.stems}.isdisjoint(analysis.stems(other, self._languages))

    def _are_one(self, form: str, other: str) -> bool:
        """Whether two names of the lists are in one group."""
        others = self._variants.of((other,))
        return any(group in others for group in self._variants.of((form,)))

    def has(self, forms: Forms) -> bool:
        """Whether each of some forms stands in the collection."""
        return all(_is_among(form, self._reader.lexicon().forms) for form in forms)

    def stands(self, name: Name) -> bool:
        """Whether a name stands in the collection; one that is `only` for its language, in articles of that."""
        return (not name.only or name.language in self._languages) and self._frequency(name) > 0

    def _counted(self, name: Name) -> int:
        """In how many passages the rarest word of a name stands."""
        return min(sum(map(self._passages, self._leaves(name, form, TEXT))) for form in name.forms)

    def _passages(self, leaf: Word | Pattern) -> int:
        """In how many passages a word stands; of a pattern, each of its forms is counted for itself."""
        if isinstance(leaf, Word):
            return self._reader.frequency(leaf)
        words = (Word(form, analysis.stems(form, self._languages), exact=True) for form in leaf.forms)
        return sum(map(self._reader.frequency, words))

    def _leaves(self, name: Name, form: str, field: str, like: Span = (0, 0)) -> tuple[Word | Pattern, ...]:
        """What finds a word of a name in all its inflections, and no other name in its own."""
        words = self._words(name, form, field, like)
        forms = None if words[0].exact and not form.endswith(SURNAMES) else self._inflected(words[0])
        return words if forms is None else (Pattern(form, 0, *like, form, field, 1.0, forms),)

    def _in_forms(self, word: Word) -> Forms | None:
        """The forms that a word of a name has in the collection; None where its stems find them, and nothing else."""
        if self._inflections.is_feminine(word.form):
            return tuple(form for form in feminine_cases(word.form) if self.has((form,)))
        is_surname = self._inflections.surname(word.form) == word.form
        return tuple(cases(word.form, self._reader.lexicon().forms)) if is_surname else self._apart(word)

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
        parts = [self._leaves(name, form, field, like) for form in name.forms]
        apart = not leaf and field == TEXT and not name.forms[0].isascii()
        node = joined(Or, parts[0])
        if len(parts) > 1 and apart and not name.exact:
            node = Near(tuple(joined(Or, part) for part in parts), (1,) * (len(parts) - 1))
        elif len(parts) > 1:
            words = (self._words(name, form, field, like)[0] for form in name.forms)
            node = Phrase(tuple(words), *like, field=field)
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


def _as_forms(word: Word, forms: Forms) -> Pattern:
    """A name by its forms in the collection; where there are none, by its own, which finds nothing."""
    place = word.start, word.end, word.typed
    return Pattern(word.form, 0, *place, word.field, word.boost, forms or (word.form,))


def _longest_beginning(form: str, names: Sequence[str]) -> str:
    """The longest of some names that a form begins with; empty if none."""
    return max((name for name in names if form.startswith(name)), key=len, default="")


def _is_among(form: str, forms: Sequence[str]) -> bool:
    """Whether a form is one of some, which are in the order of their characters."""
    at = bisect_left(forms, form)
    return at < len(forms) and forms[at] == form
