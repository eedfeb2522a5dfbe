"""NEAR between two parts of a query."""

import pytest

from kb_search.parsing import parse
from kb_search.query import And, Near, Or


def read(typed):
    """The tree of a query and what its notes are about."""
    query = parse(typed)
    return query.tree, [(note.kind, note.text) for note in query.notes]


@pytest.mark.parametrize(
    ("typed", "distances", "notes"),
    [
        ("b1 NEAR/5 c1", (5,), []),
        ("b1 NEAR c1", (10,), []),
        ("b1 NEAR/ c1", (10,), []),
        ("b1 NEAR/007 c1", (7,), []),
        ("b1 NEAR/3 c1 NEAR/4 d1", (3, 4), []),
        ("b1 NEAR/3 (c1 NEAR/4 d1)", (3, 4), []),
        ('"b1 c1" NEAR/2 (d1 OR "e1 f1" OR g1*)', (2,), []),
        ("the NEAR/2 of", (2,), []),
        ("b1 NEAR/0 c1", (1,), [("corrected", "NEAR/0")]),
        ("b1 NEAR/1000 c1", (999,), [("limited", "NEAR/1000")]),
        ("b1 NEAR/99999999999999 c1", (999,), [("limited", "NEAR/99999999999999")]),
    ],
)
def test_words_stand_so_far_apart(typed, distances, notes):
    """The distance is what is typed, ten without one, and at least one; a chain is one node."""
    tree, told = read(typed)
    assert isinstance(tree, Near)
    assert (tree.distances, told) == (distances, notes)


@pytest.mark.parametrize(
    "typed",
    ["b1 NEAR/5 title:c1", "b1 NEAR (c1 d1)", "date:2020 NEAR b1", "b1 NEAR NOT c1", "* NEAR b1",
     "(b1 OR (c1 d1)) NEAR e1", "title:(b1 NEAR c1)"],
)  # fmt: skip
def test_near_without_meaning_asks_for_both_sides(typed):
    """Where a side has no place in the text, NEAR is left out with a note, and both sides must be there."""
    tree, told = read(typed)
    assert isinstance(tree, And)
    assert len(tree.children) == 2 + ("d1)" in typed and "OR" not in typed)
    assert [kind for kind, text in told if text.startswith("NEAR")] == ["ignored"]


def test_near_binds_closer_than_not_and_or():
    """NOT excludes what is near, and OR stands between whole clauses."""
    assert isinstance(read("NOT b1 NEAR c1")[0].child, Near)
    assert isinstance(read("-b1 NEAR c1")[0].child, Near)
    either = read("b1 OR c1 NEAR d1 OR e1")[0]
    assert isinstance(either, Or)
    assert isinstance(either.children[1], Near)
    both = read("b1 c1 NEAR d1")[0]
    assert isinstance(both, And)
    assert isinstance(both.children[1], Near)


@pytest.mark.parametrize(
    ("typed", "about"),
    [("NEAR/5", "NEAR/5"), ("NEAR b1", "NEAR"), ("b1 NEAR", "NEAR"), ("b1 NEAR/3 OR c1", "NEAR/3"),
     ("b1 NEAR NEAR c1", "NEAR"), ("b1 (NEAR) c1", "NEAR")],
)  # fmt: skip
def test_near_with_one_side_is_left_out(typed, about):
    """NEAR that has nothing before or after it is noted."""
    assert ("ignored", about) in read(typed)[1]
