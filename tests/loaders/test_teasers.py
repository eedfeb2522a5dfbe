"""Days of other articles that a page announces do not date the page; its own day does, wherever it stands."""

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.loaders.html import read_page

SENTENCES = [
    "The two villages agreed on Monday to share the water of the upper spring until the new well has been dug.",
    "A surveyor walked along the ditch with them and marked with red paint where the stones had to be moved.",
    "Nobody could say what the well would cost, but the teacher offered the money from the sale of the old bell.",
    "In the evening they ate together under the walnut tree, which is older than the church and both the mills.",
]
TEXT = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
TIME = '<time datetime="2009-03-12T08:00:00Z">12 March 2009</time>'
SPAN = '<span class="date">12 March 2009</span>'
LINK = '<a href="/story/7">Fire in the granary</a>'
FIRST, LAST = dt.date(1996, 1, 1), dt.date(2024, 12, 31)
TEASERS = {
    "one item": "<h3>Latest news</h3><ul><li>{link} {day}</li></ul>",
    "three items": "<section><h3>Latest news</h3><ul>" + "<li>{link} {day}</li>" * 3 + "</ul></section>",
    "day first": "<ul><li>{day} {link}</li></ul>",
    "sidebar": '<div class="sidebar"><p>{link}</p><p>{day}</p></div>',
    "articles": "<div>" + "<article><h3>{link}</h3>{day}</article>" * 2 + "</div>",
    "one article": "<article><h3>{link}</h3><p>{day}</p></article>",
    "a link around all": '<a href="/story/7"><h4>Fire</h4><p>{day}</p></a>',
    "rows": "<table>" + "<tr><td>{day}</td><td>{link}</td></tr>" * 2 + "</table>",
    "paragraph": "<p>{link} {day}</p>",
    "below a heading": "<h4>{link}</h4><p>{day}</p>",
    "boxes": '<div class="tile"><div>{link}</div><div>{day}</div></div>' * 2,
    "terms": "<dl><dt>{day}</dt><dd>{link}</dd></dl>",
    "navigation": "<nav>{link} {day}</nav>",
    "foot": "<footer><p>{link} {day}</p></footer>",
}


def page(inside="", behind="", head="", above=""):
    """A page with something below its title, behind its article, in its head or above the article."""
    article = f"<article><h1>Water for both villages</h1>{inside}{TEXT}</article>"
    return f"<html><head>{head}</head><body>{above}{article}{behind}</body></html>"


def days(markup):
    """The days that a page is believed to say, and the refused ones with why."""
    claims = [claim for claim in read_page(markup)[1] if claim.field == "date"]
    return [one.value for one in claims if not one.refused], {one.value: one.refused for one in claims if one.refused}


@pytest.mark.parametrize("day", [TIME, SPAN], ids=["time", "span"])
@pytest.mark.parametrize("shape", TEASERS)
def test_a_day_of_another_article_is_refused_and_told(shape, day):
    """A day beside a link to another article behind the text dates nothing, and is told with its reason."""
    markup = page(behind=TEASERS[shape].format(link=LINK, day=day))
    assert days(markup) == ([], {"2009-03-12": "of another article"})


@pytest.mark.parametrize("shape", ["three items", "one article", "boxes", "sidebar", "below a heading"])
def test_what_is_announced_above_the_article_is_another(shape):
    """A list of news above the title is no more about the article than one below it."""
    above = f"<div>{TEASERS[shape].format(link=LINK, day=TIME)}</div>"
    assert days(page(above=above))[0] == []


@pytest.mark.parametrize(
    "own",
    [
        '<p class="byline">By <a href="/people/ann">Ann Lee</a> {day}</p>',
        '<div class="meta"><a href="/politics">Politics</a> | {day}</div>',
        '<ul class="meta"><li><a href="/people/ann">Ann Lee</a></li><li>{day}</li></ul>',
        '<a href="/water" rel="bookmark">{day}</a>',
        '<aside class="info"><a href="/people/ann">Ann Lee</a> {day}</aside>',
    ],
)
@pytest.mark.parametrize("day", [TIME, SPAN], ids=["time", "span"])
def test_the_own_day_may_stand_beside_a_link(own, day):
    """Between title and text a link beside the day leads to its author or subject; items behind change nothing."""
    markup = page(inside=own.format(day=day), behind=TEASERS["three items"].format(link=LINK, day="5 May 2021"))
    assert days(markup)[0][:1] == ["2009-03-12"]


def test_a_label_makes_a_day_behind_the_text_its_own():
    """A line that says when and by whom something was posted is about the article that it follows."""
    markup = page(behind=f'<p>Posted on {TIME} by <a href="/people/ann">Ann Lee</a></p>')
    assert days(markup)[0] == ["2009-03-12"]


def test_a_day_without_a_link_behind_the_text_is_its_own():
    """Where nothing leads to another article, the day below the text is that of the page."""
    assert days(page(behind=f"<div>{TIME}</div>"))[0] == ["2009-03-12"]


def test_a_box_that_says_the_title_again_is_the_page_s_own():
    """A box called sidebar that has title and day of the article is about the article."""
    behind = (
        f'<div class="sidebar"><p>Water for both villages</p><p>{TIME}</p><a href="/print">Print this page</a></div>'
    )
    assert days(page(behind=behind))[0] == ["2009-03-12"]


def test_a_day_that_json_ld_gives_other_articles_does_not_come_back():
    """What JSON-LD says of others is not found a second time by the search for figures in the page."""
    others = [
        {
            "@type": "NewsArticle",
            "headline": f"Fire {n}",
            "url": f"https://a.example/{n}",
            "datePublished": "2009-03-12",
        }
        for n in range(2)
    ]
    head = f'<script type="application/ld+json">{json.dumps(others)}</script>'
    head += '<link rel="canonical" href="https://a.example/water">'
    assert days(page(head=head)) == ([], {"2009-03-12": "of another article"})


def test_addresses_of_other_articles_do_not_bear_out_a_day():
    """A day in the addresses that a page links to is theirs."""
    assert days(page(behind='<p><a href="/2009/03/12/fire">Fire</a> <a href="/2009/03/12/mill">Mill</a></p>'))[0] == []


def test_the_day_of_a_change_does_not_come_back():
    """Two tags that say when a page was changed do not say when it was published."""
    head = "".join(f'<meta property="{name}_time" content="2009-03-12">' for name in ("article:modified", "og:updated"))
    assert days(page(head=head))[0] == []


def test_a_labelled_day_in_print_beats_that_for_machines():
    """`Published 12 March` counts where a program put the day of a change beside it for machines."""
    assert days(page(inside='<time datetime="2009-03-20">Published 12 March 2009</time>'))[0][:1] == ["2009-03-12"]


@given(
    found=st.lists(st.tuples(st.sampled_from(sorted(TEASERS)), st.dates(min_value=FIRST, max_value=LAST)), max_size=5)
)
def test_no_mixture_of_announcements_dates_a_page(found):
    """Whatever other articles a page announces behind its text, and however, it has no day of its own."""
    behind = "".join(
        TEASERS[shape].format(link=LINK, day=f'<time datetime="{day}">{day}</time>') for shape, day in found
    )
    assert days(page(behind=behind))[0] == []
