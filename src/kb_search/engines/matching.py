"""Which rows of one segment a query matches, and how well: the query tree evaluated on arrays.

A set of rows is an array of truth values, one per row. A million rows are a megabyte, and AND, OR, NOT on it
take some 50 µs each, so that the cost of a query is that of its longest posting lists and no more.

The own-text rule (a hit needs a mark to show): title and heading help to match a word, but one of the words by which
a passage matches must stand in its own text, unless it matches by filters and `title:` alone. NOT leaves out exactly
what its child alone would find.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb_search import analysis
from kb_search.arrays import ABSENT, Ints, Mask
from kb_search.columns import Columns
from kb_search.engines.base import Deadline
from kb_search.engines.positions import Positions
from kb_search.engines.postings import Postings
from kb_search.engines.translation import names_author, names_source
from kb_search.query import (
    And,
    DateRange,
    EveryPassage,
    Language,
    Leaf,
    Near,
    Node,
    Not,
    Or,
    Pattern,
    Phrase,
    Source,
    Spread,
    Undated,
    Word,
    any_of,
)

#: From a stem to its postings in a segment; empty where no row has it.
PostingSource = Callable[[str], Postings]

#: From the forms of a phrase to the rows where they follow each other in a passage's own text; None where that is to be
#: looked up in the columns.
PhraseSource = Callable[[tuple[str, ...]], Ints | None]


#: From some forms that are taken as one term, and what reads their postings, to these, as `KeptPostings` gives them.
PatternPostings = Callable[[tuple[str, ...], Callable[[], Postings]], Postings]


class Found(NamedTuple):
    """The rows that a node matches with the help of title and heading, and how.

    `shown` are those of them that match with a word in their own text, `free` those that match without any word.
    """

    rows: Mask
    shown: Mask
    free: Mask

    @property
    def hits(self) -> Mask:
        """The rows that a query of this node alone finds."""
        return self.shown | self.free


class SegmentMatcher:
    """Evaluates query trees on one segment within a deadline."""

    def __init__(
        self,
        columns: Columns,
        postings: PostingSource,
        deadline: Deadline,
        kept: PatternPostings | None = None,
        phrases: PhraseSource | None = None,
    ) -> None:
        """`kept` keeps the postings of patterns from one query to the next; `phrases` may know of phrases."""
        self._phrases = phrases
        self._columns = columns
        self._postings = postings
        self._deadline = deadline
        self._positions = Positions(columns, deadline)
        self._kept = kept

    def rows(self, tree: Node) -> Mask:
        """The rows that a whole query matches. Raises SearchTooLong."""
        return self._match(tree).hits

    def _match(self, node: Node) -> Found:  # noqa: PLR0911 - one case for each kind of node
        self._deadline.check()
        match node:
            case Word() | Phrase() | Pattern():
                return self._text(node) if node.field == "text" else self._filtered(self._in_field(node))
            case Near():
                return self._near(node)
            case Spread():
                return self._filtered(self._spread(node))
            case And():
                return self._all_of(node.children)
            case Or():
                return self._any_of(node.children)
            case Not():
                return self._filtered(~self._match(node.child).hits)
            case _:
                return self._filtered(self.filter(node))

    def _filtered(self, rows: Mask) -> Found:
        return Found(rows, self._none(), rows)

    def _all_of(self, children: Sequence[Node]) -> Found:
        # Child by child, so that memory holds a few sets of rows however many words there are.
        rows, shown, free = self.everything(), self._none(), self.everything()
        for child in children:
            found = self._match(child)
            rows, shown, free = rows & found.rows, shown | found.shown, free & found.free
        return Found(rows, rows & shown, free)

    def _any_of(self, children: Sequence[Node]) -> Found:
        rows, shown, free = self._none(), self._none(), self._none()
        for child in children:
            found = self._match(child)
            rows, shown, free = rows | found.rows, shown | found.shown, free | found.free
        return Found(rows, shown, free)

    def _text(self, node: Leaf) -> Found:
        if isinstance(node, Phrase) or (isinstance(node, Word) and node.exact):
            rows = self._in_order(node.words if isinstance(node, Phrase) else (node,))
            return Found(rows, rows, self._none())
        rows, shown = self._none(), self._none()
        lists = [self.postings(term) for term in ((node.forms,) if isinstance(node, Pattern) else node.stems)]
        for found in lists:
            rows[found.rows] = True
            # What is not there yet need not be read, which is half of the cost; nearly all words have one stem.
            shown[found.rows] = found.own > 0 if len(lists) == 1 else shown[found.rows] | (found.own > 0)
        return Found(rows, shown, self._none())

    def postings(self, term: str | tuple[str, ...]) -> Postings:
        """The postings of a stem, or of some forms taken as one term."""
        if isinstance(term, str):
            return self._postings(term)
        read = partial(self._positions.postings, term)
        return self._kept(term, read) if self._kept else read()

    def everything(self) -> Mask:
        """All rows."""
        return np.ones(self._columns.rows, np.bool_)

    def _none(self) -> Mask:
        return np.zeros(self._columns.rows, np.bool_)

    def _in_order(self, words: Sequence[Word]) -> Mask:
        """The rows where these forms stand next to each other in this order, in the own text."""
        rows = self._none()
        # What the segment lacks is found out before any posting is read.
        if any(self._columns.form_table.find(word.form) == ABSENT for word in words):
            return rows
        known = self._phrases(tuple(word.form for word in words)) if self._phrases else None
        if known is None:
            rarest, within = self._rarest(words)
            known = self._columns.row_at(self._positions.in_order(words, within, rarest))
        rows[known] = True
        return rows

    def _rarest(self, words: Sequence[Word]) -> tuple[int, Mask]:
        """Which of some words is in the fewest rows, by their stems, and the rows that have them all."""
        within, rarest, fewest = self.everything(), 0, self._columns.rows + 1
        for number, word in enumerate(words):
            self._deadline.check()
            own = self._text(Word(word.form, word.stems)).shown
            count = int(np.count_nonzero(own))
            if count < fewest:
                rarest, fewest = number, count
            within &= own
        return rarest, within

    def _near(self, node: Near) -> Found:
        within = reduce(np.logical_and, [self._match(child).shown for child in node.children])
        rows = self._positions.near(node, within)
        return Found(rows, rows, self._none())

    # ------------------------------------------------------------------------------------ articles as a whole

    def _spread(self, node: Spread) -> Mask:
        """The rows that show why their articles match as a whole."""
        rows: Mask = self.rows(any_of(node.child)) & self._articles(node.child)[self._columns.row_article]
        return rows

    def _articles(self, node: Node) -> Mask:
        """The articles that match a tree wherever in them its words stand."""
        match node:
            case And():
                return reduce(np.logical_and, map(self._articles, node.children), self._articles(EveryPassage()))
            case Or():
                return reduce(np.logical_or, map(self._articles, node.children), ~self._articles(EveryPassage()))
            case Not():
                return ~self._articles(Spread(node.child))
            case _:
                articles = np.zeros(self._columns.articles, np.bool_)
                articles[self._columns.row_article[self._match(node).rows]] = True
                return articles

    # ------------------------------------------------------------------------------------------------- fields

    def _in_field(self, node: Leaf) -> Mask:
        columns = self._columns
        if node.field == "author":
            rows: Mask = self._by(node)[columns.article_author][columns.row_article]
            return rows
        titles, headings = columns.of_heads(self._in_heads(node))
        return titles if node.field == "title" else headings

    def _by(self, node: Leaf) -> Mask:
        """Which authors a leaf names."""
        return np.array([names_author(node, name) for name in self._columns.authors], np.bool_)

    def _in_heads(self, node: Leaf) -> Mask:
        """Which titles and headings have these words."""
        columns = self._columns
        heads, owner = columns.heads, columns.head_of
        found = np.zeros(len(columns.head_article), np.bool_)
        if isinstance(node, Pattern):
            found[owner[columns.form_table.are(node.forms)[heads]]] = True
        elif isinstance(node, Word) and not node.exact:
            places = np.flatnonzero(columns.are_inflected(node.stems)[heads])
            languages = columns.article_language[columns.head_article[owner[places]]]
            stems = columns.stem_of[languages, heads[places]]
            found[owner[places[np.isin(stems, columns.stem_numbers(node.stems))]]] = True
        else:
            words = node.words if isinstance(node, Phrase) else (node,)
            found[owner[_in_a_row(heads, owner, [columns.form_table.find(word.form) for word in words])]] = True
        return found

    def filter(self, node: Node) -> Mask:
        """The rows that a filter lets through: Source, Language, DateRange, Undated or EveryPassage."""
        columns = self._columns
        match node:
            case Source():
                return columns.in_sources(np.array([names_source(node, name) for name in columns.sources], np.bool_))
            case Language():
                codes = [analysis.base_language(code) == node.code for code in columns.languages]
                return np.array(codes, np.bool_)[columns.row_language]
            case DateRange():
                return dates_within(columns.dates, node)[columns.row_date_rank]
            case Undated():
                undated: Mask = columns.row_date == 0
                return undated
            case EveryPassage():
                return self.everything()
            case _:
                raise TypeError(f"{type(node).__name__} is not a filter")

    def sources(self, names: Sequence[str]) -> Mask:
        """The rows of articles that sources with exactly these names printed."""
        wanted = [source in names for source in self._columns.sources]
        return self._columns.in_sources(np.array(wanted, np.bool_))

    def article(self, article: str) -> Mask:
        """The rows of one article."""
        rows, number = self._none(), self._columns.find_article(article)
        if number != ABSENT:
            found = self._columns.rows_of(number)
            rows[found.start : found.stop] = True
        return rows


def dates_within(numbers: Ints, wanted: DateRange) -> Mask:
    """Which date numbers lie wholly (or, if the range says `partly`, possibly) in a range; undated never."""
    first, last = _possible_days(numbers)
    if wanted.first > wanted.last:
        return np.zeros(len(numbers), np.bool_)
    if wanted.partly:
        return (numbers > 0) & (last >= wanted.first) & (first <= wanted.last)
    return (numbers > 0) & (first >= wanted.first) & (last <= wanted.last)


_MONTH_LENGTHS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], np.int32)


def _possible_days(numbers: Ints) -> tuple[Ints, Ints]:
    """For each date number those of the first and the last day that it can mean."""
    year, month, day = numbers // 10000, numbers // 100 % 100, numbers % 100
    first = year * 10000 + np.maximum(month, 1) * 100 + np.maximum(day, 1)
    month = np.where(month == 0, 12, month)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    length = _MONTH_LENGTHS[month] + ((month == 2) & leap)
    return first, year * 10000 + month * 100 + np.where(day == 0, length, day)


def _in_a_row(heads: Ints, owner: Ints, numbers: Sequence[int]) -> NDArray[np.intp]:
    """The places where some forms follow each other within one title or heading."""
    places = np.arange(max(len(heads) - len(numbers) + 1, 0))
    for step, number in enumerate(numbers):
        places = places[heads[places + step] == number]
    together: NDArray[np.intp] = places[owner[places] == owner[places + len(numbers) - 1]]
    return together
