"""What is remembered of all articles together, so that copies of one text are known: kept beside a generation.

`Prints` are the articles' fingerprints as arrays, memory-mapped; with them stand which article speaks for those with
the identical text, and the groups of near-duplicates. The files are in the folder `copies` of a generation:

| file | one entry per | holds |
|---|---|---|
| `id.S16`, `speaker.S16` | article that was read | its id, and that of the article that speaks for its text |
| `key_text.u1`, `key_ends.i8` | article | its path and row, the order of all arrays |
| `source.i4`, `date.i4`, `title.u8` | article | number in `sources.json`, date number, hash of the title (0: none) |
| `text.u8`, `short.u1` | article | digest of the words (two numbers), and whether they are very few |
| `signature.u4`, `edge.u8`, `…_starts.i8` | article | see `fingerprints.Fingerprint` |
| `member.S16`, `member_starts.i8` | group | ids of near-duplicates, the earliest first |
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kb_search.arrays import Ints, Longs, Mask, StringTable, load_array
from kb_search.columns import spread
from kb_search.disk import write_anew
from kb_search.document import Date
from kb_search.errors import REBUILD, IndexDamaged
from kb_search.fingerprints import Fingerprint, title_key
from kb_search.runhashes import Hashes

#: The folder of these files in a generation's.
FOLDER = "copies"
_SOURCES = "sources.json"
_ID = np.dtype("S16")
#: The digest of a text, as the 16 bytes that it is.
_TEXT = np.dtype("S16")

Ids = NDArray[np.bytes_]


class Printed(Protocol):
    """What must be known of an article to tell its copies."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def path(self) -> str:
        """Its path in the collection."""

    @property
    def row(self) -> str:
        """Its row, where a file has several."""

    @property
    def title(self) -> str:
        """Its title."""

    @property
    def untitled(self) -> bool:
        """Whether the title is only its first sentence."""

    @property
    def source(self) -> str:
        """Who published it."""

    @property
    def date(self) -> Date | None:
        """When."""

    @property
    def fingerprint(self) -> Fingerprint:
        """What is remembered of its text."""


@dataclass(frozen=True)
class Clusters:
    """Articles with the identical text.

    `of` has for the article that speaks for the others the ids of all, its own first. Articles that stand alone are
    not in it.
    """

    of: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def speaker(self) -> dict[str, str]:
        """From each article that is merged into another to that one."""
        return {member: members[0] for members in self.of.values() for member in members[1:]}


@dataclass(frozen=True, slots=True)
class Groups:
    """Near-duplicates: the ids of each group, the earliest dated first, the undated last. No article is in two."""

    of: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class _Lists:
    """A list of numbers for each article, one behind the other."""

    values: NDArray[np.unsignedinteger]
    starts: Longs

    def __getitem__(self, number: int) -> NDArray[np.unsignedinteger]:
        return self.values[int(self.starts[number]) : int(self.starts[number + 1])]

    def taken(self, order: Ints) -> _Lists:
        """The lists of some articles, in another order."""
        places, _ = spread(self.starts, order)
        return _Lists(self.values[places], _starts(np.diff(self.starts)[order]))

    def followed_by(self, other: _Lists) -> _Lists:
        """These lists, then the others."""
        starts = np.concatenate((self.starts, self.starts[-1] + other.starts[1:]))
        return _Lists(np.concatenate((self.values, other.values)), starts)


def _starts(lengths: Sequence[int] | Longs) -> Longs:
    starts = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=starts[1:])
    return starts


@dataclass(frozen=True, slots=True, eq=False)
class Prints:
    """What is remembered of all articles, in the order of their paths and rows.

    `source` holds numbers in `sources`, `date` date numbers (0: undated), `title` hashes (0: none), `text` two numbers
    for each article; `short` says which texts have too few words to be told by them alone.
    """

    ids: Ids
    keys: tuple[str, ...]
    sources: tuple[str, ...]
    source: Ints
    date: Ints
    title: Hashes
    short: Mask
    text: Hashes
    signatures: _Lists
    edges: _Lists

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def of(cls, articles: Iterable[Printed]) -> Prints:
        """The prints of some articles, in any order."""
        ordered = sorted(articles, key=_key)
        prints = [one.fingerprint for one in ordered]
        signatures = [np.frombuffer(one.signature, "<u4") for one in prints]
        sources = {name: number for number, name in enumerate(sorted({one.source for one in ordered}))}
        return cls(
            ids=np.array([one.id.encode("ascii") for one in ordered], _ID),
            keys=tuple(map(_key, ordered)),
            sources=tuple(sources),
            source=np.array([sources[one.source] for one in ordered], np.int32),
            date=np.array([one.date.number if one.date else 0 for one in ordered], np.int32),
            title=np.array([0 if one.untitled else title_key(one.title) for one in ordered], np.uint64),
            short=np.array([one.is_short for one in prints], np.bool_),
            text=np.frombuffer(b"".join(one.text for one in prints), "<u8").reshape(-1, 2),
            signatures=_Lists(
                np.concatenate([np.empty(0, "<u4"), *signatures]), _starts([len(one) for one in signatures])
            ),
            edges=_Lists(
                np.array([edge for one in prints for edge in one.edges], np.uint64),
                _starts([len(one.edges) for one in prints]),
            ),
        )

    def changed(self, gone: Collection[str], new: Prints) -> Prints:
        """These prints without those of some ids, and with new ones; an id that is in both is the new one."""
        leaving = np.array([*(one.encode("ascii") for one in gone), *new.ids.tolist()], _ID)
        kept = np.flatnonzero(~np.isin(self.ids, leaving)).astype(np.int32)
        if len(kept) == len(self) and not len(new):
            return self
        return _joined(self, new, [*kept.tolist(), *range(len(self), len(self) + len(new))])

    def sharing(self, texts: Sequence[bytes], gone: Sequence[str]) -> set[str]:
        """The articles that hold one of some texts (see Fingerprint), or that of one that is `gone`; without these."""
        held = np.ascontiguousarray(self.text, "<u8").view(_TEXT).ravel()
        given_up = held[np.isin(self.ids, np.array(gone, _ID))]
        found = self.ids[np.isin(held, np.concatenate((given_up, np.array(texts, _TEXT))))]
        return {article.decode("ascii") for article in found.tolist()}.difference(gone)

    def sketched_anew(self, sketches: Mapping[str, Fingerprint]) -> Prints:
        """These prints with other sketches for some ids. A sketch is never lost: what was long enough stays so."""
        if not sketches:
            return self
        lists = []
        for number, article in enumerate(self.ids.tolist()):
            fresh = sketches.get(article.decode("ascii"))
            kept = self.signatures[number]
            lists.append(np.frombuffer(fresh.signature, "<u4") if fresh and fresh.signature and len(kept) else kept)
        return replace(
            self, signatures=_Lists(np.concatenate([np.empty(0, "<u4"), *lists]), _starts(list(map(len, lists))))
        )

    def fingerprint(self, number: int) -> Fingerprint:
        """The fingerprint of one article, by its number."""
        return Fingerprint(
            text=self.text[number].astype("<u8").tobytes(),
            signature=self.signatures[number].astype("<u4").tobytes(),
            edges=tuple(self.edges[number].tolist()),
            is_short=bool(self.short[number]),
        )


def _key(article: Printed) -> str:
    return f"{article.path}\0{article.row}"


def _joined(one: Prints, other: Prints, kept: list[int]) -> Prints:
    """Some articles of two collections in the order of their keys; those of the second are numbered on."""
    keys = one.keys + other.keys
    order = np.array(sorted(kept, key=keys.__getitem__), np.int32)
    names = sorted({*one.sources, *other.sources})
    number = {name: at for at, name in enumerate(names)}
    renumbered = [np.array([number[name] for name in part.sources], np.int32)[part.source] for part in (one, other)]
    return Prints(
        ids=np.concatenate((one.ids, other.ids))[order],
        keys=tuple(keys[at] for at in order.tolist()),
        sources=tuple(names),
        source=np.concatenate(renumbered)[order],
        date=np.concatenate((one.date, other.date))[order],
        title=np.concatenate((one.title, other.title))[order],
        short=np.concatenate((one.short, other.short))[order],
        text=np.concatenate((one.text, other.text))[order],
        signatures=one.signatures.followed_by(other.signatures).taken(order),
        edges=one.edges.followed_by(other.edges).taken(order),
    )


def read_prints(folder: Path) -> Prints:
    """The prints of a generation; none where it has none. Raises IndexDamaged."""
    folder = folder / FOLDER
    if not folder.exists():
        return Prints.of(())
    try:
        sources = tuple(json.loads((folder / _SOURCES).read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise IndexDamaged(f"The index's list of copies cannot be read. {REBUILD}") from error
    table = StringTable(folder, "key")
    return Prints(
        ids=load_array(folder / "id.S16"),
        keys=tuple(table),
        sources=sources,
        source=load_array(folder / "source.i4"),
        date=load_array(folder / "date.i4"),
        title=load_array(folder / "title.u8"),
        short=load_array(folder / "short.u1").astype(np.bool_),
        text=load_array(folder / "text.u8").reshape(-1, 2),
        signatures=_Lists(load_array(folder / "signature.u4"), load_array(folder / "signature_starts.i8")),
        edges=_Lists(load_array(folder / "edge.u8"), load_array(folder / "edge_starts.i8")),
    )


def write_copies(folder: Path, prints: Prints, clusters: Clusters, groups: Groups) -> None:
    """Write everything that is known of copies into a generation's folder."""
    folder = folder / FOLDER
    folder.mkdir(exist_ok=True)
    raw = [key.encode("utf-8", "surrogatepass") for key in prints.keys]
    speaker = {one.encode("ascii"): other.encode("ascii") for one, other in clusters.speaker.items()}
    speakers = [speaker.get(one, one) for one in prints.ids.tolist()]
    members = [member.encode("ascii") for group in groups.of for member in group]
    arrays = {
        "id.S16": prints.ids,
        "speaker.S16": np.array(speakers, _ID),
        "key_text.u1": np.frombuffer(b"".join(raw), "u1"),
        "key_ends.i8": _starts(list(map(len, raw)))[1:],
        "source.i4": prints.source,
        "date.i4": prints.date,
        "title.u8": prints.title,
        "short.u1": prints.short,
        "text.u8": prints.text,
        "signature.u4": prints.signatures.values,
        "signature_starts.i8": prints.signatures.starts,
        "edge.u8": prints.edges.values,
        "edge_starts.i8": prints.edges.starts,
        "member.S16": np.array(members, _ID),
        "member_starts.i8": _starts(list(map(len, groups.of))),
    }
    for name, array in arrays.items():
        write_anew(folder / name, array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes())
    write_anew(folder / _SOURCES, json.dumps(prints.sources).encode())


class Copies:
    """What a reader of a generation must know of copies: whom a merged article is part of, and who is in a group."""

    def __init__(self, folder: Path) -> None:
        """Open what `write_copies` wrote; a generation without it has no copies. Raises IndexDamaged."""
        folder = folder / FOLDER
        there = folder.exists()
        self._ids: Ids = load_array(folder / "id.S16") if there else np.empty(0, _ID)
        self._speakers: Ids = load_array(folder / "speaker.S16") if there else self._ids
        self._members: Ids = load_array(folder / "member.S16") if there else self._ids
        self._starts: Longs = load_array(folder / "member_starts.i8") if there else np.zeros(1, np.int64)

    def speaker(self, article: str) -> str:
        """The article that speaks for one with its identical text; empty where the article is not known."""
        found = self._merged.get(article.encode("utf-8", "surrogatepass"), b"")
        return found.decode("ascii")

    @cached_property
    def _merged(self) -> dict[bytes, bytes]:
        merged = np.flatnonzero(self._ids != self._speakers)
        return dict(zip(self._ids[merged].tolist(), self._speakers[merged].tolist(), strict=True))

    def groups(self) -> Iterator[tuple[str, ...]]:
        """The ids of each group of near-duplicates, the earliest first."""
        for start, end in pairwise(self._starts.tolist()):
            yield tuple(one.decode("ascii") for one in self._members[start:end].tolist())

    @property
    def has_groups(self) -> bool:
        """Whether there are near-duplicates at all."""
        return len(self._members) > 0

    def group(self, article: str) -> tuple[str, ...]:
        """The near-duplicates of an article, itself among them, the earliest first; none where it has none."""
        number = self._group_of.get(article.encode("utf-8", "surrogatepass"))
        if number is None:
            return ()
        return tuple(
            one.decode("ascii") for one in self._members[self._starts[number] : self._starts[number + 1]].tolist()
        )

    @cached_property
    def _group_of(self) -> dict[bytes, int]:
        numbers = np.repeat(np.arange(len(self._starts) - 1), np.diff(self._starts))
        return dict(zip(self._members.tolist(), numbers.tolist(), strict=True))

    def places_in_groups(self, articles: Ids) -> tuple[Ints, Ints]:
        """For each of some article ids the number of its group (-1: none), and its place in it, counted from 0."""
        group = np.full(len(articles), -1, np.int32)
        place = np.zeros(len(articles), np.int32)
        if len(self._members):
            order = np.argsort(self._members, kind="stable")
            at = np.minimum(np.searchsorted(self._members, articles, sorter=order), len(order) - 1)
            found = order[at]
            known = self._members[found] == articles
            numbers = np.searchsorted(self._starts, found, "right") - 1
            group[known] = numbers[known]
            place[known] = (found - self._starts[numbers])[known]
        return group, place
