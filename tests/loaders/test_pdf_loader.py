import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb_search.document import Article, Claim, page_at
from kb_search.errors import DocumentError
from kb_search.loaders import RowProblem, load
from kb_search.passages import split
from tests.loaders.helpers import PROSE, heads, read, source
from tests.loaders.pdfs import Put, lines, pdf

WRAPPED = (
    "The two sides met in the valley on Tuesday and spoke at",
    "length about the road, the water and the school. Nobody",
    "from the capital was there, and nothing was written down.",
)
LEFT = (
    "The delegates arrived on foot because",
    "snow had closed the pass, and they were",
    "led to the only house with a stove. They",
    "waited there until the mediators came",
    "with the maps that both had asked for.",
)
RIGHT = (
    "On the second day the talks turned to",
    "prisoners, of whom each side gave a",
    "list. The lists did not agree, and they",
    "were handed to the observers, who went",
    "from village to village to count them.",
)
COLUMNS = " ".join(LEFT) + "\n\n" + " ".join(RIGHT)


def fails(folder, content):
    """The sentence with which a PDF is refused."""
    with pytest.raises(DocumentError) as caught:
        list(load(source(folder, "a.pdf", content)))
    return str(caught.value)


def test_lines_are_joined_into_paragraphs(tmp_path):
    """A line goes on in the next one; a wider gap begins a paragraph."""
    article = read(tmp_path, "a.pdf", pdf([*lines(*WRAPPED), *lines(*WRAPPED, top=630)]))
    assert article.text == " ".join(WRAPPED) + "\n\n" + " ".join(WRAPPED)
    assert (article.format, article.untitled, article.pages) == ("pdf", True, ((0, "1"),))


def test_an_indented_line_begins_a_paragraph(tmp_path):
    """In text without gaps the first line of a paragraph stands further in."""
    page = [*lines(*WRAPPED), *lines(WRAPPED[0], x=84, top=658), *lines(*WRAPPED[1:], top=644)]
    assert read(tmp_path, "a.pdf", pdf(page)).text == " ".join(WRAPPED) + "\n\n" + " ".join(WRAPPED)


def test_items_of_a_list_stand_alone(tmp_path):
    """A bullet or a number with a point begins a paragraph; the lines under it belong to it."""
    page = lines("• The first point of the list, which is", "longer than a line.", "• The second.", "1. The third.")
    assert read(tmp_path, "a.pdf", pdf(page)).text.split("\n\n") == [
        "• The first point of the list, which is longer than a line.", "• The second.", "1. The third.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("They signed an inter-", "national agreement.", "They signed an international agreement."),
        ("It is about Nagorno-", "Karabakh and its roads.", "It is about Nagorno-Karabakh and its roads."),
        ("The years 1988-", "1994 were those of war.", "The years 1988-1994 were those of war."),
        ("The road was closed -", "nobody knew why.", "The road was closed - nobody knew why."),
        ("It is a state-of-the-", "art bridge.", "It is a state-of-the-art bridge."),
    ],
)
def test_words_divided_at_the_end_of_a_line(tmp_path, first, second, joined):
    """A hyphen goes where the word goes on in small letters, and stays where it belongs to the word."""
    assert read(tmp_path, "a.pdf", pdf(lines(first, second))).text == joined


@pytest.mark.parametrize(
    ("elsewhere", "joined"),
    [
        ("The well-known mediator left.", "a well-known man"),
        ("He is known to all and was well received.", "a well-known man"),
        ("The wellknown mediator left.", "a wellknown man"),
    ],
)
def test_the_rest_of_the_text_tells_what_a_hyphen_is(tmp_path, elsewhere, joined):
    """Whether a divided word has a hyphen of its own is seen from how it is written elsewhere."""
    page = [*lines("They met with a well-", "known man of the town."), *lines(elsewhere, top=600)]
    assert joined in read(tmp_path, "a.pdf", pdf(page)).text


def test_a_word_divided_between_two_pages(tmp_path):
    """A sentence goes on over the end of a page, and the offset of the new page lies within the word."""
    first = lines(*WRAPPED[:2], "and some of the repre-")
    article = read(tmp_path, "a.pdf", pdf(first, lines("sentatives stayed until the evening of that day.")))
    assert article.text.endswith("and some of the representatives stayed until the evening of that day.")
    assert article.text[article.pages[1][0] :].startswith("sentatives")


def test_each_character_has_its_page(tmp_path):
    """A passage can be cited with its page, by the label that the file gives it."""
    pages = [lines(f"Page number {word} begins with this sentence.") for word in ("one", "two", "three")]
    labels = "/PageLabels << /Nums [0 << /S /r >> 2 << /S /D /St 7 >>] >>"
    article = read(tmp_path, "a.pdf", pdf(*pages, labels=labels))
    assert [label for _, label in article.pages] == ["i", "ii", "7"]
    for word, label in (("one", "i"), ("two", "ii"), ("three", "7")):
        assert page_at(article.pages, article.text.index(word)) == label


def test_a_page_that_begins_with_a_heading(tmp_path):
    """Such a page begins where the text under the heading does."""
    second = [Put("The Second Part", y=700, size=18), *lines(*WRAPPED, top=660)]
    article = read(tmp_path, "a.pdf", pdf(lines(*WRAPPED), second))
    assert heads(article) == [("The Second Part", "The two side")]
    assert article.pages == ((0, "1"), (article.sections[0].start, "2"))


def test_larger_and_bold_lines_are_headings(tmp_path):
    """The largest line of the first page is the title, other large lines and short bold ones are sections."""
    page = [
        Put("A Winter of Talks", y=780, size=24),
        *lines(*WRAPPED, top=740),
        Put("The Road", y=670, size=16),
        *lines(*WRAPPED, top=640),
        Put("The Water", y=570, bold=True),
        *lines(*WRAPPED, top=556),
    ]
    article = read(tmp_path, "a.pdf", pdf(page))
    assert (article.title, article.evidence_for("title").origin) == (
        "A Winter of Talks",
        "largest line of the first page",
    )
    assert heads(article) == [("The Road", "The two side"), ("The Water", "The two side")]


def test_a_large_first_letter_belongs_to_its_word(tmp_path):
    """A letter that goes over several lines is put in front of the first."""
    page = [Put("T", y=672, size=40), *lines("he two sides met in the valley and", "spoke about the road.", x=100)]
    assert read(tmp_path, "a.pdf", pdf(page)).text == "The two sides met in the valley and spoke about the road."


def test_columns_written_one_after_the_other(tmp_path):
    """The left column is read before the right one."""
    assert read(tmp_path, "a.pdf", pdf([*lines(*LEFT), *lines(*RIGHT, x=320)])).text == COLUMNS


def test_columns_written_across_are_read_one_by_one(tmp_path):
    """Prose in two columns is read column by column, also where it was written line by line across the page."""
    pairs = zip(lines(*LEFT), lines(*RIGHT, x=320), strict=True)
    title = [Put("Talks in the Snow", y=740, size=20)]
    article = read(tmp_path, "a.pdf", pdf([*title, *(put for pair in pairs for put in pair)]))
    assert (article.title, article.text) == ("Talks in the Snow", COLUMNS)


def test_rows_of_a_table_stay_together(tmp_path):
    """Cells that do not go on from the cell above are read from left to right."""
    cells = [("May 1994", "Ceasefire signed"), ("June 1994", "Observers arrive"), ("July 1994", "Talks begin"),
             ("August 1994", "Talks stop"), ("March 1995", "Prisoners return")]  # fmt: skip
    page = [
        Put(cell, 72 + 250 * column, 700 - 14 * row)
        for row, pair in enumerate(cells)
        for column, cell in enumerate(pair)
    ]
    text = read(tmp_path, "a.pdf", pdf(page)).text
    assert all(f"{day} {event}" in text for day, event in cells)


def test_lines_written_in_disorder_are_read_by_their_places(tmp_path):
    """Where lines were not written from top to bottom, their places count."""
    shuffled = [line for start in range(3) for line in lines(*WRAPPED)[::-1][start::3]]
    assert read(tmp_path, "a.pdf", pdf(shuffled)).text == " ".join(WRAPPED)


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_a_turned_page_is_read_as_it_is_shown(tmp_path, rotate):
    """A page that is turned for reading is read as it is shown."""
    article = read(tmp_path, "a.pdf", pdf([*lines(*WRAPPED)], rotate=rotate))
    assert set(article.text.split()) == set(" ".join(WRAPPED).split())


def test_running_heads_are_left_out_and_counted(tmp_path):
    """What is printed on page after page is not in the text; the evidence says what it was and how often."""
    pages = [
        [
            Put("Review of Border Studies", y=800, size=9),
            *lines(*WRAPPED),
            Put(f"Page {number} of 4", x=280, y=40, size=9),
        ]
        for number in range(1, 5)
    ]
    article = read(tmp_path, "a.pdf", pdf(*pages))
    assert article.text.split("\n\n") == [" ".join(WRAPPED)] * 4
    evidence = article.evidence_for("text")
    assert (evidence.value, evidence.origin) == ("8 lines left out", "running heads and page numbers")
    assert set(evidence.others) == {
        Claim("Review of Border Studies", "printed on 4 pages"), Claim("Page # of 4", "printed on 4 pages"),
    }  # fmt: skip


def test_heads_of_chapters_and_roman_numbers(tmp_path):
    """A head whose text changes goes with its page number; small Roman numbers are numbers too."""
    heads_of = ["The Road 11", "The Road 12", "The Water 13", "The School 14"]
    numbers = ["ii", "iii", "iv", "v"]
    pages = [
        [Put(head, y=800, size=9), *lines(*WRAPPED), Put(number, y=40)]
        for head, number in zip(heads_of, numbers, strict=True)
    ]
    assert read(tmp_path, "a.pdf", pdf(*pages)).text.split("\n\n") == [" ".join(WRAPPED)] * 4


def test_nothing_else_is_left_out(tmp_path):
    """A refrain within the text, a heading in larger letters and a first line that differs stay."""
    pages = [
        [Put(f"Article {number}", y=800, size=16), *lines("This sentence is a refrain.", *WRAPPED)]
        for number in range(1, 5)
    ]
    article = read(tmp_path, "a.pdf", pdf(*pages))
    assert article.text.count("This sentence is a refrain.") == 4
    plain = [[Put(f"Article {number}", y=800), *lines(*WRAPPED)] for number in range(1, 5)]
    assert "Article 3" in read(tmp_path, "a.pdf", pdf(*plain)).text
    assert [section.title for section in article.sections] == ["Article 2", "Article 3", "Article 4"]
    assert (article.title, article.evidence_for("text")) == ("Article 1", None)


def test_what_the_document_says_of_itself(tmp_path):
    """Title and author are believed; the day on which a PDF was made is kept, and is not its date."""
    article = read(
        tmp_path, "a.pdf", pdf(lines(PROSE), Title="On Roads", Author="A. Author", CreationDate="D:20231107120000Z")
    )
    assert (article.title, article.author, article.date) == ("On Roads", "A. Author", None)
    assert article.evidence_for("author").origin == "PDF document information"
    assert article.evidence_for("date").others == (
        Claim("2023-11-07", "PDF document information, day of creation, not that of publication"),
    )


@pytest.mark.parametrize(
    "title", ["Microsoft Word - draft_7.doc", "untitled", "(anonymous)", "report-final.indd", "My paper.docx"]
)
def test_the_name_of_a_file_is_no_title(tmp_path, title):
    """Titles and authors that programs write by themselves lose."""
    article = read(
        tmp_path,
        "a.pdf",
        pdf([Put("A Winter of Talks", y=780, size=24), *lines(*WRAPPED)], Title=title, Author="Administrator"),
    )
    assert (article.title, article.author) == ("A Winter of Talks", "")
    assert Claim(title, "PDF document information, written by a program") in article.evidence_for("title").others


def test_a_scan_is_called_a_scan(tmp_path):
    """A file of pictures is refused with what to do; single pictures among text are named by their pages."""
    assert fails(tmp_path, pdf([], [], picture=True)) == (
        "a.pdf is a scan without text; run a program for text recognition (OCR) over it."
    )
    article, problem = load(source(tmp_path, "b.pdf", pdf([], lines(PROSE), [], picture=True)))
    assert isinstance(article, Article)
    assert (article.text, page_at(article.pages, 0)) == (PROSE, "2")
    assert problem == RowProblem("pages 1, 3", "a picture without text")


def test_files_that_give_no_text(tmp_path):
    """Protected, damaged and empty files are each a sentence."""
    whole = pdf(lines(*WRAPPED))
    assert fails(tmp_path, pdf(lines(PROSE), locked_by="secret")) == (
        "a.pdf is protected by a password; save it without one."
    )
    assert fails(tmp_path, whole[:60]) == "a.pdf is damaged or no PDF; get it anew where it came from."
    assert fails(tmp_path, b"just some text") == "a.pdf is damaged or no PDF; get it anew where it came from."
    assert fails(tmp_path, b"") == "a.pdf is empty."
    assert fails(tmp_path, pdf([])) == "a.pdf holds no text."


def test_the_number_of_pages_is_bounded(tmp_path):
    """The number of pages is bounded, and the sentence says by how many."""
    assert fails(tmp_path, pdf(*[[]] * 5001)) == "a.pdf has 5,001 pages, more than the 5,000 that are read; split it."


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1500), st.binary(min_size=1, max_size=12))
def test_a_damaged_pdf_is_an_article_or_a_sentence(tmp_path_factory, place, noise):
    """Whatever bytes are overwritten, the end is an article whose passages join to its text, or a sentence."""
    whole = pdf([Put("A Winter of Talks", y=780, size=24), *lines(*WRAPPED)], lines(*WRAPPED), Title="On Roads")
    file = source(tmp_path_factory.mktemp("any"), "a.pdf", whole[:place] + noise + whole[place + len(noise) :])
    try:
        found = [one for one in load(file) if isinstance(one, Article)]
    except DocumentError:
        return
    for article in found:
        assert "".join(passage.text for passage in split(article)) == article.text
        assert all(0 <= start <= len(article.text) for start, _ in article.pages)
