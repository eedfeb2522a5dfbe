"""The folder of articles: which files are in it, and which of them are new, changed or gone.

The folder is only ever read. What a run found is kept beside the index it made (`files.jsonl`), and the next run
compares with it: first size and time, then the SHA-256 of the content. What is said about a file elsewhere (its
sidecar, a `collection.toml` above it) counts as a part of it.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from kb_search.errors import DocumentError, IndexDamaged, UsageError
from kb_search.loaders import Defaults, SourceFile, folder_defaults, is_companion, loader_name, sidecar_paths

_NO_DEFAULTS = Defaults()
_STATE = "files.jsonl"
# A file written within so many nanoseconds of the last look may have changed without a new time.
_UNSURE_NS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file of the collection as it is on disk.

    `problem` says why it cannot be read at all, `companions` is a digest of what is said about it elsewhere.
    """

    path: Path
    relative: str
    size: int = 0
    mtime_ns: int = 0
    companions: str = ""
    defaults: Defaults = _NO_DEFAULTS
    problem: str = ""
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class KnownFile:
    """What the last run made of a file. `status` is `indexed`, `skipped` or `failed`."""

    path: str
    status: str
    size: int
    mtime_ns: int
    sha256: str
    companions: str
    seen_ns: int
    reason: str = ""
    loader: str = ""
    articles: tuple[str, ...] = ()


def walk(root: Path, exclude: Path | None = None) -> Iterator[FoundFile]:
    """All files below a folder, in the order of their paths; companions and hidden ones are left out.

    Links are followed, but never round in a circle; what is no regular file is listed as a problem. `exclude` (the
    index) is not entered. Raises UsageError where the folder cannot be listed.
    """
    if not root.is_dir():
        raise UsageError(f"There is no folder {root}; name the folder with your articles.")
    yield from sorted(_walk(root, root, exclude.resolve() if exclude else None, frozenset()), key=_by_path)


def _by_path(found: FoundFile) -> str:
    return found.relative


def _walk(folder: Path, root: Path, exclude: Path | None, above: frozenset[tuple[int, int]]) -> Iterator[FoundFile]:
    try:
        status = folder.stat()
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        if folder == root:
            raise UsageError(f"The folder {folder} cannot be read: {error.strerror}.") from error
        yield FoundFile(folder, _relative(folder, root), problem=f"The folder cannot be read: {error.strerror}.")
        return
    identity = (status.st_dev, status.st_ino)
    if identity in above:
        yield FoundFile(
            folder, _relative(folder, root), problem="A link that leads back to a folder above it.", skipped=True
        )
        return
    for entry in entries:
        path = folder / entry.name
        if entry.name.startswith(".") or is_companion(path):
            continue
        if entry.is_dir():
            if exclude is None or path.resolve() != exclude:
                yield from _walk(path, root, exclude, above | {identity})
        else:
            yield look(path, root)


def look(path: Path, root: Path) -> FoundFile:
    """What stands on disk under a path of the collection at `root`."""
    found = FoundFile(path, _relative(path, root))
    try:
        status = path.stat()
    except OSError as error:
        return replace(found, problem=f"The file cannot be read: {error.strerror}.")
    if not stat.S_ISREG(status.st_mode):
        return replace(found, problem="Not a regular file.", skipped=True)
    found = replace(found, size=status.st_size, mtime_ns=status.st_mtime_ns)
    if loader_name(path) is None:
        suffix = path.suffix or "without a suffix"
        return replace(found, problem=f"Files {suffix} are not read.", skipped=True)
    try:
        defaults = folder_defaults(path.parent, root)
    except DocumentError as error:
        return replace(found, problem=str(error))
    return replace(found, defaults=defaults, companions=_companions(path, defaults))


def _companions(path: Path, defaults: Defaults) -> str:
    said = hashlib.sha256(repr(defaults).encode())
    for sidecar in sidecar_paths(path):
        try:
            said.update(b"\n" + sidecar.read_bytes())
        except OSError:
            said.update(b"\n")
    return said.hexdigest()[:16]


def _relative(path: Path, root: Path) -> str:
    """The path below the root with `/`; bytes that are no UTF-8 are written out, so two names stay two."""
    return os.fsencode(path.relative_to(root).as_posix()).decode("utf-8", "backslashreplace")


def source_file(found: FoundFile, max_bytes: int) -> SourceFile:
    """What a loader is handed for a file."""
    return SourceFile(found.path, found.relative, found.defaults, max_bytes)


def is_unchanged(found: FoundFile, known: KnownFile) -> bool:
    """Whether a file is what the last run saw, by size and time if these are sure, else by its content."""
    if found.companions != known.companions or found.size != known.size:
        return False
    if found.mtime_ns == known.mtime_ns and found.mtime_ns < known.seen_ns - _UNSURE_NS:
        return True
    return content_digest(found.path) == known.sha256


def content_digest(path: Path) -> str:
    """The SHA-256 of a file's content; empty where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def write_state(folder: Path, files: Iterable[KnownFile]) -> None:
    """Keep what a run made of each file in a generation's folder; a hard link to an older list is cut."""
    fresh = folder / (_STATE + ".new")
    with fresh.open("w", encoding="utf-8") as out:
        for known in files:
            out.write(json.dumps(asdict(known)) + "\n")
    fresh.replace(folder / _STATE)


def read_state(folder: Path) -> dict[str, KnownFile]:
    """What `write_state` kept, by path. Raises IndexDamaged."""
    try:
        with (folder / _STATE).open(encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        known = [KnownFile(**{**row, "articles": tuple(row["articles"])}) for row in rows]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise IndexDamaged("The index's list of files cannot be read; run `kb-search index --full`.") from error
    return {one.path: one for one in known}
