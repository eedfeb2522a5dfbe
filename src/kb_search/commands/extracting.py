"""`kb-search extract`: what a loader makes of a file, without an index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from kb_search import corpus
from kb_search.commands.common import print_json, printable, with_settings
from kb_search.config import Settings
from kb_search.corpus import FoundFile
from kb_search.document import UNDATED, Article, Passage
from kb_search.errors import DocumentError, SkippedDocument
from kb_search.indexer import prepared
from kb_search.loaders import RowProblem, load
from kb_search.wire import extract_json

_Extracted = tuple[str, str, list[tuple[Article, tuple[Passage, ...]]]]


@click.command("extract")
@click.argument("files", nargs=-1, required=True, type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one document a file.")
@with_settings
def extract_command(settings: Settings, files: tuple[str, ...], *, as_json: bool) -> int:
    """Print title, date, source, sections and passages of FILES as `index` would see them."""
    for name, found in _all(files, settings):
        status, reason, articles = _extract(found, settings)
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


def _extract(found: FoundFile, settings: Settings) -> _Extracted:
    if found.problem:
        return ("skipped" if found.skipped else "failed"), found.problem, []
    articles, problems = [], []
    try:
        for one in load(corpus.source_file(found, settings.max_file_bytes)):
            if isinstance(one, RowProblem):
                problems.append(f"{one.where}: {one.message}")
            else:
                articles.append(prepared(one, settings))
    except DocumentError as error:
        if not articles:
            return ("skipped" if isinstance(error, SkippedDocument) else "failed"), str(error), []
        problems.append(str(error))
    return ("added" if articles else "failed"), "; ".join(problems), articles


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
