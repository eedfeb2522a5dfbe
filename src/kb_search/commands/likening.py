"""`kb-search similar`: articles that are about the same."""

from __future__ import annotations

from contextlib import closing

import click

from kb_search.commands.common import print_json, printable, with_settings
from kb_search.config import Settings
from kb_search.document import UNDATED
from kb_search.search import Library
from kb_search.wire import similar_json


@click.command("similar")
@click.argument("name", metavar="ARTICLE|PASSAGE")
@click.option("--limit", type=click.IntRange(1, 200), default=10, show_default=True, help="So many articles.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@with_settings
def similar_command(settings: Settings, name: str, *, limit: int, as_json: bool) -> int:
    """Print other articles that are about what ARTICLE, or PASSAGE, is about: each with the passage that is most so."""
    with closing(Library(settings)) as library:
        found = library.similar(name, limit)
    if as_json:
        print_json(similar_json(found))
    else:
        click.echo(f"Asked for any of: {printable(', '.join(found.words)) or 'nothing'}")
        for hit in found.hits:
            said = f"{hit.title} · {hit.source or 'no source'} · {hit.date or UNDATED}"
            click.echo(f"{hit.score:10.3f}  {hit.passage}  {printable(said)}")
    return 0 if found.hits else 1
