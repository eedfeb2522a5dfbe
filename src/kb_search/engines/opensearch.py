"""OpenSearch: the index lies in a cluster, and any machine that knows the cluster's address can search it.

The cluster selects, counts and ranks by BM25; the words of its best passages come along as numbers, for the second
phase. What is small (all words, the space of meanings, who copied whom) is kept on this machine too.
"""

from __future__ import annotations

from binascii import a2b_base64
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from functools import cached_property
from itertools import islice
from pathlib import Path

from kb_search.copies import Copies
from kb_search.document import Article, Passage, Silent, article_of
from kb_search.engines.base import (
    Candidate,
    Deadline,
    Engine,
    EngineQuery,
    EngineReader,
    EngineWriter,
    Expansion,
    Holdings,
    Lexicon,
    Matches,
    Occurrences,
    SearchTooLong,
    too_long,
)
from kb_search.engines.cluster import Access, Answer, Cluster, TooLong
from kb_search.engines.clusterarticles import Articles
from kb_search.engines.clusterdocuments import unpacked
from kb_search.engines.clusterfolder import read_place, read_whole
from kb_search.engines.clusterindex import ARTICLE, PASSAGE
from kb_search.engines.clustermemory import Remembered, in_passages, key_of
from kb_search.engines.clusteroccurrences import Asking
from kb_search.engines.clusterreading import ClusterIndex, counting, total
from kb_search.engines.clustersearch import ClusterSearch
from kb_search.engines.clustershare import announce, fetched, known_addresses, owner, sweep_cluster
from kb_search.engines.clusterwords import Words
from kb_search.engines.clusterwriter import ClusterWriter
from kb_search.engines.expansion import Vocabulary, expansion, lexicon
from kb_search.errors import REBUILD, IndexDamaged
from kb_search.latent import open_space
from kb_search.query import Pattern, Term, Word
from kb_search.records import decode_article, decode_head, head_of_fields
from kb_search.results import ArticleHead

_SAMPLED_STEMS = 200


class OpenSearchReader(EngineReader):
    """Answers from one generation in a cluster. A key is the number of a passage."""

    def __init__(self, access: Access, folder: Path) -> None:
        """Open what is kept here. Raises IndexDamaged, and ClusterProblem where the cluster is not to be had."""
        self._whole = read_whole(folder)
        self._words = Words(folder)
        self._copies = Copies(folder)
        self._space = open_space(folder)
        self._cluster = Cluster(access)
        self._cluster.check_version()
        place = self._whole.place
        self._index = ClusterIndex(self._cluster, place.index, place.shards)
        self._index.check_there()
        self._remembered = Remembered(self._words)
        self._search = ClusterSearch(
            self._index, self._whole, self._words, self._copies, Articles(folder), self._remembered
        )

    def holdings(self) -> Holdings:
        """What there is."""
        return self._whole.holdings

    def search(self, query: EngineQuery) -> Matches:
        """Find, count and rank. Raises SearchTooLong."""
        try:
            return self._search.found(query)
        except TooLong as error:
            raise SearchTooLong(too_long(query.seconds)) from error

    def expand(self, pattern: Pattern, most: int, deadline: Deadline) -> Expansion:
        """The forms that fit a pattern in its field, `most` of them at most. Raises SearchTooLong."""
        return expansion(pattern, [self._vocabulary], most, deadline)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(self._words.forms, self._words.form_counts, self._whole.authors)

    def lexicon(self) -> Lexicon:
        """All forms, with how often each stands in the collection. Made once."""
        return self._lexicon

    @cached_property
    def _lexicon(self) -> Lexicon:
        return lexicon([self._vocabulary])

    def inflected(self, stems: Sequence[str]) -> Iterable[str]:
        """All forms that have one of some stems in one of the languages."""
        numbers = self._words.word_form[self._words.with_stems(stems)].tolist()
        return {self._words.forms[number] for number in numbers}

    def frequency(self, word: Word) -> int:
        """In how many passages, titles and headings included, one of a word's stems stands."""
        number = self._words.forms.find(word.form)
        if word.exact and (number < 0 or not self._words.form_counts[number]):
            return 0
        known, unknown = self._remembered.frequencies([word])
        if unknown:
            known = self._remembered.counted(unknown, self._index.search(list(map(in_passages, unknown))))
        return known[key_of(word)]

    # ----------------------------------------------------------------------------------------- the second phase

    def occurrences(self, candidates: Sequence[Candidate], words: Sequence[Term]) -> Occurrences:
        """Where words stand in candidates."""
        asking = Asking(self._words, words, self._remembered.numbers(words))
        keys = [one.key for one in candidates]
        known, unknown = self._remembered.frequencies(words)
        aside = self._remembered.aside(words, keys)
        if unknown or not aside:
            of = list(dict.fromkeys(article_of(one.id) for one in candidates))
            here, articles, *counts = self._index.search([*asking.bodies(keys, of), *map(in_passages, unknown)])
            known |= self._remembered.counted(unknown, counts)
            aside = asking.told(here, articles)
        return asking.gathered(keys, aside, [known[key_of(word)] for word in words], self._space)

    # ---------------------------------------------------------------------------------------- what pages show

    def prepare(self, keys: Sequence[int]) -> None:
        """Fetch some passages at once, so that `passage` need not ask for each."""
        _, missing = self._remembered.pages.get(keys)
        if missing:
            self._remembered.pages.put(dict(self._index.pages(missing)))

    def passage(self, key: int) -> tuple[Passage, ArticleHead]:
        """The passage of a candidate's key, and its article without text."""
        known, missing = self._remembered.pages.get([key])
        shown = _shown((known or dict(self._index.pages(missing)))[key])
        return _passage(shown), head_of_fields(shown["head"])

    def find_passage(self, passage: str) -> int | None:
        """The key of a passage id, or None."""
        if not passage.isascii():
            return None
        body = {"size": 1, "query": {"term": {"id": passage}}, "docvalue_fields": ["row"], "_source": False}
        hits = self._index.search([body])[0]["hits"]["hits"]
        return int(hits[0]["fields"]["row"][0]) if hits else None

    def article(self, article: str) -> tuple[Article, tuple[Passage, ...]] | None:
        """An article, whole, with its passages in order; None where the generation has none of that id."""
        shown = self._article(article)
        if shown is None:
            return None
        rows = range(shown["first"], shown["first"] + shown["of"])
        found = dict(self._index.pages(rows))
        passages = tuple(_passage(_shown(found[row])) for row in rows)
        return decode_article(shown["record"], "".join(one.text for one in passages)), passages

    def _article(self, article: str) -> Answer | None:
        """What is kept of an article; None where there is none of that id."""
        if not article.isascii() or not article.isprintable() or len(article) > _LONGEST_ID:
            return None
        kept = self._index.document(f"a{article}", article)
        return kept["shown"] if kept else None

    def head(self, article: str) -> ArticleHead | None:
        """An article without its text; None where there is none of that id."""
        shown = self._article(article)
        return _head(shown) if shown else None

    def titles(self, most: int) -> Iterator[str]:
        """The titles of some articles, `most` of them at most, in no order; those without one of their own left out."""
        yield from (article.title for article in islice(self.records(), most) if not article.untitled)

    def articles(self) -> Iterator[ArticleHead]:
        """All articles without text, in the order of their paths; those of one file as they stand in it."""
        yield from (_head(hit["_source"]["shown"]) for hit in self._all_articles(["path", "number"]))

    def records(self) -> Iterator[Article]:
        """All articles without text but with everything else, one after the other."""
        for hit in self._all_articles(["number"]):
            yield decode_article(hit["_source"]["shown"]["record"])

    def _all_articles(self, sort: Sequence[str]) -> Iterator[Answer]:
        return self._index.scan({"term": {"kind": ARTICLE}}, sort)

    def copies(self, article: str) -> tuple[str, ...]:
        """The ids of an article and its near-duplicates, the earliest first; none where it has none."""
        return self._copies.group(article)

    def speaker(self, article: str) -> str:
        """The id under which a text is kept that other articles have too; empty where the article is not among them."""
        return self._copies.speaker(article)

    def wear(self) -> tuple[int, int, int]:
        """How often the index was changed, how many passages were ever in it, and how many of them are deleted."""
        place = self._whole.place
        return place.changes, place.rows, place.deleted

    def check(self, *, thorough: bool) -> None:
        """Compare what the cluster holds with what was written. Raises IndexDamaged with what is wrong."""
        held = self._whole.holdings
        for kind, expected in ((PASSAGE, held.passages), (ARTICLE, held.articles)):
            found = self._index.count({"term": {"kind": kind}})
            if found != expected:
                raise IndexDamaged(f"The cluster holds {found} documents instead of {expected}. {REBUILD}")
        size = len(self._words.stems)
        step = 1 if thorough else max(size // _SAMPLED_STEMS, 1)
        for first in range(1, size, step * _SAMPLED_STEMS):
            self._check_stems(range(first, min(first + step * _SAMPLED_STEMS, size), step))

    def _check_stems(self, numbers: range) -> None:
        """Some stems stand in as many passages as was counted when they were written."""
        stems = [self._words.stems[number] for number in numbers]
        found = self._index.search([counting({"term": {"pooled": stem}}) for stem in stems])
        for number, stem, answer in zip(numbers, stems, found, strict=True):
            if total(answer) != self._words.stem_frequencies[number]:
                raise IndexDamaged(f"The postings of {stem!r} do not fit the passages. {REBUILD}")

    def close(self) -> None:
        """Let go of the cluster."""
        self._cluster.close()


_LONGEST_ID = 200


def _shown(page: str) -> Answer:
    """What a page shows of a passage, as `ClusterIndex.pages` tells it."""
    return unpacked(a2b_base64(page))


def _passage(shown: Answer) -> Passage:
    return Passage(
        id=shown["id"],
        article=shown["head"]["id"],
        ordinal=shown["ordinal"],
        start=shown["start"],
        end=shown["start"] + len(shown["text"]),
        text=shown["text"],
        section=shown["section"],
        sentences=tuple(shown["sentences"]),
        silent=tuple(Silent(*span) for span in shown["silent"]),
    )


def _head(shown: Answer) -> ArticleHead:
    """An article from its record, and how many passages it has."""
    return decode_head(shown["record"], shown["of"])


class OpenSearchEngine(Engine):
    """OpenSearch, behind the contract."""

    name = "opensearch"

    def writer(self, folder: Path, base: Path | None) -> EngineWriter:
        """Begin a generation in an empty folder, as a change of the one in `base` if that is given."""
        access = Access.of(self.settings, read_place(base).addresses if base else known_addresses(folder))
        mine = owner(folder, access.addresses)
        name = f"{self.settings.engine_collection}-{mine}-{folder.name.partition('.')[0]}"
        return ClusterWriter(access, self.settings, name, folder, base)

    def is_as_asked(self, folder: Path) -> bool:
        """Whether a generation has as many shards and replicas as the settings ask. Raises IndexDamaged."""
        place = read_place(folder)
        return (place.shards, place.replicas) == (self.settings.engine_shards, self.settings.engine_replicas)

    def announce(self, folder: Path) -> None:
        """Make a generation the one that answers for all who know the cluster alone. Raises ClusterProblem."""
        announce(self.settings, folder)

    def fetched(self, *, hasty: bool = False) -> Path:
        """An index folder with the small files of what answers in the cluster. Raises ClusterProblem, IndexMissing."""
        return fetched(self.settings, hasty=hasty)

    def sweep(self) -> None:
        """Delete from the cluster what no generation of the index folder names."""
        sweep_cluster(self.settings)

    def discard(self, folder: Path) -> None:
        """Delete the index of a generation, if it has one. Raises ClusterProblem."""
        place = read_place(folder)
        with closing(Cluster(Access.of(self.settings, place.addresses))) as cluster:
            cluster.drop(place.index)

    def reader(self, folder: Path) -> EngineReader:
        """Open a finished generation. Raises IndexDamaged and ClusterProblem."""
        return OpenSearchReader(Access.of(self.settings, read_place(folder).addresses), folder)
