"""An article's own fields as one line of JSON and back: how a generation stores what is not searched."""

from __future__ import annotations

import json

from kb_search.document import Article, Claim, Date, Evidence, Place, Section


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
    fields["pages"] = tuple((start, label) for start, label in fields.get("pages", ()))
    fields["places"] = tuple(map(_decoded, fields.get("places", ())))
    return Article(text=text, **fields)


def _place(place: Place) -> list[str]:
    date = str(place.date) if place.date else ""
    return [place.id, place.path, place.row, place.title, place.source, date, place.url]


def _decoded(values: list[str]) -> Place:
    identity, path, row, title, source, date, url = values
    return Place(identity, path, row, title, source, Date.parse(date) if date else None, url)
