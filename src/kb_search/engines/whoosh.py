"""The default engine: Whoosh keeps the inverted index, in plain Python, with nothing to compile.

Whoosh has the dictionary of stems, the segments and their table of contents. Postings go through a codec of ours:
a posting list is one array of row numbers and one of frequencies, written and read whole, so that a search reads
them memory-mapped instead of posting by posting. A posting's number carries two frequencies, the own text's in the
low half and that of title and heading, weighted, in the high half. Whoosh's segments stand in the same order as
those of `local`, one for one, and rows are its document numbers.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from whoosh import fields, formats, index
from whoosh.codec import base as codec_base
from whoosh.codec import whoosh3
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile
from whoosh.matching import ListMatcher
from whoosh.reading import TermNotFound

from kb_search.columns import Columns, load_array
from kb_search.engines.base import FIELD_WEIGHTS, Engine, EngineReader, EngineWriter
from kb_search.engines.local import LocalReader
from kb_search.engines.matching import Postings
from kb_search.engines.store import LocalWriter
from kb_search.errors import REBUILD, IndexDamaged

_FOLDER = "whoosh"
_FIELD = "stems"
_POSTINGS_SUFFIX = ".pst"
_HALF = 16
_MOST = (1 << _HALF) - 1
_POSTING_BYTES = 8
#: Words inverted at once; 4 million keep the peak of memory near 200 MB.
_WORDS_AT_ONCE = 1 << 22
#: Postings that a reader keeps unpacked, at 12 bytes each.
_CACHED_POSTINGS = 1 << 22

_NO_POSTINGS = Postings(np.empty(0, np.uint32), np.empty(0, np.uint32), np.empty(0, np.uint32))


class _Stems(fields.FieldType):
    """A field whose terms arrive finished."""

    def __init__(self) -> None:
        self.format = formats.Frequency()
        self.analyzer = None
        self.scorable = False
        self.stored = False
        self.unique = False
        self.vector = None
        self.spelling = False
        self.column_type = None
        self.indexed = True


_SCHEMA = fields.Schema(**{_FIELD: _Stems()})


class _PostingList(NamedTuple):
    """A stem with its rows, rising, and for each the two frequencies in one number."""

    stem: bytes
    rows: NDArray[np.uint32]
    packed: NDArray[np.uint32]


class _ArrayFieldWriter(whoosh3.W3FieldWriter):
    """Writes whole posting lists, handed over by `_Inversion` in the order of their stems."""

    def add_postings(self, schema: fields.Schema, _lengths: object, items: Iterator[_PostingList]) -> None:
        """Write all posting lists of the segment. Called by Whoosh's SegmentWriter when it commits."""
        self.start_field(_FIELD, schema[_FIELD])
        for item in items:
            self.start_term(item.stem)
            cast("_ArrayPostingsWriter", self._postwriter).add_list(item)
            self.finish_term()
        self.finish_field()


class _ArrayPostingsWriter(codec_base.PostingsWriter):
    """Writes one posting list at a time as two arrays of 32-bit numbers."""

    def __init__(self, file: StructFile) -> None:
        self._file = file

    def start_postings(self, _format: object, terminfo: whoosh3.W3TermInfo) -> None:
        """Begin the list of a term."""
        self._terminfo = terminfo

    def add_posting(self, id_: int, weight: float, vbytes: bytes, length: int | None = None) -> None:
        """Refuse single postings: the lists come whole."""
        raise NotImplementedError("postings are written as whole lists")

    def add_list(self, item: _PostingList) -> None:
        """Write the list of the term."""
        start = self._file.tell()
        self._file.write(
            item.rows.astype("<u4", copy=False).tobytes() + item.packed.astype("<u4", copy=False).tobytes()
        )
        info = self._terminfo
        info._df = len(item.rows)
        info._weight = float(_unpack(item.rows, item.packed).own.sum())
        info._minid, info._maxid = int(item.rows[0]), int(item.rows[-1])
        info.set_extent(start, self._file.tell() - start)

    def finish_postings(self) -> whoosh3.W3TermInfo:
        """End the list; what is known of the term goes into the dictionary."""
        return self._terminfo

    def written(self) -> bool:
        """Whether anything of the list is on disk: always, lists are not buffered."""
        return True


class ArrayCodec(whoosh3.W3Codec):
    """Whoosh's own codec but for the postings."""

    length_stats = False

    def field_writer(self, storage: FileStorage, segment: whoosh3.W3Segment) -> _ArrayFieldWriter:
        """What writes the dictionary of a segment."""
        return _ArrayFieldWriter(self, storage, segment)

    def postings_writer(self, dbfile: StructFile, byteids: bool = False) -> _ArrayPostingsWriter:  # noqa: ARG002, FBT001, FBT002 - Whoosh's signature
        """What writes the postings of a segment."""
        return _ArrayPostingsWriter(dbfile)

    def postings_reader(
        self,
        dbfile: StructFile,
        terminfo: whoosh3.W3TermInfo,
        format_: object,
        term: object = None,
        scorer: object = None,
    ) -> ListMatcher:
        """A matcher for Whoosh's own queries, so that the index can be looked into with Whoosh alone."""
        offset, _ = terminfo.extent()
        raw = np.frombuffer(dbfile.get(offset, _POSTING_BYTES * terminfo.doc_frequency()), "<u4")
        found = _unpack(*np.split(raw, 2))
        weights = (found.own + found.context).astype(float).tolist()
        return ListMatcher(found.rows.tolist(), weights, None, format_, scorer=scorer, term=term, terminfo=terminfo)


def _pack(own: NDArray[np.int64], context: NDArray[np.int64]) -> NDArray[np.uint32]:
    packed: NDArray[np.uint32] = (np.minimum(own, _MOST) | (np.minimum(context, _MOST) << _HALF)).astype(np.uint32)
    return packed


def _unpack(rows: NDArray[np.uint32], packed: NDArray[np.uint32]) -> Postings:
    return Postings(rows, packed & np.uint32(_MOST), packed >> np.uint32(_HALF))


class _Inversion:
    """A segment turned round: for each stem its rows. Takes the place of Whoosh's pool of postings."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns

    def cleanup(self) -> None:
        """Nothing was put on disk."""

    def iter_postings(self) -> Iterator[_PostingList]:
        """The posting lists in the order of their stems; a stem that only an unused language has is left out."""
        table = self._columns.stem_table
        stems = np.arange(len(table) + 1)
        parts = [self._part(first, last) for first, last in self._spans()]
        edges = [np.searchsorted(part.stems, stems).tolist() for part in parts]
        for number in range(len(table)):
            cuts = [(part, slice(edge[number], edge[number + 1])) for part, edge in zip(parts, edges, strict=True)]
            rows = _joined([part.rows[cut] for part, cut in cuts])
            if len(rows):
                yield _PostingList(table.raw(number), rows, _joined([part.packed[cut] for part, cut in cuts]))

    def _spans(self) -> Iterator[tuple[int, int]]:
        """Runs of rows that hold a bounded number of words each."""
        first, starts = 0, self._columns.starts
        while first < self._columns.rows:
            last = int(np.searchsorted(starts, starts[first] + _WORDS_AT_ONCE, "right")) - 1
            last = min(max(last, first + 1), self._columns.rows)
            yield first, last
            first = last

    def _part(self, first: int, last: int) -> _Part:
        """All postings of some rows, ordered by stem and row."""
        columns = self._columns
        places = np.arange(int(columns.starts[first]), int(columns.starts[last]))
        places = places[np.asarray(columns.forms[places[0] : places[-1] + 1]) != 0] if len(places) else places
        own = _Counted.of(columns.stems_at(places), columns.row_at(places), last)
        context = self._context(np.arange(first, last, dtype=np.int32), last)
        keys = _united(own.keys, context.keys)
        return _Part(
            stems=(keys // last).astype(np.int32),
            rows=(keys % last).astype(np.uint32),
            packed=_pack(own.at(keys), context.at(keys)),
        )

    def _context(self, rows: NDArray[np.int32], last: int) -> _Counted:
        """The weighted frequencies of title and heading words for some rows."""
        columns = self._columns
        titles = self._heads(rows, columns.row_article[rows])
        headed = rows[columns.row_heading[rows] >= 0]
        headings = self._heads(headed, columns.articles + columns.row_heading[headed])
        counted = [_Counted.of(*titles, last).times(FIELD_WEIGHTS.title)]
        counted.append(_Counted.of(*headings, last).times(FIELD_WEIGHTS.section))
        keys = _united(counted[0].keys, counted[1].keys)
        return _Counted(keys, counted[0].at(keys) + counted[1].at(keys))

    def _heads(self, rows: NDArray[np.int32], heads: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """The stems of each row's title or heading, and the row for each."""
        columns = self._columns
        first = columns.head_starts[heads]
        counts = columns.head_starts[heads + 1] - first
        owner = np.repeat(rows, counts)
        ends = np.cumsum(counts)
        total = int(ends[-1]) if len(ends) else 0
        places = np.arange(total) - np.repeat(ends - counts, counts) + np.repeat(first, counts)
        return columns.stem_of[columns.row_language[owner], columns.heads[places]], owner


class _Part(NamedTuple):
    stems: NDArray[np.int32]
    rows: NDArray[np.uint32]
    packed: NDArray[np.uint32]


class _Counted(NamedTuple):
    """Pairs of stem and row as one number each (stem × size + row), rising, and how often each came."""

    keys: NDArray[np.int64]
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, stems: NDArray[np.int32], rows: NDArray[np.int32], size: int) -> _Counted:
        """Count pairs; `size` is above every row."""
        keys, counts = np.unique(stems.astype(np.int64) * size + rows, return_counts=True)
        return cls(keys, counts)

    def times(self, weight: int) -> _Counted:
        """The counts multiplied."""
        return _Counted(self.keys, self.counts * weight)

    def at(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """The counts of some keys, 0 for those that did not come."""
        if not len(self.keys):
            return np.zeros(len(keys), np.int64)
        places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[places] == keys, self.counts[places], 0)


def _joined(arrays: list[NDArray[np.uint32]]) -> NDArray[np.uint32]:
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def _united(keys: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.int64]:
    """Two rising arrays as one, each value once."""
    # A stable sort merges them; np.union1d hashes every value and took a hundred times as long on four million.
    together = np.concatenate((keys, others))
    together.sort(kind="stable")
    return together[np.flatnonzero(np.diff(together, prepend=-1))]


class _Writer(LocalWriter):
    """Writes a generation with a Whoosh index beside its segments."""

    def __init__(self, folder: Path, base: Path | None) -> None:
        super().__init__(folder, base)
        self._whoosh = folder / _FOLDER
        if base is None:
            self._whoosh.mkdir()
            index.create_in(str(self._whoosh), _SCHEMA).close()

    def index(self, columns: Columns) -> None:
        """Append a Whoosh segment for a finished segment of columns."""
        opened = index.open_dir(str(self._whoosh), schema=_SCHEMA)
        writer = opened.writer(codec=ArrayCodec(), compound=False)
        for _ in range(columns.rows):
            writer.add_document()
        writer.pool = _Inversion(columns)  # type: ignore[attr-defined]  # where SegmentWriter gathers its postings
        writer.commit(merge=False)
        opened.close()
        (self._whoosh / "MAIN_WRITELOCK").unlink(missing_ok=True)


class _Reader(LocalReader):
    """Reads a generation whose postings Whoosh keeps."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._cache: dict[tuple[int, str], Postings] = {}
        self._cached = 0
        self._lock = threading.Lock()
        try:
            self._index = index.open_dir(str(folder / _FOLDER), schema=_SCHEMA)
            self._whoosh = self._index.reader()
        except (index.IndexError, OSError, EOFError) as error:
            raise IndexDamaged(f"The Whoosh index cannot be opened. {REBUILD}") from error
        try:
            self._leaves = self._checked_leaves()
            names = [leaf.segment().make_filename(_POSTINGS_SUFFIX) for leaf in self._leaves]
            self._files = [load_array(folder / _FOLDER / name, "u1") for name in names]
        except IndexDamaged:
            self.close()
            raise

    def _checked_leaves(self) -> list[Any]:  # what readers of segments have, Whoosh's types do not tell
        """Whoosh's readers of its segments, one for each of ours and in their order. Raises IndexDamaged."""
        # A reader of no segments at all is an empty leaf of its own.
        leaves = [leaf for leaf, _ in self._whoosh.leaf_readers() if leaf.doc_count_all()]
        if [leaf.doc_count_all() for leaf in leaves] != [columns.rows for columns in self._segments]:
            raise IndexDamaged(f"The Whoosh index does not fit the passages. {REBUILD}")
        return leaves

    def postings(self, segment: int, stem: str) -> Postings:
        """The postings of a stem in one segment; empty where it has none."""
        found = self._cache.get((segment, stem))
        if found is None:
            with self._lock:
                found = self._read(segment, stem)
                self._keep(segment, stem, found)
        return found

    def _keep(self, segment: int, stem: str, found: Postings) -> None:
        if self._cached + len(found.rows) > _CACHED_POSTINGS:
            self._cache.clear()
            self._cached = 0
        self._cache[segment, stem] = found
        self._cached += len(found.rows)

    def _read(self, segment: int, stem: str) -> Postings:
        try:
            info = self._leaves[segment].term_info(_FIELD, stem.encode("utf-8", "surrogatepass"))
        except TermNotFound:
            return _NO_POSTINGS
        start, _ = info.extent()
        numbers = self._files[segment][start : start + _POSTING_BYTES * info.doc_frequency()].view("<u4")
        return _unpack(*np.split(numbers, 2))

    def close(self) -> None:
        """Let go of the files."""
        self._cache.clear()
        self._whoosh.close()
        self._index.close()


class WhooshEngine(Engine):
    """Whoosh, behind the contract."""

    name = "whoosh"

    def writer(self, folder: Path, base: Path | None) -> EngineWriter:
        """Begin a generation in an empty folder, as a change of the one in `base` if that is given."""
        return _Writer(folder, base)

    def reader(self, folder: Path) -> EngineReader:
        """Open a finished generation. Raises IndexDamaged."""
        return _Reader(folder)
