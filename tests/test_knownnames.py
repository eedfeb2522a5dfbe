"""Which names are offered, and how often the collection has them."""

import json
from contextlib import closing

import pytest

from kb_search import aids, weakwords
from kb_search.knownnames import MOST_COUNTED, KnownNames
from kb_search.search import Library

WEAK = weakwords.weak_words("en")


def counted(titles, groups=(), found=9):
    """The names with their counts, where each word stands 50 times, and each name in `found` passages."""
    return KnownNames(lambda form: 0 if form == "unheard" else 50, lambda _: found).counted(groups, titles, WEAK)


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("Letter from Walker Blaine to Lord Lyons", ["Lord Lyons", "Walker Blaine"]),
        ("The Lachin Corridor", ["Lachin Corridor"]),
        ("Proclamation No. 4 of An Imperial envoy", []),
        ("WATERS DURING THE STATE of things", []),
        ("APPLICATION OF THE DECREE", []),
        ("War Without Any Peace", []),
        ("Bank of England", []),
        ("NATO Summit", ["NATO Summit"]),
        ("Nagorno-Karabakh", ["Nagorno-Karabakh"]),
        ("Walker Unheard", []),
        ("Президент Ильхам Алиев", ["Президент Ильхам Алиев"]),
    ],
)
def test_a_run_of_capitals_in_a_title_may_be_a_name(title, names):
    """It has two telling words or more, no weak word at its ends, and is no heading in capitals."""
    assert list(counted([title])) == names


def test_a_run_of_capitals_that_stands_once_is_no_name():
    """What one passage has may be a misprint, and what none has finds nothing; names of the lists may be as rare."""
    assert counted(["Prime Kung"], found=1) == counted(["Prime Kung"], found=0) == {}
    assert counted([], [["Prince Kung"]], found=1) == {"Prince Kung": 1}


def test_a_name_of_one_word_is_counted_as_a_word():
    """It stands as often as its word; one that nobody wrote finds its other names, and has no count."""
    assert counted([], [["Lachin", "Unheard"], ["Unheard"]]) == {"Lachin": 50, "Unheard": None}


def test_names_are_counted_a_bounded_number_of_times():
    """Lists come first, then the names of most titles; beyond that no name is looked for."""
    asked = []
    names = KnownNames(lambda _: 9, lambda name: asked.append(name) or 9)
    titles = [f"Lord No{number}x" for number in range(2 * MOST_COUNTED)]
    found = names.counted([["Ilham Aliyev"]], [*titles, "Zebra Pass", "Zebra Pass"], WEAK)
    assert len(asked) == len(found) == MOST_COUNTED
    assert asked[:2] == ["Ilham Aliyev", "Zebra Pass"]


@pytest.fixture
def valley(trial):
    """A collection whose titles have names, some of them also in its texts."""
    articles = {
        "Envoy of the War Trade Committee": "War came. The War Trade Committee met, and trade was good.",
        "Notes on Peace Treaty Towers": "The war trade committee met. Was a committee of trade for war?",
        "War and trade": "The committee spoke of war and of trade. The treaty said little of war.",
    }
    rows = [{"id": at, "title": title, "text": text} for at, (title, text) in enumerate(articles.items())]
    trial.write("rows.jsonl", "\n".join(map(json.dumps, rows)))
    trial.index()
    with closing(Library(trial.settings)) as library:
        yield library


def test_a_name_has_the_count_of_its_own_passages(valley):
    """Not that of its rarest word, nor of passages that have its words apart; more frequent words come before it."""
    found = valley.complete("wa")
    assert [(one.ending, one.kind, one.count) for one in found] == [
        ("war", "word", 8),
        ("War Trade Committee", "name", 2),
    ]
    (name, *_) = valley.complete("war tr")
    assert (name.text, name.kind, name.count) == ("war Trade Committee", "name", 2)


def test_names_are_not_counted_for_long(valley, monkeypatch):
    """Where counting takes too long, words are offered all the same, and no name without its count."""
    monkeypatch.setattr(aids, "_COUNTING", 0.0)
    assert {one.kind for one in valley.complete("wa")} == {"word"}


def test_inside_quotation_marks_a_name_is_the_whole_quotation(valley):
    """What stands before the last word stays, so that no name begins in the middle of a quotation."""
    assert [one.text for one in valley.complete('"war tr')] == ['"war Trade Committee"', '"war trade', '"war treaty']
    assert {one.kind for one in valley.complete('"peace, war tr')} == {"word"}
    assert {one.kind for one in valley.complete('"the old great war tr')} == {"word"}
