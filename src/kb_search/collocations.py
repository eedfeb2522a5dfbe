"""What stands beside the words of a query in the passages that it finds: related words.

NLTK counts them. It is loaded when it is asked for first: with the statistics of SciPy, which come along, that takes
longer than all else that a server loads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from typing import Any

from kb_search import analysis, weakwords
from kb_search.results import Hit

#: So many of a search's best passages are looked at.
BEST_PASSAGES = 100
#: Words so many places apart or fewer stand beside each other. 2, 5 and 10 were tried on the sample collection: beside
#: Lachin stand corridor, town, road, Kelbajar and district with 2; words such as called, always and now come in with 5.
WINDOW = 2
#: What stands beside a word fewer times may be there by chance.
LEAST = 2
_SHORTEST = 3
#: A log-likelihood ratio above this is chance once in twenty times (chi-squared, one degree of freedom).
_SIGNIFICANT = 3.84

Pair = tuple[str, str]
#: The log-likelihood ratio of a pair of words; None where NLTK has none for it.
Ratio = Callable[[str, str], float | None]


@dataclass(frozen=True, slots=True)
class Related:
    """A word that stands beside those of a query, how often, and the log-likelihood ratio of that."""

    word: str
    count: int
    score: float


def related_words(hits: Sequence[Hit], most: int) -> tuple[Related, ...]:
    """The words that stand beside what is marked in some hits, `most` of them at most."""
    wanted = dict.fromkeys(
        form for hit in hits for start, end in hit.marks for form in analysis.forms(hit.text[start:end])
    )
    return related([(hit.text, hit.language) for hit in hits], tuple(wanted), most) if wanted else ()


def related(texts: Sequence[tuple[str, str]], wanted: Sequence[str], most: int) -> tuple[Related, ...]:
    """The words that stand beside some forms more often than chance has it, the most striking first.

    `texts` are pairs of a passage's text and its language. Words are counted by their stems, and shown in their most
    frequent form. Source of the measure: T. Dunning, "Accurate methods for the statistics of surprise and
    coincidence", Computational Linguistics 19(1), 1993, by way of NLTK.
    """
    languages = tuple(dict.fromkeys(language for _, language in texts))
    stems = {stem for form in wanted for stem in analysis.stems(form, languages)}
    spoken: dict[str, Counter[str]] = {}
    finders = _nltk().BigramCollocationFinder
    words, pairs = _nltk().FreqDist(), _nltk().FreqDist()
    for text, language in texts:
        stemmed = _stemmed(text, language, spoken)
        finder = finders.from_words(stemmed, window_size=WINDOW + 1)
        words.update(finder.word_fd)
        pairs.update(finder.ngram_fd)
    finder = finders(words, pairs, window_size=WINDOW + 1)
    ratio = partial(finder.score_ngram, _nltk().BigramAssocMeasures.likelihood_ratio)
    found = [
        Related(spoken[other].most_common(1)[0][0], count, score)
        for other, (count, score) in _beside(finder.ngram_fd, ratio, stems).items()
        if _says_something(spoken[other], languages) and count >= LEAST and score >= _SIGNIFICANT
    ]
    return tuple(sorted(found, key=lambda one: (-one.score, one.word))[:most])


@cache
def _nltk() -> Any:  # noqa: ANN401 - a module of NLTK, which has no types
    return import_module("nltk.collocations")


def _stemmed(text: str, language: str, spoken: dict[str, Counter[str]]) -> list[str]:
    """The stems of a text in order; which form each stood in is counted."""
    stems = []
    for form in analysis.forms(text):
        stem = analysis.stem(form, language)
        spoken.setdefault(stem, Counter())[form] += 1
        stems.append(stem)
    return stems


def _beside(pairs: Mapping[Pair, int], ratio: Ratio, stems: set[str]) -> dict[str, tuple[int, float]]:
    """For each other stem how often it stands on either side of some, and its best ratio."""
    found: dict[str, tuple[int, float]] = {}
    for (left, right), count in pairs.items():
        if (left in stems) == (right in stems):
            continue
        other = right if left in stems else left
        before, best = found.get(other, (0, 0.0))
        found[other] = (before + count, max(best, float(ratio(left, right) or 0.0)))
    return found


def _says_something(forms: Counter[str], languages: Sequence[str]) -> bool:
    """Whether a word is longer than a letter or two, no number, and says something of a subject."""
    form = forms.most_common(1)[0][0]
    return len(form) >= _SHORTEST and form.isalpha() and not any(form in weakwords.weak_words(one) for one in languages)
