"""Article -> passages: runs of whole sentences, 120 to 180 words, never across a section's start.

Where to cut is a shortest path over the sentences of a section, found by dynamic programming as Knuth and
Plass do it for the lines of a paragraph (Breaking Paragraphs into Lines, Software: Practice and Experience
11, 1981): every passage has a price, and the cuts with the lowest sum win. Joined, the passages of an
article are exactly its text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, islice, pairwise
from typing import NamedTuple

import numpy as np

from kb_search.contents import contents
from kb_search.document import CONTENTS, REPEATED, Article, Passage, Silent, passage_id
from kb_search.reprints import LEAST_WORDS, Printed, printed_again
from kb_search.sentences import Sentence, sentences

#: The least and the most words that a passage should have.
LEAST, MOST = 120, 180
#: No passage has more words than this; a longer sentence is cut.
LIMIT = 300
#: Text without white space counts one word for so many characters (German and Finnish prose has 7 or 8).
_CHARACTERS_PER_WORD = 15
#: Prices. One word beyond the bounds costs more than anything within them; too short costs double, because
#: a long passage can still be read and cited, and a short one has lost its context.
_PRICE_OVER, _PRICE_UNDER = 100.0, 200.0
#: A cut inside a paragraph costs as much as being 30 words off the middle.
_PRICE_INSIDE = 1.0
#: Cuts are not tried closer together than this, which bounds the work where sentences are a word long.
_CLOSEST_CUTS = 5
#: So many words are cut at a time, which bounds the memory for an article of millions of sentences.
_BLOCK = 30_000

#: The words of so many sentences are counted at a time.
_COUNTED_AT_ONCE = 1 << 12
#: Which characters are white space: none stands behind U+3000.
_SPACES = np.array([char.isspace() for char in map(chr, range(0x3002))])
_RUN = re.compile(r"[^\s，、；：]{1,60}[，、；：]*\s*|[，、；：]+\s*")
_STRENGTH = {";": 3, ":": 3, "；": 3, "：": 3, "—": 2, ",": 1, "，": 1, "、": 1}


class _Unit(NamedTuple):
    """A sentence, or a piece of one that is too long, with its size in words."""

    start: int
    end: int
    words: int
    closes: bool


class _Draft(NamedTuple):
    """A passage before it has its text and its id."""

    heading: str
    start: int
    end: int
    sentences: tuple[int, ...]


def split(article: Article) -> tuple[Passage, ...]:
    """The passages of an article, in order.

    Each has 120 to 180 words; fewer only at the end of a section, more or fewer where the sentences leave no
    choice, never more than about 300. A sentence that stands elsewhere in the article word for word and the
    article's table of contents are named in `silent`. An article whose text is only white space has no passages.
    """
    printed: list[Printed] = []
    drafts: list[_Draft] = []
    for heading, start, end in _sections(article):
        for units, is_last in _blocks(_units(article.text, start, end)):
            printed += _printed(units)
            cuts = _cuts(units, is_last=is_last)
            drafts += [_draft(heading, units[first:last]) for first, last in pairwise(cuts)]
    listed = [Silent(*span, CONTENTS) for span in contents(article.text, article.sections)]
    again = [Silent(*span, REPEATED) for span in printed_again(article.text, printed)]
    return tuple(_passages(article, drafts, _in_order([*listed, *again])))


def _sections(article: Article) -> list[tuple[str, int, int]]:
    """Heading and offsets of each section; white space alone is never a section of its own.

    Headings with nothing between them are all in force and are joined, the first one first.
    """
    text, size = article.text, len(article.text)
    titles: dict[int, list[str]] = defaultdict(list)
    for section in article.sections:
        titles[min(max(section.start, 0), size)].append(section.title)
    spans: list[tuple[str, int, int]] = []
    heading, begin = "", 0
    for start, end in pairwise(sorted({0, size, *titles})):
        heading = " · ".join(titles[start]) if start in titles else heading
        if not text[begin:end].isspace():
            spans.append((heading, begin, end))
        elif spans:
            spans[-1] = (*spans[-1][:2], end)
        begin = end if spans else 0
    return spans


def _units(text: str, start: int, end: int) -> Iterator[_Unit]:
    found = iter(sentences(text, start, end))
    while some := list(islice(found, _COUNTED_AT_ONCE)):
        for sentence, words in zip(some, _sizes(text, some), strict=True):
            if words <= LIMIT:
                yield _Unit(sentence.start, sentence.end, words, sentence.closes)
            else:
                yield from _pieces(text, sentence)


def _sizes(text: str, some: Sequence[Sentence]) -> list[int]:
    """The `_size` of sentences that follow each other, in a third of the time that it takes one by one."""
    first = some[0].start
    raw = text[first : some[-1].end].encode("utf-32-le", "surrogatepass")
    is_letter = np.concatenate(([False], ~_SPACES.take(np.frombuffer(raw, "<u4"), mode="clip")))
    begins = np.flatnonzero(is_letter[1:] > is_letter[:-1])
    ends = np.fromiter((sentence.end for sentence in some), np.intp, len(some)) - first
    starts = np.concatenate(([0], ends[:-1]))
    torn = is_letter[starts] & is_letter[starts + 1]  # begins within what stands between two white spaces
    words = begins.searchsorted(ends) - begins.searchsorted(starts) + torn
    long = np.flatnonzero(ends - starts >= _CHARACTERS_PER_WORD * words)
    sizes: list[int] = words.tolist()
    for number in long.tolist():
        sizes[number] = _size(text[some[number].start : some[number].end])
    return sizes


def _size(text: str) -> int:
    """The number of words; where words are longer than those of any language, as if they were shorter."""
    words = text.split()
    if len(text) < _CHARACTERS_PER_WORD * len(words):
        return len(words)
    return max(len(words), sum(map(len, words)) // _CHARACTERS_PER_WORD)


def _pieces(text: str, sentence: Sentence) -> Iterator[_Unit]:
    """Cut a sentence that no passage can hold, at the strongest mark that leaves 120 to 180 words."""
    begin, words = sentence.start, 0
    marks: list[tuple[int, int, int]] = []  # strength, words so far, offset
    for run in _RUN.finditer(text, sentence.start, sentence.end):
        words += _size(run[0]) or 1
        marks.append((_strength(run[0]), words, run.end()))
        if words < MOST or run.end() == sentence.end:
            continue
        _, used, cut = max(mark for mark in marks if mark[1] >= LEAST)
        yield _Unit(begin, cut, used, closes=False)
        begin, words = cut, words - used
        marks = [(mark[0], mark[1] - used, mark[2]) for mark in marks if mark[2] > cut]
    yield _Unit(begin, sentence.end, words, sentence.closes)


def _strength(run: str) -> int:
    """How good a place the end of a run of letters is to cut a sentence: -1 within a word, 3 after `;`."""
    mark = run.rstrip()[-1]
    return _STRENGTH.get(mark, 0 if run[-1].isspace() else -1)


def _blocks(units: Iterable[_Unit]) -> Iterator[tuple[list[_Unit], bool]]:
    """The units of a section in lists of bounded size; the flag says which list is the last."""
    block: list[_Unit] = []
    words = 0
    for unit in units:
        if words >= _BLOCK:
            yield block, False
            block, words = [], 0
        block.append(unit)
        words += unit.words
    yield block, True


def _price(words: int) -> float:
    """What a passage of so many words costs; 0 for the middle, 1 at the bounds, then ever more."""
    middle, half = (LEAST + MOST) / 2, (MOST - LEAST) / 2
    beyond = _PRICE_OVER * max(0, words - MOST) + _PRICE_UNDER * max(0, LEAST - words)
    return beyond + min(1.0, abs(words - middle) / half) ** 2


def _last_price(words: int) -> float:
    """The price of the last passage of a section, which may be short, but better is not."""
    return _price(words) if words >= LEAST else 1 + (LEAST - words) / LEAST


_PRICES = [_price(words) for words in range(LIMIT + _CLOSEST_CUTS)]
_LAST_PRICES = [_last_price(words) for words in range(LIMIT + _CLOSEST_CUTS)]


def _cuts(units: list[_Unit], *, is_last: bool) -> list[int]:
    """The cheapest cuts: indexes into the units, from 0 to their number."""
    places, totals = _places(units)
    best, back = [0.0], [0]
    for i in range(1, len(places)):
        is_end = is_last and i == len(places) - 1
        # While passages of the right size are cheap, those that are too short need not be looked at.
        long_enough = 0 if is_end else bisect_right(totals, totals[i] - LEAST, 0, i)
        lowest, chosen = _cheapest(best, totals, i, long_enough, _PRICES)
        if lowest >= _PRICE_UNDER:
            lowest, chosen = _cheapest(best, totals, i, i, _LAST_PRICES if is_end else _PRICES)
        best.append(lowest + (0.0 if units[places[i] - 1].closes else _PRICE_INSIDE))
        back.append(chosen)
    path = [len(places) - 1]
    while path[-1]:
        path.append(back[path[-1]])
    return [places[i] for i in reversed(path)]


def _cheapest(
    best: Sequence[float], totals: Sequence[int], last: int, beyond: int, prices: Sequence[float]
) -> tuple[float, int]:
    """The lowest price of all cuts up to the place `last`, with the place before it, which is below `beyond`."""
    lowest, chosen, end = float("inf"), last - 1, totals[last]
    for j in range(beyond - 1, -1, -1):
        words = end - totals[j]
        if words > MOST and ((words > LIMIT and j < last - 1) or prices[words] >= lowest):
            break  # it becomes dearer from here on
        price = best[j] + prices[words]
        if price < lowest:
            lowest, chosen = price, j
    return lowest, chosen


def _places(units: list[_Unit]) -> tuple[list[int], list[int]]:
    """Where cuts are tried (indexes into the units), and the words that stand before each."""
    before = list(accumulate((unit.words for unit in units), initial=0))
    places = [0]
    for index in range(1, len(units)):
        if before[index] - before[places[-1]] >= _CLOSEST_CUTS:
            places.append(index)
    places.append(len(units))
    return places, [before[index] for index in places]


def _printed(units: list[_Unit]) -> list[Printed]:
    """The sentences that are long enough to be looked for elsewhere."""
    fresh = (True, *(unit.closes for unit in units))
    return [
        Printed(start, end, begins and closes)
        for begins, (start, end, words, closes) in zip(fresh, units, strict=False)
        if words >= LEAST_WORDS
    ]


def _draft(heading: str, units: list[_Unit]) -> _Draft:
    start = units[0].start
    return _Draft(heading, start, units[-1].end, tuple(unit.start - start for unit in units))


def _passages(article: Article, drafts: list[_Draft], silent: list[Silent]) -> Iterator[Passage]:
    known: Counter[str] = Counter()
    for ordinal, draft in enumerate(drafts, 1):
        text = article.text[draft.start : draft.end]
        name = passage_id(article.id, text)
        known[name] += 1
        yield Passage(
            id=passage_id(article.id, text, known[name] - 1) if known[name] > 1 else name,
            article=article.id,
            ordinal=ordinal,
            start=draft.start,
            end=draft.end,
            text=text,
            section=draft.heading,
            sentences=draft.sentences,
            silent=_within(draft, article.text, silent),
        )


def _in_order(spans: list[Silent]) -> list[Silent]:
    """Spans in order; of two that overlap, the one that begins first."""
    kept: list[Silent] = []
    for span in sorted(spans):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _within(draft: _Draft, text: str, spans: list[Silent]) -> tuple[Silent, ...]:
    """What of some spans lies in a draft, relative to its start, without the white space after it."""
    first = bisect_right(spans, draft.start, key=lambda span: span.end)
    last = bisect_left(spans, draft.end, key=lambda span: span.start)
    clipped = [(max(start, draft.start), min(end, draft.end), why) for start, end, why in spans[first:last]]
    return tuple(
        Silent(start - draft.start, start - draft.start + len(text[start:end].rstrip()), why)
        for start, end, why in clipped
        if not text[start:end].isspace()
    )
