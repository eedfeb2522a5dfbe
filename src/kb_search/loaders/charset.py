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
    "Thai": "านรอกเง่มยล้วดทสัิตีะปบคหแจ์พุชูขใไืโึำธณซผ็ศถญภษๆฐฟฉฎฝฬฮฆฏฌฑฒฤ",
}
#: Letters and the marks that words are written with: those of Thai are no letters to Unicode.
_IN_WORDS = frozenset("".join(_ALPHABETS.values()))
#: The encodings of the world's papers and pages; of two that give the same text the earlier one is named.
_LIKELY = (
    "cp1252", "cp1251", "cp1254", "cp1250", "iso8859_2", "koi8_r", "mac_cyrillic", "koi8_u", "iso8859_5", "cp866",
    "cp1253", "iso8859_7", "cp1257", "cp1255", "cp1256", "iso8859_6", "iso8859_15", "cp874", "gb18030", "big5",
    "shift_jis", "euc_jp", "euc_kr", "armscii_8",
)  # fmt: skip
#: The characters that make up half of Chinese text, simplified and traditional, and of what is not kana in Japanese.
_FREQUENT_HAN = frozenset(
    "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已"
    "這來國個說們為時會過學對裡後麼沒於還發當無開見經頭日月明言語東京者市長前後新聞社会政府部記者者問題本部合同民共和議員選挙"
)
#: Those that make up most of the other half in news.
_COMMON_HAN = frozenset(
    "二四五六七八九百千万亿外交总统理政府部长军队停火协议谈判边境难民战争攻击冲突地区首都代表团宣布报道记者新闻安全欧洲美俄罗斯联合组织经济社会关系问题进入持续星期观察员席幕署签双结束员其与从向被将把由此但并及或等因使"
    "所间内名次明今昨早晚夜至近最更第每各全体现实加重意力机动定分高法制工产业市区县省城乡村路车船飞电气水火山海河金银石油价格比较数量表示称认请求支持反反对继续开始决建设计划任务接受提供援助保护措施情况条件权利责任"
    "議協談判邊難戰爭衝區團佈報導記聞歐羅聯組織經濟關係進續觀員簽雙結與從將並間內兩萬億軍隊總統電氣車飛門業產價數對實現動機議決設計劃務供護況條權責"
    "界点两平局势特马朝韩英法德印土亚阿尔克巴拉伊斯兰尼达利加维塔纳卡里根据最後際務省火曜午委発表続監視式席戦定署国境静対応会談終双月意首相党選挙経済銀行警察事故県市町村氏"
)
#: The syllables that make up most of Korean text.
_FREQUENT_HANGUL = frozenset(
    "이다는의에을하가고지한사로기은를도인어대시정자서과있리원나그부수보일제해전상공아들것등주장국만생구조관경여동선신업회라게되으면성무년위적스마오거세말간연내비화모유심안분소우개중실교행문진입방계산운용통점단"
    "물습니까저했었였데며려야없않던르외월발표협력군민당총의와터미북남영러후당방난명반체참결결과합담"
)
_NEVER, _BROKEN = math.log(0.0005), math.log(0.0000005)
_RARE_SIGN = math.log(0.01)
_SIGN = math.log(0.2)
_SIGNS = frozenset("“”„‘’‚«»‹›–—…•°§€£©®№×·\xa0\xad¿¡։՝՛՞՜֊，。、「」『』（）：；！？《》")
#: Signs that do not stand between two letters, as an apostrophe, a dash or three points do.
_NOT_WITHIN = _SIGNS - frozenset("’‘–—…·\xa0\xad“”՛՞՜֊")
#: Letters that end a word.
_HEBREW_FINALS = frozenset("ךםןףץ")
#: A capital behind a small letter is hardly ever meant; one behind another capital now and then.
_CAPITAL_INSIDE, _CAPITAL_AGAIN = -4.0, -0.4
#: A syllable of Korean hardly ever stands beside a Chinese character, or one of Japanese.
_FIRST_WIDE, _BESIDE_HANGUL = "\u2e80", -2.0
#: How much less likely each encoding of the list is than the one before it.
_STEP = 0.25
#: So many bytes of words that say something; five times as many were no better on pages written in old encodings.
_SAMPLE = 4000
#: A text in its own encoding is at -1 to -3.5 for each byte, in a wrong one mostly below -5.
_READS_WELL = -4.5
#: One byte of so many may be none of the encoding, since files get damaged: one in all, and a few if it is declared.
_MOST_BROKEN, _FEW = 50, 20
#: Another encoding must be as sure as this against the one that is declared, and read so much better for each byte.
#: Right declarations are at most 0.3 behind, and wrong ones mostly 0.4 and more; but that of cp1252 is what programs
#: write for want of a better one, and says little.
_SURE, _MUCH_BETTER, _SAYS_LITTLE = 0.95, 0.4, "cp1252"
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
    said = next(iter(_judge(sample, [declared], _FEW)), None) if declared else None
    if said is not None and (not judged or _is_believed(said, judged[0])):
        return Guess(declared, 1.0)
    if not judged:
        return Guess("cp1252", 0.0)
    reads_well = judged[0].score >= _READS_WELL
    return Guess(judged[0].encoding, _sureness(judged[0], judged[1:]) if reads_well else 0.0)


@dataclass(frozen=True, slots=True)
class _Judged:
    """How well a sample reads in an encoding, for each byte beyond ASCII: the higher, the better."""

    score: float
    text: str
    encoding: str


def _is_believed(said: _Judged, best: _Judged) -> bool:
    """Whether the encoding that is declared is taken, although another may read better."""
    reads_as_well = said.score >= _READS_WELL and best.score - said.score < _MUCH_BETTER
    is_meant = reads_as_well and said.encoding != _SAYS_LITTLE
    return is_meant or said.text == best.text or _sureness(best, [said]) < _SURE


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


def _judge(sample: bytes, encodings: Iterable[str], most_broken: int = 1) -> list[_Judged]:
    """What the sample says in each encoding that can decode it but for so many places, best first."""
    judged = []
    foreign = sum(byte > 127 for byte in sample) or 1
    for place, encoding in enumerate(encodings):
        try:
            text = _read(sample, encoding, min(most_broken, foreign // _MOST_BROKEN))
        except (UnicodeDecodeError, LookupError):
            continue
        # Only this one has the marks of ASCII a second time, and then what stands for them is no letter of another.
        twice = foreign - len(_FOREIGN.findall(text)) if encoding == "armscii_8" else 0
        judged.append(_Judged((_score(text) + twice * _RARE_SIGN - place * _STEP) / foreign, text, encoding))
    return _best_first(judged)


def _read(sample: bytes, encoding: str, most: int) -> str:
    """A sample in an encoding, which may end within a letter, with at most so many places that are broken."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        text = sample.decode(encoding, "replace")
        if text.count("\ufffd") > most:
            raise
        return text


def _score(text: str) -> float:
    """How much a text reads like a language: the higher, the better."""
    fixed = 0.0
    letters: dict[str, int] = {}
    further, before = " ", " "
    for letter in text:
        if letter > "\x7f":
            if not (letter.isalpha() or letter in _IN_WORDS) or _is_wide(letter):
                fixed += _sign(letter, before)
            else:
                lower = letter.lower()
                letters[lower] = letters.get(lower, 0) + 1
                if lower != letter and before.isalpha():
                    fixed += _CAPITAL_AGAIN if before.isupper() else _CAPITAL_INSIDE
        if letter.isalpha() and (before > "\x7f" or letter > "\x7f"):
            fixed += _next_to(before, letter, further)
        further, before = before, letter
    best = max((_as_language(letters, name) for name in _ALPHABETS), default=0.0) if letters else 0.0
    return fixed + best


def _next_to(one: str, letter: str, before: str) -> float:
    """What it costs that a letter stands behind another, or behind a sign that stands behind another letter."""
    if _clash(one, letter) or _is_inside(one, before):
        return _NEVER
    if one < _FIRST_WIDE or letter < _FIRST_WIDE or not one.isalpha():
        return 0.0
    return _BESIDE_HANGUL if _is_hangul(one) != _is_hangul(letter) else 0.0


def _is_hangul(letter: str) -> bool:
    return "\uac00" <= letter <= "\ud7a3"


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
    if letter == "\ufffd":
        return _BROKEN
    if _is_wide(letter):
        return _wide(letter)
    if letter in _SIGNS:
        return _SIGN
    if unicodedata.category(letter) == "Cc" or before.isalpha():
        return _NEVER
    return _RARE_SIGN


def _is_wide(letter: str) -> bool:
    """Whether it is a letter of East Asia, which takes two bytes or more."""
    return letter >= _FIRST_WIDE and unicodedata.east_asian_width(letter) in "WFH"


def _wide(letter: str) -> float:
    if "\u3040" <= letter <= "\u30fc":
        return -3.5
    if _is_hangul(letter):
        return -4.8 if letter in _FREQUENT_HANGUL else -8.0
    if letter in _FREQUENT_HAN:
        return -4.5
    if letter in _COMMON_HAN:
        return -6.0
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
