"""What is sent to a cluster of a finished segment: its passages and articles as documents with ids of their own."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kb_search.arrays import Ints
from kb_search.columns import Columns
from kb_search.document import Date, pages_within
from kb_search.engines.base import FIELD_WEIGHTS
from kb_search.engines.bm25 import coarse_length
from kb_search.engines.cluster import Answer
from kb_search.engines.clusterindex import ARTICLE, FILE, PASSAGE
from kb_search.engines.clusterwords import ArticleWords, PassageWords, Words
from kb_search.records import decode_article, decode_head, fields_of_head
from kb_search.results import ArticleHead

#: Documents go in pieces of so many characters.
_PIECE = 4_000_000
_LETTERS = str.maketrans("-_", "+/")
#: A small file goes in pieces of so many bytes.
_FILE_PIECE = 1_000_000
#: Of zlib: beyond it little is won for the time.
_LEVEL = 6


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents of a segment; rows and articles are numbered from `first_row` and `first_article`."""

    columns: Columns
    passages: Sequence[PassageWords]
    words: Words
    first_row: int
    first_article: int

    def bulks(self) -> Iterator[str]:
        """All documents, in pieces that go in one request each."""
        return in_pieces(self._lines())

    def _lines(self) -> Iterator[str]:
        forms = self.words.forms.strings(0, len(self.words.forms))
        stems = self.words.stems.strings(0, len(self.words.stems))
        spelled = _Spelled(
            [forms[number] for number in self.words.word_form.tolist()],
            [stems[number] for number in self.words.word_stem.tolist()],
        )
        lengths = coarse_length(self.columns.row_length).tolist()
        for number in range(self.columns.articles):
            fields, rows = self._fields(number), self.columns.rows_of(number)
            head = decode_head(self.columns.records[number], len(rows))
            own = [self.passages[row] for row in rows]
            for row, words in zip(rows, own, strict=True):
                yield document(
                    str(self.first_row + row),
                    {
                        **fields,
                        "kind": PASSAGE,
                        "belongs": {"name": "passage", "parent": f"a{fields['article']}"},
                        "row": self.first_row + row,
                        "id": self.columns.row_ids[row].decode("ascii"),
                        "length": lengths[row],
                        **spelled.fields(words),
                        "words": encoded(words.encoded()),
                        "page": encoded(packed(self._shown(row, row - rows.start, head))),
                    },
                )
            yield self._article(number, fields, rows, ArticleWords.of(own))

    def _article(self, number: int, fields: Answer, rows: range, words: ArticleWords) -> str:
        record = self.columns.records[number]
        shown = {"record": record, "first": self.first_row + rows.start, "of": len(rows)}
        article = decode_article(record)
        kept = {
            "belongs": "article",
            "kind": ARTICLE,
            "path": article.path,
            "counts": encoded(words.encoded()),
            "shown": shown,
        }
        return document("a" + fields["article"], {**fields, **kept})

    def _fields(self, number: int) -> Answer:
        """What an article's document and those of its passages have in common."""
        columns = self.columns
        article = decode_article(columns.records[number])
        date = Date.from_number(int(columns.article_date[number])) if columns.article_date[number] else None
        days = {"dated": date.number, "first_day": date.first, "last_day": date.last} if date else {}
        return {
            "number": self.first_article + number,
            "article": article.id,
            "source": list(article.sources),
            "author": article.author,
            "language": article.language,
            "date": date.number if date else 0,
            **days,
        }

    def _shown(self, row: int, before: int, head: ArticleHead) -> Answer:
        """What a page shows of a passage, which has so many before it, and of its article.

        Of what grows with the article only what the passage stands on is there: each passage has a page of its own.
        """
        columns = self.columns
        heading = int(columns.row_heading[row])
        text, start = columns.text[row], int(columns.row_offset[row])
        own = replace(head, pages=pages_within(head.pages, start, start + len(text)))
        return {
            "id": columns.row_ids[row].decode("ascii"),
            "head": fields_of_head(own),
            "text": text,
            "start": start,
            "ordinal": before + 1,
            "section": columns.section[heading] if heading >= 0 else "",
            "sentences": columns.sentences(row),
            "silent": columns.silent(row),
        }


#: Stands for the stems of a passage that has none, and in no question: Lucene counts only documents with a term.
_NOTHING = "|"


@dataclass(frozen=True, slots=True)
class _Spelled:
    """The forms and the stems of words by their numbers."""

    forms: Sequence[str]
    stems: Sequence[str]

    def fields(self, words: PassageWords) -> Answer:
        """The fields of a passage that are searched: finished terms with spaces between them."""
        fields: Answer = {}
        for name, forms in (("own", "forms"), ("title", "title_forms"), ("heading", "section_forms")):
            runs = _runs(getattr(words, name))
            if runs:
                stems = {"own": "own", "title": "title_stems", "heading": "section_stems"}[name]
                fields[stems] = [" ".join([self.stems[one] for one in run]) for run in runs]
                fields[forms] = [" ".join([self.forms[one] for one in run]) for run in runs]
        title, heading = ([one for one in part.tolist() if one] for part in (words.title, words.heading))
        own = [one for one in words.own.tolist() if one]
        pooled = own + title * FIELD_WEIGHTS.title + heading * FIELD_WEIGHTS.section
        fields["pooled"] = " ".join([self.stems[one] for one in pooled]) or _NOTHING
        fields["pooled_forms"] = " ".join([self.forms[one] for one in pooled])
        return fields


def _runs(numbers: Ints) -> list[list[int]]:
    """The words between places where none stands."""
    breaks = np.flatnonzero(numbers == 0)
    runs = (part.tolist() for part in np.split(numbers, breaks)) if len(breaks) else [numbers.tolist()]
    return [run for run in ([one for one in part if one] for part in runs) if run]


def document(name: str, fields: Answer) -> str:
    """Two lines of a bulk request that write a document under an id of its own."""
    where = {"routing": fields["article"]} if "article" in fields else {}
    return f"{json.dumps({'index': {'_id': name, **where}})}\n{json.dumps(fields)}\n"


def removal(name: str, article: str) -> str:
    """A line of a bulk request that deletes a document of an article."""
    return f"{json.dumps({'delete': {'_id': name, 'routing': article}})}\n"


def file_documents(name: str, raw: bytes) -> Iterator[str]:
    """A small file as documents."""
    for number, at in enumerate(range(0, max(len(raw), 1), _FILE_PIECE)):
        yield document(f"f{name}/{number}", {"kind": FILE, "data": encoded(raw[at : at + _FILE_PIECE])})


def in_pieces(lines: Iterator[str]) -> Iterator[str]:
    """Lines put together so that each piece goes in one request."""
    waiting: list[str] = []
    size = 0
    for line in lines:
        waiting.append(line)
        size += len(line)
        if size >= _PIECE:
            yield "".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield "".join(waiting)


def packed(page: Answer) -> bytes:
    """What a page shows of a passage as a column of the cluster keeps it, which does not compress anything itself."""
    return zlib.compress(json.dumps(page).encode("ascii"), _LEVEL)


def unpacked(raw: bytes) -> Answer:
    """What `packed` made bytes of."""
    page: Answer = json.loads(zlib.decompress(raw))
    return page


def encoded(raw: bytes) -> str:
    """Bytes as a cluster takes them."""
    return base64.b64encode(raw).decode("ascii")


def decoded(text: str) -> bytes:
    """Bytes as a cluster gives them back: with other letters where they are kept as a column, and not filled up."""
    return base64.b64decode(text.translate(_LETTERS) + "==")
