"""Where a query matched: marks in a passage, and the sentences of it that are worth showing.

Marks are made by the analysis that made the index, so that what is marked is what was found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import NamedTuple

from kb_search import analysis
from kb_search.document import Silent
from kb_search.query import Leaf, Pattern, Phrase
from kb_search.results import Span

#: A snippet ends when it has so many sentences, or would grow longer than so many characters.
SNIPPET_SENTENCES = 3
SNIPPET_CHARACTERS = 480
#: A sentence longer than this is cut between words, so that a snippet stays one whatever the text is.
LONGEST_SENTENCE = 1500
#: What is kept of such a sentence before its first mark.
_BEFORE_MARK = 160

#: Where more words than a text of its length has would be read piece by piece, they are read once for all.
_WORD_LENGTH = 6
#: The marks of so many different pieces are kept: those of the words of a page, and not of a whole book.
_PIECES_KEPT = 1 << 10
#: More forms than this are not looked for one by one: all words of a text are read sooner. Tried on 1.7 MB of text with
#: 50, 100, 165, 464, 1,000 and 2,000 forms: one by one .07, .16, .36, .64, 1.4 and 2.3 s, reading all .30 to .35 s.
_MOST_SOUGHT = 160
_SPACE = re.compile(r"\s+")

#: All forms that have one of some stems.
Inflected = Callable[[Sequence[str]], Iterable[str]]
#: Phrases that begin with one word, by how many words they have: however many there are, a text is compared with them
#: once for each length, and all words of a query have room for some forty lengths.
_Phrases = dict[int, set[tuple[str, ...]]]


class Marker:
    """Marks the words and phrases of one query in any number of texts."""

    def __init__(self, leaves: Iterable[Leaf], inflected: Inflected | None = None) -> None:
        """Take the leaves of a query that are to be marked.

        `inflected` gives all forms that have one of some stems in the texts that will be marked, of which most are
        then told from what is marked without a look at their words. Without it every word is looked at.
        """
        stems: dict[str, None] = {}
        forms: dict[str, None] = {}
        self._phrases: dict[str, _Phrases] = {}
        for leaf in leaves:
            if isinstance(leaf, Phrase):
                phrase = tuple(word.form for word in leaf.words)
                self._phrases.setdefault(phrase[0], {}).setdefault(len(phrase), set()).add(phrase)
            elif isinstance(leaf, Pattern):
                forms.update(dict.fromkeys(leaf.forms))
            elif leaf.exact:
                forms[leaf.form] = None
            else:
                stems.update(dict.fromkeys(leaf.stems))
        self._stems, self._forms = stems.keys(), forms.keys()
        self._longest = max((length for lengths in self._phrases.values() for length in lengths), default=1)
        self._pieces: dict[tuple[str, str], tuple[Span, ...]] = {}
        #: The forms one of which stands where a word is marked; None where they are not known, or too many.
        sought = _beginnings([*forms, *(inflected([*stems]) if stems else ())]) if inflected else None
        self._sought = sought if sought is not None and len(sought) <= _MOST_SOUGHT else None

    def marks(self, text: str, language: str, silent: Sequence[Silent] = ()) -> tuple[Span, ...]:
        """The spans that match, in order and never overlapping; nothing in a silent span, no phrase across one."""
        if not text or not (self._stems or self._forms or self._phrases):
            return ()
        pieces = self._promising(text)
        if pieces is not None and not self._phrases and not silent:
            # Pieces alone: no word goes on beyond one, and the same ones come again and again.
            return tuple(
                (first + start, first + end)
                for first, last in pieces
                for start, end in self._in_piece(text[first:last], language)
            )
        spans = (self._read(text, place, language) for place in _places(len(text), pieces, silent))
        return _united([span for some in spans for span in some])

    def _in_piece(self, piece: str, language: str) -> tuple[Span, ...]:
        """The spans that match in a piece by itself."""
        known = self._pieces.get((piece, language))
        if known is None:
            known = tuple(self._read(piece, _Place(0, len(piece), len(piece)), language))
            if len(self._pieces) < _PIECES_KEPT:
                self._pieces[piece, language] = known
        return known

    def _promising(self, text: str) -> list[Span] | None:
        """The pieces of a text, between spaces, that what is marked may begin in; None for all that it has."""
        if self._sought is None:
            return None
        sketch = analysis.sketch(text)
        forms = self._sought | self._phrases.keys() if self._may_have_phrases(sketch) else self._sought
        pieces = _pieces(sketch, forms)
        return pieces if len(pieces) * self._longest * _WORD_LENGTH <= len(text) else None

    def _may_have_phrases(self, sketch: str) -> bool:
        if analysis.UNSURE in sketch:
            return bool(self._phrases)
        return any(
            all(form in sketch for form in phrase)
            for first, lengths in self._phrases.items()
            if first in sketch
            for phrases in lengths.values()
            for phrase in phrases
        )

    def _read(self, text: str, place: _Place, language: str) -> Iterator[Span]:
        tokens = [*analysis.tokens(text, place.start, place.end)]
        if self._phrases:
            tokens += islice(analysis.tokens(text, place.end, place.run_end), self._longest - 1)
        forms = [form for _, _, form in tokens]
        marked = {form for form in {*forms} if form in self._forms or analysis.stem(form, language) in self._stems}
        for number, (start, end, form) in enumerate(tokens):
            if form in marked:
                yield start, end
            for length, phrases in self._phrases.get(form, {}).items():
                if tuple(forms[number : number + length]) in phrases:
                    yield start, tokens[number + length - 1][1]


class _Place(NamedTuple):
    """A part of a text, and where the next silent span begins after it."""

    start: int
    end: int
    run_end: int


def _places(length: int, pieces: list[Span] | None, silent: Sequence[Silent]) -> list[_Place]:
    """Where something may be marked in a text: in some pieces of it, None for everywhere, but in no silent span."""
    edges = [0, *(edge for span in silent for edge in span[:2]), length]
    runs = [*zip(edges[::2], edges[1::2], strict=True)]
    if pieces is None:
        return [_Place(start, end, end) for start, end in runs]
    return [
        _Place(max(first, start), min(last, end), end)
        for first, last in pieces
        for start, end in runs
        if first < end and start < last
    ]


def _beginnings(forms: Iterable[str]) -> set[str]:
    """Those of some forms that begin with no other of them: wherever one of all stands, one of these does."""
    kept: list[str] = []
    for form in sorted(forms):
        if not kept or not form.startswith(kept[-1]):
            kept.append(form)
    return {*kept}


def _pieces(sketch: str, forms: Iterable[str]) -> list[Span]:
    """The pieces between spaces that one of some forms may stand in, in order."""
    ends: dict[int, int] = {}
    for form in (*filter(None, forms), analysis.UNSURE):
        at = sketch.find(form)
        while at >= 0:
            end = sketch.find(" ", at)
            end = len(sketch) if end < 0 else end
            ends[sketch.rfind(" ", 0, at) + 1] = end
            at = sketch.find(form, end)
    return sorted(ends.items())


def _united(spans: list[Span]) -> tuple[Span, ...]:
    united: list[Span] = []
    for start, end in sorted(spans):
        if united and start < united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return tuple(united)


def snippet(text: str, sentences: tuple[int, ...], marks: tuple[Span, ...]) -> tuple[Span, ...]:
    """The spans of `text` to show: up to three whole sentences, those with most different marks first.

    `sentences` are the offsets where sentences begin; two that one mark spans are taken as one. The spans are in
    order; what lies between two of them, before the first or after the last, is left out. Neighbouring sentences make
    one span. Only what is longer than LONGEST_SENTENCE is not shown whole: the part about its first mark is.
    """
    spans = [_shortened(text, span, _within(span, marks)) for span in pairwise(_edges(len(text), sentences, marks))]
    spans = [(start, end) for start, end in spans if text[start:end].strip()]
    worth = [len({text[start:end].casefold() for start, end in _within(span, marks)}) for span in spans]
    chosen = sorted(_best(worth, [end - start for start, end in spans]))
    return _without_edges(text, [spans[number] for number in chosen])


def _edges(length: int, sentences: tuple[int, ...], marks: tuple[Span, ...]) -> list[int]:
    """Where sentences begin and end, but not within a mark."""
    crossed = {edge for edge in sentences for start, end in marks if start < edge < end}
    return sorted({0, length, *(edge for edge in sentences if 0 < edge < length)} - crossed)


def _within(span: Span, marks: tuple[Span, ...]) -> list[Span]:
    return [(start, end) for start, end in marks if span[0] <= start and end <= span[1]]


def _best(worth: list[int], lengths: list[int]) -> list[int]:
    """The numbers of the sentences that are worth most and fit together; where none has a mark, the first ones."""
    order = sorted(range(len(worth)), key=lambda number: (-worth[number], number))
    chosen: list[int] = []
    left = SNIPPET_CHARACTERS
    for number in order[:SNIPPET_SENTENCES]:
        left -= lengths[number]
        if chosen and (left < 0 or (worth[order[0]] and not worth[number])):
            break
        chosen.append(number)
    return chosen


def _shortened(text: str, span: Span, marks: list[Span]) -> Span:
    """The span, or if that is too long the part about its first mark, from word to word."""
    start, end = span
    if end - start <= LONGEST_SENTENCE:
        return span
    mark_start, mark_end = marks[0] if marks else (start, start)
    mark_end = min(mark_end, mark_start + LONGEST_SENTENCE)
    first, last = max(start, mark_start - _BEFORE_MARK), min(end, max(mark_start + SNIPPET_CHARACTERS, mark_end))
    before = _SPACE.search(text, first, mark_start) if first > start else None
    after = text.rfind(" ", mark_end, last) if last < end else -1
    return before.end() if before else first, after if after > 0 else last


def _without_edges(text: str, spans: list[Span]) -> tuple[Span, ...]:
    """Neighbours together, without the white space around them."""
    together: list[Span] = []
    for start, end in spans:
        if together and together[-1][1] == start:
            together[-1] = (together[-1][0], end)
        else:
            together.append((start, end))
    return tuple(
        (end - len(text[start:end].lstrip()), start + len(text[start:end].rstrip())) for start, end in together
    )
