"""Where an article prints its own table of contents: lines that only say what follows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kb_search.document import Section
from kb_search.paragraphs import Span

#: So many entries make a table of contents.
LEAST_ENTRIES = 3
#: So large a share of them must stand further down again, as a heading or as a line: a list of figures is no table of
#: contents, however many dots lead to its numbers.
LEAST_FOUND_AGAIN = 0.6
#: No entry is longer, and no table of contents stands further from the beginning, in characters.
_LONGEST_ENTRY, _FURTHEST = 160, 60_000

#: What leads from an entry to its page, and the page.
_TO_PAGE = re.compile(r"(?:\.(?:[ ]?\.)++|…++|[ \t]{2,}+|\t)[ \t.…]*+(?:\d{1,4}|[ivxlc]{1,7})$", re.IGNORECASE)
_PAGE_ENDS = frozenset("0123456789ivxlcIVXLC")
_LINE = re.compile(r"[^\n]+")
_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d{1,4}|[ivxlc]{1,5}")
_HEADS = frozenset(
    {"contents", "table of contents", "in this article", "in this report", "содержание", "оглавление", "içindekiler",
     "mündəricat", "բովանդակություն", "inhalt", "inhaltsverzeichnis", "sommaire"}
)  # fmt: skip


class _Line(NamedTuple):
    """A line that is not blank; `again` says that what it names stands further down, `paged` that it ends in a page."""

    start: int
    end: int
    label: str
    again: bool
    paged: bool


def contents(text: str, sections: Sequence[Section]) -> list[Span]:
    """The spans of an article's tables of contents, in order.

    That is a run of three lines or more of which each names a section that follows, or leads with dots to a page; most
    of them stand further down again.
    """
    run: list[_Line] = []
    spans: list[Span] = []
    for line in (*_lines(text, sections), _Line(0, 0, "", again=False, paged=False)):
        if line.again or line.paged:
            run.append(line)
            continue
        entries = [one for one in run if one.label not in _HEADS]
        if len(entries) >= LEAST_ENTRIES and sum(one.again for one in entries) >= LEAST_FOUND_AGAIN * len(entries):
            spans.append((run[0].start, run[-1].end))
        run = [line._replace(again=True)] if line.label in _HEADS else []
    return spans


def _lines(text: str, sections: Sequence[Section]) -> list[_Line]:
    """The lines where a table of contents can stand, with what they name."""
    titles = {_label(section.title): section.start for section in sections}
    lines = [found for found in _LINE.finditer(text, 0, _FURTHEST) if not found[0].isspace()]
    paged = [_leads_to_page(found[0]) for found in lines]
    # Labels cost time, and few articles have anything that they could be compared with.
    last = _last_places(text, titles) if sum(paged) >= LEAST_ENTRIES else titles
    if len(last) < LEAST_ENTRIES:
        return []
    named = [_label(found[0]) if len(found[0]) <= _LONGEST_ENTRY else "" for found in lines]
    return [
        _Line(*found.span(), label, bool(label) and (last if page else titles).get(label, -1) >= found.end(), page)
        for found, label, page in zip(lines, named, paged, strict=True)
    ]


def _leads_to_page(line: str) -> bool:
    short = line.rstrip() if len(line) <= _LONGEST_ENTRY else ""
    return short[-1:] in _PAGE_ENDS and bool(_TO_PAGE.search(short))


def _last_places(text: str, titles: Mapping[str, int]) -> dict[str, int]:
    """Where each label stands for the last time, as a short line or as the title of a section."""
    last = {_label(found[0]): found.start() for found in _LINE.finditer(text) if len(found[0]) <= _LONGEST_ENTRY}
    return last | {label: max(start, last.get(label, 0)) for label, start in titles.items()}


def _label(line: str) -> str:
    """The words of a line without its number in front and its page behind."""
    words = _WORD.findall(_TO_PAGE.sub("", line.strip()).casefold())
    while len(words) > 1 and _NUMBER.fullmatch(words[0]):
        words.pop(0)
    return " ".join(words)
