import fcntl
import json
import logging
import os
import shutil
import stat
import subprocess
import sys
import threading
from contextlib import closing, nullcontext
from pathlib import Path

import pytest

from kb_search import generations, manifest
from kb_search.errors import (
    IndexDamaged,
    IndexLocked,
    IndexMissing,
    IndexOutdated,
    IndexProblem,
    IndexUnsafe,
    UsageError,
)
from kb_search.generations import building, current_name, link_generation, open_current, sweep, verify


def publish(index, content="one", files=("data", "part/more")):
    """Publish a generation that holds some files with one content."""
    with building(index) as build:
        for name in files:
            path = build.folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(content)
        return build.publish("whoosh", 1, 2)


def names(index):
    """The folders in which generations are, or were begun."""
    return sorted(path.name for path in (index / "generations").iterdir())


def content(index):
    """What the generation that answers says."""
    with closing(open_current(index)) as opened:
        return (opened.folder / "data").read_text()


@pytest.fixture
def index(tmp_path):
    """A place for an index."""
    return tmp_path / "index"


# ------------------------------------------------------------------------------------------ publishing


def test_a_published_generation_answers(index):
    """What was built is what is opened, and the manifest tells engine, counts, and each file with its checksum."""
    told = publish(index)
    with closing(open_current(index)) as opened:
        assert opened.manifest == told
        assert opened.folder.name == told.generation == current_name(index) == "000001"
    assert (told.engine, told.articles, told.passages, told.bytes) == ("whoosh", 1, 2, 6)
    assert [file.path for file in told.files] == ["data", "part/more"]
    assert verify(index) == told


def test_nothing_answers_before_it_is_published(index):
    """A build that is given up leaves no trace, and what answered before answers still."""
    publish(index)
    with building(index) as build:
        (build.folder / "data").write_text("half")
        assert content(index) == "one"
    assert names(index) == ["000001"]
    assert content(index) == "one"


def test_a_build_that_fails_is_thrown_away(index):
    """An error within a build goes on to whoever asked, and the folder is as it was."""
    publish(index)
    with pytest.raises(ValueError, match="base 10"), building(index):
        int("half")
    assert names(index) == ["000001"]


def test_an_index_is_for_its_owner_alone(index):
    """Folders that hold an index can be entered by nobody else, however the process creates files."""
    before = os.umask(0)
    try:
        publish(index)
    finally:
        os.umask(before)
    for folder in (index, index / "generations"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_full_disk_is_a_sentence(index, monkeypatch):
    """What the system says while an index is written is told in a sentence, and the old index answers."""
    publish(index)

    def full(_path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(generations, "flush", full)
    with pytest.raises(IndexProblem, match=r"cannot be written: No space left on device\."):
        publish(index, "two")
    assert content(index) == "one"


def test_a_disk_that_fails_beside_other_work_is_told(index, monkeypatch):
    """An error of the disk is told once by the system, so it is not lost where files are flushed in advance."""
    publish(index)
    failing = [OSError(5, "Input/output error")]

    def once(_path):
        if failing:
            raise failing.pop()

    monkeypatch.setattr(generations, "flush", once)
    with pytest.raises(IndexProblem, match=r"cannot be written: Input/output error\."), building(index) as build:  # noqa: PT012 - all of it is the run
        (build.folder / "data").write_text("two")
        with build.flushing():
            pass
        build.publish("whoosh", 1, 2)
    assert content(index) == "one"


@pytest.mark.parametrize("published", [0, 1])
def test_what_cannot_be_announced_does_not_answer(index, published):
    """Nothing is left of a generation that could not be announced; the one before answers, if there is one."""
    for _ in range(published):
        publish(index)
    with pytest.raises(ZeroDivisionError), building(index) as build:  # noqa: PT012 - all of it is the run
        (build.folder / "data").write_text("two")
        build.publish("whoosh", 1, 2, announce=lambda _: 1 / 0)
    assert names(index) == ["000001"][:published]
    with pytest.raises(IndexMissing) if not published else nullcontext():
        assert content(index) == "one"
    assert publish(index).generation == f"00000{published + 1}"


def test_what_goes_while_it_is_flushed_is_no_error(index, monkeypatch):
    """An engine may put its files together, and remove a folder of its own, while what is there goes to the disk."""
    flushed, scandir = generations.flush, os.scandir

    def without_file(path):
        path.unlink()
        flushed(path)

    def without_folder(path):
        if Path(path).name == "merging":
            Path(path).rmdir()
        return scandir(path)

    with building(index) as build:
        (build.folder / "merged").write_text("old")
        (build.folder / "merging").mkdir()
        with monkeypatch.context() as patched:
            patched.setattr(generations, "flush", without_file)
            patched.setattr(os, "scandir", without_folder)
            with build.flushing():
                pass
        assert not list(build.folder.iterdir())
        (build.folder / "data").write_text("two")
        build.publish("whoosh", 1, 2)
    assert content(index) == "two"


@pytest.mark.parametrize("held", [{"notes.txt"}, {"generations", "notes.txt"}, {"a folder/with.txt"}])
def test_a_folder_of_something_else_is_left_alone(index, held):
    """An index is never put into a folder with other files, nor are its rights changed."""
    for name in held:
        (index / name).parent.mkdir(parents=True, exist_ok=True)
        (index / name).write_text("mine")
    index.chmod(0o755)
    with pytest.raises(UsageError, match="holds other files and no index; choose an empty or a new folder"):
        publish(index)
    assert stat.S_IMODE(index.stat().st_mode) == 0o755


def test_an_index_cannot_be_a_file(index):
    """`--index` with the name of a file is refused."""
    index.write_text("mine")
    with pytest.raises(UsageError, match="is a file; --index needs a folder"):
        publish(index)


@pytest.mark.parametrize("held", [{".gitignore": "*"}, {"LOCK": "", "my notes.txt": "kept"}, {"CURRENT": ""}])
def test_an_empty_or_begun_index_is_gone_on_with(index, held):
    """A folder with nothing but a .gitignore, or in which an index was begun, is one for an index."""
    index.mkdir()
    for name, text in held.items():
        (index / name).write_text(text)
    publish(index)
    assert content(index) == "one"
    assert {*held} <= {path.name for path in index.iterdir()}


def test_folders_of_a_killed_build_are_removed_by_the_next(index):
    """What a killed build left behind is gone after the next, and its number is used again."""
    publish(index)
    (index / "generations" / "000002.building" / "part").mkdir(parents=True)
    assert publish(index).generation == "000002"
    assert names(index) == ["000001", "000002"]


def test_a_generation_that_was_not_switched_to_is_not_taken_for_the_index(index):
    """A build that was killed between its last file and the switch answers nothing, and is swept by the next."""
    publish(index)
    shutil.copytree(index / "generations" / "000001", index / "generations" / "000007")
    assert content(index) == "one"
    publish(index, "two")
    assert (content(index), names(index)) == ("two", ["000001", "000002"])


# ------------------------------------------------------------------------------- readers, locks, sweeping


def test_a_reader_keeps_its_generation(index):
    """A generation that somebody reads outlives two newer ones; when it is let go, the next sweep takes it."""
    publish(index, "old")
    with closing(open_current(index)) as held:
        publish(index, "newer")
        publish(index, "newest")
        assert (held.folder / "data").read_text() == "old"
        assert sweep(index) == 0
        assert names(index) == ["000001", "000002", "000003"]
        assert generations.count_kept(index) == 3
    assert sweep(index) == 1
    assert names(index) == ["000002", "000003"]
    assert content(index) == "newest"


def test_the_generation_before_is_kept(index):
    """However often the index is built, two generations are kept: the one that answers and the one before."""
    for number in range(5):
        publish(index, str(number))
    assert names(index) == ["000004", "000005"]


@pytest.mark.parametrize("current", ["", "nonsense", "²", None])
def test_nothing_is_swept_where_it_is_not_known_what_answers(index, current):
    """Without a readable CURRENT no generation is old, and none is removed."""
    publish(index)
    publish(index)
    (index / "CURRENT").unlink()
    if current is not None:
        (index / "CURRENT").write_text(current)
    assert sweep(index) == 0
    assert names(index) == ["000001", "000002"]


def test_only_one_builds_and_the_second_is_told_who(index):
    """A second builder is refused at once, and told which process holds the index, and since when."""
    with building(index), pytest.raises(IndexLocked, match=rf"process {os.getpid()}, since \d\d:\d\d:\d\d; wait"):
        publish(index)
    publish(index)


def test_building_does_not_keep_readers_waiting(index):
    """While somebody builds, the index can be opened and verified."""
    publish(index)
    with building(index):
        assert content(index) == "one"
        verify(index)


def test_a_lock_that_the_disk_does_not_know_is_no_other_builder(index, monkeypatch):
    """Where the file system has no locks, that is what is said, and not that somebody else builds."""

    def unsupported(_file, _how):
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    with pytest.raises(IndexProblem, match="cannot be written: No locks available"):
        publish(index)


def test_a_generation_swept_while_it_is_opened_is_not_taken_for_damaged(index, monkeypatch, caplog):
    """Whoever reads CURRENT just before it changes twice gets the newest generation, and no warning."""
    publish(index, "old")
    read = manifest.read

    def overtaken(folder):
        monkeypatch.setattr(manifest, "read", read)
        publish(index, "newer")
        publish(index, "newest")
        return read(folder)

    monkeypatch.setattr(manifest, "read", overtaken)
    with caplog.at_level(logging.WARNING):
        assert content(index) == "newest"
    assert caplog.records == []


def test_a_generation_swept_before_it_is_held_is_opened_anew(index, monkeypatch):
    """Between reading a manifest and locking it the generation may go; then the newer one is opened."""
    publish(index, "old")
    read = manifest.read

    def overtaken(folder):
        monkeypatch.setattr(manifest, "read", read)
        told = read(folder)
        publish(index, "newer")
        publish(index, "newest")
        return told

    monkeypatch.setattr(manifest, "read", overtaken)
    assert content(index) == "newest"


def test_readers_and_builders_do_not_disturb_each_other(index):
    """Threads that open the index again and again while it is built twelve times always read one whole generation."""
    publish(index, "0")
    wrong, done = [], threading.Event()

    def reading():
        while not done.is_set():
            try:
                with closing(open_current(index)) as opened:
                    said = {(opened.folder / name).read_text() for name in ("data", "part/more")}
                if said != {str(int(opened.manifest.generation) - 1)}:
                    wrong.append(said)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told by the test
                wrong.append(error)

    threads = [threading.Thread(target=reading) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(1, 13):
        publish(index, str(number))
    done.set()
    for thread in threads:
        thread.join()
    assert wrong == []


# ---------------------------------------------------------------------------------------------- damage


def written(name, text):
    """A damage: a file of a generation says something else."""
    return lambda folder: (folder / name).write_text(text)


def lost(name):
    """A damage: a file of a generation is gone."""
    return lambda folder: (folder / name).unlink()


DAMAGES = {
    "manifest cut short": written("manifest.json", "{"),
    "manifest of another kind": written("manifest.json", "[]"),
    "manifest not complete": written("manifest.json", f'{{"schema": {manifest.SCHEMA}, "files": []}}'),
    "manifest with numbers": written(
        "manifest.json", f'{{"schema": {manifest.SCHEMA}, "files": [{{"path": 3, "size": 1, "sha256": ""}}]}}'
    ),
    "manifest lost": lost("manifest.json"),
    "file lost": lost("part/more"),
    "file cut short": written("data", ""),
}
DAMAGED = pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)


@DAMAGED
def test_the_generation_before_stands_in_for_a_damaged_one(index, damage, caplog):
    """Where a generation is not whole, the one before answers, and the log says so."""
    publish(index, "old")
    publish(index, "new")
    damage(index / "generations" / "000002")
    with caplog.at_level(logging.WARNING):
        assert content(index) == "old"
    (record,) = caplog.records
    assert "Answering from the generation before, 000001." in record.getMessage()
    with pytest.raises(IndexDamaged):
        verify(index)


@DAMAGED
def test_damage_without_a_generation_before_is_told(index, damage):
    """With nothing to stand in, the sentence says what is wrong and which command helps."""
    publish(index)
    damage(index / "generations" / "000001")
    with pytest.raises(IndexDamaged, match=r"000001.*`kb-search index --full`"):
        open_current(index)


@pytest.mark.parametrize("current", ["nonsense", "000009", "../000001", "\xff", None])
def test_a_wrong_current_is_damage_and_the_newest_generation_answers(index, current, caplog):
    """CURRENT that is lost or names nothing that is there leaves the newest whole generation answering, loudly."""
    publish(index, "old")
    publish(index, "new")
    (index / "CURRENT").unlink()
    if current is not None:
        (index / "CURRENT").write_text(current)
    with caplog.at_level(logging.WARNING):
        assert content(index) == "new"
    assert "Answering from the generation before" in caplog.text


def test_a_new_build_ends_the_damage(index, caplog):
    """A build on a damaged index makes a generation that answers without a warning."""
    publish(index, "old")
    publish(index, "new")
    lost("manifest.json")(index / "generations" / "000002")
    publish(index, "newest")
    with caplog.at_level(logging.WARNING):
        assert content(index) == "newest"
    assert caplog.records == []


@pytest.mark.parametrize("position", [0, 1, 2])
def test_verify_finds_a_flipped_bit(index, position):
    """A file of the right size with one bit changed is found, and named."""
    publish(index)
    path = index / "generations" / "000001" / "part" / "more"
    raw = bytearray(path.read_bytes())
    raw[position] ^= 1
    path.write_bytes(raw)
    with pytest.raises(IndexDamaged, match="part/more of generation 000001 is not what was written"):
        verify(index)


@pytest.mark.parametrize("schema", [0, manifest.SCHEMA + 1, str(manifest.SCHEMA), None])
def test_an_index_of_another_schema_is_outdated(index, schema):
    """The index of a program that kept it otherwise names that program and the command that helps."""
    publish(index)
    path = index / "generations" / "000001" / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "schema": schema, "program": "0.0.7"}))
    with pytest.raises(IndexOutdated, match=r"built by kb-search 0\.0\.7.*`kb-search index --full`") as outdated:
        open_current(index)
    assert ("newer than this one" in str(outdated.value)) == (schema == manifest.SCHEMA + 1)


def test_an_engine_that_nobody_knows_is_damage(index):
    """A manifest with another engine in it is not what was written; it is no wrong use of the program."""
    publish(index)
    path = index / "generations" / "000001" / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "engine": "moon"}))
    with pytest.raises(IndexDamaged, match="manifest of generation 000001 is not whole"):
        open_current(index)


def test_there_is_no_index_before_the_first_build(index):
    """A missing, an empty and a begun index say that there is none, and which command builds one."""
    for step in (lambda: None, index.mkdir, (index / "generations").mkdir):
        step()
        with pytest.raises(IndexMissing, match=r"There is no index in .*`kb-search index`"):
            open_current(index)


@pytest.mark.parametrize("which", ["index", "index/generations"])
@pytest.mark.parametrize("mode", [0o770, 0o702, 0o777])
def test_an_index_that_others_can_write_to_is_not_opened(tmp_path, index, which, mode):
    """Neither read nor built upon: it could hold what others put there. The sentence says what to do."""
    publish(index)
    (tmp_path / which).chmod(mode)
    for refused in (lambda: open_current(index), lambda: publish(index), lambda: verify(index)):
        with pytest.raises(IndexUnsafe, match=rf"`chmod 700 {tmp_path / which}` and .*`kb-search index --full`"):
            refused()
    (tmp_path / which).chmod(0o700)
    publish(index)


def test_an_index_of_another_user_is_not_opened(index, monkeypatch):
    """An index that belongs to somebody else is not opened either."""
    publish(index)
    owner = index.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    if owner == 0:  # root's files are trusted by everybody; only another owner is a stranger
        os.chown(index, 1234, -1)
    with pytest.raises(IndexUnsafe, match="belongs to another user"):
        open_current(index)


# ----------------------------------------------------------------------------------------- hard links


def test_linked_files_keep_their_checksums_and_are_never_written_to(index):
    """A change takes files over by hard links, knows their checksums, and leaves the generation before untouched."""
    first = publish(index, "one")
    with building(index) as build:
        link_generation(index / "generations" / "000001", build.folder)
        assert not (build.folder / "manifest.json").exists()
        assert (build.folder / "data").stat().st_ino == (index / "generations" / "000001" / "data").stat().st_ino
        fresh = build.folder / "data.new"
        fresh.write_text("two")
        fresh.replace(build.folder / "data")
        second = build.publish("whoosh", 1, 2)
    manifest.compare(index / "generations" / "000001", first)
    assert verify(index) == second
    assert second.files[0] != first.files[0]
    assert second.files[1] == first.files[1]


def test_where_links_fail_files_are_copied(index, monkeypatch):
    """A disk without hard links gets copies, with the same content."""

    def unsupported(_source, _target):
        raise OSError(95, "Operation not supported")

    publish(index)
    monkeypatch.setattr(os, "link", unsupported)
    with building(index) as build:
        link_generation(index / "generations" / "000001", build.folder)
        assert (build.folder / "part" / "more").read_text() == "one"
        assert (build.folder / "data").stat().st_ino != (index / "generations" / "000001" / "data").stat().st_ino


def test_a_damaged_file_is_not_copied(index, monkeypatch):
    """A copy would get a checksum of its own, and nobody would know of the damage any more."""
    publish(index)
    (index / "generations" / "000001" / "part" / "more").write_text("eno")
    monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(OSError(95, "Operation not supported")))
    with (
        building(index) as build,
        pytest.raises(IndexDamaged, match="part/more of generation 000001 is not what was written"),
    ):
        link_generation(index / "generations" / "000001", build.folder)


# --------------------------------------------------------------------------------------------- killing

# Builds a generation again and again, each time ended at the next later step that touches the disk: it is forked,
# so that the end is as sudden as that of `kill -9`, and at every step there is.
KILLED = """
import json, os, pathlib, sys
from kb_search import generations, manifest
sys.path.insert(0, sys.argv[2])
from tests.test_generations import publish, content
index = pathlib.Path(sys.argv[1])

def ending(step):
    left = [step]
    def counted(function):
        def called(*arguments, **named):
            if not left[0]:
                os._exit(9)
            left[0] -= 1
            return function(*arguments, **named)
        return called
    for owner, name in ((os, "fsync"), (os, "replace"), (os, "rename"), (os, "mkdir"), (os, "unlink"), (os, "rmdir")):
        setattr(owner, name, counted(getattr(owner, name)))

publish(index, "old")
told = []
for step in range(1000):
    child = os.fork()
    if not child:
        ending(step)
        publish(index, f"new {step}")
        os._exit(0)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    generations.verify(index)
    told.append((ended, content(index)))
    if not ended:
        break
publish(index, "last")
print(json.dumps([told, content(index), sorted(path.name for path in (index / "generations").iterdir())]))
"""


def test_killed_at_any_step_the_last_good_generation_answers(index):
    """A build ended at each of its steps leaves a whole generation, the old one or the new, and nothing in the way."""
    told, last, kept = run_apart(KILLED, index)
    assert (last, len(kept)) == ("last", 2)
    assert [ended for ended, _ in told] == [9] * (len(told) - 1) + [0]
    assert len(told) > 15
    answer = "old"
    for step, (_, said) in enumerate(told):
        assert said in (answer, f"new {step}")
        answer = said


def run_apart(program, folder):
    """What a program prints that runs in a process of its own, which may fork, with a folder to work in."""
    root = str(Path(__file__).parents[1])
    ran = subprocess.run(
        [sys.executable, "-c", program, str(folder), root], capture_output=True, text=True, timeout=60, check=True
    )
    return json.loads(ran.stdout)


# Indexes a folder in full, again and again, and kills that after a random part of the time that it takes.
KILLED_AT_RANDOM = """
import json, os, pathlib, random, signal, sys, time
sys.path.insert(0, sys.argv[2])
from kb_search.generations import verify
from tests.trial import Trial, prose
trial = Trial(pathlib.Path(sys.argv[1]))
for number in range(20):
    trial.write(f"{number}.txt", prose(f"topic{number}", 20))
trial.index()
started = time.monotonic()
trial.index(full=True)
took = time.monotonic() - started
told = []
for _ in range(8):
    child = os.fork()
    if not child:
        trial.index(full=True)
        os._exit(0)
    time.sleep(random.uniform(0.1, 1.1) * took)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    verify(trial.settings.index)
    told.append(trial.search("topic7").articles)
trial.index()
print(json.dumps([told, trial.search("topic7").articles, trial.generations()]))
"""


def test_kill_9_at_random_moments_leaves_an_index_that_answers(tmp_path):
    """Indexing that is killed again and again, at any moment, never costs the index, and the next run ends well."""
    told, last, kept = run_apart(KILLED_AT_RANDOM, tmp_path)
    assert told == [1] * 8
    assert last == 1
    assert [name for name in kept if not name.isdigit()] == []
