"""Where a query matched: marks in a passage, and the sentences of it that are worth showing.

Marks are made by the analysis that made the index, so that what is marked is what was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from kb_search import analysis
from kb_search.query import Phrase, Word
from kb_search.results import Span

#: A snippet ends when it has so many sentences, or would grow longer than so many characters.
SNIPPET_SENTENCES = 3
SNIPPET_CHARACTERS = 480


class _Role(NamedTuple):
    """Whether a word is marked by itself, and the phrases that begin with it."""

    is_marked: bool
    phrases: tuple[tuple[str, ...], ...]


class Marker:
    """Marks the words and phrases of one query in any number of texts."""

    def __init__(self, leaves: Iterable[Word | Phrase]) -> None:
        """Take the leaves of a query that are to be marked."""
        self._stems: set[str] = set()
        self._forms: set[str] = set()
        self._phrases: dict[str, list[tuple[str, ...]]] = {}
        #: What each written word means to the query, by language; a page has few different words.
        self._known: dict[str, dict[str, _Role]] = {}
        for leaf in leaves:
            if isinstance(leaf, Phrase):
                forms = tuple(word.form for word in leaf.words)
                self._phrases.setdefault(forms[0], []).append(forms)
            elif leaf.exact:
                self._forms.add(leaf.form)
            else:
                self._stems.update(leaf.stems)

    def marks(self, text: str, language: str, silent: Sequence[Span] = ()) -> tuple[Span, ...]:
        """The spans that match, in order and never overlapping; nothing in a silent span, no phrase across one."""
        if not (self._stems or self._forms or self._phrases):
            return ()
        spans: list[Span] = []
        at = 0
        for start, end in (*silent, (len(text), len(text))):
            spans += self._in(text[at:start], at, language)
            at = end
        return _united(spans)

    def _in(self, text: str, offset: int, language: str) -> list[Span]:
        known = self._known.setdefault(language, {})
        found = list(analysis.matches(text))
        spans = []
        for number, match in enumerate(found):
            word = match.group()
            role = known.get(word)
            if role is None:
                role = known[word] = self._role(analysis.fold(word), language)
            if role.is_marked:
                spans.append((offset + match.start(), offset + match.end()))
            for phrase in role.phrases:
                last = number + len(phrase)
                if tuple(analysis.fold(one.group()) for one in found[number:last]) == phrase:
                    spans.append((offset + match.start(), offset + found[last - 1].end()))
        return spans

    def _role(self, form: str, language: str) -> _Role:
        marked = form in self._forms or analysis.stem(form, language) in self._stems
        return _Role(marked, tuple(self._phrases.get(form, ())))


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

    `sentences` are the offsets where sentences begin. The spans are in order; what lies between two of them, before
    the first or after the last, is left out. Neighbouring sentences make one span.
    """
    edges = [*sentences, len(text)]
    spans = [(start, end) for start, end in pairwise(edges) if text[start:end].strip()]
    worth = [_worth(text, span, marks) for span in spans]
    best = sorted(range(len(spans)), key=lambda number: (-worth[number], number))
    chosen: list[int] = []
    length = 0
    for number in best:
        length += spans[number][1] - spans[number][0]
        if chosen and (
            len(chosen) == SNIPPET_SENTENCES or length > SNIPPET_CHARACTERS or (marks and not worth[number])
        ):
            break
        chosen.append(number)
    return _without_edges(text, [spans[number] for number in sorted(chosen)])


def _worth(text: str, span: Span, marks: tuple[Span, ...]) -> int:
    """How many different marked texts a sentence has."""
    return len({text[start:end].casefold() for start, end in marks if start >= span[0] and end <= span[1]})


def _without_edges(text: str, spans: list[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for start, end in spans:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple((start, start + len(text[start:end].rstrip())) for start, end in joined)
