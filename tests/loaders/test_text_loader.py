import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.errors import DocumentError
from kb_search.loaders.cleaning import clean
from kb_search.loaders.headings import outline
from tests.loaders.helpers import PROSE, heads, read

OTHER = "Nobody had expected them to agree so soon, and yet they signed the paper before the evening came."


def test_the_run_in_date_is_taken_out(tmp_path):
    """A ` date … ` in front of the text becomes the date and is not left in the text."""
    article = read(tmp_path, "a.txt", f" date 2023-11-07 {PROSE}")
    assert (str(article.date), article.text) == ("2023-11-07", PROSE)
    assert article.evidence_for("date").origin == "“date” at the head of the text"


@pytest.mark.parametrize("date", ["1994", "1994-05"])
def test_the_run_in_date_keeps_its_precision(tmp_path, date):
    """A month or a year is a date too."""
    assert str(read(tmp_path, "a.txt", f"date {date}\n\n{PROSE}").date) == date


@pytest.mark.parametrize("date", ["2023-02-30", "2999-01-01", "31 November 2023", "0000"])
def test_an_impossible_run_in_stays_in_the_text(tmp_path, date):
    """What is no date is part of the text, and the article is undated."""
    article = read(tmp_path, "a.txt", f"date {date} {PROSE}")
    assert article.date is None
    assert article.text == f"date {date} {PROSE}"


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_short_lines_of_their_own_are_title_and_headings(tmp_path, gap):
    """Short lines of their own between paragraphs are headings, the first line is the title, in both layouts."""
    lines = ["Talks in the Valley", PROSE, OTHER, "The Road Ahead", PROSE, "Personal dimension", OTHER]
    article = read(tmp_path, "a.txt", gap.join(lines))
    assert (article.title, article.untitled) == ("Talks in the Valley", False)
    assert heads(article) == [("The Road Ahead", "The two side"), ("Personal dimension", "Nobody had e")]
    assert article.text == gap.join([PROSE, OTHER, PROSE, OTHER])


@pytest.mark.parametrize(
    "line",
    [
        "“We will come back.”",
        "Nobody came.",
        "What can be done to ease the fears of the people in the valley?",
        "Who will pay?",
        "the road ahead",
        "7 November 2023",
        "By Ann Lee",
        "write to desk@paper.example",
        "See https://paper.example/talks",
        "Bread, wine and",
        "***",
        "One | Two",
        "They left. Nobody knew",
        "A line that is too long and too much like a sentence to head anything",
    ],
)
def test_what_is_no_heading_stays_in_the_text(tmp_path, line):
    """Quotations, questions, dates, bylines, addresses and half sentences are never torn out."""
    article = read(tmp_path, "a.txt", f"{PROSE}\n\n{line}\n\n{OTHER}")
    assert article.sections == ()
    assert article.text == f"{PROSE}\n\n{line}\n\n{OTHER}"


@pytest.mark.parametrize(
    "text",
    [
        f"{PROSE}\nBread\nWine\nOil\n{OTHER}",
        f"They brought these:\nBread\n{OTHER}",
        f"{PROSE}\nAnn Lee\nDirector of the School",
        f"{PROSE}\n\nThe End",
        f"{PROSE}\n\nPart One\n\nThe Road\n\n{OTHER}",
    ],
)
def test_runs_of_short_lines_are_no_headings(tmp_path, text):
    """Lists, signatures, stacked lines and a last line are text."""
    assert read(tmp_path, "a.txt", text).text == text


def test_hard_wrapped_text_has_no_headings_at_its_line_ends(tmp_path):
    """Lines of 60 characters stay as they are; only a line between blank ones can be a heading."""
    wrapped = (
        "The two sides met in the valley on Tuesday, and spoke about\n"
        "the road, the water and the school. Nobody had expected the\n"
        "National Assembly\n"
        "to agree so soon, and yet they signed the paper before the\n"
        "evening came. It was read aloud in the Great Hall of the\n"
        "University."
    )
    article = read(tmp_path, "a.txt", f"{wrapped}\n\nThe Road Ahead\n\n{wrapped}")
    assert heads(article) == [("The Road Ahead", "The two side")]
    assert article.text == f"{wrapped}\n\n{wrapped}"


@pytest.mark.parametrize(
    "title",
    [
        "Azerbaijan and Armenia agree on a first stretch of border after thirty years",
        "“Mission accomplished” in the valley",
        "30 years on: what is left of the road",
        "U.S. envoy returns to the valley",
        "What Next for the Valley?",
    ],
)
def test_headlines_are_titles(tmp_path, title):
    """A first line may be longer than a heading, quote, and begin with a number."""
    assert read(tmp_path, "a.txt", f"{title}\n{PROSE}\n{OTHER}").title == title


def test_a_byline_below_the_title_stays_in_the_text(tmp_path):
    """A title may stand above author and day, which are not lost."""
    article = read(tmp_path, "a.txt", f"Talks in the Valley\nBy Ann Lee\n7 November 2023\n{PROSE}")
    assert article.title == "Talks in the Valley"
    assert article.text == f"By Ann Lee\n7 November 2023\n{PROSE}"


def test_a_title_that_lost_becomes_the_first_section(tmp_path):
    """If the sidecar calls the article otherwise, the line in the text is still there to be found."""
    (tmp_path / "a.meta.toml").write_text('title = "Another name"', "utf-8")
    article = read(tmp_path, "a.txt", f"Talks in the Valley\n{PROSE}")
    assert article.title == "Another name"
    assert heads(article) == [("Talks in the Valley", "The two side")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "a.txt is empty."),
        (" \n\t\ufeff ", "a.txt holds no text."),
        (" date 2023-11-07 ", "a.txt holds no text."),
        (b"\0" * 100, "a.txt is not text: 100 of its 100 bytes are control characters."),
    ],
)
def test_a_file_without_text_is_a_sentence(tmp_path, content, message):
    """Nothing to read is said in one sentence that names the file."""
    with pytest.raises(DocumentError) as caught:
        read(tmp_path, "a.txt", content)
    assert str(caught.value) == message


LINES = st.lists(
    st.sampled_from([PROSE, OTHER, "The Road Ahead", "Short", "", "- item", "By Ann Lee", "Who?", "IV. The War"])
    | st.text(max_size=30),
    max_size=12,
)


@given(LINES, st.sampled_from(["\n", "\n\n"]))
def test_no_word_is_ever_lost(lines, gap):
    """Title, sections and text together have exactly the words of the file, in their order."""
    text = clean(gap.join(lines))
    body = outline(text)
    parts, place = [body.title], 0
    for section in body.sections:
        parts += [body.text[place : section.start], section.title]
        place = section.start
    parts.append(body.text[place:])
    assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", text)
    assert all(body.text[section.start :].strip() for section in body.sections)


def test_what_was_changed_in_reading_is_recorded(tmp_path):
    """Broken bytes, control characters and a guess are in the evidence, each with its number or how sure it is."""
    russian = "Во вторник стороны встретились в долине и говорили о дороге, о воде и о школе."
    raw = russian.encode()
    broken = read(tmp_path, "a.txt", raw[:41] + b"\xff" + raw[41:] + b"\x07").evidence_for("encoding")
    assert [broken.origin, *(claim.origin for claim in broken.others)] == [
        "broken bytes: 1 were replaced by \ufffd", "control characters: 1 were dropped",
    ]  # fmt: skip
    guessed = read(tmp_path, "b.txt", russian.encode("koi8_r")).evidence_for("encoding")
    assert (guessed.value, guessed.origin) == ("koi8_r", "guessed by how the text reads, 100% sure")
    assert read(tmp_path, "c.txt", russian).evidence_for("encoding") is None


@pytest.mark.parametrize(
    "head",
    [
        "By Ann Lee | 7 November 2023",
        "Published: 03/04/2023",
        "Source: Reuters\n\nDate: 2020-01-01",
        "https://paper.example/talks",
        "7 November 2023",
    ],
)
def test_a_label_is_no_title(tmp_path, head):
    """An untitled text is called after its first sentence, below lines that say only when, where and by whom."""
    article = read(tmp_path, "a.txt", f"{head}\n\n{PROSE}\n")
    assert article.untitled
    assert article.title.startswith("The two sides met in the valley")
    assert article.text == f"{head}\n\n{PROSE}"


def test_a_first_line_ends_where_the_byline_begins(tmp_path):
    """Of a title that runs into the lines below it, only its own words are shown."""
    article = read(tmp_path, "a.txt", f"The road is open\nBy Ann Lee\n7 November 2023\n\n{PROSE}\n")
    assert article.title == "The road is open"
    assert article.author == "Ann Lee"
