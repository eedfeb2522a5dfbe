"""Who says what about an article: claims with their origin, and the evidence that they make.

The first claim about a field that can be read is believed, and what the others said is kept beside it.
"""

from __future__ import annotations

import datetime as dt
import re
import reprlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from kb_search.document import Claim, Date, Evidence
from kb_search.loaders.base import FIELDS, OTHER_NAMES
from kb_search.loaders.cleaning import Decoded, one_line
from kb_search.loaders.dates import read_date

#: What else there is evidence for, and no article has as a field.
_LENGTHS = FIELDS | {"encoding": 60}
#: Titles and authors that programs put into the properties of a document without being asked.
_FILE_TITLE = re.compile(
    r"microsoft (?:word|powerpoint) ?-.*|[(]?(?:untitled|anonymous|unspecified)[)]?(?:[ -]?\d+)?"
    r"|(?:slide|page|document) ?\d*|.*\.(?:docx?|pdf|rtf|odt|indd|qxd|tex|dvi|txt|html?)",
    re.IGNORECASE,
)
_NO_AUTHOR = re.compile(
    r"[(]?(?:anonymous|unknown|unspecified)[)]?|administrator|admin|user|owner|author|microsoft office user|python-docx"
    r"|(?:microsoft|adobe|acrobat)\b.*",
    re.IGNORECASE,
)
#: Why is refused what a page says of another article than its own.
OTHER_ARTICLE = "of another article"
_BY_PROGRAM = "written by a program"
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_].*)?")
#: The codes of two letters (ISO 639-1); `sh`, `in` and `iw` are older ones. Of three letters there are thousands.
_CODES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee "
    "el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik in io "
    "is it iu iw ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn "
    "mo mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se "
    "sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo "
    "wa wo xh yi yo za zh zu"
)
_LANGUAGES = frozenset(_CODES.split())
_URL = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """What one place says about one field of an article.

    `refused` is the reason, which can follow a comma, why it is not believed although it can be read: a
    PDF's day of creation is a day, but not that of publication. It is kept with the claims that lost.
    """

    field: str
    value: str
    origin: str
    refused: str = ""


_NO_TEXT = "not a text"
#: Lists of values are read so many deep: the names of authors, and names in parts.
_DEEPEST = 2


def said(fields: Mapping[str, object], origin: str, *, named: bool = False) -> list[Said]:
    """What a mapping (front matter, a row, a sidecar) says about the fields that articles have.

    With `named`, the field's name is part of the origin, as in `row field date`.
    Keys in any case; numbers and dates are read as text, lists are joined by commas. What is empty says nothing, and
    what is neither text nor number nor date is refused.
    """
    plain = [(str(key).lower(), value) for key, value in fields.items()]
    plain.sort(key=lambda pair: pair[0] not in FIELDS)  # `date` goes before `published`
    found = ((key, OTHER_NAMES.get(key, key), value, _as_text(value)) for key, value in plain)
    return [
        Said(field, text or reprlib.repr(value), f"{origin} {key}" if named else origin, "" if text else _NO_TEXT)
        for key, field, value, text in found
        if field in FIELDS and (text or value)
    ]


def document_properties(title: str, author: str, origin: str) -> list[Said]:
    """What the properties of a document say: believed, but for what programs write there by themselves."""
    claims = [
        Said("title", title, origin, _BY_PROGRAM if _FILE_TITLE.fullmatch(title[:200].strip()) else ""),
        Said("author", author, origin, _BY_PROGRAM if _NO_AUTHOR.fullmatch(author[:200].strip()) else ""),
    ]
    return [claim for claim in claims if claim.value.strip()]


def read_as(decoded: Decoded) -> list[Said]:
    """What a reader must know of how bytes became text: an encoding that is not UTF-8 or not declared, and changes."""
    guessed = f"guessed by how the text reads, {decoded.confidence:.0%} sure"
    marked = "as declared, or by the mark in front"
    unsaid = ["valid UTF-8"] if decoded.lost else []
    origins = [guessed] if decoded.guessed else [marked] if decoded.encoding != "utf-8" else unsaid
    changes = (
        (decoded.mended, "letters garbled before the file was saved: {:,} were put right"),
        (decoded.garbled, "letters garbled before the file was saved: {:,} look so and were left"),
        (decoded.broken, "broken bytes: {:,} were replaced by \ufffd"),
        (decoded.controls, "control characters: {:,} were dropped"),
    )
    origins += [what.format(places) for places, what in changes if places]
    lost = [Said("encoding", decoded.lost, "declared", decoded.why)] if decoded.lost else []
    return [*(Said("encoding", decoded.encoding, origin) for origin in origins), *lost]


def settle(claims: Iterable[Said], latest: Date) -> tuple[Evidence, ...]:
    """For each field the first claim that can be read (no date beyond `latest`), and the others that were made.

    A field of which nothing can be read has no value and is left out, unless something was said: then its
    evidence has an empty value and origin, so that a reader sees what was refused.
    """
    readable: dict[str, list[Claim]] = {}
    refused: dict[str, list[Claim]] = {}
    for claim in dict.fromkeys(claims):
        try:
            value = _read(claim, latest)
        except ValueError as reason:
            text = one_line(claim.value, _LENGTHS[claim.field])
            refused.setdefault(claim.field, []).append(Claim(text, f"{claim.origin}, {reason}", refused=True))
        else:
            if value:
                readable.setdefault(claim.field, []).append(Claim(value, claim.origin))
    return tuple(
        _evidence(field, readable.get(field, []), refused.get(field, []))
        for field in _LENGTHS
        if field in readable or field in refused
    )


def _evidence(field: str, readable: Sequence[Claim], refused: Sequence[Claim]) -> Evidence:
    won = readable[0] if readable else Claim("", "")
    return Evidence(field, won.value, won.origin, (*readable[1:], *refused))


def _read(claim: Said, latest: Date) -> str:
    """The value of a claim as it is kept; ValueError, with a reason, where it cannot be read."""
    text = one_line(claim.value, _LENGTHS[claim.field])
    if not text:
        return ""
    if claim.refused:
        raise ValueError(claim.refused)
    if claim.field == "date":
        return str(read_date(text, latest))
    if claim.field == "url":
        return _address(text)
    if claim.field == "language":
        return _language(text)
    return text


def _address(text: str) -> str:
    """An absolute address on the web: what pages link to must not be a script or a file."""
    if not _URL.fullmatch(text) or not urlsplit(text).hostname:
        raise ValueError("not a web address")
    return text


def _language(text: str) -> str:
    found = _LANGUAGE.fullmatch(text)
    if not found:
        raise ValueError("not a language code")
    code = found[1].lower()
    if len(code) == 2 and code not in _LANGUAGES:
        raise ValueError("no language has this code")
    return code


def _as_text(value: object, depth: int = _DEEPEST) -> str:
    """A value of a mapping as text; empty where it is none, or stands in lists in lists deeper than anybody writes."""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, (_as_text(one, depth - 1) for one in value[:50]))) if depth else ""
    if isinstance(value, bool) or not isinstance(value, int | dt.date | dt.datetime):
        return ""
    return value.isoformat() if isinstance(value, dt.date) else f"{value:d}" if abs(value) < 10**18 else ""
