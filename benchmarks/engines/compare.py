"""Our engines beside SQLite FTS5, tantivy and OpenSearch used directly, and the textbook Whoosh program, in one run.

    python -m benchmarks.engines.compare --passages 20000 --programs whoosh,tantivy,fts5,tantivy-alone,textbook

From the folder of the checkout. Every program gets the same passages (`frus` and `presidential_speeches`, repeated with
other ids) and 400 different questions: one word, AND of two, OR of three, a phrase, a word from one source. It writes
in one process and answers in another, where nothing is remembered yet. A search is to parse, select, count, rank, make
both facets and mark the ten best. `whoosh`, `tantivy` and `opensearch` do all else that a page needs besides;
`whoosh-engine`, `tantivy-engine` and `opensearch-engine` do just that, as the other programs do. `cpu` is the processor
time of the process; that of a cluster is not in it. Memory is the most that the process had, above what it had at
first.

Writing is timed from finished passages to an index that can be opened. In kb-search the processes that read files find
the words of passages, on all cores, and what writes the index is handed both: `passages/s` is timed from there. `with
words` is as if one process had found all words first and written then, which is what the other programs do in their
`passages/s`. Learning the space of meanings, which no other program has, is in neither and told beside them; kb-search
does it at the same time, the benchmark after it.

OpenSearch takes part with `--cluster http://127.0.0.1:9200` (`opensearch`, `opensearch-alone`).
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.engines import made
from benchmarks.engines.contenders import Contender, Engine, Found, KbSearch

OURS = ("whoosh", "tantivy", "opensearch")
#: Added to the name of one of ours where its engine is asked alone.
ALONE = "-engine"
#: The class of each of the others, in a module that is loaded when it takes part.
PEERS = {
    "fts5": ("fts5", "Fts5"),
    "tantivy-alone": ("tantivy_alone", "TantivyAlone"),
    "opensearch-alone": ("opensearch_alone", "OpenSearchAlone"),
    "textbook": ("textbook_program", "TextbookProgram"),
}
#: What the others are told as a ratio to.
MEASURE = "fts5"
#: Two questions before the measured ones, for what a program loads at its first; none of those that follow.
WARMING = (made.Question("word", ("opening",)), made.Question("any", ("opening", "closing", "ending")))
#: Arithmetic has one thread while an index is written, as in `kb-search index`.
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
_CACHE = Path(__file__).resolve().parents[2] / "build" / "benchmarks"

Figures = dict[str, Any]


def contender(name: str, folder: Path, cluster: str) -> Contender:
    """A program by its name; its folder is not there yet, or written by it."""
    ours = name.removesuffix(ALONE)
    if ours in OURS:
        return (KbSearch if name == ours else Engine)(ours, folder, cluster)
    module, class_name = PEERS[name]
    made_by: Contender = getattr(importlib.import_module(f"benchmarks.engines.{module}"), class_name)(folder, cluster)
    return made_by


def writing(program: Contender, collection: Sequence[made.Made]) -> Figures:
    """Write everything, timed."""
    count = sum(len(passages) for _, passages in collection)
    words = program.find_words(collection) if isinstance(program, KbSearch) else 0.0
    gc.freeze()  # what was made for all programs alike is not searched for garbage while one of them is timed
    before = _reset_memory()
    started, cpu = time.perf_counter(), time.process_time()
    apart = program.write(collection)
    seconds = time.perf_counter() - started - apart
    return {
        "passages": count,
        "written_per_second": count / seconds,
        "with_words_per_second": count / (seconds + words),
        "seconds": seconds,
        "words_seconds": words,
        "cpu_seconds": time.process_time() - cpu,
        "meanings_seconds": apart,
        "bytes": program.bytes(),
        "memory": _most_memory() - before,
    }


def searching(program: Contender, questions: Sequence[made.Question]) -> Figures:
    """Ask everything once, timed one by one."""
    before = _reset_memory()
    program.open()
    for question in WARMING:
        program.ask(question)
    times, cpus, found = [], [], []
    for question in questions:
        started, cpu = time.perf_counter(), time.process_time()
        found.append(program.ask(question))
        times.append((time.perf_counter() - started) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
    kinds = {kind: [at for at, one in enumerate(questions) if one.kind == kind] for kind in _kinds(questions)}
    return {
        **_percentiles(times, ""),
        **_percentiles(cpus, "cpu_"),
        "search_memory": _most_memory() - before,
        "found": sum(one.passages for one in found),
        "nothing": sum(not one.passages for one in found),
        "kinds": {
            kind: _of_kind([times[at] for at in places], [found[at] for at in places]) for kind, places in kinds.items()
        },
    }


def _kinds(questions: Sequence[made.Question]) -> list[str]:
    return list(dict.fromkeys(one.kind for one in questions))


def _of_kind(times: Sequence[float], found: Sequence[Found]) -> Figures:
    return {**_percentiles(times, ""), "found": statistics.mean(one.passages for one in found)}


def _percentiles(times: Sequence[float], prefix: str) -> Figures:
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return {f"{prefix}p50": cuts[49], f"{prefix}p95": cuts[94], f"{prefix}p99": cuts[98]}


def _reset_memory() -> int:
    """Begin to watch the most memory that this process has (Linux alone can); what it has now, in bytes."""
    gc.collect()
    try:
        Path("/proc/self/clear_refs").write_text("5", "ascii")
    except OSError:
        return 0
    return _status("VmRSS")


def _most_memory() -> int:
    return _status("VmHWM") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _status(name: str) -> int:
    try:
        found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


def stage(given: argparse.Namespace) -> None:
    """Write, or ask, with one program in this process; the figures as JSON."""
    program = contender(given.programs, given.folder, given.cluster)
    if given.stage == "write":
        figures = writing(program, made.passages(given.cache, given.passages))
    else:
        figures = searching(program, made.questions(given.cache, given.queries))
    print(json.dumps(figures))


def measured(name: str, given: argparse.Namespace) -> Figures:
    """The figures of one program, from two processes."""
    figures: Figures = {"program": name}
    folder = Path(tempfile.mkdtemp(prefix="kb-search-", dir=given.scratch))
    try:
        for step in ("write", "ask"):
            command = [
                sys.executable, "-m", "benchmarks.engines.compare", "--stage", step, "--programs", name,
                "--passages", str(given.passages), "--queries", str(given.queries), "--cluster", given.cluster,
                "--folder", str(folder / "index"), "--cache", str(given.cache),
            ]  # fmt: skip
            env = {**os.environ, **(_ONE_THREAD if step == "write" else {})}
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=env)
            figures |= json.loads(done.stdout)
    finally:
        contender(name, folder / "index", given.cluster).clear()
        shutil.rmtree(folder)
    return figures


#: The columns of the table: heading, figure, and what one unit of it is.
COLUMNS = (
    ("passages/s", "written_per_second", 1),
    ("with words", "with_words_per_second", 1),
    ("index MB", "bytes", 1e6),
    ("memory MB", "memory", 1e6),
    ("searching MB", "search_memory", 1e6),
    ("p50 ms", "p50", 1),
    ("p95 ms", "p95", 1),
    ("p99 ms", "p99", 1),
    ("cpu p50", "cpu_p50", 1),
    ("cpu p95", "cpu_p95", 1),
)


def table(all_figures: Sequence[Figures]) -> str:
    """What was measured as a Markdown table; in brackets the ratio to FTS5, where that took part."""
    base = next((one for one in all_figures if one["program"] == MEASURE), None)
    lines = [
        "| program | " + " | ".join(heading for heading, _, _ in COLUMNS) + " |",
        "|---" * (len(COLUMNS) + 1) + "|",
    ]
    for figures in all_figures:
        cells = [_cell(figures, base, name, unit) for _, name, unit in COLUMNS]
        lines.append(f"| {figures['program']} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(figures: Figures, base: Figures | None, name: str, unit: float) -> str:
    value = figures[name] / unit
    shown = f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
    return f"{shown} ({figures[name] / base[name]:.2f})" if base and base is not figures and base[name] else shown


def main() -> None:
    """Measure each program and print the table; `--json` keeps all figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=20_000)
    parser.add_argument("--queries", type=int, default=400)
    parser.add_argument("--programs", default="fts5,whoosh,tantivy,tantivy-alone,textbook", help="names with commas")
    parser.add_argument("--cluster", default="", help="address of an OpenSearch cluster")
    parser.add_argument("--cache", type=Path, default=_CACHE, help="where the split passages are kept between runs")
    parser.add_argument(
        "--scratch", type=Path, help="where indexes are written; the system's temporary folder if not given"
    )
    parser.add_argument("--json", type=Path, help="file for all figures")
    parser.add_argument("--stage", choices=("write", "ask"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.stage:
        stage(given)
        return
    made.questions(given.cache, given.queries)  # made once, and not while something is measured
    all_figures = []
    for name in given.programs.split(","):
        all_figures.append(measured(name, given))
        print(table(all_figures[-1:]), flush=True)
    print(f"\n{all_figures[0]['passages']:,} passages, {given.queries} questions\n\n{table(all_figures)}")
    if given.json:
        given.json.write_text(json.dumps(all_figures, indent=1), "utf-8")


if __name__ == "__main__":
    main()
