"""Writes one segment of a generation: articles and their passages in, the arrays of `columns` out.

Everything is appended to files as it comes, so that memory holds the vocabulary and little more. Forms are
numbered as they are met and renumbered in byte order at the end.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain
from pathlib import Path
from typing import BinaryIO

import numpy as np

from kb_search import analysis
from kb_search.arrays import Ints, Longs, load_array
from kb_search.columns import SILENT_REASONS
from kb_search.document import Article, Passage
from kb_search.records import encode_article
from kb_search.wording import FormNumbers, Wording, worded

_RENUMBER_AT_ONCE = 1 << 20
# So many numbers wait to be written together; row by row, turning lists into arrays took a sixth of all indexing.
_WRITTEN_AT_ONCE = 1 << 16


class _ArrayFile:
    """A file that an array is appended to; `count` is its length."""

    def __init__(self, folder: Path, name: str, kind: str) -> None:
        self._kind = np.dtype(kind if kind[0] == "S" else f"<{kind}")
        self._file: BinaryIO = (folder / f"{name}.{kind}").open("wb")
        self._waiting: list[int] | list[bytes] = []
        self.count = 0

    def extend(self, values: Sequence[int] | Sequence[bytes]) -> None:
        self._waiting.extend(values)  # type: ignore[arg-type]  # a file has numbers or ids, never both
        self.count += len(values)
        if len(self._waiting) >= _WRITTEN_AT_ONCE:
            self._flush()

    def write(self, values: Ints | Longs) -> None:
        """Append an array."""
        self._flush()
        self._file.write(values.astype(self._kind, copy=False).tobytes())
        self.count += len(values)

    def _flush(self) -> None:
        if self._waiting:
            self._file.write(np.asarray(self._waiting, self._kind).tobytes())
            self._waiting.clear()

    def close(self) -> None:
        self._flush()
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
        ends = accumulate(map(len, lists), initial=self._values.count)
        self._starts.extend(list(ends)[1:])
        self._values.extend(list(chain.from_iterable(lists)))

    def write(self, values: Ints, ends: Ints) -> None:
        """Append several lists as one array; `ends` is where each ends in it."""
        self._starts.write(ends + np.int64(self._values.count))
        self._values.write(values)

    def close(self) -> None:
        self._values.close()
        self._starts.close()


class ColumnWriter:
    """A segment while it is written. `add` articles, then `finish` once; nothing can be read before that."""

    def __init__(self, folder: Path, context_weights: tuple[int, int]) -> None:
        """Begin a segment in a new folder. `context_weights` are those of a title word and a heading word."""
        folder.mkdir(parents=True)
        self._folder = folder
        self._title_weight, self._heading_weight = context_weights
        self._numbers = FormNumbers()
        self._sources: dict[str, int] = {}
        self._authors: dict[str, int] = {}
        self._languages: dict[str, int] = {}
        self._words = _Lists(folder, "forms", "starts")
        self._heads: list[list[int]] = []
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
        title = [] if article.untitled else self._numbers.of(analysis.forms(article.title))
        self._heads.append(title)
        headings = self._add_headings(passages)
        context = self._title_weight * len(title)
        lengths = [
            own + context + (self._heading_weight * len(self._headings[heading]) if heading >= 0 else 0)
            for own, heading in zip(self._add_words(wording or worded(passages)), headings, strict=True)
        ]
        self._pooled += sum(lengths)
        self._add_texts(passages)
        self._rows["article"].extend([self.articles] * len(passages))
        self._rows["heading"].extend(headings)
        self._rows["length"].extend(lengths)
        self._rows["offset"].extend([passage.start for passage in passages])
        self._rows["id"].extend([passage.id.encode("ascii") for passage in passages])
        self._add_article(article)
        self.rows += len(passages)

    def _add_headings(self, passages: Sequence[Passage]) -> list[int]:
        """Append the headings of an article, each once; the number of each passage's, -1 where it has none."""
        numbers = {"": -1}
        for passage in passages:
            if passage.section not in numbers:
                numbers[passage.section] = len(self._headings)
                self._headings.append(self._numbers.of(analysis.forms(passage.section)))
                self._section.extend([passage.section])
        return [numbers[passage.section] for passage in passages]

    def _add_words(self, wording: Wording) -> list[int]:
        """Append the words of passages; how many each has."""
        numbers, ends = wording.arrays()
        self._words.write(np.array(self._numbers.of(wording.forms), np.int32)[numbers], ends)
        spoken = np.cumsum(numbers != 0)[ends - 1]
        lengths: list[int] = np.diff(spoken, prepend=0).tolist()
        return lengths

    def _add_texts(self, passages: Sequence[Passage]) -> None:
        self._text.extend(passage.text for passage in passages)
        self._sentences.extend([passage.sentences for passage in passages])
        self._silent.extend([
            [number for start, end, why in passage.silent for number in (start, end, SILENT_REASONS.index(why))]
            for passage in passages
        ])  # fmt: skip

    def _add_article(self, article: Article) -> None:
        self._articles["first_row"].extend([self.rows])
        self._articles["date"].extend([article.date.number if article.date else 0])
        first_source, *more = (self._sources.setdefault(name, len(self._sources)) for name in article.sources)
        self._articles["source"].extend([first_source])
        self._more["article"].extend([self.articles] * len(more))
        self._more["source"].extend(more)
        self._articles["author"].extend([self._authors.setdefault(article.author, len(self._authors))])
        self._articles["language"].extend([self._languages.setdefault(article.language, len(self._languages))])
        self._articles["id"].extend([article.id.encode("ascii")])
        self._records.extend([encode_article(article)])
        self.articles += 1

    def finish(self) -> None:
        """Write what is only known at the end, and close all files."""
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
            "context_weights": [self._title_weight, self._heading_weight],
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
        heads.extend([*self._heads, *self._headings])
        heads.close()

    def _write_vocabulary(self) -> None:
        """Renumber the forms in byte order, and give each its stem in every language of the segment."""
        forms = self._numbers
        ordered = sorted(forms, key=lambda form: form.encode("utf-8", "surrogatepass"))
        renumbered = np.empty(len(ordered), np.int32)
        renumbered[[forms[form] for form in ordered]] = np.arange(len(ordered), dtype=np.int32)
        for name in ("forms", "heads"):
            self._renumber(self._folder / f"{name}.i4", renumbered)
        self._write_strings("form", ordered)
        stems = [[analysis.stem(form, language) for form in ordered] for language in self._languages]
        distinct = sorted({one for row in stems for one in row}, key=lambda one: one.encode("utf-8", "surrogatepass"))
        number = {stem: place for place, stem in enumerate(distinct)}
        self._write_strings("stem", distinct)
        stem_of = _ArrayFile(self._folder, "stem_of", "i4")
        for row in stems:
            stem_of.extend([number[one] for one in row])
        stem_of.close()

    def _write_strings(self, name: str, texts: list[str]) -> None:
        table = _Strings(self._folder, name)
        table.extend(texts)
        table.close()

    def _renumber(self, path: Path, renumbered: Ints) -> None:
        old = load_array(path)
        changed = path.with_suffix(".new")
        with changed.open("wb") as file:
            for at in range(0, len(old), _RENUMBER_AT_ONCE):
                file.write(renumbered[old[at : at + _RENUMBER_AT_ONCE]].astype("<i4").tobytes())
        changed.replace(path)


_ROW_FILES = {"article": "i4", "heading": "i4", "length": "i4", "offset": "i4", "id": "S32"}
_ARTICLE_FILES = {
    "first_row": "i4", "date": "i4", "source": "i4", "author": "i4", "language": "i4", "id": "S16",
}  # fmt: skip
