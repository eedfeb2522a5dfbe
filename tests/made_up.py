"""Small random collections and random questions for them, for Hypothesis.

Few words, often repeated, in three languages, so that a random question often finds something and inflections, titles,
headings, phrases, silent spans and coarse dates all meet.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from kb_search import analysis
from kb_search.document import (
    BOILERPLATE,
    CONTENTS,
    REPEATED,
    Article,
    Date,
    Passage,
    Place,
    Section,
    Silent,
    article_id,
    passage_id,
)
from kb_search.engines.base import EngineQuery
from kb_search.query import (
    And,
    DateRange,
    EveryPassage,
    Language,
    Near,
    Node,
    Not,
    Or,
    Pattern,
    Phrase,
    Source,
    Spread,
    Undated,
    Word,
    date_range,
)

WORDS = (
    "run", "running", "runs", "plan", "planned", "Plans", "peace", "Peace’s", "talks", "the", "of", "to", "be",
    "Nagorno-Karabakh", "café", "город", "города", "Şuşa", "gösterileri",
)  # fmt: skip
LANGUAGES = ("en", "ru", "tr", "zz")
SOURCES = ("Reuters", "Caucasus Review", "The Peace Review", "")
AUTHORS = ("", "Ann Peace", "Bo Running")
DATES = (
    None, Date(1988), Date(2020), Date(2020, 2), Date(2020, 2, 28), Date(2020, 2, 29), Date(2020, 9, 27),
    Date(2020, 11), Date(2021), Date(2021, 12, 31),
)  # fmt: skip

Made = tuple[Article, tuple[Passage, ...]]


@st.composite
def passages(draw: st.DrawFn, article: str) -> tuple[Passage, ...]:
    """One to four passages of an article, some with a heading, some with a span that is not indexed."""
    made: list[Passage] = []
    at, texts = 0, []
    for ordinal in range(1, draw(st.integers(1, 4)) + 1):
        words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12))
        if draw(st.integers(0, 7)) == 0:
            words = ["—"] * len(words)  # a passage need not have a word
        text = draw(st.sampled_from((" ", "\n", ", "))).join(words) + ".\n"
        silent = ()
        if draw(st.integers(0, 4)) == 0:
            start = len(words[0])
            why = draw(st.sampled_from((REPEATED, BOILERPLATE, CONTENTS)))
            silent = (Silent(start, draw(st.integers(start, len(text) - 2)), why),)
        section = draw(st.sampled_from(("", "", "The plan", "Running talks")))
        identity = passage_id(article, text, texts.count(text.split()))
        made.append(Passage(identity, article, ordinal, at, at + len(text), text, section, (0,), silent))
        texts.append(text.split())
        at += len(text)
    return tuple(made)


@st.composite
def articles(draw: st.DrawFn, number: int) -> Made:
    """One article of a collection; `number` tells it apart from the others."""
    path = f"{number}.txt"
    identity = article_id(path)
    parts = draw(passages(identity))
    headings = {part.section: part.start for part in reversed(parts) if part.section}
    title = draw(st.lists(st.sampled_from(WORDS), max_size=4))
    article = Article(
        id=identity,
        path=path,
        title=" ".join(title) or "run",
        text="".join(part.text for part in parts),
        untitled=not title,
        sections=tuple(Section(name, start) for name, start in headings.items()),
        source=draw(st.sampled_from(SOURCES)),
        date=draw(st.sampled_from(DATES)),
        author=draw(st.sampled_from(AUTHORS)),
        language=draw(st.sampled_from(LANGUAGES)),
        pages=tuple((part.start, f"{at}") for at, part in enumerate(parts, 1)) if draw(st.booleans()) else (),
    )
    others = draw(st.lists(st.sampled_from(SOURCES), max_size=2)) if draw(st.integers(0, 2)) == 0 else []
    names = [article.source, *others] if others else []
    places = tuple(Place(f"{identity[:-1]}{at}", f"{number}-{at}.txt", source=name) for at, name in enumerate(names))
    return replace(article, places=places), parts


@st.composite
def collections(draw: st.DrawFn, first: int = 0, most: int = 8) -> list[Made]:
    """One article or more, numbered from `first`."""
    return [draw(articles(first + step)) for step in range(draw(st.integers(1, most)))]


@st.composite
def words(draw: st.DrawFn, field: str = "text") -> Word:
    """A word of a query, as the parser makes it: with its stems in each language of the collection."""
    form = draw(st.sampled_from([form for word in WORDS for form in analysis.forms(word)] + ["absent"]))
    boost = draw(st.sampled_from((1.0, 1.0, 1.0, 2.5, 0.0)))
    return Word(form, analysis.stems(form, LANGUAGES), exact=draw(st.booleans()), field=field, boost=boost)


@st.composite
def phrases(draw: st.DrawFn, field: str = "text") -> Phrase:
    """Some forms that follow each other, more often than not some that really do."""
    found = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3))
    forms = [form for word in found for form in analysis.forms(word)]
    return Phrase(tuple(Word(form, analysis.stems(form, LANGUAGES), field=field) for form in forms), field=field)


PATTERNS = ("ru*", "pla*", "plan?ed", "r?n*", "t?", "ka*", "горо*", "su?a", "abse*", "xx*")
FUZZY = ("run", "peas", "plan", "t", "be", "gorod", "suse")


@st.composite
def patterns(draw: st.DrawFn, field: str = "text") -> Pattern:
    """A prefix, a word with a letter left open, or one that may differ by a letter or two."""
    boost = draw(st.sampled_from((1.0, 1.0, 3.0)))
    if draw(st.booleans()):
        return Pattern(draw(st.sampled_from(PATTERNS)), field=field, boost=boost)
    return Pattern(draw(st.sampled_from(FUZZY)), draw(st.integers(1, 2)), field=field, boost=boost)


@st.composite
def nears(draw: st.DrawFn) -> Near:
    """Two or three words, phrases, patterns or alternatives of them, near each other."""
    leaf = st.one_of(words(), words(), phrases(), patterns())
    part = st.one_of(leaf, leaf, st.lists(leaf, min_size=2, max_size=2).map(lambda nodes: Or(tuple(nodes))))
    children = draw(st.lists(part, min_size=2, max_size=3))
    distances = draw(st.lists(st.integers(1, 6), min_size=len(children) - 1, max_size=len(children) - 1))
    return Near(tuple(children), tuple(distances))


@st.composite
def ranges(draw: st.DrawFn) -> DateRange:
    """From one date to another, either end open, sometimes before or after the whole of one."""
    first, last = draw(st.sampled_from(DATES)), draw(st.sampled_from(DATES))
    kind = draw(st.sampled_from(("between", "before", "after")))
    if kind == "between" or not first:
        return date_range(first, last)
    if kind == "before":
        return DateRange(0, first.first - 1)
    return DateRange(first.last + 1, 99991231)


FILTERS: st.SearchStrategy[Node] = st.one_of(
    st.sampled_from((Source(("reuters",), "r"), Source(("review",), "r"), Source(("peace", "review"), "p"))),
    st.sampled_from([Language(code) for code in LANGUAGES]),
    ranges(),
    st.just(Undated()),
    st.just(EveryPassage()),
)
LEAVES: st.SearchStrategy[Node] = st.one_of(
    words(), words(), phrases(), patterns(), nears(), nears(), FILTERS, st.sampled_from(("title", "section", "author")).
    flatmap(lambda field: st.one_of(words(field), phrases(field), patterns(field))),
)  # fmt: skip
TREES: st.SearchStrategy[Node] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda nodes: And(tuple(nodes))),
        st.lists(inner, min_size=2, max_size=3).map(lambda nodes: Or(tuple(nodes))),
        inner.map(Not),
    ),
    max_leaves=5,
)

DATE_FILTERS = st.one_of(st.just(Undated()), st.sampled_from([date_range(date, date) for date in DATES if date]))


@st.composite
def questions(draw: st.DrawFn) -> EngineQuery:
    """A tree with nothing, something or much selected beside it; all that it finds is asked for."""
    tree = draw(TREES)
    query = EngineQuery(Spread(tree) if draw(st.integers(0, 3)) == 0 else tree, depth=10_000, seconds=60)
    if draw(st.booleans()):
        return query
    return replace(
        query,
        sources=draw(_few(st.sampled_from(SOURCES))),
        not_sources=draw(_few(st.sampled_from(SOURCES))),
        dates=draw(_few(DATE_FILTERS)),
        not_dates=draw(_few(DATE_FILTERS)),
        span=draw(st.none() | ranges()),
        languages=draw(_few(st.sampled_from(LANGUAGES))),
        article=draw(st.sampled_from(("", "", "", article_id("0.txt"), "absent"))),
        sort=draw(st.sampled_from(("relevance", "newest", "oldest"))),
    )


def _few(values: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    """Often none, seldom two."""
    return st.one_of(st.just(()), st.just(()), st.tuples(values), st.tuples(values, values))
