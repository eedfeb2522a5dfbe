import csv
import gzip
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb_search.document import Article, Claim, article_id
from kb_search.errors import DocumentError
from kb_search.loaders import Defaults, RowProblem, folder_defaults, load
from tests.loaders.helpers import PROSE, source

HEAD = "id,title,text,date,source,author,url,language,other\n"
ROW = f'x/1,Talks,"{PROSE}",1994-05,Wire,A. Author,https://paper.example/1,EN,ignored\n'


def rows(folder, content, name="a.csv", **more):
    """What a table holds."""
    raw = content if isinstance(content, bytes) else content.encode()
    return list(load(source(folder, name, gzip.compress(raw) if name.endswith("gz") else raw, **more)))


def fails(folder, content, name="a.csv", **more):
    """The sentence with which a table is refused."""
    with pytest.raises(DocumentError) as caught:
        rows(folder, content, name, **more)
    return str(caught.value)


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "A.CSV"])
def test_a_row_is_an_article(tmp_path, name):
    """All fields of a row are read, with the row as their origin, and the id is made from file and row."""
    (article,) = rows(tmp_path, HEAD + ROW, name)
    assert (article.id, article.row, article.format) == (article_id(name, "x/1"), "x/1", "csv")
    assert (article.title, article.text, str(article.date), article.source) == ("Talks", PROSE, "1994-05", "Wire")
    assert (article.author, article.url, article.language) == ("A. Author", "https://paper.example/1", "en")
    assert article.evidence_for("date").origin == "row field date"


@pytest.mark.parametrize("name", ["a.tsv", "a.tsv.gz"])
def test_only_a_tab_parts_the_fields_of_a_tsv(tmp_path, name):
    """In a `.tsv` only a tab parts two fields."""
    (article,) = rows(tmp_path, f"title\ttext\nTalks; one, two\t{PROSE}\n", name)
    assert (article.title, article.text, article.format) == ("Talks; one, two", PROSE, "tsv")


@pytest.mark.parametrize("between", [",", ";", "\t", "|"])
def test_what_stands_between_the_fields_is_seen(tmp_path, between):
    """Comma, semicolon, tab and bar are told from each other, whatever stands in the texts."""
    text = "One, two; three | four, and so on: it is long, and has commas."
    stream = io.StringIO()
    csv.writer(stream, delimiter=between).writerows([["id", "title", "text"], *([n, "T", text] for n in range(3))])
    assert [article.text for article in rows(tmp_path, stream.getvalue())] == [text] * 3


def test_a_column_of_text_alone_is_enough(tmp_path):
    """A column of text alone is enough; the row is called by the line that it begins in."""
    found = rows(tmp_path, 'TEXT\n"One\n\nstill one."\n\nTwo.\n')
    assert [(article.row, article.text) for article in found] == [("2", "One\n\nstill one."), ("6", "Two.")]


def test_quotation_marks_are_kept(tmp_path):
    """Two quotation marks within a field stand for one, and line breaks belong to the text."""
    (article,) = rows(tmp_path, 'text\r\n"He said ""no"", and left.\r\nNobody spoke."\r\n')
    assert article.text == 'He said "no", and left.\nNobody spoke.'


def test_collection_toml_may_name_the_columns(tmp_path):
    """`[fields]` in `collection.toml` says how columns are called; a deeper one adds to those above."""
    (tmp_path / "collection.toml").write_text('[fields]\ntext = "body"\ndate = "published"\n')
    (tmp_path / "wire").mkdir()
    (tmp_path / "wire" / "collection.toml").write_text('[fields]\ntitle = "Headline"\nid = "nr"\n')
    defaults = folder_defaults(tmp_path / "wire", tmp_path)
    table = f'nr,headline,body,published,date,text\n7,Talks,"{PROSE}",1994-05,2001-01-01,a summary\n'
    line = f'{{"nr": 7, "Headline": "Talks", "body": "{PROSE}", "published": "1994-05", "date": "2001-01-01"}}'
    for name, content in (("wire/a.csv", table), ("wire/a.jsonl", line)):
        (article,) = rows(tmp_path, content, name, defaults=defaults)
        assert (article.row, article.title, article.text, str(article.date)) == ("7", "Talks", PROSE, "1994-05")
        assert article.evidence_for("date").origin == "row field published"
        assert Claim("2001-01-01", "row field date") not in article.evidence_for("date").others


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            'fields = "body"',
            'collection.toml: "fields" must be a table of names, as in text = "body", and says nothing as it is.',
        ),
        (
            "[fields]\ntext = 7",
            'collection.toml: "fields" must be a table of names, as in text = "body", and says nothing as it is.',
        ),
        (
            '[fields]\nbody = "text"',
            (
                'collection.toml, [fields]: there is no "body", so it was not read; '
                "it can say id, text, title, source, date, author, url, language."
            ),
        ),
        (
            '[fields]\ntexd = "body"',
            'collection.toml, [fields]: there is no "texd", so it was not read; did you mean "text"?',
        ),
    ],
)
def test_wrong_names_of_fields_are_told_and_cost_nothing_else(tmp_path, content, sentence):
    """What cannot be a table of names is told with a sentence, and the rest of the file counts."""
    (tmp_path / "collection.toml").write_text('source = "Herald"\n' + content)
    found = folder_defaults(tmp_path, tmp_path)
    assert (found.problems, found.fields) == ((sentence,), ())
    assert found.source.value == "Herald"


def test_empty_fields_too_many_do_no_harm(tmp_path):
    """Spreadsheets put separators behind the last field; where these hold nothing, all is certain."""
    (article,) = rows(tmp_path, f'title,text\nTalks,"{PROSE}",, \n')
    assert (article.title, article.text) == ("Talks", PROSE)


def test_a_bad_row_does_not_stop_the_others(tmp_path):
    """Each row that cannot be read is a problem with its line and a reason; the rest is there."""
    found = rows(
        tmp_path,
        f'id,text\na,"{PROSE}"\nb\nc,two,three\n"d"x,Text.\ne,\na,Again.\nf,"Two\nlines."\ng,"open\nh,Last.\n',
    )
    assert [one.row for one in found if isinstance(one, Article)] == ["a", "f", "h"]
    assert [(one.where, one.message) for one in found if isinstance(one, RowProblem)] == [
        ("line 3", 'the field "text" is missing or empty'),
        ("line 4", "it has 3 fields, and the first row names 2; put those that hold a separator in quotation marks"),
        ("line 5", "a quotation mark stands within a field; write it twice"),
        ("line 6", 'the field "text" is missing or empty'),
        ("line 7", "the id 'a' stands in line 2 already"),
        ("line 10", "a quotation mark opens a field and nothing closes it"),
    ]


def test_a_short_row_is_read(tmp_path):
    """A row that ends early lacks its last fields, and no more."""
    (article,) = rows(tmp_path, f'text,title,date\n"{PROSE}",The title\n')
    assert (article.title, article.date) == ("The title", None)


def test_after_a_few_open_quotation_marks_the_rest_is_given_up(tmp_path):
    """After a few of them the rest is given up, and the report says so."""
    found = rows(tmp_path, "text\nFirst.\n" + 'a","b\n' * 2001)
    assert [one.text for one in found if isinstance(one, Article)][:1] == ["First."]
    assert found[-1].message == "a quotation mark opens a field and nothing closes it; what follows is not read"
    assert len(found) < 20


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8-sig", "Görüşmeler yeniden başladı, ve yol açıldı."),
        ("utf-16", "Переговоры начались снова, и дорога открыта."),
        ("cp1251", "Переговоры начались снова в среду, и дорога была открыта для всех жителей города."),
    ],
)
def test_a_table_is_decoded_as_other_files_are(tmp_path, encoding, text):
    """A table is decoded as other files are; spreadsheets write many encodings."""
    (article,) = rows(tmp_path, f'text;title\n"{text}";T\n'.encode(encoding))
    assert article.text == text


def test_a_table_without_a_column_of_text_says_what_to_do(tmp_path):
    """A table that names no column of text says what it has, and what to do."""
    assert fails(tmp_path, "headline,body\nTalks,Text.\n") == (
        "a.csv has no column 'text' but 'headline', 'body'; say in collection.toml which one holds the text, "
        'as in: [fields] text = "body".'
    )
    assert fails(tmp_path, "text,Text\na,b\n") == "a.csv has more than one column 'text'; rename the others."
    assert fails(tmp_path, "text\n") == "a.csv holds no rows."
    assert fails(tmp_path, " \n").startswith("a.csv has no column 'text' but ")
    assert fails(tmp_path, '"text\nOne.\n').startswith(
        "a.csv: the first row, which names the columns, cannot be read: "
    )


def test_what_stands_before_the_damage_is_read(tmp_path):
    """What stands before the damage is read; what unpacks to too much, or is no archive, is a sentence."""
    raw = gzip.compress((HEAD + "".join(ROW.replace("x/1", f"{n * 7919 % 1000003}") for n in range(5000))).encode())
    found = list(load(source(tmp_path, "a.csv.gz", raw[: len(raw) // 2])))
    assert 0 < len(found) < 5000
    assert found[-1] == RowProblem("the end", "the compressed file is damaged here; what follows is lost")
    with pytest.raises(DocumentError, match=r"^b\.csv\.gz is damaged or no gzip file; compress it anew\.$"):
        list(load(source(tmp_path, "b.csv.gz", b"no archive at all")))
    assert fails(tmp_path, "text\n" + "x" * 9000, "c.csv.gz", max_bytes=5000) == (
        "c.csv.gz unpacks to more than the 5,000 bytes that are read; split it, or raise max_file_bytes."
    )


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(min_size=1, max_size=40).filter(lambda text: text.strip().isprintable()), min_size=1, max_size=6)
)
def test_what_is_written_is_read(tmp_path_factory, texts):
    """Whatever texts a program writes as CSV, the same number of rows is read, in the same order."""
    stream = io.StringIO()
    csv.writer(stream).writerows([["id", "text"], *([f"r{number}", text + "."] for number, text in enumerate(texts))])
    file = source(tmp_path_factory.mktemp("any"), "a.csv", stream.getvalue(), defaults=Defaults())
    assert [one.row for one in load(file)] == [f"r{number}" for number in range(len(texts))]


def test_a_field_longer_than_any_article(tmp_path):
    """A field of more than ten million characters is a problem that says both of its likely reasons."""
    (found,) = rows(tmp_path, "id,text\n1," + "word " * 2_000_001)
    assert found.message == "a field is longer than any article, or a quotation mark opens it and nothing closes it"


def test_the_hint_for_excel_is_no_row(tmp_path):
    """A first line `sep=;` says what stands between the fields, and the next one names the columns."""
    (article,) = rows(tmp_path, f"sep=;\nid;text\n7;{PROSE}\n")
    assert (article.row, article.text) == ("7", PROSE)


def test_the_encoding_of_a_table_is_told(tmp_path):
    """Each article of a table in an old encoding says that it was guessed, or by what it is known."""
    russian = "Переговоры начались в среду вечером, и жители долины снова ждали новостей у моста."
    for encoding, said in (("cp1251", "guessed by how the text reads"), ("utf-16", "as declared, or by the mark")):
        (article,) = rows(tmp_path, f'id,text\n1,"{russian}"\n'.encode(encoding))
        assert article.text == russian
        assert article.evidence_for("encoding").value.replace("-", "").startswith(encoding.replace("-", ""))
        assert article.evidence_for("encoding").origin.startswith(said)
