"""What holds for all documents that are archives of XML: bounds, protection, damage."""

import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb_search.errors import DocumentError
from kb_search.loaders import RowProblem, load, package
from tests.loaders.helpers import PROSE, source
from tests.loaders.packages import docx_parts, epub_parts, odt_parts, packed, paragraph

BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
PARTS = {
    "a.docx": docx_parts(paragraph(PROSE)),
    "a.odt": odt_parts(f"<text:p>{PROSE}</text:p>"),
    "a.epub": epub_parts({"one.xhtml": f"<p>{PROSE}</p>"}),
}
KINDS = {"a.docx": "Word document", "a.odt": "OpenDocument text", "a.epub": "EPUB book"}
MAIN = {"a.docx": "word/document.xml", "a.odt": "content.xml", "a.epub": "OPS/book.opf"}


def fails(folder, name, content):
    """The sentence with which a document is refused."""
    with pytest.raises(DocumentError) as caught:
        list(load(source(folder, name, content)))
    return str(caught.value)


@pytest.mark.parametrize("name", PARTS)
def test_a_damaged_document_is_one_sentence(tmp_path, name):
    """A file that is cut, is no archive, lacks its main part or has broken XML is one sentence."""
    sentence = f"{name} is damaged or no {KINDS[name]}; get it anew, or save it anew."
    whole = packed(PARTS[name])
    without = {part: content for part, content in PARTS[name].items() if part != MAIN[name]}
    broken = {**PARTS[name], MAIN[name]: "<broken"}
    for content in (whole[: len(whole) // 2], b"no archive", packed(without), packed(broken)):
        assert fails(tmp_path, name, content) == sentence
    assert fails(tmp_path, name, b"") == f"{name} is empty."


@pytest.mark.parametrize("name", PARTS)
def test_entities_are_refused(tmp_path, name):
    """XML that declares entities is not read, in whatever encoding it hides them."""
    xml = PARTS[name][MAIN[name]]
    for content in (BOMB + xml, (BOMB + xml).encode("utf-16")):
        assert fails(tmp_path, name, packed({**PARTS[name], MAIN[name]: content})) == (
            f"{name} declares entities at {MAIN[name]}, as no document needs to."
        )


@pytest.mark.parametrize("name", PARTS)
def test_bombs_are_refused(tmp_path, name):
    """A part that unpacks to many times its size is never unpacked."""
    swollen = {**PARTS[name], MAIN[name]: PARTS[name][MAIN[name]] + " " * 3_000_000}
    assert fails(tmp_path, name, packed(swollen)).startswith(f"{name} unpacks to 3,00")


@pytest.mark.parametrize("name", PARTS)
def test_all_parts_together_are_bounded(tmp_path, name, monkeypatch):
    """Not one part alone counts but all that are read."""
    monkeypatch.setattr(package, "MOST_BYTES", 100)
    assert fails(tmp_path, name, packed(PARTS[name])).endswith(", more than is read; split it.")


@pytest.mark.parametrize("name", PARTS)
def test_a_protected_document_is_called_protected(tmp_path, name):
    """What only its owner can open is called protected."""
    sentence = f"{name} is protected against being read; save it without a password."
    raw = bytearray(packed(PARTS[name]))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = raw.find(mark)
        while place >= 0:
            raw[place + offset] |= 1
            place = raw.find(mark, place + 4)
    assert fails(tmp_path, name, bytes(raw)) == sentence
    assert fails(tmp_path, name, b"\xd0\xcf\x11\xe0" + b"x" * 600) == (
        f"{name} is protected by a password, or an old Office document; save it anew."
    )


def test_an_encrypted_text_says_so(tmp_path):
    """An OpenDocument text says in its manifest that it is encrypted; a book says which chapters are."""
    manifest = '<manifest xmlns="m"><file-entry><encryption-data/></file-entry></manifest>'
    assert "is protected" in fails(tmp_path, "a.odt", packed({**PARTS["a.odt"], "META-INF/manifest.xml": manifest}))
    cipher = '<CipherReference xmlns="http://www.w3.org/2001/04/xmlenc#" URI="{}"/>'
    locked = {**PARTS["a.epub"], "META-INF/encryption.xml": cipher.format("OPS/text/one.xhtml")}
    assert "is protected" in fails(tmp_path, "a.epub", packed(locked))
    font = {**PARTS["a.epub"], "META-INF/encryption.xml": cipher.format("OPS/font.otf")}
    assert next(iter(load(source(tmp_path, "a.epub", packed(font))))).text == PROSE


@pytest.mark.parametrize("name", PARTS)
def test_an_archive_of_too_many_entries_is_not_listed(tmp_path, name, monkeypatch):
    """An archive of more entries than any document has is not listed."""
    monkeypatch.setattr(package, "_MOST_ENTRIES", 2)
    assert "is damaged or no" in fails(tmp_path, name, packed(PARTS[name]))


def test_deep_nesting_is_a_sentence(tmp_path):
    """XML that is nested deeper than any document ends in a sentence."""
    for depth, said in ((50, "holds no text"), (5_000, "is nested too deeply to be read")):
        deep = "<w:sdt><w:sdtContent>" * depth + "</w:sdtContent></w:sdt>" * depth
        assert fails(tmp_path, "a.docx", packed(docx_parts(deep))) == f"a.docx {said}."
        section = "<text:section>" * depth + "</text:section>" * depth
        assert fails(tmp_path, "a.odt", packed(odt_parts(section))) == f"a.odt {said}."


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(PARTS)), st.integers(0, 3000), st.binary(min_size=1, max_size=8))
def test_a_damaged_document_is_an_article_or_a_sentence(tmp_path_factory, name, place, noise):
    """Whatever bytes are overwritten, the end is an article or a sentence."""
    whole = packed(PARTS[name])
    file = source(tmp_path_factory.mktemp("any"), name, whole[:place] + noise + whole[place + len(noise) :])
    try:
        found = list(load(file))
    except DocumentError:
        return
    assert all(isinstance(one, RowProblem) or one.text for one in found)


def test_names_of_parts_are_never_paths(tmp_path):
    """A document is read in memory: nothing is written, whatever its parts are called."""
    parts = {"../../escaped.xml": "<x/>", "/absolute.xml": "<x/>", **PARTS["a.docx"]}
    before = set(tmp_path.rglob("*"))
    (article,) = load(source(tmp_path, "a.docx", packed(parts)))
    assert article.text == PROSE
    assert set(tmp_path.rglob("*")) - before == {tmp_path / "a.docx"}
    assert zipfile.is_zipfile(tmp_path / "a.docx")
