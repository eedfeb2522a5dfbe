"""A folder of two hundred files that are broken in every way we could think of, indexed in one run."""

import gzip
import json
import threading
from collections import Counter

import pytest

from tests.loaders.packages import docx_parts, epub_parts, odt_parts, packed, paragraph
from tests.loaders.pdfs import lines, pdf
from tests.trial import Trial, prose

RUSSIAN = (
    "Переговоры в долине начались утром, и обе стороны сказали, что хотят мира. Дорога через перевал была закрыта "
    "из-за снега, поэтому посланники шли пешком. Вечером они подписали бумагу о мосте и о новой школе."
)
TURKISH = (
    "Görüşmeler sabah vadide başladı ve iki taraf da barış istediğini söyledi. Geçitteki yol kar yüzünden kapalıydı, "
    "bu yüzden elçiler yürüyerek geldi. Akşam köprü ve yeni okul üzerine bir kâğıt imzaladılar."
)
PAGE = (
    '<!doctype html><html lang="en"><head><title>The {0} page</title></head><body><article><h1>The {0} page</h1>'
    f"<p>{prose('orchard', 5)}</p><p>{prose('mill', 5)}</p></article></body></html>"
)
#: What each kind of picture begins with.
PICTURES = {
    "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF\0",
    "gif": b"GIF89a\x01\0\x01\0\x80\0\0",
    "webp": b"RIFF\x1a\0\0\0WEBPVP8L",
}


def cut(content, pieces):
    """The content broken off at so many places, from nearly nothing to nearly whole."""
    return [content[: max(len(content) * number // (pieces + 1), 1)] for number in range(1, pieces + 1)]


def fill(trial):
    """Write the broken files; the names of those that are whole in their way, each with a word of its own in it."""
    document = packed(docx_parts("".join(paragraph(prose("ferry", 3)) for _ in range(4))))
    broken = {
        "paper.pdf": cut(pdf(*([lines(*prose("harbour", 2).split(". "))] * 4)), 25),
        "report.docx": cut(document, 25),
        "report.odt": cut(packed(odt_parts(f"<text:p>{prose('ferry', 5)}</text:p>")), 15),
        "book.epub": cut(packed(epub_parts({"one.xhtml": f"<p>{prose('ferry', 5)}</p>"})), 15),
        "many.zip": cut(packed({"one.txt": prose("ferry", 5), "two.txt": prose("canal", 5)}), 15),
        "page.html": cut(PAGE.format("broken").encode(), 45),
        "rows.jsonl.gz": cut(gzip.compress(json.dumps({"text": prose("ferry", 9)}).encode()), 10),
        "picture.txt": [head + bytes(range(256)) * 9 for head in PICTURES.values()],
        "noise.txt": [bytes((number * step) % 256 for number in range(3000)) for step in (7, 11, 13, 101)],
        "nothing.md": [b"", b"\n\n", b"\0" * 50, b"---\n", b"\xef\xbb\xbf", b"\xff\xfe"],
        "nothing.csv": [b"", b"\n", b"title,text\n", b'"', b"\0,\0\n", b'a,b\n"never closed'],
        "nothing.eml": [
            b"",
            b"\r\n\r\n",
            b"Subject: only a head\r\n\r\n",
            b"Content-Type: multipart/mixed; boundary=x\r\n",
        ],
        "nothing.pdf": [b"", b"%PDF-1.7", b"%PDF-1.7\n%%EOF", b"no document at all", b"%PDF-\xff" * 500],
        "nothing.docx": [b"", b"PK\x03\x04", packed({"a.txt": "no document"}), packed({}), document[40:]],
        "nothing.html": [b"", b"<html>", b"<!--", b"<p" * 3000, b"<![CDATA[" * 3000],
    }
    count = Counter()
    for name, contents in broken.items():
        stem, dot, suffix = name.partition(".")
        for number, content in enumerate(contents):
            trial.write(f"broken/{stem}{number:02}{dot}{suffix}", content)
            count[name] += 1
    return sum(count.values()) + fill_links(trial)


def fill_links(trial):
    """Links that lead nowhere or in a circle; how many lines of a report they make."""
    folder = trial.settings.corpus / "links"
    folder.mkdir()
    (folder / "itself.txt").symlink_to("itself.txt")
    (folder / "nowhere.txt").symlink_to("gone.txt")
    (folder / "above").symlink_to(trial.settings.corpus)
    (folder / "to.txt").symlink_to("fro.txt")
    (folder / "fro.txt").symlink_to("to.txt")
    return 5


def fill_good(trial):
    """Write what is odd and can be read; for each file a word that only it has."""
    good = {
        "кириллица.txt": (RUSSIAN.replace("школе", "кузнице").encode("cp1251"), "кузнице"),
        "koi8.txt": (RUSSIAN.replace("школе", "мельнице").encode("koi8-r"), "мельнице"),
        "türkçe.txt": (TURKISH.replace("okul", "değirmen").encode("iso-8859-9"), "değirmen"),
        "utf16le.txt": (prose("lighthouse", 4).encode("utf-16-le"), "lighthouse"),
        "utf16be.txt": (RUSSIAN.replace("мосте", "маяке").encode("utf-16-be"), "маяке"),
        "utf16.txt": (prose("windmill", 4).encode("utf-16"), "windmill"),
        "ragged.csv": (
            f'title,text,date\nOne,"{prose("granary", 3)}"\nTwo\n,,,,,,\nThree,b,c,d,e\n'.encode(),
            "granary",
        ),
        "some.jsonl": (f'{{"text": "{prose("quarry", 3)}"}}\nnot json\n[1, 2]\n{{"text": 5}}\n'.encode(), "quarry"),
        "Հոդված Արցախի մասին.txt": ("Բանակցությունները սկսվեցին առավոտյան ձորում։ ".encode() * 3, "առավոտյան"),
        "name\nwith\nlines.txt": (prose("tannery", 3).encode(), "tannery"),
        "nested.html": (
            f"<html><body>{'<div>' * 10_000}<p>{prose('smithy', 4)}</p>{'</div>' * 10_000}</body></html>".encode(),
            "smithy",
        ),
        "plain.txt": (prose("bakery", 4).encode(), "bakery"),
    }
    for name, (content, _) in good.items():
        trial.write(name, content)
    return {name: word for name, (_, word) in good.items()}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The folder, indexed while one of its files is written to: the trial, the report, the words, and the number."""
    trial = Trial(tmp_path_factory.mktemp("broken"))
    words = fill_good(trial)
    number = fill(trial) + len(words)
    restless = trial.write("restless.jsonl", b"")
    stop = threading.Event()
    writer = threading.Thread(target=_keep_writing, args=(restless, stop))
    writer.start()
    try:
        report = trial.index()
    finally:
        stop.set()
        writer.join()
    return trial, report, words, number + 1


def _keep_writing(path, stop):
    row = json.dumps({"text": prose("restless", 3)}) + "\n"
    while not stop.wait(0.005):
        with path.open("a") as file:
            file.write(row)


def test_every_file_has_a_line(run):
    """Of more than two hundred broken files none stops the run, and each is in the report, once, with its reason."""
    trial, report, _, number = run
    listed = [file.path for file in report.files]
    assert number > 200
    assert len(listed) == len(set(listed)) == number
    on_disk = [path for path in trial.settings.corpus.rglob("*") if path.is_symlink() or not path.is_dir()]
    assert len(on_disk) == number
    for file in report.files:
        assert file.status in ("added", "skipped", "failed")
        if file.status != "added":
            assert file.reason.endswith("."), file
            assert "Traceback" not in file.reason


def test_the_good_ones_among_them_are_found(run):
    """Whatever the others are, what can be read is read, in its own letters, and found by a word that only it has."""
    trial, report, words, _ = run
    told = {file.path: file for file in report.files}
    for name, word in words.items():
        assert told[name].status == "added", told[name]
        assert trial.search(word).articles == 1, (name, word)


def test_pictures_and_noise_are_no_articles(run):
    """What is no text is not indexed as if it were some."""
    _, report, _, _ = run
    told = {file.path.partition("/")[2]: file.status for file in report.files if file.path.startswith("broken/")}
    assert {status for name, status in told.items() if name.startswith(("picture", "noise", "nothing"))} <= {
        "failed",
        "skipped",
    }


def test_the_encoding_is_told(run):
    """The report says how the letters of a file were read."""
    _, report, _, _ = run
    told = {file.path: file.encoding.lower().replace("_", "-") for file in report.files}
    assert "1251" in told["кириллица.txt"]
    assert "koi8" in told["koi8.txt"]
    assert "16" in told["utf16le.txt"]
    assert "utf-8" in told["plain.txt"]


def test_nothing_is_read_again_by_the_next_run(run):
    """The next run leaves all of it alone but for the file that was written to."""
    trial, report, _, _ = run
    again = trial.index()
    before = {file.path: file.status for file in report.files}
    for file in again.files:
        if file.path != "restless.jsonl":
            assert file.seconds == 0
            assert file.status == ("unchanged" if before[file.path] == "added" else before[file.path])
    assert {file.path: file.status for file in again.files}["restless.jsonl"] in ("added", "changed")
