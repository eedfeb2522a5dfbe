"""Where sentences begin and end.

They are found the way Punkt does it (T. Kiss and J. Strunk, Unsupervised Multilingual Sentence
Boundary Detection, Computational Linguistics 32, 2006), with NLTK's implementation and fixed parameters of
our own: nothing is downloaded and nothing is learned from the collection, so that boundaries stay where
they are when it grows. Punkt is asked only about the full stops that leave a doubt (after an abbreviation,
an initial, a number); all the others decide themselves. That makes it four times as fast, and linear also
where the whole text is one word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

from kb_search.abbreviations import ABBREVIATIONS, NUMBERED, ORDINAL_FOLLOWERS, SENTENCE_STARTERS
from kb_search.paragraphs import CLOSERS, STOPS, WIDE_STOPS, paragraphs

_WIDE_CLOSERS = "」』）”’"
_AFTER_WORD = f",;:!?{CLOSERS}"
_OPENERS = "\"'“‘”„«»‹([{¿¡"
#: Begins with a class, which `re` looks for fastest; the lookbehind lets a run of marks be tried once, not
#: once for each of its marks.
_END = re.compile(
    rf"""(?P<stop>[{STOPS}{WIDE_STOPS}](?<![{STOPS}].)[{STOPS}{WIDE_STOPS}]*+)
    (?: (?<=[{WIDE_STOPS}]) [{_WIDE_CLOSERS}]*+ \s*+
      | [{CLOSERS}]*+ (?:\[\d{{1,3}}\]){{0,3}}+ \s++ )""",
    re.VERBOSE | re.DOTALL,
)
_NEXT = re.compile(rf"[\s–—‑-]{{0,4}}+[{re.escape(_OPENERS)}]{{0,3}}+")
_INITIAL = re.compile(r"[^\W\d_]\.")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]{1,2}")
#: A fragment that only numbers what follows: `4.`, `1.2.`, `(a).`, `IV.`
_ENUMERATOR = re.compile(r"\W*(?:[\W\d_]*|[^\W\d_]|[IVXLCM]+)\W*")
#: No abbreviation is longer; more is not looked at.
_LONGEST_WORD = 24


class Sentence(NamedTuple):
    """Offsets of one sentence with the white space after it; `closes` says that its paragraph ends here."""

    start: int
    end: int
    closes: bool


def sentences(text: str, start: int = 0, end: int | None = None) -> Iterator[Sentence]:
    """The sentences of `text[start:end]` in order; joined they give it back. None is empty.

    No sentence crosses a blank line, or a line end that is not the wrapping of a running sentence.
    """
    for first, last in paragraphs(text, start, end):
        begin = first
        for cut in _cuts(text, first, last):
            yield Sentence(begin, cut, closes=False)
            begin = cut
        yield Sentence(begin, last, closes=True)


def first_sentence(text: str) -> str:
    """The first sentence of a text without the white space around it; only 4,000 characters are read."""
    head = text[:4000].lstrip()
    return next((head[one.start : one.end].strip() for one in sentences(head)), "")


def _cuts(text: str, start: int, end: int) -> Iterator[int]:
    """Offsets inside a paragraph where a further sentence begins."""
    begin = start
    for found in _END.finditer(text, start, end):
        if found.end() < end and _ends_sentence(text, begin, found):
            begin = found.end()
            yield begin


def _ends_sentence(text: str, begin: int, found: re.Match[str]) -> bool:
    """Whether the mark that was found ends the sentence that began at `begin`."""
    place = found.end()
    if not text[place].isalnum() and (before := _NEXT.match(text, place)):
        place = before.end()
    following = text[place : place + 1]
    if following.islower() or following in STOPS:
        return False
    if found["stop"] != ".":
        return True
    return _full_stop_ends(text, begin, found.start(), place)


def _full_stop_ends(text: str, begin: int, stop: int, place: int) -> bool:
    """Whether the single full stop at `stop` ends a sentence; the next word stands at `place`."""
    words = text[max(begin, stop - _LONGEST_WORD) : stop].rsplit(None, 1)
    word = words[-1].lstrip(_OPENERS) if words else ""
    if stop - begin > _LONGEST_WORD and _is_plain(word):
        return True
    known = word.lower()
    if stop - begin <= _LONGEST_WORD and _ENUMERATOR.fullmatch(text, begin, stop):
        return False
    number_follows = text[place : place + 1].isdigit()
    if known in NUMBERED:
        return not number_follows
    if number_follows and len(word) == 1 and word.islower():
        return False
    if _is_plain(word):
        return True
    following = text[place : place + _LONGEST_WORD].split(None, 1)[0]
    return _punkt_decides(word, following.rstrip(_AFTER_WORD) or following)


@lru_cache(maxsize=8192)
def _is_plain(word: str) -> bool:
    """Whether a full stop behind a word can only be the end of a sentence."""
    known = word.lower()
    return len(word) > 1 and word.isalpha() and known not in ABBREVIATIONS and known not in NUMBERED


@lru_cache(maxsize=8192)
def _punkt_decides(word: str, following: str) -> bool:
    """What Punkt says about `word. following`.

    Initials of a state all count as `U.S.` does, and an initial that follows is part of a name, not `A`.
    """
    if _INITIALS.fullmatch(word):
        word = "U.S"
    if _INITIAL.match(following):
        following = "Name"
    return sum(1 for _ in _PUNKT.sentences_from_tokens((f"{word}.", following))) > 1


class _Contexts(dict[str, int]):
    """Punkt's table of words, which does not grow with every word that is looked up."""

    def __missing__(self, word: str) -> int:
        return 0


def _punkt() -> PunktSentenceTokenizer:
    """Punkt with our own lists.

    A word seen inside sentences in lower case (flag 1 << 5 in Punkt's table) that now has a capital starts
    a sentence, also after an initial: `World War I. In 1918`, but `J. Kennedy`.
    """
    parameters = PunktParameters()
    parameters.abbrev_types = set(ABBREVIATIONS)
    parameters.sent_starters = set(SENTENCE_STARTERS)
    parameters.collocations = {("##number##", word) for word in ORDINAL_FOLLOWERS}
    parameters.ortho_context = _Contexts(dict.fromkeys(SENTENCE_STARTERS, 1 << 5))
    return PunktSentenceTokenizer(parameters)


_PUNKT = _punkt()
