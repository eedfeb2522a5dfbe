"""Where does a query end? In a word that may be completed, or where nothing can follow.

A completion must never change what was asked. So the text is cut into the pieces that the parser reads, everything
before the last word stays, and what may be put in its place depends on the sign, the operator, the parentheses or the
quotation around it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb_search import analysis, lexing
from kb_search.document import UNDATED
from kb_search.lexing import MAX_LENGTH, QUOTES, Lexeme

#: So many of the last words may be the beginning of a name.
_NAME_WORDS = 3
_CLOSING = {"“": "”", "«": "»"}
_OPERATORS = ("not", "near", "or", "and", "field")
#: Behind these in a run stands part of a pattern or of a weight, or what is no word at all.
_NO_PART_OF_WORDS = re.compile(r"[*?~^\\<>{}]|^/")
# What is read as words wherever it stands, with an x for each: with hyphens and the like between them.
_RUN = r"x+(?:[-'’.]x+)*\.?"
_PLAIN = re.compile(rf"{_RUN}(?: {_RUN})*")
_MEANING = re.compile(rf"\b(?:AND|OR|NOT|NEAR|{UNDATED})\b")


@dataclass(frozen=True, slots=True)
class Ending:
    """The last word of a query, which is `text` from `start` on, in a field or in none.

    `typed` are the forms that a name may begin with: the last word, and what stands right before it. `around` says what
    may be put in its place: anything where it is `plain`, one clause where it is `bound` by an operator or parentheses,
    one word behind a `sign`, and in a quotation without an end, which `mark` would close, anything that is no mark.
    """

    text: str
    start: int
    typed: tuple[str, ...]
    around: str
    field: str = ""
    mark: str = ""
    #: Whether a quotation has more words than those in `typed`.
    goes_back: bool = False

    @property
    def beginnings(self) -> range:
        """The numbers of the words in `typed` that a name may begin with; of a quotation it is the whole."""
        return range(len(self.typed) if self.around != "quotation" else 1 - self.goes_back)

    @property
    def before(self) -> str:
        """What stands before the last word."""
        return self.text[: self.start]

    def written(self, name: str, first: int = 0) -> str:
        """What is to be typed for the words of a name from the number `first` on; empty where it cannot stand there.

        Several words are one clause only in quotation marks.
        """
        words = list(analysis.matches(name))[first:]
        rest = self._cased(name[words[0].start() :].strip()) if words else ""
        several = " " in rest
        if self.around == "quotation":
            return _unquoted(rest) + (self.mark if several else "")
        if self.around == "sign" and len(words) > 1:
            return ""
        if _is_plain(rest) and not _MEANING.search(rest) and (self.around == "plain" or not several):
            return rest
        return f'"{_unquoted(rest)}"' if rest and not first and self.around != "sign" else ""

    def _cased(self, rest: str) -> str:
        """An ending in capitals if all else is, or not if that is not: in a query in capitals US is the word us."""
        if not self.before.isupper():
            return rest
        if self.text.isupper():
            return rest.upper() if analysis.forms(rest.upper()) == analysis.forms(rest) else rest
        return rest.lower() if rest.isupper() else rest


def ending(text: str) -> Ending | None:
    """How a query ends; None where it does not end in a word that could be another one."""
    cleaned, is_cut = lexing.clean(text, MAX_LENGTH)
    pieces = [] if is_cut else list(lexing.lexemes(cleaned))
    last = pieces[-1] if pieces else None
    if last is None or last.kind != "chunk" or last.end != len(cleaned):
        return None
    words = list(analysis.matches(last.text))
    if not words or words[-1].end() != len(last.text) or not text.endswith(words[-1][0]):
        return None
    before = last.text[: words[-1].start()]
    if _NO_PART_OF_WORDS.search(before):
        return None
    forms = (*_words_before(pieces), *(analysis.fold(one[0]) for one in words))[-_NAME_WORDS:]
    opened = next((at for at, one in enumerate(pieces) if one.kind == "unclosed"), len(pieces) - 1)
    field = _field(pieces[: opened + 1]) or _field(pieces)
    mark = _CLOSING.get(pieces[opened].text, '"')
    around = "sign" if before else _around(pieces, opened)
    goes_back = sum(len(analysis.forms(one.text)) for one in pieces[opened + 1 :]) > len(forms)
    return Ending(text, len(text) - len(words[-1][0]), forms, around, field, mark, goes_back)


def _around(pieces: Sequence[Lexeme], opened: int) -> str:
    if opened < len(pieces) - 1:
        return "quotation"
    depth = sum((one.kind == "open") - (one.kind == "close") for one in pieces)
    is_bound = len(pieces) > 1 and pieces[-2].kind in _OPERATORS
    return "bound" if depth > 0 or is_bound else "plain"


def _field(pieces: Sequence[Lexeme]) -> str:
    """The field in whose value the last piece stands; empty if none."""
    names, waiting = [""], ""
    for one in pieces[:-1]:
        if one.kind == "open":
            names.append(waiting or names[-1])
        elif one.kind == "close" and len(names) > 1:
            names.pop()
        if one.kind not in ("not", "unclosed"):
            waiting = one.text[:-1].lower() if one.kind == "field" else ""
    return waiting or names[-1]


def _words_before(pieces: Sequence[Lexeme]) -> Sequence[str]:
    """The forms of the plain words right before the last piece, of which none belongs to an operator."""
    forms: list[str] = []
    for at in range(len(pieces) - 2, -1, -1):
        is_bound = at > 0 and pieces[at - 1].kind in _OPERATORS
        if is_bound or pieces[at].kind != "chunk" or not _is_plain(pieces[at].text) or len(forms) >= _NAME_WORDS:
            break
        forms = [*analysis.forms(pieces[at].text), *forms]
    return forms


def _is_plain(text: str) -> bool:
    """Whether a text is read as its words, those joined by hyphens and the like together, and as nothing else."""
    shape, at = "", 0
    for word in analysis.matches(text):
        shape, at = shape + text[at : word.start()] + "x", word.end()
    return bool(_PLAIN.fullmatch(shape + text[at:]))


def _unquoted(name: str) -> str:
    return " ".join(name.translate(dict.fromkeys(map(ord, QUOTES), " ")).split())
