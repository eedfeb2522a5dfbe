"""A node of a cluster is asked by connections that are kept."""

import socket
import threading
from contextlib import closing, contextmanager

import pytest

pytest.importorskip("opensearchpy", reason="the engine opensearch is not installed")

from kb_search.engines.cluster import Access, Cluster
from kb_search.engines.clusterhttp import Node, Told


class Server:
    """A server that notes what comes, and gives each request of a connection the next of some answers."""

    def __init__(self, listening, answers):
        self.requests, self.connections = [], 0
        self._listening, self._answers = listening, answers

    def run(self):
        """Take connections until the socket is closed."""
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            with connection:
                for answer in self._answers:
                    raw = connection.recv(100_000)
                    if not raw:
                        break
                    self.requests.append(raw)
                    connection.sendall(answer)


@contextmanager
def served(*answers):
    """A server, and a node that leads to it; each connection gets these answers and is closed then."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        server = Server(listening, answers)
        threading.Thread(target=server.run, daemon=True).start()
        with closing(Node("127.0.0.1", listening.getsockname()[1], None, 2)) as node:
            yield server, node
        listening.shutdown(socket.SHUT_RDWR)


def said(text, more=""):
    """An answer of HTTP."""
    return f"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n{more}content-length: {len(text)}\r\n\r\n{text}".encode()


def ask(node, address="/", body=b""):
    """An answer of a node."""
    return node.ask("POST", address, {"host": "there"}, body, 5.0)


def test_a_connection_is_used_again():
    """Three requests, each in one piece, go through one connection."""
    with served(said("one"), said("two"), said("three")) as (server, node):
        assert [ask(node, body=b"{}") for _ in range(3)] == [
            Told(200, "text/plain", text) for text in ("one", "two", "three")
        ]
    assert server.requests == [b"POST / HTTP/1.1\r\nhost: there\r\ncontent-length: 2\r\n\r\n{}"] * 3
    assert server.connections == 1


def test_a_connection_that_was_closed_meanwhile_costs_no_request():
    """Where the other side has closed what was kept, the request goes through a new connection."""
    with served(said("one")) as (server, node):
        assert [ask(node).text for _ in range(3)] == ["one"] * 3
    assert server.connections == 3


def test_a_connection_that_is_to_be_closed_is_not_kept():
    """A server may say that a connection ends with an answer."""
    with served(said("one", "connection: close\r\n"), said("two")) as (_, node):
        assert [ask(node).text for _ in range(2)] == ["one"] * 2


def test_an_answer_in_pieces_is_whole():
    """A server need not know how long its answer is."""
    pieces = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n4\r\n two\r\n0\r\n\r\n"
    with served(pieces, said("then")) as (_, node):
        assert [ask(node).text for _ in range(2)] == ["one two", "then"]


def test_a_new_connection_that_is_closed_is_a_failure():
    """What a node never answers is not asked again by itself."""
    with served() as (server, node), pytest.raises(ConnectionError):
        ask(node)
    assert server.connections == 1


def test_silence_ends():
    """A node that never answers is given up, also where a connection was kept, and is not asked twice."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        node = Node("127.0.0.1", listening.getsockname()[1], None, 2)
        with pytest.raises(TimeoutError):
            node.ask("GET", "/", {}, b"", 0.1)


def test_an_address_is_one_line():
    """Whatever stands in an address, it begins no line of its own, and no other word of the first one."""
    with served(said("one")) as (server, node):
        ask(node, "/a b\r\nc: é?d=1%20")
    assert server.requests[0].startswith(b"POST /a%20b%0D%0Ac:%20%C3%A9?d=1%20 HTTP/1.1\r\nhost: there\r\n")


def test_who_asks_may_stand_in_the_address():
    """An address may have a user and a password in it, and need not have a port."""
    wanted = said('{"version": {"distribution": "opensearch", "number": "2.19.1"}}').replace(
        b"text/plain", b"application/json"
    )
    with served(wanted) as (server, node):
        url = f"http://me:secret@127.0.0.1:{node._port}"
        with closing(Cluster(Access((url,)))) as cluster:
            cluster.check_version()
        with closing(Cluster(Access(("http://127.0.0.1",)))) as cluster:
            assert str(cluster._client.transport.connection_pool.connection.port) == "9200"
    assert b"\r\nauthorization: Basic bWU6c2VjcmV0\r\n" in server.requests[0]
