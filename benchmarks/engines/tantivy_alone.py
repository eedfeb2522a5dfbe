"""tantivy used directly."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tantivy
from benchmarks.engines.contenders import SHOWN, Contender, Found, folder_size
from benchmarks.engines.made import Made, Question


class TantivyAlone(Contender):
    """tantivy with its own tokenizer, stemmer, query parser, aggregations and snippets."""

    def __init__(self, folder: Path, _cluster: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        schema = tantivy.SchemaBuilder()
        schema.add_text_field("name", stored=True, tokenizer_name="raw")
        schema.add_text_field("title", stored=True, tokenizer_name="en_stem")
        schema.add_text_field("text", stored=True, tokenizer_name="en_stem")
        schema.add_text_field("source", stored=True, tokenizer_name="raw", fast=True)
        schema.add_integer_field("date", stored=True, indexed=True, fast=True)
        self._schema = schema.build()
        self._index = tantivy.Index(self._schema, path=str(folder))

    def write(self, collection: Sequence[Made]) -> float:
        """All passages, one commit."""
        writer = self._index.writer(heap_size=512_000_000)
        for article, passages in collection:
            date = article.date.number if article.date else 0
            for passage in passages:
                document = tantivy.Document(
                    name=passage.id, title=article.title, text=passage.text, source=article.source, date=date
                )
                writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        return 0.0

    def open(self) -> None:
        """A searcher."""
        self._index.reload()
        self._searcher = self._index.searcher()

    def ask(self, question: Question) -> Found:
        """Top ten with snippets; both facets as terms aggregations, in one call where they have the same filter."""
        words = self._index.parse_query(self._typed(question), ["title", "text"], {"title": 4.0})
        query = words
        if question.source:
            source = tantivy.Query.term_query(self._schema, "source", question.source)
            must = tantivy.Occur.Must
            query = tantivy.Query.boolean_query([(must, words), (must, tantivy.Query.const_score_query(source, 0.0))])
        found = self._searcher.search(query, SHOWN)
        marks = tantivy.SnippetGenerator.create(self._searcher, query, self._schema, "text")
        marks.set_max_num_chars(2000)
        shown = [marks.snippet_from_doc(self._searcher.doc(address)).highlighted() for _, address in found.hits]
        values = self._facets(words, query)
        return Found(found.count or 0, len(shown), len(values))

    def _facets(self, words: tantivy.Query, query: tantivy.Query) -> list[Any]:
        sources = {"sources": {"terms": {"field": "source", "size": 1000}}}
        dates = {"dates": {"terms": {"field": "date", "size": 65_000}}}
        if words is query:
            return self._searcher.aggregate(query, {**sources, **dates})["sources"]["buckets"]
        self._searcher.aggregate(query, dates)
        return self._searcher.aggregate(words, sources)["sources"]["buckets"]

    @staticmethod
    def _typed(question: Question) -> str:
        if question.kind == "phrase":
            return '"' + " ".join(question.words) + '"'
        return (" OR " if question.kind == "any" else " AND ").join(f'"{word}"' for word in question.words)

    def bytes(self) -> int:
        """The index folder."""
        return folder_size(self._folder)
