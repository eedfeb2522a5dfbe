import hashlib

import pytest

from kb_search import corpus
from kb_search.filelist import KnownFile
from kb_search.planning import plan


@pytest.fixture
def folder(tmp_path):
    """A folder with three files."""
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.txt").write_text(f"This is {name}.")
    return tmp_path


def known_after(folder, tasks=(), **changed):
    """What a run over a folder would remember of its files."""
    identities = {task.found.relative: task.identity for task in tasks}
    files = {}
    for found in corpus.walk(folder):
        digest = hashlib.sha256(found.path.read_bytes()).hexdigest()
        path = found.relative
        files[path] = KnownFile(
            path, "indexed", found.size, found.mtime_ns, digest, found.companions, found.mtime_ns + 10**10,
            articles=(path,), identity=identities.get(path, path), **changed,
        )  # fmt: skip
    return files


def planned(folder, known, **options):
    """The tasks of a run by path, as status and identity."""
    tasks = plan(corpus.walk(folder), known, full=False, **options)
    return {task.found.relative: (task.status, task.identity) for task in tasks}


def test_a_renamed_file_keeps_its_identity(folder):
    """A new file with the content of one that is gone is that one: changed, not removed and added."""
    known = known_after(folder)
    (folder / "sub").mkdir()
    (folder / "b.txt").rename(folder / "sub" / "z.txt")
    assert planned(folder, known) == {
        "a.txt": ("unchanged", "a.txt"),
        "c.txt": ("unchanged", "c.txt"),
        "sub/z.txt": ("changed", "b.txt"),
    }
    (task,) = [task for task in plan(corpus.walk(folder), known, full=False) if task.status == "changed"]
    assert (task.renamed_from, task.read) == ("b.txt", True)


def test_a_copy_is_not_a_rename(folder):
    """A new file with the content of one that is still there is a new one."""
    known = known_after(folder)
    (folder / "d.txt").write_bytes((folder / "a.txt").read_bytes())
    assert planned(folder, known)["d.txt"] == ("added", "d.txt")


def test_each_file_that_is_gone_lives_on_once(folder):
    """Of two new files with the content of one that is gone, the first by path is that one."""
    known = known_after(folder)
    raw = (folder / "b.txt").read_bytes()
    (folder / "b.txt").unlink()
    for name in ("y.txt", "x.txt"):
        (folder / name).write_bytes(raw)
    told = planned(folder, known)
    assert (told["x.txt"], told["y.txt"]) == (("changed", "b.txt"), ("added", "y.txt"))
    assert "b.txt" not in told


def test_a_name_that_went_along_with_a_renamed_file_is_not_given_away(folder):
    """A new file under the old name of a renamed one gets an identity of its own, and keeps it."""
    known = known_after(folder)
    (folder / "b.txt").rename(folder / "z.txt")
    known = known_after(folder, plan(corpus.walk(folder), known, full=False))
    (folder / "b.txt").write_text("Another one under the old name.")
    assert planned(folder, known)["b.txt"] == ("added", "b.txt (2)")
    known = known_after(folder, plan(corpus.walk(folder), known, full=False))
    assert planned(folder, known) == {
        "a.txt": ("unchanged", "a.txt"),
        "b.txt": ("unchanged", "b.txt (2)"),
        "c.txt": ("unchanged", "c.txt"),
        "z.txt": ("unchanged", "b.txt"),
    }


def test_files_that_could_not_be_read_are_tried_again_when_asked(folder):
    """With other limits what failed, in whole or in part, is read again; without, it is left alone until it changes."""
    known = {path: file for path, file in known_after(folder).items() if path != "a.txt"}
    known["a.txt"] = known_after(folder, reason="It took too long.")["a.txt"]
    known["a.txt"] = known["a.txt"]._replace(status="failed", articles=())
    known["b.txt"] = known["b.txt"]._replace(problems=(("the rest", "It took too long."),))
    for retry in (False, True):
        tasks = plan(corpus.walk(folder), known, full=False, retry=retry)
        assert [task.found.relative for task in tasks if task.read] == (["a.txt", "b.txt"] if retry else [])
