"""What only tantivy's engine promises: who answers what, how it keeps its index, and what it says of a damaged one."""

from contextlib import closing
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.document import Date
from kb_search.engines.whoosh import WhooshEngine
from kb_search.errors import IndexDamaged, IndexProblem
from kb_search.query import And, Or, Phrase, Undated, Word
from tests import made_up
from tests.engines.test_contract import ALL, BUILDS, article_of, built, names, phrase, replace, search
from tests.oracle import Oracle
from tests.trial import Trial, prose

native = pytest.importorskip("tantivy", reason="the engine tantivy is not installed")
tantivy = pytest.importorskip("kb_search.engines.tantivy", reason="the engine tantivy is not installed")

ENGINE = tantivy.TantivyEngine()
PEACE, TALKS = Word("peace", ("peac",)), Word("talks", ("talk",))


@pytest.fixture
def always_ranked(monkeypatch):
    """Few rows are many: tantivy names the best, one more than are wanted."""
    monkeypatch.setattr(tantivy, "_RANKED_ABOVE", 0)
    monkeypatch.setattr(tantivy, "_MORE", 1)


@given(
    before=made_up.collections(),
    later=made_up.collections(first=100, most=4),
    questions=st.lists(made_up.questions(), min_size=6, max_size=12),
    depth=st.integers(1, 4),
)
@BUILDS
def test_the_best_that_tantivy_names_are_those_of_all(before, later, questions, depth):
    """Whoever scores, tantivy first or the columns alone, the best are the same, with the same scores."""
    gone = [before[0][0].id]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tantivy, "_MORE", 1)
        with built(ENGINE, before) as (_, first), built(ENGINE, later, first, gone) as (reader, _):
            for query in questions:
                patch.setattr(tantivy, "_RANKED_ABOVE", 0)
                some = search(reader, replace(query, depth=depth))
                patch.setattr(tantivy, "_RANKED_ABOVE", 1000)
                assert some == search(reader, replace(query, depth=depth))


@given(collection=made_up.collections(), questions=st.lists(made_up.questions(), min_size=6, max_size=12))
@BUILDS
def test_tantivy_and_whoosh_answer_alike(collection, questions):
    """Both engines give the same answer, to the last digit of each score."""
    with built(ENGINE, collection) as (reader, _), built(WhooshEngine(), collection) as (other, _):
        for query in questions:
            assert search(reader, query) == search(other, query)


def built_in_batches(patch, collection, rows):
    """A reader of a collection that was written so many rows at a time."""
    patch.setattr("kb_search.columnwriter._ROWS_AT_ONCE", rows)
    return built(ENGINE, collection)


@given(
    collection=made_up.collections(),
    words=st.lists(made_up.words(), min_size=1, max_size=3),
    at_once=st.sampled_from((1, 5, 1000)),
)
@BUILDS
def test_tantivy_scores_as_the_contract_says(collection, words, at_once):
    """What tantivy gives each row by BM25 of each row is what the oracle does, however many rows it is handed at once.

    To a hundred-thousandth.
    """
    oracle = Oracle(collection)
    entries = {entry.passage.id: entry for entry in oracle.entries}
    tree = Or((*words, *words))
    with pytest.MonkeyPatch.context() as patch, built_in_batches(patch, collection, at_once) as (reader, _):
        keys, scores = reader._tantivy.best(tantivy._ranking(tree), 1000)
        ids = {reader.find_passage(entry.passage.id): entry.passage.id for entry in oracle.entries}
        for key, score in zip(keys.tolist(), scores.tolist(), strict=True):
            assert score == pytest.approx(oracle.score(tree, entries[ids[key]]), rel=1e-5)


@pytest.mark.usefixtures("always_ranked")
def test_passages_that_tie_at_the_cut_are_told_apart_by_their_ids():
    """Where more passages score the same than are wanted, those with the smallest ids are given."""
    made = [article_of(name, "peace now") for name in "hgfedcba"]
    with built(ENGINE, made) as (reader, _):
        for depth in range(1, 9):
            found = names(reader.search(replace(ALL, tree=PEACE, depth=depth)))
            assert found == [f"{name}-1" for name in "abcdefgh"[:depth]]


def test_a_search_of_many_rows_asks_tantivy_for_the_best(always_ranked, monkeypatch):
    """More rows than are worth scoring are not scored one and all."""
    made = [article_of(f"a{number:02}", "peace " + "and war " * number) for number in range(20)]
    with built(ENGINE, made) as (reader, _):
        scored = []
        scores = reader._scores
        monkeypatch.setattr(reader, "_scores", lambda *given: scored.append(len(given[2])) or scores(*given))
        assert names(reader.search(replace(ALL, tree=And((PEACE,)), depth=3))) == ["a00-1", "a01-1", "a02-1"]
        assert scored == [4]


@pytest.mark.usefixtures("always_ranked")
def test_a_word_that_is_rare_now_is_not_missed_for_what_is_gone():
    """A word that was frequent in deleted rows, which tantivy counts, weighs what it does among those that are left."""
    gone = [article_of(f"x{number:02}", "peace of no talk") for number in range(40)]
    kept = [
        article_of("a", "peace is not far"),
        article_of("b", "war and war again"),
        article_of("c", "war is not far"),
        article_of("d", "war was not far"),
        *(article_of(f"e{number}", "snow fell all day") for number in range(6)),
    ]
    query = replace(ALL, tree=Or((PEACE, Word("war", ("war",)))), depth=1)
    with (
        built(ENGINE, [*gone, *kept]) as (_, first),
        built(ENGINE, [], first, [article.id for article, _ in gone]) as (reader, _),
    ):
        assert names(reader.search(query)) == ["a-1"]


@pytest.mark.usefixtures("always_ranked")
def test_a_short_passage_is_not_missed_for_long_ones_that_are_gone():
    """A mean length with deleted rows, as tantivy has it, lets no passage among the best that is not one of them."""
    gone = [article_of(f"x{number}", "snow " * 1000) for number in range(3)]
    kept = [
        article_of("a", "peace now"),
        article_of("b", "peace peace" + " snow" * 8),
        article_of("c", "peace peace" + " snow" * 10),
    ]
    query = replace(ALL, tree=PEACE, depth=1)
    with (
        built(ENGINE, [*gone, *kept]) as (_, first),
        built(ENGINE, [], first, [article.id for article, _ in gone]) as (reader, _),
    ):
        assert names(reader.search(query)) == ["a-1"]


@pytest.mark.usefixtures("always_ranked")
def test_the_best_may_stand_anywhere_in_a_later_segment():
    """What a change brought is among the best wherever its rows stand, and a row that does not match never is."""
    first = [article_of(name, "peace" + " snow" * length) for name, length in (("a", 20), ("b", 30), ("c", 40))]
    second = [
        article_of("d", "peace of war", date=Date(2020)),
        article_of("e", "peace peace"),
        article_of("f", "peace" + " snow" * 50),
    ]
    query = replace(ALL, tree=PEACE, depth=2)
    with built(ENGINE, first) as (_, before), built(ENGINE, second, before) as (reader, _):
        assert names(reader.search(query)) == ["e-1", "d-1"]
        undated = replace(query, tree=And((PEACE, Undated())))
        assert names(reader.search(undated)) == ["e-1", "a-1"]


@pytest.mark.parametrize("most", [0, 1, 20_000])
def test_phrases_are_the_same_whoever_finds_them(monkeypatch, most):
    """A phrase of frequent words is looked up in the columns, one of rarer words by tantivy, with the same answer."""
    monkeypatch.setattr(tantivy, "_PHRASE_ROWS", most)
    first = [article_of("a", "peace talks ", "talks of peace ", "peace, talks"), article_of("b", "war talks")]
    second = [article_of("c", "peace talks ", "the talks")]
    with built(ENGINE, first) as (_, one), built(ENGINE, second, one, ["b"]) as (reader, _):
        for text, found in (("peace talks", ["a-1", "a-3", "c-1"]), ("talks", ["a-1", "a-2", "a-3", "c-1", "c-2"])):
            tree = phrase(text)
            assert sorted(names(reader.search(replace(ALL, tree=tree)))) == found
        assert names(reader.search(replace(ALL, tree=phrase("war talks")))) == []


def test_a_published_index_is_never_written_to():
    """A change is made in links to the index before it, and neither that nor reading changes a byte or a name there."""
    with built(ENGINE, [article_of("a", "one")]) as (_, first):
        folder = first / "tantivy"
        before = {path.name: (path.stat().st_ino, path.read_bytes()) for path in folder.iterdir()}
        with built(ENGINE, [article_of("b", "two")], first, ["a"]) as (reader, _):
            assert names(reader.search(ALL)) == ["b-1"]
        assert {path.name: (path.stat().st_ino, path.read_bytes()) for path in folder.iterdir()} == before
        assert not [name for name in before if name.endswith(".lock")]


def test_a_change_without_new_passages_leaves_the_index_as_it_was():
    """Where nothing is to be written no file of the index comes or goes, a lock as little as any other."""
    with built(ENGINE, [article_of("a", "one"), article_of("b", "two")]) as (_, first):
        before = {path.name: path.read_bytes() for path in (first / "tantivy").iterdir()}
        with built(ENGINE, [article_of("c")], first, ["a"]) as (reader, second):
            assert names(reader.search(ALL)) == ["b-1"]
            assert {path.name: path.read_bytes() for path in (second / "tantivy").iterdir()} == before


def test_an_index_is_as_readable_as_all_else():
    """No file of the index is its owner's alone, as tantivy makes some of them."""
    with built(ENGINE, [article_of("a", "one")]) as (_, folder):
        for path in (folder / "tantivy").iterdir():
            assert path.stat().st_mode & 0o444 == 0o444


def test_a_writer_that_is_given_up_lets_go_of_the_index(tmp_path, monkeypatch):
    """Whoever stops before the end keeps neither tantivy's thread nor its lock."""
    monkeypatch.setattr("kb_search.columnwriter._ROWS_AT_ONCE", 1)
    with closing(ENGINE.writer(tmp_path, None)) as writer:
        writer.add(*article_of("a", "one ", "two"))
        index = native.Index.open(str(tmp_path / "tantivy"))
        with pytest.raises(ValueError, match="LockBusy"):
            index.writer()
    index.writer().rollback()


@pytest.mark.parametrize("harm", ["meta.json", "*.term", "*.fast", ""])
def test_a_damaged_index_says_so(harm):
    """Where a file of tantivy's is gone or is not what it was, that is damage, and the command that helps is named."""
    with built(ENGINE, [article_of("a", "one")]) as (_, folder):
        for path in (folder / "tantivy").glob(harm or "*"):
            if harm:
                path.write_bytes(b"\xff" * path.stat().st_size)
            else:
                path.unlink()
        with pytest.raises(IndexDamaged, match="kb-search index --full"):
            ENGINE.reader(folder)


def test_an_index_of_other_passages_is_no_index_of_these():
    """An index with another number of documents than there are rows is damage."""
    with (
        built(ENGINE, [article_of("a", "one ", "two")]) as (_, folder),
        built(ENGINE, [article_of("a", "one")]) as (_, other),
    ):
        (folder / "tantivy").rename(folder / "away")
        (other / "tantivy").rename(folder / "tantivy")
        with pytest.raises(IndexDamaged, match="does not fit the passages"):
            ENGINE.reader(folder)


def test_postings_that_do_not_fit_are_damage():
    """Postings of another length than the table of stems says are not read."""
    with built(ENGINE, [article_of("a", "one two")]) as (_, folder):
        (path,) = folder.glob("segments/*/posting_rows.u4")
        path.write_bytes(path.read_bytes()[:-4])
        with pytest.raises(IndexDamaged, match="do not fit"):
            ENGINE.reader(folder)


def test_postings_of_parts_are_those_of_the_whole(monkeypatch):
    """A segment too large to be turned round at once gives the same files."""
    made = [article_of(f"a{number}", "peace talks ", "talks failed ", "peace") for number in range(20)]
    files = []
    for words, postings in ((1, 7), (7, 1), (1 << 22, 1 << 22)):
        monkeypatch.setattr("kb_search.engines.inversion._WORDS_AT_ONCE", words)
        monkeypatch.setattr("kb_search.engines.inversion._POSTINGS_AT_ONCE", postings)
        with built(ENGINE, made) as (reader, folder):
            files.append([path.read_bytes() for path in sorted(folder.glob("segments/*/posting_*"))])
            assert reader.postings(0, "fail").rows.tolist() == list(range(1, 60, 3))
            reader.check(thorough=True)
    assert files[0] == files[1] == files[2]


def test_a_cache_that_is_full_begins_anew(monkeypatch):
    """However few postings are kept unpacked, they are the right ones."""
    monkeypatch.setattr("kb_search.engines.keptpostings._MOST_BYTES", 1)
    with built(ENGINE, [article_of("a", "one two ", "one")]) as (reader, _):
        for _ in range(3):
            assert reader.postings(0, "one").rows.tolist() == [0, 1]
            assert reader.postings(0, "two").rows.tolist() == [0]
            assert reader.postings(0, "three").rows.tolist() == []


def test_a_form_that_tantivy_cannot_write_is_no_trouble():
    """A vertical line is a break between words to the index, and a word of any script is a term."""
    with built(ENGINE, [article_of("a", "one | two 亚美尼亚 za’m")]) as (reader, _):
        assert names(reader.search(replace(ALL, tree=phrase("one two")))) == ["a-1"]
        found = reader.search(replace(ALL, tree=Phrase(tuple(Word(one, (one,)) for one in "亚美尼亚"))))
        assert names(found) == ["a-1"]
        assert reader.frequency(Word("za'm", ("za'm",))) == 1


@pytest.mark.parametrize("step", ["add_document", "commit"])
def test_a_full_disk_that_tantivy_meets_ends_a_run_with_a_sentence(tmp_path, monkeypatch, step):
    """Tantivy tells of it by an error of its own; the run says what failed, and the index before answers."""
    trial = Trial(tmp_path)
    trial.write("old.txt", prose("bridge", 6))
    trial.index(engine="tantivy")
    opened = tantivy._Writer._opened

    def full(*_given):
        raise ValueError("An IO error occurred: 'No space left on device (os error 28)'")

    def with_full_disk(writer):
        of = opened(writer)
        steps = {name: getattr(of, name) for name in ("add_document", "commit", "wait_merging_threads")}
        return SimpleNamespace(**{**steps, step: full})

    monkeypatch.setattr(tantivy._Writer, "_opened", with_full_disk)
    trial.write("new.txt", prose("ferry", 6))
    with pytest.raises(IndexProblem, match="cannot be written: An IO error occurred: 'No space left on device"):
        trial.index(engine="tantivy")
    monkeypatch.undo()
    assert trial.search("bridge").articles == 1
    assert trial.index(engine="tantivy").articles == 2
