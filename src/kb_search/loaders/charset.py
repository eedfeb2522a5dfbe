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
    "Hebrew": "יוהלאתברמשנחעדקפםטגכןזצסךףץ",
    "Arabic": "ايلمنوتربدعكةسهقفحجشأصىطخضذئثزغءظإؤآًّپچژگکی",
    "Thai": "านรอกเงมยลวดทสตะปบคหแจพชขใไผโถซธภฉ่้าิีึืุู็์ั",
}
#: The encodings of the world's papers and pages; of two that give the same text the earlier one is named.
_LIKELY = (
    "cp1252", "cp1251", "cp1254", "cp1250", "iso8859_2", "koi8_r", "koi8_u", "iso8859_5", "cp866", "mac_cyrillic",
    "cp1253", "iso8859_7", "cp1257", "cp1255", "cp1256", "iso8859_6", "iso8859_15", "cp874", "gb18030", "big5",
    "shift_jis", "euc_jp", "euc_kr",
)  # fmt: skip
#: The characters that make up a third of Chinese text, simplified and traditional.
_FREQUENT_HAN = frozenset(
    "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已"
    "這來國個說們為時會過學對裡後麼沒於還發當無開見經頭日月明言語東京者市長前後新聞社会政府部記者者問題本部合同民共和議員選挙"
)
_NEVER = math.log(0.0005)
_RARE_SIGN = math.log(0.01)
_SIGN = math.log(0.1)
_SIGNS = frozenset("“”„‘’‚«»‹›–—…•°§€£©®№\xa0¿¡，。、「」『』（）：；！？《》")
#: Letters that end a word.
_HEBREW_FINALS = frozenset("ךםןףץ")
#: A capital behind a small letter is hardly ever meant; one behind another capital now and then.
_CAPITAL_INSIDE, _CAPITAL_AGAIN = -4.0, -0.4
#: How much less likely each encoding of the list is than the one before it.
_STEP = 0.25
_SAMPLE = 20_000
_MOST_JUDGED = 4000
#: A text in its own encoding is at -1 to -3.5 for each byte, in a wrong one mostly below -5.
_READS_WELL = -4.5
_FOREIGN = re.compile(r"[^\x00-\x7f]")


@dataclass(frozen=True, slots=True)
class Guess:
    """An encoding by Python's name, and how sure it is, from 0 to 1, against the next that gives another text."""

    encoding: str
    confidence: float


def guess(raw: bytes) -> Guess:
    """The encoding in which bytes, which are no valid UTF-8, read most like a language."""
    sample = _sample(raw)
    judged = _judge(sample, _LIKELY)
    if not judged or judged[0][0] < _READS_WELL:
        more = [match.encoding for match in from_bytes(sample[:_SAMPLE])]
        judged = sorted([*judged, *_judge(sample, (one for one in more if one not in _LIKELY))], key=_rank)
    if not judged:
        return Guess("cp1252", 0.0)
    best, text, encoding = judged[0]
    margin = next((best - score for score, other, _ in judged[1:] if other != text), math.inf)
    foreign = len(_FOREIGN.findall(text[:_MOST_JUDGED]))
    return Guess(encoding, round(1 - math.exp(-margin * min(foreign, 100) / 3), 2) if foreign else 0.0)


def reads_well(raw: bytes, encoding: str) -> bool:
    """Whether bytes read like some language in an encoding (or cannot be read in it at all)."""
    judged = _judge(_sample(raw), [encoding])
    return not judged or judged[0][0] >= _READS_WELL


_Judged = tuple[float, str, str]


def _rank(judged: _Judged) -> float:
    return -judged[0]


def _sample(raw: bytes) -> bytes:
    """The parts of a text that say something: lines with bytes beyond ASCII, up to so many."""
    lines, size = [], 0
    for line in raw.splitlines():
        if not line.isascii():
            lines.append(line[:_MOST_JUDGED])
            size += len(lines[-1])
            if size > _SAMPLE:
                break
    return b"\n".join(lines)


def _judge(sample: bytes, encodings: Iterable[str]) -> list[_Judged]:
    """Score, text and encoding for each that can decode the sample, best first."""
    judged = []
    foreign = sum(byte > 127 for byte in sample) or 1
    for place, encoding in enumerate(encodings):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(sample)
        except (UnicodeDecodeError, LookupError):
            continue
        judged.append(((_score(text) - place * _STEP) / foreign, text, encoding))
    return sorted(judged, key=_rank)


def _score(text: str) -> float:
    """How much a text reads like a language: the higher, the better."""
    fixed = 0.0
    letters: dict[str, int] = {}
    before = " "
    for letter in text:
        if letter > "\x7f":
            if letter.isalpha() and not _is_wide(letter):
                lower = letter.lower()
                letters[lower] = letters.get(lower, 0) + 1
                if lower != letter and before.isalpha():
                    fixed += _CAPITAL_AGAIN if before.isupper() else _CAPITAL_INSIDE
                fixed += _NEVER if _clash(letter, before) or before in _HEBREW_FINALS else 0.0
            else:
                fixed += _sign(letter, before)
        elif letter.isalpha() and (_clash(before, letter) or before in _HEBREW_FINALS):
            fixed += _NEVER
        before = letter
    best = max((_as_language(letters, name) for name in _ALPHABETS), default=0.0) if letters else 0.0
    return fixed + best


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
