"""Why a query finds nothing, and what finds something."""

import pytest

from kb_search.parsing import parse
from kb_search.relaxing import MOST_CLAUSES, beside_the_text, clause_counts, loosened, relaxation
from kb_search.rendering import render
from kb_search.results import ClauseCount, Relaxation


def relaxed(typed, found):
    """What each clause finds, and the relaxation, where `found` says how many passages a query finds."""
    asked = []

    def count(tree):
        asked.append(render(tree))
        return found.get(render(tree), 0)

    tree = parse(typed).tree
    counts = clause_counts(tree, count)
    return counts, relaxation(tree, counts, count), asked


def test_each_clause_is_counted_by_itself():
    """A clause is named as it can be typed and in words, once, with what it finds alone."""
    counts, _, _ = relaxed('peace "snow fell" NOT war peace date:2020', {"peace": 3, "NOT war": 9, "date:2020": 2})
    assert counts == (
        ClauseCount("peace", "peace", 3),
        ClauseCount('"snow fell"', "“snow fell”", 0),
        ClauseCount("NOT war", "not war", 9),
        ClauseCount("date:2020", "dated 2020", 2),
    )


def test_both_sides_of_a_near_are_counted():
    """Where words near each other are not found, each of them is a clause of its own as well."""
    found = {"snow": 4, '"cold war"': 0, "rain": 1}
    counts = relaxed('snow NEAR/3 "cold war" rain', found)[0]
    assert [(one.text, one.passages) for one in counts] == [('snow NEAR/3 "cold war"', 0), *found.items()]


def test_a_clause_is_shown_as_it_was_typed():
    """Letters with full stops are no quotation, and a clause in capitals is nothing else than what was typed."""
    assert [one.text for one in relaxed('U.S. EU "no-fly zone" no-fly', {})[0]] == [
        "U.S",
        "EU",
        '"no fly zone"',
        "no-fly",
    ]


@pytest.mark.parametrize(
    ("typed", "found", "told"),
    [
        ("snow", {"title:snow": 7}, [("snow", "title:snow", 7)]),
        ("snow war", {"war": 3, "section:snow": 1, "title:war": 5}, [("snow", "section:snow", 1)]),
        ('"cold snow"', {'title:"cold snow"': 2}, [('"cold snow"', 'title:"cold snow"', 2)]),
        ("snow NEAR/3 war", {"war": 3, "title:snow": 2, "title:war": 1}, [("snow", "title:snow", 2)]),
        ("(snow OR ice) war", {"war": 3, "title:ice": 2}, [("ice", "title:ice", 2)]),
        ("peace war", {"peace": 2, "war": 3, "title:war": 5}, []),
        ("war NOT snow", {"war": 3, "title:snow": 5}, []),
        ("snow", {}, []),
    ],
)
def test_words_that_stand_only_in_titles_or_headings_are_told(typed, found, told):
    """A word that no passage's own text has is looked for in titles, then in headings; others and excluded ones not."""
    tree = parse(typed).tree

    def count(one):
        return found.get(render(one), 0)

    words = beside_the_text(tree, clause_counts(tree, count), count)
    assert [(render(word), render(there), passages) for word, there, passages in words] == told


@pytest.mark.parametrize(
    ("typed", "found", "wider"),
    [
        ("peace unheard", {"peace": 3}, Relaxation("without unheard", "peace", 3)),
        ("peace unheard unseen", {"peace": 3}, Relaxation("without unheard, unseen", "peace", 3)),
        ('b1 "c1 d1"', {"b1": 3, "b1 c1 d1": 2}, Relaxation("less strictly: “c1 d1”", "b1 c1 d1", 2)),
        ('peace "snow fell"', {"peace": 3}, Relaxation("without “snow fell”", "peace", 3)),
        ('"snow fell"', {"snow fell": 2}, Relaxation("less strictly: “snow fell”", "snow fell", 2)),
        ("=talk", {"talk": 5}, Relaxation("less strictly: exactly talk", "talk", 5)),
        ("title:talk", {"talk": 5}, Relaxation("less strictly: talk in the title", "talk", 5)),
        ("title:(b1 OR c1)", {"b1 OR c1": 5},
            Relaxation("less strictly: (b1 in the title or c1 in the title)", "b1 OR c1", 5)),
        ('"b1 c1" OR d1', {"b1 c1 OR d1": 5}, Relaxation("less strictly: (“b1 c1” or d1)", "b1 c1 OR d1", 5)),
        ("snow NEAR/3 war", {"snow war": 1}, Relaxation("less strictly: snow within 3 words of war", "snow war", 1)),
        ("alief~1", {"alief~2": 1}, Relaxation("less strictly: words within one letter of alief", "alief~2", 1)),
        ("b1 c1 d1", {"b1": 1, "c1": 1, "d1": 1, "b1 d1": 2, "c1 d1": 4}, Relaxation("without b1", "c1 d1", 4)),
        ("b1 c1 scope:article", {"b1": 1, "c1 scope:article": 4}, Relaxation("without c1", "b1 scope:article", 7)),
        ("b1 c1 d1 e1", {"b1": 9, "c1": 2, "d1": 5, "c1 b1": 1, "b1 c1": 1}, Relaxation("without d1, e1", "b1 c1", 1)),
        ("b1 c1 d1", {"b1": 9, "c1": 2, "d1": 5}, Relaxation("without b1, d1", "c1", 2)),
        ("lachin oil volcano zebra", {"lachin": 9, "oil": 5, "volcano": 1, "lachin oil": 2},
            Relaxation("without volcano, zebra", "lachin oil", 2)),
        ("b1 c1 d1", {"b1": 9, "c1": 2, "d1": 5, "b1 c1": 1, "b1 d1": 4}, Relaxation("without d1", "b1 c1", 1)),
        ("b1 NEAR/3 c1 d1", {"b1": 4, "d1": 2, "b1 d1": 1},
            Relaxation("less strictly: b1 within 3 words of c1; without c1", "b1 d1", 1)),
        ("b1 NEAR/3 c1 d1", {"b1": 4, "c1": 2, "b1 c1 d1": 1},
            Relaxation("less strictly: b1 within 3 words of c1", "b1 c1 d1", 1)),
        ("snow NEAR/3 unheard", {"snow": 1},
            Relaxation("less strictly: snow within 3 words of unheard; without unheard", "snow", 1)),
        ('"snow unheard" war', {"snow": 1, "war": 2, "snow war": 1},
            Relaxation("less strictly: “snow unheard”; without unheard", "snow war", 1)),
        ('"b1 c1" d1', {"b1": 4, "c1": 3, "b1 c1": 2},
            Relaxation("less strictly: “b1 c1”; without d1", "b1 c1", 2)),
        ('"b1 c1" date:1950', {"b1": 4, "c1": 3, "b1 c1": 2},
            Relaxation("less strictly: “b1 c1”; without dated 1950", "b1 c1", 2)),
        ('"b1 c1" title:d1', {"b1": 4, "c1": 3, "d1": 1, "b1 c1": 2},
            Relaxation("less strictly: “b1 c1”; without d1 in the title", "b1 c1", 2)),
        ('b1 title:c1 "d1 e1"', {"b1": 4, "c1": 3, "b1 c1": 2},
            Relaxation("less strictly: c1 in the title; without “d1 e1”", "b1 c1", 2)),
        ('"b1 c1" NEAR/3 d1', {"b1": 4, "d1": 2, "b1 d1": 1},
            Relaxation("less strictly: “b1 c1” within 3 words of d1; without c1", "b1 d1", 1)),
        ('"snow unheard"', {"snow": 3}, Relaxation("less strictly: “snow unheard”; without unheard", "snow", 3)),
        ("(b1 unheard) OR unseen", {"b1 OR unheard OR unseen": 3},
            Relaxation("less strictly: ((b1 and unheard) or unseen)", "b1 OR unheard OR unseen", 3)),
        ("b1 NOT c1", {"b1": 40, "NOT c1": 1}, Relaxation("no longer leaving out c1", "b1", 40)),
        ("b1 NOT c1 NOT d1 NOT e1",
            {"b1": 9, "NOT c1": 8, "NOT d1": 8, "NOT e1": 1, "NOT c1 NOT d1 NOT e1": 1, "b1 NOT c1 NOT d1": 6},
            Relaxation("no longer leaving out e1", "b1 NOT c1 NOT d1", 6)),
        ("NOT b1 NOT c1", {"NOT b1": 3}, Relaxation("no longer leaving out c1", "NOT b1", 3)),
        ("unheard", {}, None),
        ("unheard unseen", {}, None),
        ("unheard NOT war", {"NOT war": 9}, None),
        ("b1 OR c1", {}, None),
    ],
)  # fmt: skip
def test_the_smallest_change_that_finds_something_is_told(typed, found, wider):
    """Clauses that find nothing are loosened, then left out; else as little goes as must."""
    if "scope" in typed:
        found = {**found, "b1 scope:article": 7}
    assert relaxed(typed, found)[1] == wider


@pytest.mark.parametrize("most", [1, 6, 7, 200])
def test_of_many_clauses_what_is_asked_for_stays(most):
    """However much is left out, and whatever that finds, a relaxation has the words that were asked for."""
    typed = "w " + " ".join(f"-w{number}" for number in range(most))
    found = _Found(lambda text: "w" not in text.split() or text == "w")
    assert relaxed(typed, found)[1].text == "w"


class _Found(dict):
    """One passage for each query of which something is true."""

    def __init__(self, is_found):
        self._is_found = is_found

    def get(self, text, default):
        return int(self._is_found(text)) or default


@pytest.mark.parametrize(
    "typed",
    [
        " ".join(f"w{number}" for number in range(200)),
        " ".join(f'"v{number} w{number}"' for number in range(200)),
        '"' + " ".join(f"w{number}" for number in range(300)) + '"',
        " ".join(f"v{number} NEAR/3 w{number}" for number in range(100)),
        " NEAR/3 ".join(f"w{number}" for number in range(100)),
        " OR ".join(f"(v{number} w{number})" for number in range(100)),
    ],
)
def test_a_query_of_many_clauses_is_counted_a_bounded_number_of_times(typed):
    """Whatever is asked, no more than six searches for each of twenty clauses, and three more, are made."""
    counts, _, asked = relaxed(typed, _Found(lambda text: text.startswith("w") and len(text.split()) == 1))
    assert len(counts) <= 3 * MOST_CLAUSES
    assert len(asked) <= 6 * MOST_CLAUSES + 3


def test_of_many_clauses_that_go_some_are_named():
    """What is left out of a long query is said in a line, the last of it by its number."""
    label = relaxed('"' + " ".join(f"w{number}" for number in range(300)) + '"', {"w0": 1})[1].label
    assert label.endswith(", w12 and 287 more")


@pytest.mark.parametrize("typed", ["peace", "NOT peace", "date:2020", "karab*", "aliev~2", "*", "b1 OR c1", "source:x"])
def test_what_cannot_be_loosened_stays(typed):
    """A plain word, a filter and the like ask for no less than they do."""
    tree = parse(typed).tree
    assert loosened(tree) == tree


def test_what_is_no_longer_left_out_is_said_so():
    """Of a NOT that goes, the answer says that its words are let in again."""
    found = {"zebra": 2, "NOT giraffe": 9, "zebra scope:article": 2}
    assert relaxed("zebra -giraffe scope:article", found)[1] == Relaxation(
        "no longer leaving out giraffe", "zebra scope:article", 2
    )
