"""What a cluster says when it cannot do something: whether that passes, and the sentence for a reader."""

from __future__ import annotations

#: 408 and 429: busy. 500: the node that was asked died meanwhile. 502 to 504: nobody there to answer.
_PASSING = {408, 429, 500, 502, 503, 504}
#: Kinds that stay what they are however often one asks.
_LASTING = {
    "script_exception",
    "too_many_clauses",
    "too_many_nested_clauses",
    "too_many_buckets_exception",
    "untrusted",
}
_LOST = {"partial", "no_shard_available_action_exception", "unavailable_shards_exception"}


class Failure(Exception):
    """An answer that is an error, as the cluster gave it: its HTTP status (0 for none), its kind and its reason."""

    def __init__(self, status: int, kind: str, reason: str) -> None:
        super().__init__(f"{status} {kind} {reason}")
        self.status = status
        self.kind = kind
        self.reason = reason

    @property
    def passes(self) -> bool:
        """Whether the same request may succeed a moment later."""
        if self.kind in _LASTING or self.is_too_long:
            return False
        return self.status in _PASSING or self.kind in ("away", "silent")

    @property
    def is_too_long(self) -> bool:
        """Whether a search was stopped at its time limit."""
        return "Time exceeded" in self.reason or self.kind == "search_timeout_exception"

    @property
    def is_lost(self) -> bool:
        """Whether parts of an index are on nodes that are not there."""
        return self.kind in _LOST

    @property
    def is_missing(self) -> bool:
        """Whether an index or a document is not there."""
        return self.status == 404


def failure_of(status: int, error: object) -> Failure:
    """An error that stands within an answer."""
    return Failure(status, *kind_and_reason(error))


def kind_and_reason(error: object) -> tuple[str, str]:
    """The kind and the reason of an error as the cluster tells it; of nested ones the innermost."""
    if not isinstance(error, dict):
        return "error", str(error or "")
    causes = [*error.get("root_cause", ()), *(one.get("reason", {}) for one in error.get("failed_shards", ()))]
    parts = [error, *(one for one in causes if isinstance(one, dict))]
    cause = error.get("caused_by")
    while isinstance(cause, dict):
        parts.append(cause)
        cause = cause.get("caused_by")
    reason = "; ".join(dict.fromkeys(str(part["reason"]) for part in parts if part.get("reason")))
    kind = next((str(part["type"]) for part in reversed(parts) if part.get("type")), "error")
    return kind, reason


_RED = "lacks parts of the index: nodes that hold them are not there (red). Start them again."
_NO_QUORUM = "has lost too many nodes to decide anything (no quorum). Start them again."
#: What is said of a failure by its kind, by what stands in its reason (where names of indices stand too), else by its
#: status; the first that fits.
_KINDS = (
    ("away", "cannot be reached. Is it running, and is the address right?"),
    ("silent", "does not answer in time. It may be overloaded or hang; try again later."),
    ("untrusted", "does not prove by TLS who it is; name its certificates with engine_ca, or is it plain http?"),
    ("garbled", "answers with something that is not OpenSearch's. Is the address right?"),
    ("cluster_manager_not_discovered", _NO_QUORUM),
    ("cluster_block", "is read-only. Often its disk is all but full: make room there, or take the block away."),
    ("partial", _RED),
    ("shard_available", _RED),
    ("unavailable_shards", _RED),
)
_REASONS = (
    ("no cluster-manager", _NO_QUORUM),
    ("missing shards", _RED),
    ("maxClauseCount", "takes no question so large; ask for less, or raise indices.query.bool.max_clause_count."),
)
_STATUSES = {
    401: "refuses the login; check KB_SEARCH_ENGINE_USER and KB_SEARCH_ENGINE_PASSWORD.",
    403: "does not allow this to the login that is used.",
    404: "does not know what it was asked for. Is the address that of OpenSearch, and the index still there?",
    429: "is too busy; try again later.",
    502: "cannot be reached by the proxy at this address. Is it running?",
    503: "cannot be reached by the proxy at this address. Is it running?",
    504: "does not answer the proxy at this address in time. Is it running?",
}


def sentence(failure: Failure, where: str) -> str:
    """One or two sentences for a reader."""
    told = (*((failure.reason, *one) for one in _REASONS), *((failure.kind, *one) for one in _KINDS))
    said = next((said for text, sign, said in told if sign in text), None) or _STATUSES.get(failure.status)
    if said is None:
        said = f"reports an error: {failure.status} {failure.kind}: {failure.reason[:500] or 'no reason given'}"
    return f"The cluster at {where} {said}"
