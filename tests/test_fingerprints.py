"""What is remembered of an article to tell it from others."""

import random
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kb_search.document import BOILERPLATE, Article, Passage, Silent
from kb_search.fingerprints import LEAST_WORDS, SHINGLE, SKETCH, edges, fingerprint, title_key

FOOTER = "Subscribe to our newsletter for the whole story, every day of the week."
WORDS = [f"{first}{last}" for first in ("bar", "den", "kol", "mir", "sta", "tur") for last in ("a", "ek", "on", "ush")]


def article(text, **more):
    """An article with a text."""
    return Article("abc", "a.txt", "Title", text, **more)


def words_of(seed, count):
    """So many words, the same for the same seed."""
    chosen = random.Random(seed)  # noqa: S311 - a test, not a secret
    return [chosen.choice(WORDS) for _ in range(count)]


def sketch(text):
    """The hashes of a text's sketch."""
    return np.frombuffer(fingerprint(article(text)).signature, "<u4")


def test_a_fingerprint_never_changes():
    """It is the same in every run and on every machine: these numbers were written down once."""
    found = fingerprint(article(" ".join(words_of(1, 30)) + f"\n\n{FOOTER}"))
    assert found.text.hex() == "25167a1924f19e2f60846a657db6c841"
    assert np.frombuffer(found.signature, "<u4")[:3].tolist() == [200859752, 235073842, 289981992]
    assert found.edges[-1] == 6075790872755077209


@given(st.text(max_size=200), st.sampled_from([" ", "\n", "\t ", "\u00a0"]))
def test_white_space_makes_no_other_text(text, space):
    """Texts that differ in white space alone have the same digest; others do not."""
    rewrapped = text.replace(" ", f" {space}")
    assert fingerprint(article(text)).text == fingerprint(article(rewrapped)).text
    assert fingerprint(article(text)).text != fingerprint(article(text + "x")).text


def test_case_and_punctuation_do_not_change_a_sketch():
    """A sketch is of words: how they are quoted, separated or written in capitals is nothing to it."""
    words = words_of(2, 60)
    plain = sketch(" ".join(words))
    assert plain.tolist() == sketch(" “" + "” — ".join(words).upper() + "!").tolist()
    assert plain.tolist() != sketch(" ".join(reversed(words))).tolist()


def test_a_sketch_has_the_smallest_hashes_in_order():
    """It is bounded, rises, has no hash twice, and a longer text has no larger bound."""
    short, long = sketch(" ".join(map(str, range(400)))), sketch(" ".join(map(str, range(4000))))
    assert len(short) == len(long) == SKETCH
    assert (np.diff(short.astype(np.int64)) > 0).all()
    assert long[-1] < short[-1]


def test_a_text_with_few_shingles_has_them_all():
    """Where there is room, a sketch has one hash for each different run of words."""
    words = [str(number) for number in range(LEAST_WORDS + 5)]
    assert len(sketch(" ".join(words))) == len(words) - SHINGLE + 1
    assert len(sketch(" ".join(words + words))) == len(words)


def test_a_short_text_has_no_sketch():
    """A few words are soon alike, and so they are only ever compared whole."""
    words = words_of(3, LEAST_WORDS)
    assert fingerprint(article(" ".join(words[:-1]))).is_short
    assert not fingerprint(article(" ".join(words[:-1]))).signature
    assert not fingerprint(article(" ".join(words))).is_short


def test_scripts_without_spaces_have_words_too():
    """Each character of a text in Chinese counts as a word, so that copies of it are known as well."""
    one, other = sketch("和平会谈于星期二在首都举行" * 3), sketch("中文的报纸没有空格所以每个字都算一个词" * 3)
    assert len(one) > 8
    assert not set(one) & set(other)


def test_boilerplate_is_left_out_of_a_sketch():
    """What the passages mark as boilerplate counts neither for nor against two texts being alike."""
    body = " ".join(words_of(4, 50))
    text = f"{body}\n\n{FOOTER}"
    start = text.index(FOOTER)
    passage = Passage("abc-1", "abc", 1, 0, len(text), text, silent=(Silent(start, len(text), BOILERPLATE),))
    with_footer, without = fingerprint(article(text)), fingerprint(article(text), (passage,))
    assert without.signature == fingerprint(article(body)).signature != with_footer.signature
    assert (without.text, without.edges) == (with_footer.text, with_footer.edges)


def test_edges_are_the_short_paragraphs_at_both_ends():
    """Long paragraphs, lines of a few words and what stands in the middle are no edges."""
    long = " ".join(words_of(5, 200)) + "."
    middle = [" ".join(words_of(seed, 10)) + "." for seed in range(20, 50)]
    text = "\n\n".join(["By Ann Example", "The morning briefing of the Herald.", long, *middle, long, FOOTER])
    found = [text[start:end] for (start, end), _ in edges(text)]
    assert found[0] == "The morning briefing of the Herald."
    assert found[-1] == FOOTER
    assert middle[15] not in found
    assert all(len(one) < len(long) for one in found)


@given(st.text(alphabet="ab. \n", max_size=3000))
def test_edges_lie_in_the_text_in_order(text):
    """Their spans are in order, do not overlap, and begin and end with something to read."""
    spans = [span for span, _ in edges(text)]
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)
    assert spans == sorted(spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))


def test_titles_are_the_same_however_they_are_punctuated():
    """Case, white space and punctuation make no other title; words do."""
    assert title_key("Peace,  at last!") == title_key("peace at LAST") != title_key("Peace at first")
    assert title_key("…") == 0


@given(st.text(max_size=300))
def test_any_text_has_a_fingerprint(text):
    """Whatever characters stand in it."""
    found = fingerprint(article(text))
    assert len(found.text) == 16
    assert len(found.signature) % 4 == 0
