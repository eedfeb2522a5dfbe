"""What the first lines of a text say of it: dateline, byline, day, and labels such as `Source: Reuters`.

These are the marks that articles keep when they are copied out of a page or an archive: `By Ann Lee | 7 November
2023`, `BAKU, Sept. 20 (Reuters) -`. They are read and left where they are; only lines that hold nothing else count,
and a dateline only where prose begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb_search.document import Date
from kb_search.loaders.claims import Said
from kb_search.loaders.datelines import LABELS
from kb_search.loaders.dates import WEEKDAY, YEAR_WORD, find_dates, latest_day, read_date
from kb_search.loaders.datevotes import CHANGE
from kb_search.loaders.names import is_byline, is_person, names

#: So many lines may stand above the prose: title, subtitle, author, day, paper, address.
_MOST_LINES = 10
#: A line that says when or by whom is short; one with more words is prose.
_LONGEST_LINE, _PROSE_WORDS = 150, 20
#: How labels are called in the exports of press archives and in notes -> the field.
_LABELS = {
    name: field
    for field, known in {
        "title": "title headline titel überschrift titre заголовок başlıq başlık",
        "author": "author authors byline autor autorin auteur автор авторы müəllif yazar",
        "date": "date published publicationdate dateofpublication publishedat publishedon firstpublished posted"
        " postedon pubdate datum veröffentlicht erschienen erscheinungsdatum publié publiéle datedepublication дата"
        " опубликовано датапубликации tarix dərctarixi yayımlanıb tarih yayınlanma yayıntarihi ամսաթիվ հրապարակվելէ",
        "source": "source publication newspaper quelle zeitung источник mənbə kaynak",
        "url": "url link address permalink адрес ссылка",
        "language": "language lang sprache langue язык dil",
    }.items()
    for name in known.split()
}
_LABEL = re.compile(r"([^\W\d_][\w ]{1,24}?)\s{0,3}:\s{0,5}(\S.*)")
#: Names of papers have up to so many words; long ones have few long words in small letters.
_SHORT_NAME, _LONGEST_NAME, _SMALL_WORD = 4, 12, 3
_LANGUAGE_CODE = re.compile(r"[A-Za-z]{2,3}(?:[-_]\w{2,8})?")
_ADDRESS = re.compile(r"https?://\S{4,2000}")
#: What may stand beside a day in a line about nothing else: a place or the day of the week, a label, a time.
_BEFORE_DAY = re.compile(
    r"(?:(?:(?:first )?published|posted|publication date|date|veröffentlicht|erschienen|publié|опубликовано)\b"
    r"(?: (?:on|am|le))?[: ]*)?"
    rf"(?:(?:{WEEKDAY}|(?:mon|tue|wed|thu|fri|sat|sun)\.?),? "
    r"|(?P<place>[^\W\d_][^\W\d]*\.?(?: [^\W\d_][^\W\d]*){0,2}), ?)?",
    re.IGNORECASE,
)
#: Words in small letters that are part of the names of places.
_SMALL_IN_PLACES = frozenset(["de", "del", "la", "las", "los", "el", "al", "am", "an", "der", "upon", "sur", "на"])
_AFTER_DAY = re.compile(
    rf"{YEAR_WORD}?(?:,? (?i:{WEEKDAY}))?[ ,.|–-]*"
    r"(?:(?:at|um|à|в|saat) )?(?:T?\d{1,2}[:.]\d\d(?::\d\d)?.{0,20})?[ .|]*"
)
#: What stands before the day of a change, which is not that of publication.
_CHANGED = re.compile(
    r"[\s,;(–-]*\b(?:(?:last|zuletzt|dernière|son) )?(?:updated?|modified|revised|corrected|aktualisiert|geändert"
    r"|mis à jour|modifié|mise à jour|обновлено|изменено|güncellendi|güncelleme|yenilənib)\b(?: (?:on|at|am|le))?[: ]*",
    re.IGNORECASE,
)
#: No day and no month of a year is written without one.
_FIGURE = re.compile(r"\d")
_SIGN = re.compile(r"\s+[|•·–—/]+\s+")
_AGENCIES = re.compile(
    r"(?:AP|AFP|UPI|PA|dpa|DPA|EFE|ANSA|APA|ATS|TT|NTB|PAP|MTI|ČTK|CTK|BTA|TASS|ITAR-TASS|ТАСС|РИА Новости|RIA Novosti"
    r"|Интерфакс|Interfax|Sputnik|Спутник|Xinhua|Kyodo|IRNA|Tasnim|ISNA|AA|Anadolu|Anadolu Agency|DHA|İHA|AZERTAC"
    r"|AZƏRTAC|Azertag|Trend|Report|Turan|Armenpress|ARMENPRESS|Արմենպրես|ARKA|Arminfo|ARMINFO|Interpress\w*|Ukrinform|Reuters"
    r"|Рейтер|Bloomberg|RFE/RL|IPS|AsiaNews|Associated Press|Agence France-Presse|CNN)"
)
#: A place in capitals, or one with its day; an agency in brackets, between slashes, or behind a dash.
_NAME = r"[^\W\d_](?:[\w.’' -]|(?<=\w)/(?=\w)){1,30}"
_PLACE = rf"(?P<place>{_NAME}(?:, ?{_NAME}?)??)"
_DAY = r"(?:,? (?P<day>(?:[^\W\d_]{3,12}\.? \d{1,2}|\d{1,2}\.? [^\W\d_]{3,12}\.?)(?:,? (?:19|20)\d\d)?))?"
_DATELINE = re.compile(
    rf"(?:{_PLACE}{_DAY})?(?:, (?P<listed>{_AGENCIES.pattern})[.:]?"
    r"|[.,]? ?(?:\((?P<bracketed>[^()\d]{2,40})\)\s?(?:--|[-–—:.])|/(?P<slashed>[^/\d]{2,40})/\.?"
    r"|[-–—] (?P<dashed>[^\W\d_][\w/ -]{1,29})\.|(?:--|[-–—])))\s"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_FIGURES = re.compile(r"\d{1,2}([./-])\d{1,2}\1\d{4}(?=$|[ ,|])")


def opening_claims(text: str) -> Iterator[Said]:
    """What the lines above the prose of a clean text say, and the dateline where it begins."""
    latest = latest_day()
    lines = (" ".join(line.split()) for line in text[:5000].split("\n", 2 * _MOST_LINES))
    for line in list(filter(None, lines))[:_MOST_LINES]:
        if len(line) > _LONGEST_LINE or len(line.split(None, _PROSE_WORDS)) > _PROSE_WORDS:
            yield from _dateline(line, latest)
            return
        yield from _labelled(line, latest) or _standing_alone(line, latest) or _dateline(line, latest)


def _labelled(line: str, latest: Date) -> list[Said]:
    """What a line like `Source: Reuters` says."""
    found = _LABEL.fullmatch(line)
    field = _LABELS.get(found[1].casefold().replace(" ", "")) if found else None
    if found is None or field is None:
        return []
    value = found[2].strip()
    if field == "author":
        value = ", ".join(names(value))
    elif field == "date" and len(days := find_dates(value, latest)) == 1:
        value = str(days[0].date)
    is_unfit = (field == "language" and not _LANGUAGE_CODE.fullmatch(value)) or (
        field == "source" and not _is_name(value)
    )
    if not value or is_unfit:
        return []
    return [Said(field, value, f"line “{found[1]}:” at the head of the text")]


def _standing_alone(line: str, latest: Date) -> list[Said]:
    """A byline, a day or an address, or two of them with a sign between: `By Ann Lee | 7 November 2023`."""
    parts = [part for part in _SIGN.split(line) if part]
    if _ADDRESS.fullmatch(line):
        return [Said("url", line, "head of the text")]
    days = [claim for part in parts for claim in _days(part, latest)]
    people = [part for part in parts if is_byline(part)]
    if days and not people and len(parts) == 2:
        people = [part for part in parts if all(map(is_person, names(part) or [""]))]
    return [*days, *(claim for part in people for claim in _byline(part, latest))]


def _days(part: str, latest: Date) -> list[Said]:
    """The day that a part of a line gives and says nothing else; that of a later change is told and not believed."""
    if not _FIGURE.search(part):
        return []
    said, changed = part, None
    if found := _CHANGED.search(part):
        said, changed = part[: found.start()], _day_alone(part[found.end() :], latest)
    day = _day_alone(said, latest)
    origin = "label at the head of the text" if LABELS.search(said) else "head of the text"
    claims = [Said("date", day, origin)] if day else []
    if changed and (day or not said):
        claims.append(Said("date", changed, "label at the head of the text", refused=CHANGE))
    return claims


def _byline(text: str, latest: Date) -> list[Said]:
    """The names of a byline, and the day that may follow them: `By Ann Lee, 7 November 2023`."""
    days = find_dates(text, latest)
    claims = [Said("author", ", ".join(filter(is_person, names(text))), "byline")]
    if len(days) == 1 and _AFTER_DAY.fullmatch(text, days[0].end):
        claims.append(Said("date", str(days[0].date), "byline"))
    return claims


def _day_alone(text: str, latest: Date) -> str:
    """The day that a line gives, if it says nothing else; a place may stand before it.

    Figures that can be read in two ways are given as they stand: they are refused later, and a reader can see why.
    """
    text = text.strip("()[] ")
    if figures := _FIGURES.match(text):
        return figures[0] if _AFTER_DAY.fullmatch(text, figures.end()) else ""
    days = find_dates(text, latest)
    if not days:
        return _month_alone(text)
    before = _BEFORE_DAY.fullmatch(text, 0, days[0].start)
    if len(days) != 1 or not before or not _AFTER_DAY.fullmatch(text, days[0].end):
        return ""
    return str(days[0].date) if _is_place(before["place"] or "") else ""


def _is_place(words: str) -> bool:
    """Whether what stands before a day can be the name of a place: `Ceasefire signed, 12 May 1994` has none."""
    return all(word[0].isupper() or word in _SMALL_IN_PLACES for word in words.split())


def _month_alone(text: str) -> str:
    """The month that a line gives, if it says nothing else: `November 2023`."""
    try:
        date = read_date(text)
    except ValueError:
        return ""
    return str(date) if date.precision == "month" and text[0].isalpha() else ""


def _dateline(line: str, latest: Date) -> list[Said]:
    """Agency and day of `BAKU, Sept. 20 (Reuters) -`; a day without a year is no date, and is kept as refused."""
    found = _DATELINE.match(line[:200])
    if not found or not _is_dateline(found):
        return []
    claims = [Said("source", agency, "dateline") for agency in _agency(found)]
    if day := found["day"]:
        if not _YEAR.search(day):
            claims.append(Said("date", day, "dateline", refused="without a year"))
        else:  # a day that no calendar has is told too, and refused when it is read
            claims.append(Said("date", next((str(one.date) for one in find_dates(day, latest)), day), "dateline"))
    return claims


def _agency(found: re.Match[str]) -> list[str]:
    return [name.strip() for name in found.group("bracketed", "slashed", "dashed", "listed") if name]


def _is_dateline(found: re.Match[str]) -> bool:
    """Whether a known agency is named, or a place in capitals with a day and a name that can be one, or with a year."""
    agency = _agency(found)
    known = bool(agency) and all(map(_AGENCIES.fullmatch, agency))
    capitals = found["place"].split(",")[0].isupper() if found["place"] else known
    if not agency:
        return capitals and bool(_YEAR.search(found["day"] or ""))
    named = all(name[:1].isupper() and len(name.split()) <= 4 for name in agency)
    return (known and (capitals or bool(found["day"]))) or (capitals and bool(found["day"]) and named)


def _is_name(value: str) -> bool:
    """Whether what a label says can be the name of a paper, and is no sentence."""
    words = value.split()
    small = sum(word.islower() and len(word) > _SMALL_WORD for word in words)
    is_sentence = value[-1] in ".!?" and len(words) > _SHORT_NAME
    return len(words) <= _LONGEST_NAME and not is_sentence and (len(words) <= _SHORT_NAME or small * 3 < len(words))


def is_label(line: str) -> bool:
    """Whether a line at the head of a text is nothing but a label, a byline, a day or an address, and no title."""
    line = " ".join(line.split())
    if not line or len(line) > _LONGEST_LINE:
        return False
    latest = latest_day()
    return any(claim.field != "title" for claim in [*_labelled(line, latest), *_standing_alone(line, latest)])
