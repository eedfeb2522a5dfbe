"""`kb-search index --watch`: what is printed while a folder is followed."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import click

from kb_search.commands.common import print_json, printable
from kb_search.config import Settings
from kb_search.results import FileReport, IndexReport
from kb_search.watching import watch
from kb_search.wire import index_report_json

#: So many files that could not be read are named in the line of a run.
_NAMED = 3


def follow(
    settings: Settings,
    first: Callable[[], IndexReport],
    run: Callable[[], IndexReport],
    show: Callable[[IndexReport], None],
    *,
    poll: bool,
    as_json: bool,
) -> None:
    """Follow the folder of articles until Ctrl-C; `first` is run until it ends well, and `run` after that.

    `show` prints the first report. After that there is one line for each run that changed something, a JSON document
    with `as_json`.
    """
    printer = _Printer(settings, show, as_json=as_json)
    try:
        watch(settings, lambda: run() if printer.generation else first(), printer, poll=poll)
    except KeyboardInterrupt:
        click.echo("\nThe folder is not followed any more; the index answers as it is.", err=True)


class _Printer:
    """Prints what a run did, if it did anything. `generation` is that of the last run, empty before the first."""

    def __init__(self, settings: Settings, show: Callable[[IndexReport], None], *, as_json: bool) -> None:
        self._settings, self._show, self._as_json = settings, show, as_json
        self.generation = ""
        self._failed: set[FileReport] = set()

    def done(self, report: IndexReport) -> None:
        """Print the first report as `index` does, and of later ones those that tell of a new generation."""
        is_first, is_new = not self.generation, report.generation != self.generation
        failed = {FileReport(one.path, one.status, one.reason) for one in report.files if one.status == "failed"}
        if is_first:
            self._show(report)
            click.echo(f"Following {self._settings.corpus}; Ctrl-C ends it.", err=True)
        elif is_new and self._as_json:
            print_json(index_report_json(report))
        elif is_new:
            click.echo(_line(report, sorted(failed - self._failed, key=lambda one: one.path)))
        self.generation, self._failed = report.generation, failed

    def failed(self, sentence: str) -> None:
        """Say what went wrong, beside the reports."""
        click.echo(f"{_now()} {printable(sentence)}", err=True)


def _line(report: IndexReport, failed: list[FileReport]) -> str:
    """What one run did, on one line, with the files that could not be read for the first time."""
    counts = [(getattr(report, status), status) for status in ("added", "changed", "removed", "failed")]
    did = ", ".join(f"{count:,} {status}" for count, status in counts if count) or "skipped files changed"
    told = [f"{printable(one.path)}: {printable(one.reason)}" for one in failed[:_NAMED]]
    more = [f"and {len(failed) - _NAMED:,} more"] if len(failed) > _NAMED else []
    said = f"; not read: {'; '.join([*told, *more])}" if told else ""
    return f"{_now()} {did}: {report.articles:,} articles, generation {report.generation}, {report.seconds:.1f} s{said}"


def _now() -> str:
    return datetime.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S")
