"""Processes that read files under limits of time and memory, and what they have read.

`crew` hands the files out and hears what became of them, `process` is one that reads, and `forking` makes it. A file
that kills its process costs nothing but itself.
"""

from kb_search.workers.crew import read_all
from kb_search.workers.orders import Job

__all__ = ["Job", "read_all"]
