"""`kb-search evaluate`: rank a judged collection as a search does, and say how good the order is."""

from __future__ import annotations

from pathlib import Path

import click

from kb_search.commands.common import print_json, printable, with_settings
from kb_search.config import FALLBACK_LANGUAGE, Settings
from kb_search.errors import UsageError
from kb_search.evaluation.asking import indexed
from kb_search.evaluation.baseline import baseline_run
from kb_search.evaluation.judged import Judged, read_judged
from kb_search.evaluation.measures import evaluation
from kb_search.evaluation.runs import Run, read_run, write_run
from kb_search.results import Comparison, Evaluation
from kb_search.wire import evaluation_json

_PATH = click.Path(path_type=Path)
_TAG = "kb-search"


@click.command("evaluate")
@click.argument("folder", metavar="DIR", type=_PATH)
@click.option("--run", "run_file", type=_PATH, help="Write the ranking here, as TREC keeps runs.")
@click.option("--compare", "other_file", type=_PATH, help="A run to compare with, question by question.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@with_settings
def evaluate_command(
    settings: Settings, folder: Path, *, run_file: Path | None, other_file: Path | None, as_json: bool
) -> int:
    """Index the documents of DIR for the moment, ask its questions, and measure what is found against its judgements.

    DIR holds docs.jsonl (id, title, text), queries.jsonl (id, text) and qrels.tsv (question, document, grade), which
    may be missing. The baseline is plain BM25 over whole documents.
    """
    judged = read_judged(folder)
    others = [("compared", _run_of(judged, other_file))] if other_file else []
    with indexed(judged, settings.language or FALLBACK_LANGUAGE) as asked:
        ours = asked.run()
    if run_file:
        write_run(run_file, ours, _TAG)
    found = evaluation(judged, ours, [("baseline", baseline_run(judged)), *others])
    if as_json:
        print_json(evaluation_json(found))
    else:
        _print(found)
    return 0


def _run_of(judged: Judged, path: Path) -> Run:
    """A run to compare with. Raises UsageError for one of another collection, which would only be 0 throughout."""
    run = read_run(path)
    documents = {one.id for one in judged.documents}
    questions = {one.id for one in judged.questions}
    if not any(one.document in documents and one.question in questions for one in run):
        raise UsageError(f"{path} ranks no document of {judged.name} for any of its questions; is it of another?")
    return run


def _print(found: Evaluation) -> None:
    said = f"{found.documents:,} documents, {found.queries:,} questions, {found.judged:,} of them judged"
    click.echo(f"{printable(found.collection)}: {said}; exam {found.fingerprint}")
    for note in found.notes:
        click.echo(f"Note: {printable(note)}")
    for measure in found.measures:
        click.echo(f"  {measure.name:8} {measure.value:.3f}  ({measure.low:.3f} to {measure.high:.3f})")
    for comparison in found.comparisons:
        _print_comparison(comparison)


def _print_comparison(comparison: Comparison) -> None:
    click.echo(f"beside the {comparison.name} run:")
    for theirs, difference in zip(comparison.measures, comparison.differences, strict=True):
        click.echo(f"  {theirs.name:8} {theirs.value:.3f}  difference {difference.value:+.3f}, p {difference.p:.4f}")
