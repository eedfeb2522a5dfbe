"""What an article prints twice, and the hashes by which it is found."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search import reprints
from kb_search.reprints import Printed, printed_again
from kb_search.runhashes import run_hashes

WORDS = st.sampled_from(["one", "Two", "three", "four,", "ﬁve", "ﬀ", "É", "é", "—", "x_1"])
#: Sentences of few different words, so that many come again, in whole and in part.
SENTENCES = st.lists(st.tuples(st.lists(WORDS, min_size=6, max_size=11).map(" ".join), st.booleans()), max_size=8)


def plainly(text, sentences):
    """The same by comparing every two sentences."""
    folded = [re.findall(r"\w+", reprints._fold(text[start:end]).decode()) for start, end, _ in sentences]
    found = set()
    for number, (start, end, alone) in enumerate(sentences):
        same = [other for other, words in enumerate(folded) if words == folded[number] != []]
        kept = next((other for other in same if not sentences[other].alone), same[0] if same else number)
        quoted = alone and len(folded[number]) >= 8 and any(holds(words, folded[number]) for words in folded)
        if kept != number or quoted:
            found.add((start, end))
    return sorted(found)


def holds(words, quoted):
    """Whether some words have all of others in a row, and more."""
    starts = range(len(words) - len(quoted) + 1)
    return len(words) > len(quoted) and any(words[at : at + len(quoted)] == quoted for at in starts)


@pytest.mark.parametrize("at_once", [1, 30, 1 << 20])
@given(drawn=SENTENCES)
def test_what_is_printed_again_is_what_comparing_all_sentences_finds(at_once, drawn):
    """Hashes find neither less nor more than comparing each sentence with each, however many are hashed at a time."""
    text, sentences = "", []
    for sentence, alone in drawn:
        sentences.append(Printed(len(text), len(text) + len(sentence), alone))
        text += f"{sentence}\n"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(reprints, "_HASHED_AT_ONCE", at_once)
        assert printed_again(text, sentences) == plainly(text, sentences)


@pytest.mark.parametrize(
    ("quote", "found"),
    [("The two sides agreed to meet again in the old town.", 1), ("The two sides agreed to meet no more in May.", 0)],
)
def test_a_paragraph_that_only_begins_like_part_of_a_sentence_is_not_printed_again(quote, found):
    """What looks the same by its first words is compared to its last one."""
    sentence = "Thus, the two sides agreed to meet again in the old town before winter."
    places = [Printed(0, len(sentence), alone=False), Printed(len(sentence), len(sentence + quote), alone=True)]
    assert len(printed_again(sentence + quote, places)) == found


@given(st.lists(st.integers(0, 255), min_size=1, max_size=30), st.integers(0, 20))
def test_a_run_has_the_same_hash_wherever_it_stands(numbers, before):
    """What stands in front of a run, or behind it, is not in its hash."""
    alone = run_hashes(np.array(numbers, np.uint8), np.array([0]), np.array([len(numbers)]))
    among = np.array([7] * before + numbers + [9], np.uint8)
    assert run_hashes(among, np.array([before]), np.array([before + len(numbers)])) == alone
