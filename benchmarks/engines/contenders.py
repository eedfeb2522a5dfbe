"""What is compared, and kb-search with each of its engines; the others have modules of their own."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol
from urllib.request import urlopen

from benchmarks.engines.made import Made, Question

from kb_search import facets
from kb_search.asking import engine_query
from kb_search.columns import Columns
from kb_search.config import Settings
from kb_search.document import Passage
from kb_search.engines import engine_named
from kb_search.engines.clusterfolder import read_place
from kb_search.filelist import write_files
from kb_search.generations import building, open_current
from kb_search.highlight import Marker
from kb_search.latentwriter import place_passages
from kb_search.manifest import NAME as MANIFEST
from kb_search.parsing import parse
from kb_search.query import Leaf, scoring_terms, text_leaves
from kb_search.ranking import WINDOW, Ranked, emphases, rank
from kb_search.results import SearchRequest, Span
from kb_search.search import Library
from kb_search.wording import Wording, worded

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
        """The size of what was written, in a cluster too."""

    def clear(self) -> None:
        """Throw away what was written elsewhere than into the folder."""
        return


def folder_size(folder: Path) -> int:
    """All files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


class _Meanings:
    """Has the space of meanings learned, and knows how long that takes; other programs have none.

    Local engines do it beside their own work. Here it is done after that, so that the time of each can be told.
    """

    def __init__(self, *, beside: bool) -> None:
        self._beside = beside
        self._waiting: list[Callable[[], None]] = []
        self.seconds = 0.0

    def __call__(self, generation: Path, segment: Path, columns: Columns, *, learn: bool) -> None:
        self._waiting.append(partial(place_passages, generation, segment, columns, learn=learn))
        if not self._beside:
            self.learn()

    def learn(self) -> None:
        """Do what waits."""
        started = time.perf_counter()
        for work in self._waiting:
            work()
        self._waiting.clear()
        self.seconds += time.perf_counter() - started


class KbSearch(Contender):
    """kb-search with one of its engines; a search is `Library.search`, as pages and API ask it."""

    def __init__(self, name: str, folder: Path, cluster: str) -> None:
        known = {"engine_url": cluster, "engine_replicas": 0} if name == "opensearch" else {}
        self._settings = Settings(corpus=folder, index=folder / "index", time_limit=600, engine=name, **known)
        self._library: Library | None = None
        self._wordings: dict[tuple[str, ...], tuple[Wording, float]] = {}

    def find_words(self, collection: Sequence[Made]) -> float:
        """Find the words of all passages, as the processes that read files do; the seconds that one process takes."""
        total = 0.0
        for _, passages in collection:
            total += self._worded(passages)[1]
        return total

    def _worded(self, passages: Sequence[Passage]) -> tuple[Wording, float]:
        """The words of an article, and the seconds that they took; what is there twice is kept once."""
        texts = tuple(passage.text for passage in passages)
        if texts not in self._wordings:
            started = time.perf_counter()
            found = worded(passages)
            self._wordings[texts] = found, time.perf_counter() - started
        return self._wordings[texts]

    def write(self, collection: Sequence[Made]) -> float:
        """Write and publish a generation; the seconds that the space of meanings took."""
        engine = engine_named(self._settings.engine, self._settings)
        meanings = _Meanings(beside=engine.name != "opensearch")
        with building(self._settings.index) as build:
            with closing(engine.writer(build.folder, None)) as writer:
                for article, passages in collection:
                    writer.add(article, passages, self._worded(passages)[0])
                writer.finish(meanings)
            meanings.learn()
            write_files(build.folder, [])
            build.publish(engine.name, len(collection), sum(len(passages) for _, passages in collection))
        return meanings.seconds

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
        """The index folder, and what the cluster says of the index that lies there."""
        return folder_size(self._settings.index) + sum(map(self._bytes_in_cluster, self._generations()))

    def _bytes_in_cluster(self, generation: Path) -> int:
        if self._settings.engine != "opensearch":
            return 0
        place = read_place(generation)
        with urlopen(f"{place.addresses[0]}/{place.index}/_stats/store") as answer:  # noqa: S310 - typed by who measures
            told: int = json.load(answer)["_all"]["primaries"]["store"]["size_in_bytes"]
        return told

    def clear(self) -> None:
        """Delete the index from the cluster, if it lies in one."""
        for generation in self._generations():
            engine_named(self._settings.engine, self._settings).discard(generation)

    def _generations(self) -> list[Path]:
        """The folders of what was published: one, or none where writing failed."""
        return [path.parent for path in self._settings.index.glob(f"generations/*/{MANIFEST}")]


class Engine(KbSearch):
    """An engine with parsing, ranking, facets and marks around it, and none of the rest of a search.

    That is the work that programs used directly do. What else a search does: other names of what is named, the words
    of the question said back, reasons, notes, near-duplicates, marks in titles and headings, whether the index has
    been replaced, other spellings and what is to blame where little is found.
    """

    def open(self) -> None:
        """Open the generation."""
        opened = open_current(self._settings.index)
        self._reader = engine_named(opened.manifest.engine, self._settings).reader(opened.folder)
        self._holdings = self._reader.holdings()

    def ask(self, question: Question) -> Found:
        """Parse, select, count, rank, both facets, the ten best marked."""
        request = SearchRequest(typed(question), sources=(question.source,) if question.source else ())
        tree = parse(request.text, ("en",)).tree
        matches = self._reader.search(engine_query(request, tree, WINDOW, self._settings.time_limit))
        words = scoring_terms(tree)
        ranked: list[Ranked] = []
        if matches.candidates:
            occurrences = self._reader.occurrences(matches.candidates, words)
            ranked = rank(matches.candidates, occurrences, emphases(tree, words, "en"), self._holdings)
        sources = facets.source_facet(matches.sources, request)
        facets.date_facet(matches.dates, request)
        marked = self._marked(text_leaves(tree), [one.candidate.key for one in ranked[:SHOWN]])
        return Found(matches.passages, len(marked), len(sources.values))

    def _marked(self, leaves: Sequence[Leaf], keys: Sequence[int]) -> list[tuple[str, tuple[Span, ...]]]:
        """The texts of some passages, and what is marked in them."""
        marker = Marker(leaves, self._reader.inflected)
        self._reader.prepare(keys)
        passages = [self._reader.passage(key)[0] for key in keys]
        return [(passage.text, marker.marks(passage.text, "en", passage.silent)) for passage in passages]


def typed(question: Question) -> str:
    """A question as it is typed into kb-search, and into the textbook program."""
    if question.kind == "phrase":
        return '"' + " ".join(question.words) + '"'
    return (" OR " if question.kind == "any" else " ").join(question.words)
