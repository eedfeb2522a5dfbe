"""JSON lines (`.jsonl`, `.jsonl.gz`): one article a line, read as a stream.

Fields: `id`, `title`, `text`, `date`, `source`, `author`, `url`, `language`; only `text` must be there. JSON
is UTF-8 (RFC 8259). A line that cannot be read is a problem of its own; the others are read all the same.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import BinaryIO

from kb_search.document import Article
from kb_search.errors import DocumentError
from kb_search.loaders.base import RowProblem, SourceFile, opened, printable, reading
from kb_search.loaders.body import Body
from kb_search.loaders.cleaning import clean, one_line
from kb_search.loaders.metadata import Around, around, assemble, said

#: A compressed file may unpack to so many times `max_bytes`: text shrinks to a third or a fifth, and what
#: unpacks to a thousand times its size was made to fill a disk.
_UNPACKED = 16
_LONGEST_ID = 200
_BLANK = b" \t\r\n\xef\xbb\xbf"


def load(file: SourceFile) -> Iterator[Article | RowProblem]:
    """The rows of a file, in order. Raises DocumentError where it cannot be opened or holds no row."""
    place = around(file)
    lines_of: dict[str, int] = {}
    empty = True
    with opened(file) as stream, reading(file):
        for number, line in _lines(file, stream):
            if isinstance(line, RowProblem):
                yield line
            elif line.strip(_BLANK):
                yield _article(place, number, line, lines_of)
            else:
                continue
            empty = False
    if empty:
        raise DocumentError(f"{printable(file.relative)} holds no rows.")


def _lines(file: SourceFile, stream: BinaryIO) -> Iterator[tuple[int, bytes | RowProblem]]:
    """Numbered lines; a problem, which ends the file, where it is damaged or has more than is read."""
    zipped = file.path.name.lower().endswith(".gz")
    source = gzip.GzipFile(fileobj=stream) if zipped else stream
    left = file.max_bytes * (_UNPACKED if zipped else 1)
    for number in count(1):
        try:
            line = source.readline(file.max_bytes + 1)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            yield number, _problem(number, "the compressed file is damaged here; what follows is lost")
            return
        left -= len(line)
        if left < 0 or len(line) > file.max_bytes:
            yield number, _problem(number, "the file unpacks to more than is read from here on; split it")
            return
        if not line:
            return
        yield number, line


def _article(place: Around, number: int, line: bytes, lines_of: dict[str, int]) -> Article | RowProblem:
    row = _row(line)
    if isinstance(row, str):
        return _problem(number, row)
    text = row.get("text")
    if not isinstance(text, str) or not (text := clean(text)):
        return _problem(number, 'the field "text" is missing or empty')
    name = _row_id(row.get("id"), number)
    if name in lines_of:
        return _problem(number, f"the id {name!r} stands in line {lines_of[name]} already")
    lines_of[name] = number
    claims = [replace(one, origin=f"row field {one.field}") for one in said(row, "")]
    return assemble(place, Body(text), claims, "jsonl", name)


def _row(line: bytes) -> Mapping[str, object] | str:
    """The fields of a row, or why it has none."""
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return "not UTF-8, which JSON has to be"
    except (ValueError, RecursionError):
        return "not valid JSON"
    return row if isinstance(row, dict) else "not a JSON object with named fields"


def _row_id(value: object, number: int) -> str:
    """The id of a row as text; where it has none, the number of its line."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return str(number)
    return one_line(str(value), _LONGEST_ID) or str(number)


def _problem(number: int, message: str) -> RowProblem:
    return RowProblem(f"line {number}", message)
