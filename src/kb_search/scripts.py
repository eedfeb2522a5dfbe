"""Spellings of one name across scripts and alphabets: in which script a word is, and a key that its spellings share.

`Ханкенди`, `Xankəndi` and `Khankendi` have one key. It is coarse on purpose, since the ways to write a name in another
script differ most in vowels, so it is never compared between two words of the same plain alphabet: see `can_meet`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import zip_longest

from anyascii import anyascii

from kb_search import analysis
from kb_search.falsefriends import FALSE_FRIENDS

#: Words of fewer letters have no key; docs/VARIANTS.md says what was tried. Of two words of one alphabet both must have
#: a letter more, so that `seemed` is not Səməd.
LEAST_LETTERS = 5
LEAST_LETTERS_ALIKE = 6
#: Words that no list knows need a letter more than names in the lists; most of five letters that meet are false friends
#: (роман, честь, ветер). Surnames by their endings do not.
LEAST_LETTERS_UNLISTED = 6
#: From so many letters on a and e count as one; Севан and seven are different words.
_LONG = 8

# Letters that only the Latin alphabets of Azerbaijani and Turkish have. What is typed with one of them is read by their
# rules: x is kh, q is g, c is j.
_TURKIC = frozenset("əǝşğı")
# The schwa (*) is a in some spellings and e in others.
_TURKIC_LETTERS = str.maketrans(
    {"ə": "*", "ǝ": "*", "ş": "sh", "ğ": "gh", "ç": "ch", "ı": "i", "x": "kh", "q": "g", "c": "j", "ö": "o", "ü": "u"}
)
# What surnames end in, in Latin letters and others: Попов, Popov.
_SURNAMES = (("ov", "ev", "in", "yan", "ian"), ("ов", "ев", "ин", "ян", "յան"))
# The longest run of letters that is one sound.
_HEAD = 3
_COARSE = str.maketrans("e*", "aa")
_DOUBLED = re.compile(r"(.)\1+")
_LANGUAGES = {"CYRILLIC": "ru", "ARMENIAN": "hy", "GREEK": "el"}
# The same sound as several scripts and spellings write it, the longest first; then letters that vary between them.
_SOUNDS = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"[^a-z*\n]", ""),
        (r"tch|ch", "c"),
        (r"dzh|dj|zh", "j"),
        (r"sh", "s"),
        (r"kh", "h"),
        (r"gh|q", "g"),
        (r"ou|oo", "u"),
        (r"w", "v"),
        (r"y", "i"),
        (r"i+(?=[aeou*])", ""),  # Aliyev and Алиев, Yerevan and Ереван
        (r"(.)\1+", r"\1"),
    )
)


def script(word: str) -> str:
    """The script of a word's first letter as Unicode names it: LATIN, CYRILLIC, ARMENIAN …; empty without letters."""
    letter = next((char for char in word if char.isalpha()), "")
    return unicodedata.name(letter, "").partition(" ")[0] if letter else ""


def is_turkic(word: str) -> bool:
    """Whether a word has a letter that only the Latin alphabets of Azerbaijani and Turkish have."""
    return not _TURKIC.isdisjoint(word.lower())


def keys(words: Sequence[str]) -> list[str]:
    """For each word what its spellings share, as written or folded; empty for words that are too short.

    Transliteration by anyascii, letter by letter, then one letter for each sound, and one for a and e. All words are
    taken at once, which is ten times as fast as one by one.
    """
    text = _DOUBLED.sub(r"\1", _sounds("\n".join(map(_prepared, words))).translate(_COARSE))
    return text.split("\n") if words else []


def initials(words: Sequence[str]) -> list[str]:
    """The first letter of each word's key, or of what would be its key; made from the first letters, which is quick."""
    heads = [word if is_turkic(word) else word[:_HEAD] for word in words]
    different = list(dict.fromkeys(heads))
    sounds = _sounds("\n".join(map(_spelled_out, different))).translate(_COARSE).split("\n")
    known = {head: sound[:1] for head, sound in zip(different, sounds, strict=bool(different))}
    return [known[head] for head in heads]


def _sounds(text: str) -> str:
    """A text with one letter for each sound, and * for a schwa."""
    text = anyascii(text).lower()
    for pattern, replacement in _SOUNDS:
        text = pattern.sub(replacement, text)
    return text


def agree(one: str, other: str) -> bool:
    """Whether words of one key are one word: a short one must have the same vowels, a schwa being either a or e."""
    if min(len(one), len(other)) >= _LONG:
        return True
    pairs = list(zip_longest(_sounds(_prepared(one)), _sounds(_prepared(other))))
    return all(left == right or ({left, right} < {"a", "e", "*"} and "*" in (left, right)) for left, right in pairs)


def _prepared(word: str) -> str:
    """A word with what depends on its language written as English would have it; empty where it has no key."""
    return _spelled_out(word) if len(word) >= LEAST_LETTERS and word[0].isalpha() else ""


def _spelled_out(word: str) -> str:
    word = word[: analysis.MAX_FORM_LENGTH].lower()
    if is_turkic(word):
        return word.translate(_TURKIC_LETTERS)
    # In Armenian ու is one vowel; ւ after another letter is the v of the older spelling.
    return word.replace("ու", "u").replace("ւ", "v")


@lru_cache(maxsize=1 << 14)
def spoken_stem(form: str) -> str:
    """The stem of a form in the language that its script is first of all used for; empty for Latin letters."""
    language = _LANGUAGES.get(script(form), "")
    return analysis.stem(form, language) if language else ""


def can_meet(typed: str, form: str) -> bool:
    """Whether a word as typed and a form of the collection may be compared by their keys.

    They may in different scripts, and in the same one only where one is Azerbaijani or Turkish by its letters: two
    plain words of one alphabet are different words.
    """
    if script(typed) != script(form):
        return True
    return min(len(typed), len(form)) >= LEAST_LETTERS_ALIKE and (is_turkic(typed) or is_turkic(form))


def can_be_names(typed: str, form: str) -> bool:
    """Whether two words that no list knows, of one key and of different scripts or alphabets, may be one name."""
    if not FALSE_FRIENDS.isdisjoint((analysis.fold(typed), form)):
        return False
    least = LEAST_LETTERS_UNLISTED + (script(typed) == script(form))
    return min(len(typed), len(form)) >= least or (_is_surname(typed) and _is_surname(form))


def _is_surname(word: str) -> bool:
    latin, other = _SURNAMES
    return word.lower().endswith(latin if script(word) == "LATIN" else other)
