"""The words of an article's passages as numbers: what finding words in text comes to, made by whoever reads it.

To find and fold words is the dearest part of writing an index. Done where a file is read, it is spread over the cores.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from kb_search import analysis
from kb_search.arrays import Ints
from kb_search.document import Passage

_NUMBER = np.dtype("<i4")


class Wording(NamedTuple):
    """The words of some passages, one passage after the other.

    `forms` has each form once, the empty one first. `numbers` are the words as places in `forms`, with a 0 where
    something silent stands and at the end of each passage, so that no phrase spans them. `ends` is where in `numbers`
    each passage ends. Both are little-endian 32-bit integers.
    """

    forms: tuple[str, ...]
    numbers: bytes
    ends: bytes

    def arrays(self) -> tuple[Ints, Ints]:
        """`numbers` and `ends` as arrays, read-only."""
        return np.frombuffer(self.numbers, _NUMBER), np.frombuffer(self.ends, _NUMBER)


class FormNumbers(dict[str, int]):
    """The number of each form; forms are numbered as they are met, the empty one 0."""

    def __init__(self) -> None:
        super().__init__({"": 0})

    def __missing__(self, form: str) -> int:
        number = self[form] = len(self)
        return number

    def of(self, forms: Iterable[str]) -> list[int]:
        """The numbers of some forms, in order."""
        return list(map(self.__getitem__, forms))


def worded(passages: Sequence[Passage]) -> Wording:
    """The words of some passages, in order."""
    known = FormNumbers()
    numbers: list[int] = []
    ends: list[int] = []
    for passage in passages:
        at = 0
        for start, end, _ in passage.silent:
            numbers += known.of(analysis.forms(passage.text[at:start]))
            numbers.append(0)
            at = end
        numbers += known.of(analysis.forms(passage.text[at:]))
        numbers.append(0)
        ends.append(len(numbers))
    raw, raw_ends = (np.fromiter(one, _NUMBER, len(one)).tobytes() for one in (numbers, ends))
    return Wording(tuple(known), raw, raw_ends)
