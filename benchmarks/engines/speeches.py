"""How long `kb-search index` takes for a folder of speeches, beside Recoll's `recollindex` in the same run.

    python -m benchmarks.engines.speeches [--engine whoosh] [--data ../shared/data] [--turns 2]

The presidential speeches are written out as text files, one each, and both programs index the folder anew, by turns,
with as many cores as they take. Wall time and the processor time of all processes are printed, the best of all turns:
processor time tells more where the machine does something else beside. Recoll is the Debian package `recollcmd`;
where it is missing, ours stands alone.

Measured last on two quiet cores, 1,010 speeches, 26,439 passages, best of three to five turns: tantivy 5.6 s beside
5.6 s of recollindex (.99 times) and, an hour earlier, 5.4 beside 5.0 (1.08); processor time 1.24 times. Whoosh 5.5 s
beside 5.9 s (.93 times), processor time 1.10 times.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kb_search.config import ENGINES

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of wall time, and of all processors together."""

    wall: float
    processor: float


def write_speeches(collections: Path, folder: Path) -> int:
    """Write each speech of the collection as a text file; their number."""
    number = 0
    for path in sorted(collections.glob("presidential_speeches*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as rows:
            for row in map(json.loads, rows):
                (folder / f"{number:05}.txt").write_text(f"{row['title']}\n\n{row['text']}", "utf-8")
                number += 1
    return number


def run(command: Sequence[str], folder: Path) -> Took:
    """Run a program in a folder to its end."""
    began, before = time.perf_counter(), _used()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return Took(time.perf_counter() - began, _used() - before)


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def ours(folder: Path, engine: str) -> Took:
    """Index the folder `corpus` in a folder with kb-search."""
    shutil.rmtree(folder / "index", ignore_errors=True)
    return run([sys.executable, "-m", "kb_search", "index", "--engine", engine], folder)


def recoll(folder: Path) -> Took:
    """Index it with Recoll, whose settings and index stand in the folder `recoll`."""
    shutil.rmtree(folder / "recoll", ignore_errors=True)
    (folder / "recoll").mkdir()
    (folder / "recoll" / "recoll.conf").write_text(f"topdirs = {folder / 'corpus'}\n")
    return run(["recollindex", "-c", str(folder / "recoll")], folder)


def best(turns: Sequence[Took]) -> Took:
    """The least of each."""
    return Took(min(one.wall for one in turns), min(one.processor for one in turns))


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=Path, default=DATA)
    options.add_argument("--engine", choices=ENGINES, default="whoosh")
    options.add_argument("--turns", type=int, default=2)
    chosen = options.parse_args()
    has_recoll = shutil.which("recollindex") is not None
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "corpus").mkdir()
        number = write_speeches(chosen.data / "collections", folder / "corpus")
        if not number:
            raise SystemExit(f"There are no presidential speeches in {chosen.data / 'collections'}; name it by --data.")
        turns = [(ours(folder, chosen.engine), recoll(folder) if has_recoll else None) for _ in range(chosen.turns)]
    mine = best([one for one, _ in turns])
    print(f"{number:,} speeches, kb-search with {chosen.engine}: {mine.wall:.1f} s, processors {mine.processor:.1f} s")
    if not has_recoll:
        print("recollindex is not installed (Debian: recollcmd), so there is nothing to compare with.")
        return
    peer = best([other for _, other in turns if other])
    print(f"recollindex: {peer.wall:.1f} s, processors {peer.processor:.1f} s")
    wall, processor = mine.wall / peer.wall, mine.processor / peer.processor
    print(f"kb-search takes {wall:.2f} times as long, {processor:.2f} times the processor time")


if __name__ == "__main__":
    main()
