"""Whether a line of text says on which day it was published, and is not a sentence that has a day in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from kb_search.loaders.dates import WEEKDAY, FoundDate
from kb_search.loaders.vocabulary import vocabulary
from kb_search.paragraphs import STOPS

_WEEKDAY = re.compile(WEEKDAY, re.IGNORECASE)
#: The days of the week, shortened.
_SHORT_DAYS = vocabulary("""
    mon tue tues wed thu thur thurs fri sat sun mo di mi do fr sa so lun mar mer jeu ven sam dim mié jue vie sáb dom gio
    пн вт ср чт пт сб вс нд pzt sal çar per cum cmt paz
    """)
#: Small words around a day: before it, at a time, how long the text takes to read.
_SMALL = vocabulary("""
    on at am pm a.m p.m um uhr le la el de del du den der vom von by par por à a o in w dnia z kl klo h hrs ore alle
    в о от г года год р року il tarihli saat min mins minute minutes minuten read lesezeit last zuletzt originally
    first ago vor and und et y e и ve və da em às na op den il klockan v dne dnia ч о
    """)
#: How labels begin that announce a day, be it of publication or of a change.
LABELS = re.compile(
    r"publish|posted|postado|veröffentlicht|erschienen|erstellt|eingetragen|publié|mis en ligne|publicad|pubblicat"
    r"|opublikowan|опубликован|yayın|yayım|created|gepostet|geschrieben|dərc|\b(?:dat(?:um|e|a)|am|on|le|дата|tarih|tarix)\b",
    re.IGNORECASE,
)
UPDATES = re.compile(
    r"updat|modif|aktualisier|geändert|mis à jour|actualiz|atualiz|aggiorn|обновл|güncel|yenilən|zuletzt|last\s+edit"
    r"|stand:",
    re.IGNORECASE,
)
#: Words of labels that announce no day by themselves, and what is counted beside one.
_BESIDE = re.compile(
    r"stand\b|mise?\b|jour\b|ligne\b|edited|submitted|written|added|posted|postado|criado|inserito|geplaatst|gepubliceerd|publi[cs]er"
    r"|udgivet|julkaistu|zveřejněno|dodano|közzétéve|objav|опубл|добавл|додано|eklen|gönder|paylaş|հրապար"
    r"|reading\b|time\b|comments?\b|kommentare?|views?\b|shares?\b|yorum|просмотр|коммент|commentaires?|coment",
    re.IGNORECASE,
)
#: A name that follows `by`, whatever it is: `von dorfbote`, `by ann_lee`.
_BY = re.compile(
    r"(?i:\b(?:by|von|par|por|di|af|av|door|автор|yazan|müəllif))\s*:?\s+\S+(?:\s+[^\W\d_a-zа-яё][\w.’'-]*)*"
)
_WORD = re.compile(r"[^\W\d_][\w.’'-]*[\w]|[^\W\d_]")
_ZONE = re.compile(r"[A-Z]{2,5}")
#: What stands between the days of a life, a war or a holiday; and how a line about a picture begins.
_RANGE = re.compile(r"\s*(?:[–—-]|to|until|till|bis|au|al|do|до|по)\s*", re.IGNORECASE)
_PICTURE = re.compile(r"\W*(?:photo|foto|image|picture|bild|фото|şəkil|fotoğraf|լուսանկար)", re.IGNORECASE)
#: What parts a day from what else stands in its line; a point does not.
_SIGN = re.compile(r"[|•·:,;–—/()\[\]»›>-]")
#: Words in small letters that a line may have which is marked as the place of a day.
_MOST_MARKED = 1
_SENTENCE, _LONG_SENTENCE = 2, 4


def is_date_line(text: str, days: Sequence[FoundDate], *, marked: bool) -> bool:
    """Whether a line with `days` in it is about nothing but when, by whom and where it was published.

    `marked` says that the page calls the line's place one of a date: then other words may stand beside the day too.
    """
    before, after = text[: days[0].start], text[days[-1].end :]
    inside = [text[one.end : other.start] for one, other in pairwise(days)]
    if any(_RANGE.fullmatch(part) for part in inside) or _PICTURE.match(before):
        return False
    parts = [_BY.sub(" ", part) for part in (before, *inside, after)]
    if sum(1 for _ in _strays(parts)) > (_MOST_MARKED if marked else 0):
        return False
    if marked:
        return True
    label = parts[0].rstrip().removesuffix(":")  # `Killed: 7 May 2020` says what happened on that day
    return not _foreign(_SIGN.split(label)[-1]) and not _foreign(_SIGN.split(parts[-1])[0])


def is_sentence(text: str) -> bool:
    """Whether a text, with or without a day in it, reads as prose: words in small letters that announce no day."""
    strays = sum(1 for _ in _strays([text]))
    return strays >= (_SENTENCE if text.rstrip()[-1:] in STOPS else _LONG_SENTENCE)


def _strays(parts: Iterable[str]) -> Iterator[str]:
    """Words in small letters that are not said around a day."""
    return (word for part in parts for word in _WORD.findall(part) if word[0].islower() and not _is_known(word))


def _foreign(segment: str) -> list[str]:
    """The words that stand beside a day without a sign between, and are not said there."""
    return [word for word in _WORD.findall(segment) if not _is_known(word) and not _ZONE.fullmatch(word)]


@lru_cache(4096)
def _is_known(word: str) -> bool:
    small = word.casefold().rstrip(".")
    if small in _SMALL or small in _SHORT_DAYS or _WEEKDAY.fullmatch(small):
        return True
    return any(label.match(word) for label in (LABELS, UPDATES, _BESIDE))
