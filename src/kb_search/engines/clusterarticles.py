"""What is kept on this machine of every article of a generation in a cluster: its id, its date, and who printed it.

A passage has the date and the sources of its article. So the cluster need only tell how many passages of each article
match: facets, and what a reader has selected in them, are added up here.

| file | one entry per | holds |
|---|---|---|
| `article.S16`, `article_date.i4` | article | its id, and its date as a number (0: undated) |
| `printed_article.i4`, `printed_source.i4` | article × source | which sources printed which article |
| `sources.json` | source | the name |

Articles keep their numbers while changes are added to a generation; those that are deleted keep theirs too.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property, reduce
from pathlib import Path

import numpy as np

from kb_search.arrays import Ints, Longs, Mask, load_array, rising
from kb_search.columns import Columns
from kb_search.copies import Ids
from kb_search.datecounts import DateCounts
from kb_search.engines.cluster import Answer
from kb_search.engines.conditions import (
    AllOf,
    AnyOf,
    Condition,
    Dated,
    Everything,
    From,
    NoneOf,
    NotDated,
    Nothing,
)
from kb_search.engines.matching import dates_within
from kb_search.errors import REBUILD, IndexDamaged
from kb_search.query import DateRange

_IDS, _DATES = "article.S16", "article_date.i4"
_PRINTED, _BY, _SOURCES = "printed_article.i4", "printed_source.i4", "sources.json"

#: Sources, and the number of passages of each.
SourceCounts = tuple[tuple[str, int], ...]


class Articles:
    """The articles of a generation, by their numbers."""

    def __init__(self, generation: Path) -> None:
        """Open what `write_articles` wrote. Raises IndexDamaged."""
        self.ids: Ids = load_array(generation / _IDS)
        self.dates: Ints = load_array(generation / _DATES)
        self.printed: Ints = load_array(generation / _PRINTED)
        self.by: Ints = load_array(generation / _BY)
        self.sources = _names(generation / _SOURCES)
        if len(self.ids) != len(self.dates) or len(self.printed) != len(self.by):
            raise IndexDamaged(f"The index's list of articles is not whole. {REBUILD}")

    def __len__(self) -> int:
        return len(self.ids)

    def that_meet(self, condition: Condition) -> Mask:  # noqa: PLR0911 - one case for each kind
        """Which articles meet a condition on dates and sources, the only ones that a reader selects in facets."""
        match condition:
            case Everything():
                return np.ones(len(self), np.bool_)
            case Nothing():
                return np.zeros(len(self), np.bool_)
            case AllOf():
                return reduce(np.logical_and, map(self.that_meet, condition.children))
            case AnyOf():
                return reduce(np.logical_or, map(self.that_meet, condition.children))
            case NoneOf():
                return ~self.that_meet(condition.child)
            case From():
                return self._printed_by(condition.sources)
            case Dated():
                return dates_within(self.dates, DateRange(condition.first, condition.last, partly=condition.partly))
            case NotDated():
                undated: Mask = self.dates == 0
                return undated
            case _:
                raise TypeError(f"{type(condition).__name__} is not a condition on dates or sources")

    def _printed_by(self, names: Sequence[str]) -> Mask:
        named = frozenset(names)
        wanted = np.array([source in named for source in self.sources], np.bool_)
        articles = np.zeros(len(self), np.bool_)
        articles[self.printed[wanted[self.by]]] = True
        return articles

    @cached_property
    def has_coarse_dates(self) -> bool:
        """Whether of some article not the day is known, but the month or the year."""
        return bool(((self.dates > 0) & (self.dates % 100 == 0)).any())

    def passages(self, answer: Answer) -> Longs:
        """How many passages of each article a search found that counted `passages_by_article` as `articles`."""
        pairs = np.array(answer["aggregations"]["articles"]["value"] or [], np.int64).reshape(-1, 2)
        counts = np.zeros(len(self), np.int64)
        counts[pairs[:, 0]] = pairs[:, 1]
        return counts

    def by_source(self, passages: Longs) -> SourceCounts:
        """How many passages each source printed, the most first; `passages` has how many of each article count."""
        counts = np.bincount(self.by, passages[self.printed], len(self.sources)).astype(np.int64).tolist()
        found = [(name, count) for name, count in zip(self.sources, counts, strict=True) if count]
        return tuple(sorted(found, key=lambda pair: (-pair[1], pair[0])))

    def by_date(self, passages: Longs) -> DateCounts:
        """How many passages each date has; `passages` has how many of each article count."""
        return DateCounts.ranked(self._rising, np.bincount(self._date_rank, passages))

    @cached_property
    def _rising(self) -> Ints:
        return rising(self.dates)

    @cached_property
    def _date_rank(self) -> Longs:
        """The place of each article's date among all dates."""
        return np.searchsorted(self._rising, self.dates)


def _names(path: Path) -> tuple[str, ...]:
    try:
        return tuple(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise IndexDamaged(f"The index file {path.name} cannot be read. {REBUILD}") from error


def write_articles(generation: Path, base: Articles | None, columns: Columns) -> None:
    """Write down the articles of a generation: those of its base, and behind them those of a new segment."""
    names = list(dict.fromkeys((*(base.sources if base else ()), *columns.sources)))
    place = {name: number for number, name in enumerate(names)}
    numbers = np.array([place[name] for name in columns.sources], np.int32)
    first = len(base) if base else 0
    new = {
        _IDS: columns.article_ids.astype("S16"),
        _DATES: columns.article_date,
        _PRINTED: first + np.concatenate((np.arange(columns.articles, dtype=np.int32), columns.more_article)),
        _BY: numbers[np.concatenate((columns.article_source, columns.more_source))],
    }
    known = {_IDS: base.ids, _DATES: base.dates, _PRINTED: base.printed, _BY: base.by} if base else {}
    for name, array in new.items():
        kind = array.dtype if name == _IDS else np.dtype("<i4")
        together = np.concatenate((known[name], array)) if base else array
        (generation / name).write_bytes(together.astype(kind).tobytes())
    (generation / _SOURCES).write_text(json.dumps(names, ensure_ascii=False), "utf-8")
