import json

import pytest

from kb_search.loaders import webdates
from tests.loaders.helpers import PROSE, read

OTHER = "Nobody had expected them to agree so soon, and yet they signed the paper before the evening came."


def dated(folder, head="", above="", below="", after="", attributes=""):
    """The evidence for the date of a page with something above and below its title and after its text."""
    body = f"{above}<h1>Talks</h1>{below}<p>{PROSE}</p><p>{OTHER}</p>{after}"
    markup = f"<html {attributes}><head>{head}</head><body><main>{body}</main></body></html>"
    return read(folder, "a.html", markup).evidence_for("date")


def script(**fields):
    """A script of JSON-LD."""
    return f'<script type="application/ld+json">{json.dumps(fields)}</script>'


@pytest.mark.parametrize(
    ("below", "value"),
    [
        ("<p>7 November 2023</p>", "2023-11-07"),
        ("<div>By Ann Lee | Nov. 7, 2023 | 10:15</div>", "2023-11-07"),
        ("<span class=date>13/11/2023</span>", "2023-11-13"),
        ("<p>Veröffentlicht am 7. November 2023</p>", "2023-11-07"),
        ("<p>le 7 novembre 2023</p>", "2023-11-07"),
        ("<p>7 de noviembre de 2023</p>", "2023-11-07"),
        ("<p>2023年11月7日</p>", "2023-11-07"),
        ("<p>7 ноября 2023 г.</p>", "2023-11-07"),
        ("<p>Posted 7 November 2023</p><p>Updated 9 November 2023</p>", "2023-11-07"),
        ("<p>Updated: 9 November 2023</p><p>Published: 7 November 2023</p>", "2023-11-07"),
        ("<p>Updated</p><p>9 November 2023</p><span class=date>7 November 2023</span>", "2023-11-07"),
    ],
)
def test_a_day_below_the_title_is_the_articles(tmp_path, below, value):
    """A day that is printed between title and text is the article's; the day of a revision is not."""
    evidence = dated(tmp_path, below=below)
    assert (evidence.value, evidence.origin) == (value, "line near the title")


def test_a_day_above_the_title_counts_where_none_is_below(tmp_path):
    """Where nothing stands below the title, the line above it counts."""
    assert dated(tmp_path, above="<div class=meta>7 November 2023</div>").value == "2023-11-07"


@pytest.mark.parametrize(
    ("attributes", "value"),
    [
        ('lang="de"', "2023-04-03"),
        ('lang="en-GB"', "2023-04-03"),
        ('lang="en-US"', "2023-03-04"),
    ],
)
def test_the_language_says_how_figures_are_meant(tmp_path, attributes, value):
    """Day and month in figures are read as the page's language and country write them."""
    assert dated(tmp_path, below="<p>03/04/2023</p>", attributes=attributes).value == value


@pytest.mark.parametrize("attributes", ["", 'lang="en"', 'lang="xx"'])
def test_figures_with_two_readings_say_nothing(tmp_path, attributes):
    """Where nobody knows whether day or month stands first, there is no date."""
    assert dated(tmp_path, below="<p>03/04/2023</p>", attributes=attributes) is None


def test_another_date_of_the_page_says_how_figures_are_meant(tmp_path):
    """A page that writes 25/04/2023 elsewhere means 3 April by 03/04/2023."""
    after = "<aside><p>25/04/2023</p></aside>"
    assert dated(tmp_path, below="<p>03/04/2023</p>", after=after).value == "2023-04-03"


@pytest.mark.parametrize(
    "below",
    [
        "<p>7 November 2999</p>",
        "<p>31 June 2020</p>",
        "<p>The treaty of 7 November 1990 is the oldest that the two sides signed with each other</p>",
    ],
)
def test_what_is_not_the_day_of_publication(tmp_path, below):
    """The future, days that no calendar has and days that a sentence is about are not taken."""
    assert dated(tmp_path, below=below) is None


def test_dates_of_other_articles_do_not_count(tmp_path):
    """Comments and lists of other articles have dates of their own, which are told with that reason."""
    after = '<div class="comments"><span class=date>9 November 2023</span></div>'
    teaser = '<div class="sidebar"><time datetime="2023-11-08">8 November</time></div>'
    evidence = dated(tmp_path, after=after + teaser)
    assert evidence.value == ""
    refused = {(one.value, one.origin) for one in evidence.others}
    assert refused == {
        ("2023-11-08", "time element, of another article"),
        ("2023-11-09", "line of its own, of another article"),
    }


def test_a_day_in_the_address_of_the_page_counts(tmp_path):
    """A day in the page's own address counts; other figures in it do not."""
    link = '<link rel="canonical" href="https://paper.example/{}/talks">'
    evidence = dated(tmp_path, head=link.format("2019/10/19"))
    assert (evidence.value, evidence.origin) == ("2019-10-19", "address of the page")
    assert dated(tmp_path, head=link.format("2019/13/19")) is None
    assert dated(tmp_path, head=link.format("12019-10-19")) is None


@pytest.mark.parametrize(
    ("mark", "origin"),
    [
        ('<span itemprop="datePublished" content="2023-11-07">today</span>', "itemprop datePublished"),
        ('<abbr class="published" title="2023-11-07T10:00">Tuesday</abbr>', "time element"),
        ('<time class="entry-date" datetime="2023-11-07">x</time><time class="updated" datetime="2023-11-09">y</time>',
         "time element"),
    ],
)  # fmt: skip
def test_marks_for_machines_say_which_day_is_that_of_publication(tmp_path, mark, origin):
    """Microdata, hAtom and the classes of blog programs say which day is that of publication."""
    evidence = dated(tmp_path, after=mark)
    assert (evidence.value, evidence.origin) == ("2023-11-07", origin)


def test_the_day_of_the_page_itself(tmp_path):
    """JSON-LD about the page counts where there is none about the article."""
    evidence = dated(tmp_path, head=script(**{"@type": "WebPage"}, datePublished="2018-02-28T10:00"))
    assert (evidence.value, evidence.origin) == ("2018-02-28", "JSON-LD of the page")


def test_two_that_agree_beat_one(tmp_path):
    """A first draft's day in JSON-LD loses against a meta tag and the printed line, and is kept."""
    head = script(**{"@type": "NewsArticle"}, datePublished="2023-11-03")
    head += '<meta property="article:published_time" content="2023-11-06">'
    evidence = dated(tmp_path, head=head, below="<p>6 November 2023</p>")
    assert (evidence.value, evidence.origin) == ("2023-11-06", "meta tag article:published_time")
    assert ("2023-11-03", "JSON-LD") in [(one.value, one.origin) for one in evidence.others]


def test_a_revision_years_later_beats_nobody(tmp_path):
    """Two marks that agree on a day years after the first are about a revision."""
    head = script(**{"@type": "NewsArticle"}, datePublished="2017-04-12")
    head += '<meta name="date" content="2020-02-19">'
    assert dated(tmp_path, head=head, below="<p>19 February 2020</p>").value == "2017-04-12"


@pytest.mark.parametrize(("times", "value"), [(1, None), (2, "2016-05-14")])
def test_htmldate_is_believed_only_where_the_page_bears_it_out(tmp_path, times, value):
    """A day that only htmldate finds, in the midst of the text, must stand in the page twice."""
    text = f"<p>{OTHER} They met again on 2016-05-14 in the old mill, where nobody had been for many years.</p>"
    evidence = dated(tmp_path, after=text * times)
    assert (evidence and evidence.value) == value
    assert evidence is None or evidence.origin == "htmldate"


@pytest.mark.parametrize(
    "below",
    [
        "<p>On 8 May 1992 the town fell.</p>",
        "<p>On <b>8 May 1992</b> the old town fell.</p>",
        "<p>The ceasefire of 12 May 1994 ended the war.</p>",
        "<p>It was 27 September 2020. Nobody slept.</p>",
        "<p>Born 7 May 1950 in Baku.</p>",
        "<p>Ceasefire signed, 12 May 1994</p>",
        "<p>27 September 2020 was the day on which the war began.</p>",
        "<p>7 мая 2020 года войска вошли в город.</p>",
        "<figure><figcaption>Shusha, 8 May 1992. Photo: AP</figcaption></figure>",
        "<figure><figcaption><time datetime='2020-05-08'>8 May 2020</time></figcaption></figure>",
        "<p>They met on <time datetime='2020-05-08'>8 May 2020</time> and signed the paper at once.</p>",
        "<h2>8 May 2020</h2>",
        "<blockquote>— Ann Lee <a href='/x'>May 8, 2020</a></blockquote>",
        "<p>Killed: 7 May 2020</p>",
        "<p>Photo: AP, 8 May 2020</p>",
        "<p>Ann Lee (7 May 1950 – 8 May 2020)</p>",
        "<p class='event-date'>The event is on 12 March 2021</p>",
    ],
)
def test_a_day_in_a_sentence_or_caption_dates_no_page(tmp_path, below):
    """What an article tells of the past stands near its title too, and is not when it was published."""
    assert dated(tmp_path, below=below) is None


@pytest.mark.parametrize(
    "below",
    [
        "<p>Baku, 7 November 2023</p>",
        "<p>7 Kasım 2023 Salı</p>",
        "<p>вторник, 7 ноября 2023 г., 10:15</p>",
        "<p>Published 7:40 p.m. ET November 7, 2023</p>",
        "<p>07.11.2023, 10:22 von dorfbote</p>",
        "<p>Recht &amp; Gesetz | 07.11.2023</p>",
        "<div class=meta>posted by ann_lee on November 7, 2023 in News</div>",
        "<p class=date>7 November 2023 · 5 min read</p>",
        "<p>7 November 2023 | 5 comments</p>",
        "<h3>Datum: 07.11.2023, Rubrik: USA</h3>",
        "<p>postado em 07/11/2023 05:49 / atualizado em 08/11/2023 05:50</p>",
    ],
)
def test_place_label_time_and_name_may_stand_beside_a_day(tmp_path, below):
    """A line that says when, where and by whom is still a line about the day of publication."""
    assert dated(tmp_path, below=below, attributes='lang="de"').value == "2023-11-07"


def test_a_bare_day_older_than_web_pages_is_told_and_not_believed(tmp_path):
    """`24 April 1915` below a title is what the page is about, unless the page calls it its date."""
    evidence = dated(tmp_path, below="<p>24 April 1915</p>")
    assert (evidence.value, evidence.others[0].value) == ("", "1915-04-24")
    assert evidence.others[0].origin == "line near the title, older than web pages"
    assert dated(tmp_path, below="<p class=date>24 April 1915</p>").value == "1915-04-24"


@pytest.mark.parametrize(
    "moment",
    ["1970-01-01", "1970-01-01T00:00:00Z", "1969-12-31T19:00:00-05:00", "1900-01-01", "1601-01-01T00:00:00",
     "0001-01-01"],
)  # fmt: skip
@pytest.mark.parametrize("where", ["meta", "JSON-LD", "time"])
def test_what_programs_write_for_no_date(tmp_path, moment, where):
    """The first day of a program's calendar is refused with that reason, and what is printed is believed."""
    marks = {
        "meta": f'<meta property="article:published_time" content="{moment}">',
        "JSON-LD": script(**{"@type": "NewsArticle"}, datePublished=moment),
        "time": "",
    }
    after = f'<time datetime="{moment}">long ago</time>' if where == "time" else ""
    evidence = dated(tmp_path, head=marks[where], after=after, below="<p>7 November 2023</p>")
    assert evidence.value == "2023-11-07"
    refused = [claim.origin for claim in evidence.others if claim.refused]
    assert all(origin.endswith("what programs write for no date") for origin in refused)
    # In marks of the page itself only days of the last and this century are looked for.
    assert bool(refused) == (where != "time" or moment.startswith("19"))


def test_one_element_is_one_place(tmp_path):
    """A day that is marked and printed in the same element does not outvote JSON-LD; printed twice it does."""
    head = script(**{"@type": "NewsArticle"}, datePublished="2023-11-07")
    time = '<time datetime="2023-11-05">5 November 2023</time>'
    evidence = dated(tmp_path, head=head, below=time)
    assert (evidence.value, [(one.value, one.origin) for one in evidence.others]) == (
        "2023-11-07",
        [("2023-11-05", "time element")],
    )
    assert dated(tmp_path, head=head, below=f"{time}<p>Published: 5 November 2023</p>").value == "2023-11-05"


def test_microdata_of_publication_goes_before_a_tag_that_only_says_date(tmp_path):
    """`date` in a page's head does not say of what; a mark `datePublished` does."""
    below = '<time itemprop="datePublished" datetime="2023-11-07">7 November 2023</time>'
    assert dated(tmp_path, head='<meta name="date" content="2023-11-01">', below=below).value == "2023-11-07"
    head = '<meta property="article:published_time" content="2023-11-01">'
    assert dated(tmp_path, head=head, below=below).value == "2023-11-01"


def test_the_day_of_a_change_is_told_and_not_believed(tmp_path):
    """A page that says only when it was changed has no date, and a reader sees why."""
    head = '<meta property="article:modified_time" content="2023-05-05T10:00:00Z">'
    evidence = dated(tmp_path, head=head, below="<p>Updated: 5 May 2023</p>")
    assert evidence.value == ""
    assert {one.origin for one in evidence.others} == {
        "line near the title, the day of a change",
        "meta tag article:modified_time, the day of a change",
    }
    head += '<meta property="article:published_time" content="2023-05-01">'
    evidence = dated(tmp_path, head=head, below="<p>Updated: 5 May 2023</p>")
    assert (evidence.value, evidence.conflicts) == ("2023-05-01", ())
    assert "2023-05-05" in [one.value for one in evidence.others]


@pytest.mark.parametrize("mark", ["<p>{}</p>", "<div class=date>{}</div>", "<span class=date>{}</span>"])
def test_days_are_read_only_where_one_can_be_that_of_publication(tmp_path, monkeypatch, mark):
    """Of a page of thousands of bare days, few are looked at: those around the title, and the first boxes."""
    looked, find = [], webdates.find_dates

    def noting(text, *rest, **how):
        looked.append(text)
        return find(text, *rest, **how)

    monkeypatch.setattr(webdates, "find_dates", noting)
    days = "".join(mark.format(f"{number % 28 + 1} May {1995 + number % 25}") for number in range(3000))
    assert dated(tmp_path, below=f"<p>{PROSE}</p>", after=days)
    assert 0 < len(looked) < 1000


def test_the_only_day_in_a_box_far_below_the_title_counts(tmp_path):
    """A page whose boxes called date all show one day has it, wherever they stand."""
    days = "<div class=date>7 November 2023</div>" * 2
    found = dated(tmp_path, below=f"<p>{PROSE}</p>" * 60, after=days)
    assert (found.value, found.origin) == ("2023-11-07", "line of its own")
