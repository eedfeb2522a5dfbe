"""From an Overview to the page of the collection: what there is, what needs a look, and each list whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb_search.document import UNDATED
from kb_search.errors import NotFound
from kb_search.facets import NO_SOURCE as NO_SOURCE_VALUE
from kb_search.overview import LISTS, Entry, Listing, Overview, SourceCount, outgrown
from kb_search.web.article_view import article_url
from kb_search.web.contexts import (
    CollectionPage,
    EntryView,
    Frame,
    Link,
    ListView,
    Paging,
    SourceLine,
    SourceRow,
    Tally,
    YearBar,
    YearsView,
)
from kb_search.web.state import State
from kb_search.web.wording import NO_SOURCE, counted, date_words, precision_words, shortened, span_words

ADDRESS = "/collection"
#: How much of each list the page shows, and how much of it stands on a page of its own;
FIRST, ON_A_PAGE = 5, 100
#: how many articles of a group are named here and there,
FEW_OF_A_GROUP, MOST_OF_A_GROUP = 3, 50
#: and how many sources.
FIRST_SOURCES = 10
SOURCES = "sources"
#: Pixels of the drawings of all articles and of those of one source.
HEIGHT, LOW = 72, 22
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_MOST_LABELS = 8
#: More years than these are not told one by one where a drawing is put into words.
_MOST_TOLD = 40

EXPLANATIONS = {
    "failed": "These files are in the folder, and nothing of them can be found. They are tried again when they change.",
    "skipped": "These files are of a kind that is not read, or were left out for the reason given.",
    "partial": "These files are in the index, but for what is said here.",
    "undated": "They are outside every date, and last where the newest come first.",
    "unsourced": "Nothing in or around them says who published them.",
    "untitled": "They are called by their first sentence.",
    "conflicts": "What was found says different dates; the first one counts.",
    "duplicates": "Nearly the same text under several names, such as a wire story in several papers.",
    "places": "The very same text in several files is one article; the others are counted as its places.",
    "repeated": "What many articles of a source say alike is shown in all of them, and a search finds it here alone.",
    "encodings": "Their files do not say how letters are written; it was guessed by how the text reads.",
    "mojibake": "Letters were garbled before these files were saved; they were put right only where that was sure.",
}


#: What can be done about the articles of a list.
COMMANDS = {
    "undated": "kb-search set FILE --date 2023-09-20",
    "unsourced": "kb-search set FILE --source NAME",
    "untitled": "kb-search set FILE --title TITLE",
    "conflicts": "kb-search set FILE --date 2023-09-20",
}


@dataclass(frozen=True, slots=True)
class Part:
    """What of the collection is asked for: one list (or `sources`) and a page of it; everything where it is empty."""

    show: str = ""
    page: int = 1


def collection_page(site: str, overview: Overview, part: Part) -> CollectionPage:
    """The page of the collection, or of one of its lists. Raises NotFound where there is no such list."""
    if not part.show:
        return _whole(site, overview)
    if part.show == SOURCES:
        return _sources_alone(site, overview, part)
    listing = overview.listing(part.show)
    paging, first = _paging(part, len(listing.entries))
    shown = Listing(listing.name, listing.entries[first : first + ON_A_PAGE])
    view = _list_view(shown, len(listing.entries), MOST_OF_A_GROUP)
    return _one(site, view.heading, (view,), (), paging)


def _whole(site: str, overview: Overview) -> CollectionPage:
    stats = overview.stats
    figures = ((stats.articles, "article"), (stats.passages, "passage"), (len(stats.sources), "source"))
    lists = tuple(_beginning(listing) for listing in overview.lists if listing.entries)
    left = len(overview.sources) - FIRST_SOURCES
    undated = dict(overview.years).get(0, 0)
    return CollectionPage(
        frame=Frame(site, "The collection"),
        heading="The collection",
        back_url="",
        figures=tuple((f"{number:,}", noun if number == 1 else f"{noun}s") for number, noun in figures),
        span=span_words(stats.first_date, stats.last_date),
        generation=f"Generation {stats.generation}, engine {stats.engine}, {_size(stats.bytes)}",
        advice=outgrown(stats.engine, stats.passages),
        lists=lists,
        clear=tuple(_heading(listing.name) for listing in overview.lists if not listing.entries),
        years=_years_view(overview.years, _extent(overview), HEIGHT),
        undated=Link(f"{counted(undated, 'article')} undated", _filtered("date", UNDATED)) if undated else None,
        sources=tuple(_source_row(one, _extent(overview)) for one in overview.sources[:FIRST_SOURCES]),
        more_sources=Link(f"and {counted(left, 'more source')}", _address(SOURCES)) if left > 0 else None,
        tallies=tuple(_tallies(overview)),
        paging=None,
    )


def _sources_alone(site: str, overview: Overview, part: Part) -> CollectionPage:
    paging, first = _paging(part, len(overview.sources))
    shown = overview.sources[first : first + ON_A_PAGE]
    rows = tuple(_source_row(one, _extent(overview)) for one in shown)
    return _one(site, f"Sources ({len(overview.stats.sources):,})", (), rows, paging)


def _one(
    site: str, heading: str, lists: tuple[ListView, ...], sources: tuple[SourceRow, ...], paging: Paging | None
) -> CollectionPage:
    return CollectionPage(
        frame=Frame(site, heading), heading=heading, back_url=ADDRESS, figures=(), span="", generation="", advice=(),
        lists=lists, clear=(), years=None, undated=None, sources=sources, more_sources=None, tallies=(), paging=paging,
    )  # fmt: skip


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"


def _address(show: str, page: int = 1) -> str:
    return f"{ADDRESS}?show={show}" + (f"&page={page}" if page > 1 else "")


def _filtered(name: str, value: str) -> str:
    return State.read([]).adding(name, value).url()


def _paging(part: Part, length: int) -> tuple[Paging | None, int]:
    """The pages of a list, and the number of the first entry on the one asked for. Raises NotFound beyond the last."""
    pages = max(-(-length // ON_A_PAGE), 1)
    if not 1 <= part.page <= pages:
        raise NotFound(f"There is no page {part.page:,} of this list; it has {counted(pages, 'page')}.")
    first = (part.page - 1) * ON_A_PAGE
    if pages == 1:
        return None, first
    near = sorted({1, pages, *range(max(part.page - 2, 1), min(part.page + 2, pages) + 1)})
    links = tuple(Link(f"{page:,}", _address(part.show, page), page == part.page) for page in near)
    before = _address(part.show, part.page - 1) if part.page > 1 else ""
    return Paging(before, _address(part.show, part.page + 1) if part.page < pages else "", links), first


# ------------------------------------------------------------------------------------------------- lists


def _beginning(listing: Listing) -> ListView:
    left = len(listing.entries) - FIRST
    more = Link(f"and {left:,} more", _address(listing.name)) if left > 0 else None
    return _list_view(Listing(listing.name, listing.entries[:FIRST]), len(listing.entries), FEW_OF_A_GROUP, more)


def _list_view(listing: Listing, length: int, others: int, more: Link | None = None) -> ListView:
    """A list or its beginning, of `length` entries in all; so many `others` are named with each."""
    noun = LISTS[listing.name].split()[0].removesuffix("s")
    search = {"undated": ("date", UNDATED), "unsourced": ("source", NO_SOURCE_VALUE)}.get(listing.name)
    return ListView(
        name=listing.name,
        heading=_heading(listing.name),
        explanation=EXPLANATIONS[listing.name],
        count=counted(length, noun),
        number=f"{length:,}",
        command=COMMANDS.get(listing.name, ""),
        entries=tuple(_entry_view(entry, others) for entry in listing.entries),
        more=more,
        search=Link("Browse their passages", _filtered(*search)) if search else None,
    )


def _heading(name: str) -> str:
    what = LISTS[name]
    return f"{what[0].upper()}{what[1:]}"


def _entry_view(entry: Entry, others: int = 0) -> EntryView:
    is_file = not (entry.article or entry.title)
    said = [entry.source or NO_SOURCE, date_words(entry.date), precision_words(entry.date)]
    left = len(entry.others) - others
    return EntryView(
        title=entry.path if is_file else entry.title or entry.path,
        url=article_url(State.read([]), entry.article) if entry.article else "",
        untitled=entry.untitled,
        meta="" if is_file else " · ".join([*filter(None, said), shortened(entry.path, 80)]),
        said=tuple(filter(None, entry.said)),
        others=tuple(map(_entry_view, entry.others[:others])),
        left=f"and {left:,} more" if left > 0 else "",
    )


# ------------------------------------------------------------------------------------- sources and years


def _extent(overview: Overview) -> tuple[int, int]:
    """The first and the last year of the collection; (0, 0) where nothing has a date."""
    years = [year for year, _ in overview.years if year]
    return (years[0], years[-1]) if years else (0, 0)


def _source_row(source: SourceCount, extent: tuple[int, int]) -> SourceRow:
    years = [year for year, _ in source.years if year]
    span = "" if not years else str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"
    view = _years_view(source.years, extent, LOW)
    return SourceRow(
        label=shortened(source.name, 60) or NO_SOURCE,
        url=_filtered("source", source.name or NO_SOURCE_VALUE),
        count=f"{source.articles:,}",
        span=span or UNDATED,
        years=view or YearsView((), (), UNDATED),
    )


def _years_view(years: Sequence[tuple[int, int]], extent: tuple[int, int], height: int) -> YearsView | None:
    """Years as bars on the axis of the whole collection's years; None where there is no date."""
    dated = [(year, count) for year, count in years if year]
    if not dated:
        return None
    slot = 100 / (extent[1] - extent[0] + 1)
    tallest = max(count for _, count in dated)
    bars = tuple(
        YearBar(
            x=round((year - extent[0]) * slot + slot * 0.1, 3),
            width=round(min(slot * 0.8, 8), 3),
            height=round(max(count / tallest * height, 2), 1),
            year=str(year),
            count=counted(count, "article"),
            url=_filtered("date", f"{year:04}"),
        )
        for year, count in dated
    )
    return YearsView(bars, tuple(_ticks(extent, slot)), _summary(dated))


def _ticks(extent: tuple[int, int], slot: float) -> Iterator[tuple[float, str]]:
    """Round years, as many as can be read, beneath the middle of their bars."""
    length = extent[1] - extent[0] + 1
    step = next((step for step in _STEPS if length / step <= _MOST_LABELS), _STEPS[-1])
    for year in range(-(-extent[0] // step) * step, extent[1] + 1, step):
        yield round((year - extent[0]) * slot + min(slot, 10) / 2, 3), str(year)


def _summary(years: Sequence[tuple[int, int]]) -> str:
    if len(years) > _MOST_TOLD:
        return f"{counted(sum(count for _, count in years), 'article')}, {years[0][0]} to {years[-1][0]}"
    return ", ".join(f"{year}: {count:,}" for year, count in years)


def _tallies(overview: Overview) -> Iterator[Tally]:
    for heading, name, noun, counts in (
        ("Languages", "lang", "article", overview.languages),
        ("Formats", "", "article", overview.formats),
        ("Encodings of files", "", "file", overview.encodings),
    ):
        if counts:
            lines = (
                SourceLine(value or "unknown", _filtered(name, value) if name and value else "", counted(count, noun))
                for value, count in counts
            )
            yield Tally(heading, tuple(lines))
