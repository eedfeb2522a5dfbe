from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.paragraphs import paragraphs
from kb_search.sentences import first_sentence, sentences

GOLDEN = Path(__file__).parent / "golden"


def cases(name):
    """Lines of a golden file, in which ` ¦ ` stands before each further sentence."""
    return GOLDEN.joinpath(name).read_text("utf-8").splitlines()


def split(text):
    """The sentences of a text without the white space behind them."""
    return [text[one.start : one.end].strip() for one in sentences(text)]


@pytest.mark.parametrize("line", cases("sentences_en.txt"))
def test_hard_english_texts_are_split_as_a_reader_would(line):
    """Abbreviations, initials, numbers, quotations and ellipses of English end no sentence by themselves."""
    assert split(line.replace("¦ ", "")) == line.split(" ¦ ")


def test_most_hard_russian_texts_are_split_as_a_reader_would():
    """At least seven of eight hard Russian texts are split as a reader would.

    The one that is not: `в XX в. Здание`, where nothing but the sense tells a century from a village.
    """
    lines = cases("sentences_ru.txt")
    right = [line for line in lines if split(line.replace("¦ ", "")) == line.split(" ¦ ")]
    assert len(lines) == 8
    assert len(right) >= 7


@pytest.mark.parametrize(
    "line",
    [
        "Die Sitzung am 3. Oktober begann um neun. ¦ Im 19. Jahrhundert war das anders, z.B. in Wien.",
        "Խաղաղություն է։ ¦ Պատերազմը վերջացավ։",
        "هل انتهت الحرب؟ ¦ نعم.",
        "1. The first point. ¦ 2. The second point. ¦ IV. The last point.",
        "The road was closed.[12] ¦ It opened in May.",
        "They agreed. ¦ (The text was lost.) ¦ It was never found.",
        "And then . . . nothing. ¦ Really?! ¦ Yes.",
    ],
)
def test_marks_of_other_scripts_are_read_as_their_readers_do(line):
    """Marks of other scripts, numbered items and notes are read as a reader of that script reads them."""
    assert split(line.replace("¦ ", "")) == line.split(" ¦ ")


def test_chinese_sentences_need_no_space():
    """A full-width stop ends a sentence, and a closing quotation mark stays with it."""
    assert split("会谈结束了。双方同意。“好的。”他说！") == ["会谈结束了。", "双方同意。", "“好的。”", "他说！"]


def test_a_wrapped_line_does_not_end_a_sentence():
    """In hard-wrapped text a sentence runs on over line ends, also in front of a capital."""
    text = (
        "The two ministers met for the third time in the old\n"
        "Government House by the lake. They spoke until the\n"
        "evening, and on Tuesday they signed.\n"
    )
    assert split(text) == [
        "The two ministers met for the third time in the old\nGovernment House by the lake.",
        "They spoke until the\nevening, and on Tuesday they signed.",
    ]


def test_a_line_that_could_have_held_the_next_word_is_a_paragraph():
    """One paragraph a line: a line end is the paragraph's end, whether a mark stands there or not."""
    long = "This paragraph goes on for much longer than any line that a program would ever wrap, " * 2
    text = f"State of Affairs\n{long}and it ends here.\nSigned by all\nNobody came"
    assert split(text) == ["State of Affairs", f"{long}and it ends here.", "Signed by all", "Nobody came"]


def test_items_of_a_list_are_paragraphs():
    """A dash or a number begins an item, however full the line before it is."""
    assert split("Bring these:\n- bread and salt\n- wine and oil\n\n1. Sit down\n2. Eat up\n3. Leave") == [
        "Bring these:",
        "- bread and salt",
        "- wine and oil",
        "1. Sit down",
        "2. Eat up",
        "3. Leave",
    ]


def test_no_sentence_crosses_a_blank_line():
    """A blank line ends a sentence even if the next paragraph begins in lower case."""
    assert split("the first line\n \nand the second") == ["the first line", "and the second"]


def test_the_last_sentence_closes_its_paragraph():
    """Only the last sentence of a paragraph says that it closes it."""
    found = list(sentences("One came. Two left.\n\nThree stayed."))
    assert [one.closes for one in found] == [False, True, True]


def test_the_first_sentence_comes_without_white_space():
    """The first sentence comes without white space, and is empty for an empty text."""
    assert first_sentence("\n  It rained. It stopped.") == "It rained."
    assert first_sentence(" \n ") == ""


TEXTS = st.text(st.sampled_from('aB. ?!\n\t…։。”"(1-—Mr'), max_size=200) | st.text(max_size=100)


@given(TEXTS)
def test_sentences_joined_are_the_text(text):
    """Whatever the text is, its sentences follow each other without a gap and none is empty."""
    found = list(sentences(text))
    assert "".join(text[one.start : one.end] for one in found) == text
    assert all(one.start < one.end for one in found)
    assert not found or found[-1].closes


@given(TEXTS)
def test_no_sentence_or_paragraph_is_only_white_space(text):
    """White space always belongs to something that can be read."""
    spans = [(one.start, one.end) for one in sentences(text)] + paragraphs(text)
    assert text.isspace() or not any(text[start:end].isspace() for start, end in spans)


@given(TEXTS, st.integers(0, 50), st.integers(0, 50))
def test_a_part_of_a_text_can_be_split(text, start, size):
    """Offsets are those of the whole text where only a part of it is asked for."""
    start = min(start, len(text))
    end = min(start + size, len(text))
    assert "".join(text[one.start : one.end] for one in sentences(text, start, end)) == text[start:end]


@pytest.mark.parametrize("part", [".", "?!", '."', ". ", "\n", "Mr. ", "a.b", " \n ", "J. ", "1. "])
def test_cost_is_linear(part):
    """A hundred thousand marks in a row are split without going over them again and again."""
    text = part * (100_000 // len(part)) + "x"
    assert sum(one.end - one.start for one in sentences(text)) == len(text)
