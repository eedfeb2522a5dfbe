"""The words of a generation that a cluster keeps: what a passage's words are numbered by, and how often each stands.

A word is a form with its stem. Its number never changes while changes are added to a generation, since the passages in
the cluster hold their words as numbers; forms and stems are in the order of their bytes and numbered anew each time.

| file in `words` | one entry per | holds |
|---|---|---|
| `form_text.u1`, `form_ends.i8`, `form_count.i8` | form | the forms, and how often each stands (titles, headings too) |
| `stem_text.u1`, `stem_ends.i8`, `stem_frequency.i8` | stem | the stems, and in how many passages each stands |
| `word_form.i4`, `word_stem.i4` | word | its form and its stem; number 0 is where no word stands |
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kb_search.arrays import Ints, Longs, StringTable, load_array
from kb_search.columns import Columns
from kb_search.engines.base import FIELD_WEIGHTS
from kb_search.errors import REBUILD, IndexDamaged
from kb_search.latent import Vectors

_FOLDER = "words"
#: The numbers before the words of a passage; see `PassageWords`.
HEADER = 5


class Words:
    """The words of a generation, open for reading."""

    def __init__(self, generation: Path) -> None:
        """Open what `write_words` wrote. Raises IndexDamaged."""
        folder = generation / _FOLDER
        self.forms = StringTable(folder, "form")
        self.stems = StringTable(folder, "stem")
        self.form_counts: Longs = load_array(folder / "form_count.i8")
        self.stem_frequencies: Longs = load_array(folder / "stem_frequency.i8")
        self.word_form: Ints = load_array(folder / "word_form.i4")
        self.word_stem: Ints = load_array(folder / "word_stem.i4")
        sizes = (len(self.forms), len(self.stems), len(self.word_form))
        if sizes != (len(self.form_counts), len(self.stem_frequencies), len(self.word_stem)):
            raise IndexDamaged(f"The index's list of words is not whole. {REBUILD}")

    def stem_frequency(self, stem: str) -> int:
        """In how many passages a stem stands."""
        number = self.stems.find(stem)
        return int(self.stem_frequencies[number]) if number >= 0 else 0

    def with_stems(self, stems: Sequence[str]) -> Ints:
        """The numbers of the words that have one of some stems, rising."""
        return _having(self.stems, stems, self._by_stem)

    def with_forms(self, forms: Sequence[str]) -> Ints:
        """The numbers of the words that have one of some forms, rising."""
        return _having(self.forms, forms, self._by_form)

    @cached_property
    def _by_stem(self) -> _Inverted:
        return _inverted(self.word_stem, len(self.stems))

    @cached_property
    def _by_form(self) -> _Inverted:
        return _inverted(self.word_form, len(self.forms))


class _Inverted(NamedTuple):
    """The numbers of words in the order of what they have: those with number n between the n-th start and the next."""

    words: Ints
    starts: Longs


def _inverted(having: Ints, size: int) -> _Inverted:
    starts = np.concatenate(([0], np.cumsum(np.bincount(having, minlength=size))))
    return _Inverted(np.argsort(having, kind="stable").astype(np.int32), starts)


def _having(table: StringTable, texts: Sequence[str], inverted: _Inverted) -> Ints:
    """The numbers of the words that have one of some texts, rising."""
    numbers = np.flatnonzero(table.are(texts)).tolist()
    parts = [inverted.words[inverted.starts[number] : inverted.starts[number + 1]] for number in numbers if number]
    return np.sort(np.concatenate([np.empty(0, np.int32), *parts]))


class PassageWords(NamedTuple):
    """The words of one passage, as numbers, with what else ranking needs of it.

    `article` is the number of its article, `length` its pooled length; in `own`, 0 stands where something silent was.
    """

    article: int
    length: int
    own: Ints
    title: Ints
    heading: Ints
    vector: Vectors

    def encoded(self) -> bytes:
        """As bytes: a header of five numbers, the words, the vector."""
        header = (len(self.own), len(self.title), len(self.heading), self.article, self.length)
        numbers = np.concatenate((np.array(header, "<i4"), self.own, self.title, self.heading)).astype("<i4")
        return numbers.tobytes() + self.vector.astype("<f4").tobytes()

    @classmethod
    def decoded(cls, raw: bytes) -> PassageWords:
        """From the bytes that `encoded` made."""
        numbers = np.frombuffer(raw, "<i4")
        own, title, heading, article, length = numbers[:HEADER].tolist()
        first, second = HEADER + own, HEADER + own + title
        end = second + heading
        return cls(
            article,
            length,
            numbers[HEADER:first],
            numbers[first:second],
            numbers[second:end],
            numbers[end:].view("<f4"),
        )

    @property
    def all(self) -> Ints:
        """All words that stand in text, title and heading; places without a word left out."""
        words = np.concatenate((self.own, self.title, self.heading))
        return words[words > 0]


class ArticleWords(NamedTuple):
    """How often each word counts in an article as a whole, pooled over its passages; `words` rise."""

    length: int
    words: Ints
    counts: Ints

    @classmethod
    def of(cls, passages: Sequence[PassageWords]) -> ArticleWords:
        """Added up over the passages of an article."""
        weights = (("own", 1), ("title", FIELD_WEIGHTS.title), ("heading", FIELD_WEIGHTS.section))
        parts = [(getattr(one, name), weight) for one in passages for name, weight in weights]
        words = np.concatenate([np.empty(0, np.int32), *(part for part, _ in parts)])
        counted = np.concatenate([np.empty(0, np.int32), *(np.full(len(part), weight) for part, weight in parts)])
        distinct, at = np.unique(words, return_inverse=True)
        counts = np.bincount(at, counted, len(distinct)).astype(np.int32)
        known = distinct > 0
        return cls(sum(one.length for one in passages), distinct[known], counts[known])

    def encoded(self) -> bytes:
        """As bytes: how many words, the article's length, the words, their counts."""
        return np.concatenate(([len(self.words), self.length], self.words, self.counts)).astype("<i4").tobytes()


class Gone(NamedTuple):
    """A passage that is deleted, with its words as they were counted: title and heading once for all that have them."""

    passage: PassageWords
    counted: Ints


class Numbered(NamedTuple):
    """The words of a new segment as numbers of the generation: those in `forms.i4` and those in `heads.i4`."""

    texts: Ints
    heads: Ints


class _Table(NamedTuple):
    """Strings in byte order, and where the base's and the segment's stand in it."""

    raw: list[bytes]
    of_base: Ints
    of_segment: Ints


def write_words(generation: Path, base: Words | None, columns: Columns, gone: Sequence[Gone]) -> Numbered:
    """Write the words of a generation: those of its base and of a new segment.

    `gone` are the passages of the base that are deleted.
    """
    forms = _merged(base.forms if base else None, columns.form_table)
    stems = _merged(base.stems if base else None, columns.stem_table)
    head_language = columns.article_language[columns.head_article[columns.head_of]]
    spoken = columns.stem_of[columns.row_language[columns.row_at(np.arange(len(columns.forms)))], columns.forms]
    headed = columns.stem_of[head_language, columns.heads]
    size = len(stems.raw)
    keys = [
        forms.of_segment[numbers].astype(np.int64) * size + stems.of_segment[stemmed]
        for numbers, stemmed in ((columns.forms, spoken), (columns.heads, headed))
    ]
    known = np.zeros(1, np.int64)
    if base:
        known = forms.of_base[base.word_form].astype(np.int64) * size + stems.of_base[base.word_stem]
    known[0] = -1  # no word has that key
    fresh = np.setdiff1d(np.concatenate(keys), known)
    fresh = fresh[fresh >= size]  # the empty form is no word
    words = np.concatenate((known, fresh))
    texts, heads = (_numbers(words, some, size) for some in keys)
    word_form, word_stem = words // size, words % size
    word_form[0] = word_stem[0] = 0
    _write(generation / _FOLDER, forms, stems, word_form, word_stem)
    _write_counts(generation, base, (forms, stems), columns, Numbered(texts, heads), gone)
    return Numbered(texts, heads)


def _numbers(words: Longs, keys: Longs, size: int) -> Ints:
    """The numbers of words by their keys; 0 for the empty form."""
    order = np.argsort(words, kind="stable")
    numbers = order[np.minimum(np.searchsorted(words, keys, sorter=order), len(words) - 1)]
    return np.where(keys >= size, numbers, 0).astype(np.int32)


def _merged(base: StringTable | None, segment: StringTable) -> _Table:
    parts = [[table.raw(number) for number in range(len(table))] if table else [] for table in (base, segment)]
    together = sorted({b"", *parts[0], *parts[1]})
    place = {raw: number for number, raw in enumerate(together)}
    return _Table(together, *(np.array([place[raw] for raw in part], np.int32) for part in parts))


def _write(folder: Path, forms: _Table, stems: _Table, word_form: Longs, word_stem: Longs) -> None:
    folder.mkdir(exist_ok=True)
    for name, table in (("form", forms), ("stem", stems)):
        (folder / f"{name}_text.u1").write_bytes(b"".join(table.raw))
        ends = np.cumsum([len(raw) for raw in table.raw])
        (folder / f"{name}_ends.i8").write_bytes(ends.astype("<i8").tobytes())
    (folder / "word_form.i4").write_bytes(word_form.astype("<i4").tobytes())
    (folder / "word_stem.i4").write_bytes(word_stem.astype("<i4").tobytes())


def _write_counts(
    generation: Path,
    base: Words | None,
    tables: tuple[_Table, _Table],
    columns: Columns,
    numbered: Numbered,
    gone: Sequence[Gone],
) -> None:
    """Count forms and stems: what the base counted, more for the new segment, less for what is gone."""
    folder = generation / _FOLDER
    word_form, word_stem = load_array(folder / "word_form.i4"), load_array(folder / "word_stem.i4")
    counts, frequencies = (np.zeros(len(table.raw), np.int64) for table in tables)
    if base:
        counts[tables[0].of_base] += base.form_counts
        frequencies[tables[1].of_base] += base.stem_frequencies
    counts += np.bincount(word_form[np.concatenate(numbered)], minlength=len(counts))
    for passage in passages_of(columns, numbered, None, 0):
        frequencies[np.unique(word_stem[passage.all])] += 1
    for passage, counted in gone:
        np.subtract.at(counts, word_form[counted], 1)
        frequencies[np.unique(word_stem[passage.all])] -= 1
    counts[0] = 0
    (folder / "form_count.i8").write_bytes(counts.astype("<i8").tobytes())
    (folder / "stem_frequency.i8").write_bytes(frequencies.astype("<i8").tobytes())


def passages_of(
    columns: Columns, numbered: Numbered, vectors: Vectors | None, first_article: int
) -> Sequence[PassageWords]:
    """The words of each row of a segment; articles are numbered from `first_article`."""
    return _Rows(columns, numbered, vectors, first_article)


class _Rows(Sequence[PassageWords]):
    """The rows of a segment, made when they are asked for."""

    def __init__(self, columns: Columns, numbered: Numbered, vectors: Vectors | None, first_article: int) -> None:
        self._columns = columns
        self._numbered = numbered
        self._vectors = np.empty((columns.rows, 0), np.float32) if vectors is None else vectors
        self._first_article = first_article

    def __len__(self) -> int:
        return self._columns.rows

    def __getitem__(self, row: int) -> PassageWords:  # type: ignore[override]  # no slices are asked for
        columns = self._columns
        if row >= len(self):
            raise IndexError(row)
        start, end = int(columns.starts[row]), int(columns.starts[row + 1]) - 1
        article, heading = int(columns.row_article[row]), int(columns.row_heading[row])
        return PassageWords(
            self._first_article + article,
            int(columns.row_length[row]),
            self._numbered.texts[start:end],
            self._head(article),
            self._head(columns.articles + heading) if heading >= 0 else self._numbered.heads[:0],
            self._vectors[row],
        )

    def _head(self, number: int) -> Ints:
        starts = self._columns.head_starts
        return self._numbered.heads[int(starts[number]) : int(starts[number + 1])]
