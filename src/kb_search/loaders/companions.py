"""What is said about a file beside it: its sidecars, and the `collection.toml` files above it.

The walk over a folder asks this of every file, so it imports nothing that reads articles.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from kb_search.document import Claim
from kb_search.errors import DocumentError
from kb_search.loaders.base import (
    FIELDS,
    OTHER_NAMES,
    ROW_FIELDS,
    Defaults,
    Remark,
    SourceFile,
    printable,
    read_bytes,
    reading,
)

COLLECTION_FILE = "collection.toml"
SIDECAR_SUFFIX = ".meta.toml"
_LARGEST_TOML = 1024 * 1024
_FOLDER_KEYS = ("source", "language", "fields")
_SIDECAR_KEYS = (*FIELDS, *OTHER_NAMES)
#: Finding the key that was meant costs time by the square of its length.
_LONGEST_KEY = 40


def sidecar_paths(path: Path) -> tuple[Path, Path]:
    """Where a file's sidecar can stand: `NAME.txt.meta.toml`, and, behind it in rank, `NAME.meta.toml`."""
    return path.with_name(path.name + SIDECAR_SUFFIX), path.with_name(path.stem + SIDECAR_SUFFIX)


def folder_defaults(folder: Path, root: Path) -> Defaults:
    """What the `collection.toml` files from `root` down to `folder` say; the deeper one wins.

    What cannot be used, a key that nobody knows or a whole file that is not valid TOML, is passed over and told in
    `problems`: one slip must not cost all the files below it.
    """
    defaults = Defaults()
    steps = folder.relative_to(root).parts
    for depth in range(len(steps) + 1):
        path = root.joinpath(*steps[:depth], COLLECTION_FILE)
        if path.is_file():
            defaults = _deeper(defaults, path, "/".join([*steps[:depth], COLLECTION_FILE]))
    return defaults


def _deeper(defaults: Defaults, path: Path, relative: str) -> Defaults:
    name = printable(relative)
    try:
        table = read_toml(path, relative)
    except DocumentError as error:
        return _with_problems(defaults, [f"{error} Mend it; until then it says nothing."])
    problems = [_unknown(name, key, _FOLDER_KEYS) for key in table if key not in _FOLDER_KEYS]
    for field in ("source", "language"):
        value = table.get(field)
        if value is not None and not isinstance(value, str):
            problems.append(f'{name}: "{field}" must be text in quotation marks, and says nothing as it is.')
        elif value:
            claim = Claim(value, name)
            defaults = replace(defaults, source=claim) if field == "source" else replace(defaults, language=claim)
    return _with_problems(_with_fields(defaults, table.get("fields", {}), name, problems), problems)


def _with_problems(defaults: Defaults, problems: Sequence[str]) -> Defaults:
    return replace(defaults, problems=(*defaults.problems, *problems))


def _with_fields(defaults: Defaults, table: object, name: str, problems: list[str]) -> Defaults:
    """How rows call the fields of articles, with what `[fields]` of one more file says; what is wrong is told."""
    if not isinstance(table, dict) or not all(isinstance(column, str) for column in table.values()):
        problems.append(f'{name}: "fields" must be a table of names, as in text = "body", and says nothing as it is.')
        return defaults
    problems += [_unknown(f"{name}, [fields]", field, ROW_FIELDS) for field in table if field not in ROW_FIELDS]
    known = {field: column for field, column in table.items() if field in ROW_FIELDS}
    return replace(defaults, fields=tuple({**dict(defaults.fields), **known}.items()))


def remarks(file: SourceFile) -> Iterator[Remark]:
    """What is to be told of a file although it can be read: slips in its sidecars, and in `collection.toml` above it.

    A sidecar that cannot be read at all is left to the loader, which refuses the file.
    """
    yield from map(Remark, file.defaults.problems)
    for path in sidecar_paths(file.path):
        if path.is_file():
            with suppress(DocumentError):
                keys = read_toml(path, path.name)
                wrong = [key for key in keys if key.lower() not in _SIDECAR_KEYS]
                yield from (Remark(_unknown(printable(path.name), key, _SIDECAR_KEYS, FIELDS)) for key in wrong)


def _unknown(where: str, key: str, known: Collection[str], named: Collection[str] = ()) -> str:
    """A sentence about a key that nobody reads, with the one that was probably meant, or those that are `named`."""
    near = get_close_matches(key.lower()[:_LONGEST_KEY], known, 1)
    meant = f'did you mean "{near[0]}"?' if near else f"it can say {', '.join(named or known)}."
    return f'{where}: there is no "{printable(key[:_LONGEST_KEY])}", so it was not read; {meant}'


def read_toml(path: Path, relative: str) -> Mapping[str, object]:
    """What a TOML file says; nothing where it is empty. Raises DocumentError with the file's name."""
    file = SourceFile(path, relative, max_bytes=_LARGEST_TOML)
    with reading(file):
        raw = read_bytes(file) if path.stat().st_size else b""
    try:
        return tomllib.loads(raw.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DocumentError(f"{printable(relative)} is not valid TOML: {error}.") from error
