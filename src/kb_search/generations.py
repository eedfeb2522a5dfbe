"""Complete builds of the index, side by side: how one is begun, published, opened, verified and swept away.

    index/CURRENT                    the number of the generation that answers
    index/LOCK                       held while somebody builds
    index/generations/000007/        one complete build; `manifest.json` is written last
    index/generations/000008.building/   a build that is under way, or that was killed

A kill at any moment leaves the last good generation answering: until CURRENT is replaced, which is one atomic
rename, nobody looks at the new one; after that it is whole, since everything in it was flushed to disk before.
A reader holds a shared lock on its generation's manifest, and the sweep removes no generation that is held.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from kb_search import __version__
from kb_search.errors import (
    IndexDamaged,
    IndexLocked,
    IndexMissing,
    IndexOutdated,
    IndexProblem,
    IndexUnsafe,
    UsageError,
)

#: Raised whenever a generation of an older program would be read wrongly by this one.
SCHEMA = 1
#: How many generations are kept: the one that answers and the one before.
KEPT = 2

_MANIFEST = "manifest.json"
_BUILDING = ".building"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a generation: its path in it, its size in bytes and its SHA-256."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation says of itself."""

    generation: str
    engine: str
    articles: int
    passages: int
    files: tuple[StoredFile, ...]
    schema: int = SCHEMA
    program: str = __version__
    created: str = ""

    @property
    def bytes(self) -> int:
        """The size of all files together."""
        return sum(file.size for file in self.files)


class Opened:
    """A generation that is open for reading: `folder` and `manifest`. It is not swept until `close`."""

    def __init__(self, folder: Path, manifest: Manifest, held: IO[bytes]) -> None:
        self.folder = folder
        self.manifest = manifest
        self._held = held

    def close(self) -> None:
        """Let the generation go."""
        self._held.close()


class Build:
    """A generation that is being built in `folder`. What is not published is thrown away."""

    def __init__(self, index: Path, number: int) -> None:
        self.generation = f"{number:06}"
        self.folder = index / "generations" / (self.generation + _BUILDING)
        self._index = index
        self.published = False

    def publish(self, engine: str, articles: int, passages: int) -> Manifest:
        """Flush everything to disk, write the manifest, and make this the generation that answers."""
        known = self._checksums_of_links()
        files = []
        for path in sorted(path for path in self.folder.rglob("*") if path.is_file()):
            flush(path)
            status = path.stat()
            checksum = known.get((status.st_dev, status.st_ino)) or _sha256(path)
            files.append(StoredFile(path.relative_to(self.folder).as_posix(), status.st_size, checksum))
        created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        manifest = Manifest(self.generation, engine, articles, passages, tuple(files), created=created)
        write_atomically(self.folder / _MANIFEST, json.dumps(asdict(manifest), indent=1).encode())
        for folder in (*(path for path in self.folder.rglob("*") if path.is_dir()), self.folder):
            flush(folder)
        final = self.folder.with_name(self.generation)
        self.folder.rename(final)
        flush(final.parent)
        write_atomically(self._index / "CURRENT", f"{self.generation}\n".encode())
        self.published = True
        return manifest

    def _checksums_of_links(self) -> dict[tuple[int, int], str]:
        """The checksums of files that are hard links into the generation that answers now."""
        try:
            folder, manifest = _current(self._index)
        except IndexProblem:
            return {}
        found = {}
        for file in manifest.files:
            status = (folder / file.path).stat()
            if status.st_size == file.size:
                found[status.st_dev, status.st_ino] = file.sha256
        return found


@contextmanager
def building(index: Path) -> Iterator[Build]:
    """Begin a generation; only one at a time. Raises IndexLocked, UsageError for a folder of something else.

    Leftovers of builds that were killed are removed first; old generations are swept after a publication.
    """
    _prepare(index)
    with _builder_lock(index):
        for leftover in (index / "generations").glob("*" + _BUILDING):
            shutil.rmtree(leftover, ignore_errors=True)
        build = Build(index, 1 + max((int(path.name) for path in _published(index)), default=0))
        build.folder.mkdir()
        try:
            yield build
        finally:
            shutil.rmtree(build.folder, ignore_errors=True)
            if build.published:
                sweep(index)


def open_current(index: Path) -> Opened:
    """Open the generation that answers, or, loudly, the one before if that is damaged.

    Raises IndexMissing, IndexOutdated, IndexDamaged, IndexUnsafe.
    """
    check_safe(index)
    for _ in range(3):  # a generation may be swept between reading its name and holding it
        try:
            return _hold(*_current(index))
        except FileNotFoundError:
            continue
        except IndexDamaged as damage:
            return _open_before(index, damage)
    raise IndexDamaged(f"The index in {index} changes while it is opened; try again.")


def current_name(index: Path) -> str:
    """The number of the generation that answers; empty where there is none. Costs one small read."""
    try:
        return (index / "CURRENT").read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def verify(index: Path) -> Manifest:
    """Compare every file of the generation that answers with its checksum. Raises IndexDamaged."""
    check_safe(index)
    folder, manifest = _current(index)
    for file in manifest.files:
        if _sha256(folder / file.path) != file.sha256:
            raise IndexDamaged(f"{file.path} of generation {manifest.generation} is not what was written. {_REBUILD}")
    return manifest


def sweep(index: Path) -> int:
    """Remove generations that are neither kept nor held by a reader; their number."""
    current = current_name(index)
    older = sorted((path for path in _published(index) if path.name < current), reverse=True)
    newer = [path for path in _published(index) if path.name > current]  # its publisher was killed
    return sum(_remove_unless_held(path) for path in [*older[KEPT - 1 :], *newer])


def check_safe(index: Path) -> None:
    """Refuse an index that others could have written to: it holds pickles. Raises IndexMissing, IndexUnsafe."""
    for folder in (index, index / "generations"):
        try:
            status = folder.stat()
        except OSError as error:
            raise IndexMissing(f"There is no index in {index}; build one with `kb-search index`.") from error
        if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH) or status.st_uid not in (os.geteuid(), 0):
            raise IndexUnsafe(
                f"Others can write into {folder}, so its index is not opened. "
                f"If it is yours, run `chmod 700 {folder}` and build it anew with `kb-search index --full`."
            )


def link_tree(source: Path, target: Path) -> None:
    """Fill a folder with hard links to all files of a generation but its manifest (copies, where links fail)."""
    for path in source.rglob("*"):
        copy = target / path.relative_to(source)
        if path.is_dir():
            copy.mkdir(parents=True, exist_ok=True)
        elif path.name != _MANIFEST:
            copy.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(path, copy)
            except OSError:
                shutil.copy2(path, copy)


def write_atomically(path: Path, raw: bytes) -> None:
    """Replace a file so that a reader sees the old or the new one, and a power cut leaves one of them."""
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    flush(path.parent)


def flush(path: Path) -> None:
    """Have the system write a file or folder to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


_REBUILD = "Build it anew with `kb-search index --full`."


def _prepare(index: Path) -> None:
    if index.exists():
        if not index.is_dir():
            raise UsageError(f"{index} is a file; --index needs a folder.")
        others = {path.name for path in index.iterdir()} - {".gitignore"}
        if others and not (index / "generations").is_dir():
            raise UsageError(f"{index} holds other files and no index; choose an empty or a new folder with --index.")
    (index / "generations").mkdir(parents=True, exist_ok=True)
    for folder in (index, index / "generations"):
        folder.chmod(0o700)


@contextmanager
def _builder_lock(index: Path) -> Iterator[None]:
    with (index / "LOCK").open("a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            holder = file.read(200).decode("utf-8", "replace").strip() or "another process"
            raise IndexLocked(f"{index} is being built by {holder}; wait until it has finished.") from error
        file.truncate(0)
        file.write(f"process {os.getpid()}, since {time.strftime('%H:%M:%S')}".encode())
        file.flush()
        yield


def _published(index: Path) -> list[Path]:
    return [path for path in (index / "generations").iterdir() if path.name.isdigit() and path.is_dir()]


def _current(index: Path) -> tuple[Path, Manifest]:
    name = current_name(index)
    if not name:
        raise IndexMissing(f"There is no index in {index}; build one with `kb-search index`.")
    if not name.isdigit():
        raise IndexDamaged(f"{index / 'CURRENT'} does not name a generation. {_REBUILD}")
    folder = index / "generations" / name
    return folder, _read_manifest(folder)


def _read_manifest(folder: Path) -> Manifest:
    try:
        fields = json.loads((folder / _MANIFEST).read_text("utf-8"))
        schema = fields["schema"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexDamaged(f"The manifest of generation {folder.name} cannot be read. {_REBUILD}") from error
    if schema != SCHEMA:
        raise IndexOutdated(
            f"The index was built by kb-search {fields.get('program', '?')}, which kept it in another way. {_REBUILD}"
        )
    try:
        files = tuple(StoredFile(**file) for file in fields.pop("files"))
        manifest = Manifest(files=files, **fields)
    except (KeyError, TypeError) as error:
        raise IndexDamaged(f"The manifest of generation {folder.name} is not whole. {_REBUILD}") from error
    for file in manifest.files:
        path = folder / file.path
        if not path.is_file() or path.stat().st_size != file.size:
            raise IndexDamaged(f"{file.path} of generation {folder.name} is missing or cut short. {_REBUILD}")
    return manifest


def _hold(folder: Path, manifest: Manifest) -> Opened:
    held = (folder / _MANIFEST).open("rb")
    fcntl.flock(held, fcntl.LOCK_SH)
    if not (folder / _MANIFEST).exists():
        held.close()
        raise FileNotFoundError(folder)
    return Opened(folder, manifest, held)


def _open_before(index: Path, damage: IndexDamaged) -> Opened:
    current = current_name(index)
    for folder in sorted((path for path in _published(index) if path.name < current), reverse=True):
        try:
            opened = _hold(folder, _read_manifest(folder))
        except (IndexProblem, FileNotFoundError):
            continue
        _log.warning("%s Answering from the generation before, %s.", damage, folder.name)
        return opened
    raise damage


def _remove_unless_held(folder: Path) -> bool:
    try:
        with (folder / _MANIFEST).open("rb") as manifest:
            fcntl.flock(manifest, fcntl.LOCK_EX | fcntl.LOCK_NB)
            (folder / _MANIFEST).unlink()
    except BlockingIOError:
        return False
    except FileNotFoundError:
        pass
    shutil.rmtree(folder, ignore_errors=True)
    return True


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise IndexDamaged(f"{path.name} cannot be read: {error.strerror}. {_REBUILD}") from error
