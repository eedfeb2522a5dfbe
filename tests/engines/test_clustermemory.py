"""What a reader remembers of what a cluster told, and what of it is known here."""

from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("opensearchpy", reason="the engine opensearch is not installed")

from kb_search.engines.clustermemory import Memory, Remembered, in_passages, key_of
from kb_search.query import Pattern, Word

STEMS = {"bridg": 0, "brucke": 1, "stone": 2}
FREQUENCIES = [4, 5, 6]


def of_words():
    """A memory for a generation of three stems."""
    return Remembered(
        SimpleNamespace(
            stem_frequency=lambda text: FREQUENCIES[STEMS[text]] if text in STEMS else 0,
            with_stems=lambda texts: np.array([10 + STEMS[text] for text in texts], np.int32),
            with_forms=lambda texts: np.array([20 + len(text) for text in texts], np.int32),
        )
    )


def told(count):
    """The answer to a search that counts."""
    return {"hits": {"total": {"value": count}}}


def test_how_often_a_word_of_one_stem_stands_is_known_here():
    """Also that a word stands nowhere, and a pattern that nothing fits."""
    words = [Word("bridge", ("bridg",)), Word("stones", ("stone",)), Word("river", ("river",)), Pattern("zz*")]
    counts = {("stems", "bridg"): 4, ("stems", "stone"): 6, ("stems", "river"): 0, ("forms",): 0}
    assert of_words().frequencies(words) == (counts, [])


def test_what_stands_for_several_stems_or_forms_is_asked_once():
    """A passage with two of them counts once, so that their frequencies cannot be added up; the answer is kept."""
    remembered = of_words()
    both, pattern = Word("bridge", ("bridg", "brucke")), Pattern("bridg*", forms=("bridge", "bridges"))
    assert remembered.frequencies([both, pattern, both]) == ({}, [key_of(both), key_of(pattern)])
    assert remembered.counted([key_of(both), key_of(pattern)], [told(7), told(3)]) == {
        ("stems", "bridg", "brucke"): 7,
        ("forms", "bridge", "bridges"): 3,
    }
    assert remembered.frequencies([pattern, both]) == ({key_of(both): 7, key_of(pattern): 3}, [])


def test_stems_and_forms_are_counted_where_they_stand():
    """A word stands by its stems, a pattern by its forms, each in text, title and heading together."""
    assert in_passages(("stems", "a", "b"))["query"] == {"terms": {"pooled": ("a", "b")}}
    assert in_passages(("forms", "a", "b"))["query"] == {"terms": {"pooled_forms": ("a", "b")}}


def test_the_numbers_of_words_come_in_the_order_of_the_terms():
    """Those of a word's stems, and of a pattern's forms; a term that stands there twice has them twice."""
    word, pattern = Word("stones", ("stone",)), Pattern("st*", forms=("stay", "stone"))
    remembered = of_words()
    for _ in range(2):
        numbers = remembered.numbers([pattern, word, pattern])
        assert [one.tolist() for one in numbers] == [[24, 25], [12], [24, 25]]


def test_a_memory_that_is_full_begins_anew():
    """It never holds more than it may, and what it was given last it has."""
    memory = Memory(3)
    memory.put({1: "a", 2: "b"})
    assert memory.get([2, 9, 1, 9]) == ({2: "b", 1: "a"}, [9])
    memory.put({3: "c"})
    assert memory.get([1, 3]) == ({1: "a", 3: "c"}, [])
    memory.put({4: "d"})
    assert memory.get([1, 2, 3, 4]) == ({4: "d"}, [1, 2, 3])
