import logging
from collections.abc import Callable
from contextlib import closing

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kb_search import errors
from kb_search.config import Settings
from kb_search.indexer import build_index
from kb_search.search import Library
from kb_search.web.app import create_app

ADDRESSES = ("/", "/search?q=peace", "/help", "/api/v1/search?q=peace", "/health", "/robots.txt", "/nowhere",
             "/api/nowhere", "/article/nowhere", "/static/style.css", "/api/openapi.json")  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_is_strict_about_what_a_browser_may_do(client: FlaskClient, address: str) -> None:
    """The security headers stand on every answer, errors and files included."""
    with client.get(address) as answer:
        headers = answer.headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'; script-src 'self';")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize(
    "address", ["/", "/search", "/article/x", "/help", "/api/v1/search", "/health", "/static/kb.js"]
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_sent(client: FlaskClient, address: str, method: str) -> None:
    """Every address answers GET, and refuses what would change something with what it allows (RFC 9110, 15.5.6)."""
    answer = client.open(address, method=method)
    assert answer.status_code == 405
    assert {"GET", "HEAD"} <= set(answer.allow)
    assert b"nothing else" in answer.data or address.startswith("/static")


def test_an_unknown_address_is_a_page_with_a_sentence(client: FlaskClient) -> None:
    """A page that is not there says so, in the layout of all pages."""
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "There is no page at this address." in answer.text
    assert 'action="/search"' in answer.text


def test_an_unknown_address_of_the_api_is_json(client: FlaskClient) -> None:
    """The API answers its own errors as JSON."""
    answer = client.get("/api/v2/search")
    assert answer.status_code == 404
    assert answer.json == {"error": {"kind": "http", "message": "There is no page at this address."}}


class Broken(Library):
    """A library whose every answer is the same error."""

    def __init__(self, settings: Settings, error: Exception) -> None:
        super().__init__(settings)
        self._error = error

    def _fail(self, *_: object) -> None:
        raise self._error

    search = article = stats = overview = _fail


@pytest.fixture
def broken(settings: Settings) -> Callable[[Exception], FlaskClient]:
    """Makes a client of an application whose library raises the given error."""

    def make(error: Exception) -> FlaskClient:
        app = create_app(Broken(settings, error), settings)
        app.testing = False
        return app.test_client()

    return make


KNOWN = [
    value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, errors.KbSearchError)
]


@pytest.mark.parametrize("kind", KNOWN, ids=lambda kind: kind.__name__)
def test_every_known_error_has_its_status_and_its_sentence(broken, kind: type[errors.KbSearchError]) -> None:
    """An error raised on purpose is answered with its own status and sentence, as a page and as JSON."""
    client = broken(kind("The <cat> sat on the index."))
    for address in ("/search?q=x", "/article/abc"):
        answer = client.get(address)
        assert answer.status_code == kind.http_status
        assert "The &lt;cat&gt; sat on the index." in answer.text
    for address in ("/api/v1/search?q=x", "/api/v1/articles/abc", "/api/v1/stats", "/health"):
        answer = client.get(address)
        assert answer.status_code == kind.http_status
        assert answer.json == {"error": {"kind": kind.kind, "message": "The <cat> sat on the index."}}


def test_an_unknown_error_shows_nothing_of_itself(broken, caplog: pytest.LogCaptureFixture) -> None:
    """A mistake in the program is one plain sentence for the reader and a traceback in the log."""
    client = broken(RuntimeError("secret detail"))
    with caplog.at_level(logging.ERROR):
        page, api = client.get("/search?q=x"), client.get("/api/v1/search?q=x")
    assert page.status_code == api.status_code == 500
    for answer in (page, api):
        assert "Something went wrong in the program" in answer.text
        assert "secret" not in answer.text
        assert "Traceback" not in answer.text
    assert "secret detail" in caplog.text


def test_the_help_page_needs_no_index(broken) -> None:
    """How to search can be read while the index cannot."""
    answer = broken(errors.IndexDamaged("The index is damaged.")).get("/help")
    assert answer.status_code == 200
    assert "peace OR talks" in answer.text


def test_without_an_index_every_page_names_the_commands(empty_client: FlaskClient) -> None:
    """While nothing is indexed, a reader is told how to begin, with a status that says so."""
    for address in ("/", "/search?q=x", "/article/abc"):
        answer = empty_client.get(address)
        assert answer.status_code == 503
        assert "kb-search index" in answer.text
        assert answer.text.count("<pre") == 3
    assert empty_client.get("/health").status_code == 503


def test_an_empty_index_names_the_commands(tmp_path) -> None:
    """An index that holds nothing shows the same commands, and is no error."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    settings = Settings(corpus=corpus, index=tmp_path / "index")
    build_index(settings)
    with closing(Library(settings)) as library:
        client = create_app(library, settings).test_client()
        for address in ("/", "/search?q=x"):
            answer = client.get(address)
            assert answer.status_code == 200
            assert "kb-search index" in answer.text


def test_the_host_that_a_browser_claims_is_never_repeated(client: FlaskClient) -> None:
    """No link and no redirect is built from the Host header."""
    for address in ("/", "//search", "/search?q=peace", "/search/", "/article/"):
        answer = client.get(address, headers={"Host": "evil.example"})
        assert "evil.example" not in answer.text
        assert "evil.example" not in answer.headers.get("Location", "")


def test_static_files_are_kept_for_good_under_their_own_address(app: Flask, client: FlaskClient) -> None:
    """The page asks for a static file by its content; that address may be kept, any other is asked for again."""
    address = app.jinja_env.globals["asset"]("style.css")
    assert address in client.get("/").text
    with client.get(address) as kept:
        assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        tag = kept.headers["ETag"]
    for other in ("/static/style.css", "/static/style.css?v=0", "/static/none.css?v="):
        with client.get(other) as answer:
            assert answer.headers["Cache-Control"] == "no-cache"
    with client.get("/static/style.css", headers={"If-None-Match": tag}) as again:
        assert again.status_code == 304


def test_static_files_stay_inside_their_folder(client: FlaskClient) -> None:
    """No address leads out of the folder of static files."""
    for path in ("../pyproject.toml", "..%2fpyproject.toml", "%2e%2e/pyproject.toml", "....//x", "/etc/passwd"):
        assert client.get(f"/static/{path}").status_code == 404


def test_no_page_has_inline_script_or_style(client: FlaskClient) -> None:
    """Nothing on any page needs a looser policy than it is served with."""
    for address in ("/", "/search?q=peace", "/help", "/nowhere", "/search?q=zzz"):
        text = client.get(address).text
        assert "<style" not in text
        assert " style=" not in text
        assert text.count("<script") == text.count('<script defer src="/static/kb.js?v=') == 1


def test_crawlers_are_asked_to_stay_away(client: FlaskClient) -> None:
    """What others wrote is not offered to crawlers."""
    assert client.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"
    assert '<meta name="robots" content="noindex, nofollow">' in client.get("/").text
