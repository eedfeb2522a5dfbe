"""`kb-search index`: bring the index up to date.

What follows the folder, and what draws a bar, are loaded only where they are asked for.
"""

from __future__ import annotations

import dataclasses
import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click

from kb_search import indexer
from kb_search.commands.common import print_json, printable, with_settings
from kb_search.config import Settings
from kb_search.errors import UsageError
from kb_search.loaders import SUFFIXES
from kb_search.results import FileReport, IndexReport
from kb_search.wire import index_report_json

_NAMED = 20


@click.command("index")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--full", is_flag=True, help="Read every file anew.")
@click.option("--if-needed", is_flag=True, help="Say only what has changed since the last run, or that nothing has.")
@click.option("--allow-removals", is_flag=True, help="Go on even if more than half of the articles are gone.")
@click.option("--watch", "watched", is_flag=True, help="Go on following the folder, and take up what changes in it.")
@click.option("--poll", is_flag=True, help="With --watch: look through the folder again and again, as on a share.")
@click.option("--strict", is_flag=True, help="End with exit code 1 if a file failed.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@with_settings
def index_command(  # noqa: PLR0913 - one parameter for each option
    settings: Settings,
    paths: tuple[Path, ...],
    *,
    full: bool,
    if_needed: bool,
    allow_removals: bool,
    watched: bool,
    poll: bool,
    strict: bool,
    as_json: bool,
) -> int:
    """Bring the index up to date with a folder of articles (PATH, or --corpus)."""
    if len(paths) > 1:
        raise UsageError("`index` takes one folder; put the others below it, or index each with an --index of its own.")
    settings = dataclasses.replace(settings, corpus=paths[0] if paths else settings.corpus)

    def run(*, full: bool = False, allow_removals: bool = False, quiet: bool = True) -> IndexReport:
        with _progress(shown=not (quiet or as_json)) as progress:
            return indexer.build_index(settings, full=full, allow_removals=allow_removals, progress=progress)

    def show(report: IndexReport) -> None:
        if as_json:
            print_json(index_report_json(report))
        elif if_needed and not report.built:
            click.echo(f"Nothing has changed; generation {report.generation} answers.")
        else:
            _print(report, settings)

    first = partial(run, full=full, allow_removals=allow_removals, quiet=False)
    if watched:
        watching = importlib.import_module("kb_search.commands.watching")
        watching.follow(settings, first, run, show, poll=poll, as_json=as_json)
        return 0
    report = first()
    show(report)
    return 1 if strict and report.failed else 0


@contextmanager
def _progress(*, shown: bool) -> Iterator[indexer.Progress]:
    """A bar on the terminal; nothing at all elsewhere."""
    if not (shown and sys.stderr.isatty()):
        yield lambda *_: None
        return
    with importlib.import_module("kb_search.commands.progress").bar() as progress:
        yield progress


def _is_read(file: FileReport) -> bool:
    """Files that could not be read come before those of which there is only something to tell."""
    return file.status not in ("failed", "skipped")


def _print(report: IndexReport, settings: Settings) -> None:
    for sentence in report.news:
        click.echo(sentence)
    for file in sorted((one for one in report.files if one.reason), key=_is_read)[:_NAMED]:
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
