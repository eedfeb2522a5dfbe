"""Where a query matched: marks in a passage, and the sentences of it that are worth showing.

Marks are made by the analysis that made the index, so that what is marked is what was found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import compress, pairwise

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

#: Stands before a form where forms and stems are in one set; no stem begins with it.
_AS_WRITTEN = "="
#: A text with longer pieces is read without remembering them: where no spaces are written, a piece is a sentence.
_LONGEST_KEPT = 32
#: So many different pieces are looked for in a text one by one; of more, all its words are read instead.
_SOUGHT_ALONE = 16
_SPACE = re.compile(r"\s+")


#: Phrases that begin with one word, by how many words they have: however many there are, a text is compared with them
#: once for each length, and all words of a query have room for some forty lengths.
_Phrases = dict[int, set[tuple[str, ...]]]


class Marker:
    """Marks the words and phrases of one query in any number of texts."""

    def __init__(self, leaves: Iterable[Leaf]) -> None:
        """Take the leaves of a query that are to be marked."""
        stems: set[str] = set()
        forms: set[str] = set()
        self._phrases: dict[str, _Phrases] = {}
        for leaf in leaves:
            if isinstance(leaf, Phrase):
                phrase = tuple(word.form for word in leaf.words)
                self._phrases.setdefault(phrase[0], {}).setdefault(len(phrase), set()).add(phrase)
            elif isinstance(leaf, Pattern):
                forms.update(leaf.forms)
            elif leaf.exact:
                forms.add(leaf.form)
            else:
                stems.update(leaf.stems)
        #: The terms of words that are marked, and of words that a phrase may begin with.
        self._marked = stems | {_AS_WRITTEN + form for form in forms}
        self._telling = self._marked | {_AS_WRITTEN + form for form in self._phrases}
        #: Whether pieces of text between spaces have such a word in them, by language; a page has few different ones.
        self._known: dict[str, dict[str, bool]] = {}

    def marks(self, text: str, language: str, silent: Sequence[Silent] = ()) -> tuple[Span, ...]:
        """The spans that match, in order and never overlapping; nothing in a silent span, no phrase across one."""
        if not self._telling:
            return ()
        spans: list[Span] = []
        at = 0
        for start, end, _ in (*silent, Silent(len(text), len(text))):
            spans += [(at + first, at + last) for first, last in self._in(text[at:start], language)]
            at = end
        return _united(spans)

    def _in(self, text: str, language: str) -> Iterator[Span]:
        # Most of a text is told from what is marked between spaces, without looking for its words one by one.
        pieces = text.split()
        known = self._known.setdefault(language, {})
        new = {*pieces} - known.keys()
        read = _kept_terms if max(map(len, new), default=0) <= _LONGEST_KEPT else _read_terms
        for piece in new:
            known[piece] = not self._telling.isdisjoint(read(piece, language))
        telling = {*compress(pieces, map(known.__getitem__, pieces))}
        if telling and (self._phrases or len(telling) > _SOUGHT_ALONE):
            yield from self._phrases_and_words(text, language)
            return
        for piece in telling:
            here = [(start, end) for start, end, form in analysis.tokens(piece) if self._is_marked(form, language)]
            for at in _places(piece, text):
                yield from ((at + start, at + end) for start, end in here)

    def _is_marked(self, form: str, language: str) -> bool:
        return _AS_WRITTEN + form in self._marked or analysis.stem(form, language) in self._marked

    def _phrases_and_words(self, text: str, language: str) -> Iterator[Span]:
        tokens = list(analysis.tokens(text))
        forms = [form for _, _, form in tokens]
        marked = {form for form in {*forms} if self._is_marked(form, language)}
        for number, (start, end, form) in enumerate(tokens):
            if form in marked:
                yield start, end
            for length, phrases in self._phrases.get(form, {}).items():
                if tuple(forms[number : number + length]) in phrases:
                    yield start, tokens[number + length - 1][1]


def _read_terms(piece: str, language: str) -> tuple[str, ...]:
    """The terms of the words in a piece of text between spaces: of each word its stem, and its form behind a sign."""
    forms = analysis.forms(piece)
    return (*(analysis.stem(form, language) for form in forms), *(_AS_WRITTEN + form for form in forms))


_kept_terms = lru_cache(maxsize=1 << 15)(_read_terms)


def _places(piece: str, text: str) -> Iterator[int]:
    """Where a piece stands between spaces."""
    at = text.find(piece)
    while at >= 0:
        end = at + len(piece)
        if (at == 0 or text[at - 1].isspace()) and (end == len(text) or text[end].isspace()):
            yield at
        at = text.find(piece, end)


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
