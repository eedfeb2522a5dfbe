"""Where the words of a query stand in some candidates, from the words that came with them: see `occurrences`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kb_search.arrays import ABSENT, Ints
from kb_search.engines.base import FIELD_WEIGHTS, Occurrences
from kb_search.engines.clusterwords import PassageWords, Words
from kb_search.engines.occurrences import word_vectors
from kb_search.latent import DIMENSIONS, Space
from kb_search.query import Pattern, Term


def numbers_of(words: Words, term: Term) -> Ints:
    """The numbers of the words that are what a term asks for, rising."""
    return words.with_forms(term.forms) if isinstance(term, Pattern) else words.with_stems(term.stems)


def gathered(
    words: Words,
    terms: Sequence[Term],
    passages: Sequence[PassageWords],
    articles: Sequence[Sequence[int]],
    frequencies: Sequence[int],
    space: Space | None,
) -> Occurrences:
    """Where terms stand in passages. `articles` has for each passage its article's length and what each term counts."""
    own, owner = _flat([one.own for one in passages])
    context = [
        (weight, *_flat([getattr(one, name) for one in passages]))
        for name, weight in (("title", FIELD_WEIGHTS.title), ("heading", FIELD_WEIGHTS.section))
    ]
    counts = np.zeros((2, len(terms), len(passages)), np.int32)
    word, exact = np.full(len(own), -1, np.int32), np.zeros(len(own), np.bool_)
    for at, term in enumerate(terms):
        wanted = np.zeros(len(words.word_form), np.bool_)
        wanted[numbers_of(words, term)] = True
        here = wanted[own]
        counts[0, at] = np.bincount(owner[here], minlength=len(passages))
        for weight, heads, of in context:
            counts[1, at] += weight * np.bincount(of[wanted[heads]], minlength=len(passages))
        word[here] = at
        form = ABSENT if isinstance(term, Pattern) else words.forms.find(term.form)
        exact |= here & (words.word_form[own] == form)
    hit = np.flatnonzero(word >= 0)
    starts = np.cumsum([0, *(len(one.own) for one in passages)])
    dimensions = DIMENSIONS if space else 0
    told = np.array(articles, np.int64).reshape(len(passages), len(terms) + 1)
    return Occurrences(
        own=counts[0],
        context=counts[1],
        lengths=np.array([one.length for one in passages], np.int32),
        frequencies=np.array(frequencies, np.int64),
        candidate=owner[hit],
        word=word[hit],
        place=hit - starts[owner[hit]],
        exact=exact[hit],
        article=told[:, 1:].T.astype(np.int32),
        article_lengths=told[:, 0],
        vectors=np.array([one.vector for one in passages], np.float32).reshape(len(passages), dimensions),
        word_vectors=word_vectors(terms, space),
    )


def _flat(parts: Sequence[Ints]) -> tuple[Ints, Ints]:
    """Arrays one behind the other, and for each entry which of them it is from."""
    lengths = [len(part) for part in parts]
    flat = np.concatenate(parts) if parts else np.empty(0, np.int32)
    return flat, np.repeat(np.arange(len(parts), dtype=np.int32), lengths)
