"""Who says what about an article, and whom to believe: claims with their origin, in the order of their rank.

Sidecar, front matter or row, JSON-LD, meta tags, the head of the text, `collection.toml`, the name of the
file, the name of the folder: the first that says something readable about a field is believed, and what the
others said is kept beside it. Nobody guesses, and the time of a file is never looked at.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from kb_search.document import Article, Claim, Date, Evidence, article_id
from kb_search.errors import DocumentError
from kb_search.loaders.base import Defaults, SourceFile, printable, read_bytes, reading
from kb_search.loaders.body import Body, keep_title
from kb_search.loaders.cleaning import Decoded, one_line, shorten
from kb_search.loaders.dates import latest_day, read_date
from kb_search.sentences import first_sentence

COLLECTION_FILE = "collection.toml"
SIDECAR_SUFFIX = ".meta.toml"
#: Field -> the most characters that it may have.
FIELDS = {"title": 500, "source": 200, "date": 100, "author": 300, "url": 2000, "language": 20}

#: All that a row of a file can say of an article.
#: What else there is evidence for, and no article has as a field.
_LENGTHS = FIELDS | {"encoding": 60}
ROW_FIELDS = ("id", "text", *FIELDS)

#: An article without a title is called by so much of its first sentence.
_UNTITLED_LENGTH = 80
_LARGEST_TOML = 1024 * 1024
_NAME_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?=$|[-_ .])", re.ASCII)
#: Titles and authors that programs put into the properties of a document without being asked.
_FILE_TITLE = re.compile(
    r"microsoft (?:word|powerpoint) ?-.*|[(]?(?:untitled|anonymous|unspecified)[)]?(?:[ -]?\d+)?"
    r"|(?:slide|page|document) ?\d*|.*\.(?:docx?|pdf|rtf|odt|indd|qxd|tex|dvi|txt|html?)",
    re.IGNORECASE,
)
_NO_AUTHOR = re.compile(
    r"[(]?(?:anonymous|unknown|unspecified)[)]?|administrator|admin|user|owner|author|microsoft office user|python-docx"
    r"|(?:microsoft|adobe|acrobat)\b.*",
    re.IGNORECASE,
)
_BY_PROGRAM = "written by a program"
#: The entries of an archive stand in it as in a folder.
_ARCHIVE_SUFFIX = re.compile(r"(?<=.)\.zip$", re.IGNORECASE)
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_].*)?")
_URL = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """What one place says about one field of an article.

    `refused` is the reason, which can follow a comma, why it is not believed although it can be read: a
    PDF's day of creation is a day, but not that of publication. It is kept with the claims that lost.
    """

    field: str
    value: str
    origin: str
    refused: str = ""


def said(fields: Mapping[str, object], origin: str, *, named: bool = False) -> list[Said]:
    """What a mapping (front matter, a row, a sidecar) says about the fields that articles have.

    With `named`, the field's name is part of the origin, as in `row field date`.
    Keys in any case; numbers and dates are read as text, lists are joined by commas. What is empty, or
    neither text nor number nor date, says nothing.
    """
    found = ((str(key).lower(), _as_text(value)) for key, value in fields.items())
    return [
        Said(field, value, f"{origin} {field}" if named else origin)
        for field, value in found
        if field in FIELDS and value
    ]


def document_properties(title: str, author: str, origin: str) -> list[Said]:
    """What the properties of a document say: believed, but for what programs write there by themselves."""
    claims = [
        Said("title", title, origin, _BY_PROGRAM if _FILE_TITLE.fullmatch(title[:200].strip()) else ""),
        Said("author", author, origin, _BY_PROGRAM if _NO_AUTHOR.fullmatch(author[:200].strip()) else ""),
    ]
    return [claim for claim in claims if claim.value.strip()]


def read_as(decoded: Decoded) -> list[Said]:
    """What a reader must know of how a file's bytes became text: a guessed encoding, letters that were put right."""
    claims = []
    if decoded.guessed:
        origin = f"guessed by how the text reads, {decoded.confidence:.0%} sure"
        claims.append(Said("encoding", decoded.encoding, origin))
    for places, what in ((decoded.mended, "were put right"), (decoded.garbled, "look so and were left")):
        if places:
            claims.append(
                Said("encoding", decoded.encoding, f"letters garbled before the file was saved: {places} {what}")
            )
    return claims


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
    evidence = settle([*place.above, *claims, *place.below], place.latest)
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


def settle(claims: Iterable[Said], latest: Date) -> tuple[Evidence, ...]:
    """For each field the first claim that can be read (no date beyond `latest`), and the others that were made.

    A field of which nothing can be read has no value and is left out, unless something was said: then its
    evidence has an empty value and origin, so that a reader sees what was refused.
    """
    readable: dict[str, list[Claim]] = {}
    refused: dict[str, list[Claim]] = {}
    for claim in dict.fromkeys(claims):
        try:
            value = _read(claim, latest)
        except ValueError as reason:
            text = one_line(claim.value, _LENGTHS[claim.field])
            refused.setdefault(claim.field, []).append(Claim(text, f"{claim.origin}, {reason}"))
        else:
            if value:
                readable.setdefault(claim.field, []).append(Claim(value, claim.origin))
    return tuple(
        _evidence(field, readable.get(field, []), refused.get(field, []))
        for field in _LENGTHS
        if field in readable or field in refused
    )


def _evidence(field: str, readable: Sequence[Claim], refused: Sequence[Claim]) -> Evidence:
    won = readable[0] if readable else Claim("", "")
    return Evidence(field, won.value, won.origin, (*readable[1:], *refused))


def _read(claim: Said, latest: Date) -> str:
    """The value of a claim as it is kept; ValueError, with a reason, where it cannot be read."""
    text = one_line(claim.value, _LENGTHS[claim.field])
    if not text:
        return ""
    if claim.refused:
        raise ValueError(claim.refused)
    if claim.field == "date":
        return str(read_date(text, latest))
    if claim.field == "url":
        return _address(text)
    if claim.field == "language":
        return _language(text)
    return text


def _address(text: str) -> str:
    """An absolute address on the web: what pages link to must not be a script or a file."""
    if not _URL.fullmatch(text) or not urlsplit(text).hostname:
        raise ValueError("not a web address")
    return text


def _language(text: str) -> str:
    found = _LANGUAGE.fullmatch(text)
    if not found:
        raise ValueError("not a language code")
    return found[1].lower()


def _as_text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(_as_text, value[:50])))
    if isinstance(value, bool) or not isinstance(value, int | dt.date | dt.datetime):
        return ""
    return value.isoformat() if isinstance(value, dt.date) else f"{value:d}" if abs(value) < 10**18 else ""


def _defaults(defaults: Defaults) -> Iterable[Said]:
    for field, claim in (("source", defaults.source), ("language", defaults.language)):
        if claim:
            yield Said(field, claim.value, claim.origin)


def _names(relative: str) -> Iterable[Said]:
    """What the names of a file and of the folder that it stands in say."""
    *folders, name = relative.split("/")
    if found := _NAME_DATE.match(name):
        yield Said("date", found[1], "file name")
    if folders:
        yield Said("source", _ARCHIVE_SUFFIX.sub("", folders[-1]), "folder name")


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
