"""Signs that have no meaning where they stand: what other programs understand, and what is offered in its place.

Natural punctuation needs no word; everything else that is not read is noted.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from kb_search.document import UNDATED, Date
from kb_search.lexing import FIELDS
from kb_search.notes import Notes, named
from kb_search.query import Word
from kb_search.results import Span

# What may stand between two words that are read as a phrase; more between figures, as in 10,120 or 10:30. Two
# hyphens are a dash.
_JOINS = re.compile(r"[.’']?[-‐‑‒–.&@_+'’/]|://")
_JOINS_FIGURES = re.compile(r"[.’']?[-‐‑‒–.&@_+'’/,:;]")
# What stands around words in any prose; single quotation marks have a note of their own.
_PUNCTUATION = ".,;:?!…’'‘‚‹›·•-‐‑‒–—¡¿、。，！？；："
_AFTER_A_WORD = re.compile(rf"[^{re.escape(_PUNCTUATION)}]+")
_BEFORE_A_WORD = re.compile(r"[^\s.,;:…’'‘‚‹›·•¡¿‐‑‒–—]+")
_UP_TO_A_WORD = re.compile(r"=?([^\w*]*)")
_EXCLUDING = ("!", "−", "--")
_NO_FIELD = re.compile(r"([^\W\d_]{1,20}):(?!//)(?=[^\s)|])")
_EXACT_FIELD = re.compile(rf"=+({'|'.join(FIELDS)}):(?=\S)")
_SMALL_NEAR = re.compile(r"(?i)near/\d+")

_EXPRESSION = re.compile(r"/([^/\s]+)/[a-z]{0,3}")
_META = re.compile(r"[.*+?^$\\\[\]{}]")
_ANY_ENDING = re.compile(r"\.[*+]$")
_WILDCARDS = re.compile(r"\w{2,}\*|\w[\w?]*\w\*?")

_RANGE = re.compile(r"(?:\b(\w{1,20}):)?[\[{]\s?([^\s\[\]{}]{1,20})\s{1,3}TO\s{1,3}([^\s\[\]{}]{1,20})\s?[\]}]")
_SINGLE_QUOTES = re.compile(r"""(?<![^\s(])['‘‚‹](\w[^'‘’‚‹›"“”]*)['‘’›](?!\w)""")
# How a word is typed that would be an operator.
_OPERATOR_AS_WORD = re.compile(rf"/(AND|OR|NOT|NEAR(?:/[0-9]+)?|{UNDATED})/")
_OPERATORS = {"&&": "AND", "&": "AND", "!": "NOT", "−": "NOT", "||": "OR"}


def operator_of(typed: str) -> str:
    """The operator that a sign stands for elsewhere, where it stands alone; empty if none."""
    return _OPERATORS.get(typed, "")


def are_joined(left: Word, right: Word, text: str) -> bool:
    """Whether two words that follow each other in a text are read as a phrase."""
    if left.end == right.start:
        return True
    figures = left.form[-1:].isdigit() and right.form[:1].isdigit()
    return bool((_JOINS_FIGURES if figures else _JOINS).fullmatch(text, left.end, right.start))


# ----------------------------------------------------------------------------------------------- in a whole query


def note_whole(notes: Notes) -> None:
    """Note what is written as in other programs over several words: single quotation marks, ranges in brackets."""
    for found in _SINGLE_QUOTES.finditer(notes.text):
        if len(found[1].split()) > 1:
            message = "Single quotation marks are read as apostrophes; double ones make a phrase."
            notes.add("info", found.span(), message, notes.repaired(found.span(), f'"{found[1]}"'))
    for found in _RANGE.finditer(notes.text):
        message = "A range in brackets is not understood; dates have one that is written date:2020..2021."
        notes.add("ignored", found.span(), message, _repaired_range(found, notes))


def _repaired_range(found: re.Match[str], notes: Notes) -> str | None:
    """The query with a range of dates as it is written here; None where it is none of dates."""
    name, *ends = found.groups()
    first, last = ("" if end == "*" else end for end in ends)
    try:
        for end in filter(None, (first, last)):
            Date.parse(end)
    except ValueError:
        return None
    is_date = name in (None, "date") and (first or last)
    return notes.repaired(found.span(), f"date:{first}..{last}") if is_date else None


# ------------------------------------------------------------------------------------------------- in one place


def note_expression(typed: str, span: Span, notes: Notes) -> bool:
    """Whether a run is a regular expression, which is noted; a word between slashes is none."""
    found = _EXPRESSION.fullmatch(typed)
    if not found or not _META.search(found[1]):
        return False
    message = (
        f"Regular expressions are not understood, so {named(typed)} was read as words; behind a word's beginning * "
        "stands for its end, and within a word ? for one letter."
    )
    meant = _ANY_ENDING.sub("*", found[1].strip("^$")).replace(".", "?")
    suggestion = notes.repaired(span, meant) if _WILDCARDS.fullmatch(meant) else None
    notes.add("ignored", span, message, suggestion)
    return True


def note_habits(typed: str, span: Span, notes: Notes) -> None:
    """Note what looks like an operator or a field, and is none."""
    if _SMALL_NEAR.fullmatch(typed):
        message = f"In small letters {named(typed)} is a phrase; in capitals it asks for words that stand near."
        notes.add("info", span, message, notes.repaired(span, typed.upper()))
    if found := _EXACT_FIELD.match(notes.text, *span):
        message = f"“=” stands right before a word, so {named(found[0])} was read as a word."
        notes.add("ignored", found.span(), message, notes.repaired(found.span(), f"{found[1]}:"))
    elif found := _NO_FIELD.match(notes.text, span[0]):
        meant = _nearest_field(found[1].lower())
        message = f"There is no field {named(found[1])}, so this was read as a word."
        notes.add("ignored", found.span(), message, notes.repaired(found.span(), f"{meant}:") if meant else None)


def note_signs(groups: Sequence[Sequence[Word]], span: Span, notes: Notes) -> None:
    """Note the signs in a run that are neither punctuation nor read in any way: before, between and behind its words.

    `groups` are the words of the run, those together that are read as a phrase.
    """
    if not groups or _OPERATOR_AS_WORD.fullmatch(notes.text, *span):
        return
    first, last = groups[0][0], groups[-1][-1]
    if first.start > span[0]:
        note_sign_before((span[0], first.end), notes)
    for left, right in pairwise(groups):
        _note_sign_between(left[-1], right[0], notes)
    if found := _AFTER_A_WORD.search(notes.text, last.end, span[1]):
        notes.add("ignored", found.span(), f"{named(found[0])} means nothing behind a word and was left out.")


def _note_sign_between(left: Word, right: Word, notes: Notes) -> None:
    found = _AFTER_A_WORD.search(notes.text, left.end, right.start)
    if not found:
        return
    meant = left.form if found[0] == "=" and left.form in FIELDS else ""
    suggestion = notes.repaired((left.start, right.start), f"{meant}:") if meant else None
    message = f"{named(found[0])} means nothing between two words and was read as a space."
    notes.add("ignored", found.span(), message, suggestion)


def note_sign_before(span: Span, notes: Notes) -> int:
    """Where what comes after a sign before a word begins; a sign is noted."""
    gap = _UP_TO_A_WORD.match(notes.text, *span)
    found = _BEFORE_A_WORD.search(notes.text, *gap.span(1)) if gap else None
    if not found:
        return span[0]
    sign = found[0]
    if sign in _EXCLUDING:
        message = f"{named(sign)} was left out; to exclude what follows, write NOT or one - before it."
        notes.add("ignored", found.span(), message, notes.repaired(found.span(), "-"))
    else:
        notes.add("ignored", found.span(), f"{named(sign)} means nothing before a word and was left out.")
    return found.end()


@lru_cache(maxsize=1 << 8)
def _nearest_field(name: str) -> str:
    return next(iter(difflib.get_close_matches(name, FIELDS, 1, 0.7)), "")
