"""`kb-search stats`, `articles`, `show` and `verify`: look into the index."""

from __future__ import annotations

from contextlib import closing

import click

from kb_search.asking import shortened
from kb_search.commands.common import print_json, printable, with_settings
from kb_search.config import Settings
from kb_search.document import UNDATED, page_words, pages_of
from kb_search.engines import engine_named, reading
from kb_search.errors import NotFound
from kb_search.generations import open_current, verify
from kb_search.overview import LISTS, Entry, Overview, SourceCount, outgrown
from kb_search.results import ArticleView, SearchRequest
from kb_search.search import Library
from kb_search.wire import article_head_json, article_json, entry_json, overview_json

#: So many sources and files are named in a summary that a person reads; lists and JSON have all.
_MOST_SOURCES, _MOST_FILES = 40, 20

_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, one document a line.")


@click.command("stats")
@_json_option
@click.option("--list", "listed", type=click.Choice(tuple(LISTS)), help="Print one list whole, a line an entry.")
@with_settings
def stats_command(settings: Settings, *, as_json: bool, listed: str | None) -> int:
    """Say what the index holds, which files are not in it, and what in it needs a look."""
    with closing(Library(settings)) as library:
        overview = library.overview()
    if listed:
        for entry in overview.listing(listed).entries:
            _print_entry(entry, as_json=as_json)
    elif as_json:
        print_json(overview_json(overview))
    else:
        _print_figures(overview)
        _print_lists(overview)
    return 0


def _print_entry(entry: Entry, *, as_json: bool) -> None:
    """One line for an entry: what scripts cut at tabs. Paths of others that belong to it stand at its end."""
    if as_json:
        print_json(entry_json(entry))
    else:
        told = [entry.path, entry.article, "; ".join(entry.said), *(other.path for other in entry.others)]
        click.echo("\t".join(map(printable, told)).rstrip("\t"))


def _print_figures(overview: Overview) -> None:
    stats = overview.stats
    click.echo(f"{stats.articles:,} articles, {stats.passages:,} passages, {len(stats.sources):,} sources")
    click.echo(
        f"dates: {stats.first_date or 'none'} to {stats.last_date or 'none'}; {stats.undated:,} articles undated"
    )
    click.echo(
        f"engine {stats.engine}, generation {stats.generation}, {_size(stats.bytes)}; on disk: {stats.generations}"
    )
    for sentence in outgrown(stats.engine, stats.passages):
        click.echo(sentence)
    for what, counts in (
        ("languages", overview.languages),
        ("formats", overview.formats),
        ("encodings of files", overview.encodings),
    ):
        if counts:
            click.echo(f"{what}: " + ", ".join(f"{printable(value) or 'unknown'} {count:,}" for value, count in counts))
    click.echo("articles by source:")
    for source in overview.sources[:_MOST_SOURCES]:
        click.echo(f"  {source.articles:>8,}  {printable(source.name) or 'no source'}{_span(source)}")
    if len(overview.sources) > _MOST_SOURCES:
        click.echo(f"  … and {len(overview.sources) - _MOST_SOURCES:,} more sources; `--json` has them all")


def _span(source: SourceCount) -> str:
    years = [year for year, _ in source.years if year]
    return f"  ({years[0]} to {years[-1]})" if len(years) > 1 else f"  ({years[0]})" if years else ""


def _print_lists(overview: Overview) -> None:
    """How long each list is, and the beginning of those of files."""
    stats = overview.stats
    click.echo(f"files not in the index: {stats.failed:,} failed, {stats.skipped:,} skipped")
    for file in stats.problems[:_MOST_FILES]:
        click.echo(f"  {file.status}: {printable(file.path)}: {printable(file.reason)}")
    if len(stats.problems) > _MOST_FILES:
        click.echo(f"  … and {len(stats.problems) - _MOST_FILES:,} more; `--list failed` and `--list skipped` have all")
    for listing in overview.lists:
        if listing.entries and listing.name not in ("failed", "skipped"):
            click.echo(f"{listing.what}: {len(listing.entries):,}  (--list {listing.name})")


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"


@click.command("articles")
@_json_option
@with_settings
def articles_command(settings: Settings, *, as_json: bool) -> int:
    """List all articles, in the order of their paths."""
    with closing(Library(settings)) as library:
        for head in library.articles():
            if as_json:
                print_json(article_head_json(head))
            else:
                source = head.source or "no source"
                said = f"{head.date or UNDATED!s:>10}  {head.passages:>4}  {source}  {head.title}  ({head.path})"
                click.echo(f"{head.id}  {printable(said)}")
    return 0


@click.command("show")
@click.argument("name", metavar="ARTICLE|PASSAGE")
@_json_option
@with_settings
def show_command(settings: Settings, name: str, *, as_json: bool) -> int:
    """Print one article by its id, or the article of a passage; without --json a passage's own text alone."""
    with closing(Library(settings)) as library:
        view = _find(library, name)
    if as_json:
        print_json(article_json(view.article, view.passages))
        return 0
    article = view.article
    click.echo(printable(article.title))
    asked = [passage for passage in view.passages if passage.id == name]
    page = page_words(*pages_of(article.pages, asked[0])) if asked else ""
    said = [article.source or "no source", str(article.date or UNDATED), article.path, page]
    click.echo(printable(" · ".join(filter(None, said))) + "\n")
    heading = ""
    for passage in asked or view.passages:
        if passage.section != heading:
            heading = passage.section
            click.echo(f"\n# {printable(heading)}\n")
        click.echo(passage.text, nl=False)
    click.echo()
    return 0


def _find(library: Library, name: str) -> ArticleView:
    try:
        return library.article(name, SearchRequest())
    except NotFound:
        pass
    try:
        return library.article(library.article_of(name), SearchRequest())
    except NotFound as error:
        raise NotFound(f"There is no article and no passage {shortened(name)} in this collection.") from error


@click.command("verify")
@with_settings
def verify_command(settings: Settings) -> int:
    """Compare every file of the index with its checksum, and scan all postings."""
    settings = reading(settings)
    manifest = verify(settings.index)
    with (
        closing(open_current(settings.index)) as opened,
        closing(engine_named(manifest.engine, settings).reader(opened.folder)) as reader,
    ):
        reader.check(thorough=True)
    click.echo(f"Generation {manifest.generation} is whole: {len(manifest.files)} files, {manifest.bytes:,} bytes.")
    return 0
