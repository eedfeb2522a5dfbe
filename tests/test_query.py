"""The query tree: what is in it, how it is widened, and how it is said in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.document import Date
from kb_search.query import (
    And,
    DateRange,
    EveryPassage,
    Language,
    Not,
    Or,
    Phrase,
    Source,
    Undated,
    Word,
    any_of,
    date_range,
    joined,
    leaves,
    scoring_terms,
    text_leaves,
)

PEACE, WAR, TALKS = (Word(form, (form.rstrip("s"),)) for form in ("peace", "war", "talks"))
TITLE = Word("pact", ("pact",), field="title")
AUTHOR = Word("smith", ("smith",), field="author")
EXACT = Word("talks", ("talk",), exact=True)
PHRASE = Phrase((PEACE, TALKS))
REUTERS, AFP = Source(("reuters",), "Reuters"), Source(("afp",), "AFP")
YEAR = DateRange(20200101, 20201231, "2020")


def nodes():
    """Any tree of a few levels."""
    words, filters = (
        [PEACE, WAR, EXACT, TITLE, AUTHOR, PHRASE],
        [REUTERS, Language("en"), YEAR, Undated(), EveryPassage()],
    )

    def groups(inner):
        several = st.lists(inner, min_size=2, max_size=4)
        return st.builds(joined, st.sampled_from([And, Or]), several) | inner.map(Not)

    return st.recursive(st.sampled_from(words + filters), groups, max_leaves=10)


def test_leaves_leave_out_what_is_excluded():
    """What stands under a NOT is nothing that a passage has."""
    tree = And((PEACE, Not(WAR), Or((TITLE, And((PHRASE, Not(TALKS)))))))
    assert list(leaves(tree)) == [PEACE, TITLE, PHRASE]
    assert text_leaves(tree) == (PEACE, PHRASE)


def test_scoring_terms_come_once_each():
    """Words with the same stems score once; those of authors and of what is excluded do not score."""
    tree = And((TALKS, EXACT, PHRASE, TITLE, AUTHOR, Not(WAR)))
    assert scoring_terms(tree) == (TALKS, PEACE, TITLE)


@pytest.mark.parametrize(
    ("tree", "wider"),
    [
        (PEACE, PEACE),
        (And((PEACE, WAR)), Or((PEACE, WAR))),
        (And((PEACE, REUTERS, Not(WAR))), And((PEACE, REUTERS, Not(WAR)))),
        (And((PEACE, WAR, REUTERS, Not(TALKS))), And((Or((PEACE, WAR)), REUTERS, Not(TALKS)))),
        (And((Or((PEACE, WAR)), TALKS)), Or((PEACE, WAR, TALKS))),
        (Or((And((PEACE, WAR)), TALKS)), Or((PEACE, WAR, TALKS))),
        (Or((And((PEACE, WAR, YEAR)), TALKS)), Or((And((Or((PEACE, WAR)), YEAR)), TALKS))),
        (And((TITLE, REUTERS)), And((TITLE, REUTERS))),
        (Not(And((PEACE, WAR))), Not(And((PEACE, WAR)))),
        (EveryPassage(), EveryPassage()),
    ],
)
def test_any_of_joins_words_by_or(tree, wider):
    """Of several words one is enough then; filters and exclusions stay as they are."""
    assert any_of(tree) == wider


@given(nodes())
def test_any_of_is_final_and_loses_nothing(tree):
    """Widened once is widened for good, and every leaf is still there."""
    wider = any_of(tree)
    assert any_of(wider) == wider
    assert sorted(map(repr, leaves(wider))) == sorted(map(repr, leaves(tree)))


def test_groups_of_one_kind_are_opened():
    """An AND within an AND is one AND; a group of one is that one."""
    assert joined(And, [PEACE, And((WAR, TALKS))]) == And((PEACE, WAR, TALKS))
    assert joined(And, [PEACE, Or((WAR, TALKS))]) == And((PEACE, Or((WAR, TALKS))))
    assert joined(Or, [PEACE]) == PEACE


def test_a_range_of_dates_includes_both_ends():
    """A range reaches from the first day of one date to the last day of the other, and may be open."""
    assert date_range(Date(2020, 2), Date(2020, 2)) == DateRange(20200201, 20200229)
    assert date_range(None, Date(2021)).last == 20211231
    assert date_range(Date(2021), None).last == 99991231


def test_where_a_word_stands_does_not_make_it_another():
    """Two words are equal if they match the same, wherever they were typed."""
    assert Word("war", ("war",), 0, 3) == Word("war", ("war",), 7, 10)
