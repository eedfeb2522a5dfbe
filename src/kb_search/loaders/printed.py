"""Lines of printed pages -> paragraphs and headings, with the places where pages begin.

Nothing in a page says where a paragraph ends. It is seen, as a reader sees it: by a wider gap, an indented
or a short line, other letters, a bullet. Words that were divided at the end of a line are put together.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

from kb_search.loaders.body import Block
from kb_search.loaders.cleaning import clean
from kb_search.loaders.layout import Line, Page
from kb_search.paragraphs import STOPS

#: Letters so much larger than the text's make a heading; so many words can be one.
_LARGER, _MOST_WORDS = 1.15, 25
#: A bold line of the text's size is one if it has at most so many words.
_MOST_BOLD_WORDS = 15
#: A line stands apart when it is so many times as far from the one above as lines usually are, and in any case
#: from the second figure on: something tall, such as a formula, can push two lines of one sentence apart.
_WIDE_GAP, _WIDEST_GAP = 1.3, 2.5
#: Where no two lines follow each other, as far as most programs set them apart, in sizes of the letters.
_USUAL_PITCH = 1.2
#: Indents are at least 0.8 and at most 6 of the letters' sizes wide; beyond that begins another column.
_INDENT, _WIDEST_INDENT = 0.8, 6.0
#: A line is short when so large a share of its column stays empty, and very short from half on.
_SHORT, _VERY_SHORT = 0.15, 0.5
#: A column is as wide as the widest of so many lines around.
_AROUND = 12
#: Letters that differ by more than this are another kind of line.
_OTHER_SIZE = 1.1
#: A letter so many times as large as what follows begins a chapter.
_DROP_CAP = 1.8

_PLAIN_BULLETS = "•▪‣●◦■□"
_BULLET = re.compile(rf"[{_PLAIN_BULLETS}–*-]\s|[([]?(?:\d{{1,2}}|[a-z])[.)\]]\s", re.IGNORECASE)
_END = re.compile(rf"[{STOPS}:][\"'”’»)\]]*\d{{0,3}}$")
#: A line of a table of contents: dots that lead to the number of a page.
_LEADER = re.compile(r"(?:\. ?){4}\s*[\divxlc]{1,6}$")
#: What is looked for at the end of a line is found in so many characters.
_TAIL = 80
_HYPHENS = ("-", "‐")
_WORD = re.compile(r"[^\W\d_]+(?:[-‐][^\W\d_]+)*")
_LAST_WORD = re.compile(r"[^\W\d_]{1,60}(?:-[^\W\d_]{1,60})*$")

#: `well-known` has two parts that are words; those of `an-other` are too short to tell.
_LEAST_PART = 3


@dataclass(slots=True)
class _Paragraph:
    """Lines that belong together, and what is known of them.

    `left` and `right` are where the column of the last line begins and ends, `pages` the pages that begin
    among the lines: number of the line, label.
    """

    lines: list[Line] = field(default_factory=list)
    left: float = 0
    right: float = 0
    pages: list[tuple[int, str]] = field(default_factory=list)

    def is_short(self, share: float) -> bool:
        """Whether so large a share of the column stays empty behind the last line."""
        return self.lines[-1].right < self.right - share * (self.right - self.left)


def blocks(pages: Sequence[Page], body: float) -> list[Block]:
    """The paragraphs and headings of pages whose lines are in the order of reading.

    `body` is the size of the text's letters. A page without lines begins where the next one does.
    """
    words = _vocabulary(line for page in pages for line in page.lines)
    largest = max((line.size for page in pages[:1] for line in page.lines), default=0.0)
    return [_block(paragraph, words, body, largest) for paragraph in _paragraphs(pages)]


def _vocabulary(lines: Iterable[Line]) -> frozenset[str]:
    """The words that stand undivided within lines, hyphenated ones as a whole, in small letters."""
    found: set[str] = set()
    divided = False
    for line in lines:
        words = _WORD.findall(line.text)
        begin, divided = int(divided), line.text.endswith(_HYPHENS)
        found.update(word.lower() for word in words[begin : len(words) - divided])
    return frozenset(found)


def _paragraphs(pages: Sequence[Page]) -> Iterator[_Paragraph]:
    pitch = _pitch(pages)
    paragraph = _Paragraph()
    for page in pages:
        lines = _with_drop_caps(page.lines)
        for index, (line, column) in enumerate(zip(lines, _columns(lines), strict=True)):
            if paragraph.lines and _begins(paragraph, line, pitch, turned=not index):
                yield paragraph
                paragraph = _Paragraph()
            if not index:
                paragraph.pages.append((len(paragraph.lines), page.label))
            paragraph.lines.append(line)
            paragraph.left, paragraph.right = column
        if not lines:
            paragraph.pages.append((len(paragraph.lines), page.label))
    yield paragraph


def _begins(paragraph: _Paragraph, line: Line, pitch: float, *, turned: bool) -> bool:
    """Whether a line begins a paragraph; `turned` says that it is the first of its page."""
    last = paragraph.lines[-1]
    if _is_other_kind(paragraph, line):
        return True
    starts_small = line.text[:1].islower()
    ended = bool(_END.search(last.text[-_TAIL:]))
    if turned or line.y > last.y:
        return not starts_small and (ended or paragraph.is_short(_VERY_SHORT))
    apart = (last.y - line.y) / (pitch * max(last.size, line.size))
    if apart > _WIDE_GAP:
        return ended or paragraph.is_short(_SHORT) or apart > _WIDEST_GAP
    if not ended:
        return not starts_small and paragraph.is_short(_VERY_SHORT)
    return paragraph.is_short(_SHORT) or _is_indented(paragraph, line)


def _is_other_kind(paragraph: _Paragraph, line: Line) -> bool:
    """Whether a line has other letters, begins an item of a list, or follows an entry in a table of contents."""
    last = paragraph.lines[-1]
    if max(last.size, line.size) > _OTHER_SIZE * min(last.size, line.size) or _LEADER.search(last.text[-_TAIL:]):
        return True
    may_end = paragraph.is_short(_SHORT) or bool(_END.search(last.text[-_TAIL:]))
    bullet = _BULLET.match(line.text)
    return bool(bullet and (may_end or bullet[0][0] in _PLAIN_BULLETS)) or (last.bold != line.bold and may_end)


def _is_indented(paragraph: _Paragraph, line: Line) -> bool:
    """Whether a line stands further in than the one above, or comes back out from an indented paragraph."""
    by = (line.left - paragraph.lines[-1].left) / line.size
    return _INDENT <= by <= _WIDEST_INDENT or (by <= -_INDENT and len(paragraph.lines) > 1)


def _pitch(pages: Iterable[Page]) -> float:
    """How far lines are usually apart, in sizes of their letters."""
    gaps = [
        (above.y - below.y) / above.size
        for page in pages
        for above, below in pairwise(page.lines)
        if above.y > below.y and above.size and abs(above.size - below.size) < 0.1 * above.size
    ]
    return median(gaps) if gaps else _USUAL_PITCH


def _columns(lines: Sequence[Line]) -> Iterator[tuple[float, float]]:
    """For each line where its column begins and ends: as far as the lines around it reach."""
    for index, line in enumerate(lines):
        around = lines[max(0, index - _AROUND) : index + _AROUND + 1]
        beside = [one for one in around if one.left < line.right and one.right > line.left] or [line]
        yield (min(one.left for one in beside), max(one.right for one in beside))


def _with_drop_caps(lines: Sequence[Line]) -> list[Line]:
    """The lines, with a large first letter put in front of its word."""
    kept: list[Line] = []
    for line in lines:
        cap = kept[-1] if kept else None
        if cap and len(cap.text) == 1 and cap.text.isupper() and cap.size >= _DROP_CAP * line.size:
            kept[-1] = replace(line, text=cap.text + line.text)
        else:
            kept.append(line)
    return kept


def _block(paragraph: _Paragraph, words: frozenset[str], body: float, largest: float) -> Block:
    parts: list[str] = []
    starts: list[int] = []
    length = 0
    for line in paragraph.lines:
        text = clean(line.text)
        if parts:
            before = _joined(parts[-1], text, words)
            length += len(before) - len(parts[-1])
            parts[-1] = before
        starts.append(length)
        parts.append(text)
        length += len(text)
    text = "".join(parts)
    pages = tuple(((*starts, length)[number], label) for number, label in paragraph.pages)
    return Block(text, _level(paragraph, text, body, largest), pages=pages)


def _joined(line: str, after: str, words: frozenset[str]) -> str:
    """A line as the next one follows it: with a space, or without its hyphen where a word was divided.

    Whether `well-` and `known` are one word or two with a hyphen, the other pages tell: by how the whole is
    written there, or by the parts, if each is a word of its own.
    """
    if not line.endswith(_HYPHENS) or not line[-2:-1].isalnum() or not after[:1].isalnum():
        return line + " " if line and after and not _is_wide(line[-1] + after[0]) else line
    first, second = _LAST_WORD.search(line[-_TAIL:-1]), _WORD.match(after)
    if not first or not second or not after[0].islower():
        return line
    head, tail = first[0].lower(), second[0].lower()
    if head + tail in words:
        return line[:-1]
    parted = {head, tail} <= words and min(len(head), len(tail)) >= _LEAST_PART
    return line if f"{head}-{tail}" in words or "-" in head or parted else line[:-1]


def _is_wide(letters: str) -> bool:
    """Whether letters are such as Chinese and Japanese have, which write no spaces between words."""
    return all(unicodedata.east_asian_width(letter) in "WF" for letter in letters)


def _level(paragraph: _Paragraph, text: str, body: float, largest: float) -> int:
    """1 for what is as large as the largest line of the first page, 2 and 3 for other headings, 0 for text."""
    if not paragraph.lines or text.endswith((".", ",", ";")) or sum(map(str.isalpha, text[:200])) < 2:
        return 0
    size, words = paragraph.lines[0].size, len(text.split(None, _MOST_WORDS + 1))
    if size >= _LARGER * body:
        return (1 if size >= largest else 2) if words <= _MOST_WORDS else 0
    bold = all(line.bold for line in paragraph.lines) and size >= body
    return 3 if bold and words <= _MOST_BOLD_WORDS else 0
