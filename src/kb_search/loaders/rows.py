"""Files with one article a row (`.jsonl`, `.csv`, `.tsv`): how a row's fields make an article.

Fields: `id`, `title`, `text`, `date`, `source`, `author`, `url`, `language`; only `text` must be there. A table
`[fields]` in `collection.toml` says what they are called where they are called otherwise: `text = "body"`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kb_search.document import Article
from kb_search.loaders.base import ROW_FIELDS, RowProblem, SourceFile
from kb_search.loaders.body import Body
from kb_search.loaders.claims import Said, said
from kb_search.loaders.cleaning import clean, one_line
from kb_search.loaders.metadata import around, assemble

#: A compressed file may unpack to so many times `max_bytes`: text shrinks to a third or a fifth, and what
#: unpacks to a thousand times its size was made to fill a disk.
UNPACKED = 16
#: A row with a longer text is no article: a long novel has a million characters.
LONGEST_TEXT = 10_000_000
_LONGEST_ID = 200


class Rows:
    """The rows of one file: it knows what their fields are called, and which ids there were."""

    def __init__(self, file: SourceFile, form: str, said: Sequence[Said] = ()) -> None:
        """`said` is what is said of the file and holds for all its rows."""
        self._said = said
        self._place = around(file)
        self._form = form
        self._names = {field: field for field in ROW_FIELDS} | dict(file.defaults.fields)
        self._lines: dict[str, int] = {}

    def name(self, field: str) -> str:
        """What the file calls a field of an article."""
        return self._names[field]

    def article(self, number: int, row: Mapping[str, object]) -> Article | RowProblem:
        """The article of the row in a line. Without an id it is called by the line's number."""
        text = row.get(self._names["text"])
        if isinstance(text, str) and len(text) > LONGEST_TEXT:
            return problem(
                number, f"its text has {len(text):,} characters, more than the {LONGEST_TEXT:,} that are read"
            )
        if not isinstance(text, str) or not (text := clean(text)):
            return problem(number, f'the field "{self._names["text"]}" is missing or empty')
        name = _row_id(row.get(self._names["id"]), number)
        if name in self._lines:
            return problem(number, f"the id {name!r} stands in line {self._lines[name]} already")
        self._lines[name] = number
        return assemble(self._place, Body(text), [*self._claims(row), *self._said], self._form, name)

    def _claims(self, row: Mapping[str, object]) -> list[Said]:
        """What a row says, each with the name that the field has there.

        A field that another name is given for in `collection.toml` is not read under its own.
        """
        renamed = {field: name for field, name in self._names.items() if field != name}
        plain = {key: value for key, value in row.items() if str(key).lower() not in renamed}
        claims = said(plain, "row field", named=True)
        for field, name in renamed.items():
            claims += said({field: row.get(name)}, f"row field {one_line(name, 60)}")
        return claims


def problem(number: int, message: str) -> RowProblem:
    """A row that could not be read, by the number of its line."""
    return RowProblem(f"line {number}", message)


def _row_id(value: object, number: int) -> str:
    """The id of a row as text; where it has none, the number of its line."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return str(number)
    return one_line(str(value), _LONGEST_ID) or str(number)
