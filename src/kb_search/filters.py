"""The value of a filter as a node of the tree: a source, a language, a date.

Whatever cannot be honoured is noted, in words that say what became of it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from kb_search import analysis
from kb_search.document import UNDATED, Date
from kb_search.lexing import DATE_FIELDS
from kb_search.notes import Notes, named
from kb_search.query import FIRST_DAY, LAST_DAY, DateRange, Language, Node, Source, Undated, date_range
from kb_search.results import Span

_WILDCARD = re.compile(r"\*|\w\?(?=\w)")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_TWO_DATES = re.compile(r"(\d{4}(?:-\d\d)?)[-–—](\d{4}(?:-\d\d)?)", re.ASCII)


class Place(NamedTuple):
    """A clause's place in a query: its value without quotation marks, with them, and with NOT and field before it."""

    inner: Span
    value: Span
    whole: Span


class FilterReader:
    """Reads the values of the filters of one query. What is left out gives None, and a note."""

    def __init__(self, notes: Notes) -> None:
        """Take the query by its notes."""
        self._notes = notes

    def read(self, name: str, place: Place) -> Node | None:
        """The value of a filter: `source`, `lang`, or one of the fields of dates."""
        typed = self._notes.text[slice(*place.inner)].strip()
        if name == "lang":
            return self._language(typed, place)
        if name in DATE_FIELDS:
            return self._date(name, typed, place)
        return self._source(typed, place)

    def _said(self, place: Place) -> str:
        return named(self._notes.text[slice(*place.whole)])

    def _source(self, typed: str, place: Place) -> Node | None:
        if place.inner == place.value and _WILDCARD.search(typed):
            message = f"Names of sources have no wildcards, so {named(typed)} was read as if it had none."
            self._notes.add("ignored", place.value, message)
        if forms := tuple(analysis.forms(typed)):
            return Source(forms, typed)
        self._notes.add("ignored", place.whole, f"{self._said(place)} has no word in it and was left out.")
        return None

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
