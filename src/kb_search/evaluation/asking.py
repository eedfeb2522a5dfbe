"""Asks the program itself: documents become a collection of articles, questions go through its own search."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from kb_search.config import Settings
from kb_search.document import article_id
from kb_search.evaluation.judged import Judged, Question
from kb_search.evaluation.runs import DEPTH, Run, Scored
from kb_search.indexer import build_index
from kb_search.ranking import WEIGHTS, Weights
from kb_search.results import SearchRequest
from kb_search.search import Library

#: A search may take so long; what is measured is the order, not the time.
_SECONDS = 600.0
_MOST_BYTES = 1 << 40
_ROWS = "docs.jsonl"


class Asked:
    """A judged collection, indexed: `run` asks all its questions."""

    def __init__(self, judged: Judged, library: Library) -> None:
        self._judged = judged
        self._library = library
        self._names = {article_id(_ROWS, str(at)): one.id for at, one in enumerate(judged.documents)}

    def run(self, weights: Weights = WEIGHTS, questions: Sequence[Question] | None = None) -> Run:
        """The best articles for each question (of the collection, or others), any of its words being enough.

        DEPTH at most for each.
        """
        return tuple(
            Scored(question.id, self._names[article], score)
            for question in (self._judged.questions if questions is None else questions)
            for article, score in self._best(question.text, weights)
        )

    def _best(self, text: str, weights: Weights) -> list[tuple[str, float]]:
        return self._library.best_articles(SearchRequest(text, match="any"), DEPTH, weights)


@contextmanager
def indexed(judged: Judged, language: str = "en") -> Iterator[Asked]:
    """Index a judged collection in a temporary folder, as `kb-search index` would, for as long as it is asked.

    A document without text is an article whose text is its title; one without either cannot be found.
    """
    with TemporaryDirectory(prefix="kb-search-") as folder:
        settings = Settings(
            corpus=Path(folder) / "articles",
            index=Path(folder) / "index",
            language=language,
            time_limit=_SECONDS,
            max_file_bytes=_MOST_BYTES,
        )
        settings.corpus.mkdir()
        _write(settings.corpus / _ROWS, judged)
        build_index(settings)
        with closing(Library(settings)) as library:
            yield Asked(judged, library)


def _write(path: Path, judged: Judged) -> None:
    with path.open("w", encoding="utf-8") as file:
        for number, one in enumerate(judged.documents):
            if text := one.text.strip() or one.title.strip():
                file.write(json.dumps({"id": number, "title": one.title, "text": text}) + "\n")
