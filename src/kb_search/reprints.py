"""Which sentences an article prints twice: those that come again word for word, and pull quotes.

Words are compared by their hashes, all of an article at once, so that most articles cost a few calls of numpy; what
looks the same by its hashes is then compared letter by letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb_search.paragraphs import Span
from kb_search.runhashes import Hashes, run_hashes

#: A sentence is looked for elsewhere in the article if it has so many words; shorter ones are refrains.
LEAST_WORDS = 6
#: A shorter paragraph of one sentence is not looked for within longer sentences: it may be an answer or a cry.
_LEAST_QUOTED = 8
#: So many characters are hashed at a time, and no fewer than a sentence, which bounds the memory it takes.
_HASHED_AT_ONCE = 1 << 20

#: What is no part of a word: signs beyond ASCII, and, as a table for `bytes.translate`, those within it. A pattern for
#: words takes four times as long.
_SIGNS = re.compile(r"[^\w\x00-\x7f]+")
_ONLY_WORDS = bytes(byte if byte > 0x7F or chr(byte).isalnum() or chr(byte) == "_" else 0x20 for byte in range(256))
#: The same with capitals made small.
_PLAIN = _ONLY_WORDS.lower()
_SPACE = 0x20

Places = NDArray[np.intp]


class Printed(NamedTuple):
    """One place where a sentence stands; `alone` says that it is a whole paragraph."""

    start: int
    end: int
    alone: bool


class _Words(NamedTuple):
    """The words of some sentences, one behind the other: their hashes, and where the words of each sentence end."""

    hashes: Hashes
    ends: Places

    @property
    def firsts(self) -> Places:
        """Where the words of each sentence begin."""
        return np.concatenate(([0], self.ends[:-1]))

    @property
    def counts(self) -> Places:
        """How many words each sentence has."""
        return np.diff(self.ends, prepend=0)


def printed_again(text: str, sentences: Sequence[Printed]) -> list[Span]:
    """The spans of all copies but one of each of some sentences of a text, in order.

    The one that is kept is the first that stands among others: a copy that is a paragraph by itself is the
    pull quote. A paragraph of one sentence that stands, word for word, within a longer sentence is one, too: the longer
    sentence begins with `Thus,` or the like.
    """
    if len(sentences) < 2:
        return []
    words = _hashed(_folded(text, sentences))
    return sorted({*_whole(text, sentences, words), *_within_longer(text, sentences, words)})


def _folded(text: str, sentences: Sequence[Printed]) -> list[bytes]:
    """The words of each sentence in small letters, with spaces for all else."""
    if not text.isascii():
        return [_fold(text[start:end]) for start, end, _ in sentences]
    plain = text.encode("ascii").translate(_PLAIN)
    return [plain[start:end] for start, end, _ in sentences]


def _fold(text: str) -> bytes:
    if text.isascii():
        return text.encode("ascii").translate(_PLAIN)
    plain = _SIGNS.sub(" ", unicodedata.normalize("NFKC", text).casefold())
    return plain.encode("utf-8", "surrogatepass").translate(_ONLY_WORDS)


def _hashed(folded: Sequence[bytes]) -> _Words:
    parts: list[_Words] = []
    waiting: list[bytes] = []
    size = words = 0
    for number, sentence in enumerate(folded, 1):
        waiting.append(sentence)
        size += len(sentence)
        if size >= _HASHED_AT_ONCE or number == len(folded):
            part = _hashed_together(waiting)
            parts.append(part._replace(ends=part.ends + words))
            words += len(part.hashes)
            waiting, size = [], 0
    return _Words(np.concatenate([part.hashes for part in parts]), np.concatenate([part.ends for part in parts]))


def _hashed_together(folded: Sequence[bytes]) -> _Words:
    letters = np.frombuffer(b" ".join((*folded, b"")), np.uint8)
    edges = np.flatnonzero(np.diff(letters != _SPACE, prepend=False))
    first, behind = edges[::2], edges[1::2]
    ends = np.cumsum(np.fromiter(map(len, folded), np.intp, len(folded)) + 1)
    return _Words(run_hashes(letters, first, behind), np.searchsorted(first, ends))


def _whole(text: str, sentences: Sequence[Printed], words: _Words) -> Iterator[Span]:
    """The spans of the copies of whole sentences that are not kept."""
    hashes = run_hashes(words.hashes, words.firsts, words.ends)
    ordered = np.sort(hashes)
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    same: dict[tuple[bytes, ...], list[Printed]] = defaultdict(list)
    for number in np.flatnonzero(_among(twice, hashes) & (words.counts > 0)).tolist():  # symbols are no sentences
        sentence = sentences[number]
        same[tuple(_fold(text[sentence.start : sentence.end]).split())].append(sentence)
    for places in same.values():
        kept = next((place for place in places if not place.alone), places[0])
        yield from ((place.start, place.end) for place in places if place is not kept)


def _within_longer(text: str, sentences: Sequence[Printed], words: _Words) -> Iterator[Span]:
    """The spans of paragraphs of one sentence that stand within a longer sentence."""
    alone = np.fromiter((sentence.alone for sentence in sentences), np.bool_, len(sentences))
    quotes = np.flatnonzero(alone & (words.counts >= _LEAST_QUOTED))
    if not len(quotes):
        return
    runs = _runs(words)
    quoted = runs[words.firsts[quotes]]
    places = np.flatnonzero(_among(np.sort(quoted), runs))
    longer = np.searchsorted(words.ends, places, "right")
    fits = places + LEAST_WORDS <= words.ends[longer]
    if np.count_nonzero(fits) == len(quotes):  # each stands where it stands, and nowhere else
        return
    beginning: dict[int, list[int]] = defaultdict(list)
    for quote, run in zip(quotes.tolist(), quoted.tolist(), strict=True):
        beginning[run].append(quote)
    split = {int(one): _split(text, sentences[one]) for one in {*quotes.tolist(), *longer[fits].tolist()}}
    for place, sentence in zip(places[fits].tolist(), longer[fits].tolist(), strict=True):
        at = place - int(words.firsts[sentence])
        for quote in beginning[int(runs[place])]:
            size = len(split[quote])
            if size < len(split[sentence]) and split[sentence][at : at + size] == split[quote]:
                yield sentences[quote].start, sentences[quote].end


def _among(ordered: Hashes, hashes: Hashes) -> NDArray[np.bool_]:
    """Which of some hashes are among others, which are in order: a third of the time of what numpy has for it."""
    if not len(ordered):
        return np.zeros(len(hashes), np.bool_)
    found: NDArray[np.bool_] = ordered.take(ordered.searchsorted(hashes), mode="clip") == hashes
    return found


def _runs(words: _Words) -> Hashes:
    """For each word the hash of the LEAST_WORDS words that begin with it; a few at the end have fewer."""
    first = np.arange(len(words.hashes))
    return run_hashes(words.hashes, first, np.minimum(first + LEAST_WORDS, len(words.hashes)))


def _split(text: str, sentence: Printed) -> list[bytes]:
    return _fold(text[sentence.start : sentence.end]).split()
