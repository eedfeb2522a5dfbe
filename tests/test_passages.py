import re
from itertools import accumulate, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb_search.document import Article, Section, Silent
from kb_search.passages import _SPACES, LEAST, LIMIT, MOST, _size, _sizes, split
from kb_search.sentences import Sentence


def article(text, *sections):
    """An article with the given text and sections, which are pairs of a title and an offset."""
    return Article(id="a", path="a.txt", title="T", text=text, sections=tuple(Section(*one) for one in sections))


def words(number, tag="word"):
    """One sentence of so many words, each different from those of other tags."""
    return " ".join(f"{tag}{index}" for index in range(number)).capitalize() + "."


def prose(*lengths):
    """Sentences of the given numbers of words, no two alike."""
    return " ".join(words(length, f"w{index}x") for index, length in enumerate(lengths))


def sizes(passages):
    """The number of words of each passage."""
    return [len(passage.text.split()) for passage in passages]


def silent_texts(passages):
    """What the passages say a second time."""
    return [passage.text[start:end] for passage in passages for start, end, _ in passage.silent]


def test_passages_have_120_to_180_words():
    """Sentences of usual length give passages within the bounds, but for the end of the section."""
    found = split(article(prose(*[17, 24, 9, 31, 22, 14, 28] * 12)))
    assert all(LEAST <= size <= MOST for size in sizes(found)[:-1])
    assert 0 < sizes(found)[-1] <= MOST


def test_an_article_shorter_than_a_passage_is_one():
    """A text of one sentence, even without a letter, is one passage."""
    assert [passage.text for passage in split(article("Hello there."))] == ["Hello there."]
    assert [passage.text for passage in split(article("***"))] == ["***"]


@pytest.mark.parametrize("text", ["", " ", "\n\n \n"])
def test_an_article_without_text_has_no_passages(text):
    """An article without anything to read has no passages."""
    assert split(article(text)) == ()


def test_a_passage_never_crosses_the_start_of_a_section():
    """However short a section is, the next one begins a passage of its own, under its own heading."""
    text = "Before it.\n\nOne sentence.\n\nAnother one."
    found = split(article(text, ("First", 12), ("Second", 27)))
    assert [(passage.section, passage.text) for passage in found] == [
        ("", "Before it.\n\n"),
        ("First", "One sentence.\n\n"),
        ("Second", "Another one."),
    ]


def test_headings_that_stand_together_are_all_in_force():
    """A chapter's heading right above a section's is not lost: the passage is found by both."""
    found = split(article("Some text.", ("Chapter one", 0), ("The road", 0)))
    assert [passage.section for passage in found] == ["Chapter one · The road"]


def test_cuts_prefer_the_ends_of_paragraphs():
    """Where a paragraph ends within the bounds, the passage ends there."""
    text = prose(30, 30, 30, 40) + "\n\n" + words(25, "p") + " " + words(25, "q") + " " + words(80, "r")
    first, *_ = split(article(text))
    assert first.text.endswith("\n\n")
    assert sizes([first]) == [130]


def test_too_long_is_better_than_too_short():
    """Where sentences cannot be cut to measure, a passage is rather a little too long than too short."""
    assert sizes(split(article(prose(100, 90, 130)))) == [190, 130]


def test_a_long_sentence_stands_alone():
    """A sentence of up to 300 words is never cut."""
    assert sizes(split(article(prose(130, 250, 130)))) == [130, 250, 130]


def test_an_endless_sentence_is_cut_at_its_strongest_mark():
    """A sentence of more than 300 words is cut behind a semicolon before a comma, and a comma before a space."""
    text = " ".join(f"w{index}" + {140: ";", 160: ",", 300: ","}.get(index, "") for index in range(400)) + "."
    first, second, *_ = split(article(text))
    assert first.text.endswith("w140; ")
    assert second.text.endswith("w300, ")


@pytest.mark.parametrize("text", ["x" * 100_000, "ab cd " * 17_000, "会谈结束了，" * 17_000, "a,b;" * 25_000])
def test_a_sentence_of_100000_characters_is_cut(text):
    """A text without an end of a sentence, with spaces or without, still gives passages of bounded size."""
    found = split(article(text))
    assert "".join(passage.text for passage in found) == text
    assert max(len(passage.text) for passage in found) <= 20 * LIMIT
    assert max(sizes(found)) <= LIMIT


def test_sentences_are_offsets_within_the_passage():
    """Each passage says where its sentences begin; the first begins at 0."""
    (found,) = split(article("It rained. It stopped.\nIt began again."))
    assert [found.text[start:][:7] for start in found.sentences] == ["It rain", "It stop", "It bega"]


QUOTE = "The road to the valley was closed for nine months."


def test_a_pull_quote_is_silent():
    """A sentence printed a second time as a paragraph of its own is not indexed there, wherever it stands."""
    for text in (
        f"{QUOTE}\nNobody knew why that was so. {QUOTE} It opened in May.",
        f"Nobody knew why that was so. {QUOTE} It opened in May.\n{QUOTE}",
    ):
        found = split(article(text))
        assert silent_texts(found) == [QUOTE]
        start = found[0].start + found[0].silent[0][0]
        assert text[start - 1 : start] in ("", "\n")


def test_a_pull_quote_is_known_by_its_words():
    """Hyphens, quotation marks and capitals do not make it another sentence."""
    text = "The Nagorno‑ Karabakh talks went on for years.\n“The Nagorno-Karabakh talks went on for years.”"
    assert silent_texts(split(article(text))) == ["“The Nagorno-Karabakh talks went on for years.”"]


def test_of_two_equal_copies_the_later_is_silent():
    """Where both or neither stand alone, the first is kept."""
    text = f"He began. {QUOTE} He went on. {QUOTE} He ended."
    (found,) = split(article(text))
    assert found.silent == (Silent(text.rindex(QUOTE), text.rindex(QUOTE) + len(QUOTE), "repeated"),)


def test_what_is_reworded_or_short_is_not_silent():
    """A sentence that differs in one word stays, and so does a refrain of five words."""
    reworded = QUOTE.replace(QUOTE.split()[3], "another", 1)
    text = f"{QUOTE}\n{reworded} It was so.\nWe shall come back soon. We shall come back soon."
    assert silent_texts(split(article(text))) == []


def test_a_paragraph_that_stands_within_a_longer_sentence_is_silent():
    """A pull quote whose sentence begins with a linking word where it was taken from is indexed once, there."""
    text = f"{QUOTE}\nIn fact, {QUOTE[0].lower()}{QUOTE[1:]} More was said."
    assert silent_texts(split(article(text))) == [QUOTE]


def test_a_sentence_among_others_is_kept_though_a_longer_one_holds_it():
    """Only a paragraph of its own can be a pull quote; running text is indexed wherever it stands."""
    text = f"{QUOTE} More was said.\nIn fact, {QUOTE[0].lower()}{QUOTE[1:]} More came."
    assert silent_texts(split(article(text))) == []


def test_rows_of_signs_are_not_repeated_sentences():
    """Signs without words are nothing that could be printed again."""
    assert silent_texts(split(article("* * * * * * *\n\nOne came.\n\n- - - - - - -"))) == []


def test_equal_passages_have_different_ids():
    """Two passages of one article with the same words are told apart by their number."""
    text = "\n\n".join([prose(100, 50)] * 3)
    ids = [passage.id for passage in split(article(text))]
    assert ids == [ids[0], f"{ids[0]}-1", f"{ids[0]}-2"]


def test_ids_depend_on_the_words_alone():
    """Text in front of a section, and new line breaks in it, leave the ids of its passages as they were."""
    one = split(article("Old.\n\n" + prose(60, 70), ("S", 6)))
    two = split(article("New words here.\n\n" + prose(60, 70).replace(" ", "\n"), ("S", 17)))
    assert one[-1].id == two[-1].id
    assert one[0].id != two[0].id


def test_millions_of_tiny_sentences_are_cut_in_blocks():
    """A section too large to be cut at once gives the same kind of passages."""
    text = prose(*[20] * 4000)
    found = split(article(text))
    assert "".join(passage.text for passage in found) == text
    assert all(LEAST <= size <= MOST for size in sizes(found)[:-1])


PIECES = st.lists(
    st.sampled_from(["One two three.", "He left", "Mr. X came!", "end?\n", "\n\n", "a" * 70, "。", ",", "U.S.", "***"])
    | st.integers(1, 400).map(words)
    | st.text(max_size=20),
    max_size=25,
)
ARTICLES = st.builds(
    lambda pieces, starts: article(" ".join(pieces), *((f"S{start}", start) for start in sorted(starts))),
    PIECES,
    st.lists(st.integers(-5, 3000), max_size=4),
)


@settings(max_examples=150)
@given(ARTICLES)
def test_joined_passages_are_the_text(any_article):
    """Whatever the text and its sections: joined, the passages are exactly the text, at the offsets they name."""
    found = split(any_article)
    text = any_article.text
    assert "".join(passage.text for passage in found) == ("" if text.isspace() else text)
    assert all(text[passage.start : passage.end] == passage.text for passage in found)
    assert all(one.end == two.start for one, two in pairwise(found))
    assert [passage.ordinal for passage in found] == list(range(1, len(found) + 1))


@settings(max_examples=150)
@given(ARTICLES)
def test_passages_keep_their_promises(any_article):
    """None is empty, crosses a section, is too large, or has a sentence or a silent span outside of itself."""
    text = any_article.text
    found = split(any_article)
    starts = [section.start for section in any_article.sections]
    for passage in found:
        assert passage.text.strip()
        inside = [start for start in starts if passage.start < start < passage.end]
        assert not any(text[passage.start : start].strip() and text[start : passage.end].strip() for start in inside)
        assert len(passage.text.split()) <= LIMIT + 5
        assert passage.sentences[0] == 0
        assert list(passage.sentences) == sorted(set(passage.sentences))
        assert all(start < len(passage.text) for start in passage.sentences)
        assert all(0 <= start < end <= len(passage.text) for start, end, _ in passage.silent)
    assert len({passage.id for passage in found}) == len(found)
    assert split(any_article) == found


@settings(max_examples=50)
@given(st.lists(st.integers(3, 60), min_size=1, max_size=80))
def test_usual_sentences_always_fit(lengths):
    """Sentences of 3 to 60 words can always be joined within the bounds, but for the end."""
    found = split(article(prose(*lengths)))
    assert all(LEAST <= size <= MOST for size in sizes(found)[:-1])


@settings(max_examples=50)
@given(st.lists(st.integers(3, 60), min_size=1, max_size=40), st.integers(0, 39))
def test_every_silent_sentence_is_heard_elsewhere(lengths, again):
    """The words of a silent span stand elsewhere in the article where they are indexed."""
    text = prose(*lengths) + "\n" + words(lengths[again % len(lengths)], f"w{again % len(lengths)}x")
    found = split(article(text))
    heard = "".join(
        re.sub(r"\s+", " ", "".join(letter for index, letter in enumerate(passage.text)
                                    if not any(start <= index < end for start, end, _ in passage.silent)))
        for passage in found
    )  # fmt: skip
    assert all(sentence in heard for sentence in silent_texts(found))


@given(st.lists(st.text(alphabet="ab \n\u3000\x85\U00010400。", min_size=1, max_size=40), min_size=1, max_size=6))
def test_sentences_are_counted_together_as_they_are_one_by_one(parts):
    """However white space stands at their ends, or none, sentences have the words that each has by itself."""
    ends = list(accumulate(map(len, parts)))
    text = "".join(parts)
    some = [Sentence(start, end, closes=False) for start, end in pairwise((0, *ends))]
    assert _sizes(text, some) == [_size(part) for part in parts]
    shifted = [Sentence(start + 1, end + 1, closes=False) for start, end, _ in some]
    assert _sizes(f"x{text}", shifted) == [_size(part) for part in parts]


def test_no_white_space_is_missed():
    """What counts as white space is what Python calls so, in all of Unicode."""
    assert [chr(code) for code in np.flatnonzero(_SPACES)] == [
        char for char in map(chr, range(0x110000)) if char.isspace()
    ]
