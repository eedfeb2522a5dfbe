"""Text to terms: one module for three users, the index, the query and the marks.

A word has two terms. Its *form* is how it is written, folded: NFKC, lower case, no diacritics on Latin and
Greek letters, no possessive 's. Its *stem* is what the Snowball stemmer of a language makes of the form.
The stem is a function of the form alone, so that a word typed without its accents finds the same passages.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

import snowballstemmer

#: Longer words are cut here, in the index and in the query alike, so that a run of rubbish costs nothing.
MAX_FORM_LENGTH = 64

# Scripts that write without spaces between words: each character is a term.
_UNSPACED = (
    "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
# `\w` leaves out the marks that many scripts write vowels with, so they are added; the standard library's
# `re` is three times as fast here as a module that knows Unicode's classes by name.
_MARKS = "".join(chr(code) for code in range(0x300, 0x10000) if unicodedata.category(chr(code))[0] == "M")
_LETTER = rf"[^\W_{_UNSPACED}]"
_RUN = rf"{_LETTER}+(?:[{_MARKS}]+{_LETTER}*)*"
_WORD = re.compile(rf"{_RUN}(?:['’ʼ＇]{_RUN})*|[{_UNSPACED}]")
_APOSTROPHES = str.maketrans("’ʼ＇", "'''")
# Letters that look like a plain one with a mark, but that Unicode does not take apart.
_PLAIN = str.maketrans(
    {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ħ": "h", "ё": "е"}
)
_COMBINING = range(0x300, 0x370)
_LAST_LATIN_OR_GREEK = 0x3FF

_STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian",
    "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch",
    "no": "norwegian", "nb": "norwegian", "nn": "norwegian", "pl": "polish", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
    "yi": "yiddish",
}  # fmt: skip

_STOP_WORDS = {
    "en": "a an and are as at be been but by for from had has have he her him his how i if in into is it its "
    "me my no nor not of on or our she so some such than that the their them then there these they this "
    "those to too us was we were what when where which while who whom why will with would you your",
    "ru": "а без бы был была были было быть в во вот вы для до его ее если есть еще же за и из или их к как "
    "ко которые который мы на не ни но о об он она они от по при с со так также то только у что это я",
    "tr": "ama bir bu da daha de en gibi hem her icin ile ise ki ne o olan olarak onun su ve veya ya",
    "az": "amma bir bu da de en her heç idi ile ise ki kimi ne o olan olaraq onun üçün ve ya",
    "de": "aber als am an auch auf aus bei bin bis da das dass dem den der des die durch ein eine einem einen "
    "einer er es für hat ich im in ist mit nach nicht noch nur oder sich sie sind so über um und uns von vor "
    "war wie wir zu zum zur",
    "fr": "à au aux avec ce ces dans de des du elle en est et eux il ils je la le les leur lui ma mais me même "
    "mes moi mon ne nos notre nous on ou où par pas pour qu que qui sa se ses son sur ta te tu un une vos "
    "votre vous",
}


class Token(NamedTuple):
    """A word in a text: where it stands and its form."""

    start: int
    end: int
    form: str


def words(text: str) -> list[str]:
    """The words of a text as they are written, in order."""
    return _WORD.findall(text)


def matches(text: str) -> Iterator[re.Match[str]]:
    """The words of a text as matches of a pattern, in order: for those who need neither form nor stem of each."""
    return _WORD.finditer(text)


def tokens(text: str) -> Iterator[Token]:
    """The words of a text with their places, in order; offsets are in characters."""
    for found in _WORD.finditer(text):
        yield Token(found.start(), found.end(), fold(found.group()))


def forms(text: str) -> list[str]:
    """The forms of the words of a text, in order."""
    return [fold(word) for word in _WORD.findall(text)]


@lru_cache(maxsize=1 << 16)
def fold(word: str) -> str:
    """The form of one written word. Folding a form gives the form again."""
    if word.isascii():
        return _without_possessive(word.lower())[:MAX_FORM_LENGTH]
    lowered = unicodedata.normalize("NFKC", word).casefold().translate(_APOSTROPHES)
    bare = _without_diacritics(lowered).translate(_PLAIN)
    return _without_possessive("".join(bare.split()))[:MAX_FORM_LENGTH]


def _without_possessive(word: str) -> str:
    return word[:-2] if word.endswith("'s") and len(word) > 2 else word


def _without_diacritics(word: str) -> str:
    kept, base = [], ""
    for char in unicodedata.normalize("NFD", word):
        if ord(char) in _COMBINING:
            # Elsewhere the mark makes another letter: й is not и.
            if base and ord(base) <= _LAST_LATIN_OR_GREEK:
                continue
        else:
            base = char
        kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept))


_SCRIPTS = {"CYRILLIC": "ru", "ARMENIAN": "hy", "GEORGIAN": "ka", "GREEK": "el", "ARABIC": "ar", "HEBREW": "he"}
_LOOKED_AT = 2000


def language_of_script(text: str) -> str:
    """The likeliest language of a text by its letters alone; empty where they are Latin or few."""
    letters = [char for char in text[:_LOOKED_AT] if char.isalpha()]
    scripts = Counter(unicodedata.name(char, "").partition(" ")[0] for char in letters)
    script, count = next(iter(scripts.most_common(1)), ("", 0))
    return _SCRIPTS.get(script, "") if count * 2 > len(letters) else ""


def base_language(tag: str) -> str:
    """The ISO 639-1 code in a language tag (BCP 47): `en-US` and `EN_us` are `en`."""
    return tag.strip().lower().replace("_", "-").partition("-")[0]


@lru_cache(maxsize=1 << 17)
def stem(form: str, language: str) -> str:
    """The stem of a form in one language; the form itself where Snowball knows no such language.

    Source: M. F. Porter, "Snowball: A language for stemming algorithms", 2001, by way of snowballstemmer.
    """
    name = _STEMMERS.get(language)
    if name is None or not form.isalpha():
        return form
    return _stemmer(name).stemWord(form) or form


@cache
def _stemmer(name: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(name)


def stems(form: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    """What a query word stands for: its stem in each language, each once, in the languages' order."""
    return tuple(dict.fromkeys(stem(form, language) for language in languages)) or (form,)


@cache
def stop_words(language: str) -> frozenset[str]:
    """The forms that carry no meaning of their own in a language; empty where no list is shipped."""
    return frozenset(fold(word) for word in _STOP_WORDS.get(language, "").split())
