"""SQLite with its full-text search, as a program that knows it well would use it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from benchmarks.engines.contenders import SHOWN, Contender, Found
from benchmarks.engines.made import Made, Question


class Fts5(Contender):
    """SQLite's full-text search beside plain tables of passages and articles."""

    _TABLES = """
        CREATE TABLE articles (id INTEGER PRIMARY KEY, name TEXT, title TEXT, source TEXT, date INTEGER);
        CREATE TABLE passages (id INTEGER PRIMARY KEY, name TEXT, article INTEGER, source TEXT, date INTEGER);
        CREATE VIRTUAL TABLE words USING fts5 (title, text, tokenize = 'porter unicode61');
    """
    _BEST = f"""
        SELECT passages.name, articles.title, articles.source, articles.date,
               highlight(words, 1, '[', ']'), bm25(words, 4.0, 1.0)
        FROM words JOIN passages ON passages.id = words.rowid JOIN articles ON articles.id = passages.article
        WHERE words MATCH ? {{}} ORDER BY bm25(words, 4.0, 1.0) LIMIT {SHOWN}
    """  # noqa: S608 - nothing in it comes from outside
    _FACET = """
        SELECT passages.{0}, count(*) FROM words JOIN passages ON passages.id = words.rowid
        WHERE words MATCH ? {1} GROUP BY passages.{0}
    """

    def __init__(self, folder: Path, _cluster: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "fts5.sqlite"
        self._db = sqlite3.connect(self._path)

    def write(self, collection: Sequence[Made]) -> float:
        """One transaction, and FTS5's segments merged into one."""
        self._db.executescript(self._TABLES)
        rows = self._db.cursor()
        at = 0
        for number, (article, passages) in enumerate(collection):
            date = article.date.number if article.date else 0
            told = (number, article.id, article.title, article.source, date)
            rows.execute("INSERT INTO articles VALUES (?, ?, ?, ?, ?)", told)
            for passage in passages:
                at += 1
                rows.execute(
                    "INSERT INTO passages VALUES (?, ?, ?, ?, ?)", (at, passage.id, number, article.source, date)
                )
                rows.execute(
                    "INSERT INTO words (rowid, title, text) VALUES (?, ?, ?)", (at, article.title, passage.text)
                )
        rows.execute("INSERT INTO words (words) VALUES ('optimize')")
        self._db.commit()
        return 0.0

    def open(self) -> None:
        """Nothing more than the connection."""

    def ask(self, question: Question) -> Found:
        """The best ten by bm25, and a count for each source and each date."""
        match = self._match(question)
        only, given = ("AND passages.source = ?", [question.source]) if question.source else ("", [])
        best = self._db.execute(self._BEST.format(only), [match, *given]).fetchall()
        sources = self._db.execute(self._FACET.format("source", ""), [match]).fetchall()
        dates = self._db.execute(self._FACET.format("date", only), [match, *given]).fetchall()
        return Found(sum(number for _, number in dates), len(best), len(sources))

    @staticmethod
    def _match(question: Question) -> str:
        quoted = [f'"{word}"' for word in question.words]
        if question.kind == "phrase":
            return '"' + " ".join(question.words) + '"'
        return (" OR " if question.kind == "any" else " AND ").join(quoted)

    def bytes(self) -> int:
        """The database."""
        return self._path.stat().st_size
