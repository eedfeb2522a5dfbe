"""`kb-search serve`: the pages and the API, on this machine unless told otherwise."""

from __future__ import annotations

import dataclasses
import logging
from contextlib import closing, suppress

import click
from waitress.server import BaseWSGIServer, MultiSocketServer, create_server

from kb_search.commands.common import with_settings
from kb_search.config import Settings
from kb_search.errors import UsageError
from kb_search.search import Library
from kb_search.web.app import create_app

_THREADS = 8


@click.command("serve")
@click.option("--host", help="Address to listen on; 127.0.0.1 unless set, which only this machine reaches.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one.")
@with_settings
def serve_command(settings: Settings, *, host: str | None, port: int | None) -> int:
    """Serve the pages and the API until Ctrl-C."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    settings = dataclasses.replace(settings, host=host or settings.host, port=settings.port if port is None else port)
    with closing(Library(settings)) as library:
        app = create_app(library, settings)
        try:
            server = create_server(app, host=settings.host, port=settings.port, threads=_THREADS, ident=None)
        except (OSError, ValueError) as error:
            raise UsageError(
                f"Cannot listen on {settings.host}:{settings.port}: {error}. Choose another --port."
            ) from error
        library.keep_ready()
        click.echo(f"kb-search is at {_address(settings.host, server)} (Ctrl-C ends it)")
        with closing(server), suppress(KeyboardInterrupt):
            server.run()
    return 0


def _address(host: str, server: MultiSocketServer | BaseWSGIServer) -> str:
    """Where a server listens; it has several sockets where its host's name has several addresses."""
    # A single server has its port, though the stubs, which know its base class alone, do not say so.
    several = isinstance(server, MultiSocketServer)
    port = server.effective_listen[0][1] if several else server.effective_port  # type: ignore[union-attr]  # see above
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
