"""A judged collection: documents, questions, and who judged which document an answer to which question.

A folder with `docs.jsonl` (`id`, `title`, `text`), `queries.jsonl` (`id`, `text`) and `qrels.tsv` (question, document,
grade, between tabs); the last may be missing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kb_search.errors import UsageError

#: So many ids are named in a note, with so many letters each.
_MOST_LISTED = 8
_MOST_LETTERS = 60
#: No scale of grades goes further; measures take them for whole numbers of a machine.
MOST_GRADE = 1000


@dataclass(frozen=True, slots=True)
class Document:
    """What is to be found."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """How well a document answers a question; 0 is not at all."""

    question: str
    document: str
    grade: int


@dataclass(frozen=True, slots=True)
class Judged:
    """A judged collection, as it was read; without `judgements` it can be asked and not measured."""

    name: str
    documents: tuple[Document, ...]
    questions: tuple[Question, ...]
    judgements: tuple[Judgement, ...]

    @property
    def fingerprint(self) -> str:
        """A short name for the exam: another document, question or judgement gives another."""
        digest = hashlib.sha256()
        for part in (self.documents, self.questions, sorted(map(repr, self.judgements))):
            digest.update(repr(part).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()[:16]

    @property
    def judged_questions(self) -> frozenset[str]:
        """The ids of the questions that are asked and judged."""
        return frozenset(one.id for one in self.questions) & {one.question for one in self.judgements}

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what is missing, and on judgements of what the collection does not have."""
        questions = {one.question for one in self.judgements} - self.judged_questions
        documents = {one.document for one in self.judgements if one.grade > 0} - {one.id for one in self.documents}
        said = [] if self.questions else ["queries.jsonl asks nothing."]
        if not self.judged_questions:
            said.append("No question is judged in qrels.tsv, so nothing is measured.")
        if questions:
            said.append(f"Judged in qrels.tsv but not in queries.jsonl, and left out: {_listed(questions)}.")
        if documents:
            said.append(f"Judged an answer in qrels.tsv but not in docs.jsonl, so never found: {_listed(documents)}.")
        return tuple(said)


def _listed(ids: Iterable[str]) -> str:
    """Some ids, and how many there are beside those."""
    first, more = sorted(ids)[:_MOST_LISTED], len(set(ids)) - _MOST_LISTED
    return ", ".join(one[:_MOST_LETTERS] for one in first) + (f" and {more:,} more" if more > 0 else "")


def read_judged(folder: Path) -> Judged:
    """Read a folder. Raises UsageError with the file and line that is wrong."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder; evaluate needs one with docs.jsonl and queries.jsonl.")
    return Judged(folder.resolve().name, read_documents(folder), read_questions(folder), read_judgements(folder))


def read_documents(folder: Path) -> tuple[Document, ...]:
    """The documents of a folder. Raises UsageError."""
    path = folder / "docs.jsonl"
    documents = tuple(
        Document(_field(row, "id", where), _field(row, "title", where, needed=False), _field(row, "text", where))
        for where, row in _rows(path)
    )
    _refuse_repeated(path, [one.id for one in documents])
    return documents


def read_questions(folder: Path) -> tuple[Question, ...]:
    """The questions of a folder. Raises UsageError."""
    path = folder / "queries.jsonl"
    questions = tuple(Question(_field(row, "id", where), _field(row, "text", where)) for where, row in _rows(path))
    _refuse_repeated(path, [one.id for one in questions])
    return questions


def read_judgements(folder: Path) -> tuple[Judgement, ...]:
    """The judgements of a folder, none where it has no such file. Raises UsageError."""
    path = folder / "qrels.tsv"
    return tuple(_judgements(path)) if path.exists() else ()


def lines(path: Path) -> Iterator[tuple[str, str]]:
    """The lines of a text file that hold anything, each with its place as messages name it. Raises UsageError."""
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8.") from error
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield f"{path}, line {number}", line.rstrip("\r")


def _rows(path: Path) -> Iterator[tuple[str, dict[str, object]]]:
    for where, line in lines(path):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{where}: not valid JSON.") from error
        if not isinstance(row, dict):
            raise UsageError(f"{where}: not a JSON object with named fields.")
        yield where, row


def _field(row: dict[str, object], name: str, where: str, *, needed: bool = True) -> str:
    """A field as text; a whole number is taken for its figures."""
    value = row.get(name, None if needed else "")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise UsageError(f"{where}: the field {name!r} is missing or no text.")
    return str(value)


def _refuse_repeated(path: Path, ids: list[str]) -> None:
    seen: set[str] = set()
    for one in ids:
        if not one.strip() or any(char.isspace() for char in one):
            raise UsageError(f"{path}: the id {one!r} is empty or has white space, which a run file cannot hold.")
        if one in seen:
            raise UsageError(f"{path}: the id {one!r} stands there twice.")
        seen.add(one)


def _judgements(path: Path) -> Iterator[Judgement]:
    """The judgements of a file, each pair once. Raises UsageError, also where a pair has two grades."""
    first: dict[tuple[str, str], tuple[Judgement, str]] = {}
    for where, line in lines(path):
        one = _judgement(where, line)
        before, there = first.setdefault((one.question, one.document), (one, where))
        if before.grade != one.grade:
            raise UsageError(f"{where}: another grade than for the same question and document in {there}; keep one.")
        if there == where:
            yield one


def _judgement(where: str, line: str) -> Judgement:
    try:
        question, document, grade = line.split("\t")
        judged = Judgement(question, document, int(grade))
    except ValueError as error:
        raise UsageError(f"{where}: expected a question, a document and a grade, with tabs between.") from error
    if abs(judged.grade) > MOST_GRADE:
        raise UsageError(f"{where}: the grade must be a whole number between -{MOST_GRADE} and {MOST_GRADE}.")
    return judged
