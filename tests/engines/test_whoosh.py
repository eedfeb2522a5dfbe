"""What only Whoosh's engine promises: that its index is one that Whoosh itself can read, and how postings are kept."""

from contextlib import closing

import pytest
from hypothesis import given, settings
from whoosh import index, query

from kb_search.engines.whoosh import _FOLDER, _SCHEMA, WhooshEngine
from kb_search.errors import IndexDamaged, IndexOutdated
from tests import made_up
from tests.engines.test_contract import BUILDS, article_of, built
from tests.oracle import Oracle


@given(made_up.collections())
@settings(BUILDS)
def test_whoosh_alone_finds_the_same_documents(collection):
    """Whoosh's own Term query on our index gives the passages that have the stem, and its reader their frequencies."""
    entries = [entry.weighted() for entry in Oracle(collection).entries]
    with (
        built(WhooshEngine(), collection) as (_, folder),
        closing(index.open_dir(str(folder / _FOLDER), schema=_SCHEMA)) as opened,
        opened.searcher() as searcher,
    ):
        for stem in {stem for entry in entries for stem in entry}:
            having = [row for row, entry in enumerate(entries) if entry[stem]]
            term = query.Term("stems", stem.encode())
            assert sorted(term.docs(searcher)) == having
            assert searcher.doc_frequency("stems", stem.encode()) == len(having)
            matcher = searcher.postings("stems", stem.encode())
            weights = []
            while matcher.is_active():
                weights.append(int(matcher.weight()))
                matcher.next()
            assert weights == [entries[row][stem] for row in having]
        assert sorted(searcher.reader().lexicon("stems")) == sorted({stem.encode() for one in entries for stem in one})


def test_whoosh_counts_segments_as_we_do():
    """After changes, Whoosh's segments stand for ours one by one, and its documents are our rows."""
    first, second = article_of("a", "one ", "two"), article_of("b", "three")
    engine = WhooshEngine()
    with built(engine, [first]) as (_, one), built(engine, [second], one, ["a"]) as (reader, folder):
        opened = index.open_dir(str(folder / _FOLDER), schema=_SCHEMA)
        with closing(opened), closing(opened.reader()) as whoosh:
            assert [leaf.doc_count_all() for leaf, _ in whoosh.leaf_readers()] == [2, 1]
        assert reader.wear() == (2, 3, 2)


def test_frequencies_beyond_sixteen_bits_are_kept_at_their_most():
    """A word that stands a hundred thousand times in one passage counts as 65,535, and nothing else is touched."""
    with built(WhooshEngine(), [article_of("a", "pax " * 100_000 + "bellum")]) as (reader, _):
        many, once = reader.postings(0, "pax"), reader.postings(0, "bellum")
        assert (many.own.tolist(), many.context.tolist()) == ([65_535], [0])
        assert (once.own.tolist(), once.context.tolist()) == ([1], [0])


def test_postings_that_do_not_fit_in_memory_at_once_are_the_same(monkeypatch):
    """A segment is turned round in parts of a bounded number of words, and the parts make the same lists."""
    collection = [article_of(f"a{number}", "peace talks ", "talks failed ", "peace") for number in range(20)]
    lists = []
    for words, postings in ((1, 7), (7, 1), (1 << 22, 1 << 22)):
        monkeypatch.setattr("kb_search.engines.inversion._WORDS_AT_ONCE", words)
        monkeypatch.setattr("kb_search.engines.inversion._POSTINGS_AT_ONCE", postings)
        with built(WhooshEngine(), collection) as (reader, _):
            stems = ("peac", "talk", "fail")
            lists.append([[array.tolist() for array in reader.postings(0, stem)] for stem in stems])
    assert lists[0] == lists[1] == lists[2]


def test_a_cache_that_is_full_begins_anew(monkeypatch):
    """However few postings are kept unpacked, they are the right ones."""
    monkeypatch.setattr("kb_search.engines.keptpostings._MOST_BYTES", 1)
    with built(WhooshEngine(), [article_of("a", "one two ", "one")]) as (reader, _):
        for _ in range(3):
            assert reader.postings(0, "one").rows.tolist() == [0, 1]
            assert reader.postings(0, "two").rows.tolist() == [0]
            assert reader.postings(0, "three").rows.tolist() == []


def test_an_index_that_is_not_whole_says_so():
    """Where Whoosh's files are gone, that is damage, and the command that helps is named."""
    engine = WhooshEngine()
    with built(engine, [article_of("a", "one")]) as (_, folder):
        for toc in (folder / _FOLDER).glob("*.toc"):
            toc.unlink()
        with pytest.raises(IndexDamaged, match="kb-search index --full"):
            engine.reader(folder)


def test_postings_of_another_segment_do_not_pass_the_check():
    """A scan compares the postings of each stem with the passages, and says which stem does not fit."""
    engine = WhooshEngine()
    with (
        built(engine, [article_of("a", "one one two")]) as (_, folder),
        built(engine, [article_of("a", "one two two")]) as (
            _,
            other,
        ),
    ):
        (theirs,), (ours,) = (list((one / _FOLDER).glob("*.pst")) for one in (other, folder))
        ours.write_bytes(theirs.read_bytes())
        with closing(engine.reader(folder)) as reader, pytest.raises(IndexDamaged, match=r"postings of '(one|two)'"):
            reader.check(thorough=True)


def test_other_weights_for_titles_make_an_index_outdated(monkeypatch):
    """Weights are part of what is written; an index that was written with others is not read as if it had ours."""
    with built(WhooshEngine(), [article_of("a", "one")]) as (_, folder):
        monkeypatch.setattr("kb_search.engines.store._CONTEXT_WEIGHTS", (99, 99))
        with pytest.raises(IndexOutdated, match="kb-search index --full"):
            WhooshEngine().reader(folder)
