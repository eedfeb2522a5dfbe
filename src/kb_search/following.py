"""Which index folder is read from, followed where a cluster decides it."""

from __future__ import annotations

import math
import threading
import time

from kb_search.config import Settings
from kb_search.engines import reading
from kb_search.errors import ClusterProblem, KbSearchError
from kb_search.generations import current_name

#: Seconds between two looks whether another generation answers in a cluster.
_EVERY = 1.0


class Followed:
    """Where an index is read by a cluster's address alone, the small files of what answers there are had here.

    Safe to share between threads. One request looks for all; the others go on with what is known, and wait only while
    nothing is. A look that fails costs those who wait for it no look of their own.
    """

    def __init__(self, given: Settings) -> None:
        """Nothing is looked at yet."""
        self._given = given
        self._known = given
        self._problem: KbSearchError | None = None
        self._looked = -math.inf
        self._looking = threading.Lock()

    def settings(self) -> Settings:
        """The settings with the index folder to read from. Raises ClusterProblem and IndexProblem."""
        if self._looking.acquire(blocking=not self._is_there()):
            try:
                if time.monotonic() - self._looked >= _EVERY or not (self._problem or self._is_there()):
                    self._look()
            finally:
                self._looking.release()
        if self._problem:
            raise self._problem.with_traceback(None)
        return self._known

    def _is_there(self) -> bool:
        """Whether there was a look, and what it found is there still."""
        return self._looked > 0 and bool(current_name(self._known.index))

    def _look(self) -> None:
        was_there = self._is_there()
        try:
            self._known, self._problem = reading(self._given, hasty=was_there), None
        except ClusterProblem as problem:
            # Where something is there, the search itself asks the cluster, and can say better what is wrong.
            self._problem = None if was_there else problem
        except KbSearchError as problem:
            self._problem = problem
        self._looked = time.monotonic()
