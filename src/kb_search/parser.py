"""The pieces of a query, put together as a tree: NOT, NEAR, AND and OR, parentheses, the fields of what stands in them.

The parser takes each piece once from left to right, keeps its own stack instead of recursing, and never goes back, so
its time is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain, islice, pairwise

from kb_search import analysis, lexing
from kb_search.clauses import ClauseReader
from kb_search.lexing import SCOPE, TEXT, Lexeme
from kb_search.nearness import together
from kb_search.notes import Notes, named
from kb_search.query import And, EveryPassage, Node, Not, Or, Word, joined
from kb_search.results import Span

#: In plain language two thousand characters have some 350 words. What comes after so many words is left out; what is
#: more than a plain word counts as four, if it is long and has costly signs as more: it takes as long to read.
MAX_PARTS = 400
#: Parentheses after so many mean nothing.
MAX_PARENTHESES = 200
#: Deeper parentheses are left out, so that walking a tree never reaches Python's own limit.
MAX_DEPTH = 32

_SCOPES = {"article": True, "articles": True, "passage": False, "passages": False}

_EMPTY = "There is nothing to search for in these parentheses, so they were left out."


@dataclass(slots=True)
class _Frame:
    """An open parenthesis: the alternatives read so far, each a list of what must all be there.

    `before` is what waited for the parenthesis when it opened.
    """

    start: int = 0
    name: str = TEXT
    before: list[Lexeme] = field(default_factory=list)
    alternatives: list[list[Node]] = field(default_factory=lambda: [[]])


class Parser:
    """Reads one query into a tree."""

    def __init__(self, notes: Notes, clauses: ClauseReader) -> None:
        self._notes = notes
        self._clauses = clauses
        self._frames = [_Frame()]
        #: Operators and field names that still need something after them.
        self._waiting: list[Lexeme] = []
        self._unread_parentheses = 0
        self._parentheses = 0
        self._parts = 0
        self._is_cut = False
        #: What is typed right behind the clause that is being read, such as `^2`, until somebody takes it.
        self._suffix: Lexeme | None = None
        #: Whether the query is to be answered by articles as a whole.
        self.of_articles = False

    def parse(self) -> Node:
        """The tree; EveryPassage where nothing was typed, or nothing is left of it."""
        for lexeme, following in pairwise(chain(lexing.runs(self._notes.text), (None,))):
            if following and following.kind == "suffix":
                self._suffix = following
            if not lexeme or not self._take(lexeme):
                break
        self._close_what_is_open()
        return self._finished(self._frames[0]) or EveryPassage()

    def _take(self, lexeme: Lexeme) -> bool:
        """Read a piece; whether the next one may be read too."""
        if lexeme.kind in _PARENTHESES and self._is_one_too_many(lexeme):
            return True
        if lexeme.kind == "words":
            words = self._together(lexeme)
            return self._take_words(words) if words else all(map(self._take, lexing.chunks(lexeme)))
        whole = lexeme.kind not in _PARTS or self._count(lexeme)
        if whole:
            _READERS[lexeme.kind](self, lexeme)
        return whole

    def _count(self, lexeme: Lexeme) -> bool:
        """Count what has words in it; whether all of it may be read. Of what is too long the beginning is read."""
        room = MAX_PARTS - self._parts
        ends = [word.end() for word in islice(analysis.matches(lexeme.text), room + 1)]
        weight = _weight(lexeme.text) * (len(ends) or 1 if lexeme.text[0] == "=" else 1)
        self._parts += max(weight, len(ends))
        if self._parts <= MAX_PARTS:
            return True
        if len(ends) > room >= weight:
            self._read_beginning(lexeme, lexeme.start + ends[room - 1])
        else:
            self._note_too_much(lexeme.start)
        return False

    def _together(self, lexeme: Lexeme) -> list[Word]:
        """Plain words that can be read at once, which takes a third of the time; none where they cannot."""
        name = self._frames[-1].name
        readable = name in lexing.WORD_FIELDS and not self._waiting
        return self._clauses.plain(name, _span(lexeme)) if readable else []

    def _take_words(self, words: list[Word]) -> bool:
        """Add as many plain words as may be read; whether those were all."""
        read = words[: MAX_PARTS - self._parts]
        self._parts += len(read)
        self._frames[-1].alternatives[-1] += read
        if len(read) < len(words):
            self._note_too_much(words[len(read)].start)
        return len(read) == len(words)

    def _read_beginning(self, lexeme: Lexeme, last: int) -> None:
        """Of a quotation or a run read what comes before the end of a word in it."""
        end = last + (lexeme.kind == "quoted")
        self._suffix = None
        _READERS[lexeme.kind](self, lexeme._replace(end=end, text=self._notes.text[lexeme.start : end]))
        self._note_too_much(last)

    def _is_one_too_many(self, lexeme: Lexeme) -> bool:
        """Whether a parenthesis comes after as many as are read; the first of them is noted."""
        self._parentheses += 1
        if self._parentheses == MAX_PARENTHESES + 1:
            message = f"No more than {MAX_PARENTHESES} parentheses are read; from here on they were left out."
            self._notes.add("limited", _span(lexeme), message)
        return self._parentheses > MAX_PARENTHESES

    def _note_too_much(self, start: int) -> None:
        self._is_cut = True
        message = (
            f"No more than {MAX_PARTS} words are read, and what has signs in it or stands in quotation marks counts as "
            "four at least; from here on all was left out."
        )
        self._notes.add("limited", (start, len(self._notes.text)), message)
        self._waiting = []

    def _close_what_is_open(self) -> None:
        text = self._notes.text
        starts = [frame.start for frame in reversed(self._frames[1:])]
        closed = [start for start in starts if self._close_frame(len(text))]
        if closed and not self._is_cut:
            many = f"{len(closed)} parentheses are never closed; they were"
            one = "This parenthesis is never closed; it was"
            message = f"{one if len(closed) == 1 else many} read as ending with the query."
            suggestion = text + ")" * len(closed) if len(closed) == len(starts) else None
            self._notes.add("corrected", (closed[-1], len(text)), message, suggestion)

    # ------------------------------------------------------------------------------------------- values

    def read_quoted(self, lexeme: Lexeme) -> None:
        """A phrase, or the value of a filter."""
        self._read(lexeme, self._clauses.quoted)

    def read_chunk(self, lexeme: Lexeme) -> None:
        """One or more words, or the value of a filter."""
        self._read(lexeme, self._clauses.chunk)

    def _read(self, lexeme: Lexeme, read: Callable[[str, Span, Span], Node | None]) -> None:
        name, span = self._name(), (lexeme.start, lexeme.end)
        if name == SCOPE:
            self._read_scope(lexeme)
        else:
            self._add(read(name, span, self._whole(lexeme) if self._waiting else span))

    def _read_scope(self, lexeme: Lexeme) -> None:
        """What the query is answered by; it holds for all of it, wherever it stands."""
        value, whole = lexeme.text.strip(lexing.QUOTES).lower(), self._whole(lexeme)
        excluded = any(one.kind == "not" for one in self._waiting)
        if value in _SCOPES and not excluded:
            self.of_articles = _SCOPES[value]
        else:
            typed = named(self._notes.text[slice(*whole)])
            message = f"{typed} was left out: there are scope:article and scope:passage."
            self._notes.add("ignored", whole, message)
        self._add(None)

    def read_suffix(self, lexeme: Lexeme) -> None:
        """A weight belongs to the quotation or the parentheses before it; here it belongs to nothing."""
        if self._suffix is lexeme:
            self._suffix = None
            self._notes.add("ignored", _span(lexeme), f"{named(lexeme.text)} stands behind nothing and was left out.")

    def read_unclosed(self, lexeme: Lexeme) -> None:
        """A quotation mark without its fellow means nothing."""
        if not self._notes.text[lexeme.end :].strip():
            self._notes.add("ignored", _span(lexeme), "This quotation mark has no fellow and was left out.")
            return
        message = "This quotation mark is never closed, so the words after it were read one by one."
        self._notes.add("corrected", _span(lexeme), message, self._notes.text.rstrip() + '"')

    def _name(self) -> str:
        """The field of what comes next: the one that waits for it, or that of the parentheses around it."""
        if not self._waiting:
            return self._frames[-1].name
        for one in self._waiting:
            if one.kind == "field":
                return one.text[:-1].lower()
        return self._frames[-1].name

    def _whole(self, lexeme: Lexeme) -> Span:
        """Where a clause stands with the NOT and the field before it."""
        for one in self._waiting:
            if one.kind in _PREFIXES:
                return one.start, lexeme.end
        return _span(lexeme)

    def _add(self, node: Node | None) -> None:
        """Take in what came, or go on without it and its NOT and field; an OR still waits then."""
        if node is None:
            self._waiting = [one for one in self._waiting if one.kind not in _PREFIXES]
            return
        if self._suffix:
            node = self._clauses.weighed(node, _span(self._suffix))
            self._suffix = None
        nodes = self._frames[-1].alternatives[-1]
        if not self._waiting:
            nodes.append(node)
            return
        near = None
        for one in self._waiting:
            if one.kind == "not":
                node = node.child if isinstance(node, Not) else Not(node)
            elif one.kind == "near":
                near = one
        nodes += together(nodes.pop(), node, near, self._notes) if near else [node]
        self._waiting = []

    # ---------------------------------------------------------------------------------------- operators

    def read_or(self, lexeme: Lexeme) -> None:
        """OR begins another alternative."""
        if self._is_after_something(lexeme):
            self._frames[-1].alternatives.append([])

    def read_near(self, lexeme: Lexeme) -> None:
        """NEAR waits for what is to stand near what came before it."""
        self._is_after_something(lexeme)

    def read_and(self, lexeme: Lexeme) -> None:
        """AND changes nothing, but must stand between two things."""
        self._is_after_something(lexeme)

    def _is_after_something(self, lexeme: Lexeme) -> bool:
        self._drop_waiting()
        if self._frames[-1].alternatives[-1]:
            self._waiting.append(lexeme)
            return True
        self._notes.add("ignored", _span(lexeme), f"{named(lexeme.text)} has nothing before it and was left out.")
        return False

    def read_not(self, lexeme: Lexeme) -> None:
        """NOT and - wait for what they exclude."""
        self._waiting.append(lexeme)

    def read_field(self, lexeme: Lexeme) -> None:
        """A field's name waits for its value."""
        for one in [one for one in self._waiting if one.kind == "field"]:
            self._waiting.remove(one)
            self._note_left_over(one)
        self._waiting.append(lexeme)

    def _drop_waiting(self) -> None:
        """What waits for something to come is told that nothing came."""
        if not self._waiting:
            return
        for one in self._waiting:
            self._note_left_over(one)
            if one.kind == "or":
                self._frames[-1].alternatives.pop()
        self._waiting = []

    def _note_left_over(self, lexeme: Lexeme) -> None:
        self._notes.add("ignored", _span(lexeme), f"{named(lexeme.text)} has nothing after it and was left out.")

    # -------------------------------------------------------------------------------------- parentheses

    def read_open(self, lexeme: Lexeme) -> None:
        """A group of its own, in the field that waits."""
        if len(self._frames) <= MAX_DEPTH:
            self._frames.append(_Frame(lexeme.start, self._name(), self._waiting))
            self._waiting = []
            return
        if not self._unread_parentheses:
            self._notes.add("limited", _span(lexeme), f"Parentheses more than {MAX_DEPTH} deep were left out.")
        self._unread_parentheses += 1

    def read_close(self, lexeme: Lexeme) -> None:
        """The end of a group."""
        if self._unread_parentheses:
            self._unread_parentheses -= 1
        elif len(self._frames) > 1:
            self._close_frame(lexeme.end)
        else:
            self._drop_waiting()
            self._notes.add("ignored", _span(lexeme), "This parenthesis was never opened and was left out.")

    def _close_frame(self, end: int) -> bool:
        """End the innermost parentheses. Whether there is anything in them."""
        node = self._finished(self._frames[-1])
        frame = self._frames.pop()
        self._waiting = frame.before
        if node is None:
            whole = self._whole(Lexeme("open", frame.start, end, ""))
            self._notes.drop_within(whole, _EMPTY)
            self._notes.add("ignored", whole, _EMPTY)
        self._add(node)
        return node is not None

    def _finished(self, frame: _Frame) -> Node | None:
        """The node for a group that ends here; None if there is nothing in it."""
        self._drop_waiting()
        branches = [joined(And, branch) for branch in frame.alternatives if branch]
        return joined(Or, branches) if branches else None


_PREFIXES = ("not", "field")
_PARENTHESES = ("open", "close")
#: What stands around words in any prose, and has no other meaning.
_PUNCTUATION = ".,;…’'‐‑‒–-"
_COSTLY = re.compile(r"[*~^=]|\?.")
_PARTS = ("chunk", "quoted", "unclosed", "suffix")
_READERS: dict[str, Callable[[Parser, Lexeme], None]] = {
    "quoted": Parser.read_quoted,
    "unclosed": Parser.read_unclosed,
    "open": Parser.read_open,
    "close": Parser.read_close,
    "or": Parser.read_or,
    "and": Parser.read_and,
    "not": Parser.read_not,
    "near": Parser.read_near,
    "field": Parser.read_field,
    "chunk": Parser.read_chunk,
    "suffix": Parser.read_suffix,
}


def _weight(typed: str) -> int:
    """How many parts a run counts as; a long one with costly signs may hold several words."""
    if typed.isalnum() or typed.strip(_PUNCTUATION).isalnum():
        return 1
    return 4 + (len(typed) // 6 if _COSTLY.search(typed, 1) else 0)


def _span(lexeme: Lexeme) -> Span:
    return lexeme.start, lexeme.end
