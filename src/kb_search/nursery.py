"""Where processes that read files come from, within milliseconds each.

Importing what reads files takes half a second, and a process that a file has killed must be replaced at once. So one
process, the nursery, imports everything and then only forks. It is a program of its own: to fork the one that asks
would copy the locks of its threads and its open files. It lives as long as its parent, for the next run. This module
is the parent's side and imports next to nothing, so that the nursery can be started first of all; the other side is
`workers.forking`.
"""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path

from kb_search.config import Settings
from kb_search.errors import IndexProblem

#: Of NLTK, which imports all of itself and what it can of SciPy wherever one of its modules is asked for, only those
#: modules are loaded that our own name: a third of the time until the nursery is ready. The model of languages is
#: compared with its checksums by a thread meanwhile, which leaves the interpreter to the others.
_PROGRAM = """
import sys
from importlib.util import find_spec
from types import ModuleType
sys.path[:] = sys.argv[3:]
for name in ("nltk", "nltk.tokenize"):
    folders = find_spec(name).submodule_search_locations
    sys.modules[name] = ModuleType(name)
    sys.modules[name].__path__ = folders
from threading import Thread
from kb_search import language
ready = Thread(target=language.make_ready)
ready.start()
from kb_search.workers.forking import main
ready.join()
main(*sys.argv[1:3])
"""
#: Libraries of numerics start a thread for each core, which nothing here needs, and which must not be forked.
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
_GONE = "The process that starts the readers of files has ended; run the same command again."


@dataclass(frozen=True, slots=True)
class Order:
    """A process to be made: where it works, its journal file, and the loaders that it will need."""

    folder: str
    journal: Path
    settings: Settings
    loaders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Killed:
    """A process that was killed and may take its time to end: a disk that does not answer holds it up."""

    pid: int


class Nursery:
    """The parent's side. Threads may share it. Every method raises IndexProblem where the process has ended."""

    def __init__(self) -> None:
        self._is_closed = False
        ours, theirs = socket.socketpair()
        self._passing, passing = socket.socketpair()
        with theirs, passing, _not_interrupted():
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-c", _PROGRAM, str(theirs.fileno()), str(passing.fileno()), *sys.path],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={**os.environ, **_ONE_THREAD},
                pass_fds=(theirs.fileno(), passing.fileno()),
            )
        self._control = Connection(ours.detach())
        self._lock = threading.Lock()

    @property
    def is_open(self) -> bool:
        """Whether the process is there to be asked."""
        return not self._is_closed and self._process.poll() is None

    def make(self, journal: Path, settings: Settings, names: Iterable[str]) -> tuple[int, Connection]:
        """A process that does the work of `workers.process.work`: its id, and the connection to it."""
        ours, theirs = socket.socketpair()
        order = Order(str(Path.cwd()), journal, settings, tuple(names))
        with theirs:
            answer = self._ask(order, theirs)
        if isinstance(answer, str):
            ours.close()
            raise IndexProblem(f"No process can be started to read files: {answer}.")
        return answer, Connection(ours.detach())

    def reap(self, pid: int) -> int:
        """Wait for the end of a process; its exit code, or minus the signal that ended it."""
        code = self._ask(pid)
        return code if isinstance(code, int) else 0

    def reap_later(self, pid: int) -> None:
        """Have the end of a killed process noticed whenever it comes, without waiting for it."""
        self._ask(Killed(pid))

    def close(self) -> None:
        """End the process, and with it all that it has made."""
        self._is_closed = True
        self._control.close()
        self._passing.close()
        self._process.kill()
        self._process.wait()

    def _ask(self, request: Order | Killed | int, passed: socket.socket | None = None) -> int | str:
        with self._lock:
            try:
                self._control.send(request)
                if passed:
                    socket.send_fds(self._passing, [b"."], [passed.fileno()])
                answer: int | str = self._control.recv()
            except (EOFError, OSError) as error:
                self.close()
                raise IndexProblem(_GONE) from error
            except BaseException:  # an interrupt: what is answered now would be taken for the next answer
                self.close()
                raise
        return answer


@contextmanager
def _not_interrupted() -> Iterator[None]:
    """Whatever is started now never hears of Ctrl-C, which a terminal tells to all, and is ended by us."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def shared() -> Nursery:
    """The nursery of this process; it is started when it is asked for first."""
    nursery = _of(os.getpid())
    if not nursery.is_open:
        nursery.close()
        _of.cache_clear()
        nursery = _of(os.getpid())
    return nursery


def warm_up() -> None:
    """Start the nursery, which is ready a second later, while there is something else to do.

    Numerics get one thread here too, if they are not loaded yet: both cores have other work, and threads that wait for
    each other took a quarter of the processor time of a whole build.
    """
    for name, threads in _ONE_THREAD.items():
        os.environ.setdefault(name, threads)
    shared()


@cache
def _of(_process: int) -> Nursery:
    nursery = Nursery()
    atexit.register(nursery.close)
    return nursery
