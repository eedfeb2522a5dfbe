"""The parent's side: files are handed out to processes, and what becomes of each is heard.

A process has the file that it reads and the next one, so that it never waits. When it dies, the first of them was its
death: the journal gets an outcome that says so, the other one goes back, and a new process takes the place.
"""

from __future__ import annotations

import os
import signal
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path

from kb_search.config import Settings
from kb_search.errors import IndexProblem
from kb_search.journal import Journal, JournalWriter, Outcome, journal_file, next_number
from kb_search.loaders import RowProblem, loader_name
from kb_search.loaders.base import printable
from kb_search.nursery import Nursery, shared
from kb_search.workers.orders import Job, Message, summary

#: So often, in seconds, it is seen to that no process hangs.
_TICK = 0.5
#: After so many seconds of reading the nursery is closed: its memory is wanted for what follows, and a new one starts
#: in a second.
_LONG = 20.0
#: A process hangs if it says nothing and uses no processor for so many seconds, or `max_seconds` if that is more: it
#: waits for a disk that does not answer. Only Linux says how much it uses; elsewhere it hangs if it says nothing for so
#: many times as long, since other programs may slow it down.
_PATIENCE = 5.0
_PATIENCE_UNSEEN = 5
_AHEAD = 2
#: No process is given a second file in advance if that is as large as this: another one may be free sooner.
_SMALL = 1 << 20
#: A process is worth its start for so many files, or so many bytes of them.
_FILES_EACH, _BYTES_EACH = 8, 1 << 20


def read_all(jobs: Sequence[Job], folder: Path, settings: Settings, done: Callable[[Job], None]) -> int:
    """Read every file whose key is not yet in the journal of a folder; each has an entry there then.

    Gives how many had one already. `done` is called with each job that has one. Raises IndexProblem where the journal
    cannot be written or no process can be started. Files of the journal that another program or other settings have
    left are removed.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    journal = Journal(folder, settings, thorough=True)
    for stranger in journal.strangers:
        stranger.unlink(missing_ok=True)
    waiting = []
    for job in jobs:
        if job.key in journal.entries:
            done(job)
        else:
            waiting.append(job)
    if waiting:
        started = time.monotonic()
        _Crew(waiting, folder, settings, done).carry_out()
        if time.monotonic() - started > _LONG:
            shared().close()
    return len(jobs) - len(waiting)


@dataclass(slots=True)
class _Member:
    """A process, what was handed to it, and for how many seconds it has neither said anything nor computed."""

    pid: int
    connection: Connection
    path: Path
    jobs: deque[Job] = field(default_factory=deque)
    began: float = field(default_factory=time.monotonic)
    silent: float = 0.0
    computed: int | None = None


class _Crew:
    """The processes of one run."""

    def __init__(self, jobs: Sequence[Job], folder: Path, settings: Settings, done: Callable[[Job], None]) -> None:
        self._folder = folder
        self._settings = settings
        self._done = done
        # The largest first, so that none of them is still read when all else is done; small ones as they come.
        self._waiting = deque(sorted(jobs, key=lambda job: -(job.key.size // _SMALL)))
        self._loaders = sorted({loader_name(job.file.path.name) or "text" for job in jobs})
        self._size = _crew_size(jobs, settings)
        self._patience = max(_PATIENCE, settings.max_seconds)
        self._number = next_number(folder)
        self._nursery: Nursery = shared()
        self._members: dict[Connection, _Member] = {}
        self._looked = time.monotonic()

    def carry_out(self) -> None:
        """Have everything read. However it ends, no process is left behind."""
        try:
            while len(self._members) < self._size and self._waiting:
                self._engage()
            while self._members:
                self._listen()
        finally:
            for member in self._members.values():
                _kill(member.pid)
                member.connection.close()
                if self._nursery.is_open:
                    self._nursery.reap(member.pid)

    def _engage(self) -> None:
        path = journal_file(self._folder, self._number)
        self._number += 1
        pid, connection = self._nursery.make(path, self._settings, self._loaders)
        self._members[connection] = member = _Member(pid, connection, path)
        self._hand_out(member)

    def _listen(self) -> None:
        """Hear what is said, and look at everybody once in a tick."""
        for connection in wait(list(self._members), timeout=_TICK):
            if isinstance(connection, Connection):
                self._hear(self._members[connection])
        passed = time.monotonic() - self._looked
        if passed >= _TICK:
            self._looked += passed
            self._look(min(passed, 2 * _TICK))  # at most two ticks: if we were stopped ourselves, so were they

    def _look(self, passed: float) -> None:
        """See whether anybody hangs, so many seconds after the last look."""
        for member in list(self._members.values()):
            before, member.computed = member.computed, _processor_time(member.pid)
            member.silent = member.silent + passed if before == member.computed else 0.0
            if member.silent > self._patience * (1 if member.computed is not None else _PATIENCE_UNSEEN):
                _kill(member.pid)
                self._nursery.reap_later(member.pid)
                self._bury(member, self._hung())

    def _hear(self, member: _Member) -> None:
        try:
            said = member.connection.recv()
        except (EOFError, OSError):
            self._bury(member, self._death(self._nursery.reap(member.pid)))
            return
        member.silent = 0.0
        if isinstance(said, str):
            raise IndexProblem(said)
        if said is Message.DONE:
            self._done(member.jobs.popleft())
            member.began = time.monotonic()
            self._hand_out(member)
        elif said is Message.RETIRING:
            self._dismiss(member)

    def _hand_out(self, member: _Member) -> None:
        """Give a process what it has room for, or let it go where nothing is left."""
        while self._waiting and _has_room(member, self._waiting[0]):
            member.jobs.append(self._waiting.popleft())
            try:
                member.connection.send(member.jobs[-1])
            except OSError:  # it has died, or retires, and is about to be heard of
                return
        if not member.jobs:
            self._dismiss(member)

    def _dismiss(self, member: _Member) -> None:
        """Let a process go, take back what it has not begun, and replace it if there is enough to do."""
        del self._members[member.connection]
        member.connection.close()
        self._nursery.reap(member.pid)
        self._waiting.extendleft(reversed(member.jobs))
        if self._waiting:
            self._engage()

    def _bury(self, member: _Member, reason: str) -> None:
        """Enter the death of a process as the outcome of the file that it was reading."""
        del self._members[member.connection]
        member.connection.close()
        if member.jobs:
            job = member.jobs.popleft()
            seconds = time.monotonic() - member.began
            self._write_off(job, member.path, f"{printable(job.file.relative)} {reason}", seconds)
            self._done(job)
        self._waiting.extendleft(reversed(member.jobs))
        if self._waiting:
            self._engage()

    def _write_off(self, job: Job, path: Path, reason: str, seconds: float) -> None:
        writer = JournalWriter(path, self._settings)
        if writer.key != job.key:
            writer.begin(job.key)
        problems = (*writer.problems, RowProblem("the rest", reason))
        loader, told = loader_name(job.file.path.name) or "", summary(problems, len(problems))
        if writer.articles:
            outcome = Outcome("read", told, loader, "", seconds, writer.sha256, problems)
        else:
            reason = f"{reason} Before that: {summary(problems[:-1], len(problems) - 1)}" if writer.problems else reason
            outcome = Outcome("failed", reason, loader, "", seconds, writer.sha256, problems[:-1])
        writer.end(outcome)
        writer.close()

    def _hung(self) -> str:
        return "does not answer when it is read; is it on a disk or in a network that is not there?"

    def _death(self, code: int) -> str:
        """What a process died of, to follow the name of the file that it was reading."""
        settings = self._settings
        if code == -signal.SIGPROF:
            return (
                f"takes more than {settings.max_seconds:g} seconds of processor time to be read; split it, "
                "or raise max_seconds."
            )
        how = f"signal {_signal_name(-code)}" if code < 0 else f"exit code {code}"
        return (
            f"ended the process that read it ({how}): it is damaged, or needs more than "
            f"{settings.max_memory_bytes:,} bytes of memory; get it anew, split it, or raise max_memory_bytes."
        )


def _kill(pid: int) -> None:
    """End a process; where the nursery has died, it may be gone already."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _signal_name(number: int) -> str:
    """The name of a signal, or its number: those for real time have no names."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def _processor_time(pid: int) -> int | None:
    """How much a process has computed, in the system's own unit; None where the system does not say it."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return int(fields[11]) + int(fields[12])
    except (OSError, IndexError):
        return None


def _has_room(member: _Member, job: Job) -> bool:
    return not member.jobs or (len(member.jobs) < _AHEAD and job.key.size < _SMALL)


def _crew_size(jobs: Sequence[Job], settings: Settings) -> int:
    """How many processes are worth their start."""
    most = settings.workers or _cores()
    size = sum(job.key.size for job in jobs)
    return min(most, len(jobs), 1 + max(len(jobs) // _FILES_EACH, size // _BYTES_EACH))


def _cores() -> int:
    """The cores that this process may use, where the system says it."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
