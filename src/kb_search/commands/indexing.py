"""`kb-search index`: bring the index up to date."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from kb_search import indexer
from kb_search.commands.common import print_json, printable, with_settings
from kb_search.config import ENGINES, Settings
from kb_search.errors import UsageError
from kb_search.loaders import SUFFIXES
from kb_search.results import IndexReport
from kb_search.wire import index_report_json

_NAMED = 20


@click.command("index")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--full", is_flag=True, help="Read every file anew.")
@click.option("--engine", type=click.Choice(ENGINES), help="What keeps the index.")
@click.option("--allow-removals", is_flag=True, help="Go on even if more than half of the articles are gone.")
@click.option("--strict", is_flag=True, help="End with exit code 1 if a file failed.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@with_settings
def index_command(
    settings: Settings,
    paths: tuple[Path, ...],
    *,
    full: bool,
    engine: str | None,
    allow_removals: bool,
    strict: bool,
    as_json: bool,
) -> int:
    """Bring the index up to date with a folder of articles (PATH, or --corpus)."""
    if len(paths) > 1:
        raise UsageError("`index` takes one folder; put the others below it, or index each with an --index of its own.")
    settings = dataclasses.replace(
        settings, corpus=paths[0] if paths else settings.corpus, engine=engine or settings.engine
    )
    with _progress(shown=not as_json) as progress:
        report = indexer.build_index(settings, full=full, allow_removals=allow_removals, progress=progress)
    if as_json:
        print_json(index_report_json(report))
    else:
        _print(report, settings)
    return 1 if strict and report.failed else 0


@contextmanager
def _progress(*, shown: bool) -> Iterator[indexer.Progress]:
    """A bar on the terminal; nothing at all elsewhere."""
    if not (shown and sys.stderr.isatty()):
        yield lambda *_: None
        return
    columns = (
        TextColumn("Reading"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[path]}", markup=False),  # a file's name is not ours to obey
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, path="")
        yield lambda done, total, path: bar.update(task, completed=done, total=total, path=printable(path)[-50:])


def _print(report: IndexReport, settings: Settings) -> None:
    for file in [file for file in report.files if file.reason][:_NAMED]:
        click.echo(f"{file.status}: {printable(file.path)}: {printable(file.reason)}")
    left = sum(1 for file in report.files if file.reason) - _NAMED
    if left > 0:
        click.echo(f"… and {left} more files with something to say; `--json` lists them all.")
    if not report.articles:
        click.echo(f"There is no article in {settings.corpus} that kb-search can read ({', '.join(SUFFIXES)}).")
    click.echo(
        f"{report.articles:,} articles, {report.passages:,} passages in {settings.index} "
        f"(generation {report.generation}, {report.seconds:.1f} s)"
    )
    click.echo(
        f"{len(report.files):,} files: {report.added:,} added, {report.changed:,} changed, "
        f"{report.unchanged:,} unchanged, "
        f"{report.removed:,} removed, {report.skipped:,} skipped, {report.failed:,} failed"
    )
