"""Why a query finds nothing: what each of its clauses finds alone, and the smallest change that finds something."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from kb_search.query import (
    And,
    EveryPassage,
    Leaf,
    Names,
    Near,
    Node,
    Not,
    Or,
    Pattern,
    Phrase,
    Spread,
    Word,
    any_of,
    as_typed,
    joined,
    text_leaves,
)
from kb_search.rendering import named, render
from kb_search.results import ClauseCount, Relaxation

#: More clauses than these are not looked at one by one.
MOST_CLAUSES = 20
#: Of so many clauses all sets are tried: 63 at most.
MOST_COMPARED = 6
_MOST_LISTED = 12

#: From a tree to the number of passages that it finds beside the filters of the request. May raise SearchTooLong.
Count = Callable[[Node], int]


def clause_counts(tree: Node, count: Count) -> tuple[ClauseCount, ...]:
    """The clauses that must all be met, as they would be typed and in plain words, each with what it finds alone.

    Behind words near each other that find nothing come their parts, which must be there too.
    """
    counted: dict[Node, int] = {}
    for one in _clauses(tree)[:MOST_CLAUSES]:
        if one not in counted:
            counted[one] = count(one)
        if isinstance(one, Near) and not counted[one]:
            left = max(2 * MOST_CLAUSES - len(counted), 0)
            counted |= {part: count(part) for part in one.children[:left] if part not in counted}
    return tuple(ClauseCount(render(one), named(one), passages) for one, passages in counted.items())


def beside_the_text(tree: Node, counts: Sequence[ClauseCount], count: Count) -> Iterator[tuple[Leaf, Leaf, int]]:
    """The words that stand in no passage's own text but in titles or headings.

    Each as it was typed, and in the field that it stands in, with how many passages that finds.
    """
    alone = {one.text: one.passages for one in counts}
    blamed = [one for one in _clauses(tree) if alone.get(render(one)) == 0]
    words = dict.fromkeys(leaf for one in blamed for leaf in text_leaves(as_typed(one)))
    for word in list(words)[:MOST_CLAUSES]:
        if alone[text] if (text := render(word)) in alone else count(word):
            continue
        fields = (replace(word, field=name) for name in ("title", "section"))
        if found := next(((one, number) for one in fields if (number := count(one))), None):
            yield word, *found


def relaxation(
    tree: Node, counts: Sequence[ClauseCount], count: Count, stops: frozenset[str] = frozenset()
) -> Relaxation | None:
    """A wider query that finds something, or None.

    First the clauses that find nothing alone, or if there is none all of them, are loosened: the words of a phrase one
    by one, words near each other anywhere in the passage, and the like. If that is not enough, such clauses are taken
    apart, and the largest set that finds something together stays; of several sets the one with the rarest words, then
    the one that finds most. What is only left out is no answer to words that are asked for, and `stops` are no part of
    a phrase by themselves.
    """
    clauses = _clauses(tree)
    alone = _Alone({one.text: one.passages for one in counts}, count)
    blamed = [one for one in clauses if alone.is_nothing(one)] or clauses
    loose = {one: loosened(one) if one in blamed else one for one in clauses}
    changed = [one for one in loose if loose[one] != one]
    if changed and (found := count(_as(tree, [loose[one] for one in clauses]))):
        return Relaxation("less strictly: " + _listed(changed), render(_as(tree, [loose[o] for o in clauses])), found)
    parts = {one: tuple(dict.fromkeys(_apart(one, alone, stops))) for one in clauses[:MOST_CLAUSES]}
    each = {part: alone(part) for several in parts.values() for part in several}
    known = [one for one, number in each.items() if number][:MOST_CLAUSES]
    kept, found = _largest(tree, {one: each[one] for one in known}, count)
    parts |= {one: (one,) for one in clauses[MOST_CLAUSES:]}
    return Relaxation(_difference(parts, kept), render(_as(tree, kept)), found) if kept else None


class _Alone:
    """What clauses find alone. Beside those that are known MOST_CLAUSES are counted; any more are taken for nothing."""

    def __init__(self, known: dict[str, int], count: Count) -> None:
        self._known = known
        self._count = count
        self._left = MOST_CLAUSES

    def is_nothing(self, clause: Node) -> bool:
        """Whether a clause is known to find nothing."""
        return self._known.get(render(clause)) == 0

    def __call__(self, clause: Node) -> int:
        text = render(clause)
        if text not in self._known:
            self._known[text] = self._count(clause) if self._left > 0 else 0
            self._left -= 1
        return self._known[text]


def _apart(clause: Node, alone: _Alone, stops: frozenset[str]) -> Iterator[Node]:
    """A clause, or where it finds nothing what it is made of when it is loosened, as far as that goes."""
    if alone(clause) or (looser := loosened(clause)) == clause:
        yield clause
        return
    parts = _clauses(looser)
    telling = [one for one in parts if not (isinstance(one, Word) and one.form in stops)]
    for part in telling or parts:
        yield from _apart(part, alone, stops)


def _difference(parts: dict[Node, tuple[Node, ...]], kept: Sequence[Node]) -> str:
    """How a query of the parts that were kept differs from one of the clauses that they are parts of."""
    loosely = [one for one, several in parts.items() if several != (one,) and any(part in kept for part in several)]
    gone: list[Node] = []
    for one, several in parts.items():
        missing = [part for part in several if part not in kept]
        gone += [one] if len(missing) == len(several) else missing
    said = ["less strictly: " + _listed(loosely)] if loosely else []
    plain = dict.fromkeys(one for one in gone if not isinstance(one, Not))
    kept_out = dict.fromkeys(one.child for one in gone if isinstance(one, Not))
    said += ["without " + _listed(plain)] if plain else []
    return "; ".join(said + (["no longer leaving out " + _listed(kept_out)] if kept_out else []))


def _clauses(tree: Node) -> tuple[Node, ...]:
    inner = tree.child if isinstance(tree, Spread) else tree
    return inner.children if isinstance(inner, And) else (inner,)


def _as(tree: Node, clauses: Sequence[Node]) -> Node:
    """A tree of other clauses, of articles if the first one is."""
    node = joined(And, clauses) if clauses else EveryPassage()
    return Spread(node) if isinstance(tree, Spread) else node


def _largest(tree: Node, clauses: dict[Node, int], count: Count) -> tuple[list[Node], int]:
    """As many of some clauses as find something together, and how much; the numbers are what each finds alone."""
    if len(clauses) > MOST_COMPARED:
        return _all_but_one(tree, list(clauses), count) or _greedy(tree, clauses, count)
    for size in range(len(clauses), 0, -1):
        sets = [kept for kept in combinations(clauses, size) if _asks(kept, tree)]
        found = [(kept, count(_as(tree, kept))) for kept in sets]
        rarest = [(number > 0, -sum(math.log(clauses[each]) for each in kept), number) for kept, number in found]
        best = max(zip(rarest, found, strict=True), key=lambda one: one[0], default=(0, ((), 0)))[1]
        if best[1]:
            return list(best[0]), best[1]
    return [], 0


def _asks(clauses: Iterable[Node], tree: Node) -> bool:
    """Whether some clauses of a tree ask for something, and do not just leave out; none do if the tree does not."""
    return any(not isinstance(one, Not) for one in clauses) or all(isinstance(one, Not) for one in _clauses(tree))


def _all_but_one(tree: Node, clauses: list[Node], count: Count) -> tuple[list[Node], int] | None:
    """The clauses without the one whose absence finds most; None where that finds nothing."""
    tried = ([other for other in clauses if other != one] for one in clauses)
    found = [(kept, count(_as(tree, kept))) for kept in tried if _asks(kept, tree)]
    kept, most = max(found, key=lambda one: one[1], default=([], 0))
    return (kept, most) if most else None


def _greedy(tree: Node, clauses: dict[Node, int], count: Count) -> tuple[list[Node], int]:
    """As many of the clauses as find something together, taken one by one, rarest or most frequent first.

    What is asked for is taken before what is left out.
    """
    rising = sorted(clauses, key=clauses.__getitem__)
    orders = (sorted(order, key=lambda one: isinstance(one, Not)) for order in (rising, rising[::-1]))
    kept = max((_together(tree, order, count) for order in orders), key=len)
    kept = [one for one in clauses if one in kept]
    return (kept, count(_as(tree, kept))) if _asks(kept, tree) else ([], 0)


def _together(tree: Node, clauses: Sequence[Node], count: Count) -> list[Node]:
    """As many of the clauses, each in turn, as find something together."""
    kept: list[Node] = []
    for one in clauses:
        if count(_as(tree, [*kept, one])):
            kept.append(one)
    return kept


def _listed(clauses: Iterable[Node]) -> str:
    every = list(map(named, clauses))
    more = len(every) - _MOST_LISTED
    return ", ".join(every[:_MOST_LISTED]) + (f" and {more} more" if more > 0 else "")


def loosened(node: Node) -> Node:  # noqa: PLR0911 - one case for each kind of node
    """A clause that asks for less: words instead of a phrase or nearness, any inflection, any field, more letters.

    Of alternatives each does, and several words that are one of them may be any of those words.
    """
    match node:
        case Phrase():
            return joined(And, [replace(word, boost=node.boost) for word in node.words])
        case Near():
            return joined(And, list(node.children))
        case Names():
            return node if (own := loosened(as_typed(node))) == as_typed(node) else own
        case Or():
            return joined(Or, list(map(loosened, node.children)))
        case And():
            looser = joined(And, list(map(loosened, node.children)))
            return any_of(node) if looser == node else looser
        case Word() if node.exact:
            return replace(node, exact=False)
        case Word() | Pattern() if node.field != "text":
            return replace(node, field="text")
        case Pattern() if node.edits == 1:
            return replace(node, edits=2, typed="", forms=())
        case _:
            return node
