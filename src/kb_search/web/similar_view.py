"""From Similar to the page of articles that are about the same."""

from __future__ import annotations

from kb_search.results import ArticleView, Similar
from kb_search.web.article_view import article_url
from kb_search.web.contexts import Frame, Link, SimilarPage
from kb_search.web.results_view import card_view
from kb_search.web.state import State
from kb_search.web.wording import counted, shortened

#: So many articles are listed.
MOST = 20


def similar_page(similar: Similar, view: ArticleView, site: str) -> SimilarPage:
    """The page for what was found; `view` is the article that it is like."""
    state = State.read([("q", " ".join(similar.words)), ("match", "any")])
    article = view.article
    ordinal = next((one.ordinal for one in view.passages if one.id == similar.to), 0)
    url = article_url(State.read([]), article.id, similar.to if ordinal else "", ordinal)
    title = shortened(article.title, 90)
    label = f"{title}, passage {ordinal}" if ordinal else title
    return SimilarPage(
        frame=Frame(site, f"Like {title}", "", ()),
        source=Link(label, url),
        heading=counted(len(similar.hits), "article") + " like this" if similar.hits else "Nothing like this",
        words=", ".join(similar.words),
        search_url=state.url(),
        cards=tuple(card_view(hit, state) for hit in similar.hits),
    )
