import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from kb_search import nursery
from kb_search.config import Settings
from kb_search.corpus import content_digest
from kb_search.errors import IndexProblem
from kb_search.journal import FileKey, Journal
from kb_search.loaders import SourceFile
from kb_search.reading import read
from kb_search.workers import Job, read_all
from tests.loaders.helpers import PROSE, source
from tests.loaders.packages import packed

SETTINGS = Settings(workers=2)
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux says, and limits, what a process has")


def job(folder, name, content):
    """A file with some content, to be read."""
    return for_file(source(folder, name, content))


def for_file(file):
    """A file that is there, to be read."""
    status = file.path.stat()
    return Job(FileKey(file.relative, status.st_size, status.st_mtime_ns, "", file.relative), file)


def outcomes(folder, jobs, settings=SETTINGS):
    """Each file's entry in the journal, by its path, after all were read."""
    done = []
    read_all(jobs, folder / "journal", settings, done.append)
    assert {one.key for one in done} == {one.key for one in jobs}
    entries = Journal(folder / "journal", settings).entries
    return {one.key.path: entries[one.key] for one in jobs}


def processes_in(folder):
    """The processes that work in a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):
            found += [path.parent.name] if path.readlink() == folder else []
    return found


def children_of(pid):
    """The state of each process that another one has made, by its id; `Z` is one that has ended and was not noticed."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent, *_ = path.read_text("utf-8", "replace").rpartition(")")[2].split()
            found |= {int(path.parent.name): state} if int(parent) == pid else {}
    return found


def rows(number, last=""):
    """A file with so many rows, and one more."""
    return (
        "".join(json.dumps({"id": str(one), "text": f"{PROSE} Number {one}."}) + "\n" for one in range(number)) + last
    )


def spelled(read):
    """All of what was read, with words as they are: their numbers depend on what else a process has met."""
    numbers, ends = (one.tolist() for one in read.wording.arrays())
    forms = read.wording.spelt.split(" ")
    return read.article, read.passages, read.fingerprint, [forms[number] for number in numbers], ends


@pytest.mark.parametrize("workers", [1, 2])
def test_what_processes_read_is_what_is_read_here(tmp_path, workers):
    """Articles, passages and fingerprints are the same in a process and without one, on however many cores."""
    jobs = [job(tmp_path, f"{number}.txt", f"{PROSE} Number {number}.") for number in range(20)]
    jobs.append(job(tmp_path, "rows.jsonl", rows(30)))
    entries = outcomes(tmp_path, jobs, replace(SETTINGS, workers=workers))
    journal = Journal(tmp_path / "journal", SETTINGS)
    for one in jobs:
        entry = entries[one.key.path]
        assert entry.outcome.status == "read"
        assert entry.outcome.sha256 == content_digest(one.file.path)
        there = [journal.read(stored) for stored in entry.articles]
        assert list(map(spelled, there)) == list(map(spelled, read(one.file, SETTINGS)))


def test_every_file_has_an_outcome(tmp_path):
    """Files that cannot be read, are not ours, or lack some rows, each end with their reason."""
    missing = Job(FileKey("gone.txt", 1, 1, "", "gone.txt"), SourceFile(tmp_path / "gone.txt", "gone.txt"))
    entries = outcomes(
        tmp_path,
        [
            job(tmp_path, "good.txt", PROSE),
            job(tmp_path, "latin.txt", "Görüşmeler sona erdi ve taraflar ayrıldı. ".encode("cp1254") * 20),
            job(tmp_path, "empty.txt", ""),
            job(tmp_path, "picture.png", b"\x89PNG"),
            job(tmp_path, "some.jsonl", rows(2, "no row\n[]\n{}\n4\n")),
            job(tmp_path, "none.jsonl", "no row\n" * 500),
            job(tmp_path, "a.pdf", "no PDF"),
            missing,
        ],
    )
    reasons = {path: one.outcome.reason for path, one in entries.items()}
    assert {path: (one.outcome.status, len(one.articles)) for path, one in entries.items()} == {
        "good.txt": ("read", 1), "latin.txt": ("read", 1), "empty.txt": ("failed", 0), "picture.png": ("skipped", 0),
        "some.jsonl": ("read", 2), "none.jsonl": ("failed", 0), "a.pdf": ("failed", 0), "gone.txt": ("failed", 0),
    }  # fmt: skip
    assert reasons["good.txt"] == reasons["latin.txt"] == ""
    assert reasons["empty.txt"] == "empty.txt is empty."
    assert reasons["picture.png"] == "picture.png is of a kind that kb-search does not read."
    assert reasons["some.jsonl"].startswith("4 left out (line 3: not valid JSON; line 4: not a JSON object with named ")
    assert reasons["some.jsonl"].endswith('; line 5: the field "text" is missing or empty and 1 more).')
    assert reasons["none.jsonl"].startswith("none.jsonl: 500 left out (line 1: not valid JSON; line 2: ")
    assert reasons["none.jsonl"].endswith(" and 497 more).")
    assert reasons["a.pdf"] == "a.pdf is damaged or no PDF; get it anew where it came from."
    assert reasons["gone.txt"] == "gone.txt cannot be read: no such file or directory."
    *named, more = entries["none.jsonl"].outcome.problems
    assert [one.where for one in named] == [f"line {number}" for number in range(1, 101)]
    assert (more.where, more.message) == ("more", "400 more were left out; the first 100 of a file are named")
    assert [entries[path].outcome.loader for path in ("good.txt", "a.pdf", "picture.png")] == ["text", "pdf", ""]
    assert [entries[path].outcome.encoding for path in ("good.txt", "latin.txt", "a.pdf")] == ["utf-8", "cp1254", ""]
    assert entries["good.txt"].outcome.seconds > 0


def test_what_a_file_without_text_holds_is_told(tmp_path):
    """A mail that is nothing but what is attached to it has failed, and each of the files in it has a line."""
    content = 'Content-Type: application/pdf; name="report.pdf"\n\nx'
    outcome = outcomes(tmp_path, [job(tmp_path, "a.eml", content)])["a.eml"].outcome
    assert (outcome.status, outcome.reason) == ("failed", "a.eml holds no text.")
    assert [one.where for one in outcome.problems] == ["report.pdf"]


def test_what_is_in_the_journal_is_not_read_again(tmp_path):
    """A run goes on where another one stopped; a file that changed since is read again, and so is all by new rules."""
    jobs = [job(tmp_path, "a.txt", PROSE), job(tmp_path, "b.txt", PROSE)]
    before = outcomes(tmp_path, jobs)
    jobs[1] = job(tmp_path, "b.txt", f"{PROSE} And more.")
    after = outcomes(tmp_path, jobs)
    assert after["a.txt"] == before["a.txt"]
    assert after["b.txt"].articles[0].fingerprint != before["b.txt"].articles[0].fingerprint
    anew = replace(SETTINGS, language="hy")
    assert {entry.outcome.status for entry in outcomes(tmp_path, jobs, anew).values()} == {"read"}
    assert not Journal(tmp_path / "journal", anew).strangers
    assert not Journal(tmp_path / "journal", SETTINGS).entries


def test_nothing_to_read_starts_nothing(tmp_path, monkeypatch):
    """Without a new file there is no process."""
    monkeypatch.setattr("kb_search.workers.crew.shared", lambda: pytest.fail("a process was asked for"))
    assert outcomes(tmp_path, []) == {}


def test_a_file_that_takes_too_long_costs_only_itself(tmp_path):
    """The limit of time ends reading one file, wherever that is; the others are read, by a new process."""
    jobs = [job(tmp_path, f"{number}.txt", PROSE) for number in range(12)]
    jobs.insert(5, job(tmp_path, "long.txt", "".join(f"{PROSE} Number {number}. " for number in range(40_000))))
    entries = outcomes(tmp_path, jobs, replace(SETTINGS, max_seconds=0.3))
    long = entries.pop("long.txt").outcome
    assert {entry.outcome.status for entry in entries.values()} == {"read"}
    assert (long.status, long.sha256) == ("failed", content_digest(tmp_path / "long.txt"))
    assert long.reason == (
        "long.txt takes more than 0.3 seconds of processor time to be read; split it, or raise max_seconds."
    )


def test_each_article_has_the_time(tmp_path):
    """Many articles in one file may together take longer than one of them may."""
    entries = outcomes(tmp_path, [job(tmp_path, "rows.jsonl", rows(1000))], replace(SETTINGS, max_seconds=0.2))
    assert entries["rows.jsonl"].outcome.seconds > 0.2
    assert len(entries["rows.jsonl"].articles) == 1000


def test_rows_before_one_that_takes_too_long_stay(tmp_path):
    """Where the process dies, what was complete is kept, and a problem says that the rest is lost."""
    long = json.dumps({"text": "".join(f"{PROSE} Number {number}. " for number in range(40_000))})
    jobs = [job(tmp_path, "rows.jsonl", rows(5, f"{long}\n")), job(tmp_path, "a.txt", PROSE)]
    entries = outcomes(tmp_path, jobs, replace(SETTINGS, max_seconds=0.3, workers=1))
    outcome = entries["rows.jsonl"].outcome
    assert (outcome.status, len(entries["rows.jsonl"].articles)) == ("read", 5)
    assert outcome.reason == (
        "1 left out (the rest: rows.jsonl takes more than 0.3 seconds of processor time to be read; split it, or raise "
        "max_seconds.)."
    )
    assert entries["a.txt"].outcome.status == "read"


@pytest.mark.parametrize(("good", "status"), [(1, "read"), (0, "failed")])
def test_problems_before_a_row_that_takes_too_long_stay(tmp_path, good, status):
    """What was known of single rows when the process died is in the outcome, whether or not a row could be read."""
    long = json.dumps({"text": "".join(f"{PROSE} Number {number}. " for number in range(40_000))})
    jobs = [job(tmp_path, "rows.jsonl", f"no row\n{rows(good)}[]\n{long}\n")]
    outcome = outcomes(tmp_path, jobs, replace(SETTINGS, max_seconds=0.3, workers=1))["rows.jsonl"].outcome
    assert outcome.status == status
    assert [one.message for one in outcome.problems][:2] == ["not valid JSON", "not a JSON object with named fields"]
    assert "line 1: not valid JSON" in outcome.reason
    assert "takes more than 0.3 seconds" in outcome.reason


@LINUX
def test_a_file_that_needs_too_much_memory_costs_only_itself(tmp_path):
    """The limit of memory is a sentence, too."""
    jobs = [job(tmp_path, "large.txt", PROSE * 100_000), job(tmp_path, "a.txt", PROSE)]
    entries = outcomes(tmp_path, jobs, replace(SETTINGS, max_memory_bytes=20_000_000))
    assert entries["a.txt"].outcome.status == "read"
    assert entries["large.txt"].outcome.status == "failed"
    assert entries["large.txt"].outcome.reason == (
        "large.txt needs more than 20,000,000 bytes of memory to be read; split it, or raise max_memory_bytes."
    )


def test_a_file_that_does_not_answer_is_given_up(tmp_path, monkeypatch):
    """A read that hangs, as on a network that is gone, is noticed from outside."""
    monkeypatch.setattr("kb_search.workers.crew._PATIENCE", 2.0)
    os.mkfifo(tmp_path / "hangs.txt")
    jobs = [for_file(SourceFile(tmp_path / "hangs.txt", "hangs.txt")), job(tmp_path, "a.txt", PROSE)]
    entries = outcomes(tmp_path, jobs, replace(SETTINGS, max_seconds=0.3))
    assert entries["a.txt"].outcome.status == "read"
    assert entries["hangs.txt"].outcome.reason == (
        "hangs.txt does not answer when it is read; is it on a disk or in a network that is not there?"
    )


@LINUX
def test_a_process_that_was_given_up_is_gone(tmp_path, monkeypatch):
    """Of a process that hung and was killed nothing is left when the next one is made, however many files hang."""
    monkeypatch.setattr("kb_search.workers.crew._PATIENCE", 1.0)
    os.mkfifo(tmp_path / "hangs.txt")
    jobs = [for_file(SourceFile(tmp_path / "hangs.txt", "hangs.txt"))]
    assert outcomes(tmp_path, jobs, replace(SETTINGS, max_seconds=0.3))["hangs.txt"].outcome.status == "failed"
    while not (ended := [pid for pid, state in children_of(nursery.shared()._process.pid).items() if state == "Z"]):
        time.sleep(0.02)  # the kill takes a moment
    assert outcomes(tmp_path, [job(tmp_path, "a.txt", PROSE)])["a.txt"].outcome.status == "read"
    assert not children_of(nursery.shared()._process.pid).keys() & set(ended)


@LINUX
def test_a_signal_without_a_name_is_told_by_its_number(tmp_path):
    """A process that a signal for real time ends costs only its file, and the reason names the number."""
    os.mkfifo(tmp_path / "hangs.txt")
    number = signal.SIGRTMIN + 1

    def end_readers():
        while not (found := children_of(nursery.shared()._process.pid)):
            time.sleep(0.02)
        os.kill(next(iter(found)), number)

    thread = threading.Thread(target=end_readers)
    thread.start()
    reason = outcomes(tmp_path, [for_file(SourceFile(tmp_path / "hangs.txt", "hangs.txt"))])["hangs.txt"].outcome.reason
    thread.join()
    assert f"(signal {number:d})" in reason


def test_a_process_that_has_ended_already_may_be_killed(tmp_path, monkeypatch):
    """Where the process that makes readers has died, and they with it, that is said and nothing else."""

    def die_first(_connections, timeout):
        ended = nursery.shared()._process  # asked for once more, it may be another one already
        ended.kill()
        ended.wait()
        monkeypatch.setattr("kb_search.workers.crew.os.kill", is_gone)
        raise IndexProblem("the first error")

    def is_gone(_pid, _signal):
        raise ProcessLookupError

    monkeypatch.setattr("kb_search.workers.crew.wait", die_first)
    with pytest.raises(IndexProblem, match="the first error"):
        outcomes(tmp_path, [job(tmp_path, "a.txt", PROSE)])


def test_a_file_that_changes_while_it_is_read_is_not_believed(tmp_path):
    """Half of one state and half of another is no article."""
    one = job(tmp_path, "rows.jsonl", rows(500))
    stop = threading.Event()

    def touch():
        while not stop.wait(0.01):
            os.utime(one.file.path)

    thread = threading.Thread(target=touch)
    thread.start()
    try:
        entry = outcomes(tmp_path, [one])["rows.jsonl"]
    finally:
        stop.set()
        thread.join()
    assert (entry.outcome.status, entry.articles) == ("failed", ())
    assert entry.outcome.reason == "rows.jsonl changed while it was read; the next run reads it again."


def test_an_interrupt_leaves_what_was_read(tmp_path):
    """Ctrl-C ends all processes at once; the next run reads only what is missing."""
    jobs = [job(tmp_path, f"{number:02}.txt", f"{PROSE} Number {number}.") for number in range(40)]
    seen = []

    def interrupted(one):
        seen.append(one)
        if len(seen) == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_all(jobs, tmp_path / "journal", SETTINGS, interrupted)
    kept = Journal(tmp_path / "journal", SETTINGS).entries
    assert {one.key for one in seen} <= {*kept}
    entries = outcomes(tmp_path, jobs)
    assert {entry.outcome.status for entry in entries.values()} == {"read"}
    assert all(entries[key.path] == entry for key, entry in kept.items())


@LINUX
def test_processes_end_with_the_program(tmp_path):
    """A program that is killed leaves no process behind, whatever that was doing."""
    os.mkfifo(tmp_path / "hangs.txt")
    program = (
        "from pathlib import Path; from kb_search.config import Settings; from kb_search.journal import FileKey;"
        "from kb_search.loaders import SourceFile; from kb_search.workers import Job, read_all;"
        "job = Job(FileKey('a.txt', 1, 1, '', 'a.txt'), SourceFile(Path('hangs.txt'), 'a.txt'));"
        "read_all([job], Path('journal'), Settings(), print)"
    )
    running = subprocess.Popen([sys.executable, "-c", program], cwd=tmp_path)
    deadline = time.monotonic() + 60
    while not (tmp_path / "journal" / "000001.journal").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(processes_in(tmp_path)) == 3
    running.kill()
    running.wait()
    while processes_in(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert processes_in(tmp_path) == []


def test_relative_paths_are_those_of_the_program(tmp_path, monkeypatch):
    """Processes work in the folder in which the program is now, not in that of their first start."""
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text(PROSE)
    (entry,) = outcomes(Path(), [for_file(SourceFile(Path("a.txt"), "a.txt"))]).values()
    assert entry.outcome.status == "read"


def test_a_nursery_that_has_died_is_replaced(tmp_path):
    """The process that makes processes lasts from run to run, and a new one takes its place."""
    first = nursery.shared()
    assert nursery.shared() is first
    first.close()
    with pytest.raises(IndexProblem, match="The process that starts the readers of files has ended"):
        first.reap(1)
    assert not first.is_open
    assert outcomes(tmp_path, [job(tmp_path, "a.txt", PROSE)])["a.txt"].outcome.status == "read"
    assert nursery.shared() is not first


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("deep.html", "<div>" * 20_000 + "words"),
        (
            "bomb.zip",
            packed({"a.zip": packed({"b.zip": packed({"c.txt": "x" * 3_000_000})}), "d.txt": "x" * 3_000_000}),
        ),
        ("deep.jsonl", "[" * 3_000_000),
        ("digits.jsonl", '{"text": ' + "9" * 3_000_000 + "}"),
        ("deep.eml", "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(2000))),
        ("open.csv", 'id,text\n1,"' + "a,b\n" * 200_000),
        ("spaces.txt", "words" + " " * 3_000_000 + "words"),
        ("dots.txt", "words" + "." * 3_000_000 + "words"),
        ("lt.html", "<" * 200_000),
    ],
)
def test_bombs_cost_little(tmp_path, name, content):
    """What was made to break a reader ends with an outcome; the file beside it is read."""
    entries = outcomes(tmp_path, [job(tmp_path, name, content), job(tmp_path, "a.txt", PROSE)])
    assert entries[name].outcome.status in ("read", "failed")
    assert "mistake" not in entries[name].outcome.reason
    assert "ended the process" not in entries[name].outcome.reason
    assert entries["a.txt"].outcome.status == "read"


def test_an_interrupt_does_not_reach_the_nursery(tmp_path, capfd):
    """Ctrl-C, which a terminal tells to all processes, leaves the nursery alone from its first moment on."""
    young = nursery.Nursery()
    try:
        os.kill(young._process.pid, signal.SIGINT)
        pid, connection = young.make(tmp_path / "000001.journal", SETTINGS, ())
        connection.close()
        assert young.reap(pid) == 0
    finally:
        young.close()
    assert capfd.readouterr().err == ""


def test_a_nursery_whose_parent_has_died_ends_without_a_word(tmp_path, capfd):
    """A program that is killed while it waits for an answer leaves no traceback behind."""
    lonely = nursery.Nursery()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        lonely._control.send(nursery.Order(str(tmp_path), tmp_path / "000001.journal", SETTINGS, ()))
        socket.send_fds(lonely._passing, [b"."], [theirs.fileno()])
        lonely._control.close()
    assert lonely._process.wait(20) == 0
    lonely.close()
    assert capfd.readouterr().err == ""
