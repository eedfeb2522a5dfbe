"""What the reader of a query must be told: collected while the query is read, each with its place there."""

from __future__ import annotations

from operator import attrgetter
from typing import NamedTuple

from kb_search.results import Note, Span

#: More notes than this help nobody; the others are counted.
MAX_NOTES = 20
#: So many notes say the very same; of what else it holds for is only counted.
MOST_ALIKE = 3
_MOST_NAMED = 60


def named(typed: str) -> str:
    """A part of a query as messages name it: in quotation marks, and not too long."""
    return f"“{typed if len(typed) <= _MOST_NAMED else typed[:_MOST_NAMED] + '…'}”"


class _Remark(NamedTuple):
    """A note before it is known whether it will be shown: hostile queries make hundreds."""

    kind: str
    start: int
    end: int
    message: str
    suggestion: str | None


class Notes:
    """Collects what the reader of one query must be told."""

    def __init__(self, text: str) -> None:
        """Take the cleaned query; all spans are in it."""
        self.text = text
        self._remarks: list[_Remark] = []

    def add(self, kind: str, span: Span, message: str, suggestion: str | None = None) -> None:
        """Say something about a part of the query; `suggestion` is the whole query, repaired."""
        self._remarks.append(_Remark(kind, *span, message, suggestion))

    def repaired(self, span: Span, part: str) -> str:
        """The query with something else in one place."""
        return self.text[: span[0]] + part + self.text[span[1] :]

    def drop_within(self, span: Span, message: str) -> None:
        """Take back the last notes with this message that lie in a span: one about all of it is enough."""
        while self._remarks and self._remarks[-1].message == message and self._remarks[-1].start >= span[0]:
            self._remarks.pop()

    def all(self) -> tuple[Note, ...]:
        """The notes by the place that they are about, the first MAX_NOTES of them, MOST_ALIKE with one message."""
        alike: dict[str, list[_Remark]] = {}
        for one in sorted(self._remarks, key=attrgetter("start")):
            alike.setdefault(one.message, []).append(one)
        several = (part for each in alike.values() for part in _shortened(each))
        ordered = sorted(several, key=attrgetter("start"))
        shown = [
            Note(one.kind, self.text[one.start : one.end], one.start, one.end, one.message, one.suggestion)
            for one in ordered[:MAX_NOTES]
        ]
        if len(ordered) > MAX_NOTES:
            more = f"{len(ordered) - MAX_NOTES} more parts of the query could not be read as they stand."
            shown.append(Note("limited", "", len(self.text), len(self.text), more))
        return tuple(shown)


def _shortened(alike: list[_Remark]) -> list[_Remark]:
    """Remarks with one message: the first of them, and one that counts the others."""
    more = len(alike) - MOST_ALIKE
    if more < 2:
        return alike
    first, last = alike[MOST_ALIKE], alike[-1]
    message = f"The same in {more:,} more places: {first.message}"
    return [*alike[:MOST_ALIKE], _Remark(first.kind, first.start, last.end, message, None)]
