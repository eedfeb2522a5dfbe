"""The contract between the program and whatever keeps the inverted index.

An engine takes articles with their passages, and answers an `EngineQuery` with `Matches`: which passages,
how many, their facets, the best by BM25. The same query gives the same passages, counts and order in every
engine. What an engine needs from its library stays in its own module.

The score (phase one) is BM25 over one pooled field of stems: a word of the title or of the section heading
counts as so many words of the passage, before saturation (S. Robertson, H. Zaragoza, M. Taylor, "Simple BM25
extension to multiple weighted fields", CIKM 2004). A passage's length is kept as coarsely as Lucene keeps it, so
that engines which cannot do otherwise give the same scores. A word's score is the sum over its stems; a
phrase's that of its words; a pattern's that of one word that stands wherever one of its forms does; filters score
nothing. What a word scores is multiplied by its boost. Ties break by passage id.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from kb_search.columns import Columns
from kb_search.config import Settings
from kb_search.datecounts import DateCounts
from kb_search.document import Article, Passage
from kb_search.errors import KbSearchError
from kb_search.query import DateRange, Node, Pattern, Term, Undated, Word
from kb_search.results import ArticleHead
from kb_search.wording import Wording


@dataclass(frozen=True, slots=True)
class FieldWeights:
    """How many words of a passage one word of its article's title, or of its section's heading, is worth.

    1, 2, 3 and 4 were tried for the title; see docs/RANKING.md.
    """

    title: int = 4
    section: int = 1


FIELD_WEIGHTS = FieldWeights()

DateFilter = DateRange | Undated


@dataclass(frozen=True, slots=True)
class EngineQuery:
    """What an engine is asked.

    `dates` (any of) with `not_dates` and `span` are the reader's selection in the facet of dates, `sources`
    (any of) with `not_sources` that in the facet of sources: each facet's counts ignore its own selection.
    `depth` is how many of the best passages are wanted, in the order of `sort`. With `fold`, of a group of
    near-duplicates only the passages of the earliest article that matches are candidates; counts are not changed by it.
    """

    tree: Node
    sources: tuple[str, ...] = ()
    not_sources: tuple[str, ...] = ()
    dates: tuple[DateFilter, ...] = ()
    not_dates: tuple[DateFilter, ...] = ()
    span: DateRange | None = None
    languages: tuple[str, ...] = ()
    article: str = ""
    sort: str = "relevance"
    depth: int = 200
    seconds: float = 1.0
    fold: bool = False


class Candidate(NamedTuple):
    """A passage that matched: the engine's own key for it, its id and its BM25 score."""

    key: int
    id: str
    score: float


@dataclass(frozen=True, slots=True)
class Matches:
    """What an engine answers.

    `sources` are pairs of value and number of passages.
    `partly_dated` counts the passages that only miss a date filter because their date is too coarse,
    `partly_excluded` those found that a NOT would leave out if their date, which is too coarse, lay there. `folded`
    counts those that are no candidates because an earlier article of their group of near-duplicates matches too.
    """

    passages: int
    articles: int
    articles_exact: bool
    candidates: tuple[Candidate, ...]
    sources: tuple[tuple[str, int], ...]
    dates: DateCounts
    partly_dated: int = 0
    folded: int = 0
    partly_excluded: int = 0


@dataclass(frozen=True, slots=True)
class Expansion:
    """The forms of a collection that fit a pattern, the most frequent first, and how many fit in all.

    Frequency is that in passages, titles and headings; where forms are equally frequent the alphabet decides.
    """

    forms: tuple[str, ...]
    fitting: int


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All forms of a collection in the order of their characters, and how often each stands in it.

    That is in passages, titles and headings; no count is 0.
    """

    forms: tuple[str, ...]
    counts: NDArray[np.int64]

    def by_frequency(self) -> list[int]:
        """The numbers of the forms, the most frequent first; equals in their order."""
        order: list[int] = np.argsort(-self.counts, kind="stable").tolist()
        return order


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Where the words of a query stand in some candidates: what the second phase ranks by.

    `own`, `context` and `article` have a row for each word and a column for each candidate: how often the word stands
    in the passage's own text, in its title and heading (weighted), and in all passages of its article (weights
    included). `frequencies` says for each word in how many passages of the collection it stands. `lengths` has the
    pooled length of each candidate, `article_lengths` that of its article.

    `candidate`, `word`, `place` and `exact` are parallel: an entry for each occurrence in a passage's own text, by
    candidate and place. The first two are indexes; `place` counts words, from an arbitrary one on; `exact` says that
    the form itself stands there and not only its stem.

    `vectors` has a row for each candidate, `word_vectors` one for each word: their places in the space of `latent`, of
    no dimensions where the collection has none.
    """

    own: NDArray[np.int32]
    context: NDArray[np.int32]
    lengths: NDArray[np.int32]
    frequencies: NDArray[np.int64]
    candidate: NDArray[np.int32]
    word: NDArray[np.int32]
    place: NDArray[np.int64]
    exact: NDArray[np.bool_]
    article: NDArray[np.int32]
    article_lengths: NDArray[np.int64]
    vectors: NDArray[np.float32]
    word_vectors: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a generation holds as a whole."""

    articles: int
    passages: int
    average_length: float
    languages: tuple[str, ...]
    sources: tuple[tuple[str, int], ...]
    dates: tuple[tuple[int, int], ...]
    undated_articles: int = 0


class SearchTooLong(KbSearchError):
    """A search reached its time limit before it had an answer."""

    kind = "limited"
    http_status = 503


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment after which `check` raises SearchTooLong."""

    seconds: float
    _end: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_end", time.monotonic() + self.seconds)

    def check(self) -> None:
        """Raise SearchTooLong if the time is over."""
        if time.monotonic() > self._end:
            raise SearchTooLong(too_long(self.seconds))

    def left(self) -> float:
        """The seconds that are left; not below 0."""
        return max(self._end - time.monotonic(), 0.0)


def too_long(seconds: float) -> str:
    """What is said of a search that was stopped after so many seconds."""
    return f"The search took longer than {seconds:g} s and was stopped; a query with fewer words is faster."


class Placing(Protocol):
    """What gives the passages of a finished segment their places in the space of `latent`; see `latentwriter`."""

    def __call__(self, generation: Path, segment: Path, columns: Columns, *, learn: bool) -> None:
        """Write the vectors of a segment's passages, and, with `learn`, the space of the generation first."""


class EngineWriter(ABC):
    """Writes one generation. `add` and `delete`, then `finish` once; nothing is visible before that."""

    @abstractmethod
    def add(self, article: Article, passages: Sequence[Passage], wording: Wording | None = None) -> None:
        """Take an article with its passages in order; its id must not be in the generation already.

        `wording` is that of the passages, where somebody has it; else it is found here.
        """

    @abstractmethod
    def delete(self, article: str) -> None:
        """Drop an article that an earlier generation brought along; an unknown id is no error."""

    @abstractmethod
    def finish(self, place: Placing | None = None) -> None:
        """Write everything down; `place` learns from it which passages are about the same."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the files; without `finish` before, what was added is lost."""


class EngineReader(ABC):
    """Answers from one generation. Safe to share between threads."""

    @abstractmethod
    def holdings(self) -> Holdings:
        """What there is."""

    @abstractmethod
    def search(self, query: EngineQuery) -> Matches:
        """Find, count and rank. Raises SearchTooLong."""

    @abstractmethod
    def expand(self, pattern: Pattern, most: int, deadline: Deadline) -> Expansion:
        """The forms that fit a pattern in its field, `most` of them at most. Raises SearchTooLong.

        A query is evaluated with its patterns' `forms` filled in by this.
        """

    @abstractmethod
    def lexicon(self) -> Lexicon:
        """All forms, with how often each stands in the collection. Made once."""

    @abstractmethod
    def inflected(self, stems: Sequence[str]) -> Iterable[str]:
        """All forms in the collection that have one of some stems in one of its languages, in no order."""

    @abstractmethod
    def frequency(self, word: Word) -> int:
        """In how many passages, titles and headings included, one of a word's stems stands.

        0 where the collection lacks the form of a word that is `exact`.
        """

    @abstractmethod
    def occurrences(self, candidates: Sequence[Candidate], words: Sequence[Term]) -> Occurrences:
        """Where words of the text stand in candidates of this reader; a pattern is one word with all its forms."""

    def prepare(self, keys: Sequence[int]) -> None:  # noqa: B027 - most have all passages at hand
        """Get ready for `passage` of some keys: where each would be a request of its own, they are had in one."""

    @abstractmethod
    def passage(self, key: int) -> tuple[Passage, ArticleHead]:
        """The passage of a candidate's key, and its article without text.

        Of the article's pages those are there on which the passage stands; others may be.
        """

    @abstractmethod
    def find_passage(self, passage: str) -> int | None:
        """The key of a passage id, or None."""

    @abstractmethod
    def article(self, article: str) -> tuple[Article, tuple[Passage, ...]] | None:
        """An article, whole, with its passages in order; None where the generation has none of that id."""

    @abstractmethod
    def titles(self, most: int) -> Iterator[str]:
        """The titles of some articles, `most` of them at most, in no order."""

    @abstractmethod
    def articles(self) -> Iterator[ArticleHead]:
        """All articles without text, in the order of their paths; those of one file as they stand in it."""

    @abstractmethod
    def records(self) -> Iterator[Article]:
        """All articles without text but with everything else, one after the other, in no order that means anything."""

    @abstractmethod
    def copies(self, article: str) -> tuple[str, ...]:
        """The ids of an article and its near-duplicates, the earliest first; none where it has none."""

    @abstractmethod
    def speaker(self, article: str) -> str:
        """The id under which a text is kept that other articles have too; empty where the article is not among them."""

    @abstractmethod
    def head(self, article: str) -> ArticleHead | None:
        """An article without its text; None where there is none of that id."""

    @abstractmethod
    def wear(self) -> tuple[int, int, int]:
        """How worn the generation is by changes: its segments, its passages, and the deleted ones among them."""

    @abstractmethod
    def check(self, *, thorough: bool) -> None:
        """Scan what is kept, a sample of it unless `thorough`. Raises IndexDamaged with what is wrong."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the files."""


class Engine(ABC):
    """One kind of engine, with the settings that it works by. `name` is what settings and manifests call it."""

    name: str

    def __init__(self, settings: Settings | None = None) -> None:
        """Nothing is opened yet; without settings the defaults hold."""
        self.settings = settings or Settings()

    @abstractmethod
    def writer(self, folder: Path, base: Path | None) -> EngineWriter:
        """Begin a generation in an empty folder, as a change of the one in `base` if that is given."""

    @abstractmethod
    def reader(self, folder: Path) -> EngineReader:
        """Open a finished generation. Raises IndexDamaged."""

    def is_as_asked(self, folder: Path) -> bool:  # noqa: ARG002 - most have one layout alone
        """Whether a finished generation of this engine is laid out as the settings ask. Raises IndexDamaged."""
        return True

    def announce(self, folder: Path) -> None:  # noqa: B027 - most are found by their folder alone
        """Make a generation, which is whole on disk, the one that answers for those who do not read its folder."""

    def fetched(self, *, hasty: bool = False) -> Path:  # noqa: ARG002 - most have it at hand
        """The index folder to read from; an engine that is reached by an address brings it here first.

        Whoever is `hasty` does not wait long for an answer.
        """
        return self.settings.index

    def sweep(self) -> None:  # noqa: B027 - most keep nothing elsewhere
        """Throw away what is kept elsewhere of generations that are gone from the index folder."""

    def discard(self, folder: Path) -> None:  # noqa: B027 - most keep nothing elsewhere
        """Throw away what is kept of a finished generation outside its folder."""
