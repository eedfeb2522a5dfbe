"""Measures of a run by `ir-measures`, each with how sure it is: confidence intervals and the randomisation test.

Both resample the questions, from a fixed start, so that the same runs always give the same figures.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from kb_search.errors import UsageError
from kb_search.evaluation.judged import Judged
from kb_search.evaluation.runs import Run
from kb_search.results import Comparison, Difference, Evaluation, Measure

NAMES = ("nDCG@10", "AP", "R@100", "P@10")

_RESAMPLED = 10_000
_AT_ONCE = 500
_SEED = 20230919
_EDGES = (2.5, 97.5)
# Two sums of the same numbers in another order may differ by so much.
_ROUNDING = 1e-12

#: The value of one measure for each judged question, in the order of their ids.
Values = NDArray[np.float64]


def evaluation(judged: Judged, ours: Run, others: Sequence[tuple[str, Run]]) -> Evaluation:
    """Measure a run, and others to compare it with. Raises UsageError where `ir-measures` is not installed."""
    questions = sorted(judged.judged_questions)
    measured = _values(judged, ours, questions) if questions else []
    return Evaluation(
        collection=judged.name,
        fingerprint=judged.fingerprint,
        documents=len(judged.documents),
        queries=len(judged.questions),
        judged=len(questions),
        measures=_measures(measured),
        comparisons=tuple(
            _comparison(name, measured, _values(judged, run, questions)) for name, run in others if questions
        ),
        notes=judged.notes,
    )


def _comparison(name: str, ours: list[Values], theirs: list[Values]) -> Comparison:
    return Comparison(
        name,
        _measures(theirs),
        tuple(
            Difference(measure, float(np.mean(one - other)), randomisation_test(one, other))
            for measure, one, other in zip(NAMES, ours, theirs, strict=True)
        ),
    )


def _measures(measured: list[Values]) -> tuple[Measure, ...]:
    return tuple(
        Measure(name, float(values.mean()), *confidence_interval(values))
        for name, values in zip(NAMES, measured, strict=bool(measured))
    )


def _values(judged: Judged, run: Run, questions: list[str]) -> list[Values]:
    """For each of NAMES its value for each question; a question that a run does not answer has 0."""
    library = _ir_measures()
    wanted = [library.parse_measure(name) for name in NAMES]
    asked = set(questions)
    qrels = [library.Qrel(one.question, one.document, one.grade) for one in judged.judgements if one.question in asked]
    # Ties would be broken by the library in its own way: the order of the run is told by falling numbers instead.
    told = [library.ScoredDoc(one.question, one.document, -float(at)) for at, one in enumerate(_ordered(run))]
    found = {(str(one.measure), one.query_id): one.value for one in library.iter_calc(wanted, qrels, told)}
    return [np.array([found.get((str(name), one), 0.0) for one in questions]) for name in wanted]


def _ordered(run: Run) -> Run:
    return tuple(sorted(run, key=lambda one: (one.question, -one.score)))


def _ir_measures() -> ModuleType:
    # Loaded when something is measured: an extra, without which runs are written all the same.
    try:
        return importlib.import_module("ir_measures")
    except ImportError as error:
        raise UsageError(
            "Measures need the package ir-measures. In the folder of the program, "
            "`.venv/bin/pip install --editable '.[evaluation]'` brings it. "
            "Without it, --run FILE writes the ranking."
        ) from error


def confidence_interval(values: Values) -> tuple[float, float]:
    """Where the mean lies with a probability of 95 %: the percentiles of means of resampled questions.

    Source: B. Efron and R. Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13.
    """
    chance = np.random.default_rng(_SEED)
    means = [
        values[chance.integers(len(values), size=(_AT_ONCE, len(values)))].mean(axis=1)
        for _ in range(_RESAMPLED // _AT_ONCE)
    ]
    low, high = np.percentile(np.concatenate(means), _EDGES)
    return float(low), float(high)


def randomisation_test(ours: Values, theirs: Values) -> float:
    """How probable it is that chance alone makes two runs differ as much on average, or more: two-sided, paired.

    For each question it is left to chance whose value is whose (M. Smucker, J. Allan, B. Carterette, "A comparison of
    statistical significance tests for information retrieval evaluation", CIKM 2007).
    """
    chance = np.random.default_rng(_SEED)
    difference = ours - theirs
    seen = abs(difference.mean()) - _ROUNDING
    extreme = 0
    for _ in range(_RESAMPLED // _AT_ONCE):
        signs = chance.choice((-1.0, 1.0), (_AT_ONCE, len(difference)))
        extreme += int(np.count_nonzero(np.abs((signs * difference).mean(axis=1)) >= seen))
    return (extreme + 1) / (_RESAMPLED + 1)
