"""What plain BM25 gives: documents whole, title and text in one field, as Lucene's English analyzer does it.

k1 1.2 and b 0.75; words as Unicode cuts them (UAX #29, near enough), Lucene's 33 stop words, Porter's stemmer, lengths
kept in a byte. On four collections within 1.2 percent of Lucene 9.12 itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kb_search import analysis
from kb_search.engines.bm25 import coarse_length, idf, saturation
from kb_search.evaluation.judged import Document, Judged
from kb_search.evaluation.runs import DEPTH, Run, Scored

_LETTER = r"[^\W\d_]"
_WORD = re.compile(rf"\w(?:\w|(?<={_LETTER})[.:'’·](?={_LETTER})|(?<=\d)[.,;'’](?=\d))*+")
_STOP_WORDS = (
    "a an and are as at be but by for if in into is it no not of on or such that the their then there these they this "
    "to was will with"
)


def baseline_run(judged: Judged) -> Run:
    """The ranking of plain BM25 for each question, DEPTH documents at most."""
    plain = _PlainIndex(judged.documents)
    return tuple(
        Scored(question.id, judged.documents[at].id, score)
        for question in judged.questions
        for at, score in plain.best(question.text)
    )


def terms(text: str) -> list[str]:
    """The terms of a text, in order, stop words left out."""
    words = (word.lower().removesuffix("'s").removesuffix("’s") for word in _WORD.findall(text))
    stops = frozenset(_STOP_WORDS.split())
    return [analysis.porter_stem(word) for word in words if word not in stops]


class _PlainIndex:
    """Postings of documents as they come: for each term the documents that have it, and how often."""

    def __init__(self, documents: Sequence[Document]) -> None:
        postings: dict[str, list[tuple[int, int]]] = {}
        lengths = []
        for number, document in enumerate(documents):
            found = terms(f"{document.title} {document.text}")
            lengths.append(len(found))
            for term, count in Counter(found).items():
                postings.setdefault(term, []).append((number, count))
        self._postings = {term: np.array(pairs) for term, pairs in postings.items()}
        self._lengths: NDArray[np.float64] = coarse_length(np.array(lengths, np.int32)).astype(np.float64)
        self._average = sum(lengths) / max(sum(length > 0 for length in lengths), 1) or 1.0

    def best(self, text: str) -> list[tuple[int, float]]:
        """The documents that have any of a text's terms, with their scores, best first; a term counts each time."""
        scores = np.zeros(len(self._lengths))
        for term in terms(text):
            if term in self._postings:
                numbers, counts = self._postings[term].T
                weight = idf(len(scores), len(numbers))
                scores[numbers] += weight * saturation(counts.astype(np.float64), self._lengths[numbers], self._average)
        order = np.argsort(-scores, kind="stable")[:DEPTH]
        return [(int(at), float(scores[at])) for at in order if scores[at] > 0]
