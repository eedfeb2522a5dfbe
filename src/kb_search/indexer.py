"""The writing pipeline: folder of articles → passages → a new generation of the index.

Nothing that answers is touched. A run compares the folder with what the last one saw, builds a generation beside
the one that answers, looks into it, and switches. A file that cannot be read is a line in the report.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kb_search import analysis, corpus
from kb_search.config import Settings
from kb_search.corpus import FoundFile, KnownFile
from kb_search.document import Article, Evidence, Passage
from kb_search.engines import engine_named
from kb_search.engines.base import Engine, EngineQuery, EngineReader, EngineWriter
from kb_search.errors import (
    DocumentError,
    IndexDamaged,
    IndexProblem,
    IndexUnsafe,
    RemovalsRefused,
    SkippedDocument,
)
from kb_search.generations import Build, Opened, building, current_name, open_current
from kb_search.loaders import RowProblem, SourceFile, load, loader_name
from kb_search.passages import split
from kb_search.query import Word
from kb_search.results import FileReport, IndexReport

#: Called with how many files are done, how many there are, and the path of the next.
Progress = Callable[[int, int, str], None]

#: A change is added to the generation before as one more segment, until there are so many,
MOST_SEGMENTS = 8
#: or so large a share of its passages would be deleted ones. Then it is written anew from its own texts.
MOST_DELETED = 0.2


@dataclass(frozen=True, slots=True)
class _Task:
    """A file with what is to be done about it: `status` as in FileReport, `known` what the last run saw."""

    found: FoundFile
    status: str
    known: KnownFile | None = None


@dataclass(frozen=True, slots=True)
class _Before:
    """The generation that a run starts from, open, and what it knows of the files."""

    opened: Opened
    reader: EngineReader
    files: dict[str, KnownFile]


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
    engine = engine_named(settings.engine)
    found = list(corpus.walk(settings.corpus, exclude=settings.index))
    with building(settings.index) as build:
        before = _open_before(settings.index, engine)
        try:
            run = _Run(settings, engine, build, None if full else before, progress)
            known = before.files if before else {}
            tasks = _plan(found, known, full=full)
            if not allow_removals:
                _refuse_removals(settings.corpus, tasks, known)
            return run.carry_out(tasks, started)
        finally:
            if before:
                before.reader.close()
                before.opened.close()


def _open_before(index: Path, engine: Engine) -> _Before | None:
    """The generation that answers, if this program can build on it."""
    if not current_name(index):
        return None
    try:
        opened = open_current(index)
    except IndexUnsafe:
        raise
    except IndexProblem:
        return None
    if opened.manifest.engine != engine.name:
        opened.close()
        return None
    try:
        return _Before(opened, engine.reader(opened.folder), corpus.read_state(opened.folder))
    except IndexDamaged:
        opened.close()
        return None


def _plan(found: Sequence[FoundFile], known: dict[str, KnownFile], *, full: bool) -> list[_Task]:
    """What is to be done about each file on disk, and about those that are gone, in the order of their paths."""
    tasks = []
    for file in found:
        last = known.get(file.relative)
        if file.problem:
            tasks.append(_Task(file, "skipped" if file.skipped else "failed", last))
        elif last is None or not last.sha256:
            tasks.append(_Task(file, "added", last))
        elif not full and corpus.is_unchanged(file, last):
            tasks.append(_Task(file, "unchanged", last))
        else:
            tasks.append(_Task(file, "added" if last.status == "failed" else "changed", last))
    here = {file.relative for file in found}
    gone = [last for path, last in known.items() if path not in here]
    tasks += [_Task(FoundFile(Path(last.path), last.path), "removed", last) for last in gone]
    return sorted(tasks, key=lambda task: task.found.relative)


def _refuse_removals(folder: Path, tasks: Sequence[_Task], known: dict[str, KnownFile]) -> None:
    articles = sum(len(file.articles) for file in known.values())
    gone = sum(len(task.known.articles) for task in tasks if task.status == "removed" and task.known)
    if articles and gone * 2 > articles:
        raise RemovalsRefused(
            f"This would remove {gone} of {articles} articles from the index. Is {folder} the right folder, and is it "
            "mounted? If they are meant to go, run `kb-search index --allow-removals`."
        )


class _Run:
    """One run, from the plan to the report."""

    def __init__(
        self, settings: Settings, engine: Engine, build: Build, before: _Before | None, progress: Progress
    ) -> None:
        self._settings = settings
        self._engine = engine
        self._build = build
        self._before = before
        self._progress = progress
        self._now = time.time_ns()
        self._known: list[KnownFile] = []
        self._reports: list[FileReport] = []

    def carry_out(self, tasks: Sequence[_Task], started: float) -> IndexReport:
        """Write a generation if anything is new, publish it, and say what was done."""
        if self._before and all(_is_idle(task) for task in tasks):
            for task in tasks:
                self._carry(task, None)
            manifest = self._before.opened.manifest
        else:
            writer = self._write(tasks)
            writer.finish()
            corpus.write_state(self._build.folder, self._known)
            articles, passages = self._check()
            manifest = self._build.publish(self._engine.name, articles, passages)
        counts = Counter(report.status for report in self._reports)
        return IndexReport(
            articles=manifest.articles,
            passages=manifest.passages,
            **{status: counts[status] for status in _STATUSES},
            seconds=time.perf_counter() - started,
            generation=manifest.generation,
            files=tuple(self._reports),
        )

    def _write(self, tasks: Sequence[_Task]) -> EngineWriter:
        anew = self._before is None or self._is_crowded(tasks)
        base = None if anew or self._before is None else self._before.opened.folder
        writer = self._engine.writer(self._build.folder, base)
        for number, task in enumerate(tasks):
            self._progress(number, len(tasks), task.found.relative)
            if base and task.known and task.status != "unchanged":
                for article in task.known.articles:
                    writer.delete(article)
            if task.status in ("added", "changed"):
                self._read(task, writer)
            else:
                self._carry(task, writer if anew else None)
        self._progress(len(tasks), len(tasks), "")
        return writer

    def _is_crowded(self, tasks: Sequence[_Task]) -> bool:
        """Whether the generation before has collected too many changes to take another."""
        if self._before is None:
            return False
        segments, rows, deleted = self._before.reader.wear()
        going = sum(len(task.known.articles) for task in tasks if task.known and task.status != "unchanged")
        share = going / max(self._before.opened.manifest.articles, 1)
        return segments >= MOST_SEGMENTS or deleted > MOST_DELETED * rows or share > MOST_DELETED

    def _carry(self, task: _Task, writer: EngineWriter | None) -> None:
        """A file that is not read in this run: unchanged, gone, skipped or unreadable."""
        known = task.known
        if task.status == "unchanged" and known:
            for article in known.articles if writer and self._before else ():
                whole = self._before.reader.article(article) if self._before else None
                if whole is None or writer is None:
                    raise IndexDamaged(
                        f"The article {article} of {known.path} is missing; run `kb-search index --full`."
                    )
                writer.add(*whole)
            self._known.append(known)
            status = "unchanged" if known.status == "indexed" else known.status
            self._report(task, status, known.reason, known.loader, len(known.articles))
        elif task.status == "removed":
            self._report(task, "removed")
        else:
            self._remember(task, task.status, task.found.problem, "")
            self._report(task, task.status, task.found.problem)

    def _read(self, task: _Task, writer: EngineWriter) -> None:
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
        task: _Task,
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

    def _report(self, task: _Task, status: str, reason: str = "", loader: str = "", articles: int = 0) -> None:
        self._reports.append(FileReport(task.found.relative, status, reason, loader, articles))

    def _check(self) -> tuple[int, int]:
        """Open what was written, scan it, ask it something that it must know, and count it."""
        reader = self._engine.reader(self._build.folder)
        try:
            reader.check(thorough=False)
            holdings = reader.holdings()
            expected = sum(len(known.articles) for known in self._known)
            if holdings.articles != expected:
                raise IndexDamaged(f"The new index has {holdings.articles} articles instead of {expected}.")
            _ask(reader)
            return holdings.articles, holdings.passages
        finally:
            reader.close()


_ASKED_CHARACTERS, _ASKED_WORDS, _ASKED_SECONDS = 500, 5, 60.0

_STATUSES = ("added", "changed", "unchanged", "removed", "skipped", "failed")


def _is_idle(task: _Task) -> bool:
    """Whether the last run left the same behind."""
    if task.status in ("skipped", "failed"):
        known = task.known
        return known is not None and known.reason == task.found.problem and known.status == task.status
    return task.status == "unchanged"


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


def _ask(reader: EngineReader) -> None:
    """The first words of the first article must be found in it."""
    for head in reader.articles():
        whole = reader.article(head.id)
        if whole is None:
            raise IndexDamaged(f"The new index cannot show the article {head.path}.")
        article, passages = whole
        if passages[0].silent:
            continue
        for form in analysis.forms(passages[0].text[:_ASKED_CHARACTERS])[:-1][:_ASKED_WORDS]:
            word = Word(form, (analysis.stem(form, article.language),))
            if not reader.search(EngineQuery(word, article=article.id, seconds=_ASKED_SECONDS)).passages:
                raise IndexDamaged(f"The new index does not find {form!r} in {head.path}.")
        return
