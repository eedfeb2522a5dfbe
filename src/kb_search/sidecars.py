"""What a reader says about an article, written into its sidecar `NAME.ext.meta.toml`. The article is never changed.

TOML: https://toml.io/en/v1.0.0. What stands in a sidecar already stays as it was written, comments included.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from kb_search.document import Date
from kb_search.errors import UsageError
from kb_search.loaders import is_companion, is_readme, loader_name, sidecar_paths
from kb_search.loaders.base import FIELDS, printable
from kb_search.loaders.claims import Said, settle
from kb_search.loaders.dates import latest_day

#: Loaders of files with an article a row, and what a sidecar may say of all rows at once.
_ROWS = ("jsonl", "table")
_FOR_ALL = ("source", "author", "language")
_MUST_BE = {
    "date": "a date is written 2023, 2023-11 or 2023-11-07, and is not in the future",
    "url": "an address begins with http:// or https://",
    "language": "a language is a code such as en, hy or ru",
}
#: As much as a loader reads of a sidecar.
_LARGEST = 1 << 20
_MOST_SHOWN = 60
_OF_AN_ENTRY = "Put a sidecar into the archive, or unpack it into a folder of the collection and set it there."


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be said in sidecars: pairs of field and value, and the fields that are not to be said any more."""

    values: tuple[tuple[str, str], ...] = ()
    cleared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """What a sidecar says after a change, as pairs of field and value.

    `path` is the sidecar; it is gone (`removed`) where nothing is left in it. `kept` are cleared fields that `lesser`,
    a sidecar of the same name without the suffix, says as well: it may speak of other files too, and is left alone.
    """

    path: Path
    says: tuple[tuple[str, str], ...]
    removed: bool
    lesser: Path
    kept: tuple[str, ...]


def checked(values: Mapping[str, str | None], cleared: Sequence[str] = ()) -> Change:
    """A change whose values are what a loader would make of them. Raises UsageError for one that it would not believe.

    None stands for what is not to be changed.
    """
    given = {field: value for field, value in values.items() if value is not None}
    if not given and not cleared:
        raise UsageError("Say what to set, as in --date 2023-09-20 --source Reuters, or what to --clear.")
    for field in cleared:
        if field in given:
            raise UsageError(f"The {field} cannot be set and cleared at once.")
    return Change(tuple((field, _value(field, value)) for field, value in given.items()), tuple(dict.fromkeys(cleared)))


def _value(field: str, value: str) -> str:
    text = " ".join(value.split())
    if not text:
        raise UsageError(f"The {field} is empty; --clear {field} takes it out of the sidecar.")
    if len(text) > FIELDS[field]:
        raise UsageError(f"The {field} has {len(text):,} characters; it can have {FIELDS[field]:,}.")
    if field == "date" and not _is_iso(text):
        read = ""
    else:
        (evidence,) = settle([Said(field, text, "")], latest_day())
        read = evidence.value
    if not read:
        shown = printable(text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 1] + "…")
        raise UsageError(f"The {field} {shown!r} cannot be used: {_MUST_BE.get(field, 'it cannot be read')}.")
    return read


def _is_iso(text: str) -> bool:
    """Whether a date is written as ISO 8601 has it. Loaders read more than that; a reader is not to wonder what."""
    try:
        Date.parse(text)
    except ValueError:
        return False
    return True


def find_article(path: Path, corpus: Path, index: Path) -> Path:
    """The file of the collection that is meant by a path, relative to the working folder or to the collection.

    Raises UsageError, with what to do instead, for folders, for files that are not of the collection or not read, and
    for what is only a part of a file.
    """
    name = printable(str(path))
    if not corpus.is_dir() and not os.path.lexists(path):
        raise UsageError(f"There is no file {name} here, and no folder {corpus} with articles; name it with --corpus.")
    if not corpus.is_dir():
        raise UsageError(f"The folder {corpus} with the articles does not exist; name it with --corpus.")
    candidates = [one for one in (path.absolute(), (corpus / path).absolute()) if os.path.lexists(one)]
    if not candidates:
        raise UsageError(_absent(path, corpus, name))
    inside = [place for one in candidates if (place := _below(one, corpus))]
    if not inside:
        raise UsageError(f"{name} is not in the collection {corpus}; name its folder with --corpus.")
    _refuse(inside[0], corpus, index, name)
    return inside[0]


def _below(path: Path, corpus: Path) -> Path | None:
    """The path as one below the collection's folder; None where it is not below it, by name or by where it leads."""
    plain = Path(os.path.normpath(path))
    for place, root in (
        (plain, Path(os.path.normpath(corpus.absolute()))),
        (path.parent.resolve() / plain.name, corpus.resolve()),
    ):
        if place.is_relative_to(root):
            return corpus / place.relative_to(root)
    return None


def _absent(path: Path, corpus: Path, name: str) -> str:
    """Why there is no such file: because it is within another one, or because there is none."""
    for parent in path.parents:
        if any(os.path.lexists(one) and one.is_file() for one in (parent, corpus / parent)):
            whole = printable(str(parent))
            if loader_name(parent.name) == "archive":
                return f"{name} is an entry of an archive, which is not changed. {_OF_AN_ENTRY}"
            return f"{name} is a part of {whole}, and only files have sidecars. Of a row say it in the row itself."
    return f"There is no file {name}, neither here nor in the collection {corpus}."


def _refuse(path: Path, corpus: Path, index: Path, name: str) -> None:
    """Raise UsageError where a file below the collection's folder is no article of it."""
    relative = path.relative_to(corpus)
    if path.is_dir():
        raise UsageError(
            f"{name} is a folder. What holds for all articles in it (source, language) is said in its collection.toml: "
            f'a line such as source = "Reuters" in {path / "collection.toml"}.'
        )
    if any(part.startswith(".") for part in relative.parts):
        raise UsageError(f"{name} is hidden, and hidden files are no articles of the collection.")
    if index.is_dir() and path.parent.resolve().is_relative_to(index.resolve()):
        raise UsageError(f"{name} belongs to the index, not to the articles.")
    if is_companion(path.name) or is_readme(path.name):
        raise UsageError(f"{name} is no article: READMEs and sidecars only say something about others.")
    if loader_name(path.name) is None:
        raise UsageError(f"{name} is of a kind that kb-search does not read, so there is nothing to say of it.")
    if not path.is_file():
        raise UsageError(f"{name} is not a regular file.")


def refuse_rows(path: Path, change: Change) -> None:
    """Raise UsageError where a change would say of many articles what can only be true of one."""
    loader, name = loader_name(path.name), printable(path.name)
    if loader == "archive":
        raise UsageError(
            f"{name} is an archive, and nothing that stands beside it speaks of what is in it. {_OF_AN_ENTRY}"
        )
    single = [field for field, _ in change.values if field not in _FOR_ALL]
    if loader in _ROWS and single:
        raise UsageError(
            f"{name} holds many articles, and a sidecar speaks of all of them: the {single[0]} of one cannot be set. "
            f"Write it into the row itself, in its field {single[0]!r}. Of all rows, {', '.join(_FOR_ALL)} can be set."
        )


def write(article: Path, change: Change) -> Written:
    """Change the sidecar of a file, or make it. Raises UsageError where what is there cannot be read or written."""
    sidecar, lesser = sidecar_paths(article)
    with _speaking_of(sidecar):
        document = _read(sidecar)
        _apply(document, change)
        text = tomlkit.dumps(document)
        says = tuple((key, str(value)) for key, value in tomllib.loads(text).items() if key.lower() in FIELDS)
        if text.strip():
            _replace(sidecar, text.encode())
        else:
            sidecar.unlink(missing_ok=True)
    with _speaking_of(lesser):
        also = {key.lower() for key in _read(lesser)} if lesser != sidecar else set()
    return Written(sidecar, says, not text.strip(), lesser, tuple(field for field in change.cleared if field in also))


def _apply(document: tomlkit.TOMLDocument, change: Change) -> None:
    """Put a change into a sidecar's lines. Loaders take keys in capitals too, so these make room."""
    fields = {*change.cleared, *(field for field, _ in change.values)}
    for key in [key for key in document if key.lower() in fields and (key in change.cleared or key != key.lower())]:
        document.remove(key)
    for field, value in change.values:
        document[field] = value


@contextmanager
def _speaking_of(sidecar: Path) -> Iterator[None]:
    """Turn what can go wrong with a sidecar into a sentence that names it."""
    name = printable(str(sidecar))
    try:
        yield
    except OSError as error:
        raise UsageError(f"{name} cannot be written: {error.strerror or error}.") from error
    except (TOMLKitError, tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{name} is not valid TOML ({error}) and was left as it is; mend it or move it.") from error


def _read(path: Path) -> tomlkit.TOMLDocument:
    if not path.exists():
        return tomlkit.document()
    with path.open("rb") as file:
        raw = file.read(_LARGEST + 1)
    if len(raw) > _LARGEST:
        raise UsageError(f"{printable(str(path))} is too large for a sidecar; it was left as it is.")
    return tomlkit.parse(raw.decode("utf-8-sig"))


def _replace(path: Path, raw: bytes) -> None:
    """Write a file whole or not at all. A link stays one: what it leads to is replaced."""
    place = path.resolve()
    fresh = place.with_name(f".{place.name}.{os.getpid()}.new")
    try:
        with fresh.open("xb") as file:
            if place.exists():
                os.fchmod(file.fileno(), place.stat().st_mode & 0o7777)
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(place)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
