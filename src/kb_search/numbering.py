"""Some articles with their passages as numbers: what a segment is written of, a batch at a time.

A few numpy calls for a thousand passages take a tenth of the time that they take article by article.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from kb_search import analysis
from kb_search.arrays import Ints, Longs
from kb_search.document import Article, Passage
from kb_search.wording import Wording

_NONE_MET = np.empty(0, np.int32)


class NumberedForms(dict[str, int]):
    """The forms of a segment, numbered as they are met, the empty one 0, and their stems. `forms` has them in order."""

    def __init__(self) -> None:
        super().__init__({"": 0})
        self.forms = [""]
        self._stems: dict[str, list[str]] = {}
        self._met: dict[str, Ints] = {}

    def __missing__(self, form: str) -> int:
        number = self[form] = len(self.forms)
        self.forms.append(form)
        return number

    def of(self, forms: Iterable[str]) -> list[int]:
        """The numbers of some forms, in order."""
        return list(map(self.__getitem__, forms))

    def of_wording(self, wording: Wording) -> Ints:
        """The numbers of the forms of a wording; one that came with its numbering before is not looked up again."""
        places = wording.places_of_forms()
        met = self._met.get(wording.numbering, _NONE_MET)
        if len(met) <= places[-1]:
            more = np.full(int(places[-1]) + 1, -1, np.int32)
            met = self._met[wording.numbering] = np.concatenate((met, more))  # twice as long at least
        fresh = np.flatnonzero(met[places] < 0)
        if len(fresh):  # mostly the last ones: articles come in about the order in which they were read
            forms = wording.last_forms(len(places) - int(fresh[0]))
            met[places[fresh]] = self.of(map(forms.__getitem__, (fresh - fresh[0]).tolist()))
        return met[places]

    def stems(self, language: str) -> list[str]:
        """The stem of each form so far in a language, in the order of the forms; not to be changed."""
        known = self._stems.setdefault(language, [])
        known.extend([analysis.stem(form, language) for form in self.forms[len(known) :]])
        return known


class Given(NamedTuple):
    """An article with its passages, in order, and their words."""

    article: Article
    passages: Sequence[Passage]
    wording: Wording


@dataclass(frozen=True, slots=True)
class Batch:
    """Some articles, with their words as numbers of a vocabulary.

    `forms` are the words of all passages, with a 0 where something silent stands and at the end of each passage;
    `ends` is where in them each passage ends. `article` and `heading` are the places of each passage's article and
    heading in this batch (-1: no heading), `lengths` its words with those of title and heading, which count as often as
    `weights` say; 1 where there is none, since Lucene counts no passage without a word, and the mean length must be the
    same in all engines. `languages` and `titles` are those of each article, titles as numbers too. `headings` are the
    headings as they are shown, each once for an article, `heading_forms` their words, and `heading_article` the place
    of the article of each.
    """

    vocabulary: NumberedForms
    weights: tuple[int, int]
    forms: Ints
    ends: Longs
    article: Ints
    heading: Ints
    lengths: Ints
    languages: tuple[str, ...]
    titles: tuple[list[int], ...]
    headings: tuple[str, ...]
    heading_forms: tuple[list[int], ...]
    heading_article: tuple[int, ...]


def numbered(given: Sequence[Given], vocabulary: NumberedForms, weights: tuple[int, int]) -> Batch:
    """Some articles as a batch; forms that are new go into `vocabulary`. `weights` are of a title's and a heading's."""
    titles = [[] if article.untitled else vocabulary.of(analysis.forms(article.title)) for article, _, _ in given]
    headings, heading = _headings(given)
    heading_forms = [vocabulary.of(analysis.forms(text)) for _, text in headings]
    forms, ends = _words([wording for _, _, wording in given], vocabulary)
    article = np.repeat(np.arange(len(given), dtype=np.int32), [len(passages) for _, passages, _ in given])
    in_title, in_heading = _counts(titles, weights[0]), _counts([*heading_forms, []], weights[1])
    return Batch(
        vocabulary=vocabulary,
        weights=weights,
        forms=forms,
        ends=ends,
        article=article,
        heading=heading,
        lengths=np.maximum(_spoken(forms, ends) + in_title[article] + in_heading[heading], 1),
        languages=tuple(one.language for one, _, _ in given),
        titles=tuple(titles),
        headings=tuple(text for _, text in headings),
        heading_forms=tuple(heading_forms),
        heading_article=tuple(place for place, _ in headings),
    )


def _headings(given: Sequence[Given]) -> tuple[list[tuple[int, str]], Ints]:
    """Each heading once, with the place of its article, and for each passage the place of its heading (-1: none)."""
    places: dict[tuple[int, str], int] = {}
    of_rows = [
        places.setdefault((at, passage.section), len(places)) if passage.section else -1
        for at, (_, passages, _) in enumerate(given)
        for passage in passages
    ]
    return list(places), np.array(of_rows, np.int32)


def _words(wordings: Sequence[Wording], vocabulary: NumberedForms) -> tuple[Ints, Longs]:
    """The words of all passages as numbers of the vocabulary, and where each passage ends."""
    known = np.concatenate([vocabulary.of_wording(one) for one in wordings])
    arrays = [one.arrays() for one in wordings]
    numbers, ends = (np.concatenate(some) for some in zip(*arrays, strict=True))
    counts = [len(some) for some, _ in arrays]
    first_form = _starts([len(one.places_of_forms()) for one in wordings])
    first_word = _starts(counts)
    forms: Ints = known[numbers + np.repeat(first_form, counts)]
    return forms, ends + np.repeat(first_word, [len(some) for _, some in arrays])


def _starts(counts: Sequence[int]) -> Longs:
    """Where lists begin that stand one behind the other."""
    return np.cumsum([0, *counts[:-1]])


def _spoken(forms: Ints, ends: Longs) -> Ints:
    """How many words each passage has of its own."""
    before = np.cumsum(forms != 0, dtype=np.int32)[ends - 1]
    return np.diff(before, prepend=np.int32(0))


def _counts(heads: Sequence[list[int]], weight: int) -> Ints:
    return np.array([weight * len(head) for head in heads], np.int32)
