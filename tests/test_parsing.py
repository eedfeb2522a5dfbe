"""Typed text to a tree and notes: the golden cases first, then what holds for any text whatsoever."""

import cProfile
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search import analysis, lexing, parsing
from kb_search.lexing import MAX_LENGTH
from kb_search.parser import MAX_DEPTH
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
)
from kb_search.rendering import describe, render
from tests.conftest import GOLDEN

QUERIES = sorted(path.name for path in (GOLDEN / "queries").glob("*.txt"))


def drawn(node):  # noqa: PLR0911 - one case for each kind of node
    """A tree on one line: operators with their children, words with field, `=` and weight, dates as numbers."""
    match node:
        case Word() | Phrase() | Pattern():
            field = "" if node.field == "text" else f"{node.field}:"
            return field + drawn_leaf(node) + ("" if node.boost == 1 else f"^{node.boost:g}")
        case Near():
            distances = "/".join(map(str, node.distances))
            return f"NEAR/{distances}({', '.join(map(drawn, node.children))})"
        case Source():
            return f"source:[{' '.join(node.forms)}]"
        case Language():
            return f"lang:{node.code}"
        case DateRange():
            return f"{node.first:08}–{node.last}"
        case Undated() | EveryPassage():
            return type(node).__name__
        case Not():
            return f"NOT {drawn(node.child)}"
        case Spread():
            return f"ARTICLES({drawn(node.child)})"
        case And() | Or():
            return f"{type(node).__name__.upper()}({', '.join(map(drawn, node.children))})"


def drawn_leaf(leaf):
    """A word, a phrase or a pattern without its field."""
    match leaf:
        case Word():
            return ("=" if leaf.exact else "") + leaf.form
        case Phrase():
            return f'"{" ".join(word.form for word in leaf.words)}"'
        case Pattern():
            return f"[{leaf.text}{'~' * leaf.edits}]"


def said(typed):
    """A query as a golden file has it: what was typed, the tree, the tree in words, and the notes."""
    query = parse(typed)
    yield f"> {typed}"
    yield f"  {drawn(query.tree)}"
    yield f"  Passages {describe(query.tree)}".rstrip()
    for note in query.notes:
        yield f"  ! {note.kind} [{note.text}] {note.message}"
        if note.suggestion is not None:
            yield f"      → {note.suggestion}"


@pytest.mark.parametrize("name", QUERIES)
def test_queries_are_understood_as_written_down(name, golden):
    """Each golden case has the tree, the words and the notes that its file says."""
    typed = [line[2:] for line in (GOLDEN / "queries" / name).read_text("utf-8").splitlines() if line.startswith("> ")]
    assert typed
    golden(f"queries/{name}", "\n\n".join("\n".join(said(one)) for one in typed) + "\n")


# ------------------------------------------------------------------------------------------ for any text

KINDS = {"ignored", "expanded", "limited", "corrected", "info"}
PIECES = [
    "peace", "talks", "the", "or", "Nagorno-Karabakh", "U.S.", "亚美", "10,120", "AND", "OR", "NOT", "|", "-",
    "--", "(", ")", '"', "“", "”", "'", "…", "*", "=", "+", "~1", "~", "^2", "^0.5", " ", " ", " ", "undated",
    " NEAR/5 ", "NEAR", "karab*", "wom?n", "?", "US", "x:y", "☮", "c++",
    "=NEAR/3", " =NEAR/15 ", "/NEAR/3/", "NEAR/2-", "=OR", "/AND/", "-NEAR/",
]  # fmt: skip
FIELDS = [f"{name}:" for name in lexing.FIELDS] + [" Titel:peace", "2020", "2021..2020", "2023-02-30", "..", "lang:en"]
TYPED = st.lists(st.sampled_from(PIECES + FIELDS), max_size=30).map("".join)
WORDS_ONLY = st.lists(st.sampled_from(PIECES), max_size=16).map("".join)
ANY = st.one_of(st.text(max_size=80), st.text(st.characters(categories=["Cs", "Cc", "Cf", "Zs", "P"])), TYPED)


def children(node):
    """What stands right below a node."""
    return (node.child,) if isinstance(node, Not | Spread) else getattr(node, "children", ())


def leaves(node):
    """All leaves of a tree, those under a NOT too."""
    for child in children(node):
        yield from leaves(child)
    if not children(node):
        yield node


def words(tree):
    """All words and patterns of a tree, alone or in phrases."""
    for leaf in leaves(tree):
        yield from leaf.words if isinstance(leaf, Phrase) else [leaf] if isinstance(leaf, Word | Pattern) else []


def depth(node):
    """How many nodes lie above each other."""
    return 1 + max(map(depth, children(node)), default=0)


@given(ANY)
def test_any_text_is_a_query(typed):
    """Whatever is typed, there is a tree that can be described, and each note is about a part of the query."""
    query = parse(typed)
    assert isinstance(describe(query.tree), str)
    for note in query.notes:
        assert note.kind in KINDS
        assert 0 <= note.start <= note.end <= len(query.text)
        assert note.text == query.text[note.start : note.end]
        assert note.message[-1] == "."
        query.text.encode()  # nothing is left that cannot be written down


@given(ANY)
def test_words_stand_where_they_say(typed):
    """The offsets of a word in the query give back what was typed for it."""
    query = parse(typed)
    for word in words(query.tree):
        typed_there = query.text[word.start : word.end]
        if isinstance(word, Word):
            assert [word.form] == forms(typed_there)
            assert word.typed == typed_there


def forms(text):
    """The forms of a text."""
    return analysis.forms(text)


@given(WORDS_ONLY)
def test_no_word_is_dropped_without_a_note(typed):
    """Each word that was typed is in the tree, is an operator, or is named by a note."""
    query = parse(typed)
    covered = [(word.start, word.end) for word in words(query.tree)]
    covered += [(note.start, note.end) for note in query.notes]
    operators = [one for one in lexing.lexemes(query.text) if one.kind in ("and", "or", "not", "near")]
    covered += [(one.start, one.end) for one in operators]
    covered += [weight.span() for weight in re.finditer(r"\^[\d.]+", query.text)]
    for start, end, form in analysis.tokens(query.text):
        assert any(first <= start and end <= last for first, last in covered), form


@given(TYPED)
def test_a_suggestion_mends_what_its_note_is_about(typed):
    """Searching for what a note suggests leaves fewer notes of its sort."""
    query = parse(typed)
    before = Counter(note.message for note in query.notes)
    for note in query.notes:
        if note.suggestion is not None and len(query.notes) < 20:
            after = Counter(one.message for one in parse(note.suggestion).notes)
            assert after[note.message] < before[note.message]


@given(ANY)
def test_a_tree_that_is_typed_again_is_the_same_tree(typed):
    """What `render` makes of a tree is read as that tree, whatever it was typed as."""
    tree = parse(typed).tree
    for again in (render(tree), render(tree, most=0)):
        if len(again) <= MAX_LENGTH:
            assert parse(again).tree == tree


@pytest.mark.parametrize(
    "piece",
    [
        "“a”", '"a" ', "-a ", "-a-b-c ", "(a|b) ", '"peace" OR ', "title:(a b) ", "undated ", "source:x ", '-"a b" ',
        "a^2 ", "=a ",
        "a NEAR/2 b ", "date:2020 ", "-date:2020 ", "-source:x ", "title:(a b c d e) ", "title:(a b | c d) ", "a | b ",
        '"AND" ', "-title:(a b) ", "author:(a b) | ", "title:a-b ", "(a (b|c)) ", "b=c ", "=b=c ", "(ab* | c~1)^3 ",
    ],
)  # fmt: skip
@pytest.mark.parametrize("length", [500, 1000, 1500, MAX_LENGTH])
def test_a_long_tree_that_is_typed_again_is_the_same_tree(piece, length):
    """What a long query is rendered as is not too long to be read, though its words stand in other signs."""
    tree = parse((piece * length)[:length]).tree
    assert parse(render(tree)).tree == tree


@given(TYPED)
def test_white_space_around_pieces_changes_nothing(typed):
    """Spaces before, behind and in place of one another make no other query."""
    spaced = "\t " + typed.replace(" ", " \u3000\n ") + " \u2028"
    assert drawn(parse(spaced).tree) == drawn(parse(typed).tree)


@given(TYPED)
def test_a_query_in_parentheses_means_the_same(typed):
    """Parentheses around a whole query change nothing."""
    query = parse(typed)
    if not query.notes:
        assert drawn(parse(f"({typed})").tree) == drawn(query.tree)


@pytest.mark.parametrize(
    "typed",
    [
        "(" * 50_000, "(a1" * 700, "-(" * 1000 + "peace", "NOT " * 500 + "peace", "title:(" * 285, "(a1 OR (b1 " * 180,
        '"' * 99_999, "peace " * 20_000, "\0" * 100_000, "\ud800" * 100_000, "亚" * 100_000, "- " * 50_000,
        "a NEAR " * 5000, "a1 NEAR/2 (" * 500, "ab* " * 5000, "a?b~2^9 " * 5000, '"a"^' * 5000, "scope:article " * 500,
    ],
)  # fmt: skip
def test_huge_and_deep_queries_are_bounded(typed):
    """The tree of a hostile query is as shallow and its notes are as few as those of an ordinary one."""
    query = parse(typed)
    assert len(query.text) <= MAX_LENGTH
    assert depth(query.tree) <= 2 * MAX_DEPTH + 3
    assert len(query.notes) <= 21
    assert sum(len(note.message) for note in query.notes) < 5000


def test_a_query_that_is_too_long_is_cut_between_words():
    """The first two thousand characters are read, no half word is, and a note says so."""
    query = parse("negotiations " * 8000)
    assert len(query.text) == 1988
    assert {word.form for word in words(query.tree)} == {"negotiations"}
    assert query.notes[-1].kind == "limited"
    assert query.notes[-1].message == "The query has 104,000 characters; the first 1,988 were read."


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("pea\0ce", "A character that cannot be seen was left out."),
        ("war \u202epeace", "A character that cannot be seen was left out."),
        ("z\u200bebra \u2060x\ufeff", "3 characters that cannot be seen were left out."),
        ("\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", None),
        ("peace\n\twar", None),
    ],
)
def test_what_cannot_be_seen_is_left_out_with_a_note(typed, said):
    """One note counts them; joiners, which belong to words of some scripts, and ends of lines need none."""
    assert [note.message for note in parse(typed).notes] == ([said] if said else [])


def test_too_many_notes_are_counted():
    """A query with hundreds of faults names the first and counts the others."""
    notes = parse("".join(f"%b{number} " for number in range(100))).notes
    assert [note.text for note in notes[:3]] == ["%", "%", "%"]
    assert notes[3].message.startswith("The same in 97 more places: “%” means nothing")
    notes = parse("".join(f"foo{chr(97 + number)}:b " for number in range(26))).notes
    assert len(notes) == 21
    assert notes[-1].message == "6 more parts of the query could not be read as they stand."


@pytest.mark.parametrize(
    ("piece", "most"), [("a1 ", 400), ("a1 | b1 ", 400), ("b+c ", 200), ("b=c ", 200), ("-a^2 ", 100), ("ab* ", 100)]
)
def test_no_more_parts_are_read_than_anybody_would_type(piece, most):
    """Four hundred words are read, a quarter of that with signs or wildcards; a note says where it ends."""
    query = parse(piece * (MAX_LENGTH // len(piece)))
    assert len(list(words(query.tree))) == most
    limits = [note for note in query.notes if note.kind == "limited"]
    assert [note.end for note in limits] == [len(query.text)]


def test_as_many_words_as_may_be_need_no_note():
    """Four hundred words are read without a word about it, with the last of them."""
    query = parse(" ".join(f"w{number}" for number in range(400)))
    assert [word.form for word in words(query.tree)][-1] == "w399"
    assert query.notes == ()


@pytest.mark.parametrize("piece", ["亚", "ab-", "가 ", "a "])
@pytest.mark.parametrize("around", ["{}", '"{}"', "title:({})", "-{}", '"{}'])
def test_what_comes_after_four_hundred_words_is_not_even_folded(piece, around, monkeypatch):
    """Words without spaces between them, or in one quotation, are counted too; the rest costs nothing and is noted."""
    folded = []
    plain = analysis.fold
    monkeypatch.setattr(analysis, "fold", lambda word: folded.append(word) or plain(word))
    query = parse(around.format((piece * MAX_LENGTH)[: MAX_LENGTH - 50]))
    assert 396 <= len(list(words(query.tree))) <= 400
    assert len(folded) <= 1200
    assert [note.end for note in query.notes if note.kind == "limited"] == [len(query.text)]
    assert not [note for note in query.notes if "never closed" in note.message and around != '"{}']


def test_parentheses_have_no_part_in_what_is_read():
    """Two thousand brackets around a word, and the word is found."""
    query = parse("(" * 1000 + "war" + ")" * 997)
    assert drawn(query.tree) == "war"
    assert [note.kind for note in query.notes] == ["corrected", "limited", "limited"]
    query = parse("() " * 100 + "(war | peace) truce")
    assert drawn(query.tree) == "OR(war, AND(peace, truce))"
    assert "No more than 200 parentheses are read; from here on they were left out." in {
        note.message for note in query.notes
    }


@pytest.mark.parametrize(
    "piece",
    ["a ", "a", '"a" ', '"', "(", "()", "a OR ", "- ", "title:", "date:2020..2019 ", "foo:a ", "+a ", "'a b", "~1",
     "亚", "?a", "a NEAR/3 ", "ab* ", "a?", "a?b", "ab~1 ", "~1^", "a^2 ", '"a"^2', "(a)^", "scope:article ", "a-b*-"],
)  # fmt: skip
def test_the_work_grows_as_the_query_does(piece, monkeypatch):
    """Twice the text costs no more than twice the calls, whatever it is made of."""
    monkeypatch.setattr(parsing, "MAX_LENGTH", 10**6)
    short, long = (calls(piece * (size // len(piece))) for size in (1000, 2000))
    assert long <= 2.1 * short + 200


def calls(typed):
    """How many functions are called to parse a text."""
    parse(typed)  # fills the memories of words
    profiler = cProfile.Profile()
    profiler.runcall(parse, typed)
    return sum(entry.callcount for entry in profiler.getstats())


def test_a_word_stands_for_its_stems_in_the_languages_of_the_collection():
    """Each language adds its stem, and the first one's stop words are left out."""
    word = parse("talks", ("en", "ka")).tree
    assert word.stems == ("talk", "talks")
    assert drawn(parse("и мир", ("ru", "en")).tree) == "мир"
    assert drawn(parse("и мир", ("en", "ru")).tree) == "AND(и, мир)"
    assert drawn(parse("the peace", ()).tree) == "peace"
