"""What every loader is given and what it gives back, and the one place where a file's bytes are read."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from kb_search.document import Claim
from kb_search.errors import DocumentError

#: The default of the setting `max_file_bytes`.
MAX_BYTES = 64 * 1024 * 1024

#: Field -> the most characters that it may have.
FIELDS = {"title": 500, "source": 200, "date": 100, "author": 300, "url": 2000, "language": 20}
#: All that a row of a file can say of an article.
ROW_FIELDS = ("id", "text", *FIELDS)
#: What front matter, rows and sidecars call some fields as well.
OTHER_NAMES = {
    "authors": "author", "byline": "author", "creator": "author", "lang": "language", "publisher": "source",
    "publication": "source", "link": "url", "permalink": "url", "headline": "title", "published": "date",
    "published_at": "date", "date_published": "date", "publication_date": "date", "pubdate": "date",
}  # fmt: skip

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the `collection.toml` files from the collection's root down to a file's folder say.

    `fields` are pairs of a field of an article and the name that rows of a file have for it, such as
    `("text", "body")`. `problems` are sentences about what in them could not be used.
    """

    source: Claim | None = None
    language: Claim | None = None
    fields: tuple[tuple[str, str], ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file to read: where it is on disk, and its path in the collection with `/` between folders.

    A file with more than `max_bytes` bytes is refused.
    """

    path: Path
    relative: str
    defaults: Defaults = Defaults()
    max_bytes: int = MAX_BYTES


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A record of a file that could not be read, while the others are: `line 17`, and what is wrong."""

    where: str
    message: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence about a file that is read all the same, such as one about a misspelt key in its sidecar."""

    message: str


def printable(name: str) -> str:
    """A file's name as it can stand in a sentence: line breaks and what cannot be printed become `?`."""
    return _UNPRINTABLE.sub("?", name)


def read_bytes(file: SourceFile) -> bytes:
    """All bytes of a file; DocumentError where it is empty, too large, no regular file or unreadable."""
    with opened(file) as stream, reading(file):
        # So many bytes are set aside at once; a file that has more by now has changed, which is noticed elsewhere.
        raw = stream.read(min(os.fstat(stream.fileno()).st_size, file.max_bytes) + 1)
    check(file, is_file=True, size=len(raw))
    return raw


@contextmanager
def opened(file: SourceFile) -> Iterator[BinaryIO]:
    """The file, open for reading, once it is known to be one that we read."""
    with reading(file):
        state = file.path.stat()
        check(file, is_file=stat.S_ISREG(state.st_mode), size=state.st_size)
        stream = file.path.open("rb")
    with stream:
        yield stream


@contextmanager
def reading(file: SourceFile) -> Iterator[None]:
    """Turn what the operating system complains about into a sentence that names the file."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or "it cannot be opened").lower()
        raise DocumentError(f"{printable(file.relative)} cannot be read: {reason}.") from error


def check(file: SourceFile, *, is_file: bool, size: int) -> None:
    """DocumentError where a file is not one that can be read."""
    name = printable(file.relative)
    if not is_file:
        raise DocumentError(f"{name} is not a regular file.")
    if size == 0:
        raise DocumentError(f"{name} is empty.")
    if size > file.max_bytes:
        raise DocumentError(
            f"{name} has {size:,} bytes, more than the {file.max_bytes:,} that are read; "
            "split it, or raise max_file_bytes."
        )
