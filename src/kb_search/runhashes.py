"""Hashes of runs of numbers, many at a time: of the letters of each word, of the words of each sentence.

A run's hash is the polynomial of its numbers: a difference of two running sums, moved to the first power (M. O. Rabin,
"Fingerprinting by random polynomials", 1981, in the arithmetic of 64 bits). It is the same wherever the run stands, in
every run of the program, and on every machine.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
#: An odd number without a pattern, one of those of xxHash.
_FACTOR = 0x85EBCA77C2B2AE63


def run_hashes(numbers: NDArray[np.unsignedinteger], first: NDArray[np.intp], behind: NDArray[np.intp]) -> Hashes:
    """The hashes of some runs, each given by where it begins and where the first number behind it stands."""
    powers, inverse = _powers(1 << len(numbers).bit_length())
    sums = np.zeros(len(numbers) + 1, np.uint64)
    np.cumsum(numbers * powers[: len(numbers)], out=sums[1:])
    hashes: Hashes = (sums[behind] - sums[first]) * inverse[first]
    return hashes


@cache
def _powers(count: int) -> tuple[Hashes, Hashes]:
    """The first powers of an odd number and of its inverse, modulo 2^64."""
    return _powers_of(_FACTOR, count), _powers_of(pow(_FACTOR, -1, 1 << 64), count)


def _powers_of(factor: int, count: int) -> Hashes:
    powers = np.full(count, factor, np.uint64)
    powers[0] = 1
    return np.cumprod(powers)
