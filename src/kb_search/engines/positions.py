"""Where words stand in one segment: forms, phrases, and words near each other, found in the array of all words.

No inverted index has positions here. The places of the rarest form are looked up by one pass over the array, or
picked out of the rows that can match where those are few.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from kb_search.arrays import ABSENT, Ints, Longs, Mask
from kb_search.columns import Columns
from kb_search.engines.base import Deadline
from kb_search.engines.postings import Postings
from kb_search.query import Near, Node, Or, Pattern, Phrase, Word

#: Above this share of all words, looking through all of them is faster than picking them out (measured on 800,000
#: passages: even at about a third).
_PICK_BELOW = 0.3
#: The words of so many rows are picked out at a time, and stay in the caches of a processor: two thirds of the time
#: that those of all rows take together.
_ROWS_AT_ONCE = 1000


class Spans(NamedTuple):
    """Where something stands in the array of all words: its first and its last place, rising by the first.

    `run` is the number of the run of words, with no break in it, that it stands in.
    """

    first: Longs
    last: Longs
    run: Longs


class Positions:
    """The words of one segment by their places. Not to be shared between threads."""

    def __init__(self, columns: Columns, deadline: Deadline) -> None:
        """Look at a segment until the deadline, after which every method raises SearchTooLong."""
        self._columns = columns
        self._deadline = deadline

    def postings(self, forms: tuple[str, ...]) -> Postings:
        """The postings of some forms taken as one term."""
        columns = self._columns
        self._deadline.check()
        wanted = self._columns.form_table.are(forms)
        own = np.bincount(columns.row_at(np.flatnonzero(wanted[columns.forms])), minlength=columns.rows)
        context = self._in_heads(wanted)
        rows = np.flatnonzero(own + context)
        return Postings(rows, own[rows].astype(np.uint32), context[rows].astype(np.uint32))

    def _in_heads(self, wanted: Mask) -> Longs:
        """For each row how often some forms stand in its title and heading, weighted."""
        columns = self._columns
        heads = columns.head_of[wanted[columns.heads]]
        counts = np.bincount(heads, minlength=len(columns.head_article))
        titles, headings = columns.of_heads(counts)
        title, section = columns.context_weights
        weighted: Longs = titles * title + headings * section
        return weighted

    def in_order(self, words: Sequence[Word], within: Mask, rarest: int) -> Longs:
        """The places where some forms stand next to each other in this order.

        The word numbered `rarest` is sought first, in the rows of a mask at least; all that can match are in it.
        """
        numbers = [self._columns.form_table.find(word.form) for word in words]
        if ABSENT in numbers:
            return np.empty(0, np.int64)
        forms = self._columns.forms
        places = self._places(numbers[rarest], within) - rarest
        places = places[(places >= 0) & (places <= len(forms) - len(numbers))]
        for step, number in enumerate(numbers):
            self._deadline.check()
            places = places[forms[places + step] == number]
        return places

    def _places(self, wanted: int | Mask, within: Mask) -> Longs:
        """Where a form, or some, stand in the rows of a mask (or anywhere, where looking everywhere is cheaper)."""
        self._deadline.check()
        rows = np.flatnonzero(within).astype(np.int32)
        forms = self._columns.forms
        if len(rows) > _PICK_BELOW * len(within):
            return np.flatnonzero(forms == wanted if isinstance(wanted, int) else wanted[forms])
        parts = [self._picked(wanted, rows[at : at + _ROWS_AT_ONCE]) for at in range(0, len(rows), _ROWS_AT_ONCE)]
        return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0, np.int64), *parts])

    def _picked(self, wanted: int | Mask, rows: Ints) -> Longs:
        """Where a form, or some, stand in some rows."""
        self._deadline.check()
        places, _ = self._columns.positions_of(rows)
        there = self._columns.forms[places]
        found: Longs = places[there == wanted if isinstance(wanted, int) else wanted[there]]
        return found

    # ---------------------------------------------------------------------------------------------- nearness

    def near(self, node: Near, within: Mask) -> Mask:
        """The rows where the parts of a NEAR stand as it asks; all that can match are in a mask."""
        reached = self._spans(node.children[0], within)
        for distance, child in zip(node.distances, node.children[1:], strict=True):
            reached = self._beside(reached, self._spans(child, within), distance)
        rows = np.zeros(self._columns.rows, np.bool_)
        rows[self._columns.row_at(reached.first)] = True
        return rows

    def _spans(self, node: Node, within: Mask) -> Spans:
        match node:
            case Or():
                spans = [self._spans(child, within) for child in node.children]
                first, last, run = (np.concatenate(parts) for parts in zip(*spans, strict=True))
                order = np.argsort(first, kind="stable")
                return Spans(first[order], last[order], run[order])
            case Phrase():
                places = self.in_order(node.words, within, 0)
            case Pattern():
                places = self._places(self._columns.form_table.are(node.forms), within)
            case Word() if node.exact:
                places = self._places(self._columns.form_table.are((node.form,)), within)
            case Word():
                places = self._stemmed(node.stems, within)
            case _:
                raise TypeError(f"{type(node).__name__} stands in no place")
        length = len(node.words) if isinstance(node, Phrase) else 1
        return Spans(places, places + length - 1, np.searchsorted(self._columns.breaks, places))

    def _stemmed(self, stems: Sequence[str], within: Mask) -> Longs:
        """Where words with some stems stand, each stemmed in the language of its article."""
        columns, numbers = self._columns, self._columns.stem_numbers(stems)
        stemmed = np.isin(columns.stem_of, numbers)
        wanted = np.asarray(stemmed.any(axis=0))
        places = self._places(wanted, within)
        if np.array_equal(wanted, stemmed.all(axis=0)):
            return places  # in whatever language they are
        found: Longs = places[np.isin(columns.stems_at(places), numbers)]
        return found

    def _beside(self, reached: Spans, following: Spans, distance: int) -> Spans:
        """Those of some spans that have another one near: the nearest before or behind them is looked at."""
        self._deadline.check()
        if not len(reached.first):
            return reached
        order = np.argsort(reached.last, kind="stable")  # all but sorted, which such a sort takes no time for
        ends, most = reached.last[order], len(order) - 1
        at = np.searchsorted(ends, following.first, "left") - 1
        nearest = np.maximum(at, 0)
        near = (at >= 0) & (following.first - ends[nearest] <= distance)
        near &= following.run == reached.run[order[nearest]]
        at = np.searchsorted(reached.first, following.last, "right")
        nearest = np.minimum(at, most)
        behind = (at <= most) & (reached.first[nearest] - following.last <= distance)
        near |= behind & (following.run == reached.run[nearest])
        return Spans(*(part[near] for part in following))
