"""What stands in article after article of a source, and is indexed in one of them alone: its boilerplate.

Nothing is deleted: the spans are marked in the passages, where pages show them a little fainter, and the first article
that has such a paragraph keeps it in the search. A sentence that is lost is worse than one that is found too often, and
so only whole paragraphs count, short ones at the beginning or the end of a text, and only where many stories of a
source have them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb_search.copies import Prints
from kb_search.document import BOILERPLATE, Article, Passage, Silent
from kb_search.fingerprints import edges
from kb_search.paragraphs import Span

#: A paragraph is boilerplate if so many stories of a source have it, and so large a share of its stories. Tried on
#: diplomatic papers and on speeches, whose opening and closing formulas are the hard case: see docs/DECISIONS.md.
LEAST_STORIES, LEAST_SHARE = 5, 0.2


class Repeated(NamedTuple):
    """A paragraph of boilerplate: the id of the article in which it is searched, and how many articles have it."""

    kept_in: str
    articles: int


#: Places of articles in `Prints`.
Numbers = NDArray[np.intp]
#: From a source to its boilerplate paragraphs, by their hashes (see `fingerprints.edges`).
Boilerplate = Mapping[str, Mapping[int, Repeated]]


def boilerplate(prints: Prints) -> dict[str, dict[int, Repeated]]:
    """The boilerplate of each source that has some. Articles without a source have none.

    Copies of one text count as one story, and so do articles with one title. The earliest dated article keeps a
    paragraph, of those of one day the first in the order of paths.
    """
    owners = np.repeat(np.arange(len(prints)), np.diff(prints.edges.starts))
    order = np.lexsort((prints.edges.values, prints.source[owners]))
    owners, values = owners[order], prints.edges.values[order]
    sources = prints.source[owners]
    is_first = np.ones(len(order), np.bool_)
    is_first[1:] = (values[1:] != values[:-1]) | (sources[1:] != sources[:-1])
    begins = np.flatnonzero(is_first)
    counts = np.diff(begins, append=len(order))
    found: dict[str, dict[int, Repeated]] = defaultdict(dict)
    stories: dict[int, int] = {}
    for begin, count in zip(
        begins[counts >= LEAST_STORIES].tolist(), counts[counts >= LEAST_STORIES].tolist(), strict=True
    ):
        source = int(sources[begin])
        if source not in stories:
            stories[source] = _stories(prints, np.flatnonzero(prints.source == source))
        having = owners[begin : begin + count]
        if prints.sources[source] and _stories(prints, having) >= max(LEAST_STORIES, LEAST_SHARE * stories[source]):
            found[prints.sources[source]][int(values[begin])] = _repeated(prints, having)
    return dict(found)


def _repeated(prints: Prints, numbers: Numbers) -> Repeated:
    """What is told of a paragraph that some articles have, given by their numbers, rising."""
    dates = prints.date[numbers]
    first = numbers[np.lexsort((dates, dates == 0))[0]]
    return Repeated(prints.ids[first].decode(), len({text.tobytes() for text in prints.text[numbers]}))


def _stories(prints: Prints, numbers: Numbers) -> int:
    """How many different stories some articles are: by their texts or by their titles, whichever are fewer."""
    texts, titles = prints.text[numbers], prints.title[numbers]
    by_text = {text.tobytes() for text in texts}
    by_title = {int(title) or text.tobytes() for title, text in zip(titles, texts, strict=True)}
    return min(len(by_text), len(by_title))


def affected(prints: Prints, before: Boilerplate, now: Boilerplate) -> tuple[str, ...]:
    """The ids of the articles whose marks are not the same with two states of the boilerplate."""
    changed: dict[str, set[int]] = {}
    moved: set[bytes] = set()
    for source in {*before, *now}:
        old, new = before.get(source, {}), now.get(source, {})
        changed[source] = {*old} ^ {*new}
        keepers = ((old[number].kept_in, new[number].kept_in) for number in {*old} & {*new})
        moved.update(one.encode() for pair in keepers if pair[0] != pair[1] for one in pair)
    numbers = {number: changed[name] for number, name in enumerate(prints.sources) if changed.get(name)}
    return tuple(
        prints.ids[number].decode()
        for number, source in enumerate(prints.source.tolist())
        if (source in numbers and not numbers[source].isdisjoint(prints.edges[number].tolist()))
        or (moved and prints.ids[number] in moved)
    )


def repeated_in(known: Boilerplate, sources: Iterable[str], ids: Collection[str]) -> frozenset[int]:
    """The hashes of the boilerplate of some sources, but for what is searched in one of the articles of some ids."""
    all_of_it = [pair for source in sources for pair in known.get(source, {}).items()]
    kept = {number for number, one in all_of_it if one.kept_in in ids}
    return frozenset(number for number, _ in all_of_it) - kept


class Shared(NamedTuple):
    """A paragraph of boilerplate as it is told: its source, the article in which it is searched, its text, how many."""

    source: str
    article: str
    text: str
    articles: int


def shared(prints: Prints, text_of: Callable[[str], str]) -> Iterator[Shared]:
    """All boilerplate, source by source, that in the most articles first; `text_of` gives the text of an article."""
    for source, found in sorted(boilerplate(prints).items()):
        texts: dict[str, dict[int, str]] = {}
        for number, one in sorted(found.items(), key=lambda pair: -pair[1].articles):
            if one.kept_in not in texts:
                text = text_of(one.kept_in)
                texts[one.kept_in] = {at: text[start:end] for (start, end), at in edges(text)}
            yield Shared(source, one.kept_in, texts[one.kept_in].get(number, ""), one.articles)


def marked(article: Article, passages: Iterable[Passage], hashes: Collection[int]) -> tuple[Passage, ...]:
    """The passages with exactly this boilerplate marked: older such marks are dropped, other marks stay."""
    spans = [span for span, number in edges(article.text) if number in hashes] if hashes else []
    return tuple(_marked(passage, spans) for passage in passages)


def _marked(passage: Passage, spans: Sequence[Span]) -> Passage:
    if not spans and not passage.silent:
        return passage
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
