"""What helps with the words of a query, for one generation: each part is made when it is first needed, and kept."""

from __future__ import annotations

from functools import cached_property

from kb_search.engines.base import EngineReader
from kb_search.facets import Calendar
from kb_search.naming import Namer
from kb_search.suggest import Completer, Speller
from kb_search.variants import Variants

#: Names are read out of so many titles; reading one takes some 20 µs.
_MOST_TITLES = 5000


class Aids:
    """Other names, nearly spelled words and completions. Safe to share between threads."""

    def __init__(self, variants: Variants, reader: EngineReader, problem: str = "") -> None:
        """`problem` is what is wrong with a list of names that could not be read."""
        self._variants = variants
        self._reader = reader
        self.namer = Namer(variants, reader, problem)

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
        names = [name.text for name in self._variants.names()]
        return Completer(self._reader.lexicon(), names, self._reader.titles(_MOST_TITLES))
