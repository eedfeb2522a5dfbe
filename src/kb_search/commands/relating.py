"""`kb-search related`: words that stand beside those of a query."""

from __future__ import annotations

from contextlib import closing

import click

from kb_search.collocations import BEST_PASSAGES, related_words
from kb_search.commands.common import print_json, printable, with_settings
from kb_search.config import Settings
from kb_search.results import Results, SearchRequest
from kb_search.search import Library


@click.command("related")
@click.argument("query")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="So many words.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@with_settings
def related_command(settings: Settings, query: str, *, limit: int, as_json: bool) -> int:
    """Print the words that stand beside those of QUERY more often than chance has it, the most striking first."""
    with closing(Library(settings)) as library:
        found = library.search(SearchRequest(text=query, per_page=BEST_PASSAGES))
    words = related_words(found.hits, limit)
    if as_json:
        listed = [{"word": one.word, "count": one.count, "score": round(one.score, 6)} for one in words]
        print_json({"text": query, "passages": len(found.hits), "related": listed})
    elif not words:
        click.echo(_why_none(found), err=True)
    else:
        for one in words:
            click.echo(f"{one.score:10.1f}  {one.count:>5}  {printable(one.word)}")
    return 0 if words else 1


def _why_none(found: Results) -> str:
    """Why no word stands beside those of a query, in a sentence."""
    said = printable(found.understood)
    if not found.hits:
        return f"{said}: no passage is found, so no words stand beside these."
    if not any(hit.marks for hit in found.hits):
        return f"{said}: no words of the query stand in the text of these passages, so none stand beside them."
    passages = "one passage" if len(found.hits) == 1 else f"{len(found.hits):,} passages"
    return f"{said}: {passages}, too few to say which words stand beside these."
