"""`kb-search search`: ask the collection from the command line."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Sequence
from contextlib import closing

import click

from kb_search.commands.common import date_argument, on_terminal, print_json, printable, with_settings
from kb_search.config import Settings
from kb_search.document import UNDATED, Date, page_words
from kb_search.errors import UsageError
from kb_search.highlight import snippet
from kb_search.results import MATCHES, SORTS, Hit, Results, SearchRequest, Span
from kb_search.search import Library
from kb_search.wire import search_json

_COLUMNS = ("passage", "article", "title", "source", "date", "section", "ordinal", "score", "text", "page", "last_page")
_SPACES = re.compile(r"\s+")
#: A cell that begins so is taken for a formula by programs for tables (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@click.command("search")
@click.argument("query", default="")
@click.option("--source", "sources", multiple=True, help="Only this source; several times: any of them.")
@click.option("--not-source", "not_sources", multiple=True, help="Not this source.")
@click.option("--date", "dates", multiple=True, help="Only 2023, 2023-11, 2023-11-07 or undated; several times: any.")
@click.option("--since", callback=date_argument, help="From this date on.")
@click.option("--until", callback=date_argument, help="Up to this date, included.")
@click.option("--lang", "languages", multiple=True, help="Only articles in this language (en, ru, …).")
@click.option("--article", default="", help="Only this article (its id).")
@click.option("--no-variants", is_flag=True, help="Do not look for other spellings of names.")
@click.option("--match", type=click.Choice(MATCHES), default="all", help="All words, or any of them.")
@click.option("--sort", type=click.Choice(SORTS), default="relevance")
@click.option("--fold", is_flag=True, help="Of near-duplicates list only the earliest.")
@click.option("--limit", "per_page", type=int, help="Passages on a page, 200 at most.")
@click.option("--page", type=int, default=1, help="Which page, from 1.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--csv", "as_csv", is_flag=True, help="Print a table; formulas in it are disarmed with an apostrophe.")
@with_settings
def search_command(  # noqa: PLR0913 - one parameter for each option of the contract
    settings: Settings,
    query: str,
    *,
    sources: tuple[str, ...],
    not_sources: tuple[str, ...],
    dates: tuple[str, ...],
    since: Date | None,
    until: Date | None,
    languages: tuple[str, ...],
    article: str,
    no_variants: bool,
    match: str,
    sort: str,
    fold: bool,
    per_page: int | None,
    page: int,
    as_json: bool,
    as_csv: bool,
) -> int:
    """Print the passages that match QUERY; without one, everything that the filters let through."""
    request = SearchRequest(
        text=query,
        sources=sources,
        not_sources=not_sources,
        dates=dates,
        since=since,
        until=until,
        languages=languages,
        article=article,
        match=match,
        variants=not no_variants,
        sort=sort,
        fold=fold,
        page=page,
        per_page=settings.per_page if per_page is None else per_page,
    )
    if as_json and as_csv:
        raise UsageError("An answer is printed as JSON or as CSV; choose one of --json and --csv.")
    with closing(Library(settings)) as library:
        results = library.search(request)
    if as_json:
        print_json(search_json(results))
    elif as_csv:
        _print_notes(results, err=True)
        _print_table(results.hits)
    else:
        _print_notes(results, err=False)
        _print(results)
    return 0 if results.passages else 1


def _print_table(hits: Sequence[Hit]) -> None:
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(_COLUMNS)
    for hit in hits:
        table.writerow([hit.date or "" if name == "date" else _no_formula(getattr(hit, name)) for name in _COLUMNS])


def _no_formula(cell: object) -> object:
    """A cell that no program for tables carries out, so that an article can only be read there."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _print_notes(results: Results, *, err: bool) -> None:
    """What the reader must be told about the query; beside a table, where it cannot be taken for a row."""
    for note in results.notes:
        click.secho(f"Note: {printable(note.message)}", fg="yellow", err=err, color=on_terminal() and not err)


def _print(results: Results) -> None:
    colour = on_terminal()
    if results.complete:
        counts = f"{_counted(results.passages, 'passage')} in {_counted(results.articles, 'article')}"
        click.echo(f"{printable(results.understood)}: {counts}")
    if results.folded:
        click.echo(f"{_counted(results.folded, 'passage')} of near-duplicates not listed.")
    if results.suggestion:
        click.echo(f"Did you mean {printable(results.suggestion)}?")
    _print_blame(results)
    first = (results.page - 1) * results.request.per_page + 1
    for number, hit in enumerate(results.hits, first):
        _print_hit(number, hit, colour=colour)
    if results.nearest:
        click.echo("\nNo passage has all of it. These have most:")
        for number, hit in enumerate(results.nearest, 1):
            _print_hit(number, hit, colour=colour)
    elif results.pages > results.page:
        click.echo(f"\nPage {results.page} of {results.pages}; --page {results.page + 1} shows the next.")


def _print_blame(results: Results) -> None:
    """Where nothing was found: what each clause finds by itself, and the smallest change that finds something."""
    if len(results.clauses) > 1:
        click.echo("By itself:")
        for one in results.clauses:
            click.echo(f"   {printable(one.words)}: {_counted(one.passages, 'passage')}")
    if wider := results.relaxation:
        found = _counted(wider.passages, "passage")
        click.echo(f"Found {printable(wider.label)}: {found} with {printable(wider.text)}")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _print_hit(number: int, hit: Hit, *, colour: bool) -> None:
    also = f"also in {_counted(hit.copy_count, 'other')}" if hit.copy_count else ""
    place = f"passage {hit.ordinal} of {hit.of}"
    page = page_words(hit.page, hit.last_page)
    said = [", ".join(hit.sources) or "no source", str(hit.date or UNDATED), hit.section, page, place, also]
    click.echo()
    click.echo(f"{number}. {click.style(printable(hit.title), bold=True)}", color=colour)
    click.echo("   " + " · ".join(printable(part) for part in said if part) + f" · {hit.passage}")
    for span in snippet(hit.text, hit.sentences, hit.marks):
        click.echo("   " + _marked(hit.text, span, hit.marks), color=colour)


def _marked(text: str, span: Span, marks: Sequence[Span]) -> str:
    """A part of a text on one line, with its marks underlined where there are colours."""
    pieces, at = [], span[0]
    for start, end in marks:
        if span[0] <= start and end <= span[1]:
            pieces += [
                _on_one_line(text[at:start]),
                click.style(_on_one_line(text[start:end]), bold=True, underline=True),
            ]
            at = end
    return "".join([*pieces, _on_one_line(text[at : span[1]])])


def _on_one_line(text: str) -> str:
    return printable(_SPACES.sub(" ", text))
