"""Which of the days that a web page gives is believed, and why others are refused."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import replace

from kb_search.loaders.claims import Said
from kb_search.loaders.dates import NO_DATES, read_date

#: Why a day is refused that is not that of publication.
CHANGE = "the day of a change"
_PLACEHOLDER = "what programs write for no date"
_LONGEST_DRAFT = 31
#: Tags in a page's head that name a date without saying of what.
_VAGUE = frozenset(
    f"meta tag {name}"
    for name in ("date", "dc.date", "dc:date", "dcterms.date", "dcterms.created", "dc.date.created", "datecreated")
)
#: How the origins of claims begin that are printed on a page, or marked in it.
_IN_PAGE = frozenset({"line", "time", "itemprop"})


def settled_dates(claims: Sequence[Said]) -> list[Said]:
    """Claims of dates, best first; what only fills the field is refused, and a change that agrees is left out."""
    filled = {claim.value for claim in claims if not claim.origin.startswith("line") and _is_filled(claim.value)}
    claims = [
        replace(claim, refused=_PLACEHOLDER) if claim.value in filled and not claim.refused else claim
        for claim in claims
    ]
    exact = any(claim.origin.startswith("itemprop") for claim in claims)
    believed = [claim for claim in claims if not claim.refused]
    believed = agreed(sorted(believed, key=lambda claim: exact and claim.origin in _VAGUE))
    known = {claim.value[:10] for claim in believed[:1]}
    refused = (one for one in claims if one.refused and (one.refused != CHANGE or one.value[:10] not in known))
    return [*believed, *refused]


def _is_filled(value: str) -> bool:
    """Whether a program wrote a date where it had none: the first day of its calendar."""
    try:
        return read_date(value) in NO_DATES
    except ValueError:
        return False


def agreed(claims: Sequence[Said]) -> list[Said]:
    """Claims of dates, best first: the order of rank, unless the first stands alone against two that agree.

    One of the two must be printed on the page or marked in it for machines, and a month away at most: the programs
    that write a page's head put the day of its first draft there; a day years later is that of a revision.
    """
    places: dict[str, set[str]] = {}
    for claim in claims:
        places.setdefault(claim.value[:10], set()).add(claim.origin.split(" ")[0])
    if not claims or len(places[claims[0].value[:10]]) > 1:
        return list(claims)
    better = [
        day
        for day, found in places.items()
        if len(found) > 1 and not found.isdisjoint(_IN_PAGE) and _days_between(claims[0].value, day) <= _LONGEST_DRAFT
    ]
    return sorted(claims, key=lambda claim: claim.value[:10] not in better[:1])


def _days_between(one: str, other: str) -> float:
    try:
        return abs((dt.date.fromisoformat(one[:10]) - dt.date.fromisoformat(other[:10])).days)
    except ValueError:
        return math.inf
