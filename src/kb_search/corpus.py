"""The folder of articles: which files are in it, and which of them are what the last run saw.

The folder is only ever read. A file is compared first by size and times, then by the SHA-256 of its content. What is
said about a file elsewhere (its sidecar, a `collection.toml` above it, the settings) counts as a part of it.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from operator import attrgetter
from pathlib import Path, PurePath
from typing import NamedTuple

from kb_search.errors import UsageError
from kb_search.filelist import KnownFile
from kb_search.loaders import (
    README_REASON,
    SIDECAR_SUFFIX,
    Defaults,
    SourceFile,
    folder_defaults,
    is_companion,
    is_readme,
    loader_name,
    sidecar_paths,
)

_NO_DEFAULTS = Defaults()
# A file written within so many nanoseconds of the last look may have changed without a new time.
_UNSURE_NS = 2_000_000_000
# Sidecars are small; a loader refuses larger ones, so that their beginning is enough to tell a change.
_SIDECAR_BYTES = 1 << 20
#: The mode of a file that its owner, its group and everybody else may read.
_READABLE = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH


class FoundFile(NamedTuple):
    """A file of the collection as it is on disk; a tuple, as there are so many (see KnownFile).

    `problem` says why it cannot be read at all, `companions` is a digest of what is said about it elsewhere.
    """

    folder: Path
    name: str
    relative: str
    size: int = 0
    mtime_ns: int = 0
    companions: str = ""
    defaults: Defaults = _NO_DEFAULTS
    problem: str = ""
    skipped: bool = False
    ctime_ns: int = 0

    @property
    def path(self) -> Path:
        """Where the file stands. Made when it is asked for: of ten thousand files few are opened."""
        return self.folder / self.name


def walk(root: Path, exclude: Path | None = None, settings: str = "", start: Path | None = None) -> list[FoundFile]:
    """All files below a folder, in the order of their paths; hidden ones and companions are left out.

    A README is listed as skipped, and so is a sidecar of no file.

    Links to folders are followed after everything else, and each folder is entered once, so that neither a circle
    of links nor a tree of them can make the walk long. What is no regular file is listed as a problem. `exclude` (the
    index) is not entered; `settings` is what else a file is read by; the walk begins at `start`, which may be a folder
    within the root. Raises UsageError where the folder cannot be
    listed.
    """
    if not root.is_dir():
        what = "is a file" if root.exists() else "does not exist"
        raise UsageError(f"{root} {what}; name the folder with your articles.")
    return sorted(_Walk(root, exclude, settings, start or root).all_files(), key=attrgetter("relative"))


class _Walk:
    """One walk over a folder; `_folders` and `_links` are those still to be entered."""

    def __init__(self, root: Path, exclude: Path | None, settings: str, start: Path) -> None:
        self._root, self._start = root, start
        self._settings = settings
        self._excluded = _identity(exclude) if exclude and exclude.is_dir() else None
        self._entered: set[tuple[int, int]] = set()
        self._folders, self._links = [start], deque[Path]()

    def all_files(self) -> Iterator[FoundFile]:
        while self._folders or self._links:
            folder = self._folders.pop() if self._folders else self._links.popleft()
            try:
                identity, entries = _identity(folder), _entries(folder)
            except OSError as error:
                if folder == self._start:
                    raise UsageError(f"The folder {folder} cannot be read: {error.strerror}.") from error
                yield self._problem(folder, f"The folder cannot be read: {error.strerror}.")
                continue
            if identity in self._entered:
                yield self._problem(folder, "A folder that is read already under another name.")._replace(skipped=True)
            elif identity != self._excluded:
                self._entered.add(identity)
                yield from self._files(folder, entries)

    def _files(self, folder: Path, entries: Sequence[os.DirEntry[str]]) -> Iterator[FoundFile]:
        """The files among the entries of a folder; its folders are kept for later."""
        place = _Place(folder, self._root, self._settings, entries)
        for entry in entries:
            if not _is_folder(entry):
                if not is_companion(entry.name):
                    yield place.look(entry.name, entry.stat)
                elif place.is_lone(entry.name):
                    lone = self._problem(folder / entry.name, "It is a sidecar, and there is no file for it.")
                    yield lone._replace(skipped=True)
            elif entry.is_symlink():
                self._links.append(folder / entry.name)
            else:
                self._folders.append(folder / entry.name)

    def _problem(self, path: Path, problem: str) -> FoundFile:
        return FoundFile(path.parent, path.name, _relative(path, self._root), problem=problem)


def _identity(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_dev, status.st_ino


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """The files and folders in a folder by name, hidden ones left out."""
    with os.scandir(folder) as scanned:
        return sorted((entry for entry in scanned if not entry.name.startswith(".")), key=lambda entry: entry.name)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link into a folder that we may not look into; as a file it is reported
        return False


def behind_links(root: Path, exclude: Path | None = None) -> Iterator[tuple[str, int, int]]:
    """Each file that a link leads to, also one to a folder above it: its path, size and time, -1 where it is none.

    It comes as `walk` has it, each folder once, but files that stand here themselves are not asked about: ten thousand
    of them take a few hundredths of a second.
    """
    entered = {_identity(exclude)} if exclude and exclude.is_dir() else set[tuple[int, int]]()
    waiting = deque([(root, False)])
    while waiting:
        folder, is_behind = waiting.popleft()
        with suppress(OSError):
            identity, entries = _identity(folder), _entries(folder)
            for entry in entries if identity not in entered else ():
                if not _is_folder(entry):
                    if is_behind or entry.is_symlink():
                        yield entry.path, *_state(entry)
                elif entry.is_symlink():
                    waiting.append((folder / entry.name, True))
                else:
                    waiting.appendleft((folder / entry.name, is_behind))
            entered.add(identity)


def _state(entry: os.DirEntry[str]) -> tuple[int, int]:
    try:
        status = entry.stat()
    except OSError:
        return -1, -1
    return status.st_size, status.st_mtime_ns


def look(path: Path, root: Path, settings: str = "") -> FoundFile:
    """What stands on disk under a path of the collection at `root`. Nothing is opened but what is said about it."""
    return _Place(path.parent, root, settings).look(path.name, path.stat)


class _Place:
    """A folder of the collection, with what all files in it share.

    Of ten thousand files, asking for each of them what is the same for all takes longer than all else that a run does
    where nothing has changed. `entries` are all files in the folder, where they are known: no sidecar is then asked for
    that is not there.
    """

    def __init__(
        self, folder: Path, root: Path, settings: str, entries: Sequence[os.DirEntry[str]] | None = None
    ) -> None:
        self._entries = entries or ()
        self._folder, self._root, self._settings = folder, root, settings
        self._sidecars = None if entries is None else _sidecars(entries)
        self._prefix = "" if folder == root else _relative(folder, root) + "/"

    def is_lone(self, name: str) -> bool:
        """Whether a companion of this name is a sidecar of no file in the folder."""
        about = name.removesuffix(SIDECAR_SUFFIX)
        return about != name and about not in self._stems

    @cached_property
    def _stems(self) -> set[str]:
        """The names of all files that are no sidecars, with and without their suffixes."""
        names = [entry.name for entry in self._entries if not entry.name.endswith(SIDECAR_SUFFIX)]
        return {*names, *(PurePath(name).stem for name in names)}

    @cached_property
    def _defaults(self) -> Defaults:
        """What is said of all files in the folder; asked for the first file, since many folders have only folders."""
        return folder_defaults(self._folder, self._root)

    @cached_property
    def _said(self) -> hashlib._Hash:
        return hashlib.sha256(repr((self._defaults, self._settings)).encode())

    @cached_property
    def _alone(self) -> str:
        """The digest for a file without a sidecar."""
        return _digest(self._said.copy(), [b"", b""])

    def look(self, name: str, status_of: Callable[[], os.stat_result]) -> FoundFile:
        """What stands under a name in the folder; `status_of` gives its state, links followed."""
        relative = self._prefix + _shown(name)
        try:
            status = status_of()
        except OSError as error:
            return FoundFile(self._folder, name, relative, problem=f"It cannot be read: {error.strerror}.")
        if reason := _not_ours(name, status.st_mode):
            return FoundFile(self._folder, name, relative, problem=reason, skipped=True)
        size, time, ctime = status.st_size, status.st_mtime_ns, status.st_ctime_ns
        # A file that everybody may read need not be asked about: ten thousand questions take a tenth of a second.
        if status.st_mode & _READABLE != _READABLE and not os.access(self._folder / name, os.R_OK):
            return FoundFile(self._folder, name, relative, size, time, problem="It cannot be read: Permission denied.")
        said = self._companions(name)
        return FoundFile(self._folder, name, relative, size, time, said, self._defaults, ctime_ns=ctime)

    def _companions(self, name: str) -> str:
        """A digest of what is said about a file elsewhere."""
        if self._sidecars == frozenset():
            return self._alone
        paths = sidecar_paths(self._folder / name)
        if self._sidecars is not None and self._sidecars.isdisjoint(path.name for path in paths):
            return self._alone
        return _digest(self._said.copy(), map(_content, paths))


def _not_ours(name: str, mode: int) -> str:
    """Why a file of a name and a mode is not read; empty where it is."""
    if not stat.S_ISREG(mode):
        return "It is not a regular file."
    if is_readme(name):
        return f"It is a README; {README_REASON}"
    if loader_name(name) is None:
        suffix = PurePath(name).suffix
        return f"Files that end in {suffix} are not read." if suffix else "Files without a suffix are not read."
    return ""


def _sidecars(entries: Iterable[os.DirEntry[str]]) -> frozenset[str]:
    return frozenset(entry.name for entry in entries if entry.name.endswith(SIDECAR_SUFFIX))


def _digest(said: hashlib._Hash, sidecars: Iterable[bytes]) -> str:
    for content in sidecars:
        said.update(b"\n" + content)
    return said.hexdigest()[:16]


def _content(sidecar: Path) -> bytes:
    """The beginning of a sidecar; nothing where there is none."""
    try:
        if not sidecar.is_file():
            return b""
        with sidecar.open("rb") as file:
            return file.read(_SIDECAR_BYTES)
    except OSError:
        return b"unreadable"


def _relative(path: Path, root: Path) -> str:
    r"""The path below the root with `/`. Bytes that are no UTF-8 are written as `\xff`, a backslash as two."""
    return _shown(path.relative_to(root).as_posix())


def _shown(name: str) -> str:
    if name.isascii() and "\\" not in name:
        return name
    return os.fsencode(name).replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace")


def source_file(found: FoundFile, max_bytes: int) -> SourceFile:
    """What a loader is handed for a file."""
    return SourceFile(found.path, found.relative, found.defaults, max_bytes)


def is_unchanged(found: FoundFile, known: KnownFile) -> bool:
    """Whether a file is what the last run saw, by size and time if these are sure, else by its content."""
    if found.companions != known.companions or found.size != known.size:
        return False
    return is_sure(found, known) or content_digest(found.path) == known.sha256


def is_sure(found: FoundFile, known: KnownFile) -> bool:
    """Whether a file's times alone say that it is what the last run saw, if its size is the same.

    That of its last change can be put back by programs, that of its state cannot; the latter also changes with rights.
    """
    is_same = (found.mtime_ns, found.ctime_ns) == (known.mtime_ns, known.ctime_ns)
    return is_same and found.mtime_ns < known.seen_ns - _UNSURE_NS


def content_digest(path: Path) -> str:
    """The SHA-256 of a file's content; empty where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
