"""Which encoding a text without any mark was written in: the one in which it reads most like a language.

Each likely encoding is tried on a sample, and what comes out is judged by its letters: a letter that is frequent
in a language counts much, one that the language has not counts against it, and so do signs in the middle of
words, capitals behind small letters and words of two scripts. Only what is not ASCII says anything. Left to
itself, charset-normalizer takes short Turkish text for Romanian and Czech (`görüţmek`), short Russian text for DOS
code page 1125 and English with curly quotes for Icelandic on a Macintosh; it is asked where no likely encoding
reads well, and its answers are judged in the same way.
"""

from __future__ import annotations

import codecs
import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from charset_normalizer import from_bytes

from kb_search.loaders import armscii  # noqa: F401 - it makes an encoding known

#: Letters beyond ASCII of languages that are found in old encodings, the frequent ones first.
_ALPHABETS = {
    "French": "éàèêçôîùâûœëïü",
    "German": "üäößé",
    "Spanish": "óíáéñúü",
    "Portuguese": "ãçéáóíêõúâàô",
    "Italian": "èàùòéì",
    "Nordic": "åäöøæé",
    "Icelandic": "áíðéúþóöæý",
    "Dutch": "ëéïèöü",
    "Polish": "ęłóążśćńź",
    "Czech": "íáéěřšžčýůúťďňó",
    "Slovak": "áíéčšžýľťúôňäďóŕĺ",
    "Croatian": "čšžćđ",
    "Hungarian": "éáőöíóüúű",
    "Romanian": "ăîâşţșț",
    "Turkish": "ıüşğöçâîû",
    "Baltic": "āēėšīžųūčļįņķģąęõäöü",
    "Estonian": "äõüöšž",
    "Vietnamese": "đươăâêôáàạéèẹíìịóòọúùụýỳ",
    "Russian": "оеаинтсрвлкмдпуяызьбгчйхжшюцщэфъё",
    "Ukrainian": "оаніитврелскдпмузяьбгчйхцїюжєшфщґ",
    "Bulgarian": "аиоентрсвлкдпмзъугбяйчщцжхшюфь",
    "Serbian": "аиоенрстујквдмплзгбчшцжћњљхфђџ",
    "Greek": "αοιετσνηυρπκμλόίςάήέγώύθδχβφξζψώϊ",
    "Armenian": "աեիոնրւտկմսվյլդթհշգպղցքբխզչըէջծձփռժճևօֆ",
    "Hebrew": "יוהלאתברמשנחעדקפםטגכןזצסךףץ",
    "Arabic": "ايلمنوتربدعكةسهقفحجشأصىطخضذئثزغءظإؤآًّپچژگکی",
    "Thai": "านรอกเงมยลวดทสตะปบคหแจพชขใไผโถซธภฉ่้าิีึืุู็์ั",
}
#: The encodings of the world's papers and pages; of two that give the same text the earlier one is named.
_LIKELY = (
    "cp1252", "cp1251", "cp1254", "cp1250", "iso8859_2", "koi8_r", "mac_cyrillic", "koi8_u", "iso8859_5", "cp866",
    "cp1253", "iso8859_7", "cp1257", "cp1255", "cp1256", "iso8859_6", "iso8859_15", "cp874", "gb18030", "big5",
    "shift_jis", "euc_jp", "euc_kr", "armscii_8",
)  # fmt: skip
#: The characters that make up a third of Chinese text, simplified and traditional.
_FREQUENT_HAN = frozenset(
    "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已"
    "這來國個說們為時會過學對裡後麼沒於還發當無開見經頭日月明言語東京者市長前後新聞社会政府部記者者問題本部合同民共和議員選挙"
)
_NEVER = math.log(0.0005)
_RARE_SIGN = math.log(0.01)
_SIGN = math.log(0.2)
_SIGNS = frozenset("“”„‘’‚«»‹›–—…•°§€£©®№×·\xa0\xad¿¡։՝՛՞՜֊，。、「」『』（）：；！？《》")
#: Signs that do not stand between two letters, as an apostrophe, a dash or three points do.
_NOT_WITHIN = _SIGNS - frozenset("’‘–—…·\xa0\xad“”՛՞՜֊")
#: Letters that end a word.
_HEBREW_FINALS = frozenset("ךםןףץ")
#: A capital behind a small letter is hardly ever meant; one behind another capital now and then.
_CAPITAL_INSIDE, _CAPITAL_AGAIN = -4.0, -0.4
#: How much less likely each encoding of the list is than the one before it.
_STEP = 0.25
#: So many bytes of words that say something; five times as many were no better on pages written in old encodings.
_SAMPLE = 4000
#: A text in its own encoding is at -1 to -3.5 for each byte, in a wrong one mostly below -5.
_READS_WELL = -4.5
#: Another encoding must be as sure as this against the one that is declared.
_SURE = 0.95
#: More letters make nothing surer, and so many letters are as good as one that stands for itself: they come in words.
_MOST_COUNTED, _ALIKE = 100, 3
_FOREIGN = re.compile(r"[^\x00-\x7f]")
#: What lies between spaces and the marks that are no part of a letter in any encoding of several bytes.
_WORD = re.compile(rb"[^\x00-\x2f\x3a-\x3f]+")


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
    judged = _judge(sample, _LIKELY)
    if not judged or judged[0].score < _READS_WELL:
        more = [match.encoding for match in from_bytes(sample)]
        judged = _best_first([*judged, *_judge(sample, (one for one in more if one not in _LIKELY))])
    said = next(iter(_judge(sample, [declared])), None) if declared else None
    if not judged or (said is not None and _sureness(judged[0], [said]) < _SURE):
        return Guess("cp1252", 0.0) if said is None else Guess(declared, 1.0)
    return Guess(judged[0].encoding, _sureness(judged[0], judged[1:]))


@dataclass(frozen=True, slots=True)
class _Judged:
    """How well a sample reads in an encoding, for each byte beyond ASCII: the higher, the better."""

    score: float
    text: str
    encoding: str


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
    words: dict[bytes, None] = {}
    size = 0
    for line in raw.splitlines():
        if line.isascii():
            continue
        for found in _WORD.finditer(line):
            if found[0].isascii() or found[0] in words:
                continue
            words[found[0][: 2 * _SAMPLE]] = None
            size += len(found[0])
            if size >= _SAMPLE:
                return b" ".join(words)
    return b" ".join(words)


def _judge(sample: bytes, encodings: Iterable[str]) -> list[_Judged]:
    """What the sample says in each encoding that can decode it, best first."""
    judged = []
    foreign = sum(byte > 127 for byte in sample) or 1
    for place, encoding in enumerate(encodings):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(sample)
        except (UnicodeDecodeError, LookupError):
            continue
        # Only this one has the marks of ASCII a second time, and then what stands for them is no letter of another.
        twice = foreign - len(_FOREIGN.findall(text)) if encoding == "armscii_8" else 0
        judged.append(_Judged((_score(text) + twice * _RARE_SIGN - place * _STEP) / foreign, text, encoding))
    return _best_first(judged)


def _score(text: str) -> float:
    """How much a text reads like a language: the higher, the better."""
    fixed = 0.0
    letters: dict[str, int] = {}
    further, before = " ", " "
    for letter in text:
        if letter > "\x7f":
            if not letter.isalpha() or _is_wide(letter):
                fixed += _sign(letter, before)
            else:
                lower = letter.lower()
                letters[lower] = letters.get(lower, 0) + 1
                if lower != letter and before.isalpha():
                    fixed += _CAPITAL_AGAIN if before.isupper() else _CAPITAL_INSIDE
        if letter.isalpha() and (before > "\x7f" or letter > "\x7f"):
            fixed += _NEVER if _clash(before, letter) or _is_inside(before, further) else 0.0
        further, before = before, letter
    best = max((_as_language(letters, name) for name in _ALPHABETS), default=0.0) if letters else 0.0
    return fixed + best


def _is_inside(sign: str, before: str) -> bool:
    """Whether a letter that follows makes a sign, or the end of a word, stand within a word."""
    return sign in _HEBREW_FINALS or (sign in _NOT_WITHIN and before.isalpha())


def _as_language(letters: dict[str, int], name: str) -> float:
    """The log probability of letters in a language, by rank: the n-th letter is as frequent as 1 / (n + 3)."""
    alphabet = _ALPHABETS[name]
    total = sum(1 / (rank + 3) for rank in range(len(alphabet)))
    chances = {letter: math.log(1 / (rank + 3) / total) for rank, letter in enumerate(alphabet)}
    return sum(count * chances.get(letter, _NEVER) for letter, count in letters.items())


def _sign(letter: str, before: str) -> float:
    """The chance of something beyond ASCII that is no letter of an alphabet."""
    if _is_wide(letter):
        return _wide(letter)
    if letter in _SIGNS:
        return _SIGN
    if unicodedata.category(letter) == "Cc" or before.isalpha():
        return _NEVER
    return _RARE_SIGN


def _is_wide(letter: str) -> bool:
    """Whether it is a letter of East Asia, which takes two bytes or more."""
    return letter >= "\u2e80" and unicodedata.east_asian_width(letter) in "WFH"


def _wide(letter: str) -> float:
    if "\u3040" <= letter <= "\u30fc":
        return -3.5
    if "\uac00" <= letter <= "\ud7a3":
        return -5.5
    if letter in _FREQUENT_HAN:
        return -4.5
    if letter in _SIGNS:
        return -3.0
    return -8.0 if _in_rows(letter, "gb2312", 0xB0, 0xD7) or _in_rows(letter, "big5", 0xA4, 0xC6) else -10.5


def _in_rows(letter: str, standard: str, first: int, last: int) -> bool:
    """Whether a character stands in those rows of a Chinese standard that are for the frequent ones."""
    try:
        return first <= letter.encode(standard)[0] <= last
    except UnicodeEncodeError:
        return False


def _clash(one: str, other: str) -> bool:
    """Whether two letters next to each other are of two alphabets."""
    return one.isalpha() and other.isalpha() and _script(one) != _script(other)


def _script(letter: str) -> str:
    if letter < "\u0250":
        return "Latin"
    if letter < "\u0400":
        return "Greek"
    return "Cyrillic" if letter < "\u0530" else "other"
