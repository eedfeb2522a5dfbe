"""The engine for large collections on one machine: tantivy, a native library, ranks and finds phrases.

tantivy's index has a document for each row of all segments, deleted ones included, with finished terms split at spaces:
`stems` is the pooled field that scores (title words stand in it as often as they weigh, so that tantivy's BM25 and its
lengths are those of `base`), `forms` has the places of the own text's forms, and `row` the row's key. What is a set of
rows is answered from the columns and the postings beside them, which is faster (docs/ENGINES.md has the figures):
selecting, counting, facets. tantivy is asked where it is faster:

- of many rows, which are the best: its index knows which of a list cannot be. It names somewhat more than are wanted,
  in 32-bit arithmetic; those are then scored like any others, so that order and ties are the contract's own;
- where a phrase or a form stands, unless its words are in very many rows: then a pass over the columns is faster.

The index only grows: what is deleted is left out by the columns. A published one is never written to: readers open it
by links in a folder of their own, since tantivy makes lock files where it reads.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property, lru_cache, partial
from itertools import chain, count
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tantivy
from numpy.typing import NDArray
from tantivy import Occur, Query

from kb_search.arrays import Ints, Longs, Mask
from kb_search.columns import Columns
from kb_search.engines.base import Engine, EngineQuery, EngineReader, EngineWriter
from kb_search.engines.bestrows import Rows
from kb_search.engines.bm25 import idf
from kb_search.engines.local import LocalReader
from kb_search.engines.matching import PhraseSource
from kb_search.engines.postinglists import PostingLists, write_postings
from kb_search.engines.postings import Postings
from kb_search.engines.store import LocalWriter
from kb_search.engines.termtexts import TermTexts
from kb_search.errors import REBUILD, IndexDamaged
from kb_search.numbering import Batch
from kb_search.query import And, Near, Node, Or, Pattern, Phrase, Word, scoring_terms

_FOLDER = "tantivy"
_STEMS, _FORMS, _ROW = "stems", "forms", "row"
#: Stands where no word does, so that no phrase reaches across; no form has such a sign in it.
_BREAK = "|"
#: What the writer may hold in memory before it writes a segment of its own: some 200,000 passages.
_HEAP_BYTES = 256 << 20

#: Fewer rows than this are all scored in the columns. Measured: 6,300 rows 1.1 ms by tantivy and 0.6 in the columns,
#: 13,300 rows 1.2 and 1.0, 20,000 rows 1.4 and 1.8, 81,000 rows 2.4 and 4.6, 197,000 rows 6.7 and 13.5.
_RANKED_ABOVE = 15_000
#: So many more than wanted are asked for at first, and so many times as many when that was not enough.
_MORE, _TIMES, _TRIES = 56, 4, 2
#: How far apart, in proportion, the same score may be in tantivy's arithmetic and in ours.
_TOLERANCE = 1e-5
#: A phrase in more rows than this is looked up in the columns, so that what tantivy hands over is bounded. Below that
#: tantivy is faster. Measured: of 20,000 rows in 250 1 ms, and 8 in the columns, in 16,000 20 and 56; of 200,000 in
#: 2,000 9 and 64, in 160,000 200 and 370; of a million in 2,000 40 and 600, in 313,000 360 and 1,430.
_PHRASE_ROWS = 200_000
#: The rows of so many phrases are remembered: one question asks for the same ones segment by segment.
_PHRASES_KEPT = 8

Hits = list[tuple[Any, tantivy.DocAddress]]


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(_STEMS, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field(_FORMS, tokenizer_name="whitespace", index_option="position")
    builder.add_unsigned_field(_ROW, fast=True)
    return builder.build()


class _Writer(LocalWriter):
    """Writes a generation with a tantivy index beside its segments.

    tantivy has a thread of its own, which is busy with the first articles while others are still added.
    """

    def __init__(self, folder: Path, base: Path | None) -> None:
        super().__init__(folder, base)
        self._tantivy = folder / _FOLDER
        self._writer: tantivy.IndexWriter | None = None
        self._texts = TermTexts(_BREAK)
        self._keys = count(sum(old.rows for old in self._old))
        self._beside = ThreadPoolExecutor(1)
        self._committed: Future[int] | None = None

    def take_batch(self, batch: Batch) -> None:
        """Hand the rows of some articles over to tantivy."""
        writer = self._writer = self._writer or self._opened()
        with _failing_as_the_disk():
            for (stems, forms), key in zip(self._texts.of(batch), self._keys, strict=False):
                document = tantivy.Document()
                document.add_text(_STEMS, stems)
                document.add_text(_FORMS, forms)
                document.add_unsigned(_ROW, key)
                writer.add_document(document)

    def _opened(self) -> tantivy.IndexWriter:
        self._tantivy.mkdir(exist_ok=True)
        with _failing_as_the_disk():
            return tantivy.Index(_schema(), path=str(self._tantivy)).writer(heap_size=_HEAP_BYTES, num_threads=1)

    def take_no_more(self) -> None:
        """Have tantivy write down what it was handed, while the segment is finished and its postings are written."""
        if self._writer:
            self._committed = self._beside.submit(self._writer.commit)

    def index(self, columns: Columns) -> None:
        """Write the segment's postings, and wait for tantivy."""
        write_postings(self._folder_of_new, columns)
        if self._committed and self._writer:
            with _failing_as_the_disk():
                self._committed.result()
                self._writer.wait_merging_threads()
        for file in self._tantivy.glob(".*.lock"):
            file.unlink()
        for file in (self._tantivy / "meta.json", self._tantivy / ".managed.json"):
            file.chmod(0o644)  # as readable as all other files of the index

    def close(self) -> None:
        """Let go of the files, and of tantivy's thread; without `finish` before, what was added is lost."""
        super().close()
        self._beside.shutdown()
        self._writer = None


class _Reader(LocalReader):
    """Reads a generation with a tantivy index."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        pairs = zip(self._folders, self._segments, strict=True)
        self._lists = [PostingLists(path, columns) for path, columns in pairs]
        self._tantivy = _Index(folder / _FOLDER) if self._segments else None
        self._keys_in_order = lru_cache(_PHRASES_KEPT)(self._in_order)
        if self._tantivy and self._tantivy.documents != self._bases[-1]:
            raise IndexDamaged(f"The tantivy index does not fit the passages. {REBUILD}")

    def read_postings(self, segment: int, stem: str) -> Postings:
        """The postings of a stem in one segment; empty where it has none."""
        return self._lists[segment].of(stem)

    def phrases(self, segment: int) -> PhraseSource | None:
        """What knows where forms follow each other in a segment."""
        return partial(self._rows_in_order, segment)

    def _rows_in_order(self, segment: int, forms: tuple[str, ...]) -> Ints | None:
        """The rows of a segment where forms follow each other; None where the columns have to say it."""
        keys = self._keys_in_order(forms)
        if keys is None:
            return None
        rows = keys - self._bases[segment]
        here: Ints = rows[(rows >= 0) & (rows < self._segments[segment].rows)].astype(np.int32)
        return here

    def _in_order(self, forms: tuple[str, ...]) -> Longs | None:
        return self._tantivy.in_order(forms, _PHRASE_ROWS) if self._tantivy else None

    def promising(self, rows: list[Rows], query: EngineQuery) -> list[Rows]:
        """Of many rows those that tantivy scores highest, the best `depth` among them."""
        ranking = _ranking(query.tree)
        if not self._tantivy or not ranking or sum(map(len, rows)) <= max(_RANKED_ABOVE, query.depth):
            return rows
        if any(there is not None for there in self._there):
            ranking = ranking._replace(boosts={stem: self._as_living(stem) * of for stem, of in ranking.boosts.items()})
        best = self._best_keys(self._tantivy, ranking, rows, query.depth)
        if best is None:
            return rows
        edges = np.searchsorted(best, self._bases)
        return [best[start:end] - base for start, end, base in zip(edges, edges[1:], self._bases, strict=False)]

    def _best_keys(self, index: _Index, ranking: _Ranking, rows: list[Rows], depth: int) -> Longs | None:
        """The keys of those rows that may be among the best `depth`, rising; None where tantivy does not tell."""
        asked = depth + _MORE
        for _ in range(_TRIES):
            keys, scores = index.best(ranking, asked)
            good = self._among(keys, rows)
            # What tantivy did not name may score as much as the last one that it did.
            if np.count_nonzero(good & (scores > scores[-1:] * (1 + self._tolerance) ** 2)) >= depth:
                return np.sort(keys[good])
            asked *= _TIMES
        return None

    def _among(self, keys: Longs, rows: list[Rows]) -> Mask:
        """Which of some keys are those of rows that were found."""
        among = np.zeros(len(keys), np.bool_)
        for base, some in zip(self._bases, rows, strict=False):
            if len(some):
                at = np.minimum(some.searchsorted(keys - base), len(some) - 1)
                among |= some[at] == keys - base
        return among

    @cached_property
    def _tolerance(self) -> float:
        """How far apart, in proportion, the same score may be in tantivy, which counts deleted rows, and here.

        With another mean length a score changes in proportion by less than the mean does.
        """
        words = sum(columns.words for columns in self._segments)
        mean = max(words / max(self._bases[-1], 1), 1.0)
        apart: float = max(mean / self._average, self._average / mean) - 1
        return _TOLERANCE + apart

    def _as_living(self, stem: str) -> float:
        """The weight of a stem in the rows that are there, as a multiple of tantivy's, which counts deleted ones."""
        lists = [self.postings(number, stem) for number in range(len(self._segments))]
        counted = idf(self._bases[-1], sum(len(one.rows) for one in lists))
        return idf(self._holdings.passages, self._living(lists)) / counted

    def close(self) -> None:
        """Let go of the files."""
        if self._tantivy:
            self._tantivy.close()
        self._tantivy = None


class _Ranking(NamedTuple):
    """What tantivy is to rank by: the stems that score with their boosts, and groups of them of which each has one."""

    boosts: dict[str, float]
    groups: list[tuple[str, ...]]


def _ranking(tree: Node) -> _Ranking | None:
    """A ranking of all rows that match a tree, and of others; None where tantivy does not score as `base` says.

    That is so for patterns, which score as one word, and where a row may match without any word.
    """
    groups = _groups(tree)
    boosts: dict[str, float] = {}
    for term in scoring_terms(tree):
        if isinstance(term, Pattern):
            return None
        for stem in term.stems:
            boosts[stem] = max(boosts.get(stem, 0.0), term.boost)
    return _Ranking(boosts, groups) if groups else None


def _groups(node: Node) -> list[tuple[str, ...]]:
    """Groups of stems: whatever matches a node has one of each group, in its text, title or heading."""
    match node:
        case Word() if node.field != "author":
            return [node.stems]
        case Phrase() if node.field != "author":
            return [word.stems for word in node.words]
        case And() | Near():
            return [group for child in node.children for group in _groups(child)]
        case Or():
            parts = [_groups(child) for child in node.children]
            return [tuple(dict.fromkeys(chain(*(part[0] for part in parts))))] if all(parts) else []
        case _:
            return []


class _Index:
    """A tantivy index, open for reading."""

    def __init__(self, folder: Path) -> None:
        """Open the index in a folder. Raises IndexDamaged."""
        # A thread of tantivy's, which ends soon, may still make a lock file there while the folder goes.
        self._links = tempfile.TemporaryDirectory(prefix="kb-search-", ignore_cleanup_errors=True)
        with self._links as links, _explained():
            for file in folder.iterdir():
                (Path(links) / file.name).symlink_to(file.absolute())
            # tantivy maps all that it needs into memory here; the links may go.
            index = tantivy.Index.open(links)
            index.config_reader("manual")
            self._searcher = index.searcher()
            self._schema = index.schema

    @property
    def documents(self) -> int:
        """How many rows the index has."""
        return int(self._searcher.num_docs)

    def close(self) -> None:
        """Remove what may be left of the links."""
        shutil.rmtree(self._links.name, ignore_errors=True)

    def best(self, ranking: _Ranking, number: int) -> tuple[Longs, NDArray[np.float64]]:
        """The keys of the best rows by a ranking, and their scores, the highest first."""
        with _explained():
            hits = self._searcher.search(self._ranked(ranking), number, count=False).hits
            keys = self._keys(hits)
        return keys, np.array([score for score, _ in hits], np.float64)

    def _ranked(self, ranking: _Ranking) -> Query:
        """The query for a ranking. Each stem is in it once, so that it scores once."""
        left = dict(ranking.boosts)
        must = [
            self._any_of([(stem, left.pop(stem)) for stem in group])
            for group in ranking.groups
            if all(stem in left for stem in group)
        ]
        should = [self._any_of([pair]) for pair in left.items()]
        return Query.boolean_query([(Occur.Must, one) for one in must] + [(Occur.Should, one) for one in should])

    def _any_of(self, boosts: Sequence[tuple[str, float]]) -> Query:
        terms = [Query.boost_query(self._term(_STEMS, stem, "freq"), boost) for stem, boost in boosts]
        return terms[0] if len(terms) == 1 else Query.boolean_query([(Occur.Should, term) for term in terms])

    def _term(self, field: str, text: str, option: str) -> Query:
        return Query.term_query(self._schema, field, text, option)

    def in_order(self, forms: Sequence[str], most: int) -> Longs | None:
        """The keys of the rows where some forms follow each other; None where they are more than `most`."""
        if len(forms) == 1:
            query = self._term(_FORMS, forms[0], "position")
        else:
            query = Query.phrase_query(self._schema, _FORMS, list(forms))
        with _explained():
            hits = self._searcher.search(Query.const_score_query(query, 0.0), most + 1, count=False).hits
            if len(hits) > most:
                return None
            return self._keys(hits)

    def _keys(self, hits: Hits) -> Longs:
        return np.array(self._searcher.fast_field_values(_ROW, [address for _, address in hits]), np.int64)


@contextmanager
def _failing_as_the_disk() -> Iterator[None]:
    """Raise OSError where tantivy cannot write: it tells of a full disk by errors of its own, or panics."""
    try:
        yield
    except BaseException as error:
        if isinstance(error, ValueError) or type(error).__name__ == "PanicException":
            raise OSError(str(error)) from error
        raise


@contextmanager
def _explained() -> Iterator[None]:
    """Say in a sentence that the index is damaged where tantivy fails, or panics: what it is asked is never wrong."""
    try:
        yield
    except BaseException as error:
        if isinstance(error, ValueError | OSError) or type(error).__name__ == "PanicException":
            raise IndexDamaged(f"The tantivy index cannot be read. {REBUILD}") from error
        raise


class TantivyEngine(Engine):
    """tantivy, behind the contract."""

    name = "tantivy"

    def writer(self, folder: Path, base: Path | None) -> EngineWriter:
        """Begin a generation in an empty folder, as a change of the one in `base` if that is given."""
        return _Writer(folder, base)

    def reader(self, folder: Path) -> EngineReader:
        """Open a finished generation. Raises IndexDamaged."""
        return _Reader(folder)
