"""The bar that shows how far a run has come: loaded only where a person watches, since `rich` takes a while to load."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from kb_search.commands.common import printable


@contextmanager
def bar() -> Iterator[Callable[[str, int, int, str], None]]:
    """A bar on the terminal's standard error, gone when it ends, and what moves it (see `indexer.Progress`)."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[path]}", markup=False),  # a file's name is not ours to obey
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("Reading", total=None, path="")
        yield lambda stage, done, total, path: shown.update(
            task, description=stage, completed=done, total=total, path=printable(path)[-50:]
        )
