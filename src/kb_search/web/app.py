"""The Flask application: which address is answered by what, the headers of every answer, and errors."""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path

import jinja2
from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from kb_search.config import Settings
from kb_search.errors import ConfigError, IndexMissing, KbSearchError
from kb_search.search import Library
from kb_search.web.api import Api
from kb_search.web.contexts import ErrorPage, Frame
from kb_search.web.home_view import empty_page
from kb_search.web.pages import Pages, render
from kb_search.wire import error_json

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
FOREVER = "public, max-age=31536000, immutable"
_PACKAGE = Path(__file__).resolve().parents[1]

_SENTENCES = {
    400: "The browser sent something that cannot be read as a request.",
    404: "There is no page at this address.",
    405: "Pages can be read here and nothing else.",
    414: "The address is too long.",
    431: "The request is too long.",
    500: "Something went wrong in the program. It was written to its log; the index is not touched by it.",
}


def create_app(library: Library, settings: Settings) -> Flask:
    """The application for one library. Nothing is read from the index before the first request."""
    static = _folder("static")
    app = Flask("kb_search", template_folder=str(_folder("templates")), static_folder=str(static))
    app.jinja_options = {
        "undefined": jinja2.StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "autoescape": True,
    }
    # `//search` is not another name of `/search`: addresses are exact, and there are no redirects.
    app.url_map.merge_slashes = False
    app.json.sort_keys = False  # type: ignore[attr-defined] # the default provider has it
    versions = {path.name: _digest(path) for path in sorted(static.iterdir()) if path.is_file()}
    app.jinja_env.globals["asset"] = partial(_asset_url, versions)
    _add_addresses(app, Pages(library, settings), Api(library, settings))
    app.after_request(partial(_finish, settings, versions))
    app.register_error_handler(KbSearchError, partial(_known_error, settings))
    app.register_error_handler(HTTPException, partial(_http_error, settings))
    app.register_error_handler(Exception, partial(_unknown_error, app, settings))
    return app


def _add_addresses(app: Flask, pages: Pages, api: Api) -> None:
    for address, view in (
        ("/", pages.home),
        ("/search", pages.search),
        ("/article/<article>", pages.article),
        ("/collection", pages.collection),
        ("/related", pages.related),
        ("/similar/<name>", pages.similar),
        ("/help", pages.help),
        ("/robots.txt", pages.robots),
    ):
        app.add_url_rule(address, f"page {address}", view, methods=["GET"])
    for address, view in (
        ("/api/v1/search", api.search),
        ("/api/v1/complete", api.complete),
        ("/api/v1/articles/<article>", api.article),
        ("/api/v1/stats", api.stats),
        ("/api/openapi.json", api.description),
        ("/health", api.health),
    ):
        app.add_url_rule(address, f"api {address}", view, methods=["GET"])


def _folder(name: str) -> Path:
    """Templates and static files: inside an installed package, or at the root of a checkout."""
    for folder in (_PACKAGE / name, _PACKAGE.parents[1] / name):
        if folder.is_dir():
            return folder
    raise ConfigError(f"The folder {name!r} of the program is missing; install kb-search again.")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _asset_url(versions: dict[str, str], name: str) -> str:
    """The address of a static file; it changes with the file, so that browsers may keep it for good."""
    return f"/static/{name}?v={versions[name]}"


def _finish(settings: Settings, versions: dict[str, str], response: Response) -> Response:
    """Give an answer its headers.

    A redirect, which Flask makes of its own accord, would name the Host that the browser claims; no address
    here needs one.
    """
    if response.status_code in (301, 302, 303, 307, 308):
        response = _page(settings, 404, _SENTENCES[404])
    response.headers.update(HEADERS)
    name = request.path.removeprefix("/static/")
    lasting = name in versions and request.args.get("v") == versions[name] and response.status_code < 400
    response.headers["Cache-Control"] = FOREVER if lasting else "no-cache"
    return response


# ------------------------------------------------------------------------------------------------ errors


def _known_error(settings: Settings, error: KbSearchError) -> Response:
    """An error that was raised on purpose: its sentence is safe to show."""
    if _wants_json():
        return _json(error, error.http_status)
    if isinstance(error, IndexMissing):
        return render(empty_page(settings.title, str(error), settings), error.http_status)
    return _page(settings, error.http_status, str(error))


def _http_error(settings: Settings, error: HTTPException) -> Response:
    """What Flask itself refuses: no such address, not GET."""
    status = error.code or 500
    sentence = _SENTENCES.get(status, f"{error.name}.")
    response = _json(_HttpError(sentence), status) if _wants_json() else _page(settings, status, sentence)
    if isinstance(error, MethodNotAllowed):
        response.allow.update(error.valid_methods or ())  # RFC 9110 asks for them
    return response


def _unknown_error(app: Flask, settings: Settings, error: Exception) -> Response:
    """A mistake in the program: logged in full, shown as one sentence."""
    app.logger.error("Request for %r failed", request.path, exc_info=error)
    if _wants_json():
        return _json(KbSearchError(_SENTENCES[500]), 500)
    return _page(settings, 500, _SENTENCES[500])


class _HttpError(KbSearchError):
    """A refusal of Flask's own, in the shape of ours."""

    kind = "http"


def _wants_json() -> bool:
    return request.path.startswith("/api/") or request.path == "/health"


def _json(error: KbSearchError, status: int) -> Response:
    response = jsonify(error_json(error))
    response.status_code = status
    return response


def _page(settings: Settings, status: int, sentence: str) -> Response:
    headings = {400: "This cannot be searched for", 404: "Not found", 500: "Something went wrong"}
    heading = headings.get(status, "This cannot be shown now")
    return render(ErrorPage(Frame(settings.title, heading), heading, sentence), status)
