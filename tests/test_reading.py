from dataclasses import replace

import pytest

from kb_search.config import Settings, read_by
from kb_search.document import article_id
from kb_search.errors import DocumentError, SkippedDocument
from kb_search.fingerprints import fingerprint
from kb_search.loaders import RowProblem
from kb_search.passages import split
from kb_search.reading import read
from tests.loaders.helpers import PROSE, source
from tests.loaders.packages import packed

RUSSIAN = "Переговоры закончились поздно вечером, и стороны договорились о новой встрече в ноябре этого года."


def language_of(folder, content, name="a.txt", **settings):
    """The language of the only article of a file, and what it was taken from."""
    (one,) = read(source(folder, name, content), Settings(**settings))
    return one.article.language, one.article.evidence_for("language").origin


def test_an_article_is_split_and_remembered(tmp_path):
    """What is read has the passages and the fingerprint that its article has."""
    (one,) = read(source(tmp_path, "a.txt", PROSE * 30), Settings())
    assert one.passages == split(one.article)
    assert one.fingerprint == fingerprint(one.article)
    assert {passage.article for passage in one.passages} == {article_id("a.txt")}


def test_rows_that_cannot_be_read_come_in_their_place(tmp_path):
    """Problems of single rows stand between the articles, in order."""
    found = list(read(source(tmp_path, "a.jsonl", f'{{"text": "{PROSE}"}}\nno row\n{{"text": "{PROSE}"}}'), Settings()))
    assert [isinstance(one, RowProblem) for one in found] == [False, True, False]


def test_what_a_file_says_of_its_language_goes_first(tmp_path):
    """A declared language stands, also where the text reads otherwise."""
    assert language_of(tmp_path, f"---\nlanguage: de\n---\n{PROSE}", "a.md") == ("de", "front matter")


def test_what_a_sidecar_says_in_vain_is_told(tmp_path):
    """A value that cannot be what it should is named with the sidecar; a year may be a number."""
    (tmp_path / "a.txt.meta.toml").write_text('date = "soon"\nsource = 5\n')
    *remarks, one = read(source(tmp_path, "a.txt", PROSE), Settings())
    assert [remark.message for remark in remarks] == [
        "The source '5' was not used (sidecar a.txt.meta.toml, not in quotation marks).",
        "The date 'soon' was not used (sidecar a.txt.meta.toml, not a date).",
    ]
    assert (one.article.source, one.article.date) == ("", None)
    (tmp_path / "a.txt.meta.toml").write_text('date = 1994\nauthor = ["Ann Lee", "Bo Berg"]\n')
    (one,) = read(source(tmp_path, "a.txt", PROSE), Settings())
    assert (str(one.article.date), one.article.author) == ("1994", "Ann Lee, Bo Berg")


@pytest.mark.parametrize(
    ("name", "content", "origin"),
    [
        ("a.jsonl", f'{{"text": "{PROSE}", "language": "xx-bogus"}}', "row field language"),
        ("a.md", f"---\nlanguage: xx-bogus\n---\n{PROSE}", "front matter"),
    ],
)
def test_a_language_that_there_is_not_is_told(tmp_path, name, content, origin):
    """A code that no language has is told, and the text itself says which language it is in."""
    remark, one = read(source(tmp_path, name, content), Settings())
    assert remark.message == f"The language 'xx-bogus' was not used ({origin}, no language has this code)."
    assert one.article.language == "en"


def test_a_language_is_detected_in_the_text(tmp_path):
    """Where nobody says it, the text does, and the evidence says how sure that is."""
    assert language_of(tmp_path, RUSSIAN) == ("ru", "detected in the text, 100% sure")
    assert language_of(tmp_path, PROSE, language="hy")[0] == "en"


def test_a_short_text_has_the_language_of_its_script(tmp_path):
    """A few words are not enough to detect a language, but their letters give some languages away."""
    assert language_of(tmp_path, "Մի քանի բառ") == ("hy", "the script it is written in")


def test_what_leaves_a_doubt_has_the_language_of_the_collection(tmp_path):
    """Without any sign an article is in the language that is set."""
    assert language_of(tmp_path, "Ad hoc", language="tr") == ("tr", "the collection's default")
    assert language_of(tmp_path, "Ad hoc") == ("en", "taken for want of a better guess")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Die Verhandlungen über die Rückkehr der Flüchtlinge gehen weiter.", "de"),
        ("Der Minister hat das Abkommen nicht unterschrieben.", "de"),
        ("Les négociations sur le retour des réfugiés se poursuivent.", "fr"),
        ("Mültecilerin dönüşüyle ilgili görüşmeler devam ediyor.", "tr"),
        ("Qaçqınların qayıdışı ilə bağlı danışıqlar davam edir.", "az"),
        ("Rozmowy w sprawie powrotu uchodźców trwają nadal.", "pl"),
        ("Міністр не підписав угоду, і міст досі закритий для руху.", "uk"),
    ],
)
def test_a_short_sentence_may_be_sure_as_well(tmp_path, text, language):
    """Where detection is as good as certain, and small words or letters of the language agree, it is believed."""
    origin = "detected in a short text, and its words or letters agree"
    assert language_of(tmp_path, text) == (language, origin)


@pytest.mark.parametrize(
    "text",
    [
        "Recep Tayyip Erdoğan, Hakan Fidan, Hulusi Akar, Devlet Bahçeli",
        "Peter Müller, Hans Schröder, Jürgen Weiß, Käthe Grünwald GmbH",
        "Stepanakert Shusha Lachin Kelbajar Agdam Fizuli Jabrayil",
    ],
)
def test_a_list_of_names_has_no_language_of_its_own(tmp_path, text):
    """Names are in the language that is set; what detection thought of them is told beside it."""
    (one,) = read(source(tmp_path, "a.txt", text), Settings(language="hy"))
    evidence = one.article.evidence_for("language")
    assert (evidence.value, evidence.origin) == ("hy", "the collection's default")
    assert [claim.refused for claim in evidence.others] == [True]
    assert evidence.others[0].origin.startswith("detected in the text, ")


@pytest.mark.parametrize(
    ("name", "content", "path", "row"),
    [
        ("new/b.txt", PROSE, "old/a.txt", ""),
        ("new/b.jsonl", f'{{"id": "x", "text": "{PROSE}"}}', "old/a.txt", "x"),
        ("new/b.zip", packed({"in/c.txt": PROSE}), "old/a.txt/in/c.txt", ""),
    ],
)
def test_a_renamed_file_keeps_its_articles(tmp_path, name, content, path, row):
    """Articles and passages are called after the path under which the file was first seen."""
    file = source(tmp_path, name, content)
    (one,) = read(file, Settings(), identity="old/a.txt")
    assert one.article.id == article_id(path, row)
    assert one.article.path.startswith(name)
    assert one.passages[0].id.startswith(one.article.id)
    (same,) = read(file, Settings(), identity=name)
    assert same.article.id == next(iter(read(file, Settings()))).article.id != one.article.id


def test_files_that_cannot_be_read_are_errors(tmp_path):
    """The loaders' errors pass through."""
    with pytest.raises(DocumentError, match=r"a\.txt is empty"):
        list(read(source(tmp_path, "a.txt", ""), Settings()))
    with pytest.raises(SkippedDocument):
        list(read(source(tmp_path, "a.xyz", PROSE), Settings()))


@pytest.mark.parametrize("changed", [{"language": "hy"}, {"max_file_bytes": 5}, {"max_seconds": 5.0}])
def test_settings_that_decide_what_is_read_are_told_apart(changed):
    """What is read by other settings is not the same; settings that matter only to searches do not count."""
    assert read_by(replace(Settings(), **changed)) != read_by(Settings())
    assert read_by(replace(Settings(), port=1, workers=3)) == read_by(Settings())
