"""UTF-16 and UTF-32 whose byte order mark is missing, and encodings that announce their letters with escapes.

None of them looks like text, byte by byte, and each gives itself away: zeros stand in regular places, or the bytes,
taken by twos, are nearly all characters of East Asia, and frequent ones.
"""

from __future__ import annotations

import re
from contextlib import suppress

from kb_search.loaders.eastasian import chance, is_wide

_HEAD = 4096
#: What no text has in it. A few may be in any.
_WASTE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufff9-\ufffb\ufffd-\uffff\ud800-\udfff\ue000-\uf8ff]")
_MOST_WASTE = 0.03
#: Signs that East Asian text shares with others.
_SHARED = re.compile(r"[\x00-\x7f\xa0-\xff\u2010-\u203f\u2460-\u24ff\u3000\ufeff]")
#: So many characters of East Asia, and so likely ones on average, are no accident: real text is at -4 to -6.7, with
#: its bytes in the other order it has much else.
_FEWEST_WIDE, _LIKELY = 5, -7.5
#: ISO 2022: what begins a character set of Japanese or Korean, and the encodings in which it is read.
_ESCAPE = re.compile(rb"\x1b\$(?:[@AB]|\([CDOPQ]|\)C)")
_WITH_ESCAPES = ("iso2022_jp", "iso2022_jp_ext", "iso2022_jp_2", "iso2022_kr")


def by_zeros(raw: bytes) -> str:
    """`utf-32-…` or `utf-16-…` where the zeros of bytes show it, with the byte order, or nothing."""
    head = raw[:_HEAD]
    return (_utf32(head) or _utf16(head)) if 0 in head else ""


def by_characters(raw: bytes) -> str:
    """`utf-16-…` where bytes that are no UTF-8 are of one alphabet, or of East Asia, in it; or nothing."""
    head = raw[: min(_HEAD, len(raw) // 2 * 2)]
    if (encoding := _utf16(head)) and not any(map(is_wide, head.decode(encoding, "replace").replace("\ufffd", ""))):
        return encoding
    likeliest, encoding = max((_as_east_asian(head.decode(one, "replace")), one) for one in ("utf-16-le", "utf-16-be"))
    return encoding if likeliest >= _LIKELY else ""


def by_escapes(raw: bytes) -> str:
    """The encoding with escapes (ISO 2022) that bytes are in, or nothing. They cannot be taken for anything else."""
    if not raw.isascii() or 0x1B not in raw or not _ESCAPE.search(raw):
        return ""
    for encoding in _WITH_ESCAPES:
        with suppress(UnicodeDecodeError):
            if not raw.decode(encoding).isascii():
                return encoding
    return ""


def _utf32(head: bytes) -> str:
    """The byte order of UTF-32, or nothing. Hardly anything else can be decoded as it."""
    for encoding, highest in (("utf-32-le", head[3::4]), ("utf-32-be", head[::4])):
        if not any(highest):
            with suppress(UnicodeDecodeError):
                text = head[: len(head) // 4 * 4].decode(encoding)
                return encoding if sum(map(str.isalpha, text)) > 1 and not _WASTE.search(text) else ""
    return ""


def _utf16(head: bytes) -> str:
    """The byte order of UTF-16 in a script that is an alphabet, or nothing.

    Of each two bytes one says the alphabet, of which a text has few, and is 0 for its spaces.
    """
    even, odd = len(set(head[::2])), len(set(head[1::2]))
    if 3 * min(even, odd) > max(even, odd):
        return ""
    encoding = "utf-16-le" if odd < even else "utf-16-be"
    text = head.decode(encoding, "replace")
    # Two letters at least: a byte or two of nothing can be read in any way.
    written = sum(map(str.isalpha, text)) > 1
    return encoding if written and len(_WASTE.findall(text)) <= max(1, _MOST_WASTE * len(text)) else ""


def _as_east_asian(text: str) -> float:
    """The mean log probability of a text's East Asian characters; minus infinity where it has much else."""
    wide = [letter for letter in text if is_wide(letter) and letter != "\ufffd"]
    waste = len(_WASTE.findall(text))
    others = len(text) - len(wide) - len(_SHARED.findall(text)) + waste
    if len(wide) < _FEWEST_WIDE or others > max(1, _MOST_WASTE * len(text)):
        return float("-inf")
    return sum(map(chance, wide)) / len(wide)
