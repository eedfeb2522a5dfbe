"""What is said about a file beside it: its sidecars, and the `collection.toml` files above it.

The walk over a folder asks this of every file, so it imports nothing that reads articles.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from kb_search.document import Claim
from kb_search.errors import DocumentError
from kb_search.loaders.base import ROW_FIELDS, Defaults, SourceFile, printable, read_bytes, reading

COLLECTION_FILE = "collection.toml"
SIDECAR_SUFFIX = ".meta.toml"
_LARGEST_TOML = 1024 * 1024


def sidecar_paths(path: Path) -> tuple[Path, Path]:
    """Where a file's sidecar can stand: `NAME.txt.meta.toml`, and, behind it in rank, `NAME.meta.toml`."""
    return path.with_name(path.name + SIDECAR_SUFFIX), path.with_name(path.stem + SIDECAR_SUFFIX)


def folder_defaults(folder: Path, root: Path) -> Defaults:
    """What the `collection.toml` files from `root` down to `folder` say; the deeper one wins.

    Raises DocumentError, with the file's name, where one of them is not valid TOML or says something that
    is no text.
    """
    defaults = Defaults()
    steps = folder.relative_to(root).parts
    for depth in range(len(steps) + 1):
        path = root.joinpath(*steps[:depth], COLLECTION_FILE)
        if path.is_file():
            defaults = _deeper(defaults, path, "/".join([*steps[:depth], COLLECTION_FILE]))
    return defaults


def _deeper(defaults: Defaults, path: Path, relative: str) -> Defaults:
    table = read_toml(path, relative)
    defaults = replace(defaults, fields=_deeper_fields(defaults, table.get("fields", {}), printable(relative)))
    for field in ("source", "language"):
        value = table.get(field)
        if value is not None and not isinstance(value, str):
            raise DocumentError(f'{printable(relative)}: "{field}" must be text in quotation marks.')
        if value:
            claim = Claim(value, printable(relative))
            defaults = replace(defaults, source=claim) if field == "source" else replace(defaults, language=claim)
    return defaults


def _deeper_fields(defaults: Defaults, table: object, name: str) -> tuple[tuple[str, str], ...]:
    """How rows call the fields of articles, with what `[fields]` of one more file says."""
    if not isinstance(table, dict) or not all(isinstance(column, str) for column in table.values()):
        raise DocumentError(f'{name}: "fields" must be a table of names, as in text = "body".')
    if wrong := [field for field in table if field not in ROW_FIELDS]:
        raise DocumentError(f"{name}: articles have no field {wrong[0]!r}; they have {', '.join(ROW_FIELDS)}.")
    return tuple({**dict(defaults.fields), **table}.items())


def read_toml(path: Path, relative: str) -> Mapping[str, object]:
    """What a TOML file says; nothing where it is empty. Raises DocumentError with the file's name."""
    file = SourceFile(path, relative, max_bytes=_LARGEST_TOML)
    with reading(file):
        raw = read_bytes(file) if path.stat().st_size else b""
    try:
        return tomllib.loads(raw.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DocumentError(f"{printable(relative)} is not valid TOML: {error}.") from error
