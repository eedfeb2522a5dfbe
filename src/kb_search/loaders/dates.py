"""Dates as people and machines write them in metadata. What can be read in two ways is not read at all."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from kb_search.document import Date

_MONTHS = """
    january jan januar janvier janv ocak yanvar январь января янв
    february feb februar février févr şubat fevral февраль февраля фев февр
    march mar märz mrz mars mart март марта мар
    april apr avril avr nisan aprel апрель апреля апр
    may mai mayıs may май мая
    june jun juni juin haziran iyun июнь июня июн
    july jul juli juillet juil temmuz iyul июль июля июл
    august aug août ağustos avqust август августа авг
    september sep sept septembre eylül sentyabr сентябрь сентября сен сент
    october oct oktober okt octobre ekim oktyabr октябрь октября окт
    november nov novembre kasım noyabr ноябрь ноября ноя нояб
    december dec dezember dez décembre déc aralık dekabr декабрь декабря дек
    """
#: Name of a month in English, German, French, Turkish, Azerbaijani or Russian -> its number.
_MONTH = {name: number for number, line in enumerate(_MONTHS.strip().splitlines(), 1) for name in line.split()}
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.)?"
_NAME = r"(?P<month>[^\W\d_]{3,10})\.?"
_YEAR = r"(?P<year>\d{4})"
_WEEKDAY = r"(?:[^\W\d_]{2,12}\.?,?\s+)?"
_TIME = r"(?:[\s,|–-]+(?:(?:at|um|à|в|saat)\s+)?\d{1,2}[:.]\d{2}.*)?"
_REST = rf"(?:\s*(?:г|года|il|-ci il)\.?)?{_TIME}"
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
_LONGEST = 80


def read_date(text: str, latest: Date | None = None) -> Date:
    """Read a date at the precision it is written with.

    ISO 8601 (with a time or without; the day is that of the time zone it is written in), year first, spelled
    out (`7 November 2023`, `Nov. 7, 2023`, `7 ноября 2023 г.`), and numbers where only one reading is
    possible (`13/04/2023`). Raises ValueError, whose message is a reason that can follow a comma: `not a
    date`, `two readings`, `in the future` (beyond `latest`).
    """
    found = _any_form(text.strip()[:_LONGEST])
    if latest and found.first > latest.first:
        raise ValueError("in the future")
    return found


def latest_day() -> Date:
    """The last day that is not in the future anywhere on earth: clocks differ by up to 14 hours."""
    now = datetime.now(tz=UTC) + timedelta(hours=14)
    return Date(now.year, now.month, now.day)


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
