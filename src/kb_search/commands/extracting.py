"""`kb-search extract`: what a loader makes of a file, without an index."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import click

from kb_search import corpus
from kb_search.commands.common import print_json, printable, with_settings
from kb_search.config import Settings
from kb_search.corpus import FoundFile
from kb_search.document import UNDATED, Article, Passage
from kb_search.journal import FileKey, Journal
from kb_search.wire import extract_json
from kb_search.workers import Job, read_all

_Extracted = tuple[str, str, list[tuple[Article, tuple[Passage, ...]]]]
#: So many files are read before any of them is printed, by all processes side by side.
_AT_ONCE = 500


@click.command("extract")
@click.argument("files", nargs=-1, required=True, type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one document a file.")
@with_settings
def extract_command(settings: Settings, files: tuple[str, ...], *, as_json: bool) -> int:
    """Print title, date, source, sections and passages of FILES as `index` would see them."""
    for some in _batches(_all(files, settings)):
        with tempfile.TemporaryDirectory(prefix="kb-search-") as folder:
            for name, (status, reason, articles) in _extracted(some, Path(folder), settings):
                if as_json:
                    print_json(extract_json(name, status, reason, articles))
                else:
                    _print(name, status, reason, articles)
    return 0


def _all(files: tuple[str, ...], settings: Settings) -> Iterator[tuple[str, FoundFile]]:
    """Each file with the name it was given by; a folder stands for the files in it."""
    for name in files:
        path = Path(name)
        if path.is_dir():
            for found in corpus.walk(path):
                yield str(path / found.relative), found
        else:
            whole, root = path.parent.resolve() / path.name, settings.corpus.resolve()
            yield name, corpus.look(whole, root if whole.is_relative_to(root) else whole.parent)


def _batches(files: Iterable[tuple[str, FoundFile]]) -> Iterator[list[tuple[str, FoundFile]]]:
    rest = iter(files)
    while some := list(islice(rest, _AT_ONCE)):
        yield some


def _extracted(
    files: Sequence[tuple[str, FoundFile]], folder: Path, settings: Settings
) -> Iterator[tuple[str, _Extracted]]:
    """What is made of each file, under its name, read as `index` reads it."""
    jobs = {
        number: Job(_key(number, found), corpus.source_file(found, settings.max_file_bytes))
        for number, (_, found) in enumerate(files)
        if not found.problem
    }
    read_all(list(jobs.values()), folder, settings, lambda _: None)
    journal = Journal(folder, settings)
    for number, (name, found) in enumerate(files):
        if found.problem:
            yield name, (("skipped" if found.skipped else "failed"), found.problem, [])
        else:
            yield name, _from_journal(journal, jobs[number])


def _key(number: int, found: FoundFile) -> FileKey:
    """Files are told apart by their number: two folders may each have one with the same path."""
    return FileKey(f"{number}", found.size, found.mtime_ns, found.companions, found.relative)


def _from_journal(journal: Journal, job: Job) -> _Extracted:
    entry = journal.entries[job.key]
    read = [journal.read(stored) for stored in entry.articles]
    status = "added" if entry.outcome.status == "read" else entry.outcome.status
    return status, entry.outcome.reason, [(one.article, one.passages) for one in read]


def _print(name: str, status: str, reason: str, articles: list[tuple[Article, tuple[Passage, ...]]]) -> None:
    click.echo(f"{printable(name)}: {status}{': ' if reason else ''}{printable(reason)}")
    for article, passages in articles:
        untitled = " (untitled: its first sentence)" if article.untitled else ""
        source = article.source or "no source"
        lines = [
            f"  {article.title}{untitled}",
            f"  {source} · {article.date or UNDATED} · {len(passages)} passages",
            *(f"    {one.field}: {one.value!r} from {one.origin}" for one in article.evidence),
            *(f"    section at {section.start}: {section.title}" for section in article.sections),
        ]
        click.echo("\n".join(map(printable, lines)))
