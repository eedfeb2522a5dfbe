"""Names that a collection writes in two ways."""

import pytest

from kb_search import weakwords
from kb_search.spellings import NameCounter

SAID = "On Monday the president {} of that country said in parliament that talks would go on. "


def counted(*texts):
    """A counter that has read some texts."""
    counter = NameCounter()
    for text in texts:
        counter.read(text)
    return counter


def groups(counter):
    """The spellings that are offered."""
    return [
        tuple(name for name, _ in one.spellings)
        for one in counter.respellings(weakwords.stop_words("en"))
        if not one.folded
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Aliyev", "Aliev"),
        ("Suleymanov", "Suleimanov"),
        ("Gorbachev", "Gorbatchev"),
        ("Алиев", "Aliev"),
        ("Həsənov", "Hasanov"),
    ],
)
def test_names_of_one_sound_in_similar_company_are_offered(one, other):
    """Two spellings of one sound, in one place of many sentences, may be one name."""
    counter = counted(SAID.format(one) * 3, SAID.format(other) * 2)
    (found,) = (each for each in counter.respellings() if not each.folded)
    assert found.spellings == ((one, 3), (other, 2))
    assert 0.9 < found.alike <= 1.001


def test_names_that_differ_by_a_letter_need_more_company():
    """A long name with one other letter is offered only where its company is much the same."""
    assert groups(counted(SAID.format("Takemoto") * 3, SAID.format("Takemeto") * 2)) == [("Takemoto", "Takemeto")]
    other = "Down by the river old Takemeto sold fish, nets and lamps to sailors. "
    assert groups(counted(SAID.format("Takemoto") * 3, other * 2)) == []


def test_accents_alone_are_said_apart():
    """Spellings that differ in accents are found alike anyway: they are shown, and need no group."""
    counter = counted(SAID.format("Suleymanov") * 3, SAID.format("Süleymanov") * 2)
    (found,) = counter.respellings()
    assert (found.folded, found.spellings) == (True, (("Suleymanov", 3), ("Süleymanov", 2)))


@pytest.mark.parametrize(
    ("one", "other"),
    [("Aliyev", "Aliyeva"), ("Armenia", "Armenian"), ("Russia", "Prussia"), ("Martin", "Marvin"), ("March", "Match")],
)
def test_different_names_are_not_offered(one, other):
    """An ending, another first letter, and one letter of a short name make another name."""
    assert groups(counted(SAID.format(one) * 3, SAID.format(other) * 2)) == []


def test_first_words_of_sentences_and_misprints_are_no_names():
    """A capital at the beginning of a sentence says nothing, and what stands once is no spelling."""
    assert groups(counted("Better days came. Beter days went. " * 3)) == []
    assert groups(counted(SAID.format("Aliyev") * 3, SAID.format("Aliev"))) == []
    assert groups(counted("")) == []
