"""The key that the spellings of a name share across scripts, and which words may be compared by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search import analysis
from kb_search.falsefriends import FALSE_FRIENDS
from kb_search.scripts import (
    LEAST_LETTERS,
    agree,
    can_be_names,
    can_meet,
    initials,
    is_turkic,
    keys,
    script,
    spoken_stem,
)
from kb_search.variants import shipped_groups

SPELLINGS = """
Ханкенди Xankəndi Khankendi Hankendi Խանքենդի
Степанакерт Stepanakert Ստեփանակերտ
Алиев Əliyev Aliyev Aliev
Пашинян Pashinyan Փաշինյան Paşinyan
Мамедов Məmmədov Mammadov Mamedov
Ереван Yerevan Երևան Երեւան Erevan
Джермук Jermuk Ջերմուկ
Сулейманов Süleymanov Suleymanov Suleimanov
Кельбаджар Kəlbəcər Kalbajar Kelbajar
Зангезур Zəngəzur Zangezur Զանգեզուր
Кочарян Kocharyan Քոչարյան
"""


@pytest.mark.parametrize("row", SPELLINGS.strip().splitlines())
def test_spellings_of_one_name_have_one_key(row):
    """Golden: a row of spellings in several scripts has one key, as written and as forms."""
    spellings = row.split()
    assert len(set(keys(spellings))) == 1
    forms = [analysis.fold(word) for word in spellings]
    # ş is an s in its form; the key of what was typed knows better.
    assert len({key for form, key in zip(forms, keys(forms), strict=True) if "ş" not in form}) == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("seven", "Севан", False), ("never", "Նավար", False), ("dealer", "Далар", False), ("medina", "Мадина", False),
        ("serial", "Сарал", False), ("Aliyev", "Əliyev", True), ("Məmmədov", "Мамедов", True),
        ("Yerevan", "Ереван", True), ("Sevan", "Севан", True), ("Kalbajar", "Кельбаджар", True),
    ],
)  # fmt: skip
def test_short_words_need_the_same_vowels(one, other, same):
    """A key is coarse: short words of one key are one word only where their vowels agree, a schwa being a or e."""
    assert keys([one]) == keys([other])
    assert agree(one, other) is agree(other, one) is same


def test_short_words_have_no_key():
    """A word of few letters has none, so that it meets nothing."""
    assert keys(["a" * (LEAST_LETTERS - 1), "Шуша", "Van", "12345", ""]) == [""] * 5


@pytest.mark.parametrize(
    ("typed", "form", "may"),
    [
        ("khankendi", "ханкенди", True),
        ("Xankəndi", "khankendi", True),
        ("hasanov", "həsənov", True),
        ("Paşayev", "pashayev", True),
        ("batter", "better", False),
        ("ребята", "рябита", False),
        ("façade", "fasade", False),
        ("seemed", "səməd", False),
    ],
)
def test_plain_words_of_one_alphabet_are_never_compared(typed, form, may):
    """Only words of two scripts meet, or one with letters that only Azerbaijani and Turkish have."""
    assert can_meet(typed, form) is may


@pytest.mark.parametrize(
    ("typed", "form", "may"),
    [
        ("Roman", "роман", False), ("saray", "сарай", False), ("Честь", "chest", False), ("patron", "патрон", False),
        ("АНГИНА", "angina", False), ("magazine", "магазине", False), ("Андрей", "andrei", True),
        ("general", "генерал", True), ("Popov", "попов", True), ("Ղազյան", "ghazyan", True), ("видов", "widow", False),
        ("Səfərli", "safarli", True), ("Qəbələ", "gabelle", False), ("Pobeda", "победа", True),
    ],
)  # fmt: skip
def test_words_that_no_list_knows_are_no_false_friends(typed, form, may):
    """Short words and common ones never meet; surnames by their endings do from five letters on."""
    assert can_be_names(typed, form) is may


def test_false_friends_are_forms_that_would_meet_otherwise():
    """Each is written as it is compared and has letters enough to meet a word; no name of the lists is among them."""
    assert {analysis.fold(word) for word in FALSE_FRIENDS} == FALSE_FRIENDS
    assert all(len(word) >= LEAST_LETTERS for word in FALSE_FRIENDS)
    assert FALSE_FRIENDS.isdisjoint(form for name in WORDS for form in name.forms)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=90), max_size=8))
def test_keys_of_many_words_are_those_of_each(words):
    """Taking many words at once changes nothing, whatever characters they have."""
    flat = [word.replace("\n", "") for word in words]
    assert keys(flat) == [keys([word])[0] for word in flat]


@given(st.text(max_size=20))
def test_any_text_has_a_script_and_a_stem(text):
    """Nothing that can be typed is too strange to be looked at."""
    assert script(text) == script(text.strip()) or not any(map(str.isalpha, text))
    assert isinstance(spoken_stem(text), str)
    assert isinstance(is_turkic(text), bool)


WORDS = [name for group in shipped_groups("caucasus") for name in group.names]


def test_the_initial_of_a_word_is_that_of_its_key():
    """From its first letters alone a word is put where its key is looked for, in every script."""
    forms = sorted({form for name in WORDS for form in name.forms})
    both = zip(forms, initials(forms), keys(forms), strict=True)
    assert [(form, initial, key) for form, initial, key in both if key and key[0] != initial] == []
    assert initials([]) == []
