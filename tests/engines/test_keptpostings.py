"""Postings that are kept from one query to the next: as many as fit, and always the right ones."""

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from kb_search.engines import keptpostings
from kb_search.engines.keptpostings import KeptPostings
from kb_search.engines.postings import Postings


def postings(rows):
    """A posting list of so many rows: 16 bytes each."""
    return Postings(np.arange(rows), np.ones(rows, np.uint32), np.zeros(rows, np.uint32))


def test_what_is_kept_is_read_once():
    """A term is known by its segment and itself; a stem is no pattern of one form."""
    kept, read = KeptPostings(), []

    def rows_of(segment, term, rows):
        return len(kept.of(segment, term, lambda: read.append(term) or postings(rows)).rows)

    for _ in range(2):
        assert [rows_of(0, "war", 1), rows_of(1, "war", 2), rows_of(0, ("war",), 3)] == [1, 2, 3]
    assert read == ["war", "war", ("war",)]


def test_words_that_nothing_has_are_not_kept_without_end(monkeypatch):
    """Neither the number of empty lists nor what their words take grows with the questions."""
    monkeypatch.setattr(keptpostings, "_MOST_BYTES", 100_000)
    kept = KeptPostings()
    for number in range(2000):
        kept.of(0, f"nonsense{number}", lambda: postings(0))
        kept.of(0, tuple(f"{form:050}{number}" for form in range(100)), lambda: postings(0))
    assert len(kept._known) < 200
    assert sum(sys.getsizeof(form) for _, term in kept._known for form in term if isinstance(term, tuple)) < 100_000


@pytest.mark.parametrize(("rows", "reads"), [(10, 10), (11, 20)])
def test_as_much_is_kept_as_fits(monkeypatch, rows, reads):
    """The bound is in bytes and for all together. It is what ten lists of ten rows take; longer ones do not fit."""
    monkeypatch.setattr(keptpostings, "_MOST_BYTES", 10 * keptpostings._size((0, "a"), postings(10)))
    kept, read = KeptPostings(), []
    for _ in range(2):
        for term in "abcdefghij":
            assert len(kept.of(0, term, lambda term=term: read.append(term) or postings(rows)).rows) == rows
    assert len(read) == reads


def test_threads_get_the_right_postings(monkeypatch):
    """Where several read and throw away at once, each still gets what it asked for, and the sum stays right."""
    monkeypatch.setattr(keptpostings, "_MOST_BYTES", 16_000)
    kept = KeptPostings()

    def ask(number):
        return len(kept.of(0, str(number % 50), lambda: postings(number % 50)).rows) == number % 50

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask, range(4000)))
    assert kept._bytes == sum(keptpostings._size(*entry) for entry in kept._known.items()) <= 16_000
