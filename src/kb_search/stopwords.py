"""Plain stop words beside other words: left out of a query, with a note."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kb_search.lexing import TEXT
from kb_search.notes import Notes
from kb_search.query import And, EveryPassage, Leaf, Node, Or, Word, joined, leaves

#: Operators are in capitals; what they mean.
_OPERATORS = {"or": "means either", "not": "excludes what follows", "and": "means that both must be there"}


def without_stop_words(tree: Node, stops: frozenset[str], notes: Notes) -> Node:
    """The tree without the stop words that stand beside other words."""
    in_capitals = notes.text.isupper()

    def is_stop(node: Node) -> bool:
        if type(node) is not Word or node.form not in stops or node.field != TEXT or node.exact:
            return False
        # Among small letters, US and WHO are names.
        typed = notes.text[node.start : node.end]
        return in_capitals or len(typed) == 1 or not typed.isupper()

    def pruned(node: Node) -> Node | None:
        if not isinstance(node, And | Or):
            return node
        kept: list[Node] = []
        is_and = isinstance(node, And)
        for child in node.children:
            if type(child) is Word:
                (dropped if is_and and is_stop(child) else kept).append(child)
            elif (smaller := pruned(child)) is not None:
                kept.append(smaller)
        return joined(type(node), kept) if kept else None

    dropped: list[Node] = []
    if all(is_stop(leaf) for leaf in leaves(tree) if isinstance(leaf, Leaf) and leaf.field == TEXT):
        return tree
    smaller = pruned(tree)
    if isinstance(smaller, And):
        counted = [one for one in smaller.children if isinstance(one, Word) and one.form in _OPERATORS]
        _note_operators([one for one in counted if _is_plain(one, notes.text)], " and must be there", notes)
    _note_dropped([one for one in dropped if isinstance(one, Word)], notes)
    return smaller or EveryPassage()


def _is_plain(word: Word, text: str) -> bool:
    """Whether a word is typed like an operator in small letters."""
    plain = not word.exact and word.field == TEXT and not word.typed.isupper()
    return plain and _stands_alone(word, text)


def _stands_alone(word: Word, text: str) -> bool:
    beside = text[max(word.start - 1, 0) : word.start] + text[word.end : word.end + 1]
    return not beside.strip().strip("()")


def _note_operators(words: Iterable[Word], became: str, notes: Notes) -> None:
    for word in words:
        meaning = _OPERATORS[word.form]
        message = f"In small letters, “{word.form}” is a word like any other{became}; in capitals it {meaning}."
        suggestion = notes.repaired((word.start, word.end), word.form.upper())
        notes.add("info" if "must" in became else "ignored", (word.start, word.end), message, suggestion)


def _note_dropped(dropped: Sequence[Word], notes: Notes) -> None:
    # Words are equal wherever they stand, so those that are operators cannot be told by comparing.
    others: list[Word] = []
    operators: list[Word] = []
    for word in dropped:
        # Words side by side must all be there anyway.
        is_operator = word.form in _OPERATORS and word.form != "and" and _is_plain(word, notes.text)
        (operators if is_operator else others).append(word)
    _note_operators(operators, " and was left out", notes)
    if others:
        listed = ", ".join(dict.fromkeys(word.typed.lower() for word in others))
        message = f"Left out, since they stand almost everywhere: {listed}. Inside quotation marks they count."
        notes.add("ignored", (others[0].start, others[-1].end), message)
