"""Where paragraphs and sentences begin and end.

Sentences are found the way Punkt does it (T. Kiss and J. Strunk, Unsupervised Multilingual Sentence
Boundary Detection, Computational Linguistics 32, 2006), with NLTK's implementation and fixed parameters of
our own: nothing is downloaded and nothing is learned from the collection, so that boundaries stay where
they are when it grows. Punkt is asked only about the full stops that leave a doubt (after an abbreviation,
an initial, a number); all the others decide themselves. That makes it four times as fast, and linear also
where the whole text is one word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

from kb_search.abbreviations import ABBREVIATIONS, NUMBERED, ORDINAL_FOLLOWERS, SENTENCE_STARTERS

Span = tuple[int, int]

#: Marks that end a sentence when white space follows: Latin, Armenian, Arabic, Urdu, Devanagari, Ethiopic.
STOPS = ".?!…։؟۔।॥።"
#: Marks that end one also without: Chinese and Japanese.
_WIDE_STOPS = "。！？｡"
#: What may stand between the mark and the white space: quotation marks, brackets, a note's number.
_CLOSERS = "\"'”’“»«›)\\]}"
_WIDE_CLOSERS = "」』）”’"
_AFTER_WORD = f",;:!?{_CLOSERS}"
_OPENERS = "\"'“‘”„«»‹([{¿¡"
#: Begins with a class, which `re` looks for fastest; the lookbehind lets a run of marks be tried once, not
#: once for each of its marks.
_END = re.compile(
    rf"""(?P<stop>[{STOPS}{_WIDE_STOPS}](?<![{STOPS}].)[{STOPS}{_WIDE_STOPS}]*+)
    (?: (?<=[{_WIDE_STOPS}]) [{_WIDE_CLOSERS}]*+ \s*+
      | [{_CLOSERS}]*+ (?:\[\d{{1,3}}\]){{0,3}}+ \s++ )""",
    re.VERBOSE | re.DOTALL,
)
_BLANK_LINE = re.compile(r"\n[^\S\n]*+\n\s*+")
_NEXT = re.compile(rf"[\s–—‑-]{{0,4}}+[{re.escape(_OPENERS)}]{{0,3}}+")
_BULLET = re.compile(r"[-*+•▪‣]\s")
_NUMBERED_ITEM = re.compile(r"\d{1,2}[.)]\s")
_INITIAL = re.compile(r"[^\W\d_]\.")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]{1,2}")
#: A fragment that only numbers what follows: `4.`, `1.2.`, `(a).`, `IV.`
_ENUMERATOR = re.compile(r"\W*(?:[\W\d_]*|[^\W\d_]|[IVXLCM]+)\W*")
#: No abbreviation is longer; more is not looked at.
_LONGEST_WORD = 24
#: Wider lines are paragraphs, not lines of a hard-wrapped text. Mail and old files wrap at 60 to 100.
_WIDEST_WRAP = 120
#: A line is full when the next word would have passed this share of the widest line's length. Exactly 1
#: holds for programs that fill lines greedily; justified and re-filled texts break up to 15 % earlier.
_FULL = 0.85


@dataclass(frozen=True, slots=True)
class Sentence:
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


def paragraphs(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Offsets of the paragraphs of `text[start:end]`, each with the white space after it.

    Both usual layouts are read: a blank line between paragraphs, and one paragraph on each line. In
    hard-wrapped text a line end is no paragraph's end where the next word would not have fitted.
    """
    stop = len(text) if end is None else end
    spans: list[Span] = []
    block = start
    for blank in _BLANK_LINE.finditer(text, start, stop):
        if blank.end() < stop and not text[block : blank.end()].isspace():
            spans += _block_paragraphs(text, block, blank.end())
            block = blank.end()
    return spans + _block_paragraphs(text, block, stop)


def _block_paragraphs(text: str, start: int, end: int) -> list[Span]:
    """Split a run of lines without a blank one between them."""
    if start >= end:
        return []
    if text.find("\n", start, end) < 0:
        return [(start, end)]
    block = text[start:end].rstrip()
    lines = block.lstrip().split("\n")
    width = max(len(line.strip()) for line in lines)
    runs = [_runs_on(line.rstrip(), following.strip(), width) for line, following in pairwise(lines)]
    wrapped = any(run and not _is_ended(line) for run, line in zip(runs, lines, strict=False))
    cuts, offset = [start], start + len(block) - len(block.lstrip())
    for run, line, following in zip(runs, lines, lines[1:], strict=False):
        offset += len(line) + 1
        if not (run and wrapped):
            cuts.append(offset + len(following) - len(following.lstrip()))
    return list(zip(cuts, [*cuts[1:], end], strict=True))


def _is_ended(line: str) -> bool:
    """Whether a mark ends the line. Where one ends every line, lines are paragraphs, however long they are."""
    return line.rstrip().rstrip(_CLOSERS)[-1:] in {*STOPS, *_WIDE_STOPS, ""}


def _runs_on(line: str, following: str, width: int) -> bool:
    """Whether the sentence of one line goes on in the following line."""
    if _BULLET.match(following) or (_NUMBERED_ITEM.match(following) and _may_precede_item(line)):
        return False
    if following[:1].islower() and line[-1:] not in STOPS:
        return True
    word = following.split(None, 1)[0] if width <= _WIDEST_WRAP else ""
    return bool(word) and len(line.lstrip()) + 1 + len(word) > _FULL * width


def _may_precede_item(line: str) -> bool:
    """Whether a numbered item of a list can follow; a wrapped `on November` + `12. The` is none."""
    return line[-1:] in f"{STOPS}:;" or bool(_NUMBERED_ITEM.match(line))


def _cuts(text: str, start: int, end: int) -> Iterator[int]:
    """Offsets inside a paragraph where a further sentence begins."""
    begin = start
    for found in _END.finditer(text, start, end):
        if found.end() < end and _ends_sentence(text, begin, found):
            begin = found.end()
            yield begin


def _ends_sentence(text: str, begin: int, found: re.Match[str]) -> bool:
    """Whether the mark that was found ends the sentence that began at `begin`."""
    after = _NEXT.match(text, found.end())
    place = after.end() if after else found.end()
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
    known = word.lower()
    if stop - begin <= _LONGEST_WORD and _ENUMERATOR.fullmatch(text, begin, stop):
        return False
    number_follows = text[place : place + 1].isdigit()
    if known in NUMBERED:
        return not number_follows
    if number_follows and len(word) == 1 and word.islower():
        return False
    if len(word) > 1 and word.isalpha() and known not in ABBREVIATIONS:
        return True
    following = text[place : place + _LONGEST_WORD].split(None, 1)[0]
    return _punkt_decides(word, following.rstrip(_AFTER_WORD) or following)


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
