"""The folder of articles: which files are in it, and which of them are what the last run saw.

The folder is only ever read. A file is compared first by size and time, then by the SHA-256 of its content. What is
said about a file elsewhere (its sidecar, a `collection.toml` above it, the settings) counts as a part of it.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

from kb_search.errors import UsageError
from kb_search.filelist import KnownFile
from kb_search.loaders import (
    SIDECAR_SUFFIX,
    Defaults,
    SourceFile,
    folder_defaults,
    is_companion,
    loader_name,
    sidecar_paths,
)

_NO_DEFAULTS = Defaults()
# A file written within so many nanoseconds of the last look may have changed without a new time.
_UNSURE_NS = 2_000_000_000
# Sidecars are small; a loader refuses larger ones, so that their beginning is enough to tell a change.
_SIDECAR_BYTES = 1 << 20


# From a folder of the collection to what its `collection.toml` files say.
_DefaultsOf = Callable[[Path], Defaults]


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


def walk(root: Path, exclude: Path | None = None, settings: str = "") -> list[FoundFile]:
    """All files below a folder, in the order of their paths; companions and hidden ones are left out.

    Links to folders are followed after everything else, and each folder is entered once, so that neither a circle
    of links nor a tree of them can make the walk long. What is no regular file is listed as a problem. `exclude` (the
    index) is not entered; `settings` is what else a file is read by. Raises UsageError where the folder cannot be
    listed.
    """
    if not root.is_dir():
        what = "is a file" if root.exists() else "does not exist"
        raise UsageError(f"{root} {what}; name the folder with your articles.")
    return sorted(_Walk(root, exclude, settings).all_files(), key=lambda one: one.relative)


class _Walk:
    """One walk over a folder; `_folders` and `_links` are those still to be entered."""

    def __init__(self, root: Path, exclude: Path | None, settings: str) -> None:
        self._root = root
        self._settings = settings
        self._defaults_of = cache(lambda folder: folder_defaults(folder, root))
        self._excluded = _identity(exclude) if exclude and exclude.is_dir() else None
        self._entered: set[tuple[int, int]] = set()
        self._folders, self._links = [root], deque[Path]()

    def all_files(self) -> Iterator[FoundFile]:
        while self._folders or self._links:
            folder = self._folders.pop() if self._folders else self._links.popleft()
            try:
                identity, entries = _identity(folder), _entries(folder)
            except OSError as error:
                if folder == self._root:
                    raise UsageError(f"The folder {folder} cannot be read: {error.strerror}.") from error
                yield self._problem(folder, f"The folder cannot be read: {error.strerror}.")
                continue
            if identity in self._entered:
                yield replace(self._problem(folder, "A folder that is read already under another name."), skipped=True)
            elif identity != self._excluded:
                self._entered.add(identity)
                yield from self._files(entries)

    def _files(self, entries: Iterable[tuple[Path, bool]]) -> Iterator[FoundFile]:
        """The files among the entries of a folder; its folders are kept for later."""
        entries = list(entries)
        names = {path.name for path, _ in entries}
        for path, is_folder in entries:
            if not is_folder and not is_companion(path):
                yield look(path, self._root, self._settings, self._defaults_of, names)
            elif not is_folder:
                continue
            elif path.is_symlink():
                self._links.append(path)
            else:
                self._folders.append(path)

    def _problem(self, path: Path, problem: str) -> FoundFile:
        return FoundFile(path, _relative(path, self._root), problem=problem)


def _identity(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_dev, status.st_ino


def _entries(folder: Path) -> list[tuple[Path, bool]]:
    """The files and folders in a folder by name, hidden ones left out, and whether each is a folder."""
    with os.scandir(folder) as scanned:
        entries = sorted((entry for entry in scanned if not entry.name.startswith(".")), key=lambda entry: entry.name)
    return [(folder / entry.name, _is_folder(entry)) for entry in entries]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link into a folder that we may not look into; as a file it is reported
        return False


def look(
    path: Path,
    root: Path,
    settings: str = "",
    defaults_of: _DefaultsOf | None = None,
    beside: Container[str] | None = None,
) -> FoundFile:
    """What stands on disk under a path of the collection at `root`. Nothing is opened but what is said about it.

    `beside` are the names of all files in its folder, where they are known: asking for two sidecars of each of ten
    thousand files takes longer than all else.
    """
    found = partial(FoundFile, path, _relative(path, root))
    try:
        status = path.stat()
    except OSError as error:
        return found(problem=f"It cannot be read: {error.strerror}.")
    if not stat.S_ISREG(status.st_mode):
        return found(problem="It is not a regular file.", skipped=True)
    if loader_name(path) is None:
        kind = f"Files that end in {path.suffix}" if path.suffix else "Files without a suffix"
        return found(problem=f"{kind} are not read.", skipped=True)
    found = partial(found, status.st_size, status.st_mtime_ns)
    if not os.access(path, os.R_OK):
        return found(problem="It cannot be read: Permission denied.")
    defaults = defaults_of(path.parent) if defaults_of else folder_defaults(path.parent, root)
    return found(_companions(path, defaults, settings, beside), defaults)


def _companions(path: Path, defaults: Defaults, settings: str, beside: Container[str] | None) -> str:
    """A digest of what is said about a file elsewhere."""
    said = hashlib.sha256(repr((defaults, settings)).encode())
    names = (path.name, path.stem)
    for number, name in enumerate(names):
        said.update(b"\n")
        if beside is not None and name + SIDECAR_SUFFIX not in beside:
            continue
        sidecar = sidecar_paths(path)[number]
        try:
            if sidecar.is_file():
                with sidecar.open("rb") as file:
                    said.update(file.read(_SIDECAR_BYTES))
        except OSError:
            said.update(b"unreadable")
    return said.hexdigest()[:16]


def _relative(path: Path, root: Path) -> str:
    r"""The path below the root with `/`. Bytes that are no UTF-8 are written as `\xff`, a backslash as two."""
    raw = os.fsencode(path.relative_to(root).as_posix())
    return raw.replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace")


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
