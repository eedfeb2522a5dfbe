"""A query's text, cleaned and cut into pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.lexing import clean, lexemes

ANY = st.text(st.one_of(st.sampled_from('ab(-)|"“”:* \nORANDT\u00ad\u200b\ufeff\x00'), st.characters()), max_size=60)


def kinds(text):
    """The kinds and texts of the pieces."""
    return [(one.kind, one.text) for one in lexemes(text)]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("peace OR war", [("chunk", "peace"), ("or", "OR"), ("chunk", "war")]),
        ("a|b || c", [("chunk", "a"), ("or", "|"), ("chunk", "b"), ("or", "||"), ("chunk", "c")]),
        ("(a AND b)", [("open", "("), ("chunk", "a"), ("and", "AND"), ("chunk", "b"), ("close", ")")]),
        ("NOT(a) -b - c-d", [
            ("not", "NOT"), ("open", "("), ("chunk", "a"), ("close", ")"), ("not", "-"), ("chunk", "b"), ("chunk", "-"),
            ("chunk", "c-d"),
        ]),
        ('“a (b” c" d', [("quoted", "“a (b”"), ("chunk", "c"), ("unclosed", '"'), ("chunk", "d")]),
        ("Title:a date:2020 http://x.org", [
            ("field", "Title:"), ("chunk", "a"), ("field", "date:"), ("chunk", "2020"), ("chunk", "http://x.org"),
        ]),
        ("source://x notes:a retitle:b", [("chunk", "source://x"), ("chunk", "notes:a"), ("chunk", "retitle:b")]),
        ("ORDER oR NOTE", [("chunk", "ORDER"), ("chunk", "oR"), ("chunk", "NOTE")]),
        ('-"a b" -(c)', [("not", "-"), ("quoted", '"a b"'), ("not", "-"), ("open", "("), ("chunk", "c"),
            ("close", ")")]),
        ("", []),
    ],
)  # fmt: skip
def test_a_query_is_cut_into_operators_fields_and_quotations(text, pieces):
    """Operators are in capitals and stand alone, field names are known ones, quotations are whole."""
    assert kinds(text) == pieces


@given(ANY)
def test_the_pieces_are_the_text(text):
    """The pieces stand where they say, in order, and only white space is between them."""
    at = 0
    for piece in lexemes(text):
        assert text[at : piece.start].strip() == ""
        assert text[piece.start : piece.end] == piece.text
        assert piece.text
        at = piece.end
    assert text[at:].strip() == ""


@given(ANY)
def test_cleaning_twice_is_cleaning_once(text):
    """A cleaned text is clean, and can be written down as UTF-8."""
    cleaned, is_cut = clean(text, 1000)
    assert not is_cut
    assert clean(cleaned, 1000) == (cleaned, False)
    assert cleaned.encode().decode() == cleaned


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("peace talks", "peace talks"),
        ("peace talks!", "peace"),
        ("peace negotiations", "peace"),
        ("negotiations", "negotiation"),
        ("peace talks now", "peace talks"),
        ("pe\u00adace\u200b \u202etalks\u202c", "peace talks"),
        ("peace\x00talks", "peace talks"),
        ("\ufeff" * 1000, ""),
    ],
)
def test_a_long_text_is_cut_between_words(text, kept):
    """Of eleven characters that may stay, no half word does, and what cannot be seen does not count."""
    assert clean(text, 11)[0] == kept


def test_cutting_is_told():
    """Whoever cleans a text learns whether something of it is missing."""
    assert clean("peace talks now", 11)[1]
    assert clean("peace" + "\u200b" * 1000, 11)[1]
    assert not clean("peace" + "\u200b" * 20, 11)[1]
