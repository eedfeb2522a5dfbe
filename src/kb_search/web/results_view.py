"""From Results to the page of results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from kb_search.document import page_words
from kb_search.highlight import snippet
from kb_search.naming import ALSO
from kb_search.ranking import REASONS
from kb_search.results import SORTS, Hit, Note, Relaxation, Results
from kb_search.web.article_view import article_line, article_url, similar_url
from kb_search.web.contexts import (
    Card,
    Chip,
    Clause,
    Frame,
    Link,
    NoteView,
    Offer,
    Paging,
    Reason,
    ResultsPage,
)
from kb_search.web.facets import date_facet, source_facet
from kb_search.web.runs import cut, excerpt
from kb_search.web.state import Filter, State
from kb_search.web.timeline import timeline_view
from kb_search.web.wording import add_up, counted, date_words, precision_words, shortened, value_words

#: How many numbered pages stand on either side of the current one.
PAGES_AROUND = 2
_CHIP_WORDS = {
    "source": "source: {}",
    "not_source": "not source: {}",
    "date": "date: {}",
    "not_date": "not date: {}",
    "since": "from {}",
    "until": "up to {}",
    "lang": "language: {}",
    "article": "in the article {}",
}

Counter = Callable[[State], int]


def results_page(results: Results, state: State, site: str, count: Counter) -> ResultsPage:
    """The page for an answer.

    `state` is what was asked, `count` gives the number of passages for another state; it is called a few
    times only where nothing was found, to offer wider searches that do find something.
    """
    chips = tuple(_chips(state, results))
    facets = {facet.name: facet for facet in results.facets}
    return ResultsPage(
        frame=results_frame(state, site),
        understood=results.understood,
        chips=chips,
        clear_url=state.cleared().url() if len(state.filters()) > 1 else "",
        notes=note_views((*state.problems, *state.unknown, *results.notes), state),
        as_typed=_as_typed(results, state),
        did_you_mean=_did_you_mean(results, state),
        related_url=state.url("/related") if results.passages and any(hit.marks for hit in results.hits) else "",
        count=_count(results),
        took=f"{results.took_ms:.0f} ms" if results.took_ms >= 1 else "under 1 ms",
        generation=results.generation,
        folded=_folded(results),
        unfold=_unfold(results, state),
        sorts=tuple(Link(sort, state.sorted_by(sort).url(), sort == results.request.sort) for sort in SORTS),
        facets=(source_facet(facets["source"], state), date_facet(results.date_tree, state)),
        active=len(state.filters()),
        timeline=timeline_view(results.timeline, state),
        cards=tuple(card_view(hit, state) for hit in results.hits),
        nearest=tuple(card_view(hit, state) for hit in results.nearest),
        paging=_paging(results.page, results.pages, state) if results.pages > 1 else None,
        nothing="" if results.hits else _nothing(results),
        clauses=tuple(_clauses(results, state)) if len(results.clauses) > 1 else (),
        relaxed=_relaxed(results.relaxation, state),
        offers=() if results.passages else tuple(_offers(state, count)),
    )


def results_frame(state: State, site: str) -> Frame:
    """What stands around a page that carries a search."""
    text = state.request.text
    return Frame(site, shortened(text, 60) or "All passages", text, state.inputs("q"))


def note_views(notes: tuple[Note, ...], state: State) -> tuple[NoteView, ...]:
    """Notes with a link to the repaired query, where there is one."""
    return tuple(NoteView(note.kind, note.message, _fix(note.suggestion, state)) for note in notes)


def _fix(suggestion: str | None, state: State) -> Link | None:
    return Link(suggestion, state.asking(suggestion).url()) if suggestion else None


def _as_typed(results: Results, state: State) -> Link | None:
    """The search without other names, where a note says that there are some."""
    expanded = any(note.kind == "expanded" and ALSO in note.message for note in results.notes)
    return Link("Search names only as they are typed", state.without_variants().url()) if expanded else None


def _did_you_mean(results: Results, state: State) -> Link | None:
    return _fix(results.suggestion, state)


def _count(results: Results) -> str:
    if not results.passages:
        return "Nothing found" if results.complete else "Not answered in time"
    articles = counted(results.articles, "article", results.articles_exact)
    return f"{counted(results.passages, 'passage')} in {articles}"


def _folded(results: Results) -> str:
    """What is counted and not listed, in words; empty where that is nothing."""
    if not results.folded:
        return ""
    them = "it is" if results.folded == 1 else "they are"
    passages = counted(results.folded, "passage")
    return f"{passages} not listed: {them} from near-duplicates of articles that are listed."


def _unfold(results: Results, state: State) -> Link | None:
    """The same search with every near-duplicate, or, where that is what is shown and there are some, without."""
    if results.folded:
        return Link("List all", state.folding(fold=False).url())
    if not results.request.fold and any(hit.copy_count for hit in results.hits):
        return Link("List near-duplicates once", state.folding(fold=True).url())
    return None


def _nothing(results: Results) -> str:
    """One sentence that says why there is no passage to see."""
    if results.passages:
        pages = f"the last page is {results.pages:,}"
        return f"Page {results.page:,} is past the end of these results; {pages}."
    if not results.complete:
        return "The search was stopped before it was done, so nobody knows what it would find. Ask for less at once."
    return f"No passage fits the whole question: {results.understood}."


def _clauses(results: Results, state: State) -> Iterator[Clause]:
    for one in results.clauses:
        url = state.asking(one.text).url() if one.passages else ""
        yield Clause(one.words, url, counted(one.passages, "passage") if one.passages else "nothing")


def _relaxed(wider: Relaxation | None, state: State) -> Offer | None:
    if wider is None:
        return None
    asked = (state if wider.keeps_filters else state.cleared()).asking(wider.text)
    return Offer(wider.label, asked.url(), counted(wider.passages, "passage"))


def _chips(state: State, results: Results) -> Iterator[Chip]:
    for one in state.filters():
        words = _CHIP_WORDS[one.name].format(_chip_value(one, results))
        yield Chip(words, f"Remove the filter {words}", state.without(one.name, one.value).url())
    if state.request.match == "any":
        yield Chip("any of the words", "Ask for all of the words", state.matching("all").url())
    if not state.request.variants:
        yield Chip("names as typed", "Find other spellings of names too", state.with_variants().url())


def _chip_value(one: Filter, results: Results) -> str:
    if one.name != "article":
        return shortened(value_words(one.name, one.value))
    titles = (hit.title for hit in (*results.hits, *results.nearest) if hit.article == one.value)
    return f"“{shortened(next(titles, one.value), 60)}”"


def card_view(hit: Hit, state: State) -> Card:
    """A hit as a list shows it; its links keep the search."""
    return Card(
        passage=hit.passage,
        url=article_url(state, hit.article, hit.passage, hit.ordinal),
        title=cut(hit.title, hit.title_marks),
        untitled=hit.untitled,
        source=", ".join(hit.sources) or hit.source,
        date=date_words(hit.date),
        precision=precision_words(hit.date),
        section=cut(hit.section, hit.section_marks),
        place=", ".join(filter(None, (page_words(hit.page, hit.last_page), f"passage {hit.ordinal} of {hit.of}"))),
        text=excerpt(hit.text, hit.marks, snippet(hit.text, hit.sentences, hit.marks)),
        language=hit.language,
        only_url="" if state.request.article == hit.article else state.within(hit.article).url(),
        similar_url=similar_url(hit.passage),
        score=f"{hit.score:.3f}",
        reasons=tuple(
            Reason(name, number, REASONS.get(name, ""))
            for (name, _), number in zip(hit.reasons, add_up([part for _, part in hit.reasons]), strict=True)
        ),
        also=f"also in {counted(hit.copy_count, 'other')}" if hit.copy_count else "",
        copies=tuple(article_line(head, state) for head in hit.copies),
    )


def _paging(page: int, pages: int, state: State) -> Paging:
    return Paging(
        previous=state.at_page(min(page - 1, pages)).url() if page > 1 else "",
        next=state.at_page(page + 1).url() if page < pages else "",
        pages=tuple(_page_links(page, pages, state)),
    )


def _page_links(page: int, pages: int, state: State) -> Iterator[Link]:
    """The first page, those around this one, and the last, with `…` for what lies between."""
    around = range(page - PAGES_AROUND, page + PAGES_AROUND + 1)
    shown = sorted({1, pages, *(one for one in around if 1 <= one <= pages)})
    before = 0
    for one in shown:
        if one > before + 1:
            yield Link("…", "")
        yield Link(f"{one:,}", state.at_page(one).url(), one == page)
        before = one


def _offers(state: State, count: Counter) -> Iterator[Offer]:
    """Wider searches, each with what it would find; those that find nothing either are left out."""
    offers = list(_counted(_wider(state), count))
    yield from offers or _counted([("any of the words, without any filter", state.cleared().matching("any"))], count)


def _counted(searches: Iterable[tuple[str, State]], count: Counter) -> Iterator[Offer]:
    for label, wider in searches:
        if found := count(wider):
            yield Offer(label, wider.url(), counted(found, "passage"))


def _wider(state: State) -> Iterator[tuple[str, State]]:
    asked = state.request
    if asked.match == "all" and asked.text.strip():
        yield "any of the words instead of all", state.matching("any")
    one_less = {
        "in every source": replace(asked, sources=(), not_sources=()),
        "at any date, undated too": state.cleared_dates().request,
        "in every language": replace(asked, languages=()),
        "in all articles": replace(asked, article=""),
        "without any filter": state.cleared().request,
    }
    offered = [replace(asked, page=1)]
    for label, request in one_less.items():
        wider = replace(request, page=1)
        if wider not in offered:
            offered.append(wider)
            yield label, replace(state, request=wider)
