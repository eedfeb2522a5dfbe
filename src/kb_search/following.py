"""Which index folder is read from, followed where a cluster decides it."""

from __future__ import annotations

import logging
import math
import threading
import time

from kb_search.config import Settings
from kb_search.engines import reading
from kb_search.errors import ClusterProblem, IndexMissing, KbSearchError
from kb_search.generations import current_name

#: Seconds between two looks whether another generation answers in a cluster.
_EVERY = 1.0
#: After one that found a generation which cannot be had here: each try brings most of its files.
_AFTER_FAILURE = 30.0

_log = logging.getLogger(__name__)


class Followed:
    """Where an index is read by a cluster's address alone, the small files of what answers there are had here.

    Safe to share between threads. One request looks for all; the others go on with what is known, and wait only while
    nothing is. A look that fails costs those who wait for it no look of their own. Where a new generation cannot be had
    here, the one before goes on answering, and the log says why.
    """

    def __init__(self, given: Settings) -> None:
        """Nothing is looked at yet."""
        self._given = given
        self._known = given
        self._problem: KbSearchError | None = None
        self._looked = -math.inf
        self._rest = 0.0  # seconds more than usual until the next look
        self._looking = threading.Lock()

    def settings(self) -> Settings:
        """The settings with the index folder to read from. Raises ClusterProblem and IndexProblem."""
        if self._looking.acquire(blocking=not self._is_there()):
            try:
                if time.monotonic() - self._looked >= _EVERY + self._rest or not (self._problem or self._is_there()):
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
        was_there, self._rest = self._is_there(), 0.0
        try:
            self._known, self._problem = reading(self._given, hasty=was_there), None
        except ClusterProblem as problem:
            # Where something is there, the search itself asks the cluster, and can say better what is wrong.
            self._problem = None if was_there else problem
        except IndexMissing as problem:
            self._problem = problem
        except KbSearchError as problem:
            self._problem = None if was_there else problem
            if was_there:
                _log.warning("The index from before goes on answering. %s", problem)
                self._rest = _AFTER_FAILURE
        self._looked = time.monotonic()
