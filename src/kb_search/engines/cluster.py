"""The way to an OpenSearch cluster: requests, what is tried again, and what is said when the cluster cannot answer.

The home of opensearch-py. A request that failed for a reason that passes (a node died, the cluster is busy, nothing
came back in time) is sent again, to another node; all that is written has an id of its own, so that writing twice is
writing once. Whatever does not pass becomes one sentence.
"""

from __future__ import annotations

import json
import logging
import re
import ssl
import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from opensearchpy import Connection, OpenSearch, RoundRobinSelector, exceptions

from kb_search.config import Settings
from kb_search.engines.clusterfailures import Failure, failure_of, kind_and_reason, sentence
from kb_search.engines.clustersigning import Signer
from kb_search.errors import ClusterProblem, ConfigError

#: What a cluster answers: an object of JSON. It does not leave `engines`.
Answer = dict[str, Any]

#: Seconds between attempts, and how long a request may be tried again in all.
_PAUSES = (0.05, 0.2, 0.5, 1.0, 2.0)
READ_PATIENCE = 15.0
#: The same for what was given up the last time: whoever waits behind others need not wait as long as they did.
LITTLE_PATIENCE = 1.0
WRITE_PATIENCE = 15.0
#: The same where nobody listens at any address: a node that starts anew takes longer, and a reader waits.
_AWAY_PATIENCE = 5.0
#: Seconds that one attempt may take where the caller does not say; fewer for what a node knows at once, where another
#: node can be asked if this one hangs.
_SECONDS = 30.0
_SECONDS_OF_ONE = 4.0
_SECONDS_TO_EXPLAIN = 1.0
#: Seconds for which a node that did not answer is asked last.
_DEAD_SECONDS = 10
_LEAST_VERSION = (2, 11)
_BULK_SECONDS = 60.0
_MADE = "resource_already_exists_exception"
_LINE = "application/x-ndjson"

logging.getLogger("opensearch").setLevel(logging.ERROR)  # what fails is tried again, or said in a sentence of ours


@dataclass(frozen=True, slots=True)
class Access:
    """Where a cluster is, and how one gets in."""

    addresses: tuple[str, ...]
    user: str = ""
    password: str = field(default="", repr=False)
    ca: str = ""
    verify: bool = True
    aws_region: str = ""
    aws_token: str = field(default="", repr=False)

    @classmethod
    def of(cls, settings: Settings, known: Sequence[str] = ()) -> Access:
        """What settings say; `known` are addresses for settings that name none. Raises ConfigError without any."""
        given = [one.strip().rstrip("/") for one in settings.engine_url.split(",") if one.strip()]
        addresses = tuple(given or known)
        if not addresses:
            raise ConfigError(
                "The engine opensearch needs the address of a cluster: "
                "give it with --engine-url or as engine_url in kb-search.toml."
            )
        if settings.engine_ca:
            _check_certificates(Path(settings.engine_ca))
        return cls(
            addresses,
            settings.engine_user,
            settings.engine_password,
            settings.engine_ca,
            settings.engine_verify == "yes",
            settings.engine_aws_region,
            settings.engine_aws_token,
        )

    def __str__(self) -> str:
        return ", ".join(self.addresses)


def _check_certificates(path: Path) -> None:
    """Raise ConfigError unless a file has certificates."""
    if not path.is_file():
        raise ConfigError(f"The file of certificates {path} (engine_ca) is not there.")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except OSError as error:
        raise ConfigError(
            f"The file of certificates {path} (engine_ca) cannot be read; it must hold certificates as PEM."
        ) from error


class _Nearest(RoundRobinSelector):
    """Takes the nodes in turn; those that are preferred before the others, as long as one of them is there."""

    preferred: frozenset[str] = frozenset()

    def select(self, connections: Sequence[Connection]) -> Connection:  # type: ignore[override]  # it says None
        """One of the connections, none of which is known to be dead."""
        near = [one for one in connections if one.host.rpartition("/")[2] in self.preferred]
        chosen: Connection = super().select(near or connections)
        return chosen


class Cluster:
    """A cluster, reached through any of its nodes. Safe to share between threads."""

    def __init__(self, access: Access) -> None:
        """Nothing is sent yet."""
        self.access = access
        self._given_up: set[str] = set()  # paths of requests that were tried for long in vain, and not answered since
        self._client = OpenSearch(
            hosts=list(access.addresses),
            http_auth=_signer(access),
            headers=_login(access),
            verify_certs=access.verify,
            ssl_show_warn=False,
            ca_certs=access.ca or None,
            max_retries=0,  # we try again ourselves, but without this a node that hangs is not known as one
            retry_on_timeout=True,
            dead_timeout=_DEAD_SECONDS,
            pool_maxsize=16,
            selector_class=_Nearest,
        )

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def check_version(self) -> None:
        """Raise ClusterProblem unless the cluster is one that this program was tried with."""
        told = self.ask("GET", "/")
        version = told.get("version")
        version = version if isinstance(version, dict) else {}
        number, kind = str(version.get("number", "?")), version.get("distribution", "another program, version")
        found = tuple(int(part) for part in re.findall(r"\d+", number)[:2])
        if kind != "opensearch" or not _LEAST_VERSION <= found < (_LEAST_VERSION[0] + 1,):
            raise ClusterProblem(
                f"The cluster at {self.access} is {kind} {number}; the engine opensearch needs OpenSearch 2.11 or a "
                "later 2.x."
            )

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        seconds: float = 0.0,
        patience: float = READ_PATIENCE,
        check: Callable[[Answer], None] | None = None,
        **parameters: object,
    ) -> Answer:
        """What the cluster answers. `check` may refuse an answer with a Failure; `seconds` is how long one may take.

        Raises ClusterProblem with a sentence; NotThere for what is not there, TooLong for a search that was stopped.
        """
        several = method == "GET" and len(self.access.addresses) > 1
        seconds = seconds or (_SECONDS_OF_ONE if several else _SECONDS)
        started = time.monotonic()
        patience = min(patience, LITTLE_PATIENCE) if path in self._given_up else patience
        told: Failure | None = None
        for pause in (*_PAUSES, *([_PAUSES[-1]] * 100)):
            try:
                answer = self._send(method, path, body, seconds, parameters)
                if check:
                    check(answer)
            except Failure as failure:
                # What a node says tells more than that another one hangs, and that more than that one is away.
                told = max(failure, told or failure, key=lambda one: (one.status > 0, one.kind != "away"))
                limit = min(patience, _AWAY_PATIENCE) if told.kind == "away" else patience
                if not failure.passes or time.monotonic() + pause > started + limit:
                    if failure.passes:
                        self._given_up.add(path)
                    raise self._explained(self._known_of(told)) from failure
                time.sleep(pause)
            else:
                self._given_up.discard(path)
                return answer
        raise ClusterProblem(f"The cluster at {self.access} does not answer.")

    def _known_of(self, failure: Failure) -> Failure:
        """Why nothing came back, where a node knows it: without a quorum some requests wait and are not refused."""
        if failure.kind == "silent":
            for _ in self.access.addresses:
                with suppress(Failure):
                    health = self._send("GET", "/_cluster/health", None, _SECONDS_TO_EXPLAIN, {"local": True})
                    if not health.get("discovered_cluster_manager", True):
                        return Failure(503, "cluster_manager_not_discovered", failure.reason)
        return failure

    def _send(self, method: str, path: str, body: object, seconds: float, parameters: Mapping[str, object]) -> Answer:
        headers = {"content-type": _LINE} if isinstance(body, str) else None
        sent = {key: json.dumps(value) if isinstance(value, bool) else value for key, value in parameters.items()}
        try:
            answer = self._client.transport.perform_request(
                method, path, params={**sent, "request_timeout": seconds}, body=body, headers=headers
            )
        except exceptions.OpenSearchException as error:
            raise _failure(error) from error
        return answer if isinstance(answer, dict) else {"found": answer}

    def bulk(self, index: str, lines: str) -> None:
        """Write documents, given as lines of JSON with ids. Raises ClusterProblem where one of them is refused."""
        self.ask(
            "POST",
            f"/{index}/_bulk",
            lines,
            seconds=_BULK_SECONDS,
            patience=WRITE_PATIENCE,
            check=_check_bulk,
            timeout="5s",
            filter_path=_KEPT,
        )

    def make(self, method: str, path: str, body: Answer) -> None:
        """Make an index; that it was made already by an attempt that seemed to fail is no error."""
        try:
            self.ask(method, path, body, patience=WRITE_PATIENCE, cluster_manager_timeout="10s", timeout="10s")
        except ClusterProblem as problem:
            if not (isinstance(problem.__cause__, Failure) and problem.__cause__.kind == _MADE):
                raise

    def drop(self, index: str) -> None:
        """Delete an index, if it is there."""
        with suppress(NotThere):
            self.ask("DELETE", f"/{index}")

    def search(self, index: str, bodies: Sequence[Answer], *, seconds: float, everywhere: bool) -> list[Answer]:
        """The answers to some searches in one index, from all of its shards or not at all.

        `everywhere` takes the frequencies of words over all shards, where hits are scored.
        """
        headers: list[Answer] = [
            {"search_type": "dfs_query_then_fetch"} if everywhere and body.get("track_scores") else {}
            for body in bodies
        ]
        if len(bodies) == 1:  # a request for several takes a third longer
            whole = {**headers[0], **_WHOLE}
            return [self.ask("POST", f"/{index}/_search", bodies[0], seconds=seconds, check=_check_search, **whole)]
        shared = {"index": index, **_WHOLE}
        pairs = zip(headers, bodies, strict=True)
        lines = "".join(f"{json.dumps({**shared, **header})}\n{json.dumps(body)}\n" for header, body in pairs)
        responses: list[Answer] = self.ask("POST", "/_msearch", lines, seconds=seconds, check=_check_searches)[
            "responses"
        ]
        return responses

    def prefer_nodes_with(self, index: str) -> None:
        """Ask nodes that have all of an index before others, which would have to ask them. Without an answer, none."""
        if len(self.access.addresses) > 1:
            with suppress(ClusterProblem):
                self._client.transport.connection_pool.selector.preferred = self._addresses_with(index)

    def _addresses_with(self, index: str) -> frozenset[str]:
        """Where nodes listen that have a copy of each shard of an index: host and port."""
        shards = self.ask("GET", f"/{index}/_search_shards", patience=0, local=True)["shards"]
        with_all = set.intersection(*({copy["node"] for copy in copies} for copies in shards))
        wanted = "nodes.*.http.publish_address"
        known = self.ask("GET", "/_nodes/http", patience=0, filter_path=wanted, timeout="1s")
        return frozenset(
            told["http"]["publish_address"].rpartition("/")[2]
            for node, told in known.get("nodes", {}).items()
            if node in with_all
        )

    def _explained(self, failure: Failure) -> ClusterProblem:
        """What is said of a failure that does not pass."""
        if failure.is_missing:
            return NotThere(sentence(failure, str(self.access)))
        if failure.is_too_long:
            return TooLong(failure.reason)
        if failure.is_lost:
            return ShardsLost(sentence(failure, str(self.access)))
        return ClusterProblem(sentence(failure, str(self.access)))


class NotThere(ClusterProblem):
    """The cluster lacks an index or a document."""


class TooLong(ClusterProblem):
    """The cluster stopped a search at its time limit."""


class ShardsLost(ClusterProblem):
    """Parts of an index are on nodes that are not there."""


#: An answer from all shards, that the cluster does not pack up to keep it: hardly anybody asks the same again.
_WHOLE = {"allow_partial_search_results": False, "request_cache": False}


def _signer(access: Access) -> Signer | None:
    """What signs each request, for a cluster that wants Amazon's signatures."""
    if not access.aws_region:
        return None
    return Signer(access.user, access.password, access.aws_region, access.aws_token)


def _login(access: Access) -> dict[str, str]:
    """The header of a login by name and password, in UTF-8 (RFC 7617); opensearch-py knows Latin-1 alone.

    Bytes of the environment that are no UTF-8 are sent as they are.
    """
    if access.aws_region or not access.user:
        return {}
    login = f"{access.user}:{access.password}".encode("utf-8", "surrogateescape")
    return {"authorization": f"Basic {b64encode(login).decode()}"}


#: Of what a bulk request answers only the errors are wanted.
_KEPT = "errors,items.*.error,items.*.status"


def _check_bulk(answer: Answer) -> None:
    """Raise the first error of a bulk request; what was to be deleted and is not there is none."""
    if answer.get("errors"):
        for item in answer["items"]:
            for told in item.values():
                if "error" in told:
                    raise failure_of(told["status"], told["error"])


def _check_searches(answer: Answer) -> None:
    """Raise what went wrong in one of several searches."""
    for one in answer["responses"]:
        _check_search(one)


def _check_search(answer: Answer) -> None:
    """Raise what went wrong in a search. A partial answer can look whole, hence the count of shards."""
    if "error" in answer:
        raise failure_of(answer["status"], answer["error"])
    if answer.get("timed_out"):
        raise Failure(0, "search_timeout_exception", "timed out")
    if answer["_shards"]["successful"] < answer["_shards"]["total"]:
        raise Failure(503, "partial", "some shards did not answer")


def _failure(error: exceptions.OpenSearchException) -> Failure:
    if isinstance(error, exceptions.ConnectionTimeout):
        return Failure(0, "silent", str(error.error))
    if isinstance(error, exceptions.SSLError):
        return Failure(0, "untrusted", str(error.error))
    if isinstance(error, exceptions.ConnectionError):
        return Failure(0, "away", str(error.error))
    if isinstance(error, exceptions.TransportError) and isinstance(error.status_code, int):
        kind, reason = kind_and_reason(error.info.get("error") if isinstance(error.info, dict) else error.info)
        return Failure(error.status_code, kind, reason)
    return Failure(0, "garbled", str(error))
