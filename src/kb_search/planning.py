"""What one run of `index` has to do: the folder as it is, beside what the last run saw."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from kb_search import corpus
from kb_search.copies import Prints
from kb_search.corpus import FoundFile
from kb_search.duplicates import identical
from kb_search.errors import RemovalsRefused
from kb_search.filelist import KnownFile

#: The words that a report has for a file.
STATUSES = ("added", "changed", "unchanged", "removed", "skipped", "failed")
_STAYING = ("added", "changed", "unchanged")


class Task(NamedTuple):
    """A file with what is to be done about it; a tuple, as there are so many (see KnownFile).

    `status` is that of FileReport, as far as it is known before the file is read; `known` is what the last run saw,
    under the name that the file had then. `identity` is the path that its articles are named by.
    """

    found: FoundFile
    status: str
    identity: str
    known: KnownFile | None = None
    read: bool = False

    @property
    def is_idle(self) -> bool:
        """Whether the last run left just this behind."""
        if self.read or self.status == "removed":
            return False
        problem = (self.status, self.found.problem)
        return self.status == "unchanged" or (
            self.known is not None and (self.known.status, self.known.reason) == problem
        )

    @property
    def renamed_from(self) -> str:
        """The path that the file had when the last run saw it, if that was another one."""
        return self.known.path if self.known and self.known.path != self.found.relative else ""


def plan(found: Sequence[FoundFile], known: Mapping[str, KnownFile], *, full: bool, retry: bool = False) -> list[Task]:
    """What is to be done about each file on disk, and about those that are gone, in the order of their paths.

    `full` has every file read, also those that are what the last run saw, `retry` those that could not be read then, in
    whole or in part. A new file with the content of one that is gone is that one under another name.
    """
    here = {file.relative for file in found}
    gone = {path: last for path, last in known.items() if path not in here}
    renamed = dict(_renamed([file for file in found if file.relative not in known], gone))
    lasting = {path: last for path, last in known.items() if path in here} | renamed
    names = _Identities(lasting.values())
    tasks = []
    for file in found:
        last = lasting.get(file.relative)
        again = full or (retry and last is not None and last.is_lacking)
        tasks.append(_task(file, last, names.of(file, last), again=again))
    left = set(gone) - {last.path for last in renamed.values()}
    tasks += [Task(FoundFile(Path(), path, path), "removed", gone[path].identity, gone[path]) for path in left]
    return sorted(tasks, key=lambda task: task.found.relative)


class _Identities:
    """The paths that articles are named by. One that a renamed file took along is not given to another."""

    def __init__(self, lasting: Iterable[KnownFile]) -> None:
        self._taken = {last.identity for last in lasting}

    def of(self, file: FoundFile, last: KnownFile | None) -> str:
        if last:
            return last.identity
        name, count = file.relative, 1
        while name in self._taken:
            count += 1
            name = f"{file.relative} ({count})"
        self._taken.add(name)
        return name


def _renamed(fresh: Iterable[FoundFile], gone: Mapping[str, KnownFile]) -> Iterator[tuple[str, KnownFile]]:
    """Pairs of a new file's path and the gone file that it is under another name."""
    by_size: dict[int, dict[str, list[KnownFile]]] = defaultdict(lambda: defaultdict(list))
    for path in sorted(gone, reverse=True):
        if gone[path].articles and gone[path].sha256:
            by_size[gone[path].size][gone[path].sha256].append(gone[path])
    for file in fresh:
        alike = by_size.get(file.size)
        lost = alike.get(corpus.content_digest(file.path)) if alike and not file.problem else None
        if lost:
            yield file.relative, lost.pop()


def _task(file: FoundFile, last: KnownFile | None, identity: str, *, again: bool) -> Task:
    if file.problem:
        return Task(file, "skipped" if file.skipped else "failed", identity, last)
    if last is None or not last.sha256:
        return Task(file, "added", identity, last, read=True)
    if last.path == file.relative and corpus.is_unchanged(file, last):
        # Read anew, a file that failed before can only be new.
        status = "unchanged" if last.status == "indexed" or not again else "added"
        return Task(file, status, identity, last, read=again)
    return Task(file, "changed" if last.status == "indexed" else "added", identity, last, read=True)


def refuse_removals(
    folder: Path, outcome: Iterable[tuple[str, str]], known: Mapping[str, KnownFile], prints: Prints
) -> None:
    """Raise RemovalsRefused where a run would take more than half of the articles out of the index.

    `outcome` has the path and the status of each file, `prints` tell which articles are places of one text: it goes
    only with the last of them. It does not matter whether files are gone or cannot be read any
    more: either way it is more often a mistake (a folder that is not mounted, one broken `collection.toml`) than meant.
    """
    leaving = {path for path, status in outcome if status not in _STAYING and path in known}
    if not leaving:
        return
    speaker = identical(prints).speaker
    texts = {
        path: {speaker.get(article, article) for article in file.articles}
        for path, file in known.items()
        if file.articles
    }
    articles = set().union(*texts.values())
    going = len(articles) - len(set().union(*(found for path, found in texts.items() if path not in leaving)))
    if going * 2 > len(articles):
        raise RemovalsRefused(
            f"This would remove {going:,} of {len(articles):,} articles from the index: their files are gone or cannot "
            f"be read any more. Is {folder} the right folder, and is it mounted? If they are meant to go, run "
            "the same command with --allow-removals."
        )
