"""Who says what about an article, and whom to believe: claims with their origin, in the order of their rank.

Sidecar, front matter or row, JSON-LD, meta tags, the head of the text, `collection.toml`, the name of the
file, the name of the folder: the first that says something readable about a field is believed, and what the
others said is kept beside it. Nobody guesses, and the time of a file is never looked at.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from kb_search.document import Article, Date, Evidence, article_id
from kb_search.errors import DocumentError
from kb_search.language import detect
from kb_search.loaders.base import Defaults, SourceFile, printable
from kb_search.loaders.body import Body, keep_title
from kb_search.loaders.claims import Said, said, settle
from kb_search.loaders.cleaning import shorten
from kb_search.loaders.companions import read_toml, sidecar_paths
from kb_search.loaders.dates import day_first_in, dotted, find_dates, latest_day, read_date
from kb_search.loaders.opening import is_label, opening_claims
from kb_search.sentences import first_sentence

#: An article without a title is called by so much of its first sentence.
_UNTITLED_LENGTH = 80
#: A whole day in a file's name: 2023-11-07, 2023_11_07, 20231107. Years alone are numbers of many things.
_NAME_DATE = re.compile(r"(?<![\d.])((?:19|20)\d\d)([-_.]?)(\d\d)(\2)(\d\d)(?=$|[-_ .(\[])", re.ASCII)
#: A month in a file's name, `2023-11`.
_NAME_MONTH = re.compile(r"(?<![\d.-])((?:19|20)\d\d)-(0[1-9]|1[0-2])(?=$|[_ .(\[]|-(?!\d))(?!\.\d)", re.ASCII)
#: Cameras, scanners and telephones name files by the moment; a text that has such a name was read off the picture.
_PICTURE = re.compile(
    r"^(?:IMG|VID|PXL|MVIMG|PANO|DSCN?|Scan|CamScanner|Screenshot|WhatsApp Image|signal|photo)(?![a-z])"
    r"|(?<!\d)\d{8}_\d{6}(?!\d)",
    re.IGNORECASE | re.ASCII,
)
#: A line that holds only a day is no longer; that may lie in the future.
_LONGEST_DAY, _BESIDE_DAY, _NO_END = 40, 6, Date(9999)
#: Where a day stands that nothing calls that of publication; it may be that of what the text is about.
_BARE_LINE = "head of the text"
_YEARS = re.compile(r"(?<![\w.,])(?:19|20)\d\d(?![\w%]|[.,]\d)", re.ASCII)
_HALF_A_CENTURY, _MOST_READ = 50, 20_000
#: Labels are looked for in so many characters and lines.
_HEAD, _MOST_LINES = 5000, 20
#: Folders by year, month and day, or by year and month.
_DATED_FOLDERS = re.compile(r"(?:^|/)((?:19|20)\d\d)/(0[1-9]|1[0-2])(?:/(0[1-9]|[12]\d|3[01]))?$", re.ASCII)
_DATED_FOLDER = re.compile(r"(?:19|20)\d\d-\d\d(?:-\d\d)?", re.ASCII)
#: The entries of an archive stand in it as in a folder.
_ARCHIVE_SUFFIX = re.compile(r"(?<=.)\.zip$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a file and holds for all its articles: claims above and below the file's own."""

    path: str
    above: tuple[Said, ...]
    below: tuple[Said, ...]
    #: Dates beyond it are in the future.
    latest: Date


def around(file: SourceFile) -> Around:
    """What sidecar, `collection.toml` and names say; DocumentError where the sidecar is broken."""
    below = (*_defaults(file.defaults), *_names(file.relative))
    return Around(file.relative, tuple(sidecar(file)), below, latest_day())


def assemble(place: Around, body: Body, claims: Iterable[Said], form: str, row: str = "") -> Article:
    """The article that a body and what was said about it make.

    `claims` are the loader's own, in the order of their rank; `form` is the format. Raises DocumentError
    where there is no text.
    """
    everything = [*place.above, *claims, *opening_claims(body.text), *place.below]
    evidence = settle(_of_its_time(_in_order(everything, body.text), body.text, place.latest), place.latest)
    won = {one.field: one.value for one in evidence if one.value}
    body = keep_title(body, won.get("title", ""))
    if not body.text:
        raise DocumentError(f"{printable(place.path)} holds no text.")
    if untitled := "title" not in won:
        won["title"] = shorten(
            " ".join(first_sentence(_without_labels(_below_day(body.text))).split()), _UNTITLED_LENGTH
        )
        evidence = (Evidence("title", won["title"], "first sentence"), *evidence)
    return Article(
        id=article_id(place.path, row),
        path=place.path,
        title=won["title"],
        text=body.text,
        row=row,
        untitled=untitled,
        sections=body.sections,
        source=won.get("source", ""),
        date=Date.parse(won["date"]) if "date" in won else None,
        author=won.get("author", ""),
        url=won.get("url", ""),
        language=won.get("language", ""),
        format=form,
        evidence=evidence,
        pages=body.pages,
    )


def _without_labels(text: str) -> str:
    """What a text says first, without the labels and bylines above it and right below; whole if it is nothing else."""
    lines = text[:_HEAD].split("\n", _MOST_LINES)
    first = next((number for number, line in enumerate(lines) if line.strip() and not is_label(line)), 0)
    last = next((number for number in range(first + 1, len(lines)) if is_label(lines[number])), len(lines))
    return "\n".join(lines[first:last])


def _below_day(text: str) -> str:
    """A text without the lines in front that hold nothing but a day; whole where there is nothing else."""
    rest = text
    while rest:
        line, _, below = rest.partition("\n")
        words = line.strip()
        if len(words) <= _LONGEST_DAY and _is_date(words):
            rest = below
            continue
        days = find_dates(words, _NO_END) if len(words) <= _LONGEST_DAY else []
        beside = len(words) - sum(day.end - day.start for day in days)
        if any(map(str.isalpha, words)) and (not days or beside > _BESIDE_DAY):
            return rest
        rest = below
    return text


def _is_date(words: str) -> bool:
    try:
        read_date(words)
    except ValueError:
        return False
    return True


def _in_order(claims: Sequence[Said], text: str) -> Sequence[Said]:
    """The claims, with `03.04.2023` read as the language of the article has it, said or detected, if that is known."""
    days = {claim: day for claim in claims if claim.field == "date" and (day := dotted(claim.value))}
    if not days:
        return claims
    stated = next((claim.value for claim in claims if claim.field == "language" and claim.value), "")
    detected = None if stated else detect(text)
    language = detected.language if detected else stated
    if not day_first_in(language):
        return claims
    return [_day_first(claim, days[claim], language) if claim in days else claim for claim in claims]


def _of_its_time(claims: Sequence[Said], text: str, today: Date) -> Sequence[Said]:
    """The claims; a bare day in print is refused if the text or another claim has a year half a century later."""
    bare = [claim for claim in claims if claim.field == "date" and claim.origin == _BARE_LINE and not claim.refused]
    if not bare:
        return claims
    others = " ".join(claim.value[:40] for claim in claims if claim.field == "date")
    years = map(int, _YEARS.findall(f"{others} {text[:_MOST_READ]}"))
    latest = max((year for year in years if year <= today.year), default=0)
    old = {claim for claim in bare if claim.value[:4].isdigit() and int(claim.value[:4]) + _HALF_A_CENTURY <= latest}
    return [replace(claim, refused=f"the year {latest} is named too") if claim in old else claim for claim in claims]


def _day_first(claim: Said, day: Date, language: str) -> Said:
    return replace(claim, value=str(day), origin=f"{claim.origin}, {claim.value} with the day first as in {language!r}")


def _in_name(name: str) -> Iterable[Said]:
    """The one day in a file's name, or its month; the moment of a picture, and a season like 2010-11, are refused."""
    days = {"-".join(found[::2]) for found in _NAME_DATE.findall(name)}
    months = set(_NAME_MONTH.findall(name)) if not days else set()
    if len(days) == 1:
        yield Said("date", days.pop(), "file name", "the moment of a picture" if _PICTURE.search(name) else "")
    elif len(months) == 1:
        year, month = months.pop()
        season = (int(year) + 1) % 100 == int(month)
        yield Said("date", f"{year}-{month}", "file name", "two readings" if season else "")


def _defaults(defaults: Defaults) -> Iterable[Said]:
    for field, claim in (("source", defaults.source), ("language", defaults.language)):
        if claim:
            yield Said(field, claim.value, claim.origin)


def _names(relative: str) -> Iterable[Said]:
    """What the names of a file and of the folders that it stands in say.

    A folder's name that is only a year, a month or a day is no source; that of the folder around it can be.
    """
    *folders, name = relative.split("/")
    yield from _in_name(name)
    if folders and _DATED_FOLDER.fullmatch(folders[-1]):
        yield Said("date", folders[-1], "folder name")
    elif found := _DATED_FOLDERS.search("/".join(folders)):
        yield Said("date", "-".join(filter(None, found.groups())), "folder names")
    named = [folder for folder in folders if not folder.isdigit() and not _DATED_FOLDER.fullmatch(folder)]
    if named:
        yield Said("source", _ARCHIVE_SUFFIX.sub("", named[-1]), "folder name")


def sidecar(file: SourceFile) -> list[Said]:
    """What the sidecar of a file says, if there is one; DocumentError where it cannot be read."""
    claims: list[Said] = []
    for path in sidecar_paths(file.path):
        if path.is_file():
            relative = "/".join([*file.relative.split("/")[:-1], path.name])
            table = read_toml(path, relative)
            claims += said({key: value for key, value in table.items() if _is_fit(value)}, f"sidecar {path.name}")
            claims += _unfit(table, f"sidecar {path.name}")
    return claims


def _is_fit(value: object) -> bool:
    """Whether a value of a sidecar is text, a list of it, or a day."""
    texts = value if isinstance(value, list) else [value]
    return isinstance(value, dt.date) or all(isinstance(one, str) for one in texts)


def _unfit(table: Mapping[str, object], origin: str) -> list[Said]:
    """The values of a sidecar that say nothing as they are, but for a year, which may be a number."""
    unfit = {key: value for key, value in table.items() if not _is_fit(value)}
    plain = said({key: f"{value}" for key, value in unfit.items()}, origin)
    return [
        one if one.field == "date" and _YEARS.fullmatch(one.value) else replace(one, refused="not in quotation marks")
        for one in plain
    ]
