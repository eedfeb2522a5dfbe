"""Text cut into runs, so that templates can mark what matched.

No tag is ever made here: a template writes `<mark>` around a run and escapes what is in it, so a text can
hold anything at all. Every function is linear in the number of characters and marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kb_search.document import Silent
from kb_search.results import Span


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text that is shown in one way.

    `mark` is 0 for plain text, else the number of the mark that the run belongs to. `first` says that the
    mark begins here: a mark over two paragraphs has two runs and one name. A run with `gap` stands for text
    that was left out; its own text is empty. `silent` says why a run is not searched.
    """

    text: str
    mark: int = 0
    first: bool = False
    gap: bool = False
    silent: str = ""


GAP = Run("", gap=True)


def cut(
    text: str, marks: Iterable[Span], window: Span | None = None, number: int = 1, silent: Sequence[Silent] = ()
) -> tuple[Run, ...]:
    """The runs of `text` between the two offsets of `window` (the whole text without one).

    `marks` are spans in `text`, in order and not overlapping; what lies outside the window or the text is
    cut off. The first of `marks` has the given number, also where it lies outside. Spans that are `silent` have no mark
    in them.
    """
    start, end = window or (0, len(text))
    runs: list[Run] = []
    at = start
    for count, (left, right) in enumerate(marks, number):
        begin, stop = max(left, at), min(right, end)
        if begin >= stop:
            continue
        if begin > at:
            runs += _unmarked(text, at, begin, silent)
        runs.append(Run(text[begin:stop], mark=count, first=begin == left))
        at = stop
    if at < end:
        runs += _unmarked(text, at, end, silent)
    return tuple(runs)


def _unmarked(text: str, at: int, end: int, silent: Sequence[Silent]) -> Iterator[Run]:
    """The runs of a stretch without marks."""
    for left, right, why in silent:
        begin, stop = max(left, at), min(right, end)
        if begin < stop:
            if at < begin:
                yield Run(text[at:begin])
            yield Run(text[begin:stop], silent=why)
            at = stop
    if at < end:
        yield Run(text[at:end])


def excerpt(text: str, marks: Sequence[Span], spans: Sequence[Span]) -> tuple[Run, ...]:
    """The runs of some spans of `text`, with a gap wherever words between, before or after are left out."""
    runs: list[Run] = []
    at = 0
    for start, end in spans:
        if text[at:start].strip():
            runs.append(GAP)
        runs.extend(cut(text, marks, (start, end)))
        at = end
    if text[at:].strip():
        runs.append(GAP)
    return tuple(runs)
