"""The readable part of an article: its title, its text and where its sections start."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from kb_search.document import Section
from kb_search.loaders.cleaning import clean

_SEPARATE_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph or heading, in the order of reading.

    `level` is 0 for text and 1 to 6 for a heading; `tight` says that it follows the block before without a
    blank line, as the items of a list do. `pages` are the pages that begin in it: offset in its text, label.
    """

    text: str
    level: int = 0
    tight: bool = False
    pages: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """What the readable part of a file says: title (or nothing), text, sections and pages with their offsets."""

    text: str
    title: str = ""
    sections: tuple[Section, ...] = ()
    pages: tuple[tuple[int, str], ...] = ()


def compose(blocks: Iterable[Block], title: str = "") -> Body:
    """Join blocks to a text. Paragraphs stand a blank line apart; headings become sections.

    The first heading of level 1 with no text before it is the title if `title` is not given. Headings at the
    very end, which head nothing, become text, so that their words can be found. A page that begins with a
    heading begins where the text below it does.
    """
    parts: list[str] = []
    sections: list[Section] = []
    length = 0
    pending: list[str] = []
    pages: list[tuple[int, str]] = []
    turned: list[str] = []
    for block in map(_cleaned, blocks):
        if block.level or not block.text:
            turned += [label for _, label in block.pages]
        if not block.text:
            continue
        if block.level == 1 and not (title or parts or pending):
            title = block.text
        elif block.level:
            pending.append(block.text)
        else:
            gap = "" if not parts else "\n" if block.tight and not pending else "\n\n"
            length += len(gap)
            sections += [Section(heading, length) for heading in pending]
            pages += [(length, label) for label in turned]
            pages += [(length + min(offset, len(block.text)), label) for offset, label in block.pages]
            parts += [gap, block.text]
            length += len(block.text)
            pending, turned = [], []
    text = "\n\n".join(filter(None, ["".join(parts), *pending]))
    pages += [(length, label) for label in turned]
    return Body(text, title, tuple(sections), tuple(pages))


def keep_title(body: Body, title: str) -> Body:
    """The body of an article that is called `title`, which may come from elsewhere.

    If the body has another title, with words that the article's lacks, it becomes the first section, so that
    no word is lost. A body that is nothing but its title gets it for a text.
    """
    if not body.text:
        return replace(body, text=body.title)
    if not body.title or _says(title, body.title):
        return body
    return replace(body, sections=(Section(body.title, 0), *body.sections))


def _says(title: str, other: str) -> bool:
    """Whether a title has all the words of another one in a row."""
    words, others = (" ".join(_SEPARATE_WORDS.findall(one.casefold())) for one in (title, other))
    return f" {others} " in f" {words} "


def _cleaned(block: Block) -> Block:
    text = clean(block.text)
    return replace(block, text=" ".join(text.split()) if block.level else text)
