"""The words of passages as numbers."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search import analysis
from kb_search.document import BOILERPLATE, Passage, Silent
from kb_search.numbering import NumberedForms
from kb_search.wording import _met, _PieceNumbers, worded

TEXTS = st.text(alphabet="aAbğİß'-. \n\u0301né", max_size=40)


def passage(text, *silent):
    """A passage of a text with some of it silent."""
    return Passage("p", "a", 1, 0, len(text), text, "", (0,), tuple(Silent(*span, BOILERPLATE) for span in silent))


def forms_of(wording):
    """All forms of a wording, in order."""
    return wording.spelt.split(" ")


def read_back(wording):
    """The forms of each passage, the empty one for a break."""
    numbers, ends = (one.tolist() for one in wording.arrays())
    forms = forms_of(wording)
    return [[forms[number] for number in numbers[start:end]] for start, end in pairwise((0, *ends))]


@given(st.lists(TEXTS, max_size=5))
def test_the_words_come_back_in_order_and_each_passage_ends_with_a_break(texts):
    """Whatever the passages say, their forms are those that analysis finds, each form kept once."""
    wording = worded([passage(text) for text in texts])
    assert read_back(wording) == [[*analysis.forms(text), ""] for text in texts]
    forms = forms_of(wording)
    assert len(set(forms)) == len(forms) == len(wording.places_of_forms())
    for count in range(1, len(forms) + 1):
        assert wording.last_forms(count) == forms[-count:]


def test_what_stands_between_texts_may_stand_in_one():
    """A passage with the very sign in it that parts texts from each other has all of its words, and is one."""
    texts = (f"peace {analysis.GAP} talks", f"{analysis.GAP}", f"{analysis.GAP}war", "snow")
    words = read_back(worded([passage(text) for text in texts]))
    assert words == [["peace", "talks", ""], [""], ["war", ""], ["snow", ""]]


def test_a_silent_part_is_a_break_and_its_words_are_left_out():
    """No phrase reaches across what is silent, and no word in it is found."""
    wording = worded([passage("one TWO three four", (4, 7))])
    assert read_back(wording) == [["one", "", "three", "four", ""]]
    assert "two" not in forms_of(wording)


def test_an_article_has_its_own_forms_alone(monkeypatch):
    """What was met in articles before is neither in a wording, nor remembered without an end."""
    monkeypatch.setattr("kb_search.wording._MOST_MET", 4)
    for word in ("alpha", "beta", "gamma", "delta", "epsilon"):
        wording = worded([passage(f"{word} one")])
        assert set(forms_of(wording)) == {"", word, "one"}
        assert read_back(wording) == [[word, "one", ""]]
        assert len(_met.numbers) <= 6


def test_memory_that_ends_between_two_words_costs_no_other_article(monkeypatch):
    """The process goes on with the next file, whose words must come back as they are."""

    class Full(_PieceNumbers):
        is_full = True

        def __setitem__(self, piece, number):
            if self.is_full:
                self.is_full = False
                raise MemoryError
            super().__setitem__(piece, number)

    monkeypatch.setattr(_met, "numbers", Full())
    with pytest.raises(MemoryError):
        worded([passage("one two")])
    assert read_back(worded([passage("two three one")])) == [["two", "three", "one", ""]]


def test_each_thread_numbers_for_itself():
    """Threads that word articles at once do not take one another's numbers."""
    texts = [" ".join(f"w{number * part}" for number in range(300)) for part in range(1, 9)]
    with ThreadPoolExecutor(4) as threads:
        wordings = list(threads.map(lambda text: worded([passage(text)]), texts))
    assert [read_back(one) for one in wordings] == [[[*text.split(), ""]] for text in texts]


@given(st.lists(TEXTS, max_size=8), st.integers(2, 40))
def test_forms_have_the_same_numbers_whichever_numbering_they_came_with(texts, most):
    """A vocabulary numbers the forms of wordings in the order in which they are met, in one numbering or several."""
    whole, one_by_one = NumberedForms(), NumberedForms()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kb_search.wording._MOST_MET", most)
        wordings = [worded([passage(text)]) for text in texts]
    for wording in wordings:
        assert whole.of_wording(wording).tolist() == one_by_one.of(forms_of(wording))
    assert whole.forms == one_by_one.forms


def test_a_form_is_looked_up_once_for_each_numbering(monkeypatch):
    """What a vocabulary has met it does not look up again; a process that was forked has a numbering of its own."""
    vocabulary, asked = NumberedForms(), []
    monkeypatch.setattr(vocabulary, "of", lambda forms: [asked.append(form) or len(asked) for form in forms])
    first, second = (worded([passage(text)]) for text in ("oak elm ash", "elm yew oak"))
    known = dict(zip(forms_of(first), vocabulary.of_wording(first).tolist(), strict=True))
    numbers = dict(zip(forms_of(second), vocabulary.of_wording(second).tolist(), strict=True))
    assert sorted(asked) == ["", "ash", "elm", "oak", "yew"]
    assert (numbers["elm"], numbers["oak"]) == (known["elm"], known["oak"])
    names = {first.numbering, second.numbering}
    for number in (0, 1, 0):  # the system gives the number of a process that has ended to another one
        monkeypatch.setattr("os.getpid", lambda number=number: number)
        names.add(worded([passage("oak")]).numbering)
    assert first.numbering == second.numbering
    assert len(names) == 4


@given(st.lists(TEXTS, max_size=5))
def test_a_wording_is_kept_in_a_journal_as_it_is(texts):
    """What is pickled is the same when it is read."""
    wording = worded([passage(text) for text in texts])
    assert pickle.loads(pickle.dumps(wording)) == wording  # noqa: S301 - our own
