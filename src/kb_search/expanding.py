"""The patterns of a query filled in with the forms of the collection that fit them, and what must be said of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kb_search.engines.base import Deadline, EngineReader, Expansion
from kb_search.notes import MAX_NOTES, named
from kb_search.query import Leaf, Pattern, Query, mapped
from kb_search.results import Note

#: A pattern stands for so many words at most: as many as Lucene's queries have clauses.
MOST_FORMS = 1024
#: More patterns than these are not looked up, so that what comes after the search is bounded too.
MOST_PATTERNS = 50
#: So many of them are named in a note.
_NAMED = 8


def expanded(query: Query, reader: EngineReader, deadline: Deadline) -> Query:
    """The query with the forms of each pattern that has none yet, and a note on each. Raises SearchTooLong."""
    found: dict[Pattern, Expansion] = {}

    def filled(leaf: Leaf) -> Leaf:
        if not isinstance(leaf, Pattern) or leaf.forms:
            return leaf
        if leaf not in found:
            looked_up = len(found) < MOST_PATTERNS
            found[leaf] = reader.expand(leaf, MOST_FORMS, deadline) if looked_up else Expansion((), 0)
        return replace(leaf, forms=found[leaf].forms)

    tree = mapped(query.tree, filled)
    return replace(query, tree=tree, notes=(*query.notes, *_notes(query.text, found)))


def _notes(text: str, found: dict[Pattern, Expansion]) -> Iterator[Note]:
    for pattern, expansion in list(found.items())[:MAX_NOTES]:
        kind, message = _said(pattern, expansion)
        yield Note(kind, text[pattern.start : pattern.end], pattern.start, pattern.end, message)
    if len(found) > MAX_NOTES:
        yield Note("expanded", "", len(text), len(text), f"{len(found) - MAX_NOTES} more words stand for others.")
    if len(found) > MOST_PATTERNS:
        message = f"The first {MOST_PATTERNS} words with *, ? or ~ were looked up; the others find nothing."
        yield Note("limited", "", len(text), len(text), message)


def _said(pattern: Pattern, expansion: Expansion) -> tuple[str, str]:
    """What a pattern stands for: the kind of the note, and its message."""
    typed, forms = named(pattern.typed or pattern.text), expansion.forms
    where = {"author": "among the authors of", "title": "in", "section": "in"}.get(pattern.field, "in")
    if not forms:
        return "info", f"No word {where} the collection fits {typed}."
    if expansion.fitting > len(forms):
        most = f"{expansion.fitting:,} words fit {typed}; the {len(forms):,} most frequent were looked for"
        return "limited", f"{most}, among them {', '.join(forms[:_NAMED])}."
    if len(forms) > _NAMED:
        return "expanded", f"{typed} stands for {len(forms):,} words, among them {', '.join(forms[:_NAMED])}."
    words = "one word" if len(forms) == 1 else f"{len(forms)} words"
    return "expanded", f"{typed} stands for {words}: {', '.join(forms)}."
