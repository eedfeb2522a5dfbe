"""Text that was UTF-8 and was read as a Windows code page before it was saved: `cafÃ©`, `donâ€™t`, `РњРёСЂ`.

Such letters give themselves away: put back into bytes they are valid UTF-8 again, which real words next to never
are (Á followed by » in capitals is one of the exceptions). So they are mended where there are several, of
different kinds, and nearly all that could be such letters are; fewer of them are only counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Each byte of ASCII as a space, the others as they are.
_ONLY_FOREIGN = bytes(byte if byte > 0x7F else 0x20 for byte in range(256))
#: Letters and signs of living scripts; what lies between them (phonetic letters, accents alone) comes of chance.
_PLAUSIBLE = re.compile(
    r"[\xa0-\u024f\u0386-\u0556\u0561-\u0587\u05d0-\u05ea\u0620-\u064a\u10a0-\u10ff\u2010-\u2122\u3040-\u9fff\uac00-\ud7a3\ufeff]+"
)
_FEWEST, _FEWEST_KINDS, _MOST_LEFT = 3, 2, 0.2


@dataclass(frozen=True, slots=True)
class Mended:
    """A text, how many places of it were mended, and how many look garbled and were left."""

    text: str
    places: int = 0
    left: int = 0


class _Wrong:
    """An encoding that UTF-8 was taken for: what its letters look like there, `shortest` or more in a row."""

    def __init__(self, encoding: str, shortest: int) -> None:
        # The bytes that it leaves open are control characters, as in browsers. Latin 1 has nothing but those there.
        self.bytes = {chr(byte): byte for byte in range(0x80, 0xA0)}
        self.bytes |= {bytes([byte]).decode(encoding, "ignore") or chr(byte): byte for byte in range(0x80, 0x100)}
        following = self._letters(0x80, 0xBF)
        #: The first letter of each run: what a text has none of, nothing need be looked for in.
        self.first = [letter for letter, byte in self.bytes.items() if 0xC2 <= byte <= 0xF4]
        self._following, self._patterns = following, dict[str, re.Pattern[str]]()
        two, three = f"{self._letters(0xC2, 0xDF)}{following}", f"{self._letters(0xE0, 0xEF)}{following}{{2}}"
        self.run = re.compile(f"(?:{two}|{three}|{self._letters(0xF0, 0xF4)}{following}{{3}}){{{shortest},}}")
        #: Words of one letter, and dashes: what is only garbled where the words around it are.
        self.alone = re.compile(rf"(?<!\w){two}(?!\w)|{three}")

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


#: In Russian, one such letter alone may be right: the end of «СССР» is that of an л. Two in a row are not.
_WRONG = (_Wrong("cp1252", 1), _Wrong("cp1251", 2))


def mend(text: str) -> Mended:
    """Put right what was UTF-8 and was read as a Windows code page, if that is sure.

    Takes time by the text's length.
    """
    dense = _side_by_side(text)
    left = 0
    for wrong in _WRONG if dense else ():
        if pieces := wrong.suspicious(dense):
            mended = _mended(text, dense, wrong, pieces)
            if mended.places:
                return mended
            left += mended.left
    return Mended(text, left=left)


def _side_by_side(text: str) -> str:
    """The letters beyond ASCII that do not stand alone, as those of garbled text never do; most texts have few."""
    runs = text.encode("utf-8", "replace").translate(_ONLY_FOREIGN).split() if not text.isascii() else []
    return b" ".join(run for run in runs if len(run) > 3).decode("utf-8")


def _mended(text: str, dense: str, wrong: _Wrong, pieces: int) -> Mended:
    """The same for one encoding; `pieces` is the number of places that can be a part of such letters.

    They are looked for in `dense`, which has all of them and is much shorter than the text.
    """
    found = wrong.run.findall(dense)
    runs = {run: wrong.read_again(run) for run in set(found)}
    good = {run: right for run, right in runs.items() if right}
    places = sum(run in good for run in found)
    if places < _FEWEST or len(set(good.values())) < _FEWEST_KINDS:
        return Mended(text, left=places)
    mended = wrong.run.sub(lambda run: good.get(run[0], run[0]), text)
    alone = [one for one in wrong.alone.findall(mended) if wrong.read_again(one)]
    mended = wrong.alone.sub(lambda one: wrong.read_again(one[0]) or one[0], mended)
    if wrong.suspicious(mended) > _MOST_LEFT * pieces:
        return Mended(text, left=places)
    return Mended(mended, places + len(alone))
