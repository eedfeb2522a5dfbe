"""Bytes -> text, and text -> the text that is kept: cleaned once, at load, and never again.

What is taken out never belonged to the article's words: byte order marks, NUL and other control characters,
soft hyphens, zero-width and direction marks. Everything else stays as it was written.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, replace

from kb_search.errors import DocumentError
from kb_search.loaders.charset import guess
from kb_search.loaders.mojibake import mend
from kb_search.loaders.unmarked import by_characters, by_escapes, by_zeros

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: A text with a larger share of control characters is none; a few may always be there. Random bytes have
#: 10 %, text next to nothing.
_MOST_CONTROLS = 0.03
_CONTROL_BYTES = bytes(byte for byte in range(32) if byte not in b"\t\n\v\f\r\x1b")
_FEWEST_CONTROLS = 8
_HEAD = 4096
#: So many letters beyond ASCII must be right for each that is broken; fewer where the text says that it is UTF-8.
_FEWEST_WHOLE, _FEWEST_WHOLE_DECLARED = 10, 1
#: So many of them make it sure that lines are UTF-8: in an old encoding hardly a line looks like it.
_FEWEST_IN_TWO = 20
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
#: Names of encodings that pages and mail use and Python does not know, or that mean more than they say to browsers
#: (WHATWG Encoding): what is declared as one of these is mostly written in the larger one.
_MEANT = {
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "gb-2312-80": "gb18030", "euc-kr": "cp949",
    "windows-949": "cp949", "shift-jis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932", "x-euc-jp": "euc_jp",
    "x-x-big5": "big5", "cn-big5": "big5", "windows-874": "cp874", "dos-874": "cp874", "tis-620": "cp874",
    "iso8859-11": "cp874", "x-mac-cyrillic": "mac_cyrillic", "koi": "koi8_r", "koi8": "koi8_r", "dos-866": "cp866",
    "iso-8859-8-i": "iso8859_8", "x-mac-roman": "mac_roman", "unicode-1-1-utf-8": "utf-8",
    "ascii": "cp1252", "iso8859-1": "cp1252",
}  # fmt: skip
#: Encodings that Python knows and no article is written in.
_NOT_FOR_PAGES = {"idna", "punycode", "utf-7", "unicode-escape", "raw-unicode-escape"}
_SIGNATURES = (
    (b"%PDF-", "a PDF"), (b"PK\x03\x04", "a ZIP archive or an office document"), (b"\x1f\x8b", "a gzip archive"),
    (b"\x89PNG", "an image"), (b"\xff\xd8\xff", "an image"), (b"GIF8", "an image"), (b"{\\rtf", "an RTF document"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
)  # fmt: skip

_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028]")
_WASTE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064"
    r"\u2066-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
#: The zero-width joiners stay where they are letters' business (Persian, Indic scripts, emoji).
_JOINED = "\u0600-\u109f\u1780-\u18af\ufb50-\ufdff\ufe0f\ufe70-\ufefc\u2600-\u27bf\U0001f000-\U0001faff"
_STRAY_JOINER = re.compile(rf"(?<![{_JOINED}])[\u200c\u200d]+|[\u200c\u200d]+(?![{_JOINED}\u200c\u200d])")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
#: All that the patterns above look for. Most texts have none of it, and five passes cost five times one.
_SUSPECT = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff"
    r"\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
#: More white space in a row than any layout needs; what goes beyond only makes a passage unwieldy.
_HOLE = re.compile(r"(\s{200})\s+")
_MARKS = re.compile(r"[^\x00-\u02ff\u2010-\u2027][^\w\s\x00-\x7f]{30,}")
#: As many marks on one letter as Unicode's Stream-Safe Text Format allows (UAX 15). More of them make
#: normalizing quadratic: 32,000 take more than a second.
_MOST_MARKS = 30


@dataclass(frozen=True, slots=True)
class Decoded:
    r"""Text, the encoding that it was read with, whether that had to be guessed, and how sure the guess is (0 to 1).

    `mended` counts the places that had been garbled before the file was saved (`cafÃ©`) and were put right,
    `garbled` those that look so and were left; `broken` the places that no encoding explains, which became `\ufffd`;
    `controls` the control characters, which `clean` drops. `lost` is the encoding that was declared and is not the one
    the text was read with, and `why`.
    """

    text: str
    encoding: str
    guessed: bool = False
    confidence: float = 1.0
    mended: int = 0
    garbled: int = 0
    broken: int = 0
    controls: int = 0
    lost: str = ""
    why: str = ""


def decode(raw: bytes, name: str, declared: str = "") -> Decoded:
    """Text from bytes: by its byte order mark, as UTF-8, as it declares, or in the likeliest encoding.

    UTF-8 goes before what is declared, because text in another encoding is hardly ever valid UTF-8, and
    wrong declarations are frequent; pure ASCII bytes can be an encoding with escapes (ISO 2022). A
    declaration is not believed where the text does not read like any language with it and does with another.
    `name` is the file as messages call it, `declared` what an HTML or XML head or a mail says. Raises DocumentError
    where the bytes are no text.
    """
    decoded = _decoded(raw, name, declared)
    right = mend(decoded.text)
    why = "" if raw.isascii() else _against(declared, decoded)
    lost = declared.strip() if why else ""
    return replace(decoded, text=right.text, mended=right.places, garbled=right.left, lost=lost, why=why)


def _against(declared: str, decoded: Decoded) -> str:
    """Why text was not read in the encoding that is declared; nothing if it was, or none is."""
    known = _known(declared)
    if not declared.strip() or known == decoded.encoding:
        return ""
    if not known:
        return "no encoding that text can be read in here"
    return "the bytes are those of another" if decoded.encoding.startswith("utf") else "the text reads better otherwise"


def _decoded(raw: bytes, name: str, declared: str) -> Decoded:
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            return _replacing(raw[len(bom) :], encoding)
    said = _known(declared)
    if escaped := by_escapes(raw):
        return Decoded(raw.decode(escaped), escaped, guessed=escaped != said)
    if unmarked := by_zeros(raw) or (_is_no_text(raw) and by_characters(raw)):
        return replace(_replacing(raw, unmarked), guessed=True)
    controls = _refuse_binary(raw, name)
    for encoding in filter(None, (said if raw.isascii() else "", "utf-8")):
        with suppress(UnicodeDecodeError):
            return Decoded(raw.decode(encoding), encoding, controls=controls)
    return replace(_broken_utf8(raw, said) or _in_two(raw) or _in_old_encoding(raw, said), controls=controls)


def _replacing(raw: bytes, encoding: str) -> Decoded:
    """Text in an encoding that is known, with a sign for each place that is broken, and how many there are."""
    text = raw.decode(encoding, "replace")
    whole = "\ufffd".encode(encoding)
    broken = text.count("\ufffd") - (raw.count(whole) if "\ufffd" in text else 0)
    return Decoded(text, encoding, broken=broken, controls=len(_CONTROLS.findall(text)))


def _broken_utf8(raw: bytes, said: str) -> Decoded | None:
    """The text, where it is UTF-8 but for a few bytes (cut off in a letter, pasted together)."""
    found = _replacing(raw, "utf-8")
    whole = len(_FOREIGN.findall(found.text)) - found.broken
    if whole < (_FEWEST_WHOLE_DECLARED if said == "utf-8" else _FEWEST_WHOLE) * found.broken:
        return None
    return found


def _in_two(raw: bytes) -> Decoded | None:
    """The text, where whole lines are UTF-8 and others in an old encoding, as in files that were put together."""
    lines = raw.splitlines(keepends=True)
    whole = {number: text for number, line in enumerate(lines) if (text := _as_utf8(line)) is not None}
    if len(_FOREIGN.findall("".join(whole.values()))) < _FEWEST_IN_TWO:
        return None
    best = guess(b"".join(line for number, line in enumerate(lines) if number not in whole))
    text = "".join(whole.get(number) or line.decode(best.encoding, "replace") for number, line in enumerate(lines))
    return Decoded(text, f"utf-8 and {best.encoding}", guessed=True, confidence=best.confidence)


def _as_utf8(line: bytes) -> str | None:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _in_old_encoding(raw: bytes, said: str) -> Decoded:
    best = guess(raw, said)
    text = raw.decode(best.encoding, "replace")
    is_guess = best.encoding != said
    confidence = best.confidence if is_guess else 1.0
    return Decoded(text, best.encoding, guessed=is_guess, confidence=confidence, broken=text.count("\ufffd"))


def clean(text: str) -> str:
    """The text that is kept: `scrub`bed, without white space at line ends and around the whole."""
    text = scrub(text)
    if " \n" in text or "\t\n" in text or "\xa0\n" in text:
        text = "\n".join(line.rstrip() for line in text.split("\n"))
    text = text.strip()
    return _HOLE.sub(r"\1", text) if " " * 200 in text or "\n" * 200 in text else text


def scrub(text: str) -> str:
    """Text in Unicode's composed form (NFC) with plain line ends and without invisible characters."""
    # None of it can be printed, which is known sooner of most texts.
    if not text.replace("\n", "").isprintable() and _SUSPECT.search(text):
        text = _WASTE.sub("", _LINE_ENDS.sub("\n", text).replace("\u2029", "\n\n"))
        text = _STRAY_JOINER.sub("", _SURROGATE.sub("\ufffd", text))
    return text if text.isascii() else unicodedata.normalize("NFC", _MARKS.sub(_fewer_marks, text))


def one_line(text: str, most: int) -> str:
    """Clean text on one line, shortened to `most` characters: for titles, names and other fields."""
    return shorten(" ".join(clean(text).split()), most)


def shorten(text: str, most: int) -> str:
    """Text of at most `most` characters, cut behind a whole word where there is one, with `…` at the cut."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > most // 2 else cut).rstrip(" ,;:–—-") + "…"


def _refuse_binary(raw: bytes, name: str) -> int:
    """The number of control characters in a text; DocumentError where there are too many for one."""
    for signature, kind in _SIGNATURES:
        if raw.startswith(signature):
            raise DocumentError(f"{name} is {kind}, whatever its name says; save it as text.")
    controls = _controls(raw)
    if controls > max(_FEWEST_CONTROLS, _MOST_CONTROLS * len(raw)):
        raise DocumentError(f"{name} is not text: {controls:,} of its {len(raw):,} bytes are control characters.")
    return controls


def _is_no_text(raw: bytes) -> bool:
    """Whether the first bytes are no UTF-8, or would have control characters in it."""
    head = raw[:_HEAD]
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return True
    return _controls(head) > _MOST_CONTROLS * len(head)


def _controls(raw: bytes) -> int:
    return len(raw) - len(raw.translate(None, _CONTROL_BYTES))


def _known(declared: str) -> str:
    """Python's name for a declared encoding that can be the right one, or nothing.

    As browsers do (WHATWG Encoding): Latin 1 means code page 1252, and a declaration that could be read is
    not in UTF-16.
    """
    try:
        name = codecs.lookup(_meant(declared)).name
        name = codecs.lookup(_meant(name)).name
        "".encode(name)
    except (LookupError, ValueError):
        return ""
    return "" if name.replace("_", "-") in _NOT_FOR_PAGES or name.startswith(("utf-16", "utf-32")) else name


def _meant(declared: str) -> str:
    name = declared.strip().lower().replace("_", "-")
    name = re.sub(r"^(?:x-)?(?:cp-?|win(?:dows)?-)?(12\d\d)$", r"cp\1", name)
    return _MEANT.get(name, name)


def _fewer_marks(run: re.Match[str]) -> str:
    kept, marks = [], 0
    for letter in run[0]:
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks <= _MOST_MARKS:
            kept.append(letter)
    return "".join(kept)
