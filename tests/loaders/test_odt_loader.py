from kb_search.document import Claim
from tests.loaders.helpers import PROSE, heads, read
from tests.loaders.packages import odt_parts, packed


def odt(folder, text, **more):
    """The article of an OpenDocument text."""
    return read(folder, "a.odt", packed(odt_parts(text, **more)))


def test_headings_are_sections(tmp_path):
    """A paragraph in a style made from `Title` is the title; headings keep their places."""
    article = odt(
        tmp_path,
        '<text:p text:style-name="P7">A Winter of Talks</text:p>'
        f'<text:p>{PROSE}</text:p><text:h text:outline-level="2">The Road</text:h><text:p>One.</text:p>',
        styles='<style:style style:name="P7" style:parent-style-name="Title"/>',
    )
    assert (article.title, article.text, article.format) == ("A Winter of Talks", f"{PROSE}\n\nOne.", "odt")
    assert heads(article) == [("The Road", "One.")]


def test_properties_are_claims(tmp_path):
    """Title and first author are believed; the day of creation is kept, and is not the date."""
    meta = (
        "<meta:initial-creator>A. Author</meta:initial-creator><dc:creator>Last Editor</dc:creator>"
        "<dc:title>On Roads</dc:title><meta:creation-date>2023-11-07T10:00:00</meta:creation-date>"
    )
    article = odt(tmp_path, f"<text:p>{PROSE}</text:p>", meta=meta)
    assert (article.title, article.author, article.date) == ("On Roads", "A. Author", None)
    assert article.evidence_for("author").others == (Claim("Last Editor", "document properties"),)
    assert article.evidence_for("date").others == (
        Claim("2023-11-07", "document properties, day of creation, not that of publication"),
    )


def test_spaces_lists_tables_and_notes_are_kept(tmp_path):
    """Spaces and breaks are elements of their own; notes stand behind the text; comments and deletions go."""
    article = odt(
        tmp_path,
        "<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>"
        '<text:p>One<text:s text:c="3"/>two<text:tab/>three\n  four<text:line-break/>five'
        "<text:note><text:note-citation>1</text:note-citation>"
        "<text:note-body><text:p>A source.</text:p></text:note-body></text:note>."
        "<office:annotation><text:p>comment</text:p></office:annotation></text:p>"
        "<text:list><text:list-item><text:p>a</text:p><text:list><text:list-item><text:p>b</text:p></text:list-item>"
        "</text:list></text:list-item></text:list>"
        "<table:table><table:table-row><table:table-cell><text:p>May</text:p></table:table-cell>"
        "<table:table-cell><text:p>Cease<text:span>fire</text:span></text:p></table:table-cell></table:table-row>"
        "</table:table>",
    )
    assert article.text == "One two three four\nfive[1].\n\n- a\n\n- b\n\nMay | Ceasefire\n\n[1] A source."
