"""What helps with the words of a query, for one generation: each part is made when it is first needed, and kept."""

from __future__ import annotations

from functools import cached_property, partial
from itertools import islice

from kb_search import analysis
from kb_search.engines.base import Deadline, EngineQuery, EngineReader, SearchTooLong
from kb_search.facets import Calendar
from kb_search.fieldvalues import FieldValues
from kb_search.naming import Namer
from kb_search.query import Phrase, Word
from kb_search.suggest import Completer, Speller
from kb_search.variants import Variants

#: Names and authors are read out of so many articles, words of titles out of more; reading one takes some 50 µs.
_MOST_NAMED = 5000
_MOST_TITLES = 50_000
#: Names are counted for so long at most: one takes a millisecond or two here, a request in a cluster.
_COUNTING = 10.0


class Aids:
    """Other names, nearly spelled words and completions. Safe to share between threads."""

    def __init__(self, variants: Variants, reader: EngineReader) -> None:
        """Take the names in force and the generation."""
        self._variants = variants
        self._reader = reader
        self.namer = Namer(variants, reader)

    @cached_property
    def calendar(self) -> Calendar:
        """What the collection holds, by date."""
        return Calendar(self._reader.holdings().dates)

    @cached_property
    def speller(self) -> Speller:
        """Finds the words of the collection that are nearly a given one."""
        return Speller(self._reader.lexicon())

    @cached_property
    def completer(self) -> Completer:
        """Completes words and names of the collection."""
        groups = [[name.text for name in group.names] for group in self._variants.groups]
        titles = self._titles[:_MOST_NAMED]
        count = partial(self._passages, Deadline(_COUNTING))
        return Completer(self._reader.lexicon(), groups, titles, count, self._values, self._languages[0])

    @property
    def _languages(self) -> tuple[str, ...]:
        return self._reader.holdings().languages or ("en",)

    def _passages(self, deadline: Deadline, name: str) -> int:
        """How many passages have the words of a name next to each other; 0 where there is no time to count."""
        words = tuple(Word(form, analysis.stems(form, self._languages)) for form in analysis.forms(name))
        try:
            deadline.check()
            return self._reader.search(EngineQuery(Phrase(words), depth=1, seconds=deadline.left())).passages
        except SearchTooLong:
            return 0

    @cached_property
    def _values(self) -> FieldValues:
        holdings = self._reader.holdings()
        authors = (one.author for one in islice(self._reader.records(), _MOST_NAMED) if one.author)
        return FieldValues(holdings.sources, holdings.languages, authors, holdings.dates, self._titles)

    @cached_property
    def _titles(self) -> tuple[str, ...]:
        return tuple(self._reader.titles(_MOST_TITLES))

    def prepare(self) -> None:
        """Make what takes a while, before somebody waits for it: a second or two for a large collection."""
        self.completer.complete("a")
        self.speller.near("prepare")
