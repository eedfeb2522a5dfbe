"""Measures, how sure they are, and what is said where they cannot be made."""

import importlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.errors import UsageError
from kb_search.evaluation.judged import Document, Judged, Judgement, Question
from kb_search.evaluation.measures import confidence_interval, evaluation, randomisation_test
from kb_search.evaluation.runs import Scored

JUDGED = Judged(
    "x",
    tuple(Document(name, "", name) for name in "abcd"),
    (Question("1", "a"), Question("2", "b"), Question("3", "unjudged")),
    (Judgement("1", "a", 1), Judgement("1", "b", 1), Judgement("2", "c", 1)),
)
PERFECT = (Scored("1", "a", 3), Scored("1", "b", 2), Scored("2", "c", 1))
POOR = (Scored("1", "d", 3), Scored("1", "a", 2), Scored("1", "b", 1))
VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30).map(np.array)


def values(measures):
    """Measures by name."""
    return {one.name: one.value for one in measures}


def test_measures_are_means_over_the_judged_questions():
    """A question that is not answered counts 0, one that is not judged does not count."""
    perfect, poor = evaluation(JUDGED, PERFECT, []), evaluation(JUDGED, POOR, [])
    assert values(perfect.measures) == {"nDCG@10": 1, "AP": 1, "R@100": 1, "P@10": pytest.approx(0.15)}
    assert values(poor.measures)["AP"] == pytest.approx((1 / 2 + 2 / 3) / 2 / 2)
    assert (perfect.queries, perfect.judged, perfect.documents) == (3, 2, 4)


def test_the_order_of_equal_scores_is_that_of_the_run():
    """What a reader sees first is measured first, whatever the names of the documents."""
    for first, second in ("ad", "da"):
        run = (Scored("1", first, 1.0), Scored("1", second, 1.0))
        assert values(evaluation(JUDGED, run, []).measures)["AP"] == pytest.approx((0.5 if first == "a" else 0.25) / 2)


def test_a_comparison_names_what_ours_has_more():
    """Each measure of the other run stands beside the difference and how probable it is by chance."""
    [other] = evaluation(JUDGED, PERFECT, [("poor", POOR)]).comparisons
    assert other.name == "poor"
    assert [one.name for one in other.differences] == ["nDCG@10", "AP", "R@100", "P@10"]
    assert all(0 < one.p <= 1 for one in other.differences)
    assert other.differences[1].value == pytest.approx(1 - values(other.measures)["AP"])


def test_without_judgements_nothing_is_measured():
    """There are no measures, and none is made up."""
    found = evaluation(Judged("x", JUDGED.documents, JUDGED.questions, ()), PERFECT, [("poor", POOR)])
    assert (found.measures, found.comparisons, found.judged) == ((), (), 0)


def test_a_missing_library_is_said_with_what_to_do(monkeypatch):
    """Without ir-measures the message names the extra, and that a run can be written all the same."""

    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(UsageError, match=r"'\.\[evaluation\]'.*--run"):
        evaluation(JUDGED, PERFECT, [])


@given(VALUES)
def test_a_mean_lies_in_its_interval(some):
    """The interval holds the mean, and lies between the least and the largest value."""
    low, high = confidence_interval(some)
    assert some.min() - 1e-9 <= low <= some.mean() + 1e-9
    assert some.mean() - 1e-9 <= high <= some.max() + 1e-9


def test_chance_explains_no_difference_and_small_ones():
    """Equal runs differ by chance for sure, runs that differ everywhere hardly, and the test is symmetric."""
    some = np.linspace(0, 1, 40)
    assert randomisation_test(some, some) == 1
    assert randomisation_test(some + 0.3, some) < 0.001
    swinging = some + np.tile((0.3, -0.3), 20)
    assert randomisation_test(swinging, some) > 0.5
    assert randomisation_test(some, some + 0.3) == randomisation_test(some + 0.3, some)


def test_the_same_runs_give_the_same_figures():
    """Resampling begins at a fixed place."""
    assert evaluation(JUDGED, POOR, [("p", PERFECT)]) == evaluation(JUDGED, POOR, [("p", PERFECT)])
