"""Dates that are too coarse to say whether a passage lies in a span: which query finds those that may.

A passage dated only 2023 is not found by `date:2023-11`; how many such there are is told beside the hits.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from kb_search.engines.base import EngineQuery
from kb_search.query import And, DateRange, Node, Not, Or, Spread, leaves

AnyNode = TypeVar("AnyNode", bound=Node)


def asks_for_dates(query: EngineQuery) -> bool:
    """Whether a passage can miss the query by its date alone."""
    return bool(query.dates or query.span or any(isinstance(leaf, DateRange) for leaf in leaves(query.tree)))


def excludes_dates(query: EngineQuery) -> bool:
    """Whether a passage that is found might not be if its date were known better."""
    return partly_excluded(query) != query


def partly_dated(query: EngineQuery) -> EngineQuery:
    """The query as it would be if a coarse date counted wherever it may lie."""
    return replace(
        query,
        tree=_partly(query.tree),
        dates=tuple(map(_partly_range, query.dates)),
        span=_partly_range(query.span) if query.span else None,
    )


def partly_excluded(query: EngineQuery) -> EngineQuery:
    """The query as it would be if a coarse date were left out wherever it may lie."""
    return replace(query, tree=_without_partly(query.tree), not_dates=tuple(map(_partly_range, query.not_dates)))


def _partly(node: Node) -> Node:
    """The tree with its date ranges widened to what may lie in them; under a NOT they stay as they are."""
    if isinstance(node, And | Or):
        return replace(node, children=tuple(map(_partly, node.children)))
    if isinstance(node, Spread):
        return Spread(_partly(node.child))
    return _partly_range(node)


def _without_partly(node: Node) -> Node:
    """The tree with the date ranges widened that stand under a NOT."""
    if isinstance(node, And | Or):
        return replace(node, children=tuple(map(_without_partly, node.children)))
    if isinstance(node, Spread):
        return Spread(_without_partly(node.child))
    return Not(_partly(node.child)) if isinstance(node, Not) else node


def _partly_range(node: AnyNode) -> AnyNode:
    return replace(node, partly=True) if isinstance(node, DateRange) else node
