"""The reading pipeline: a request in, results out. Everything that answers a reader goes through `Library`."""

from __future__ import annotations

import gc
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from kb_search.aids import Aids
from kb_search.answering import Search, passage_key, view
from kb_search.asking import check, shortened
from kb_search.config import Settings
from kb_search.copies import Copies, read_prints
from kb_search.document import Date, article_of
from kb_search.engines import engine_named
from kb_search.engines.base import EngineReader
from kb_search.errors import KbSearchError, NotFound
from kb_search.filelist import KnownFile, read_files
from kb_search.following import Followed
from kb_search.generations import Opened, count_kept, current_identity, open_current
from kb_search.likeness import telling_words
from kb_search.overview import Overview, overview
from kb_search.ranking import WEIGHTS, Weights
from kb_search.results import (
    ArticleHead,
    ArticleView,
    Completion,
    Explanation,
    FileReport,
    Results,
    SearchRequest,
    Similar,
    Stats,
)
from kb_search.silence import shared
from kb_search.variants import VARIANTS_FILE, Variants, load_variants, variants_folder


@dataclass(slots=True)
class _Open:
    """A generation with the number of requests that are using it; `identity` is that of the one CURRENT named."""

    identity: tuple[str, int, int]
    opened: Opened
    reader: EngineReader
    aids: Aids | None = None
    #: The `variants.toml` that they know, by its size and time.
    names_read: tuple[int, int] = (0, 0)
    users: int = 0
    retired: bool = False
    overview: Overview | None = None

    def close(self) -> None:
        """Let go of the generation."""
        self.reader.close()
        self.opened.close()


class Library:
    """A collection, open for reading. Safe to share between threads; follows the index when it is rebuilt."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is opened before the first question; IndexProblem is raised there."""
        self._settings = settings
        self._followed = Followed(settings)
        self._lock = threading.Lock()
        self._now: _Open | None = None
        self._surveying = threading.Lock()
        self._keeps_ready = False

    def keep_ready(self) -> None:
        """Open the index now, and make what helps with words as soon as a generation is open: both in a thread.

        For a program that stays; one that answers a single question may not need it. Raises nothing.
        """
        self._keeps_ready = True
        _in_a_thread(self._open_now)

    def _open_now(self) -> None:
        with suppress(KbSearchError), self._using():
            pass

    def _get_ready(self) -> None:
        with suppress(KbSearchError), self._using() as current:
            self._aids(current).prepare()
        _settle()

    def close(self) -> None:
        """Let go of the index."""
        with self._lock:
            self._retire()

    def _retire(self) -> None:
        if self._now:
            self._now.retired = True
            if not self._now.users:
                self._now.close()
        self._now = None

    @contextmanager
    def _using(self) -> Iterator[_Open]:
        """The generation that answers now; it stays open until the request is done."""
        current = self._enter()
        try:
            with current.opened.explaining():
                yield current
        finally:
            self._leave(current)

    def _enter(self) -> _Open:
        settings = self._followed.settings()
        with self._lock:
            self._settings = settings
            identity = current_identity(settings.index)
            if self._now is None or self._now.identity != identity:
                fresh = _open(settings, identity)
                self._retire()
                self._now = fresh
                if self._keeps_ready:
                    _in_a_thread(self._get_ready)
            self._now.users += 1
            return self._now

    def _leave(self, current: _Open) -> None:
        with self._lock:
            current.users -= 1
            if current.retired and not current.users:
                current.close()

    def _aids(self, current: _Open) -> Aids:
        """What helps with the words of a query; made anew when the collection's list of names has changed."""
        with self._lock:
            folder = variants_folder(self._settings.corpus, current.opened.folder)
            stamp = _stamp(folder / VARIANTS_FILE)
            if current.aids is None or current.names_read != stamp:
                names = load_variants(folder, self._settings.variants)
                current.aids, current.names_read = Aids(names, current.reader), stamp
            return current.aids

    def search(self, request: SearchRequest) -> Results:
        """Answer a request. Raises UsageError for values that nothing could mean, and IndexProblem."""
        started = time.perf_counter()
        check(request)
        with self._using() as current:
            generation = current.opened.manifest.generation
            seconds, aids = self._settings.time_limit, self._aids(current)
            return Search(request, current.reader, generation, seconds, aids).results(started)

    def names(self) -> Variants:
        """The groups of names that are in force."""
        with self._using() as current:
            return load_variants(variants_folder(self._settings.corpus, current.opened.folder), self._settings.variants)

    def complete(self, text: str) -> tuple[Completion, ...]:
        """Ways to go on with a query, from the words and the names of the collection."""
        with self._using() as current:
            return self._aids(current).completer.complete(text)

    def best_articles(self, request: SearchRequest, limit: int, weights: Weights = WEIGHTS) -> list[tuple[str, float]]:
        """The ids of the best articles, each with the score of its best passage; as `search` ranks them."""
        check(request)
        with self._using() as current:
            generation = current.opened.manifest.generation
            search = Search(
                request, current.reader, generation, self._settings.time_limit, self._aids(current), weights
            )
            return search.articles(limit)

    def explain(self, request: SearchRequest, passage: str) -> Explanation:
        """Why a passage stands where it stands among those that match. Raises NotFound where it is none of them."""
        check(request)
        with self._using() as current:
            if current.reader.find_passage(passage) is None:
                raise NotFound(f"There is no passage {shortened(passage)} in this collection.")
            generation = current.opened.manifest.generation
            seconds, aids = self._settings.time_limit, self._aids(current)
            found = Search(request, current.reader, generation, seconds, aids).explanation(passage)
            if found is None:
                raise NotFound(f"The query does not find the passage {shortened(passage)}.")
            return found

    def similar(self, name: str, limit: int) -> Similar:
        """Other articles that are about what an article or a passage, of that id, is about. Raises NotFound."""
        with self._using() as current:
            whole = current.reader.article(article_of(name))
            texts = [one.text for one in whole[1] if name in (one.article, one.id)] if whole else []
            if whole is None or not texts:
                raise NotFound(f"There is no article and no passage {shortened(name)} in this collection.")
            article = whole[0]
            words = telling_words([article.title, *texts], article.language, current.reader)
            request = SearchRequest(" ".join(words), match="any")
            generation, seconds = current.opened.manifest.generation, self._settings.time_limit
            search = Search(request, current.reader, generation, seconds, self._aids(current))
            return Similar(name, words, search.others(article.id, limit) if words else ())

    def article(self, article_id: str, request: SearchRequest) -> ArticleView:
        """An article with what the request's words match in it. Raises NotFound."""
        with self._using() as current:
            found = view(article_id, request, current.reader, self._settings.time_limit, self._aids(current))
            if found is None:
                raise NotFound(f"There is no article {shortened(article_id)} in this collection.")
            return found

    def article_of(self, passage_id: str) -> str:
        """The id of the article that a passage is of. Raises NotFound."""
        with self._using() as current:
            key = passage_key(passage_id, current.reader)
            if key is None:
                raise NotFound(f"There is no passage {shortened(passage_id)} in this collection.")
            return current.reader.passage(key)[1].id

    def articles(self) -> Iterator[ArticleHead]:
        """All articles without their text, in the order of their paths."""
        with self._using() as current:
            yield from current.reader.articles()

    def stats(self) -> Stats:
        """What the generation that answers holds, in figures."""
        with self._using() as current:
            return _stats(current, list(read_files(current.opened.folder).values()), self._settings.index)

    def overview(self) -> Overview:
        """What the generation that answers holds, with lists of what needs a look; gathered once a generation."""
        with self._using() as current, self._surveying:
            if current.overview is None:
                files = list(read_files(current.opened.folder).values())
                stats = _stats(current, files, self._settings.index)
                groups = Copies(current.opened.folder).groups()
                repeated = _repeated(current)
                current.overview = overview(stats, current.reader.records(), files, groups, repeated)
            # How many generations are on disk changes while this one answers.
            stats = replace(current.overview.stats, generations=count_kept(self._settings.index))
            return replace(current.overview, stats=stats)


def _stats(current: _Open, files: Sequence[KnownFile], index: Path) -> Stats:
    holdings, manifest = current.reader.holdings(), current.opened.manifest
    known = [Date.from_number(number) for number, _ in holdings.dates if number]
    problems = [file for file in files if file.reason or file.status != "indexed"]
    return Stats(
        engine=manifest.engine,
        generation=manifest.generation,
        articles=holdings.articles,
        passages=holdings.passages,
        sources=tuple(pair for pair in holdings.sources if pair[0]),
        undated=holdings.undated_articles,
        failed=sum(file.status == "failed" for file in files),
        skipped=sum(file.status == "skipped" for file in files),
        first_date=min(known, default=None),
        last_date=max(known, default=None),
        bytes=manifest.bytes,
        generations=count_kept(index),
        problems=tuple(
            FileReport(file.path, file.status, file.reason, file.loader, len(file.articles), file.encoding)
            for file in problems
        ),
    )


def _repeated(current: _Open) -> dict[str, list[str]]:
    """What is to be told of paragraphs that many articles share, by the article in which each is searched."""

    def text_of(article: str) -> str:
        whole = current.reader.article(article) or current.reader.article(current.reader.speaker(article))
        return whole[0].text if whole else ""

    told: dict[str, list[str]] = defaultdict(list)
    for one in shared(read_prints(current.opened.folder), text_of):
        article = current.reader.speaker(one.article) or one.article
        told[article].append(f"In {one.articles:,} articles of {one.source}: {one.text}")
    return told


def _open(settings: Settings, identity: tuple[str, int, int]) -> _Open:
    opened = open_current(settings.index)
    try:
        with opened.explaining():
            engine = engine_named(opened.manifest.engine, settings)
            return _Open(identity, opened, engine.reader(opened.folder))
    except BaseException:
        opened.close()
        raise


def _settle() -> None:
    """Take what lives now out of the search for garbage, which went through all of it every few queries.

    That took a sixth of the time of a query. What a generation before has left is let go of first.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _in_a_thread(work: Callable[[], None]) -> None:
    """Begin some work that ends with the program, if it is not done by then."""
    threading.Thread(target=work, daemon=True).start()


def _stamp(path: Path) -> tuple[int, int]:
    """Size and time of a file; zeros where there is none."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_size, found.st_mtime_ns
