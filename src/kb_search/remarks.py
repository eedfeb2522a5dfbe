"""What the reader of an answer must be told beside what is said of the query: of its filters, pages and articles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kb_search.engines.base import Matches
from kb_search.query import And, Leaf, Node, text_leaves
from kb_search.rendering import named, render
from kb_search.results import Note, SearchRequest

#: Where fewer passages have all the words, articles that have them are counted too.
FEW_PASSAGES = 10


def on_dates(request: SearchRequest, matches: Matches) -> Iterator[Note]:
    """Why filters of dates leave less, or more, than one may think."""
    if number := matches.partly_dated:
        yield _info(
            f"{number:,} more may belong here: {_whose(number)} only known to the month or the year, and part of that "
            "lies outside the dates asked for."
        )
    if number := matches.partly_excluded:
        yield _info(
            f"{number:,} of these may lie in the dates left out: {_whose(number)} only known to the month or the year."
        )
    if request.since and request.until and request.since.first > request.until.last:
        yield _info(f"No date is both since {request.since} and until {request.until}.")


def on_pages(page: int, pages: int, passages: int, depth: int) -> Iterator[Note]:
    """Whether there is such a page, and where paging ends: after `depth` passages."""
    if page > pages and passages:
        yield _info(f"There is no page {page:,}; the last one is {pages:,}.")
    if page >= pages and passages > depth:
        message = f"Paging ends after {depth:,} passages; a narrower question shows the others."
        yield Note("limited", "", 0, 0, message)


def on_spread(text: str, found: Matches, spread: Matches) -> Iterator[Note]:
    """How many articles have all of a query's words in different passages, if more do than have them in one.

    `found` answers the query, `spread` the same query asked of articles as a whole; the note leads there.
    """
    if spread.articles > found.articles:
        few = {0: "No passage has", 1: "One passage has"}.get(found.passages, f"{found.passages:,} passages have")
        have = "article has" if spread.articles == 1 else "articles have"
        message = f"{few} all of this; taken as a whole, {spread.articles:,} {have} it, in different passages."
        yield Note("info", "", 0, 0, message, f"{text.strip()} scope:article")


def on_fields(words: Iterable[tuple[Leaf, Leaf, int]]) -> Iterator[Note]:
    """Words that stand in no passage's own text but in a field, with how many passages it finds there."""
    for word, there, found in words:
        where = "titles" if there.field == "title" else "section headings"
        passages = "one passage" if found == 1 else f"{found:,} passages"
        message = f"{named(word)} stands only in {where}, in no passage's own text; {render(there)} finds {passages}."
        yield Note("info", word.typed, word.start, word.end, message[0].upper() + message[1:], render(there))


def may_be_spread(tree: Node) -> bool:
    """Whether the words of a query can stand in different passages of an article and be all there."""
    return isinstance(tree, And) and sum(bool(text_leaves(child)) for child in tree.children) > 1


def _whose(number: int) -> str:
    return "its date is" if number == 1 else "their dates are"


def _info(message: str) -> Note:
    return Note("info", "", 0, 0, message)
