"""The waist of the program: what is asked for, and what is answered.

A `SearchRequest` is the only thing a page, an export, the API and the command line ever ask with, so that
their counts agree; `Results` is the only thing they show.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from kb_search.document import Article, Date, Pages, Passage

SORTS = ("relevance", "newest", "oldest")
MATCHES = ("all", "any")

#: So many near-duplicates of an article are named; how many there are is always said.
MOST_COPIES = 50

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A question with all its filters.

    `dates` and `not_dates` hold facet values: `2023`, `2023-11`, `2023-11-07` or `undated`. `since` and
    `until` include their date. Several values of one filter mean any of them. `page` counts from 1. With `fold`, of a
    group of near-duplicates only the earliest that matches is listed; what is counted does not change.
    """

    text: str = ""
    sources: tuple[str, ...] = ()
    not_sources: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    not_dates: tuple[str, ...] = ()
    since: Date | None = None
    until: Date | None = None
    languages: tuple[str, ...] = ()
    article: str = ""
    match: str = "all"
    variants: bool = True
    sort: str = "relevance"
    fold: bool = False
    page: int = 1
    per_page: int = 10


@dataclass(frozen=True, slots=True)
class Note:
    """Something the reader of a query must be told.

    `kind` is `ignored`, `expanded`, `limited`, `corrected` or `info`; `start` and `end` say which
    characters of the query it is about, `text` what stands there; `suggestion` is a repaired query, if
    there is one.
    """

    kind: str
    text: str
    start: int
    end: int
    message: str
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class ClauseCount:
    """One of the clauses that must all be met: as it can be typed, in plain words, and what it finds by itself."""

    text: str
    words: str
    passages: int


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A wider query that finds something where the one that was asked finds nothing.

    `label` says how it differs (`without peace`), `text` is the query, `passages` what it finds. Without
    `keeps_filters` the filters of the request are left out too.
    """

    label: str
    text: str
    passages: int
    keeps_filters: bool = True


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that matched.

    `marks`, `title_marks` and `section_marks` are spans in `text`, `title` and `section`, in order and
    never overlapping. `sentences` are the offsets in `text` where its sentences begin. `of` is the number
    of passages in the article; `ordinal` counts from 1. `page` and `last_page` are the labels of the first and the last
    page that the passage stands on, empty where the article has none. `copies` are the near-duplicates of the article,
    the earliest first, no more than MOST_COPIES of them; `copy_count` says how many there are. `sources` are all that
    printed it, as far as known.
    """

    passage: str
    article: str
    title: str
    untitled: bool
    source: str
    date: Date | None
    section: str
    ordinal: int
    of: int
    score: float
    language: str
    text: str
    sentences: tuple[int, ...]
    marks: tuple[Span, ...]
    title_marks: tuple[Span, ...] = ()
    section_marks: tuple[Span, ...] = ()
    sources: tuple[str, ...] = ()
    page: str = ""
    last_page: str = ""
    copies: tuple[ArticleHead, ...] = ()
    copy_count: int = 0
    #: The parts that add up to `score`, by name.
    reasons: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class WordShare:
    """What one word of a query adds to the score of a passage.

    `count` is how often it stands in the passage's own text, `passages` how many passages of the collection have it.
    """

    word: str
    score: float
    count: int
    passages: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a passage stands where it stands.

    Where nothing has all the words, `request` is the one that asks for any of them. `position` counts from 1 among `of`
    passages that match; it is 0 where nobody can page so far. The hit's reasons add up to its score, `words` to its
    first reason; they are empty for a passage that was not compared closely.
    """

    request: SearchRequest
    understood: str
    hit: Hit
    position: int
    of: int
    words: tuple[WordShare, ...]


@dataclass(frozen=True, slots=True)
class Similar:
    """What is about the same as a passage or an article: `words` were asked for, `hits` are of an article each."""

    to: str
    words: tuple[str, ...]
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """The mean of a measure over some questions, with a 95 % confidence interval."""

    name: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more one ranking has of a measure than another, per question on average.

    `p` is the probability that chance alone makes a difference as large.
    """

    name: str
    value: float
    p: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Another ranking of the same questions, with its measures and what ours has more than it."""

    name: str
    measures: tuple[Measure, ...]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured on one judged collection. Without judgements there are no measures.

    `fingerprint` tells whether two figures are of the same exam: it changes with any document, question or judgement.
    `notes` say in sentences which judgements do not fit the rest of the collection.
    """

    collection: str
    fingerprint: str
    documents: int
    queries: int
    judged: int
    measures: tuple[Measure, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet and how many passages have it, this facet's own selection left aside."""

    value: str
    count: int
    selected: bool = False
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """All values of one facet: sources by falling count, dates in order of time with `undated` last."""

    name: str
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One unit of the timeline: its date, how many passages matched, how many the collection holds.

    `coarse` counts the matches whose date is only known to a wider unit than the timeline's.
    """

    date: str
    count: int
    holdings: int
    coarse: int = 0


@dataclass(frozen=True, slots=True)
class Timeline:
    """The hits over time. `unit` is `year`, `month` or `day`; `bars` has no gaps; undated stands apart."""

    unit: str
    bars: tuple[Bar, ...]
    undated: int
    undated_holdings: int


@dataclass(frozen=True)
class Results:
    """The answer to one request. Every number in it is exact unless a note says otherwise.

    `date_tree` and `timeline` are made when they are asked for: a list of hits needs neither.
    """

    request: SearchRequest
    understood: str
    notes: tuple[Note, ...]
    passages: int
    articles: int
    articles_exact: bool
    took_ms: float
    page: int
    pages: int
    generation: str
    hits: tuple[Hit, ...]
    nearest: tuple[Hit, ...]
    #: `source`, and `date` at the unit that follows the span.
    facets: tuple[Facet, ...]
    make_date_tree: Callable[[], Facet]
    make_timeline: Callable[[], Timeline]
    suggestion: str | None = None
    #: How many passages are counted but not listed, because an earlier near-duplicate of their article matches too.
    folded: int = 0
    #: False where the time limit ended the search before it was counted: its counts are 0 then and mean nothing.
    complete: bool = True
    #: Where nothing was found: what each clause finds alone, and the smallest change that finds something.
    clauses: tuple[ClauseCount, ...] = ()
    relaxation: Relaxation | None = None

    @cached_property
    def date_tree(self) -> Facet:
        """Years and months together (`2023`, `2023-11`, …, `undated`), for a tree of dates."""
        return self.make_date_tree()

    @cached_property
    def timeline(self) -> Timeline:
        """The hits over time."""
        return self.make_timeline()


@dataclass(frozen=True, slots=True)
class Completion:
    """A way to go on: the whole query with it, what was put at its end, and how often that stands in the collection.

    `kind` is `word`, `name` or the field that it completes (`source`, `author`, `lang`, `scope`, `date`, `title`,
    `section`). `count` is how often a word stands in the collection; of a name of several words how many passages have
    it as it is written; behind a field how many passages its value finds. It is None where nobody
    counted, and for a name that nobody wrote, which finds its other names.
    """

    text: str
    ending: str
    kind: str
    count: int | None


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An article as a page shows it: whole, in passages, with the query's marks in each."""

    article: Article
    passages: tuple[Passage, ...]
    #: One tuple of spans for each passage, relative to the passage's text.
    marks: tuple[tuple[Span, ...], ...]
    title_marks: tuple[Span, ...]
    notes: tuple[Note, ...]
    #: Its near-duplicates, the earliest first.
    copies: tuple[ArticleHead, ...] = ()
    copy_count: int = 0


@dataclass(frozen=True, slots=True)
class ArticleHead:
    """An article without its text, as lists show it; `passages` is their number, `sources` are all that printed it.

    `pages` are those of the article.
    """

    id: str
    path: str
    title: str
    untitled: bool
    source: str
    date: Date | None
    language: str
    passages: int
    sources: tuple[str, ...] = ()
    pages: Pages = ()


class FileReport(NamedTuple):
    """What one run did with one file; a tuple, since a run may make very many.

    `status` is `added`, `changed`, `unchanged`, `removed`, `skipped` or `failed`; `reason` says why for
    the last two, or what else is to be told of the file; `articles` is the number of articles that it holds now.
    `encoding` is that of its characters, empty where its format leaves no choice; `seconds` is how long it took to
    read, 0 where it was not read. `problems` are what was left out of it: pairs of where it stands and what is wrong.
    """

    path: str
    status: str
    reason: str = ""
    loader: str = ""
    articles: int = 0
    encoding: str = ""
    seconds: float = 0.0
    problems: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Stats:
    """What a generation holds."""

    engine: str
    generation: str
    articles: int
    passages: int
    sources: tuple[tuple[str, int], ...]
    undated: int
    failed: int
    skipped: int
    first_date: Date | None
    last_date: Date | None
    bytes: int
    #: The files that failed or were skipped, with the reason.
    problems: tuple[FileReport, ...] = ()
    #: How many complete generations are on disk; more than two only while a reader holds an older one.
    generations: int = 1


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What one run of `index` did. The six counts are of files and add up to the number of `files`.

    `built` says whether there is a new generation, `engine` what keeps it. `news` are sentences about the run as a
    whole, such as why every file was read anew.
    """

    articles: int
    passages: int
    added: int
    changed: int
    unchanged: int
    removed: int
    skipped: int
    failed: int
    seconds: float
    generation: str
    files: tuple[FileReport, ...]
    built: bool = True
    news: tuple[str, ...] = ()
    engine: str = ""
