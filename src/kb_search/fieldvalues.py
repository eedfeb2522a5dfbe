"""Completion behind the name of a field: the sources, languages, authors, years and title words of a collection."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable

from kb_search import analysis
from kb_search.document import UNDATED
from kb_search.lexing import QUOTES
from kb_search.results import Completion

_SCOPES = (("article", 0), ("passage", 0))
#: Completions in an answer.
MOST = 8
#: More of a query's end is not looked at.
_READ = 200
#: Only the beginning of a title is read.
_TITLE = 300
# What stands before a field is no part of a word, and what stands behind it so far is the beginning of its value.
_FIELD = re.compile(
    rf"(?i)(?<![^\s(|-])(?<![^\s(|]-)(?P<name>source|author|lang|scope|date):"
    rf"(?P<value>[{QUOTES}][^{QUOTES}]*|(?:\w+(?:[-.&'’]\w+)*)?)$"
)
_MARKS = re.compile(rf"[{QUOTES}]")

_Counted = Iterable[tuple[str, int]]


class FieldValues:
    """Completes the value of a field. Safe to share between threads."""

    def __init__(
        self,
        sources: _Counted,
        languages: Iterable[str],
        authors: _Counted,
        dates: Iterable[tuple[int, int]],
        titles: Iterable[str],
    ) -> None:
        """Names with how many passages they have, languages by falling number, days as numbers, and titles."""
        words = Counter(form for title in titles for form in analysis.forms(title[:_TITLE]))
        years: Counter[str] = Counter()
        for number, count in dates:
            years[f"{number // 10_000:04}" if number else UNDATED] += count
        self._values = {
            "source": _Values(sources),
            "author": _Values(authors),
            "lang": _Values((code, 0) for code in languages),
            "scope": _Values(_SCOPES),
            "date": _Values(years.items()),
        }
        self._words = _Values(words.items())

    def complete(self, text: str) -> tuple[Completion, ...] | None:
        """Ways to go on with a query that ends in a field; None where it does not."""
        found = _FIELD.search(text, max(len(text) - _READ, 0))
        if not found or len(_MARKS.findall(text[: found.start()])) % 2:
            return None
        kind = found["name"].lower()
        before = text[: found.start("value")]
        values = self._values[kind].starting(" ".join(analysis.forms(found["value"])))
        return tuple(Completion(before + one, one, kind, count) for one, count in values)

    def words(self, field: str, before: str, form: str) -> tuple[Completion, ...]:
        """Ways to go on with a query that ends, after `before`, with the beginning of a word of a title or heading.

        Headings are not kept apart; those of an article have its subject, as its title has.
        """
        found = self._words.starting(form) if field in ("title", "section") else ()
        return tuple(Completion(before + one, one, field, count) for one, count in found if one != form)


class _Values:
    """Values with their counts, found by the beginning of any of their words."""

    def __init__(self, counted: _Counted) -> None:
        """Take each value once; those without a word in them are left out."""
        self._counted = [(_typed(value), count) for value, count in counted if value]
        beginnings = []
        for number, (value, _) in enumerate(self._counted):
            forms = analysis.forms(value)
            beginnings += [(" ".join(forms[at:]), number) for at in range(len(forms))]
        self._beginnings = sorted(beginnings)

    def starting(self, key: str) -> list[tuple[str, int]]:
        """The values with a word that begins so, the most frequent first."""
        first = bisect_left(self._beginnings, (key, 0))
        last = bisect_left(self._beginnings, (key + "\U0010ffff", 0))
        numbers = dict.fromkeys(number for _, number in self._beginnings[first:last])
        ordered = sorted(numbers, key=lambda number: (-self._counted[number][1], number))
        return [self._counted[number] for number in ordered[:MOST]]


def _typed(value: str) -> str:
    """A value as it is typed behind a colon: one of several words in quotation marks."""
    plain = value.translate(dict.fromkeys(map(ord, QUOTES), " "))
    return plain if plain.isalnum() else f'"{plain}"'
