"""What a query may cost: reading the worst 2,000 characters, and answering hostile queries on a large collection.

    python benchmarks/queries.py [--index FOLDER]

Reading needs no index. Answering needs one of some 50,000 passages; without `--index` one is made of the collections in
`shared/data/collections` beside the checkout, several times over. Each query is asked with the time limit that the
program has (1 s), and must end within it, with an answer or a note.

Measured last, while other programs kept the machine's two cores busy (a million empty steps of a loop took 35 ms):
reading took 10.8 ms at most (`- `, a thousand signs that mean nothing, each with a note), words 3 to 6 ms. A fresh
text, with words that have not been read before, takes up to twice as long: each must be folded and stemmed. On 64,306
passages one word is answered in 10 ms, five more in 15 ms, a question in plain language in 19 ms (any of its words) and
52 ms (all of them: nothing, and why), 2,000 brackets in 15 ms, twenty common words with OR in 50 ms, `co* re* in*` in
71 ms, `=of NEAR/5 =the` in 280 ms, fifty beginnings with OR in 300 ms; twenty common words with `~2`, and twenty common
words in a chain of NEAR, take the whole second, and are answered or cut short with a note.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path

from kb_search.config import Settings
from kb_search.indexer import build_index
from kb_search.lexing import MAX_LENGTH
from kb_search.parsing import parse
from kb_search.results import SearchRequest
from kb_search.search import Library

COLLECTIONS = Path(__file__).resolve().parents[2] / "shared" / "data" / "collections"
#: Pieces that a text of MAX_LENGTH characters is filled with; `#` becomes a number, so that no memory of words helps.
PIECES = (
    "peace ", "w# ", "(", ")", "((a", "-(", "NOT ", '"', '"" ', "'a b' ", "a OR ", "a NEAR/3 ", "w# NEAR ", "w#* ",
    "w?# ", "w#~1 ", "w#^2 ", "~", "^", "~1^", '"a"^2 ', "(a)^2 ", "title:", "title:(", "date:2020..2019 ",
    "date:2023-02-30 ", "foo:a ", "scope:x ", "lang:xxxx ", "+a ",
    "a+ ", "w#-", "w#-x*-", "亚", "Ş", "ﬁ", "a\u0301", "?", "*", "a?", "?a*",
    "a^2^2 ", "a^2|", "a|", "aa*bb? ", "-a^2 ", "=a ", "a=b ", "a&&b ", "[a ", "[a TO b] ", "/a.*/ ", "a* ",
    "!a ", "«a» ",
    "/", "…", "- ", "or ", "the ", "\u200b", "\ud800",
)  # fmt: skip
#: Letters that fresh texts are drawn from.
LETTERS = {
    "Latin": range(0x61, 0x7B), "accents": range(0xE0, 0x17F), "Cyrillic": range(0x430, 0x450),
    "ideographs": range(0x4E00, 0x9FFF), "Hangul": range(0xAC00, 0xD7A3), "Arabic": range(0x620, 0x64A),
    "the first plane": [*range(0x20, 0xD800), *range(0xE000, 0x10000)], "the second": range(0x10000, 0x20000),
}  # fmt: skip
SEVEN = ("en", "ru", "az", "tr", "hy", "de", "fr")
COMMON = "the of and to in a that is was he for it with as his on be at by i this had not are but from or have an they"
QUERIES = {
    "one word": "president",
    "one more word": "president congress",
    "five more words": "president congress war peace treaty nation",
    "a question": "what did the president say to congress about the war and the treaty of peace",
    "2,000 brackets": "(" * 1000 + "war" + ")" * 997,
    "a* b* c*": "a* b* c*",
    "co* re* in*": "co* re* in*",
    "beginnings, ORed": " OR ".join(f"{one}{two}*" for one in "abcdefghij" for two in "aeiou"),
    "one letter": "w?r s?y m?n",
    "~2, twenty times": " OR ".join(f"{word}~2" for word in COMMON.split()[:20]),
    "common words, ORed": " OR ".join(COMMON.split()[:20]),
    "common words, a phrase": f'"{COMMON}"',
    "of the": '"of the"',
    "NEAR of common words": " NEAR/50 ".join(f"={word}" for word in COMMON.split()[:20]),
    "of NEAR the": "=of NEAR/5 =the",
    "nothing": "president zzzzz qqqqq xxxxx yyyyy",
    "in no article": '"congress of the moon" president',
    "scope": "president congress war treaty scope:article",
    "500 beginnings": " ".join(f"{chr(97 + one % 26)}{chr(97 + one // 26)}*" for one in range(500)),
}  # fmt: skip


def filled(piece: str, length: int = MAX_LENGTH) -> str:
    """A text of so many characters made of one piece again and again."""
    text, number = "", 0
    while len(text) < length:
        text, number = text + piece.replace("#", str(number)), number + 1
    return text[:length]


def timed(work: Callable[[], object], times: int) -> float:
    """The median of how long something takes, in milliseconds."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def drawn(letters: Sequence[int], word: int) -> str:
    """A text of words of so many letters, drawn by chance so that none is known yet; 0 has no spaces at all."""
    chosen = "".join(map(chr, random.choices(letters, k=MAX_LENGTH)))  # noqa: S311 - a sample, no secret
    pieces = (chosen[at : at + word] for at in range(0, MAX_LENGTH, word)) if word else (chosen,)
    return " ".join(pieces)[:MAX_LENGTH]


def fresh_reading() -> Iterator[tuple[float, str]]:
    """How long texts take that have not been read before, a new one each time, the worst first."""
    found = []
    for (name, letters), word, languages in product(LETTERS.items(), (0, 1, 3, 7), (("en",), SEVEN)):
        taken = [timed(partial(parse, drawn(letters, word), languages), 1) for _ in range(5)]
        found.append(
            (statistics.median(taken), f"{name}, words of {word or 'any'} letters, {len(languages)} languages")
        )
    yield from sorted(found, reverse=True)


def reading() -> Iterator[tuple[float, str]]:
    """How long each text takes to be read, the worst first."""
    found = [(timed(partial(parse, filled(piece)), 5), piece) for piece in PIECES]
    yield from sorted(found, reverse=True)


def answering(library: Library) -> None:
    """Ask each query and print what it takes."""
    print(f"{'':24} {'first':>9} {'again':>9}  passages  notes")
    for name, text in QUERIES.items():
        for match in ("all", "any") if name == "a question" else ("all",):
            request = SearchRequest(text, match=match)
            first = timed(partial(library.search, request), 1)
            again = timed(partial(library.search, request), 3)
            results = library.search(request)
            kinds = ", ".join(sorted({note.kind for note in results.notes}))
            stopped = "" if results.complete else "  stopped"
            shown = f"{name} ({match})" if match == "any" else name
            print(f"{shown:24} {first:6.1f} ms {again:6.1f} ms  {results.passages:8,}  {kinds}{stopped}")


def made(folder: Path) -> Settings:
    """An index of the collections, so often that there are 50,000 passages."""
    settings = Settings(corpus=folder / "articles", index=folder / "index")
    settings.corpus.mkdir()
    for path in COLLECTIONS.glob("*.jsonl.gz"):
        shutil.copy(path, settings.corpus)
    print(f"{build_index(settings).passages:,} passages")
    return settings


def main() -> None:
    """Measure reading, then answering."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path)
    given = parser.parse_args()
    for taken, piece in list(reading())[:10]:
        print(f"{taken:8.2f} ms  {piece!r}")
    print("Fresh texts")
    for taken, name in list(fresh_reading())[:10]:
        print(f"{taken:8.2f} ms  {name}")
    with tempfile.TemporaryDirectory() as folder:
        settings = replace(Settings(), index=given.index) if given.index else made(Path(folder))
        with closing(Library(settings)) as library:
            answering(library)


if __name__ == "__main__":
    main()
