"""Which name of the lists does a form inflect, and which forms inflect a surname?

Of a Russian surname in -ов, -ев or -ин Snowball makes a given name (Алиев and Али are both `ал`), but of its other
cases the surname itself (Алиева, Алиевым: `алиев`). So a surname of the lists is known by its own form and those of
that stem.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import takewhile

from kb_search import scripts
from kb_search.variants import Variants

SURNAMES = ("ов", "ев", "ин")
# What goes from the end of a name before the ending of a case.
_VOWELS = "аеёийоуыэюяь"


class Inflections:
    """The names of one word in the lists, found by any of their inflections in another script than Latin."""

    def __init__(self, variants: Variants) -> None:
        forms = [name.forms[0] for name in variants.names() if len(name.forms) == 1]
        spoken = [(form if form.endswith(SURNAMES) else scripts.spoken_stem(form), form) for form in forms]
        inflected = {stem: form for stem, form in spoken if stem}
        #: The names by their stems; a surname by itself, which is the stem of its cases.
        self._names = inflected | {form: form for form in forms}

    def listed(self, form: str) -> str:
        """The name of one word in the lists that a form is or, in other scripts than Latin, inflects; empty if none."""
        if self._names.get(form) == form:
            return form
        stem = "" if form.endswith(SURNAMES) else scripts.spoken_stem(form)
        return self._names.get(stem, "")

    def inflected(self, form: str) -> str:
        """The name in the lists that a form surely is a case of, and not itself; empty if none.

        Short names have other words among what looks like their cases (Баку, бак), and what is shorter than the name is
        none of them (Армения, Армен).
        """
        name = self.listed(form)
        kept = name[:-1] if name and name[-1] in _VOWELS else name
        is_long = min(len(name), len(scripts.spoken_stem(form))) >= scripts.LEAST_LETTERS
        return name if is_long and form != name and form.startswith(kept) else ""

    def surname(self, form: str) -> str:
        """The surname in the lists that a form is a case of, if Snowball takes it for another name; empty if none."""
        for name in (form, scripts.spoken_stem(form)):
            if name.endswith(SURNAMES) and self._names.get(name) == name and scripts.spoken_stem(name) != name:
                return name
        return ""


def cases(surname: str, forms: Sequence[str]) -> Iterator[str]:
    """The forms, given in the order of their characters, that are a surname or one of its cases."""
    beginning = takewhile(lambda form: form.startswith(surname), forms[bisect_left(forms, surname) :])
    return (form for form in beginning if form == surname or scripts.spoken_stem(form) == surname)
