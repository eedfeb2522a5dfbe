"""What may have been meant, and what may come next: did-you-mean and completion from the collection's own words."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from kb_search import analysis, weakwords
from kb_search.endings import Ending, ending
from kb_search.engines.base import Lexicon
from kb_search.fieldvalues import FieldValues
from kb_search.knownnames import KnownNames
from kb_search.query import Leaf, Node, Phrase, Spread, Word, as_typed, leaves
from kb_search.results import Completion

#: Did-you-mean looks at a query that finds fewer passages than this.
FEW = 3
#: A word that stands in the collection is doubted only where another one is so many times as frequent.
_MORE_FREQUENT = 10
#: So many words of a query are looked up, and so many repaired queries are tried.
_WORDS_DOUBTED = 6
_TRIED = 4
#: What asks for articles as a whole.
_WHOLE = "scope:article"
#: Three letters with one changed are too often another good word: war, was.
_SHORTEST = 4
_SHORTEST_PART = 3
#: From so many letters on two may be wrong. With two in five, every other name has a namesake.
_LONG = 6

#: A run with these is a pattern, or was meant as one.
_NOT_WORDS = re.compile(r"[*/\\\[\]{}<>~]|\?(?=\w)")

#: From a text to the number of passages that it finds.
Count = Callable[[str], int]


class Speller:
    """Finds the words of a collection that are nearly a given one."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        lengths = np.fromiter(map(len, lexicon.forms), np.int32, len(lexicon.forms))
        order = np.argsort(lengths, kind="stable")
        #: The numbers of the forms by their length, and where each length begins.
        self._order = order
        self._forms = [lexicon.forms[at] for at in order.tolist()]
        self._starts = np.searchsorted(lengths[order], np.arange(analysis.MAX_FORM_LENGTH + 4))
        self._letters = _letters(self._forms)

    def count(self, form: str) -> int:
        """How often a form stands in the collection."""
        forms = self._lexicon.forms
        at = bisect_left(forms, form)
        return int(self._lexicon.counts[at]) if at < len(forms) and forms[at] == form else 0

    def near(self, form: str) -> str:
        """The likeliest word of the collection, or two words, for one that may be wrong; empty if there is none.

        One letter may be wrong, or two neighbours exchanged, and two such from six letters on (optimal string
        alignment: F. Damerau, 1964; R. A. Wagner and M. J. Fischer, 1974). Fewer edits are likelier, then the same
        first letter, then the more frequent word.
        """
        if not _SHORTEST <= len(form) <= analysis.MAX_FORM_LENGTH or not form.isalpha():
            return ""
        least = max(_MORE_FREQUENT * self.count(form), 1)
        found = ((distance, other[0] != form[0], -count, other) for distance, count, other in self._within(form))
        best = min((one for one in found if -one[2] >= least), default=None)
        if best and best[0] == 1:
            return best[3]
        return self._parted(form, least) or (best[3] if best else "")

    def _within(self, form: str) -> Iterator[tuple[int, int, str]]:
        """The other forms that few edits make of one: their distance, count and text."""
        most = 2 if len(form) >= _LONG else 1
        first, last = (int(self._starts[max(len(form) + by, 0)]) for by in (-most, most + 1))
        # One edit changes the set of letters by two at most; that leaves one form in a hundred to be compared.
        differing = np.bitwise_count(self._letters[first:last] ^ _letters([form])[0])
        numbers = (first + np.flatnonzero(differing <= 2 * most)).tolist()
        if not numbers:
            return
        forms = [self._forms[number] for number in numbers]
        distances = process.cdist([form], forms, scorer=OSA.distance, score_cutoff=most, dtype=np.uint8)[0].tolist()
        for number, other, distance in zip(numbers, forms, distances, strict=True):
            if 0 < distance <= most:
                yield distance, int(self._lexicon.counts[self._order[number]]), other

    def _parted(self, form: str, least: int) -> str:
        """Two words that were written as one, the rarer of them as frequent as possible."""
        cuts = [(form[:at], form[at:]) for at in range(_SHORTEST_PART, len(form) - _SHORTEST_PART + 1)]
        count, pair = max(((min(map(self.count, pair)), pair) for pair in cuts), default=(0, ("", "")))
        return " ".join(pair) if count >= least else ""


def _letters(forms: Sequence[str]) -> NDArray[np.uint64]:
    """The set of letters of each form, as bits; letters that are 64 apart share one. No form is empty."""
    if not forms:
        return np.empty(0, np.uint64)
    codes = np.frombuffer("".join(forms).encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint64)
    lengths = np.fromiter(map(len, forms), np.int64, len(forms))
    bits = np.left_shift(np.uint64(1), codes % np.uint64(64))
    found: NDArray[np.uint64] = np.bitwise_or.reduceat(bits, np.cumsum(lengths) - lengths)
    return found


def did_you_mean(text: str, tree: Node, passages: int, speller: Speller, count: Count) -> str | None:
    """A query that differs from `text` in words that may be misspelt and finds more than its `passages`; or None.

    `tree` is what the text was read as. Only the letters of words are replaced, so that operators stay. Where no
    passage has the repaired words and an article has them, it is asked for.
    """
    if passages >= FEW:
        return None
    plain = [word for word in _words(as_typed(tree)) if not _NOT_WORDS.search(_run(text, word))]
    doubted = sorted(dict.fromkeys(plain), key=lambda word: speller.count(word.form))[:_WORDS_DOUBTED]
    pairs = [(word, speller.near(word.form)) for word in doubted]
    found = [(word, other) for word, other in pairs if other]
    # All repairs together first; then one alone may find more, for another may be wrong.
    several = [found, *([one] for one in found if len(found) > 1)][:_TRIED] if found else []
    repaired = [_replaced(text, repairs) for repairs in several]
    spread = [f"{one.rstrip()} {_WHOLE}" for one in repaired[:1] if not passages and not isinstance(tree, Spread)]
    return next((one for one in (*repaired, *spread) if count(one) > passages), None)


def _run(text: str, word: Word) -> str:
    """What is typed around a word without white space."""
    before, after = re.search(r"\S*$", text[: word.start]), re.match(r"\S*", text[word.end :])
    return (before[0] if before else "") + "x" + (after[0] if after else "")


def _words(tree: Node) -> Iterator[Word]:
    for leaf in leaves(tree):
        if isinstance(leaf, Leaf) and leaf.field != "author":
            yield from leaf.words if isinstance(leaf, Phrase) else (leaf,) if isinstance(leaf, Word) else ()


def _replaced(text: str, repairs: Iterable[tuple[Word, str]]) -> str:
    for word, other in sorted(repairs, key=lambda pair: -pair[0].start):
        written = other.capitalize() if text[word.start : word.start + 1].isupper() else other
        text = text[: word.start] + written + text[word.end :]
    return text


# ------------------------------------------------------------------------------------------------ completion

#: Completions in an answer.
MOST = 8
_MOST_NAMES = 5


class Completer:
    """Completes the last word of a query, names that its last words begin, and what stands behind a field."""

    def __init__(
        self,
        lexicon: Lexicon,
        groups: Iterable[Sequence[str]],
        titles: Iterable[str],
        count: Count,
        values: FieldValues | None = None,
        language: str = "",
    ) -> None:
        """Of names that mean the same all are offered if one stands in the collection.

        More names are read out of `titles`; `count` says how many passages have one of several words. `values`
        completes what stands behind the name of a field. No stop word of `language` is offered where it would be left
        out.
        """
        self._lexicon = lexicon
        self._stops = weakwords.stop_words(language)
        self._values = values
        names = KnownNames(self._frequency, count).counted(groups, titles, weakwords.weak_words(language))
        known: dict[str, str] = {}
        for name in names:
            known.setdefault(_key(name), name)
        self._names = sorted(known.items())
        self._counts = names

    def _frequency(self, form: str) -> int:
        first, last = self._range(form)
        return int(self._lexicon.counts[first]) if first < last and self._lexicon.forms[first] == form else 0

    def complete(self, text: str) -> tuple[Completion, ...]:
        """Ways to go on with a query: names and words by falling frequency; none after a space.

        Names that several words begin come first, for they go on with all of those.
        What stands before the last word stays as it is, and what is put in its place asks for no more than that did.
        """
        if self._values and (values := self._values.complete(text)) is not None:
            return values
        end = ending(text)
        if end is None:
            return ()
        if end.field:
            return self._values.words(end.field, end.before, end.typed[-1]) if self._values else ()
        begun, names = self._named(end)
        known = {_key(one.ending) for one in names}
        words = [one for one in self._words(end) if _key(one.ending) not in known][: MOST - len(names)]
        return (*names, *words) if begun else tuple(sorted([*names, *words], key=lambda one: -(one.count or 0)))

    def _words(self, end: Ending) -> list[Completion]:
        form = end.typed[-1]
        first, last = self._range(form)
        if first >= last or not form:
            return []
        counts = self._lexicon.counts[first:last]
        most = MOST + len(self._left_out(end)) + 1
        best = np.argpartition(-counts, min(most, len(counts)) - 1)[:most]
        order = sorted(best.tolist(), key=lambda at: (-int(counts[at]), at))
        found = [(self._lexicon.forms[first + at], int(counts[at])) for at in order]
        wanted = [(end.written(one), count) for one, count in found if one != form and one not in self._left_out(end)]
        return [Completion(end.before + one, one, "word", count) for one, count in wanted if one]

    def _left_out(self, end: Ending) -> frozenset[str]:
        """The stop words, where they would be left out of the query."""
        return self._stops if end.around in ("plain", "bound") else frozenset()

    def _range(self, prefix: str) -> tuple[int, int]:
        """From which form to which (not included) those lie that begin with some letters."""
        return bisect_left(self._lexicon.forms, prefix), bisect_left(self._lexicon.forms, prefix + "\U0010ffff")

    def _named(self, end: Ending) -> tuple[bool, list[Completion]]:
        """The names that the last words begin, from as many words as possible, and whether those are several."""
        for at in end.beginnings:
            found = [
                Completion(end.before + written, written, "name", self._counts[name])
                for name in self._starting(" ".join(end.typed[at:]))
                if (written := end.written(name, len(end.typed) - at - 1))
                and not self._left_out(end).issuperset(analysis.forms(name))
            ]
            if found:
                return at < len(end.typed) - 1, found[:_MOST_NAMES]
        return False, []

    def _starting(self, key: str) -> list[str]:
        """The longer names that begin so, the most frequent first."""
        first = bisect_left(self._names, (key, ""))
        last = bisect_left(self._names, (key + "\U0010ffff", ""))
        names = [name for known, name in self._names[first:last] if known != key]
        return sorted(names, key=lambda name: (-(self._counts[name] or 0), name))


def _key(name: str) -> str:
    """A name as it is compared with what is typed: its forms with spaces between them."""
    return " ".join(analysis.forms(name))
