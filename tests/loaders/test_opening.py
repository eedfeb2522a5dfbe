import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.document import Date
from kb_search.loaders.claims import settle
from kb_search.loaders.opening import opening_claims
from tests.loaders.helpers import PROSE, read

LATEST = Date(2024, 6, 1)
LONG = f"{PROSE} They agreed in the end to meet again before the first snow fell in the mountains."


def told(text):
    """What the head of a text says, as pairs of field and value."""
    return {one.field: one.value for one in settle(opening_claims(text), LATEST) if one.value}


@pytest.mark.parametrize(
    ("dateline", "claims"),
    [
        ("BAKU, Sept. 20 (Reuters) - ", {"source": "Reuters"}),
        ("BAKU, Sept 20, 2023 (Reuters) — ", {"source": "Reuters", "date": "2023-09-20"}),
        ("TBILISI, Georgia (AP) — ", {"source": "AP"}),
        ("YEREVAN, September 25, 2023 /ARMENPRESS/. ", {"source": "ARMENPRESS", "date": "2023-09-25"}),
        ("YEREVAN, SEPTEMBER 25, ARMENPRESS. ", {"source": "ARMENPRESS"}),
        ("МОСКВА, 20 сен - РИА Новости. ", {"source": "РИА Новости"}),
        ("МОСКВА, 20 сентября 2023. /ТАСС/. ", {"source": "ТАСС", "date": "2023-09-20"}),
        ("Baku, 20 September 2023 (AFP) - ", {"source": "AFP", "date": "2023-09-20"}),
        ("STEPANAKERT, 20 September 2023 (Valley News) - ", {"source": "Valley News", "date": "2023-09-20"}),
        ("(Reuters) - ", {"source": "Reuters"}),
        ("BAKU/YEREVAN, Sept. 20, 2023 (Reuters) - ", {"source": "Reuters", "date": "2023-09-20"}),
        ("STEPANAKERT/BAKU (Reuters) - ", {"source": "Reuters"}),
        ("BAKU, 20 September 2023 -- ", {"date": "2023-09-20"}),
        ("BAKU, 20 September -- ", {}),
        ("Baku, 20 September 2023 -- ", {}),
        ("NATO (North Atlantic Treaty Organization) - ", {}),
        ("The president (Reuters) - ", {}),
        ("Baku, 20 September 2023 (see below) - ", {}),
        ("In the valley (population 300) - ", {}),
    ],
)
def test_a_dateline_gives_the_source_and_a_day_with_its_year(dateline, claims):
    """Place in capitals, day and agency in front of the prose give the source, and the day if it has a year."""
    assert told(dateline + LONG) == claims


def test_a_day_without_a_year_is_refused():
    """`Sept. 20` is no date, but a reader sees that it was there."""
    (date,) = [
        one for one in settle(opening_claims(f"BAKU, Sept. 20 (Reuters) - {LONG}"), LATEST) if one.field == "date"
    ]
    assert (date.value, [claim.origin for claim in date.others]) == ("", ["dateline, without a year"])


def test_a_day_that_no_calendar_has_is_refused():
    """A dateline with an impossible day is told, so that a reader can look what was meant."""
    (date,) = (
        one
        for one in settle(opening_claims(f"ISTANBUL, February 29, 2023 (AFP) -- {LONG}"), LATEST)
        if one.field == "date"
    )
    assert (date.value, date.others[0].value) == ("", "February 29, 2023")
    assert date.others[0].origin == "dateline, not a date"


@pytest.mark.parametrize(
    ("lines", "claims"),
    [
        ("By Ann Lee | 7 November 2023", {"author": "Ann Lee", "date": "2023-11-07"}),
        ("Ann Lee | 7 November 2023", {"author": "Ann Lee", "date": "2023-11-07"}),
        ("By Ann Lee, Reuters\n\n7 November 2023", {"author": "Ann Lee", "date": "2023-11-07"}),
        ("By Ann Lee and Bo Ray, 7 November 2023", {"author": "Ann Lee, Bo Ray", "date": "2023-11-07"}),
        ("Published on 7 November 2023 at 10:15", {"date": "2023-11-07"}),
        ("Tuesday, November 7, 2023", {"date": "2023-11-07"}),
        ("7 ноября 2023 г.", {"date": "2023-11-07"}),
        ("Press release\nBaku, 7 November 2023", {"date": "2023-11-07"}),
        ("https://paper.example/talks", {"url": "https://paper.example/talks"}),
        ("03/04/2023", {}),
        ("13.04.2023", {"date": "2023-04-13"}),
        ("Updated: 7 November 2023", {}),
        ("2023-11-07T10:00:00Z", {"date": "2023-11-07"}),
        ("2023-11-07 10:00", {"date": "2023-11-07"}),
        ("2023-11-07T23:30:00.123+04:00", {"date": "2023-11-07"}),
        ("(7 November 2023)", {"date": "2023-11-07"}),
        ("Tuesday 7 November 2023 10.15 GMT", {"date": "2023-11-07"}),
        ("First published: 7 Nov 2023", {"date": "2023-11-07"}),
        ("First published 7 Nov 2023", {"date": "2023-11-07"}),
        ("7 noyabr 2023-cü il", {"date": "2023-11-07"}),
        ("7 Kasım 2023", {"date": "2023-11-07"}),
        ("7 novembre 2023", {"date": "2023-11-07"}),
        ("7 նոյեմբերի, 2023", {"date": "2023-11-07"}),
        ("2023 թ. նոյեմբերի 7", {"date": "2023-11-07"}),
        ("7 ნოემბერი, 2023", {"date": "2023-11-07"}),
        ("After 27 September 2020", {}),
        ("In 2020 May 5 people came", {}),
        ("Armenia after 27 September 2020", {}),
        ("The end of the war, 1994", {}),
        ("7 November 2999", {}),
        ("By the river", {}),
        ("Ceasefire signed, 12 May 1994", {}),
        ("Santiago de Cuba, 7 November 2023", {"date": "2023-11-07"}),
        ("7 Kasım 2023 Salı", {"date": "2023-11-07"}),
        ("7 ноября 2023, вторник", {"date": "2023-11-07"}),
        ("7 noyabr 2023, çərşənbə axşamı", {"date": "2023-11-07"}),
        ("November 2023", {"date": "2023-11"}),
        ("Kasım 2023", {"date": "2023-11"}),
        ("The end of November 2023", {}),
    ],
)
def test_a_line_above_the_prose_counts_if_it_says_one_thing_alone(lines, claims):
    """A byline, a day or an address on a line of its own counts; a line that says anything else does not."""
    assert told(f"{lines}\n{LONG}") == claims


def test_labels_of_press_archives_name_the_fields(tmp_path):
    """Exports of press archives name each field; the words stay in the text."""
    head = "Title: Talks resume\nAuthor: Ann Lee\nDate: November 7, 2023 Tuesday\nSource: The Wire\nLanguage: en"
    article = read(tmp_path, "a.txt", f"{head}\n\n{LONG}")
    assert (article.title, article.author, str(article.date)) == ("Talks resume", "Ann Lee", "2023-11-07")
    assert (article.source, article.language) == ("The Wire", "en")
    assert article.evidence_for("source").origin == "line “Source:” at the head of the text"
    assert "Source: The Wire" in article.text


def test_prose_ends_the_head():
    """What stands below the first paragraph is about something else."""
    assert told(f"{LONG}\nBy Ann Lee | 7 November 2023\n{LONG}") == {}


def test_the_head_ranks_below_what_the_file_says(tmp_path):
    """Front matter is believed before a byline, a byline before the name of the file, and nothing is forgotten."""
    text = f"---\nauthor: Bo Ray\n---\nBy Ann Lee | 7 November 2023\n\n{LONG}"
    article = read(tmp_path, "2020-01-01-talks.md", text)
    assert (article.author, str(article.date)) == ("Bo Ray", "2023-11-07")
    assert [claim.value for claim in article.evidence_for("author").others] == ["Ann Lee"]
    assert [claim.value for claim in article.evidence_for("date").conflicts] == ["2020-01-01"]


@given(st.text(st.sampled_from("BAKU, Sept 20 2023 (Reuters)-—/|By\n: Date"), max_size=300))
def test_any_text_may_stand_there(text):
    """Nothing in a text is an error, and every value that comes out can be kept."""
    for one in settle(opening_claims(text), LATEST):
        assert "\n" not in one.value


@pytest.mark.parametrize(
    "lines",
    [
        "Published: 7 November 2023\nUpdated: 9 November 2023",
        "Last updated 9 November 2023 10:15 GMT\nPublished 7 November 2023",
        "Published 7 November 2023, updated 9 November 2023",
        "By Ann Lee | 7 November 2023 | Updated 9 November 2023",
        "Опубликовано 7 ноября 2023, обновлено 9 ноября 2023",
    ],
)
def test_the_day_of_a_change_is_told_and_not_believed(lines):
    """Beside a day of publication, or alone, that of an update is no date of the article, and a reader sees it."""
    (date,) = (one for one in settle(opening_claims(f"{lines}\n{LONG}"), LATEST) if one.field == "date")
    assert (date.value, [claim.value for claim in date.others]) == ("2023-11-07", ["2023-11-09"])
    assert date.others[0].refused
    assert date.others[0].origin.endswith(", the day of a change")


GERMAN = (
    "Die Abgeordneten trafen sich am zweiten Tag im Tal und sprachen lange über die Straße, das Wasser und die Schule, "
    "und niemand aus der Hauptstadt war da, um es für die Leute aufzuschreiben."
)
TURKISH = (
    "Temsilciler ikinci gün vadide bir araya geldiler ve yol, su ve okul hakkında uzun uzun konuştular, başkentten "
    "kimse bunu yazmak için orada değildi, köylüler buna çok şaşırdılar."
)


@pytest.mark.parametrize(
    ("head", "text", "date"),
    [
        ("07.11.2023", GERMAN, "2023-11-07"),
        ("07.11.2023 14:05", TURKISH, "2023-11-07"),
        ("07.11.2023", LONG, "None"),
        ("07/11/2023", GERMAN, "None"),
        ("11.07.2999", GERMAN, "None"),
    ],
)
def test_dotted_figures_have_the_order_of_the_language(tmp_path, head, text, date):
    """`07.11.2023` is 7 November where the language writes so, and has two readings where it may be another."""
    article = read(tmp_path, "a.txt", f"{head}\n\n{text}\n")
    assert str(article.date) == date
    evidence = article.evidence_for("date")
    if article.date:
        assert f"{head[:10]} with the day first as in" in evidence.origin
    else:
        assert evidence.others[0].refused


def test_a_language_that_is_said_goes_before_one_that_is_detected(tmp_path):
    """A row that says its language is read by it, also where the text is too short to tell."""
    row = '{"text": "Кратко.", "date": "07.11.2023", "language": "ru"}'
    assert str(read(tmp_path, "a.jsonl", row).date) == "2023-11-07"
    assert read(tmp_path, "b.jsonl", row.replace("ru", "en")).date is None


@pytest.mark.parametrize(
    ("head", "date"),
    [
        (" date 13/11/2023 ", "2023-11-13"),
        ("date 2023-11-07T10:00:00Z ", "2023-11-07"),
        ("date 7 November 2023 ", "2023-11-07"),
        ("date November 7, 2023\n", "2023-11-07"),
        ("date 2023/11/07 ", "2023-11-07"),
        (" date 20231107 ", "2023-11-07"),
    ],
)
def test_the_date_in_front_may_be_written_in_other_ways(tmp_path, head, date):
    """The line that archives put in front of a text is read however the day is written, and is no part of the text."""
    article = read(tmp_path, "a.txt", head + LONG)
    assert (str(article.date), article.text) == (date, LONG)


def test_a_date_in_front_with_two_readings_is_told(tmp_path):
    """`03/04/2023` stays in the text and is no date; a reader sees that it was there, and why it was not believed."""
    article = read(tmp_path, "a.txt", f" date 03/04/2023 {LONG}")
    assert (article.date, article.text) == (None, f"date 03/04/2023 {LONG}")
    assert [claim.origin for claim in article.evidence_for("date").others] == [
        "“date” at the head of the text, two readings"
    ]


def test_a_second_date_in_front_is_told(tmp_path):
    """The first is believed; a reader sees that there was another one."""
    article = read(tmp_path, "a.txt", f" date 2023-11-07 and also date 2022-01-01 {LONG}")
    assert str(article.date) == "2023-11-07"
    assert [claim.value for claim in article.evidence_for("date").others] == ["2022-01-01"]


@pytest.mark.parametrize("line", ["7 Kasım 2023 Salı", "November 2023", "7 November 2023"])
def test_a_date_alone_is_no_title(tmp_path, line):
    """An article whose first line is only its date is called by its first sentence."""
    assert read(tmp_path, "a.txt", f"{line}\n\n{LONG}").title.startswith(LONG[:20])


@pytest.mark.parametrize(
    "line",
    [
        "Source: Reuters said on Monday that nothing is known.",
        "Source: Reuters said on Monday that nothing is known",
        "Source: Nobody knows it for certain.",
    ],
)
def test_a_sentence_is_no_source(line):
    """What a label says is the name of a paper, and not a sentence that begins like a label."""
    assert not list(opening_claims(f"{line}\n\nThe talks went on."))


@pytest.mark.parametrize("name", ["Reuters", "Независимая газета", "Agence France-Presse.", "The New York Times"])
def test_a_name_is_a_source(name):
    """Names of papers may have several words, in small letters too, and a stop behind them."""
    assert [claim.value for claim in opening_claims(f"Source: {name}\n\nThe talks went on.")] == [name]
