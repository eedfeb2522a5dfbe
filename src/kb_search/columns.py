"""The arrays of a generation, memory-mapped: what is in which passage, where, and what the passages say.

A local generation holds a list of segments. A segment is written once (see `columnwriter`) and never changed;
a change of the collection adds one, and the rows that went are marked beside it. A row is a
passage; the rows of an article follow each other. All files hold one little-endian array each, named by what
is in them and their type (`forms.i4` is an array of 32-bit integers), or UTF-8 text cut by an array of offsets.

| file | one entry per | holds |
|---|---|---|
| `forms.i4` | word, then one 0 per row | number of the word's form; 0 stands between rows and for words not indexed |
| `starts.i8` | row, and one more | where the row's words begin in `forms.i4` |
| `form_text.u1`, `form_ends.i8` | form | the forms in order of their UTF-8 bytes; number 0 is the empty one |
| `form_count.i8` | form | how often it stands in the rows, and in titles and headings |
| `stem_text.u1`, `stem_ends.i8` | stem | the stems, likewise |
| `stem_of.i4` | language × form | number of the form's stem in that language |
| `heads.i4`, `head_starts.i8` | word of a title or heading | forms of titles (one head an article), then of headings |
| `row_*.i4` | row | article, heading (-1: none), length in words with title and heading, offset in the article |
| `article_*` | article | date number, source, language, first row, id, record |
| `more_article.i4`, `more_source.i4` | article × further source | an article that other sources printed too |
| `section_text.u1`, `section_ends.i8` | heading | the heading as it is shown |
| `text_text.u1`, `text_ends.i8` | row | the passage as it is shown |
| `sentence.i4`, `silent.i4`, `…_starts.i8` | row | where sentences begin; start, end and reason of spans not indexed |
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb_search.arrays import ABSENT, Ints, Longs, Mask, StringTable, load_array, rising
from kb_search.document import BOILERPLATE, CONTENTS, REPEATED, Silent
from kb_search.errors import REBUILD, IndexDamaged

#: Why a span is silent, in the order of the numbers that stand for it in `silent.i4`.
SILENT_REASONS = (REPEATED, BOILERPLATE, CONTENTS)


class Columns:
    """One segment, open for reading.

    `rows` and `articles` are how many it has, deleted ones included; `words` is the sum of its rows' lengths, in which
    a word of a title or a heading counts as often as `context_weights` say, and a row without any is one long.
    """

    def __init__(self, folder: Path) -> None:
        """Open the segment in a folder. Raises IndexDamaged where it is not whole."""
        self._folder = folder
        self._read_description()
        self.forms: Ints = self._array("forms.i4")
        self.starts: Longs = self._array("starts.i8")
        self.form_table = StringTable(folder, "form")
        self.form_counts: Longs = self._array("form_count.i8")
        self.stem_table = StringTable(folder, "stem")
        self.text = StringTable(folder, "text")
        self.section = StringTable(folder, "section")
        self.records = StringTable(folder, "article_record")
        self.heads: Ints = self._array("heads.i4")
        self.head_starts: Longs = self._array("head_starts.i8")
        self.row_article: Ints = self._array("row_article.i4")
        self.row_heading: Ints = self._array("row_heading.i4")
        self.row_length: Ints = self._array("row_length.i4")
        self.row_offset: Ints = self._array("row_offset.i4")
        self.article_first_row: Ints = self._array("article_first_row.i4")
        self.article_date: Ints = self._array("article_date.i4")
        self.article_source: Ints = self._array("article_source.i4")
        self.more_article: Ints = self._array("more_article.i4")
        self.more_source: Ints = self._array("more_source.i4")
        self.article_language: Ints = self._array("article_language.i4")
        self.article_author: Ints = self._array("article_author.i4")
        self.row_ids = self._array("row_id.S32")
        self.article_ids = self._array("article_id.S16")
        self._row_order: Ints = self._array("row_order.i4")
        self._article_order: Ints = self._array("article_order.i4")
        stems = self._array("stem_of.i4")
        forms = len(self.form_table)
        if (len(stems), len(self.form_counts)) != (len(self.languages) * forms, forms):
            raise IndexDamaged(f"The segment {folder.name} is not whole. {REBUILD}")
        self.stem_of: Ints = stems.reshape(len(self.languages), forms)

    def _read_description(self) -> None:
        try:
            described = json.loads((self._folder / "segment.json").read_text("utf-8"))
            self.rows: int = described["rows"]
            self.articles: int = described["articles"]
            self.words: int = described["words"]
            self.context_weights: tuple[int, int] = tuple(described["context_weights"])
            self.languages: tuple[str, ...] = tuple(described["languages"])
            self.authors: tuple[str, ...] = tuple(described["authors"])
            self.sources: tuple[str, ...] = tuple(described["sources"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IndexDamaged(f"The segment {self._folder.name} is not whole. {REBUILD}") from error

    def _array(self, name: str) -> NDArray:  # type: ignore[type-arg]  # the type stands in the name
        return load_array(self._folder / name)

    @cached_property
    def row_date(self) -> Ints:
        """The date number of each row's article (0: undated)."""
        return self.article_date[self.row_article]

    @cached_property
    def row_source(self) -> Ints:
        """The number of each row's source in `sources`."""
        return self.article_source[self.row_article]

    def in_sources(self, wanted: Mask) -> Mask:
        """The rows whose articles some sources printed; `wanted` says of each source whether it is one of them."""
        numbers = np.flatnonzero(wanted).tolist()
        if len(numbers) == 1:  # by far the most frequent case, and ten times as fast
            rows: Mask = self.row_source == numbers[0]
        else:
            rows = wanted.take(self.row_source)
        if len(self.more_source):
            articles = np.zeros(self.articles, np.bool_)
            articles[self.more_article[wanted[self.more_source]]] = True
            rows |= articles[self.row_article]
        return rows

    def sources_of(self, rows: NDArray[np.intp]) -> Ints:
        """The numbers of the sources of some rows, in no order; a row that several sources printed has several."""
        own: Ints = self.row_source[rows]
        if not len(self.more_source):
            return own
        counts = np.bincount(self.row_article[rows], minlength=self.articles)[self.more_article]
        return np.concatenate((own, np.repeat(self.more_source, counts)))

    @cached_property
    def row_language(self) -> Ints:
        """The number of each row's language in `languages`."""
        return self.article_language[self.row_article]

    @cached_property
    def dates(self) -> Ints:
        """All date numbers of the segment, rising, each once (0 first, if any article is undated)."""
        return rising(self.article_date)

    @cached_property
    def has_coarse_dates(self) -> bool:
        """Whether a date is known to the month or the year only."""
        return bool(np.any(self.dates[self.dates > 0] % 100 == 0))

    @cached_property
    def row_date_rank(self) -> Ints:
        """The place of each row's date in `dates`, to count by."""
        return np.searchsorted(self.dates, self.row_date).astype(np.int32)

    @cached_property
    def row_rank(self) -> Ints:
        """The place of each row in the order of the passages' ids, to break ties by."""
        return _inverse(self._row_order)

    @cached_property
    def breaks(self) -> Longs:
        """The places in `forms` where no word stands, rising: between rows, and where something silent was."""
        return np.flatnonzero(self.forms == 0)

    @cached_property
    def article_rank(self) -> Ints:
        """The place of each article in the order of the articles' ids."""
        return _inverse(self._article_order)

    @cached_property
    def article_rows(self) -> Ints:
        """How many passages each article has."""
        return np.diff(np.append(self.article_first_row, self.rows)).astype(np.int32)

    @cached_property
    def article_length(self) -> Longs:
        """How long all passages of each article are together."""
        before = np.concatenate(([0], np.cumsum(self.row_length, dtype=np.int64)))
        lengths: Longs = np.diff(before[np.append(self.article_first_row, self.rows)])
        return lengths

    def find_row(self, passage: str) -> int:
        """The row of a passage id, or ABSENT."""
        return _find(self.row_ids, self._row_order, passage)

    def find_article(self, article: str) -> int:
        """The number of an article id, or ABSENT."""
        return _find(self.article_ids, self._article_order, article)

    def rows_of(self, article: int) -> range:
        """The rows of an article."""
        first = int(self.article_first_row[article])
        return range(first, first + int(self.article_rows[article]))

    def sentences(self, row: int) -> tuple[int, ...]:
        """The offsets in a passage where its sentences begin."""
        return tuple(self._slice("sentence", row).tolist())

    def silent(self, row: int) -> tuple[Silent, ...]:
        """The spans of a passage that are not indexed."""
        flat = self._slice("silent", row).tolist()
        spans = zip(flat[::3], flat[1::3], flat[2::3], strict=True)
        return tuple(Silent(start, end, SILENT_REASONS[reason]) for start, end, reason in spans)

    def _slice(self, name: str, row: int) -> Ints:
        starts = self._lists[f"{name}_starts"]
        return self._lists[name][int(starts[row]) : int(starts[row + 1])]

    @cached_property
    def _lists(self) -> dict[str, Ints]:
        names = ("sentence.i4", "sentence_starts.i8", "silent.i4", "silent_starts.i8")
        return {name.partition(".")[0]: self._array(name) for name in names}

    def of_heads(self, values: NDArray) -> tuple[NDArray, NDArray]:  # type: ignore[type-arg]  # any values
        """For each row the value of its title, and that of its heading (0 where it has none).

        `values` has one for each head: first the titles of all articles, then the headings.
        """
        headings = np.append(values[self.articles :], values.dtype.type(0))
        return values[: self.articles][self.row_article], headings[self.row_heading]

    @cached_property
    def head_article(self) -> Ints:
        """The number of the article of each head: first those of the titles, then those of the headings."""
        articles = np.zeros(len(self.head_starts) - 1, np.int32)
        articles[: self.articles] = np.arange(self.articles, dtype=np.int32)
        headed = self.row_heading >= 0
        articles[self.articles + self.row_heading[headed]] = self.row_article[headed]
        return articles

    @cached_property
    def head_of(self) -> Ints:
        """The number of the head that each word of `heads` stands in."""
        return np.repeat(np.arange(len(self.head_starts) - 1, dtype=np.int32), np.diff(self.head_starts))

    def stem_numbers(self, stems: Sequence[str]) -> Ints:
        """The numbers of those stems that the segment has."""
        found = [self.stem_table.find(stem) for stem in stems]
        return np.array([number for number in found if number != ABSENT], np.int32)

    def inflected(self, stems: Sequence[str]) -> Iterator[str]:
        """The forms that have one of some stems in one of the languages."""
        return map(self.form_table.__getitem__, {*self._forms_of(stems)})

    def _forms_of(self, stems: Sequence[str]) -> Iterator[int]:
        """The numbers of the forms that have one of some stems in one of the languages; some several times."""
        for number in self.stem_numbers(stems).tolist():
            yield from (np.flatnonzero(self.stem_of.reshape(-1) == number) % len(self.form_table)).tolist()

    def are_inflected(self, stems: Sequence[str]) -> Mask:
        """For each form whether it has one of some stems in one of the languages."""
        are = np.zeros(len(self.form_table), np.bool_)
        are[[*self._forms_of(stems)]] = True
        return are

    def positions_of(self, rows: Ints) -> tuple[Longs, Ints]:
        """The places in `forms` of all words of some rows, and for each the index of its row in `rows`."""
        return spread(self.starts, rows)

    def row_at(self, places: Longs) -> Ints:
        """The rows that some places in `forms` belong to."""
        return (np.searchsorted(self.starts, places, "right") - 1).astype(np.int32)

    def stems_at(self, places: Longs) -> Ints:
        """The stems of the words at some places, each in the language of its article."""
        numbers = self.forms[places]
        if len(self.languages) == 1:
            alone: Ints = self.stem_of[0][numbers]
            return alone
        stems: Ints = self.stem_of[self.row_language[self.row_at(places)], numbers]
        return stems


def spread(starts: Longs, numbers: Ints) -> tuple[Longs, Ints]:
    """All places of some lists that stand one behind the other, and for each place the index of its list in `numbers`.

    List number n begins at `starts[n]` and ends where the next one begins.
    """
    first = starts[numbers]
    counts = starts[numbers + 1] - first
    owner = np.repeat(np.arange(len(numbers), dtype=np.int32), counts)
    before = np.cumsum(counts) - counts
    places: Longs = np.arange(len(owner)) + (first - before)[owner]
    return places, owner


def _inverse(order: Ints) -> Ints:
    places = np.empty(len(order), np.int32)
    places[order] = np.arange(len(order), dtype=np.int32)
    return places


def _find(ids: NDArray, order: Ints, wanted: str) -> int:  # type: ignore[type-arg]  # bytes of fixed width
    key = wanted.encode("utf-8", "surrogatepass")
    if len(key) > ids.dtype.itemsize:  # numpy would widen every id to compare them
        return ABSENT
    place = int(np.searchsorted(ids, np.bytes_(key), sorter=order))
    return int(order[place]) if place < len(order) and bytes(ids[order[place]]) == key else ABSENT
