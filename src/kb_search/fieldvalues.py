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
_FIELD = re.compile(
    rf"(?i)(?<![^\s(|-])(?P<name>source|author|lang|scope|date|title|section):(?P<value>[{QUOTES}][^{QUOTES}]*|[^\s()|{QUOTES}]*)$"
)

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
            "title": _Values(words.items()),
        }
        # Headings are not kept apart; those of an article have its subject, as its title has.
        self._values["section"] = self._values["title"]

    def complete(self, text: str) -> tuple[Completion, ...] | None:
        """Ways to go on with a query that ends in a field; None where it does not."""
        found = _FIELD.search(text, max(len(text) - _READ, 0))
        if not found:
            return None
        kind = found["name"].lower()
        typed = found["value"]
        before = text[: found.start("value")]
        if kind in ("title", "section") and not typed:
            return ()
        values = self._values[kind].starting(" ".join(analysis.forms(typed)))
        return tuple(Completion(before + one, one, kind, count) for one, count in values)


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
