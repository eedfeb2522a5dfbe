"""A query tree as text: in plain words, and as it would be typed."""

import pytest
from hypothesis import given

from kb_search.parsing import parse
from kb_search.query import (
    And,
    DateRange,
    EveryPassage,
    Language,
    Near,
    Not,
    Or,
    Pattern,
    Phrase,
    Source,
    Spread,
    Undated,
    Word,
    leaves,
)
from kb_search.rendering import describe, render
from tests.test_query import AFP, AUTHOR, EXACT, PEACE, PHRASE, REUTERS, TALKS, TITLE, WAR, YEAR, nodes


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        (EveryPassage(), ""),
        (PEACE, "with peace"),
        (EXACT, "with exactly talks"),
        (PHRASE, "with “peace talks”"),
        (And((PEACE, TALKS)), "with all of peace, talks"),
        (Or((PEACE, TALKS)), "with any of peace, talks"),
        (And((PEACE, Or((WAR, PHRASE)))), "with all of peace, (war or “peace talks”)"),
        (Or((PEACE, And((WAR, Not(TALKS))))), "with any of peace, (war and not talks)"),
        (And((PEACE, EveryPassage())), "with peace"),
        (TITLE, "with pact in the title"),
        (And((TALKS, TITLE, AUTHOR)), "with all of talks, pact in the title, smith as author"),
        (REUTERS, "in source Reuters"),
        (Or((REUTERS, AFP)), "in source Reuters or in source AFP"),
        (And((PEACE, Language("hy"), REUTERS, YEAR)), "with peace · in language hy · in source Reuters · dated 2020"),
        (Undated(), "undated"),
        (DateRange(0, 1, "before 2020"), "dated before 2020"),
        (DateRange(0, 1, "2020..2021-03"), "dated 2020 to 2021-03"),
        (DateRange(0, 1, "2020.."), "dated from 2020"),
        (DateRange(0, 1, "..2021"), "dated up to 2021"),
        (Not(WAR), "without war"),
        (Not(PHRASE), "without “peace talks”"),
        (Not(TITLE), "without pact in the title"),
        (Not(Or((WAR, TALKS))), "without any of war, talks"),
        (Not(And((WAR, TALKS))), "not with all of war, talks"),
        (Not(And((WAR, REUTERS))), "not with all of war, in source Reuters"),
        (Not(REUTERS), "not in source Reuters"),
        (Not(YEAR), "not dated 2020"),
        (Not(Undated()), "not undated"),
        (Not(EveryPassage()), "none of them"),
        (And((Not(WAR), PEACE, Not(AFP))), "with peace · without war · not in source AFP"),
        (Or((PEACE, YEAR)), "with any of peace, dated 2020"),
    ],
)
def test_a_tree_is_said_in_plain_words(tree, words):
    """What follows `Passages` is a sentence that a reader understands, whatever the tree is made of."""
    assert describe(tree) == words


@given(nodes())
def test_every_leaf_is_said(tree):
    """Nothing that a passage may have is left out of the sentence."""
    said = describe(tree)
    for leaf in leaves(tree):
        if isinstance(leaf, Word):
            assert leaf.form in said
        if isinstance(leaf, Source):
            assert leaf.typed in said


KARAB, ALIEV = Pattern("karab*", typed="Karab*"), Pattern("aliev", 1, typed="Aliev~1")


@pytest.mark.parametrize(
    ("tree", "words", "typed"),
    [
        (KARAB, "with words that begin with Karab", "Karab*"),
        (Pattern("wom?n"), "with words like wom?n", "wom?n"),
        (ALIEV, "with words within one letter of Aliev", "Aliev~1"),
        (Pattern("aliev", 2), "with words within two letters of aliev", "aliev~2"),
        (Pattern("wa*", field="section"), "with words that begin with wa in the section heading", "section:wa*"),
        (Near((PEACE, WAR), (5,)), "with peace within 5 words of war", "peace NEAR/5 war"),
        (
            Near((PHRASE, Or((WAR, KARAB)), TALKS), (1, 9)),
            "with “peace talks” next to (war or words that begin with Karab) within 9 words of talks",
            '"peace talks" NEAR/1 (war OR Karab*) NEAR/9 talks',
        ),
        (Word("war", ("war",), typed="WAR", boost=2.5), "with WAR (counting 2.5 times)", "WAR^2.5"),
        (Phrase(PHRASE.words, typed="Peace-Talks", boost=0.5),
         "with “Peace-Talks” (counting 0.5 times)", '"peace talks"^0.5'),
        (
            Spread(And((PEACE, Not(WAR)))),
            "of articles with peace · without war",
            "peace NOT war scope:article",
        ),
        (And((PEACE, PEACE)), "with peace", "peace peace"),
        (And((Or((PEACE, WAR)), Not(And((TALKS, EXACT))))),
         "with any of peace, war · not with all of talks, exactly talks",
         "(peace OR war) NOT (talks =talks)"),
        (Or((And((PEACE, WAR)), REUTERS)),
         "with any of (peace and war), in source Reuters", "peace war OR source:Reuters"),
        (DateRange(0, 1, "before 2020"), "dated before 2020", "before:2020"),
        (Word("or", ("or",), typed="OR"), "with OR", "/OR/"),
    ],
)  # fmt: skip
def test_a_tree_is_said_and_typed(tree, words, typed):
    """Each kind of node has its words and its spelling; the same thing is said once."""
    assert (describe(tree), render(tree)) == (words, typed)


@pytest.mark.parametrize(
    ("typed", "rendered"),
    [
        ("=NEAR/3", "/NEAR/3/"),
        ("title:=NEAR/3", "title:/NEAR/3/"),
        ("peace =NEAR/3 war", "peace /NEAR/3/ war"),
        ("=NEAR/3^2 NEAR/2 war", "/NEAR/3/^2 NEAR/2 war"),
        ("war -=NEAR/3", "war NOT /NEAR/3/"),
        ("=NEAR peace", "=NEAR peace"),
        ("/NEAR/ war", "/NEAR/ war"),
    ],
)
def test_words_that_look_like_an_operator_are_typed_as_words(typed, rendered):
    """What is said of words that look like NEAR reads as those words again, without a note."""
    query = parse(typed)
    assert render(query.tree) == rendered
    assert parse(rendered).tree == query.tree
    assert parse(rendered).notes == ()
