"""Title and headings of plain text, where nothing but their look tells them.

The rules are careful: a heading that is missed still stands in the text, a sentence that is taken for one is
torn out of it. So a heading must be a short line on its own that no mark ends, between two paragraphs of
prose, and a run of short lines (a list, a table, verse, a signature) is never one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb_search.document import Section
from kb_search.loaders.body import Body
from kb_search.loaders.dates import read_date
from kb_search.loaders.opening import is_label
from kb_search.paragraphs import STOPS, Span, paragraphs
from kb_search.sentences import sentences

#: Longer lines are sentences. Headlines of papers have up to 15 words, section headings seldom more than 6.
_MOST_TITLE, _MOST_CAPITALS, _MOST_WORDS = 20, 12, 8
_LONGEST = 150
#: What a heading heads has so many words.
_LEAST_PROSE = 12
#: A title may stand so many short lines (author, place, day) above the prose.
_PARAGRAPHS_BELOW_TITLE = 3

_CLOSING = "\"'”’»)]"
_OPENING = "\"'“‘«„"
_ENUMERATOR = re.compile(r"^(?:[IVXLC]+|[A-Z]|\d{1,3}(?:\.\d{1,3})*)[.)]\s+")
_NEVER = re.compile(r"[@|\t{}<>=]|://|www\.|^(?:By|Photo|Image|Source|Author)\b", re.IGNORECASE)
#: Words that end no heading, but half a sentence.
_DANGLING = re.compile(r"and|or|the|an?|of|to|in|on|at|by|for|from|with|и|или|в|на|с", re.IGNORECASE)
#: Words that headings in capitals leave small.
_SMALL_WORD = re.compile(
    r"\w{1,3}|with|from|into|over|after|under|between|about|against|versus|towards?|without|through|during"
    r"|before|than|that|upon|within|между|после|против|перед|через"
)


def outline(text: str) -> Body:
    """Split a clean text into title, sections and the text without them; no word is left out.

    Both layouts are read: a paragraph a line, and blank lines between paragraphs. In hard-wrapped text only
    lines between blank ones can be headings.
    """
    spans = paragraphs(text)
    lines = [text[start:end].strip() for start, end in spans]
    wrapped = any("\n" in line for line in lines)
    alone = [not wrapped or _apart(text, span) for span in spans]
    titled = bool(lines) and alone[0] and _is_title(lines)
    first = 2 if titled else 1
    headings = {index for index in range(first, len(lines) - 1) if alone[index] and _is_heading(lines, index)}
    return _without(text, spans, lines, headings, titled=titled)


def _without(text: str, spans: Sequence[Span], lines: Sequence[str], headings: set[int], *, titled: bool) -> Body:
    """The text without its title and headings, and the sections that these begin."""
    parts: list[str] = []
    sections: list[Section] = []
    length = 0
    for index, (start, end) in enumerate(spans):
        if titled and index == 0:
            continue
        if index in headings:
            sections.append(Section(lines[index], length))
        else:
            parts.append(text[start:end])
            length += end - start
    return Body("".join(parts).rstrip(), lines[0] if titled else "", tuple(sections))


def _apart(text: str, span: Span) -> bool:
    """Whether blank lines (or the text's ends) stand before and after a paragraph."""
    start, end = span
    before = text[max(0, start - 200) : start]
    after = text[start:end]
    return (not start or _blank_end(before)) and (end == len(text) or _blank_end(after))


def _blank_end(text: str) -> bool:
    return text[len(text.rstrip()) :].count("\n") > 1


def _is_title(lines: Sequence[str]) -> bool:
    """Whether the first line is short and unfinished, with prose below it; it may be or hold a quotation."""
    line, below = lines[0], lines[1 : 1 + _PARAGRAPHS_BELOW_TITLE]
    if not any(map(_is_prose, below)) or len(line) > _LONGEST or len(line.split()) > _MOST_TITLE or is_label(line):
        return False
    first = line.lstrip(_OPENING)[:1]
    finished = not (line[-1].isalnum() or line[-1] in _CLOSING)
    if finished or not (first.isupper() or first.isdigit()):
        return _looks_like_heading(line)
    return not _is_never(line)


def _is_heading(lines: Sequence[str], index: int) -> bool:
    """Whether a line stands between prose that ends above it and prose that it heads."""
    line, below = lines[index], lines[index + 1]
    between = len(line) < min(len(below), _LONGEST) and _ends(lines[index - 1]) and _is_prose(below)
    return between and _looks_like_heading(line)


def _looks_like_heading(line: str) -> bool:
    """Whether a line is a few words without an end; with capitals it may be longer, and a question."""
    words = _ENUMERATOR.sub("", line).split()
    if not words or not words[0][0].isupper() or _is_never(line):
        return False
    capitals = all(word[0].isupper() or not word[0].isalpha() or _SMALL_WORD.fullmatch(word) for word in words)
    ends = line[-1].isalnum() or line[-1] in (")?" if capitals else ")")
    return ends and not _DANGLING.fullmatch(words[-1]) and len(words) <= (_MOST_CAPITALS if capitals else _MOST_WORDS)


def _is_never(line: str) -> bool:
    """Whether a short line is an address, a byline, a row of a table, a date, or more than one sentence."""
    if "\n" in line or not any(letter.isalpha() for letter in line):
        return True
    words = _ENUMERATOR.sub("", line)
    if _NEVER.search(words) or len(list(sentences(words))) > 1:
        return True
    try:
        read_date(line)
    except ValueError:
        return False
    return True


def _is_prose(line: str) -> bool:
    return len(line.split(None, _LEAST_PROSE)) >= _LEAST_PROSE and _ends(line, ":")


def _ends(line: str, also: str = "") -> bool:
    """Whether a mark ends the line, closing quotation marks and brackets aside."""
    return line.rstrip(_CLOSING)[-1:] in {*STOPS, *also}
