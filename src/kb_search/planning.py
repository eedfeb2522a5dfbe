"""What one run of `index` has to do: the folder as it is, beside what the last run saw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb_search import corpus
from kb_search.corpus import FoundFile
from kb_search.errors import RemovalsRefused
from kb_search.filelist import KnownFile

#: The words that a report has for a file.
STATUSES = ("added", "changed", "unchanged", "removed", "skipped", "failed")
_STAYING = ("added", "changed", "unchanged")


@dataclass(frozen=True, slots=True)
class Task:
    """A file with what is to be done about it.

    `status` is that of FileReport, as far as it is known before the file is read; `known` is what the last run saw.
    """

    found: FoundFile
    status: str
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


def plan(found: Sequence[FoundFile], known: Mapping[str, KnownFile], *, full: bool) -> list[Task]:
    """What is to be done about each file on disk, and about those that are gone, in the order of their paths.

    `full` has every file read, also those that are what the last run saw.
    """
    tasks = [_task(file, known.get(file.relative), full=full) for file in found]
    here = {file.relative for file in found}
    gone = [last for path, last in known.items() if path not in here]
    tasks += [Task(FoundFile(Path(last.path), last.path), "removed", last) for last in gone]
    return sorted(tasks, key=lambda task: task.found.relative)


def _task(file: FoundFile, last: KnownFile | None, *, full: bool) -> Task:
    if file.problem:
        return Task(file, "skipped" if file.skipped else "failed", last)
    if last is None or not last.sha256:
        return Task(file, "added", last, read=True)
    if corpus.is_unchanged(file, last):
        # Read anew, a file that failed before can only be new.
        status = "unchanged" if last.status == "indexed" or not full else "added"
        return Task(file, status, last, read=full)
    return Task(file, "changed" if last.status == "indexed" else "added", last, read=True)


def refuse_removals(folder: Path, outcome: Iterable[tuple[str, str]], known: Mapping[str, KnownFile]) -> None:
    """Raise RemovalsRefused where a run would take more than half of the articles out of the index.

    `outcome` has the path and the status of each file. It does not matter whether files are gone or cannot be read any
    more: either way it is more often a mistake (a folder that is not mounted, one broken `collection.toml`) than meant.
    """
    articles = sum(len(file.articles) for file in known.values())
    leaving = [known[path] for path, status in outcome if status not in _STAYING and path in known]
    going = sum(len(file.articles) for file in leaving)
    if articles and going * 2 > articles:
        raise RemovalsRefused(
            f"This would remove {going:,} of {articles:,} articles from the index: their files are gone or cannot be "
            f"read any more. Is {folder} the right folder, and is it mounted? If they are meant to go, run "
            "the same command with --allow-removals."
        )
