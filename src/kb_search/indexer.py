"""The writing pipeline: folder of articles → passages → a new generation of the index.

Nothing that answers is touched. A run compares the folder with what the last one saw, builds a generation beside
the one that answers, looks into it, and switches. A file that cannot be read is a line in the report.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace

from kb_search import analysis, corpus
from kb_search.config import Settings
from kb_search.corpus import FoundFile
from kb_search.document import Article, Evidence, Passage
from kb_search.engines import engine_named
from kb_search.engines.base import Engine, EngineQuery, EngineReader, EngineWriter
from kb_search.errors import (
    REBUILD,
    DocumentError,
    IndexDamaged,
    IndexProblem,
    SkippedDocument,
    UsageError,
)
from kb_search.filelist import KnownFile, read_files, write_files
from kb_search.generations import Build, Opened, building, current_name, open_current
from kb_search.latentwriter import place_passages
from kb_search.loaders import RowProblem, SourceFile, load, loader_name
from kb_search.manifest import Manifest
from kb_search.passages import split
from kb_search.planning import STATUSES, Task, plan, refuse_removals
from kb_search.query import Word
from kb_search.results import FileReport, IndexReport
from kb_search.variants import keep_variants

#: Called with how many files are done, how many there are, and the path of the next.
Progress = Callable[[int, int, str], None]

#: A change is added to the generation before as one more segment, until there are so many,
MOST_SEGMENTS = 8
#: or so large a share of its passages would be deleted ones. Then it is written anew from its own texts.
MOST_DELETED = 0.2


def build_index(
    settings: Settings,
    *,
    full: bool = False,
    allow_removals: bool = False,
    progress: Progress = lambda *_: None,
) -> IndexReport:
    """Bring the index up to date with the folder of articles.

    `full` reads every file anew. Raises RemovalsRefused where more than half of the articles would go and
    `allow_removals` is not set, UsageError where there is no such folder, IndexLocked where somebody builds already.
    """
    started = time.perf_counter()
    if settings.index.resolve() == settings.corpus.resolve():
        raise UsageError(f"{settings.index} holds the articles; choose another folder for the index with --index.")
    read_by = f"{settings.language} {settings.max_file_bytes}"
    found = corpus.walk(settings.corpus, settings.index, read_by)
    with building(settings.index) as build, _before(settings, full=full) as before:
        run = _Run(settings, build, before, progress)
        manifest = run.carry_out(found, full=full, allow_removals=allow_removals)
        keep_variants(settings.corpus, settings.index)
    counts = Counter(report.status for report in run.reports)
    return IndexReport(
        articles=manifest.articles,
        passages=manifest.passages,
        **{status: counts[status] for status in STATUSES},
        seconds=time.perf_counter() - started,
        generation=manifest.generation,
        files=tuple(run.reports),
    )


@dataclass(frozen=True, slots=True)
class _Before:
    """The generation that a run starts from, and what it knows of the files; no reader where all is read anew."""

    opened: Opened
    files: dict[str, KnownFile]
    reader: EngineReader | None


@contextmanager
def _before(settings: Settings, *, full: bool) -> Iterator[_Before | None]:
    """The generation that answers, held open; None where there is none that this program can build on."""
    before = _open_before(settings, full=full)
    try:
        yield before
    finally:
        if before and before.reader:
            before.reader.close()
        if before:
            before.opened.close()


def _open_before(settings: Settings, *, full: bool) -> _Before | None:
    try:
        opened = open_current(settings.index)
    except IndexProblem:
        return None
    try:
        if opened.manifest.engine == settings.engine:
            files = read_files(opened.folder)
            with opened.explaining():
                return _Before(opened, files, None if full else engine_named(settings.engine).reader(opened.folder))
    except IndexProblem:
        pass
    opened.close()
    return None


class _Run:
    """One run, from the plan to the report."""

    def __init__(self, settings: Settings, build: Build, before: _Before | None, progress: Progress) -> None:
        self.reports: list[FileReport] = []
        self._settings = settings
        self._engine: Engine = engine_named(settings.engine)
        self._build = build
        self._before = before
        self._progress = progress
        self._now = time.time_ns()
        self._known: list[KnownFile] = []

    def carry_out(self, found: Sequence[FoundFile], *, full: bool, allow_removals: bool) -> Manifest:
        """Write and publish a generation if anything is new; the manifest of the one that answers then."""
        known = self._before.files if self._before else {}
        tasks = plan(found, known, full=full)
        if self._before and not full and self._is_current(self._before) and all(task.is_idle for task in tasks):
            for task in tasks:
                self._keep(task)
            return self._before.opened.manifest
        if not allow_removals:
            refuse_removals(self._settings.corpus, [(task.found.relative, task.status) for task in tasks], known)
        self._write(tasks)
        if not allow_removals:  # again: what was there may have turned out to be unreadable
            refuse_removals(self._settings.corpus, [(one.path, one.status) for one in self.reports], known)
        return self._publish()

    def _is_current(self, before: _Before) -> bool:
        """Whether the generation before is the one that should answer, and not one that stands in for it."""
        return before.opened.manifest.generation == current_name(self._settings.index)

    def _write(self, tasks: Sequence[Task]) -> None:
        """Write a generation, not yet published: as a change of the one before, or, where that is crowded, anew."""
        old = self._before.reader if self._before else None
        base = self._before.opened.folder if self._before and old and not self._is_crowded(tasks, old) else None
        with closing(self._engine.writer(self._build.folder, base)) as writer:
            for number, task in enumerate(tasks):
                self._progress(number, len(tasks), task.found.relative)
                if base and task.known and task.status != "unchanged":
                    for article in task.known.articles:
                        writer.delete(article)
                if task.read:
                    self._read(task, writer)
                else:
                    self._keep(task)
                    if old and not base:
                        _copy(task, old, writer)
            self._progress(len(tasks), len(tasks), "")
            writer.finish(place_passages)
        write_files(self._build.folder, self._known)

    def _is_crowded(self, tasks: Sequence[Task], old: EngineReader) -> bool:
        """Whether the generation before has collected too many changes to take another."""
        segments, rows, deleted = old.wear()
        going = sum(len(task.known.articles) for task in tasks if task.known and task.status != "unchanged")
        share = going / max(old.holdings().articles, 1)
        return segments >= MOST_SEGMENTS or deleted > MOST_DELETED * rows or share > MOST_DELETED

    def _keep(self, task: Task) -> None:
        """A file that is not read in this run: unchanged, gone, skipped or unreadable."""
        known = task.known
        if task.status == "unchanged" and known:
            self._known.append(known)
            status = "unchanged" if known.status == "indexed" else known.status
            self._report(task, status, known.reason, known.loader, len(known.articles))
        elif task.status == "removed":
            self._report(task, "removed")
        else:
            self._remember(task, task.status, task.found.problem, "")
            self._report(task, task.status, task.found.problem)

    def _read(self, task: Task, writer: EngineWriter) -> None:
        """Read a new or changed file into the generation."""
        digest = corpus.content_digest(task.found.path)
        loader = loader_name(task.found.path) or ""
        try:
            articles, problems = self._add(corpus.source_file(task.found, self._settings.max_file_bytes), writer)
        except DocumentError as error:
            status = "skipped" if isinstance(error, SkippedDocument) else "failed"
            self._remember(task, status, str(error), digest, loader)
            self._report(task, status, str(error), loader)
            return
        reason = _row_report(problems)
        self._remember(task, "indexed", reason, digest, loader, tuple(articles))
        self._report(task, task.status, reason, loader, len(articles))

    def _add(self, file: SourceFile, writer: EngineWriter) -> tuple[list[str], list[RowProblem]]:
        """Add every article of a file; if the file breaks off half-way, what came before it stays."""
        ids: list[str] = []
        problems: list[RowProblem] = []
        try:
            for one in self._articles(file):
                if isinstance(one, RowProblem):
                    problems.append(one)
                else:
                    writer.add(*one)
                    ids.append(one[0].id)
        except DocumentError as error:
            if not ids:
                raise
            problems.append(RowProblem("the rest", str(error)))
        if problems and not ids:
            raise DocumentError(f"{file.relative}: {_row_report(problems)}")
        return ids, problems

    def _articles(self, file: SourceFile) -> Iterator[RowProblem | tuple[Article, tuple[Passage, ...]]]:
        for one in load(file):
            yield one if isinstance(one, RowProblem) else prepared(one, self._settings)

    def _remember(
        self,
        task: Task,
        status: str,
        reason: str,
        digest: str,
        loader: str = "",
        articles: tuple[str, ...] = (),
    ) -> None:
        found = task.found
        self._known.append(
            KnownFile(
                found.relative, status, found.size, found.mtime_ns, digest, found.companions, self._now, reason,
                loader, articles,
            )
        )  # fmt: skip

    def _report(self, task: Task, status: str, reason: str = "", loader: str = "", articles: int = 0) -> None:
        self.reports.append(FileReport(task.found.relative, status, reason, loader, articles))

    def _publish(self) -> Manifest:
        """Open what was written, scan it, ask it something that it must know, count it, and switch to it."""
        with closing(self._engine.reader(self._build.folder)) as reader:
            reader.check(thorough=False)
            holdings = reader.holdings()
            articles = [article for known in self._known for article in known.articles]
            if holdings.articles != len(articles):
                raise IndexDamaged(f"The new index has {holdings.articles} articles instead of {len(articles)}.")
            for article in dict.fromkeys([*articles[:1], *articles[-1:]]):
                _ask(reader, article)
        return self._build.publish(self._engine.name, holdings.articles, holdings.passages)


def _copy(task: Task, old: EngineReader, writer: EngineWriter) -> None:
    """Carry the articles of a file over from the old generation if it is unchanged."""
    for article in task.known.articles if task.known and task.status == "unchanged" else ():
        whole = old.article(article)
        if whole is None:
            raise IndexDamaged(f"The article {article} of {task.found.relative} is missing. {REBUILD}")
        writer.add(*whole)


_ASKED_CHARACTERS, _ASKED_WORDS, _ASKED_SECONDS = 500, 5, 60.0


def _ask(reader: EngineReader, article_id: str) -> None:
    """The first words of an article must be found in it."""
    whole = reader.article(article_id)
    if whole is None:
        raise IndexDamaged(f"The new index cannot show the article {article_id}.")
    article, passages = whole
    end = min([_ASKED_CHARACTERS, *(start for start, _ in passages[0].silent)])
    for form in analysis.forms(passages[0].text[:end])[:-1][:_ASKED_WORDS]:  # the last may be cut
        word = Word(form, (analysis.stem(form, article.language),))
        if not reader.search(EngineQuery(word, article=article.id, seconds=_ASKED_SECONDS)).passages:
            raise IndexDamaged(f"The new index does not find {form!r} in {article.path}.")


def prepared(article: Article, settings: Settings) -> tuple[Article, tuple[Passage, ...]]:
    """An article as it is indexed: with a language, and split into passages.

    An article that does not say its language is taken to be in the one its script gives away, else in the
    collection's.
    """
    if not article.language:
        by_script = analysis.language_of_script(article.text)
        language = by_script or settings.language
        origin = "the script it is written in" if by_script else "the collection's default"
        evidence = (*article.evidence, Evidence("language", language, origin))
        article = replace(article, language=language, evidence=evidence)
    return article, split(article)


def _row_report(problems: Sequence[RowProblem]) -> str:
    """One sentence for all records that were left out, with the first three."""
    if not problems:
        return ""
    named = "; ".join(f"{one.where}: {one.message}" for one in problems[:3])
    more = f" and {len(problems) - 3} more" if len(problems) > 3 else ""
    return f"{len(problems)} left out ({named}{more})."
