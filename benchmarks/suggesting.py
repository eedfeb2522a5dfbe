"""How long did-you-mean and completion take, over a vocabulary of 100,000 words made up for it.

    python benchmarks/suggesting.py [WORDS]

Prints the median and the slowest of some hundred calls in milliseconds, and what it takes to get ready.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from itertools import pairwise

import numpy as np

from kb_search.engines.base import Lexicon
from kb_search.suggest import Completer, Speller

SYLLABLES = [a + b for a in "bcdfghjklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "ov", "yan", "iye")]


def vocabulary(size: int) -> Lexicon:
    """So many different words of one to five syllables, as frequent as Zipf's law has it."""
    draw = random.Random(7)  # noqa: S311 - made-up words need no secrecy
    words: set[str] = set()
    while len(words) < size:
        words.add("".join(draw.choices(SYLLABLES, k=draw.choice((1, 2, 2, 3, 3, 3, 4, 4, 5)))))
    forms = tuple(sorted(words))
    counts = (10_000_000 / np.random.default_rng(7).permutation(np.arange(1, size + 1))).astype(np.int64) + 1
    return Lexicon(forms, counts)


def misspelt(word: str, draw: random.Random) -> str:
    """A word with two neighbours exchanged."""
    at = draw.randrange(len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def measured(call: Callable[[str], object], words: Iterable[str]) -> str:
    """Median and slowest call in milliseconds."""
    times = []
    for word in words:
        started = time.perf_counter()
        call(word)
        times.append((time.perf_counter() - started) * 1000)
    return f"median {statistics.median(times):6.2f} ms, slowest {max(times):6.2f} ms"


def main() -> None:
    """Measure, and print."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    lexicon, draw = vocabulary(size), random.Random(1)  # noqa: S311 - as above
    words = [word for word in draw.sample(lexicon.forms, 400) if len(word) > 3]
    started = time.perf_counter()
    speller = Speller(lexicon)
    ready = time.perf_counter()
    completer = Completer(lexicon, [f"{a.title()} {b.title()}" for a, b in pairwise(words)], [])
    done = time.perf_counter()
    print(
        f"{size:,} words; ready for did-you-mean in {(ready - started) * 1000:.0f} ms, for completion in "
        f"{(done - ready) * 1000:.0f} ms"
    )
    print("did-you-mean, a word of 4 letters or more ", measured(speller.near, [misspelt(one, draw) for one in words]))
    print("did-you-mean, 9 letters                   ", measured(speller.near, ["zanovyeri"] * 100))
    print("completion, one letter                    ", measured(completer.complete, list("bcdfghjklmnprstvz") * 10))
    print(
        "completion, three letters of a second word", measured(completer.complete, [f"ba {one[:3]}" for one in words])
    )


if __name__ == "__main__":
    main()
