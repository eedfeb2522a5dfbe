"""Which name of the lists does a form inflect, and which forms inflect a surname?

Of a Russian surname in -ов, -ев or -ин Snowball makes a given name (Алиев and Али are both `ал`), but of its other
cases the surname itself (Алиева, Алиевым: `алиев`). So a surname of the lists is known by its own form and those of
that stem.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import takewhile

from kb_search import analysis, declension, scripts
from kb_search.variants import Forms, Name, Variants

SURNAMES = ("ов", "ев", "ин")
# The cases of a woman's surname (Алиева); two of them are a man's too, and two are not.
_FEMININE = ("а", "у", "ой", "ою")
_FEMININE_ONLY = ("ой", "ою")
# What goes from the end of a name before the ending of a case.
_VOWELS = "аеёийоуыэюяь"
# The cases of a name begin with so many of its letters.
_ALIKE = 3


class Inflections:
    """The names of the lists, found by their inflections."""

    def __init__(self, variants: Variants) -> None:
        names = list(variants.names())
        self._known = {name.forms: name for name in reversed(names)}
        self._alike: dict[tuple[str, int], list[Name]] = {}
        for name in names:
            self._alike.setdefault((name.forms[0][:_ALIKE], len(name.forms)), []).append(name)
        self._first_words: dict[str, set[str]] = {}
        for name in names:
            if len(name.forms) > 1:
                self._first_words.setdefault(name.forms[0][:_ALIKE], set()).add(name.forms[0])
        words = [forms[0] for forms in self._known if len(forms) == 1]
        #: The names of one word by their stems; a surname by itself, which is the stem of its cases.
        self._names = {stem: form for form in words if (stem := _stem(form))} | {form: form for form in words}

    def listed(self, form: str) -> str:
        """The name of one word in the lists that a form is or, in other scripts than Latin, inflects; empty if none."""
        if self._names.get(form) == form:
            return form
        stem = "" if form.endswith(SURNAMES) else scripts.spoken_stem(form)
        return self._names.get(stem, "")

    def inflected(self, typed: str, forms: Forms) -> Name | None:
        """The name in the lists that forms, typed like this, surely are a case of, and not itself."""
        if len(forms) == 1 and (known := self._by_stem(forms[0])):
            return self._known[known]
        alike = self._alike.get((forms[0][:_ALIKE], len(forms)), ())
        return next((name for name in alike if _is_case(typed, forms, name)), None)

    def is_beginning(self, form: str) -> bool:
        """Whether a name of several words in the lists begins with a word that this form inflects."""
        return not form.isascii() and any(_are_cases(form, first) for first in self._first_words.get(form[:_ALIKE], ()))

    def alike(self, form: str) -> Iterator[str]:
        """The names of one word in the lists that begin as a form does: its cases and what shares its stem."""
        return (name.forms[0] for name in self._alike.get((form[:_ALIKE], 1), ()))

    def _by_stem(self, form: str) -> Forms:
        """The name of one word that a form is a case of; none of a short name or of what is shorter than the name.

        Short names have other words among what looks like their cases (Баку, бак), and Армен is not Армения.
        """
        name = self.listed(form)
        kept = name[:-1] if name and name[-1] in _VOWELS else name
        is_long = min(len(name), len(scripts.spoken_stem(form))) >= scripts.LEAST_LETTERS
        return (name,) if is_long and form != name and form.startswith(kept) else ()

    def surname(self, form: str) -> str:
        """The surname in the lists that a form is a case of, if Snowball takes it for another name; empty if none."""
        for name in (form, scripts.spoken_stem(form)):
            if name.endswith(SURNAMES) and self._names.get(name) == name and scripts.spoken_stem(name) != name:
                return name
        return ""

    def is_feminine(self, form: str) -> bool:
        """Whether a form is a woman's surname in the lists, the man's being there too."""
        return form.endswith("а") and self._names.get(form) == form and self.surname(form) == form[:-1]


def declined(name: Name) -> Sequence[tuple[str, Forms]]:
    """The cases of a name in a language without a stemmer for names: as they are written, and their forms."""
    turkic = not name.language and scripts.is_turkic(name.text)
    return _declined(name.text, "az" if turkic else name.language)


@lru_cache(maxsize=1 << 12)
def _declined(text: str, language: str) -> tuple[tuple[str, Forms], ...]:
    return tuple((case, tuple(analysis.forms(case))) for case in declension.cases(text, language))


def _is_case(typed: str, forms: Forms, name: Name) -> bool:
    """Whether forms are a case of a name of as many words; one `only` for its language must have its accents."""
    if name.forms == forms:
        return False
    if len(forms) > 1 and all(map(_are_cases, forms, name.forms)):
        return True
    written = typed.casefold() if name.only else ""
    return any(case == forms and written in ("", text.casefold()) for text, case in declined(name))


def _are_cases(form: str, other: str) -> bool:
    """Whether two words have a stem in common, each being one of its own: Snowball makes `караб` of Карабах."""
    return form == other or not {form, _stem(form)}.isdisjoint({other, _stem(other)} - {""})


def _stem(form: str) -> str:
    """What a form is known by among its cases; empty for Latin letters."""
    return form if form.endswith(SURNAMES) else scripts.spoken_stem(form)


def cases(surname: str, forms: Sequence[str]) -> Iterator[str]:
    """The forms, given in the order of their characters, that are a surname or one of its cases, a man's."""
    beginning = takewhile(lambda form: form.startswith(surname), forms[bisect_left(forms, surname) :])
    for form in beginning:
        is_case = scripts.spoken_stem(form) == surname and form[len(surname) :] not in _FEMININE_ONLY
        if form == surname or is_case:
            yield form


def feminine_cases(surname: str) -> Iterator[str]:
    """The cases of a woman's surname, given its own form."""
    return (surname[:-1] + ending for ending in _FEMININE)
