import json

import pytest

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
def test_a_line_below_the_title(tmp_path, below, value):
    """A day that is printed between title and text is the article's; the day of a revision is not."""
    evidence = dated(tmp_path, below=below)
    assert (evidence.value, evidence.origin) == (value, "line near the title")


def test_a_line_above_the_title(tmp_path):
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
    """Comments and lists of other articles have dates of their own."""
    after = '<div class="comments"><span class=date>9 November 2023</span></div>'
    teaser = '<div class="sidebar"><time datetime="2023-11-08">8 November</time></div>'
    assert dated(tmp_path, after=after + teaser) is None


def test_the_address_of_the_page(tmp_path):
    """A day in the page's own address counts; other figures in it do not."""
    link = '<link rel="canonical" href="https://paper.example/{}/talks">'
    evidence = dated(tmp_path, head=link.format("2019/10/19"))
    assert (evidence.value, evidence.origin) == ("2019-10-19", "address of the page")
    assert dated(tmp_path, head=link.format("2019/13/19")) is None
    assert dated(tmp_path, head=link.format("12019-10-19")) is None


@pytest.mark.parametrize(
    ("mark", "value"),
    [
        ('<span itemprop="datePublished" content="2023-11-07">today</span>', "2023-11-07"),
        ('<abbr class="published" title="2023-11-07T10:00">Tuesday</abbr>', "2023-11-07"),
        ('<time class="entry-date" datetime="2023-11-07">x</time><time class="updated" datetime="2023-11-09">y</time>',
         "2023-11-07"),
    ],
)  # fmt: skip
def test_marks_for_machines(tmp_path, mark, value):
    """Microdata, hAtom and the classes of blog programs say which day is that of publication."""
    evidence = dated(tmp_path, after=mark)
    assert (evidence.value, evidence.origin) == (value, "time element")


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
