"""What stands in one place of a query, in one field, as nodes of the tree: words, a phrase, a pattern, a filter.

Whatever cannot be honoured is noted, in words that say what became of it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from kb_search import analysis
from kb_search.document import UNDATED
from kb_search.filters import FilterReader, Place
from kb_search.lexing import TEXT, WORD_FIELDS
from kb_search.notes import Notes, named
from kb_search.query import And, EveryPassage, Leaf, Node, Pattern, Phrase, Undated, Word, boosted, joined, leaves
from kb_search.results import Span
from kb_search.signs import are_joined, note_expression, note_habits, note_sign_before, note_signs, operator_of

#: A weight above this would only drown the other words.
MOST_BOOST = 100.0
#: The largest distance of `~`: with three letters changed almost any short word is another.
MOST_EDITS = 2
#: Before a `*` stand so many letters at least; with one alone, a tenth of all words would fit.
LEAST_PREFIX = 2

# A ? at the end of a word is a question mark, one in an address is neither.
_WILDCARD = re.compile(r"\*|^[^/]*\w\?+(?=[\w*])")
_WILDCARDS = str.maketrans("?*", "xx")
_PIECE = re.compile(r"[?*]+|[^?*]+")
_SPECIAL = re.compile(r"[^\w.,;…’'‐‑‒–-]|^-|--|_")
_BETWEEN_HYPHENS = re.compile(r"[^-‐‑/]+")
_ENDING = re.compile(r"(~[\d.]*)?(\^[-+\d.,^]*)?$")


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

    def plain(self, name: str, span: Span) -> list[Word]:
        """The words of a run that has white space between them and nothing else; empty where one holds several."""
        words = self._read_words(name, span)
        return words if len(words) == len(self._text(span).split()) else []

    def chunk(self, name: str, span: Span, whole: Span) -> Node | None:
        """A run without white space in a field."""
        typed = self._text(span)
        # Most runs are plain words, which saves looking for everything else.
        is_plain = typed.isascii() and typed.isalnum()
        if name in WORD_FIELDS and typed != UNDATED and (is_plain or not _SPECIAL.search(typed)):
            return self._grouped(self._read_words(name, span)) or self._noted(None, Place(span, span, whole))
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
        if typed == "^1":
            return node
        factor = _weight(typed)
        if factor is None:
            self._note_no_weight(node, span)
            return node
        if not isinstance(node, Leaf) and not any(isinstance(leaf, Leaf) for leaf in leaves(node)):
            message = f"{named(typed)} was left out: only words that may be found have a weight."
            self._notes.add("ignored", span, message)
            return node
        if factor > MOST_BOOST:
            self._notes.add("limited", span, f"{named(typed)} was read as ^{MOST_BOOST:g}, the largest weight.")
        return boosted(node, min(factor, MOST_BOOST), MOST_BOOST)

    def _note_no_weight(self, node: Node, span: Span) -> None:
        typed, suggestion = self._text(span), None
        if isinstance(node, Phrase) and typed[0] == "~" and typed[1:].isdecimal():
            near = f" NEAR/{typed[1:]} ".join(word.typed for word in node.words)
            suggestion = self._notes.repaired((node.start, span[1]), near)
        why = ": a weight is a number from 0 to 100, such as ^2 or ^0.5" if typed[0] == "^" else ""
        message = f"{named(typed)} is not understood here and was left out{why}."
        self._notes.add("ignored", span, message, suggestion or self._repaired_weight(span))

    def _repaired_weight(self, span: Span) -> str | None:
        """The query with a decimal point for the comma of a weight."""
        meant = self._text(span).replace(",", ".")
        return self._notes.repaired(span, meant) if _weight(meant) is not None else None

    def _text(self, span: Span) -> str:
        return self._notes.text[slice(*span)]

    def _noted(self, node: Node | None, place: Place) -> Node | None:
        if node is None:
            message = f"{named(self._text(place.whole))} has no word in it and was left out."
            meant = operator_of(self._text(place.whole))
            suggestion = self._notes.repaired(place.whole, meant) if meant else None
            self._notes.add("ignored", place.whole, message, suggestion)
        return node

    def _value(self, name: str, place: Place, tilde: str) -> Node | None:
        """What a run without its ending means in a field."""
        typed = self._text(place.inner)
        if name not in WORD_FIELDS:
            if tilde:
                self._note_tilde(tilde, place)
            return self._filters.read(name, place)
        if tilde:
            if fuzzy := self._fuzzy(name, place, tilde):
                return fuzzy
            self._note_tilde(tilde, place)
        if name == TEXT and typed in ("*", UNDATED):
            return self._special(typed, place.inner)
        if typed[:1] == "/" and note_expression(typed, place.inner, self._notes):
            return self._grouped(self._read_words(name, place.inner))
        if ("*" in typed or "?" in typed) and _WILDCARD.search(typed) and analysis.words(typed):
            place = place._replace(inner=(note_sign_before(place.inner, self._notes), place.inner[1]))
            found = self._pattern(name, place.inner) or self._apart(name, place)
            return found or self._without_wildcards(name, place)
        exact = typed[:1] == "="
        groups = self._groups(self._read_words(name, place.inner, exact=exact))
        if ":" in typed or "/" in typed:
            note_habits(typed, place.inner, self._notes)
        note_signs(groups, place.inner, self._notes)
        return self._noted(self._node(groups), place)

    # ------------------------------------------------------------------------------------------- words

    def _phrase(self, name: str, place: Place) -> Node | None:
        words = self._read_words(name, place.inner)
        if len(words) == 1:
            return _in_this_form(words[0], exact=True)
        typed = " ".join(self._text(place.inner).split())
        return Phrase(tuple(words), *place.value, typed, name) if words else None

    def _special(self, typed: str, span: Span) -> Node:
        if typed == "*":
            return EveryPassage()
        message = "“undated” stands for passages without a date; “=undated” is the word."
        self._notes.add("info", span, message, self._notes.repaired(span, f"={UNDATED}"))
        return Undated()

    def _grouped(self, words: list[Word]) -> Node | None:
        """The words of a run; those joined by a hyphen and the like are one phrase. None where there is none."""
        return words[0] if len(words) == 1 else self._node(self._groups(words))

    def _groups(self, words: list[Word]) -> list[list[Word]]:
        """The words of a run, those together that are read as a phrase."""
        groups = [words[:1]] if words else []
        for left, right in pairwise(words):
            if are_joined(left, right, self._notes.text):
                groups[-1].append(right)
            else:
                groups.append([right])
        return groups

    def _node(self, groups: list[list[Word]]) -> Node | None:
        nodes = [group[0] if len(group) == 1 else self._joined(group) for group in groups]
        return joined(And, nodes) if nodes else None

    def _joined(self, group: list[Word]) -> Phrase:
        span = group[0].start, group[-1].end
        words = tuple(_in_this_form(word, exact=False) if word.exact else word for word in group)
        return Phrase(words, *span, self._text(span), group[0].field)

    def _read_words(self, name: str, span: Span, *, exact: bool = False) -> list[Word]:
        start, end = span
        text = self._notes.text[start:end]
        # Letters of ASCII alone are one word; there is no need to look for more.
        if text.isascii() and text.isalnum():
            form = analysis.fold(text)
            return [Word(form, analysis.stems(form, self._languages), start, end, text, exact, name)]
        return [
            Word(form, analysis.stems(form, self._languages), start + at, start + to, text[at:to], exact, name)
            for at, to, form in analysis.tokens(text)
        ]

    # ---------------------------------------------------------------------------------------- patterns

    def _pattern(self, name: str, span: Span) -> Node | None:
        """A word with wildcards; None where they stand where they cannot be understood."""
        (start, end), typed = span, self._text(span)
        before, after = len(typed) - len(typed.lstrip("=")), len(typed) - len(typed.rstrip("?.,;:!)"))
        typed, start, end = typed[before : len(typed) - after], start + before, end - after
        text = "" if "*" in typed[:-1] else _folded(typed)
        letters = text.partition("*")[0].replace("?", "")
        if not text or ("*" in text and len(letters) < LEAST_PREFIX):
            return None
        return Pattern(text, 0, start, end, typed, name)

    def _apart(self, name: str, place: Place) -> Node | None:
        """Words joined by hyphens, some with wildcards, each by itself; None where one cannot be understood."""
        if _BETWEEN_HYPHENS.fullmatch(self._text(place.inner)):
            return None
        spans = [found.span() for found in _BETWEEN_HYPHENS.finditer(self._notes.text, *place.inner)]
        patterns = {span: self._pattern(name, span) for span in spans if _WILDCARD.search(self._text(span))}
        if not all(patterns.values()):
            return None
        nodes = [patterns.get(span) or self._grouped(self._read_words(name, span)) for span in spans]
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
        return self._noted(self._grouped(self._read_words(name, place.inner, exact=typed[:1] == "=")), place)

    def _fuzzy(self, name: str, place: Place, tilde: str) -> Node | None:
        """A word with the letters that may differ; None where that cannot be understood."""
        typed, number = self._text(place.inner), tilde[1:]
        first = next(analysis.matches(typed), None)
        if not first or first[0] != typed or not (number.isdecimal() or not number):
            return None
        word, span = self._read_words(name, place.inner)[0], (place.inner[1], place.inner[1] + len(tilde))
        edits = min(int(number[:4]), MOST_EDITS) if number else 1
        if number != str(edits):
            message = f"{named(tilde)} was read as ~{edits}: one letter may differ, or two."
            self._notes.add("corrected", span, message, self._notes.repaired(span, f"~{edits}"))
        if not edits:
            return replace(word, exact=True)
        return Pattern(word.form, edits, word.start, span[1], f"{word.typed}~{edits}", name)

    def _note_tilde(self, tilde: str, place: Place) -> None:
        span = place.inner[1], place.inner[1] + len(tilde)
        self._notes.add("ignored", span, f"{named(tilde)} stands behind one word only, so it was left out.")


def _in_this_form(word: Word, *, exact: bool) -> Word:
    """The word in this form alone, or in any; quicker than `replace`, for a query may have hundreds of them."""
    return Word(word.form, word.stems, word.start, word.end, word.typed, exact, word.field)


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


@lru_cache(maxsize=1 << 8)
def _weight(typed: str) -> float | None:
    """The factor that `^2` stands for; None for what is no weight."""
    whole, point, part = typed[1:].partition(".")
    if typed[0] != "^" or not whole.isdecimal() or len(typed) > _LONGEST_WEIGHT:
        return None
    return round(float(typed[1:]), 4) if part.isdecimal() or not point else None


_LONGEST_WEIGHT = 20
