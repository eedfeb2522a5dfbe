"""What was read from files and is not yet written: append-only files in the folder `journal` of an index.

Each process that reads has a file of its own, so nobody waits for another, and a run that is killed leaves all that
was complete. A file is a row of frames, each with kind, length, CRC-32 and content:

    HEADER                     what it was written by; that of another program, or by other settings, is not read
    BEGIN … END                one file of the collection, and between them in the order of its rows
    ARTICLE BODY               an article: what must be known of it without reading it, and all of it with its passages
    PROBLEM                    a row that could not be read

A frame that is cut short or whose checksum is wrong ends the file, and what is complete before it counts. The content
is pickled. Only a folder that nobody else can write to may be read, and `generations` sees to that.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import struct
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

from kb_search import __version__
from kb_search.config import Settings, read_by
from kb_search.document import Date
from kb_search.errors import IndexDamaged, IndexProblem
from kb_search.fingerprints import Fingerprint, Read
from kb_search.loaders import RowProblem

#: Raised when what a journal holds changes its shape.
_SCHEMA = 5
_SUFFIX = ".journal"
_FRAME = struct.Struct("<BII")
_HEADER, _BEGIN, _ARTICLE, _BODY, _END, _PROBLEM = range(6)
#: So many problems of one file are kept; a table of a million broken rows has a million.
MOST_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class FileKey:
    """A file in the state in which it was found. Anything else about it, and it is read again.

    `identity` is the path that its articles are named by.
    """

    path: str
    size: int
    mtime_ns: int
    companions: str
    identity: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How reading a file ended.

    `status` is `read`, `skipped` or `failed`, `reason` a sentence for the last two, or what was left out. `encoding`
    is that of its characters, empty where its format leaves no choice; `seconds` how long it took; `sha256` that of
    its content, empty where it could not be read. `problems` are the first rows that could not be read.
    """

    status: str
    reason: str = ""
    loader: str = ""
    encoding: str = ""
    seconds: float = 0.0
    sha256: str = ""
    problems: tuple[RowProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """What is known of an article in a journal without reading it.

    `untitled` is that of Article; `file` and `offset` say where the article itself is, and concern only the journal.
    """

    id: str
    path: str
    row: str
    title: str
    untitled: bool
    source: str
    date: Date | None
    fingerprint: Fingerprint
    file: str
    offset: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One file that was read to its end; a file that failed has no articles."""

    key: FileKey
    outcome: Outcome
    articles: tuple[Stored, ...]


class Journal:
    """All files of a journal, as they are now; `strangers` are those of another program or with other settings.

    `thorough` also compares the checksums of the articles, which must be read for it: for what another run left.
    """

    def __init__(self, folder: Path, settings: Settings, *, thorough: bool = False) -> None:
        self.entries: dict[FileKey, Entry] = {}
        self.strangers: list[Path] = []
        self._folder = folder
        for path in sorted(folder.glob("*" + _SUFFIX)):
            with path.open("rb") as stream:
                scan = _Scan(stream, path.name, _stamp(settings), thorough=thorough)
                self.entries.update((entry.key, entry) for entry in scan.entries())
            if not scan.whole:
                self.strangers.append(path)

    def read(self, stored: Stored) -> Read:
        """An article with its passages. Raises IndexDamaged where it is not what was written."""
        return read_stored(self._folder, stored)


def read_stored(folder: Path, stored: Stored) -> Read:
    """An article of the journal in a folder, with passages. Raises IndexDamaged where it is not what was written."""
    try:
        with (folder / stored.file).open("rb") as stream:
            stream.seek(stored.offset)
            frame = _frame(stream)
    except OSError as error:
        raise IndexDamaged(f"The journal cannot be read: {error.strerror}. Run the same command again.") from error
    if frame is None or frame.kind != _BODY:
        raise IndexDamaged(f"The journal of {stored.path!r} is damaged. Run the same command again.")
    article, passages, fingerprint, wording = pickle.loads(frame.content)  # noqa: S301 - nobody else can write here
    return Read(article, passages, fingerprint, wording)


class JournalWriter:
    """One file of a journal, to be written to its end.

    A file that is there already is continued behind what is whole in it; `key`, `sha256`, `problems` and `articles`,
    their number, are then those of the file of the collection that was begun and not ended. Raises IndexProblem where
    it cannot be written.
    """

    def __init__(self, path: Path, settings: Settings) -> None:
        self.key: FileKey | None = None
        self.sha256 = ""
        self.articles = 0
        self.problems: list[RowProblem] = []
        with _writing():
            path.touch(mode=0o600)
            self._stream: IO[bytes] = path.open("r+b")
            scan = _Scan(self._stream, path.name, _stamp(settings))
            for _ in scan.entries():
                pass
            self.key, self.sha256, self.articles = scan.key, scan.sha256, len(scan.articles)
            self.problems = scan.problems
            self._stream.seek(scan.whole)
            self._stream.truncate()
            if not scan.whole:
                self._write(_HEADER, _stamp(settings))

    def begin(self, key: FileKey, sha256: str = "") -> None:
        """A file of the collection follows, and the SHA-256 of its content."""
        self.key, self.sha256, self.articles, self.problems = key, sha256, 0, []
        self._write(_BEGIN, pickle.dumps((key.path, key.size, key.mtime_ns, key.companions, key.identity, sha256)))

    def add(self, read: Read) -> None:
        """An article of the file that was begun."""
        known = pickle.dumps(_known(read))
        body = pickle.dumps((read.article, read.passages, read.fingerprint, read.wording))
        self._write(_ARTICLE, known, flush=False)
        self._write(_BODY, body)
        self.articles += 1

    def note(self, problem: RowProblem) -> None:
        """A row that could not be read, so that it is known also if no end is written; the first MOST_PROBLEMS."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)
            self._write(_PROBLEM, pickle.dumps((problem.where, problem.message)))

    def end(self, outcome: Outcome) -> None:
        """The file that was begun has ended."""
        self._write(_END, pickle.dumps(outcome))
        self.key = None

    def close(self) -> None:
        """Let the file go."""
        self._stream.close()

    def _write(self, kind: int, content: bytes, *, flush: bool = True) -> None:
        """Append a frame, and hand it to the system, so that it outlives this process."""
        with _writing():
            self._stream.write(_FRAME.pack(kind, len(content), _checksum(kind, content)))
            self._stream.write(content)
            if flush:
                self._stream.flush()


def journal_file(folder: Path, number: int) -> Path:
    """The path of a file of a journal, by its number."""
    return folder / f"{number:06}{_SUFFIX}"


def next_number(folder: Path) -> int:
    """The first number that no file of a journal has."""
    return 1 + max((int(path.stem) for path in folder.glob("*" + _SUFFIX) if path.stem.isdecimal()), default=0)


class _Frame(NamedTuple):
    kind: int
    content: bytes


class _Scan:
    """One pass over a file of a journal.

    `whole` is where the last frame ends that counts; `key`, `sha256`, `articles` and `problems` are those of the file
    of the collection that was begun last, `key` being None where it has ended.
    """

    def __init__(self, stream: IO[bytes], name: str, stamp: bytes, *, thorough: bool = False) -> None:
        self.whole = 0
        self.key: FileKey | None = None
        self.sha256 = ""
        self.articles: list[Stored] = []
        self.problems: list[RowProblem] = []
        self._stream = stream
        self._size = os.fstat(stream.fileno()).st_size
        self._name = name
        self._stamp = stamp
        self._thorough = thorough

    def entries(self) -> Iterator[Entry]:
        """Every file of the collection that was read to its end, in the order of reading."""
        header = _frame(self._stream)
        if header != _Frame(_HEADER, self._stamp):
            return
        self.whole = self._stream.tell()
        while frame := _frame(self._stream):
            if frame.kind == _ARTICLE and not self._article(frame.content):
                return
            if frame.kind == _BEGIN:
                *parts, self.sha256 = pickle.loads(frame.content)  # noqa: S301 - nobody else can write here
                self.key, self.articles, self.problems = FileKey(*parts), [], []
            if frame.kind == _PROBLEM:
                self.problems.append(RowProblem(*pickle.loads(frame.content)))  # noqa: S301 - as above
            if frame.kind == _END and self.key:
                outcome = pickle.loads(frame.content)  # noqa: S301 - as above
                yield Entry(self.key, outcome, tuple(self.articles) if outcome.status == "read" else ())
                self.key, self.articles, self.problems = None, [], []
            self.whole = self._stream.tell()

    def _article(self, content: bytes) -> bool:
        """Enter an article, if its body is there, which is passed over or compared with its checksum."""
        offset = self._stream.tell()
        kind = self._checked() if self._thorough else self._passed_over()
        if kind != _BODY:
            return False
        name, path, row, title, untitled, source, date, mark = pickle.loads(content)  # noqa: S301 - as above
        self.articles.append(
            Stored(name, path, row, title, untitled, sys.intern(source), date, Fingerprint(*mark), self._name, offset)
        )
        return True

    def _checked(self) -> int | None:
        """The kind of the next frame, if it is whole."""
        frame = _frame(self._stream)
        return frame.kind if frame else None

    def _passed_over(self) -> int | None:
        """The kind of the next frame, if all of it is there."""
        head = self._stream.read(_FRAME.size)
        if len(head) < _FRAME.size:
            return None
        kind, length, _ = _FRAME.unpack(head)
        return int(kind) if self._stream.seek(length, os.SEEK_CUR) <= self._size else None


def _frame(stream: IO[bytes]) -> _Frame | None:
    """The next frame; None where it is not whole, or there is none."""
    head = stream.read(_FRAME.size)
    if len(head) < _FRAME.size:
        return None
    kind, length, checksum = _FRAME.unpack(head)
    if stream.tell() + length > os.fstat(stream.fileno()).st_size:  # also keeps noise from asking for gigabytes
        return None
    content = stream.read(length)
    return _Frame(kind, content) if _checksum(kind, content) == checksum else None


def _checksum(kind: int, content: bytes) -> int:
    return zlib.crc32(content, kind)


def _known(read: Read) -> tuple[object, ...]:
    """What `Stored` has of an article, in plain types, which take half the time of dataclasses."""
    article, mark = read.article, read.fingerprint
    said = (article.id, article.path, article.row, article.title, article.untitled, article.source, article.date)
    return (*said, (mark.text, mark.signature, mark.edges, mark.is_short))


def _stamp(settings: Settings) -> bytes:
    """What a journal must have been written by, to be read."""
    return f"{_SCHEMA} {__version__} {hashlib.sha256(read_by(settings).encode()).hexdigest()}".encode()


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise IndexProblem(f"The index's journal cannot be written: {reason}.") from error
