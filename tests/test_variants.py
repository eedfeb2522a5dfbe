"""Lists of names: what a file may say, what is wrong with it, and what the shipped list holds."""

import unicodedata
from pathlib import Path

import pytest

from kb_search import weakwords
from kb_search.variants import MOST_WORDS, Variants, collection_names, load_variants, shipped_groups

SHIPPED = shipped_groups("caucasus")


def write(folder, text):
    """A collection's list of names."""
    (folder / "variants.toml").write_text(text, "utf-8")
    return folder


def test_a_group_has_names_by_language_and_names_without(tmp_path):
    """A name is a text or a table, under its language or under `names`."""
    write(
        tmp_path,
        """
        [[group]]
        about = "a town"
        kind = "place"
        names = ["Old Mill", { name = "Altmühl", language = "de", period = "1871–1918" }]
        az = ["Dəyirman"]
        """,
    )
    (group,) = collection_names(tmp_path).groups
    assert (group.about, group.kind, group.origin) == ("a town", "place", "variants.toml")
    assert [(name.text, name.language, name.period, name.forms) for name in group.names] == [
        ("Old Mill", "", "", ("old", "mill")),
        ("Altmühl", "de", "1871–1918", ("altmuhl",)),
        ("Dəyirman", "az", "", ("dəyirman",)),
    ]


def test_a_collection_without_a_list_has_no_groups(tmp_path):
    """There need be no `variants.toml`."""
    assert collection_names(tmp_path).groups == ()


def test_the_shipped_list_can_be_left_out(tmp_path):
    """With `none` there are the collection's own names alone."""
    write(tmp_path, '[[group]]\nnames = ["Aaa", "Bbb"]')
    assert len(load_variants(tmp_path, "none").groups) == 1
    assert len(load_variants(tmp_path, "caucasus").groups) == 1 + len(SHIPPED)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[group", "not valid TOML"),
        ('group = "x"', "two pairs of brackets"),
        ("group = [1]", "group 1 is not a table"),
        ('[[groups]]\nnames = ["a", "b"]', "'groups' means nothing there"),
        ('[[group]]\nnames = ["a"]', "group 1 ('a') needs two names or more"),
        ('[[group]]\nnames = ["Baku", "Bakú"]\n[[group]]\nnames = "Baku"', "group 2 needs a list of names"),
        ('[[group]]\nEnglish = ["a", "b"]', "'English', which is neither names"),
        ('[[group]]\nnames = ["a", 7]', "needs a text in quotation marks for 'name', not 7"),
        ('[[group]]\nnames = ["a", "?!"]', "the name '?!', which is not of 1 to"),
        (f'[[group]]\nnames = ["a", "{"b " * (MOST_WORDS + 1)}"]', "which is not of 1 to"),
        ('[[group]]\nnames = ["a", { name = "b", only = true }]', "an 'only' for 'b'"),
        ('[[group]]\nnames = ["a", { nam = "b" }]', "'nam' in a name"),
        ('[[group]]\nabout = 3\nnames = ["a", "b"]', "for 'about', not 3"),
    ],
)
def test_what_is_wrong_with_a_list_is_said_with_its_file_and_group(tmp_path, text, said):
    """A list that cannot be used names the file, the group and what to write instead."""
    write(tmp_path, text)
    (problem,) = collection_names(tmp_path).problems
    assert said in problem
    assert str(tmp_path / "variants.toml") in problem


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('names = ["a"]', "group 2 ('a') needs two names"),
        ('names = ["a", "b"', "what begins at line 4 is not valid TOML"),
        ("English = 7", "group 2 has 'English'"),
    ],
)
def test_a_faulty_group_takes_no_other_along(tmp_path, wrong, said):
    """The groups before and behind it are used; it is named, with its place in the file."""
    write(tmp_path, f'[[group]]\nnames = ["Ann", "Anna"]\n\n[[group]]\n{wrong}\n[[group]]\nnames = ["Bo", "Boo"]\n')
    found = load_variants(tmp_path, "none")
    assert [group.names[0].text for group in found.groups] == ["Ann", "Bo"]
    (problem,) = found.problems
    assert said in problem


def test_a_list_that_is_no_text_is_said_to_be_none(tmp_path):
    """Bytes that are no UTF-8 are a sentence, not a traceback."""
    (tmp_path / "variants.toml").write_bytes(b'[[group]]\nnames = ["\xff", "b"]')
    assert "not valid TOML" in collection_names(tmp_path).problems[0]


@pytest.mark.parametrize("group", SHIPPED, ids=lambda group: group.names[0].text)
def test_each_name_of_a_shipped_group_finds_its_group(group):
    """Golden: by any of its names a group is found, and by `only` names where they are typed with their accents."""
    table = Variants(SHIPPED)
    for name in group.names:
        assert group in table.of(name.forms, name.text)


#: What letters a name in a language is written with.
ALPHABETS = {"ru": "CYRILLIC", "hy": "ARMENIAN", "ka": "GEORGIAN"}


def test_shipped_names_are_written_in_the_script_of_their_language():
    """No letter of another alphabet, however alike, has slipped into a name."""
    for group in SHIPPED:
        for name in group.names:
            letters = {unicodedata.name(char).split()[0] for char in name.text if char.isalpha()}
            assert letters == {ALPHABETS.get(name.language, "LATIN")}, name


def test_only_the_two_martunis_share_names():
    """A name of two groups is a name of two places or people; the shipped list has one such pair."""
    table = Variants(SHIPPED)
    shared = {name.text for name in table.names() if len(table.of(name.forms, name.text)) > 1}
    assert shared == {"Martuni", "Մարտունի", "Мартуни"}


@pytest.mark.parametrize("language", ["en", "ru", "tr", "de", "fr"])
def test_no_shipped_name_is_a_stop_word(language):
    """A name that is one word is never one that stands almost everywhere."""
    forms = {name.forms[0] for group in SHIPPED for name in group.names if len(name.forms) == 1}
    assert not forms & weakwords.stop_words(language)


def test_a_list_that_is_too_long_is_refused(tmp_path):
    """A list of more than a megabyte would hold up the first search for seconds."""
    write(tmp_path, "#" * (1 << 20) + '\n[[group]]\nnames = ["a", "b"]')
    assert "more than 1 MB" in collection_names(tmp_path).problems[0]


def test_the_example_of_the_document_is_a_list(tmp_path):
    """What docs/VARIANTS.md shows as a list can be used as one."""
    document = Path(__file__).resolve().parents[1] / "docs" / "VARIANTS.md"
    example = document.read_text("utf-8").partition("```toml\n")[2].partition("```")[0]
    groups = collection_names(write(tmp_path, example)).groups
    assert [len(group.names) for group in groups] == [4, 2]
