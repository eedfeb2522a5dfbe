import io
import json
import stat
import struct
import tempfile
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb_search.document import Article, Claim, article_id
from kb_search.errors import DocumentError
from kb_search.loaders import Defaults, RowProblem, load
from tests.loaders.helpers import PROSE, source
from tests.loaders.packages import docx_parts, epub_parts, odt_parts, packed, paragraph
from tests.loaders.pdfs import lines, pdf


def archive(folder, parts, name="a.zip", **more):
    """What an archive of parts holds."""
    return list(load(source(folder, name, packed(parts), **more)))


def problems(found):
    """Where problems are and what they are."""
    return [(one.where, one.message) for one in found if isinstance(one, RowProblem)]


def test_each_entry_is_read_by_its_own_loader(tmp_path):
    """Files of all kinds are read, and their paths lead through the archive."""
    found = archive(
        tmp_path,
        {
            "a.txt": PROSE,
            "sub/b.md": f"# Talks\n\n{PROSE}",
            "c.html": f"<p>{PROSE}</p>",
            "d.jsonl": json.dumps({"id": "x", "text": PROSE}),
            "e.csv": f'id,text\ny,"{PROSE}"\n',
            "f.pdf": pdf(lines(PROSE)),
            "g.docx": packed(docx_parts(paragraph(PROSE))),
            "h.odt": packed(odt_parts(f"<text:p>{PROSE}</text:p>")),
            "i.epub": packed(epub_parts({"one.xhtml": f"<p>{PROSE}</p>"})),
            "j.eml": f"Subject: Talks\r\n\r\n{PROSE}",
        },
        name="inbox/Wire.zip",
    )
    assert [article.text for article in found] == [PROSE] * 10
    assert [article.format for article in found] == [
        "txt", "md", "html", "jsonl", "csv", "pdf", "docx", "odt", "epub", "eml",
    ]  # fmt: skip
    assert [found[0].path, found[1].path] == ["inbox/Wire.zip/a.txt", "inbox/Wire.zip/sub/b.md"]
    assert found[3].id == article_id("inbox/Wire.zip/d.jsonl", "x")
    assert [found[0].source, found[1].source] == ["Wire", "sub"]


def test_what_is_said_about_entries(tmp_path):
    """Sidecars and `collection.toml` in the archive count, deeper ones first, before those around it."""
    found = archive(
        tmp_path,
        {
            "collection.toml": 'source = "Outer"\nlanguage = "de"\n[fields]\ntext = "body"\n',
            "sub/collection.toml": 'source = "Inner"\n',
            "sub/2023-11-07 talks.txt": PROSE,
            "sub/2023-11-07 talks.txt.meta.toml": 'title = "Said Beside"\n',
            "rows.jsonl": json.dumps({"body": PROSE}),
            "README.md": "no article",
            ".hidden.txt": "no article",
            "__MACOSX/._a.txt": "no article",
        },
        defaults=Defaults(source=Claim("Around", "collection.toml"), fields=(("title", "name"),)),
    )
    (readme,) = [one for one in found if isinstance(one, RowProblem)]
    assert readme.where == "README.md"
    found.remove(readme)
    assert [(one.title, one.source, one.language, str(one.date)) for one in found[:1]] == [
        ("Said Beside", "Inner", "de", "2023-11-07"),
    ]
    assert [(one.text, one.source, one.row) for one in found[1:]] == [(PROSE, "Outer", "1")]
    (article,) = archive(tmp_path, {"a.txt": PROSE}, defaults=Defaults(source=Claim("Around", "collection.toml")))
    assert article.source == "Around"


@pytest.mark.parametrize("name", ["../a.txt", "sub/../../a.txt", "/a.txt", "C:\\a.txt", "..\\a.txt", "C:/a.txt"])
def test_what_climbs_out_is_refused(tmp_path, name):
    """An entry that would be unpacked elsewhere is refused by its name; the others are read."""
    *_, article = found = archive(tmp_path, {name: PROSE, "good.txt": PROSE})
    assert article.path == "a.zip/good.txt"
    reason = "refused: it would be unpacked outside of the archive's folder"
    assert problems(found) == [(name.replace("\\", "/"), reason)]


def test_links_are_refused(tmp_path):
    """A link in an archive could lead anywhere."""
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as writer:
        writer.writestr(link, "/etc/hostname")
        writer.writestr("good.txt", PROSE)
    problem, article = load(source(tmp_path, "a.zip", content.getvalue()))
    assert problem == RowProblem("link.txt", "refused: it is a link, and no file")
    assert article.text == PROSE


def test_entries_that_are_not_read(tmp_path):
    """Archives, unknown kinds, broken files and broken rows are problems by their names; the rest is read."""
    found = archive(
        tmp_path,
        {
            "inner.zip": packed({"a.txt": PROSE}),
            "photo.jpg": b"\xff\xd8\xff",
            "empty.txt": "",
            "rows.jsonl": f'{{"text": "{PROSE}"}}\n{{broken',
            "x" * 300 + ".txt": PROSE,
            "dir/good.txt": PROSE,
        },
    )
    assert [one.path for one in found if isinstance(one, Article)] == ["a.zip/rows.jsonl", "a.zip/dir/good.txt"]
    assert problems(found) == [
        ("inner.zip", "refused: an archive within an archive; unpack it"),
        ("photo.jpg", "of a kind that kb-search does not read"),
        ("empty.txt", "a.zip/empty.txt is empty."),
        ("rows.jsonl, line 2", "not valid JSON"),
        ("x" * 300 + ".txt", "a.zip cannot be read: file name too long."),
    ]


def test_an_entry_without_a_name_is_refused(tmp_path):
    """Damage can leave an entry without a name; the others are read."""
    found = list(load(source(tmp_path, "a.zip", packed({"?": "", "a.txt": PROSE}).replace(b"?", b"\0"))))
    assert problems(found) == [("", "refused: it would be unpacked outside of the archive's folder")]
    assert found[-1].text == PROSE


def test_folders_are_parted_by_either_slash(tmp_path):
    """Some programs write a backslash; two entries with the same path are not both read."""
    found = archive(tmp_path, {"sub\\a.txt": PROSE, "sub/a.txt": "Other.", "./sub/b.txt": "Third."})
    assert [one.path for one in found if isinstance(one, Article)] == ["a.zip/sub/a.txt", "a.zip/sub/b.txt"]
    assert problems(found) == [("sub/a.txt", "refused: another entry has the same name")]


def test_bombs_are_never_unpacked(tmp_path):
    """An entry, or all together, may unpack to so much and no more; the sizes are asked before anything is read."""
    found = archive(tmp_path, {"bomb.txt": "x" * 3_000_000, "good.txt": PROSE})
    assert problems(found) == [("bomb.txt", "refused: it unpacks to 3,000,000 bytes, more than is read")]
    found = archive(tmp_path, {f"{number:02}.txt": f"{PROSE} {number} " * 40 for number in range(30)}, max_bytes=6000)
    assert 16 <= len([one for one in found if isinstance(one, Article)]) < 30
    assert problems(found)[-1] == ("29.txt", "not read: the archive unpacks to more than is read; split it")


def test_an_entry_gives_no_more_than_it_says_it_holds(tmp_path):
    """An entry that says that it is small gives no more than that."""
    raw = packed({"a.txt": "x" * 900_000, "good.txt": PROSE})
    found = list(
        load(source(tmp_path, "a.zip", raw.replace((900_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))))
    )
    assert problems(found) == [("a.txt", "damaged, or packed in a way that is not read; pack it anew")]
    assert found[-1].text == PROSE


def test_protected_entries_are_named_and_the_others_read(tmp_path):
    """An entry with a password is named; the others are read."""
    raw = bytearray(packed({"a.txt": PROSE, "b.txt": PROSE}))
    raw[raw.find(b"PK\x01\x02") + 8] |= 1
    found = list(load(source(tmp_path, "a.zip", bytes(raw))))
    assert problems(found) == [("a.txt", "protected by a password; unpack it")]
    assert [one.path for one in found if isinstance(one, Article)] == ["a.zip/b.txt"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"no archive", "a.zip is damaged or no ZIP archive; get it anew, or pack it anew."),
        (packed({"a.txt": PROSE})[:60], "a.zip is damaged or no ZIP archive; get it anew, or pack it anew."),
        (packed({}), "a.zip holds no files."),
        (packed({"folder/": ""}), "a.zip holds no files."),
        (b"", "a.zip is empty."),
    ],
)
def test_archives_that_give_nothing(tmp_path, content, sentence):
    """Damaged and empty archives are each a sentence."""
    with pytest.raises(DocumentError) as caught:
        list(load(source(tmp_path, "a.zip", content)))
    assert str(caught.value) == sentence


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    """What was unpacked is gone, also when reading breaks off half-way."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    file = source(tmp_path, "a.zip", packed({"a.txt": PROSE, "b.jsonl": f'{{"text": "{PROSE}"}}\n' * 3}))
    assert len(list(load(file))) == 4
    broken_off = iter(load(file))
    assert [next(broken_off).path, next(broken_off).path] == ["a.zip/a.txt", "a.zip/b.jsonl"]
    broken_off.close()
    assert list((tmp_path / "tmp").iterdir()) == []


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 400), st.binary(min_size=1, max_size=8))
def test_a_damaged_archive_is_articles_or_a_sentence(tmp_path_factory, place, noise):
    """Whatever bytes are overwritten, the end is articles, problems or a sentence."""
    whole = packed({"a.txt": PROSE, "b.txt": PROSE})
    file = source(tmp_path_factory.mktemp("any"), "a.zip", whole[:place] + noise + whole[place + len(noise) :])
    try:
        assert all(isinstance(one, RowProblem) or one.text for one in load(file))
    except DocumentError:
        return


def test_a_damaged_entry_and_names_that_stand_twice(tmp_path):
    """What can be read of an archive is read; each entry that cannot is listed with its reason."""
    content = bytearray(packed({"a.txt": PROSE, "b.txt": "Lost. " * 50, "c.txt": PROSE}))
    place = content.index(b"b.txt") + 12
    content[place : place + 4] = b"\xff\xff\xff\xff"
    found = list(load(source(tmp_path, "a.zip", bytes(content))))
    assert [one.path for one in found if isinstance(one, Article)] == ["a.zip/a.txt", "a.zip/c.txt"]
    assert problems(found) == [("b.txt", "damaged, or packed in a way that is not read; pack it anew")]


def test_entries_that_share_their_bytes_are_refused(tmp_path):
    """An archive whose entries all lead to the same bytes unpacks to a thousand times what it holds: none is read."""
    content = packed({"0000.txt": f"{PROSE} " * 1000})
    start, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    entries = b"".join(content[start:end].replace(b"0000", b"%04d" % number) for number in range(1000))
    ending = bytearray(content[end:])
    struct.pack_into("<HHII", ending, 8, 1000, 1000, len(entries), start)
    found = list(load(source(tmp_path, "a.zip", content[:start] + entries + bytes(ending))))
    assert {one.message for one in found} == {"refused: its bytes are those of other entries as well"}
    assert len(found) == 1000
