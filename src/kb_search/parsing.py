"""Typed text to a query: a tree that engines evaluate, and notes for whoever typed it.

Any text is a valid query. The parser reads it once from left to right, keeps its own stack instead of recursing, and
never goes back, so its time is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from kb_search import analysis
from kb_search.document import Date
from kb_search.query import (
    FIRST_DAY,
    LAST_DAY,
    And,
    DateRange,
    Everything,
    Language,
    Node,
    Not,
    Or,
    Phrase,
    Query,
    Source,
    Undated,
    Word,
    date_range,
    joined,
    text_leaves,
)
from kb_search.results import Note

MAX_LENGTH = 2000
#: Deeper parentheses are left out, so that walking a tree never reaches Python's own limit.
MAX_DEPTH = 32


def parse(text: str, languages: tuple[str, ...] = ("en",)) -> Query:
    """Read a query.

    `languages` are those of the collection, the most frequent first: a word stands for its stem in each of
    them, and the first one's stop words are left out beside other words. Never raises.
    """
    parser = _Parser(_clean(text), languages)
    tree = parser.parse()
    tree, dropped = _without_stop_words(tree, analysis.stop_words(languages[0]))
    if dropped:
        parser.note("ignored", dropped[0].start, dropped[-1].end, _stop_word_message(dropped))
    return Query(parser.text, tree, tuple(sorted(parser.notes, key=lambda note: note.start)))


# ---------------------------------------------------------------------------------------------- cleaning

_INVISIBLE = dict.fromkeys((0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
_NOT_TEXT = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def _clean(text: str) -> str:
    return _NOT_TEXT.sub(" ", text.translate(_INVISIBLE))


# ----------------------------------------------------------------------------------------------- parsing

_QUOTES = '"“”„‟«»＂'
_LEX = re.compile(
    rf"""(?P<space>\s+)
    |(?P<quote>[{_QUOTES}])
    |(?P<open>\()|(?P<close>\))
    |(?P<or>\|+|OR(?![^\s()|{_QUOTES}]))
    |(?P<and>AND(?![^\s()|{_QUOTES}]))
    |(?P<not>NOT(?![^\s()|{_QUOTES}])|-(?=[^\s\-|)]))
    |(?P<field>[A-Za-z]+:(?!//))
    |(?P<chunk>[^\s()|{_QUOTES}]+)""",
    re.VERBOSE,
)
_CHUNK = re.compile(rf"[^\s()|{_QUOTES}]+")
_DATE_FIELDS = ("date", "before", "after")
_WORD_FIELDS = ("title", "author")
_FIELDS = (*_WORD_FIELDS, "source", "lang", *_DATE_FIELDS)
# What may stand between two words that are read as a phrase; more between figures, as in 10,120 or 10:30.
_JOINS = re.compile(r"[-‐‑‒–—.&@_+'’/]+")
_JOINS_FIGURES = re.compile(r"[-‐‑‒–—.&@_+'’/,:;]+")
_NOT_YET = re.compile(r"[*?]|~\d?$|\^[\d.]+$")


@dataclass(slots=True)
class _Frame:
    """An open parenthesis: the alternatives read so far, each a list of what must all be there."""

    alternatives: list[list[Node]]
    start: int = 0
    negated: bool = False
    field: str = "text"


class _Parser:
    """Reads one query; `notes` and `text` are for the caller."""

    def __init__(self, text: str, languages: tuple[str, ...]) -> None:
        self.text = text[:MAX_LENGTH]
        self.notes: list[Note] = []
        self._languages = languages
        self._position = 0
        self._frames = [_Frame([[]])]
        self._negate_at: int | None = None
        self._field: tuple[str, int] | None = None
        self._unread_parentheses = 0
        if len(text) > MAX_LENGTH:
            self.note(
                "limited", MAX_LENGTH, MAX_LENGTH,
                f"The query has {len(text):,} characters; the first {MAX_LENGTH:,} were read.",
            )  # fmt: skip

    def note(self, kind: str, start: int, end: int, message: str, suggestion: str | None = None) -> None:
        self.notes.append(Note(kind, self.text[start:end], start, end, message, suggestion))

    def parse(self) -> Node:
        while self._position < len(self.text):
            found = _LEX.match(self.text, self._position)
            if found is None:  # not reached: every character is one of the kinds
                break
            self._position = found.end()
            _READERS[found.lastgroup or "space"](self, found)
        while len(self._frames) > 1:
            opened = self._frames[-1].start
            self.note("corrected", opened, opened + 1, "This parenthesis is never closed; it ends with the query.")
            self._close_frame()
        return self._finish(self._frames[0]) or Everything()

    def read_space(self, _found: re.Match[str]) -> None:
        """White space only separates."""

    def _add(self, node: Node) -> None:
        if self._negate_at is not None:
            node, self._negate_at = Not(node), None
        self._field = None
        self._frames[-1].alternatives[-1].append(node)

    def read_or(self, found: re.Match[str]) -> None:
        self._end_alternative(found.start())
        if not self._frames[-1].alternatives[-1]:
            self._ignore(found, "OR has nothing before it")
            return
        self._frames[-1].alternatives.append([])

    def read_and(self, found: re.Match[str]) -> None:
        self._end_alternative(found.start())
        if not self._frames[-1].alternatives[-1]:
            self._ignore(found, "AND has nothing before it")

    def read_not(self, found: re.Match[str]) -> None:
        self._negate_at = found.start() if self._negate_at is None else None

    def _end_alternative(self, end: int) -> None:
        """What waits for a word to come is told that none came."""
        if self._negate_at is not None:
            self.note("ignored", self._negate_at, end, "NOT has nothing after it and was left out.")
        if self._field is not None:
            name, start = self._field
            self.note("ignored", start, end, f"{name}: has nothing after it and was left out.")
        self._negate_at = self._field = None

    def _ignore(self, found: re.Match[str], why: str) -> None:
        self.note("ignored", found.start(), found.end(), f"{why} and was left out.")

    def read_open(self, found: re.Match[str]) -> None:
        if len(self._frames) > MAX_DEPTH:
            if not self._unread_parentheses:
                self.note("limited", found.start(), found.end(), f"Parentheses deeper than {MAX_DEPTH} are left out.")
            self._unread_parentheses += 1
            return
        name = self._field[0] if self._field else self._frames[-1].field
        self._frames.append(_Frame([[]], found.start(), self._negate_at is not None, name))
        self._negate_at = self._field = None

    def read_close(self, found: re.Match[str]) -> None:
        self._end_alternative(found.start())
        if self._unread_parentheses:
            self._unread_parentheses -= 1
        elif len(self._frames) == 1:
            self._ignore(found, "This parenthesis was never opened")
        else:
            self._close_frame()

    def _close_frame(self) -> None:
        frame = self._frames.pop()
        node = self._finish(frame)
        if node is None:
            self.note("ignored", frame.start, self._position, "These parentheses are empty and were left out.")
            return
        self._negate_at = frame.start if frame.negated else None
        self._add(node)

    def _finish(self, frame: _Frame) -> Node | None:
        """The node for a group that ends here; None if there is nothing in it."""
        self._end_alternative(self._position)
        if len(frame.alternatives) > 1 and not frame.alternatives[-1]:
            self.note("ignored", self._position, self._position, "OR has nothing after it and was left out.")
        branches = [joined(And, branch) for branch in frame.alternatives if branch]
        return joined(Or, branches) if branches else None

    def read_quote(self, found: re.Match[str]) -> None:
        start = found.end()
        end = next((at for at in range(start, len(self.text)) if self.text[at] in _QUOTES), -1)
        if end < 0:
            self.note(
                "corrected", found.start(), found.end(),
                "This quotation mark is never closed, so the words after it were read one by one.",
                self.text + '"',
            )  # fmt: skip
            return
        self._position = end + 1
        self._value(start, end, (found.start(), end + 1), self._phrase)

    def read_field_name(self, found: re.Match[str]) -> None:
        name = found.group()[:-1].lower()
        rest = _CHUNK.match(self.text, found.end())
        if name not in _FIELDS:
            self._position = rest.end() if rest else found.end()
            if rest:
                self.note(
                    "ignored", found.start(), found.end(), f"There is no field {name!r}; these are read as words."
                )
            self._value(found.start(), self._position, (found.start(), self._position), self._words)
            return
        self._end_alternative_field(found.start())
        self._field = (name, found.start())

    def _end_alternative_field(self, end: int) -> None:
        if self._field is not None:
            name, start = self._field
            self.note("ignored", start, end, f"{name}: has nothing after it and was left out.")
            self._field = None

    def read_chunk(self, found: re.Match[str]) -> None:
        self._value(found.start(), found.end(), found.span(), self._words)

    def _value(
        self, start: int, end: int, span: tuple[int, int], as_text: Callable[[int, int, str], list[Node]]
    ) -> None:
        """Read what stands between two places, in the field that is waiting or the one around it."""
        name = self._field[0] if self._field else self._frames[-1].field
        typed = self.text[start:end].strip()
        if name in _DATE_FIELDS:
            nodes = self._date(name, typed, span)
        elif name == "source":
            nodes = self._source(typed)
        elif name == "lang":
            nodes = [Language(analysis.base_language(typed))] if typed else []
        else:
            nodes = as_text(start, end, name)
        if nodes:
            self._add(joined(And, nodes))
        else:
            self._nothing_there(name, span)

    def _nothing_there(self, name: str, span: tuple[int, int]) -> None:
        self._negate_at = self._field = None
        if name not in _DATE_FIELDS:  # a date says itself what is wrong with it
            self.note("ignored", *span, f"{self.text[span[0] : span[1]]} has no word in it and was left out.")

    def _source(self, typed: str) -> list[Node]:
        forms = tuple(analysis.forms(typed))
        return [Source(forms, typed)] if forms else []

    def _phrase(self, start: int, end: int, name: str) -> list[Node]:
        words = self._read_words(start, end, name)
        if len(words) == 1:
            return [replace(words[0], exact=True)]
        return [Phrase(tuple(words), start - 1, end + 1, name)] if words else []

    def _words(self, start: int, end: int, name: str) -> list[Node]:
        """The words of a run without spaces; those joined by a hyphen and the like are one phrase."""
        typed = self.text[start:end]
        if typed == "*":
            return [Everything()]
        if typed == "undated" and name == "text":
            self.note("info", start, end, 'Passages without a date; the word itself is found as "undated".', None)
            return [Undated()]
        if _NOT_YET.search(typed):
            self.note("ignored", start, end, f"Wildcards, ~ and ^ are not understood; {typed} is read as plain words.")
        exact = typed.startswith("=")
        groups: list[list[Word]] = []
        for word in self._read_words(start, end, name):
            if groups and self._isjoined(groups[-1][-1], word):
                groups[-1].append(word)
            else:
                groups.append([replace(word, exact=exact)])
        return [_grouped(group, name) for group in groups]

    def _read_words(self, start: int, end: int, name: str) -> list[Word]:
        return [
            Word(form, analysis.stems(form, self._languages), start + first, start + last, field=name)
            for first, last, form in analysis.tokens(self.text[start:end])
        ]

    def _isjoined(self, left: Word, right: Word) -> bool:
        between = self.text[left.end : right.start]
        figures = left.form[-1:].isdigit() and right.form[:1].isdigit()
        return not between or bool((_JOINS_FIGURES if figures else _JOINS).fullmatch(between))

    def _date(self, name: str, typed: str, span: tuple[int, int]) -> list[Node]:
        if name == "date" and typed.lower() == "undated":
            return [Undated()]
        try:
            node = _read_date(name, typed)
        except ValueError as error:
            self.note("ignored", *span, f"{name}: was left out: {error}.")
            return []
        if node.first > node.last and ".." in typed:
            self.note("corrected", *span, f"The range {typed} runs backwards; it was turned round.")
            first, _, last = typed.partition("..")
            node = _read_date(name, f"{last}..{first}")
        return [node]


_READERS: dict[str, Callable[[_Parser, re.Match[str]], None]] = {
    "space": _Parser.read_space,
    "quote": _Parser.read_quote,
    "open": _Parser.read_open,
    "close": _Parser.read_close,
    "or": _Parser.read_or,
    "and": _Parser.read_and,
    "not": _Parser.read_not,
    "field": _Parser.read_field_name,
    "chunk": _Parser.read_chunk,
}


def _grouped(group: list[Word], name: str) -> Node:
    if len(group) == 1:
        return group[0]
    return Phrase(tuple(group), group[0].start, group[-1].end, name)


def _read_date(name: str, typed: str) -> DateRange:
    first, dots, last = typed.partition("..")
    if name == "before":
        return DateRange(FIRST_DAY, Date.parse(typed).first - 1, f"before {typed}")
    if name == "after":
        return DateRange(Date.parse(typed).last + 1, LAST_DAY, f"after {typed}")
    if not dots:
        last = first
    if not first and not last:
        raise ValueError("it has no date")
    return date_range(Date.parse(first) if first else None, Date.parse(last) if last else None, typed)


# -------------------------------------------------------------------------------------------- stop words


def _without_stop_words(tree: Node, stops: frozenset[str]) -> tuple[Node, list[Word]]:
    """The tree without the stop words that stand beside other words, and those that were left out."""

    def is_stop(node: Node) -> bool:
        return isinstance(node, Word) and node.field == "text" and not node.exact and node.form in stops

    def pruned(node: Node) -> Node | None:
        if not isinstance(node, And | Or):
            return node
        kept = []
        for child in node.children:
            if isinstance(node, And) and isinstance(child, Word) and is_stop(child):
                dropped.append(child)
            elif (smaller := pruned(child)) is not None:
                kept.append(smaller)
        return joined(type(node), kept) if kept else None

    dropped: list[Word] = []
    if all(is_stop(leaf) for leaf in text_leaves(tree)):
        return tree, []
    return pruned(tree) or Everything(), dropped


def _stop_word_message(words: list[Word]) -> str:
    named = ", ".join(dict.fromkeys(word.form for word in words))
    return f"Left out, since they stand almost everywhere: {named}. Inside quotation marks they count."
