import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.loaders.names import given_first, is_byline, names
from tests.loaders.helpers import PROSE, read

OTHER = "Nobody had expected them to agree so soon, and yet they signed the paper before the evening came."


def author(folder, below="", head="", after=""):
    """The evidence for the author of a page."""
    body = f"<main><h1>Talks</h1>{below}<p>{PROSE}</p><p>{OTHER}</p></main>{after}"
    return read(folder, "a.html", f"<html><head>{head}</head><body>{body}</body></html>").evidence_for("author")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("By Ann Lee", ["Ann Lee"]),
        ("Von Ann Lee, dpa", ["Ann Lee"]),
        ("Ann Lee, Reuters; Bo Berg", ["Ann Lee", "Bo Berg"]),
        ("par Ann Lee et Bo Ray", ["Ann Lee", "Bo Ray"]),
        ("Written by: ANN LEE | 7 November 2023", ["ANN LEE"]),
        ("Ann Lee, Bo Ray and Cy Dow", ["Ann Lee", "Bo Ray", "Cy Dow"]),
        ("Posted on 7 November 2023 by Ann Lee", []),
        ("Ann van der Lee", ["Ann van der Lee"]),
        ("Bo Ray, Jr.", ["Bo Ray, Jr."]),
        ("Ann Lee, Bo Ray, Jr. and Cy Dow", ["Ann Lee", "Bo Ray, Jr.", "Cy Dow"]),
        ("Lee, A., Ray, B.", ["Lee", "A.", "Ray", "B."]),
        ("By Ann Lee.", ["Ann Lee"]),
        ("Christoph von Ritter", ["Christoph von Ritter"]),
        ("Автор: Анна Ли", ["Анна Ли"]),
        ("孔德明", ["孔德明"]),
        ("Ann O’Lee-Ray (Yerevan)", ["Ann O’Lee-Ray"]),
        ("ann@paper.example", []),
        ("www.paper.example", []),
        ("wordpressadmin", []),
        ("Unknown", []),
        ("", []),
        ("Kommentar", []),
        ("7 November 2023", []),
    ],
)
def test_names_in_bylines_stand_without_the_words_around_them(text, found):
    """Names stand without the words around them: by, agency, place, day, address; programs are no people."""
    assert names(text) == found


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("By Ann Lee", True), ("Von Ann Lee und Bo Ray", True), ("Text: Ann Lee, Reuters", True),
        ("By the river", False),
        ("By noon they had reached the village and sat down in the shade of the old church to eat and to rest there.",
         False),
        ("Ann Lee", False),
    ],
)  # fmt: skip
def test_lines_that_are_bylines(line, is_one):
    """A byline begins with `by` and names a person by two words with capitals."""
    assert is_byline(line) is is_one


@pytest.mark.parametrize(
    ("below", "origin"),
    [
        ('<a rel="author" href="/lee">Ann Lee</a>', "rel=author"),
        ('<span itemprop="author" itemscope><b itemprop="name">Ann Lee</b>, editor in chief</span>', "itemprop author"),
        ('<span class="author vcard"><a class="url fn n" href="/lee">Ann Lee</a></span>', "hCard of the author"),
        ('<div class="article__byline">By Ann Lee</div>', "byline"),
        ("<p>By Ann Lee</p>", "line near the title"),
    ],
)
def test_where_a_page_names_its_author(tmp_path, below, origin):
    """Links, microdata, hCard, class names and a line near the title are found, and named."""
    evidence = author(tmp_path, below)
    assert (evidence.value, evidence.origin) == ("Ann Lee", origin)


def test_people_beside_the_article_are_not_its_authors(tmp_path):
    """Those who comment, and the authors of other articles, do not count."""
    comments = '<div class="comments"><span class="comment-author author">Bo Ray</span></div>'
    teasers = '<aside><span class="author">Cy Dow</span></aside>'
    assert author(tmp_path, after=comments + teasers) is None


def test_a_page_that_names_many_lists_other_articles(tmp_path):
    """More names than an article has authors say nothing."""
    boxes = "".join(f'<div><span class="author">{name} Lee</span></div>' for name in ("Ann", "Bo", "Cy", "Di", "Ed"))
    assert author(tmp_path, after=boxes) is None


def test_the_publisher_is_no_author(tmp_path):
    """A paper, an agency or a society that is given as the author loses against a person, and is kept."""
    head = '<meta name="author" content="The Valley Paper"><meta property="og:site_name" content="The Valley Paper">'
    evidence = author(tmp_path, "<p>By Ann Lee</p>", head)
    assert evidence.value == "Ann Lee"
    assert ("The Valley Paper", "meta tag author, the publisher") in [
        (one.value, one.origin) for one in evidence.others
    ]
    assert author(tmp_path, head='<meta name="author" content="Verein der Freunde e.V.">').value == ""


def test_authors_of_works_that_are_cited_do_not_count(tmp_path):
    """Meta elements in a list of references name other people."""
    references = (
        '<ol><li><meta itemprop="author" content="Bo Ray"></li><li><meta itemprop="author" content="Cy Dow"></li></ol>'
    )
    assert author(tmp_path, after=references) is None


def test_authors_in_linked_data_are_cleaned_too(tmp_path):
    """Handles and addresses are no names; those who have one are kept."""
    data = {"@type": "Article", "author": [{"name": "By Ann Lee"}, {"name": "ann@paper.example"}]}
    assert author(tmp_path, head=f'<script type="application/ld+json">{json.dumps(data)}</script>').value == "Ann Lee"


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ({"citation_author": ["Lee, A.", "van der Ray, B. C."]}, "A. Lee, B. C. van der Ray"),
        ({"citation_author": ["Lee, Ann", "Ray, Bo"]}, "Ann Lee, Bo Ray"),
        ({"citation_author": ["Ann Lee", "Bo Ray"]}, "Ann Lee, Bo Ray"),
        ({"citation_author": ["Lee Dow, Ann"]}, "Ann Lee Dow"),
        ({"citation_author": ["Ray, Bo, Jr."]}, "Bo Ray, Jr."),
        ({"citation_author": ["Ray, Jr., Bo"]}, "Bo Ray, Jr."),
        ({"citation_authors": ["Lee, Ann; Ray, Bo"]}, "Ann Lee, Bo Ray"),
        ({"dc.creator": ["Lee, Ann"]}, "Ann Lee"),
        ({"author": ["Lee, Ann", "Ray, Bo"]}, "Ann Lee, Bo Ray"),
        ({"author": ["Ann Lee, Bo Ray"]}, "Ann Lee, Bo Ray"),
        ({"author": ["Bo Ray, Jr."]}, "Bo Ray, Jr."),
    ],
)
def test_families_in_front_of_given_names(tmp_path, tags, found):
    """Each author is one name, given name first, with all its initials and what follows it."""
    head = "".join(f'<meta name="{name}" content="{one}">' for name, people in tags.items() for one in people)
    assert author(tmp_path, head=head).value == found


@pytest.mark.parametrize(
    ("name", "found"),
    [("Lee, Ann", "Ann Lee"), ("Bo Ray, Jr.", "Bo Ray, Jr."), ("Ann Lee, Reuters", "Ann Lee")],
)
def test_family_names_first_in_json_ld_are_turned_around(tmp_path, name, found):
    """A name in JSON-LD is turned around where one word stands before its comma."""
    fields = {"@type": "NewsArticle", "author": {"@type": "Person", "name": name}}
    head = f'<script type="application/ld+json">{json.dumps(fields)}</script>'
    assert author(tmp_path, head=head).value == found


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Lee", "Ray-Dow", "van der Berg", "O’Hara"]), st.sampled_from(["A.", "B. C.", "Ann"])
        ),
        min_size=1, max_size=5, unique=True,
    )
)  # fmt: skip
def test_no_part_of_a_name_is_lost(people):
    """Names turned around and read again have the family's and all given names that the tags have."""
    assert names(", ".join(given_first(f"{family}, {first}") for family, first in people)) == [
        f"{first} {family}" for family, first in people
    ]
