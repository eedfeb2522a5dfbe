"""Typed text to a query: a tree that engines evaluate, and notes for whoever typed it.

Any text is a valid query. It is read once from left to right, in time that is linear in its length: `lexing` cuts it
into pieces, `clauses` reads what stands in one place, `parser` makes a tree of that.
"""

from __future__ import annotations

from dataclasses import replace

from kb_search import lexing, weakwords
from kb_search.clauses import ClauseReader
from kb_search.lexing import MAX_LENGTH
from kb_search.notes import Notes
from kb_search.parser import Parser
from kb_search.query import And, EveryPassage, Node, Query, Spread
from kb_search.results import Note
from kb_search.signs import note_whole
from kb_search.stopwords import without_stop_words


def parse(text: str, languages: tuple[str, ...] = ("en",)) -> Query:
    """Read a query.

    `languages` are those of the collection, the most frequent first: a word stands for its stem in each of
    them, and the first one's stop words are left out beside other words. Never raises.
    """
    query = _read(text, languages or ("en",))
    return replace(query, notes=_with_useful_suggestions(query, languages or ("en",)))


def _read(text: str, languages: tuple[str, ...]) -> Query:
    cleaned, is_cut = lexing.clean(text, MAX_LENGTH)
    notes = Notes(cleaned)
    if is_cut:
        message = f"The query has {len(text):,} characters; the first {len(cleaned):,} were read."
        notes.add("limited", (len(cleaned), len(cleaned)), message)
    unseen = lexing.unseen(text, MAX_LENGTH)
    if text.strip() and not cleaned.strip():
        notes.add("ignored", (0, 0), "The query has nothing that can be seen, so everything is found.")
    elif unseen:
        several = (
            f"{unseen:,} characters that cannot be seen were" if unseen > 1 else "A character that cannot be seen was"
        )
        notes.add("info", (0, 0), f"{several} left out.")
    note_whole(notes)
    parser = Parser(notes, ClauseReader(notes, languages))
    tree = parser.parse()
    _note_needless_star(tree, notes)
    tree = without_stop_words(tree, weakwords.stop_words(languages[0]), notes)
    return Query(cleaned, Spread(tree) if parser.of_articles else tree, notes.all())


def _with_useful_suggestions(query: Query, languages: tuple[str, ...]) -> tuple[Note, ...]:
    """The notes, with only those suggestions that mend what the note is about.

    Each is read to see, while all that is read has no more characters than one query may have.
    """
    notes, tried = [], len(query.text)
    for note in query.notes:
        if note.suggestion is not None:
            tried += len(note.suggestion)
            useful = tried <= MAX_LENGTH and _mends(note, query, languages)
            note = note if useful else replace(note, suggestion=None)  # noqa: PLW2901 - the same note, corrected
        notes.append(note)
    return tuple(notes)


def _mends(note: Note, query: Query, languages: tuple[str, ...]) -> bool:
    """Whether following a note leaves fewer notes of its sort, and fewer in all."""
    after = [one.message for one in _read(note.suggestion or "", languages).notes]
    before = [one.message for one in query.notes]
    return after.count(note.message) < before.count(note.message) and len(after) < len(before)


def _note_needless_star(tree: Node, notes: Notes) -> None:
    if isinstance(tree, And) and EveryPassage() in tree.children:
        place = notes.text.find("*")
        notes.add("info", (place, place + 1), "Beside other words * changes nothing: it finds everything.")
