"""`kb-search extract`: what a loader makes of a file, without an index."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import click

from kb_search import corpus
from kb_search.commands.common import print_json, printable, with_settings
from kb_search.config import Settings
from kb_search.corpus import FoundFile
from kb_search.document import UNDATED, Article, Passage
from kb_search.journal import FileKey, Journal
from kb_search.loaders.companions import COLLECTION_FILE
from kb_search.previous import built_from
from kb_search.wire import extract_json
from kb_search.workers import Job, read_all

_Extracted = tuple[str, str, list[tuple[Article, tuple[Passage, ...]]]]
#: So many files are read before any of them is printed, by all processes side by side.
_AT_ONCE = 500
_ALONE = (
    "Files in no collection that is known here were read as if their folder were one. --corpus names another, whose "
    "folders' names and collection.toml may say more."
)


@click.command("extract")
@click.argument("files", nargs=-1, required=True, type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one document a file.")
@with_settings
def extract_command(settings: Settings, files: tuple[str, ...], *, as_json: bool) -> int:
    """Print title, date, source, sections and passages of FILES as `index` would see them.

    What names and collection.toml files say depends on the collection that a file is in: that is --corpus, or the one
    that the index was built from, or else the outermost folder around the file that has a collection.toml.
    """
    alone = False
    for some in _batches(_all(files, settings)):
        alone = alone or not all(one.collection for one in some)
        with tempfile.TemporaryDirectory(prefix="kb-search-") as folder:
            for one, (status, reason, articles) in _extracted(some, Path(folder), settings):
                if as_json:
                    print_json(extract_json(one.name, one.collection, status, reason, articles))
                else:
                    _print(one.name, status, reason, articles)
    if alone and not as_json:
        click.echo(_ALONE)
    return 0


class _Named(NamedTuple):
    """A file with the name that it was given by, and the folder of its collection; empty where none is known."""

    name: str
    found: FoundFile
    collection: str


def _all(files: tuple[str, ...], settings: Settings) -> Iterator[_Named]:
    """Each file with the name it was given by; a folder stands for the files in it."""
    roots = [root.resolve() for root in (settings.corpus, built_from(settings.index)) if root]
    for name in files:
        path = Path(name)
        whole = path.resolve() if path.is_dir() else path.parent.resolve() / path.name
        known = _collection(whole, roots)
        if not path.is_dir():
            yield _Named(name, corpus.look(whole, known or whole.parent), str(known or ""))
            continue
        root = known or whole
        within = "" if whole == root else f"{whole.relative_to(root).as_posix()}/"
        for found in corpus.walk(root, settings.index, start=whole):
            yield _Named(str(path / found.relative.removeprefix(within)), found, str(known or ""))


def _collection(path: Path, roots: Sequence[Path]) -> Path | None:
    """The folder of the collection that a path is in: one of those that are known, or as collection.toml has it."""
    known = [root for root in roots if path.is_relative_to(root)]
    around = [folder for folder in (path, *path.parents) if (folder / COLLECTION_FILE).is_file()]
    return next(iter([*known, *reversed(around)]), None)


def _batches(files: Iterable[_Named]) -> Iterator[list[_Named]]:
    rest = iter(files)
    while some := list(islice(rest, _AT_ONCE)):
        yield some


def _extracted(files: Sequence[_Named], folder: Path, settings: Settings) -> Iterator[tuple[_Named, _Extracted]]:
    """What is made of each file, read as `index` reads it."""
    jobs = {
        number: Job(_key(number, one.found), corpus.source_file(one.found, settings.max_file_bytes))
        for number, one in enumerate(files)
        if not one.found.problem
    }
    read_all(list(jobs.values()), folder, settings, lambda _: None)
    journal = Journal(folder, settings)
    for number, one in enumerate(files):
        if one.found.problem:
            yield one, (("skipped" if one.found.skipped else "failed"), one.found.problem, [])
        else:
            yield one, _from_journal(journal, jobs[number])


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
