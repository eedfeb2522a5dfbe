"""Whether all parts of an index have a place in the cluster, and what is said where they have none."""

from __future__ import annotations

import logging
from contextlib import suppress

from kb_search.engines.cluster import Answer, Cluster, ShardsLost
from kb_search.errors import ClusterProblem

_SECONDS = 60
#: Longer than the cluster itself waits, to hear what it says then.
_MORE_SECONDS = 10
_TOLD = 300
_log = logging.getLogger(__name__)


class NotPlaced(ClusterProblem):
    """No node of the cluster may hold a part of an index."""


def wait_for(cluster: Cluster, index: str, status: str, seconds: int = 0) -> None:
    """Wait until an index has a copy of each shard (`yellow`), or all copies (`green`): a minute, if nothing is given.

    That copies are missing is only logged. Raises NotPlaced where no node may hold a shard, and ShardsLost where those
    that hold it are not there.
    """
    seconds = seconds or _SECONDS
    told = cluster.ask(
        "GET",
        f"/_cluster/health/{index}",
        level="shards",
        wait_for_status=status,
        timeout=f"{seconds}s",
        seconds=seconds + _MORE_SECONDS,
        ignore=408,
    )
    if told["status"] == "red":
        raise _red(cluster, index, told)
    if told["timed_out"]:
        _log.warning("The index %s has no second copy in the cluster yet (%s).", index, told["status"])


def _red(cluster: Cluster, index: str, health: Answer) -> ClusterProblem:
    """What is to be said of an index that lacks a shard."""
    shards = health.get("indices", {}).get(index, {}).get("shards", {})
    lacking = [int(number) for number, shard in shards.items() if not shard["primary_active"]]
    with suppress(ClusterProblem):
        asked = {"index": index, "shard": min(lacking, default=0), "primary": True}
        told = cluster.ask("POST", "/_cluster/allocation/explain", asked, patience=0)
        if told.get("can_allocate") == "no":
            why = _refusal(told)
            return NotPlaced(f"The cluster at {cluster.access} has no place for the index {index} (red): {why}")
    return ShardsLost(
        f"The cluster at {cluster.access} lacks parts of the index {index}: nodes that hold them are not there (red). "
        "Start them again."
    )


def _refusal(told: Answer) -> str:
    """Why a node may not hold a shard, in the cluster's words: the first reason of the node that has the fewest."""
    refusals = [
        [str(one["explanation"]) for one in node.get("deciders", ()) if one["decision"] == "NO"]
        for node in told.get("node_allocation_decisions", ())
    ]
    fewest = min(filter(None, refusals), key=len, default=[str(told.get("allocate_explanation", ""))])
    return fewest[0][:_TOLD]
