"""The textbook Whoosh program, asked as the others are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.engines.contenders import Contender, Found, folder_size, typed
from benchmarks.engines.made import Made, Question
from benchmarks.textbook import Textbook


class TextbookProgram(Contender):
    """The program that Whoosh's documentation leads to."""

    def __init__(self, folder: Path, _cluster: str) -> None:
        self._folder = folder

    def write(self, collection: Sequence[Made]) -> float:
        """All passages, one commit."""
        Textbook(self._folder).write(collection)
        return 0.0

    def open(self) -> None:
        """Its searcher."""
        self._program = Textbook(self._folder)

    def ask(self, question: Question) -> Found:
        """Its own query language, with the source as one more clause."""
        text = typed(question)
        plain = f"({text}) AND source:'{question.source}'" if question.source else text
        count, marked, values = self._program.search(plain)
        return Found(count, len(marked), values)

    def bytes(self) -> int:
        """The index folder."""
        return folder_size(self._folder)
