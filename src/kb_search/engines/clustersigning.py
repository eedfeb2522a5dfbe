"""Amazon's way to sign a request: Signature Version 4.

Source: "Create a signed AWS API request", AWS Identity and Access Management User Guide. Written out here because
it is short, and botocore, which has it too, is larger than all of this program.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, urlsplit

_ALGORITHM = "AWS4-HMAC-SHA256"
_PORTS = {"http": 80, "https": 443}


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs requests with a key, for a region; `token` comes with keys that are only lent."""

    key: str
    secret: str = field(repr=False)
    region: str
    token: str = field(default="", repr=False)
    service: str = "es"
    now: Callable[[], datetime] = _now

    def __call__(self, method: str, url: str, body: str | bytes | None) -> dict[str, str]:
        """The headers that a request needs beside those it has."""
        moment = self.now().strftime("%Y%m%dT%H%M%SZ")
        signed = {"host": _host(url), "x-amz-date": moment}
        if self.token:
            signed["x-amz-security-token"] = self.token
        scope = f"{moment[:8]}/{self.region}/{self.service}/aws4_request"
        request = _canonical(method, url, signed, body.encode() if isinstance(body, str) else body or b"")
        wanted = "\n".join((_ALGORITHM, moment, scope, hashlib.sha256(request.encode()).hexdigest()))
        signature = hmac.new(self._key_for(scope), wanted.encode(), hashlib.sha256).hexdigest()
        told = f"Credential={self.key}/{scope}, SignedHeaders={';'.join(signed)}, Signature={signature}"
        return {**signed, "authorization": f"{_ALGORITHM} {told}"}

    def _key_for(self, scope: str) -> bytes:
        """The key of one day, one region and one service, derived from the secret."""
        key = f"AWS4{self.secret}".encode()
        for part in scope.split("/"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return key


def _host(url: str) -> str:
    """The host as the request names it: with its port where that is not the usual one."""
    parts = urlsplit(url)
    return parts.netloc.removesuffix(f":{_PORTS.get(parts.scheme)}")


def _canonical(method: str, url: str, headers: dict[str, str], body: bytes) -> str:
    """The request in the one form that both sides sign; the path is quoted once more than it is in the address."""
    parts = urlsplit(url)
    told = parse_qsl(parts.query, keep_blank_values=True)
    pairs = sorted((quote(key, safe="-_.~"), quote(value, safe="-_.~")) for key, value in told)
    query = "&".join(f"{key}={value}" for key, value in pairs)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    path = quote(parts.path or "/", safe="/-_.~")
    return "\n".join((method, path, query, lines, ";".join(headers), hashlib.sha256(body).hexdigest()))
