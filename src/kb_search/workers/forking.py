"""The nursery's own side (see `nursery`): a program that imports all that reads files, and then only forks."""

from __future__ import annotations

import gc
import os
import signal
import socket
from contextlib import suppress
from multiprocessing.connection import Connection

from kb_search import language, loaders
from kb_search.document import Article
from kb_search.fingerprints import fingerprint
from kb_search.nursery import Killed, Order
from kb_search.workers.process import die_with_parent, work

#: The loader with next to nothing of its own: what it imports, all others need too.
_COMMON = ("text",)
_SAMPLE = Article("", "", "", "Twenty words of any text. " * 10)


def main(control: str, passing: str) -> None:
    """Make a process for each order, and wait for those that are asked about; the arguments are two descriptors."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()
    language.make_ready()
    fingerprint(_SAMPLE)  # it makes tables when it is called first
    loaders.make_ready(_COMMON)
    _share()
    connection, fds = Connection(int(control)), socket.socket(fileno=int(passing))
    ending: set[int] = set()
    with suppress(EOFError, OSError):  # whoever asks has ended, perhaps before the answer
        while True:
            request = connection.recv()
            ending = {pid for pid in ending if os.waitpid(pid, os.WNOHANG) == (0, 0)}
            if isinstance(request, Killed):
                ending.add(request.pid)
                connection.send(0)
            else:
                connection.send(_answer(request, connection, fds))


def _answer(request: Order | int, connection: Connection, fds: socket.socket) -> int | str:
    """What an order gives, or the exit code of a process that is waited for."""
    if isinstance(request, int):
        return os.waitstatus_to_exitcode(os.waitpid(request, 0)[1])
    return _made(request, connection, fds)


def _made(order: Order, connection: Connection, fds: socket.socket) -> int | str:
    """The id of the process that was made for an order, or why there is none."""
    _, descriptors, _, _ = socket.recv_fds(fds, 1, 1)
    if not descriptors:
        raise EOFError
    (descriptor,) = descriptors
    loaders.make_ready(order.loaders)
    _share()
    try:
        pid = os.fork()
    except OSError as error:
        os.close(descriptor)
        return (error.strerror or "the system refuses").lower()
    if not pid:
        connection.close()
        fds.close()
        _live(order, Connection(descriptor))
    os.close(descriptor)
    return pid


def _share() -> None:
    """Let what is loaded by now stay shared with the processes: it is never looked at again."""
    gc.collect()
    gc.freeze()


def _live(order: Order, connection: Connection) -> None:
    """Be a process that reads, and end without returning to what was forked."""
    code = 1
    try:
        os.chdir(order.folder)
        work(connection, order.journal, order.settings)
        code = 0
    finally:
        os._exit(code)
