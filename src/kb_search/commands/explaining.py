"""`kb-search explain`: why a passage stands where it stands."""

from __future__ import annotations

from contextlib import closing

import click

from kb_search.commands.common import print_json, printable, with_settings
from kb_search.config import Settings
from kb_search.ranking import REASONS
from kb_search.results import MATCHES, Explanation, SearchRequest
from kb_search.search import Library
from kb_search.wire import explanation_json


@click.command("explain")
@click.argument("query")
@click.argument("passage")
@click.option("--match", type=click.Choice(MATCHES), default="all", help="All words, or any of them.")
@click.option("--no-variants", is_flag=True, help="Do not look for other spellings of names.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@with_settings
def explain_command(
    settings: Settings, query: str, passage: str, *, match: str, no_variants: bool, as_json: bool
) -> int:
    """Say what the score of PASSAGE for QUERY is made of; its parts add up to it.

    Where no passage has all the words, it is explained as one that has some of them, as with --match any.
    """
    with closing(Library(settings)) as library:
        found = library.explain(SearchRequest(query, match=match, variants=not no_variants), passage)
    if as_json:
        print_json(explanation_json(found))
    else:
        if found.request.match != match:
            click.echo(
                "No passage has all of it. This is how it stands where any of the words is enough (--match any)."
            )
        _print(found)
    return 0


def _print(found: Explanation) -> None:
    place = f"number {found.position:,} of {found.of:,}" if found.position else f"one of {found.of:,}, far down"
    click.echo(f"{printable(found.understood)}: {place}")
    click.echo(printable(f"{found.hit.title} · passage {found.hit.ordinal} of {found.hit.of}") + "\n")
    for name, score in found.hit.reasons:
        click.echo(f"{score:12.6f}  {name}: {REASONS[name]}")
        for one in found.words if name == "words" else ():
            count = "once" if one.count == 1 else f"{one.count:,} times"
            said = f"{count} in the text; {one.passages:,} passages have it, title and heading counted"
            click.echo(f"{'':14}{one.score:.6f}  {printable(one.word)}, {said}")
    click.echo(f"{found.hit.score:12.6f}  score")
