"""Indexing and searching beside the textbook Whoosh program, in one run on the same passages.

    python benchmarks/speed.py --passages 20000 --queries 400

Indexing is timed from finished passages to an index that can be opened. A search is everything a page needs: parse,
select, rank, both facets, ten marked hits. The queries are made from the collection with a fixed seed: one word, two
words, OR of three, a phrase, a word with a filter by source.

Measured on 20,011 passages of diplomatic papers, 400 queries, two busy cores: indexing 7.4 times as fast as the
textbook program, the median search 6.9 times, the 95th percentile 97 times.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from kb_search import analysis
from kb_search.config import Settings
from kb_search.document import Article, Date, Passage, article_id
from kb_search.engines import engine_named
from kb_search.filelist import write_files
from kb_search.generations import building
from kb_search.passages import split
from kb_search.results import SearchRequest
from kb_search.search import Library
from textbook import Textbook

COLLECTION = Path(__file__).resolve().parents[2] / "shared" / "data" / "collections" / "frus.jsonl.gz"

Prepared = list[tuple[Article, tuple[Passage, ...]]]


def articles(path: Path) -> Iterator[Article]:
    """The articles of a collection that have a text."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if not row["text"].strip():
                continue
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


def prepared(path: Path, passages: int) -> Prepared:
    """The first articles of a collection with their passages, up to about as many passages."""
    found: Prepared = []
    count = 0
    for article in articles(path):
        parts = split(article)
        found.append((article, parts))
        count += len(parts)
        if count >= passages:
            break
    return found


def queries(collection: Prepared, number: int) -> list[tuple[str, str]]:
    """Pairs of query and source (empty: none), of five kinds in turn."""
    rng = random.Random(2026)  # noqa: S311 - a fixed choice, not a secret
    texts = [passage.text for _, passages in collection for passage in passages]
    counts = Counter(form for text in texts for form in set(analysis.forms(text)))
    stops = analysis.stop_words("en")
    usable = [form for form, count in counts.items() if count > 20 and form.isalpha() and form not in stops]
    weights = [counts[form] ** 0.5 for form in usable]
    sources = [article.source for article, _ in collection]

    def words(count: int) -> list[str]:
        return rng.choices(usable, weights, k=count)

    def phrase() -> str:
        found = analysis.forms(rng.choice(texts))
        at = rng.randrange(max(len(found) - 3, 1))
        return '"' + " ".join(found[at : at + rng.choice((2, 3))]) + '"'

    makers: list[Callable[[], tuple[str, str]]] = [
        lambda: (words(1)[0], ""),
        lambda: (" ".join(words(2)), ""),
        lambda: (" OR ".join(words(3)), ""),
        lambda: (phrase(), ""),
        lambda: (words(1)[0], rng.choice(sources)),
    ]
    return [makers[at % len(makers)]() for at in range(number)]


def timed(work: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def write_ours(collection: Prepared, folder: Path) -> Library:
    """Write and publish a generation; the library that answers from it."""
    settings = Settings(corpus=folder, index=folder / "index", time_limit=60)
    engine = engine_named("whoosh")
    with building(settings.index) as build:
        writer = engine.writer(build.folder, None)
        for article, passages in collection:
            writer.add(article, passages)
        writer.finish()
        write_files(build.folder, [])
        build.publish(engine.name, len(collection), sum(len(passages) for _, passages in collection))
    return Library(settings)


def summary(times: list[float]) -> tuple[float, float]:
    """Median and 95th percentile, in milliseconds."""
    cuts = statistics.quantiles(times, n=20)
    return statistics.median(times) * 1000, cuts[-1] * 1000


def main() -> None:
    """Run both programs and print the figures."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--collection", type=Path, default=COLLECTION)
    options.add_argument("--passages", type=int, default=20_000)
    options.add_argument("--queries", type=int, default=400)
    given = options.parse_args()
    collection = prepared(given.collection, given.passages)
    count = sum(len(passages) for _, passages in collection)
    asked = queries(collection, given.queries)
    with tempfile.TemporaryDirectory() as scratch:
        libraries: list[Library] = []
        ours_index = timed(lambda: libraries.append(write_ours(collection, Path(scratch) / "ours")))
        textbook = Textbook(Path(scratch) / "textbook")
        theirs_index = timed(lambda: textbook.write(collection))
        library = libraries[0]
        library.search(SearchRequest("opening"))
        ours, theirs = [], []
        for query, source in asked:
            request = SearchRequest(query, sources=(source,) if source else ())
            ours.append(timed(lambda request=request: library.search(request)))
            plain = f"({query}) AND source:{source}" if source else query
            theirs.append(timed(lambda plain=plain: textbook.search(plain)))
        library.close()
    ours_median, ours_late = summary(ours)
    theirs_median, theirs_late = summary(theirs)
    print(f"{count:,} passages, {len(asked)} queries")
    print(f"{'':26}{'kb-search':>12}{'textbook':>12}{'ratio':>8}")
    rows = [
        ("indexing, passages/s", count / ours_index, count / theirs_index, theirs_index / ours_index),
        ("search, median ms", ours_median, theirs_median, theirs_median / ours_median),
        ("search, 95th percentile ms", ours_late, theirs_late, theirs_late / ours_late),
    ]
    for name, mine, other, ratio in rows:
        print(f"{name:26}{mine:12,.1f}{other:12,.1f}{ratio:8.1f}")


if __name__ == "__main__":
    main()
