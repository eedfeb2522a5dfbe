"""Sidecars say what a reader knows of an article, and nothing else in them changes."""

import os
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search import sidecars
from kb_search.errors import UsageError
from kb_search.loaders import SourceFile, load
from kb_search.sidecars import Change


@pytest.fixture
def folder(tmp_path):
    """A collection with one article."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text("The road was closed. It stayed so.", "utf-8")
    return corpus


def find(path, corpus):
    """The article that is meant, where the index is elsewhere."""
    return sidecars.find_article(path, corpus, corpus.parent / "index")


def test_a_new_sidecar_is_what_the_loader_believes(folder):
    """What was set is what the article has when it is read, with the sidecar as evidence."""
    change = sidecars.checked(
        {"date": "2023-09", "source": "  Reuters\n", "title": 'Of "roads" \\ and passes', "url": None}
    )
    written = sidecars.write(find(folder / "a.txt", folder), change)
    assert written.path == folder / "a.txt.meta.toml"
    assert dict(written.says) == {"date": "2023-09", "source": "Reuters", "title": 'Of "roads" \\ and passes'}
    (article,) = load(SourceFile(folder / "a.txt", "a.txt"))
    assert (str(article.date), article.source, article.title) == ("2023-09", "Reuters", 'Of "roads" \\ and passes')
    assert article.evidence_for("date").origin == "sidecar a.txt.meta.toml"


BEFORE = """# What I know of it
source = "Herald"  # by its layout

Date = "2019"
note = '''mine
alone'''
[more]
date = "not of the article"
"""


def test_what_a_reader_wrote_stays(folder):
    """Comments, order, other keys and tables stay as they were; a key in capitals makes room for the new value."""
    (folder / "a.txt.meta.toml").write_text(BEFORE, "utf-8")
    sidecars.write(folder / "a.txt", sidecars.checked({"date": "2020-01-02", "author": "Ana"}))
    text = (folder / "a.txt.meta.toml").read_text("utf-8")
    assert 'source = "Herald"  # by its layout\n' in text
    assert text.startswith("# What I know of it\n")
    assert tomllib.loads(text) == {
        "source": "Herald", "note": "mine\nalone", "date": "2020-01-02", "author": "Ana",
        "more": {"date": "not of the article"},
    }  # fmt: skip


def test_a_field_can_be_cleared(folder):
    """A cleared field is gone, and a sidecar that says nothing more is gone with it."""
    sidecars.write(folder / "a.txt", sidecars.checked({"date": "2020", "source": "Herald"}))
    written = sidecars.write(folder / "a.txt", sidecars.checked({}, ["date"]))
    assert written.says == (("source", "Herald"),)
    written = sidecars.write(folder / "a.txt", sidecars.checked({}, ["source", "source", "url"]))
    assert written.removed
    assert [path.name for path in folder.iterdir()] == ["a.txt"]


def test_a_lesser_sidecar_is_told_of(folder):
    """What `a.meta.toml` says it still says after clearing, and the reader hears of it."""
    (folder / "a.meta.toml").write_text('date = "2001"\n', "utf-8")
    written = sidecars.write(folder / "a.txt", sidecars.checked({"source": "Herald"}, ["date", "title"]))
    assert (written.kept, written.lesser.name) == (("date",), "a.meta.toml")
    assert (folder / "a.meta.toml").read_text("utf-8") == 'date = "2001"\n'


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("date", "20 September 2023", "2023-11-07"),
        ("date", "03/04/2023", "2023-11-07"),
        ("date", "2023-02-30", "2023-11-07"),
        ("date", "2199-01-01", "future"),
        ("date", "", "--clear date"),
        ("source", " \n ", "--clear source"),
        ("url", "javascript:alert(1)", "http://"),
        ("language", "English!", "code"),
        ("title", "x" * 501, "501 characters"),
    ],
)
def test_what_no_loader_would_believe_is_refused(field, value, said):
    """A value that could not be read again is refused with a sentence that says what is wanted."""
    with pytest.raises(UsageError, match=f"^The {field} ") as caught:
        sidecars.checked({field: value})
    assert said in str(caught.value)


def test_nothing_and_both_are_refused():
    """There must be something to set or to clear, and a field cannot be set and cleared."""
    with pytest.raises(UsageError, match="what to set"):
        sidecars.checked({"date": None})
    with pytest.raises(UsageError, match="at once"):
        sidecars.checked({"date": "2020"}, ["date"])


def test_a_path_is_relative_to_here_or_to_the_collection(folder, monkeypatch):
    """`corpus/a.txt` and `a.txt` mean the same article, also through a link into or out of the collection."""
    monkeypatch.chdir(folder.parent)
    elsewhere = folder.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "b.txt").write_text("Linked.", "utf-8")
    (folder / "linked").symlink_to(elsewhere)
    (folder.parent / "shortcut").symlink_to(folder)
    for name in ("a.txt", "corpus/a.txt", "shortcut/a.txt", "corpus/../corpus/a.txt"):
        assert find(type(folder)(name), folder) == folder / "a.txt"
    assert find(folder / "linked" / "b.txt", folder) == folder / "linked" / "b.txt"


def test_what_is_no_article_is_refused(folder, tmp_path):
    """A folder, a stranger, a hidden file, a companion and a part of a file are each refused in words of their own."""
    index = folder / "index"
    for name in (
        ".hidden.txt",
        "README.txt",
        "note.toml",
        "a.meta.toml",
        "photo.png",
        "x.zip",
        "rows.jsonl",
        "../out.txt",
        "index/b.txt",
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x", "utf-8")
    os.mkfifo(folder / "pipe.txt")
    (folder / "loop.txt").symlink_to("loop.txt")
    for name, said in {
        ".": "collection.toml", "absent.txt": "no file", ".hidden.txt": "hidden", "README.txt": "only say something",
        "note.toml": "of a kind", "a.meta.toml": "only say something",
        "photo.png": "of a kind", "x.zip/b.txt": "unpack", "index/b.txt": "index",
        "rows.jsonl/17": "in the row itself", "pipe.txt": "regular", "loop.txt": "regular",
        "x" * 5000 + "/y.txt": "no file",
        "\x1b[31m.txt": "/?[31m.txt",
    }.items():  # fmt: skip
        with pytest.raises(UsageError, match=r"\.") as caught:
            sidecars.find_article(folder / name, folder, index)
        assert said in str(caught.value), name
    with pytest.raises(UsageError, match="not in the collection"):
        sidecars.find_article(tmp_path / "out.txt", folder, index)
    with pytest.raises(UsageError, match="does not exist"):
        sidecars.find_article(folder / "a.txt", folder / "none", index)


def test_of_a_file_with_many_articles_only_what_all_share_is_set(folder):
    """Rows share a source; a date is that of one row. An archive has no sidecar at all."""
    rows, archive = folder / "rows.csv.gz", folder / "all.zip"
    sidecars.refuse_rows(rows, sidecars.checked({"source": "Herald", "language": "en"}))
    with pytest.raises(UsageError, match="in its field 'date'"):
        sidecars.refuse_rows(rows, sidecars.checked({"source": "Herald", "date": "2020"}))
    with pytest.raises(UsageError, match="into the archive"):
        sidecars.refuse_rows(archive, sidecars.checked({"source": "Herald"}))
    sidecars.refuse_rows(folder / "a.txt", sidecars.checked({"date": "2020"}))


@pytest.mark.parametrize("broken", [b"date = ", b"\xff\xfe", b"x = " + b"[" * 5000, b"#" * ((1 << 20) + 1)])
def test_a_broken_sidecar_is_left_as_it_is(folder, broken):
    """Where a sidecar cannot be read nothing is written, and a sentence names it."""
    (folder / "a.txt.meta.toml").write_bytes(broken)
    with pytest.raises(UsageError, match=r"a\.txt\.meta\.toml"):
        sidecars.write(folder / "a.txt", sidecars.checked({"date": "2020"}))
    assert (folder / "a.txt.meta.toml").read_bytes() == broken
    assert len(list(folder.iterdir())) == 2


def test_rights_and_links_of_a_sidecar_stay(folder, tmp_path):
    """A sidecar keeps its mode; one that is a link stays a link."""
    real = tmp_path / "real.toml"
    real.write_text('source = "Herald"\n', "utf-8")
    real.chmod(0o640)
    (folder / "a.txt.meta.toml").symlink_to(real)
    sidecars.write(folder / "a.txt", sidecars.checked({"date": "2020"}))
    assert (folder / "a.txt.meta.toml").is_symlink()
    assert tomllib.loads(real.read_text("utf-8")) == {"source": "Herald", "date": "2020"}
    assert real.stat().st_mode & 0o777 == 0o640


def test_a_failed_write_leaves_what_was_there(folder, monkeypatch):
    """Where the disk is full the old sidecar stays whole and nothing is left beside it."""
    (folder / "a.txt.meta.toml").write_text('source = "Herald"\n', "utf-8")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match="No space left"):
        sidecars.write(folder / "a.txt", sidecars.checked({"date": "2020"}))
    assert (folder / "a.txt.meta.toml").read_text("utf-8") == 'source = "Herald"\n'
    assert sorted(path.name for path in folder.iterdir()) == ["a.txt", "a.txt.meta.toml"]


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40).filter(lambda text: text.strip())
KEYS = st.sampled_from(["source", "Source", "title", "note", "a b", "é", "date"])
VALUES = st.one_of(TEXTS, st.integers(-(2**60), 2**60), st.booleans(), st.lists(st.integers(0, 9), max_size=3))


@given(
    before=st.dictionaries(KEYS, VALUES, max_size=5),
    table=st.booleans(),
    title=TEXTS,
    cleared=st.sets(st.sampled_from(["source", "date"])),
)
def test_other_keys_never_change(tmp_path_factory, before, table, title, cleared):
    """Whatever a sidecar says, after a change it says the same but for the fields that were set or cleared."""
    article = tmp_path_factory.mktemp("sidecar") / "a.txt"
    sidecar = article.with_name("a.txt.meta.toml")
    lines = [f"{_toml(key)} = {_toml(value)}" for key, value in before.items()]
    sidecar.write_text("\n".join([*lines, *(["[table]", "title = 1"] if table else [])]), "utf-8", newline="")
    old = tomllib.loads(sidecar.read_text("utf-8"))
    sidecars.write(article, Change((("title", title),), tuple(cleared)))
    fields = {"title", *cleared}
    expected = {key: value for key, value in old.items() if key.lower() not in fields} | {"title": title}
    assert tomllib.loads(sidecar.read_bytes().decode()) == expected


def _toml(value):
    """A value as TOML has it; characters beyond ASCII and control characters are escaped."""
    if isinstance(value, str):
        escaped = "".join(c if " " <= c < "\x7f" and c not in '"\\' else f"\\U{ord(c):08x}" for c in value)
        return f'"{escaped}"'
    return str(value).lower()
