"""Why a query finds nothing: what each of its clauses finds alone, and the smallest change that finds something."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from kb_search.query import And, Everything, Near, Node, Not, Pattern, Phrase, Spread, Word, joined
from kb_search.rendering import named, render
from kb_search.results import ClauseCount, Relaxation

#: More clauses than these are not looked at one by one.
MOST_CLAUSES = 20

#: From a tree to the number of passages that it finds beside the filters of the request. May raise SearchTooLong.
Count = Callable[[Node], int]


def clause_counts(tree: Node, count: Count) -> tuple[ClauseCount, ...]:
    """The clauses that must all be met, as they would be typed and in plain words, each with what it finds alone."""
    clauses = _clauses(tree)[:MOST_CLAUSES]
    return tuple(ClauseCount(render(one), named(one), count(one)) for one in dict.fromkeys(clauses))


def relaxation(tree: Node, counts: Sequence[ClauseCount], count: Count) -> Relaxation | None:
    """The first of some wider queries that finds something, or None.

    First the clauses that find nothing are loosened (the words of a phrase one by one, and the like) or left out; then
    whichever single clause leaves most when it goes; then all but as many as find something together, the rarest first.
    """
    clauses = _clauses(tree)
    alone = {one.text: one.passages for one in counts}
    blamed = [one for one in clauses if not alone.get(render(one), 1)]
    for label, wider in _without_blamed(clauses, blamed or clauses):
        if found := count(_as(tree, wider)):
            return Relaxation(label, render(_as(tree, wider)), found)
    left = sorted(dict.fromkeys(one for one in clauses if one not in blamed), key=lambda one: alone.get(render(one), 0))
    left = left[:MOST_CLAUSES]
    kept = ([] if blamed else _all_but_one(tree, left, count)) or _together(tree, left, count)
    kept = [one for one in dict.fromkeys(clauses) if one in kept]
    found = count(_as(tree, kept)) if kept else 0
    gone = dict.fromkeys(one for one in clauses if one not in kept)
    return Relaxation("without " + _listed(gone), render(_as(tree, kept)), found) if found else None


def _clauses(tree: Node) -> tuple[Node, ...]:
    inner = tree.child if isinstance(tree, Spread) else tree
    return inner.children if isinstance(inner, And) else (inner,)


def _as(tree: Node, clauses: Sequence[Node]) -> Node:
    """A tree of other clauses, of articles if the first one is."""
    node = joined(And, clauses) if clauses else Everything()
    return Spread(node) if isinstance(tree, Spread) else node


def _without_blamed(clauses: Sequence[Node], blamed: Sequence[Node]) -> Iterator[tuple[str, list[Node]]]:
    """The clauses with those to blame loosened, or, if some are left then, without them."""
    loose = [loosened(one) if one in blamed else one for one in clauses]
    if loose != list(clauses):
        changed = [old for old, new in zip(clauses, loose, strict=True) if old != new]
        yield "less strictly: " + _listed(changed), loose
    left = [one for one in clauses if one not in blamed]
    if any(not isinstance(one, Not) for one in left):
        yield "without " + _listed(dict.fromkeys(blamed)), left


def _all_but_one(tree: Node, clauses: Sequence[Node], count: Count) -> list[Node]:
    """The clauses without the one whose absence finds most; none where that finds nothing."""
    found: list[tuple[int, list[Node]]] = []
    for one in clauses if len(clauses) > 1 else ():
        wider = [other for other in clauses if other != one]
        found.append((count(_as(tree, wider)), wider))
    passages, wider = max(found, key=lambda each: each[0], default=(0, []))
    return wider if passages else []


def _together(tree: Node, clauses: Sequence[Node], count: Count) -> list[Node]:
    """As many of the clauses, each in turn, as find something together."""
    kept: list[Node] = []
    for one in clauses:
        if count(_as(tree, [*kept, one])):
            kept.append(one)
    return kept if any(not isinstance(one, Not) for one in kept) else []


def _listed(clauses: Iterable[Node]) -> str:
    return ", ".join(map(named, clauses))


def loosened(node: Node) -> Node:
    """A clause that asks for less: words instead of a phrase or nearness, any inflection, any field, more letters."""
    match node:
        case Phrase():
            return joined(And, [replace(word, boost=node.boost) for word in node.words])
        case Near():
            return joined(And, list(node.children))
        case Word() if node.exact:
            return replace(node, exact=False)
        case Word() | Pattern() if node.field != "text":
            return replace(node, field="text")
        case Pattern() if node.edits == 1:
            return replace(node, edits=2, typed="", forms=())
        case _:
            return node
