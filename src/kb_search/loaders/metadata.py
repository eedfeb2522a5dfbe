"""Who says what about an article, and whom to believe: claims with their origin, in the order of their rank.

Sidecar, front matter or row, JSON-LD, meta tags, the head of the text, `collection.toml`, the name of the
file, the name of the folder: the first that says something readable about a field is believed, and what the
others said is kept beside it. Nobody guesses, and the time of a file is never looked at.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from kb_search.document import Article, Claim, Date, Evidence, article_id
from kb_search.errors import DocumentError
from kb_search.loaders.base import Defaults, SourceFile, printable, read_bytes, reading
from kb_search.loaders.body import Body, keep_title
from kb_search.loaders.claims import ROW_FIELDS, Said, said, settle
from kb_search.loaders.cleaning import shorten
from kb_search.loaders.dates import latest_day
from kb_search.loaders.opening import opening_claims
from kb_search.sentences import first_sentence

COLLECTION_FILE = "collection.toml"
SIDECAR_SUFFIX = ".meta.toml"
#: An article without a title is called by so much of its first sentence.
_UNTITLED_LENGTH = 80
_LARGEST_TOML = 1024 * 1024
#: A whole day in a file's name: 2023-11-07, 2023_11_07, 20231107. Years alone and months are numbers of many things.
_NAME_DATE = re.compile(r"(?<![\d.])((?:19|20)\d\d)([-_.]?)(\d\d)(\2)(\d\d)(?=$|[-_ .(\[])", re.ASCII)
_DATED_FOLDER = re.compile(r"(?:19|20)\d\d-\d\d(?:-\d\d)?", re.ASCII)
#: The entries of an archive stand in it as in a folder.
_ARCHIVE_SUFFIX = re.compile(r"(?<=.)\.zip$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a file and holds for all its articles: claims above and below the file's own."""

    path: str
    above: tuple[Said, ...]
    below: tuple[Said, ...]
    #: Dates beyond it are in the future.
    latest: Date


def around(file: SourceFile) -> Around:
    """What sidecar, `collection.toml` and names say; DocumentError where the sidecar is broken."""
    below = (*_defaults(file.defaults), *_names(file.relative))
    return Around(file.relative, tuple(sidecar(file)), below, latest_day())


def assemble(place: Around, body: Body, claims: Iterable[Said], form: str, row: str = "") -> Article:
    """The article that a body and what was said about it make.

    `claims` are the loader's own, in the order of their rank; `form` is the format. Raises DocumentError
    where there is no text.
    """
    evidence = settle([*place.above, *claims, *opening_claims(body.text), *place.below], place.latest)
    won = {one.field: one.value for one in evidence if one.value}
    body = keep_title(body, won.get("title", ""))
    if not body.text:
        raise DocumentError(f"{printable(place.path)} holds no text.")
    if untitled := "title" not in won:
        won["title"] = shorten(" ".join(first_sentence(body.text).split()), _UNTITLED_LENGTH)
        evidence = (Evidence("title", won["title"], "first sentence"), *evidence)
    return Article(
        id=article_id(place.path, row),
        path=place.path,
        title=won["title"],
        text=body.text,
        row=row,
        untitled=untitled,
        sections=body.sections,
        source=won.get("source", ""),
        date=Date.parse(won["date"]) if "date" in won else None,
        author=won.get("author", ""),
        url=won.get("url", ""),
        language=won.get("language", ""),
        format=form,
        evidence=evidence,
        pages=body.pages,
    )


def _defaults(defaults: Defaults) -> Iterable[Said]:
    for field, claim in (("source", defaults.source), ("language", defaults.language)):
        if claim:
            yield Said(field, claim.value, claim.origin)


def _names(relative: str) -> Iterable[Said]:
    """What the names of a file and of the folders that it stands in say.

    A folder's name that is only a year, a month or a day is no source; that of the folder around it can be.
    """
    *folders, name = relative.split("/")
    days = {"-".join(found[::2]) for found in _NAME_DATE.findall(name)}
    if len(days) == 1:
        yield Said("date", days.pop(), "file name")
    if folders and _DATED_FOLDER.fullmatch(folders[-1]):
        yield Said("date", folders[-1], "folder name")
    named = [folder for folder in folders if not folder.isdigit() and not _DATED_FOLDER.fullmatch(folder)]
    if named:
        yield Said("source", _ARCHIVE_SUFFIX.sub("", named[-1]), "folder name")


def sidecar_paths(path: Path) -> tuple[Path, Path]:
    """Where a file's sidecar can stand: `NAME.txt.meta.toml`, and, behind it in rank, `NAME.meta.toml`."""
    return path.with_name(path.name + SIDECAR_SUFFIX), path.with_name(path.stem + SIDECAR_SUFFIX)


def sidecar(file: SourceFile) -> list[Said]:
    """What the sidecar of a file says, if there is one; DocumentError where it cannot be read."""
    claims: list[Said] = []
    for path in sidecar_paths(file.path):
        if path.is_file():
            relative = "/".join([*file.relative.split("/")[:-1], path.name])
            claims += said(_read_toml(path, relative), f"sidecar {path.name}")
    return claims


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
    table = _read_toml(path, relative)
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


def _read_toml(path: Path, relative: str) -> Mapping[str, object]:
    file = SourceFile(path, relative, max_bytes=_LARGEST_TOML)
    with reading(file):
        raw = read_bytes(file) if path.stat().st_size else b""
    try:
        return tomllib.loads(raw.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DocumentError(f"{printable(relative)} is not valid TOML: {error}.") from error
