"""The cases of names in languages whose names Snowball does not inflect: Azerbaijani, Georgian and Armenian.

What is made here is looked up in the collection, so a form that nobody writes does no harm; what must not be made is
another word. The endings are those of the grammars: vowel harmony and the buffer letters n, y and s in Azerbaijani,
the dropped vowel in Georgian, the -u of names in -i in Armenian.
"""

from __future__ import annotations

from collections.abc import Iterator

#: Shorter names have other words among what would be their cases.
LEAST_LETTERS = 4

_VOWELS = frozenset("aıoueəiöü")
# The narrow and the wide vowel of an ending, by the last vowel of the name; I and A stand for them.
_HARMONY = {
    **dict.fromkeys("aı", ("ı", "a")), **dict.fromkeys("ou", ("u", "a")),
    **dict.fromkeys("eəi", ("i", "ə")), **dict.fromkeys("öü", ("ü", "ə")),
}  # fmt: skip
# Genitive, dative, accusative, and the possessive in its cases.
_AFTER_CONSONANT = ("In", "A", "I", "InA", "InI", "IndA", "IndAn")
_AFTER_VOWEL = ("nIn", "yA", "nI", "ylA", "sI", "sInIn", "sInA", "sInI", "sIndA", "sIndAn")
# A name that is a possessive, as compound names are (Laçın dəhlizi).
_AFTER_POSSESSIVE = ("nA", "ndA", "ndAn", "ndAkI")
# Locative, ablative, instrumental, and what is in a place.
_AFTER_ANY = ("dA", "dAn", "lA", "dAkI")

_GEORGIAN = ("ში", "ს", "სა", "მა", "ზე", "თან", "სთან", "ამდე")
_GEORGIAN_NARROW = ("ის", "ისა", "ისთვის", "ით", "იდან", "ად", "ისკენ")
_GEORGIAN_VOWEL = ("ში", "ს", "სა", "მ", "მა", "ზე", "სთან", "თი", "დან", "დ", "მდე", "სთვის", "სკენ")

_ARMENIAN = ("ի", "ին", "ից", "ով", "ում", "ը", "ն")
_ARMENIAN_AFTER_I = ("ու", "ուն", "ուց", "ով", "ում")


def cases(name: str, language: str) -> tuple[str, ...]:
    """The cases of a name as it is written, of its last word if it has several; none where the language has none here.

    The language is an ISO 639 code. The name itself is not among them.
    """
    make = _DECLENSIONS.get(language)
    last = name.rpartition(" ")[2]
    if make is None or len(last) < LEAST_LETTERS or not last.isalpha():
        return ()
    return tuple(dict.fromkeys(name[: len(name) - len(last)] + form for form in make(last)))


def _azerbaijani(word: str) -> Iterator[str]:
    last = next((letter for letter in reversed(word.lower()) if letter in _VOWELS), "")
    if not last:
        return
    narrow, wide = _HARMONY[last]
    ends_in_vowel = word[-1] in _VOWELS
    endings = (_AFTER_VOWEL if ends_in_vowel else _AFTER_CONSONANT) + _AFTER_ANY
    if word[-1] in "ıiuü":
        endings += _AFTER_POSSESSIVE
    for ending in endings:
        yield word + ending.replace("I", narrow).replace("A", wide)


def _georgian(word: str) -> Iterator[str]:
    """A name in -ი loses it, and in some cases the vowel before its last consonant (ერევანი, ერევნის)."""
    if not word.endswith("ი"):
        yield from (word + ending for ending in _GEORGIAN_VOWEL)
        if word[-1] in "აე":
            yield from (word[:-1] + ending for ending in _GEORGIAN_NARROW)
        return
    stem = word[:-1]
    yield from (stem + ending for ending in (*_GEORGIAN, *_GEORGIAN_NARROW))
    if stem[-2] in "აეო":
        yield from (stem[:-2] + stem[-1] + ending for ending in _GEORGIAN_NARROW)


def _armenian(word: str) -> Iterator[str]:
    yield from (word + ending for ending in _ARMENIAN)
    if word.endswith("ի"):
        yield from (word[:-1] + ending for ending in _ARMENIAN_AFTER_I)


_DECLENSIONS = {"az": _azerbaijani, "ka": _georgian, "hy": _armenian}
