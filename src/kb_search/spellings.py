"""Names that a collection writes in two ways: spelling variants for review, read out of its own texts.

A name is a word of five letters or more that is written with a capital within a sentence. Two names are offered as
one where their letters differ as spellings do (Aliyev, Aliev) and they keep similar company: the words around them.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from rapidfuzz.distance import OSA

from kb_search import analysis, scripts

#: Rarer names are left out: one misprint is no spelling.
LEAST = 2
#: How alike the company of two names must be: the cosine of the counts of the words around them. docs/VARIANTS.md says
#: what was tried.
ALIKE = 0.1
_LEAST_LETTERS = 5
#: One letter of a shorter name makes another name: Martin, Marvin.
_LONG = 7
#: So many words on either side are company.
_BESIDE = 3
#: So many different names are looked at, the most frequent ones.
_MOST_NAMES = 20_000
_SENTENCE_END = re.compile(r"[.!?…:;\n\"“”«»()]")

_Company = Counter[str]


@dataclass(frozen=True, slots=True)
class Respelling:
    """Spellings that may be of one name, the most frequent first, each with its count, and how alike their company is.

    `folded` says that they differ in accents alone, which are found alike anyway.
    """

    spellings: tuple[tuple[str, int], ...]
    alike: float
    folded: bool = False


class NameCounter:
    """Counts the names of a collection and the company that they keep."""

    def __init__(self) -> None:
        self._written: dict[str, Counter[str]] = {}
        self._company: dict[str, _Company] = {}

    def read(self, text: str) -> None:
        """Take in one passage."""
        tokens = [(found.span(), found[0]) for found in analysis.matches(text)]
        forms = [analysis.fold(word) for _, word in tokens]
        for at in range(1, len(tokens)):
            (start, _), word = tokens[at]
            between = text[tokens[at - 1][0][1] : start]
            if len(word) < _LEAST_LETTERS or not _is_name(word) or _SENTENCE_END.search(between):
                continue
            self._written.setdefault(forms[at], Counter())[word] += 1
            beside = [one for one in forms[max(at - _BESIDE, 0) : at + _BESIDE + 1] if one != forms[at]]
            self._company.setdefault(forms[at], Counter()).update(beside)

    def respellings(self, stops: frozenset[str] = frozenset()) -> tuple[Respelling, ...]:
        """What may be spellings of one name, the most frequent first; `stops` are words that say nothing of company."""
        counts = Counter({form: sum(written.values()) for form, written in self._written.items()})
        names = [form for form, count in counts.most_common(_MOST_NAMES) if count >= LEAST]
        found = [self._alike_in_sound(group, stops) for group in _by_sound(names)]
        found += [self._alike_by_letter(one, other, stops) for one, other in _by_letter(names)]
        found += [self._folded(form) for form in names]
        once = {one.spellings: one for one in found if one}
        return tuple(sorted(once.values(), key=lambda one: (one.folded, -sum(c for _, c in one.spellings))))

    def _folded(self, form: str) -> Respelling | None:
        written = [pair for pair in self._written[form].most_common() if pair[1] >= LEAST and not pair[0].endswith("s")]
        return Respelling(tuple(written), 1.0, folded=True) if len(written) > 1 else None

    def _alike_in_sound(self, group: list[str], stops: frozenset[str]) -> Respelling | None:
        """The most frequent of some names with those of the others that keep its company."""
        first, *others = group
        kept = {one: alike for one in others if (alike := self._alike(first, one, stops)) >= ALIKE}
        return self._respelling([first, *kept], min(kept.values())) if kept else None

    def _alike_by_letter(self, one: str, other: str, stops: frozenset[str]) -> Respelling | None:
        alike = self._alike(one, other, stops)
        return self._respelling([one, other], alike) if alike >= ALIKE else None

    def _respelling(self, forms: Iterable[str], alike: float) -> Respelling:
        spelled = [(self._written[form].most_common(1)[0][0], sum(self._written[form].values())) for form in forms]
        return Respelling(tuple(spelled), round(alike, 3))

    def _alike(self, one: str, other: str, stops: frozenset[str]) -> float:
        """The cosine of the company of two names."""
        left, right = self._company[one], self._company[other]
        shared = sum(left[word] * right[word] for word in left.keys() & right.keys() - stops)
        return shared / (_length(left, stops) * _length(right, stops) or 1.0)


def _length(company: _Company, stops: frozenset[str]) -> float:
    return math.sqrt(sum(count * count for word, count in company.items() if word not in stops))


def _is_name(word: str) -> bool:
    return word[0].isupper() and word[1:].islower() and word.isalpha()


def _by_sound(names: list[str]) -> list[list[str]]:
    """Names that have one key, the most frequent of each first; groups of two or more."""
    groups: dict[str, list[str]] = {}
    for name, key in zip(names, scripts.keys(names), strict=True):
        groups.setdefault(key, []).append(name)
    return [group for key, group in groups.items() if key and len(group) > 1]


def _by_letter(names: list[str]) -> list[tuple[str, str]]:
    """Pairs of long names that differ in one letter, which is neither their first nor their last."""
    halves: dict[tuple[bool, str], list[str]] = {}
    for name in names:
        if len(name) >= _LONG:
            half = len(name) // 2
            halves.setdefault((True, name[:half]), []).append(name)
            halves.setdefault((False, name[-half:]), []).append(name)
            # A letter more or less moves the middle.
            halves.setdefault((True, name[: half - 1]), []).append(name)
    pairs = {pair for group in halves.values() for pair in combinations(group[:_MOST_COMPARED], 2)}
    return sorted(pair for pair in pairs if _differ_by_letter(*pair))


#: Of names that begin alike so many are compared with each other.
_MOST_COMPARED = 60


def _differ_by_letter(one: str, other: str) -> bool:
    return one[0] == other[0] and one[-1] == other[-1] and OSA.distance(one, other, score_cutoff=1) == 1
