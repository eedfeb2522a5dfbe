import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.loaders.plausible import score


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("собрался", "собралс€"),
        ("Совет", "—овет"),
        ("Жители", "∆ители"),
        ("Сыновья", "\u221aыновья"),
        ("café", "cafО"),
        ("мост", "МосТ"),
        ("größer", "grц\u00dfer"),
        ("peñas", "pe–as"),
        ("“quoted”", "”quoted“"),
        ("25 €", "25€я"),
        ("שלום", "םשלו"),
        ("물이", "물河"),
    ],
)
def test_what_no_writer_writes_reads_worse(right, wrong):
    """Signs within words, letters of two scripts in one, capitals behind small letters and ends at the front cost."""
    assert score(right) > score(wrong) + 1


@pytest.mark.parametrize("text", ["“No”", "l’été", "«Да»", "£5", "— Нет", "№ 5", "10 °C", "m²", "©\xa02020"])
def test_signs_in_their_places_read_well(text):
    """A sign where signs stand is no more against a text than a seldom letter."""
    assert score(text) / sum(letter > "\x7f" for letter in text) > -9


def test_the_same_letters_read_the_same_composed_or_not():
    """A letter and its accent count as the one letter that they are."""
    assert score("cafe\u0301") == score("café")


@given(st.text(max_size=80))
def test_any_text_has_a_score(text):
    """Whatever the letters are, they are weighed, and nothing counts for a text."""
    assert -math.inf < score(text) <= 0
