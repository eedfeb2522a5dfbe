"""Dates, numbers and long names in the words that pages use."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kb_search.document import UNDATED, Date
from kb_search.facets import NO_SOURCE as NO_SOURCE_VALUE

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
NO_SOURCE = "no source"
_PRECISION = {"day": "", "month": "month only", "year": "year only"}


def date_words(date: Date | None) -> str:
    """`7 November 2023`, `November 2023`, `2023`, or `undated`."""
    if date is None:
        return UNDATED
    day = f"{date.day} " if date.day else ""
    month = f"{MONTHS[date.month - 1]} " if date.month else ""
    return f"{day}{month}{date.year}"


def precision_words(date: Date | None) -> str:
    """What a reader must know about a date that is not a day: `month only`, `year only`; else empty."""
    return _PRECISION[date.precision] if date else ""


def value_words(name: str, value: str) -> str:
    """A value of a filter as a reader sees it."""
    if name in ("date", "not_date", "since", "until") and value != UNDATED:
        return date_words(Date.parse(value))
    if name in ("source", "not_source"):
        return NO_SOURCE if value == NO_SOURCE_VALUE else value
    return value


def span_words(first: Date | None, last: Date | None) -> str:
    """`May 1994 to 2023`; one date where both are the same; empty where there is none."""
    if first is None or last is None:
        return ""
    return date_words(first) if first == last else f"{date_words(first)} to {date_words(last)}"


def counted(number: int, noun: str, exact: bool = True) -> str:  # noqa: FBT001, FBT002 - reads as a sentence
    """`1 passage`, `1,204 passages`, `at least 1,204 passages`."""
    return f"{'' if exact else 'at least '}{number:,} {noun}{'' if number == 1 else 's'}"


def add_up(parts: Sequence[float]) -> list[str]:
    """Parts with three decimals that add up to their rounded sum: those are rounded up that lose most otherwise."""
    rounded = [math.floor(part * 1000) for part in parts]
    missing = round(sum(parts) * 1000) - sum(rounded)
    losses = sorted(range(len(parts)), key=lambda at: rounded[at] - parts[at] * 1000)
    for at in losses[:missing]:
        rounded[at] += 1
    return [f"{part / 1000:.3f}" for part in rounded]


def shortened(text: str, limit: int = 40) -> str:
    """A long name shortened in the middle, where names differ least."""
    if len(text) <= limit:
        return text
    tail = limit // 3
    return f"{text[: limit - tail - 1].rstrip()}…{text[-tail:].lstrip()}"
