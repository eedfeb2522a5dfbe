"""What the reader of an answer must be told beside what is said of the query."""

import pytest

from kb_search import remarks
from kb_search.document import Date
from kb_search.engines.base import Matches
from kb_search.parsing import parse
from kb_search.results import SearchRequest

FOUND = Matches(passages=3, articles=2, articles_exact=True, candidates=(), sources=(), dates=())


def messages(notes):
    """What notes say, together."""
    return " ".join(note.message for note in notes)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, ""),
        ({"partly_dated": 1}, "1 more may belong here: its date is only known"),
        ({"partly_dated": 1200}, "1,200 more may belong here: their dates are only known"),
        ({"partly_excluded": 1}, "1 of these may lie in the dates left out: its date is only known"),
        ({"partly_excluded": 2}, "2 of these may lie in the dates left out: their dates are only known"),
    ],
)
def test_coarse_dates_are_told(changed, said):
    """Passages that a date filter may wrongly leave out, or keep, are counted in a note."""
    matches = Matches(3, 2, articles_exact=True, candidates=(), sources=(), dates=(), **changed)
    told = messages(remarks.on_dates(SearchRequest("x"), matches))
    assert told.startswith(said)
    assert bool(told) == bool(said)


def test_a_span_that_runs_backwards_is_told():
    """Nothing is since one date and until an earlier one."""
    request = SearchRequest(since=Date(2021), until=Date(2020))
    assert messages(remarks.on_dates(request, FOUND)) == "No date is both since 2021 and until 2020."


def test_a_word_that_stands_only_in_titles_is_told_with_the_field(trial):
    """The note counts what its suggestion finds; where the text has the word there is none."""
    trial.write("a.jsonl", '{"title": "Snow on the pass", "text": "The road was closed, and carts stood still."}')
    trial.index()
    (note,) = trial.search("snow").notes
    assert note.message == "Snow stands only in titles, in no passage's own text; title:snow finds one passage."
    assert (note.suggestion, note.start, note.end) == ("title:snow", 0, 4)
    assert trial.search(note.suggestion).passages == 1
    assert trial.search("snow road").notes == ()


@pytest.mark.parametrize(("few", "said"), [(0, "No passage has"), (1, "One passage has"), (3, "3 passages have")])
def test_words_spread_over_articles_are_told_with_a_way_there(few, said):
    """The note has the number of articles that its link lists."""
    found = Matches(few, min(few, 1), articles_exact=True, candidates=(), sources=(), dates=())
    whole = Matches(20, 4, articles_exact=True, candidates=(), sources=(), dates=())
    (note,) = remarks.on_spread(" peace talks ", found, whole)
    assert note.message == f"{said} all of this; taken as a whole, 4 articles have it, in different passages."
    assert note.suggestion == "peace talks scope:article"
    assert list(remarks.on_spread("peace talks", FOUND, FOUND)) == []


@pytest.mark.parametrize(
    ("typed", "may_be"),
    [("b1 c1", True), ('b1 "c1 d1"', True), ("b1 NEAR c1 d1", True), ("b1", False), ("b1 OR c1", False),
     ("b1 NEAR c1", False), ("b1 NOT c1", False), ("b1 date:2020", False), ("b1 c1 scope:article", False)],
)  # fmt: skip
def test_only_several_words_can_be_spread(typed, may_be):
    """A query of one word, of alternatives, or of articles already, is not asked of articles once more."""
    assert remarks.may_be_spread(parse(typed).tree) == may_be
