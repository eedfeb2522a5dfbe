"""JSON lines (`.jsonl`, `.jsonl.gz`): one article a line, read as a stream.

Fields: `id`, `title`, `text`, `date`, `source`, `author`, `url`, `language`, or what `collection.toml` calls them;
only `text` must be there. JSON is UTF-8 (RFC 8259). A line that cannot be read is a problem of its own; the others are
read all the same.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from itertools import count
from typing import BinaryIO

from kb_search.document import Article
from kb_search.errors import DocumentError
from kb_search.loaders.base import RowProblem, SourceFile, opened, printable, reading
from kb_search.loaders.rows import UNPACKED, Rows, problem

_BLANK = b" \t\r\n\xef\xbb\xbf"


def load(file: SourceFile) -> Iterator[Article | RowProblem]:
    """The rows of a file, in order. Raises DocumentError where it cannot be opened or holds no row."""
    rows = Rows(file, "jsonl")
    empty = True
    with opened(file) as stream, reading(file):
        for number, line in _lines(file, stream):
            if isinstance(line, RowProblem):
                yield line
            elif line.strip(_BLANK):
                row = _row(line)
                yield problem(number, row) if isinstance(row, str) else rows.article(number, row)
            else:
                continue
            empty = False
    if empty:
        raise DocumentError(f"{printable(file.relative)} holds no rows.")


def _lines(file: SourceFile, stream: BinaryIO) -> Iterator[tuple[int, bytes | RowProblem]]:
    """Numbered lines; a problem, which ends the file, where it is damaged or has more than is read."""
    zipped = file.path.name.lower().endswith(".gz")
    source = gzip.GzipFile(fileobj=stream) if zipped else stream
    left = file.max_bytes * (UNPACKED if zipped else 1)
    for number in count(1):
        try:
            line = source.readline(file.max_bytes + 1)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            yield number, problem(number, "the compressed file is damaged here; what follows is lost")
            return
        left -= len(line)
        if left < 0 or len(line) > file.max_bytes:
            yield number, problem(number, "the file unpacks to more than is read from here on; split it")
            return
        if not line:
            return
        yield number, line


def _row(line: bytes) -> Mapping[str, object] | str:
    """The fields of a row, or why it has none."""
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return "not UTF-8, which JSON has to be"
    except (ValueError, RecursionError):
        return "not valid JSON"
    return row if isinstance(row, dict) else "not a JSON object with named fields"
