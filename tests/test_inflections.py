"""Which name of the lists a form inflects, and what a surname's cases are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search import analysis
from kb_search.inflections import Inflections, cases, declined, feminine_cases
from kb_search.variants import Variants, shipped_groups

INFLECTIONS = Inflections(Variants(shipped_groups("caucasus")))
NAMES = [name for group in shipped_groups("caucasus") for name in group.names]


def named(typed):
    """The name that a typed one is a case of, as a text; empty if none."""
    name = INFLECTIONS.inflected(typed, tuple(analysis.forms(typed)))
    return " ".join(name.forms) if name else ""


@pytest.mark.parametrize(
    ("typed", "name"),
    [("Степанакертом", "степанакерт"), ("Армении", "армения"), ("Армен", ""), ("бак", ""), ("Баки", ""), ("Шуше", ""),
     ("степанакерт", ""), ("Франц", ""), ("Երևանի", "երեւան"), ("stepanakerts", "")],
)  # fmt: skip
def test_no_short_or_other_word_is_taken_for_a_case_of_a_name(typed, name):
    """Армен is no case of Армения, nor бак of Баку."""
    assert named(typed) == name


@pytest.mark.parametrize(
    ("typed", "name"),
    [("Ильхама Алиева", "ильхам алиев"), ("Ильхамом Алиевым", "ильхам алиев"),
     ("Нагорном Карабахе", "нагорный карабах"),
     ("Нагорного Карабаха", "нагорный карабах"), ("Лачинского коридора", "лачинский коридор"),
     ("Լեռնային Ղարաբաղի", "լեռնային ղարաբաղ"), ("İlham Əliyevin", "ilham əliyev"),
     ("Laçın dəhlizində", "lacin dəhlizi"), ("Ильхам Али", ""), ("Нагорный Карабах", ""), ("Нагорный край", "")],
)  # fmt: skip
def test_a_name_of_several_words_is_known_by_its_cases(typed, name):
    """Each word may be in another case, Карабахе too, though Snowball makes `караб` of Карабах."""
    assert named(typed) == " ".join(analysis.forms(name))


@pytest.mark.parametrize(
    ("typed", "name"),
    [("Xankəndidən", "xankəndi"), ("Əliyevin", "əliyev"), ("Bakıda", "baki"), ("Şuşaya", "susa"), ("susaya", ""),
     ("Kürdə", ""), ("ბაქოში", "ბაქო"), ("ერევნის", "ერევანი"), ("Ալիևից", "ալիեւ")],
)  # fmt: skip
def test_a_case_without_a_stemmer_stands_for_its_name(typed, name):
    """Azerbaijani, Georgian and Armenian; a name that is another word elsewhere must be typed with its accents."""
    assert named(typed) == name


def test_no_case_of_a_name_is_a_name_of_its_own():
    """What is made of the names of the shipped list is nowhere another name of it, and no name has too many cases."""
    known = {name.forms for name in NAMES}
    made = {name.text: declined(name) for name in NAMES}
    assert [case for each in made.values() for case, forms in each if forms in known] == []
    assert max(map(len, made.values())) < 30


def test_what_a_woman_is_called_is_no_case_of_a_man():
    """Алиева is a man's in the genitive too; Алиевой is a woman's alone."""
    forms = ["али", "алиев", "алиева", "алиеве", "алиевой", "алиевский", "алиевым"]
    assert list(cases("алиев", forms)) == ["алиев", "алиева", "алиеве", "алиевым"]
    assert set(feminine_cases("алиева")) == {"алиева", "алиеву", "алиевой", "алиевою"}
    assert INFLECTIONS.is_feminine("алиева")
    assert not INFLECTIONS.is_feminine("украина")


@given(st.text(max_size=20))
def test_anything_typed_is_looked_up(text):
    """Nothing that can be typed is too strange to be a name's case or none."""
    forms = tuple(analysis.forms(text))
    name = INFLECTIONS.inflected(text, forms) if forms else None
    assert name is None or name.forms != forms
