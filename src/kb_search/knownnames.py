"""Which names may a reader mean? Those of the lists, and those that titles have, with how often the collection does."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from kb_search import analysis

#: Only the beginning of a title is read for names.
_TITLE = 300
_CAPITAL = "[A-Z\u0410-\u042f\u0531-\u0556\u018f]"
_CAPITALS = re.compile(rf"\b{_CAPITAL}\w++(?:[ -]{_CAPITAL}\w++){{1,3}}")
#: A run of words that fewer passages have is a misprint, or two names that stood beside each other once.
_LEAST = 2
#: So many names of several words are looked for, those of the lists and of most titles first. Each takes a search.
MOST_COUNTED = 500

#: From a word's form to how often it stands in the collection.
Frequency = Callable[[str], int]
#: From a name of several words to the number of passages that have it as it is written.
Count = Callable[[str], int]


class KnownNames:
    """Counts names: one of a single word by how often that stands in the collection, others by their passages."""

    def __init__(self, frequency: Frequency, count: Count) -> None:
        """Take what counts words and what counts names of several words; the latter is asked MOST_COUNTED times."""
        self._frequency = frequency
        self._count = count
        self._left = MOST_COUNTED

    def counted(
        self, groups: Iterable[Sequence[str]], titles: Iterable[str], weak: frozenset[str]
    ) -> dict[str, int | None]:
        """The names that stand in the collection with their counts.

        Of names that mean the same, in a group, one that nobody wrote finds the others; it has no count. `weak` words
        neither begin nor end a name that is read out of titles.
        """
        found: dict[str, int | None] = {}
        for group in groups:
            counts = {name: self._number(name) for name in group}
            found |= {name: count or None for name, count in counts.items() if any(counts.values())}
        for name in _in_titles(titles, weak):
            if name not in found and (count := self._number(name)) >= _LEAST:
                found[name] = count
        return found

    def _number(self, name: str) -> int:
        forms = analysis.forms(name)
        rarest = min(map(self._frequency, forms), default=0)
        if len(forms) < 2 or not rarest:
            return rarest
        self._left -= 1
        return self._count(name) if self._left >= 0 else 0


def _in_titles(titles: Iterable[str], weak: frozenset[str]) -> Iterator[str]:
    """What may be names in titles: runs of words with capitals, those of the most titles first."""
    runs = Counter(run for title in titles for run in dict.fromkeys(_CAPITALS.findall(title[:_TITLE])))
    names: Counter[str] = Counter()
    for run, count in runs.items():
        if name := _name(run, weak):
            names[name] += count
    return (name for name, _ in sorted(names.items(), key=lambda one: (-one[1], one[0])))


def _name(run: str, weak: frozenset[str]) -> str:
    """A run without the weak words at its ends; empty where that is no name: one word, mostly weak, or a heading."""
    words = [(one.start(), one.end(), analysis.fold(one[0]) in weak) for one in analysis.matches(run)]
    telling = [number for number, (_, _, is_weak) in enumerate(words) if not is_weak]
    if len(telling) < 2 or run.isupper():
        return ""
    first, last = telling[0], telling[-1]
    return run[words[first][0] : words[last][1]] if 2 * len(telling) > last - first + 1 else ""
