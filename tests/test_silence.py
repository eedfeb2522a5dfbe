"""What stands in article after article of a source is marked, and nothing else is."""

from hypothesis import given
from hypothesis import strategies as st

from kb_search.document import BOILERPLATE, REPEATED, Passage, Silent
from kb_search.passages import split
from kb_search.silence import LEAST_STORIES, Repeated, affected, boilerplate, marked, repeated_in
from tests.copied import article, prints, story

FOOTER = "Sign up for the daily letter of the Herald."
HEADER = "You are reading the free edition of the Herald."


def issue(number, *, source="Herald", title="", footer=FOOTER, body=None, date=""):
    """An article of a paper with a footer."""
    text = "\n\n".join([HEADER, " ".join(story(body or number, 60)).capitalize() + ".", footer])
    return article(f"{source}{number}.txt", text, title or f"Title {number}", source, date)


def said(one, hashes):
    """What is marked as boilerplate in an article."""
    return [
        passage.text[start:end]
        for passage in marked(one, split(one), hashes)
        for start, end, why in passage.silent
        if why == BOILERPLATE
    ]


def test_a_footer_of_many_stories_is_silent():
    """Header and footer of a source's articles are marked, their stories are not."""
    made = [issue(number) for number in range(LEAST_STORIES)]
    found = boilerplate(prints(*made))
    assert list(found) == ["Herald"]
    assert said(made[0], found["Herald"]) == [HEADER, FOOTER]


def test_a_source_with_few_stories_loses_nothing():
    """Four stories are not enough to know what is boilerplate, however alike they are."""
    assert boilerplate(prints(*(issue(number) for number in range(LEAST_STORIES - 1)))) == {}


def test_a_small_share_of_a_source_is_not_boilerplate():
    """What five stories of a hundred share may be what they are about."""
    made = [issue(number, footer=FOOTER if number < LEAST_STORIES else f"Report {number} has no other end than this.")
            for number in range(60)]  # fmt: skip
    hashes = boilerplate(prints(*made))["Herald"]
    assert said(made[0], hashes) == [HEADER]


def test_copies_of_one_story_are_one_story():
    """Neither identical texts nor new versions under one title make their paragraphs boilerplate."""
    assert boilerplate(prints(*(issue(number, body=7) for number in range(9)))) == {}
    assert boilerplate(prints(*(issue(number, title="The same") for number in range(9)))) == {}


def test_sources_are_looked_at_apart():
    """A paragraph of one source is no boilerplate of another, and without a source there is none."""
    made = [issue(number, source=source) for source in ("Herald", "") for number in range(9)]
    made += [issue(1, source="Post"), issue(2, source="Post")]
    assert list(boilerplate(prints(*made))) == ["Herald"]


def test_names_are_not_silenced():
    """A line of a few words, such as who wrote an article, is never boilerplate."""
    made = [issue(number, footer="By Ann B. Example") for number in range(20)]
    assert said(made[0], boilerplate(prints(*made))["Herald"]) == [HEADER]


def test_marking_again_replaces_boilerplate_and_keeps_the_rest():
    """Older boilerplate marks are dropped; what is silent for another reason stays, and spans never overlap."""
    one = issue(1)
    hashes = boilerplate(prints(*(issue(number) for number in range(9))))["Herald"]
    whole = Passage("abc-1", "abc", 1, 0, len(one.text), one.text, silent=(Silent(4, 15, REPEATED),))
    [first] = marked(one, [whole], hashes)
    assert [one.text[span.start : span.end] for span in first.silent] == [
        "You ", "are reading", " the free edition of the Herald.", FOOTER,
    ]  # fmt: skip
    assert [span.why for span in first.silent] == [BOILERPLATE, REPEATED, BOILERPLATE, BOILERPLATE]
    assert marked(one, [first], hashes) == (first,)
    assert marked(one, [first], ()) == (whole,)


@given(
    st.lists(st.sampled_from([HEADER, FOOTER, "One.", "Two sentences. Stand here together, both of them."]), max_size=9)
)
def test_marks_lie_in_their_passages_in_order(paragraphs):
    """Whatever an article is made of, its marks are in order, apart, and inside of their passages."""
    hashes = boilerplate(prints(*(issue(number) for number in range(9))))["Herald"]
    one = article("x.txt", "\n\n".join(paragraphs))
    for passage in marked(one, split(one), hashes):
        edges = [edge for span in passage.silent for edge in span[:2]]
        assert edges == sorted(edges)
        assert not edges or (edges[0] >= 0 and edges[-1] <= len(passage.text))


def test_what_a_change_of_boilerplate_concerns_is_known():
    """The articles that must be marked anew are those of the source that have a paragraph whose standing changed."""
    made = [issue(number) for number in range(9)]
    other = [article("o.txt", story(99), "Other", "Herald"), issue(1, source="Post")]
    found = prints(*made, *other)
    now = boilerplate(found)
    assert set(affected(found, {}, now)) == {one.id for one in made}
    assert affected(found, now, now) == ()


def test_the_earliest_article_keeps_what_is_repeated():
    """It stays in the search in one article: that of the earliest day, of the first path where no day is known."""
    made = [issue(number) for number in range(7)]
    kept = {one.kept_in for one in boilerplate(prints(*made))["Herald"].values()}
    assert kept == {made[0].id}
    made[3], made[5] = issue(3, date="2020-05"), issue(5, date="2020-04-30")
    known = boilerplate(prints(*made))
    assert set(known["Herald"].values()) == {Repeated(made[5].id, 7)}
    every = repeated_in(known, ["Herald"], ())
    assert (len(every), repeated_in(known, ["Herald"], {made[5].id})) == (2, frozenset())
    assert repeated_in(known, ["Herald", "Post"], {made[3].id}) == every


def test_articles_change_hands_over_what_is_repeated():
    """Where an earlier article comes in, it and the one that kept the paragraphs before are marked anew, no other."""
    made = [issue(number, date="2020-05-01") for number in range(7)]
    earlier = issue(8, date="2020-04-30")
    found = prints(*made, earlier)
    before, now = boilerplate(prints(*made)), boilerplate(found)
    assert set(affected(found, before, now)) == {made[0].id, earlier.id}
