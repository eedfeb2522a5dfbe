"""What stands in article after article of a source, and is not indexed: its boilerplate.

Nothing is deleted: the spans are marked in the passages, where pages show them a little fainter. A sentence that is
lost is worse than one that is found too often, and so only whole paragraphs count, short ones at the beginning or the
end of a text, and only where many stories of a source have them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from kb_search.copies import Prints
from kb_search.document import BOILERPLATE, Article, Passage, Silent
from kb_search.fingerprints import edges
from kb_search.paragraphs import Span

#: A paragraph is boilerplate if so many stories of a source have it, and so large a share of its stories. Tried on
#: diplomatic papers and on speeches, whose opening and closing formulas are the hard case: see docs/DECISIONS.md.
LEAST_STORIES, LEAST_SHARE = 5, 0.2

#: From a source to the hashes of its boilerplate paragraphs (see `fingerprints.edges`).
Boilerplate = Mapping[str, frozenset[int]]


def boilerplate(prints: Prints) -> dict[str, frozenset[int]]:
    """The boilerplate of each source that has some. Articles without a source have none.

    Copies of one text count as one story, and so do articles with one title.
    """
    owners = np.repeat(np.arange(len(prints)), np.diff(prints.edges.starts))
    order = np.lexsort((prints.edges.values, prints.source[owners]))
    owners, values = owners[order], prints.edges.values[order]
    sources = prints.source[owners]
    is_first = np.ones(len(order), np.bool_)
    is_first[1:] = (values[1:] != values[:-1]) | (sources[1:] != sources[:-1])
    begins = np.flatnonzero(is_first)
    counts = np.diff(begins, append=len(order))
    found: dict[str, set[int]] = defaultdict(set)
    stories: dict[int, int] = {}
    for begin, count in zip(
        begins[counts >= LEAST_STORIES].tolist(), counts[counts >= LEAST_STORIES].tolist(), strict=True
    ):
        source = int(sources[begin])
        if source not in stories:
            stories[source] = _stories(prints, np.flatnonzero(prints.source == source))
        having = _stories(prints, owners[begin : begin + count])
        if prints.sources[source] and having >= max(LEAST_STORIES, LEAST_SHARE * stories[source]):
            found[prints.sources[source]].add(int(values[begin]))
    return {source: frozenset(hashes) for source, hashes in found.items()}


def _stories(prints: Prints, numbers: np.ndarray) -> int:
    """How many different stories some articles are: by their texts or by their titles, whichever are fewer."""
    texts, titles = prints.text[numbers], prints.title[numbers]
    by_text = {text.tobytes() for text in texts}
    by_title = {int(title) or text.tobytes() for title, text in zip(titles, texts, strict=True)}
    return min(len(by_text), len(by_title))


def affected(prints: Prints, before: Boilerplate, now: Boilerplate) -> tuple[str, ...]:
    """The ids of the articles whose marks are not the same with two states of the boilerplate."""
    none: frozenset[int] = frozenset()
    changed = {one: before.get(one, none) ^ now.get(one, none) for one in {*before, *now}}
    numbers = {number: changed[name] for number, name in enumerate(prints.sources) if changed.get(name)}
    return tuple(
        prints.ids[number].decode()
        for number, source in enumerate(prints.source.tolist())
        if source in numbers and not numbers[source].isdisjoint(prints.edges[number].tolist())
    )


def marked(article: Article, passages: Iterable[Passage], hashes: Collection[int]) -> tuple[Passage, ...]:
    """The passages with exactly this boilerplate marked: older such marks are dropped, other marks stay."""
    spans = [span for span, number in edges(article.text) if number in hashes]
    return tuple(_marked(passage, spans) for passage in passages)


def _marked(passage: Passage, spans: Iterable[Span]) -> Passage:
    others = tuple(one for one in passage.silent if one.why != BOILERPLATE)
    common = [
        part
        for start, end in spans
        for part in _free(max(start, passage.start) - passage.start, min(end, passage.end) - passage.start, others)
    ]
    silent = tuple(sorted((*others, *common)))
    return passage if silent == passage.silent else replace(passage, silent=silent)


def _free(start: int, end: int, taken: Iterable[Silent]) -> Iterator[Silent]:
    """The parts of a span that nothing else has marked."""
    for other in taken:
        if other.start < end and start < other.end:
            if start < other.start:
                yield Silent(start, other.start, BOILERPLATE)
            start = other.end
    if start < end:
        yield Silent(start, end, BOILERPLATE)
