"""Where a generation lies in a cluster, and what it holds as a whole: the file `cluster.json` in its folder here.

Beside it stand the generation's words, articles, copies and space of meanings, and its manifest: files that are small
beside the collection. All of them are put into the cluster too (see `clustershare`), so that a folder like this one can
be had from the cluster's address alone.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from kb_search.engines.base import Holdings
from kb_search.errors import REBUILD, IndexDamaged, IndexOutdated

NAME = "cluster.json"
#: Raised when what a cluster holds is laid out anew.
_LAYOUT = 6


@dataclass(frozen=True, slots=True)
class InCluster:
    """Where a generation lies, and how worn it is.

    `rows` and `articles` count what was ever written to the index and are where numbers go on; `words` is the pooled
    length of the rows that are there, `deleted` how many are gone, `changes` how often the index was changed since it
    was built.
    """

    addresses: tuple[str, ...]
    index: str
    shards: int
    replicas: int = 1
    rows: int = 0
    articles: int = 0
    words: int = 0
    deleted: int = 0
    changes: int = 0
    layout: int = _LAYOUT

    @property
    def average_length(self) -> float:
        """The mean pooled length of a passage, not below 1."""
        return max(self.words / max(self.rows - self.deleted, 1), 1.0)


_FIELDS = {one.name for one in fields(InCluster)}
_UNTOLD = f"The index does not say where in the cluster it lies. {REBUILD}"


@dataclass(frozen=True, slots=True)
class Whole:
    """A generation as a whole: where it lies, what it holds, and the names of those who wrote its articles."""

    place: InCluster
    holdings: Holdings
    authors: tuple[str, ...]


def write_whole(folder: Path, whole: Whole) -> None:
    """Write it down in a generation's folder."""
    told = {"place": asdict(whole.place), "holdings": asdict(whole.holdings), "authors": whole.authors}
    (folder / NAME).write_text(json.dumps(told, ensure_ascii=False), "utf-8")


def read_whole(folder: Path) -> Whole:
    """What `write_whole` wrote. Raises IndexDamaged and IndexOutdated."""
    place = read_place(folder)
    if place.layout != _LAYOUT:
        raise IndexOutdated(f"The index in the cluster is laid out in another way. {REBUILD}")
    told = _told(folder)
    try:
        held: dict[str, Any] = {key: _frozen(value) for key, value in told["holdings"].items()}
        return Whole(place, Holdings(**held), tuple(told["authors"]))
    except (AttributeError, KeyError, TypeError) as error:
        raise IndexDamaged(_UNTOLD) from error


def read_place(folder: Path) -> InCluster:
    """Where a generation lies, however it is laid out there. Raises IndexDamaged."""
    try:
        told = {key: value for key, value in _told(folder)["place"].items() if key in _FIELDS}
        return replace(InCluster(**told), addresses=tuple(told["addresses"]))
    except (AttributeError, KeyError, TypeError) as error:
        raise IndexDamaged(_UNTOLD) from error


def _told(folder: Path) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads((folder / NAME).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise IndexDamaged(_UNTOLD) from error
    return told


def _frozen(value: object) -> object:
    return tuple(_frozen(one) for one in value) if isinstance(value, list) else value
