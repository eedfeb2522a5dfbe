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

_SCOPES = (("article", None), ("passage", None))
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

_Counted = Iterable[tuple[str, int | None]]


class FieldValues:
    """Completes the value of a field. Safe to share between threads."""

    def __init__(
        self,
        sources: Iterable[tuple[str, int]],
        languages: Iterable[str],
        authors: Iterable[str],
        dates: Iterable[tuple[int, int]],
        titles: Iterable[str],
    ) -> None:
        """Sources and days, as numbers, with how many passages they have; languages, the most frequent first.

        The authors and the titles of some articles, who are offered the more frequent first but without a count.
        """
        words = (form for title in titles for form in analysis.forms(title[:_TITLE]))
        years: Counter[str] = Counter()
        for number, count in dates:
            years[f"{number // 10_000:04}" if number else UNDATED] += count
        by_count = sorted(sources, key=lambda one: -one[1])
        self._names = "\n".join(_spaced(name) for name, _ in by_count)
        self._values = {
            "source": _Values(by_count),
            "author": _Values(_uncounted(authors)),
            "lang": _Values((code, None) for code in languages),
            "scope": _Values(_SCOPES),
            "date": _Values(years.most_common()),
        }
        self._words = _Values(_uncounted(words))

    def _is_one(self, source: str) -> bool:
        """Whether no other source's name contains a source's name, and would be found with it."""
        return self._names.count(_spaced(source)) == 1

    def complete(self, text: str) -> tuple[Completion, ...] | None:
        """Ways to go on with a query that ends in a field; None where it does not."""
        found = _FIELD.search(text, max(len(text) - _READ, 0))
        if not found or len(_MARKS.findall(text[: found.start()])) % 2:
            return None
        kind = found["name"].lower()
        before = text[: found.start("value")]
        values = self._values[kind].starting(" ".join(analysis.forms(found["value"])))
        counted = ((one, count if kind != "source" or self._is_one(one) else None) for one, count in values)
        return tuple(Completion(before + one, one, kind, count) for one, count in counted)

    def words(self, field: str, before: str, form: str) -> tuple[Completion, ...]:
        """Ways to go on with a query that ends, after `before`, with the beginning of a word of a title or heading.

        Headings are not kept apart; those of an article have its subject, as its title has.
        """
        found = self._words.starting(form) if field in ("title", "section") else ()
        return tuple(Completion(before + one, one, field, count) for one, count in found if one != form)


class _Values:
    """Values with what they find, in their order, found by the beginning of any of their words."""

    def __init__(self, counted: _Counted) -> None:
        """Take each value once; those without a word in them are left out."""
        self._counted = [(_typed(value), count) for value, count in counted if value]
        beginnings = []
        for number, (value, _) in enumerate(self._counted):
            forms = analysis.forms(value)
            beginnings += [(" ".join(forms[at:]), number) for at in range(len(forms))]
        self._beginnings = sorted(beginnings)

    def starting(self, key: str) -> list[tuple[str, int | None]]:
        """The first values with a word that begins so."""
        first = bisect_left(self._beginnings, (key, 0))
        last = bisect_left(self._beginnings, (key + "\U0010ffff", 0))
        numbers = {number for _, number in self._beginnings[first:last]}
        return [self._counted[number] for number in sorted(numbers)[:MOST]]


def _uncounted(values: Iterable[str]) -> _Counted:
    """Values, the most frequent first, without a count: so often they were seen, but that is not what they find."""
    return [(value, None) for value, _ in Counter(values).most_common()]


def _spaced(name: str) -> str:
    return f" {' '.join(analysis.forms(name))} "


def _typed(value: str) -> str:
    """A value as it is typed behind a colon: one of several words in quotation marks."""
    plain = value.translate(dict.fromkeys(map(ord, QUOTES), " "))
    return plain if plain.isalnum() else f'"{plain}"'
