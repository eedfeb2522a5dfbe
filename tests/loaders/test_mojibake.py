import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.loaders.mojibake import Mended, mend
from tests.loaders.sentences import SENTENCES, texts


def garbled(text, encoding="cp1252"):
    """UTF-8 as a program shows it that takes it for a Windows code page."""
    return "".join(bytes([byte]).decode(encoding, "ignore") or chr(byte) for byte in text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "Müller’s “Straße” für Ärzte – größer als zuvor",
        "Переговоры закончились поздно вечером",
        "Հայաստանի վարչապետը խոսեց",
        "Café, naïve, “no” — 5 €",
    ],
)
def test_garbled_text_is_mended(text):
    """Several letters that are UTF-8 read as Windows 1252 are put right, and counted."""
    mended = mend(garbled(text))
    assert (mended.text, mended.left) == (text, 0)
    assert mended.places >= 3


@pytest.mark.parametrize("encoding", ["cp1251", "latin-1"])
@pytest.mark.parametrize(
    "text", ["Переговоры закончились поздно вечером. Мир!", "Հայաստանի վարչապետը խոսեց", "השיחות הסתיימו מאוחר"]
)
def test_text_garbled_by_another_code_page_is_mended(text, encoding):
    """UTF-8 that was read as the Russian code page, or as Latin 1 by the letter, is put right as well."""
    assert mend(garbled(text, encoding)).text == text


@pytest.mark.parametrize(
    "text",
    [
        "Le «CAFÉ» et l’«ÉTÉ»",
        "NÃO, SÃO, IRMÃ",
        "Ärzte–Über",
        "ÐÞ Íslandi",
        "plain",
        "",
        "Привет, «мир» — “да”",
        "Â© 2020",
        "«СССР», «МИД», «КПРФ», «СССР», РЁВ, «АЭС…», Ё МОЁ, ЗЁМ»",
    ],
)
def test_right_text_stays(text):
    """Capitals with accents before quotation marks and single odd letters are left as they are."""
    assert mend(text).text == text


def test_what_is_not_sure_is_counted():
    """One garbled letter is not enough to change an author's text, but is reported."""
    mended = mend("One cafÃ© only")
    assert (mended.text, mended.places, mended.left) == ("One cafÃ© only", 0, 1)


@pytest.mark.parametrize("language", SENTENCES)
@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "cp1251"])
def test_a_text_that_is_garbled_throughout_is_mended(language, encoding):
    """Three sentences in any language, with nothing else in them, are put right, each letter counted."""
    for text in texts(language, 3):
        mended = mend(garbled(text, encoding))
        assert (mended.text, mended.left) == (text, 0)
        assert mended.places == sum(letter > "\x7f" for letter in text)


@pytest.mark.parametrize("language", SENTENCES)
def test_no_language_looks_garbled(language):
    """What is right is neither changed nor said to be garbled, in whatever language."""
    for text in texts(language, 5):
        assert mend(text) == Mended(text)


@pytest.mark.parametrize("encoding", ["cp1252", "cp1251"])
@pytest.mark.parametrize("text", ["Der Zug fuhr über Köln.", "Az őr és a fűtő", "Élève, façade, œuvre"])
def test_garbled_words_among_right_ones_are_mended(text, encoding):
    """Where a right sign stands in the same text, the words are put right one by one."""
    assert mend(f"{garbled(text, encoding)} “So it said”: {garbled(text, encoding)}").text.count(text) == 2


@pytest.mark.parametrize("encoding", ["cp1252", "cp1251"])
def test_the_number_of_letters_that_are_left_is_true(encoding):
    """Where too few kinds are garbled for certainty beside right letters, each one is counted."""
    text = f"“{garbled('Köln, Mönch, schön', encoding)}”"
    mended = mend(text)
    assert (mended.text, mended.places, mended.left) == (text, 0, 3)


@given(st.text(st.characters(min_codepoint=0xA0, max_codepoint=0x17F), min_size=1, max_size=60))
def test_mending_never_loses_a_letter_that_was_right(text):
    """Text without the first bytes of garbled letters is never changed."""
    plain = "".join(letter for letter in text if not "\xc2" <= letter <= "\xf4")
    assert mend(plain).text == plain


def test_words_of_one_letter_are_mended_where_those_around_them_are():
    """In garbled Russian, `в`, `и` and a dash are put right too; in a sound text nothing that looks so is touched."""
    text = "Переговоры в среду вечером и в четверг — о дороге, и о воде, и о школе у моста."
    garbled = text.encode().decode("cp1251", "replace").replace("\ufffd", "\x98")
    assert mend(garbled).text == text
    assert mend(f"Сначала всё было хорошо.\n{garbled}").text == f"Сначала всё было хорошо.\n{text}"
    sound = "«СССР» и Рёв (РІ) стояли в тексте — и остались."
    assert mend(sound).text == sound
