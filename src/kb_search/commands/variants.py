"""`kb-search variants`: which names mean the same, and which the collection itself writes in two ways."""

from __future__ import annotations

import json
from contextlib import closing, suppress

import click

from kb_search import analysis, weakwords
from kb_search.commands.common import print_json, printable, with_settings
from kb_search.config import Settings
from kb_search.errors import ConfigError, IndexProblem
from kb_search.results import SearchRequest
from kb_search.search import Library
from kb_search.spellings import NameCounter, Respelling
from kb_search.variants import VARIANTS_FILE, Group, Name, Variants, load_variants
from kb_search.wire import Json


@click.command("variants")
@click.option("--suggest", is_flag=True, help="Read the collection for names that it writes in two ways.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one group a line.")
@with_settings
def variants_command(settings: Settings, *, suggest: bool, as_json: bool) -> int:
    """List the groups of names in force: the collection's variants.toml, then the list that comes with the program.

    With --suggest, print groups to review and paste into variants.toml; nothing is applied unasked.
    """
    if suggest:
        return _suggest(settings, as_json=as_json)
    known = _known(settings)
    for group in known.groups:
        if as_json:
            print_json(_group_json(group))
        else:
            names = ", ".join(map(_said, group.names))
            about = f"  ({group.about})" if group.about else ""
            click.echo(printable(f"{names}{about}  [{group.origin}]"))
    if known.problems:
        raise ConfigError("\n".join(known.problems))
    return 0


def _known(settings: Settings) -> Variants:
    """The groups in force: the collection's own from its folder, or where that is not at hand, from the index."""
    if not (settings.corpus / VARIANTS_FILE).is_file():
        with suppress(IndexProblem), closing(Library(settings)) as library:
            return library.names()
    return load_variants(settings.corpus, settings.variants)


def _said(name: Name) -> str:
    parts = [part for part in (name.language, name.period, "only" if name.only else "") if part]
    return f"{name.text} ({', '.join(parts)})" if parts else name.text


def _group_json(group: Group) -> Json:
    names = [
        {"name": one.text, "language": one.language, "period": one.period, "only": one.only} for one in group.names
    ]
    return {"about": group.about, "kind": group.kind, "origin": group.origin, "names": names}


# --------------------------------------------------------------------------------------------------- suggestions


def _suggest(settings: Settings, *, as_json: bool) -> int:
    known = _known(settings)
    with closing(Library(settings)) as library:
        found = _respellings(library)
    for one in found:
        forms = [set(map(id, known.of(tuple(analysis.forms(name))))) for name, _ in one.spellings]
        if not one.folded and set.intersection(*forms):
            continue  # a list has them already
        if as_json:
            names = [{"name": name, "count": count} for name, count in one.spellings]
            print_json({"names": names, "alike": one.alike, "folded": one.folded})
        else:
            click.echo(_toml(one))
    if not found and not as_json:
        click.echo("# The collection writes no name in two ways.")
    return 0


def _respellings(library: Library) -> tuple[Respelling, ...]:
    """What the whole collection shows; reading ten million words takes about a minute."""
    counter, languages = NameCounter(), set()
    for head in library.articles():
        languages.add(head.language)
        for passage in library.article(head.id, SearchRequest(variants=False)).passages:
            counter.read(passage.text)
    return counter.respellings(frozenset().union(*map(weakwords.stop_words, languages)))


def _toml(one: Respelling) -> str:
    """A group as it stands in variants.toml, with its evidence; one that needs none as a remark."""
    counts = ", ".join(f"{name} {count:,}" for name, count in one.spellings)
    if one.folded:
        return f"# Found alike without a group, for accents are folded: {printable(counts)}\n"
    names = ", ".join(json.dumps(name, ensure_ascii=False) for name, _ in one.spellings)
    head = f"# {printable(counts)} times; their company is {one.alike:.0%} alike. For {VARIANTS_FILE}:"
    return f"{head}\n[[group]]\nnames = [{names}]\n"
