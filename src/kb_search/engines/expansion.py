"""The forms of a collection, out of the sorted tables of its segments: all of them, and those that fit a pattern."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from kb_search import analysis
from kb_search.arrays import Longs, Mask, StringTable
from kb_search.columns import Columns
from kb_search.engines.base import Deadline, Expansion, Lexicon
from kb_search.query import Pattern

_WILDCARDS = re.compile(r"[?*]")


class Vocabulary:
    """Forms with how often each stands in what is not deleted, titles and headings too."""

    def __init__(self, table: StringTable, counts: Longs, authors: Iterable[str]) -> None:
        """Take the forms, in the order of their bytes and the empty one first, their counts, and who wrote articles."""
        self._table = table
        self._counts = counts
        self._names = sorted({form for name in authors for form in analysis.forms(name)})

    @classmethod
    def of_segment(cls, columns: Columns, alive: Mask) -> Vocabulary:
        """Count the forms of a segment; `alive` tells which of its rows are not deleted."""
        present = alive[columns.article_first_row]
        counts = columns.form_counts if alive.all() else columns.form_counts - _gone(columns, ~alive, ~present)
        authors = {columns.authors[number] for number in columns.article_author[present]}
        return cls(columns.form_table, counts, authors)

    def fitting(self, pattern: Pattern) -> dict[str, int]:
        """The forms that fit a pattern and how often each stands there; those of authors' names count once."""
        if pattern.field == "author":
            return {self._names[at]: 1 for at in _fitting(pattern, self._names)}
        first, last = _range(self._table, pattern)
        forms = self._forms if pattern.edits else self._table.strings(first, last)
        counts = self._counts[first:last]
        return {forms[at]: int(counts[at]) for at in _fitting(pattern, forms) if counts[at]}

    @cached_property
    def _forms(self) -> list[str]:
        return self._table.strings(0, len(self._table))

    def counts(self) -> dict[str, int]:
        """All forms with how often each stands there."""
        forms = self._table.strings(1, len(self._table))
        return {form: count for form, count in zip(forms, self._counts[1:].tolist(), strict=True) if count}


def _gone(columns: Columns, rows: Mask, articles: Mask) -> Longs:
    """How often each form stands in some rows, and in the titles and headings of some articles."""
    words = columns.forms[columns.positions_of(np.flatnonzero(rows).astype(np.int32))[0]]
    heads = columns.heads[articles[columns.head_article][columns.head_of]]
    size = len(columns.form_table)
    counts = np.bincount(words, minlength=size) + np.bincount(heads, minlength=size)
    counts[0] = 0  # the empty form is no word
    return counts


def _range(table: StringTable, pattern: Pattern) -> tuple[int, int]:
    """From which form to which (not included) those lie that can fit: all that begin as the pattern does."""
    if pattern.edits:
        return 0, len(table)
    raw = _WILDCARDS.split(pattern.text, maxsplit=1)[0].encode("utf-8", "surrogatepass")
    return table.position(raw), table.position(raw + b"\xff")  # no UTF-8 has that byte


def _fitting(pattern: Pattern, forms: Sequence[str]) -> Iterable[int]:
    """The numbers of those forms that fit."""
    if pattern.edits:
        distances = process.cdist(
            [pattern.text], forms, scorer=Levenshtein.distance, score_cutoff=pattern.edits, dtype=np.uint8
        )
        near: list[int] = np.flatnonzero(distances[0] <= pattern.edits).tolist()
        return near
    written = re.escape(pattern.text).replace(r"\?", ".").replace(r"\*", ".*")
    fits = re.compile(written, re.DOTALL).fullmatch
    return [at for at, form in enumerate(forms) if fits(form)]


def expansion(pattern: Pattern, vocabularies: Iterable[Vocabulary], most: int, deadline: Deadline) -> Expansion:
    """The forms of all segments that fit a pattern, the most frequent first, `most` of them at most."""
    counts: Counter[str] = Counter()
    for vocabulary in vocabularies:
        deadline.check()
        counts.update(vocabulary.fitting(pattern))
    deadline.check()
    forms = sorted(counts, key=lambda form: (-counts[form], form))
    return Expansion(tuple(forms[:most]), len(forms))


def lexicon(vocabularies: Iterable[Vocabulary]) -> Lexicon:
    """The forms of all segments, with how often each stands in them."""
    counts: Counter[str] = Counter()
    for vocabulary in vocabularies:
        counts.update(vocabulary.counts())
    forms = sorted(counts)
    return Lexicon(tuple(forms), np.array([counts[form] for form in forms], np.int64))
