"""Tables (`.csv`, `.tsv`, also with `.gz`): one article a row, with a first row that names the columns.

The fields are those of `rows`. Read as RFC 4180 has it: a field in quotation marks may hold line breaks, and
two of them stand for one. What stands between the fields is seen from the first rows: comma, semicolon, tab
or bar. A row with too many fields is a problem of its own; the others are read all the same.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from kb_search.document import Article
from kb_search.errors import DocumentError
from kb_search.loaders.base import ROW_FIELDS, RowProblem, SourceFile, opened, printable, read_bytes, reading
from kb_search.loaders.claims import read_as
from kb_search.loaders.cleaning import decode, one_line
from kb_search.loaders.companions import COLLECTION_FILE
from kb_search.loaders.rows import LONGEST_TEXT, Rows, problem

_DELIMITERS = ",;\t|"
_HINT = re.compile(r'\ufeff?"?sep=(.)"?(?=[\r\n])', re.IGNORECASE)
#: The delimiter is looked for in so many characters; the search costs time by the square of their number.
_SAMPLE = 4096
#: Longer fields are no articles, but what a quotation mark that is never closed has swallowed.
_LONGEST_FIELD = LONGEST_TEXT
#: So often reading begins again behind such a mark; each time costs as much as all that follows.
_MOST_RESTARTS = 5
_CHUNK = 1 << 16
#: So many columns are named in a message.
_MOST_NAMED = 12

csv.field_size_limit(_LONGEST_FIELD)


def load(file: SourceFile) -> Iterator[Article | RowProblem]:
    """The rows of a file, in order. Raises DocumentError where it cannot be read or names no column of text."""
    name = printable(file.relative)
    raw, is_whole = _content(file)
    decoded = decode(raw, name)
    hint, text = _without_hint(decoded.text)
    rows = Rows(file, "tsv" if _is_tabbed(file) else "csv", read_as(decoded))
    records = _records(text, hint or _delimiter(file, text))
    header = _header(next(records, (0, ()))[1], rows, name)
    empty = True
    for number, cells in records:
        yield cells if isinstance(cells, RowProblem) else _article(rows, number, header, cells)
        empty = False
    if not is_whole:
        yield RowProblem("the end", "the compressed file is damaged here; what follows is lost")
    elif empty:
        raise DocumentError(f"{name} holds no rows.")


def _content(file: SourceFile) -> tuple[bytes, bool]:
    """The bytes of a file, unpacked if it is compressed, and whether they are all there."""
    if not file.path.name.lower().endswith(".gz"):
        return read_bytes(file), True
    with opened(file) as stream, reading(file):
        raw, is_whole = _unpacked(stream, file.max_bytes)
    name = printable(file.relative)
    if len(raw) > file.max_bytes:
        raise DocumentError(
            f"{name} unpacks to more than the {file.max_bytes:,} bytes that are read; split it, "
            "or raise max_file_bytes."
        )
    if not raw:
        raise DocumentError(
            f"{name} {'holds nothing' if is_whole else 'is damaged or no gzip file; compress it anew'}."
        )
    return raw, is_whole


def _unpacked(stream: BinaryIO, most: int) -> tuple[bytes, bool]:
    """What comes out of a compressed file before its damage, if there is any; little more than `most` bytes."""
    chunks, size = [], 0
    source = gzip.GzipFile(fileobj=stream)
    try:
        while size <= most and (chunk := source.read(_CHUNK)):
            chunks.append(chunk)
            size += len(chunk)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        return b"".join(chunks), False
    return b"".join(chunks), True


def _is_tabbed(file: SourceFile) -> bool:
    return file.path.name.lower().removesuffix(".gz").endswith(".tsv")


def _without_hint(text: str) -> tuple[str, str]:
    """What stands between the fields, if a first line for Excel says it (`sep=;`), and the text, that line emptied."""
    found = _HINT.match(text)
    return (found[1], text[found.end() :]) if found else ("", text)


def _delimiter(file: SourceFile, text: str) -> str:
    """What stands between the fields, if it stands between the names of the columns as well."""
    if _is_tabbed(file):
        return "\t"
    names = text.lstrip()[:_SAMPLE].split("\n", 1)[0]
    try:
        sniffed = csv.Sniffer().sniff(text[:_SAMPLE], _DELIMITERS).delimiter
    except csv.Error:
        sniffed = ""
    return sniffed if sniffed and sniffed in names else max(_DELIMITERS, key=names.count)


def _records(text: str, delimiter: str) -> Iterator[tuple[int, Sequence[str] | RowProblem]]:
    """The rows that are not blank, each with the number of the line that it begins in.

    Behind a quotation mark that never closes, reading begins again with the next line, a few times.
    """
    stream = io.StringIO(text, newline="")
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    before, again = 0, _MOST_RESTARTS
    while True:
        place, number = stream.tell(), before + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            is_open = stream.tell() == len(text) or "limit" in str(error)
            again -= is_open
            yield number, problem(number, _reason(str(error), is_open=is_open, is_last=again < 0))
            if again < 0:
                return
            if is_open:
                stream.seek(place)
                stream.readline()
                before, reader = number, csv.reader(stream, delimiter=delimiter, strict=True)
        else:
            if any(cells):
                yield number, cells


def _reason(error: str, *, is_open: bool, is_last: bool) -> str:
    if not is_open:
        return "a quotation mark stands within a field; write it twice"
    rest = "; what follows is not read" if is_last else ""
    if "limit" in error:
        return f"a field is longer than any article, or a quotation mark opens it and nothing closes it{rest}"
    return f"a quotation mark opens a field and nothing closes it{rest}"


def _header(names: Sequence[str] | RowProblem, rows: Rows, name: str) -> list[str]:
    """The names of the columns; those that are fields of an article as `rows` calls them, in any case of letters."""
    if isinstance(names, RowProblem):
        raise DocumentError(f"{name}: the first row, which names the columns, cannot be read: {names.message}.")
    known = {rows.name(field).casefold(): rows.name(field) for field in ROW_FIELDS}
    shown = [one_line(cell, 60) for cell in names]
    header = [known.get(cell.casefold(), cell) for cell in shown]
    if twice := [cell for cell in known.values() if header.count(cell) > 1]:
        raise DocumentError(f"{name} has more than one column {twice[0]!r}; rename the others.")
    if rows.name("text") not in header:
        raise DocumentError(
            f"{name} has no column {rows.name('text')!r} but {', '.join(map(repr, shown[:_MOST_NAMED])) or 'none'}; "
            f'say in {COLLECTION_FILE} which one holds the text, as in: [fields] text = "body".'
        )
    return header


def _article(rows: Rows, number: int, header: Sequence[str], cells: Sequence[str]) -> Article | RowProblem:
    # Fewer are read, and so are empty ones too many: programs leave them out at the end of a row, or put them there.
    if any(map(str.strip, cells[len(header) :])):
        which = f"it has {len(cells)} fields, and the first row names {len(header)}"
        return problem(number, f"{which}; put those that hold a separator in quotation marks")
    return rows.article(number, dict(zip(header, cells, strict=False)))
