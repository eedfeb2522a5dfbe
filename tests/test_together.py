"""Articles that are decided about together: identical texts, near-duplicates, repeated boilerplate."""

from contextlib import closing

import pytest

from kb_search.results import SearchRequest
from kb_search.search import Library
from tests.trial import prose, statuses

STORY = prose("viaduct", 8)


def article(trial, article_id):
    """An article as the library has it."""
    with closing(Library(trial.settings)) as library:
        return library.article(article_id, SearchRequest()).article


def shown(trial):
    """All that a collection says of itself: each passage with its article's fields and places, and its counts."""
    told, silent = [], []
    with closing(Library(trial.settings)) as library:
        results = library.search(SearchRequest("*", per_page=200, sort="oldest"))
        for hit in results.hits:
            one = library.article(hit.article, SearchRequest()).article
            told.append((hit.passage, hit.text, one.path, one.title, one.source, one.date, one.places, one.evidence))
        for head in library.articles():
            view = library.article(head.id, SearchRequest())
            silent.append((head.id, [one.silent for one in view.passages]))
    return results.passages, results.articles, results.facets, sorted(told), sorted(silent)


@pytest.fixture
def copied(trial):
    """A trial in which a story stands twice, undated in one folder and dated in another, beside a third article."""
    trial.write("herald/story.txt", f"The Viaduct Opens\n\n{STORY}")
    trial.write("courier/the same.md", f"---\ntitle: The viaduct opens\ndate: 2021-05-04\n---\n{STORY}")
    trial.write("other.txt", prose("tunnel", 6))
    trial.index()
    return trial


def test_identical_text_is_one_article_with_several_places(copied):
    """Two files with one text are one article, counted once, dated by the one that says when, with both places."""
    results = copied.search("viaduct")
    assert results.articles == 1
    one = article(copied, results.hits[0].article)
    assert [place.path for place in one.places] == ["courier/the same.md", "herald/story.txt"]
    assert (one.path, str(one.date)) == ("courier/the same.md", "2021-05-04")
    assert copied.search("*").articles == 2


def test_an_article_is_in_each_of_its_sources(copied):
    """What stands in two sources is found when either is chosen, and counted in both."""
    found = {source: copied.search("viaduct", sources=(source,)).articles for source in ("herald", "courier")}
    assert found == {"herald": 1, "courier": 1}
    counts = {one.value: one.count for one in copied.search("viaduct").facets[0].values}
    assert counts == {"herald": copied.search("viaduct").passages, "courier": copied.search("viaduct").passages}


def test_every_file_of_a_shared_article_counts_as_read(copied):
    """The report has both files, each with its article, and the next run finds nothing to do."""
    report = copied.index()
    assert (report.built, report.articles) == (False, 2)
    assert {file.path: file.articles for file in report.files} == {
        "courier/the same.md": 1,
        "herald/story.txt": 1,
        "other.txt": 1,
    }


def test_a_shared_article_outlives_one_of_its_files(copied):
    """Where one of two files goes, the article stays with the other; where one changes, there are two."""
    copied.write("courier/the same.md", f"---\ndate: 2021-05-04\n---\n{prose('harbour', 6)}")
    report = copied.index()
    assert statuses(report) == {
        "courier/the same.md": "changed",
        "herald/story.txt": "unchanged",
        "other.txt": "unchanged",
    }
    assert (report.articles, copied.search("viaduct").articles, copied.search("harbour").articles) == (3, 1, 1)
    assert copied.search("viaduct").hits[0].date is None
    copied.remove("courier/the same.md")
    assert copied.index().articles == 2
    assert copied.search("viaduct", sources=("herald",)).articles == 1


def test_the_addresses_of_all_places_lead_to_the_article(trial):
    """An article that turns out to be a copy of an earlier one is shown under the address that it had."""
    trial.write("herald/story.txt", f"The Viaduct Opens\n\n{STORY}")
    trial.index()
    (before,) = {hit.article for hit in trial.search("viaduct").hits}
    passage = trial.search("viaduct").hits[0].passage
    trial.write("courier/story.md", f"---\ntitle: The Viaduct Opens\ndate: 2021-05-04\n---\n{STORY}")
    trial.index()
    (now,) = {hit.article for hit in trial.search("viaduct").hits}
    assert now != before
    assert article(trial, before).id == now
    with closing(Library(trial.settings)) as library:
        assert library.article_of(passage) == now


def test_copies_that_come_one_by_one_give_what_a_fresh_build_gives(trial):
    """Whatever comes, changes, moves and goes among copies and footers, the index is that of a build at once."""
    footer = "All rights reserved by the Herald and its readers of the valley."
    for number in range(6):
        trial.write(f"herald/{number}.txt", f"{prose(f'topic{number}', 7)}\n\n{footer}")
    trial.write("courier/0.md", f"---\ndate: 2020-02-01\n---\n{prose('topic0', 7)}\n\n{footer}")
    trial.write("rows.jsonl", f'{{"text": "{prose("topic1", 7)}"}}\n{{"text": "{prose("topic9", 7)}"}}')
    trial.index()
    steps = (
        lambda: trial.write("post/0.md", f"---\ndate: 2019\n---\n{prose('topic0', 7)}\n\n{footer}"),
        lambda: trial.remove("courier/0.md"),
        lambda: trial.write("herald/7.txt", f"{prose('topic7', 7)}\n\n{footer}"),
        lambda: trial.write("copy.txt", prose("topic9", 7)),
        lambda: trial.remove("herald/7.txt"),
        lambda: trial.write("herald/2.txt", prose("topic2", 7)),
        lambda: trial.write("herald/3.txt", prose("topic3", 7)),
        lambda: trial.remove("post/0.md"),
        lambda: trial.write("rows.jsonl", f'{{"text": "{prose("topic9", 7)}"}}'),
    )
    for step in steps:
        step()
        trial.index()
        worn = shown(trial)
        trial.index(full=True)
        assert shown(trial) == worn


def test_a_footer_of_a_source_is_searched_once_and_not_lost(trial):
    """A paragraph under every article of a source is shown with each, and one of them answers a search for it."""
    footer = "Subscribe to the letter of the Herald for news of the valley each morning."
    for number in range(12):
        trial.write(f"herald/{number:02}.txt", f"{prose(f'topic{number}', 7)}\n\n{footer}")
    trial.index()
    assert trial.search("subscribe").passages == 1
    assert trial.search("topic7").passages > 0
    (head, *_) = trial.search("topic7").hits
    assert article(trial, head.article).text.endswith(footer)
