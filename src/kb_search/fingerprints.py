"""What is remembered of every article to tell it from others: is it the same text, nearly the same, or only alike?

The sketch of a text are the smallest hashes of its shingles, runs of a few words (A. Broder, "On the resemblance and
containment of documents", SEQUENCES 1997: the sketch that he calls MIN_s). Hashes are the same in every run and on
every machine, so that two sketches are samples of the same kind: of all hashes below the smaller of their two bounds,
each has every one that its text has. From that both resemblance and containment can be estimated, and a text with
fewer shingles than a sketch holds is compared exactly.
"""

from __future__ import annotations

import hashlib
import re
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from kb_search import analysis
from kb_search.document import BOILERPLATE, Article, Passage
from kb_search.paragraphs import Span, paragraphs
from kb_search.runhashes import Hashes, run_hashes
from kb_search.wording import Wording

#: How many words make a shingle: 2, 3, 4 and 5 were tried, see docs/DECISIONS.md.
SHINGLE = 3
#: How many hashes a sketch holds.
SKETCH = 128
#: A shorter text has no sketch: a few words are soon alike.
LEAST_WORDS = 20
#: So many paragraphs at the beginning and at the end may be boilerplate,
HEAD_PARAGRAPHS, TAIL_PARAGRAPHS = 4, 8
#: if they have no fewer words than this (fewer may be a name, and do not fill a page of results), and are no longer, in
#: characters.
SHORTEST_EDGE, LONGEST_EDGE = 5, 600
#: More of a text is not looked at: two books with the same first million characters are the same book.
_MOST_READ = 1 << 20
#: In so many characters at its two ends.
_HEAD_READ, _TAIL_READ = 1200, 2400
#: A text of so many characters is not counted to know that it is not short.
_SURELY_LONG = 2000

_LETTER = re.compile(r"\w")
# Scripts without spaces between words: Thai, Lao, Burmese, Khmer, Han and kana.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fff\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_GAP, _LETTER_KIND, _ALONE = 0, 1, 2
#: Characters beyond the first plane count as words by themselves.
_BEYOND = 0x10000
# Odd numbers without a pattern: multiplying by them mixes (those of xxHash and of SplitMix64).
_PRIMES = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)
_FACTORS = tuple(map(np.uint64, _PRIMES))
_MIX, _SHIFT, _HALF = np.uint64(0xBF58476D1CE4E5B9), np.uint64(29), np.uint64(32)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is remembered of an article's text.

    `text` is the digest of its words, white space aside (16 bytes). `signature` is its sketch: up to SKETCH hashes,
    rising, as little-endian 32-bit integers; empty where the text is too short. `edges` are 64-bit hashes of the short
    paragraphs at its beginning and its end, which may be boilerplate. `is_short` says that the text, with its
    boilerplate, has fewer words than LEAST_WORDS.
    """

    text: bytes
    signature: bytes
    edges: tuple[int, ...]
    is_short: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """An article as it is indexed: with a language and its lasting id, split, what tells it from others, its words."""

    article: Article
    passages: tuple[Passage, ...]
    fingerprint: Fingerprint
    wording: Wording


def fingerprint(article: Article, passages: Sequence[Passage] = ()) -> Fingerprint:
    """The fingerprint of an article.

    Where its `passages` are given, what they mark as boilerplate is left out of the sketch: two short notes do not
    become copies of each other by a long footer.
    """
    return Fingerprint(
        text=_digest(article.text),
        signature=_sketch(_without_boilerplate(article.text, passages)).astype("<u4").tobytes(),
        edges=tuple(dict.fromkeys(number for _, number in edges(article.text))),
        is_short=len(article.text) < _SURELY_LONG and len(_word_hashes(article.text)) < LEAST_WORDS,
    )


def _digest(text: str) -> bytes:
    raw = text.replace("\xa0", " ").encode("utf-8", "surrogatepass").translate(None, string.whitespace.encode())
    return hashlib.blake2b(raw, digest_size=16).digest()


def edges(text: str) -> Iterator[tuple[Span, int]]:
    """The short paragraphs at the beginning and the end of a text: where each stands, and the hash of its words."""
    for start, end in _edge_spans(text):
        words = text[start:end].split()
        if len(words) >= SHORTEST_EDGE and end - start <= LONGEST_EDGE:
            begin = text.index(words[0], start)
            yield (begin, begin + len(text[begin:end].rstrip())), _hash(" ".join(words).casefold())


def _edge_spans(text: str) -> list[Span]:
    """The first and the last paragraphs; of a long text only the two ends are looked at."""
    if len(text) <= _HEAD_READ + _TAIL_READ:
        found = paragraphs(text)
        return found[:HEAD_PARAGRAPHS] + found[HEAD_PARAGRAPHS:][-TAIL_PARAGRAPHS:]
    # The paragraph at which the look breaks off is not whole.
    head = paragraphs(text, 0, _HEAD_READ)[:-1]
    tail = paragraphs(text, len(text) - _TAIL_READ)[1:]
    return head[:HEAD_PARAGRAPHS] + tail[-TAIL_PARAGRAPHS:]


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _without_boilerplate(text: str, passages: Sequence[Passage]) -> str:
    kept, at = [], 0
    for passage in passages:
        for start, end, why in passage.silent:
            if why == BOILERPLATE:
                kept.append(text[at : passage.start + start])
                at = passage.start + end
    return "\n".join((*kept, text[at:])) if kept else text


def title_key(title: str) -> int:
    """A number that is the same for titles that differ only in case, white space and punctuation; 0 for none."""
    words = " ".join(analysis.forms(title))
    return _hash(words) if words else 0


def _sketch(text: str) -> NDArray[np.uint32]:
    """The smallest distinct hashes of a text's shingles, rising."""
    words = _word_hashes(text[:_MOST_READ])
    if len(words) < LEAST_WORDS:
        return np.empty(0, np.uint32)
    count = len(words) - SHINGLE + 1
    shingles = words[:count] * _FACTORS[0]
    for place in range(1, SHINGLE):
        shingles += words[place : count + place] * _FACTORS[place]
    # Multiplying carries differences upwards and the shift brings them back: the upper half depends on every bit.
    shingles ^= shingles >> _SHIFT
    shingles *= _MIX
    hashes = np.sort((shingles >> _HALF).astype(np.uint32))
    first = np.empty(count, np.bool_)
    first[0] = True
    np.not_equal(hashes[1:], hashes[:-1], out=first[1:])
    return hashes[first][:SKETCH]


def _word_hashes(text: str) -> Hashes:
    """A hash for each word of a text, in order, however it is written in capitals and whatever stands between."""
    if not text:
        return np.empty(0, np.uint64)
    letters = np.frombuffer(text.casefold().encode("utf-32-le", "surrogatepass"), "<u4")
    kinds = _kinds().take(letters, mode="clip")
    inner = np.flatnonzero((kinds[1:] != kinds[:-1]) | (kinds[1:] == _ALONE))
    bounds = np.zeros(len(inner) + 2, np.intp)
    bounds[1:-1] = inner + 1
    bounds[-1] = len(letters)
    first = bounds[:-1]
    hashes: Hashes = run_hashes(letters, first, bounds[1:])[kinds[first] != _GAP]
    return hashes


@cache
def _kinds() -> NDArray[np.uint8]:
    """For each character of the first plane whether it is part of a word, a word by itself, or neither."""
    kinds = np.full(_BEYOND + 1, _GAP, np.uint8)
    plane = "".join(map(chr, range(_BEYOND)))
    kinds[[found.start() for found in _LETTER.finditer(plane)]] = _LETTER_KIND
    kinds[[found.start() for found in _UNSPACED.finditer(plane)]] = _ALONE
    kinds[_BEYOND] = _ALONE
    return kinds
