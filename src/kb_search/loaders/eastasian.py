"""How likely a character of East Asia is in a text: the frequent ones count for it, the others against it."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

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
#: A syllable of Korean hardly ever stands beside a Chinese character, or one of Japanese.
BESIDE_HANGUL = -2.0
_FIRST_WIDE = "\u2e80"
_SIGNS = frozenset("，。、「」『』（）：；！？《》")


def is_wide(letter: str) -> bool:
    """Whether it is a character of East Asia, which takes two bytes or more."""
    return letter >= _FIRST_WIDE and unicodedata.east_asian_width(letter) in "WFH"


def is_hangul(letter: str) -> bool:
    """Whether it is a syllable of Korean."""
    return "\uac00" <= letter <= "\ud7a3"


@lru_cache(maxsize=4096)
def chance(letter: str) -> float:
    """The log probability of a character for which `is_wide` holds."""
    if "\u3040" <= letter <= "\u30fc":
        return -3.5
    if is_hangul(letter):
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
