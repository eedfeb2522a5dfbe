"""What is remembered of all articles, on disk and in memory."""

import os

import numpy as np
import pytest

from kb_search.copies import Clusters, Copies, Groups, Prints, read_prints, write_copies
from kb_search.errors import IndexDamaged
from kb_search.fingerprints import fingerprint
from tests.copied import article, prints, story

MADE = [
    article("b/two.txt", story(1), "Peace", source="Herald", date="2020-05"),
    article("a.txt", story(2), source="Post"),
    article("z\udc80\n.txt", "Short.", "Short"),
]


def everything(some):
    """All that prints know, in plain values."""
    rows = zip(some.ids.tolist(), some.keys, some.date.tolist(), some.title.tolist(), strict=True)
    sources = [some.sources[number] for number in some.source.tolist()]
    return [(*row, sources[at], some.fingerprint(at)) for at, row in enumerate(rows)]


def test_prints_come_back_as_they_were(tmp_path):
    """Everything survives the way to disk and back, in the order of the paths."""
    write_copies(tmp_path, prints(*MADE), Clusters(), Groups())
    back = read_prints(tmp_path)
    assert everything(back) == everything(prints(*MADE))
    assert [key.partition("\0")[0] for key in back.keys] == sorted(one.path for one in MADE)
    assert back.fingerprint(0) == fingerprint(MADE[1])


def test_a_folder_without_them_has_none(tmp_path):
    """A generation that knows nothing of copies is read as one that has none."""
    assert len(read_prints(tmp_path)) == 0
    copies = Copies(tmp_path)
    assert (copies.speaker("abc"), copies.group("abc"), copies.has_groups) == ("", (), False)


def test_a_change_gives_what_a_fresh_start_gives(tmp_path):
    """Prints without some and with others are those that all of them together would have."""
    later = [article("a.txt", story(3), "Later", source="Courier"), article("c.txt", story(4))]
    write_copies(tmp_path, prints(*MADE), Clusters(), Groups())
    changed = read_prints(tmp_path).changed([MADE[2].id], prints(*later))
    assert everything(changed) == everything(prints(MADE[0], *later))
    assert everything(changed.changed((), Prints.of(()))) == everything(changed)


def test_a_sketch_can_be_replaced():
    """A new sketch takes the place of the old one; digest and edges stay."""
    some, other = prints(*MADE), fingerprint(article("x.txt", story(9)))
    anew = some.sketched_anew({MADE[0].id: other})
    at = some.ids.tolist().index(MADE[0].id.encode())
    assert anew.fingerprint(at).signature == other.signature
    assert anew.fingerprint(at).text == some.fingerprint(at).text
    assert anew.fingerprint(0) == some.fingerprint(0)


def test_a_reader_knows_speakers_and_groups(tmp_path):
    """A merged article leads to the one that speaks for it, and a member of a group to all of them."""
    one, two, three = (made.id for made in MADE)
    write_copies(tmp_path, prints(*MADE), Clusters({one: (one, two)}), Groups(((three, one),)))
    copies = Copies(tmp_path)
    assert [copies.speaker(name) for name in (one, two, three, "nobody", "é")] == ["", one, "", "", ""]
    assert copies.group(one) == copies.group(three) == (three, one)
    assert copies.group(two) == ()
    group, place = copies.places_in_groups(np.array([two.encode(), one.encode(), three.encode()], "S16"))
    assert (group.tolist(), place.tolist()) == ([-1, 0, 0], [0, 1, 0])


def test_writing_leaves_the_generation_before_alone(tmp_path):
    """Files that are hard links to an older generation's are replaced, never written through."""
    before, now = tmp_path / "1", tmp_path / "2"
    before.mkdir()
    write_copies(before, prints(*MADE), Clusters(), Groups())
    expected = everything(read_prints(before))
    (now / "copies").mkdir(parents=True)
    for path in (before / "copies").iterdir():
        os.link(path, now / "copies" / path.name)
    write_copies(now, prints(MADE[0]), Clusters(), Groups())
    assert everything(read_prints(before)) == expected
    assert len(read_prints(now)) == 1


def test_a_damaged_list_says_so(tmp_path):
    """A file that is missing or no JSON is a damaged index, with a sentence."""
    write_copies(tmp_path, prints(*MADE), Clusters(), Groups())
    (tmp_path / "copies" / "sources.json").write_text("{")
    with pytest.raises(IndexDamaged, match="copies"):
        read_prints(tmp_path)
    (tmp_path / "copies" / "id.S16").unlink()
    with pytest.raises(IndexDamaged, match=r"id\.S16"):
        Copies(tmp_path)
