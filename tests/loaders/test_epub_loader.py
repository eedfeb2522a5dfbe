import pytest

from kb_search.document import Claim
from kb_search.errors import DocumentError
from kb_search.loaders import RowProblem, load
from tests.loaders.helpers import PROSE, heads, read, source
from tests.loaders.packages import epub_parts, packed

METADATA = (
    "<dc:title>On Roads</dc:title><dc:creator>A. Author</dc:creator><dc:creator>B. Author</dc:creator>"
    '<dc:publisher>A Press</dc:publisher><dc:language>en</dc:language><dc:date opf:event="modification">2024</dc:date>'
    '<dc:date opf:event="publication">2019-05-07</dc:date><dc:identifier>https://press.example/1</dc:identifier>'
)


def epub(folder, chapters, **more):
    """The article of a book."""
    return read(folder, "a.epub", packed(epub_parts(chapters, **more)))


def test_chapters_are_sections_of_one_article(tmp_path):
    """Chapters stand in the order of the spine; one without a heading is called as the contents call it."""
    article = epub(
        tmp_path,
        {
            "b.xhtml": "<h1>The Road</h1><p>One.</p>",
            "a.xhtml": "<p>Two.</p>",
            "c.xhtml": "<h2>The School</h2><p>Three.</p>",
        },
        metadata=METADATA,
        contents=[("text/b.xhtml", "Chapter 1"), ("text/a.xhtml#top", "The Water"), ("text/a.xhtml#end", "The End")],
    )
    assert (article.text, article.format) == ("One.\n\nTwo.\n\nThree.", "epub")
    assert heads(article) == [
        ("The Road", "One.\n\nTwo.\n\n"),
        ("The Water", "Two.\n\nThree."),
        ("The School", "Three."),
    ]


def test_metadata_are_claims(tmp_path):
    """The book's Dublin Core is believed; a day of modification is kept, and is not the date."""
    article = epub(tmp_path, {"a.xhtml": f"<p>{PROSE}</p>"}, metadata=METADATA)
    assert (article.title, article.author, article.source) == ("On Roads", "A. Author, B. Author", "A Press")
    assert (str(article.date), article.language, article.url) == ("2019-05-07", "en", "https://press.example/1")
    assert article.evidence_for("date").origin == "book's metadata"
    assert article.evidence_for("date").others == (Claim("2024", "book's metadata, day of modification"),)


def test_all_text_of_a_chapter_is_kept(tmp_path):
    """Lists, tables and notes of a book are text, unlike the menus of a web page."""
    article = epub(
        tmp_path,
        {
            "a.xhtml": "<ul><li>one</li><li><p>two</p></li></ul><ol><li>first</li><li>second</li></ol>"
            "<table><tr><td>May</td><td>Cease<b>fire</b></td></tr></table><aside>A note.</aside>"
            "<p>caf&eacute;&nbsp;x</p>"
        },
    )
    assert article.text.split("\n\n") == [
        "- one", "- two", "1. first", "2. second", "May | Ceasefire", "A note.", "café x",
    ]  # fmt: skip


def test_a_chapter_that_cannot_be_read(tmp_path):
    """One chapter that is missing or no text is a problem of its own; the others are read."""
    parts = epub_parts({"a.xhtml": "<p>One.</p>", "b.xhtml": "<p>Two.</p>", "c.xhtml": "<p>Three.</p>"})
    del parts["OPS/text/b.xhtml"]
    parts["OPS/text/c.xhtml"] = b"\x89PNG" + bytes(range(32)) * 9
    article, *problems = load(source(tmp_path, "a.epub", packed(parts)))
    assert article.text == "One."
    assert problems == [
        RowProblem("OPS/text/b.xhtml", "the book lists this chapter and does not hold it"),
        RowProblem("OPS/text/c.xhtml", "OPS/text/c.xhtml is an image, whatever its name says; save it as text."),
    ]


def test_a_book_without_a_chapter_that_can_be_read(tmp_path):
    """Where no chapter can be read, the reason of the first is told."""
    parts = epub_parts({"one.xhtml": f"<p>{PROSE}</p>"})
    chapter = next(name for name in parts if name.endswith("one.xhtml"))
    file = source(tmp_path, "a.epub", packed({**parts, chapter: "<p>" + " " * 3_000_000}))
    with pytest.raises(DocumentError, match=r"a.epub has no chapter that can be read; .*one.xhtml: a.epub unpacks to"):
        list(load(file))


def test_a_book_without_a_title_is_called_by_its_first_heading(tmp_path):
    """The heading of the first chapter is the title of a book that has none, and of several chapters a section too."""
    chapters = {f"{n}.xhtml": f"<h1>Chapter {n}</h1><p>{PROSE}</p>" for n in "123"}
    article = epub(tmp_path, chapters, metadata="")
    assert (article.title, article.untitled) == ("Chapter 1", False)
    assert [section.title for section in article.sections] == ["Chapter 1", "Chapter 2", "Chapter 3"]
    alone = epub(tmp_path, {"1.xhtml": chapters["1.xhtml"]}, metadata="")
    assert (alone.title, alone.sections) == ("Chapter 1", ())


def test_the_title_of_a_book_is_no_section(tmp_path):
    """A book that says its title has its chapters for sections, and nothing else."""
    chapters = {f"{n}.xhtml": f"<h1>Chapter {n}</h1><p>{PROSE}</p>" for n in "12"}
    article = epub(tmp_path, chapters, metadata=METADATA)
    assert article.title == "On Roads"
    assert [section.title for section in article.sections] == ["Chapter 1", "Chapter 2"]
