"""A folder is followed: a run for each bunch of changes, and none for anything else."""

import threading
from contextlib import contextmanager
from dataclasses import replace

import pytest
import watchfiles

from kb_search import corpus, watching
from kb_search.config import Settings
from kb_search.errors import IndexLocked, RemovalsRefused, UsageError
from kb_search.results import IndexReport
from kb_search.watching import Pace, is_shared, watch

PACE = Pace(quiet=0.02, longest=0.5, poll=0.03, links=0.05, tick=0.02, retry=0.05)
#: A test waits so long for what must come, and less for what must not.
PATIENCE, A_WHILE = 20, 0.3


@pytest.fixture
def folder(tmp_path):
    """An empty folder for articles."""
    (tmp_path / "articles").mkdir()
    return tmp_path / "articles"


def write(folder, name, text):
    """Write an article, and the folders it stands in."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, "utf-8")


def seen_in(folder):
    """What an indexer would find: the articles by name."""
    return {found.relative: found.path.read_text("utf-8") for found in corpus.walk(folder) if not found.problem}


class Followed:
    """A folder that is being followed in a thread; tests wait for `runs`, of which some may raise."""

    def __init__(self, folder, *, index=None, after=lambda: None, **options):
        self.settings = Settings(corpus=folder, index=index or folder.parent / "index")
        self.errors, self.told, self.reports, self.raised = [], [], [], None
        self.seen = {}
        self.runs = threading.Semaphore(0)
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._follow)
        self._after, self._options = after, options

    def _follow(self):
        try:
            watch(self.settings, self._run, self, stop=self.stop, **self._options)
        except UsageError as error:
            self.raised = error

    def _run(self):
        try:
            if self.errors:
                raise self.errors.pop(0)
            self.seen = seen_in(self.settings.corpus)
            self._after()
            return IndexReport(len(self.seen), 0, 0, 0, 0, 0, 0, 0, 0.0, str(len(self.reports)), ())
        finally:
            self.runs.release()

    def done(self, report):
        """What the listener hears of a run."""
        self.reports.append(report)

    def failed(self, sentence):
        """What the listener hears of a failure."""
        self.told.append(sentence)

    def comes(self):
        """Wait for one run."""
        assert self.runs.acquire(timeout=PATIENCE)

    def runs_well(self):
        """Whether a run has ended well since this was asked last."""
        told, self.reports = self.reports, []
        return bool(told)

    def stays_quiet(self):
        """No run comes."""
        assert not self.runs.acquire(timeout=A_WHILE)


@contextmanager
def following(folder, **options):
    """Follow a folder, its first run behind us, until the test is done with it."""
    followed = Followed(folder, **{"pace": PACE, **options})
    followed.thread.start()
    try:
        followed.comes()
        yield followed
    finally:
        followed.stop.set()
        followed.thread.join(PATIENCE)
        assert not followed.thread.is_alive()


@pytest.fixture(params=[False, True], ids=["announced", "polled"])
def poll(request):
    """Both ways to hear of changes."""
    return request.param


def test_what_changes_is_found(folder, poll):
    """A new, a changed, a renamed and a removed article each lead to a run that finds them so."""
    for number in range(3):
        write(folder, f"old{number}.txt", "Old.")
    with following(folder, poll=poll) as followed:
        write(folder, "new/deep/a.txt", "New.")
        followed.comes()
        assert len(followed.seen) == 4
        write(folder, "old0.txt", "Changed.")
        followed.comes()
        assert followed.seen["old0.txt"] == "Changed."
        (folder / "old1.txt").unlink()
        followed.comes()
        assert len(followed.seen) == 3
        (folder / "old2.txt").rename(folder / "moved.txt")
        followed.comes()
        assert sorted(followed.seen) == ["moved.txt", "new/deep/a.txt", "old0.txt"]
        write(folder, "new/deep/b.txt", "Later.")
        followed.comes()
        assert "new/deep/b.txt" in followed.seen
        followed.stays_quiet()


def test_a_bunch_of_changes_is_one_run(folder, poll):
    """Files that are copied one after the other are taken up together."""
    with following(folder, poll=poll, pace=replace(PACE, quiet=0.3, poll=0.3)) as followed:
        for number in range(30):
            write(folder, f"{number}.txt", "Copied.")
        followed.comes()
        assert len(followed.seen) == 30
        followed.stays_quiet()


def test_changes_that_never_end_do_not_keep_a_run_from_coming(folder, poll):
    """Where something changes all the time, a run begins after the longest wait."""
    with following(folder, poll=poll, pace=replace(PACE, quiet=0.1, longest=0.3)) as followed:
        for number in range(2000):
            write(folder, f"{number}.txt", "Another.")
            if followed.runs.acquire(timeout=0.005):
                break
        else:
            pytest.fail("no run has come")


def test_what_cannot_matter_starts_no_run(folder):
    """Hidden files, unfinished downloads and the index itself, even within the articles' folder, are not followed."""
    with following(folder, index=folder / "index") as followed:
        for name in (".hidden.txt", ".git/a.txt", "a.txt.part", "a.tmp", "index/CURRENT"):
            write(folder, name, "x")
        followed.stays_quiet()
        write(folder, "a.txt", "x")
        followed.comes()
        followed.stays_quiet()


def test_a_sidecar_is_a_change(folder, poll):
    """What is said about an article elsewhere leads to a run as well."""
    write(folder, "a.txt", "x")
    with following(folder, poll=poll) as followed:
        write(folder, "a.txt.meta.toml", 'source = "Herald"\n')
        followed.comes()


def test_a_change_during_a_run_is_seen_after_it(folder, poll):
    """What is written while the indexer runs, the first time or later, is not lost."""
    late = iter(["late1.txt", "late2.txt"])

    def write_late():
        if name := next(late, ""):
            write(folder, name, "x")

    with following(folder, poll=poll, after=write_late) as followed:
        followed.comes()
        followed.comes()
        assert sorted(followed.seen) == ["late1.txt", "late2.txt"]


def test_a_locked_index_is_told_once_and_tried_again(folder):
    """A run that fails is said in a sentence, not again while it stays the same, and tried until it succeeds."""
    with following(folder) as followed:
        followed.errors = [IndexLocked("Held by 12."), IndexLocked("Held by 12."), OSError(28, "No space left")]
        write(folder, "a.txt", "x")
        for _ in range(4):
            followed.comes()
        assert list(followed.seen) == ["a.txt"]
        followed.stays_quiet()
    assert followed.told == ["Held by 12.", "[Errno 28] No space left"]


def test_refused_removals_wait_for_a_change(folder):
    """Where too many articles are gone nothing is tried again until something changes."""
    with following(folder) as followed:
        followed.errors = [RemovalsRefused("This would remove 3 of 4.")]
        write(folder, "a.txt", "x")
        followed.comes()
        followed.stays_quiet()
        write(folder, "b.txt", "x")
        followed.comes()
        assert len(followed.seen) == 2
    assert followed.told == ["This would remove 3 of 4."]


def test_a_locked_index_at_the_start_is_waited_for(folder):
    """The first run too is tried again."""
    followed = Followed(folder, pace=PACE)
    followed.errors = [IndexLocked("Held by 12.")]
    followed.thread.start()
    followed.comes()
    followed.comes()
    followed.stop.set()
    followed.thread.join(PATIENCE)
    assert (followed.told, len(followed.reports)) == (["Held by 12."], 1)


def test_a_folder_that_does_not_exist_is_an_error(folder, poll):
    """A wrong folder is not waited for."""
    followed = Followed(folder / "absent", pace=PACE, poll=poll)
    followed.thread.start()
    followed.thread.join(PATIENCE)
    assert "does not exist" in str(followed.raised)


def test_a_folder_that_goes_and_comes_back_is_followed_on(folder, poll):
    """A folder that was moved away and comes back (a share that is mounted again) is followed as before."""
    write(folder, "a.txt", "x")
    away = folder.parent / "away"
    with following(folder, poll=poll) as followed:
        assert followed.runs_well()
        folder.rename(away)
        while not followed.told:
            followed.comes()
        assert "does not exist" in followed.told[0]
        away.rename(folder)
        while not followed.runs_well():
            followed.comes()
        write(folder, "b.txt", "x")
        while "b.txt" not in followed.seen:
            followed.comes()


def test_where_nothing_is_announced_the_folder_is_polled(folder, monkeypatch):
    """A system that cannot watch so many folders is no reason to give up: the reader is told, and polling begins."""

    def none(*_, **__):
        raise OSError(28, "OS file watch limit reached")
        yield

    monkeypatch.setattr(watchfiles, "watch", none)
    with following(folder) as followed:
        write(folder, "a.txt", "x")
        followed.comes()
        while not followed.seen:
            followed.comes()
    assert len(followed.told) == 1
    assert "limit reached" in followed.told[0]


def test_links_in_circles_are_followed_once(folder, poll):
    """A link to the folder itself, or to itself, is no endless folder."""
    (folder / "circle").symlink_to(".")
    (folder / "self.txt").symlink_to("self.txt")
    with following(folder, poll=poll) as followed:
        write(folder, "a.txt", "x")
        followed.comes()
        assert list(followed.seen) == ["a.txt"]


def test_what_changes_behind_links_is_found(folder, poll):
    """A folder or file that is linked in while it is followed is followed as well, and what it leads to may change."""
    outside = folder.parent / "outside"
    write(outside, "deep/a.txt", "First.")
    write(outside.parent, "alone.txt", "First.")
    with following(folder, poll=poll) as followed:
        (folder / "linked").symlink_to(outside)
        (folder / "one.txt").symlink_to(outside.parent / "alone.txt")
        while not {"linked/deep/a.txt", "one.txt"} <= set(followed.seen):
            followed.comes()
        for name, text in (("deep/a.txt", "Second."), ("deep/new.txt", "New."), ("../alone.txt", "Changed.")):
            write(outside, name, text)
            while text not in followed.seen.values():
                followed.comes()


@pytest.mark.parametrize(
    ("mounts", "shared"),
    [
        ("/dev/sda / ext4 rw 0 0\n", False),
        ("/dev/sda / ext4 rw 0 0\nbox:/a /home/me nfs4 rw 0 0\n", True),
        ("box:/a /home nfs rw 0 0\n/dev/sdb /home/me ext4 rw 0 0\n", False),
        ("/dev/sda / ext4 rw 0 0\n//box/a /home/me/my\\040articles/more cifs rw 0 0\n", True),
        ("/dev/sda / ext4 rw 0 0\n//box/a /home/me/my\\040other cifs rw 0 0\n", False),
        ("x / overlay rw 0 0\nme@box: /home/me/my\\040articles fuse.sshfs rw 0 0\n", True),
        ("drvfs /home 9p rw 0 0\n", True),
        ("x /home fuse.gvfsd-fuse rw 0 0\n\nbroken\n", False),
    ],
)
def test_shares_are_known_by_their_mounts(tmp_path, mounts, shared):
    """The nearest mount above a folder counts, and those within it; blanks are written as escapes."""
    (tmp_path / "mounts").write_text(mounts, "utf-8")
    assert is_shared(watching.Path("/home/me/my articles"), tmp_path / "mounts") is shared


def test_without_a_list_of_mounts_nothing_is_shared(tmp_path):
    """Where the system does not say, changes are expected to be announced."""
    assert not is_shared(tmp_path, tmp_path / "absent")
