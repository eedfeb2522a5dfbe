"""Where the words of a query stand in some candidates of a local generation: what the second phase ranks by."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb_search.arrays import Ints, Longs, Mask, rising
from kb_search.columns import Columns
from kb_search.engines.base import Occurrences
from kb_search.engines.postings import Postings, count_together, looked_up
from kb_search.latent import DIMENSIONS, Space, Vectors
from kb_search.query import Pattern, Term


class SegmentWords(NamedTuple):
    """What one segment knows of a query: the postings of each word's stems, and, with a space, the rows' vectors.

    `base` is the key of the segment's first row, `there` says which of its rows are not deleted, None that all are.
    """

    base: int
    columns: Columns
    there: Mask | None
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
        counts = [count_together(some, segment.there) for some in lists]
        self.frequencies += np.array(counts, np.int64)
        mine = np.flatnonzero((self._keys >= segment.base) & (self._keys < segment.base + columns.rows))
        if not len(mine):
            return
        rows = self._keys[mine] - segment.base
        articles = _Articles.of_rows(columns, rows)
        self.lengths[mine] = columns.row_length[rows]
        self.article_lengths[mine] = columns.article_length[articles.numbers][articles.of]
        for word, found in ((number, one) for number, some in enumerate(lists) for one in some):
            own, context = looked_up(found, rows)
            self.own[word, mine] += own
            self.context[word, mine] += context
            self.article[word, mine] += articles.sums(found)
        if segment.vectors is not None:
            self.vectors[mine] = segment.vectors[rows]
        self.places.append(_places(columns, mine.astype(np.int32), rows, words))


class _Articles(NamedTuple):
    """The articles that some rows belong to, each once: their rows, from `first` up to `last`, which is none of them.

    `of` says for each row that was asked for which of the articles is its own.
    """

    numbers: Ints
    first: Ints
    last: Ints
    of: NDArray[np.intp]

    @classmethod
    def of_rows(cls, columns: Columns, rows: Longs) -> _Articles:
        """The articles of some rows."""
        owners = columns.row_article[rows]
        articles = rising(owners)
        first = columns.article_first_row[articles]
        return cls(articles, first, first + columns.article_rows[articles], articles.searchsorted(owners))

    def sums(self, found: Postings) -> Longs:
        """For each row that was asked for how often a term stands in its article, title and headings weighted."""
        start, end = found.rows.searchsorted(self.first), found.rows.searchsorted(self.last)
        counts = end - start
        before = np.cumsum(counts) - counts
        places = np.arange(counts.sum()) + np.repeat(start - before, counts)
        total = np.zeros(len(places) + 1, np.int64)
        np.cumsum(found.own[places] + found.context[places], out=total[1:])
        sums: Longs = (total[before + counts] - total[before])[self.of]
        return sums


class _Places(NamedTuple):
    candidate: Ints
    word: Ints
    place: Longs
    exact: Mask


def _places(columns: Columns, mine: Ints, rows: Longs, words: Sequence[Term]) -> _Places:
    """The occurrences of words in some rows of a segment; `mine` are the rows' numbers as candidates."""
    starts, ends = columns.starts[rows], columns.starts[rows + 1]
    # Slices put together take half as long as picking out place by place.
    slices = zip(starts.tolist(), ends.tolist(), strict=True)
    forms = np.concatenate([columns.forms[start:end] for start, end in slices])
    stems = _stems(columns, rows, forms, ends - starts)
    stand = (_stands(columns, one, forms, stems) for one in words)
    hit = np.flatnonzero(reduce(np.logical_or, stand, forms < 0))
    forms, stems = forms[hit], stems[hit]
    word = np.zeros(len(hit), np.int32)
    exact = np.zeros(len(hit), np.bool_)
    for at, one in enumerate(words):
        stands = _stands(columns, one, forms, stems)
        word[stands] = at
        if not isinstance(one, Pattern):
            exact |= stands & (forms == columns.form_table.find(one.form))
    behind = np.cumsum(ends - starts)
    owner = np.searchsorted(behind, hit, "right")
    place = hit - (behind - (ends - starts))[owner]
    return _Places(mine[owner], word, place, exact)


def _stands(columns: Columns, word: Term, forms: Ints, stems: Ints) -> Mask:
    """At which of some places, of which forms and stems are given, a word stands."""
    if isinstance(word, Pattern):
        return columns.form_table.are(word.forms)[forms]
    return reduce(np.logical_or, [stems == number for number in columns.stem_numbers(word.stems)], stems < 0)


def _stems(columns: Columns, rows: Longs, forms: Ints, lengths: Longs) -> Ints:
    """The stems of all forms of some rows, which have so many each."""
    if len(columns.languages) == 1:
        alone: Ints = columns.stem_of[0].take(forms)
        return alone
    stems: Ints = columns.stem_of[np.repeat(columns.row_language[rows], lengths), forms]
    return stems


def _merged(parts: list[_Places]) -> _Places:
    if len(parts) == 1:
        return parts[0]  # in order already
    if not parts:
        return _Places(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.bool_))
    candidate = np.concatenate([part.candidate for part in parts])
    place = np.concatenate([part.place for part in parts])
    order = np.lexsort((place, candidate))
    word = np.concatenate([part.word for part in parts])
    exact = np.concatenate([part.exact for part in parts])
    return _Places(candidate[order], word[order], place[order], exact[order])
