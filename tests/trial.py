"""A folder of articles to try things on, and the small collection that several tests read."""

import json
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from kb_search.config import Settings
from kb_search.indexer import build_index
from kb_search.results import SearchRequest
from kb_search.search import Library


@dataclass(frozen=True)
class Trial:
    """A collection in a folder of its own: `articles` beside `index`, and what tests do with them."""

    root: Path

    @property
    def settings(self):
        """Settings that lead here; searches have time."""
        return Settings(corpus=self.root / "articles", index=self.root / "index", time_limit=60)

    def write(self, name, content):
        """Write an article (text or bytes), long enough ago to be sure of its time."""
        path = self.settings.corpus / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def remove(self, name):
        """Take an article away."""
        (self.settings.corpus / name).unlink()

    def index(self, *, full=False, allow_removals=False, **changed):
        """Bring the index up to date; the report."""
        self.settings.corpus.mkdir(exist_ok=True)
        return build_index(replace(self.settings, **changed), full=full, allow_removals=allow_removals)

    def search(self, text="", **filters):
        """The answer of a library that is opened for this question alone."""
        with closing(Library(self.settings)) as library:
            return library.search(SearchRequest(text, **filters))

    def found(self, text="", **filters):
        """The texts of all passages that a question finds, without the white space at their ends."""
        return sorted(hit.text.strip() for hit in self.search(text, per_page=200, **filters).hits)

    def generations(self):
        """The names of the generations on disk."""
        return sorted(path.name for path in (self.settings.index / "generations").iterdir())


def statuses(report):
    """What a run did with each file."""
    return {file.path: file.status for file in report.files}


def prose(topic, sentences):
    """So many sentences about a topic, each a little different."""
    return " ".join(
        f"On day {number} of that long year the envoys met in the valley, spoke about the {topic} for an hour, and "
        f"agreed that report number {number} should say so in plain words."
        for number in range(1, sentences + 1)
    )


SECTIONED = f"""The Road Over the Pass

{prose("bridge", 6)}

Who Repaired It

{prose("stones and timber", 12)}

What Came After

Nobody had planned for a third winter. The envoys were planning to leave, and the planners said so.
"""

MARKDOWN = f"""---
title: Peace talks in the valley
date: 2021-06-15
source: Valley Papers
author: Ana Example
language: en
---

The peace talks began in June. Both sides wanted a peace that would last.

## The second week

{prose("peace treaty", 15)}
"""

HTML = """<!doctype html><html lang="en-US"><head><title>Snow on the border - Herald</title>
<meta property="article:published_time" content="2020-11-09T22:10:00+04:00"><meta name="author" content="Bo Sample">
<meta property="og:site_name" content="Herald"></head><body><article><h1>Snow on the border</h1>
<p>Snow fell on the border posts all night, and the guards of both sides kept the same fire going until morning.</p>
<p>By noon the road was closed, and the negotiators who had been negotiating since October went home on foot.</p>
</article></body></html>"""

ROWS = [
    {"id": "a", "title": "Peace at last", "text": prose("ceasefire", 10), "date": "2020-11-10", "source": "Herald"},
    {"id": "b", "title": "A month later", "text": prose("prisoners", 10), "date": "2020-12", "source": "Courier"},
    {"id": "c", "title": "The year in brief", "text": prose("harvest", 10), "date": "2020", "source": "Courier"},
    {
        "id": "d",
        "title": "Без даты",
        "text": "Переговоры о мире прошли в Шуше. Стороны договорились.",
        "language": "ru",
    },
    {"id": "e", "text": "The cease\nfire held. It was a long peace.", "date": "1994-05-12", "source": "Old Herald"},
]


def fill(trial):
    """Write the small collection into a trial's folder."""
    trial.write("road.txt", SECTIONED)
    trial.write("papers/talks.md", MARKDOWN)
    trial.write("web/snow.html", HTML)
    trial.write("rows.jsonl", "\n".join(json.dumps(row) for row in ROWS))
    trial.write("notes/collection.toml", 'source = "Notebook"\n')
    trial.write("notes/dated.txt", " date 2023-11-14 A note about the checkpoint. It was closed for a day.")
    trial.write("notes/README.txt", "This is no article.")
