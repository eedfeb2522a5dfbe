"""What stands before a guarded cluster: a server with TLS that looks at each request and passes on what it allows."""

import http.client
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

_LEFT_OUT = {"host", "connection", "authorization", "transfer-encoding"}


@contextmanager
def running(server: ThreadingHTTPServer) -> Iterator[str]:
    """Where a server listens that answers in a thread of its own: host and port."""
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(frozen=True)
class Certificate:
    """A certificate that signs itself, for this machine's own address, and its key."""

    certificate: Path
    key: Path


def made(folder: Path, name: str) -> Certificate:
    """A new certificate, made by the command `openssl`."""
    one = Certificate(folder / f"{name}.pem", folder / f"{name}.key")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*command, "-keyout", str(one.key), "-out", str(one.certificate)], check=True, capture_output=True)
    return one


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    target: str
    refusal: Callable[[BaseHTTPRequestHandler, bytes], int]

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"] or 0))
        status, headers, answer = type(self).refusal(self, body), [], b"{}"
        if not status:
            with closing(http.client.HTTPConnection(self.target, timeout=60)) as onward:
                kept = {name: value for name, value in self.headers.items() if name.lower() not in _LEFT_OUT}
                onward.request(self.command, self.path, body, kept)
                response = onward.getresponse()
                status, headers, answer = response.status, response.getheaders(), response.read()
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in ("content-length", *_LEFT_OUT):
                self.send_header(name, value)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer)

    do_POST = do_PUT = do_DELETE = do_HEAD = do_GET  # noqa: N815 - the names that the server looks for

    def log_message(self, *_arguments: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    tls: ssl.SSLContext

    def finish_request(self, request: object, client_address: object) -> None:
        """Shake hands in the thread of the connection, so that one that fails stops nothing else."""
        try:
            with self.tls.wrap_socket(request, server_side=True) as wrapped:
                super().finish_request(wrapped, client_address)
        except OSError:
            pass  # the other side did not like the certificate, or went away


@contextmanager
def guarding(
    address: str, certificate: Certificate, refusal: Callable[[BaseHTTPRequestHandler, bytes], int]
) -> Iterator[str]:
    """The address of a server before that of a node; `refusal` gives the status to refuse a request with, or 0."""
    handler = type("Handler", (_Handler,), {"target": urlsplit(address).netloc, "refusal": staticmethod(refusal)})
    server = _Server(("127.0.0.1", 0), handler)
    server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.tls.load_cert_chain(certificate.certificate, certificate.key)
    with running(server) as place:
        yield f"https://{place}"
