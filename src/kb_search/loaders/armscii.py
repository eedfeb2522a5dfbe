"""ARMSCII-8 (AST 34.002), the encoding of Armenian texts before Unicode, which Python does not know.

Importing this makes it known as `armscii_8`. Its letters stand in pairs, a capital and its small letter.
"""

from __future__ import annotations

import codecs

_SIGNS = "\xa0֎և։)(»«—.՝,-֊…՜՛՞"
_CAPITALS = "ԱԲԳԴԵԶԷԸԹԺԻԼԽԾԿՀՁՂՃՄՅՆՇՈՉՊՋՌՍՎՏՐՑՒՓՔՕՖ"
#: Between small letters and capitals in Unicode.
_SMALL = ord("ա") - ord("Ա")
#: What each byte stands for; U+FFFE, which is no character, where it stands for nothing.
_TABLE = (
    "".join(map(chr, range(0xA0))) + _SIGNS + "".join(one + chr(ord(one) + _SMALL) for one in _CAPITALS) + "՚\ufffe"
)
_CODES = {ord(letter): byte for byte, letter in reversed(list(enumerate(_TABLE[:-1])))}


class _Incremental(codecs.IncrementalDecoder):
    """Reads the encoding piece by piece; no letter has more than one byte."""

    def decode(self, input: bytes, final: bool = False) -> str:  # type: ignore[override]  # noqa: A002, ARG002, FBT001, FBT002 - as in `codecs`
        return codecs.charmap_decode(input, self.errors, _TABLE)[0]


def _encode(text: str, errors: str = "strict") -> tuple[bytes, int]:
    return codecs.charmap_encode(text, errors, _CODES)


def _decode(raw: bytes, errors: str = "strict") -> tuple[str, int]:
    return codecs.charmap_decode(raw, errors, _TABLE)


def _find(name: str) -> codecs.CodecInfo | None:
    if name.replace("-", "_") not in ("armscii_8", "armscii8"):
        return None
    return codecs.CodecInfo(_encode, _decode, incrementaldecoder=_Incremental, name="armscii_8")  # type: ignore[arg-type]


codecs.register(_find)
