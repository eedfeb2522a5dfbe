"""A small collection, written here, indexed for real, and served by the application under test."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kb_search.config import Settings
from kb_search.indexer import build_index
from kb_search.search import Library
from kb_search.web.app import create_app

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;"


def prose(topic: str, sentences: int) -> str:
    """So many different sentences about a topic, four to a paragraph."""
    lines = [
        f"On day {number} the envoys spoke about {topic} and agreed that report {number} should say so plainly."
        for number in range(1, sentences + 1)
    ]
    return "\n\n".join(" ".join(lines[at : at + 4]) for at in range(0, len(lines), 4))


MARKDOWN = f"""---
title: The road through the valley
date: 2021-06-15
source: Valley Papers
author: Ana Example
url: https://example.org/road
language: en
---

The road is long. It was closed in winter and opened again in spring.

## How it was built

{prose("the bridge", 24)}

## Who uses it

Drivers, shepherds and the peace mission use the road.
"""


def row(identity: str, title: str, text: str, **fields: str) -> dict[str, str]:
    """One line of a file of records."""
    return {"id": identity, "title": title, "text": text, **fields}


ROWS = [
    row("a", "Peace talks begin", prose("peace talks", 30), date="2019-03-01", source="Herald"),
    row("b", "Peace talks end", prose("the treaty", 30), date="2020-11-10", source="Herald"),
    row("c", "A month of waiting", prose("patience", 12), date="2020-12", source="Courier"),
    row("d", "A year in review", prose("the harvest", 12), date="2020", source="Courier"),
    row("e", "Nobody knows when", prose("old maps", 12), source='Archive, "north" & south'),
    row("f", HOSTILE, f"Hostile words: {HOSTILE} and more.", date="2021-01-05", source=HOSTILE, author=HOSTILE,
        url="javascript:alert(3)"),
    row("g", "Без даты", "Переговоры о мире прошли в Баку. Стороны согласились.", source="Вестник", language="ru"),
    *(row(f"s{number}", f"Part {number}", f"Part {number} of many.", source=f"Series {number}") for number in range(9)),
    row("h", "No source at all", "The zebra crossed the river at dawn.", date="2022-02-02"),
]  # fmt: skip


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings for the small collection, with its index built."""
    root = tmp_path_factory.mktemp("web")
    corpus = root / "corpus"
    corpus.mkdir()
    rows = "\n".join(json.dumps(row) for row in ROWS)
    (corpus / "rows.jsonl").write_text(rows, "utf-8")
    (corpus / "road.md").write_text(MARKDOWN, "utf-8")
    settings = Settings(corpus=corpus, index=root / "index", title="Test <collection>", time_limit=30)
    report = build_index(settings)
    assert report.failed == 0, report
    return settings


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[Flask]:
    """The application on the small collection."""
    with closing(Library(settings)) as library:
        yield create_app(library, settings)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without script."""
    return app.test_client()


@pytest.fixture
def empty_client(tmp_path: Path) -> FlaskClient:
    """A browser without script in front of a program that has no index yet."""
    settings = Settings(corpus=tmp_path / "corpus", index=tmp_path / "index")
    return create_app(Library(settings), settings).test_client()
