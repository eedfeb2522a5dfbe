"""What the subcommands share: their common options, dates as arguments, and printing."""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from collections.abc import Callable
from functools import wraps
from pathlib import Path

import click

from kb_search.config import ENGINES, load_settings
from kb_search.document import Date

_FOLDER = click.Path(path_type=Path)


def with_settings(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the options that make settings, and hand it these `settings` first.

    An index says itself which engine keeps it, so that reading commands need --engine only for one without a folder.
    """

    @click.option("--corpus", type=_FOLDER, help="Folder with the articles; only read.")
    @click.option("--index", "index_folder", type=_FOLDER, help="Folder of the index.")
    @click.option("--engine", type=click.Choice(ENGINES), help="What keeps the index; else what keeps it already.")
    @click.option("--engine-url", help="Address of an OpenSearch cluster.")
    @click.option("--config", type=_FOLDER, help="Configuration file instead of kb-search.toml.")
    @wraps(command)
    def wrapped(
        *,
        corpus: Path | None,
        index_folder: Path | None,
        engine: str | None,
        engine_url: str | None,
        config: Path | None,
        **options: object,
    ) -> int:
        given = {"corpus": corpus, "index": index_folder, "engine": engine, "engine_url": engine_url}
        return command(load_settings(config, os.environ, **given), **options)

    return wrapped


def date_argument(_ctx: click.Context, parameter: click.Parameter, value: str | None) -> Date | None:
    """A date typed as an option: 2023, 2023-11 or 2023-11-07."""
    if value is None:
        return None
    try:
        return Date.parse(value)
    except ValueError as error:
        raise click.BadParameter(f"{error}.", param=parameter) from error


def print_json(value: object) -> None:
    """Print one JSON document on one line: readable in any language where the output can carry it."""
    line = json.dumps(value, ensure_ascii=False)
    try:
        line.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        line = json.dumps(value)
    sys.stdout.write(line + "\n")


def on_terminal() -> bool:
    """Whether what is printed is read by a person who sees colours."""
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def printable(text: str) -> str:
    """A text on one line with its control characters written out, so that no file can steer the terminal."""
    return "".join(char if _is_shown(char) else char.encode("unicode_escape", "replace").decode() for char in text)


def _is_shown(char: str) -> bool:
    return char.isprintable() or unicodedata.category(char) == "Zs"
