from pathlib import Path

import pytest

from kb_search.loaders import SourceFile, load
from kb_search.passages import LEAST, MOST, split

ARTICLES = Path(__file__).resolve().parents[2].parent / "shared" / "articles"

pytestmark = pytest.mark.skipif(not ARTICLES.is_dir(), reason="the five real articles are not beside the repository")


def real(number):
    """One of the five articles, by the number that its name begins with."""
    (path,) = ARTICLES.glob(f"{number}_*.txt")
    (article,) = load(SourceFile(path, path.name))
    return article


@pytest.mark.parametrize(
    ("number", "date"), [("000", None), ("001", "2023-11-07"), ("002", "2023-11-14"), ("003", None), ("004", None)]
)
def test_a_date_in_front_is_taken_and_none_is_invented(number, date):
    """Two articles have a date in front, which is taken out; the others are undated, and nobody invents one."""
    article = real(number)
    assert (str(article.date) if article.date else None) == date
    assert not article.text.startswith("date")


@pytest.mark.parametrize(
    ("number", "sections"),
    [
        ("000", []),
        ("001", []),
        ("002", []),
        ("003", ["Personal dimension", "Sensing the opportunity", "Favorable conditions"]),
        ("004", ["State of Play", "Preferences and Realities", "What Can Baku Do?", "Modus Vivendi"]),
    ],
)
def test_the_headings_that_a_reader_sees_are_sections(number, sections):
    """Exactly the headings that a reader sees are sections."""
    assert [section.title for section in real(number).sections] == sections


def test_an_article_without_a_title_is_called_by_its_first_sentence():
    """One article has a title; the others are called by their first sentence and say so."""
    assert [real(f"00{number}").untitled for number in range(5)] == [True, True, True, True, False]
    assert real("004").title == "Achieving Full Resolution to the Karabakh Conflict"


@pytest.mark.parametrize("number", ["000", "001", "002", "003", "004"])
def test_no_word_is_lost(number):
    """Date, title, sections and passages together have every word of the file, in its order."""
    article = real(number)
    raw = (ARTICLES / article.path).read_text("utf-8").split()
    words = ["date", str(article.date)] if article.date else []
    words += [] if article.untitled else article.title.split()
    starts = {section.start: section.title for section in article.sections}
    for passage in split(article):
        words += starts.get(passage.start, "").split() + passage.text.split()
    assert words == raw


@pytest.mark.parametrize("number", ["000", "001", "002", "003", "004"])
def test_passages_join_to_the_text_and_keep_their_sizes(number):
    """Passages join to the text; those with fewer than 120 words end a section, none has more than 180."""
    article = real(number)
    found = split(article)
    ends = {section.start for section in article.sections} | {len(article.text)}
    assert "".join(passage.text for passage in found) == article.text
    assert all(len(passage.text.split()) <= MOST for passage in found)
    assert all(len(passage.text.split()) >= LEAST or passage.end in ends for passage in found)


def test_pull_quotes_are_silent():
    """Four pull quotes of the long article are silent: two stand again as they are, two within a longer sentence."""
    silent = [passage.text[start:end] for passage in split(real("004")) for start, end, _ in passage.silent]
    assert [text.split()[:2] for text in silent] == [
        ["The", "pursuit"],
        ["What", "can"],
        ["The", "paradox"],
        ["What", "would"],
    ]


def test_a_reworded_pull_quote_stays():
    """The one pull quote that was reworded is indexed where it stands, as well as the sentence it came from."""
    silent = [passage.text[start:end] for passage in split(real("004")) for start, end, _ in passage.silent]
    assert not any(text.startswith("Azerbaijan is attempting") for text in silent)
