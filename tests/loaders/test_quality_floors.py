"""Floors under what is read from web pages; real pages are measured by `benchmarks/ingestion/web_pages.py`."""

import re
from statistics import fmean

import pytest
import trafilatura

from tests.loaders.helpers import read
from tests.loaders.made_pages import PAGES

#: The floor under the mean, and under each page; raise it when the loader gets better.
MEAN, EACH = 0.99, 0.95


def shingles(text):
    """All runs of four words of a text."""
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[start : start + 4]) for start in range(max(1, len(words) - 3))}


def f1(got, wanted):
    """The harmonic mean of how much of a text is right and how much of the right one it has."""
    mine, right = shingles(got), shingles(wanted)
    return 2 * len(mine & right) / (len(mine) + len(right))


def test_texts_are_whole_and_nothing_else(tmp_path):
    """Of each layout the article is read, with lead, list and quotation and without menus, boxes and comments."""
    scores = {page.name: f1(read(tmp_path, "a.html", page.markup).text, page.text) for page in PAGES}
    assert {name: score for name, score in scores.items() if score < EACH} == {}
    assert fmean(scores.values()) >= MEAN


def test_texts_are_better_than_those_of_trafilatura_alone(tmp_path):
    """What is done before and after trafilatura makes its text better on our pages."""
    ours = fmean(f1(read(tmp_path, "a.html", page.markup).text, page.text) for page in PAGES)
    theirs = fmean(f1(trafilatura.extract(page.markup, include_comments=False) or "", page.text) for page in PAGES)
    assert ours > theirs


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_fields_are_right_or_empty(tmp_path, page):
    """Title, day and author of each layout are read; where a page does not say its day, there is none."""
    article = read(tmp_path, "a.html", page.markup)
    assert (article.title, str(article.date or ""), article.author) == (page.title, page.date, page.author)
