"""Text to terms: one module for three users, the index, the query and the marks.

A word has two terms. Its *form* is how it is written, folded: NFKC, lower case, no diacritics on Latin and
Greek letters, no possessive 's. Its *stem* is what the Snowball stemmer of a language makes of the form.
The stem is a function of the form alone, so that a word typed without its accents finds the same passages.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

import snowballstemmer

#: Longer words are cut here, in the index and in the query alike, so that a run of rubbish costs nothing.
MAX_FORM_LENGTH = 64
# No more of a word is looked at: four characters as written make at least one of the form, with few exceptions.
_MOST_READ = 4 * MAX_FORM_LENGTH

# Scripts that write without spaces between words: each character, with the marks on it, is a term. Han, kana (the
# half-width ones with their voicing mark), Thai, Lao, Burmese, Khmer.
_HALF_WIDTH_KANA = r"[\uff66-\uff9d][\uff9e\uff9f]?"
_UNSPACED = (
    "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6\u1000-\u102a\u103f\u1050-\u1055"
    "\u1780-\u17b3\u2f00-\u2fd5\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
# `\w` leaves out the marks that many scripts write vowels with, so they are added; the standard library's
# `re` is three times as fast here as a module that knows Unicode's classes by name. Those beyond U+FFFF stand
# apart, behind a look at the plane: in one class with the others they make it four times as slow.
# Ideographs, Korean syllables, cuneiform, hieroglyphs, surrogates, emoji and what is private are not looked through:
# there are no marks among them, and it would take half of the time that this module takes to import.
_FAR_BLOCKS = (
    (0x10100, 0x12000), (0x13400, 0x13500), (0x16000, 0x17000), (0x1BC00, 0x1BD00), (0x1CF00, 0x1D300),
    (0x1DA00, 0x1EA00),
)  # fmt: skip
_MARKS, _FAR_MARKS = (
    "".join(char for codes in blocks for char in map(chr, codes) if unicodedata.category(char)[0] == "M")
    for blocks in (
        (range(0x300, 0x3400), range(0xA000, 0xAC00), range(0xF900, 0x10000)),
        (range(*block) for block in _FAR_BLOCKS),
    )
)


def _in_runs(chars: str) -> str:
    """Characters, in order, as the runs of a class in a pattern: it is read several times as fast as one by one."""
    firsts = [char for before, char in pairwise(f"\0{chars}") if ord(char) - ord(before) != 1]
    lasts = [char for char, after in pairwise(f"{chars}\0") if ord(after) - ord(char) != 1]
    return "".join(f"{first}-{last}" for first, last in zip(firsts, lasts, strict=True))


_JOINERS = "\u200c\u200d"
_MARK = rf"(?:[{_in_runs(_MARKS)}{_JOINERS}]|(?=[\U00010000-\U0001ffff])[{_in_runs(_FAR_MARKS)}])"
# What is written for an apostrophe within a word: Baku’s, Qurʾan, T‘umanyan, Oʻzbek, Lʹvov.
_APOSTROPHE = "'’‘ʼʻʾʿʹʺ՚＇"
# Raised figures are no part of the word they stand at: they call a footnote.
_NOT_LETTERS = rf"\W_{_UNSPACED}\uff66-\uff9f{_APOSTROPHE}¹²³⁰⁴-⁹"
_LETTER = rf"[^{_NOT_LETTERS}]"
# Possessive quantifiers: no way back is kept, which would take 140 bytes for each letter of a long word.
_RUN = rf"{_LETTER}++(?:{_MARK}++{_LETTER}*+)*+"
_WORD = re.compile(rf"{_RUN}(?:[{_APOSTROPHE}]{_RUN})*+|[{_UNSPACED}]{_MARK}*+|{_HALF_WIDTH_KANA}")
_APOSTROPHES = str.maketrans(dict.fromkeys(_APOSTROPHE, "'"))
# Letters that look like a plain one with a mark, but that Unicode does not take apart.
_PLAIN = str.maketrans(
    {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ħ": "h", "ё": "е"}
)
# Zero-width joiners and variation selectors choose between drawings of the same letters.
_DRAWING = dict.fromkeys((*map(ord, _JOINERS), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))
_COMBINING = re.compile("[\u0300-\u036f]+")
#: A Latin or Greek letter with marks.
_MARKED = re.compile("([\0-\u02ff\u0370-\u03ff])[\u0300-\u036f]+")

_STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian",
    "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch",
    "no": "norwegian", "nb": "norwegian", "nn": "norwegian", "pl": "polish", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
    "yi": "yiddish",
}  # fmt: skip

_LATIN = "a-z\u00aa-\u024f\u1e00-\u1eff"
#: The letters that the rules of a stemmer are about, where they are not Latin.
_RULED = {
    "arabic": "\u0600-\u06ff\ufb50-\ufefc", "persian": "\u0600-\u06ff\u200c\ufb50-\ufefc",
    "russian": "\u0400-\u052f", "serbian": _LATIN + "\u0400-\u052f", "armenian": "\u0530-\u058f",
    "greek": "\u0370-\u03ff\u1f00-\u1fff", "hindi": "\u0900-\u097f", "nepali": "\u0900-\u097f",
    "tamil": "\u0b80-\u0bff", "yiddish": "\u0590-\u05ff\ufb1d-\ufb4f",
}  # fmt: skip


#: Stands behind each of several texts that are taken apart together.
GAP = "\0"
#: Stands for a letter that may make more than one letter of a form, or another one beside some mark.
_UNTOLD = b"\x01"

#: A word in a text: where it starts and ends there, and its form.
Token = tuple[int, int, str]


# Of ASCII only letters, figures and the apostrophe are part of a word.
_ASCII_WORDS = bytes(code if chr(code).isalnum() or chr(code) == "'" else 32 for code in range(128)) + bytes(128)


def words(text: str) -> list[str]:
    """The words of a text as they are written, in order."""
    return _apart(text).split() if text.isascii() else _WORD.findall(text)


def _apart(text: str) -> str:
    """The words of a text in ASCII between spaces: what the pattern finds, in less than half the time.

    An apostrophe counts between two letters alone.
    """
    return _within_words(f" {text} ".encode("ascii").translate(_ASCII_WORDS).decode("ascii"))


def _within_words(apart: str) -> str:
    """Words between spaces without the apostrophes that stand at their edges, or in pairs."""
    return apart.replace("''", "  ").replace(" '", "  ").replace("' ", "  ") if "'" in apart else apart


def matches(text: str) -> Iterator[re.Match[str]]:
    """The words of a text as matches of a pattern, in order: for those who need neither form nor stem of each."""
    return _WORD.finditer(text)


def tokens(text: str, first: int = 0, last: int | None = None) -> Iterator[Token]:
    """The words of a text, or of the part from `first` to `last`, with their places, in order, in characters."""
    for found in _WORD.finditer(text, first, len(text) if last is None else last):
        start, end = found.span()
        yield start, end, fold(found[0])


def forms(text: str) -> list[str]:
    """The forms of the words of a text, in order."""
    plain = _plain(text)
    if plain is None or GAP in plain:
        return [fold(word) for word in words(text)]
    found = plain.split()
    if "'s " not in plain and max(map(len, found), default=0) <= MAX_FORM_LENGTH:
        return found
    return list(map(_cut, found))


def pieces(texts: Sequence[str]) -> list[str]:
    """What the words of some texts have to be folded of, in order, with a GAP behind each text.

    `fold` makes of a piece what it makes of the word: for those who fold every word only once.
    """
    plain = _plain(f" {GAP} ".join((*texts, "")))
    if plain is None or plain.count(GAP) != len(texts):
        return [piece for text in texts for piece in (*_pieces(text), GAP)]
    return plain.split()


def _pieces(text: str) -> list[str]:
    plain = _plain(text)
    return words(text) if plain is None or GAP in plain else plain.split()


def _plain(text: str) -> str | None:
    """A text with its words in small letters without marks between spaces; None where letters do not tell it each.

    Nearly all text in Western languages is taken apart so, several times as fast as by a pattern. Characters are
    bytes for it, of which ASCII and code page 1252 have one for each.
    """
    try:
        raw = text.encode("ascii" if text.isascii() else "cp1252").translate(_PLAIN_WESTERN)
    except UnicodeEncodeError:
        return None
    if _UNTOLD in raw:
        return None
    return _within_words(f" {raw.decode('ascii')} ")


def fold(word: str) -> str:
    """The form of one written word. Folding a form gives the form again."""
    return _folded(word[:_MOST_READ])


@lru_cache(maxsize=1 << 16)
def _folded(word: str) -> str:
    if word.isascii():
        return _cut(word.lower())
    if _UNCASED.fullmatch(word):
        return word[:MAX_FORM_LENGTH]
    letters = word.translate(_LETTERS)
    return _folded_as_a_whole(word) if UNSURE in letters else letters[:MAX_FORM_LENGTH]


# Ideographs and Korean syllables have neither case nor marks, and there are too many to keep each of them.
_UNCASED = re.compile("[\u4e00-\u9fff\uac00-\ud7a3]+")


def _folded_as_a_whole(word: str) -> str:
    # White space comes out of NFKC where a mark stood alone.
    compatible = "".join(unicodedata.normalize("NFKC", word).casefold().translate(_DRAWING).split())
    return _cut(_without_diacritics(compatible.translate(_APOSTROPHES)).translate(_PLAIN))


def _cut(form: str) -> str:
    """A form without the possessive 's, no longer than may be."""
    form = form[:MAX_FORM_LENGTH]
    while form.endswith("'s") and len(form) > 2:
        form = form[:-2]
    return form


def _without_diacritics(word: str) -> str:
    """On Latin and Greek letters every mark goes. Elsewhere it may make another letter (й is not и): those stay."""
    kept = _MARKED.sub(r"\1", unicodedata.normalize("NFD", word))
    # What found no letter to make one with is a stress mark, as in за́мок.
    return _COMBINING.sub("", unicodedata.normalize("NFC", kept))


#: Stands in a sketch for a character whose part in the form of its word cannot be told by itself.
UNSURE = "\0"
#: Letters that fold each for itself: Latin, Greek, Cyrillic, Armenian, Georgian.
_ALONE = ((0xC0, 0x2AF), (0x370, 0x52F), (0x531, 0x587), (0x10A0, 0x10FF), (0x1E00, 0x1FFF))


class _Letters(dict[int, str]):
    """The form of each letter and figure that folds for itself, asked for by its code; UNSURE for all else."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        folds_alone = char.isalpha() and any(first <= code <= last for first, last in _ALONE)
        form = _folded_as_a_whole(char) if folds_alone or (char.isascii() and char.isalnum()) else ""
        self[code] = form if len(form) == 1 and form.isalnum() else UNSURE
        return self[code]


_LETTERS = _Letters()


class _Sketched(dict[int, str]):
    """For each character, asked for by its code, what stands for it in a sketch."""

    def __missing__(self, code: int) -> str:
        self[code] = drawn = _drawn(chr(code))
        return drawn


def _drawn(char: str) -> str:
    if char.isspace():
        return " "
    if char.isascii() or char in _APOSTROPHE:
        return char.lower().translate(_APOSTROPHES)
    if (form := _LETTERS[ord(char)]) != UNSURE:
        return form
    is_part_of_words = _WORD.match(char) or _WORD.fullmatch(f"a{char}") or ord(char) in _DRAWING
    return UNSURE if is_part_of_words else char


_SKETCHED = _Sketched()
# Bytes are translated ten times as fast as characters.
_SKETCHED_ASCII = bytes(ord(_drawn(chr(code))) for code in range(128)) + bytes(128)
_SKETCHED_WESTERN = "".join(map(_drawn, bytes(range(256)).decode("cp1252", "replace")))


def _told(drawn: str) -> str:
    """What stands for a character of a sketch where only words are looked for."""
    if drawn == UNSURE or (not drawn.isascii() and drawn.isalnum()):
        return _UNTOLD.decode()
    return drawn if drawn.isascii() and (drawn.isalnum() or drawn == "'") else " "


_PLAIN_WESTERN = (GAP + "".join(map(_told, _SKETCHED_WESTERN[1:]))).encode("ascii")


def sketch(text: str) -> str:
    """A text of the same length in which the forms of words can be looked for before any word is taken apart.

    Every form stands in the sketch where its word stands in the text, unless UNSURE is there. All white space is
    spaces.
    """
    if text.isascii():
        return text.encode("ascii").translate(_SKETCHED_ASCII).decode("ascii")
    try:
        western = text.encode("cp1252")
    except UnicodeEncodeError:
        return text.translate(_SKETCHED)
    return codecs.charmap_decode(western, "strict", _SKETCHED_WESTERN)[0]


_SCRIPTS = {"CYRILLIC": "ru", "ARMENIAN": "hy", "GEORGIAN": "ka", "GREEK": "el", "ARABIC": "ar", "HEBREW": "he"} | {
    "CJK": "zh", "HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko", "THAI": "th", "DEVANAGARI": "hi",
}  # fmt: skip
_LOOKED_AT = 2000


def language_of_script(text: str) -> str:
    """The likeliest language of a text by its letters alone; empty where they are Latin or few."""
    letters = {char: count for char, count in Counter(text[:_LOOKED_AT]).items() if char.isalpha()}
    scripts = Counter[str]()
    for char, count in letters.items():  # the different letters are few
        scripts[unicodedata.name(char, "").partition(" ")[0]] += count
    if scripts["HIRAGANA"] + scripts["KATAKANA"]:  # Chinese has none, and Japanese more Chinese characters than kana
        scripts["HIRAGANA"] += scripts.pop("CJK", 0) + scripts.pop("KATAKANA", 0)
    script, most = next(iter(scripts.most_common(1)), ("", 0))
    return _SCRIPTS.get(script, "") if most * 2 > sum(letters.values()) else ""


def base_language(tag: str) -> str:
    """The ISO 639-1 code in a language tag (BCP 47): `en-US` and `EN_us` are `en`."""
    return tag.strip().lower().replace("_", "-").partition("-")[0]


@lru_cache(maxsize=1 << 17)
def stem(form: str, language: str) -> str:
    """The stem of a form in one language; the form itself where Snowball knows no such language.

    Source: M. F. Porter, "Snowball: A language for stemming algorithms", 2001, by way of snowballstemmer.
    """
    return _stemmed(form, _rules(language))


class _Rules(NamedTuple):
    """A stemmer, and what finds the letters that its rules are about: it leaves other words as they are."""

    letters: Callable[[str], object]
    stem: Callable[[str], str]


@lru_cache(maxsize=1 << 10)
def _rules(language: str) -> _Rules | None:
    name = _STEMMERS.get(base_language(language))
    return _Rules(re.compile(f"['{_RULED.get(name, _LATIN)}]").search, _stemmer(name).stemWord) if name else None


def _stemmed(form: str, rules: _Rules | None) -> str:
    if rules is None or not rules.letters(form) or form.isdecimal():
        return form
    return rules.stem(form) or form


def porter_stem(form: str) -> str:
    """What M. F. Porter's first stemmer ("An algorithm for suffix stripping", Program 14(3), 1980) makes of a form.

    Only for comparison: what is indexed has `stem`.
    """
    stem: str = _stemmer("porter").stemWord(form)
    return stem


def language_named(name: str) -> str:
    """The code of a language with a stemmer by its English name (`Russian` gives `ru`); empty if there is none."""
    return next((code for code, known in _STEMMERS.items() if known == name.strip().lower()), "")


@cache
def _stemmer(name: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(name)


@lru_cache(maxsize=1 << 14)
def stems(form: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    """What a query word stands for: its stem in each language, each once, in the languages' order."""
    return tuple({_stemmed(form, rules): None for rules in _all_rules(languages)}) or (form,)


@lru_cache(maxsize=1 << 10)
def _all_rules(languages: tuple[str, ...]) -> tuple[_Rules | None, ...]:
    return tuple(dict.fromkeys(map(_rules, languages)))
