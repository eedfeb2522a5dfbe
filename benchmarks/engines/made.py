"""What every program is given: the same passages, repeated to any number, and the same questions.

The articles of all collections are mixed with a fixed seed, split once, and kept in a file. Beyond their number they
are taken again, with other ids. Questions are drawn from the first `DRAWN_FROM` passages, so that they are the same for
every number of them, and kept in a file too. The names of both files have a digest of what they are made from, so that
none is used after a change of the collections or of the program; those of no use any more are deleted.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import pickle
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from itertools import count, islice
from pathlib import Path

import kb_search
from kb_search import analysis, weakwords
from kb_search.document import Article, Date, Passage, article_id
from kb_search.passages import split

COLLECTIONS = Path(__file__).resolve().parents[3] / "shared" / "data" / "collections"
NAMES = ("frus", "presidential_speeches")
#: Passages whose words the questions are made of.
DRAWN_FROM = 20_000
#: In how many of those a word stands: seldom, now and then, often.
BANDS = ((5, 50), (50, 1000), (1000, DRAWN_FROM))
_SEED = 2026

Made = tuple[Article, tuple[Passage, ...]]


@dataclass(frozen=True, slots=True)
class Question:
    """Some words, and how they are meant: `word`, `all`, `any`, `phrase`, or `filter` (a word from one source)."""

    kind: str
    words: tuple[str, ...]
    source: str = ""


def passages(folder: Path, number: int) -> list[Made]:
    """Articles with their passages, up to about `number` of these; `folder` keeps what was split."""
    found: list[Made] = []
    total = 0
    for article, parts in _repeated(folder):
        found.append((article, parts))
        total += len(parts)
        if total >= number:
            break
    return found


def questions(folder: Path, number: int) -> list[Question]:
    """Different questions of the five kinds in turn, made of what stands in the first passages."""
    kept = folder / f"questions-{number}-{_made_from()}.pickle"
    if not kept.exists():
        kept.write_bytes(pickle.dumps(_drawn(passages(folder, DRAWN_FROM), number)))
    drawn: list[Question] = pickle.loads(kept.read_bytes())  # noqa: S301 - it was written above
    return drawn


def _drawn(collection: Sequence[Made], number: int) -> list[Question]:
    rng = random.Random(_SEED)  # noqa: S311 - a fixed choice, not a secret
    texts = list(islice((part.text for _, parts in collection for part in parts), DRAWN_FROM))
    sources = [article.source for article, _ in collection]
    bands, usable = _bands(texts)

    def word() -> str:
        return rng.choice(rng.choice(bands))

    def together() -> tuple[str, ...]:
        here = sorted(usable & set(analysis.forms(rng.choice(texts))))
        return tuple(rng.sample(here, 2)) if len(here) > 1 else together()

    def running() -> tuple[str, ...]:
        forms = analysis.forms(rng.choice(texts))
        at = rng.randrange(max(len(forms) - 3, 1))
        return tuple(forms[at : at + rng.choice((2, 3))])

    makers: list[Callable[[], Question]] = [
        lambda: Question("word", (word(),)),
        lambda: Question("all", together()),
        lambda: Question("any", (word(), word(), word())),
        lambda: Question("phrase", running()),
        lambda: Question("filter", (word(),), rng.choice(sources)),
    ]
    asked: dict[Question, None] = {}
    for at in count():
        if len(asked) == number:
            return list(asked)
        kind = makers[len(asked) % len(makers)]
        asked.setdefault(kind())
        if at > 100 * number:
            raise SystemExit("The collection is too small for so many different questions.")
    raise AssertionError


def _bands(texts: Sequence[str]) -> tuple[list[list[str]], set[str]]:
    """Words by how many passages have them, and all of them together; no stop words, no numbers."""
    counts = Counter(form for text in texts for form in set(analysis.forms(text)))
    stops = weakwords.stop_words("en")
    usable = {form: n for form, n in counts.items() if form.isascii() and form.isalpha() and form not in stops}
    bands = [sorted(form for form, n in usable.items() if low <= n < high) for low, high in BANDS]
    return bands, {form for band in bands for form in band}


def _repeated(folder: Path) -> Iterator[Made]:
    """The articles again and again, each time with other ids."""
    once: list[Made] = []
    for one in _once(folder):
        once.append(one)
        yield one
    for copy in count(1):
        for article, parts in once:
            identity = article_id(article.path, f"{article.row}/{copy}")
            changed = [replace(part, article=identity, id=identity + part.id[len(article.id) :]) for part in parts]
            yield replace(article, id=identity, row=f"{article.row}/{copy}"), tuple(changed)


def _once(folder: Path) -> Iterator[Made]:
    """All articles, split, and no more of them than are wanted; from the file in `folder` if it is there."""
    kept = folder / f"passages-{_made_from()}.pickle"
    if not kept.exists():
        _split_all(kept)
    with kept.open("rb") as file, suppress(EOFError):
        while True:
            yield pickle.load(file)  # noqa: S301 - it was written above


def _split_all(kept: Path) -> None:
    """Split all articles of the collections into a file; files of the same folder that are of no use any more go."""
    found = [article for path in _sources() for article in _articles(path)]
    random.Random(_SEED).shuffle(found)  # noqa: S311 - a fixed choice, not a secret
    kept.parent.mkdir(parents=True, exist_ok=True)
    for outdated in kept.parent.glob("*.pickle"):
        outdated.unlink()
    unfinished = kept.with_suffix(".new")
    with unfinished.open("wb") as out:
        for article in found:
            pickle.dump((article, split(article)), out)
    unfinished.replace(kept)


@cache
def _made_from() -> str:
    """A digest of the collections, as size and time tell them, of the program and of this module."""
    program = Path(kb_search.__file__).parent
    digest = hashlib.sha256(kb_search.__version__.encode())
    for path in (Path(__file__), *sorted(program.rglob("*.py"))):
        digest.update(path.read_bytes())
    for path in _sources():
        told = path.stat()
        digest.update(f"{path.name} {told.st_size} {told.st_mtime_ns}".encode())
    return digest.hexdigest()[:16]


def _sources() -> list[Path]:
    """The files of the collections."""
    return [COLLECTIONS / f"{name}.jsonl.gz" for name in NAMES]


def _articles(path: Path) -> Iterator[Article]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if row["text"].strip():
                yield Article(
                    id=article_id(path.name, row["id"]),
                    path=path.name,
                    row=row["id"],
                    title=row["title"],
                    text=row["text"].strip(),
                    source=row.get("source", ""),
                    date=_date(row.get("date", "")),
                    language="en",
                )


def _date(text: str) -> Date | None:
    try:
        return Date.parse(text) if text else None
    except ValueError:
        return None
