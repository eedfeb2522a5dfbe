"""The postings that a reader keeps unpacked from one query to the next."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

from kb_search.engines.postings import Postings

#: A segment by its number, and a stem of it or some forms that are taken as one term.
Key = tuple[int, str | tuple[str, ...]]

#: For all segments of a generation together, in bytes: of a million passages the postings of twenty frequent words.
_MOST_BYTES = 1 << 27

#: What an empty list takes with its key beside the text itself; a word that nothing has is kept too.
_EMPTY_BYTES = 600


class KeptPostings:
    """Postings by segment and term, up to so many bytes; a longer list is kept alone. Threads may share it."""

    def __init__(self) -> None:
        """Nothing is kept yet."""
        self._known: dict[Key, Postings] = {}
        self._bytes = 0
        self._lock = threading.Lock()

    def of(self, segment: int, term: str | tuple[str, ...], read: Callable[[], Postings]) -> Postings:
        """The postings of a term in a segment; `read` gives those that are not kept, to two threads twice."""
        found = self._known.get((segment, term))
        if found is None:
            found = read()
            self._keep((segment, term), found)
        return found

    def _keep(self, key: Key, found: Postings) -> None:
        size = _size(key, found)
        with self._lock:
            if self._bytes + size > _MOST_BYTES:
                self._known, self._bytes = {}, 0
            if key not in self._known:
                self._known[key] = found
                self._bytes += size


def _size(key: Key, found: Postings) -> int:
    """What a list takes with its key, in bytes."""
    _, term = key
    texts = (term,) if isinstance(term, str) else term
    return _EMPTY_BYTES + sum(map(sys.getsizeof, texts)) + sum(part.nbytes for part in found)
