"""One process that reads files, one after the other, and writes what it reads into a journal of its own.

A file that needs too much processor time ends the process (the kernel's timer for it, `setitimer` of POSIX, does so
also within a library that never comes back); one that needs too much memory raises MemoryError, or breaks a library
that did not expect it. Either way only that file is lost.
"""

from __future__ import annotations

import ctypes
import gc
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

from kb_search import corpus
from kb_search.config import Settings
from kb_search.errors import DocumentError, IndexProblem, SkippedDocument
from kb_search.fingerprints import Read
from kb_search.journal import MOST_PROBLEMS, JournalWriter, Outcome
from kb_search.loaders import Remark, RowProblem, SourceFile, loader_name
from kb_search.loaders.base import printable
from kb_search.reading import read
from kb_search.workers.orders import Job, Message, summary

#: So often, in seconds, a process says that it is still reading the same file.
BEAT = 1.0
#: A process that keeps so many bytes from its files gives way to a fresh one.
_MOST_KEPT = 128 * 1024 * 1024
#: Loaders of files that are nothing but text; without other evidence this was UTF-8.
_TEXTUAL = {"text", "markdown", "html", "jsonl", "table"}
_MOST_OF_MESSAGE = 200
#: So many remarks about one file are told.
_MOST_REMARKS = 10
_PR_SET_PDEATHSIG = 1
#: Trees of pages are many objects and few cycles: looked for less often, they cost a fortieth less time.
_COLLECTED_EVERY = (50_000, 20, 100)


def work(connection: Connection, path: Path, settings: Settings) -> None:
    """Read every file that a Job comes for, until None comes or the connection ends.

    What is read goes into the journal file at `path`. A sentence is sent where that cannot be written.
    """
    _confine()
    gc.set_threshold(*_COLLECTED_EVERY)
    try:
        worker = _Worker(connection, JournalWriter(path, settings), settings)
        while job := connection.recv():
            worker.carry_out(job)
            connection.send(Message.DONE)
            if worker.limits.are_worn():
                connection.send(Message.RETIRING)
                return
    except EOFError:
        return
    except IndexProblem as error:
        connection.send(str(error))


def die_with_parent() -> None:
    """Have the system end this process when its parent ends, where the system can (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _confine() -> None:
    """Leave the terminal and its interrupts to the parent, and no core dumps of what was read."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    die_with_parent()
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # libraries complain there about what they read
        os.dup2(nowhere, stream)


class _Limits:
    """How much processor time and memory reading may take, from now on."""

    def __init__(self, settings: Settings) -> None:
        self._seconds = settings.max_seconds
        self._memory = settings.max_memory_bytes
        self._began_with = _data_bytes()

    def begin_file(self) -> None:
        """All of the memory for a file, beyond what the process has already."""
        most = resource.getrlimit(resource.RLIMIT_DATA)[1]
        wanted = _data_bytes() + self._memory
        resource.setrlimit(resource.RLIMIT_DATA, (wanted if most < 0 else min(wanted, most), most))
        self.begin_article()

    def begin_article(self) -> None:
        """All of the time for an article: a file of a hundred thousand is not one."""
        signal.setitimer(signal.ITIMER_PROF, self._seconds)

    def end_file(self) -> None:
        """No limit of time while nothing is read."""
        signal.setitimer(signal.ITIMER_PROF, 0)

    def are_worn(self) -> bool:
        """Whether the process holds so much memory from its files that a fresh one should take its place."""
        return _data_bytes() - self._began_with > _MOST_KEPT


def _data_bytes() -> int:
    """The memory that counts towards RLIMIT_DATA, where the system says it (Linux); 0 elsewhere."""
    try:
        pages = int(Path("/proc/self/statm").read_bytes().split()[5])
    except (OSError, IndexError):
        return 0
    return pages * resource.getpagesize()


class _Worker:
    """Reads one file after the other."""

    def __init__(self, connection: Connection, journal: JournalWriter, settings: Settings) -> None:
        self.limits = _Limits(settings)
        self._connection = connection
        self._journal = journal
        self._settings = settings
        self._spoke = time.monotonic()

    def carry_out(self, job: Job) -> None:
        """Read a file into the journal. Raises IndexProblem where that cannot be written."""
        started = time.perf_counter()
        self.limits.begin_file()
        before = _state(job.file.path)
        sha256 = corpus.content_digest(job.file.path)
        self._journal.begin(job.key, sha256)
        outcome = self._read(job)
        if _state(job.file.path) != before:
            outcome = _failed(f"{printable(job.file.relative)} changed while it was read; the next run reads it again.")
        self.limits.end_file()
        loader = loader_name(job.file.path.name) or ""
        self._journal.end(replace(outcome, loader=loader, seconds=time.perf_counter() - started, sha256=sha256))

    def _read(self, job: Job) -> Outcome:
        result = _Result(job.file)
        try:
            for one in read(job.file, self._settings, job.key.identity):
                if isinstance(one, Read):
                    self._journal.add(one)
                elif isinstance(one, RowProblem):
                    self._journal.note(one)
                result.note(one)
                self._go_on()
        except IndexProblem:
            raise
        except DocumentError as error:
            return result.broken_off(str(error), "skipped" if isinstance(error, SkippedDocument) else "failed")
        except Exception as error:  # noqa: BLE001 - whatever a file does to a library costs that file alone
            return result.broken_off(self._explained(error, printable(job.file.relative)))
        return result.ended()

    def _go_on(self) -> None:
        self.limits.begin_article()
        if time.monotonic() - self._spoke > BEAT:
            self._connection.send(Message.ALIVE)
            self._spoke = time.monotonic()

    def _explained(self, error: Exception, name: str) -> str:
        if isinstance(error, MemoryError):
            return f"{name} {too_large(self._settings)}"
        if isinstance(error, RecursionError):
            return f"{name} is nested too deeply to be read."
        said = f"{type(error).__name__}: {error}"[:_MOST_OF_MESSAGE]
        return f"{name} met a mistake in kb-search, which you could report ({printable(said)})."


class _Result:
    """What came of a file so far."""

    def __init__(self, file: SourceFile) -> None:
        self._file = file
        self._articles = 0
        self._left_out = 0
        self._problems: list[RowProblem] = []
        self._remarks: dict[str, None] = {}
        self._encoding = "utf-8" if loader_name(file.path.name) in _TEXTUAL else ""

    def note(self, one: Read | RowProblem | Remark) -> None:
        """An article, a row that could not be read, or what is to be told of the file."""
        if isinstance(one, Remark):
            if len(self._remarks) < _MOST_REMARKS:
                self._remarks[one.message] = None
            return
        if isinstance(one, RowProblem):
            self._left_out += 1
            if len(self._problems) < MOST_PROBLEMS:
                self._problems.append(one)
            return
        self._articles += 1
        evidence = one.article.evidence_for("encoding")
        self._encoding = evidence.value if evidence else self._encoding

    def broken_off(self, reason: str, status: str = "failed") -> Outcome:
        """The outcome where reading could not go on; what came before stays."""
        if not self._articles:
            return Outcome(status, self._told(reason), problems=tuple(self._problems))
        self._left_out += 1
        self._problems.append(RowProblem("the rest", reason))  # also where so many rows are named already
        return self.ended()

    def ended(self) -> Outcome:
        """The outcome where nothing follows."""
        reason = summary(tuple(self._problems), self._left_out)
        problems = (*self._problems, *self._unnamed())
        if problems and not self._articles:
            return Outcome("failed", self._told(f"{printable(self._file.relative)}: {reason}"), problems=problems)
        return Outcome("read", self._told(reason), encoding=self._encoding, problems=problems)

    def _unnamed(self) -> Iterator[RowProblem]:
        """A line that says how many problems have none of their own, if any."""
        if more := self._left_out - len(self._problems):
            yield RowProblem("more", f"{more:,} more were left out; the first {MOST_PROBLEMS} of a file are named")

    def _told(self, reason: str) -> str:
        """A reason with all remarks behind it."""
        return " ".join(filter(None, (reason, *self._remarks)))


def too_large(settings: Settings) -> str:
    """What follows the name of a file that needs too much memory."""
    return (
        f"needs more than {settings.max_memory_bytes:,} bytes of memory to be read; split it, "
        "or raise max_memory_bytes."
    )


def _failed(reason: str) -> Outcome:
    return Outcome("failed", reason)


def _state(path: Path) -> tuple[int, int] | None:
    """Size and time of a file; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
