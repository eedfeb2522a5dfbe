"""Which articles are copies of each other: identical texts are one article, near-duplicates are a group.

Candidates share several of the smallest hashes of their sketches; whether they are near-duplicates is then estimated
from the whole sketches (see `fingerprints`). An article joins the group of the earliest article that it resembles,
and is compared with that one alone: a chain of texts that slowly change does not become one group.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb_search.arrays import Ints
from kb_search.copies import Clusters, Groups, Prints
from kb_search.document import Article, Claim, Evidence, Place
from kb_search.fingerprints import SKETCH
from kb_search.loaders.base import printable

#: Two texts are near-duplicates if so much of their shingles together is in both; more where one of them has fewer
#: shingles than SHORT, since short notes share their formulas (.3 to .6 were tried, see docs/DECISIONS.md),
RESEMBLANCE, RESEMBLANCE_OF_SHORT, SHORT = 0.35, 0.6, 100
#: or if so much of the shorter one's is in the longer one, and the shorter one is no shorter than this share of it.
CONTAINMENT, SHORTEST = 0.8, 0.33
#: To be compared, two articles must share so many
_LEAST_SHARED = 4
#: of so many of their smallest hashes.
_LOOKED_UP = 32
#: An article is compared with so many of the earliest that have a hash, which bounds the work where all have it.
_MOST_HOLDERS = 32
#: So many pairs are worked on at a time, which bounds the memory.
_PAIRS_AT_ONCE = 1 << 21
_COMPARED_AT_ONCE = 1 << 12
#: Containment is not estimated from fewer hashes of the shorter text.
LEAST_SAMPLE = 24
#: Stands behind the last hash of a sketch that is not full.
_NONE = np.uint32(0xFFFFFFFF)

#: Two columns: the numbers of the earlier and the later article of each pair.
Pairs = NDArray[np.intp]


def identical(prints: Prints) -> Clusters:
    """Which articles have the identical text and title.

    An article without a title goes with the first that has one. Texts too short for a sketch must have the same title,
    source and date. The one that speaks for all is the earliest dated, then the first by path.
    """
    speakers: dict[int, list[int]] = {}
    for alike in _same_text(prints):
        for members in _same_title(prints, alike):
            if len(members) > 1:
                speakers[members[0]] = members
    ids = prints.ids
    return Clusters(
        {ids[first].decode(): tuple(ids[one].decode() for one in speakers[first]) for first in sorted(speakers)}
    )


def _same_text(prints: Prints) -> Iterator[list[int]]:
    """The numbers of articles with the same digest, where there are several, each list in the order of speaking."""
    order = np.lexsort((_in_time(prints), prints.text[:, 1], prints.text[:, 0]))
    sorted_texts = prints.text[order]
    cuts = np.flatnonzero(np.any(sorted_texts[1:] != sorted_texts[:-1], axis=1)) + 1
    bounds = np.concatenate(([0], cuts, [len(order)]))
    for number in np.flatnonzero(np.diff(bounds) > 1):
        yield order[bounds[number] : bounds[number + 1]].tolist()


def _same_title(prints: Prints, alike: list[int]) -> list[list[int]]:
    """Articles of one text by their titles; those without one go with the first that has one."""
    by_title: dict[tuple[int, ...], list[int]] = {}
    untitled: list[int] = []
    for one in alike:
        title, date = int(prints.title[one]), int(prints.date[one])
        if prints.short[one]:
            key = (title, date, int(prints.source[one])) if title and date else (-1, one)
            by_title.setdefault(key, []).append(one)
        elif title:
            by_title.setdefault((title,), []).append(one)
        else:
            untitled.append(one)
    if untitled:
        first = next((key for key in by_title if len(key) == 1), (0,))
        by_title.setdefault(first, []).extend(untitled)
    turn = {one: place for place, one in enumerate(alike)}
    return [sorted(members, key=turn.__getitem__) for members in by_title.values()]


def _in_time(prints: Prints) -> NDArray[np.int64]:
    """The rank of each article: the earliest dated first, the undated last, then by path.

    Of two dates that may mean the same day the more precise comes first.
    """
    date = prints.date.astype(np.int64)
    # A coarse date comes after all the days that it can mean, and a year after its months.
    late = date + np.where(date % 10000 == 0, 1299, np.where(date % 100 == 0, 32, 0))
    late[date == 0] = np.iinfo(np.int64).max
    rank = np.empty(len(date), np.int64)
    rank[np.argsort(late, kind="stable")] = np.arange(len(date))
    return rank


def merge(articles: Sequence[Article]) -> Article:
    """One article of several with the identical text, given in the order of `Clusters.of`.

    It is the first, with each field that the first lacks taken from the next that has it, and with all places.
    What was said of a field elsewhere is kept as evidence, with the path where it stands.
    """
    first = articles[0]
    titled = next((one for one in articles if not one.untitled), first)
    fields = {name: next((value for one in articles if (value := getattr(one, name))), getattr(first, name))
              for name in ("source", "date", "author", "url", "language")}  # fmt: skip
    names = dict.fromkeys(one.field for article in articles for one in article.evidence)
    return replace(
        first,
        title=titled.title,
        untitled=titled.untitled,
        evidence=tuple(_combined(name, articles) for name in names),
        places=tuple(_place(one) for one in articles),
        **fields,
    )


def _place(article: Article) -> Place:
    title = "" if article.untitled else article.title
    return Place(article.id, article.path, article.row, title, article.source, article.date, article.url)


def _combined(field: str, articles: Sequence[Article]) -> Evidence:
    """The evidence for one field from all places: that of the first that has a value won, values that differ lost."""
    said = [
        (number, one)
        for number, article in enumerate(articles)
        if (one := article.evidence_for(field)) and not (field == "title" and article.untitled)
    ] or [(0, one) for one in articles[0].evidence if one.field == field]
    won_at, won = next((pair for pair in said if pair[1].value), said[0])
    others = list(won.others)
    for number, one in said:
        if one is not won:
            claims = [Claim(one.value, one.origin), *one.others] if one.value != won.value else one.others
            others += [_elsewhere(claim, articles[number]) for claim in claims if claim.value]
    origin = _elsewhere(Claim(won.value, won.origin), articles[won_at]).origin if won_at else won.origin
    return Evidence(field, won.value, origin, tuple(dict.fromkeys(others)))


def _elsewhere(claim: Claim, article: Article) -> Claim:
    return replace(claim, origin=f"{claim.origin} (in {printable(article.path)})")


def groups(prints: Prints, clusters: Clusters) -> Groups:
    """The groups of near-duplicates among the articles that speak for themselves, in the order of their first."""
    order = _speaking(prints, clusters)
    sketches = _Sketches.of(prints, order)
    leader = list(range(len(order)))
    closest = [0.0] * len(order)
    for first, second, likeness in sketches.near(_candidates(sketches)):
        if leader[first] == first and likeness > closest[second]:
            leader[second], closest[second] = first, likeness
    members: dict[int, list[int]] = defaultdict(list)
    for number, first in enumerate(leader):
        members[first].append(number)
    return Groups(
        tuple(
            tuple(prints.ids[order[number]].decode() for number in group)
            for group in members.values()
            if len(group) > 1
        )
    )


def _speaking(prints: Prints, clusters: Clusters) -> Ints:
    """The numbers of the articles that speak for themselves, the earliest dated first."""
    merged = np.isin(prints.ids, np.array([one.encode() for one in clusters.speaker], "S16"))
    numbers = np.flatnonzero(~merged)
    return numbers[np.argsort(_in_time(prints)[numbers])].astype(np.int32)


class _Sketches(NamedTuple):
    """Sketches in rows of equal length, filled up at the end, with the largest hash up to which each is complete."""

    hashes: NDArray[np.uint32]
    counts: Ints
    bounds: NDArray[np.uint32]

    @classmethod
    def of(cls, prints: Prints, order: Ints) -> _Sketches:
        """The sketches of some articles in an order."""
        lists = prints.signatures.taken(order)
        counts = np.diff(lists.starts).astype(np.int32)
        hashes = np.full((len(order), SKETCH), _NONE, np.uint32)
        hashes[np.arange(SKETCH) < counts[:, None]] = lists.values
        bounds = np.where(counts == SKETCH, hashes[:, -1], _NONE - np.uint32(1))
        return cls(hashes, counts, bounds)

    def near(self, pairs: Iterable[Pairs]) -> Iterator[tuple[int, int, float]]:
        """Of some pairs those that are near-duplicates, with how alike they are (from 0 to 1), in their order."""
        for some in pairs:
            for at in range(0, len(some), _COMPARED_AT_ONCE):
                pair = some[at : at + _COMPARED_AT_ONCE]
                likeness = self.likeness(pair[:, 0], pair[:, 1])
                for number in np.flatnonzero(likeness).tolist():
                    yield int(pair[number, 0]), int(pair[number, 1]), float(likeness[number])

    def likeness(self, first: NDArray[np.intp], second: NDArray[np.intp]) -> NDArray[np.float64]:
        """The resemblance of pairs that are near-duplicates, by it or by containment; 0 of those that are not."""
        one, other = self.hashes[first], self.hashes[second]
        bound = np.minimum(self.bounds[first], self.bounds[second])[:, None]
        sizes = np.stack([np.count_nonzero(part <= bound, axis=1) for part in (one, other)])
        together = np.sort(np.concatenate((one, other), axis=1), axis=1)
        common = np.count_nonzero((together[:, 1:] == together[:, :-1]) & (together[:, 1:] <= bound), axis=1)
        shorter, longer = sizes.min(axis=0), np.maximum(sizes.max(axis=0), 1)
        resemblance = common / np.maximum(sizes.sum(axis=0) - common, 1)
        containment = common / np.maximum(shorter, 1)
        is_cut = (containment >= CONTAINMENT) & (shorter >= SHORTEST * longer) & (shorter >= LEAST_SAMPLE)
        is_short = np.minimum(self.counts[first], self.counts[second]) < SHORT
        is_alike = resemblance >= np.where(is_short, RESEMBLANCE_OF_SHORT, RESEMBLANCE)
        return np.where(is_alike | is_cut, resemblance, 0.0)


def _candidates(sketches: _Sketches) -> Iterator[Pairs]:
    """Pairs of articles that share several of their smallest hashes, ordered by the second, then by the first."""
    looked_up = np.minimum(sketches.counts, _LOOKED_UP)
    hashes = sketches.hashes[:, :_LOOKED_UP][np.arange(_LOOKED_UP) < looked_up[:, None]]
    by_hash = np.argsort(hashes, kind="stable")  # stable: the holders of one hash stay in the order of their articles
    owners = np.repeat(np.arange(len(looked_up), dtype=np.int32), looked_up)[by_hash]
    hashes = hashes[by_hash]
    begins = np.flatnonzero(np.diff(hashes, prepend=~hashes[:1])).astype(np.int32)
    run = np.repeat(begins, np.diff(begins, append=np.int32(len(owners))))
    before = np.minimum(np.arange(len(owners), dtype=np.int32) - run, _MOST_HOLDERS)
    shared = np.flatnonzero(before)
    shared = shared[np.argsort(owners[shared], kind="stable")]
    for some in _portions(shared, owners, before):
        count = before[some]
        step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        first = owners[np.repeat(run[some], count) + step]
        yield _frequent(first, np.repeat(owners[some], count))


def _portions(places: NDArray[np.intp], owners: Ints, counts: Ints) -> list[NDArray[np.intp]]:
    """Cut places, which are ordered by their owners, between owners, where enough pairs have come together."""
    so_far = np.cumsum(counts[places]) // _PAIRS_AT_ONCE
    ends = np.flatnonzero(np.diff(owners[places])) + 1
    return np.split(places, ends[np.flatnonzero(np.diff(so_far[ends - 1]))])


def _frequent(first: Ints, second: Ints) -> Pairs:
    """The pairs that are there often enough, each once, in order."""
    codes = np.sort(second.astype(np.uint64) << np.uint64(32) | first.astype(np.uint64))
    begins = np.flatnonzero(np.diff(codes, prepend=~codes[:1]))
    codes = codes[begins[np.diff(begins, append=len(codes)) >= _LEAST_SHARED]]
    return np.stack((codes & np.uint64(0xFFFFFFFF), codes >> np.uint64(32)), axis=1).astype(np.intp)
