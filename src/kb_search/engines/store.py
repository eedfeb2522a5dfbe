"""A generation kept in files on this machine: its segments, what was deleted from them, and their texts.

Shared by the engines that live inside a folder; `local` searches it.
"""

from __future__ import annotations

import json
import shutil
from abc import abstractmethod
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np

from kb_search.arrays import ABSENT, Ints, Mask, load_array
from kb_search.columns import Columns
from kb_search.columnwriter import ColumnWriter
from kb_search.copies import Copies
from kb_search.disk import write_anew
from kb_search.document import Article, Passage
from kb_search.engines.base import FIELD_WEIGHTS, EngineReader, EngineWriter, Holdings, Placing
from kb_search.errors import REBUILD, IndexDamaged, IndexOutdated
from kb_search.generations import link_generation
from kb_search.latent import open_space, read_vectors
from kb_search.numbering import Batch
from kb_search.records import decode_article, decode_head
from kb_search.results import ArticleHead
from kb_search.wording import Wording

_SEGMENTS = "segments"
_LIST = "segments.json"
#: The articles of so many hits are kept at hand: what is found is found again by the next query and on the next page.
_HEADS_KEPT = 1 << 12
#: Of more passages the index is written first and the places are found then: each takes up to 200 MB of memory.
_MOST_AT_ONCE = 60_000
_CONTEXT_WEIGHTS = (FIELD_WEIGHTS.title, FIELD_WEIGHTS.section)

Value = TypeVar("Value", str, int)


def _deleted_file(folder: Path, segment: str) -> Path:
    return folder / _SEGMENTS / f"{segment}.deleted.u1"


class LocalWriter(EngineWriter):
    """Writes the segments of a generation; an engine adds its inverted index of the new one in `index`.

    With `take_batch` it can begin with that while articles are still added. A segment without passages is not kept, so
    that segments and the engine's own can be counted alike.
    """

    def __init__(self, folder: Path, base: Path | None) -> None:
        """Begin in an empty folder; what is in `base` is carried over by hard links and never written to."""
        self._folder = folder
        self._old: list[_OldSegment] = []
        if base:
            link_generation(base, folder)
            self._old = [_OldSegment(folder, name) for name in _segment_names(folder)]
        self._new = f"{1 + max((int(old.name) for old in self._old), default=0):05}"
        self._columns = ColumnWriter(self._folder_of_new, _CONTEXT_WEIGHTS, self.take_batch)

    @property
    def _folder_of_new(self) -> Path:
        return self._folder / _SEGMENTS / self._new

    def add(self, article: Article, passages: Sequence[Passage], wording: Wording | None = None) -> None:
        """Take an article with its passages in order, and their wording, if it is at hand."""
        self._columns.add(article, passages, wording)

    def delete(self, article: str) -> None:
        """Mark the article's rows in the segments that came along."""
        for old in self._old:
            old.delete(article)

    def finish(self, place: Placing | None = None) -> None:
        """Write the new segment, the engine's index of it, its passages' places in the space, and the list of all."""
        for old in self._old:
            old.write_deleted(self._folder)
        self._columns.write_waiting()
        self.take_no_more()
        self._columns.finish()
        names = [old.name for old in self._old]
        if self._columns.rows:
            names.append(self._new)
            self._index_and_place(Columns(self._folder_of_new), place)
        else:
            shutil.rmtree(self._folder_of_new)
        write_anew(self._folder / _LIST, json.dumps({"segments": names}).encode())

    def _index_and_place(self, columns: Columns, place: Placing | None) -> None:
        """Neither needs the other, and finding places is mostly arithmetic that holds up no thread: do both at once."""
        if not place:
            self.index(columns)
            return
        placing = partial(place, self._folder, self._folder_of_new, columns, learn=not self._old)
        if columns.rows > _MOST_AT_ONCE:
            self.index(columns)
            placing()
            return
        with ThreadPoolExecutor(1) as beside:
            placed = beside.submit(placing)
            self.index(columns)
            placed.result()

    def close(self) -> None:
        """Let go of the files; without `finish` before, what was added is lost."""
        self._columns.close()

    @abstractmethod
    def take_batch(self, batch: Batch) -> None:
        """Look at some articles that are in the new segment now; each comes once, in the order of their rows."""

    def take_no_more(self) -> None:
        """Begin with what can be done before the segment is finished: all its batches have come."""

    @abstractmethod
    def index(self, columns: Columns) -> None:
        """Append the inverted index of a finished segment, whose articles have all been seen."""


class _OldSegment:
    """A segment that came along from the generation before, with what is deleted from it now."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self._columns = Columns(folder / _SEGMENTS / name)
        self._deleted = _deleted(folder, name, self._columns.rows)
        self._changed = False

    @property
    def rows(self) -> int:
        """How many rows it has, deleted ones included."""
        return self._columns.rows

    def delete(self, article: str) -> None:
        """Mark an article's rows, if it is here."""
        number = self._columns.find_article(article)
        if number != ABSENT:
            rows = self._columns.rows_of(number)
            self._deleted[rows.start : rows.stop] = self._changed = True

    def write_deleted(self, folder: Path) -> None:
        """Write down what is deleted, if that has changed."""
        if self._changed:
            write_anew(_deleted_file(folder, self.name), self._deleted.astype("u1").tobytes())


class StoreReader(EngineReader):
    """The segments of a generation, open. A key is the row's number, counted through all segments."""

    def __init__(self, folder: Path) -> None:
        """Open a finished generation. Raises IndexDamaged and IndexOutdated."""
        names = _segment_names(folder)
        self._folders = [folder / _SEGMENTS / name for name in names]
        self._segments = [Columns(one) for one in self._folders]
        self._copies = Copies(folder)
        self._space = open_space(folder)
        self._vectors = [
            read_vectors(folder / _SEGMENTS / name, columns.rows) if self._space else None
            for name, columns in zip(names, self._segments, strict=True)
        ]
        pairs = zip(names, self._segments, strict=True)
        self._alive = [~_deleted(folder, name, columns.rows) for name, columns in pairs]
        if any(columns.context_weights != _CONTEXT_WEIGHTS for columns in self._segments):
            raise IndexOutdated(f"The index was built with other weights for titles and headings. {REBUILD}")
        self._bases = [0, *np.cumsum([columns.rows for columns in self._segments]).tolist()]
        lengths = [columns.row_length[alive] for columns, alive in zip(self._segments, self._alive, strict=True)]
        words = sum(int(one.sum(dtype=np.int64)) for one in lengths)
        self._average = max(words / max(sum(map(len, lengths)), 1), 1.0)
        self._holdings = self._count_holdings()
        self._shown = lru_cache(_HEADS_KEPT)(self._head)

    def holdings(self) -> Holdings:
        """What there is, deleted rows left out."""
        return self._holdings

    def _count_holdings(self) -> Holdings:
        sources: Counter[str] = Counter()
        dates: Counter[int] = Counter()
        languages: Counter[str] = Counter()
        articles = undated = 0
        for columns, alive in zip(self._segments, self._alive, strict=True):
            rows = np.flatnonzero(alive)
            first_rows = columns.article_first_row
            present = alive[first_rows]
            articles += int(np.count_nonzero(present))
            undated += int(np.count_nonzero(present & (columns.article_date == 0)))
            sources.update(counted(columns.sources, columns.sources_of(rows)))
            dates.update(counted(columns.dates.tolist(), columns.row_date_rank[rows]))
            languages.update(counted(columns.languages, columns.row_language[rows]))
        return Holdings(
            articles=articles,
            passages=sum(int(np.count_nonzero(alive)) for alive in self._alive),
            average_length=self._average,
            languages=tuple(language for language, _ in by_count(languages)),
            sources=by_count(sources),
            dates=tuple(sorted(dates.items())),
            undated_articles=undated,
        )

    def _place(self, key: int) -> tuple[int, int]:
        number = bisect_right(self._bases, key) - 1
        return number, key - self._bases[number]

    def passage(self, key: int) -> tuple[Passage, ArticleHead]:
        """The passage of a candidate's key, and its article without text."""
        segment, row = self._place(key)
        columns = self._segments[segment]
        return self._passage(columns, row), self._shown(segment, int(columns.row_article[row]))

    @staticmethod
    def _passage(columns: Columns, row: int) -> Passage:
        article = int(columns.row_article[row])
        text = columns.text[row]
        start, heading = int(columns.row_offset[row]), int(columns.row_heading[row])
        return Passage(
            id=columns.row_ids[row].decode("ascii"),
            article=columns.article_ids[article].decode("ascii"),
            ordinal=row - int(columns.article_first_row[article]) + 1,
            start=start,
            end=start + len(text),
            text=text,
            section=columns.section[heading] if heading >= 0 else "",
            sentences=columns.sentences(row),
            silent=columns.silent(row),
        )

    def _head(self, segment: int, article: int) -> ArticleHead:
        columns = self._segments[segment]
        return decode_head(columns.records[article], int(columns.article_rows[article]))

    def find_passage(self, passage: str) -> int | None:
        """The key of a passage id, or None."""
        for number, (columns, alive) in enumerate(zip(self._segments, self._alive, strict=True)):
            row = columns.find_row(passage)
            if row != ABSENT and alive[row]:
                return int(self._bases[number]) + row
        return None

    def article(self, article: str) -> tuple[Article, tuple[Passage, ...]] | None:
        """An article, whole, with its passages in order; None where there is none of that id."""
        found = self._find(article)
        if found is None:
            return None
        segment, number = found
        columns = self._segments[segment]
        rows = columns.rows_of(number)
        text = columns.text.joined(rows.start, rows.stop)
        return decode_article(columns.records[number], text), tuple(self._passage(columns, row) for row in rows)

    def _find(self, article: str) -> tuple[int, int] | None:
        """The number of the segment that has an article, and the article's number there."""
        for segment, (columns, alive) in enumerate(zip(self._segments, self._alive, strict=True)):
            number = columns.find_article(article)
            if number != ABSENT and alive[columns.rows_of(number).start]:
                return segment, number
        return None

    def _all_heads(self) -> Iterator[ArticleHead]:
        """All articles without text, segment by segment."""
        for segment, (columns, alive) in enumerate(zip(self._segments, self._alive, strict=True)):
            for number in np.flatnonzero(alive[columns.article_first_row]).tolist():
                yield self._head(segment, number)

    def head(self, article: str) -> ArticleHead | None:
        """An article without its text; None where there is none of that id."""
        found = self._find(article)
        return self._shown(*found) if found else None

    def copies(self, article: str) -> tuple[str, ...]:
        """The ids of an article and its near-duplicates, the earliest first; none where it has none."""
        return self._copies.group(article)

    def speaker(self, article: str) -> str:
        """The id under which a text is kept that other articles have too; empty where the article is not among them."""
        return self._copies.speaker(article)

    def titles(self, most: int) -> Iterator[str]:
        """The titles of some articles, `most` of them at most, in no order; those without one of their own left out."""
        yield from (head.title for head in islice(self._all_heads(), most) if not head.untitled)

    def articles(self) -> Iterator[ArticleHead]:
        """All articles without text, in the order of their paths; those of one file as they stand in it."""
        yield from sorted(self._all_heads(), key=lambda head: head.path)

    def records(self) -> Iterator[Article]:
        """All articles without text but with everything else, one after the other, segment by segment."""
        for columns, alive in zip(self._segments, self._alive, strict=True):
            for number in np.flatnonzero(alive[columns.article_first_row]).tolist():
                yield decode_article(columns.records[number])

    def wear(self) -> tuple[int, int, int]:
        """The number of segments, of rows, and of deleted rows."""
        deleted = sum(int(np.count_nonzero(~alive)) for alive in self._alive)
        return len(self._segments), self._bases[-1], deleted


def counted(values: Sequence[Value], numbers: Ints) -> dict[Value, int]:
    """How often each value's number stands in an array; values that do not are left out."""
    counts = np.bincount(numbers)
    there = np.flatnonzero(counts)
    return dict(zip(map(values.__getitem__, there.tolist()), counts[there].tolist(), strict=True))


def by_count(counts: Counter[str]) -> tuple[tuple[str, int], ...]:
    """Values with their counts, the most frequent first, equals in the order of their names."""
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _segment_names(folder: Path) -> list[str]:
    try:
        return list(json.loads((folder / _LIST).read_text("utf-8"))["segments"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexDamaged(f"The index's list of segments cannot be read. {REBUILD}") from error


def _deleted(folder: Path, name: str, rows: int) -> Mask:
    """Which rows of a segment are deleted; a segment without such a file has none."""
    path = _deleted_file(folder, name)
    if not path.exists():
        return np.zeros(rows, np.bool_)
    deleted = load_array(path).astype(np.bool_)
    if len(deleted) != rows:
        raise IndexDamaged(f"{path.name} does not fit its segment. {REBUILD}")
    return deleted
