"""Which words tell a text apart from the others of its collection: what *more like this* asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from kb_search import analysis, weakwords
from kb_search.engines.base import EngineReader
from kb_search.engines.bm25 import idf
from kb_search.query import Word

#: So many words make the question. Fewer leave out what a long article is about, more slow the search down.
MOST_WORDS = 20
#: No more different words of a text are looked up, the most frequent first: rare ones of a long text tell little.
_LOOKED_UP = 400
_SHORTEST = 3


def telling_words(texts: Iterable[str], language: str, reader: EngineReader) -> tuple[str, ...]:
    """The words of some texts that tell most of them, best first: those that BM25 gives most for.

    Words that stand in a single passage, which is one of the texts', find nothing else and are left out.
    """
    forms = Counter(form for text in texts for form in analysis.forms(text))
    weak = weakwords.weak_words(language)
    stems: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for form, count in forms.most_common():
        if len(form) >= _SHORTEST and form not in weak and not form.isdecimal():
            counts[stems.setdefault(analysis.stem(form, language), form)] += count
    worth = {form: _worth(form, count, language, reader) for form, count in counts.most_common(_LOOKED_UP)}
    best = sorted(worth, key=lambda form: (-worth[form], form))
    return tuple(form for form in best[:MOST_WORDS] if worth[form] > 0)


def _worth(form: str, count: int, language: str, reader: EngineReader) -> float:
    found = reader.frequency(Word(form, (analysis.stem(form, language),)))
    passages = reader.holdings().passages
    return idf(passages, found) * count / (count + 1) if found > 1 else 0.0
