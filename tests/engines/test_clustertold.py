"""What a cluster tells of passages is read as it was told, whichever part of the index told it."""

from base64 import b64encode
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("opensearchpy", reason="the engine opensearch is not installed")

from kb_search.engines.clusterbest import BestPassages
from kb_search.engines.clustermemory import Aside, Remembered
from kb_search.engines.clusteroccurrences import Asking
from kb_search.engines.clustertold import Told
from kb_search.parsing import parse
from kb_search.query import scoring_terms


class One(NamedTuple):
    """A passage, with the places and words that are told of it."""

    row: int
    score: float
    places: tuple[tuple[int, int], ...] = ()
    own: int = 3
    title: int = 2
    article: int = 7
    length: int = 9
    vector: tuple[float, ...] = (0.5, -1.5)
    page: str | None = None

    def encoded(self):
        """Its numbers, as a cluster sends them."""
        score, vector = (np.array(some, "<f4").view("<i4").tolist() for some in ([self.score], self.vector))
        header = [self.row, *score, len(self.places), self.own, self.title, self.article, self.length, len(vector)]
        numbers = [*header, *(number for pair in self.places for number in pair), *vector]
        numbers += [0] * (-len(numbers) % 3)
        return b64encode(np.array(numbers, "<i4").tobytes()).decode("ascii")


def part(*passages):
    """What a part of an index tells of some passages."""
    return [[f"id{one.row}" for one in passages], [one.encoded() for one in passages], [one.page for one in passages]]


numbers = st.integers(0, 2**31 - 1)
passages = st.builds(
    One,
    row=numbers,
    score=st.floats(0, 100, width=32),
    places=st.lists(st.tuples(st.integers(0, 8), numbers), max_size=5),
    own=st.integers(0, 4),
    title=st.integers(0, 4),
    article=numbers,
    length=numbers,
    vector=st.tuples(*[st.floats(-1, 1, width=32)] * 4),
    page=st.none() | st.just("page"),
)


@given(st.lists(passages, max_size=8, unique_by=lambda one: one.row), st.integers(0, 8), st.randoms())
def test_what_is_told_is_read(told, cut, rng):
    """Numbers, scores and pages of all parts; places, parts and vectors of passages in any order."""
    read = Told.of([part(*told[:cut]), part(*told[cut:])])
    assert (read.rows.tolist(), read.scores.tolist()) == ([one.row for one in told], [one.score for one in told])
    assert read.ids == [f"id{one.row}" for one in told]
    assert read.pages == [one.page for one in told]
    rng.shuffle(told)
    standing = read.standing([one.row for one in told])
    assert standing.articles.tolist() == [one.article for one in told]
    assert standing.lengths.tolist() == [one.length for one in told]
    assert standing.vectors.tolist() == [[*one.vector] for one in told]
    where = [(at, place, word) for at, one in enumerate(told) for place, word in one.places]
    assert [*zip(standing.passage.tolist(), standing.place.tolist(), standing.word.tolist(), strict=True)] == where
    fields = [
        0 if place < told[at].own else 1 if place < told[at].own + told[at].title else 2 for at, place, _ in where
    ]
    assert standing.part.tolist() == fields


def test_nothing_is_told_of_nothing():
    """No part of the index need have anything to tell."""
    for parts in (None, [], [part()]):
        read = Told.of(parts)
        assert read.rows.tolist() == read.standing([]).articles.tolist() == read.ids == []


@pytest.mark.parametrize("in_order", [True, False])
@pytest.mark.parametrize(("scores", "known"), [([(2, 2, 2), (1, 1, 1)], False), ([(2, 2, 1), (3, 1)], True)])
def test_a_part_that_may_have_left_out_equals_is_known(in_order, scores, known):
    """Each part by itself: one that has more than are wanted, all as good as the last of them, may have still more."""
    parts = [part(*(One(10 * at + row, score) for row, score in enumerate(some))) for at, some in enumerate(scores)]
    answer = {"aggregations": {"best": {"told": {"value": parts}, "of": {"told": {"value": []}}}}}
    best = BestPassages(Asking(None, (), ()), 2).told(answer, in_order=in_order)
    assert (best is not None) == (known or in_order)


def test_what_was_told_beside_another_search_for_the_same_words_is_not_enough():
    """The same words may be asked for among other passages: what is remembered serves those of which it was told."""
    words = scoring_terms(parse("bridge", ("en",)).tree)
    remembered, told = Remembered(None), Told.of([part(One(1, 2.0), One(2, 1.0))])
    remembered.put_aside(words, Aside(told, np.empty((0, 3), np.int64)))
    assert remembered.aside(words, [2, 1]).passages is told
    assert remembered.aside(words, [1, 3]) is None
    assert remembered.aside(scoring_terms(parse("river", ("en",)).tree), [1]) is None
