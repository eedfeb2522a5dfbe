"""Who wrote an article, as the page shows it, and names as they can be kept: `By A. Lee | Reuters` -> `A. Lee`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from lxml.etree import XPath, _Element

from kb_search.loaders.boilerplate import is_aside
from kb_search.loaders.dates import find_dates, latest_day
from kb_search.loaders.lines import Line
from kb_search.loaders.vocabulary import called, vocabulary

#: How web pages mark the author, most telling first: HTML's rel, schema.org, hCard, then names of classes.
_MARKS = ("rel=author", "itemprop author", "hCard of the author", "byline")
_AUTHOR = vocabulary("""
    author authors author-name author-names author-link author-url author-title author-text authorname byline by-line
    byl byline-name autor autoren autores autorin auteur auteurs writer writers writtenby written-by journalist
    journalists submitted submitted-by posted-by postedby contributor contributors
    """)
_CARD = vocabulary("vcard h-card")
_NO_BYLINE = frozenset({"html", "head", "body", "meta", "link", "article", "main", "script"})
#: Where the name stands in a box about an author: schema.org, hCard, hCard 2, Drupal.
_INSIDE = XPath(
    "descendant::*[@itemprop='name' or contains(concat(' ', @class, ' '), ' fn ')"
    " or contains(concat(' ', @class, ' '), ' p-name ') or contains(concat(' ', @class, ' '), ' username ')]"
)
#: What stands in front of a name.
_BY = (
    r"(?:(?:written|posted|published|created|submitted|reported|story|text|words|opinion|analysis|article|interview)\s+)?by"
    r"|von|par|por|di|av|af|przez|door|автор(?:ы)?|autor(?:in|en|es|ka)?|authors?|auteurs?|writer|texte?|texto"
    r"|(?:ein|eine|der)\s+\w{4,12}\s+von|(?:gespeichert|geschrieben|verfasst)\s+von|publié\s+par|publicado\s+por"
    r"|yazan|müəllif"
)
_LEADING = re.compile(rf"\W*(?:{_BY})\b[\s:]*", re.IGNORECASE)
_LINE = re.compile(rf"\W{{0,3}}(?:{_BY})(?:\s*:\s*|\s+).{{2,120}}", re.IGNORECASE)
#: Where a name ends: at a sign, an agency, a day, a word of the page around it.
_ENDS = re.compile(
    r"\s*(?:[|•·/\n\t(\[<>»›—–]|\s-\s|,\s*(?:dpa|afp|ap|reuters|apa|epd|kna|pap|efe|tass|ria)\b"
    r"|,?\s+(?:am|on|le|el|in|for|at|um|vom|für|from)\s+(?=\d|\w+day\b|the\b|\w+tag\b)"
    r"|\b(?:veröffentlicht|published|updated|aktualisiert|posted|publié|publicado|follow|folgen|contact|kontakt"
    r"|e-?mail|view\sall|more\sby|read\smore|alle\s(?:artikel|beiträge)|mehr\s(?:von|über|artikel)"
    r"|kommentar|comments?|minutes?|min)\b).*",
    re.IGNORECASE | re.DOTALL,
)
_AND = re.compile(r"\s*(?:,|;|&|\b(?:and|und|et|y|e|i|и|ve|və|og|och|en)\b)\s+")
_NO_NAME = re.compile(
    r"\w*admin(?:istrator)?|unknown|anonymous|anonym|guest|user|webmaster|editors?|posted|author|autor(?:en|in|:innen)?"
    r"|by|von|share|home|login|contact|about|comments?|kommentare?|date|datum|staff|here|more|mehr|source|quelle|team"
    r"|newsroom|n/a|none|null|undefined",
    re.IGNORECASE,
)
_MADE_OF = re.compile(r"[^\W\d_](?:[\w\s.'’`´·‘-]|\([^)]{1,20}\))*", re.DOTALL)
_LONGEST = 60
_MOST_WORDS = 6
_MOST_NAMES = 12
#: A page that marks more people as its author lists those of other articles.
_MOST_AUTHORS = 4
_MOST_MARKED = 40
#: A line that names nobody but authors has so many letters, and stands so many lines from the title.
_LONGEST_LINE = 100
_LINES_ABOVE, _LINES_BELOW = 6, 14


def names(text: str) -> list[str]:
    """The names in a byline, cleaned; none where it holds none."""
    text = " ".join(text.split())[:400]
    days = find_dates(text, latest_day(), day_first=True)
    if days and days[0].start < 4:
        text = text[days[-1].end :].lstrip(" ,|-–—/")
    elif days:
        text = text[: days[0].start]
    if lead := _LEADING.match(text):
        text = text[lead.end() :]
    text = _ENDS.sub("", text).strip(" ,;:.-–—|/*'\"“”")
    found = [one.strip(" ,;:.-–—'\"") for one in _AND.split(text)]
    return list(dict.fromkeys(one for one in found if _is_name(one)))[:_MOST_NAMES]


def bylines(page: _Element) -> Iterator[tuple[str, str]]:
    """Names of authors that the page marks as such, with how it marks them."""
    marked: dict[str, list[_Element]] = {mark: [] for mark in _MARKS}
    for element in page.iter():
        if mark := _mark(element):
            marked[mark].append(element)
    for mark, elements in marked.items():
        found = list(
            dict.fromkeys(name for one in elements[:_MOST_MARKED] if not is_aside(one) for name in _names_in(one))
        )
        if found and len(found) <= _MOST_AUTHORS:
            yield ", ".join(_unlike(found)), mark


def _mark(element: _Element) -> str:
    """How an element is marked as that of the author, or nothing."""
    if element.tag in _NO_BYLINE:
        return ""
    if "author" in (element.get("rel") or "").split():
        return _MARKS[0]
    if element.get("itemprop") in ("author", "creator"):
        return _MARKS[1]
    if element.tag != "byline" and not called(element, _AUTHOR):
        return ""
    return _MARKS[2] if called(element, _CARD) else _MARKS[3]


def _names_in(element: _Element) -> Iterator[str]:
    for one in _INSIDE(element)[:5] or [element]:
        yield from names(" ".join(filter(None, map(str.strip, one.itertext()))))


def written_bylines(lines: Sequence[Line], title: int) -> Iterator[str]:
    """Names in lines like `By A. Lee` that stand near the title."""
    for line in lines[max(0, title - _LINES_ABOVE) : title + _LINES_BELOW]:
        if is_byline(line.text):
            yield ", ".join(filter(_is_person, names(line.text)))


def is_byline(text: str) -> bool:
    """Whether a line says who wrote an article, and nothing else: `By A. Lee`, `Text: A. Lee, Reuters`."""
    return len(text) <= _LONGEST_LINE and bool(_LINE.fullmatch(text)) and any(map(_is_person, names(text)))


def _unlike(found: Iterable[str]) -> list[str]:
    """The names without those that are a part of another (`Lee` and `A. Lee`)."""
    kept: list[str] = []
    for name in found:
        if any(name.casefold() in other.casefold() for other in kept):
            continue
        kept = [other for other in kept if other.casefold() not in name.casefold()] + [name]
    return kept


def _is_name(text: str) -> bool:
    if not 2 <= len(text) <= _LONGEST or len(text.split()) > _MOST_WORDS or "@" in text or "www" in text:
        return False
    return bool(_MADE_OF.fullmatch(text)) and not _NO_NAME.fullmatch(text)


def _is_person(text: str) -> bool:
    """Whether a name has two words or more with a capital first: free text names nobody by one word."""
    words = text.split()
    return len(words) > 1 and words[0][0].isupper() and words[-1][0].isupper()
