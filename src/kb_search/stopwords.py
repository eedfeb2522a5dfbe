"""Plain stop words beside other words: left out of a query, with a note."""

from __future__ import annotations

from collections.abc import Sequence

from kb_search.lexing import TEXT
from kb_search.notes import Notes
from kb_search.query import And, Everything, Node, Or, Word, joined, text_leaves


def without_stop_words(tree: Node, stops: frozenset[str], notes: Notes) -> Node:
    """The tree without the stop words that stand beside other words."""
    in_capitals = notes.text.isupper()

    def is_stop(node: Node) -> bool:
        if not isinstance(node, Word) or node.field != TEXT or node.exact or node.form not in stops:
            return False
        # Among small letters, US and WHO are names.
        typed = notes.text[node.start : node.end]
        return in_capitals or len(typed) == 1 or not typed.isupper()

    def pruned(node: Node) -> Node | None:
        if not isinstance(node, And | Or):
            return node
        kept = []
        for child in node.children:
            if isinstance(node, And) and isinstance(child, Word) and is_stop(child):
                dropped.append(child)
            elif (smaller := pruned(child)) is not None:
                kept.append(smaller)
        return joined(type(node), kept) if kept else None

    dropped: list[Word] = []
    if all(is_stop(leaf) for leaf in text_leaves(tree)):
        return tree
    smaller = pruned(tree)
    _note_stop_words(dropped, notes)
    return smaller or Everything()


def _is_either(word: Word, text: str) -> bool:
    """Whether a word is an `or` that stands alone."""
    beside = text[max(word.start - 1, 0) : word.start] + text[word.end : word.end + 1]
    return word.form == "or" and not beside.strip().strip("()")


def _note_stop_words(dropped: Sequence[Word], notes: Notes) -> None:
    either = [word for word in dropped if _is_either(word, notes.text)]
    for word in either:
        message = "In small letters, “or” is a word like any other and was left out; in capitals it means either."
        notes.add("ignored", (word.start, word.end), message, notes.repaired((word.start, word.end), "OR"))
    # Words are equal wherever they stand, so those of `either` cannot be told by comparing.
    others = [word for word in dropped if not _is_either(word, notes.text)]
    if others:
        listed = ", ".join(dict.fromkeys(word.typed.lower() for word in others))
        message = f"Left out, since they stand almost everywhere: {listed}. Inside quotation marks they count."
        notes.add("ignored", (others[0].start, others[-1].end), message)
