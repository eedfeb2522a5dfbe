"""Complete builds of the index, side by side: how one is begun, published, opened, verified and swept away.

    index/CURRENT                    the number of the generation that answers
    index/LOCK                       held while somebody builds
    index/generations/000007/        one complete build; `manifest.json` is written last
    index/generations/000008.building/   a build that is under way, or that was killed
    index/CLUSTER                    where a cluster holds the generations: what all their names there have in common
    index/journal/                   what a run has read so far; it outlives a run that was stopped

A kill at any moment leaves the last good generation answering: until CURRENT is replaced, which is one atomic
rename, nobody looks at the new one; after that it is whole, since everything in it was flushed to disk before.
A reader holds a shared lock on its generation's manifest, and the sweep removes no generation that is held.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO

from kb_search import manifest as manifests
from kb_search.disk import flush, link_tree, write_atomically
from kb_search.errors import (
    REBUILD,
    IndexDamaged,
    IndexLocked,
    IndexMissing,
    IndexProblem,
    IndexUnsafe,
    KbSearchError,
    UsageError,
)
from kb_search.manifest import Manifest, StoredFile

#: How many generations are kept: the one that answers and the one before.
KEPT = 2

#: The folder in an index where a run keeps what it has read until it is published.
JOURNAL = "journal"

#: The file in an index folder by which a cluster knows what belongs to it.
CLUSTER = "CLUSTER"

_BUILDING = ".building"
# Files that are flushed together wait for the disk together.
_FLUSHED_AT_ONCE = 8
# What an index folder holds of its own; the first two only where an index was built or begun.
_BEGUN = {"CURRENT", "LOCK"}
_OWN = _BEGUN | {"CURRENT.new", CLUSTER, CLUSTER + ".new", "generations", JOURNAL, ".gitignore"}
_log = logging.getLogger(__name__)


class Opened:
    """A generation that is open for reading: `folder` and `manifest`. It is not swept until `close`."""

    def __init__(self, folder: Path, manifest: Manifest, held: IO[bytes]) -> None:
        self.folder = folder
        self.manifest = manifest
        self._held = held
        self._damage = ""
        self._is_compared = False

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Raise IndexDamaged for an error that nobody foresaw, if a file is not what was written.

        An error that the files cannot explain is a mistake of ours and goes on as it is.
        """
        try:
            yield
        except KbSearchError:
            raise
        except Exception:
            self._look_for_damage()
            raise

    def _look_for_damage(self) -> None:
        """Raise IndexDamaged if a file has changed; they are compared once, and not for every error."""
        if not self._is_compared:
            self._is_compared = True
            try:
                manifests.compare(self.folder, self.manifest)
            except IndexDamaged as damage:
                self._damage = str(damage)  # the error itself would hold what was open when it came
        if self._damage:
            raise IndexDamaged(self._damage)

    def close(self) -> None:
        """Let the generation go."""
        self._held.close()


class Build:
    """A generation that is being built in `folder`. What is not published is thrown away, but for the `journal`."""

    def __init__(self, index: Path, number: int) -> None:
        self.generation = f"{number:06}"
        self.folder = index / "generations" / (self.generation + _BUILDING)
        self.journal = index / JOURNAL
        self._index = index
        self.published = False

    def publish(
        self,
        engine: str,
        articles: int,
        passages: int,
        settings: Mapping[str, str] | None = None,
        announce: Callable[[Path], None] | None = None,
    ) -> Manifest:
        """Flush everything to disk, write the manifest, and make this the generation that answers.

        `announce` is called before CURRENT is replaced, with the folder that is whole by then.
        """
        known = self._checksums_of_links()
        inside = sorted(self.folder.rglob("*"))
        with ThreadPoolExecutor(_FLUSHED_AT_ONCE) as threads:
            files = list(threads.map(partial(self._stored, known), (path for path in inside if path.is_file())))
            list(threads.map(flush, (path for path in inside if path.is_dir())))
        created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        pairs = tuple((settings or {}).items())
        manifest = Manifest(self.generation, engine, articles, passages, tuple(files), created=created, settings=pairs)
        write_atomically(self.folder / manifests.NAME, manifests.encode(manifest))
        final = self.folder.with_name(self.generation)
        self.folder.rename(final)
        flush(final.parent)
        if announce:
            self._announce(announce, final)
        write_atomically(self._index / "CURRENT", f"{self.generation}\n".encode())
        self.published = True
        return manifest

    def _announce(self, announce: Callable[[Path], None], final: Path) -> None:
        """Have a generation announced; where that fails it is none, and is thrown away as one that was begun."""
        try:
            announce(final)
        except BaseException:
            final.rename(self.folder)
            raise

    @contextmanager
    def flushing(self) -> Iterator[None]:
        """Have the system write to disk what is there already, while the caller goes on with something else.

        `publish` flushes everything that is new, and waits less for what is on disk by then. Raises OSError where the
        disk fails: the system tells so once, and `publish` would not hear of it any more.
        """
        # An engine may remove files and whole folders meanwhile, which `walk` takes for empty.
        paths = [Path(folder, name) for folder, _, names in os.walk(self.folder) for name in names]
        with ThreadPoolExecutor(_FLUSHED_AT_ONCE) as threads:
            flushed = threads.map(_flush_if_there, paths)
            yield
            list(flushed)

    def _stored(self, known: Mapping[tuple[int, int], str], path: Path) -> StoredFile:
        """A file of the generation, flushed to disk; what is linked was flushed when it was published."""
        status = path.stat()
        checksum = known.get((status.st_dev, status.st_ino), "")
        if not checksum:
            flush(path)
            checksum = manifests.sha256(path)
        return StoredFile(path.relative_to(self.folder).as_posix(), status.st_size, checksum)

    def forget_journal(self) -> None:
        """Throw away what was read: it is published, or of no use any more."""
        shutil.rmtree(self.journal, ignore_errors=True)

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
    """Begin a generation; only one at a time.

    What killed builds left behind is removed first; old generations are swept after a publication. Raises IndexLocked
    where somebody builds already, UsageError for a folder of something else, IndexUnsafe, and IndexProblem where the
    folder cannot be written.
    """
    try:
        _prepare(index)
        with _builder_lock(index):
            _remove_leftovers(index)
            build = Build(index, 1 + max((int(path.name) for path in _published(index)), default=0))
            build.folder.mkdir()
            try:
                yield build
            finally:
                shutil.rmtree(build.folder, ignore_errors=True)
                if build.published:
                    build.forget_journal()
                    sweep(index)
    except OSError as error:
        raise IndexProblem(f"The index in {index} cannot be written: {error.strerror or error}.") from error


@contextmanager
def copying(index: Path) -> Iterator[None]:
    """Change a folder that holds a copy of an index; it is made if need be, and others wait. Raises OSError."""
    for folder in (index, index / "generations"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    with (index / "LOCK").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def open_current(index: Path) -> Opened:
    """Open the generation that answers, or, loudly, the one before if that is damaged.

    Raises IndexMissing, IndexOutdated, IndexDamaged, IndexUnsafe.
    """
    check_safe(index)
    for _ in range(_TRIES):
        name = current_name(index)
        try:
            return _hold(*_current(index))
        except IndexDamaged as damage:
            if name == current_name(index):
                return _open_before(index, damage)
    raise IndexProblem(f"The index in {index} changes while it is opened; try again.")


def current_name(index: Path) -> str:
    """The number of the generation that answers; empty where there is none. Costs one small read."""
    try:
        return (index / "CURRENT").read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def current_folder(index: Path) -> Path:
    """The folder of the generation that CURRENT names, whether it is there or not."""
    return index / "generations" / current_name(index)


def current_identity(index: Path) -> tuple[str, int, int]:
    """What tells the generation that answers from all others, also from one of the same number in an index made anew.

    Its number, and the size and time of its manifest, zeros where that is not there.
    """
    name = current_name(index)
    try:
        found = (index / "generations" / name / manifests.NAME).stat()
    except OSError:
        return name, 0, 0
    return name, found.st_size, found.st_mtime_ns


def current_engine(index: Path) -> str:
    """What keeps the generation that answers, even where that cannot be opened; empty where nothing tells it."""
    return manifests.engine_of(current_folder(index))


def verify(index: Path) -> Manifest:
    """Compare every file of the generation that answers with its checksum. Raises IndexDamaged."""
    check_safe(index)
    folder, manifest = _current(index)
    manifests.compare(folder, manifest)
    return manifest


def sweep(index: Path) -> int:
    """Remove generations that are neither kept nor held by a reader; their number."""
    if not current_name(index).isdecimal():
        return 0
    current = int(current_name(index))
    older = sorted((path for path in _published(index) if int(path.name) < current), key=_number, reverse=True)
    newer = [path for path in _published(index) if int(path.name) > current]  # its publisher was killed
    return sum(_remove_unless_held(path) for path in [*older[KEPT - 1 :], *newer])


def count_kept(index: Path) -> int:
    """How many complete generations are on disk: those that are kept, and those that a reader holds."""
    return len(_published(index))


def check_safe(index: Path) -> None:
    """Refuse an index that others could have written to: it holds pickles. Raises IndexMissing, IndexUnsafe."""
    for folder in (index, index / "generations"):
        try:
            status = folder.stat()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise IndexMissing(f"There is no index in {index}; build one with `kb-search index`.") from error
        except OSError as error:
            raise IndexProblem(f"The index in {index} cannot be read: {error.strerror}.") from error
        _refuse_unsafe(folder, status)


def _refuse_unsafe(folder: Path, status: os.stat_result) -> None:
    if status.st_uid not in (os.geteuid(), 0):
        raise IndexUnsafe(
            f"{folder} belongs to another user, who could have written anything into it, so its index is not opened. "
            "Build one of your own with `kb-search index --index FOLDER`."
        )
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise IndexUnsafe(
            f"Others can write into {folder}, so its index is not opened. "
            f"If it is yours, run `chmod 700 {folder}` and build it anew with `kb-search index --full`."
        )


def link_generation(source: Path, target: Path) -> None:
    """Fill a folder with hard links to all files of a generation but its manifest (copies, where links fail).

    Raises IndexDamaged for a copy of what is not what was written: it would get a checksum of its own.
    """
    copied = link_tree(source, target, but=manifests.NAME)
    if copied:
        manifests.compare(target, manifests.read(source), (path.as_posix() for path in copied))


def _flush_if_there(path: Path) -> None:
    with suppress(FileNotFoundError):  # an engine may have put it together with others meanwhile
        flush(path)


# A generation may be swept between reading its name and holding it, but hardly twice.
_TRIES = 3


def _prepare(index: Path) -> None:
    """Make the folder of an index, or see that it is one and safe to go on with."""
    if index.exists() and not index.is_dir():
        raise UsageError(f"{index} is a file; --index needs a folder.")
    held = {path.name for path in index.iterdir()} if index.exists() else set()
    if held - _OWN and not held & _BEGUN:
        raise UsageError(f"{index} holds other files and no index; choose an empty or a new folder with --index.")
    for folder in (index, index / "generations"):
        if held & _BEGUN and folder.exists():
            _refuse_unsafe(folder, folder.stat())
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)


@contextmanager
def _builder_lock(index: Path) -> Iterator[None]:
    with (index / "LOCK").open("a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read(200).decode("utf-8", "replace").strip() or "another process"
            raise IndexLocked(f"{index} is being built by {holder}; wait until it has finished.") from error
        file.truncate(0)
        file.write(f"process {os.getpid()}, since {time.strftime('%H:%M:%S')}".encode())
        file.flush()
        yield


def _remove_leftovers(index: Path) -> None:
    """Remove what killed builds left: half a generation, or a whole one that was never switched to."""
    for leftover in (index / "generations").glob("*" + _BUILDING):
        shutil.rmtree(leftover, ignore_errors=True)
    sweep(index)


def _published(index: Path) -> list[Path]:
    folders = (index / "generations").iterdir() if (index / "generations").is_dir() else ()
    return [path for path in folders if path.name.isdecimal() and path.is_dir()]


def _number(folder: Path) -> int:
    return int(folder.name)


def _current(index: Path) -> tuple[Path, Manifest]:
    name = current_name(index)
    if not name and not _published(index):
        raise IndexMissing(f"There is no index in {index}; build one with `kb-search index`.")
    if not name.isdecimal():
        raise IndexDamaged(f"{index / 'CURRENT'} does not name a generation. {REBUILD}")
    folder = index / "generations" / name
    return folder, manifests.read(folder)


def _hold(folder: Path, manifest: Manifest) -> Opened:
    try:
        held = (folder / manifests.NAME).open("rb")
        fcntl.flock(held, fcntl.LOCK_SH)
    except OSError as error:
        raise IndexDamaged(f"Generation {folder.name} cannot be opened: {error.strerror}. {REBUILD}") from error
    if not (folder / manifests.NAME).exists():  # swept a moment ago
        held.close()
        raise IndexDamaged(f"Generation {folder.name} is gone. {REBUILD}")
    return Opened(folder, manifest, held)


def _open_before(index: Path, damage: IndexDamaged) -> Opened:
    """The newest generation that is whole but for the one that CURRENT names."""
    current = current_name(index)
    others = [path for path in _published(index) if not current.isdecimal() or int(path.name) < int(current)]
    for folder in sorted(others, key=_number, reverse=True):
        try:
            opened = _hold(folder, manifests.read(folder))
        except IndexProblem:
            continue
        _log.warning("%s Answering from the generation before, %s.", damage, folder.name)
        return opened
    raise damage


def _remove_unless_held(folder: Path) -> bool:
    try:
        with (folder / manifests.NAME).open("rb") as manifest:
            fcntl.flock(manifest, fcntl.LOCK_EX | fcntl.LOCK_NB)
            (folder / manifests.NAME).unlink()
    except BlockingIOError:
        return False
    except FileNotFoundError:
        pass
    shutil.rmtree(folder, ignore_errors=True)
    return True
