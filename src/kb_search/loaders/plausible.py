"""How much a text reads like a language: which letters it has, and what stands next to what.

A letter that is frequent in a language counts much, and one that the language has not counts against it. So do signs
where no writer puts them (`собралс€`, `—овет`), capitals behind small letters, and words of two scripts. Each
character is of one of a few kinds; what it costs that one stands between two others depends on their kinds alone.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from functools import lru_cache

from kb_search.loaders.eastasian import BESIDE_HANGUL, chance, is_hangul, is_wide

#: Letters beyond ASCII of languages that are found in old encodings, the frequent ones first, and how many of a
#: hundred letters they are.
_ALPHABETS = {
    "French": (4, "éàèêçôîùâûœëïü"),
    "German": (2, "üäößé"),
    "Spanish": (2.5, "óíáéñúü"),
    "Catalan": (3, "àéèíòóçúïü"),
    "Portuguese": (4, "ãçéáóíêõúâàô"),
    "Italian": (1, "èàùòéì"),
    "Nordic": (4, "åäöøæé"),
    "Icelandic": (8, "áíðéúþóöæý"),
    "Dutch": (0.5, "ëéïèöü"),
    "Polish": (8, "ęłóążśćńź"),
    "Czech": (13, "íáéěřšžčýůúťďňó"),
    "Slovak": (11, "áíéčšžýľťúôňäďóŕĺ"),
    "Croatian": (4, "čšžćđ"),
    "Hungarian": (12, "éáőöíóüúű"),
    "Romanian": (7, "ăîâşţșț"),
    "Turkish": (12, "ıüşğöçâîû"),
    "Lithuanian": (8, "ėųžšūįąčę"),
    "Latvian": (10, "āēīšņļžūķģč"),
    "Estonian": (4, "äõüöšž"),
    "Vietnamese": (25, "đươăâêôáàạéèẹíìịóòọúùụýỳ"),
    "Russian": (100, "оеаинтсрвлкмдпуяызьбгчйхжшюцёщэфъ"),
    "Ukrainian": (100, "оаніитврелскдпмузяьбгчйхцїюжєшфщґ"),
    "Belarusian": (100, "аніерытлсокудўпзмяцбгэьчюхйжшёф"),
    "Bulgarian": (100, "аиоентрсвлкдпмзъугбяйчщцжхшюфь"),
    "Serbian": (100, "аиоенрстујквдмплзгбчшцжћњљхфђџ"),
    "Macedonian": (100, "аоиетнрсвдклпмујзгбчшцжњѓфхќџљѕ"),
    "Greek": (100, "αοιετσνηυρπκμλόίςάήέγώύθδχβφξζψώϊ"),
    "Armenian": (100, "աեիոնրւտկմսվյլդթհշգպղցքբխզչըէջծձփռժճևօֆ"),
    "Hebrew": (100, "יוהלאתברמשנחעדקפםטגכןזצסךףץ"),
    "Arabic": (100, "ايلمنوتربدعكةسهقفحجشأصىطخضذئثزغءظإؤآًّپچژگکی"),
    "Thai": (100, "านรอกเง่มยล้วดทสัิตีะปบคหแจ์พุชูขใไืโึำธณซผ็ศถญภษๆฐฟฉฎฝฬฮฆฏฌฑฒฤ"),
}
#: How fast the letters of a whole script grow rare, and those of Latin that are beyond ASCII (0.3 for both was worse),
#: and how much the share counts (0.2 and 0.5 were no better).
_FALL, _FALL_IN_LATIN, _ALL, _WEIGHT = 0.3, 0.5, 100, 0.4
#: A letter that a language does not have; names from elsewhere bring it where the script is Latin.
_NEVER, _NOT_EVEN_IN_NAMES, _BROKEN = math.log(0.0005), -10.0, math.log(0.0000005)
#: A sign where signs stand, one that is seldom seen there, and one where no writer puts it.
_SIGN, _RARE_SIGN, _SELDOM_SIGN, _MISPLACED = math.log(0.06), math.log(0.01), math.log(0.0005), -10.0
_TWO_SIGNS = -1.5
#: A capital behind a small letter is hardly ever meant; one behind another capital, or before a word, is now and then.
_CAPITAL_INSIDE, _CAPITAL_AGAIN, _CAPITAL = -6.0, -0.2, -0.5
_TWO_SCRIPTS, _BESIDE_DIGIT = -10.0, -3.0
#: Signs are seldom all that is not ASCII.
_NO_LETTER = -1.0
#: Vowels and consonants take turns, more or less, and letters beyond ASCII keep apart.
_TWO_VOWELS, _TWO_CONSONANTS, _SIDE_BY_SIDE = -0.5, -0.5, -0.5

#: Kinds of characters, a letter for each. Those of Latin letters say ASCII or not, capital or not,
#: vowel or not; the others are their script.
_SMALL_LATIN, _CAPITAL_LATIN, _VOWELS, _FOREIGN_LATIN = "abec", "ABEC", "aAeE", "ecEC"
_LATIN = _SMALL_LATIN + _CAPITAL_LATIN
_SCRIPTS = {"GREEK": "g", "CYRILLIC": "k", "ARMENIAN": "m", "HEBREW": "h", "ARABIC": "r", "THAI": "t"}
_CAPITALS = _CAPITAL_LATIN + "GKM"
_FINAL = {"h": "f", "r": "q"}
_LETTERS = _LATIN + "gGkKmMhfrqto"
_BEYOND_ASCII = _LETTERS.translate(dict.fromkeys(map(ord, "abAB")))
_HANGUL, _WIDE = "w", "z"
_GAP, _DIGIT, _STOP = " ", "0", "."
_CONTROL, _HOLE, _OTHER = "!~?"
#: Kinds of signs: which they are, and what one costs between letters, behind one, in front of one, and alone.
_SIGNS = {
    "(": ("„‚¿¡", (_MISPLACED, _MISPLACED, _SIGN, _SIGN)),
    ")": ("”®™։՝", (_MISPLACED, _SIGN, _MISPLACED, _SIGN)),
    '"': ("“«»‹›‘", (_MISPLACED, _SIGN, _SIGN, _SIGN)),
    "=": ("–—", (_RARE_SIGN, _SELDOM_SIGN, _SELDOM_SIGN, _SIGN)),
    "'": ("’…", (_SIGN, _SIGN, _RARE_SIGN, _SIGN)),
    "-": ("·\xad՛՞՜֊", (_SIGN, _RARE_SIGN, _RARE_SIGN, _RARE_SIGN)),
    "_": ("\xa0", (_RARE_SIGN, _SIGN, _SIGN, _SIGN)),
    "*": ("©§№•°", (_MISPLACED, _MISPLACED, _RARE_SIGN, _RARE_SIGN)),
    "$": ("€£¥×±¢", (_MISPLACED, _MISPLACED, _MISPLACED, _RARE_SIGN)),
    "+": ("²³¹½¼¾ªºµ", (_MISPLACED, _RARE_SIGN, _MISPLACED, _RARE_SIGN)),
    _OTHER: ("", (_MISPLACED, _MISPLACED, _MISPLACED, _SELDOM_SIGN)),
}
_KIND_OF_SIGN = {sign: kind for kind, (signs, _) in _SIGNS.items() for sign in signs}
#: Letters that end a word.
_FINALS = frozenset("ךםןףץةى")


class _Kinds(dict[int, str]):
    """What kind each character is of, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        return self.setdefault(code, _kind(chr(code)))


def score(text: str) -> float:
    """How much words, of which nothing but what is not ASCII counts, read like a language: the higher, the better."""
    text = unicodedata.normalize("NFC", text)
    shape = text.translate(_KINDS)
    around = Counter(zip(f" {shape}", shape, f"{shape[1:]} ", strict=False))
    total = sum(count * _between(*kinds) for kinds, count in around.items())
    letters = Counter(text.lower())
    total += sum(count * chance(letter) for letter, count in letters.items() if is_wide(letter))
    known = {letter: count for letter, count in letters.items() if letter > "\x7f" and _KINDS[ord(letter)] in _LETTERS}
    scripts = {_script(_KINDS[ord(letter)]) for letter in known}
    languages = [name for script in scripts for name in _BY_SCRIPT.get(script, ())]
    none = _NOT_EVEN_IN_NAMES * sum(known.values()) if known else _NO_LETTER
    return total + max((_as_language(known, name) for name in languages), default=none)


def _chances(share: float, alphabet: str) -> dict[str, float]:
    """The log probabilities of a language's letters, which fall by the same factor from each to the next.

    Russian is so to a hundredth. The share counts less than it says: of the words that are judged, each has such a
    letter.
    """
    fall = _FALL if share == _ALL else _FALL_IN_LATIN
    weights = [math.exp(-rank / (fall * len(alphabet))) for rank in range(len(alphabet))]
    known = (share / 100) ** _WEIGHT / sum(weights)
    return {letter: math.log(known * weight) for letter, weight in zip(alphabet, weights, strict=True)}


def _as_language(letters: dict[str, int], name: str) -> float:
    chances = _CHANCES[name]
    never = _NEVER if name in _LATIN_ONES else _NOT_EVEN_IN_NAMES
    return sum(count * chances.get(letter, never) for letter, count in letters.items())


def _kind(letter: str) -> str:
    if letter < "\x80" and letter.isalnum():
        return _latin(letter) if letter.isalpha() else _DIGIT
    if letter in _KIND_OF_SIGN or letter == "\ufffd":
        return _KIND_OF_SIGN.get(letter, _HOLE)
    if letter < "\x80":
        return _STOP if letter in ",.!?" else _GAP
    if is_wide(letter):
        return _HANGUL if is_hangul(letter) else _WIDE
    if letter.isalpha() or letter in _CHANCES["Thai"] or letter in _CHANCES["Arabic"]:
        return _letter(letter)
    return _CONTROL if unicodedata.category(letter) == "Cc" else _OTHER


def _letter(letter: str) -> str:
    script = unicodedata.name(letter, "").partition(" ")[0]
    if script == "LATIN":
        return _latin(letter)
    kind = _SCRIPTS.get(script, "o")
    if letter in _FINALS:
        return _FINAL[kind]
    return kind.upper() if letter.isupper() else kind


def _latin(letter: str) -> str:
    plain = unicodedata.normalize("NFD", letter)[0].lower()
    vowel = plain in "aeiouyıøæœə"
    kind = ("a" if vowel else "b") if letter < "\x80" else ("e" if vowel else "c")
    return kind.upper() if letter.isupper() else kind


@lru_cache(maxsize=8192)
def _between(before: str, kind: str, after: str) -> float:
    """What it costs, as a log probability, that a character of one kind stands between two of others."""
    if kind in _LETTERS:
        return _behind(before, kind)
    if kind == _DIGIT:
        return _BESIDE_DIGIT if before in _BEYOND_ASCII else 0.0
    if kind == _HOLE:
        return _BROKEN
    if kind == _CONTROL:
        return _MISPLACED
    if kind in (_HANGUL, _WIDE):
        return _wide(before, kind)
    return _sign(before, kind, after) if kind in _SIGNS else 0.0


def _wide(before: str, kind: str) -> float:
    """What it costs that a character of East Asia stands behind another."""
    if before in _BEYOND_ASCII:
        return _TWO_SCRIPTS
    return BESIDE_HANGUL if before in _HANGUL + _WIDE and before != kind else 0.0


def _sign(before: str, kind: str, after: str) -> float:
    """The chance of a sign between two other characters."""
    _, (between, behind, ahead, alone) = _SIGNS[kind]
    again = _TWO_SIGNS if before in _SIGNS else 0.0
    if before in _LETTERS:
        return between if after in _LETTERS else behind
    return again + (ahead if after in _LETTERS else alone)


def _behind(before: str, letter: str) -> float:
    """What it costs that a letter stands behind another character."""
    if letter in "abAB" and before not in _BEYOND_ASCII:
        return 0.0
    if before == _STOP or before in _HANGUL + _WIDE:
        return _MISPLACED if before == _STOP or letter not in _LATIN else 0.0
    if before not in _LETTERS:
        return (_BESIDE_DIGIT if before == _DIGIT else 0.0) + (_CAPITAL if letter in _CAPITALS else 0.0)
    if _script(before) != _script(letter):
        return _TWO_SCRIPTS
    if before in "fq":
        return _NEVER
    cost = 0.0
    if letter in _CAPITALS:
        cost = _CAPITAL_AGAIN if before in _CAPITALS else _CAPITAL_INSIDE
    return cost + _taking_turns(before, letter) if letter in _LATIN else cost


def _script(kind: str) -> str:
    if kind in _LATIN:
        return "Latin"
    return {"f": "h", "q": "r"}.get(kind, kind.lower())


def _taking_turns(before: str, letter: str) -> float:
    """The same for two Latin letters, of which one is beyond ASCII."""
    beside = _SIDE_BY_SIDE if before in _FOREIGN_LATIN and letter in _FOREIGN_LATIN else 0.0
    if (before in _VOWELS) != (letter in _VOWELS):
        return beside
    return beside + (_TWO_VOWELS if letter in _VOWELS else _TWO_CONSONANTS)


_LATIN_ONES = {name for name, (share, _) in _ALPHABETS.items() if share < _ALL}
_CHANCES = {name: _chances(*letters) for name, letters in _ALPHABETS.items()}
_KINDS = _Kinds()
_BY_SCRIPT: dict[str, list[str]] = {}
for _name, (_, _letters) in _ALPHABETS.items():
    _BY_SCRIPT.setdefault(_script(_KINDS[ord(_letters[0])]), []).append(_name)
