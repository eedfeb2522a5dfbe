"""How many passages there are of each date: what engines count, and what facets and timeline are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from kb_search.arrays import Ints, Longs, Mask


class DateCounts:
    """The numbers of some dates (0: undated), rising, each once, and how many passages each has."""

    __slots__ = ("counts", "numbers")

    def __init__(self, numbers: Longs, counts: Longs) -> None:
        """Both are parallel."""
        self.numbers, self.counts = numbers, counts

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, int]]) -> DateCounts:
        """From pairs of a date's number and a count, in any order, each date once."""
        if isinstance(pairs, DateCounts):
            return pairs
        table = np.array(sorted(pairs), np.int64).reshape(-1, 2)
        return cls(table[:, 0], table[:, 1])

    @classmethod
    def ranked(cls, dates: Ints, counts: NDArray[np.integer | np.floating]) -> DateCounts:
        """From the dates that there may be, rising, and how many passages have the first of them; none has the rest."""
        there = np.flatnonzero(counts)
        return cls(dates[there].astype(np.int64), counts[there].astype(np.int64))

    @classmethod
    def together(cls, parts: Sequence[DateCounts]) -> DateCounts:
        """The sums of several."""
        if len(parts) == 1:
            return parts[0]
        numbers = np.concatenate([np.empty(0, np.int64), *(part.numbers for part in parts)])
        counts = np.concatenate([np.empty(0, np.int64), *(part.counts for part in parts)])
        order = np.argsort(numbers, kind="stable")
        return summed(numbers[order], counts[order])

    def where(self, kept: Mask) -> DateCounts:
        """Some of the dates."""
        return DateCounts(self.numbers[kept], self.counts[kept])

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Pairs of a date's number and its count."""
        return zip(self.numbers.tolist(), self.counts.tolist(), strict=True)

    def __eq__(self, other: object) -> bool:
        """Whether the same dates have the same counts."""
        return isinstance(other, DateCounts) and [*self] == [*other]

    __hash__ = None  # type: ignore[assignment]  # it is made of arrays

    def __repr__(self) -> str:
        return f"DateCounts({[*self]})"


def summed(rising: Longs, counts: Longs) -> DateCounts:
    """Counts of dates that come several times, next to each other."""
    if not len(rising):
        return DateCounts(rising, counts)
    first = np.flatnonzero(np.concatenate(([True], rising[1:] != rising[:-1])))
    return DateCounts(rising[first], np.add.reduceat(counts, first))
