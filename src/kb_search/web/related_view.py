"""From Results to the page of related words."""

from __future__ import annotations

from dataclasses import replace

from kb_search.collocations import BEST_PASSAGES, Related, related_words
from kb_search.results import Results
from kb_search.web.contexts import RelatedPage, RelatedWord
from kb_search.web.results_view import results_frame
from kb_search.web.state import State
from kb_search.web.wording import counted

__all__ = ["BEST_PASSAGES", "related_page"]

#: So many words are listed.
MOST = 30


def related_page(results: Results, state: State, site: str) -> RelatedPage:
    """The page for an answer of so many of the best passages."""
    frame = results_frame(state, site)
    return RelatedPage(
        frame=replace(frame, title=f"Beside {frame.title}"),
        understood=results.understood,
        back_url=state.url(),
        passages=counted(len(results.hits), "passage"),
        words=tuple(_word(one, state) for one in related_words(results.hits, MOST)),
    )


def _word(one: Related, state: State) -> RelatedWord:
    url = state.asking(f"{state.request.text.strip()} {one.word}".strip()).url()
    return RelatedWord(one.word, url, f"{one.count} times")
