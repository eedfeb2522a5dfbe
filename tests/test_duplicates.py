"""Identical texts are one article, near-duplicates a group."""

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb_search.copies import Clusters, Prints
from kb_search.document import Claim, Date, Evidence
from kb_search.duplicates import groups, identical, merge
from tests.copied import article, edited, paths, prints, story


def clusters(*articles):
    """The paths of each cluster of identical texts."""
    return [paths(articles, ids) for ids in identical(prints(*articles)).of.values()]


def grouped(*articles):
    """The paths of each group of near-duplicates."""
    found = prints(*articles)
    return [paths(articles, ids) for ids in groups(found, identical(found)).of]


def test_identical_texts_are_a_cluster_with_the_earliest_first():
    """The earliest dated speaks for all, of two dates that may be one day the more precise; the undated come last."""
    made = [
        article("a.txt", story(1), "Peace"),
        article("b.txt", story(1), "PEACE!", date="2023"),
        article("c.txt", story(1), "Peace", date="2023-11-07"),
        article("d.txt", "\n".join(story(1)), date="2023-11"),
        article("e.txt", story(2), "Peace"),
    ]
    assert clusters(*made) == [("c.txt", "d.txt", "b.txt", "a.txt")]


def test_another_headline_is_another_article():
    """One text under two headlines is two articles, which are a group; an untitled copy goes with the first."""
    made = [
        article("a.txt", story(1), "Peace", date="2020-01-01"),
        article("b.txt", story(1), "War", date="2019-01-01"),
        article("c.txt", story(1)),
    ]
    assert clusters(*made) == [("b.txt", "c.txt")]
    assert grouped(*made) == [("b.txt", "a.txt")]


def test_short_texts_are_identical_only_where_all_agrees():
    """A text of a few words is one article with another only where title, date and source are the same."""
    same = {"title": "Correction", "source": "Herald", "date": "2020-01-02"}
    made = [article(f"{name}.txt", "No comment was made.", **same) for name in "ab"]
    made += [article("c.txt", "No comment was made.", **{**same, "date": "2020-01-03"})]
    made += [article(f"{name}.txt", "No comment was made.") for name in "de"]
    assert clusters(*made) == [("a.txt", "b.txt")]


def test_a_merged_article_has_what_any_of_its_places_says():
    """The first place that has a field gives it; what others say is kept with the path where it stands."""
    first = article("a.txt", story(1))
    second = article("b.html", story(1), "Peace", source="Herald", date="2020-01-01")
    third = article("c.html", story(1), "Peace", source="Post", date="2020-01-05")
    said = {
        "b.html": (Evidence("date", "2020-01-01", "JSON-LD", (Claim("2019", "folder name"),)),),
        "c.html": (Evidence("date", "2020-01-05", "meta tag"), Evidence("source", "Post", "meta tag")),
    }
    second, third = (replace(one, evidence=said[one.path]) for one in (second, third))
    merged = merge([first, second, third])
    assert (merged.id, merged.path, merged.text) == (first.id, "a.txt", first.text)
    assert (merged.title, merged.untitled, merged.source, merged.date) == ("Peace", False, "Herald", Date(2020, 1, 1))
    assert merged.sources == ("Herald", "Post")
    assert [place.path for place in merged.places] == ["a.txt", "b.html", "c.html"]
    assert merged.places[2].date == Date(2020, 1, 5)
    found = merged.evidence_for("date")
    assert (found.value, found.origin) == ("2020-01-01", "JSON-LD (in b.html)")
    assert set(found.others) == {Claim("2019", "folder name"), Claim("2020-01-05", "meta tag (in c.html)")}


@pytest.mark.parametrize("share", [0.01, 0.05, 0.1])
def test_an_edited_copy_is_a_near_duplicate(share):
    """A story with up to a tenth of its words replaced is in the group of the original."""
    for seed in range(10):
        original = article("a.txt", story(seed, 300), date="2020-01-01")
        assert grouped(original, article("b.txt", edited(story(seed, 300), share, seed))) == [("a.txt", "b.txt")]


@pytest.mark.parametrize("share", [0.9, 0.7, 0.5, 0.4])
def test_a_shortened_copy_is_a_near_duplicate(share):
    """A story without its last paragraphs is in the group of the whole, whichever of them is earlier."""
    for seed in range(10):
        whole = story(seed, 400)
        long, short = article("long.txt", whole), article("short.txt", whole[: int(share * 400)], date="2020-01-01")
        assert grouped(long, short) == [("short.txt", "long.txt")]


def test_a_brief_within_a_long_story_is_not_its_copy():
    """What has a tenth of a story, and what tells something else, are no near-duplicates."""
    whole = story(1, 600)
    assert grouped(article("a.txt", whole), article("b.txt", whole[:60]), article("c.txt", story(2, 600))) == []


def test_short_notes_that_share_a_formula_are_no_copies():
    """Notes of some fifty words that are alike by half are two notes."""
    formula = story(1, 28)
    assert grouped(article("a.txt", formula + story(2, 22)), article("b.txt", formula + story(3, 22))) == []


def test_slowly_changing_texts_are_not_one_group():
    """Every member is like the first of its group: a chain of small changes breaks where it has led too far."""
    chain = [story(1, 300)]
    for step in range(12):
        at = 25 * step
        chain.append(chain[-1][:at] + story(100 + step, 25) + chain[-1][at + 25 :])
    made = [article(f"{step:02}.txt", words, date=f"2020-01-{step + 1:02}") for step, words in enumerate(chain)]
    found = grouped(*made)
    assert len(found) > 1
    assert found[0][0] == "00.txt"
    assert "12.txt" not in found[0]


@given(st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_groups_do_not_depend_on_the_order_of_the_articles(chance):
    """Neither on that, nor on whether the collection came at once or by changes."""
    made = [
        article(f"{number}.txt", edited(story(number % 4, 120), 0.03 * number, number), date=date)
        for number, date in enumerate(["2021", "", "2020-05-05", "2020-05", "", "2022", "2019-01-01", "", "2020", ""])
    ]
    expected = groups(prints(*made), Clusters())
    shuffled = made[:]
    chance.shuffle(shuffled)
    changed = prints(*shuffled[:6], article("gone.txt", story(1, 120))).changed(
        [article("gone.txt", "").id], prints(*shuffled[4:])
    )
    assert groups(prints(*shuffled), Clusters()) == groups(changed, Clusters()) == expected


def test_many_copies_of_one_story_are_one_group():
    """A story in more papers than an article is compared with is still one group, the earliest first."""
    made = [article(f"{number:03}.txt", edited(story(1, 200), 0.02, number), f"T{number}") for number in range(120)]
    assert [len(group) for group in grouped(*made)] == [120]


def test_nothing_has_no_groups():
    """An empty collection has neither clusters nor groups, nor has one of texts without words."""
    assert identical(Prints.of(())).of == {}
    assert groups(Prints.of(()), Clusters()).of == ()
    assert grouped(article("a.txt", "…"), article("b.txt", "!")) == []


def test_groups_are_those_of_all_pairs():
    """Looking candidates up by their smallest hashes finds what comparing every pair would."""
    chance = random.Random(5)  # noqa: S311 - a test
    made = [
        article(
            f"{number:03}.txt", edited(story(number // 3, 160), chance.choice([0, 0.02, 0.05]), number), f"T{number}"
        )
        for number in range(60)
    ]
    sets = {one.path: _shingles(one.text) for one in made}
    for group in grouped(*made):
        for path in group[1:]:
            common, both = sets[group[0]] & sets[path], sets[group[0]] | sets[path]
            assert len(common) / len(both) > 0.25
    assert np.sum([len(group) for group in grouped(*made)]) == 60


def _shingles(text):
    words = text.split()
    return {tuple(words[at : at + 3]) for at in range(len(words) - 2)}
