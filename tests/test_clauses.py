"""What stands in one place of a query, and what is noted about it."""

import pytest

from kb_search.clauses import ClauseReader
from kb_search.notes import MAX_NOTES, Notes, named
from kb_search.query import DateRange, Language, Phrase, Source, Undated, Word


def read(name, typed):
    """A clause read as the value of a field, and its notes."""
    notes = Notes(typed)
    span = 0, len(typed)
    reader = ClauseReader(notes, ("en",))
    return (reader.quoted if typed[0] == '"' else reader.chunk)(name, span, span), notes.all()


@pytest.mark.parametrize(
    ("name", "typed", "node"),
    [
        ("text", "talks", Word("talks", ("talk",))),
        ("title", "=talks", Word("talks", ("talk",), exact=True, field="title")),
        ("text", '"talks"', Word("talks", ("talk",), exact=True)),
        ("text", "peace-talks", Phrase((Word("peace", ("peac",)), Word("talks", ("talk",))))),
        ("source", '"The Times"', Source(("the", "times"), "The Times")),
        ("lang", "en-GB", Language("en")),
        ("date", '"2020"', DateRange(20200101, 20201231)),
        ("date", "Undated", Undated()),
        ("before", "2020-03", DateRange(0, 20200300)),
        ("after", "2020-02", DateRange(20200230, 99991231)),
    ],
)  # fmt: skip
def test_a_clause_is_read_by_its_field(name, typed, node):
    """The same text means a word, a source, a language or a date, as its field says; that needs no note."""
    assert read(name, typed) == (node, ())


@pytest.mark.parametrize(
    ("name", "typed", "message"),
    [
        ("text", "…", "“…” has no word in it and was left out."),
        ("title", '" "', '“" "” has no word in it and was left out.'),
        ("source", "--", "“--” has no word in it and was left out."),
        ("lang", "e", "“e” was left out: a language is a code such as en or hy."),
        ("date", "2023-02-29", "“2023-02-29” was left out: there is no date 2023-02-29."),
        ("before", "..", "“..” was left out: it takes one date, not a range."),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_left_out_with_a_sentence(name, typed, message):
    """A clause that means nothing gives no node and one note."""
    node, notes = read(name, typed)
    assert node is None
    assert [(note.kind, note.message) for note in notes] == [("ignored", message)]


def test_the_note_is_about_the_clause_with_what_belongs_to_it():
    """NOT and the field's name are left out together with the value, and the note says so."""
    notes = Notes("peace NOT date:never")
    ClauseReader(notes, ("en",)).chunk("date", (15, 20), (6, 20))
    (note,) = notes.all()
    assert (note.text, note.start, note.end) == ("NOT date:never", 6, 20)


def test_a_repaired_query_keeps_the_rest():
    """A suggestion is the whole query with one part of it mended."""
    notes = Notes("peace date:2020-2021 talks")
    assert notes.repaired((11, 20), "2020..2021") == "peace date:2020..2021 talks"
    ClauseReader(notes, ("en",)).chunk("date", (11, 20), (6, 20))
    assert [note.suggestion for note in notes.all()] == ["peace date:2020..2021 talks"]


def test_notes_come_in_the_order_of_what_they_are_about():
    """Whoever reads the notes reads the query from left to right; those that are too many are counted."""
    notes = Notes("x" * 100)
    for place in range(40, 0, -1):
        notes.add("ignored", (place, place + 1), f"No {place}.")
    assert [note.start for note in notes.all()[:3]] == [1, 2, 3]
    assert len(notes.all()) == MAX_NOTES + 1
    assert notes.all()[-1].message.startswith("20 more parts")


def test_notes_that_say_the_same_are_counted():
    """Three of them are shown, and one that says how many more there are, over the place of those."""
    notes = Notes("x" * 100)
    for place in range(40, 0, -1):
        notes.add("ignored", (place, place + 1), "No.")
    assert [(note.start, note.end) for note in notes.all()] == [(1, 2), (2, 3), (3, 4), (4, 41)]
    assert notes.all()[-1].message == "The same in 37 more places: No."


def test_one_note_about_all_takes_the_place_of_those_about_its_parts():
    """Only the last notes with the same message are taken back."""
    notes = Notes("((())) x")
    notes.add("ignored", (0, 1), "Empty.")
    notes.add("ignored", (7, 8), "Other.")
    notes.add("ignored", (2, 4), "Empty.")
    notes.add("ignored", (1, 5), "Empty.")
    notes.drop_within((1, 6), "Empty.")
    assert [note.message for note in notes.all()] == ["Empty.", "Other."]


def test_long_parts_are_shortened_in_messages():
    """A message repeats at most sixty characters of what was typed."""
    assert named("peace") == "“peace”"
    assert named("x" * 2000) == "“" + "x" * 60 + "…”"
