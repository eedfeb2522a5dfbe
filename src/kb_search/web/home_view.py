"""The pages that are about the collection as a whole: home, help, and what stands there while it is empty."""

from __future__ import annotations

import heapq
import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise

from kb_search import analysis, weakwords
from kb_search.config import Settings
from kb_search.document import UNDATED, Date
from kb_search.facets import source_name
from kb_search.results import ArticleHead, Facet, Hit, Results, Stats
from kb_search.web.article_view import article_line
from kb_search.web.contexts import (
    EmptyPage,
    Example,
    Frame,
    HelpPage,
    HomePage,
    Link,
    SourceLine,
)
from kb_search.web.state import State
from kb_search.web.timeline import timeline_view
from kb_search.web.wording import (
    counted,
    shortened,
    span_words,
    value_words,
)

NEWEST = 8
#: Sources listed on the first page; the filter column of a search has them all.
MOST_SOURCES = 40
#: Articles looked at for words to show in examples.
_SAMPLE = 500
_SHORTEST_EXAMPLE = 5
_HYPHENS = ("-", "\u2010", "\u2011")

KEYS = (
    ("/", "go to the search field"),
    ("j and k", "next and previous hit"),
    ("Enter", "open the hit"),
    ("n and p", "next and previous mark in an article"),
    ("y", "copy the address of the hit, the passage or the page"),
    ("?", "this page"),
)


@dataclass(frozen=True, slots=True)
class Samples:
    """What the collection offers for examples: words of titles, a phrase, a source, dates."""

    words: tuple[str, ...]
    phrase: str
    source: str
    first: Date | None
    last: Date | None


def samples(stats: Stats, heads: Iterable[ArticleHead], hits: Iterable[Hit]) -> Samples:
    """Names and words that most titles have, names first, and two words that stand together in a passage."""
    counts: Counter[str] = Counter()
    spelled: dict[str, str] = {}
    stops = weakwords.stop_words("en")
    for head in islice(heads, _SAMPLE):
        for form, word in _title_words(head.title).items():
            if form not in stops:
                counts[form] += 1
                spelled[form] = min(spelled.get(form, word), word, key=len)
    best = sorted(counts, key=lambda form: (spelled[form].islower(), -counts[form], form))
    source = next((name for name, _ in stats.sources if source_name(name)), "")
    return Samples(
        tuple(spelled[form] for form in best[:4]), _phrase(hits, stops), source, stats.first_date, stats.last_date
    )


def _title_words(title: str) -> dict[str, str]:
    """The longer words of a title with their spelling: no first word, none that a hyphen joins to another."""
    found = {}
    for start, end, form in islice(analysis.tokens(title), 1, None):
        joined = title[start - 1] in _HYPHENS or title[end : end + 1] in _HYPHENS
        if len(form) >= _SHORTEST_EXAMPLE and form.isalpha() and not joined:
            found[form] = title[start:end]
    return found


def _phrase(hits: Iterable[Hit], stops: frozenset[str]) -> str:
    """Two words of a passage that stand side by side with only a space between them."""
    for hit in hits:
        words = list(analysis.tokens(hit.text[:1000]))
        for (start, end, one), (after, stop, two) in pairwise(words):
            long = min(len(one), len(two)) >= _SHORTEST_EXAMPLE and one.isalpha() and two.isalpha()
            if long and not {one, two} & stops and hit.text[end:after] == " ":
                return hit.text[start:stop]
    return ""


def newest(heads: Iterable[ArticleHead]) -> tuple[ArticleHead, ...]:
    """The latest articles by date of publication, undated ones last."""
    return tuple(heapq.nlargest(NEWEST, heads, key=lambda head: head.date.last if head.date else 0))


def home_page(site: str, stats: Stats, everything: Results, latest: Iterable[ArticleHead], found: Samples) -> HomePage:
    """The first page; `everything` is the answer to a search for all passages."""
    state = State(everything.request)
    sources = next(facet for facet in everything.facets if facet.name == "source")
    return HomePage(
        frame=Frame(site, ""),
        figures=tuple(_figures(stats, everything)),
        span=span_words(stats.first_date, stats.last_date),
        undated=f"{counted(stats.undated, 'article')} undated" if stats.undated else "",
        sources=tuple(_source_lines(sources)),
        timeline=timeline_view(everything.timeline, state),
        newest=tuple(article_line(head, State.read([])) for head in latest),
        examples=tuple(Link(text, State.read([("q", text)]).url()) for text in _short_examples(found)),
        all_url="/search",
    )


def _figures(stats: Stats, everything: Results) -> Iterator[tuple[str, str]]:
    numbers = (
        (stats.articles, "article"),
        (everything.passages, "passage"),
        (sum(bool(source_name(name)) for name, _ in stats.sources), "source"),
    )
    for number, noun in (pair for pair in numbers if pair[0]):
        yield f"{number:,}", noun if number == 1 else f"{noun}s"


def _source_lines(sources: Facet) -> Iterator[SourceLine]:
    for one in sources.values[:MOST_SOURCES]:
        url = State.read([]).adding("source", one.value).url()
        name = shortened(value_words("source", one.value), 60)
        yield SourceLine(name, url, counted(one.count, "passage"))


def _short_examples(found: Samples) -> Iterator[str]:
    yield from found.words[:2]
    if found.phrase:
        yield f'"{found.phrase}"'
    if found.last:
        yield f"date:{found.last.year}"


def empty_page(site: str, message: str, settings: Settings) -> EmptyPage:
    """What stands on every page while there is nothing to search."""
    index, corpus = shlex.quote(str(settings.index)), shlex.quote(str(settings.corpus))
    where = "" if settings.index == Settings().index else f" --index {index}"
    commands = (
        ("Put your articles into one folder.", f"cp -r MY-ARTICLES/. {corpus}/"),
        ("Build the index.", f"kb-search index {corpus}{where}"),
        ("Ask it, here (load this page again) or on the command line.", f"kb-search search WORDS{where}"),
    )
    return EmptyPage(Frame(site, "Nothing to search yet"), message, commands)


def help_page(site: str, found: Samples | None, count: Callable[[State], int]) -> HelpPage:
    """The query language. Examples are taken from the collection, and `count` says what each finds.

    Without a collection (`found` is None) they are general, and nothing is counted.
    """
    groups = _groups(found or Samples((), "", "", None, None))
    counter = count if found else None
    return HelpPage(
        frame=Frame(site, "How to search"),
        groups=tuple(
            (heading, tuple(_example(typed, meaning, counter) for typed, meaning in lines)) for heading, lines in groups
        ),
        keys=KEYS,
    )


def _example(typed: str, meaning: str, count: Callable[[State], int] | None) -> Example:
    state = State.read([("q", typed)])
    return Example(typed, meaning, state.url(), counted(count(state), "passage") if count else "")


def _groups(found: Samples) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    one, two, three, *_ = (*found.words, "peace", "talks", "border")
    phrase = f'"{found.phrase or "peace talks"}"'
    source = found.source or "Herald"
    source = f'"{source}"' if " " in source else source
    yield (
        "Words",
        (
            (one, "the word in any inflection"),
            (f"{one} {two}", "both words"),
            (phrase, "exactly these words, in this order"),
            (f"{one} OR {two}", "one of them, or both; | is the same"),
            (f"{one} NOT {two}", "the first without the second; -word is the same"),
            (f"({one} OR {two}) NOT {three}", "parentheses group"),
            (f"{one} NEAR/5 {two}", "both, five words apart or fewer, in either order; NEAR alone means ten"),
            (f"{one} {two} scope:article", "both in one article, in whichever of its passages"),
            (f"{one}^3 OR {two}", "the first weighs three times as much in the order"),
            ("*", "everything, to browse with filters"),
        ),
    )
    yield (
        "Forms and spellings",
        (
            (f"={one}", "this form alone, no other inflection"),
            (f"{one[:4]}*", "words that begin so"),
            (f"{one[:2]}?{one[3:]}", "one letter may be any"),
            (f"{one}~1", "one letter may be another, missing or too many; ~2 for two"),
        ),
    )
    yield (
        "Places to look",
        (
            (f"title:{one}", "the word stands in the article's title"),
            (f"title:({one} OR {two})", "parentheses and quotes work in a field too"),
            (f"section:{one}", "the word stands in the heading above the passage"),
            ("author:smith", "written by somebody of this name"),
            (f"source:{source}", "published by this source"),
            ("lang:en", "in this language (a code of two or three letters)"),
        ),
    )
    yield "Dates", tuple(_date_examples(found))


def _date_examples(found: Samples) -> Iterator[tuple[str, str]]:
    last = found.last or Date(2023, 11, 7)
    first = found.first or Date(1988)
    day = last if last.day else Date(last.year, last.month or 1, 1)
    yield f"date:{last.year}", "in that year"
    yield f"date:{day.year}-{day.month:02}", "in that month"
    yield f"date:{day}", "on that day"
    yield f"date:{first.year}..{last.year}", "from one to the other, both included; either end may stay open"
    yield f"before:{last.year}", "before that date, which is not included"
    yield f"after:{first.year}", "after that date, which is not included"
    yield f"date:{UNDATED}", "without a date"
