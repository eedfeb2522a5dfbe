"""What a run of `index` starts from: the generation that answers, and whether it can be built on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from kb_search import copies, filelist
from kb_search import manifest as manifests
from kb_search.config import Settings
from kb_search.copies import Prints, read_prints
from kb_search.engines import engine_named
from kb_search.engines.base import EngineReader
from kb_search.errors import ConfigError, IndexMissing, IndexProblem, KbSearchError
from kb_search.filelist import KnownFile, read_files
from kb_search.generations import Opened, current_engine, current_folder, open_current
from kb_search.manifest import Manifest

#: Settings by which every file is read, and those that only decide which files cannot be.
READ_BY = ("language", "max_file_bytes")
LIMITS = ("max_seconds", "max_memory_bytes")
#: Under this name a manifest keeps the folder that its generation was built from.
CORPUS = "corpus"

_ANEW = "Every file is read anew."


@dataclass(frozen=True, slots=True)
class Previous:
    """The generation before, with what it knows of files and articles; nothing where there is none.

    `engine` is what keeps it, empty where that cannot be told. There is no `reader` where every file is read anew, and
    it is not `opened` where it cannot be built on; `files` are known even then, if they can be read: no article goes
    unnoticed, and a renamed file keeps its addresses. `news` says why every file is read anew unasked, and `retry` that
    limits have changed, so that what could not be read is to be tried again.
    """

    engine: str = ""
    opened: Opened | None = None
    files: Mapping[str, KnownFile] = field(default_factory=dict)
    prints: Prints = field(default_factory=lambda: Prints.of(()))
    reader: EngineReader | None = None
    news: tuple[str, ...] = ()
    retry: bool = False


@contextmanager
def previous(settings: Settings, *, full: bool) -> Iterator[Previous]:
    """The generation that answers, held open; `full` does without its reader."""
    before = _open(settings, full=full)
    try:
        yield before
    finally:
        if before.reader:
            before.reader.close()
        if before.opened:
            before.opened.close()


def said(settings: Settings, names: Sequence[str]) -> dict[str, str]:
    """Some settings, as a manifest keeps them."""
    return {name: str(getattr(settings, name)) for name in names}


def built_from(index: Path) -> Path | None:
    """The folder of articles that the generation which answers was built from; None where nobody knows."""
    try:
        with closing(open_current(index)) as opened:
            folder = dict(opened.manifest.settings).get(CORPUS)
    except IndexProblem:
        return None
    return Path(folder) if folder else None


def _open(settings: Settings, *, full: bool) -> Previous:
    try:
        opened = open_current(settings.index)
    except IndexMissing:
        return Previous()
    except IndexProblem as problem:
        return _left(current_engine(settings.index), current_folder(settings.index), problem)
    try:
        return _read(opened, settings, full=full)
    except (IndexProblem, ConfigError) as problem:  # the latter where the engine is not installed any more
        opened.close()
        return _left(opened.manifest.engine, opened.folder, problem)
    except BaseException:
        opened.close()
        raise


def _left(engine: str, folder: Path, problem: KbSearchError) -> Previous:
    """What is left of a generation that cannot be built on: which files it was made of."""
    known: Mapping[str, KnownFile] = {}
    with suppress(IndexProblem):
        known = read_files(folder)
    return Previous(engine, files=known, news=(f"{problem} {_ANEW}",))


def _read(opened: Opened, settings: Settings, *, full: bool) -> Previous:
    manifest = opened.manifest
    with opened.explaining():
        if not full:  # what is taken over into the next generation would have a fitting checksum there
            manifests.compare(opened.folder, manifest, (filelist.NAME, copies.FOLDER))
        files, prints = read_files(opened.folder), read_prints(opened.folder)
        reader = None if full else engine_named(manifest.engine, settings).reader(opened.folder)
    anew = _changes(settings, READ_BY, manifest)
    # What was never opened has no loader. Where nothing is tried again, no generation is written that has the limits.
    is_lacking = any(file.is_lacking and file.loader for file in files.values())
    again = _changes(settings, LIMITS, manifest) if is_lacking else []
    news = [f"{change} {_ANEW}" for change in anew]
    news += [f"{change} What could not be read is tried again." for change in again]
    return Previous(manifest.engine, opened, files, prints, reader, tuple(news), bool(again))


def _changes(settings: Settings, names: Sequence[str], manifest: Manifest) -> list[str]:
    """A sentence for each of some settings that is not what a generation was built with."""
    was = dict(manifest.settings)
    return [
        f"The setting {name} is now {now}; it was {was.get(name) or 'not set'}."
        for name, now in said(settings, names).items()
        if was.get(name) != now
    ]
