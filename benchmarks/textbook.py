"""The program that Whoosh's documentation leads to: what kb-search is compared with.

One TEXT field with the stemming analyzer, stored; source and date as sortable fields; the query parser; `groupedby`
facets over all matches; `highlights()` for ten hits.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from whoosh import fields, index, sorting
from whoosh.analysis import StemmingAnalyzer
from whoosh.qparser import QueryParser

from kb_search.document import Article, Passage


class Textbook:
    """An index in a folder, written once and then searched; one that is there already is opened."""

    def __init__(self, folder: Path) -> None:
        schema = fields.Schema(
            id=fields.ID(stored=True, unique=True),
            title=fields.TEXT(stored=True, analyzer=StemmingAnalyzer()),
            text=fields.TEXT(stored=True, analyzer=StemmingAnalyzer()),
            source=fields.ID(stored=True, sortable=True),
            date=fields.ID(stored=True, sortable=True),
        )
        is_there = folder.exists() and index.exists_in(str(folder))
        folder.mkdir(parents=True, exist_ok=True)
        self._index = index.open_dir(str(folder)) if is_there else index.create_in(str(folder), schema)
        self._searcher = self._index.searcher()
        self._parser = QueryParser("text", schema)

    def write(self, articles: Iterable[tuple[Article, tuple[Passage, ...]]]) -> None:
        """Add all passages and commit."""
        writer = self._index.writer(limitmb=256)
        for article, passages in articles:
            for passage in passages:
                writer.add_document(
                    id=passage.id,
                    title=article.title,
                    text=passage.text,
                    source=article.source or "none",
                    date=str(article.date)[:7] if article.date else "undated",
                )
        writer.commit()
        self._searcher = self._index.searcher()

    def search(self, query: str) -> tuple[int, list[str], int]:
        """How many passages match, ten marked ones, and of how many sources they are."""
        facets = sorting.Facets()
        facets.add_field("source")
        facets.add_field("date")
        results = self._searcher.search(self._parser.parse(query), limit=10, groupedby=facets)
        counts = [{value: len(found) for value, found in results.groups(name).items()} for name in ("source", "date")]
        return sum(counts[0].values()), [hit.highlights("text") for hit in results], len(counts[0])
