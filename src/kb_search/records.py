"""An article's own fields as one line of JSON and back: how a generation stores what is not searched."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from kb_search.document import Article, Claim, Date, Evidence, Pages, Place, Section
from kb_search.results import ArticleHead


def encode_article(article: Article) -> str:
    """One line of JSON with every field but the text, which the passages hold."""
    return json.dumps(
        {
            "id": article.id,
            "path": article.path,
            "row": article.row,
            "title": article.title,
            "untitled": article.untitled,
            "sections": [[section.title, section.start] for section in article.sections],
            "source": article.source,
            "date": str(article.date) if article.date else "",
            "author": article.author,
            "url": article.url,
            "language": article.language,
            "format": article.format,
            "evidence": [
                [one.field, one.value, one.origin, [[claim.value, claim.origin, claim.refused] for claim in one.others]]
                for one in article.evidence
            ],
            "pages": article.pages,
            "places": [_place(place) for place in article.places],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def decode_article(line: str, text: str = "") -> Article:
    """The article of a line that `encode_article` wrote, with its text put back."""
    fields = json.loads(line)
    fields["date"] = Date.parse(fields["date"]) if fields["date"] else None
    fields["sections"] = tuple(Section(title, start) for title, start in fields["sections"])
    fields["evidence"] = tuple(
        Evidence(field, value, origin, tuple(Claim(*claim) for claim in others))
        for field, value, origin, others in fields["evidence"]
    )
    fields["pages"] = _pages(fields)
    fields["places"] = tuple(map(_decoded, fields.get("places", ())))
    return Article(text=text, **fields)


def decode_head(line: str, passages: int) -> ArticleHead:
    """The article of such a line, of so many passages, without what only its own page shows."""
    fields = json.loads(line)
    sources = (fields["source"], *(source for _, _, _, _, source, _, _ in fields.get("places", ())))
    return ArticleHead(
        id=fields["id"],
        path=fields["path"],
        title=fields["title"],
        untitled=fields["untitled"],
        source=fields["source"],
        date=Date.parse(fields["date"]) if fields["date"] else None,
        language=fields["language"],
        sources=tuple(filter(None, dict.fromkeys(sources))),
        passages=passages,
        pages=_pages(fields),
    )


def fields_of_head(head: ArticleHead) -> dict[str, Any]:
    """An article as lists show it, to be kept as JSON."""
    fields = {one.name: getattr(head, one.name) for one in dataclasses.fields(head)}
    return {**fields, "date": str(head.date) if head.date else ""}


def head_of_fields(fields: Mapping[str, Any]) -> ArticleHead:
    """What `fields_of_head` made such fields of."""
    date = Date.parse(fields["date"]) if fields["date"] else None
    return ArticleHead(**{**fields, "date": date, "sources": tuple(fields["sources"]), "pages": _pages(fields)})


def _pages(fields: Mapping[str, Any]) -> Pages:
    return tuple((start, label) for start, label in fields.get("pages", ()))


def _place(place: Place) -> list[str]:
    date = str(place.date) if place.date else ""
    return [place.id, place.path, place.row, place.title, place.source, date, place.url]


def _decoded(values: list[str]) -> Place:
    identity, path, row, title, source, date, url = values
    return Place(identity, path, row, title, source, Date.parse(date) if date else None, url)
