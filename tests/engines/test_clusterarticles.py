"""What is known of the articles of a cluster on this machine: facets, and what is selected in them."""

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.columns import Columns
from kb_search.columnwriter import ColumnWriter
from kb_search.engines.clusterarticles import Articles, write_articles
from kb_search.engines.conditions import HasStem, Names
from kb_search.engines.translation import selection
from kb_search.errors import IndexDamaged
from kb_search.query import EveryPassage
from tests import made_up
from tests.oracle import Oracle


def kept(folder, collection, base=None):
    """The articles of a collection as they are kept, behind those of a base."""
    folder.mkdir()
    writer = ColumnWriter(folder / "segment", (4, 1))
    for article, passages in collection:
        writer.add(article, passages)
    writer.finish()
    writer.close()
    write_articles(folder, base, Columns(folder / "segment"))
    return Articles(folder)


@given(collection=made_up.collections(), queries=st.lists(made_up.questions(), min_size=1, max_size=8), data=st.data())
def test_facets_counted_by_article_are_those_of_the_passages(collection, queries, data):
    """From how many passages each article has, both facets are as the oracle has them, after a change too."""
    with tempfile.TemporaryDirectory() as name:
        cut = data.draw(st.integers(0, len(collection)))
        base = kept(Path(name, "base"), collection[:cut])
        articles = kept(Path(name, "whole"), collection[cut:], base)
        assert [one.decode() for one in articles.ids.tolist()] == [article.id for article, _ in collection]
        assert articles.has_coarse_dates == any(
            article.date and article.date.precision != "day" for article, _ in collection
        )
        oracle = Oracle(collection)
        passages = np.array([len(parts) for _, parts in collection], np.int64)
        for query in queries:
            asked = replace(query, tree=EveryPassage(), languages=(), article="")
            chosen = selection(asked, Names((), ()))
            by_source = articles.by_source(passages * articles.that_meet(chosen.dates))
            assert dict(by_source) == oracle.by_source(asked)
            assert list(by_source) == sorted(by_source, key=lambda pair: (-pair[1], pair[0]))
            by_date = articles.by_date(passages * articles.that_meet(chosen.sources))
            assert list(by_date) == sorted(oracle.by_date(asked).items())


def test_other_conditions_are_refused(tmp_path):
    """What depends on words cannot be known of articles; an engine that asks it is wrong."""
    articles = kept(tmp_path / "one", [])
    with pytest.raises(TypeError, match="is not a condition on dates or sources"):
        articles.that_meet(HasStem("own", ("peace",)))


@pytest.mark.parametrize("name", ["article.S16", "article_date.i4", "printed_source.i4", "sources.json"])
def test_a_list_that_is_not_whole_is_told(tmp_path, name):
    """A file that is away or cut short is a damaged index, not a wrong count."""
    kept(tmp_path / "one", [])
    (tmp_path / "one" / name).write_bytes(b"12345678" * 2)
    with pytest.raises(IndexDamaged):
        Articles(tmp_path / "one")
    (tmp_path / "one" / name).unlink()
    with pytest.raises(IndexDamaged):
        Articles(tmp_path / "one")
