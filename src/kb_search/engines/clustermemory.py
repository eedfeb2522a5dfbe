"""What a reader remembers of what a cluster told, so that it need not ask twice."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from kb_search.arrays import Ints, Longs
from kb_search.engines.cluster import Answer
from kb_search.engines.clusterreading import counting, total
from kb_search.engines.clustertold import Told
from kb_search.engines.clusterwords import Words
from kb_search.query import Pattern, Term

#: What the frequency of a word or pattern is kept by: a field, and stems or forms.
Key = tuple[str, ...]

#: So many passages a reader remembers as pages show them, words and patterns with how many passages have them, and
#: searches with where their words stand.
_PASSAGES, _FREQUENCIES, _SEARCHES = 5000, 500, 16


class Memory:
    """What the cluster told, by its keys; when it is full it is emptied. Safe to share between threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[Any, Any] = {}
        self._lock = threading.Lock()

    def put(self, entries: Mapping[Any, Any]) -> None:
        """Remember some."""
        with self._lock:
            if len(self._known) + len(entries) > self._most:
                self._known = {}
            self._known.update(entries)

    def get(self, keys: Iterable[Any]) -> tuple[dict[Any, Any], list[Any]]:
        """What is remembered of some keys, and the keys of which nothing is."""
        known, asked = self._known, dict.fromkeys(keys)
        found = {key: known[key] for key in asked if key in known}
        return found, [key for key in asked if key not in found]


class Aside(NamedTuple):
    """What was told beside a search: of its best passages, and what `counts_in_articles` tells."""

    passages: Told
    articles: Longs


class Remembered:
    """All that a reader remembers. `words` are those of its generation."""

    def __init__(self, words: Words) -> None:
        self.pages = Memory(_PASSAGES)
        self._words = words
        self._frequencies, self._numbers = Memory(_FREQUENCIES), Memory(_FREQUENCIES)
        self._aside = Memory(_SEARCHES)

    def put_aside(self, terms: Sequence[Term], told: Aside) -> None:
        """Remember what was told beside a search for some words."""
        self._aside.put({tuple(map(key_of, terms)): told})

    def aside(self, terms: Sequence[Term], rows: Sequence[int]) -> Aside | None:
        """What was told of some passages beside a search for some words; None where not all of it is remembered."""
        key = tuple(map(key_of, terms))
        found: Aside | None = self._aside.get([key])[0].get(key)
        return found if found and found.passages.has(rows) else None

    def numbers(self, terms: Sequence[Term]) -> list[Ints]:
        """For each term the numbers of the words that are what it asks for, rising."""
        keys = list(map(key_of, terms))
        known, unknown = self._numbers.get(keys)
        fresh = {key: self._numbered(key) for key in unknown}
        self._numbers.put(fresh)
        return [(known | fresh)[key] for key in keys]

    def _numbered(self, key: Key) -> Ints:
        return self._words.with_forms(key[1:]) if key[0] == "forms" else self._words.with_stems(key[1:])

    def frequencies(self, terms: Sequence[Term]) -> tuple[dict[Key, int], list[Key]]:
        """In how many passages words stand, as far as that is known here, and those of which it must be asked.

        Of a word of one stem it is kept here, and none has a pattern without forms.
        """
        keys = dict.fromkeys(map(key_of, terms))
        kept: dict[Key, int] = {
            key: self._words.stem_frequency(key[1]) for key in keys if key[0] == "stems" and len(key) == 2
        }
        kept |= dict.fromkeys((key for key in keys if len(key) == 1), 0)
        found, unknown = self._frequencies.get(key for key in keys if key not in kept)
        return kept | found, unknown

    def counted(self, keys: Sequence[Key], answers: Iterable[Answer]) -> dict[Key, int]:
        """In how many passages words stand, by the answers to `in_passages`; remembered."""
        counts = dict(zip(keys, map(total, answers), strict=True))
        self._frequencies.put(counts)
        return counts


def in_passages(key: Key) -> Answer:
    """A search that counts the passages in which a word stands."""
    return counting({"terms": {"pooled" if key[0] == "stems" else "pooled_forms": key[1:]}})


def key_of(word: Term) -> Key:
    """What a word's frequency is kept by: a pattern has forms, any other word stems."""
    return ("forms", *word.forms) if isinstance(word, Pattern) else ("stems", *word.stems)
