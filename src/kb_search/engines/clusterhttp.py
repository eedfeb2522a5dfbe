"""Requests to one node of a cluster over HTTP, by connections that are kept.

A request goes out in one piece, head and body, and the standard library reads the answer. Client libraries for all
kinds of servers do more for each request: that takes twice the processor time, and the node has to wake up twice.
"""

from __future__ import annotations

import socket
import ssl
import weakref
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPResponse
from typing import NamedTuple
from urllib.parse import quote

#: What stands in an address as it is; the rest is quoted, whatever it is.
_PLAIN = "/?&=%*,:+-_.~"
#: What a connection says that the other side has closed.
_CLOSED = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)


class Told(NamedTuple):
    """What a node answers: status, kind of content, and text."""

    status: int
    content_type: str
    text: str


class NoConnection(OSError):
    """Nobody takes a connection in time."""


class Node:
    """A node, by host and port. Safe to share between threads."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None, most: int) -> None:
        """Nothing is sent yet; `context` is for TLS, without which none is spoken; `most` connections are kept.

        `close` closes them.
        """
        self._host, self._port, self._context, self._most = host, port, context, most
        self._kept: deque[socket.socket] = deque()
        self.close = weakref.finalize(self, _close, self._kept)  # also where nobody closes what could not be opened

    def ask(self, method: str, address: str, headers: Mapping[str, str], body: bytes, seconds: float) -> Told:
        """What the node answers; it may be silent for some seconds. Raises OSError and HTTPException.

        What was kept may have been closed by the other side; then the request is sent again by a new connection.
        """
        lines = [f"{method} {quote(address, _PLAIN)} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        request = "\r\n".join([*lines, f"content-length: {len(body)}", "\r\n"]).encode("latin-1") + body
        with suppress(IndexError, *_CLOSED):
            return self._told(self._kept.pop(), method, request, seconds)
        return self._told(self._connected(seconds), method, request, seconds)

    def _connected(self, seconds: float) -> socket.socket:
        """A new connection. Raises OSError, and NoConnection where that takes too long."""
        try:
            made = socket.create_connection((self._host, self._port), seconds)
        except TimeoutError as error:
            raise NoConnection(str(error)) from error
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._context.wrap_socket(made, server_hostname=self._host) if self._context else made

    def _told(self, connection: socket.socket, method: str, request: bytes, seconds: float) -> Told:
        """The answer to a request by a connection, which is kept if it can be used again."""
        keep = False
        try:
            connection.settimeout(seconds)
            connection.sendall(request)
            with HTTPResponse(connection, method=method) as answer:
                answer.begin()
                text = answer.read().decode("utf-8", "surrogatepass")
            keep = not answer.will_close and len(self._kept) < self._most
        finally:
            if keep:
                self._kept.append(connection)
            else:
                connection.close()
        return Told(answer.status, answer.headers.get("content-type", ""), text)


def _close(kept: deque[socket.socket]) -> None:
    while kept:
        kept.pop().close()
