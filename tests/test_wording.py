"""The words of passages as numbers."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kb_search import analysis
from kb_search.document import BOILERPLATE, Passage, Silent
from kb_search.wording import worded

TEXTS = st.text(alphabet="aAbğİß'-. \n\u0301né", max_size=40)


def passage(text, *silent):
    """A passage of a text with some of it silent."""
    return Passage("p", "a", 1, 0, len(text), text, "", (0,), tuple(Silent(*span, BOILERPLATE) for span in silent))


def read_back(wording):
    """The forms of each passage, the empty one for a break."""
    numbers, ends = (one.tolist() for one in wording.arrays())
    return [[wording.forms[number] for number in numbers[start:end]] for start, end in pairwise((0, *ends))]


@given(st.lists(TEXTS, max_size=5))
def test_the_words_come_back_in_order_and_each_passage_ends_with_a_break(texts):
    """Whatever the passages say, their forms are those that analysis finds, each form kept once."""
    wording = worded([passage(text) for text in texts])
    assert read_back(wording) == [[*analysis.forms(text), ""] for text in texts]
    assert len(set(wording.forms)) == len(wording.forms)


def test_a_silent_part_is_a_break_and_its_words_are_left_out():
    """No phrase reaches across what is silent, and no word in it is found."""
    wording = worded([passage("one TWO three four", (4, 7))])
    assert read_back(wording) == [["one", "", "three", "four", ""]]
    assert "two" not in wording.forms
