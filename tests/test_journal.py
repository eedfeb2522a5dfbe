from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.config import Settings
from kb_search.document import Article, Date
from kb_search.errors import IndexDamaged, IndexProblem
from kb_search.fingerprints import Read, fingerprint
from kb_search.journal import FileKey, Journal, JournalWriter, Outcome, journal_file, next_number
from kb_search.loaders import RowProblem
from kb_search.passages import split
from kb_search.wording import worded
from tests.loaders.helpers import PROSE

SETTINGS = Settings()


def key(name):
    """A file in some state."""
    return FileKey(name, 5, 7, "said", name)


def an_article(name, text=PROSE):
    """An article as it is read from a file."""
    article = Article(name, f"{name}.txt", f"Title of {name}", text, source="Herald", date=Date(2020, 11))
    passages = split(article)
    return Read(article, passages, fingerprint(article), worded(passages))


def written(folder, *files, number=1, settings=SETTINGS):
    """Write files, each with its articles, into one file of a journal."""
    writer = JournalWriter(journal_file(folder, number), settings)
    for name, articles in files:
        writer.begin(key(name), f"digest of {name}")
        for one in articles:
            writer.add(an_article(one))
        writer.end(Outcome("read", sha256=f"digest of {name}"))
    return writer


def held(journal):
    """The ids of the articles of each file."""
    return {entry.key.path: [stored.id for stored in entry.articles] for entry in journal.entries.values()}


def test_what_was_written_is_read_again(tmp_path):
    """Articles come back as they were, and what is needed of all of them is known without reading them."""
    problem = RowProblem("line 3", "not JSON")
    writer = written(tmp_path, ("a.txt", ["a"]))
    writer.begin(key("rows.jsonl"))
    writer.add(an_article("b"))
    writer.end(Outcome("read", "1 left out", "jsonl", "utf-8", 0.5, "abc", (problem,)))
    writer.close()
    journal = Journal(tmp_path, SETTINGS)
    entry = journal.entries[key("rows.jsonl")]
    assert entry.outcome == Outcome("read", "1 left out", "jsonl", "utf-8", 0.5, "abc", (problem,))
    (stored,) = entry.articles
    assert journal.read(stored) == an_article("b")
    article = an_article("b").article
    assert (stored.id, stored.path, stored.row, stored.title, stored.untitled, stored.source, stored.date) == (
        article.id, article.path, article.row, article.title, article.untitled, article.source, article.date,
    )  # fmt: skip
    assert stored.fingerprint == an_article("b").fingerprint


def test_each_process_has_a_file_of_its_own(tmp_path):
    """A journal is all of its files together, and numbers are never given twice."""
    assert next_number(tmp_path) == 1
    written(tmp_path, ("a.txt", ["a"])).close()
    written(tmp_path, ("b.txt", ["b"]), number=4).close()
    assert held(Journal(tmp_path, SETTINGS)) == {"a.txt": ["a"], "b.txt": ["b"]}
    assert next_number(tmp_path) == 5


def test_a_file_that_failed_has_no_articles(tmp_path):
    """What came out of a file before it turned out to be unreadable does not count."""
    writer = written(tmp_path)
    writer.begin(key("a.txt"))
    writer.add(an_article("a"))
    writer.end(Outcome("failed", "it changed"))
    writer.close()
    assert held(Journal(tmp_path, SETTINGS)) == {"a.txt": []}


def test_a_file_without_an_end_is_not_there(tmp_path):
    """What was read of a file when the run was stopped is read again."""
    writer = written(tmp_path, ("a.txt", ["a"]))
    writer.begin(key("b.txt"))
    writer.add(an_article("b"))
    writer.close()
    assert held(Journal(tmp_path, SETTINGS)) == {"a.txt": ["a"]}


@given(st.data())
def test_a_torn_journal_keeps_what_was_whole(tmp_path_factory, data):
    """Cut anywhere, a journal holds a beginning of what was written, and goes on behind it."""
    folder = tmp_path_factory.mktemp("journal")
    written(folder, ("a.txt", ["a"]), ("b.txt", ["b", "c"]), ("c.txt", [])).close()
    path = journal_file(folder, 1)
    whole = path.read_bytes()
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
    before = held(Journal(folder, SETTINGS))
    everything = {"a.txt": ["a"], "b.txt": ["b", "c"], "c.txt": []}
    assert list(before.items()) == list(everything.items())[: len(before)]
    written(folder, ("d.txt", ["d"])).close()
    journal = Journal(folder, SETTINGS)
    assert held(journal) == {**before, "d.txt": ["d"]}
    assert all(journal.read(stored) for entry in journal.entries.values() for stored in entry.articles)


@given(st.data())
def test_a_damaged_journal_never_gives_what_was_not_written(tmp_path_factory, data):
    """Whatever byte is changed, an article is as it was written or is missed."""
    folder = tmp_path_factory.mktemp("journal")
    written(folder, ("a.txt", ["a"]), ("b.txt", ["b"])).close()
    path = journal_file(folder, 1)
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    journal = Journal(folder, SETTINGS, thorough=True)
    for entry in journal.entries.values():
        for stored in entry.articles:
            assert journal.read(stored) == an_article(stored.id)


def test_a_damaged_article_is_named_when_it_is_read(tmp_path):
    """Without a thorough look, damage within an article is found by its checksum when that is read."""
    written(tmp_path, ("a.txt", ["a"])).close()
    path = journal_file(tmp_path, 1)
    path.write_bytes(path.read_bytes().replace(b"valley on Tuesday", b"valley on Someday"))
    journal = Journal(tmp_path, SETTINGS)
    (stored,) = journal.entries[key("a.txt")].articles
    with pytest.raises(IndexDamaged, match=r"The journal of 'a.txt' is damaged. Run the same command again."):
        journal.read(stored)
    assert not Journal(tmp_path, SETTINGS, thorough=True).entries
    path.unlink()
    with pytest.raises(IndexDamaged, match="The journal cannot be read: No such file or directory"):
        journal.read(stored)


def test_a_journal_of_other_settings_is_a_stranger(tmp_path):
    """What was read by other settings is not believed; written into, such a file begins anew."""
    written(tmp_path, ("a.txt", ["a"])).close()
    other = replace(SETTINGS, language="hy")
    journal = Journal(tmp_path, other)
    assert (held(journal), journal.strangers) == ({}, [journal_file(tmp_path, 1)])
    written(tmp_path, ("b.txt", ["b"]), settings=other).close()
    assert held(Journal(tmp_path, other)) == {"b.txt": ["b"]}
    assert Journal(tmp_path, SETTINGS).strangers == [journal_file(tmp_path, 1)]


def test_noise_is_a_stranger(tmp_path):
    """A file that is no journal holds nothing, however large it says that it is."""
    journal_file(tmp_path, 1).write_bytes(b"\xff" * 100)
    journal_file(tmp_path, 2).write_bytes(b"")
    journal = Journal(tmp_path, SETTINGS)
    assert (journal.entries, len(journal.strangers)) == ({}, 2)


def test_a_writer_knows_what_another_one_left_open(tmp_path):
    """The file that was begun and not ended can be ended by whoever comes after."""
    writer = written(tmp_path, ("a.txt", ["a"]))
    writer.begin(key("b.txt"), "digest")
    writer.add(an_article("b"))
    writer.close()
    after = JournalWriter(journal_file(tmp_path, 1), SETTINGS)
    assert (after.key, after.sha256, after.articles) == (key("b.txt"), "digest", 1)
    after.end(Outcome("read", "the rest was lost"))
    after.close()
    assert held(Journal(tmp_path, SETTINGS)) == {"a.txt": ["a"], "b.txt": ["b"]}
    with closing(JournalWriter(journal_file(tmp_path, 1), SETTINGS)) as writer:
        assert writer.key is None


def test_the_last_outcome_counts(tmp_path):
    """A file that was read twice is as it was the second time."""
    written(tmp_path, ("a.txt", ["a"])).close()
    written(tmp_path, ("a.txt", ["b"]), number=2).close()
    assert held(Journal(tmp_path, SETTINGS)) == {"a.txt": ["b"]}


def test_a_journal_that_cannot_be_written_is_a_sentence(tmp_path):
    """The reason of the operating system is told."""
    with pytest.raises(IndexProblem, match=r"The index's journal cannot be written: no such file or directory."):
        JournalWriter(journal_file(tmp_path / "gone", 1), SETTINGS)


def test_only_the_owner_can_read_a_journal(tmp_path):
    """A journal holds pickles, and articles that may be private."""
    written(tmp_path).close()
    assert journal_file(tmp_path, 1).stat().st_mode & 0o777 == 0o600
