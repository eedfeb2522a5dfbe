"""Writes one segment of a generation: articles and their passages in, the arrays of `columns` out.

Articles are taken in batches of a thousand passages, which become numbers together and are appended to files. Memory
holds such a batch, the vocabulary, and the words of titles and headings. Forms are numbered as they are met, and get
their final numbers, in byte order, at the end.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, chain
from pathlib import Path
from typing import BinaryIO

import numpy as np

from kb_search.arrays import Ints, Longs, load_array, write_strings
from kb_search.columns import SILENT_REASONS
from kb_search.document import Article, Passage
from kb_search.numbering import Batch, Given, NumberedForms, numbered
from kb_search.records import encode_article
from kb_search.wording import Wording, worded

_RENUMBER_AT_ONCE = 1 << 20
#: So many rows are made into numbers and written at a time.
_ROWS_AT_ONCE = 1 << 10


class _ArrayFile:
    """A file that an array is appended to; `count` is its length."""

    def __init__(self, folder: Path, name: str, kind: str) -> None:
        self._kind = np.dtype(kind if kind[0] == "S" else f"<{kind}")
        self._file: BinaryIO = (folder / f"{name}.{kind}").open("wb")
        self.count = 0

    def extend(self, values: Ints | Longs | Sequence[int] | Sequence[bytes]) -> None:
        """Append some numbers, or ids."""
        self._file.write(np.asarray(values, self._kind).data)
        self.count += len(values)

    def close(self) -> None:
        self._file.close()


class _Strings:
    """A table of strings that is appended to."""

    def __init__(self, folder: Path, name: str) -> None:
        self._text: BinaryIO = (folder / f"{name}_text.u1").open("wb")
        self._ends = _ArrayFile(folder, f"{name}_ends", "i8")
        self._end = 0

    def extend(self, texts: Iterable[str]) -> None:
        raw = [text.encode("utf-8", "surrogatepass") for text in texts]
        self._text.write(b"".join(raw))
        ends = list(accumulate(map(len, raw), initial=self._end))
        self._end = ends[-1]
        self._ends.extend(ends[1:])

    def close(self) -> None:
        self._text.close()
        self._ends.close()


class _Lists:
    """A list of numbers for each row, appended to."""

    def __init__(self, folder: Path, name: str, starts: str) -> None:
        self._values = _ArrayFile(folder, name, "i4")
        self._starts = _ArrayFile(folder, starts, "i8")
        self._starts.extend([0])

    def extend(self, lists: Sequence[Sequence[int]]) -> None:
        self.write(list(chain.from_iterable(lists)), np.cumsum([len(one) for one in lists], dtype=np.int64))

    def write(self, values: Ints | Sequence[int], ends: Longs) -> None:
        """Append several lists as one; `ends` is where each ends in it."""
        self._starts.extend(ends + self._values.count)
        self._values.extend(values)

    def close(self) -> None:
        self._values.close()
        self._starts.close()


class ColumnWriter:
    """A segment while it is written. `add` articles, then `finish` once; nothing can be read before that.

    `rows` and `articles` are how many are written; the last ones wait for `finish`.
    """

    def __init__(
        self, folder: Path, context_weights: tuple[int, int], written: Callable[[Batch], None] | None = None
    ) -> None:
        """Begin a segment in a new folder. `context_weights` are those of a title word and a heading word.

        `written` is told of each batch of articles that has passages, in order, when it is written.
        """
        folder.mkdir(parents=True)
        self._folder = folder
        self._weights = context_weights
        self._told = written
        self._waiting: list[Given] = []
        self._waiting_rows = 0
        self._vocabulary = NumberedForms()
        self._sources: dict[str, int] = {}
        self._authors: dict[str, int] = {}
        self._languages: dict[str, int] = {}
        self._words = _Lists(folder, "forms", "starts")
        self._titles: list[list[int]] = []
        self._headings: list[list[int]] = []
        self._sentences = _Lists(folder, "sentence", "sentence_starts")
        self._silent = _Lists(folder, "silent", "silent_starts")
        self._text = _Strings(folder, "text")
        self._section = _Strings(folder, "section")
        self._records = _Strings(folder, "article_record")
        self._rows = {name: _ArrayFile(folder, f"row_{name}", kind) for name, kind in _ROW_FILES.items()}
        self._articles = {name: _ArrayFile(folder, f"article_{name}", kind) for name, kind in _ARTICLE_FILES.items()}
        self._more = {name: _ArrayFile(folder, f"more_{name}", "i4") for name in ("article", "source")}
        self._pooled = 0
        self.rows = 0
        self.articles = 0

    def add(self, article: Article, passages: Sequence[Passage], wording: Wording | None = None) -> None:
        """Append an article with its passages, in order, and their `wording`, if it is at hand."""
        self._waiting.append(Given(article, passages, wording or worded(passages)))
        self._waiting_rows += len(passages)
        if self._waiting_rows >= _ROWS_AT_ONCE:
            self._write_batch()

    def _write_batch(self) -> None:
        """Write the articles that wait, and tell of them."""
        given, self._waiting, self._waiting_rows = self._waiting, [], 0
        batch = numbered(given, self._vocabulary, self._weights)
        passages = [passage for one in given for passage in one.passages]
        self._write_numbers(batch)
        self._write_texts(passages)
        self._rows["offset"].extend([passage.start for passage in passages])
        self._rows["id"].extend([passage.id.encode("ascii") for passage in passages])
        self._write_articles(given)
        self.rows += len(passages)
        self.articles += len(given)
        if self._told and passages:
            self._told(batch)

    def _write_numbers(self, batch: Batch) -> None:
        self._words.write(batch.forms, batch.ends)
        self._rows["article"].extend(batch.article + self.articles)
        self._rows["heading"].extend(np.where(batch.heading < 0, -1, batch.heading + len(self._headings)))
        self._rows["length"].extend(batch.lengths)
        self._pooled += int(batch.lengths.sum(dtype=np.int64))
        self._titles += batch.titles
        self._headings += batch.heading_forms
        self._section.extend(batch.headings)

    def _write_texts(self, passages: Sequence[Passage]) -> None:
        self._text.extend(passage.text for passage in passages)
        self._sentences.extend([passage.sentences for passage in passages])
        self._silent.extend([
            [number for start, end, why in passage.silent for number in (start, end, SILENT_REASONS.index(why))]
            for passage in passages
        ])  # fmt: skip

    def _write_articles(self, given: Sequence[Given]) -> None:
        articles, file = [article for article, _, _ in given], self._articles
        rows = accumulate((len(passages) for _, passages, _ in given), initial=self.rows)
        file["first_row"].extend(list(rows)[:-1])
        file["date"].extend([article.date.number if article.date else 0 for article in articles])
        self._write_sources(articles)
        file["author"].extend([self._authors.setdefault(one.author, len(self._authors)) for one in articles])
        file["language"].extend([self._languages.setdefault(one.language, len(self._languages)) for one in articles])
        file["id"].extend([article.id.encode("ascii") for article in articles])
        self._records.extend(map(encode_article, articles))

    def _write_sources(self, articles: Sequence[Article]) -> None:
        """The first source of each article, and the further ones beside."""
        known = self._sources
        numbers = [[known.setdefault(name, len(known)) for name in article.sources] for article in articles]
        more = [(article, one) for article, (_, *others) in enumerate(numbers, self.articles) for one in others]
        self._articles["source"].extend([first for first, *_ in numbers])
        self._more["article"].extend([article for article, _ in more])
        self._more["source"].extend([source for _, source in more])

    def write_waiting(self) -> None:
        """Write the articles that wait; all have been told of then."""
        if self._waiting:
            self._write_batch()

    def finish(self) -> None:
        """Write what waits and what is only known at the end, and close all files."""
        self.write_waiting()
        self._languages = self._languages or {"": 0}
        self._write_heads()
        self.close()
        self._write_order("row", "S32")
        self._write_order("article", "S16")
        self._write_vocabulary()
        described = {
            "rows": self.rows,
            "articles": self.articles,
            "words": self._pooled,
            "context_weights": list(self._weights),
            "languages": list(self._languages),
            "sources": list(self._sources),
            "authors": list(self._authors),
        }
        (self._folder / "segment.json").write_text(json.dumps(described, ensure_ascii=False), "utf-8")

    def close(self) -> None:
        """Close all files; without `finish` they are of no use."""
        for file in (self._words, self._sentences, self._silent, self._text, self._section, self._records):
            file.close()
        for column in (*self._rows.values(), *self._articles.values(), *self._more.values()):
            column.close()

    def _write_order(self, name: str, kind: str) -> None:
        """The numbers of rows or articles in the order of their ids, to look one up and to break ties."""
        order = _ArrayFile(self._folder, f"{name}_order", "i4")
        order.extend(np.argsort(load_array(self._folder / f"{name}_id.{kind}"), kind="stable").tolist())
        order.close()

    def _write_heads(self) -> None:
        heads = _Lists(self._folder, "heads", "head_starts")
        heads.extend([*self._titles, *self._headings])
        heads.close()

    def _write_vocabulary(self) -> None:
        """Renumber the forms in byte order, and give each its stem in every language of the segment."""
        forms = self._vocabulary.forms
        # Python's order of strings is that of their UTF-8 bytes.
        order = sorted(range(len(forms)), key=forms.__getitem__)
        renumbered = np.empty(len(order), np.int32)
        renumbered[order] = np.arange(len(order), dtype=np.int32)
        counts = self._renumber(self._folder / "forms.i4", renumbered)
        counts += self._renumber(self._folder / "heads.i4", renumbered)
        counts[0] = 0  # the empty form stands between rows, and is no word
        counts.astype("<i8").tofile(self._folder / "form_count.i8")
        write_strings(self._folder, "form", [forms[number] for number in order])
        stems = [self._vocabulary.stems(language) for language in self._languages]
        distinct = sorted(set(chain.from_iterable(stems)))
        number_of = {stem: place for place, stem in enumerate(distinct)}
        write_strings(self._folder, "stem", distinct)
        stem_of = _ArrayFile(self._folder, "stem_of", "i4")
        for row in stems:
            stem_of.extend([number_of[row[number]] for number in order])
        stem_of.close()

    def _renumber(self, path: Path, renumbered: Ints) -> Longs:
        """Give the forms in a file their new numbers; how often each stands there."""
        old = load_array(path)
        counts = np.zeros(len(renumbered), np.int64)
        changed = path.with_suffix(".new")
        with changed.open("wb") as file:
            for at in range(0, len(old), _RENUMBER_AT_ONCE):
                new = renumbered[old[at : at + _RENUMBER_AT_ONCE]]
                counts += np.bincount(new, minlength=len(counts))
                file.write(new.astype("<i4", copy=False).tobytes())
        changed.replace(path)
        return counts


_ROW_FILES = {"article": "i4", "heading": "i4", "length": "i4", "offset": "i4", "id": "S32"}
_ARTICLE_FILES = {
    "first_row": "i4", "date": "i4", "source": "i4", "author": "i4", "language": "i4", "id": "S16",
}  # fmt: skip
