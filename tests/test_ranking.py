"""The second phase: the engine's best in a better order, and the reasons for it."""

import math
import tracemalloc
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.engines.base import Candidate, Holdings, Occurrences
from kb_search.parsing import parse
from kb_search.query import scoring_terms
from kb_search.ranking import FARTHEST, REASONS, WEIGHTS, Weights, emphases, followed, rank

PASSAGES, AVERAGE = 1000, 10.0
HOLDINGS = Holdings(PASSAGES, PASSAGES, AVERAGE, ("en",), (), ())


def occurrences(texts, words, frequencies=None, context=None, vectors=None, word_vectors=None):
    """Where words stand in some texts of space-separated forms; a form's stem is its first three letters.

    `context` says for each word how often it counts in the titles of the texts. Every text is an article of its own.
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
    own = own.reshape(len(words), len(texts))
    context = np.array(context or np.zeros_like(own), np.int32).reshape(len(words), len(texts))
    lengths = np.array([len(some) for some in tokens], np.int32)
    return Occurrences(
        own=own,
        context=context,
        lengths=lengths,
        frequencies=np.array(frequencies or [10] * len(words), np.int64),
        candidate=np.array(columns[0], np.int32),
        word=np.array(columns[1], np.int32),
        place=np.array(columns[2], np.int64),
        exact=np.array(columns[3], np.bool_),
        article=own + context,
        article_lengths=lengths.astype(np.int64),
        vectors=np.array(vectors or np.zeros((len(texts), 0)), np.float32),
        word_vectors=np.array(word_vectors or np.zeros((len(words), 0)), np.float32),
    )


def words_match(form, words):
    """Whether a form is one of the words exactly."""
    return form in words


def candidates(count):
    """Candidates with ids in order; their BM25 score plays no part in the second phase."""
    return [Candidate(number, f"p{number:03}", 1.0) for number in range(count)]


def ranked(texts, words, weights=WEIGHTS, **more):
    """The texts in their new order, with the ranking of each."""
    found = rank(candidates(len(texts)), occurrences(texts, words, **more), np.ones(len(words)), HOLDINGS, weights)
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
        assert one.score == pytest.approx(sum(part for _, part in one.reasons), abs=1e-9)
        assert [name for name, _ in one.reasons] == ["words", "exact form", "closeness", "article"]
        assert sum(one.by_word) == pytest.approx(reason(one, "words"), abs=1e-9)
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
            WEIGHTS.exact * sum(part * share for part, share in zip(score, shares, strict=True)), abs=1e-9
        )
        assert reason(one, "closeness") == pytest.approx(WEIGHTS.closeness * meetings(tokens, words, rarity), abs=1e-9)
        assert reason(one, "article") == pytest.approx(WEIGHTS.article * sum(score), abs=1e-9)
        assert one.words == sum(any(token[:3] == word[:3] for token in tokens) for word in words)


def bm25(rarity, tokens, word):
    """What one word scores in a passage."""
    count, k1, b = sum(token[:3] == word[:3] for token in tokens), WEIGHTS.k1, WEIGHTS.b
    return rarity * count * (k1 + 1) / (count + k1 * (1 - b + b * len(tokens) / AVERAGE))


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


@given(TEXTS, st.just([]) | WORDS, st.permutations(range(6)))
def test_passages_come_by_falling_score_and_then_by_id(texts, words, places):
    """Among equals, and without words, the order is that of the ids, however they arrive."""
    arriving = [Candidate(at, f"p{place:03}", 1.0) for at, place in enumerate(places[: len(texts)])]
    found = rank(arriving, occurrences(texts, words), np.ones(len(words)), HOLDINGS)
    keys = [(-round(one.score, 9), one.candidate.id) for one in found]
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
        candidate=np.repeat(np.arange(passages, dtype=np.int32), length),
        word=np.arange(passages * length, dtype=np.int32) % words,
        place=np.tile(np.arange(length), passages),
        exact=np.ones(passages * length, np.bool_),
        article=ones,
        article_lengths=np.full(passages, length, np.int64),
        vectors=np.ones((passages, 64), np.float32),
        word_vectors=np.ones((words, 64), np.float32),
    )
    tracemalloc.start()
    try:
        assert len(rank(candidates(200), found, np.ones(words), HOLDINGS)) == 200
        assert tracemalloc.get_traced_memory()[1] < 32 * 1024 * 1024
    finally:
        tracemalloc.stop()


# ------------------------------------------------------------------------------------------------ the space

HERE, NEARBY, ELSEWHERE = [1.0, 0.0], [0.8, 0.6], [0.0, 1.0]


def test_a_passage_near_the_query_comes_before_one_far_away():
    """Of two passages that the words cannot tell apart, the one that lies nearer to the query is better."""
    vectors = [ELSEWHERE, NEARBY, HERE]
    texts = ["peace x", "peace y", "peace z"]
    found = ranked(texts, ["peace"], Weights(moved=0, pivot=0), vectors=vectors, word_vectors=[HERE])
    assert [text for text, _ in found] == ["peace z", "peace y", "peace x"]
    assert list(dict(found[0][1].reasons)) == ["words", "exact form", "closeness", "article", "related"]


def test_nothing_is_taken_away_for_lying_elsewhere():
    """A passage on the other side of the space keeps what its words score."""
    opposite = [-1.0, 0.0]
    found = dict(ranked(["peace x", "peace y"], ["peace"], vectors=[HERE, opposite], word_vectors=[HERE]))
    assert reason(found["peace y"], "related") == 0
    assert found["peace y"].score == pytest.approx(sum(part for _, part in found["peace y"].reasons))


def test_the_best_passages_draw_the_query_towards_them():
    """What lies beside the first passages is related, though the words of the query point elsewhere."""
    texts = ["peace peace peace", "peace x x x x x", "peace y y y y y"]
    vectors = [NEARBY, ELSEWHERE, HERE]
    alone = dict(ranked(texts, ["peace"], Weights(moved=0), vectors=vectors, word_vectors=[HERE]))
    drawn = dict(ranked(texts, ["peace"], Weights(first=1), vectors=vectors, word_vectors=[HERE]))
    assert reason(alone[texts[1]], "related") == 0
    assert reason(drawn[texts[1]], "related") > 0
    assert reason(drawn[texts[2]], "related") < reason(alone[texts[2]], "related")


def test_the_vector_of_a_few_words_is_trusted_less():
    """Of two passages in the same direction, the one whose vector is short gets less for it."""
    short, long = [0.2, 0.0], [2.0, 0.0]
    found = dict(ranked(["peace x", "peace y"], ["peace"], vectors=[short, long], word_vectors=[HERE]))
    assert reason(found["peace x"], "related") < reason(found["peace y"], "related")


@given(TEXTS, WORDS, st.randoms(use_true_random=False))
def test_the_parts_add_up_with_a_space_too(texts, words, chance):
    """Wherever the vectors point, also nowhere, the parts are numbers that add up to the score."""
    place = [[chance.choice((-1.0, 0.0, 0.5)) for _ in range(2)] for _ in (*texts, *words)]
    for _, one in ranked(texts, words, vectors=place[: len(texts)], word_vectors=place[len(texts) :]):
        assert one.score == pytest.approx(sum(part for _, part in one.reasons), abs=1e-9)
        assert all(math.isfinite(part) and part >= 0 for _, part in one.reasons)
        assert {name for name, _ in one.reasons} <= set(REASONS)


def test_a_query_that_the_space_does_not_know_is_ranked_by_words():
    """Where none of the words has a place in the space, nothing is related."""
    found = ranked(["peace x", "peace peace"], ["peace"], vectors=[HERE, NEARBY], word_vectors=[[0.0, 0.0]])
    assert found[0][0] == "peace peace"
    assert {reason(one, "related") for _, one in found} == {0.0}


# ------------------------------------------------------------------------------------------------ what follows


def test_what_follows_is_never_shown_above_what_was_compared():
    """The engine's scores of what follows are scaled, keep their order, and the parts still add up."""
    first = rank(candidates(1), occurrences(["peace x x x x x"], ["peace"]), np.ones(1), HOLDINGS)
    others = [Candidate(number, f"q{number}", score) for number, score in enumerate((90.0, 45.0, 0.0))]
    shown = followed(first, others)
    scores = [one.score for one in shown]
    assert scores == sorted(scores, reverse=True)
    assert scores[1] == pytest.approx(scores[0]) == pytest.approx(2 * scores[2])
    for one in shown:
        assert one.score == pytest.approx(sum(part for _, part in one.reasons), abs=1e-9)
    assert [one.score for one in followed([], others)] == [90.0, 45.0, 0.0]


# ------------------------------------------------------------------------------------------------ what a word counts


def counted(text, language="en"):
    """What each scoring word of a query counts beside its rarity, by form."""
    tree = parse(text).tree
    words = scoring_terms(tree)
    return dict(zip([word.form for word in words], emphases(tree, words, language).tolist(), strict=True))


def test_a_word_that_says_little_does_not_decide_the_order():
    """Beside other words `several` and `during` count nothing; in another language they are words like others."""
    assert counted("several treaties during winter") == {"several": 0, "treaties": 1, "during": 0, "winter": 1}
    assert set(counted("several treaties", "hy").values()) == {1}


def test_words_that_say_little_count_where_no_other_does():
    """A query of such words alone is ranked by them."""
    assert set(counted("several however").values()) == {1}


def test_a_word_that_was_typed_twice_counts_for_more():
    """Each further time adds half, in any of its inflections."""
    assert counted("treaty war treaties") == {"treaty": 1.5, "war": 1}
