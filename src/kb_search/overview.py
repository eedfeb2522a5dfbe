"""What a collection holds, and what in it needs a look: counts, and lists of files and articles.

The page of the collection, `kb-search stats` and `/api/v1/stats` all show the same `Overview`, so that their figures
agree. It is made of what a generation keeps of each file and article; no text is read for it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kb_search.document import Article, Claim, Date, Evidence
from kb_search.errors import NotFound
from kb_search.filelist import KnownFile
from kb_search.results import Stats

#: Origins of the claims about an encoding, as the loaders write them: a guess, and letters that were garbled.
_GUESSED, _GARBLED = "guessed", "letters garbled"

#: Each list by its name, and what it is of.
LISTS = {
    "failed": "files that could not be read",
    "skipped": "files that are not read",
    "partial": "files with something left out",
    "undated": "articles without a date",
    "unsourced": "articles without a source",
    "untitled": "articles without a title",
    "conflicts": "articles whose dates contradict each other",
    "duplicates": "groups of near-identical articles",
    "places": "articles that stand in several places",
    "repeated": "paragraphs that many articles share, each searched in one of them",
    "encodings": "articles whose encoding was guessed",
    "mojibake": "articles with garbled letters",
}

#: From so many passages on, building and searching a Whoosh index takes longer than readers like; docs/ENGINES.md.
MOST_FOR_WHOOSH = 50_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list: a file, or an article with its id.

    `said` is what is to be told of it, such as the reason why a file failed. `others` are what belongs to it: the rest
    of a group of near-identical articles, or the other places of an identical text (which have no id of their own).
    `problems` are those of KnownFile.
    """

    path: str
    article: str = ""
    title: str = ""
    untitled: bool = False
    source: str = ""
    date: Date | None = None
    said: tuple[str, ...] = ()
    others: tuple[Entry, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """One of the LISTS with its entries."""

    name: str
    entries: tuple[Entry, ...] = ()

    @property
    def what(self) -> str:
        """What the entries are, such as `articles without a date`."""
        return LISTS[self.name]


@dataclass(frozen=True, slots=True)
class SourceCount:
    """How many articles a source has, in all and by year; year 0 has the undated ones."""

    name: str
    articles: int
    years: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """All that is known of a generation as a whole.

    `lists` has one for each name of LISTS, in that order. `years` are pairs of a year and its articles, in order;
    `sources` come by falling count; an article that stands in several places counts in each of its sources. `languages`
    and `formats` count articles, `encodings` files, all by falling count.
    """

    stats: Stats
    lists: tuple[Listing, ...]
    years: tuple[tuple[int, int], ...]
    sources: tuple[SourceCount, ...]
    languages: tuple[tuple[str, int], ...]
    formats: tuple[tuple[str, int], ...]
    encodings: tuple[tuple[str, int], ...]

    def listing(self, name: str) -> Listing:
        """The list of a name of LISTS. Raises NotFound for any other."""
        for one in self.lists:
            if one.name == name:
                return one
        raise NotFound(f"There is no such list of the collection; the lists are {', '.join(LISTS)}.")


def outgrown(engine: str, passages: int) -> tuple[str, ...]:
    """A sentence with the command that helps, for a collection that has become too large for its engine."""
    if engine != "whoosh" or passages <= MOST_FOR_WHOOSH:
        return ()
    sentence = (
        f"With {passages:,} passages the collection has outgrown Whoosh, which serves up to {MOST_FOR_WHOOSH:,} well; "
        "`kb-search index --engine tantivy` moves it to a faster engine, and it answers meanwhile."
    )
    return (sentence,)


def overview(
    stats: Stats,
    articles: Iterable[Article],
    files: Iterable[KnownFile],
    groups: Iterable[Sequence[str]] = (),
    repeated: Mapping[str, Sequence[str]] | None = None,
) -> Overview:
    """Count and list what a generation holds.

    `articles` come without text, in any order, and each once; `groups` are the ids of near-identical articles, the one
    that speaks for its group first; `repeated` has, for the id of an article, what is to be told of each paragraph that
    is searched in it for many. Lists are in the order of paths; conflicts with the widest gap and groups with the most
    articles come first.
    """
    survey = _Survey(groups, repeated or {})
    for article in articles:
        survey.add(article)
    known = sorted(files, key=lambda file: file.path)
    lists = {**_of_files(known), **survey.lists()}
    return Overview(
        stats=stats,
        lists=tuple(Listing(name, tuple(lists.get(name, ()))) for name in LISTS),
        years=tuple(sorted(survey.years.items())),
        sources=survey.sources(),
        languages=_by_count(survey.languages),
        formats=_by_count(survey.formats),
        encodings=_by_count(Counter(file.encoding for file in known if file.encoding)),
    )


class _Survey:
    """Gathers what is said of the articles, one after the other; of those in `groups`, their entries."""

    def __init__(self, groups: Iterable[Sequence[str]], repeated: Mapping[str, Sequence[str]]) -> None:
        self._repeated = repeated
        self.years: Counter[int] = Counter()
        self.languages: Counter[str] = Counter()
        self.formats: Counter[str] = Counter()
        self._sources: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self._lists: defaultdict[str, list[Entry]] = defaultdict(list)
        self._gaps: list[tuple[int, Entry]] = []
        self._groups = tuple(groups)
        self._grouped: dict[str, Entry | None] = {article: None for group in self._groups for article in group}

    def add(self, article: Article) -> None:
        """Count an article, and put it into the lists that it belongs to.

        It is without a source only where none of its places has one.
        """
        year = article.date.year if article.date else 0
        self.years[year] += 1
        self.languages[article.language] += 1
        self.formats[article.format] += 1
        sources = tuple(filter(None, article.sources)) or ("",)
        for source in sources:
            self._sources[source][year] += 1
        if article.id in self._grouped:
            self._grouped[article.id] = _entry(article)
        for name, said in _findings(article, sources):
            self._lists[name].append(_entry(article, said))
        if claims := _conflicting(article.evidence_for("date")):
            self._gaps.append((_gap(claims), _entry(article, tuple(reversed(claims.values())))))
        self._lists["repeated"] += [_entry(article, (said,)) for said in self._repeated.get(article.id, ())]
        if article.places:
            self._lists["places"].append(_with_places(article))

    def lists(self) -> dict[str, list[Entry]]:
        """The lists of articles, in order."""
        ordered = {name: sorted(found, key=lambda one: one.path) for name, found in self._lists.items()}
        ordered["conflicts"] = [one for _, one in sorted(self._gaps, key=lambda pair: (-pair[0], pair[1].path))]
        groups = filter(None, map(self._group, self._groups))
        ordered["duplicates"] = sorted(groups, key=lambda one: (-len(one.others), one.path))
        return ordered

    def _group(self, group: Sequence[str]) -> Entry | None:
        """The first of a group with the others; None where there are no two of them (any more)."""
        members = [entry for article in group if (entry := self._grouped[article])]
        return replace(members[0], others=tuple(members[1:])) if len(members) > 1 else None

    def sources(self) -> tuple[SourceCount, ...]:
        """The sources by falling count, equals in the order of their names."""
        counts = [
            SourceCount(name, years.total(), tuple(sorted(years.items()))) for name, years in self._sources.items()
        ]
        return tuple(sorted(counts, key=lambda one: (-one.articles, one.name)))


def _entry(article: Article, said: tuple[str, ...] = ()) -> Entry:
    path = _path(article.path, article.row)
    return Entry(path, article.id, article.title, article.untitled, article.source, article.date, said)


def _path(path: str, row: str) -> str:
    return f"{path} ({row})" if row else path


def _with_places(article: Article) -> Entry:
    others = tuple(
        Entry(_path(one.path, one.row), title=one.title, source=one.source, date=one.date) for one in article.places[1:]
    )
    return replace(_entry(article), others=others)


def _findings(article: Article, sources: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The lists of LISTS that an article is in by what it lacks or how it was read, with what is said of it there."""
    if article.date is None:
        yield "undated", _refused(article.evidence_for("date"))
    if not any(sources):
        yield "unsourced", _refused(article.evidence_for("source"))
    if article.untitled:
        yield "untitled", ()
    encoding = article.evidence_for("encoding")
    if encoding:
        claims = [(encoding.value, encoding.origin), *((claim.value, claim.origin) for claim in encoding.others)]
        for name, prefix in (("encodings", _GUESSED), ("mojibake", _GARBLED)):
            told = tuple(f"{value}, {origin}" for value, origin in claims if origin.startswith(prefix))
            if told:
                yield name, told


def _refused(evidence: Evidence | None) -> tuple[str, ...]:
    """What was said of a field and not believed, such as `03/04/2023 (meta tag, two readings)`."""
    return tuple(f"{claim.value} ({claim.origin})" for claim in evidence.others) if evidence else ()


def _conflicting(evidence: Evidence | None) -> dict[Date, str]:
    """The date of an article and those that contradict it, each with a phrase; empty where none does."""
    if evidence is None or not evidence.conflicts:
        return {}
    claims = (Claim(evidence.value, evidence.origin), *evidence.conflicts)
    return {Date.parse(one.value): f"{one.value} from {one.origin}" for one in reversed(claims)}


def _gap(dates: Iterable[Date]) -> int:
    """How far the widest apart of some dates are, as a number that grows with the distance."""
    numbers = [date.first for date in dates]
    return max(numbers) - min(numbers)


def _of_files(files: Iterable[KnownFile]) -> dict[str, list[Entry]]:
    """The lists of files, in the order that the files come in."""
    lists: dict[str, list[Entry]] = {"failed": [], "skipped": [], "partial": []}
    for file in files:
        name = "partial" if file.status == "indexed" else file.status
        if file.reason or name != "partial":
            lists[name].append(Entry(file.path, said=(file.reason,), problems=file.problems))
    return lists


def _by_count(counts: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
