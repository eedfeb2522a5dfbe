"""What each template is given: one frozen dataclass for each, and the parts they share.

A template's name stands in its dataclass; a test proves that the fields and what the template uses are the
same, so that neither can drift. Everything here is plain text or an address of this site: templates escape
it, and nothing is safe by declaration.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kb_search.web.facets import FacetView
from kb_search.web.runs import Run
from kb_search.web.timeline import TimelineView


@dataclass(frozen=True, slots=True)
class Link:
    """An address with its words; `current` marks the one that the page already shows."""

    label: str
    url: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page has around its content: the collection's name, the page's, and the search form."""

    site: str
    title: str
    query: str = ""
    #: Hidden fields that the search form carries along, as (name, value).
    inputs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter that is on, with the address without it."""

    label: str
    removal: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class NoteView:
    """Something that the reader must be told; `fix` is a link to the repaired query."""

    kind: str
    message: str
    fix: Link | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a score, ready to print, with what it means."""

    name: str
    number: str
    meaning: str


@dataclass(frozen=True, slots=True)
class ArticleLine:
    """An article in a list."""

    title: str
    untitled: bool
    url: str
    source: str
    date: str
    precision: str
    length: str


@dataclass(frozen=True, slots=True)
class Card:
    """One hit."""

    passage: str
    url: str
    title: tuple[Run, ...]
    untitled: bool
    source: str
    date: str
    #: `month only`, `year only` or empty.
    precision: str
    section: tuple[Run, ...]
    place: str
    text: tuple[Run, ...]
    language: str
    only_url: str
    similar_url: str
    score: str
    reasons: tuple[Reason, ...]
    #: `also in 4 others`, and those of them that are named.
    also: str
    copies: tuple[ArticleLine, ...]


@dataclass(frozen=True, slots=True)
class Paging:
    """The pages around this one; a Link without an address stands for pages left out."""

    previous: str
    next: str
    pages: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """A wider search that would find something."""

    label: str
    url: str
    count: str


@dataclass(frozen=True, slots=True)
class Clause:
    """One of the clauses that must all be met, and what it finds by itself; no address where that is nothing."""

    words: str
    url: str
    count: str


@dataclass(frozen=True, slots=True)
class ResultsPage:
    """`/search`: the answer to one request."""

    template: ClassVar[str] = "results.html"

    frame: Frame
    understood: str
    chips: tuple[Chip, ...]
    clear_url: str
    notes: tuple[NoteView, ...]
    #: Where names were also searched for under other names: the search that does not.
    as_typed: Link | None
    did_you_mean: Link | None
    #: What stands beside the words of this search; empty where nothing was found.
    related_url: str
    count: str
    took: str
    generation: str
    #: What is folded, and the address with or without that.
    folded: str
    unfold: Link | None
    sorts: tuple[Link, ...]
    facets: tuple[FacetView, ...]
    active: int
    timeline: TimelineView | None
    cards: tuple[Card, ...]
    nearest: tuple[Card, ...]
    paging: Paging | None
    #: Why there is no card to see, where there is none.
    nothing: str
    #: Where nothing was found: what each clause finds by itself, and the smallest change that finds something.
    clauses: tuple[Clause, ...]
    relaxed: Offer | None
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class RelatedWord:
    """A word beside those of a search: the search with it, and how often it stands there."""

    word: str
    url: str
    count: str


@dataclass(frozen=True, slots=True)
class RelatedPage:
    """`/related`: what stands beside the words of a search more often than chance has it."""

    template: ClassVar[str] = "related.html"

    frame: Frame
    understood: str
    back_url: str
    #: How many passages were looked at, in words.
    passages: str
    words: tuple[RelatedWord, ...]


@dataclass(frozen=True, slots=True)
class SimilarPage:
    """`/similar/ID`: other articles that are about what an article or a passage is about."""

    template: ClassVar[str] = "similar.html"

    frame: Frame
    source: Link
    heading: str
    #: The words that were asked for, and the search that asks for any of them.
    words: str
    search_url: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source in a list, with the address of its passages."""

    label: str
    url: str
    count: str


@dataclass(frozen=True, slots=True)
class HomePage:
    """`/`: what is in the collection."""

    template: ClassVar[str] = "home.html"

    frame: Frame
    #: Number and noun, such as ("24", "articles").
    figures: tuple[tuple[str, str], ...]
    span: str
    undated: str
    sources: tuple[SourceLine, ...]
    timeline: TimelineView | None
    newest: tuple[ArticleLine, ...]
    #: Words from this collection that show how to ask.
    examples: tuple[Link, ...]
    all_url: str


@dataclass(frozen=True, slots=True)
class EntryView:
    """One line of a list about the collection: a file or an article, what is told of it, what belongs to it."""

    title: str
    #: Empty where there is nothing to open.
    url: str
    untitled: bool
    meta: str
    said: tuple[str, ...] = ()
    others: tuple[EntryView, ...] = ()
    #: How many others are not shown, in words.
    left: str = ""


@dataclass(frozen=True, slots=True)
class ListView:
    """One list about the collection, or its beginning; `search` leads to the passages of what it lists."""

    name: str
    heading: str
    explanation: str
    #: What can be typed to mend it, if anything.
    command: str
    #: The number in words, such as "312 articles".
    count: str
    number: str
    entries: tuple[EntryView, ...]
    more: Link | None = None
    search: Link | None = None


@dataclass(frozen=True, slots=True)
class YearBar:
    """The articles of one year: place and width in percent of a drawing, height in its pixels."""

    x: float
    width: float
    height: float
    year: str
    count: str
    url: str


@dataclass(frozen=True, slots=True)
class YearsView:
    """Articles by year as bars, with (place in percent, year) for the labels beneath them."""

    bars: tuple[YearBar, ...]
    ticks: tuple[tuple[float, str], ...]
    #: The same in words.
    summary: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source with its articles, and how they lie over the years of the collection."""

    label: str
    url: str
    count: str
    span: str
    years: YearsView


@dataclass(frozen=True, slots=True)
class Tally:
    """Values with a number each; a value without an address cannot be searched for."""

    heading: str
    lines: tuple[SourceLine, ...]


@dataclass(frozen=True, slots=True)
class CollectionPage:
    """`/collection`: what the collection holds, and what in it needs a look; with `back_url` one list of it."""

    template: ClassVar[str] = "collection.html"

    frame: Frame
    heading: str
    back_url: str
    #: Number and noun, as on the first page.
    figures: tuple[tuple[str, str], ...]
    span: str
    generation: str
    #: Sentences on the collection as a whole, such as that it has outgrown its engine.
    advice: tuple[str, ...]
    lists: tuple[ListView, ...]
    #: The lists that have nothing in them, by their headings.
    clear: tuple[str, ...]
    years: YearsView | None
    undated: Link | None
    sources: tuple[SourceRow, ...]
    more_sources: Link | None
    tallies: tuple[Tally, ...]
    paging: Paging | None


@dataclass(frozen=True, slots=True)
class EmptyPage:
    """Any page, while there is nothing to search: the commands that fill the collection."""

    template: ClassVar[str] = "empty.html"

    frame: Frame
    message: str
    #: What each command does, and the command.
    commands: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Claimed:
    """What another place said; it lost to a more trusted one, whether or not the two agree."""

    value: str
    origin: str
    agrees: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known of an article, and where it was found."""

    name: str
    value: str
    #: Set where the value may be followed as a link.
    url: str = ""
    origin: str = ""
    others: tuple[Claimed, ...] = ()


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """Another place where the same text stands; `url` is set where it may be followed as a link."""

    title: str
    source: str
    date: str
    precision: str
    path: str
    url: str


@dataclass(frozen=True, slots=True)
class Piece:
    """What one paragraph holds of one passage; `first` says that the passage begins here."""

    passage: str
    first: bool
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A heading with its anchor, or a paragraph."""

    heading: str = ""
    anchor: str = ""
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """`/article/ID`: one article to read, with the marks of a query."""

    template: ClassVar[str] = "article.html"

    frame: Frame
    title: tuple[Run, ...]
    untitled: bool
    byline: str
    language: str
    notes: tuple[NoteView, ...]
    #: Empty where the page was not opened from a search.
    back_url: str
    only_url: str
    similar_url: str
    #: How many marks, in words, and the numbers of those on this part.
    marks: str
    mark_numbers: tuple[int, ...]
    outline: tuple[Link, ...]
    blocks: tuple[Block, ...]
    facts: tuple[Fact, ...]
    #: All places of an identical text, without the one that stands above.
    places: tuple[PlaceLine, ...]
    #: `Nearly the same in 4 others`, and those of them that are named.
    also: str
    copies: tuple[ArticleLine, ...]
    #: What is shown fainter on this part, and why.
    silences: tuple[str, ...]
    #: Very long articles come in parts.
    parts: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """One line of the query language: what is typed, what it means, and a search to try it."""

    typed: str
    meaning: str
    url: str
    count: str


@dataclass(frozen=True, slots=True)
class HelpPage:
    """`/help`: the query language, shown on this collection."""

    template: ClassVar[str] = "help.html"

    frame: Frame
    #: Groups of examples under a heading each.
    groups: tuple[tuple[str, tuple[Example, ...]], ...]
    #: Key and what it does.
    keys: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """A sentence that says what went wrong."""

    template: ClassVar[str] = "error.html"

    frame: Frame
    heading: str
    message: str


PAGES = (
    ResultsPage,
    RelatedPage,
    SimilarPage,
    HomePage,
    CollectionPage,
    EmptyPage,
    ArticlePage,
    HelpPage,
    ErrorPage,
)
