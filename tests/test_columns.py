import json
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search import analysis
from kb_search.arrays import ABSENT, StringTable, load_array, rising
from kb_search.columns import Columns
from kb_search.columnwriter import ColumnWriter
from kb_search.document import Article, Date, Passage, Silent
from kb_search.engines.expansion import Vocabulary
from kb_search.errors import IndexDamaged
from kb_search.wording import worded
from tests import made_up

TEXT = "Peace, peace! The café’s peace."


def passage(article, ordinal, text, start=0, **more):
    """A passage of an article, named by its number."""
    return Passage(f"{article}-{ordinal}", article, ordinal, start, start + len(text), text, **more)


@pytest.fixture
def segment(tmp_path):
    """Two articles in two languages: three passages, two headings, one silent span."""
    writer = ColumnWriter(tmp_path / "segment", (2, 1))
    english = Article(
        "en", "en.txt", "Peace plans", "", source="Herald", date=Date(2020, 11), author="Ann", language="en"
    )
    first = passage("en", 1, TEXT, section="Planning", sentences=(0, 14))
    silent = (Silent(0, 3), Silent(3, 7, "contents"))
    second = passage("en", 2, "Nothing was planned.", len(TEXT), section="Planning", silent=silent)
    writer.add(english, (first, second))
    russian = Article("ru", "ru.txt", "без", "", untitled=True, language="ru")
    writer.add(russian, (passage("ru", 1, "Города и город."),))
    writer.finish()
    return Columns(tmp_path / "segment")


def words_of(segment, row):
    """The forms of a row, with an empty one wherever no phrase may go on."""
    first, last = int(segment.starts[row]), int(segment.starts[row + 1])
    return [segment.form_table[number] for number in segment.forms[first:last].tolist()]


def test_the_words_of_a_row_are_its_forms_in_order(segment):
    """A row holds the folded forms of its passage, an empty one for a silent span, and an empty one at its end."""
    assert words_of(segment, 0) == ["peace", "peace", "the", "cafe", "peace", ""]
    assert words_of(segment, 1) == ["", "", "was", "planned", ""]
    assert words_of(segment, 2) == ["города", "и", "город", ""]


def test_a_segment_is_the_same_whoever_finds_the_words(tmp_path):
    """Whether words come along with an article or are found in its passages, every file holds the same."""
    passages = (passage("a", 1, TEXT, silent=(Silent(0, 6),)), passage("a", 2, "Nothing was planned.", len(TEXT)))
    folders = []
    for name, wording in (("found", None), ("brought", worded(passages))):
        writer = ColumnWriter(tmp_path / name, (2, 1))
        writer.add(Article("a", "a.txt", "Peace plans", ""), passages, wording)
        writer.finish()
        folders.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert folders[0] == folders[1]


@given(collection=made_up.collections())
def test_a_segment_is_the_same_however_many_rows_are_written_at_once(collection):
    """Articles that are written one by one give the same files as all of them together."""
    written = []
    for rows in (1, 4, 1000):
        with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
            patch.setattr("kb_search.columnwriter._ROWS_AT_ONCE", rows)
            writer = ColumnWriter(Path(folder) / "segment", (2, 1))
            for article, passages in collection:
                writer.add(article, passages)
            writer.finish()
            written.append({path.name: path.read_bytes() for path in (Path(folder) / "segment").iterdir()})
    assert written[0] == written[1] == written[2]


@given(collection=made_up.collections())
def test_all_batches_are_told_of_before_the_segment_is_finished(collection):
    """Whoever is told of the batches has had all rows when what waits is written, and is told nothing more."""
    with TemporaryDirectory() as folder:
        rows = []
        writer = ColumnWriter(Path(folder) / "segment", (2, 1), lambda batch: rows.extend(batch.ends.tolist()))
        for article, passages in collection:
            writer.add(article, passages)
        writer.write_waiting()
        told = len(rows)
        writer.finish()
    assert told == len(rows) == sum(len(passages) for _, passages in collection)


@given(collection=made_up.collections(), kept=st.lists(st.booleans(), min_size=8, max_size=8))
def test_forms_are_counted_in_the_articles_that_are_left(collection, kept):
    """How often each form stands in rows, titles and headings, whether or not articles were deleted."""
    with TemporaryDirectory() as folder:
        writer = ColumnWriter(Path(folder) / "segment", (2, 1))
        for article, passages in collection:
            writer.add(article, passages)
        writer.finish()
        columns = Columns(Path(folder) / "segment")
        for left in ([True] * 8, kept):
            alive = np.array([left[article] for article in columns.row_article], np.bool_)
            found = Counter(form for row in np.flatnonzero(alive) for form in words_of(columns, row))
            for head, article in enumerate(columns.head_article):
                if left[article]:
                    words = columns.heads[columns.head_starts[head] : columns.head_starts[head + 1]]
                    found.update(columns.form_table[number] for number in words.tolist())
            del found[""]
            assert Vocabulary.of_segment(columns, alive).counts() == found


def test_different_values_rise_and_come_once():
    """Of an array in any order, each value once; of an empty one nothing."""
    assert rising(np.array([7, 3, 7, -1, 3], np.int32)).tolist() == [-1, 3, 7]
    assert rising(np.empty(0, np.int32)).tolist() == []


def test_many_strings_are_read_and_found_at_once(segment, monkeypatch):
    """Strings read in order are those read one by one, and those asked for are found either way."""
    table = segment.form_table
    alone = [table[number] for number in range(len(table))]
    assert table.strings(0, len(table)) == alone
    assert table.strings(2, 5) == alone[2:5]
    assert table.strings(3, 3) == []
    for few in (0, 100):
        monkeypatch.setattr("kb_search.arrays._ONE_BY_ONE", few)
        found = table.are(["peace", "absent", "город", "zzz"])
        assert [alone[number] for number in np.flatnonzero(found)] == ["peace", "город"]
        assert not table.are(["zzz"]).any()
    assert not table.are([]).any()


def test_heads_are_titles_and_then_headings(segment):
    """Each head knows its article, each of its words its head, and each row the values of its title and heading."""
    assert segment.head_article.tolist() == [0, 1, 0]
    assert segment.head_of.tolist() == [0, 0, 2]
    titles, headings = segment.of_heads(np.array([5, 6, 7]))
    assert (titles.tolist(), headings.tolist()) == ([5, 5, 6], [7, 7, 0])


def test_no_word_stands_between_rows_and_where_something_silent_was(segment):
    """The places without a word are those of the empty form."""
    words = [form for row in range(3) for form in words_of(segment, row)]
    assert segment.breaks.tolist() == [place for place, form in enumerate(words) if not form]


def test_stems_are_those_of_the_article_s_language(segment):
    """The same array gives each word its stem in the language of the article that it stands in."""
    places = np.flatnonzero(segment.forms)
    told = [segment.stem_table[number] for number in segment.stems_at(places).tolist()]
    expected = [
        analysis.stem(form, language)
        for row, language in enumerate(("en", "en", "ru"))
        for form in words_of(segment, row)
        if form
    ]
    assert told == expected
    assert told[-3:] == ["город", "и", "город"]


def test_a_length_counts_title_and_heading_by_their_weights(segment):
    """A row is as long as its own indexed words, twice those of the title, and once those of the heading."""
    assert segment.row_length.tolist() == [5 + 2 * 2 + 1, 2 + 2 * 2 + 1, 3]
    assert segment.words == sum(segment.row_length.tolist())


def test_what_is_not_searched_comes_back_as_it_was(segment):
    """Texts, headings, sentences, silent spans, dates and sources are kept to the character."""
    assert [segment.text[row] for row in range(3)] == [TEXT, "Nothing was planned.", "Города и город."]
    assert segment.text.joined(0, 2) == TEXT + "Nothing was planned."
    assert segment.text.joined(0, 0) == ""
    assert [segment.section[number] for number in segment.row_heading.tolist()[:2]] == ["Planning", "Planning"]
    assert segment.row_heading.tolist()[2] == -1
    assert [segment.sentences(row) for row in range(3)] == [(0, 14), (0,), (0,)]
    assert [segment.silent(row) for row in range(3)] == [(), (Silent(0, 3), Silent(3, 7, "contents")), ()]
    assert segment.row_date.tolist() == [20201100, 20201100, 0]
    assert [segment.sources[number] for number in segment.row_source.tolist()] == ["Herald", "Herald", ""]


@pytest.mark.parametrize(("name", "row"), [("en-1", 0), ("en-2", 1), ("ru-1", 2), ("en-3", ABSENT), ("", ABSENT)])
def test_a_passage_is_found_by_its_id(segment, name, row):
    """An id leads to its row; one that is not there to ABSENT."""
    assert segment.find_row(name) == row


@pytest.mark.parametrize("name", ["en\0", "é", "\udcff", "e" * 100_000, "EN"])
def test_an_id_that_nobody_has_is_absent_at_no_cost(segment, name):
    """No text is too odd or too long to be asked for as an id."""
    assert segment.find_article(name) == segment.find_row(name) == ABSENT


def test_positions_of_rows_name_their_row(segment):
    """The places of some rows' words come with the index of the row that each belongs to."""
    places, owner = segment.positions_of(np.array([2, 0], np.int32))
    assert owner.tolist() == [0] * 4 + [1] * 6
    assert segment.row_at(places).tolist() == [2] * 4 + [0] * 6
    assert [array.tolist() for array in segment.positions_of(np.array([], np.int32))] == [[], []]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder that all examples of one test write to."""
    return tmp_path_factory.mktemp("table")


@given(st.lists(st.text(), unique=True))
def test_a_string_table_finds_what_is_in_it_and_nothing_else(folder, texts):
    """For any strings, each is found under its number, and one that is not there is absent."""
    raws = sorted(text.encode() for text in texts)
    (folder / "name_text.u1").write_bytes(b"".join(raws))
    (folder / "name_ends.i8").write_bytes(np.cumsum([len(raw) for raw in raws], dtype="<i8").tobytes())
    table = StringTable(folder, "name")
    assert [table[number].encode() for number in range(len(table))] == raws
    assert [text.encode() for text in table] == raws
    assert [table.find(raw.decode()) for raw in raws] == list(range(len(raws)))
    absent = "".join(texts) + "x"
    assert table.find(absent) == (texts.index(absent) if absent in texts else ABSENT)


def test_arrays_cannot_be_written_to(segment):
    """What is mapped is read-only: no mistake in a search can reach the disk."""
    with pytest.raises(ValueError, match="read-only"):
        segment.forms[0] = 1


@pytest.mark.parametrize("name", ["forms.i4", "starts.i8", "row_date.i4"])
def test_a_file_that_cannot_be_read_is_damage(tmp_path, name):
    """A missing array is damage, and the sentence names the file and the command that helps."""
    with pytest.raises(IndexDamaged, match=rf"{name} cannot be read.*kb-search index --full"):
        load_array(tmp_path / name)


def test_an_array_that_is_cut_within_a_number_is_damage(tmp_path):
    """A file whose size is no multiple of its numbers' is not whole."""
    (tmp_path / "forms.i4").write_bytes(b"12345")
    with pytest.raises(IndexDamaged, match=r"forms\.i4"):
        load_array(tmp_path / "forms.i4")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"rows": 1}', "\0"])
def test_a_segment_without_its_description_is_damage(segment, tmp_path, content):
    """A description that is empty, of another kind or lacks something is no segment."""
    (tmp_path / "segment" / "segment.json").write_text(content)
    with pytest.raises(IndexDamaged, match="The segment segment is not whole"):
        Columns(tmp_path / "segment")


def test_a_segment_says_what_is_in_it(segment, tmp_path):
    """The description names the sources, authors and languages once each, in the order they were met."""
    described = json.loads((tmp_path / "segment" / "segment.json").read_text("utf-8"))
    assert described["sources"] == ["Herald", ""]
    assert described["authors"] == ["Ann", ""]
    assert described["languages"] == ["en", "ru"]
    assert (described["rows"], described["articles"]) == (3, 2)
