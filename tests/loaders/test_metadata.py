import pytest

from kb_search.document import Claim, Date
from kb_search.errors import DocumentError, SkippedDocument
from kb_search.loaders import Defaults, Remark, folder_defaults, load, sidecar_paths
from kb_search.loaders.claims import Said, settle
from tests.loaders.helpers import PROSE, read, source

LATEST = Date(2024, 6, 1)


def test_the_first_readable_claim_wins():
    """Claims come in the order of their rank; what cannot be read loses, with the reason, to what can."""
    claims = [Said("date", "2023-02-30", "A"), Said("date", "7 Nov 2023", "B"), Said("date", "2022", "C")]
    (evidence,) = settle(claims, LATEST)
    assert (evidence.value, evidence.origin) == ("2023-11-07", "B")
    assert evidence.others == (Claim("2022", "C"), Claim("2023-02-30", "A, not a date"))


def test_a_field_that_was_only_refused_keeps_its_evidence():
    """A reader sees why an article has no date although something was said about it."""
    (evidence,) = settle([Said("date", "03/04/2023", "meta tag date")], LATEST)
    assert (evidence.value, evidence.others) == ("", (Claim("03/04/2023", "meta tag date, two readings"),))


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "http://[bad", "/relative", "http://a b"])
def test_only_web_addresses_are_addresses(url):
    """What is not an absolute address on the web is refused."""
    (evidence,) = settle([Said("url", url, "canonical link")], LATEST)
    assert evidence.value == ""


def test_languages_are_codes():
    """A language is a code of two or three letters; the country behind it is dropped."""
    values = [settle([Said("language", text, "x")], LATEST)[0].value for text in ("en-GB", "RU", "az_AZ", "English")]
    assert values == ["en", "ru", "az", ""]


def test_fields_are_one_line_of_bounded_length():
    """A title of 10,000 words over several lines does not break a list."""
    (evidence,) = settle([Said("title", "one\ntwo\0 " * 5000, "front matter")], LATEST)
    assert evidence.value.startswith("one two one")
    assert len(evidence.value) <= 500


def test_claims_count_in_the_order_of_their_rank(tmp_path):
    """Sidecar beats head of the text, that beats the file's name; collection.toml beats the folder's name."""
    name = "wire/2020-01-01-talks.txt"
    defaults = Defaults(source=Claim("The Wire", "collection.toml"), language=Claim("en", "collection.toml"))
    source(tmp_path, f"{name}.meta.toml", 'date = 2023-05-06\nauthor = ["A. Lee", "B. Ray"]\n')
    article = read(tmp_path, name, f" date 2022-02-02 {PROSE}", defaults=defaults)
    assert (str(article.date), article.author, article.source) == ("2023-05-06", "A. Lee, B. Ray", "The Wire")
    assert article.language == "en"
    assert article.text == PROSE
    date = article.evidence_for("date")
    assert date.others == (Claim("2022-02-02", "“date” at the head of the text"), Claim("2020-01-01", "file name"))
    assert article.evidence_for("source").others == (Claim("wire", "folder name"),)


def test_names_say_something_only_where_nothing_else_does(tmp_path):
    """An ISO date in front of the file's name is its date, the folder's name its source."""
    article = read(tmp_path, "Caucasus Weekly/2023-11-07-talks.txt", PROSE)
    assert (str(article.date), article.source) == ("2023-11-07", "Caucasus Weekly")
    assert article.evidence_for("date").origin == "file name"


@pytest.mark.parametrize("name", ["talks-2023-11-07.txt", "20231107_talks.txt", "wire 2023_11_07 (2).txt"])
def test_a_whole_day_anywhere_in_a_name_is_its_date(tmp_path, name):
    """Names give the day in front or behind, with marks between the figures or without."""
    assert str(read(tmp_path, name, PROSE).date) == "2023-11-07"


@pytest.mark.parametrize(
    "name",
    ["2023-11-071.txt", "2023-13.txt", "2023-11.5.txt", "2023-01 to 2023-03.txt",
     "2023-02-30-x.txt", "2023-11-07 to 2023-11-09.txt", "1202311071.txt",
     "07-11-2023.txt", "2023.txt", "v1.2023.11.07.txt"],
)  # fmt: skip
def test_other_names_are_no_dates(tmp_path, name):
    """Years, impossible days and months, two of them and days in another order say nothing sure."""
    article = read(tmp_path, name, PROSE)
    assert (article.date, article.source) == (None, "")


@pytest.mark.parametrize("name", ["2023-11.txt", "2023-11-talks.txt", "Weekly 2023-11 (2).txt"])
def test_a_month_in_a_name_is_a_date_of_that_precision(tmp_path, name):
    """A name with one month in it, as ISO 8601 writes it, gives the month and no day."""
    assert str(read(tmp_path, name, PROSE).date) == "2023-11"


def test_a_season_in_a_name_has_two_readings(tmp_path):
    """`2010-11` may be November or two years, so it is told and not believed."""
    article = read(tmp_path, "Season 2010-11.txt", PROSE)
    assert (article.date, article.evidence_for("date").others[0].origin) == (None, "file name, two readings")


@pytest.mark.parametrize(
    "name", ["IMG_20231107_101010.txt", "20231107_101010.txt", "Screenshot 2023-11-07.txt", "Scan_20231107.txt"]
)
def test_cameras_and_scanners_date_no_article(tmp_path, name):
    """The moment when a picture was taken is not the day on which the text in it was published."""
    article = read(tmp_path, name, PROSE)
    assert (article.date, article.evidence_for("date").others[0].origin) == (None, "file name, the moment of a picture")


def test_a_bare_day_half_a_century_before_another_sign_is_refused(tmp_path):
    """A text that names 2019, or lies in its folder, is not of the day of 1915 above it; a label is believed."""
    late = f"{PROSE} In 2019 the road was closed."
    refused = read(tmp_path, "a.txt", f"A story of war\n\n24 April 1915\n\n{late}")
    assert refused.date is None
    assert refused.evidence_for("date").others[0].origin == "head of the text, the year 2019 is named too"
    assert str(read(tmp_path, "2019/05/b.txt", f"A story of war\n\n24 April 1915\n\n{PROSE}").date) == "2019-05"
    assert str(read(tmp_path, "c.txt", f"A story of war\n\n24 April 1915\n\n{PROSE}").date) == "1915-04-24"
    assert str(read(tmp_path, "d.txt", f"Published on 24 April 1915\n\n{late}").date) == "1915-04-24"
    assert str(read(tmp_path, "e.txt", f" date 1915-04-24 {late}").date) == "1915-04-24"
    assert str(read(tmp_path, "f.txt", f"7 May 1985\n\n{PROSE} By 2050 it will be dry.").date) == "1985-05-07"


def test_folders_by_date_are_no_sources(tmp_path):
    """The source is the nearest folder whose name is not only a date; a dated one gives the date."""
    assert read(tmp_path, "Reuters/2023/a.txt", PROSE).source == "Reuters"
    article = read(tmp_path, "Reuters/2023-11/a.txt", PROSE)
    assert (article.source, str(article.date)) == ("Reuters", "2023-11")
    assert read(tmp_path, "2023/a.txt", PROSE).source == ""


def test_a_year_in_a_sidecar_may_be_a_number(tmp_path):
    """`date = 2023` says the year; any other number is no date."""
    (tmp_path / "a.txt.meta.toml").write_text("date = 2023\n")
    (tmp_path / "b.txt.meta.toml").write_text("date = 5\n")
    assert str(read(tmp_path, "a.txt", "The talks went on.").date) == "2023"
    assert read(tmp_path, "b.txt", "The talks went on.").date is None


def test_a_sidecar_can_be_named_without_the_suffix(tmp_path):
    """`a.meta.toml` speaks for `a.txt`, but `a.txt.meta.toml` speaks first."""
    source(tmp_path, "a.meta.toml", 'title = "General"\nsource = "Press"')
    source(tmp_path, "a.txt.meta.toml", 'title = "Special"')
    article = read(tmp_path, "a.txt", PROSE)
    assert (article.title, article.untitled, article.source) == ("Special", False, "Press")
    assert [path.name for path in sidecar_paths(tmp_path / "a.txt")] == ["a.txt.meta.toml", "a.meta.toml"]


@pytest.mark.parametrize("content", ["title = ", b"\xff\xfe\0", "a = " + "[" * 50_000])
def test_a_broken_sidecar_is_a_sentence(tmp_path, content):
    """The sentence names the sidecar, not the article."""
    source(tmp_path, "sub/a.txt.meta.toml", content)
    with pytest.raises(DocumentError, match=r"^sub/a\.txt\.meta\.toml is not valid TOML: "):
        read(tmp_path, "sub/a.txt", PROSE)


def test_an_untitled_article_is_called_by_its_first_sentence(tmp_path):
    """The name is cut behind a word at 80 characters, and the data say that it is no title."""
    article = read(tmp_path, "a.txt", f"{PROSE} Then they left.")
    assert article.untitled
    assert article.title == "The two sides met in the valley on Tuesday and spoke about the road, the water…"
    assert article.evidence_for("title").origin == "first sentence"


def test_deeper_defaults_win(tmp_path):
    """A folder's collection.toml overrides those above it, field by field, and is named as the origin."""
    source(tmp_path, "collection.toml", 'source = "All"\nlanguage = "en"')
    source(tmp_path, "a/b/collection.toml", 'source = "Deep"')
    found = folder_defaults(tmp_path / "a" / "b", tmp_path)
    assert found == Defaults(Claim("Deep", "a/b/collection.toml"), Claim("en", "collection.toml"))
    assert folder_defaults(tmp_path / "a", tmp_path).source == Claim("All", "collection.toml")
    assert folder_defaults(tmp_path, tmp_path).language == Claim("en", "collection.toml")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("source = 5", '"source" must be text in quotation marks'),
        ('language = "hy"\nsource = Herald', "not valid TOML: Invalid value (at line 2, column 10). Mend it"),
        ('sorce = "a"', 'there is no "sorce", so it was not read; did you mean "source"?'),
        ("colour = 1", "it can say source, language, fields."),
        ("x = 1\n" * 2, "not valid TOML"),
    ],
)
def test_broken_defaults_are_told_and_cost_nothing(tmp_path, content, told):
    """A collection.toml that cannot be meant says nothing, and a sentence names file, place and what to do."""
    source(tmp_path, "collection.toml", 'source = "Herald"')
    source(tmp_path, "a/collection.toml", content)
    found = folder_defaults(tmp_path / "a", tmp_path)
    (problem,) = found.problems
    assert problem.startswith("a/collection.toml")
    assert told in problem
    assert found.source == Claim("Herald", "collection.toml")


@pytest.mark.parametrize(
    ("sidecar", "told"),
    [
        ('dat = "2023-11-07"', 'a.txt.meta.toml: there is no "dat", so it was not read; did you mean "date"?'),
        ('Sorce = "Reuters"', 'a.txt.meta.toml: there is no "Sorce", so it was not read; did you mean "source"?'),
        ("qqq = 1", "it can say title, source, date, author, url, language."),
    ],
)
def test_a_slip_in_a_sidecar_is_told(tmp_path, sidecar, told):
    """A key that nobody reads is named, with the one that was probably meant; the article is read all the same."""
    source(tmp_path, "a.txt.meta.toml", f'{sidecar}\nauthor = "Ann Lee"')
    remark, article = load(source(tmp_path, "a.txt", PROSE))
    assert isinstance(remark, Remark)
    assert told in remark.message
    assert article.author == "Ann Lee"


def test_a_sidecar_without_slips_is_not_remarked_on(tmp_path):
    """Names that front matter has for fields, and capitals, are no slips."""
    source(tmp_path, "a.txt.meta.toml", 'Date = "2023"\nlang = "en"\nauthors = ["Ann Lee"]')
    (article,) = load(source(tmp_path, "a.txt", PROSE))
    assert (str(article.date), article.language, article.author) == ("2023", "en", "Ann Lee")


def test_an_empty_companion_says_nothing(tmp_path):
    """An empty collection.toml or sidecar is no error."""
    source(tmp_path, "collection.toml", "")
    source(tmp_path, "a.meta.toml", "")
    assert folder_defaults(tmp_path, tmp_path) == Defaults()
    assert read(tmp_path, "a.txt", PROSE).date is None


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("2023/11/07/a.txt", "2023-11-07"),
        ("Wire/2023/11/a.txt", "2023-11"),
        ("2023/13/a.txt", "None"),
        ("2023/a.txt", "None"),
        ("11/07/a.txt", "None"),
    ],
)
def test_folders_by_year_month_and_day_are_a_date(tmp_path, name, date):
    """An archive that is kept in folders of days says when its articles appeared; a number alone says nothing."""
    assert str(read(tmp_path, name, PROSE).date) == date


@pytest.mark.parametrize("line", ["03/04/2023", "7 November 2031", "(7 November 2023)", "---"])
def test_an_untitled_article_is_called_by_its_words(tmp_path, line):
    """A day in front is no name for an article; a line that says more than the day is."""
    assert read(tmp_path, "a.txt", f"{line}\n\n{PROSE}").title.startswith("The two sides met")
    war = "Armenia after 27 September 2020."
    assert read(tmp_path, "a.txt", f"{war}\n{PROSE}").title == war


def test_other_names_of_fields_give_way_to_the_usual_ones(tmp_path):
    """`published` and `headline` are read where there is no `date` and no `title`, and named as what they were."""
    article = read(tmp_path, "a.jsonl", f'{{"text": "{PROSE}", "published": "2023-11-08", "headline": "Talks"}}')
    assert (str(article.date), article.title) == ("2023-11-08", "Talks")
    assert article.evidence_for("date").origin == "row field published"
    article = read(tmp_path, "b.jsonl", f'{{"text": "{PROSE}", "published": "2023-11-08", "date": "2023-11-07"}}')
    assert (str(article.date), len(article.evidence_for("date").conflicts)) == ("2023-11-07", 1)


def test_lock_files_of_office_programs_are_skipped(tmp_path):
    """What lies beside an open document is no damaged document."""
    for name in ("~$report.docx", ".~lock.report.odt"):
        with pytest.raises(SkippedDocument, match="has a document open"):
            list(load(source(tmp_path, name, b"lock")))
