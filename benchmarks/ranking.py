"""How good is the order? Judged collections through the program's own search, beside plain BM25 on whole documents.

    .venv/bin/python benchmarks/ranking.py [--data FOLDER] [--features | --sweep | --built | --sizes | --short]

Each collection is a folder that `kb-search evaluate` reads. The table has each measure as a ratio to the baseline of
the same run, and the geometric mean over the collections. `--features` leaves out one part of the score after another,
`--sweep` tries other values of each constant, `--built` those that an index is built with, `--sizes` tells from which
size of a collection the space of meanings helps, and `--short` asks single words and pairs in quotation marks, each
taken to be about what its question is about.
What was measured last stands in docs/RANKING.md.
"""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from kb_search import analysis, latent, latentlearner, latentwriter, ranking, weakwords
from kb_search.engines import inversion, occurrences, store
from kb_search.engines.base import FieldWeights
from kb_search.evaluation.asking import Asked, indexed
from kb_search.evaluation.baseline import baseline_run
from kb_search.evaluation.judged import Judged, Question, read_judged
from kb_search.evaluation.measures import evaluation
from kb_search.evaluation.runs import Run
from kb_search.ranking import Weights

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "retrieval"
MEASURES = ("nDCG@10", "AP")
FEATURES = {
    "all": Weights(),
    "without exact form": Weights(exact=0),
    "without closeness": Weights(closeness=0),
    "without article": Weights(article=0),
    "without related": Weights(related=0),
    "query not moved": Weights(moved=0),
    "lengths not pivoted": Weights(pivot=0),
    "typed twice counts once": Weights(repeated=0),
    "weak words count": Weights(weak=1),
}
VALUES: dict[str, tuple[float, ...]] = {
    "k1": (1.0, 1.2, 1.5, 1.8, 2.2),
    "b": (0.55, 0.65, 0.75, 0.85),
    "exact": (0, 0.1, 0.2, 0.3, 0.5),
    "closeness": (0, 0.125, 0.25, 0.5, 1),
    "article": (0, 0.25, 0.5, 1, 2),
    "related": (0, 0.2, 0.3, 0.4, 0.5, 0.6),
    "moved": (0, 0.3, 0.5, 0.7),
    "first": (3, 5, 8, 10),
    "pivot": (0, 0.1, 0.2, 0.3, 0.5),
    "repeated": (0, 0.25, 0.5, 1),
    "weak": (0, 0.25, 1),
}
#: How far apart two words of a query may stand to be close.
WINDOWS = (1, 2, 4, 6, 8, 12, 16, 32)
#: What an index is built with: the weight of a title, and the dimensions of the space.
TITLES = (1, 2, 3, 4, 5, 6, 8)
DIMENSIONS = (32, 48, 64, 96, 128, 200)
SIZES = (100, 200, 300, 500, 700, 1000)
SAMPLES = 3

Figures = tuple[float, ...]


def main() -> None:
    """Print the tables that were asked for."""
    parser = argparse.ArgumentParser(description="Measure the order of passages on judged collections.")
    parser.add_argument("--data", type=Path, default=DATA)
    for name in ("features", "sweep", "built", "sizes", "short"):
        parser.add_argument(f"--{name}", action="store_true")
    chosen = parser.parse_args()
    collections = [read_judged(path.parent) for path in sorted(chosen.data.glob("*/qrels.tsv"))]
    if chosen.sizes:
        print_sizes(collections)
        return
    if chosen.built:
        print_built(collections)
        return
    with ExitStack() as stack:
        asked = [(one, stack.enter_context(indexed(one))) for one in collections]
        if chosen.short:
            print_short(asked)
        elif chosen.sweep:
            print_table(asked, sweep())
            print_table(asked, windows())
        else:
            print_table(asked, FEATURES.items() if chosen.features else [("all", Weights())])


def sweep() -> Iterator[tuple[str, Weights]]:
    """Every constant with the values that are tried, the others as they are."""
    for name, values in VALUES.items():
        for value in values:
            yield f"{name} {value}", replace(Weights(), **{name: int(value) if name == "first" else value})


def windows() -> Iterator[tuple[str, Weights]]:
    """The same weights with other windows of closeness."""
    for farthest in WINDOWS:
        ranking.FARTHEST = farthest
        yield f"window {farthest}", Weights()


def print_built(collections: list[Judged]) -> None:
    """A row for each value of what an index is built with."""
    for title in TITLES:
        weights = FieldWeights(title=title)
        inversion.FIELD_WEIGHTS = weights
        store._CONTEXT_WEIGHTS = (weights.title, weights.section)  # noqa: SLF001 - what nobody else may change
        print_rebuilt(f"title {title}", collections)
    inversion.FIELD_WEIGHTS = FieldWeights()
    store._CONTEXT_WEIGHTS = (FieldWeights().title, FieldWeights().section)  # noqa: SLF001
    for dimensions in DIMENSIONS:
        for module in (latent, latentwriter, latentlearner, occurrences):
            module.DIMENSIONS = dimensions
        print_rebuilt(f"dimensions {dimensions}", collections)


def print_rebuilt(label: str, collections: list[Judged]) -> None:
    """A table of one row, of indexes that are built for it."""
    with ExitStack() as stack:
        print_table([(one, stack.enter_context(indexed(one))) for one in collections], [(label, Weights())])


def measured(judged: Judged, run: Run) -> Figures:
    """The measures of a run."""
    values = {one.name: one.value for one in evaluation(judged, run, []).measures}
    return tuple(values[name] for name in MEASURES)


def ratios(ours: Figures, theirs: Figures) -> Figures:
    """One figure as a share of another."""
    return tuple(one / other for one, other in zip(ours, theirs, strict=True))


def geometric_mean(rows: list[Figures]) -> Figures:
    """The geometric mean of each column."""
    return tuple(math.exp(sum(map(math.log, column)) / len(column)) for column in zip(*rows, strict=True))


def said(figures: Figures) -> str:
    """Figures as a table has them."""
    return " / ".join(f"{one:.3f}" for one in figures)


def print_row(label: str, cells: Iterable[Figures]) -> None:
    """One row of a table."""
    print(f"| {label} | " + " | ".join(map(said, cells)) + " |", flush=True)


def print_table(asked: list[tuple[Judged, Asked]], variants: Iterable[tuple[str, Weights]]) -> None:
    """A row for each variant: its ratio to the baseline in each collection, and their geometric mean."""
    plain = [measured(judged, baseline_run(judged)) for judged, _ in asked]
    print(f"{' / '.join(MEASURES)}, as ratios to the baseline in the first row\n")
    print("| | geometric mean | " + " | ".join(judged.name for judged, _ in asked) + " |")
    print("|---" * (len(asked) + 2) + "|")
    print_row("baseline", [(1.0, 1.0), *plain])
    for label, weights in variants:
        pairs = zip(asked, plain, strict=True)
        rows = [ratios(measured(judged, one.run(weights)), base) for (judged, one), base in pairs]
        print_row(label, [geometric_mean(rows), *rows])


def print_sizes(collections: list[Judged]) -> None:
    """For parts of the collections: what the space of meanings gains, as a ratio to the same search without it."""
    latentwriter.LEAST_PASSAGES = 0
    print("| documents | " + " | ".join(one.name for one in collections) + " |")
    print("|---" * (len(collections) + 1) + "|")
    for size in SIZES:
        rows = []
        for judged in collections:
            parts = [part(judged, size, seed) for seed in range(SAMPLES)] if size <= len(judged.documents) else []
            rows.append(geometric_mean([gain(one) for one in parts]) if parts else ())
        print_row(str(size), rows)


def part(judged: Judged, size: int, seed: int) -> Judged:
    """Some of a collection's documents, with the questions that they answer."""
    documents = tuple(random.Random(seed).sample(judged.documents, size))  # noqa: S311 - a sample, no secret
    names = {one.id for one in documents}
    judgements = tuple(one for one in judged.judgements if one.document in names and one.grade > 0)
    answered = {one.question for one in judgements}
    questions = tuple(one for one in judged.questions if one.id in answered)
    return replace(judged, documents=documents, questions=questions, judgements=judgements)


def gain(judged: Judged) -> Figures:
    """The measures with the space of meanings, as ratios to those without it."""
    with indexed(judged) as asked:
        return ratios(measured(judged, asked.run()), measured(judged, asked.run(Weights(related=0))))


def print_short(asked: list[tuple[Judged, Asked]]) -> None:
    """Single words and pairs: what the space of meanings gains, as a ratio to the same search without it."""
    print("| | " + " | ".join(judged.name for judged, _ in asked) + " |")
    print("|---" * (len(asked) + 1) + "|")
    for label, pieces in (("one word", words_of), ("a pair in quotation marks", pairs_of)):
        rows = []
        for judged, one in asked:
            short = shortened(judged, pieces)
            with_it, without = (one.run(weights, short.questions) for weights in (Weights(), Weights(related=0)))
            rows.append(ratios(measured(short, with_it), measured(short, without)))
        print_row(label, rows)


def words_of(text: str) -> list[str]:
    """The words of a question that say something."""
    return [form for form in dict.fromkeys(analysis.forms(text)) if form not in weakwords.weak_words("en")]


def pairs_of(text: str) -> list[str]:
    """The pairs of neighbouring words of a question that say something, in quotation marks."""
    weak = weakwords.weak_words("en")
    return [f'"{one} {other}"' for one, other in pairwise(analysis.forms(text)) if not {one, other} & weak]


def shortened(judged: Judged, pieces: Callable[[str], list[str]]) -> Judged:
    """A collection whose questions are pieces of its own, judged as the whole question is."""
    questions, judgements = [], []
    for question in judged.questions:
        answers = [one for one in judged.judgements if one.question == question.id]
        for number, text in enumerate(pieces(question.text) if answers else ()):
            name = f"{question.id}.{number}"
            questions.append(Question(name, text))
            judgements += [replace(one, question=name) for one in answers]
    return replace(judged, questions=tuple(questions), judgements=tuple(judgements))


if __name__ == "__main__":
    main()
