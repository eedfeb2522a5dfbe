import pytest

from kb_search.errors import DocumentError
from kb_search.loaders.cleaning import decode
from kb_search.loaders.unmarked import by_characters, by_escapes, by_zeros
from tests.loaders.sentences import COMMON, RARE, SENTENCES, sentences, texts

PAGE = "<html><head><title>t</title></head><body><p>{}</p></body></html>"
ROW = 'title,text\nx,"{}"\n'


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("form", ["{}", "{}\n", PAGE, ROW])
def test_utf16_without_a_mark_is_read_in_any_language(encoding, form):
    """One sentence is enough, with ASCII around it and without, with a zero in it and without."""
    for language in SENTENCES:
        for sentence in sentences(language):
            text = form.format(sentence)
            decoded = decode(text.encode(encoding), "a.txt")
            assert (decoded.text, decoded.encoding, decoded.guessed) == (text, encoding, True)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251", "gb18030", "big5", "cp949", "cp932", "cp874"])
def test_text_with_a_few_control_characters_is_no_utf16(encoding):
    """A text of one byte a letter, or two, stays what it is, whatever a program left in it."""
    for language in SENTENCES:
        raw = "\n".join(sentences(language)).encode(encoding, "ignore").replace(b"\n", b"\x01\n")
        assert not by_zeros(raw)
        assert not by_characters(raw)


def test_utf16_needs_no_control_characters_to_be_known():
    """Japanese whose bytes happen to be printable, each of them, is read too."""
    text = "冬が来る前に古い水道管を"
    assert decode(text.encode("utf-16-le"), "a.txt").text == text


@pytest.mark.parametrize("language", SENTENCES)
def test_text_of_one_byte_or_two_a_letter_is_no_utf16(language):
    """Of all encodings of all languages none looks like East Asian text in UTF-16."""
    for encoding in (*COMMON.get(language, ()), *RARE.get(language, ()), "utf-8"):
        for text in (*texts(language, 1), *texts(language, 5)):
            assert not by_characters(text.encode(encoding, "ignore"))


@pytest.mark.parametrize("raw", [b"", b"\0", b"\0\0\0", bytes(range(256)), b"\x01\x02" * 40, b"PK\x07\x08" + bytes(90)])
def test_bytes_that_are_no_text_are_not_made_into_one(raw):
    """Neither zeros nor a table of all bytes are East Asian."""
    assert not by_zeros(raw)
    assert not by_characters(raw)


def test_bytes_without_sense_are_still_refused():
    """What is no text in any encoding is not indexed."""
    raw = bytes((number * number * 7 + number // 3) % 256 for number in range(4000))
    with pytest.raises(DocumentError, match="is not text"):
        decode(raw, "a.txt")


@pytest.mark.parametrize(
    ("language", "encoding"), [("Japanese", "iso2022_jp"), ("Japanese", "iso2022_jp_ext"), ("Korean", "iso2022_kr")]
)
def test_letters_that_are_announced_by_escapes_are_read(language, encoding):
    """Text in ISO 2022 is all ASCII, and recognised by its escapes; what is declared does not matter."""
    for sentence in sentences(language):
        raw = f"Note 5: {sentence}\n".encode(encoding)
        for declared in ("", "utf-8", "windows-1252"):
            decoded = decode(raw, "a.txt", declared)
            assert decoded.text == f"Note 5: {sentence}\n"
            assert decoded.guessed


def test_other_escapes_stay():
    """The colours of a terminal announce no letters."""
    assert by_escapes(b"\x1b[31mred\x1b[0m costs \x1b$5") == ""
    assert decode(b"\x1b[31mred\x1b[0m", "a.txt").encoding == "utf-8"
