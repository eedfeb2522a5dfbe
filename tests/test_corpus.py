import os
import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.corpus import behind_links, content_digest, is_unchanged, look, walk
from kb_search.errors import IndexDamaged, UsageError
from kb_search.filelist import KnownFile, read_files, write_files

SECOND = 1_000_000_000


def make(folder, *names, content="text"):
    """Write some small files."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def told(found):
    """What was found: path and, after a colon, the problem."""
    return [one.relative + (f": {one.problem}" if one.problem else "") for one in found]


# ---------------------------------------------------------------------------------------------- walking


def test_files_come_in_the_order_of_their_paths(tmp_path):
    """All files below the folder are found, in folders of any depth, sorted by path."""
    make(tmp_path, "b.txt", "a/z.txt", "a/b/c.md", "a.txt", "a-1.txt")
    assert told(walk(tmp_path)) == ["a-1.txt", "a.txt", "a/b/c.md", "a/z.txt", "b.txt"]


def test_what_is_no_article_is_left_out(tmp_path):
    """Sidecars, files about the folder, and hidden files and folders are not even listed."""
    make(tmp_path, ".hidden.txt", ".git/b.txt", "a.txt", "b.html")
    make(tmp_path, "collection.toml", "variants.toml", "a.txt.meta.toml", "b.meta.toml", content="")
    assert told(walk(tmp_path)) == ["a.txt", "b.html"]


def test_everything_else_has_a_line(tmp_path):
    """READMEs, notes of other kinds and sidecars of no file are listed with the reason why they are no articles."""
    make(tmp_path, "README.md", "notes.toml", "readme-karabakh.txt", "Readme first.txt")
    make(tmp_path, "gone.txt.meta.toml", "gone.meta.toml", "notes.meta.toml", content="")
    readme = "It is a README; give it another name if it is an article."
    lone = "It is a sidecar, and there is no file for it."
    found = walk(tmp_path)
    assert told(found) == [
        f"README.md: {readme}",
        "Readme first.txt",
        f"gone.meta.toml: {lone}",
        f"gone.txt.meta.toml: {lone}",
        "notes.toml: Files that end in .toml are not read.",
        "readme-karabakh.txt",
    ]
    assert [one.relative for one in found if one.skipped] == [one.relative for one in found if one.problem]
    assert told([look(tmp_path / "README.md", tmp_path)]) == [f"README.md: {readme}"]


def test_a_folder_is_entered_whatever_it_is_called(tmp_path):
    """Only a file can be a README or a sidecar; a folder of that name holds articles like any other."""
    make(tmp_path, "README files/a.txt", "archive.toml/b.txt")
    assert told(walk(tmp_path)) == ["README files/a.txt", "archive.toml/b.txt"]


def test_files_of_other_kinds_are_skipped_with_the_reason(tmp_path):
    """A file that no loader reads is listed, as skipped."""
    make(tmp_path, "a.xyz", "noname")
    found = walk(tmp_path)
    assert told(found) == [
        "a.xyz: Files that end in .xyz are not read.",
        "noname: Files without a suffix are not read.",
    ]
    assert all(one.skipped for one in found)


def test_the_index_is_not_walked(tmp_path):
    """The index may lie within the folder, under whatever name it is given; its files are no articles."""
    make(tmp_path, "a.txt", "deep/index/generations/b.txt", "deep/c.txt")
    link = tmp_path.parent / f"{tmp_path.name}-link"
    link.symlink_to(tmp_path / "deep" / "index")
    for name in (tmp_path / "deep" / "index", tmp_path / "deep" / "." / "index", link):
        assert told(walk(tmp_path, name)) == ["a.txt", "deep/c.txt"]


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path):
    """A missing folder and a file in its place are named, with what to do."""
    with pytest.raises(UsageError, match="nowhere does not exist; name the folder with your articles"):
        walk(tmp_path / "nowhere")
    make(tmp_path, "a.txt")
    with pytest.raises(UsageError, match=r"a\.txt is a file; name the folder"):
        walk(tmp_path / "a.txt")


def test_an_empty_folder_holds_nothing(tmp_path):
    """An empty folder is walked like any other."""
    assert walk(tmp_path) == []


def test_links_are_followed_but_not_in_circles(tmp_path):
    """A link to a folder above, to itself, or to one that is read already is listed, and the rest is read."""
    make(tmp_path, "a/b.txt", "c.txt")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path / "a")
    (tmp_path / "self").symlink_to("self")
    (tmp_path / "self.txt").symlink_to("self.txt")
    (tmp_path / "linked.txt").symlink_to(tmp_path / "c.txt")
    assert told(walk(tmp_path)) == [
        "a/b.txt",
        "a/up: A folder that is read already under another name.",
        "again: A folder that is read already under another name.",
        "c.txt",
        "linked.txt",
        "self: It cannot be read: Too many levels of symbolic links.",
        "self.txt: It cannot be read: Too many levels of symbolic links.",
    ]


def test_a_link_to_a_folder_elsewhere_is_read_once(tmp_path):
    """Folders outside are read through a link; what stands in the folder itself keeps its own name."""
    outside = tmp_path / "outside"
    make(outside, "x/y.txt")
    make(tmp_path / "in", "z/own.txt")
    (tmp_path / "in" / "a-link").symlink_to(outside)
    (tmp_path / "in" / "b-link").symlink_to(outside / "x")
    (tmp_path / "in" / "a-link-to-z").symlink_to(tmp_path / "in" / "z")
    assert told(walk(tmp_path / "in")) == [
        "a-link-to-z: A folder that is read already under another name.",
        "a-link/x/y.txt",
        "b-link: A folder that is read already under another name.",
        "z/own.txt",
    ]


def test_a_tree_of_links_is_walked_in_no_time(tmp_path):
    """Forty folders with two links each to the next would be a million million paths; each folder is entered once."""
    for number in range(40):
        folder = tmp_path / f"{number:02}"
        folder.mkdir()
        for name in "ab":
            (folder / name).symlink_to(tmp_path / f"{(number + 1) % 40:02}")
    assert len(walk(tmp_path)) == 80


def test_folders_deeper_than_python_can_recurse_are_walked(tmp_path):
    """A thousand and more folders, one in the other, are walked to the bottom."""
    depth, here = 1300, Path.cwd()
    try:
        os.chdir(tmp_path)
        for _ in range(depth):  # one by one: the whole path is longer than the system takes at once
            Path("d").mkdir()
            os.chdir("d")
        Path("a.txt").write_text("deep")
        os.chdir(here)
        assert told(walk(tmp_path)) == ["d/" * depth + "a.txt"]
    finally:
        os.chdir(here)
        subprocess.run(["rm", "-rf", tmp_path / "d"], check=True)  # deeper than shutil can remove


def test_what_is_no_regular_file_is_skipped(tmp_path):
    """A pipe, which would keep us waiting for ever, is not opened; a link that leads nowhere is a failure."""
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "dangling.txt").symlink_to(tmp_path / "nowhere")
    found = walk(tmp_path)
    assert told(found) == [
        "dangling.txt: It cannot be read: No such file or directory.",
        "pipe.txt: It is not a regular file.",
    ]
    assert [one.skipped for one in found] == [False, True]


def test_a_pipe_in_place_of_a_sidecar_is_not_opened(tmp_path):
    """What is said about an article is read from regular files only."""
    make(tmp_path, "a.txt")
    os.mkfifo(tmp_path / "a.txt.meta.toml")
    os.mkfifo(tmp_path / "collection.toml")
    assert told(walk(tmp_path)) == ["a.txt"]


def test_a_file_that_may_not_be_read_is_a_failure(tmp_path, monkeypatch):
    """A file without the right to read it is listed with the reason."""
    make(tmp_path, "a.txt", "b.txt")  # root may read all, so the system is made to say no
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).chmod(0o600)
    monkeypatch.setattr(os, "access", lambda path, _how: path.name != "a.txt")
    assert told(walk(tmp_path)) == ["a.txt: It cannot be read: Permission denied.", "b.txt"]


def test_a_folder_that_may_not_be_read_is_a_failure(tmp_path, monkeypatch):
    """A folder that cannot be listed is told, and the others are read; the collection's own is an error."""
    make(tmp_path, "closed/a.txt", "open/b.txt")
    scandir = os.scandir

    def refusing(folder):
        if folder.name == "closed":
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refusing)
    assert told(walk(tmp_path)) == ["closed: The folder cannot be read: Permission denied.", "open/b.txt"]
    with pytest.raises(UsageError, match="closed cannot be read: Permission denied"):
        walk(tmp_path / "closed")


def test_odd_names_stay_apart(tmp_path):
    r"""Names with quotes, line breaks, other scripts or bytes that are no UTF-8 stay different, and can be printed."""
    names = [b'"quoted".txt', b"line\nbreak.txt", "Ստեփանակերտ.txt".encode(), b"\xff.txt", rb"\xff.txt", rb"\\xff.txt"]
    for name in names:
        (tmp_path / os.fsdecode(name)).write_bytes(b"text")
    found = walk(tmp_path)
    assert sorted(one.relative for one in found) == sorted(
        ['"quoted".txt', "line\nbreak.txt", "Ստեփանակերտ.txt", r"\xff.txt", r"\\xff.txt", r"\\\\xff.txt"]
    )
    for one in found:
        one.relative.encode()  # every name can be printed


def test_a_broken_collection_file_is_told_of_what_it_speaks_about(tmp_path):
    """What `collection.toml` says counts for the files below it; where it is broken they are read and told of it."""
    make(tmp_path, "a/b.txt", "c.txt")
    make(tmp_path, "a/collection.toml", content="source = ")
    first, second = walk(tmp_path)
    assert (first.relative, first.problem, second.defaults.problems) == ("a/b.txt", "", ())
    assert "a/collection.toml is not valid TOML" in first.defaults.problems[0]


# -------------------------------------------------------------------------------------------- comparing


def known(found, **changed):
    """What a run that looked an hour ago would know of a file."""
    seen = KnownFile(
        found.relative, "indexed", found.size, found.mtime_ns, content_digest(found.path), found.companions,
        found.mtime_ns + 3600 * SECOND, ctime_ns=found.ctime_ns,
    )  # fmt: skip
    return seen._replace(**changed)


@pytest.fixture
def article(tmp_path):
    """A file of a collection."""
    make(tmp_path, "a.txt", content="first")
    return tmp_path / "a.txt"


def test_a_file_of_the_same_size_and_time_is_not_opened(article, monkeypatch):
    """Size and time are enough where the last look was long after the last change."""
    before = known(look(article, article.parent))
    monkeypatch.setattr("kb_search.corpus.content_digest", lambda _path: pytest.fail("was read"))
    assert is_unchanged(look(article, article.parent), before)


def test_a_touched_file_is_unchanged(article):
    """A new time alone is no change: the content decides."""
    before = known(look(article, article.parent))
    os.utime(article, ns=(0, 1))
    assert is_unchanged(look(article, article.parent), before)


def test_a_file_changed_within_the_same_moment_is_changed(article):
    """Where the last look was right after the last change, size and time may hide another; the content decides."""
    time = article.stat().st_mtime_ns
    before = known(look(article, article.parent), seen_ns=time + SECOND)
    article.write_text("other")
    os.utime(article, ns=(time, time))
    found = look(article, article.parent)
    assert (found.size, found.mtime_ns) == (before.size, before.mtime_ns)
    assert not is_unchanged(found, before)


def test_a_file_whose_time_was_put_back_is_changed(article):
    """A program that gives a changed file its old time back does not hide the change; new rights alone are none."""
    found = look(article, article.parent)
    assert found.ctime_ns == article.stat().st_ctime_ns
    before = known(found, ctime_ns=found.ctime_ns - SECOND)
    assert is_unchanged(look(article, article.parent), before)
    article.write_text("other")
    os.utime(article, ns=(before.mtime_ns, before.mtime_ns))
    assert not is_unchanged(look(article, article.parent), before)


@pytest.mark.parametrize("content", ["other", "longer than before", ""])
def test_another_content_is_a_change(article, content):
    """Whatever its size, a file with another content has changed."""
    before = known(look(article, article.parent))
    article.write_text(content)
    assert not is_unchanged(look(article, article.parent), before)


@pytest.mark.parametrize("name", ["a.txt.meta.toml", "a.meta.toml", "collection.toml"])
def test_what_is_said_about_a_file_is_a_part_of_it(article, name):
    """A sidecar or collection.toml that comes, changes or goes is a change of the article."""
    folder = article.parent
    told_before = look(article, folder)
    (folder / name).write_text('source = "One"')
    told_first = look(article, folder)
    (folder / name).write_text('source = "Two"')
    told_second = look(article, folder)
    (folder / name).unlink()
    assert not is_unchanged(told_first, known(told_before))
    assert not is_unchanged(told_second, known(told_first))
    assert is_unchanged(look(article, folder), known(told_before))


def test_the_settings_by_which_a_file_is_read_are_a_part_of_it(article):
    """An article read with another default language, or another limit of size, is read again."""
    before = known(look(article, article.parent, "en 1000"))
    assert is_unchanged(look(article, article.parent, "en 1000"), before)
    assert not is_unchanged(look(article, article.parent, "ru 1000"), before)


def test_looking_changes_nothing(article):
    """Articles are only ever read: after a walk, their content, time and rights are what they were."""
    status = article.stat()
    article.chmod(stat.S_IRUSR)
    walk(article.parent)
    assert article.read_text() == "first"
    assert article.stat().st_mtime_ns == status.st_mtime_ns


def test_what_is_behind_links_is_what_the_walk_finds_there(tmp_path):
    """Files that links lead to are listed with size and time, once, in circles too; others and the index are not."""
    root, outside = tmp_path / "in", tmp_path / "out"
    for folder in (root / "sub", root / "index", outside / "deep"):
        folder.mkdir(parents=True)
        (folder / "a.txt").write_text("here")
    (root / "linked").symlink_to(outside)
    (root / "sub" / "again").symlink_to(outside / "deep")
    (root / "sub" / "up").symlink_to(root)
    (outside / "back").symlink_to(root)
    (root / "same.txt").symlink_to(root / "sub" / "a.txt")
    (root / "gone.txt").symlink_to("nowhere")
    (root / "index" / "b.txt").symlink_to(outside / "deep" / "a.txt")
    found = {path.removeprefix(f"{root}/"): (size, time) for path, size, time in behind_links(root, root / "index")}
    time = (outside / "deep" / "a.txt").stat().st_mtime_ns
    assert found.pop("gone.txt") == (-1, -1)
    assert found.pop("same.txt")[0] == 4
    assert list(found.values()) == [(4, time)]
    walked = {file.relative for file in walk(root, root / "index") if not file.problem}
    assert set(found) < walked


# ----------------------------------------------------------------------------------------- remembering

FILES = st.builds(
    KnownFile, st.text(), st.sampled_from(["indexed", "failed"]), st.integers(0), st.integers(), st.text(), st.text(),
    st.integers(), st.text(), st.text(), st.lists(st.text()).map(tuple),
    problems=st.lists(st.tuples(st.text(), st.text())).map(tuple), ctime_ns=st.integers(),
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder that all examples of one test write to."""
    return tmp_path_factory.mktemp("files")


@given(st.lists(FILES, max_size=5, unique_by=lambda one: one.path))
def test_what_a_run_knew_is_read_back(folder, files):
    """Whatever names and reasons hold, the list of files comes back as it was written."""
    write_files(folder, files)
    assert read_files(folder) == {one.path: one for one in files}


def test_a_list_of_files_that_is_a_link_is_not_written_through(tmp_path):
    """Writing the list of a changed generation leaves that of the generation before as it was."""
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        folder.mkdir()
    write_files(old, [])
    os.link(old / "files.json", new / "files.json")
    write_files(new, [KnownFile("a.txt", "indexed", 1, 2, "", "", 3)])
    assert read_files(old) == {}


@pytest.mark.parametrize("content", ["{", "[1]", '{"a": 1}', '["a"]', "\xff"])
def test_a_list_of_files_that_cannot_be_read_is_damage(tmp_path, content):
    """A broken list of files is damage of the index, and the sentence names the command that helps."""
    (tmp_path / "files.json").write_text(content, "latin-1")
    with pytest.raises(IndexDamaged, match=r"list of files cannot be read.*kb-search index --full"):
        read_files(tmp_path)
