"""What is known of all articles together, before any of them is written: which say the same, and what is repeated.

An article is decided about together with all that hold its text, also those that the last run read. So the files that
share a text with one that came, changed or went are read again, and a change of the collection gives what a fresh
build gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from kb_search.copies import Clusters, Prints
from kb_search.duplicates import identical
from kb_search.filelist import KnownFile
from kb_search.fingerprints import Fingerprint
from kb_search.journal import Entry, Stored
from kb_search.planning import Task
from kb_search.silence import Boilerplate, affected, boilerplate

_NO_PRINT = Fingerprint(b"", b"", ())


@dataclass(frozen=True, slots=True)
class Together:
    """All articles of the collection as they will be.

    `entries` has what was read of each file, by its path, and `fresh` each article in them, by its id. `boilerplate`
    is that of each source, and `again` are the articles that were not read and must be written again all the same,
    because what is boilerplate, or where it is searched, has changed.
    """

    entries: Mapping[str, Entry]
    fresh: Mapping[str, Stored]
    prints: Prints
    clusters: Clusters
    boilerplate: Boilerplate
    again: frozenset[str]

    @property
    def count(self) -> int:
        """How many articles there are, those with an identical text counted once."""
        return len(self.prints) - len(self.clusters.speaker)

    def speaks(self, article: str) -> bool:
        """Whether an article is shown under its own id, and not as a place of another."""
        return article not in self.clusters.speaker

    def members(self, article: str) -> tuple[str, ...]:
        """The ids of all articles that one speaks for, its own first."""
        return self.clusters.of.get(article, (article,))


def read_together(
    tasks: Sequence[Task],
    before: Prints,
    read: Callable[[Sequence[Task]], dict[str, Entry]],
) -> Together:
    """Read what must be read, and look at it together with what was known `before`.

    `read` gives what is in the files of some tasks, by their paths; asked again, it does not read a file twice.
    """
    by_path = {task.found.relative: task for task in tasks if task.status != "removed"}
    wanted = {path for path, task in by_path.items() if task.read}
    entries = read([by_path[path] for path in sorted(wanted)])
    while more := _sharing(tasks, before, entries):
        wanted |= more
        entries = read([by_path[path] for path in sorted(wanted)])
    read_now = Prints.of(stored for entry in entries.values() for stored in entry.articles)
    entries = {path: _light(entry) for path, entry in entries.items()}
    fresh = {stored.id: stored for entry in entries.values() for stored in entry.articles}
    prints = before.changed(list(_given_up(tasks, entries)), read_now)
    clusters = identical(prints)
    old, now = boilerplate(before), boilerplate(prints)
    speaker = clusters.speaker
    again = frozenset(speaker.get(one, one) for one in affected(prints, old, now)) - fresh.keys()
    return Together(entries, fresh, prints, clusters, now, again)


def _light(entry: Entry) -> Entry:
    """An entry without fingerprints, which are the largest part of it and stand in the prints by now."""
    return replace(entry, articles=tuple(replace(stored, fingerprint=_NO_PRINT) for stored in entry.articles))


def is_kept(task: Task, entries: Mapping[str, Entry]) -> bool:
    """Whether a file is what the last run saw and is not read again."""
    return task.status == "unchanged" and task.found.relative not in entries


def _known(task: Task) -> Iterable[str]:
    last: KnownFile | None = task.known
    return last.articles if last else ()


def _given_up(tasks: Iterable[Task], entries: Mapping[str, Entry]) -> Iterable[str]:
    """The articles that the last run knew of files that are gone, cannot be read, or are read again."""
    return (article for task in tasks if not is_kept(task, entries) for article in _known(task))


def _sharing(tasks: Sequence[Task], before: Prints, entries: Mapping[str, Entry]) -> set[str]:
    """The files, not read yet, that hold a text which one that is read holds, or which one no longer holds."""
    if not len(before):
        return set()
    gone = list(_given_up(tasks, entries))
    texts = [stored.fingerprint.text for entry in entries.values() for stored in entry.articles]
    sharing = before.sharing(texts, gone)
    if not sharing:
        return set()
    return {task.found.relative for task in tasks if is_kept(task, entries) and not sharing.isdisjoint(_known(task))}
