"""What a search must answer, said a second time in plain Python: no arrays, no index, every passage looked at.

It knows an engine's contract (`kb_search.engines.base`) and nothing of how any engine keeps it. Words are made into
terms by `analysis`, which is the program's own: what is tested here is finding, counting and scoring.
"""

from __future__ import annotations

import calendar
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kb_search import analysis
from kb_search.document import Article, Date, Passage, Silent
from kb_search.engines.base import FIELD_WEIGHTS, EngineQuery
from kb_search.query import (
    And,
    DateRange,
    Everything,
    Language,
    Node,
    Not,
    Or,
    Phrase,
    Source,
    Undated,
    Word,
    scoring_words,
)

Collection = Sequence[tuple[Article, Sequence[Passage]]]

#: By what a passage can match a tree: with a word of its own text, with words of title and heading alone, or without
#: any word. One passage can match in several ways.
OWN, CONTEXT, FREE = "own", "context", "free"
K1, B = 1.2, 0.75


@dataclass(frozen=True)
class Entry:
    """A passage with its words: `runs` are those that follow each other with nothing silent between."""

    article: Article
    passage: Passage
    runs: tuple[tuple[str, ...], ...]

    @property
    def title(self) -> tuple[str, ...]:
        """The forms of the title; none where it is only the first sentence."""
        return () if self.article.untitled else tuple(analysis.forms(self.article.title))

    @property
    def heading(self) -> tuple[str, ...]:
        """The forms of the heading."""
        return tuple(analysis.forms(self.passage.section))

    @property
    def sources(self) -> set[str]:
        """Everybody who printed the article, as far as known."""
        named = {self.article.source, *(place.source for place in self.article.places)} - {""}
        return named or {""}

    @property
    def date(self) -> int:
        """The number of the date, 0 where there is none."""
        return self.article.date.number if self.article.date else 0

    def stems(self, forms: Iterable[str]) -> list[str]:
        """The stems of some forms in the language of the article."""
        return [analysis.stem(form, self.article.language) for form in forms]

    def own(self) -> list[str]:
        """The stems of the passage's own words, in order."""
        return self.stems(form for run in self.runs for form in run)

    def weighted(self) -> Counter[str]:
        """How often each stem counts in the passage: own words once, those of title and heading by their weight."""
        counts = Counter(self.own())
        for stem in self.stems(self.title):
            counts[stem] += FIELD_WEIGHTS.title
        for stem in self.stems(self.heading):
            counts[stem] += FIELD_WEIGHTS.section
        return counts


class Oracle:
    """Answers engine queries over a collection by looking at every passage."""

    def __init__(self, collection: Collection) -> None:
        self.entries = [
            Entry(article, passage, tuple(_runs(passage))) for article, passages in collection for passage in passages
        ]

    def found(self, query: EngineQuery) -> list[Entry]:
        """The passages that match, with everything that is selected."""
        return [one for one in self.entries if _base(query, one) and _sources(query, one) and _dates(query, one)]

    def listed(self, query: EngineQuery, groups: Sequence[Sequence[str]]) -> list[Entry]:
        """Of the passages that match those that are listed, where near-duplicates are folded into the earliest one."""
        found = self.found(query)
        matching = {one.article.id for one in found}
        hidden: set[str] = set()
        for group in groups if query.fold else ():
            hidden |= set([article for article in group if article in matching][1:])
        return [one for one in found if one.article.id not in hidden]

    def by_source(self, query: EngineQuery) -> Counter[str]:
        """Counts by source, with the reader's selection of sources left aside."""
        found = [one for one in self.entries if _base(query, one) and _dates(query, one)]
        return Counter(source for one in found for source in one.sources)

    def by_date(self, query: EngineQuery) -> Counter[int]:
        """Counts by date, with the reader's selection of dates left aside."""
        return Counter(one.date for one in self.entries if _base(query, one) and _sources(query, one))

    def partly_dated(self, query: EngineQuery) -> int:
        """How many do not match only because their date is too coarse."""
        return sum(
            _base(query, one, partly=True) and _sources(query, one) and _dates(query, one, partly=True)
            for one in self.entries
        ) - len(self.found(query))

    def score(self, tree: Node, entry: Entry) -> float:
        """BM25 over the pooled field of stems, in Lucene's form, with its coarse lengths."""
        stems = {stem for word in scoring_words(tree) for stem in word.stems}
        total = sum(sum(one.weighted().values()) for one in self.entries)
        average = max(total / len(self.entries), 1.0)
        length = coarse(sum(entry.weighted().values()))
        score = 0.0
        for stem in stems:
            having = sum(stem in one.weighted() for one in self.entries)
            frequency = entry.weighted()[stem]
            rarity = math.log(1 + (len(self.entries) - having + 0.5) / (having + 0.5))
            score += rarity * frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * length / average))
        return score


def coarse(length: int) -> int:
    """The largest length that Lucene's one byte can hold and that is not above this one: exact to 40, then steps."""
    kept, step = 40, 2
    if length <= kept:
        return length
    while True:
        for _ in range(8):
            if kept + step > length:
                return kept
            kept += step
        step *= 2


def _runs(passage: Passage) -> Iterator[tuple[str, ...]]:
    at = 0
    for start, end, _ in (*passage.silent, Silent(len(passage.text), len(passage.text))):
        yield tuple(analysis.forms(passage.text[at:start]))
        at = end


def _base(query: EngineQuery, entry: Entry, *, partly: bool = False) -> bool:
    language = analysis.base_language(entry.article.language)
    return (
        hits(query.tree, entry, partly=partly)
        and (not query.languages or language in query.languages)
        and (not query.article or entry.article.id == query.article)
    )


def _sources(query: EngineQuery, entry: Entry) -> bool:
    is_wanted = not query.sources or bool(entry.sources & set(query.sources))
    return is_wanted and not entry.sources & set(query.not_sources)


def _dates(query: EngineQuery, entry: Entry, *, partly: bool = False) -> bool:
    return (
        (not query.dates or any(_dated(one, entry, partly=partly) for one in query.dates))
        and not any(_dated(one, entry, partly=False) for one in query.not_dates)
        and (query.span is None or _dated(query.span, entry, partly=partly))
    )


def _dated(wanted: DateRange | Undated, entry: Entry, *, partly: bool) -> bool:
    if isinstance(wanted, Undated) or not entry.date:
        return isinstance(wanted, Undated) and not entry.date
    days = _days(Date.from_number(entry.date))
    inside = [wanted.first <= day <= wanted.last for day in (days if partly else (days[0], days[-1]))]
    return any(inside) if partly else all(inside)


def _days(date: Date) -> list[int]:
    """All days that a date can mean, as numbers."""
    months = [date.month] if date.month else range(1, 13)
    return [
        date.year * 10000 + month * 100 + day
        for month in months
        for day in ([date.day] if date.day else range(1, calendar.monthrange(date.year, month)[1] + 1))
    ]


def hits(tree: Node, entry: Entry, *, partly: bool = False) -> bool:
    """Whether a passage is found by a tree: by a word of its own, or without any word at all."""
    return bool({OWN, FREE} & ways(tree, entry, partly=partly))


def ways(node: Node, entry: Entry, *, partly: bool = False) -> set[str]:  # noqa: C901, PLR0911 - a case for each node
    """In which ways a passage matches a tree; none where it does not. `partly` lets a coarse date lie anywhere."""
    match node:
        case Word() | Phrase() if node.field == "text":
            return _text_ways(node, entry)
        case Word() | Phrase():
            return _free(_in_field(node, entry))
        case And():
            return _all_ways([ways(child, entry, partly=partly) for child in node.children])
        case Or():
            return set().union(*(ways(child, entry, partly=partly) for child in node.children))
        case Not():
            return _free(not hits(node.child, entry))
        case Source():
            return _free(any(_has(analysis.forms(source), node.forms) for source in entry.sources))
        case Language():
            return _free(analysis.base_language(entry.article.language) == node.code)
        case DateRange():
            return _free(_dated(node, entry, partly=partly))
        case Undated():
            return _free(not entry.date)
        case Everything():
            return _free(yes=True)


def _free(yes: bool) -> set[str]:
    return {FREE} if yes else set()


def _all_ways(children: list[set[str]]) -> set[str]:
    """The ways of an AND: one way of each child together, of which the strongest counts."""
    together = {FREE}
    for child in children:
        together = {_stronger(one, other) for one in together for other in child}
    return together


def _stronger(one: str, other: str) -> str:
    return min(one, other, key=(OWN, CONTEXT, FREE).index)


def _text_ways(node: Word | Phrase, entry: Entry) -> set[str]:
    if isinstance(node, Phrase) or node.exact:
        wanted = [word.form for word in node.words] if isinstance(node, Phrase) else [node.form]
        return {OWN} if any(_has(run, wanted) for run in entry.runs) else set()
    found = {OWN} if set(node.stems) & set(entry.own()) else set()
    context = {*entry.stems(entry.title), *entry.stems(entry.heading)}
    return found | ({CONTEXT} if set(node.stems) & context else set())


def _in_field(node: Word | Phrase, entry: Entry) -> bool:
    forms = list(entry.title) if node.field == "title" else analysis.forms(entry.article.author)
    if isinstance(node, Phrase):
        return _has(forms, [word.form for word in node.words])
    if node.field == "title" and not node.exact:
        return bool(set(node.stems) & set(entry.stems(forms)))
    return node.form in forms


def _has(forms: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether some forms stand next to each other in this order."""
    return any(list(forms[at : at + len(wanted)]) == list(wanted) for at in range(len(forms) - len(wanted) + 1))
