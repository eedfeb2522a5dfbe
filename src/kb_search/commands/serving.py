"""`kb-search serve`: the pages and the API, on this machine unless told otherwise."""

from __future__ import annotations

import dataclasses
import logging

import click
from waitress.server import create_server

from kb_search.commands.common import with_settings
from kb_search.config import Settings
from kb_search.errors import UsageError
from kb_search.search import Library
from kb_search.web import create_app

_THREADS = 8


@click.command("serve")
@click.option("--host", help="Address to listen on; 127.0.0.1 unless set, which only this machine reaches.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one.")
@with_settings
def serve_command(settings: Settings, *, host: str | None, port: int | None) -> int:
    """Serve the pages and the API until Ctrl-C."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    settings = dataclasses.replace(settings, host=host or settings.host, port=settings.port if port is None else port)
    library = Library(settings)
    try:
        server = create_server(
            create_app(library, settings), host=settings.host, port=settings.port, threads=_THREADS, ident=None
        )
    except (OSError, ValueError) as error:
        raise UsageError(
            f"Cannot listen on {settings.host}:{settings.port}: {error}. Choose another --port."
        ) from error
    shown = f"[{settings.host}]" if ":" in settings.host else settings.host
    click.echo(f"kb-search is at http://{shown}:{server.effective_port}/ (Ctrl-C ends it)")
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        server.close()
        library.close()
    return 0
