from kb_search.document import Claim
from tests.loaders.helpers import PROSE, heads, read
from tests.loaders.packages import docx_parts, packed, paragraph


def docx(folder, *body, **more):
    """The article of a Word document."""
    return read(folder, "a.docx", packed(docx_parts("".join(body), **more)))


def test_headings_go_by_styles(tmp_path):
    """The paragraph in the style `Title` is the title; headings of the styles are sections."""
    article = docx(
        tmp_path,
        paragraph("A Winter of Talks", "Title"), paragraph(PROSE),
        paragraph("The Road", "heading1"), paragraph("One."), paragraph("Two."),
        paragraph("The Water", "heading2"), paragraph("Three."),
    )  # fmt: skip
    assert (article.title, article.text, article.format) == (
        "A Winter of Talks", f"{PROSE}\n\nOne.\n\nTwo.\n\nThree.", "docx",
    )  # fmt: skip
    assert heads(article) == [("The Road", "One.\n\nTwo.\n\n"), ("The Water", "Three.")]
    assert article.evidence_for("title").origin == "first heading"


def test_core_properties_are_claims(tmp_path):
    """Title, author and language are believed; the day of creation is kept, and is not the date."""
    properties = (
        "<dc:title>On Roads</dc:title><dc:creator>A. Author</dc:creator><dc:language>en-GB</dc:language>"
        "<dcterms:created>2023-11-07T10:00:00Z</dcterms:created>"
    )
    article = docx(tmp_path, paragraph(PROSE), properties=properties)
    assert (article.title, article.author, article.language, article.date) == ("On Roads", "A. Author", "en", None)
    assert article.evidence_for("author").origin == "core properties"
    assert article.evidence_for("date").others == (
        Claim("2023-11-07", "core properties, day of creation, not that of publication"),
    )


def test_a_row_of_a_table_is_one_line_and_words_stay_whole(tmp_path):
    """A row of a table is one line; words stay whole where their letters differ; `<` and `&` are kept."""
    cell = "<w:tc>{}</w:tc>"
    rows = [("May 1994", "Ceasefire"), ("June 1994", "Observers")]
    table = "".join(f"<w:tr>{''.join(cell.format(paragraph(text)) for text in row)}</w:tr>" for row in rows)
    split = (
        "<w:p><w:r><w:t>Step</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>anakert &amp; &lt;others&gt;</w:t></w:r></w:p>"
    )
    assert docx(tmp_path, split, f"<w:tbl>{table}</w:tbl>").text == (
        "Stepanakert & <others>\n\nMay 1994 | Ceasefire\n\nJune 1994 | Observers"
    )


def test_footnotes_stand_behind_the_text(tmp_path):
    """A note is called by its number, in the text and behind it; what was deleted is not there."""
    body = (
        '<w:p><w:r><w:t>A sentence.</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r>'
        "<w:del><w:r><w:delText>deleted</w:delText></w:r></w:del></w:p>"
    )
    notes = f'<w:footnote w:id="2">{paragraph("A source.")}</w:footnote>'
    assert docx(tmp_path, body, notes=notes).text == "A sentence.[1]\n\n1. A source."
