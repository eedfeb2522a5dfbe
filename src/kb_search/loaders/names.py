"""Names of people as bylines in plain text give them, cleaned: `By A. Lee | Reuters` -> `A. Lee`."""

from __future__ import annotations

import re

from kb_search.loaders.dates import find_dates, latest_day

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
#: What follows a name and a comma, and is no name of another.
_SUFFIX = r"(?:Jr|Sr|II|III|IV|Esq|Ph\.?\s?D|M\.?D|MBE|OBE|Inc|Ltd|LLC)\b\.?"
_AND = re.compile(rf"\s*(?:,(?!\s*{_SUFFIX})|;|&|\b(?:and|und|et|y|e|i|и|ve|və|og|och|en)\b)\s+")
_SUFFIXES = re.compile(_SUFFIX)
_SUFFIXED = re.compile(rf",?\s+{_SUFFIX}$")
#: The end of a name that has its point: an initial, or what is shortened behind a name.
_POINTED = re.compile(r"(?:^|[\s.-])(?:[^\W\d_]{1,2}|Jr|Sr|Esq|Inc|Ltd|Ph\.?\s?D)\.$")
#: A family's name as it stands before a comma: one word, with small ones in front of it.
_FAMILY = re.compile(r"(?:[^\W\d_]{1,4}\s+)*[^\W\d_][\w.'’`-]*")
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
#: A line that names nobody but authors has so many letters.
_LONGEST_LINE = 100


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
    parts = (_ENDS.sub("", part) for part in text.split(";"))
    found = [_trimmed(one) for part in parts for one in _AND.split(part)]
    return list(dict.fromkeys(one for one in found if _is_name(one)))[:_MOST_NAMES]


def is_byline(text: str) -> bool:
    """Whether a line says who wrote an article, and nothing else: `By A. Lee`, `Text: A. Lee, Reuters`."""
    return len(text) <= _LONGEST_LINE and bool(_LINE.fullmatch(text)) and any(map(is_person, names(text)))


def given_first(name: str, *, alone: bool = False) -> str:
    """A name in the form `Family, Given` as `Given Family`, with what may follow (`Jr.`); any other as it is.

    With `alone` it is known to be the name of one person: then the family's may have several words.
    """
    parts = [part.strip() for part in name.split(",")]
    people = [part for part in parts if not _SUFFIXES.fullmatch(part)]
    if len(people) != 2 or not all(people) or not (alone or _is_family(people[0])):
        return name
    return ", ".join([f"{people[1]} {people[0]}", *(part for part in parts if part not in people)])


def _is_family(text: str) -> bool:
    return bool(_FAMILY.fullmatch(text)) and all(word[0].islower() for word in text.split()[:-1])


def _trimmed(text: str) -> str:
    """A name without the signs around it; the point of an initial stays."""
    text = text.strip(" ,;:-–—|/*'\"“”").lstrip(". ")
    return text if _POINTED.search(text) else text.rstrip(" ,;:.-–—'\"")


def _is_name(text: str) -> bool:
    text = _SUFFIXED.sub("", text)
    if not 2 <= len(text) <= _LONGEST or len(text.split()) > _MOST_WORDS or "@" in text or "www" in text:
        return False
    return bool(_MADE_OF.fullmatch(text)) and not _NO_NAME.fullmatch(text)


def is_person(text: str) -> bool:
    """Whether a name has two words or more with a capital first: free text names nobody by one word."""
    words = text.split()
    return len(words) > 1 and words[0][0].isupper() and words[-1][0].isupper()
