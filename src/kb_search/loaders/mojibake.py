"""Text that was UTF-8 and was read as Windows 1252 before it was saved: `cafÃ©`, `donâ€™t`, `ÐœÐ¸Ñ€`.

Such letters give themselves away: put back into bytes they are valid UTF-8 again, which real words next to never
are (Á followed by » in capitals is one of the exceptions). So they are mended where there are several, of
different kinds, and nearly all that could be such letters are; fewer of them are only counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Windows 1252 as browsers read it: the five bytes that it leaves open are control characters.
_BYTES = {bytes([byte]).decode("cp1252", "ignore") or chr(byte): byte for byte in range(0x80, 0x100)}
_NEXT = "[" + re.escape("".join(letter for letter, byte in _BYTES.items() if byte < 0xC0)) + "]"
#: What letters of two to four bytes look like; to look for their first byte alone is five times as fast.
_RUN = re.compile(f"(?:[\xc2-\xdf]{_NEXT}|[\xe0-\xef]{_NEXT}{{2}}|[\xf0-\xf4]{_NEXT}{{3}})+")
#: All that can be a part of such letters.
_SUSPECT = re.compile(f"[\xc2-\xf4]{_NEXT}")
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


def mend(text: str) -> Mended:
    """Put right what was UTF-8 and was read as Windows 1252, if that is sure. Takes time by the text's length."""
    found = _RUN.findall(text) if not text.isascii() else []
    runs = {run: _read_again(run) for run in set(found)}
    good = {run: right for run, right in runs.items() if right}
    if not good:
        return Mended(text)
    places = sum(run in good for run in found)
    pieces = len(_SUSPECT.findall(text))
    mended = _RUN.sub(lambda run: good.get(run[0], run[0]), text)
    if (
        places < _FEWEST
        or len(set(good.values())) < _FEWEST_KINDS
        or len(_SUSPECT.findall(mended)) > _MOST_LEFT * pieces
    ):
        return Mended(text, left=places)
    return Mended(mended, places)


def _read_again(run: str) -> str:
    """A run of letters as the UTF-8 that its bytes are, or nothing."""
    try:
        right = bytes(_BYTES[letter] for letter in run).decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return right if _PLAUSIBLE.fullmatch(right) else ""
