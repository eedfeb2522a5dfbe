"""How fast files are read and indexed, on one core and on two, and where the time goes.

    python -m benchmarks.ingestion.throughput [--data ../shared/data] [--articles 400] [--profile]

Four collections are made of the same texts (speeches, as `.txt`, `.jsonl` and `.pdf`) and of saved web pages
(`.html`). Each is read up to the engine (loaded, split, fingerprinted, in the journal) with one worker and with two,
and then indexed whole. Beside it trafilatura's command line extracts the same pages in one process. `--profile`
reads each collection once in this process under cProfile, and prints what took longest.

Measured last on two quiet cores, 1,000 speeches, with the start of the workers in the figure: `.txt` 2,900 passages a
second with one worker and 4,900 with two, `.jsonl` 3,100 and 5,800; in one process 4,200 a second of processor time.
Finding words, which the engine did before, is a sixth of it. 240 saved pages: 14.5 s with one worker, 9.0 s with two,
and 24.8 s by trafilatura's command line with metadata. Every third of them by turns in one process: 0.93 times the
processor time of trafilatura's `extract` with metadata, 1.35 to 1.39 times that of the text alone.
"""

from __future__ import annotations

import argparse
import cProfile
import gzip
import json
import pstats
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.loaders.pdfs import lines, pdf

from kb_search import corpus
from kb_search.config import Settings
from kb_search.fingerprints import Read
from kb_search.indexer import build_index
from kb_search.journal import FileKey, Journal
from kb_search.reading import read
from kb_search.workers import Job, read_all

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
KINDS = ("txt", "jsonl", "html", "pdf")


@dataclass(frozen=True)
class Speech:
    """An article of the collection that the texts are taken from."""

    title: str
    text: str


def speeches(path: Path, most: int) -> list[Speech]:
    """The first articles of a collection of rows."""
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        return [Speech(row["title"], row["text"]) for row, _ in zip(map(json.loads, rows), range(most), strict=False)]


def make_txt(folder: Path, texts: list[Speech]) -> None:
    """One file of text for each speech."""
    for number, one in enumerate(texts):
        (folder / f"{number:05}.txt").write_text(f"{one.title}\n\n{one.text}", "utf-8")


def make_jsonl(folder: Path, texts: list[Speech]) -> None:
    """Eight files of rows."""
    for number in range(8):
        rows = [json.dumps({"title": one.title, "text": one.text}) for one in texts[number::8]]
        (folder / f"{number}.jsonl").write_text("\n".join(rows), "utf-8")


def make_pdf(folder: Path, texts: list[Speech]) -> None:
    """A paper of as many pages as it takes for each speech, in letters that every reader of PDF has."""
    for number, one in enumerate(texts):
        plain = one.text.encode("latin-1", "ignore").decode("latin-1")
        words = plain.split()
        rows = [" ".join(words[at : at + 12]) for at in range(0, len(words), 12)]
        pages = [lines(*rows[at : at + 45]) for at in range(0, len(rows), 45)] or [lines("Empty.")]
        (folder / f"{number:05}.pdf").write_bytes(pdf(*pages))


def make_html(folder: Path, pages: list[Path]) -> None:
    """Copies of saved pages."""
    for number, path in enumerate(pages):
        (folder / f"{number:05}.html").write_bytes(path.read_bytes())


def jobs_of(folder: Path) -> list[Job]:
    """What there is to read in a folder."""
    most = Settings().max_file_bytes
    return [
        Job(
            FileKey(found.relative, found.size, found.mtime_ns, found.companions, found.relative),
            corpus.source_file(found, most),
        )
        for found in corpus.walk(folder)
        if not found.problem
    ]


@dataclass(frozen=True)
class Measured:
    """What reading a collection took, in seconds of wall time and of all processors together."""

    wall: float
    processor: float
    articles: int
    passages: int


def _processor() -> float:
    """Seconds of processor time of this process and of all its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def read_up_to_the_engine(folder: Path, workers: int) -> Measured:
    """Read a collection into a journal."""
    settings = Settings(corpus=folder, workers=workers)
    with tempfile.TemporaryDirectory() as journal:
        started, used = time.perf_counter(), _processor()
        read_all(jobs_of(folder), Path(journal), settings, lambda _: None)
        wall, processor = time.perf_counter() - started, _processor() - used
        opened = Journal(Path(journal), settings)
        stored = [one for entry in opened.entries.values() for one in entry.articles]
        return Measured(wall, processor, len(stored), sum(len(opened.read(one).passages) for one in stored))


def index(folder: Path, workers: int) -> Measured:
    """Index a collection into a new index."""
    with tempfile.TemporaryDirectory() as place:
        started, used = time.perf_counter(), _processor()
        report = build_index(Settings(corpus=folder, index=Path(place) / "index", workers=workers))
        return Measured(time.perf_counter() - started, _processor() - used, report.articles, report.passages)


def trafilatura(folder: Path) -> float:
    """The seconds that trafilatura's command line takes for the pages in a folder, on one core."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "trafilatura.cli", "--input-dir", str(folder), "--output-dir", out]
        started = time.perf_counter()
        subprocess.run([*command, "--parallel", "1", "--with-metadata"], check=True, capture_output=True)
        return time.perf_counter() - started


def profile(folder: Path) -> None:
    """Read a collection in this process and print the functions that took longest themselves."""
    settings = Settings(corpus=folder)
    profiler = cProfile.Profile()
    with profiler:
        for job in jobs_of(folder):
            for one in read(job.file, settings):
                assert isinstance(one, Read)
    pstats.Stats(profiler).sort_stats("tottime").print_stats(12)


def main() -> None:
    """Make the collections and print the figures."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=Path, default=DATA)
    options.add_argument("--articles", type=int, default=400)
    options.add_argument("--profile", action="store_true")
    options.add_argument("--kinds", nargs="*", default=KINDS, choices=KINDS)
    chosen = options.parse_args()
    texts = speeches(chosen.data / "collections" / "presidential_speeches.jsonl.gz", chosen.articles)
    pages = sorted((chosen.data / "html").rglob("*.html"))[: chosen.articles]
    makers: dict[str, Callable[[Path], None]] = {
        "txt": lambda folder: make_txt(folder, texts),
        "jsonl": lambda folder: make_jsonl(folder, texts),
        "html": lambda folder: make_html(folder, pages),
        "pdf": lambda folder: make_pdf(folder, texts[: chosen.articles // 4]),
    }
    for kind in chosen.kinds:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            makers[kind](folder)
            report(kind, folder, with_profile=chosen.profile)


def report(kind: str, folder: Path, *, with_profile: bool) -> None:
    """Measure one collection and print it."""
    if with_profile:
        profile(folder)
        return
    read_up_to_the_engine(folder, 1)  # the first run pays for what is loaded once
    walls = []
    for workers in (1, 2):
        for what, measured in (("read", read_up_to_the_engine(folder, workers)), ("indexed", index(folder, workers))):
            if what == "read":
                walls.append(measured.wall)
            print(
                f".{kind:5} {what:7} {workers} workers: {measured.articles / measured.wall:8.1f} articles/s, "
                f"{measured.passages / measured.wall:8.0f} passages/s, wall {measured.wall:.2f} s"
            )
    print(f".{kind:5} two workers read {walls[0] / walls[1]:.2f} times as fast as one")
    if kind == "html":
        seconds = trafilatura(folder)
        print(f".{kind:5} trafilatura's command line: {seconds:.2f} s, ours on one core {walls[0] / seconds:.2f} times")


if __name__ == "__main__":
    main()
