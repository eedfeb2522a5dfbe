"""How long a run takes where little or nothing has changed, and how much memory a large one takes.

    python -m benchmarks.ingestion.reindexing [--files 10000] [--rows 0]

A folder of so many small files is indexed; then the command `kb-search index` is timed with nothing changed, with one
file changed (until a search finds the new word), with one renamed, and with one removed. Beside them stands the time
that `kb-search --version` takes, which is that of starting the program. With `--rows`, so many articles in files of
rows are indexed, and the most memory that the program and its workers held together is printed.

Measured last on two quiet cores, 10,000 files, by the report of the run: nothing changed 0.3 to 0.4 s, one changed 0.6
to 0.9 s; with the start of the program 1.0 s, and 1.1 to 1.5 s, which is 1.4 s of processor time with the readers that
get ready beside it.

With `index --watch`, from the write to the new generation (load 4): 1.9 to 2.1 s, processor time with workers 1.5 to
1.7 s. After the eighth change, once that can be found, the index is written anew: 5 to 9 s.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_BEGINNINGS, _MIDDLES, _ENDS = "bdgklmnprstv", "aeiou", ("ra", "lo", "mi", "ten")
WORDS = [a + b + c for a in _BEGINNINGS for b in _MIDDLES for c in _ENDS]


def prose(number: int, sentences: int) -> str:
    """Some sentences that only this number has."""
    chosen = random.Random(number)  # noqa: S311 - nothing secret, and the same each time
    return " ".join(f"{' '.join(chosen.choices(WORDS, k=14)).capitalize()}." for _ in range(sentences))


def kb_search(folder: Path, *arguments: str) -> tuple[float, str]:
    """Run the command; the seconds it took and what it printed."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "kb_search", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return time.perf_counter() - started, done.stdout


def changes(files: int) -> None:
    """Time what runs with small changes take."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        corpus = folder / "corpus"
        for number in range(files):
            path = corpus / f"{number % 100:02}" / f"{number:06}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(prose(number, 12))
        print(f"{files:,} files, first run: {kb_search(folder, 'index')[0]:.2f} s")
        starting = min(kb_search(folder, "--version")[0] for _ in range(3))
        unchanged = min(kb_search(folder, "index")[0] for _ in range(3))
        print(f"nothing changed: {unchanged:.2f} s, of which {starting:.2f} s start the program")
        for turn, name in enumerate(("zanzibarok", "quillomat", "vexiforma")):
            (corpus / "00" / "000000.txt").write_text(f"{prose(0, 11)} The {name} came on day {turn}.")
            seconds = kb_search(folder, "index")[0]
            found = json.loads(kb_search(folder, "search", name, "--json")[1])["total"]["passages"]
            print(f"one changed: {seconds:.2f} s, of which {starting:.2f} s start the program; found: {found == 1}")
        (corpus / "01" / "000001.txt").rename(corpus / "01" / "renamed.txt")
        print(f"one renamed: {kb_search(folder, 'index')[0]:.2f} s")
        (corpus / "02" / "000002.txt").unlink()
        print(f"one removed: {kb_search(folder, 'index')[0]:.2f} s")


def memory(rows: int) -> None:
    """Index many articles and print the most memory that all processes of the run held together."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "corpus").mkdir()
        for part in range(20):
            with (folder / "corpus" / f"{part:02}.jsonl").open("w") as file:
                for number in range(part, rows, 20):
                    file.write(json.dumps({"title": f"Article {number}", "text": prose(number, 10)}) + "\n")
        started = time.perf_counter()
        running = subprocess.Popen([sys.executable, "-m", "kb_search", "index"], cwd=folder, start_new_session=True)
        most: dict[int, int] = {}
        while running.poll() is None:
            most = max(most, held(running.pid), key=lambda one: sum(one.values()))
            time.sleep(0.1)
        each = ", ".join(f"{size / 2**20:.0f}" for size in most.values())
        seconds = time.perf_counter() - started
        print(f"{rows:,} articles: {seconds:.0f} s, at most {sum(most.values()) / 2**20:.0f} MB together ({each})")


def held(session: int) -> dict[int, int]:
    """The bytes of memory that each process of a session holds; what several share is divided among them."""
    found = {}
    for path in Path("/proc").iterdir():
        if path.name.isdecimal():
            try:
                if os.getsid(int(path.name)) == session:
                    rollup = (path / "smaps_rollup").read_text()
                    found[int(path.name)] = 1024 * int(rollup.split("\nPss:")[1].split()[0])
            except (OSError, IndexError):
                continue
    return found


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--files", type=int, default=10_000)
    options.add_argument("--rows", type=int, default=0)
    chosen = options.parse_args()
    if chosen.files:
        changes(chosen.files)
    if chosen.rows:
        memory(chosen.rows)


if __name__ == "__main__":
    main()
