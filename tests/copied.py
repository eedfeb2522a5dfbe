"""Articles made of words that a seed chooses, and what is remembered of them: for the tests of copies."""

import random
from dataclasses import dataclass

from kb_search.copies import Prints
from kb_search.document import Article, Date, article_id
from kb_search.fingerprints import Fingerprint, fingerprint

WORDS = [f"{first}{last}" for first in ("bar", "den", "kol", "mir", "sta", "tur", "vel") for last in "abcdefghijklmnop"]


@dataclass(frozen=True)
class Remembered:
    """An article with its fingerprint, as a journal keeps it."""

    id: str
    path: str
    row: str
    title: str
    untitled: bool
    source: str
    date: Date | None
    fingerprint: Fingerprint


def story(seed, count=150):
    """So many words, the same for the same seed."""
    chosen = random.Random(seed)  # noqa: S311 - a test, not a secret
    return [chosen.choice(WORDS) for _ in range(count)]


def edited(words, share, seed=0):
    """The words with some of them replaced, here and there."""
    chosen = random.Random(seed)  # noqa: S311 - as above
    return [chosen.choice(WORDS) if chosen.random() < share else word for word in words]


def article(path, words, title="", source="", date=""):
    """An article at a path."""
    text = words if isinstance(words, str) else " ".join(words)
    return Article(
        article_id(path), path, title or text[:20], text, untitled=not title, source=source,
        date=Date.parse(date) if date else None,
    )  # fmt: skip


def prints(*articles):
    """What is remembered of some articles."""
    return Prints.of(
        Remembered(one.id, one.path, one.row, one.title, one.untitled, one.source, one.date, fingerprint(one))
        for one in articles
    )


def paths(articles, ids):
    """The paths of articles by their ids, in the order of these."""
    names = {one.id: one.path for one in articles}
    return tuple(names[one] for one in ids)
