"""Dates as people and machines write them in metadata. What can be read in two ways is not read at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from kb_search.document import Date

_MONTHS = """
    january jan januar jänner janvier janv ocak yanvar январь января янв enero ene gennaio gen janeiro januari
      stycznia styczeń січня ledna leden ianuarie januára јануар siječnja януари tammikuuta
      հունվար հունվարի იანვარი
    february feb februar feber février févr fév şubat fevral февраль февраля фев февр febrero febbraio fevereiro
      fev februari lutego luty лютого února únor februarie februára veljače февруари helmikuuta
      փետրվար փետրվարի თებერვალი
    march mar märz mrz mars mart март марта мар marzo março marco maart marca marzec березня března březen martie
      ožujka maaliskuuta մարտ մարտի მარტი
    april apr avril avr nisan aprel апрель апреля апр abril abr aprile kwietnia kwiecień квітня dubna duben aprilie
      apríla travnja април huhtikuuta ապրիլ ապրիլի აპრილი
    may mai mayıs may май мая mayo maggio mag maio mei maja maj травня května květen mája svibnja toukokuuta
      մայիս մայիսի მაისი
    june jun juni juin haziran iyun июнь июня июн junio giugno giu junho czerwca czerwiec червня června červen iunie
      júna lipnja юни kesäkuuta հունիս հունիսի ივნისი
    july jul juli juillet juil temmuz iyul июль июля июл julio luglio lug julho lipca lipiec липня července červenec
      iulie júla srpnja юли heinäkuuta հուլիս հուլիսի ივლისი
    august aug août aout ağustos avqust август августа авг agosto ago augustus augusti sierpnia sierpień серпня srpna
      srpen augusta kolovoza elokuuta օգոստոս օգոստոսի აგვისტო
    september sep sept septembre eylül sentyabr сентябрь сентября сен сент septiembre setiembre settembre set setembro
      września wrzesień вересня září septembrie septembra rujna септември syyskuuta
      սեպտեմբեր սեպտեմբերի სექტემბერი
    october oct oktober okt octobre ekim oktyabr октябрь октября окт octubre ottobre ott outubro out października
      październik жовтня října říjen octombrie októbra listopada октомври lokakuuta
      հոկտեմբեր հոկտեմբերի ოქტომბერი
    november nov novembre kasım noyabr ноябрь ноября ноя нояб noviembre novembro listopad листопада listopadu
      noiembrie novembra studenog studenoga ноември marraskuuta նոյեմբեր նոյեմբերի ნოემბერი
    december dec dezember dez décembre déc aralık dekabr декабрь декабря дек diciembre dic dicembre dezembro desember
      grudnia grudzień грудня prosince prosinec decembrie decembra prosinca декември joulukuuta
      դեկտեմբեր դեկտեմբերի დეკემბერი
    """
#: Names that mean different months in different languages: Croatian October and Polish and Czech November.
_TWO_MONTHS = frozenset({"listopada", "listopad", "listopadu"})


def _month_numbers() -> dict[str, int]:
    """Name of a month in some twenty languages of Europe and the Caucasus -> its number."""
    rows = re.split(r"\n {4}(?=\S)", _MONTHS.rstrip())[1:]
    numbers = {name: number for number, row in enumerate(rows, 1) for name in row.split()}
    return {name: number for name, number in numbers.items() if name not in _TWO_MONTHS}


_MONTH = _month_numbers()
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.)?"
_NAME = r"(?P<month>[^\W\d_]{3,10})\.?"
_YEAR = r"(?P<year>\d{4})"
#: The days of the week; some languages write them behind the year: `7 Kasım 2023 Salı`, `7 ноября 2023, вторник`.
WEEKDAY = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo"
    r"|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica|(?:segunda|terça|quarta|quinta|sexta)(?:-feira)?"
    r"|(?:maan|dins|woens|donder|vrij|zater|zon)dag|(?:man|tirs|ons|tors|fre|lør|søn|mån|tis|lör|sön)dag"
    r"|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье|понеділок|вівторок|середа|четвер|субота|неділя"
    r"|poniedziałek|wtorek|środa|czwartek|piątek|sobota|niedziela|pondělí|úterý|středa|čtvrtek|pátek|neděle"
    r"|pazartesi|salı|çarşamba|perşembe|cuma(?:rtesi)?|pazar"
    r"|bazar(?: ertəsi)?|çərşənbə(?: axşamı)?|cümə(?: axşamı)?|şənbə"
    r"|երկուշաբթի|երեքշաբթի|չորեքշաբթի|հինգշաբթի|ուրբաթ|շաբաթ|կիրակի"
    r"|ორშაბათი|სამშაბათი|ოთხშაბათი|ხუთშაბათი|პარასკევი|შაბათი|კვირა)"
)
_WEEKDAY = r"(?:[^\W\d_]{2,12}\.?,?\s+)?"
_TIME = r"(?:[\s,|–-]+(?:(?:at|um|à|в|saat)\s+)?\d{1,2}[:.]\d{2}.*)?"
#: What is written behind a year in Russian, Armenian and Azerbaijani: `2023 г.`, `2023 թ.`, `2023-cü il`.
YEAR_WORD = r"(?:\s*(?:года|г|թվականի?|թ|il|-c[ıiuü] il(?:in|də)?)\b\.?)"
_REST = rf"{YEAR_WORD}?(?:,? {WEEKDAY})?{_TIME}"
_FORMS = tuple(
    re.compile(form + _REST, re.IGNORECASE | re.DOTALL)
    for form in (
        rf"{_WEEKDAY}{_DAY}\s+(?:of\s+|de\s+)?{_NAME},?\s+{_YEAR}",
        rf"{_WEEKDAY}{_NAME}\s+{_DAY},?\s+{_YEAR}",
        rf"{_NAME},?\s+{_YEAR}",
        r"(?P<day>\d{1,2})-(?P<month>[^\W\d_]{3})-(?P<year>\d{4})",
    )
)
_ISO = re.compile(r"(\d{4}(?:-\d{1,2}(?:-\d{1,2})?)?)(?:[T\s]+\d{1,2}:\d{2}.*)?", re.ASCII | re.DOTALL)
_YEAR_FIRST = re.compile(r"(\d{4})([/.])(\d{1,2})\2(\d{1,2})(?:[T\s]+\d{1,2}:\d{2}.*)?", re.ASCII | re.DOTALL)
_YEAR_MONTH = re.compile(r"(\d{4})/(\d{1,2})", re.ASCII)
_COMPACT = re.compile(r"((?:1[5-9]|20)\d\d)(\d\d)(\d\d)(?:T?\d{4,6}Z?)?", re.ASCII)
_NUMBERS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})" + _TIME, re.ASCII | re.DOTALL)
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})" + _TIME, re.ASCII | re.DOTALL)
#: Languages that write the day before the month in figures, and countries that do so in English.
_DAY_FIRST = frozenset({
    "az", "be", "bg", "bs", "ca", "cs", "da", "de", "el", "es", "et", "fi", "fr", "gl", "hr", "hy", "id", "is", "it",
    "ka", "kk", "lv", "mk", "nb", "nl", "nn", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "tr", "uk", "vi",
})  # fmt: skip
_DAY_FIRST_IN_ENGLISH = frozenset({"gb", "uk", "ie", "au", "nz", "in", "za"})
_LONGEST = 80
_ANYWHERE = re.compile(
    r"(?<![\d./-])(?:"
    r"(?P<y1>(?:19|20)\d\d)(?P<s1>[-/.])(?P<m1>\d{1,2})(?P=s1)(?P<d1>\d{1,2})(?=$|\D|T)"
    r"|(?P<y2>(?:19|20)\d\d)\s?[年년]\s?(?P<m2>\d{1,2})\s?[月월]\s?(?P<d2>\d{1,2})\s?[日일]"
    r"|(?P<a>\d{1,2})(?P<s3>[./-])\s?(?P<b>\d{1,2})(?P=s3)\s?(?P<y3>(?:19|20)\d\d|\d\d)(?![\d:]|[./-]\d)"
    r"|(?P<d4>\d{1,2})(?:st|nd|rd|th|er|º|ª|\.)?[\s-]+(?:of\s|de\s|d['’])?(?P<n4>[^\W\d_]{3,13})\.?,?[\s-]+(?:del?\s+)?"
    r"(?P<y4>(?:19|20)\d\d)(?!\d)"
    rf"|(?P<y6>(?:19|20)\d\d){YEAR_WORD},?\s+(?P<n6>[^\W\d_]{{3,13}})\s+(?P<d6>\d{{1,2}})(?!\d)"
    r")|(?<!\w)(?P<n5>[^\W\d_]{3,13})\.?\s+(?P<d5>\d{1,2})(?:st|nd|rd|th)?(?:,\s*|\s+)(?P<y5>(?:19|20)\d\d)(?!\d)",
    re.IGNORECASE,
)
_MOST_SEARCHED = 2000
#: Clocks differ by so much around the earth.
_AHEAD = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A day in a text, and where it stands."""

    date: Date
    start: int
    end: int


_EARLIEST = 1000
_NO_DATE = re.compile(r"1970-01-01[T ]00:00", re.ASCII)
#: First days of the calendars of programs, and what they are west of Greenwich: a page's head has them for no date.
NO_DATES = frozenset((
    Date(1970, 1, 1), Date(1969, 12, 31), Date(1900, 1, 1), Date(1899, 12, 30), Date(1899, 12, 31), Date(1601, 1, 1),
    Date(1904, 1, 1), Date(1980, 1, 1),
))  # fmt: skip


def read_date(text: str, latest: Date | None = None) -> Date:
    """Read a date at the precision it is written with.

    ISO 8601 (with a time or without; the day is that of the time zone it is written in), year first, spelled
    out (`7 November 2023`, `Nov. 7, 2023`, `7 ноября 2023 г.`), and numbers where only one reading is
    possible (`13/04/2023`). Raises ValueError, whose message is a reason that can follow a comma: `not a
    date`, `two readings`, `in the future` (beyond `latest`), or that it is the first moment of a calendar,
    which programs write where they have no date (`0001-01-01`, `1970-01-01T00:00:00`).
    """
    typed = text.strip()[:_LONGEST]
    found = _any_form(typed)
    if found.year < _EARLIEST or _NO_DATE.match(typed) or _is_first_moment(typed):
        raise ValueError("what programs write for no date")
    if latest and found.first > latest.first:
        raise ValueError("in the future")
    return found


def _is_first_moment(typed: str) -> bool:
    """Whether a moment is the one from which Unix counts, in any time zone."""
    if not typed.startswith(("1969-12-31", "1970-01-01")):
        return False
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        return False
    return moment.tzinfo is not None and moment.timestamp() == 0


def day_first_in(language: str) -> bool | None:
    """Whether a language, by its tag (`de`, `en-GB`), writes the day before the month in figures; None if unknown."""
    tongue, _, place = language.lower().replace("_", "-").partition("-")
    if tongue in _DAY_FIRST or place in _DAY_FIRST_IN_ENGLISH:
        return True
    return False if (tongue, place) == ("en", "us") else None


def dotted(text: str) -> Date | None:
    """The day of figures with points between them that have two readings (`03.04.2023`), if the first is the day."""
    found = _DOTTED.fullmatch(text.strip()[:_LONGEST])
    if not found or not all(0 < int(one) <= 12 for one in found.group(1, 2)):
        return None
    return _date(found[3], found[2], found[1])


def find_dates(text: str, latest: Date, *, day_first: bool | None = None) -> list[FoundDate]:
    """The days that stand anywhere in a text, in order; those beyond `latest` and impossible ones are left out.

    `day_first` says how the text's language writes figures: `03/04/2023` is 3 April if it is True, 4 March
    if it is False, and no date if it is None. Only where it is True a year may have two figures.
    """
    found = []
    for match in _ANYWHERE.finditer(text[:_MOST_SEARCHED]):
        try:
            date = _found(match, day_first)
        except ValueError:
            continue
        if date.first <= latest.first:
            found.append(FoundDate(date, match.start(), match.end()))
    return found


def _found(match: re.Match[str], day_first: bool | None) -> Date:  # noqa: FBT001 - it is a setting with three values
    parts = {name: part for name, part in match.groupdict().items() if part}
    if "y1" in parts:
        return _date(parts["y1"], parts["m1"], parts["d1"])
    if "y2" in parts:
        return _date(parts["y2"], parts["m2"], parts["d2"])
    if "y3" in parts:
        return _in_figures(parts["a"], parts["b"], parts["y3"], day_first)
    year, name, day = (next(parts[one + form] for form in "456" if one + form in parts) for one in "ynd")
    month = _MONTH.get(name.lower())
    if month is None:
        raise ValueError("not a date")
    return _date(year, month, day)


def _in_figures(first: str, second: str, year: str, day_first: bool | None) -> Date:  # noqa: FBT001 - as above
    if day_first is None:
        if len(year) == 2:
            raise ValueError("two readings")
        return _only_reading(first, second, year)
    if len(year) == 2:
        if not day_first:
            raise ValueError("two readings")
        year = f"20{year}"
    try:
        return _date(year, *((second, first) if day_first else (first, second)))
    except ValueError:
        return _only_reading(first, second, year)


def latest_day() -> Date:
    """The last day that is not in the future anywhere on earth: clocks differ by up to 14 hours."""
    return _day((datetime.now(tz=UTC) + _AHEAD).toordinal())


@lru_cache(1)
def _day(number: int) -> Date:
    day = datetime.fromordinal(number)
    return Date(day.year, day.month, day.day)


def _any_form(text: str) -> Date:
    if iso := _ISO.fullmatch(text):
        return _date(*iso[1].split("-"))
    if found := _YEAR_FIRST.fullmatch(text):
        return _date(found[1], found[3], found[4])
    if found := _YEAR_MONTH.fullmatch(text):
        return _date(found[1], found[2])
    if found := _COMPACT.fullmatch(text):
        return _date(*found.groups())
    if found := _NUMBERS.fullmatch(text):
        return _only_reading(found[1], found[3], found[4])
    return _spelled(text)


def _spelled(text: str) -> Date:
    for form in _FORMS:
        found = form.fullmatch(text)
        month = _MONTH.get(found["month"].lower()) if found else None
        if found and month:
            return _date(found["year"], month, *(day for day in [found.groupdict().get("day")] if day))
    raise ValueError("not a date")


def _only_reading(first: str, second: str, year: str) -> Date:
    """Day and month where one of them can only be the day, or both are the same."""
    month, day = sorted((int(first), int(second)))
    if day <= 12 and month != day:
        raise ValueError("two readings")
    return _date(year, month, day)


def _date(*parts: str | int) -> Date:
    """A date from year, month and day, as many as are known; `Date.parse` refuses a zero among them."""
    year, *rest = (int(part) for part in parts)
    try:
        return Date.parse("-".join([f"{year:04}", *(f"{part:02}" for part in rest)]))
    except ValueError as error:
        raise ValueError("not a date") from error
