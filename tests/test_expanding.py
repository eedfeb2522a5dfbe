"""The patterns of a query filled in with the forms of the collection."""

import pytest

from kb_search import expanding
from kb_search.engines.base import Deadline, SearchTooLong
from kb_search.expanding import expanded
from kb_search.parsing import parse
from kb_search.query import Near, Not, Pattern, mapped
from tests.engines.test_contract import article_of, built
from tests.engines.there import ENGINES, engine_named

TEXT = "Karabakh, Karabagh and again Karabakh. " + " ".join(f"co{letter}" for letter in "abcdefghijkl")


@pytest.fixture(scope="module", params=ENGINES)
def reader(request):
    """One passage with a dozen words that begin alike."""
    made = [article_of("a", TEXT, title="The coming year", untitled=False, author="Ann Copper")]
    with built(engine_named(request.param), made) as (reader, _):
        yield reader


def told(reader, typed):
    """The kinds and messages of the notes on the patterns of a query."""
    return [(note.kind, note.message) for note in expanded(parse(typed), reader, Deadline(60)).notes]


@pytest.mark.parametrize(
    ("typed", "note"),
    [
        ("karab*", ("expanded", "“karab*” stands for 2 words: karabakh, karabagh.")),
        ("karabak*", ("expanded", "“karabak*” stands for one word: karabakh.")),
        ("author:cop*", ("expanded", "“cop*” stands for one word: copper.")),
        ("xyz*", ("info", "No word in the collection fits “xyz*”.")),
        ("author:karab*", ("info", "No word among the authors of the collection fits “karab*”.")),
        ("karabach~1", ("expanded", "“karabach~1” stands for 2 words: karabakh, karabagh.")),
    ],
)
def test_a_reader_is_told_what_a_pattern_stands_for(reader, typed, note):
    """Each pattern has a note with the words that fit it, the most frequent first, or that none does."""
    assert told(reader, typed) == [note]


def test_of_many_words_the_first_are_named(reader):
    """A note names eight words at most, and says how many there are."""
    ((kind, message),) = told(reader, "co*")
    assert (kind, message.startswith("“co*” stands for 13 words, among them coa, cob, ")) == ("expanded", True)
    assert message.count(",") == 8


def test_a_pattern_that_fits_too_many_words_is_cut_and_says_so(reader, monkeypatch):
    """Of the words that fit only so many are looked for, and the note has both numbers."""
    monkeypatch.setattr(expanding, "MOST_FORMS", 3)
    query = expanded(parse("co*"), reader, Deadline(60))
    assert query.tree.forms == ("coa", "cob", "coc")
    (note,) = query.notes
    assert (note.kind, note.start, note.end) == ("limited", 0, 3)
    assert note.message == "13 words fit “co*”; the 3 most frequent were looked for, among them coa, cob, coc."


def test_every_pattern_is_filled_wherever_it_stands(reader):
    """Patterns under NOT, in NEAR and in parentheses are looked up; the same pattern has one note."""
    query = expanded(parse("NOT karab* (coa NEAR karab*) scope:article"), reader, Deadline(60))
    found = []
    mapped(query.tree, lambda leaf: found.append(leaf) or leaf)
    patterns = [leaf for leaf in found if isinstance(leaf, Pattern)]
    assert [pattern.forms for pattern in patterns] == [("karabakh", "karabagh")] * 2
    assert isinstance(query.tree.child.children[0], Not)
    assert isinstance(query.tree.child.children[1], Near)
    assert len(query.notes) == 1


def test_the_number_of_patterns_is_bounded(reader):
    """Fifty patterns are looked up; the others find nothing, and that is said once."""
    query = expanded(parse(" ".join(f"k{one:02}*" for one in range(60))), reader, Deadline(60))
    assert len(query.notes) == 22
    assert [note.kind for note in query.notes[-2:]] == ["expanded", "limited"]


def test_looking_up_ends_at_the_deadline(reader):
    """Without time left, patterns are not looked up."""
    with pytest.raises(SearchTooLong):
        expanded(parse("karab*"), reader, Deadline(1e-9))
