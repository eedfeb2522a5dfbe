"""Did-you-mean and completion: what is offered, and what is not."""

from contextlib import closing

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb_search import analysis
from kb_search.engines.base import Lexicon
from kb_search.fieldvalues import FieldValues
from kb_search.parsing import parse
from kb_search.query import And, Near, Not, Or, Phrase, Spread, Word
from kb_search.results import SearchRequest
from kb_search.search import Library
from kb_search.suggest import MOST, Completer, Speller
from tests.trial import Trial

COUNTS = {
    "agreement": 40, "agreements": 4, "border": 30, "broder": 1, "cat": 9, "ceasefire": 20, "karabakh": 50, "karate": 2,
    "lachin": 12, "peace": 60, "place": 70, "talks": 25, "переговоры": 8, "aliyev": 15, "ilham": 11, "corridor": 7,
}  # fmt: skip


def lexicon(counts):
    """A vocabulary."""
    forms = tuple(sorted(counts))
    return Lexicon(forms, np.array([counts[form] for form in forms], np.int64))


def together(counts):
    """Counts a name as if its rarest word stood nowhere else."""
    return lambda name: min(counts.get(form, 0) for form in analysis.forms(name))


SPELLER = Speller(lexicon(COUNTS))
COMPLETER = Completer(
    lexicon(COUNTS),
    [["Ilham Aliyev"], ["Lachin", "Laçın", "Лачин"], ["Lachin corridor"], ["Baku", "Bakı"]],
    ["Peace Talks in Karabakh"],
    together(COUNTS),
    FieldValues(
        [("Valley Herald", 9), ("Courier", 20), ("", 3)], ["en", "ru"], ["Ann Lee"],
        [(20210615, 2), (20210000, 1), (0, 4)], ["Peace talks", "The peace of June"],
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("karabkah", "karabakh"),
        ("karabakkh", "karabakh"),
        ("krabakk", "karabakh"),
        ("peac", "peace"),
        ("переговори", "переговоры"),
        ("peacetalks", "peace talks"),
        ("broder", "border"),
    ],
)
def test_a_misspelt_word_has_a_likeliest_meaning(typed, meant):
    """One letter wrong, two exchanged, two wrong in a long word, two words written as one, or a rare misprint."""
    assert SPELLER.near(typed) == meant


@pytest.mark.parametrize("typed", ["peace", "agreements", "ct", "cat", "xyzzyx", "1988", "", "a" * 90, "agrt"])
def test_a_good_word_a_short_one_and_rubbish_are_not_doubted(typed):
    """Nothing is offered for a word that is frequent itself, is too short, or is near nothing."""
    assert SPELLER.near(typed) in ("", "agreement" if typed == "agreements" else "")


def plain_distance(one, other):
    """The optimal string alignment distance as its definition has it."""
    table = [[max(i, j) for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            table[i][j] = min(
                table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (one[i - 1] != other[j - 1])
            )
            if i > 1 and j > 1 and (one[i - 2], one[i - 1]) == (other[j - 1], other[j - 2]):
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


FORMS = st.text("abcdф𐐷", min_size=1, max_size=9)


@given(st.dictionaries(FORMS, st.integers(1, 99), min_size=1, max_size=30), FORMS)
def test_the_filter_by_letters_loses_nothing(counts, typed):
    """The words within the distance are those that comparing with each word finds."""
    speller = Speller(lexicon(counts))
    most = 2 if len(typed) >= 6 else 1
    wanted = {form for form in counts if 0 < plain_distance(typed, form) <= most}
    assert {form for _, _, form in speller._within(typed)} == wanted


@pytest.fixture(scope="module")
def talks(tmp_path_factory):
    """A collection about talks; only to be read."""
    trial = Trial(tmp_path_factory.mktemp("talks"))
    for number in range(12):
        trial.write(f"{number}.txt", f"The negotiators met on day {number}. Peace talks in the corridor went on.")
    trial.write("odd.txt", "The koridor was closed. Peece came late.")
    trial.index()
    return trial


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("negotiatros", "negotiators"),
        ("Negotiatros", "Negotiators"),
        ('"peaec talks"', '"peace talks"'),
        ("(peaec OR war) -title:closed", "(peace OR war) -title:closed"),
        ("corridro NEAR/5 =peace date:undated", "corridor NEAR/5 =peace date:undated"),
        ("peaec talsk^2", "peace talks^2"),
        ("peece", "peace"),
        ("peaec? (talsk)", "peace? (talks)"),
    ],
)
def test_a_suggestion_changes_the_word_and_nothing_else(talks, typed, meant):
    """Operators, fields, quotation marks and weights stay where they are."""
    assert talks.search(typed).suggestion == meant


@pytest.mark.parametrize(
    "typed",
    ["/peaec.*/", "*peaec", "co*peaec", "[peaec", "peaec\\", "peaec?s", '"peaec*"', "peace", "peace talks", "xyzzyq",
     "", "*", "source:peaec", "peaec -corridor -closed"],
)  # fmt: skip
def test_nothing_is_offered_that_finds_no_more(talks, typed):
    """Where enough is found, the suggestion would find nothing, or a pattern was meant, there is none."""
    assert talks.search(typed).suggestion is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("negotiatros peaec talsk corridro", "negotiators peace talks corridor"),
        ("negotiatros mett peaec talsk corridro wnet", "negotiators met peace talks corridor went"),
    ],
)
def test_a_question_of_many_misspelt_words_is_repaired(talks, typed, meant):
    """Six words are looked up; all their repairs are tried together first."""
    assert talks.search(typed).suggestion == meant


def test_repaired_words_that_only_an_article_has_are_asked_for_there(trial):
    """Where no passage has the repaired words, and an article has them in different passages, that is offered."""
    filler = " ".join("The day was long and nothing else was seen by the river." for _ in range(30))
    trial.write("a.txt", f"A zebra stood there.\n\n{filler}\n\nThen a giraffe came.")
    trial.index()
    assert trial.search("zebraa giraffe").suggestion == "zebra giraffe scope:article"
    assert trial.search("zebraa girafe").suggestion == "zebra giraffe scope:article"
    assert trial.search("zebra giraffe").suggestion is None
    assert trial.search("zebraa lion").suggestion is None


@given(text=st.text('peacetlks ORNT-"()', max_size=20))
def test_a_suggestion_always_finds_more(library, text):
    """Whatever is asked, what is offered instead finds more passages than the question did."""
    results = library.search(SearchRequest(text))
    if results.suggestion is not None:
        assert library.search(SearchRequest(results.suggestion)).passages > results.passages


@pytest.mark.parametrize(
    ("typed", "endings"),
    [
        ("kar", ["karabakh", "karate"]),
        ("peace KAR", ["karabakh", "karate"]),
        ("lach", ["Lachin", "Lachin corridor"]),
        ("lachin c", ["corridor", "ceasefire"]),
        ("ilham al", ["Aliyev"]),
        ("NOT ilham al", ["aliyev"]),
        ("peace t", ["Talks"]),
        ('"peace ta', ["Talks"]),
        ("laç", ["Lachin", "Lachin corridor", "Laçın"]),
        ("Лач", ["Лачин"]),
        ("перег", ["переговоры"]),
        ("peace ", []),
        ("", []),
        ("xyz", []),
        ("ba", []),
    ],
)
def test_the_last_word_and_known_names_are_completed(typed, endings):
    """Names first, whose words all stand in the collection; then words by frequency; nothing after a space."""
    assert [one.ending for one in COMPLETER.complete(typed)][: len(endings) or None] == endings


def test_a_completion_is_the_whole_query():
    """What was typed before stays as it was."""
    (first, *_) = COMPLETER.complete("(peace OR lach")
    assert (first.text, first.kind, first.count) == ("(peace OR Lachin", "name", 12)
    (name,) = (one for one in COMPLETER.complete("-x ilham a") if one.kind == "name")
    assert (name.text, name.ending, name.count) == ("-x ilham Aliyev", "Aliyev", 11)


@given(st.text(max_size=60))
def test_any_text_can_be_completed(text):
    """Completions keep what was typed before the last word, are few, and stand in the collection."""
    found = COMPLETER.complete(text)
    assert len(found) <= MOST
    for one in found:
        assert one.text.endswith(one.ending)
        assert text.startswith(one.text.removesuffix(one.ending))
        assert one.kind != "word" or set(analysis.forms(one.ending)) <= set(COUNTS)


NAMES = ["Walker Blaine", "Walker", "Peace OR War", "U.S. Army", 'The "Road" (to) Peace', "Nagorno-Karabakh Republic",
         "Nagorno-Karabakh", "undated", "War NEAR/3 Peace", "President Roosevelt", "TRT", "The Who"]  # fmt: skip
MORE_WORDS = [
    "walker", "blaine", "war", "undated", "near", "not", "and", "or", "the", "who", "us", "20", "2020", "2021", "army",
    "to", "road", "nagorno", "republic", "president", "roosevelt", "tr", "trt", "u", "s", "treaty", "wallet", "3", "33",
    "title", "o'brien", "article", "亚",
]  # fmt: skip
HOSTILE = Completer(
    lexicon(COUNTS | dict.fromkeys(MORE_WORDS, 3)),
    [[name, "x"] for name in NAMES],
    NAMES,
    together(COUNTS | dict.fromkeys(MORE_WORDS, 3)),
    FieldValues([("Valley Herald", 9)], ["en"], ["Ann Lee"], [(20210615, 2)], ["Peace talks", "War or treaty"]),
    "en",
)  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "texts"),
    [
        ("president -Ro", ["president -road", "president -roosevelt"]),
        ("president -Pre", ['president -"President Roosevelt"', "president -president"]),
        ("war -Th", ['war -"The Road (to) Peace"']),
        ("president Ro", ["president Roosevelt", "president road"]),
        ("peace -Walk", ["peace -Walker", 'peace -"Walker Blaine"']),
        ("NOT Walk", ["NOT Walker", 'NOT "Walker Blaine"']),
        ("peace OR Walker Bla", ["peace OR Walker blaine"]),
        ("(Walk", ["(Walker", '("Walker Blaine"']),
        ("peace Walk", ["peace Walker", "peace Walker Blaine"]),
        ("=Walk", ["=Walker"]),
        ("+Walk", ["+Walker"]),
        ("Walker NEAR/3 Blai", ["Walker NEAR/3 blaine"]),
        ("Blaine NEAR/3 Walk", ["Blaine NEAR/3 Walker", 'Blaine NEAR/3 "Walker Blaine"']),
        ('-"Walk', ['-"Walker', '-"Walker Blaine"']),
        ("nagorno-kar", ["nagorno-Karabakh", "nagorno-karate"]),
        ("-nag", ["-Nagorno-Karabakh", '-"Nagorno-Karabakh Republic"', "-nagorno"]),
        ("US TR", ["US TRT", "US TREATY"]),
        ("-wa", ["-Walker", '-"Walker Blaine"', '-"War NEAR/3 Peace"']),
        ("unda", ['"undated"']),
        ("title:=tal", ["title:=talks"]),
        ("title:(war tre", ["title:(war treaty"]),
        ('title:"peace tal', ['title:"peace talks']),
        *((typed, []) for typed in ("peace^2", "peace~2", "pe*wa", "NEAR/3", "peace NOT", "source:wa*", "date:202..20",
                                    "before:20", "source:(wal", "x-source:val", "wa\u200bl", "/wal", "wal?t")),
    ],
)  # fmt: skip
def test_a_completion_keeps_signs_operators_and_fields(typed, texts):
    """A name of several words is one clause there, or is not offered; inside a weight or a pattern nothing is."""
    found = [one.text for one in HOSTILE.complete(typed)]
    assert found[: len(texts) or None] == texts


def shape(node, pieces, kept):
    """A tree with what was completed left out: its last leaf, or the last `pieces` of what must all be there.

    Of a phrase the first `kept` words stay.
    """
    if isinstance(node, Not | Spread):
        return type(node), shape(node.child, pieces, kept)
    if not isinstance(node, And | Or | Near):
        forms = [word.form for word in node.words] if isinstance(node, Phrase) else [node.form]
        return node.field, node.boost, forms[:kept]
    children = node.children
    if isinstance(node, And) and pieces > 1 and len(children) >= pieces:
        children = (*children[:-pieces], children[-1])
    last = shape(children[-1], pieces, kept)
    rest = (type(node), getattr(node, "distances", ()), children[:-1], last)
    return rest if len(children) > 1 else last


def last_leaf(node):
    """The last leaf of a tree, under a NOT too."""
    while not isinstance(node, Word | Phrase):
        node = node.child if isinstance(node, Not | Spread) else node.children[-1]
    return node


TYPED = [
    "peace", "talks", "the", "US", "war", "Nagorno-Karabakh", "AND", "OR", "NOT", "|", "-", "--", "(", ")", '"', "“",
    "*", "=", "+", "~1", "~", "^2", " ", " ", " ", " ", " NEAR/5 ", "?", "Walker ", "title:", "author:", "date:", ":",
    "scope:article", "source:", "'", "/", "\u200b", "wal", "Wal", "PEA", "nag", "th", "un", "2", "president ro",
]  # fmt: skip
BEGUN = ["wal", "Wal", "PEA", "nag", "ro", "tr", "TR", "ta", "ilh", "20", "o'b", "us", "wa", "kar"]


@settings(max_examples=300)
@given(st.lists(st.sampled_from(TYPED), max_size=9).map("".join), st.sampled_from(BEGUN))
def test_a_completion_changes_the_last_word_and_nothing_else(before, begun):
    """What was typed stays in front, and what is read is the same but for its last leaf, whatever stands there."""
    typed = before + begun
    for one in HOSTILE.complete(typed):
        assert one.text == one.text.removesuffix(one.ending) + one.ending
        assert typed.startswith(one.text.removesuffix(one.ending))
        assert one.ending
        if one.kind not in ("word", "name", "title", "section"):
            continue
        # A quotation that is completed to its end is compared with what was begun.
        closed = one.ending[-1] in '"”' and one.ending[0] != '"'
        old, new = (parse(text, ("ka",)).tree for text in (typed + one.ending[-1] * closed, one.text))
        leaf = last_leaf(old)
        kept = len(leaf.words) - 1 if isinstance(leaf, Phrase) else 0
        pieces = 1 if '"' in one.ending or closed else len(one.ending.split())
        assert shape(old, 1, kept) == shape(new, pieces, kept), one.text
        if isinstance(leaf, Word) and isinstance(last_leaf(new), Word):
            assert leaf.exact == last_leaf(new).exact


@pytest.mark.parametrize(
    ("typed", "texts"),
    [
        ("peace source:", ["peace source:Courier", 'peace source:"Valley Herald"']),
        ("-source:her", ['-source:"Valley Herald"']),
        ('source:"valley h', ['source:"Valley Herald"']),
        ("Author:LEE", ['Author:"Ann Lee"']),
        ("lang:", ["lang:en", "lang:ru"]),
        ("(a OR scope:a", ["(a OR scope:article"]),
        ("date:", ["date:undated", "date:2021"]),
        ("title:pe", ["title:peace"]),
        ("section:ju", ["section:june"]),
        ("title:", []),
        ("source:xyz", []),
    ],
)
def test_what_stands_behind_a_field_is_completed(typed, texts):
    """Sources, authors, languages and years of the collection, words of its titles; the most frequent first."""
    assert [one.text for one in COMPLETER.complete(typed)] == texts


def test_a_value_is_counted_as_often_as_it_finds_something():
    """Of a field's value it is told how many passages it finds alone, or nothing: no count of something else."""
    sources = [("Courier", 20), ("Daily Courier", 5), ("Herald", 9)]
    values = FieldValues(
        sources, ["en"], ["Ann Lee", "Ann Lee"], [(20210615, 2), (20210000, 1)], ["Peace", "War, peace"]
    )
    completer = Completer(lexicon(COUNTS), [], [], together(COUNTS), values)
    found = {
        one.text: one.count for typed in ("source:", "author:", "date:", "title:p") for one in completer.complete(typed)
    }
    assert found == {
        "source:Courier": None, 'source:"Daily Courier"': 5, "source:Herald": 9, 'author:"Ann Lee"': None,
        "date:2021": 3, "title:peace": None,
    }  # fmt: skip


def test_a_word_of_any_title_is_completed(trial):
    """Words are read out of more titles than names are, so that none that is frequent is missed."""
    rows = [f'{{"id": {one}, "title": "Day {one}", "text": "Snow fell on the town all day."}}' for one in range(30)]
    trial.write("rows.jsonl", "\n".join([*rows, '{"id": "x", "title": "Congress", "text": "It met in the town."}']))
    trial.index()
    with closing(Library(trial.settings)) as library:
        assert [one.text for one in library.complete("title:cong")] == ["title:congress"]


def test_an_empty_collection_offers_nothing():
    """No words, no offers."""
    empty = Lexicon((), np.empty(0, np.int64))
    assert Speller(empty).near("peace") == ""
    assert Completer(empty, [["Baku"]], ["Peace Talks"], together({})).complete("pea") == ()


def test_a_library_completes(talks):
    """A library completes from its own words and titles."""
    with closing(Library(talks.settings)) as library:
        assert [one.text for one in library.complete("peace negot")] == ["peace negotiators"]


def test_hostile_titles_cost_little():
    """A title of a hundred thousand capitals is read in no time, for only its beginning is."""
    completer = Completer(lexicon(COUNTS), [], ["A" * 100_000, "Peace " * 50_000, "Peace Talks"] * 50, together(COUNTS))
    assert [one.ending for one in completer.complete("peace t")] == ["Talks"]
