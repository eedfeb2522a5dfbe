"""The writing pipeline: folder of articles → passages → a new generation of the index.

Nothing that answers is touched. A run compares the folder with what the last one saw, has what is new read by
`workers` into a journal, looks at all articles together, builds a generation beside the one that answers, asks it
something, and switches. A run that is stopped leaves its journal, and the next one reads only what is not in it. A
file that cannot be read is a line in the report.
"""

from __future__ import annotations

import gc
import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from kb_search import analysis, corpus
from kb_search import manifest as manifests
from kb_search.columns import Columns
from kb_search.config import ENGINES, Settings
from kb_search.copies import Prints, write_copies
from kb_search.corpus import FoundFile
from kb_search.document import BOILERPLATE, Article, Passage
from kb_search.duplicates import groups, merge
from kb_search.engines import engine_named, sweep_elsewhere
from kb_search.engines.base import Engine, EngineQuery, EngineReader, EngineWriter
from kb_search.errors import REBUILD, IndexDamaged, KbSearchError, UsageError
from kb_search.filelist import KnownFile, write_files
from kb_search.fingerprints import Fingerprint, fingerprint
from kb_search.generations import Build, Opened, building, current_name
from kb_search.journal import Entry, FileKey, Journal, read_stored
from kb_search.latentwriter import get_ready, place_passages
from kb_search.manifest import Manifest
from kb_search.overview import outgrown
from kb_search.planning import STATUSES, Task, plan, refuse_removals
from kb_search.previous import CORPUS, LIMITS, READ_BY, Previous, previous, said
from kb_search.query import Word
from kb_search.results import FileReport, IndexReport
from kb_search.silence import marked, repeated_in
from kb_search.together import Together, is_kept, read_together
from kb_search.variants import collection_names, has_variants, keep_variants
from kb_search.wording import Wording
from kb_search.workers import Job, read_all

#: Called with what is being done, how many files are done, how many there are, and the path of one.
Progress = Callable[[str, int, int, str], None]

#: A change is added to the generation before as one more segment. Where there are more segments than this,
MOST_SEGMENTS = 8
#: or so large a share of the passages are deleted ones, it is written anew from its own texts, after the change is
#: published: what is new is found before that.
MOST_DELETED = 0.2
#: The lists of ten thousand files are many objects and no cycles: to look for cycles among them as often as Python does
#: takes a fifth of a run that has little to do (five noisy runs: 0.8 to 1.2 s against 1.2 to 1.3 s).
_COLLECTED_EVERY = (100_000, 50, 100)


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Look for cycles of objects less often, until it ends."""
    before = gc.get_threshold()
    gc.set_threshold(*_COLLECTED_EVERY)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@_seldom_collected()
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
    found = corpus.walk(settings.corpus, settings.index, repr(said(settings, READ_BY)))
    with building(settings.index) as build, previous(settings, full=full) as before:
        engine = engine_named(settings.engine or before.engine or ENGINES[0], settings)
        run = _Run(settings, engine, build, before, progress)
        manifest = run.carry_out(found, allow_removals=allow_removals)
    if run.is_worn:
        try:
            manifest = _put_together(settings, found, progress)
        except KbSearchError as problem:
            run.news.append(f"The index is whole, but its many small parts were not put together. {problem}")
    try:
        sweep_elsewhere(settings)
    except KbSearchError as problem:
        run.news.append(f"The index is whole, but old ones were not deleted from the cluster that kept it. {problem}")
    counts = Counter(report.status for report in run.reports)
    return IndexReport(
        articles=manifest.articles,
        passages=manifest.passages,
        **{status: counts[status] for status in STATUSES},
        seconds=time.perf_counter() - started,
        generation=manifest.generation,
        files=tuple(run.reports),
        built=build.published,
        news=(
            *_moved(before, engine),
            *before.news,
            *run.news,
            *outgrown(engine.name, manifest.passages),
            *(f"Names were left out: {one}" for one in collection_names(settings.corpus).problems),
        ),
        engine=engine.name,
    )


def _put_together(settings: Settings, found: Sequence[FoundFile], progress: Progress) -> Manifest:
    """Write the generation that answers anew from its own texts, as one segment without deleted passages."""
    with building(settings.index) as build, previous(settings, full=False) as before:
        engine = engine_named(before.engine, settings)
        return _Run(settings, engine, build, before, progress).carry_out(found, allow_removals=False)


def _moved(before: Previous, engine: Engine) -> Iterator[str]:
    """Say that another engine keeps the index now, if so."""
    if before.engine and before.engine != engine.name:
        anew = " The index is written anew from its own texts." if before.reader else ""
        yield f"The engine is now {engine.name}; it was {before.engine}.{anew}"


class _Run:
    """One run, from the plan to the report."""

    def __init__(self, settings: Settings, engine: Engine, build: Build, before: Previous, progress: Progress) -> None:
        self.reports: list[FileReport] = []
        self.news: list[str] = []
        self.is_worn = False  # what was published has gathered so many changes that it should be written anew
        self._settings = settings
        self._engine = engine
        self._build = build
        self._before = before
        self._folder = str(settings.corpus.resolve())  # as the manifest keeps it
        self._progress = progress
        self._now = time.time_ns()
        self._known: list[KnownFile] = []
        self._has_read = False

    def carry_out(self, found: Sequence[FoundFile], *, allow_removals: bool) -> Manifest:
        """Write and publish a generation if anything is new; the manifest of the one that answers then."""
        opened = self._before.opened
        full = not self._before.reader
        tasks = plan(found, self._before.files, full=full, retry=self._before.retry)
        if opened and not full and self._is_current(opened) and all(task.is_idle for task in tasks):
            self._report(tasks, {})
            self._build.forget_journal()
            return opened.manifest
        if not allow_removals:
            self._refuse_removals([(task.found.relative, task.status) for task in tasks])
        # Where all is read anew, what was known of the articles cannot tell more, and may be damaged.
        together = read_together(tasks, Prints.of(()) if full else self._before.prints, self._read)
        self._report(tasks, together.entries)
        if not allow_removals:  # again: what was there may have turned out to be unreadable
            self._refuse_removals([(one.path, one.status) for one in self.reports])
        prints = self._write(tasks, together)
        write_files(self._build.folder, self._known)
        keep_variants(self._settings.corpus, self._build.folder)
        write_copies(self._build.folder, prints, together.clusters, groups(prints, together.clusters))
        return self._publish(together)

    def _is_current(self, opened: Opened) -> bool:
        """Whether the generation before is what should answer: the newest, of these articles and names, as asked."""
        if opened.manifest.generation != current_name(self._settings.index) or not self._is_ours(opened):
            return False
        known = dict(opened.manifest.settings).get(CORPUS)
        if known != self._folder or not has_variants(self._settings.corpus, opened.folder):
            return False
        return not (self._before.reader and _is_worn(self._before.reader))

    def _is_ours(self, opened: Opened) -> bool:
        """Whether a generation is of the engine that is asked for, laid out as it is asked to."""
        return opened.manifest.engine == self._engine.name and self._engine.is_as_asked(opened.folder)

    def _refuse_removals(self, outcome: Sequence[tuple[str, str]]) -> None:
        refuse_removals(self._settings.corpus, outcome, self._before.files, self._before.prints)

    def _read(self, tasks: Sequence[Task]) -> dict[str, Entry]:
        """What is in some files, by their paths; what is in the journal is not read again."""
        most = self._settings.max_file_bytes
        jobs = [Job(_key(task), corpus.source_file(task.found, most)) for task in tasks]
        if not self._before.reader:
            get_ready(sum(job.key.size for job in jobs))
        count = itertools.count(1)
        there = read_all(
            jobs,
            self._build.journal,
            self._settings,
            lambda job: self._progress("Reading", next(count), len(jobs), job.file.relative),
        )
        if there and not self._has_read:
            self.news.append(f"{there:,} of {len(jobs):,} files had been read by a run that was stopped.")
        self._has_read = True  # what is there from now on is our own
        entries = Journal(self._build.journal, self._settings).entries if jobs else {}
        return {job.file.relative: entries[job.key] for job in jobs}

    def _report(self, tasks: Sequence[Task], entries: Mapping[str, Entry]) -> None:
        """Note what becomes of each file, for the report and for the next run."""
        for task in tasks:
            entry = entries.get(task.found.relative)
            known = _read_file(task, entry, self._now) if entry else _unread_file(task, self._now)
            status = task.status if known.status == "indexed" else known.status
            if status == "removed":
                self.reports.append(FileReport(task.found.relative, status))
                continue
            self._known.append(known)
            seconds = entry.outcome.seconds if entry else 0.0
            reason = known.reason
            if task.renamed_from and known.status == "indexed":
                reason = f"It was {task.renamed_from} before, and its articles keep their addresses. {reason}".rstrip()
            holds = len(known.articles)
            self.reports.append(
                FileReport(known.path, status, reason, known.loader, holds, known.encoding, seconds, known.problems)
            )

    def _write(self, tasks: Sequence[Task], together: Together) -> Prints:
        """Write a generation, not yet published: as a change of the one before, or, where that cannot be, anew.

        Gives the fingerprints of all articles, those with boilerplate having been made without it.
        """
        old = self._before.reader
        opened = self._before.opened
        going = self._going(tasks, together)
        base = opened.folder if opened and old and self._can_grow(opened, old, len(going)) else None
        if opened and old and (not base or together.again):
            # Texts are taken from the generation before; a damaged one would have a fitting checksum in the new one.
            manifests.compare(opened.folder, opened.manifest)
        with closing(self._engine.writer(self._build.folder, base)) as writer:
            writing = _Writing(writer, old, together, self._build.journal, copies=not base)
            if base:
                for article in going:
                    writer.delete(article)
            kept = not base or bool(together.again)
            for number, task in enumerate(tasks):
                self._progress("Writing", number, len(tasks), task.found.relative)
                if entry := together.entries.get(task.found.relative):
                    writing.fresh(entry)
                elif kept and task.status == "unchanged" and task.known:
                    writing.kept(task.known)
            self._progress("Writing", len(tasks), len(tasks), "")
            writer.finish(self._place)
        return together.prints.sketched_anew(writing.sketches)

    def _place(self, generation: Path, segment: Path, columns: Columns, *, learn: bool) -> None:
        """Find the places of a finished segment's passages, while its files go to the disk."""
        with self._build.flushing():
            place_passages(generation, segment, columns, learn=learn)

    def _going(self, tasks: Sequence[Task], together: Together) -> list[str]:
        """The articles of the generation before that are gone or will be written again."""
        gone = [
            article
            for task in tasks
            if task.known and not is_kept(task, together.entries)
            for article in task.known.articles
        ]
        return [*gone, *together.again]

    def _can_grow(self, opened: Opened, old: EngineReader, going: int) -> bool:
        """Whether the generation before is of this engine, laid out as asked, and not too worn for another change.

        `going` is how many of its articles are gone or will be written again.
        """
        if not self._is_ours(opened) or _is_worn(old):
            return False
        return going <= MOST_DELETED * max(old.holdings().articles, 1)

    def _publish(self, together: Together) -> Manifest:
        """Open what was written, scan it, ask it something that it must know, count it, and switch to it."""
        with self._build.flushing(), closing(self._engine.reader(self._build.folder)) as reader:
            reader.check(thorough=False)
            holdings = reader.holdings()
            if holdings.articles != together.count:
                raise IndexDamaged(f"The new index has {holdings.articles} articles instead of {together.count}.")
            ends = (self._speaking(self._known, together), self._speaking(reversed(self._known), together))
            for article in dict.fromkeys(itertools.chain(*(itertools.islice(one, 1) for one in ends))):
                _ask(reader, article)
            self.is_worn = _is_worn(reader)
        kept = said(self._settings, (*READ_BY, *LIMITS)) | {CORPUS: self._folder}
        return self._build.publish(self._engine.name, holdings.articles, holdings.passages, kept, self._engine.announce)

    def _speaking(self, files: Iterable[KnownFile], together: Together) -> Iterator[str]:
        """The articles of some files that speak for themselves."""
        return (article for known in files for article in known.articles if together.speaks(article))


def _is_worn(reader: EngineReader) -> bool:
    """Whether a generation has so many segments, or deleted passages, that it should be written anew."""
    segments, rows, deleted = reader.wear()
    return segments > MOST_SEGMENTS or deleted > MOST_DELETED * rows


class _Writing:
    """Hands the articles of each file to an engine, and keeps the `sketches` of those that it silences in part.

    `copies` says that the generation is written anew, so that what is kept must be carried over from `old`.
    """

    def __init__(
        self, writer: EngineWriter, old: EngineReader | None, together: Together, journal: Path, *, copies: bool
    ) -> None:
        self.sketches: dict[str, Fingerprint] = {}
        self._writer = writer
        self._old = old
        self._together = together
        self._journal = journal
        self._copies = copies

    def fresh(self, entry: Entry) -> None:
        """The articles of a file that was read. One that stands in several is written where it speaks for all."""
        for stored in entry.articles:
            if self._together.speaks(stored.id):
                members = [self._together.fresh[one] for one in self._together.members(stored.id)]
                first, *others = [read_stored(self._journal, one) for one in members]
                article = merge([first.article, *(one.article for one in others)]) if others else first.article
                self._add(article, first.passages, first.wording)

    def kept(self, known: KnownFile) -> None:
        """The articles of a file that is what it was."""
        for article_id in filter(self._together.speaks, known.articles):
            again = article_id in self._together.again
            if again or self._copies:
                whole = self._old.article(article_id) if self._old else None
                if whole is None:
                    raise IndexDamaged(f"The article {article_id} of {known.path} is missing. {REBUILD}")
                if again:
                    self._add(*whole, sketch=True)
                else:
                    self._writer.add(*whole)

    def _add(
        self, article: Article, passages: Sequence[Passage], wording: Wording | None = None, *, sketch: bool = False
    ) -> None:
        """Write an article with its boilerplate marked, but for what is searched here; with a new sketch if need be."""
        known = self._together.boilerplate
        every, here = (repeated_in(known, article.sources, ids) for ids in ((), self._together.members(article.id)))
        shown = marked(article, passages, here)
        self._writer.add(article, shown, wording if shown == passages else None)
        # All boilerplate is left out of a sketch: what one article keeps must not tell it from its copies.
        bare = shown if here == every else marked(article, passages, every)
        if sketch or any(span.why == BOILERPLATE for passage in bare for span in passage.silent):
            self.sketches[article.id] = fingerprint(article, bare)


def _key(task: Task) -> FileKey:
    found = task.found
    return FileKey(found.relative, found.size, found.mtime_ns, found.companions, task.identity)


def _unread_file(task: Task, now: int) -> KnownFile:
    """What is kept of a file that was not read: what the last run made of it, or why it cannot be read."""
    found = task.found
    if task.status == "removed" and task.known:
        return task.known._replace(status="indexed")
    if task.status == "unchanged" and task.known:
        # Its content was looked at, where size and time left a doubt; they leave none next time.
        if corpus.is_sure(found, task.known):
            return task.known
        return task.known._replace(mtime_ns=found.mtime_ns, ctime_ns=found.ctime_ns, seen_ns=now)
    return KnownFile(
        found.relative, task.status, found.size, found.mtime_ns, "", found.companions, now, found.problem,
        identity=task.identity, ctime_ns=found.ctime_ns,
    )  # fmt: skip


def _read_file(task: Task, entry: Entry, now: int) -> KnownFile:
    """What is kept of a file that was read."""
    found, outcome = task.found, entry.outcome
    return KnownFile(
        path=found.relative,
        status="indexed" if outcome.status == "read" else outcome.status,
        size=found.size,
        mtime_ns=found.mtime_ns,
        sha256=outcome.sha256,
        companions=found.companions,
        seen_ns=now,
        reason=outcome.reason,
        loader=outcome.loader,
        articles=tuple(stored.id for stored in entry.articles),
        identity=task.identity,
        encoding=outcome.encoding,
        problems=tuple((one.where, one.message) for one in outcome.problems),
        ctime_ns=found.ctime_ns,
    )


_ASKED_CHARACTERS, _ASKED_WORDS, _ASKED_SECONDS = 500, 5, 60.0


def _ask(reader: EngineReader, article_id: str) -> None:
    """The first words of an article must be found in it."""
    whole = reader.article(article_id)
    if whole is None:
        raise IndexDamaged(f"The new index cannot show the article {article_id}.")
    article, passages = whole
    end = min([_ASKED_CHARACTERS, *(one.start for one in passages[0].silent)])
    for form in analysis.forms(passages[0].text[:end])[:-1][:_ASKED_WORDS]:  # the last may be cut
        word = Word(form, (analysis.stem(form, article.language),))
        if not reader.search(EngineQuery(word, article=article.id, seconds=_ASKED_SECONDS)).passages:
            raise IndexDamaged(f"The new index does not find {form!r} in {article.path}.")
