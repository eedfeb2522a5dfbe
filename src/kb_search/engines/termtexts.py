"""The words of passages as texts of finished terms, to be split at spaces: what a native index is handed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from kb_search.numbering import Batch, NumberedForms

Texts = NDArray[np.object_]


class TermTexts:
    """Makes the texts of batches of one vocabulary, in their order."""

    def __init__(self, gap: str) -> None:
        """`gap` is the term that stands among the forms where no word does, and for the stems of a row without any."""
        self._gap = gap
        self._forms = _Terms()
        self._stems: dict[str, _Terms] = {}

    def of(self, batch: Batch) -> Iterator[tuple[str, str]]:
        """For each row its stems, those of title and heading as often as they weigh, and the forms of its own words."""
        stems = {language: self._stems_in(language, batch.vocabulary) for language in dict.fromkeys(batch.languages)}
        forms = self._forms.of(batch.vocabulary.forms)[batch.forms]
        forms[batch.forms == 0] = self._gap
        own = _own_stems(batch, stems)
        edges = pairwise((0, *batch.ends.tolist()))
        for (start, end), title, heading in zip(edges, *_contexts(batch, stems), strict=True):
            # A list of one row's terms at a time stays in the processor's cache: a third less time than one of all.
            row = " ".join(own[start:end].tolist()) + title + heading
            yield row if row.strip() else self._gap, " ".join(forms[start:end].tolist())

    def _stems_in(self, language: str, vocabulary: NumberedForms) -> Texts:
        return self._stems.setdefault(language, _Terms()).of(vocabulary.stems(language))


class _Terms:
    """The forms of a vocabulary, or their stems, in an array that grows with it."""

    def __init__(self) -> None:
        self._array = np.empty(0, object)

    def of(self, texts: Sequence[str]) -> Texts:
        """All of them; those that were there before stand first."""
        fresh = [_whole(text) for text in texts[len(self._array) :]]
        self._array = np.concatenate((self._array, np.array(fresh, object)))
        return self._array


def _whole(text: str) -> str:
    """A term without half a surrogate pair, which no query can ask for and no native library takes."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _own_stems(batch: Batch, stems: Mapping[str, Texts]) -> Texts:
    """The stems of all words, each in the language of its article; an empty text where no word stands."""
    if len(stems) == 1:
        alone: Texts = next(iter(stems.values()))[batch.forms]
        return alone
    words = np.empty(len(batch.forms), object)
    for language, terms in stems.items():
        spoken = np.array([one == language for one in batch.languages])[batch.article]
        own = np.flatnonzero(np.repeat(spoken, np.diff(batch.ends, prepend=0)))
        words[own] = terms[batch.forms[own]]
    return words


def _contexts(batch: Batch, stems: Mapping[str, Texts]) -> tuple[list[str], list[str]]:
    """For each row the stems of its title and those of its heading, each as often as it weighs."""

    def weighed(article: int, head: Sequence[int], weight: int) -> str:
        terms = stems[batch.languages[article]]
        return (" " + " ".join([terms[number] for number in head])) * weight

    in_title, in_heading = batch.weights
    titles = [weighed(article, head, in_title) for article, head in enumerate(batch.titles)]
    pairs = zip(batch.heading_article, batch.heading_forms, strict=True)
    headings = [*(weighed(article, head, in_heading) for article, head in pairs), ""]  # the last for rows without any
    return [titles[at] for at in batch.article.tolist()], [headings[at] for at in batch.heading.tolist()]
