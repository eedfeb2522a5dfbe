"""Follow the folder of articles: run the indexer once, and again whenever something in the folder has changed.

Watching begins before the first run, so that nothing can change unseen between the two, and what changes during a run
is seen after it. What other machines do on a network share is not announced to this one; there the folder is looked
through again and again (polled). Nor is all announced that changes behind links, so that is looked at now and then.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import watchfiles

from kb_search import corpus
from kb_search.config import Settings
from kb_search.errors import KbSearchError, RemovalsRefused, UsageError
from kb_search.results import IndexReport

MOUNTS = Path("/proc/mounts")
#: Kinds of file systems that other machines write to, as /proc/mounts calls them.
_SHARED = re.compile(
    r"nfs\d?|cifs|smb\w*|9p|afs|ceph|glusterfs|lustre|davfs2?|vboxsf|virtiofs|fuse\.(?:sshfs|rclone|glusterfs|davfs2?"
    r"|vmhgfs-fuse|ceph|s3fs|curlftpfs|smbnetfs)"
)
#: Names that programs write to before a file has its own; what comes of them is seen under that.
_UNFINISHED = ("~", ".tmp", ".part", ".crdownload", ".download", ".swp")


@dataclass(frozen=True, slots=True)
class Pace:
    """How often is looked and how long is waited, in seconds.

    A run begins when nothing has changed for `quiet`, or after `longest` where changes never end: with 0.05 s of quiet,
    the library's default, runs began in the midst of copying a folder. `poll` is the pause between two looks through a
    folder that is polled, `links` that between two looks behind links, `tick` that between two looks for whether it is
    still there, `retry` that before a run that failed is tried again.
    """

    quiet: float = 0.1
    longest: float = 10.0
    poll: float = 2.0
    links: float = 5.0
    tick: float = 0.25
    retry: float = 10.0


class Listener(Protocol):
    """What is told about the runs."""

    def done(self, report: IndexReport) -> None:
        """A run has ended; the first, or one after a change."""

    def failed(self, sentence: str) -> None:
        """A run could not be carried out, and why; it is tried again. Or the folder must be followed another way."""


def watch(
    settings: Settings,
    run: Callable[[], IndexReport],
    listener: Listener,
    *,
    poll: bool = False,
    stop: threading.Event | None = None,
    pace: Pace = Pace(),
) -> None:
    """Run the indexer, and again after each change in the folder, until `stop` is set or Ctrl-C is pressed.

    A UsageError of the first run is raised, so that a wrong folder is no silent wait. All else that ends a run (the
    index is locked, too many articles are gone, the disk is full) is told to the listener, and the run is tried again,
    at the latest after the next change. KeyboardInterrupt passes through.
    """
    stop = stop or threading.Event()
    runner = _Runner(run, listener, pace)
    folder = _Folder(settings.corpus.resolve(), settings.index.resolve(), pace, stop)
    poll = poll or is_shared(folder.root)
    while not stop.is_set():
        try:
            for changed in folder.polled() if poll else folder.announced():
                runner.step(changed=changed)
        except _NotAnnouncedError as reason:
            poll = True
            listener.failed(f"Changes are not announced here ({reason}); the folder is looked through instead.")


class _Runner:
    """Runs the indexer when something has changed, and once more later when that failed."""

    def __init__(self, run: Callable[[], IndexReport], listener: Listener, pace: Pace) -> None:
        self._run, self._listener, self._pace = run, listener, pace
        self._is_first = True
        self._due: float | None = 0.0
        self._told = ""

    def step(self, *, changed: bool) -> None:
        """Run if there is a reason to; `changed` is one."""
        if not changed and (self._due is None or time.monotonic() < self._due):
            return
        self._due = None
        try:
            report = self._run()
        except (KbSearchError, OSError) as error:
            if self._is_first and isinstance(error, UsageError):
                raise
            self._fail(error)
        else:
            self._told, self._is_first = "", False
            self._listener.done(report)

    def _fail(self, error: Exception) -> None:
        """Tell of a failure, once in a row. Articles that are gone come back with a change, and not by trying."""
        if not isinstance(error, RemovalsRefused):
            self._due = time.monotonic() + self._pace.retry
        if str(error) != self._told:
            self._told = str(error)
            self._listener.failed(self._told)


class _NotAnnouncedError(Exception):
    """The system does not say what changes in the folder: it has too many folders to watch, or cannot watch these."""


class _Folder:
    """The folder of articles at `root`, and two ways to hear of its changes.

    Each gives True when it begins and whenever there were changes, False now and then, and ends, with True once more,
    where the folder is not the one it was: unmounted, moved, or deleted and made anew. Nobody would hear of changes to
    the new one.
    """

    def __init__(self, root: Path, index: Path, pace: Pace, stop: threading.Event) -> None:
        self.root = root
        self._index, self._pace, self._stop = index, pace, stop
        self._took = 0.0
        self._behind, self._due = 0, 0.0

    def announced(self) -> Iterator[bool]:
        """The changes that the system announces. Raises _NotAnnouncedError where it does not."""
        began, pace = _identity(self.root), self._pace
        if began is None:
            yield from self._gone()
            return
        events = watchfiles.watch(
            self.root, watch_filter=self.counts, stop_event=self._stop, yield_on_timeout=True,
            rust_timeout=_milliseconds(pace.tick), step=_milliseconds(pace.quiet), debounce=_milliseconds(pace.longest),
            force_polling=False, ignore_permission_denied=True,
        )  # fmt: skip
        self._has_changed_behind_links()  # from here on
        is_new = True
        while _identity(self.root) == began:
            try:
                changes = next(events, None)
            except (OSError, RuntimeError) as error:  # the library's own error is a RuntimeError
                raise _NotAnnouncedError(str(error)) from error
            if changes is None:
                return
            yield self._has_changed_behind_links() or is_new or bool(changes)
            is_new = False
        yield True

    def _has_changed_behind_links(self) -> bool:
        """Whether what links lead to is not what it was at the last look, if it is time for one.

        Of a folder that is linked in while it is watched nothing is announced, nor of the target of a linked file.
        """
        started = time.monotonic()
        if started < self._due:
            return False
        before, self._behind = self._behind, hash(tuple(corpus.behind_links(self.root, self._index)))
        took = time.monotonic() - started
        self._due = time.monotonic() + max(self._pace.links, 9 * took)
        return before != self._behind

    def polled(self) -> Iterator[bool]:
        """The changes that can be seen by looking through the folder, which takes at most a tenth of the time.

        A change is given when nothing more has changed since the look before, or where changes never end.
        """
        began, before = _identity(self.root), self._look()
        if began is None:
            yield from self._gone()
            return
        yield True
        since: float | None = None
        while self._rest() and _identity(self.root) == began:
            now = self._look()
            if now != before and since is None:
                since = time.monotonic()
            is_ready = since is not None and (now == before or time.monotonic() - since > self._pace.longest)
            before, since = now, None if is_ready else since
            yield is_ready
        yield not self._stop.is_set()

    def _look(self) -> int:
        """What stands in the folder, as the indexer would find it, in one number; how long it took is remembered."""
        started = time.monotonic()
        try:
            found = hash(tuple(corpus.walk(self.root, self._index)))
        except UsageError:
            found = 0
        self._took = time.monotonic() - started
        return found

    def _rest(self) -> bool:
        """Wait before the next look; False where it is time to stop."""
        return not self._stop.wait(max(self._pace.poll, 9 * self._took))

    def _gone(self) -> Iterator[bool]:
        yield False
        self._stop.wait(self._pace.tick)

    def counts(self, _change: object, name: str) -> bool:
        """Whether a change of a file is one that can matter; hidden files, the index and unfinished files are not."""
        path = Path(name)
        if not path.is_relative_to(self.root) or path.is_relative_to(self._index):
            return False
        hidden = any(part.startswith(".") for part in path.relative_to(self.root).parts)
        return not hidden and not path.name.lower().endswith(_UNFINISHED)


def _milliseconds(seconds: float) -> int:
    return max(round(seconds * 1000), 1)


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def is_shared(folder: Path, mounts: Path = MOUNTS) -> bool:
    """Whether a folder, or one below it, stands on a network share, by what the system says of its mounts.

    `mounts` has the format of proc_mounts(5): device, mount point, type; blanks in names are written as octal escapes.
    Where there is no such file nothing is known, and the answer is no.
    """
    try:
        lines = mounts.read_text("utf-8", "replace").splitlines()
    except OSError:
        return False
    types = {Path(_unescaped(fields[1])): fields[2] for line in lines if len(fields := line.split()) > 2}
    above = [point for point in types if folder.is_relative_to(point)]
    below = [point for point in types if point.is_relative_to(folder)]
    nearest = sorted(above, key=lambda point: len(point.parts))[-1:]
    return any(_SHARED.fullmatch(types[point]) for point in [*nearest, *below])


def _unescaped(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)
