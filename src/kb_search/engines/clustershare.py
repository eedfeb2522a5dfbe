"""How a generation in a cluster becomes the one that answers there, and how it is had from the cluster's address alone.

An alias, named as the collection, leads to the index of the generation that answers; it is moved in one step, after
the generation's small files were put into the index and before CURRENT names it on the machine that built it. A kill
in between leaves two generations that are both whole: that machine answers from the old one, others from the new, and
the next run puts it right. What no folder of the machine that built it names any more is deleted.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import platform
import re
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from kb_search import manifest as manifests
from kb_search.config import Settings
from kb_search.disk import write_atomically
from kb_search.engines.cluster import LITTLE_PATIENCE, READ_PATIENCE, Access, Cluster, NotThere
from kb_search.engines.clusterdocuments import decoded, document, file_documents, in_pieces
from kb_search.engines.clusterfolder import NAME, read_place
from kb_search.engines.clusterindex import FILE
from kb_search.engines.clusterreading import ClusterIndex
from kb_search.errors import IndexDamaged, IndexMissing, IndexOutdated, IndexProblem, KbSearchError
from kb_search.generations import CLUSTER, copying, current_name, sweep

_LIST = "files"
#: The collection, what tells an index folder from others, the generation, and what is made by chance for each writer.
_NAME_OF_INDEX = re.compile(r".+-(?P<owner>[0-9a-f]{8}|alone)-\d{6,}-[0-9a-f]{8}")
_TRIES = 10
_log = logging.getLogger(__name__)


Home = tuple[str, str, str]


class _Mark(NamedTuple):
    """What an index folder keeps of the cluster: what its indices are told from others by, and where both are.

    `home` is the machine and the path of the folder itself, and its file system with its number there, by which a copy
    of it is known as one. The last is empty where the system does not tell file systems apart: the roots of two of them
    may well have the same number.
    """

    owner: str
    addresses: tuple[str, ...]
    home: Home

    def is_of(self, home: Home) -> bool:
        """Whether the mark is a folder's own: it may have been moved, or put back where it was, but not copied."""
        return self.home[:2] == home[:2] or self.home[2] == home[2] != ""


def known_addresses(folder: Path) -> tuple[str, ...]:
    """The addresses that an index folder was last kept at; none where it never was. Raises IndexDamaged.

    `folder` is that of a generation, finished or not.
    """
    index = _index_of(folder)
    return _marked(index).addresses if index and (index / CLUSTER).exists() else ()


def _index_of(folder: Path) -> Path | None:
    """The index folder that a generation's folder is in; None where it stands alone."""
    return folder.parent.parent if folder.parent.name == "generations" else None


def owner(folder: Path, addresses: Sequence[str]) -> str:
    """What tells the indices of one index folder from those of others: made by chance when it is first asked for.

    `folder` is that of a generation, finished or not; `addresses` are kept with it, for when settings name none. A
    copy of an index folder gets an owner of its own, and never deletes what the folder that it was copied from uses.
    """
    index = _index_of(folder)
    if not index:
        return "alone"
    home = _home(index)
    known = _marked(index) if (index / CLUSTER).exists() else None
    mine = known.owner if known and known.is_of(home) else secrets.token_hex(4)
    mark = _Mark(mine, tuple(addresses), home)
    if mark != known:
        write_atomically(index / CLUSTER, json.dumps(mark._asdict()).encode())
    return mine


def _home(index: Path) -> Home:
    file_system = os.statvfs(index).f_fsid
    number = f"{file_system:x}:{index.stat().st_ino}" if file_system else ""
    return platform.node(), str(index.resolve()), number


def _marked(index: Path) -> _Mark:
    """What an index folder keeps of its cluster. Raises IndexDamaged."""
    try:
        told = json.loads((index / CLUSTER).read_text("utf-8"))
        machine, path, number = told["home"]
        return _Mark(str(told["owner"]), tuple(told["addresses"]), (str(machine), str(path), str(number)))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexDamaged(
            f"{index / CLUSTER} cannot be read; delete it, and the old indices in the cluster."
        ) from error


def announce(settings: Settings, folder: Path) -> None:
    """Put a generation's small files into its index, and have the collection's name lead to it."""
    place = read_place(folder)
    with closing(Cluster(Access.of(settings, place.addresses))) as cluster:
        cluster.ask("PUT", f"/{place.index}/_settings", {"index.blocks.write": False})
        for lines in in_pieces(_files(folder)):
            cluster.bulk(place.index, lines)
        cluster.ask("PUT", f"/{place.index}/_settings", {"index.blocks.write": True})
        led = next(iter(_led(cluster, settings.engine_collection)), "")
        if led and owner_of(led) != owner_of(place.index):
            _log.warning(
                "In the cluster, %s was the index %s of another index folder until now. That folder keeps its index; "
                "give each collection a name of its own with engine_collection.", settings.engine_collection, led,
            )  # fmt: skip
        _lead(cluster, settings.engine_collection, place.index)


def owner_of(index: str) -> str:
    """The owner that stands in the name of an index, behind the collection's; empty where it is none of ours."""
    found = _NAME_OF_INDEX.fullmatch(index)
    return found["owner"] if found else ""


def _files(folder: Path) -> Iterator[str]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    names = [path.relative_to(folder).as_posix() for path in paths]
    sizes = []
    for name, path in zip(names, paths, strict=True):
        pieces = list(file_documents(name, path.read_bytes()))
        sizes.append([name, len(pieces)])
        yield from pieces
    yield document(f"f{_LIST}", {"kind": FILE, "shown": {"generation": folder.name, "files": sizes}})


def _lead(cluster: Cluster, collection: str, index: str) -> None:
    """Have the name of a collection lead to one index and no other, in one step. Raises NotThere without the index.

    Where the collection was called otherwise for a while, its name leads to an index that the pattern does not fit.
    The pattern is a list of names once the cluster has it, and one of them, an older generation or an index of a
    collection with a longer name, may be deleted before the step is carried out: then it is asked again.
    """
    for left in reversed(range(_TRIES)):
        led = _led(cluster, collection)
        fits = [one for one in (index, *led) if one.startswith(f"{collection}-")]
        others = [one for one in led if one not in (index, *fits)]
        # A pattern that no index fits is refused, whatever else is asked.
        names = [f"{collection}-*", *others] if fits else others
        removed = [{"remove": {"index": one, "alias": collection, "must_exist": False}} for one in names]
        try:
            cluster.ask("POST", "/_aliases", {"actions": [*removed, {"add": {"index": index, "alias": collection}}]})
        except NotThere:
            if not left:
                raise
        else:
            return


def _led(cluster: Cluster, collection: str, *, hasty: bool = False) -> list[str]:
    """The indices that the name of a collection leads to: one, or none before the first is there."""
    seconds, patience = (LITTLE_PATIENCE, LITTLE_PATIENCE) if hasty else (0.0, READ_PATIENCE)
    try:
        return list(cluster.ask("GET", f"/_alias/{collection}", seconds=seconds, patience=patience, local=True))
    except NotThere:
        return []


def sweep_cluster(settings: Settings) -> None:
    """Delete the indices of an index folder that none of its generations names. That it fails is only logged."""
    try:
        mark = _marked(settings.index)
        if not mark.is_of(_home(settings.index)):
            return  # a copy, which has no index of its own yet
        places = {path.name: read_place(path) for path in _kept(settings.index)}
        with closing(Cluster(Access.of(settings, mark.addresses))) as cluster:
            there = set(cluster.ask("GET", f"/*-{mark.owner}-*/_settings/index.uuid"))
            current = places.get(current_name(settings.index))
            led = set(_led(cluster, settings.engine_collection))
            if current and led != {current.index} and led <= there:
                _lead(cluster, settings.engine_collection, current.index)
            for index in sorted(there - {place.index for place in places.values()}):
                cluster.drop(index)
    except KbSearchError as problem:
        _log.warning("Old indices were not deleted from the cluster: %s", problem)
    else:
        if not places:
            (settings.index / CLUSTER).unlink()


def _kept(index: Path) -> list[Path]:
    return [path.parent for path in (index / "generations").glob(f"*/{NAME}") if path.parent.name.isdecimal()]


def fetched(settings: Settings, *, hasty: bool = False) -> Path:
    """A folder with the small files of the generation that answers in a cluster: an index folder like any other.

    Whoever is `hasty` does not wait long for the cluster to say which that is.
    Raises ClusterProblem, and IndexMissing where the cluster has no such collection.
    """
    access = Access.of(settings)
    collection = settings.engine_collection
    key = hashlib.sha256(f"{access} {collection}".encode()).hexdigest()[:16]
    folder = settings.engine_cache.expanduser() / key
    with closing(Cluster(access)) as cluster:
        index = next(iter(_led(cluster, collection, hasty=hasty)), "")
        if not index:
            cluster.check_version()  # what is no OpenSearch knows no collection either
            raise IndexMissing(
                f"There is no collection {collection!r} in the cluster at {access}; build it with "
                "`kb-search index --engine opensearch --engine-url …`, or name another with engine_collection."
            )
        if not _has(folder, index):
            cluster.check_version()
            _bring_here(ClusterIndex(cluster, index, 1), folder)
    return folder


def _has(folder: Path, index: str) -> bool:
    return _is_whole(folder / "generations" / current_name(folder), index)


def _bring_here(index: ClusterIndex, folder: Path) -> None:
    """Have the files of a generation in a folder, once for all processes that want them. Raises IndexProblem."""
    try:
        with copying(folder):
            if not _has(folder, index.name):
                _fetch(index, folder)
    except OSError as error:
        raise IndexProblem(
            f"The small files of the index cannot be kept in {folder}: {error.strerror or error}. "
            "Make room there, or name another folder with engine_cache."
        ) from error


def _fetch(index: ClusterIndex, folder: Path) -> None:
    """Have the files of a generation in a folder that nobody else changes, whole or not at all. Raises OSError."""
    kept = index.document(f"f{_LIST}")
    if kept is None:
        raise IndexDamaged(f"The index {index.name} in the cluster is not whole.")
    final = folder / "generations" / str(int(kept["shown"]["generation"])).zfill(6)
    if not _is_whole(final, index.name):
        half = folder / "generation.half"
        shutil.rmtree(half, ignore_errors=True)  # of a process that failed or was killed
        for name, count in kept["shown"]["files"]:
            _bring(index, name, count, half)
        shutil.rmtree(final, ignore_errors=True)  # damaged, or of a collection of this name that was built anew
        half.rename(final)
    write_atomically(folder / "CURRENT", f"{final.name}\n".encode())
    sweep(folder)


def _bring(index: ClusterIndex, name: str, count: int, folder: Path) -> None:
    """Write a file that the cluster keeps in so many pieces into a folder."""
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise IndexDamaged(f"The index {index.name} in the cluster has a file of an impossible name.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(_pieces(index, name, count)))


def _is_whole(generation: Path, index: str) -> bool:
    """Whether the folder of a generation belongs to an index, and has all its files at their full size."""
    try:
        if read_place(generation).index != index:
            return False
        manifests.read(generation)
    except IndexOutdated:
        return True  # the cluster has no other; whoever opens it says what to do
    except IndexDamaged:
        return False
    return True


def _pieces(index: ClusterIndex, name: str, count: int) -> Iterator[bytes]:
    """The pieces of a file, in their order."""
    for number in range(count):
        found = index.document(f"f{name}/{number}")
        if found is None:
            raise IndexDamaged(f"The index {index.name} in the cluster lacks a part of {name}.")
        yield decoded(found["data"])
