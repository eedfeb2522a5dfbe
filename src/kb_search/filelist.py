"""What a run made of each file of the collection: kept in every generation, compared with by the next run."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from kb_search.errors import REBUILD, IndexDamaged

#: The list's name in a generation's folder.
NAME = "files.json"


class KnownFile(NamedTuple):
    """What the last run made of a file. A tuple: to make ten thousand frozen objects takes five times as long.

    `status` is `indexed`, `skipped` or `failed`, and `reason` says why for the last two, or what was left out.
    `sha256` is that of its content, empty where it could not be read; `companions` a digest of what is said about
    it elsewhere; `seen_ns` when the run looked at it; `articles` the ids of the articles that it holds. `identity` is
    the path that these are named by: the one under which the file was first seen. `problems` are what was left out of
    it, as far as the journal keeps that: pairs of where it stands and what is wrong with it.
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
    problems: tuple[tuple[str, str], ...] = ()
    ctime_ns: int = 0

    @property
    def is_lacking(self) -> bool:
        """Whether it, or something of it, could not be read."""
        return self.status == "failed" or bool(self.problems)


_ARTICLES, _PROBLEMS = map(KnownFile._fields.index, ("articles", "problems"))


def write_files(folder: Path, files: Iterable[KnownFile]) -> None:
    """Keep the list in a generation's folder; a hard link to an older list is cut, not written through."""
    fresh = folder / (NAME + ".new")
    # Rows of values, in one call: names in each and a call for each take three times as long for ten thousand files.
    fresh.write_text(json.dumps(list(files)), "utf-8")
    fresh.replace(folder / NAME)


def read_files(folder: Path) -> dict[str, KnownFile]:
    """What `write_files` kept, by path. Raises IndexDamaged."""
    try:
        rows = json.loads((folder / NAME).read_text("utf-8"))
        for row in rows:
            row[_ARTICLES] = tuple(row[_ARTICLES])
            row[_PROBLEMS] = tuple(map(tuple, row[_PROBLEMS]))
        known = [KnownFile(*row) for row in rows]
    except (OSError, ValueError, TypeError, IndexError) as error:
        raise IndexDamaged(f"The index's list of files cannot be read. {REBUILD}") from error
    return {one.path: one for one in known}
