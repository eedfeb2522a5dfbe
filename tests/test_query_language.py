"""`docs/QUERY_LANGUAGE.md` is true: each line of its table of examples finds what it says."""

from pathlib import Path

import pytest

from kb_search.document import Article, Date, Passage
from kb_search.engines.base import Deadline, EngineQuery
from kb_search.expanding import expanded
from kb_search.lexing import FIELDS
from kb_search.parsing import parse
from tests.engines.test_contract import built
from tests.engines.there import ENGINES, engine_named

PAGE = (Path(__file__).parents[1] / "docs" / "QUERY_LANGUAGE.md").read_text("utf-8")
COLUMNS = ("passage", "article", "title", "section", "source", "author", "language", "date", "text")


def rows(head):
    """The rows of the table whose first column is called so, in cells; a bar behind a backslash is no border."""
    lines = PAGE[PAGE.index(f"| {head} |") :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip().replace("\0", "|") for cell in line.replace("\\|", "\0").split("|")[1:-1]] for line in lines]


def collection():
    """The articles of the page with their passages."""
    articles = {}
    for cells in rows("passage"):
        one = dict(zip(COLUMNS, cells, strict=True))
        articles.setdefault(one["article"], []).append(one)
    return [made(parts) for parts in articles.values()]


def made(parts):
    """One article with its passages."""
    first, passages, at = parts[0], [], 0
    for ordinal, one in enumerate(parts, 1):
        end = at + len(one["text"])
        passages.append(Passage(one["passage"], first["article"], ordinal, at, end, one["text"], one["section"]))
        at = end
    article = Article(
        first["article"], f"{first['article']}.txt", first["title"], "".join(one["text"] for one in parts),
        source=first["source"], date=Date.parse(first["date"]) if first["date"] else None, author=first["author"],
        language=first["language"],
    )  # fmt: skip
    return article, tuple(passages)


@pytest.fixture(scope="module", params=ENGINES)
def reader(request):
    """The passages of the page, indexed by each engine."""
    with built(engine_named(request.param), collection()) as (reader, _):
        yield reader


@pytest.mark.parametrize(("typed", "found", "why"), rows("typed"))
def test_an_example_finds_what_the_page_says(reader, typed, found, why):
    """What is typed in the first column finds the passages of the second; nothing in it is ignored."""
    query = expanded(parse(typed.strip("`"), ("en", "ru")), reader, Deadline(60))
    matches = reader.search(EngineQuery(query.tree, seconds=60))
    assert sorted(one.id for one in matches.candidates) == found.split(), why
    assert {note.kind for note in query.notes} <= {"expanded", "info"}


def test_every_field_has_its_place_on_the_page():
    """Each field that can be typed is in a heading and in an example."""
    headings = " ".join(line for line in PAGE.splitlines() if line.startswith("## "))
    examples = " ".join(typed for typed, _, _ in rows("typed"))
    for name in FIELDS:
        assert f"{name}:" in headings, name
        assert f"{name}:" in examples, name
