"""Runs: the ranking of documents for each question, kept as TREC keeps them (`question Q0 document rank score tag`)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kb_search.errors import UsageError
from kb_search.evaluation.judged import lines

#: Documents of a run that are kept for each question.
DEPTH = 1000
_LEAST_STEP = 2e-9


@dataclass(frozen=True, slots=True)
class Scored:
    """A document in the ranking for a question."""

    question: str
    document: str
    score: float


Run = tuple[Scored, ...]


def write_run(path: Path, run: Iterable[Scored], tag: str) -> None:
    """Write a run whose documents come question by question, best first. Raises UsageError.

    Equal scores are told apart in the last figure: tools sort by score alone, and each breaks ties in its own way.
    """
    written: list[str] = []
    question, rank, least = "", 0, 0.0
    for one in run:
        new = one.question != question
        question, rank = one.question, 1 if new else rank + 1
        least = one.score if new else min(one.score, least - _LEAST_STEP)
        written.append(f"{question} Q0 {one.document} {rank} {least:.9f} {tag}\n")
    try:
        path.write_text("".join(written), "utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error


def read_run(path: Path) -> Run:
    """Read a run. Raises UsageError with the line that is wrong."""
    run = []
    for where, line in lines(path):
        try:
            question, _, document, _, score, _ = line.split()
            run.append(Scored(question, document, _number(score)))
        except ValueError as error:
            raise UsageError(f"{where}: expected `question Q0 document rank score tag`.") from error
    return tuple(run)


def _number(typed: str) -> float:
    value = float(typed)
    if not math.isfinite(value):
        raise ValueError(typed)
    return value
