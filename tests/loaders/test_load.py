import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb_search.errors import DocumentError, SkippedDocument
from kb_search.loaders import SUFFIXES, RowProblem, is_companion, is_readme, load, loader_name
from kb_search.passages import split
from tests.loaders.helpers import PROSE, read, source


@pytest.mark.parametrize(
    ("name", "loader"),
    [
        ("a.txt", "text"),
        ("A.TXT", "text"),
        ("a.md", "markdown"),
        ("a.markdown", "markdown"),
        ("a.html", "html"),
        ("a.htm", "html"),
        ("a.xhtml", "html"),
        ("a.jsonl", "jsonl"),
        ("a.jsonl.gz", "jsonl"),
        ("a.csv", "table"),
        ("a.tsv.gz", "table"),
        ("a.pdf", "pdf"),
        ("a.docx", "docx"),
        ("a.odt", "odt"),
        ("a.epub", "epub"),
        ("a.eml", "mail"),
        ("a.mht", "mail"),
        ("a.mhtml", "mail"),
        ("a.zip", "archive"),
        ("a.gz", None),
        ("a.exe", None),
        ("txt", None),
    ],
)
def test_the_name_chooses_the_loader(name, loader):
    """A loader is chosen by how the file's name ends, in any case of letters."""
    assert loader_name(name) == loader


@pytest.mark.parametrize(
    "name", ["a.meta.toml", "a.txt.meta.toml", "collection.toml", "variants.toml", "kb-search.toml"]
)
def test_companions_are_no_articles(name):
    """Sidecars, and the files that the program reads about a folder, say something about others."""
    assert is_companion(name)


@pytest.mark.parametrize("name", ["README", "README.md", "readme.txt"])
def test_a_readme_is_skipped_with_the_reason(tmp_path, name):
    """What stands under the usual name of a text about a folder is no article, and says what to do if it is."""
    assert is_readme(name)
    with pytest.raises(SkippedDocument, match=f"^{name} is a README; give it another name if it is an article"):
        list(load(source(tmp_path, name, PROSE)))


@pytest.mark.parametrize(
    "name", ["a.txt", "readmeister.txt", "my README.txt", "toml.txt", "readme-karabakh.txt", "Readme first.txt"]
)
def test_articles_are_no_companions(tmp_path, name):
    """A name that only resembles theirs is an article's."""
    assert not is_companion(name)
    assert read(tmp_path, name, PROSE).text == PROSE


def test_other_files_are_skipped_with_a_sentence(tmp_path):
    """A file that is not ours to read is skipped, not failed."""
    with pytest.raises(SkippedDocument, match=r"^photo\.jpg is of a kind that kb-search does not read\.$"):
        list(load(source(tmp_path, "photo.jpg", b"\xff\xd8\xff")))


def test_a_file_beyond_the_limit_is_refused(tmp_path):
    """The sentence says how large it is, what the limit is, and what to do."""
    with pytest.raises(DocumentError) as caught:
        list(load(source(tmp_path, "a.txt", "x" * 2000, max_bytes=1000)))
    assert str(caught.value) == (
        "a.txt has 2,000 bytes, more than the 1,000 that are read; split it, or raise max_file_bytes."
    )


@pytest.mark.parametrize("name", [f"a{suffix}" for suffix in SUFFIXES])
def test_a_file_that_cannot_be_opened_is_a_sentence(tmp_path, name):
    """A file that is gone, a folder, a pipe and a link that leads back to itself are each a sentence."""
    path = tmp_path / name
    file = source(tmp_path, name, PROSE)
    path.unlink()
    with pytest.raises(DocumentError, match=rf"^{name} cannot be read: no such file or directory\.$"):
        list(load(file))
    path.symlink_to(path)
    with pytest.raises(DocumentError, match=rf"^{name} cannot be read: "):
        list(load(file))
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(DocumentError, match=rf"^{name} is not a regular file\.$"):
        list(load(file))
    path.unlink()
    path.mkdir()
    with pytest.raises(DocumentError, match=rf"^{name} is not a regular file\.$"):
        list(load(file))


def test_names_with_line_breaks_are_shown_on_one_line(tmp_path):
    """A hostile name does not break the sentence, nor does one that is no Unicode."""
    for name in ("a\nb\x1b[31m.txt", "caf\udce9.txt"):
        with pytest.raises(DocumentError) as caught:
            list(load(source(tmp_path, name, "")))
        assert str(caught.value).isprintable()
        assert str(caught.value).encode("utf-8")


def test_the_file_is_left_as_it_was(tmp_path):
    """Loading changes neither the bytes nor the time of a file."""
    file = source(tmp_path, "a.txt", f" date 2023-11-07 {PROSE}\r\n")
    before = (file.path.read_bytes(), file.path.stat().st_mtime_ns)
    list(load(file))
    assert (file.path.read_bytes(), file.path.stat().st_mtime_ns) == before


def test_two_files_with_the_same_text_are_two_articles(tmp_path):
    """Ids come from the place of an article, not from its text."""
    one, two = (next(iter(load(source(tmp_path, name, PROSE)))) for name in ("a.txt", "b.txt"))
    assert one.text == two.text
    assert one.id != two.id


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from([f"a{suffix}" for suffix in SUFFIXES]),
    st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")),
)
def test_any_bytes_are_an_article_or_a_sentence(tmp_path_factory, name, raw):
    """Whatever stands in a file, loading and splitting it ends with articles, problems or a DocumentError."""
    file = source(tmp_path_factory.mktemp("any"), name, raw)
    try:
        found = list(load(file))
    except DocumentError:
        return
    for article in found:
        if not isinstance(article, RowProblem):
            assert article.text == article.text.strip() != ""
            assert article.title
            assert "".join(passage.text for passage in split(article)) == article.text
            assert all(0 <= section.start < len(article.text) for section in article.sections)
