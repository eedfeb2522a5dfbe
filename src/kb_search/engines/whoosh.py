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
from whoosh import fields, formats, index
from whoosh.codec import base as codec_base
from whoosh.codec import whoosh3
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile
from whoosh.matching import ListMatcher
from whoosh.reading import TermNotFound

from kb_search.arrays import Longs, load_array
from kb_search.columns import Columns
from kb_search.engines.base import Engine, EngineReader, EngineWriter
from kb_search.engines.inversion import Block, posting_blocks
from kb_search.engines.local import LocalReader
from kb_search.engines.postings import NO_POSTINGS, Counts, Postings, unpacked
from kb_search.engines.store import LocalWriter
from kb_search.errors import REBUILD, IndexDamaged
from kb_search.numbering import Batch

_FOLDER = "whoosh"
_FIELD = "stems"
_POSTINGS_SUFFIX = ".pst"
_POSTING_BYTES = 8


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


class _ArrayFieldWriter(whoosh3.W3FieldWriter):
    """Writes whole posting lists, handed over by `_Pool` in the order of their stems."""

    def add_postings(self, schema: fields.Schema, _lengths: object, items: Iterator[_Lists]) -> None:
        """Write all posting lists of the segment. Called by Whoosh's SegmentWriter when it commits."""
        self.start_field(_FIELD, schema[_FIELD])
        writer = cast("_ArrayPostingsWriter", self._postwriter)
        for lists in items:
            writer.begin_lists(lists.block)
            for stem in lists.stems:
                self.start_term(stem)
                self.finish_term()
        self.finish_field()


class _Lists(NamedTuple):
    """The postings of some stems, and the stems themselves."""

    stems: list[bytes]
    block: Block


class _ArrayPostingsWriter(codec_base.PostingsWriter):
    """Writes each posting list as two arrays of 32-bit numbers, many lists at a time."""

    def __init__(self, file: StructFile) -> None:
        self._file = file
        self._told: Iterator[tuple[int, int, float, int, int]] = iter(())

    def begin_lists(self, block: Block) -> None:
        """Write the lists of some terms; each of them is started and finished after that, in order."""
        start, sizes, starts = self._file.tell(), block.sizes, block.ends - block.sizes
        self._file.write(_interleaved(block, starts).data)
        own = np.add.reduceat(unpacked(block.rows, block.counts).own, starts, dtype=np.float64)
        of_lists = (starts * _POSTING_BYTES + start, sizes, own, block.rows[starts], block.rows[block.ends - 1])
        self._told = zip(*(of_list.tolist() for of_list in of_lists), strict=True)

    def start_postings(self, _format: object, terminfo: whoosh3.W3TermInfo) -> None:
        """Begin the list of a term: say where it is and what is in it."""
        start, size, terminfo._weight, terminfo._minid, terminfo._maxid = next(self._told)
        terminfo._df = size
        terminfo.set_extent(start, _POSTING_BYTES * size)
        self._terminfo = terminfo

    def add_posting(self, id_: int, weight: float, vbytes: bytes, length: int | None = None) -> None:
        """Refuse single postings: the lists come whole."""
        raise NotImplementedError("postings are written as whole lists")

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
        found = unpacked(*np.split(raw, 2))
        weights = (found.own + found.context).astype(float).tolist()
        return ListMatcher(found.rows.tolist(), weights, None, format_, scorer=scorer, term=term, terminfo=terminfo)


def _interleaved(block: Block, starts: Longs) -> Counts:
    """The rows of each list and then their numbers, list by list."""
    numbers = np.empty(2 * len(block.rows), "<u4")
    places = np.arange(len(block.rows)) + np.repeat(starts, block.sizes)
    numbers[places] = block.rows
    numbers[places + np.repeat(block.sizes, block.sizes)] = block.counts
    return numbers


class _Pool:
    """The postings of a segment, where Whoosh's writer looks for those that it gathered itself."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns

    def cleanup(self) -> None:
        """Nothing was put on disk."""

    def iter_postings(self) -> Iterator[_Lists]:
        """All posting lists, in the order of their stems."""
        table = self._columns.stem_table
        for block in posting_blocks(self._columns):
            yield _Lists([table.raw(number) for number in block.stems.tolist()], block)


class _Writer(LocalWriter):
    """Writes a generation with a Whoosh index beside its segments."""

    def __init__(self, folder: Path, base: Path | None) -> None:
        super().__init__(folder, base)
        self._whoosh = folder / _FOLDER
        if base is None:
            self._whoosh.mkdir()
            index.create_in(str(self._whoosh), _SCHEMA).close()

    def take_batch(self, batch: Batch) -> None:
        """Nothing yet: Whoosh is handed the postings of all articles at once."""

    def index(self, columns: Columns) -> None:
        """Append a Whoosh segment for a finished segment of columns."""
        opened = index.open_dir(str(self._whoosh), schema=_SCHEMA)
        writer = opened.writer(codec=ArrayCodec(), compound=False)
        for _ in range(columns.rows):
            writer.add_document()
        writer.pool = _Pool(columns)  # type: ignore[attr-defined]  # where SegmentWriter gathers its postings
        writer.commit(merge=False)
        opened.close()
        (self._whoosh / "MAIN_WRITELOCK").unlink(missing_ok=True)


class _Reader(LocalReader):
    """Reads a generation whose postings Whoosh keeps."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
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

    def read_postings(self, segment: int, stem: str) -> Postings:
        """The postings of a stem in one segment; empty where it has none."""
        try:
            with self._lock:  # Whoosh's dictionary is a file that is read at a place
                info = self._leaves[segment].term_info(_FIELD, stem.encode("utf-8", "surrogatepass"))
        except TermNotFound:
            return NO_POSTINGS
        start, _ = info.extent()
        numbers = self._files[segment][start : start + _POSTING_BYTES * info.doc_frequency()].view("<u4")
        return unpacked(*np.split(numbers, 2))

    def close(self) -> None:
        """Let go of the files."""
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
