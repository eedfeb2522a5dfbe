"""What stands in one place of a query, in one field, as nodes of the tree: words, a phrase, a source, a date.

Whatever cannot be honoured is noted, in words that say what became of it.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from kb_search import analysis
from kb_search.document import UNDATED, Date
from kb_search.lexing import DATE_FIELDS, FIELDS, TEXT, WORD_FIELDS
from kb_search.query import (
    FIRST_DAY,
    LAST_DAY,
    And,
    DateRange,
    Everything,
    Language,
    Node,
    Phrase,
    Source,
    Undated,
    Word,
    date_range,
    joined,
)
from kb_search.results import Note, Span

#: More notes than this help nobody; the others are counted.
MAX_NOTES = 20
_MOST_NAMED = 60

# What may stand between two words that are read as a phrase; more between figures, as in 10,120 or 10:30. Two
# hyphens are a dash.
_JOINS = re.compile(r"[.’']?[-‐‑‒–.&@_+'’/]|://")
_JOINS_FIGURES = re.compile(r"[.’']?[-‐‑‒–.&@_+'’/,:;]")
# What other programs understand. A ? at the end of a word is a question mark, one in an address is neither.
_WILDCARD = re.compile(r"\*|^[^/]*\w\?(?=\w)")
_ENDING = re.compile(r"[~^][\d.]*$")
_BEFORE_A_WORD = re.compile(r"[-+!&~^\\−]+(?=\w)")
_EXCLUDING = ("!", "−", "--")
_NOT_OURS = re.compile(r"NEAR(?:/\d*)?|[~^][\d.]*")
_NO_FIELD = re.compile(r"([A-Za-z]{1,20}):(?!//)(?=[^\s)|])")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_TWO_DATES = re.compile(r"(\d{4}(?:-\d\d)?)[-–—](\d{4}(?:-\d\d)?)", re.ASCII)


def named(typed: str) -> str:
    """A part of a query as messages name it: in quotation marks, and not too long."""
    return f"“{typed if len(typed) <= _MOST_NAMED else typed[:_MOST_NAMED] + '…'}”"


class Notes:
    """Collects what the reader of one query must be told."""

    def __init__(self, text: str) -> None:
        """Take the cleaned query; all spans are in it."""
        self.text = text
        self._notes: list[Note] = []

    def add(self, kind: str, span: Span, message: str, suggestion: str | None = None) -> None:
        """Say something about a part of the query; `suggestion` is the whole query, repaired."""
        self._notes.append(Note(kind, self.text[span[0] : span[1]], *span, message, suggestion))

    def repaired(self, span: Span, part: str) -> str:
        """The query with something else in one place."""
        return self.text[: span[0]] + part + self.text[span[1] :]

    def drop_within(self, span: Span, message: str) -> None:
        """Take back the last notes with this message that lie in a span: one about all of it is enough."""
        while self._notes and self._notes[-1].message == message and self._notes[-1].start >= span[0]:
            self._notes.pop()

    def all(self) -> tuple[Note, ...]:
        """The notes by the place that they are about, the first MAX_NOTES of them."""
        ordered = sorted(self._notes, key=lambda note: note.start)
        if len(ordered) > MAX_NOTES:
            more = f"{len(ordered) - MAX_NOTES} more parts of the query could not be read as they stand."
            ordered[MAX_NOTES:] = [Note("limited", "", len(self.text), len(self.text), more)]
        return tuple(ordered)


class Place(NamedTuple):
    """A clause's place in a query: its value without quotation marks, with them, and with NOT and field before it."""

    inner: Span
    value: Span
    whole: Span


class ClauseReader:
    """Reads the clauses of one query. What is left out gives None, and a note."""

    def __init__(self, notes: Notes, languages: tuple[str, ...]) -> None:
        """Take the query by its notes, and the languages that a word is stemmed in."""
        self._notes = notes
        self._languages = languages

    def quoted(self, name: str, span: Span, whole: Span) -> Node | None:
        """A quotation in a field; `span` holds its marks too, `whole` also the NOT and the field before it."""
        place = Place((span[0] + 1, span[1] - 1), span, whole)
        if name not in WORD_FIELDS:
            return self._filter(name, place)
        if "*" in self._notes.text[slice(*place.inner)]:
            self._notes.add("ignored", span, "Inside quotation marks * stands for nothing and was left out.")
        return self._noted(self._phrase(name, place), place)

    def chunk(self, name: str, span: Span, whole: Span) -> Node | None:
        """A run without white space in a field."""
        typed = self._notes.text[slice(*span)]
        if _NOT_OURS.fullmatch(typed):
            self._notes.add("ignored", whole, f"{named(typed)} is not understood and was left out.")
            return None
        place = Place(span, span, whole)
        if name not in WORD_FIELDS:
            return self._filter(name, place)
        if name == TEXT and (special := self._special(typed, span)):
            return special
        return self._noted(self._words(name, self._without_ending(typed, place)), place)

    def _noted(self, node: Node | None, place: Place) -> Node | None:
        if node is None:
            self._notes.add("ignored", place.whole, f"{self._said(place)} has no word in it and was left out.")
        return node

    def _said(self, place: Place) -> str:
        return named(self._notes.text[slice(*place.whole)])

    # ------------------------------------------------------------------------------------------- words

    def _phrase(self, name: str, place: Place) -> Node | None:
        words = self._read_words(name, place.inner)
        if len(words) == 1:
            return replace(words[0], exact=True)
        return Phrase(tuple(words), *place.value, name) if words else None

    def _special(self, typed: str, span: Span) -> Node | None:
        if typed == "*":
            return Everything()
        if typed != UNDATED:
            return None
        message = "“undated” stands for passages without a date; “=undated” is the word."
        self._notes.add("info", span, message, self._notes.repaired(span, f"={UNDATED}"))
        return Undated()

    def _words(self, name: str, place: Place) -> Node | None:
        """The words of a run; those joined by a hyphen and the like are one phrase."""
        exact = self._notes.text.startswith("=", place.inner[0])
        groups: list[list[Word]] = []
        for word in self._read_words(name, place.inner, exact=exact):
            if groups and self._are_joined(groups[-1][-1], word):
                groups[-1].append(word)
            else:
                groups.append([word])
        return joined(And, [_grouped(group, name) for group in groups]) if groups else None

    def _read_words(self, name: str, span: Span, *, exact: bool = False) -> list[Word]:
        start, end = span
        return [
            Word(form, analysis.stems(form, self._languages), start + first, start + last, exact, name)
            for first, last, form in analysis.tokens(self._notes.text[start:end])
        ]

    def _are_joined(self, left: Word, right: Word) -> bool:
        between = self._notes.text[left.end : right.start]
        figures = left.form[-1:].isdigit() and right.form[:1].isdigit()
        return not between or bool((_JOINS_FIGURES if figures else _JOINS).fullmatch(between))

    # -------------------------------------------------------------------- what other programs understand

    def _without_ending(self, typed: str, place: Place) -> Place:
        """The place without an ending such as ~1. Notes that, and what else has no meaning here."""
        if typed.isalnum():
            return place
        start, end = place.value
        if field := _NO_FIELD.match(self._notes.text, start):
            self._note_no_field(field)
        if sign := _BEFORE_A_WORD.match(typed):
            self._note_sign((start, start + sign.end()))
        if ending := _ENDING.search(typed):
            cut = start + ending.start()
            self._notes.add("ignored", (cut, end), f"{named(ending[0])} is not understood and was left out.")
            place = Place((start, cut), place.value, place.whole)
        self._note_wildcards(typed, place)
        return place

    def _note_wildcards(self, typed: str, place: Place) -> None:
        if _WILDCARD.search(typed) and analysis.words(typed):
            message = f"Wildcards are not understood, so {named(typed)} was read as if it had none."
            self._notes.add("ignored", place.value, message)

    def _note_no_field(self, found: re.Match[str]) -> None:
        meant = _nearest_field(found[1].lower())
        suggestion = self._notes.repaired(found.span(), f"{meant}:") if meant else None
        self._notes.add(
            "ignored", found.span(), f"There is no field {named(found[1])}, so this was read as a word.", suggestion
        )

    def _note_sign(self, span: Span) -> None:
        sign = self._notes.text[slice(*span)]
        if sign in _EXCLUDING:
            message = f"{named(sign)} was left out; to exclude what follows, write NOT or one - before it."
            self._notes.add("ignored", span, message, self._notes.repaired(span, "-"))
        else:
            self._notes.add("ignored", span, f"{named(sign)} means nothing before a word and was left out.")

    # ----------------------------------------------------------------------------------------- filters

    def _filter(self, name: str, place: Place) -> Node | None:
        typed = self._notes.text[slice(*place.inner)].strip()
        if name == "lang":
            return self._language(typed, place)
        if name in DATE_FIELDS:
            return self._date(name, typed, place)
        if place.inner == place.value:
            self._note_wildcards(typed, place)
        forms = tuple(analysis.forms(typed))
        return self._noted(Source(forms, typed) if forms else None, place)

    def _language(self, typed: str, place: Place) -> Node | None:
        code = analysis.base_language(typed)
        if _LANGUAGE.fullmatch(code):
            return Language(code)
        known = analysis.language_named(typed)
        self._notes.add(
            "ignored", place.whole, f"{self._said(place)} was left out: a language is a code such as en or hy.",
            self._notes.repaired(place.value, known) if known else None,
        )  # fmt: skip
        return None

    def _date(self, name: str, typed: str, place: Place) -> Node | None:
        if name == "date" and typed.lower() == UNDATED:
            return Undated()
        try:
            node = _read_date(name, typed)
        except ValueError as error:
            two = _TWO_DATES.fullmatch(typed) if name == "date" else None
            suggestion = self._notes.repaired(place.value, f"{two[1]}..{two[2]}") if two else None
            self._notes.add("ignored", place.whole, f"{self._said(place)} was left out: {error}.", suggestion)
            return None
        return self._turned_round(typed, place) if node.first > node.last and ".." in typed else node

    def _turned_round(self, typed: str, place: Place) -> DateRange:
        first, _, last = typed.partition("..")
        turned = f"{last}..{first}"
        message = f"The range {typed} runs backwards and was read as {turned}."
        self._notes.add("corrected", place.value, message, self._notes.repaired(place.value, turned))
        return _read_date("date", turned)


@lru_cache(maxsize=1 << 8)
def _nearest_field(name: str) -> str:
    return next(iter(difflib.get_close_matches(name, FIELDS, 1, 0.7)), "")


def _grouped(group: list[Word], name: str) -> Node:
    if len(group) == 1:
        return group[0]
    return Phrase(tuple(group), group[0].start, group[-1].end, name)


def _read_date(name: str, typed: str) -> DateRange:
    """The days that a date field lets through. Raises ValueError with what is wrong with the date."""
    first, dots, last = (part.strip() for part in typed.partition(".."))
    if name != "date" and dots:
        raise ValueError("it takes one date, not a range")
    if not first and not last:
        raise ValueError("it has no date")
    start, end = (Date.parse(part) if part else None for part in (first, last))
    if name == "before" and start:
        return DateRange(FIRST_DAY, start.first - 1, f"before {start}")
    if name == "after" and start:
        return DateRange(start.last + 1, LAST_DAY, f"after {start}")
    return date_range(start, end if dots else start, f"{start or ''}..{end or ''}" if dots else str(start))
