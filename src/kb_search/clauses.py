"""What stands in one place of a query, in one field, as nodes of the tree: words, a phrase, a pattern, a filter.

Whatever cannot be honoured is noted, in words that say what became of it.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import replace
from functools import lru_cache

from kb_search import analysis
from kb_search.document import UNDATED
from kb_search.filters import FilterReader, Place
from kb_search.lexing import FIELDS, TEXT, WORD_FIELDS
from kb_search.notes import Notes, named
from kb_search.query import And, Everything, Leaf, Node, Pattern, Phrase, Undated, Word, boosted, joined, leaves
from kb_search.results import Span

#: A weight above this would only drown the other words.
MOST_BOOST = 100.0
#: The largest distance of `~`: with three letters changed almost any short word is another.
MOST_EDITS = 2
#: Before a `*` stand so many letters at least; with one alone, a tenth of all words would fit.
LEAST_PREFIX = 2

# What may stand between two words that are read as a phrase; more between figures, as in 10,120 or 10:30. Two
# hyphens are a dash.
_JOINS = re.compile(r"[.’']?[-‐‑‒–.&@_+'’/]|://")
_JOINS_FIGURES = re.compile(r"[.’']?[-‐‑‒–.&@_+'’/,:;]")
# A ? at the end of a word is a question mark, one in an address is neither.
_WILDCARD = re.compile(r"\*|^[^/]*\w\?+(?=[\w*])")
_WILDCARDS = str.maketrans("?*", "xx")
_PIECE = re.compile(r"[?*]+|[^?*]+")
# Without any of these a run is nothing but words, which saves looking for each.
_SPECIAL = re.compile(r"[*?~^=+!&\\−#@$%:/]|^-")
_BETWEEN_HYPHENS = re.compile(r"[^-‐‑/]+")
_ENDING = re.compile(r"(~[\d.]*)?(\^[\d.]*)?$")
_BEFORE_A_WORD = re.compile(r"[-+!&~^\\−#@$%]+(?=\w)")
_AFTER_A_WORD = re.compile(r"(?<=\w)[+#&=\\@$%~^]+$")
_EXCLUDING = ("!", "−", "--")
_NO_FIELD = re.compile(r"([A-Za-z]{1,20}):(?!//)(?=[^\s)|])")
_SMALL_NEAR = re.compile(r"(?i)near/\d+")


class ClauseReader:
    """Reads the clauses of one query. What is left out gives None, and a note."""

    def __init__(self, notes: Notes, languages: tuple[str, ...]) -> None:
        """Take the query by its notes, and the languages that a word is stemmed in."""
        self._notes = notes
        self._languages = languages
        self._filters = FilterReader(notes)

    def quoted(self, name: str, span: Span, whole: Span) -> Node | None:
        """A quotation in a field; `span` holds its marks too, `whole` also the NOT and the field before it."""
        place = Place((span[0] + 1, span[1] - 1), span, whole)
        if name not in WORD_FIELDS:
            return self._filters.read(name, place)
        if "*" in self._text(place.inner):
            self._notes.add("ignored", span, "Inside quotation marks * stands for nothing and was left out.")
        return self._noted(self._phrase(name, place), place)

    def chunk(self, name: str, span: Span, whole: Span) -> Node | None:
        """A run without white space in a field."""
        typed = self._text(span)
        place = Place(span, span, whole)
        if name in WORD_FIELDS and typed != UNDATED and not _SPECIAL.search(typed):
            return self._noted(self._words(name, place), place)
        tilde, weight = _ending(typed)
        if len(tilde) + len(weight) == len(typed):
            self._notes.add("ignored", whole, f"{named(typed)} stands behind nothing and was left out.")
            return None
        end = span[1] - len(weight)
        node = self._value(name, Place((span[0], end - len(tilde)), span, whole), tilde)
        return self.weighed(node, (end, span[1])) if node and weight else node

    def weighed(self, node: Node, span: Span) -> Node:
        """A node with what is typed behind it, such as `^2`; of anything else a note says that it is left out."""
        typed = self._text(span)
        if not typed or typed == "^1":
            return node
        if not _is_weight(typed):
            self._note_no_weight(node, span)
            return node
        if not any(isinstance(leaf, Leaf) for leaf in leaves(node)):
            message = f"{named(typed)} was left out: only words that may be found have a weight."
            self._notes.add("ignored", span, message)
            return node
        factor = float(typed[1:])
        if factor > MOST_BOOST:
            self._notes.add("limited", span, f"{named(typed)} was read as ^{MOST_BOOST:g}, the largest weight.")
        return boosted(node, min(factor, MOST_BOOST), MOST_BOOST)

    def _note_no_weight(self, node: Node, span: Span) -> None:
        typed, suggestion = self._text(span), None
        if isinstance(node, Phrase) and typed[0] == "~" and typed[1:].isdecimal():
            near = f" NEAR/{typed[1:]} ".join(word.typed for word in node.words)
            suggestion = self._notes.repaired((node.start, span[1]), near)
        self._notes.add("ignored", span, f"{named(typed)} is not understood here and was left out.", suggestion)

    def _text(self, span: Span) -> str:
        return self._notes.text[slice(*span)]

    def _noted(self, node: Node | None, place: Place) -> Node | None:
        if node is None:
            message = f"{named(self._text(place.whole))} has no word in it and was left out."
            self._notes.add("ignored", place.whole, message)
        return node

    def _value(self, name: str, place: Place, tilde: str) -> Node | None:
        """What a run without its ending means in a field."""
        typed = self._text(place.inner)
        if name not in WORD_FIELDS:
            self._note_tilde(tilde, place)
            return self._filters.read(name, place)
        if name == TEXT and (special := self._special(typed, place.inner)):
            self._note_tilde(tilde, place)
            return special
        if tilde and (fuzzy := self._fuzzy(name, place, tilde)):
            return fuzzy
        self._note_tilde(tilde, place)
        if ("*" in typed or "?" in typed) and _WILDCARD.search(typed) and analysis.words(typed):
            place = place._replace(inner=(self._note_sign(place.inner), place.inner[1]))
            found = self._pattern(name, place.inner) or self._apart(name, place)
            return found or self._without_wildcards(name, place)
        self._note_signs(typed, place)
        return self._noted(self._words(name, place), place)

    # ------------------------------------------------------------------------------------------- words

    def _phrase(self, name: str, place: Place) -> Node | None:
        words = self._read_words(name, place.inner)
        if len(words) == 1:
            return replace(words[0], exact=True)
        typed = " ".join(self._text(place.inner).split())
        return Phrase(tuple(words), *place.value, typed, name) if words else None

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
        words = self._read_words(name, place.inner)
        exact = self._notes.text.startswith("=", place.inner[0])
        if len(words) == 1:
            return replace(words[0], exact=True) if exact else words[0]
        groups: list[list[Word]] = []
        for word in words:
            if groups and self._are_joined(groups[-1][-1], word):
                groups[-1].append(word)
            else:
                groups.append([word])
        return joined(And, [self._grouped(group, exact=exact) for group in groups]) if groups else None

    def _grouped(self, group: list[Word], *, exact: bool) -> Node:
        first, last = group[0], group[-1]
        if first is last:
            return replace(first, exact=exact) if exact else first
        span = first.start, last.end
        return Phrase(tuple(group), *span, self._text(span), first.field)

    def _read_words(self, name: str, span: Span) -> list[Word]:
        start, end = span
        text = self._notes.text[start:end]
        return [
            Word(form, analysis.stems(form, self._languages), start + first, start + last, text[first:last], field=name)
            for first, last, form in analysis.tokens(text)
        ]

    def _are_joined(self, left: Word, right: Word) -> bool:
        between = self._notes.text[left.end : right.start]
        figures = left.form[-1:].isdigit() and right.form[:1].isdigit()
        return not between or bool((_JOINS_FIGURES if figures else _JOINS).fullmatch(between))

    # ---------------------------------------------------------------------------------------- patterns

    def _pattern(self, name: str, span: Span) -> Node | None:
        """A word with wildcards; None where they stand where they cannot be understood."""
        (start, end), typed = span, self._text(span)
        before, after = len(typed) - len(typed.lstrip("=")), len(typed) - len(typed.rstrip("?.,;:!)"))
        typed, start, end = typed[before : len(typed) - after], start + before, end - after
        text = _folded(typed)
        letters = text.partition("*")[0].replace("?", "")
        if not text or ("*" in text and (text.index("*") < len(text) - 1 or len(letters) < LEAST_PREFIX)):
            return None
        return Pattern(text, 0, start, end, typed, name)

    def _apart(self, name: str, place: Place) -> Node | None:
        """Words joined by hyphens, some with wildcards, each by itself; None where one cannot be understood."""
        nodes: list[Node | None] = []
        for found in _BETWEEN_HYPHENS.finditer(self._notes.text, *place.inner):
            span = found.span()
            has_wildcard = _WILDCARD.search(found[0])
            nodes.append(self._pattern(name, span) if has_wildcard else self._words(name, Place(span, span, span)))
        read = [node for node in nodes if node]
        if len(read) < len(nodes) or len(read) < 2:
            return None
        message = "A word with a wildcard cannot be part of a phrase, so these were read as words of their own."
        self._notes.add("corrected", place.value, message)
        return joined(And, read)

    def _without_wildcards(self, name: str, place: Place) -> Node | None:
        typed = self._text(place.inner)
        message = (
            f"A * stands at the end of one word, behind {LEAST_PREFIX} letters or more, and a ? within one, so "
            f"{named(typed)} was read as if it had none."
        )
        self._notes.add("ignored", place.value, message)
        return self._noted(self._words(name, place), place)

    def _fuzzy(self, name: str, place: Place, tilde: str) -> Node | None:
        """A word with the letters that may differ; None where that cannot be understood."""
        words = self._read_words(name, place.inner)
        number = tilde[1:]
        if len(words) != 1 or words[0].typed != self._text(place.inner) or not (number.isdecimal() or not number):
            return None
        word, span = words[0], (place.inner[1], place.inner[1] + len(tilde))
        edits = min(int(number[:4]), MOST_EDITS) if number else 1
        if number != str(edits):
            message = f"{named(tilde)} was read as ~{edits}: one letter may differ, or two."
            self._notes.add("corrected", span, message, self._notes.repaired(span, f"~{edits}"))
        if not edits:
            return replace(word, exact=True)
        return Pattern(word.form, edits, word.start, span[1], f"{word.typed}~{edits}", name)

    def _note_tilde(self, tilde: str, place: Place) -> None:
        if tilde:
            span = place.inner[1], place.inner[1] + len(tilde)
            self._notes.add("ignored", span, f"{named(tilde)} stands behind one word only, so it was left out.")

    # -------------------------------------------------------------------- what other programs understand

    def _note_signs(self, typed: str, place: Place) -> None:
        start, end = place.inner
        if "/" in typed and _SMALL_NEAR.fullmatch(typed):
            message = f"In small letters {named(typed)} is a phrase; in capitals it asks for words that stand near."
            self._notes.add("info", place.inner, message, self._notes.repaired(place.inner, typed.upper()))
        if ":" in typed and (field := _NO_FIELD.match(self._notes.text, start)):
            self._note_no_field(field)
        self._note_sign(place.inner)
        if sign := _AFTER_A_WORD.search(typed):
            span = start + sign.start(), end
            self._notes.add("ignored", span, f"{named(sign[0])} means nothing behind a word and was left out.")

    def _note_no_field(self, found: re.Match[str]) -> None:
        meant = _nearest_field(found[1].lower())
        suggestion = self._notes.repaired(found.span(), f"{meant}:") if meant else None
        self._notes.add(
            "ignored", found.span(), f"There is no field {named(found[1])}, so this was read as a word.", suggestion
        )

    def _note_sign(self, span: Span) -> int:
        """Where what comes after a sign before a word begins; a sign is noted."""
        found = _BEFORE_A_WORD.match(self._notes.text, *span)
        if not found:
            return span[0]
        sign = found[0]
        if sign in _EXCLUDING:
            message = f"{named(sign)} was left out; to exclude what follows, write NOT or one - before it."
            self._notes.add("ignored", found.span(), message, self._notes.repaired(found.span(), "-"))
        else:
            self._notes.add("ignored", found.span(), f"{named(sign)} means nothing before a word and was left out.")
        return found.end()


@lru_cache(maxsize=1 << 8)
def _nearest_field(name: str) -> str:
    return next(iter(difflib.get_close_matches(name, FIELDS, 1, 0.7)), "")


def _ending(typed: str) -> tuple[str, str]:
    """What stands behind a word: `~1` and `^2`, either of them empty."""
    if "~" not in typed and "^" not in typed:
        return "", ""
    found = _ENDING.search(typed)
    return (found[1] or "", found[2] or "") if found else ("", "")


def _folded(typed: str) -> str:
    """A word with wildcards, folded between them; empty where it is not one word."""
    if analysis.words(typed.translate(_WILDCARDS)) != [typed.translate(_WILDCARDS)]:
        return ""
    pieces = [piece if piece[0] in "?*" else analysis.fold(piece) for piece in _PIECE.findall(typed)]
    return "".join(pieces)[: analysis.MAX_FORM_LENGTH]


def _is_weight(typed: str) -> bool:
    whole, point, part = typed[1:].partition(".")
    return typed[0] == "^" and whole.isdecimal() and (part.isdecimal() or not point) and len(typed) <= _LONGEST_WEIGHT


_LONGEST_WEIGHT = 20
