import codecs
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.errors import DocumentError
from kb_search.loaders.claims import read_as
from kb_search.loaders.cleaning import clean, decode, one_line, scrub, shorten

RUSSIAN = "Переговоры в Москве закончились поздно вечером. Стороны договорились о встрече в ноябре."


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\ufeffb\0c", "abc"),
        ("co\u00adope\u200bra\u2060tion", "cooperation"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("one \t\ntwo\u00a0\n", "one\ntwo"),
        ("cafe\u0301", "café"),
        ("a\u202eb\u2066c\u200fd", "abcd"),
        ("\x01bell\x07 \x1b[31mred", "bell [31mred"),
        ("half \ud83d of a pair", "half \ufffd of a pair"),
        ("line\u2028line\u2029paragraph", "line\nline\n\nparagraph"),
        ("e\u200b\u0301", "é"),
    ],
)
def test_what_is_no_part_of_the_words_goes(text, kept):
    """Invisible characters and control characters go, line ends become plain, letters are composed."""
    assert clean(text) == kept


@pytest.mark.parametrize(
    "text", ["from 1994 to <>, & so on", "“quoted” ‘words’", "Nagorno‑ Karabakh", "a\tb", "½ ﬁ", "a b — c…"]
)
def test_the_words_stay_as_they_are(text):
    """Signs, quotation marks, special hyphens and their stray spaces are the article's own."""
    assert clean(text) == text


def test_joiners_stay_in_scripts_that_need_them():
    """A zero-width joiner is kept within Persian and emoji and dropped within Latin."""
    assert clean("می\u200cخواهم") == "می\u200cخواهم"
    assert clean("👩\u200d🌾 wo\u200cman\u200d") == "👩\u200d🌾 woman"


@given(st.text() | st.text(st.sampled_from("a\u0301\u0323\u200b\u200c\u200dé \n\t\r\0\ud800می👩")))
def test_cleaning_twice_changes_nothing(text):
    """Clean text is clean: composed, without control characters and lone surrogates, and stays so."""
    kept = clean(text)
    assert clean(kept) == kept == kept.strip()
    assert unicodedata.is_normalized("NFC", kept)
    assert not any(unicodedata.category(letter) in ("Cc", "Cs") for letter in kept if letter not in "\n\t")


def test_a_hundred_thousand_marks_on_one_letter():
    """Marks heaped on one letter, which would take minutes to put in order, are cut to thirty."""
    assert len(scrub("a" + "\u0301\u0323" * 50_000 + "b")) <= 32


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-8", "cp1251"])
def test_encodings_are_found(encoding):
    """Byte order mark, UTF-8, UTF-16 without a mark and an old code page are read without being told."""
    assert decode((RUSSIAN + " Agreed in the end.").encode(encoding), "a.txt").text == RUSSIAN + " Agreed in the end."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "koi8-r"),
        ("Le président a déclaré que l’accord était prêt à être signé après un été difficile.", "cp1252"),
        ("Görüşmeler İstanbul’da sürüyor; dışişleri bakanı açıklama yapacağını söyledi.", "cp1254"),
        ("The “talks” aren’t over — the minister said.", "cp1252"),
        ("会谈在深夜结束。双方同意在十一月会面。", "gb18030"),
    ],
)
def test_old_encodings_are_guessed_right(text, encoding):
    """A page in the encoding of its country and time is readable, and said to be guessed."""
    decoded = decode(text.encode(encoding), "a.txt")
    assert (decoded.text, decoded.guessed) == (text, True)


def test_what_a_page_declares_counts_where_it_can_be_true():
    """A declared encoding is used, but not against UTF-8 that can be read, nor if it is none."""
    assert decode("Ελλάδα".encode("iso-8859-7"), "a.html", "ISO-8859-7").text == "Ελλάδα"
    assert decode("déjà".encode(), "a.html", "iso-8859-1").text == "déjà"
    assert decode(b"plain", "a.html", "utf-16").text == "plain"
    assert decode("会谈".encode("iso2022_jp_2"), "a.html", "iso-2022-jp-2").text == "会谈"
    assert decode("前輪驅動".encode("gb18030"), "a.html", "gb2312").text == "前輪驅動"
    assert decode("การเจรจา".encode("cp874"), "a.html", "windows-874").text == "การเจรจา"
    for nonsense in ("base64", "x\0y", "no-such", "unicode_escape", ""):
        assert decode(b"caf\\u00e9", "a.html", nonsense).text == "caf\\u00e9"


@pytest.mark.parametrize(
    ("encoding", "declared", "why"),
    [
        ("cp1251", "iso-8859-1", "the text reads better otherwise"),
        ("utf-8", "windows-1251", "the bytes are those of another"),
        ("cp1251", "klingon", "no encoding that text can be read in here"),
        ("cp1251", "windows-1251", ""),
        ("utf-8", "UTF8", ""),
        ("utf-8", "", ""),
    ],
)
def test_a_declaration_that_lost_is_kept(encoding, declared, why):
    """What is declared and not believed is told, with the reason."""
    decoded = decode(RUSSIAN.encode(encoding), "a.html", declared)
    assert (decoded.text, decoded.lost, decoded.why) == (RUSSIAN, declared if why else "", why)
    refused = [claim for claim in read_as(decoded) if claim.refused]
    assert [(claim.value, claim.refused) for claim in refused] == ([(declared, why)] if why else [])


def test_bytes_that_no_letter_stands_for_are_counted():
    """Text in an old encoding that is broken in places says in how many."""
    assert decode(RUSSIAN.encode("cp1251") + b"\x98", "a.txt", "cp1251").broken == 1


@pytest.mark.parametrize(
    "raw", [b"\0" * 5000, bytes(range(256)) * 20, b"%PDF-1.7 text", b"PK\x03\x04rest", b"\x89PNG\r\n\x1a\n"]
)
def test_what_is_no_text_is_refused(raw):
    """Zeros, random bytes and files of other kinds are named in a sentence."""
    with pytest.raises(DocumentError, match=r"^a\.txt is .*\.$"):
        decode(raw, "a.txt")


def test_a_stray_zero_is_no_reason_to_refuse():
    """A short text with one NUL in it is still text."""
    assert clean(decode(b"Hello\0 there", "a.txt").text) == "Hello there"


def test_a_broken_byte_costs_one_character():
    """One byte that is no UTF-8 does not make the rest unreadable."""
    assert decode(codecs.BOM_UTF8 + b"caf\xc3\xa9 \xff end", "a.txt").text == "café \ufffd end"


@pytest.mark.parametrize("cut", [b"\xff", b"\xd0", b"\xe2\x80", b"\xe9 "])
def test_a_few_broken_bytes_are_replaced_and_counted(cut):
    """A page in UTF-8 with a broken byte is read as UTF-8; the rest of its letters stay as they are."""
    raw = RUSSIAN.encode()[:60] + cut + RUSSIAN.encode()[60:]
    decoded = decode(raw, "a.txt")
    assert (decoded.encoding, decoded.broken) == ("utf-8", 1)
    assert decoded.text.replace("\ufffd", "").replace(" ", "") == RUSSIAN.replace(" ", "")


def test_a_text_that_says_that_it_is_utf8_may_be_cut_off_early():
    """One whole letter and a half are enough where UTF-8 is declared; undeclared they are not."""
    raw = "Café and caf".encode() + b"\xc3"
    assert decode(raw, "a.html", "utf-8").text == "Café and caf\ufffd"


def test_signs_that_stood_for_broken_bytes_are_no_broken_bytes():
    """What an earlier program replaced was not broken by us."""
    decoded = decode("Caf\ufffd, déjà vu".encode(), "a.txt")
    assert (decoded.text, decoded.broken) == ("Caf\ufffd, déjà vu", 0)


def test_control_characters_are_counted():
    """What `clean` will drop is known, so that a reader can be told."""
    assert decode(b"one\x00 two\x07\tthree\n", "a.txt").controls == 2
    assert decode("Встреча\x01 прошла".encode("utf-16-le"), "a.txt").controls == 1


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_may_be_cut_off(encoding):
    """Half a letter at the end does not make the rest unreadable."""
    decoded = decode((RUSSIAN + " in the end").encode(encoding)[:-1], "a.txt")
    assert (decoded.encoding, decoded.guessed, decoded.broken) == (encoding, True, 1)
    assert decoded.text.startswith(RUSSIAN)


def test_fields_are_one_line_and_cut_behind_a_word():
    """Fields are one line; what is too long is cut behind a word."""
    assert one_line(" two\n lines\t here ", 80) == "two lines here"
    assert shorten("one two three four", 12) == "one two…"
    assert shorten("abcdefghijkl", 6) == "abcde…"
    assert shorten("short", 5) == "short"


RUSSIAN_LINE = "Переговоры о судьбе города начались в среду вечером, и жители долины снова ждали новостей у моста.\n"


@pytest.mark.parametrize("encoding", ["utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", [RUSSIAN_LINE, "The talks began.", "Բանակցությունները սկսվեցին։"])
def test_utf32_without_a_mark_is_recognised(encoding, text):
    """Four bytes a letter are recognised by the zeros among them."""
    decoded = decode(text.encode(encoding), "a.txt")
    assert (decoded.text, decoded.encoding, decoded.guessed) == (text, encoding, True)


@pytest.mark.parametrize("other", ["cp1251", "koi8-r", "mac-cyrillic"])
def test_each_line_of_two_encodings_is_read_as_it_was_written(other):
    """In a file that was put together of two, each line is read as it was written, and both encodings are named."""
    second = RUSSIAN_LINE.replace("среду", "четверг").replace("моста", "Школы")
    raw = RUSSIAN_LINE.encode() + second.encode(other) + RUSSIAN_LINE.encode()
    decoded = decode(raw, "a.txt")
    assert decoded.text == RUSSIAN_LINE + second + RUSSIAN_LINE
    assert decoded.guessed
    assert decoded.encoding == f"utf-8 and {other.replace('-', '_')}"


def test_a_short_russian_text_of_a_macintosh():
    """Where only capitals tell it from Windows' code page, they do."""
    text = RUSSIAN_LINE[:60]
    assert decode(text.encode("mac-cyrillic"), "a.txt").text == text
    assert decode(text.encode("cp1251"), "a.txt").text == text
