"""What is said between the process that hands files out and those that read them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from kb_search.journal import FileKey
from kb_search.loaders import RowProblem, SourceFile


@dataclass(frozen=True, slots=True)
class Job:
    """A file to be read, and the state in which it was found."""

    key: FileKey
    file: SourceFile


class Message(Enum):
    """What a process says: it goes on with the same file, is done with it, or wants to be replaced."""

    ALIVE = 1
    DONE = 2
    RETIRING = 3


def summary(problems: tuple[RowProblem, ...], number: int) -> str:
    """One sentence for all records that were left out, a `number` of them, with the first three."""
    if not number:
        return ""
    named = "; ".join(f"{one.where}: {one.message}" for one in problems[:3])
    more = f" and {number - 3} more" if number > 3 else ""
    return f"{number} left out ({named}{more})."
