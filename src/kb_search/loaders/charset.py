"""Which encoding a text without any mark was written in: the one in which it reads most like a language.

Each encoding is tried on a sample, and `plausible` judges what comes out. Only what is not ASCII says anything. An
encoding that is seldom met must read clearly better than a common one. Left to itself, charset-normalizer takes short
Turkish text for Romanian and Czech (`görüţmek`), short Russian text for DOS code page 1125 and English with curly
quotes for Icelandic on a Macintosh; it is asked where none of the encodings reads well, and its answers are judged in
the same way.
"""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from charset_normalizer import from_bytes

from kb_search.loaders import armscii  # noqa: F401 - it makes an encoding known
from kb_search.loaders.plausible import score

#: The encodings of the world's papers and pages; of two that give the same text the earlier one is named.
_LIKELY = (
    "cp1252", "cp1251", "cp1254", "cp1250", "iso8859_2", "koi8_r", "koi8_u", "iso8859_15", "iso8859_5", "cp866",
    "cp1253", "iso8859_7", "cp1257", "cp1255", "cp1256", "iso8859_6", "cp874", "gb18030", "big5",
    "shift_jis", "euc_jp", "euc_kr",
)  # fmt: skip
#: Those of old systems, and of few.
_RARE = (
    "mac_cyrillic", "mac_roman", "cp850", "cp852", "cp437", "cp857", "armscii_8", "mac_turkish", "cp737", "mac_greek",
    "cp862", "iso8859_16", "mac_latin2", "cp855", "cp775", "iso8859_13", "cp1258",
)  # fmt: skip
#: How much less likely each encoding is than the one before it, a rare one, and one that neither list has.
_STEP, _SELDOM, _UNHEARD_OF = 0.25, 4.5, 12.0
_PENALTIES = {one: place * _STEP for place, one in enumerate(_LIKELY)} | {
    one: _SELDOM + place * _STEP for place, one in enumerate(_RARE)
}
#: So many bytes of words that say something; five times as many were no better on pages written in old encodings.
_SAMPLE = 4000
#: A text in its own encoding is at -1 to -3.5 for each byte, in a wrong one mostly below -5.
_READS_WELL = -4.7
#: One byte of so many may be none of the encoding, since files get damaged: one in all, and a few if it is declared.
_MOST_BROKEN, _FEW = 50, 20
#: Another encoding must be as sure as this against the one that is declared, and read so much better for each byte.
#: Right declarations are at most 0.3 behind, and wrong ones mostly 0.4 and more; but that of cp1252 is what programs
#: write for want of a better one, and says little.
_SURE, _MUCH_BETTER, _SAYS_LITTLE = 0.95, 0.4, "cp1252"
_TWICE = math.log(0.01)
#: More letters make nothing surer, and so many letters are as good as one that stands for itself: they come in words.
_MOST_COUNTED, _ALIKE = 100, 3
_FOREIGN = re.compile(r"[^\x00-\x7f]")
#: What lies between spaces and the marks of pages, which are no part of a letter in any encoding of several bytes.
_WORD = re.compile(rb"[^\x00-\x20\"&/;<=>]+")
_STOPS = b",.:!?'()-"


@dataclass(frozen=True, slots=True)
class Guess:
    """An encoding by Python's name, and how sure it is, from 0 to 1, against the next that gives another text."""

    encoding: str
    confidence: float


def guess(raw: bytes, declared: str = "") -> Guess:
    """The encoding in which bytes, which are no valid UTF-8, read most like a language.

    That which is `declared` (by Python's name; nothing where it cannot be) is given unless another is surer.
    """
    sample = _sample(raw)
    judged = _judge(sample, (*_LIKELY, *_RARE))
    if not judged or judged[0].plain < _READS_WELL:
        more = [match.encoding for match in from_bytes(sample)]
        judged = _best_first([*judged, *_judge(sample, (one for one in more if one not in _PENALTIES))])
    said = next(iter(_judge(sample, [declared], _FEW)), None) if declared else None
    if said is not None and (not judged or _is_believed(said, judged[0])):
        return Guess(declared, 1.0)
    if not judged:
        return Guess("cp1252", 0.0)
    reads_well = judged[0].plain >= _READS_WELL
    return Guess(judged[0].encoding, _sureness(judged[0], judged[1:]) if reads_well else 0.0)


@dataclass(frozen=True, slots=True)
class _Judged:
    """How well a sample reads in an encoding, for each byte beyond ASCII: the higher, the better.

    `score` counts how seldom the encoding is met, `plain` does not.
    """

    score: float
    plain: float
    text: str
    encoding: str


def _is_believed(said: _Judged, best: _Judged) -> bool:
    """Whether the encoding that is declared is taken, although another may read better."""
    reads_as_well = said.plain >= _READS_WELL and best.score - said.plain < _MUCH_BETTER
    is_meant = reads_as_well and said.encoding != _SAYS_LITTLE
    return is_meant or said.text == best.text or _sureness(best, [replace(said, score=said.plain)]) < _SURE


def _sureness(best: _Judged, others: Iterable[_Judged]) -> float:
    """How sure it is, from 0 to 1, that one encoding is right and not the first of the others with another text."""
    margin = next((best.score - other.score for other in others if other.text != best.text), math.inf)
    foreign = len(_FOREIGN.findall(best.text))
    return round(1 - math.exp(-max(margin, 0.0) * min(foreign, _MOST_COUNTED) / _ALIKE), 2) if foreign else 0.0


def _best_first(judged: Iterable[_Judged]) -> list[_Judged]:
    return sorted(judged, key=lambda one: -one.score)


def _sample(raw: bytes) -> bytes:
    """The words of a text that say something, each once: a name that is repeated proves no more than one that is not.

    A word that must be cut is the last, so that no letter of several bytes is cut before the end.
    """
    words: dict[bytes, bytes] = {}
    size = 0
    for line in raw.splitlines():
        if line.isascii():
            continue
        for found in _WORD.finditer(line):
            bare = found[0].strip(_STOPS)
            if bare.isascii() or bare in words:
                continue
            words[bare] = found[0][: 2 * _SAMPLE]
            size += len(found[0])
            if size >= _SAMPLE:
                return b" ".join(words.values())
    return b" ".join(words.values())


def _judge(sample: bytes, encodings: Iterable[str], most_broken: int = 1) -> list[_Judged]:
    """What the sample says in each encoding that can decode it but for so many places, best first."""
    judged = []
    foreign = sum(byte > 127 for byte in sample) or 1
    for encoding in encodings:
        try:
            text = _read(sample, encoding, min(most_broken, foreign // _MOST_BROKEN))
        except (UnicodeDecodeError, LookupError):
            continue
        # Only this one has the marks of ASCII a second time, and then what stands for them is no letter of another.
        twice = (foreign - len(_FOREIGN.findall(text))) * _TWICE if encoding == "armscii_8" else 0.0
        plain = (score(text) + twice) / foreign
        judged.append(_Judged(plain - _PENALTIES.get(encoding, _UNHEARD_OF) / foreign, plain, text, encoding))
    return _best_first(judged)


def _read(sample: bytes, encoding: str, most: int) -> str:
    """A sample in an encoding, with at most so many places that are broken; one more where it ends within a letter."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        return decoder.decode(sample) + ("\ufffd" if decoder.getstate()[0] else "")
    except UnicodeDecodeError:
        text = sample.decode(encoding, "replace")
        if text.count("\ufffd") > most:
            raise
        return text
