"""The words of an article's passages as numbers: what finding words in text comes to, made by whoever reads it.

To find and fold words is the dearest part of writing an index. Done where a file is read, it is spread over the cores.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from kb_search import analysis
from kb_search.arrays import Ints
from kb_search.document import Passage

_NUMBER = np.dtype("<i4")
#: Stands for the end of a text until all words are numbers.
_BEHIND = -1
#: A thread forgets the words that it has met when they are so many: those of a large collection in one language are
#: some 200,000.
_MOST_MET = 1 << 18


class Wording(NamedTuple):
    """The words of some passages, one passage after the other.

    `spelt` has each form once, the empty one first, the others in the order in which the process met them; it is one
    text, kept and read sooner than many, and no form has a space. `numbers` are the words as places among these, with a
    0 where something silent stands and at the end of each passage, so that no phrase spans them. `ends` is where in
    `numbers` each passage ends. `places` are the numbers, rising, that the forms have in all wordings with the same
    `numbering`, so that whoever reads many looks up each form once. All three are little-endian 32-bit integers.
    """

    spelt: str
    numbers: bytes
    ends: bytes
    numbering: str
    places: bytes

    def last_forms(self, count: int) -> list[str]:
        """The last `count` forms, in order; the others are not taken apart."""
        return self.spelt.rsplit(" ", count)[-count:]

    def arrays(self) -> tuple[Ints, Ints]:
        """`numbers` and `ends` as arrays, read-only."""
        return np.frombuffer(self.numbers, _NUMBER), np.frombuffer(self.ends, _NUMBER)

    def places_of_forms(self) -> Ints:
        """`places` as an array, read-only."""
        return np.frombuffer(self.places, _NUMBER)


class _PieceNumbers(dict[str, int]):
    """The number of the form of each piece, by which `forms` has it; the one behind a text is -1.

    No other has its `name`: it belongs to the process that made it, and one that is forked from that makes its own.
    """

    def __init__(self) -> None:
        super().__init__({analysis.GAP: _BEHIND})
        self.name = secrets.token_hex(16)
        self.process = os.getpid()
        self.forms = [""]
        self._known = {"": 0}

    def __missing__(self, piece: str) -> int:
        form = analysis.fold(piece)
        number = self._known.get(form)
        if number is None:
            # Memory may end between any two of these lines: what is numbered must have its form, for the next file.
            number = len(self.forms)
            self.forms.append(form)
            self._known[form] = number
        self[piece] = number
        return number


class _Met(threading.local):
    """What a thread has met in the articles before, so that it folds and numbers nothing twice."""

    def __init__(self) -> None:
        self.numbers = _PieceNumbers()


_met = _Met()


def worded(passages: Sequence[Passage]) -> Wording:
    """The words of some passages, in order."""
    if len(_met.numbers) > _MOST_MET or _met.numbers.process != os.getpid():
        _met.numbers = _PieceNumbers()
    known = _met.numbers
    pieces = analysis.pieces([text for passage in passages for text in _spoken(passage)])
    numbers = np.fromiter(map(known.__getitem__, pieces), _NUMBER, len(pieces))
    breaks = np.flatnonzero(numbers == _BEHIND)
    numbers[breaks] = 0
    lasts = np.cumsum([1 + len(passage.silent) for passage in passages], dtype=np.int64) - 1
    there, numbers = _renumbered(numbers, len(known.forms))
    spelt = " ".join(map(known.forms.__getitem__, there.tolist()))
    ends = (breaks[lasts] + 1).astype(_NUMBER)
    return Wording(spelt, numbers.tobytes(), ends.tobytes(), known.name, there.tobytes())


def _spoken(passage: Passage) -> Iterator[str]:
    """The parts of a passage around what is silent."""
    at = 0
    for start, end, _ in passage.silent:
        yield passage.text[at:start]
        at = end
    yield passage.text[at:]


def _renumbered(numbers: Ints, count: int) -> tuple[Ints, Ints]:
    """Each of some numbers below `count` once, rising and after a 0, and all of them as places in these."""
    is_there = np.zeros(count, np.bool_)
    is_there[numbers] = is_there[0] = True
    there = np.flatnonzero(is_there).astype(_NUMBER)
    place = np.empty(count, _NUMBER)
    place[there] = np.arange(len(there))
    return there, place[numbers]
