"""What a run made of each file of the collection: kept in every generation, compared with by the next run."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

from kb_search.errors import REBUILD, IndexDamaged

_NAME = "files.jsonl"


@dataclass(frozen=True, slots=True)
class KnownFile:
    """What the last run made of a file.

    `status` is `indexed`, `skipped` or `failed`, and `reason` says why for the last two, or what was left out.
    `sha256` is that of its content, empty where it could not be read; `companions` a digest of what is said about
    it elsewhere; `seen_ns` when the run looked at it; `articles` the ids of the articles that it holds. `identity` is
    the path that these are named by: the one under which the file was first seen.
    """

    path: str
    status: str
    size: int
    mtime_ns: int
    sha256: str
    companions: str
    seen_ns: int
    reason: str = ""
    loader: str = ""
    articles: tuple[str, ...] = ()
    identity: str = ""
    encoding: str = ""


_FIELDS = tuple(field.name for field in fields(KnownFile))


def write_files(folder: Path, files: Iterable[KnownFile]) -> None:
    """Keep the list in a generation's folder; a hard link to an older list is cut, not written through."""
    fresh = folder / (_NAME + ".new")
    with fresh.open("w", encoding="utf-8") as out:
        for known in files:  # not `asdict`, which copies what is in each: a second for ten thousand files
            out.write(json.dumps({name: getattr(known, name) for name in _FIELDS}) + "\n")
    fresh.replace(folder / _NAME)


def read_files(folder: Path) -> dict[str, KnownFile]:
    """What `write_files` kept, by path. Raises IndexDamaged."""
    try:
        with (folder / _NAME).open(encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        known = [KnownFile(**{**row, "articles": tuple(row["articles"])}) for row in rows]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise IndexDamaged(f"The index's list of files cannot be read. {REBUILD}") from error
    return {one.path: one for one in known}
