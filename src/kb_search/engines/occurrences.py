"""Where the words of a query stand in some candidates of a local generation: what the second phase ranks by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb_search.arrays import Ints, Longs, Mask
from kb_search.columns import Columns
from kb_search.engines.base import Occurrences
from kb_search.engines.positions import Postings
from kb_search.latent import DIMENSIONS, Space, Vectors
from kb_search.query import Pattern, Term

Numbers = NDArray[np.int32] | NDArray[np.uint32]


class SegmentWords(NamedTuple):
    """What one segment knows of a query: the postings of each word's stems, and, with a space, the rows' vectors.

    `base` is the key of the segment's first row, `alive` says which of its rows are not deleted.
    """

    base: int
    columns: Columns
    alive: Mask
    postings: Sequence[Sequence[Postings]]
    vectors: Vectors | None


def occurrences(
    segments: Sequence[SegmentWords], keys: Sequence[int], words: Sequence[Term], space: Space | None
) -> Occurrences:
    """Where words stand in the candidates of some keys. Source of the layout: see `base.Occurrences`."""
    found = _Gathered(len(words), np.array(keys, np.int64), DIMENSIONS if space else 0)
    for segment in segments:
        found.add(segment, words)
    return Occurrences(
        own=found.own,
        context=found.context,
        lengths=found.lengths,
        frequencies=found.frequencies,
        **_merged(found.places)._asdict(),
        article=found.article,
        article_lengths=found.article_lengths,
        vectors=found.vectors,
        word_vectors=word_vectors(words, space),
    )


def word_vectors(words: Sequence[Term], space: Space | None) -> Vectors:
    """The place of each word in the space; a pattern has none."""
    vectors = np.zeros((len(words), DIMENSIONS if space else 0), np.float32)
    for at, word in enumerate(words if space else ()):
        if space and not isinstance(word, Pattern):
            vectors[at] = space.of_stems(word.stems)
    return vectors


class _Gathered:
    """Occurrences while they are gathered, segment by segment."""

    def __init__(self, words: int, keys: Longs, dimensions: int) -> None:
        self._keys = keys
        self.own, self.context, self.article = (np.zeros((words, len(keys)), np.int32) for _ in range(3))
        self.lengths = np.zeros(len(keys), np.int32)
        self.article_lengths = np.zeros(len(keys), np.int64)
        self.frequencies = np.zeros(words, np.int64)
        self.vectors = np.zeros((len(keys), dimensions), np.float32)
        self.places: list[_Places] = []

    def add(self, segment: SegmentWords, words: Sequence[Term]) -> None:
        """Look into one segment."""
        columns, lists = segment.columns, segment.postings
        counts = [count_together([one.rows for one in some], segment.alive) for some in lists]
        self.frequencies += np.array(counts, np.int64)
        mine = np.flatnonzero((self._keys >= segment.base) & (self._keys < segment.base + columns.rows))
        if not len(mine):
            return
        rows = (self._keys[mine] - segment.base).astype(np.int32)
        articles = _Articles.of_rows(columns, rows)
        self.lengths[mine] = columns.row_length[rows]
        self.article_lengths[mine] = articles.added(columns.row_length, articles.first, articles.last)
        for word, found in ((number, one) for number, some in enumerate(lists) for one in some):
            self.own[word, mine] += looked_up(found.rows, found.own, rows)
            self.context[word, mine] += looked_up(found.rows, found.context, rows)
            self.article[word, mine] += articles.sums(found)
        if segment.vectors is not None:
            self.vectors[mine] = segment.vectors[rows]
        self.places.append(_places(columns, mine.astype(np.int32), rows, words))


class _Articles(NamedTuple):
    """The articles that some rows belong to, each once: their rows, from `first` up to `last`, which is none of them.

    `of` says for each row that was asked for which of the articles is its own.
    """

    first: Ints
    last: Ints
    of: NDArray[np.intp]

    @classmethod
    def of_rows(cls, columns: Columns, rows: Ints) -> _Articles:
        """The articles of some rows."""
        rising = np.sort(columns.row_article[rows])
        articles = rising[np.flatnonzero(np.diff(rising, prepend=-1))]
        first = columns.article_first_row[articles]
        return cls(first, first + columns.article_rows[articles], np.searchsorted(articles, columns.row_article[rows]))

    def sums(self, found: Postings) -> Longs:
        """For each row that was asked for how often a term stands in its article, title and headings weighted."""
        # Edges of the rows' own type: with another, all rows would be copied.
        start, end = (np.searchsorted(found.rows, edge.astype(found.rows.dtype)) for edge in (self.first, self.last))
        return self.added(found.own, start, end) + self.added(found.context, start, end)

    def added(self, values: Numbers, start: NDArray[np.integer], end: NDArray[np.integer]) -> Longs:
        """For each row that was asked for the sum of its article's values: those from start to end."""
        before = np.concatenate(([0], np.cumsum(end - start)))
        places = np.arange(before[-1]) + np.repeat(start - before[:-1], end - start)
        total = np.concatenate(([0], np.cumsum(values[places], dtype=np.int64)))
        sums: Longs = (total[before[1:]] - total[before[:-1]])[self.of]
        return sums


class _Places(NamedTuple):
    candidate: Ints
    word: Ints
    place: Longs
    exact: Mask


def _places(columns: Columns, mine: Ints, rows: Ints, words: Sequence[Term]) -> _Places:
    """The occurrences of words in some rows of a segment; `mine` are the rows' numbers as candidates."""
    starts, ends = columns.starts[rows], columns.starts[rows + 1]
    # Slices put together take half as long as picking out place by place.
    slices = zip(starts.tolist(), ends.tolist(), strict=True)
    forms = np.concatenate([columns.forms[start:end] for start, end in slices])
    stems = _stems(columns, rows, forms, ends - starts)
    word = np.full(len(forms), -1, np.int32)
    exact = np.zeros(len(forms), np.bool_)
    for at, one in enumerate(words):
        if isinstance(one, Pattern):
            word[columns.form_table.are(one.forms)[forms]] = at
            continue
        for number in columns.stem_numbers(one.stems):
            word[stems == number] = at
        exact |= (word == at) & (forms == columns.form_table.find(one.form))
    hit = np.flatnonzero(word >= 0)
    behind = np.cumsum(ends - starts)
    owner = np.searchsorted(behind, hit, "right")
    place = hit - (behind - (ends - starts))[owner]
    return _Places(mine[owner], word[hit], place, exact[hit])


def _stems(columns: Columns, rows: Ints, forms: Ints, lengths: Longs) -> Ints:
    """The stems of all forms of some rows, which have so many each."""
    if len(columns.languages) == 1:
        alone: Ints = columns.stem_of[0][forms]
        return alone
    stems: Ints = columns.stem_of[np.repeat(columns.row_language[rows], lengths), forms]
    return stems


def _merged(parts: list[_Places]) -> _Places:
    if not parts:
        return _Places(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.bool_))
    candidate = np.concatenate([part.candidate for part in parts])
    place = np.concatenate([part.place for part in parts])
    order = np.lexsort((place, candidate))
    word = np.concatenate([part.word for part in parts])
    exact = np.concatenate([part.exact for part in parts])
    return _Places(candidate[order], word[order], place[order], exact[order])


def count_together(lists: Sequence[NDArray[np.uint32]], alive: Mask) -> int:
    """How many of a segment's rows that are alive are in at least one of some lists."""
    if len(lists) == 1:
        return int(np.count_nonzero(alive[lists[0]]))
    seen = np.zeros(len(alive), np.bool_)
    for one in lists:
        seen[one] = True
    return int(np.count_nonzero(seen & alive))


def looked_up(rows: NDArray[np.uint32], values: NDArray[np.uint32], wanted: NDArray[np.integer]) -> Ints:
    """The values of some rows in a posting list; 0 for those it lacks."""
    if not len(rows):
        return np.zeros(len(wanted), np.int32)
    # Of the rows' own type: with another, all rows would be copied.
    at = np.minimum(np.searchsorted(rows, wanted.astype(rows.dtype)), len(rows) - 1)
    return np.where(rows[at] == wanted, values[at], 0).astype(np.int32)
