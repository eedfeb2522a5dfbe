"""BM25 as Lucene computes it, in numpy: what both phases of ranking, every engine and the baseline of evaluation share.

S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", Foundations and Trends in
Information Retrieval 3(4), 2009.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from kb_search.query import Node, Pattern, scoring_terms

K1 = 1.2
B = 0.75


def coarse_length(length: NDArray[np.int32]) -> NDArray[np.int64]:
    """Lengths as Lucene stores them in one byte: exact up to 40, then in steps that double.

    Source: org.apache.lucene.util.SmallFloat, intToByte4 and byte4ToInt (Lucene 9).
    """
    coarse: NDArray[np.int64] = _COARSE[np.searchsorted(_COARSE, np.minimum(length, _COARSE[-1]), "right") - 1]
    return coarse


def _small_float(code: int) -> int:
    bits, shift = code & 0x07, (code >> 3) - 1
    return bits if shift < 0 else (bits | 0x08) << shift


def _all_coarse_lengths() -> NDArray[np.int64]:
    free = 255 - _code_of(2**31 - 1)
    return np.array([code if code < free else free + _small_float(code - free) for code in range(256)], np.int64)


def _code_of(value: int) -> int:
    shift = max(value.bit_length() - 4, 0)
    return value if value.bit_length() < 4 else ((value >> shift) & 0x07) | ((shift + 1) << 3)


_COARSE = _all_coarse_lengths()


def idf(passages: int, frequency: float) -> float:
    """Inverse passage frequency as Lucene has it: ln(1 + (N - n + 0.5) / (n + 0.5))."""
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))


def saturation(
    frequency: NDArray[np.float64], length: NDArray[np.float64], average: float, k1: float = K1, b: float = B
) -> NDArray[np.float64]:
    """BM25's share of a term that stands `frequency` times in a passage: f (k1 + 1) / (f + k1 (1 - b + b l / avg))."""
    return frequency * (k1 + 1) / (frequency + k1 * (1 - b + b * length / average))


def boosted(tree: Node) -> list[tuple[str | tuple[str, ...], float]]:
    """What scores in a tree, each once, with the highest of its boosts: stems, and the forms of each pattern together.

    Two patterns are two words, also where they stand for the same forms.
    """
    found: dict[object, tuple[str | tuple[str, ...], float]] = {}
    for term in scoring_terms(tree):
        if isinstance(term, Pattern):
            scored: dict[object, str | tuple[str, ...]] = {(term.text, term.edits): term.forms}
        else:
            scored = {stem: stem for stem in term.stems}
        for name, key in scored.items():
            found[name] = (key, max(found.get(name, (key, 0.0))[1], term.boost))
    return list(found.values())
