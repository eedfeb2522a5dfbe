"""What a collection holds and what in it needs a look, made of what is known of its articles and files."""

from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.document import Article, Claim, Date, Evidence, Place
from kb_search.errors import NotFound
from kb_search.filelist import KnownFile
from kb_search.overview import LISTS, overview
from kb_search.results import Stats
from kb_search.search import Library
from tests.trial import prose

STATS = Stats("whoosh", "000001", 3, 4, (), 1, 1, 1, None, None, 1)


def article(name, **fields):
    """An article without text."""
    return Article(id=name, path=f"{name}.txt", title=name.title(), text="", language="en", format="txt", **fields)


def dated(name, value, *others):
    """An article with a date, and other claims about it as (value, origin)."""
    claims = tuple(Claim(*other) for other in others)
    return article(name, date=Date.parse(value), evidence=(Evidence("date", value, "JSON-LD", claims),))


def known(path, status="indexed", reason="", encoding=""):
    """A file as the last run left it."""
    return KnownFile(path, status, 1, 1, "", "", 1, reason, encoding=encoding)


def listed(found, name):
    """The ids (or paths) of a list, in order."""
    return [entry.article or entry.path for entry in found.listing(name).entries]


def test_articles_are_counted_by_source_year_language_and_format():
    """Each article counts once by year, language and format, and once in each source that printed it."""
    twice = article("c", source="Herald", date=Date(2020, 1), places=(Place("c", "c.txt", source="Herald"),
                    Place("x", "x.txt", source="Courier"), Place("y", "y.txt", source="Courier")))  # fmt: skip
    found = overview(STATS, [article("a", source="Herald"), article("b", date=Date(2019)), twice], [])
    assert found.years == ((0, 1), (2019, 1), (2020, 1))
    assert [(one.name, one.articles, one.years) for one in found.sources] == [
        ("Herald", 2, ((0, 1), (2020, 1))), ("", 1, ((2019, 1),)), ("Courier", 1, ((2020, 1),)),
    ]  # fmt: skip
    assert (found.languages, found.formats) == ((("en", 3),), (("txt", 3),))


def test_what_is_not_known_is_listed_with_what_was_refused():
    """An article without a date, source or title is in a list, with the claims that nobody believed."""
    refused = Evidence("date", "", "", (Claim("03/04/2023", "meta tag date, two readings"),))
    found = overview(STATS, [article("b", evidence=(refused,), untitled=True), dated("a", "2020")], [])
    assert listed(found, "undated") == ["b"]
    assert found.listing("undated").entries[0].said == ("03/04/2023 (meta tag date, two readings)",)
    assert listed(found, "unsourced") == ["a", "b"]
    assert listed(found, "untitled") == ["b"]


def test_a_source_that_only_another_place_has_is_a_source():
    """An article is not without a source if it was printed by somebody known in another place."""
    places = (Place("a", "a.txt"), Place("b", "b.txt", source="Herald"))
    found = overview(STATS, [article("a", places=places)], [])
    assert listed(found, "unsourced") == []
    assert [one.name for one in found.sources] == ["Herald"]
    (entry,) = found.listing("places").entries
    assert [(other.path, other.source, other.article) for other in entry.others] == [("b.txt", "Herald", "")]


def test_dates_that_contradict_each_other_are_listed_the_widest_apart_first():
    """Dates conflict beyond their precision; one that only says less, or cannot be read, does not."""
    found = overview(
        STATS,
        [
            dated("agrees", "2023-11-07", ("2023-11", "file name"), ("2023", "folder"), ("2023-11-07", "meta tag")),
            dated("vague", "2023", ("2023-11-07", "meta tag"), ("spring", "text, not a date")),
            dated("near", "2023-11-07", ("2023-11-08", "meta tag"), ("2023-11-08", "byline")),
            dated("far", "2023-11-07", ("2019", "file name")),
            article("none", evidence=(Evidence("date", "", "", (Claim("x", "y"),)),)),
        ],
        [],
    )
    assert listed(found, "conflicts") == ["far", "near"]
    assert found.listing("conflicts").entries[1].said == ("2023-11-07 from JSON-LD", "2023-11-08 from meta tag")


def test_groups_are_listed_by_their_first_the_largest_before_others():
    """A group is an entry of its first article with the others; what is not there any more makes no group."""
    articles = [article(name) for name in "abcdef"]
    found = overview(STATS, articles, [], [("b", "a"), ("e", "d", "c"), ("f", "gone"), ("gone", "too")])
    assert listed(found, "duplicates") == ["e", "b"]
    assert [other.article for other in found.listing("duplicates").entries[0].others] == ["d", "c"]


def test_files_are_listed_by_what_became_of_them():
    """Failed and skipped files and those with something left out have lists in the order of their paths."""
    files = [
        known("z.pdf", "failed", "Broken."), known("a.pdf", "failed", "Empty."), known("p.png", "skipped", "Picture."),
        known("r.jsonl", "indexed", "1 left out.", "utf-8"), known("t.txt", encoding="cp1251"),
    ]  # fmt: skip
    found = overview(STATS, [], files)
    assert [listed(found, name) for name in ("failed", "skipped", "partial")] == [
        ["a.pdf", "z.pdf"], ["p.png"], ["r.jsonl"],
    ]  # fmt: skip
    assert found.listing("failed").entries[0].said == ("Empty.",)
    assert found.encodings == (("cp1251", 1), ("utf-8", 1))


def test_every_list_is_there_and_no_other():
    """An overview has all lists, empty ones too, and a wrong name is answered with the right ones."""
    found = overview(STATS, [], [])
    assert [listing.name for listing in found.lists] == list(LISTS)
    assert all(listing.entries == () and listing.what for listing in found.lists)
    with pytest.raises(NotFound, match="failed, skipped"):
        found.listing("<nothing>")


YEARS = st.none() | st.integers(1, 9999)


@given(st.lists(st.tuples(YEARS, st.sampled_from(["", "Herald", "Courier"])), max_size=20), st.randoms())
def test_counts_add_up_in_any_order(pairs, random):
    """By year, by source and by source and year the articles add up, whatever order they come in."""
    articles = [
        article(f"a{number}", date=Date(year) if year else None, source=source)
        for number, (year, source) in enumerate(pairs)
    ]
    found = overview(STATS, articles, [])
    random.shuffle(articles)
    assert overview(STATS, articles, []) == found
    assert sum(count for _, count in found.years) == len(articles)
    assert sum(one.articles for one in found.sources) == len(articles)
    assert all(sum(count for _, count in one.years) == one.articles for one in found.sources)
    assert len(found.listing("undated").entries) == dict(found.years).get(0, 0)


# --------------------------------------------------------------------------------------- of a real index


GARBLED = "Le ministre a déclaré que la délégation était arrivée à Genève. Elle était fatiguée. ".encode().decode(
    "cp1252"
)


def test_an_index_tells_what_its_loaders_found(trial):
    """What loaders write about encodings, dates and files is in the lists, and their figures agree with `stats`."""
    trial.write("a.txt", ("Переговоры о мире прошли в Баку, и стороны согласились. " * 5).encode("cp1251"))
    trial.write("b.txt", GARBLED * 4)
    trial.write("2019-05-05 c.md", "---\ndate: 2021-02-03\nsource: Herald\n---\nThe zebra crossed the river.")
    trial.write("empty.txt", "")
    trial.write("photo.png", "x")
    trial.write("rows.jsonl", '{"text": "Fine.", "date": "2020"}\nnot json\n')
    trial.index()
    with closing(Library(trial.settings)) as library:
        found, stats = library.overview(), library.stats()
    names = {listing.name: sorted(entry.path for entry in listing.entries) for listing in found.lists}
    assert names["encodings"] == ["a.txt"]
    assert names["mojibake"] == ["b.txt"]
    assert names["conflicts"] == ["2019-05-05 c.md"]
    assert (names["failed"], names["skipped"], names["partial"]) == (["empty.txt"], ["photo.png"], ["rows.jsonl"])
    assert found.stats == stats
    assert len(names["undated"]) == stats.undated == 2
    assert (len(names["failed"]), len(names["skipped"])) == (stats.failed, stats.skipped)
    assert sum(count for _, count in found.years) == stats.articles == 4


def test_copies_are_told_of(trial):
    """Near-identical articles are a group, and an identical text is one article with its places."""
    story = " ".join(
        f"Sentence {number} of the story tells of day {number * 7} in its own words." for number in range(60)
    )
    trial.write("a/one.md", f"---\ntitle: One\ndate: 2020-01-01\n---\n{story}")
    trial.write("b/two.md", f"---\ntitle: Two\ndate: 2020-01-02\n---\n{story} The editor adds a line.")
    trial.write("c/one.md", f"---\ntitle: One\ndate: 2020-01-03\n---\n{story}")
    trial.index()
    with closing(Library(trial.settings)) as library:
        found = library.overview()
    (group,), (places,) = (found.listing(name).entries for name in ("duplicates", "places"))
    assert (group.path, [other.path for other in group.others]) == ("a/one.md", ["b/two.md"])
    assert (places.path, [other.path for other in places.others]) == ("a/one.md", ["c/one.md"])
    assert found.stats.articles == sum(count for _, count in found.years) == 2


def test_an_overview_is_made_once_for_each_generation(trial, monkeypatch):
    """The lists are gathered once and kept until the index is rebuilt."""
    trial.write("a.txt", "The zebra crossed the river.")
    trial.index()
    with closing(Library(trial.settings)) as library:
        first = library.overview()
        assert library.overview().lists is first.lists
        trial.write("b.txt", "The lion crossed it too.")
        trial.index()
        assert library.overview().stats.articles == 2
        assert replace(library.overview().stats, generations=0) != replace(first.stats, generations=0)


def test_what_many_articles_share_is_listed_where_it_is_searched(trial):
    """A footer of a source is told with its text and its number, at the article that a search for it finds."""
    footer = "Sign up for the letter of the Herald, free each morning."
    for number in range(6):
        meta = f"---\ntitle: Story {number}\nsource: Herald\ndate: 2020-01-0{number + 1}\n---\n"
        trial.write(f"{number}.md", f"{meta}{prose(f'topic{number}', 6)}\n\n{footer}")
    trial.index()
    with closing(Library(trial.settings)) as library:
        (entry,) = library.overview().listing("repeated").entries
    assert (entry.path, entry.said) == ("0.md", (f"In 6 articles of Herald: {footer}",))
    assert [hit.title for hit in trial.search('"letter of the Herald"').hits] == [entry.title]
