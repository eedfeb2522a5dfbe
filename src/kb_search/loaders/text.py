"""Plain text (`.txt`): a date in front, a title, headings and paragraphs, as far as the layout shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb_search.document import Article
from kb_search.loaders.base import SourceFile, printable, read_bytes
from kb_search.loaders.claims import Said, read_as
from kb_search.loaders.cleaning import clean, decode
from kb_search.loaders.dates import latest_day, read_date
from kb_search.loaders.headings import outline
from kb_search.loaders.metadata import around, assemble
from kb_search.loaders.opening import opening_claims

_CLOCK = r"[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?"
#: ISO 8601, figures, or a day with the name of its month.
_RUN_IN = re.compile(
    rf"date[ \t]+(\d{{4}}(?:-\d{{2}}(?:-\d{{2}}(?:{_CLOCK})?)?)?"
    r"|(?:19|20)\d{6}|\d{4}[./]\d{1,2}[./]\d{1,2}|\d{1,2}([./-])\d{1,2}\2\d{4}"
    r"|\d{1,2}\.? [^\W\d_]{3,13}\.?,? \d{4}|[^\W\d_]{3,13}\.? \d{1,2},? \d{4})(?:\s+|$)"
)
#: Further days that are labelled in the same way, near the first.
_MORE = re.compile(r"\bdate[ \t]+(\d{4}-\d\d-\d\d|(?:19|20)\d{6})(?!\w)")
_HEAD = 300
_ORIGIN = "“date” at the head of the text"


def load(file: SourceFile) -> Iterator[Article]:
    """The one article of a text file. Raises DocumentError where it cannot be read or holds no text."""
    decoded = decode(read_bytes(file), printable(file.relative))
    claims, text = run_in_date(clean(decoded.text))
    claims += read_as(decoded)
    body = outline(text)
    if body.title:
        claims += [*opening_claims(body.title), Said("title", body.title, "first line")]
    yield assemble(around(file), body, claims, "txt")


def run_in_date(text: str) -> tuple[list[Said], str]:
    """What ` date 2023-11-07 ` in front of a text says, and the text without it; the day may be written in other ways.

    What is not a date that can be (30 February, next year) stays in the text and is only reported.
    """
    found = _RUN_IN.match(text)
    if not found:
        return [], text
    claims = [Said("date", found[1], _ORIGIN)]
    others = _MORE.findall(text, found.end(), found.end() + _HEAD)
    claims += [Said("date", day, _ORIGIN, refused="a second one") for day in others if day != found[1]]
    try:
        read_date(found[1], latest_day())
    except ValueError:
        return claims, text
    return claims, text[found.end() :]
