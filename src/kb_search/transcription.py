"""The words of a collection that are a given word in another script, or in the letters of Azerbaijani and Turkish.

`scripts` has the key that such words share; here are the words of one generation by their keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from kb_search import scripts
from kb_search.engines.base import EngineReader
from kb_search.inflections import Inflections
from kb_search.variants import Name

#: So many spellings of one word in other scripts are looked for, the most frequent first.
MOST_SPELLINGS = 8


class Transcriptions:
    """Finds spellings in one generation of a collection. Safe to share between threads."""

    def __init__(self, inflections: Inflections, reader: EngineReader) -> None:
        """Take the names of the lists, whose inflections meet, and the collection."""
        self._inflections = inflections
        self._reader = reader
        self._known: dict[tuple[str, bool], dict[str, list[str]]] = {}

    def spellings(self, typed: str, form: str) -> list[Name]:
        """Forms of the collection that are the typed word in another script, or its spelling in Azerbaijani.

        Whole forms are compared: a stem is another word (Романов, роман). Of a name in the lists its inflections meet.
        """
        said = (typed, self._inflections.listed(form))
        wanted = [key for key in scripts.keys(said) if key]
        plain = not (typed.isascii() and form.isascii())
        found = [one for key in wanted for one in self._by_initial(key[0], plain=plain).get(key, ())]
        met = [one for one in dict.fromkeys(found) if one != form and self._are_spellings(said, one)]
        return [Name(one, forms=(one,), exact=not self._inflections.listed(one)) for one in met[:MOST_SPELLINGS]]

    def _are_spellings(self, said: tuple[str, str], form: str) -> bool:
        """Whether a word, as typed and as a name in the lists, and a form of the same key are one word."""
        if not scripts.can_meet(said[0], form):
            return False
        others = (form, self._inflections.listed(form))
        if not (said[1] or others[1] or scripts.can_be_names(said[0], form)):
            return False
        return any(scripts.agree(one, other) for one in said for other in others if one and other)

    def _by_initial(self, initial: str, *, plain: bool) -> dict[str, list[str]]:
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
        return _initials([form for form in self._forms if not form.isascii()])

    @cached_property
    def _plain_forms(self) -> dict[str, list[str]]:
        return _initials(self._forms)

    @cached_property
    def _forms(self) -> list[str]:
        """The forms of the collection, the most frequent first."""
        lexicon = self._reader.lexicon()
        return [lexicon.forms[at] for at in lexicon.by_frequency()]


def _initials(forms: Sequence[str]) -> dict[str, list[str]]:
    """Forms by the first letter of their keys, in their order."""
    found: dict[str, list[str]] = {}
    for form, initial in zip(forms, scripts.initials(forms), strict=True):
        found.setdefault(initial, []).append(form)
    return found
