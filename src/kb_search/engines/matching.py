"""Which rows of one segment a query matches, and how well: the query tree evaluated on arrays.

A set of rows is an array of truth values, one per row. A million rows are a megabyte, and AND, OR, NOT on it
take some 50 µs each, so that the cost of a query is that of its longest posting lists and no more.

The own-text rule (a hit needs a mark to show): beside the rows that match, each node has those `shown`, where
at least one of its words is in the passage's own text. Filters and `title:` have nothing to show and do not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from kb_search import analysis
from kb_search.columns import ABSENT, Columns, Ints, Longs, Mask
from kb_search.engines.base import Deadline
from kb_search.query import (
    And,
    DateRange,
    Everything,
    Language,
    Node,
    Not,
    Or,
    Phrase,
    Source,
    Undated,
    Word,
)

# Above this share of all words, looking through all of them is faster than picking them out (measured on 20,000
# and 100,000 passages: even at about a fifth).
_PICK_BELOW = 0.2


class Postings(NamedTuple):
    """The rows that have a stem, rising, with its frequency in the own text and, weighted, in title and heading."""

    rows: NDArray[np.uint32]
    own: NDArray[np.uint32]
    context: NDArray[np.uint32]


class PostingSource(Protocol):
    """Where the postings of a segment come from."""

    def __call__(self, stem: str) -> Postings:
        """The postings of a stem; empty where no row has it."""
        ...


class Found(NamedTuple):
    """The rows a node matches, those of them with something to show, and whether the node has text at all."""

    rows: Mask
    shown: Mask
    has_text: bool


class SegmentMatcher:
    """Evaluates query trees on one segment within a deadline."""

    def __init__(self, columns: Columns, postings: PostingSource, deadline: Deadline) -> None:
        self._columns = columns
        self._postings = postings
        self._deadline = deadline

    def rows(self, tree: Node) -> Mask:
        """The rows that a whole query matches. Raises SearchTooLong."""
        found = self._match(tree)
        return found.shown if found.has_text else found.rows

    def _match(self, node: Node) -> Found:
        self._deadline.check()
        match node:
            case Word() | Phrase():
                return self._text(node) if node.field == "text" else self._plain(self._in_field(node))
            case And():
                return self._and([self._match(child) for child in node.children])
            case Or():
                return self._or([self._match(child) for child in node.children])
            case Not():
                return self._plain(~self._match(node.child).rows)
            case _:
                return self._plain(self.filter(node))

    def _plain(self, rows: Mask) -> Found:
        return Found(rows, rows, has_text=False)

    @staticmethod
    def _and(found: list[Found]) -> Found:
        rows = reduce(np.logical_and, [one.rows for one in found])
        shown = [one.shown for one in found if one.has_text]
        return Found(rows, rows & reduce(np.logical_or, shown) if shown else rows, bool(shown))

    @staticmethod
    def _or(found: list[Found]) -> Found:
        rows = reduce(np.logical_or, [one.rows for one in found])
        return Found(rows, reduce(np.logical_or, [one.shown for one in found]), any(one.has_text for one in found))

    def _text(self, node: Word | Phrase) -> Found:
        if isinstance(node, Phrase) or node.exact:
            rows = self._in_order(node.words if isinstance(node, Phrase) else (node,))
            return Found(rows, rows, has_text=True)
        rows, shown = self._none(), self._none()
        for stem in node.stems:
            found = self._postings(stem)
            rows[found.rows] = True
            shown[found.rows[found.own > 0]] = True
        return Found(rows, shown, has_text=True)

    def _none(self) -> Mask:
        return np.zeros(self._columns.rows, np.bool_)

    def _own(self, word: Word) -> Mask:
        return self._text(Word(word.form, word.stems)).shown

    def _in_order(self, words: Sequence[Word]) -> Mask:
        """The rows where these forms stand next to each other in this order, in the own text."""
        rows = self._none()
        numbers = [self._columns.form_table.find(word.form) for word in words]
        if ABSENT in numbers:
            return rows
        masks = [self._own(word) for word in words]
        rarest = int(np.argmin([np.count_nonzero(mask) for mask in masks]))
        places = self._places(numbers[rarest], reduce(np.logical_and, masks)) - rarest
        forms = self._columns.forms
        places = places[(places >= 0) & (places <= len(forms) - len(numbers))]
        for step, number in enumerate(numbers):
            self._deadline.check()
            places = places[forms[places + step] == number]
        rows[self._columns.row_at(places)] = True
        return rows

    def _places(self, number: int, within: Mask) -> Longs:
        """Where a form stands in the rows of a mask (or anywhere, where looking everywhere is cheaper)."""
        rows = np.flatnonzero(within).astype(np.int32)
        if len(rows) > _PICK_BELOW * len(within):
            return np.flatnonzero(np.asarray(self._columns.forms) == number)
        places, _ = self._columns.positions_of(rows)
        found: Longs = places[self._columns.forms[places] == number]
        return found

    def _in_field(self, node: Word | Phrase) -> Mask:
        columns = self._columns
        if node.field == "title":
            articles = self._in_title(node)
        else:
            wanted = tuple(word.form for word in node.words) if isinstance(node, Phrase) else (node.form,)
            articles = self._named(columns.authors, wanted)[columns.article_author]
        rows: Mask = articles[columns.row_article]
        return rows

    def _in_title(self, node: Word | Phrase) -> Mask:
        """The articles with these words in their title."""
        columns = self._columns
        starts = columns.head_starts[: columns.articles + 1]
        heads = np.asarray(columns.heads[: int(starts[-1])])
        article = np.repeat(np.arange(columns.articles, dtype=np.int32), np.diff(starts))
        found = np.zeros(columns.articles, np.bool_)
        if isinstance(node, Word) and not node.exact:
            stems = columns.stem_of[columns.article_language[article], heads]
            found[article[np.isin(stems, columns.stem_numbers(node.stems))]] = True
            return found
        words = node.words if isinstance(node, Phrase) else (node,)
        numbers = [columns.form_table.find(word.form) for word in words]
        places = np.arange(max(len(heads) - len(numbers) + 1, 0))
        for step, number in enumerate(numbers):
            places = places[heads[places + step] == number]
        places = places[article[places] == article[places + len(numbers) - 1]]
        found[article[places]] = True
        return found

    @staticmethod
    def _named(names: Iterable[str], wanted: tuple[str, ...]) -> Mask:
        """Which names contain some forms as a phrase."""
        return np.array([_has_phrase(analysis.forms(name), wanted) for name in names], np.bool_)

    def filter(self, node: Node) -> Mask:
        """The rows that a filter lets through: Source, Language, DateRange, Undated or Everything."""
        columns = self._columns
        match node:
            case Source():
                return self._named(columns.sources, node.forms)[columns.row_source]
            case Language():
                codes = [analysis.base_language(code) == node.code for code in columns.languages]
                return np.array(codes, np.bool_)[columns.row_language]
            case DateRange():
                return dates_within(columns.dates, node)[columns.row_date_rank]
            case Undated():
                return columns.row_date == 0
            case Everything():
                return np.ones(columns.rows, np.bool_)
            case _:
                raise TypeError(f"{type(node).__name__} is not a filter")

    def sources(self, names: Sequence[str]) -> Mask:
        """The rows of sources with exactly these names."""
        wanted = [source in names for source in self._columns.sources]
        return np.array(wanted, np.bool_)[self._columns.row_source]

    def article(self, article: str) -> Mask:
        """The rows of one article."""
        rows, number = self._none(), self._columns.find_article(article)
        if number != ABSENT:
            found = self._columns.rows_of(number)
            rows[found.start : found.stop] = True
        return rows


def dates_within(numbers: Ints, wanted: DateRange) -> Mask:
    """Which date numbers lie wholly (or, if the range says `partly`, possibly) in a range; undated never."""
    first = np.where(numbers % 100 == 0, numbers + 1, numbers)
    first = np.where(numbers % 10000 == 0, numbers + 101, first)
    # The 31st of a month that has none is still before the next month, so no calendar is needed.
    last = np.where(numbers % 100 == 0, numbers + 31, numbers)
    last = np.where(numbers % 10000 == 0, numbers + 1231, last)
    end = _full_month(wanted.last)
    if wanted.partly:
        return (numbers > 0) & (last >= wanted.first) & (first <= end)
    return (numbers > 0) & (first >= wanted.first) & (last <= end)


def _full_month(number: int) -> int:
    """The last day of a month as the 31st, so that it holds a date that is known to the month."""
    year, month, day = number // 10000, number // 100 % 100, number % 100
    longest = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}.get(month, 31)
    february = month == 2 and day == 28 and not (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))
    return number - day + 31 if day >= longest or february else number


def _has_phrase(forms: list[str], wanted: tuple[str, ...]) -> bool:
    return any(tuple(forms[at : at + len(wanted)]) == wanted for at in range(len(forms) - len(wanted) + 1))
