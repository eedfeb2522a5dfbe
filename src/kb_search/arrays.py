"""Arrays and tables of strings in files, memory-mapped: what columns, groups and spaces of meanings are kept in.

Each file holds one little-endian array, and its name ends in its type: `forms.i4` is an array of 32-bit integers.
"""

from __future__ import annotations

import mmap
import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb_search.errors import REBUILD, IndexDamaged

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Mask = NDArray[np.bool_]

#: The number of a string that a table does not have.
ABSENT = -1
# Smaller files are read and not mapped: each mapping holds a file open, and a generation has hundreds of them.
_READ_WHOLE = 1 << 16
# Up to so many strings are looked up one by one: a look-up takes as long as reading a hundred in order.
_ONE_BY_ONE = 100
# The words of a query are looked up several times until it is answered.
_FOUND_KEPT = 1 << 10
_TYPES = {"i4": "<i4", "i8": "<i8", "u1": "u1", "u2": "<u2", "u4": "<u4", "u8": "<u8", "f4": "<f4"}


def load_array(path: Path, kind_name: str = "") -> NDArray:  # type: ignore[type-arg]  # the type is in the name
    """The array in a file, read-only, memory-mapped if it is large; its type is named by the caller or by the file.

    Raises IndexDamaged where it cannot be read.
    """
    name = kind_name or path.suffix[1:]
    kind = np.dtype(_TYPES.get(name, name))
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size <= _READ_WHOLE:
                return np.frombuffer(file.read(), kind)
            # Not numpy.memmap: it takes three times as long to open, and a slice of one costs ten times as much.
            return np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), kind)
    except (OSError, ValueError) as error:
        raise IndexDamaged(f"The index file {path.name} cannot be read. {REBUILD}") from error


def rising(values: Ints) -> Ints:
    """The different values of an array, rising."""
    # Not numpy.unique, whose first call imports numpy.ma: a tenth of what a search from the command line takes.
    ordered = np.sort(values)
    first = np.ones(len(ordered), np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    distinct: Ints = ordered[first]
    return distinct


def write_strings(folder: Path, name: str, texts: Iterable[str]) -> None:
    """Write some strings as the files of a StringTable."""
    raw = [text.encode("utf-8", "surrogatepass") for text in texts]
    (folder / f"{name}_text.u1").write_bytes(b"".join(raw))
    (folder / f"{name}_ends.i8").write_bytes(np.cumsum([len(one) for one in raw]).astype("<i8").tobytes())


class StringTable:
    """Many strings, memory-mapped: by number, and, where they were written in byte order, by value."""

    def __init__(self, folder: Path, name: str) -> None:
        """Open `<name>_text.u1`, the strings one behind the other, and `<name>_ends.i8`, where each ends."""
        self._bytes = load_array(folder / f"{name}_text.u1")
        self._ends = load_array(folder / f"{name}_ends.i8")
        # One string is had from these five times as fast as from an array.
        self._text_view, self._ends_view = self._bytes.data, self._ends.data
        self._found = lru_cache(_FOUND_KEPT)(self._number)

    def __len__(self) -> int:
        return len(self._ends)

    def raw(self, number: int) -> bytes:
        """The UTF-8 bytes of one string."""
        start = self._ends_view[number - 1] if number else 0
        return self._text_view[start : self._ends_view[number]].tobytes()

    def __getitem__(self, number: int) -> str:
        return self.raw(number).decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        """All strings, read at once."""
        raw = self._bytes.tobytes()
        for start, end in pairwise((0, *self._ends.tolist())):
            yield raw[start:end].decode("utf-8", "surrogatepass")

    def joined(self, first: int, last: int) -> str:
        """The strings from `first` up to `last` (not included) as one."""
        start = int(self._ends[first - 1]) if first else 0
        end = int(self._ends[last - 1]) if last else 0
        return self._bytes[start:end].tobytes().decode("utf-8", "surrogatepass")

    def strings(self, first: int, last: int) -> list[str]:
        """The strings from `first` up to `last` (not included), read at once; none may have a line break in it."""
        if first >= last:
            return []
        start = int(self._ends[first - 1]) if first else 0
        breaks = self._ends[first : last - 1] - start
        lines = np.insert(self._bytes[start : int(self._ends[last - 1])], breaks, ord("\n"))
        return lines.tobytes().decode("utf-8", "surrogatepass").split("\n")

    def find(self, text: str) -> int:
        """The number of a string, or ABSENT. Only for tables in byte order."""
        return self._found(text)

    def _number(self, text: str) -> int:
        wanted = text.encode("utf-8", "surrogatepass")
        number = self.position(wanted)
        return number if number < len(self) and self.raw(number) == wanted else ABSENT

    def are(self, texts: Sequence[str]) -> Mask:
        """For each string of a table in byte order whether it is one of some."""
        are = np.zeros(len(self), np.bool_)
        if len(texts) <= _ONE_BY_ONE:
            are[[number for number in map(self.find, texts) if number != ABSENT]] = True
            return are
        # Many that are asked for begin alike more often than not, so all between the first and the last are read.
        wanted, raw = frozenset(texts), sorted(text.encode("utf-8", "surrogatepass") for text in texts)
        first, last = self.position(raw[0]), min(self.position(raw[-1]) + 1, len(self))
        are[first:last] = [text in wanted for text in self.strings(first, last)]
        return are

    def position(self, wanted: bytes) -> int:
        """How many strings come before `wanted` in byte order."""
        return bisect_left(range(len(self)), wanted, key=self.raw)
