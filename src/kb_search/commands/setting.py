"""`kb-search set`: say what an article does not say of itself, or says wrongly, in a sidecar beside it."""

from __future__ import annotations

from pathlib import Path

import click

from kb_search import sidecars
from kb_search.commands.common import printable, with_settings
from kb_search.config import Settings
from kb_search.loaders.base import FIELDS
from kb_search.previous import built_from
from kb_search.sidecars import Written


@click.command("set")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--date", help="When it was published: 2023, 2023-11 or 2023-11-07.")
@click.option("--source", help="Who published it.")
@click.option("--title", help="Its title.")
@click.option("--author", help="Who wrote it.")
@click.option("--url", help="Its address on the web.")
@click.option("--language", help="Its language, as a code such as en.")
@click.option("--clear", "cleared", multiple=True, type=click.Choice(tuple(FIELDS)), help="Say this no more.")
@with_settings
def set_command(settings: Settings, paths: tuple[Path, ...], *, cleared: tuple[str, ...], **values: str | None) -> int:
    """Say the date, source … of articles in sidecars (NAME.ext.meta.toml) beside them.

    PATH is relative to the working folder or to the collection, which is --corpus, or else the folder that the index
    was built from; where there is neither, any file may be named. The articles themselves are never changed. With
    several, nothing is written unless all can be.
    """
    change = sidecars.checked(values, cleared)
    corpus = _corpus(settings, paths[0])
    articles = [sidecars.find_article(path, corpus, settings.index) for path in paths]
    for article in articles:
        sidecars.refuse_rows(article, change)
    for article in dict.fromkeys(articles):
        _print(sidecars.write(article, change))
    where = "" if corpus == settings.corpus else f" {corpus}"
    click.echo(printable(f"`kb-search index{where}` takes it up."))
    return 0


def _corpus(settings: Settings, path: Path) -> Path:
    """The folder of articles; where the one that is set does not exist, that which the index was built from.

    Where nobody named one and none was indexed, it is the folder that a file is in.
    """
    if settings.corpus.is_dir():
        return settings.corpus
    known = built_from(settings.index)
    if known and known.is_dir():
        return known
    is_named = settings.corpus != Settings().corpus
    return settings.corpus if is_named or not path.is_file() else path.absolute().parent


def _print(written: Written) -> None:
    name = printable(str(written.path))
    if written.removed:
        click.echo(f"{name}: nothing is left to say; removed")
    else:
        said = ", ".join(f"{field} = {printable(value)}" for field, value in written.says)
        click.echo(f"{name}: {said or 'says nothing of these any more'}")
    for field in written.kept:
        click.echo(f"Note: the {field} is also said in {printable(str(written.lesser))}, which was left as it is.")
