"""What is compared, and kb-search with each of its engines; the others have modules of their own."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from benchmarks.engines.made import Made, Question

from kb_search.columns import Columns
from kb_search.config import Settings
from kb_search.engines import engine_named
from kb_search.filelist import write_files
from kb_search.generations import building
from kb_search.latentwriter import place_passages
from kb_search.results import SearchRequest
from kb_search.search import Library

#: How many of the best passages are shown and marked.
SHOWN = 10
#: In so long a library has its words and names at hand, however large the collection.
_READY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Found:
    """How many passages a question finds, how many of the best were shown, and how many values both facets have."""

    passages: int
    shown: int
    values: int


class Contender(Protocol):
    """A program that writes passages into a folder (or a cluster), and in another process answers from there."""

    def write(self, collection: Sequence[Made]) -> float:
        """Write everything; the seconds of it that were spent on what other programs do not do at all."""

    def open(self) -> None:
        """Begin to answer."""

    def ask(self, question: Question) -> Found:
        """Parse, select, count, rank, both facets, the ten best marked."""

    def bytes(self) -> int:
        """The size of what was written."""


def folder_size(folder: Path) -> int:
    """All files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


class _Timed:
    """Learns the space of meanings, and how long that takes; other programs have none."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self, generation: Path, segment: Path, columns: Columns, *, learn: bool) -> None:
        started = time.perf_counter()
        place_passages(generation, segment, columns, learn=learn)
        self.seconds += time.perf_counter() - started


class KbSearch:
    """kb-search with one of its engines; a search is `Library.search`, as pages and API ask it."""

    def __init__(self, name: str, folder: Path, cluster: str) -> None:
        known = {"engine_url": cluster, "engine_replicas": 0} if name == "opensearch" else {}
        self._settings = Settings(corpus=folder, index=folder / "index", time_limit=600, engine=name, **known)
        self._library: Library | None = None

    def write(self, collection: Sequence[Made]) -> float:
        """Write and publish a generation; the seconds that the space of meanings took."""
        engine, place = engine_named(self._settings.engine, self._settings), _Timed()
        with building(self._settings.index) as build:
            with closing(engine.writer(build.folder, None)) as writer:
                for article, passages in collection:
                    writer.add(article, passages)
                writer.finish(place)
            write_files(build.folder, [])
            build.publish(engine.name, len(collection), sum(len(passages) for _, passages in collection))
        return place.seconds

    def open(self) -> None:
        """A fresh library, that remembers no answer; as a web server it gets ready before the first question."""
        self._library = Library(self._settings)
        self._library.keep_ready()
        time.sleep(_READY_SECONDS)

    def ask(self, question: Question) -> Found:
        """One request with the text that a reader would type."""
        assert self._library
        sources = (question.source,) if question.source else ()
        results = self._library.search(SearchRequest(typed(question), sources=sources))
        return Found(results.passages, len(results.hits), len(results.facets[0].values))

    def bytes(self) -> int:
        """The index folder."""
        return folder_size(self._settings.index)


def typed(question: Question) -> str:
    """A question as it is typed into kb-search, and into the textbook program."""
    if question.kind == "phrase":
        return '"' + " ".join(question.words) + '"'
    return (" OR " if question.kind == "any" else " ").join(question.words)
