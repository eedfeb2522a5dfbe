"""Text that was UTF-8 and was read as a Windows code page before it was saved: `cafÃ©`, `donâ€™t`, `РњРёСЂ`.

Such letters give themselves away: put back into bytes they are valid UTF-8 again, which real words next to never
are (Á followed by » in capitals is one of the exceptions). So they are mended where all of a text is valid UTF-8 in
this way, or where there are several, of different kinds, and nearly all that could be such letters are; fewer of them
are only counted.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

#: Each byte of ASCII as a space, the others as they are.
_ONLY_FOREIGN = bytes(byte if byte > 0x7F else 0x20 for byte in range(256))
#: Letters and signs of living scripts; what lies between them (phonetic letters, accents alone) comes of chance.
_PLAUSIBLE = re.compile(
    r"[\xa0-\u024f\u0259\u0386-\u0556\u055a-\u0589\u05d0-\u05ea\u060c-\u0652\u0670-\u06ff\u0900-\u0e5b\u1000-\u10ff\u1e00-\u1fff"
    r"\u200c-\u2122\u3000-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff01-\uff9f\ufeff\U0001f300-\U0001faff]+"
)
_FEWEST, _FEWEST_KINDS, _MOST_LEFT = 3, 2, 0.2
#: Where all of a text reads so, fewer are enough.
_FEWEST_OF_ALL = 2
#: Controls, surrogates, and what stands for nothing.
_NO_LETTERS = ("Cc", "Cs", "Co", "Cn")
#: So many letters tell most texts that cannot be read so, before all of it is tried.
_FIRST = 200
_FOREIGN = re.compile(r"[^\x00-\x7f]+")


@dataclass(frozen=True, slots=True)
class Mended:
    """A text, how many letters of it were mended, and how many look garbled and were left."""

    text: str
    places: int = 0
    left: int = 0


class _Wrong:
    """An encoding that UTF-8 was taken for: what its letters look like there.

    One of them alone is enough, unless that may be right in a language that is written `in_cyrillic`: then two in a
    row are, or one in a word of Latin letters, or a quotation mark or dash.
    """

    def __init__(self, encoding: str, *, in_cyrillic: bool = False) -> None:
        # The bytes that it leaves open are control characters, as in browsers. Latin 1 has nothing but those there.
        self.bytes = {chr(byte): byte for byte in range(0x80, 0xA0)}
        self.bytes |= {bytes([byte]).decode(encoding, "ignore") or chr(byte): byte for byte in range(0x80, 0x100)}
        following = self._letters(0x80, 0xBF)
        #: The first letter of each run: what a text has none of, nothing need be looked for in.
        self.first = [letter for letter, byte in self.bytes.items() if 0xC2 <= byte <= 0xF4]
        self._following, self._patterns = following, dict[str, re.Pattern[str]]()
        two, three = f"{self._letters(0xC2, 0xDF)}{following}", f"{self._letters(0xE0, 0xEF)}{following}{{2}}"
        one = f"(?:{two}|{three}|{self._letters(0xF0, 0xF4)}{following}{{3}})"
        mark = "вЂ" + following
        # In Russian, one such letter alone may be right: the end of «СССР» is that of an л. Two in a row are not.
        in_a_row = f"{one}{{2,}}|{mark}" if in_cyrillic else f"{one}+"
        self.in_a_row = re.compile(in_a_row)
        self.in_latin = re.compile(f"{in_a_row}|(?<=[A-Za-z]){one}|{one}(?=[A-Za-z])") if in_cyrillic else None
        #: Words of one letter, and dashes: what is only garbled where the words around it are.
        self.alone = re.compile(rf"(?<!\w){two}(?!\w)|{three}")
        own = {ord(letter): byte for letter, byte in self.bytes.items()}
        self._as_latin_1 = {code: own.get(code, 0xFFFF) for code in range(0x80, 0x100)} | own

    def _letters(self, first: int, last: int) -> str:
        """A pattern for all that has a byte in a range."""
        return "[" + re.escape("".join(letter for letter, byte in self.bytes.items() if first <= byte <= last)) + "]"

    def suspicious(self, text: str) -> int:
        """How many places of a text can be a part of such letters."""
        return sum(len(self._beginning_with(letter).findall(text)) for letter in self.first if letter in text)

    def _beginning_with(self, letter: str) -> re.Pattern[str]:
        """A pattern for such places, made when the first text asks: there are a hundred, and few are asked for."""
        if letter not in self._patterns:
            self._patterns[letter] = re.compile(re.escape(letter) + self._following)
        return self._patterns[letter]

    def read_again(self, run: str) -> str:
        """A run of letters as the UTF-8 that its bytes are, or nothing."""
        try:
            right = bytes(self.bytes[letter] for letter in run).decode("utf-8")
        except UnicodeDecodeError:
            return ""
        return right if _PLAUSIBLE.fullmatch(right) else ""

    def all_again(self, text: str, dense: str) -> str:
        """A text as the UTF-8 that all of it is, or nothing; `dense` is tried first."""
        try:
            codecs.getincrementaldecoder("utf-8")().decode(self._raw(dense[:_FIRST]))
            return self._raw(text).decode("utf-8")
        except UnicodeError:
            return ""

    def _raw(self, text: str) -> bytes:
        """The bytes of a text in this encoding. Raises UnicodeEncodeError where it has not all its letters."""
        return text.translate(self._as_latin_1).encode("latin-1")


_WRONG = (_Wrong("cp1252"), _Wrong("cp1251", in_cyrillic=True))


def mend(text: str) -> Mended:
    """Put right what was UTF-8 and was read as a Windows code page, if that is sure.

    Takes time by the text's length.
    """
    dense = _side_by_side(text)
    left = 0
    for wrong in _WRONG if dense else ():
        if right := _whole(text, dense, wrong):
            return right
        if pieces := wrong.suspicious(dense):
            mended = _mended(text, dense, wrong, pieces)
            if mended.places:
                return mended
            left += mended.left
    return Mended(text, left=left)


def _whole(text: str, dense: str, wrong: _Wrong) -> Mended | None:
    """A text mended, where all of it is UTF-8 that was read in one wrong encoding."""
    right = wrong.all_again(text, dense)
    letters = "".join(_FOREIGN.findall(right))
    kinds = set(letters)
    if len(kinds) < _FEWEST_OF_ALL or any(unicodedata.category(letter) in _NO_LETTERS for letter in kinds):
        return None
    return Mended(right, len(letters))


def _side_by_side(text: str) -> str:
    """The letters beyond ASCII that do not stand alone, as those of garbled text never do; most texts have few."""
    runs = text.encode("utf-8", "replace").translate(_ONLY_FOREIGN).split() if not text.isascii() else []
    return b" ".join(run for run in runs if len(run) > 3).decode("utf-8")


def _mended(text: str, dense: str, wrong: _Wrong, pieces: int) -> Mended:
    """The same for one encoding; `pieces` is the number of places that can be a part of such letters.

    They are looked for in `dense`, which has all of them and is much shorter than most texts, unless what is beside
    them says more.
    """
    is_latin = 2 * len(dense) < len(text)
    run, place = (wrong.in_latin, text) if wrong.in_latin and is_latin else (wrong.in_a_row, dense)
    found = run.findall(place)
    runs = {one: wrong.read_again(one) for one in set(found)}
    good = {one: right for one, right in runs.items() if right}
    places = sum(one in good for one in found)
    letters = sum(len(good.get(one, "")) for one in found)
    if places < _FEWEST or len(set(good.values())) < _FEWEST_KINDS:
        return Mended(text, left=letters)
    mended = run.sub(lambda one: good.get(one[0], one[0]), text)
    alone = [one for one in wrong.alone.findall(mended) if wrong.read_again(one)]
    mended = wrong.alone.sub(lambda one: wrong.read_again(one[0]) or one[0], mended)
    if wrong.suspicious(mended) > _MOST_LEFT * pieces:
        return Mended(text, left=letters)
    return Mended(mended, letters + len(alone))
