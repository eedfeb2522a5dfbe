"""The second phase: the engine's best in a better order, and the reasons for it."""

import math
import tracemalloc
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.engines.base import Candidate, Occurrences
from kb_search.ranking import CLOSENESS, EXACT, FARTHEST, K1, B, rank

PASSAGES, AVERAGE = 1000, 10.0


def occurrences(texts, words, frequencies=None, context=None):
    """Where words stand in some texts of space-separated forms; a form's stem is its first three letters.

    `context` says for each word how often it counts in the titles of the texts.
    """
    tokens = [text.split() for text in texts]
    places = [
        (number, words.index(stem), place, words_match(form, words))
        for number, some in enumerate(tokens)
        for place, form in enumerate(some)
        if (stem := next((word for word in words if word[:3] == form[:3]), None))
    ]
    columns = list(zip(*places, strict=True)) or [(), (), (), ()]
    own = np.array([[sum(form[:3] == word[:3] for form in some) for some in tokens] for word in words], np.int32)
    return Occurrences(
        own=own.reshape(len(words), len(texts)),
        context=np.array(context or np.zeros_like(own), np.int32).reshape(len(words), len(texts)),
        lengths=np.array([len(some) for some in tokens], np.int32),
        frequencies=np.array(frequencies or [10] * len(words), np.int64),
        boosts=np.ones(len(words)),
        candidate=np.array(columns[0], np.int32),
        word=np.array(columns[1], np.int32),
        place=np.array(columns[2], np.int64),
        exact=np.array(columns[3], np.bool_),
    )


def words_match(form, words):
    """Whether a form is one of the words exactly."""
    return form in words


def candidates(count):
    """Candidates with ids in order; their BM25 score plays no part in the second phase."""
    return [Candidate(number, f"p{number:03}", 1.0) for number in range(count)]


def ranked(texts, words, **more):
    """The texts in their new order, with the ranking of each."""
    found = rank(candidates(len(texts)), occurrences(texts, words, **more), PASSAGES, AVERAGE)
    return [(texts[one.candidate.key], one) for one in found]


def order(texts, words, **more):
    """The texts in their new order."""
    return [text for text, _ in ranked(texts, words, **more)]


def reason(one, name):
    """One part of a score."""
    return dict(one.reasons)[name]


VOCABULARY = ["peace", "peaceful", "war", "warring", "talks", "xxx", "yyy"]
TEXTS = st.lists(st.lists(st.sampled_from(VOCABULARY), max_size=25).map(" ".join), max_size=6)
WORDS = st.lists(st.sampled_from(["peace", "war", "talks"]), min_size=1, max_size=3, unique=True)


@given(TEXTS, WORDS)
def test_the_parts_add_up_to_the_score(texts, words):
    """The reasons that a reader is given for a passage's place are the whole of its score."""
    for _, one in ranked(texts, words):
        assert one.score == sum(part for _, part in one.reasons)
        assert [name for name, _ in one.reasons] == ["words", "exact form", "closeness"]
        assert all(math.isfinite(part) and part >= 0 for _, part in one.reasons)


@given(TEXTS, WORDS)
def test_the_score_is_that_of_the_formulas(texts, words):
    """Each part agrees with its formula, worked out word by word in plain Python."""
    frequencies = [10 * (number + 1) for number in range(len(words))]
    rarity = [math.log(1 + (PASSAGES - n + 0.5) / (n + 0.5)) for n in frequencies]
    for text, one in ranked(texts, words, frequencies=frequencies):
        tokens = text.split()
        score = [bm25(rarity[at], tokens, word) for at, word in enumerate(words)]
        assert reason(one, "words") == pytest.approx(sum(score), abs=1e-9)
        shares = [share(tokens, word) for word in words]
        assert reason(one, "exact form") == pytest.approx(
            EXACT * sum(part * share for part, share in zip(score, shares, strict=True)), abs=1e-9
        )
        assert reason(one, "closeness") == pytest.approx(CLOSENESS * meetings(tokens, words, rarity), abs=1e-9)
        assert one.words == sum(any(token[:3] == word[:3] for token in tokens) for word in words)


def bm25(rarity, tokens, word):
    """What one word scores in a passage."""
    count = sum(token[:3] == word[:3] for token in tokens)
    return rarity * count * (K1 + 1) / (count + K1 * (1 - B + B * len(tokens) / AVERAGE))


def share(tokens, word):
    """How many of a word's occurrences have its very form."""
    found = [token for token in tokens if token[:3] == word[:3]]
    return found.count(word) / len(found) if found else 0


def meetings(tokens, words, rarity):
    """The nearest meeting of each pair of words that follow each other, worth the smaller idf over the distance."""
    places = [
        (place, at) for place, token in enumerate(tokens) for at, word in enumerate(words) if token[:3] == word[:3]
    ]
    nearest = {}
    for (one, left), (other, right) in pairwise(places):
        if left != right and other - one <= FARTHEST:
            pair = frozenset((left, right))
            nearest[pair] = max(nearest.get(pair, 0), min(rarity[left], rarity[right]) / (other - one))
    return sum(nearest.values())


@given(TEXTS, WORDS)
def test_passages_come_by_falling_score_and_then_by_id(texts, words):
    """The order is that of the scores, and among equals that of the ids, so that it never depends on chance."""
    found = ranked(texts, words)
    keys = [(-round(one.score, 9), one.candidate.id) for _, one in found]
    assert keys == sorted(keys)
    assert len(found) == len(texts)


def test_the_very_form_comes_before_an_inflection():
    """Of two passages alike but for the ending, the one that says the word as typed is better."""
    assert order(["a peaceful b", "a peace b"], ["peace"]) == ["a peace b", "a peaceful b"]


def test_words_close_together_come_before_words_far_apart():
    """Neighbours are better than words some way apart, and those better than words far apart."""
    near, apart, far = "peace talks x x x x x x x x x", "peace x x talks x x x x x x x", "peace x x x x x x x x x talks"
    assert order([far, apart, near], ["peace", "talks"]) == [near, apart, far]
    assert order([far, near], ["talks", "peace"]) == [near, far]


def test_words_further_apart_than_the_limit_add_nothing():
    """Closeness ends at so many words, and is no part of a query of one word."""
    for distance, is_close in ((FARTHEST, True), (FARTHEST + 1, False)):
        ((_, one),) = ranked(["peace " + "x " * (distance - 1) + "talks"], ["peace", "talks"])
        assert (reason(one, "closeness") > 0) is is_close
    ((_, one),) = ranked(["peace peace"], ["peace"])
    assert reason(one, "closeness") == 0


def test_words_of_neighbouring_candidates_are_not_close():
    """The last word of one passage and the first of the next do not meet."""
    for _, one in ranked(["x x peace", "talks x x"], ["peace", "talks"]):
        assert reason(one, "closeness") == 0


def test_a_rare_word_counts_for_more_than_a_common_one():
    """Of two passages with one word each, that with the rarer word is better."""
    assert order(["peace x", "war x"], ["peace", "war"], frequencies=[500, 5]) == ["war x", "peace x"]


def test_a_word_of_the_title_counts_towards_the_score():
    """Words of title and heading are worth what the engine says they are worth."""
    found = ranked(["war x", "war x"], ["war", "peace"], context=[[0, 0], [0, 2]])
    assert [one.candidate.id for _, one in found] == ["p001", "p000"]
    assert [one.words for _, one in found] == [2, 1]


def test_equals_come_in_the_order_of_their_ids():
    """Passages that say the same are in the order of their ids, however they arrive."""
    same = [Candidate(0, "b", 9.0), Candidate(1, "a", 1.0), Candidate(2, "c", 5.0)]
    found = rank(same, occurrences(["peace"] * 3, ["peace"]), PASSAGES, AVERAGE)
    assert [one.candidate.id for one in found] == ["a", "b", "c"]


def test_nothing_to_rank_is_no_error():
    """No candidates give no ranking; without words the order is that of the ids."""
    assert rank([], occurrences([], ["peace", "war"]), PASSAGES, AVERAGE) == []
    without_words = rank(candidates(2), occurrences(["x", "y"], []), PASSAGES, AVERAGE)
    assert [one.candidate.id for one in without_words] == ["p000", "p001"]


def test_words_in_more_passages_than_there_are_do_no_harm():
    """Deleted passages may still be counted in a word's frequency; the score stays a number."""
    ((_, one),) = ranked(["peace talks"], ["peace", "talks"], frequencies=[5000, PASSAGES])
    assert math.isfinite(one.score)


def test_hundreds_of_words_take_bounded_memory():
    """A query of seven hundred words against two hundred candidates full of them takes some megabytes."""
    words, passages, length = 700, 200, 180
    ones = np.ones((words, passages), np.int32)
    found = Occurrences(
        own=ones,
        context=ones,
        lengths=np.full(passages, length, np.int32),
        frequencies=np.full(words, passages, np.int64),
        boosts=np.ones(words),
        candidate=np.repeat(np.arange(passages, dtype=np.int32), length),
        word=np.arange(passages * length, dtype=np.int32) % words,
        place=np.tile(np.arange(length), passages),
        exact=np.ones(passages * length, np.bool_),
    )
    tracemalloc.start()
    try:
        assert len(rank(candidates(200), found, PASSAGES, AVERAGE)) == 200
        assert tracemalloc.get_traced_memory()[1] < 32 * 1024 * 1024
    finally:
        tracemalloc.stop()
