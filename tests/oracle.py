"""What a search must answer, said a second time in plain Python: no arrays, no index, every passage looked at.

It knows an engine's contract (`kb_search.engines.base`) and nothing of how any engine keeps it. Words are made into
terms by `analysis`, which is the program's own: what is tested here is finding, counting and scoring.
"""

from __future__ import annotations

import calendar
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from kb_search import analysis
from kb_search.document import Article, Date, Passage, Silent
from kb_search.engines.base import FIELD_WEIGHTS, EngineQuery
from kb_search.query import (
    And,
    DateRange,
    EveryPassage,
    Language,
    Leaf,
    Near,
    Node,
    Not,
    Or,
    Pattern,
    Phrase,
    Source,
    Spread,
    Term,
    Undated,
    Word,
    any_of,
    scoring_terms,
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
        counts: Counter[str] = Counter()
        for form, count in self.weighted_forms().items():
            counts[analysis.stem(form, self.article.language)] += count
        return counts

    @property
    def length(self) -> int:
        """How many words it has, those of title and heading by their weight; one where it has none."""
        return max(sum(self.weighted_forms().values()), 1)

    def weighted_forms(self) -> Counter[str]:
        """The same of the forms."""
        counts = Counter(form for run in self.runs for form in run)
        for form in self.title:
            counts[form] += FIELD_WEIGHTS.title
        for form in self.heading:
            counts[form] += FIELD_WEIGHTS.section
        return counts

    def frequency(self, term: Term) -> dict[object, int]:
        """How often a term counts in the passage, by what is counted: each of a word's stems, a pattern as a whole."""
        if isinstance(term, Word):
            return {stem: self.weighted()[stem] for stem in term.stems}
        forms = self.weighted_forms()
        return {(term.text, term.edits): sum(count for form, count in forms.items() if fits(term, form))}


class Oracle:
    """Answers engine queries over a collection by looking at every passage."""

    def __init__(self, collection: Collection) -> None:
        self.articles = [
            [Entry(article, passage, tuple(_runs(passage))) for passage in passages] for article, passages in collection
        ]
        self.entries = [entry for entries in self.articles for entry in entries]

    def found(self, query: EngineQuery) -> list[Entry]:
        """The passages that match, with everything that is selected."""
        base = self._base(query)
        return [one for one in base if _sources(query, one) and _dates(query, one)]

    def _base(self, query: EngineQuery, *, partly: bool = False, shy: bool = False) -> list[Entry]:
        """The passages that match before anything is selected in a facet."""
        tree = _with_coarse_dates(query.tree, partly=partly, shy=shy)
        if isinstance(tree, Spread):
            found = [entry for entries in self.articles for entry in spread(tree.child, entries)]
        else:
            found = [entry for entry in self.entries if hits(tree, entry)]
        return [entry for entry in found if _filters(query, entry)]

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
        found = [one for one in self._base(query) if _dates(query, one)]
        return Counter(source for one in found for source in one.sources)

    def by_date(self, query: EngineQuery) -> Counter[int]:
        """Counts by date, with the reader's selection of dates left aside."""
        return Counter(one.date for one in self._base(query) if _sources(query, one))

    def partly_dated(self, query: EngineQuery) -> int:
        """How many do not match only because their date is too coarse."""
        wider = [one for one in self._base(query, partly=True) if _sources(query, one)]
        return sum(_dates(query, one, partly=True) for one in wider) - len(self.found(query))

    def partly_excluded(self, query: EngineQuery) -> int:
        """How many match that would not if a coarse date counted wherever it may lie in what is excluded."""
        kept = [one for one in self._base(query, shy=True) if _sources(query, one)]
        return len(self.found(query)) - sum(_dates(query, one, shy=True) for one in kept)

    def forms(self, pattern: Pattern) -> list[str]:
        """The forms that fit a pattern in its field, the most frequent first."""
        counts: Counter[str] = Counter()
        for entries in self.articles:
            if pattern.field == "author":
                counts.update(dict.fromkeys(analysis.forms(entries[0].article.author), 0))
                continue
            counts.update(entries[0].title)
            for heading in {entry.passage.section: entry.heading for entry in entries}.values():
                counts.update(heading)
            for entry in entries:
                counts.update(form for run in entry.runs for form in run)
        fitting = {form: count for form, count in counts.items() if fits(pattern, form)}
        return sorted(fitting, key=lambda form: (-fitting[form], form))

    @property
    def average_length(self) -> float:
        """How many words a passage has on average, title and heading weighted."""
        total = sum(one.length for one in self.entries)
        return max(total / max(len(self.entries), 1), 1.0)

    def score(self, tree: Node, entry: Entry) -> float:
        """BM25 over the pooled field of stems, in Lucene's form, with its coarse lengths."""
        boosts: dict[object, float] = {}
        terms: dict[object, Term] = {}
        for term in scoring_terms(tree):
            for key in entry.frequency(term):
                boosts[key], terms[key] = max(boosts.get(key, 0), term.boost), term
        average = self.average_length
        length = coarse(entry.length)
        score = 0.0
        for key, term in terms.items():
            having = sum(one.frequency(term)[key] > 0 for one in self.entries)
            frequency = entry.frequency(term)[key]
            rarity = boosts[key] * math.log(1 + (len(self.entries) - having + 0.5) / (having + 0.5))
            score += rarity * frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * length / average))
        return score


def fits(pattern: Pattern, form: str) -> bool:
    """Whether a form fits a pattern, letter by letter."""
    if pattern.edits:
        return edits(pattern.text, form) <= pattern.edits
    text, is_open = pattern.text.removesuffix("*"), pattern.text.endswith("*")
    same = all(one in ("?", other) for one, other in zip(text, form, strict=False))
    return same and (len(form) >= len(text) if is_open else len(form) == len(text))


def edits(one: str, other: str) -> int:
    """How many letters must be added, left out or changed to make one word of the other."""
    row = list(range(len(other) + 1))
    for number, letter in enumerate(one, 1):
        before, row = row, [number]
        for place, wanted in enumerate(other):
            row.append(min(before[place + 1] + 1, row[place] + 1, before[place] + (letter != wanted)))
    return row[-1]


def spread(tree: Node, entries: Sequence[Entry]) -> list[Entry]:
    """The passages of one article that show why it matches a tree as a whole; none if it does not."""
    return [entry for entry in entries if hits(any_of(tree), entry)] if _matches_as_a_whole(tree, entries) else []


def _matches_as_a_whole(node: Node, entries: Sequence[Entry]) -> bool:
    match node:
        case And():
            return all(_matches_as_a_whole(child, entries) for child in node.children)
        case Or():
            return any(_matches_as_a_whole(child, entries) for child in node.children)
        case Not():
            return not spread(node.child, entries)
        case _:
            return any(ways(node, entry) for entry in entries)


def _with_coarse_dates(node: Node, *, partly: bool, shy: bool) -> Node:
    """The tree with coarse dates let into its date ranges (`partly`), or into those that a NOT excludes (`shy`)."""
    match node:
        case And() | Or():
            children = tuple(_with_coarse_dates(child, partly=partly, shy=shy) for child in node.children)
            return type(node)(children)
        case Spread():
            return Spread(_with_coarse_dates(node.child, partly=partly, shy=shy))
        case Not() if shy:
            return Not(_with_coarse_dates(node.child, partly=True, shy=False))
        case DateRange():
            return replace(node, partly=partly)
        case _:
            return node


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


def _filters(query: EngineQuery, entry: Entry) -> bool:
    language = analysis.base_language(entry.article.language)
    return (not query.languages or language in query.languages) and (
        not query.article or entry.article.id == query.article
    )


def _sources(query: EngineQuery, entry: Entry) -> bool:
    is_wanted = not query.sources or bool(entry.sources & set(query.sources))
    return is_wanted and not entry.sources & set(query.not_sources)


def _dates(query: EngineQuery, entry: Entry, *, partly: bool = False, shy: bool = False) -> bool:
    return (
        (not query.dates or any(_dated(one, entry, partly=partly) for one in query.dates))
        and not any(_dated(one, entry, partly=shy) for one in query.not_dates)
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


def hits(tree: Node, entry: Entry) -> bool:
    """Whether a passage is found by a tree: by a word of its own, or without any word at all."""
    return bool({OWN, FREE} & ways(tree, entry))


def ways(node: Node, entry: Entry) -> set[str]:  # noqa: C901, PLR0911 - a case for each node
    """In which ways a passage matches a tree; none where it does not."""
    match node:
        case Word() | Phrase() | Pattern() if node.field == "text":
            return _text_ways(node, entry)
        case Word() | Phrase() | Pattern():
            return _free(_in_field(node, entry))
        case Near():
            return {OWN} if any(_are_near(node, run, entry) for run in entry.runs) else set()
        case And():
            return _all_ways([ways(child, entry) for child in node.children])
        case Or():
            return set().union(*(ways(child, entry) for child in node.children))
        case Not():
            return _free(not hits(node.child, entry))
        case Source():
            return _free(any(_has(analysis.forms(source), node.forms) for source in entry.sources))
        case Language():
            return _free(analysis.base_language(entry.article.language) == node.code)
        case DateRange():
            return _free(_dated(node, entry, partly=node.partly))
        case Undated():
            return _free(not entry.date)
        case EveryPassage():
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


def _text_ways(node: Leaf, entry: Entry) -> set[str]:
    own = {OWN} if any(_spans(node, run, entry) for run in entry.runs) else set()
    if isinstance(node, Phrase) or (isinstance(node, Word) and node.exact):
        return own
    around = any(_is(node, form, entry) for form in (*entry.title, *entry.heading))
    return own | ({CONTEXT} if around else set())


def _is(term: Term, form: str, entry: Entry) -> bool:
    """Whether a form is what a word or a pattern asks for."""
    if isinstance(term, Pattern):
        return fits(term, form)
    return form == term.form if term.exact else analysis.stem(form, entry.article.language) in term.stems


def _spans(node: Node, run: Sequence[str], entry: Entry) -> list[tuple[int, int]]:
    """Where a leaf, or one of several, stands in a run of words: first and last place."""
    if isinstance(node, Or):
        return [span for child in node.children for span in _spans(child, run, entry)]
    if isinstance(node, Phrase):
        wanted = [word.form for word in node.words]
        last = len(wanted) - 1
        return [(at, at + last) for at in range(len(run) - last) if list(run[at : at + last + 1]) == wanted]
    assert isinstance(node, Word | Pattern)
    return [(at, at) for at, form in enumerate(run) if _is(node, form, entry)]


def _are_near(node: Near, run: Sequence[str], entry: Entry) -> bool:
    """Whether some places of the parts follow each other, each near the one before."""
    reached = _spans(node.children[0], run, entry)
    for distance, child in zip(node.distances, node.children[1:], strict=True):
        reached = [
            (first, last)
            for first, last in _spans(child, run, entry)
            if any(0 < first - end <= distance or 0 < start - last <= distance for start, end in reached)
        ]
    return bool(reached)


def _in_field(node: Leaf, entry: Entry) -> bool:
    if node.field == "author":
        forms = analysis.forms(entry.article.author)
        if isinstance(node, Word):
            return node.form in forms
    else:
        forms = list(entry.title if node.field == "title" else entry.heading)
    if isinstance(node, Phrase):
        return _has(forms, [word.form for word in node.words])
    return any(_is(node, form, entry) for form in forms)


def _has(forms: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether some forms stand next to each other in this order."""
    return any(list(forms[at : at + len(wanted)]) == list(wanted) for at in range(len(forms) - len(wanted) + 1))
