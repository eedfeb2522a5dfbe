"""The cases of names in languages that have no stemmer for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.declension import cases
from kb_search.variants import shipped_groups

NAMES = [name for group in shipped_groups("caucasus") for name in group.names]


@pytest.mark.parametrize(
    ("language", "name", "made"),
    [
        ("az", "Bakı", "Bakının Bakıya Bakını Bakıda Bakıdan Bakıyla Bakıdakı"),
        ("az", "Şuşa", "Şuşanın Şuşaya Şuşanı Şuşada Şuşadan"),
        ("az", "Xankəndi", "Xankəndinin Xankəndiyə Xankəndini Xankəndidə Xankəndidən Xankəndidəki"),
        ("az", "Laçın", "Laçının Laçına Laçını Laçında Laçından Laçınla"),
        ("az", "Əliyev", "Əliyevin Əliyevə Əliyevi Əliyevdə Əliyevdən Əliyevlə"),
        ("az", "Tərtər", "Tərtərin Tərtərə Tərtəri Tərtərdə"),
        ("az", "Füzuli", "Füzulinin Füzuliyə Füzulidə"),
        ("az", "Ordubad", "Ordubadın Ordubada Ordubadda"),
        ("az", "Türkgöl", "Türkgölün Türkgölə Türkgölü Türkgöldə"),
        ("az", "Quzdur", "Quzdurun Quzdura Quzduru Quzdurdan"),
        ("ka", "ბაქო", "ბაქოში ბაქოს ბაქოდან ბაქოზე"),
        ("ka", "ერევანი", "ერევანში ერევნის ერევანს ერევნიდან ერევანთან"),
        ("ka", "შუშა", "შუშაში შუშის შუშიდან"),
        ("ka", "ალიევი", "ალიევის ალიევმა ალიევს ალიევით ალიევად"),
        ("hy", "Ալիև", "Ալիևի Ալիևին Ալիևից Ալիևով Ալիևը"),
        ("hy", "Գյումրի", "Գյումրիի Գյումրու Գյումրիում"),
    ],
)
def test_a_name_has_its_cases(language, name, made):
    """Golden: what a name becomes, with the harmony of its vowels and what is put between two of them."""
    assert set(made.split()) <= set(cases(name, language))


def test_the_vowels_of_an_ending_follow_the_name():
    """No ending with the wrong vowel is made."""
    assert {"Bakıdə", "Bakinin", "Bakına ", "Bakıa"}.isdisjoint(cases("Bakı", "az"))
    assert {"Əliyevın", "Əliyeva", "Əliyevdan"}.isdisjoint(cases("Əliyev", "az"))


def test_of_several_words_the_last_has_the_case():
    """The words before it stay as they are; a compound name takes an n before its ending."""
    assert "Dağlıq Qarabağda" in cases("Dağlıq Qarabağ", "az")
    assert "Laçın dəhlizində" in cases("Laçın dəhlizi", "az")
    assert all(case.startswith("Laçın dəhlizi") for case in cases("Laçın dəhlizi", "az"))


@pytest.mark.parametrize(
    ("name", "language"), [("Kür", "az"), ("Van", "az"), ("Baku", "en"), ("Şuşa", "tr"), ("", "az"), ("Brrr", "az")]
)
def test_short_names_and_other_languages_have_none(name, language):
    """Of three letters any ending would make another word; other languages have stemmers."""
    assert cases(name, language) == ()


@given(st.sampled_from(NAMES))
def test_the_cases_of_a_name_are_bounded_and_not_the_name(name):
    """Whatever name: no more than thirty cases, each once, and longer than its stem."""
    made = cases(name.text, name.language)
    assert len(made) == len(set(made)) < 30
    assert name.text not in made
    assert all(case.startswith(name.text[:-4]) for case in made)


@given(st.text(max_size=12), st.sampled_from(["az", "ka", "hy"]))
def test_no_text_is_too_strange(text, language):
    """Whatever is called a name, something or nothing is made of it."""
    assert all(isinstance(case, str) for case in cases(text, language))
