"""Where paragraphs begin and end, and the marks that end a sentence."""

from __future__ import annotations

import re
from itertools import pairwise

Span = tuple[int, int]

#: Marks that end a sentence when white space follows: Latin, Armenian, Arabic, Urdu, Devanagari, Ethiopic.
STOPS = ".?!…։؟۔।॥።"
#: Marks that end one also without: Chinese and Japanese.
WIDE_STOPS = "。！？｡"
#: What may stand between the mark and the white space: quotation marks, brackets, a note's number.
CLOSERS = "\"'”’“»«›)\\]}"

_BLANK_LINE = re.compile(r"\n[^\S\n]*+\n\s*+")
_BULLET = re.compile(r"[-*+•▪‣]\s")
_NUMBERED_ITEM = re.compile(r"\d{1,2}[.)]\s")
#: Wider lines are paragraphs, not lines of a hard-wrapped text. Mail and old files wrap at 60 to 100.
_WIDEST_WRAP = 120
#: A line is full when the next word would have passed this share of the widest line's length. Exactly 1
#: holds for programs that fill lines greedily; justified and re-filled texts break up to 15 % earlier.
_FULL = 0.85


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
    block = text[start:end].rstrip()
    if "\n" not in block:
        return [(start, end)]
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
    return line.rstrip().rstrip(CLOSERS)[-1:] in {*STOPS, *WIDE_STOPS, ""}


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
