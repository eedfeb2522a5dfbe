"""What is marked, and which sentences are worth showing."""

import re
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kb_search import analysis, highlight
from kb_search.document import Silent
from kb_search.highlight import LONGEST_SENTENCE, SNIPPET_CHARACTERS, SNIPPET_SENTENCES, Marker, snippet
from kb_search.parsing import parse
from kb_search.query import Word, text_leaves
from tests.conftest import GOLDEN

VOCABULARY = ["peace", "Peace's", "talks", "talked", "war", "the", "café", "Nagorno‑Karabakh", "亚美", "U.S.", "x" * 70]
GAPS = [" ", "\n", "-", "‑ ", ", ", ". ", "’", "\n\n", " — "]
TEXTS = st.lists(st.tuples(st.sampled_from(VOCABULARY), st.sampled_from(GAPS)), max_size=30).map(
    lambda some: "".join(word + gap for word, gap in some)
)
QUERIES = st.lists(
    st.sampled_from(["peace", "talk", "=talks", '"peace talks"', '"the war"', "cafe", "nagorno-karabakh", "亚", "OR",
                     "NOT"]),
    min_size=1, max_size=5,
).map(" ".join)  # fmt: skip


def marker_of(query, languages=("en",), inflected=None):
    """A marker for a typed query."""
    return Marker(text_leaves(parse(query, languages).tree), inflected)


def cut(text, places):
    """Silent spans: every second stretch between some places in the text."""
    edges = sorted({place % (len(text) + 1) for place in places})
    return tuple(map(Silent, edges[::2], edges[1::2]))


# ------------------------------------------------------------------------------------------------- marks


def test_marks_are_drawn_as_written_down(golden):
    """Each golden text has the marks that its file draws in brackets; braces hold what is silent."""
    blocks = (GOLDEN / "marks.txt").read_text("utf-8").split("\n\n")
    golden("marks.txt", "\n\n".join(map(redrawn, blocks)))


def redrawn(block):
    """A golden case with its marks drawn anew."""
    head, _, body = block.partition("\n")
    query, _, language = head.removeprefix("> ").partition(" @")
    text, silent = without_braces(body.replace("[", "").replace("]", ""))
    language = language or "en"
    marks = marker_of(query, (language,)).marks(text, language, silent)
    runs = [text[end:start] for (_, end, _), (start, _, _) in pairwise([(0, 0, ""), *silent, (len(text),) * 3])]
    knowing = inflected_of({form for run in runs for form in analysis.forms(run)}, language)
    assert marker_of(query, (language,), knowing).marks(text, language, silent) == marks
    signs = [(place, sign) for span in marks for place, sign in zip(span, "[]", strict=True)]
    signs += [(place, sign) for span in silent for place, sign in zip(span[:2], "{}", strict=True)]
    for place, sign in sorted(signs, reverse=True):
        text = text[:place] + sign + text[place:]
    return f"{head}\n{text}"


def without_braces(text):
    """The text without braces, and the spans that they were around."""
    places = [found.start() - number for number, found in enumerate(re.finditer(r"[{}]", text))]
    return re.sub(r"[{}]", "", text), tuple(map(Silent, places[::2], places[1::2]))


@given(TEXTS, QUERIES, st.lists(st.integers(0, 10**4), max_size=6))
def test_marks_lie_inside_the_text_apart_and_out_of_what_is_silent(text, query, places):
    """Marks are in order, never overlap, never reach outside the text or into a silent span."""
    silent = cut(text, places)
    marks = marker_of(query).marks(text, "en", silent)
    assert all(0 <= start < end <= len(text) for start, end in marks)
    assert all(one[1] <= other[0] for one, other in pairwise(marks))
    assert not any(start < end_of and start_of < end for start, end in marks for start_of, end_of, _ in silent)


@given(TEXTS, QUERIES, st.lists(st.integers(0, 10**4), max_size=6))
def test_what_is_found_is_marked_and_nothing_else(text, query, places):
    """A word has a mark around it exactly if it is one of the query, or stands in one of its phrases."""
    silent = cut(text, places)
    leaves = text_leaves(parse(query).tree)
    wanted, forms = set(), {"peaceful"}
    at = 0
    for start, end, _ in (*silent, Silent(len(text), len(text))):
        tokens = [(at + first, at + last, form) for first, last, form in analysis.tokens(text[at:start])]
        forms.update(form for _, _, form in tokens)
        for leaf in leaves:
            wanted.update(found(tokens, leaf))
        at = end
    marks = Marker(leaves).marks(text, "en", silent)
    assert Marker(leaves, inflected_of(forms)).marks(text, "en", silent) == marks
    inside = {place for place in wanted if any(start <= place[0] and place[1] <= end for start, end in marks)}
    assert inside == wanted
    assert bool(marks) == bool(wanted)
    assert all(any(start <= place[0] and place[1] <= end for place in wanted) for start, end in marks)


def inflected_of(forms, language="en"):
    """What tells which of some forms have some stems."""
    return lambda stems: [form for form in forms if analysis.stem(form, language) in stems]


def found(tokens, leaf):
    """The places of the words of a run that one leaf of a query finds, said as plainly as can be."""
    if isinstance(leaf, Word):
        wanted = {leaf.form} if leaf.exact else set(leaf.stems)
        return [(s, e) for s, e, form in tokens if (form if leaf.exact else analysis.stem(form, "en")) in wanted]
    forms = [word.form for word in leaf.words]
    starts = [n for n in range(len(tokens)) if [form for _, _, form in tokens[n : n + len(forms)]] == forms]
    return [tokens[n + step][:2] for n in starts for step in range(len(forms))]


def test_the_same_word_is_marked_in_the_language_of_its_text():
    """What was seen in a text of one language is not taken to be so in another, where the word has another stem."""
    text = "some of the longer notes of the city " * 4
    assert analysis.stem("notes", "en") == "note" != analysis.stem("notes", "de")
    marker = Marker([Word("note", ("note",))], lambda _: ["notes"])
    assert [len(marker.marks(text, language)) for language in ("en", "de", "en")] == [4, 0, 4]


def test_a_phrase_is_one_mark():
    """A phrase is marked from its first word to its last; overlapping phrases are marked together."""
    assert marker_of('"a b" OR "b c"').marks("a b c", "en") == ((0, 5),)
    assert marker_of('"a b" OR c1').marks("a b c1", "en") == ((0, 3), (4, 6))


def test_a_phrase_does_not_reach_across_what_is_silent():
    """Words on both sides of a silent span are no neighbours."""
    marker = marker_of('"peace talks"')
    assert marker.marks("peace [pull quote] talks", "en", (Silent(6, 18),)) == ()
    assert marker.marks("peace talks", "en", (Silent(6, 6),)) == ()


def test_a_query_without_words_marks_nothing():
    """Filters and exclusions have nothing to show."""
    assert marker_of("date:2020 -war").marks("war 2020", "en") == ()
    assert Marker(()).marks("war", "en") == ()


def test_one_marker_keeps_languages_apart():
    """The same word is marked in the language in which it is an inflection, and not in the other."""
    marker = marker_of("plan", ("en", "de"))
    assert marker.marks("planned", "en") == ((0, 7),)
    assert marker.marks("planned", "ka") == ()


def test_marking_stays_cheap_with_hundreds_of_phrases():
    """However many phrases begin with the same word, a text is compared once for each length that they have."""
    phrases = [f'"a {one} {other}"' for one in "bcdefghijk" for other in "bcdefghijk"]
    leaves = [leaf for phrase in phrases for leaf in text_leaves(parse(phrase).tree)]
    assert len(leaves) == 100
    assert [len(some) for some in Marker(leaves)._phrases["a"].values()] == [100]
    assert Marker(leaves * 10).marks("a b c, a c b a", "en") == ((0, 5), (7, 12))


def test_many_forms_are_marked_as_few_are(monkeypatch):
    """Where more forms are sought than pays, all words are read, and the same ones have marks."""
    text = "the peaceful talks of peace talked of war " * 20
    forms = {form for _, _, form in analysis.tokens(text)}
    few = marker_of('peace OR talk OR "of war"', inflected=inflected_of(forms))
    monkeypatch.setattr(highlight, "_MOST_SOUGHT", 2)
    many = marker_of('peace OR talk OR "of war"', inflected=inflected_of(forms))
    assert few._sought
    assert many._sought is None
    assert few.marks(text, "en") == many.marks(text, "en") != ()


def test_a_long_phrase_in_a_text_full_of_its_first_word_is_looked_for_once(monkeypatch):
    """The words of a text are read once, and not once for each place where the phrase may begin."""
    text, tokens, read = "a " * 2000 + "b", analysis.tokens, []
    monkeypatch.setattr(analysis, "tokens", lambda *some: (read.append(one) or one for one in tokens(*some)))
    marker = marker_of('"' + "a " * 60 + 'b"', inflected=inflected_of({"a", "b"}))
    assert marker.marks(text, "en") == ((len(text) - 121, len(text)),)
    assert len(read) <= 2 * 2001


# ---------------------------------------------------------------------------------------------- snippets


def sentences_of(text):
    """The offsets where sentences begin, told by a full stop and a space."""
    return tuple(found.end() for found in re.finditer(r"\A|\. (?=.)", text))


SENTENCES = st.lists(
    st.one_of(
        st.sampled_from(["Peace came. ", "War went on and on and on. ", "Ok. ", "No talks. ", "   ", "Peace talks. "]),
        st.integers(1, 700).map(lambda count: "word " * count + "peace " * (count % 3) + "end. "),
    ),
    max_size=9,
).map("".join)


@given(SENTENCES, st.sampled_from(["peace", "war OR peace", '"peace talks"', "nothing", '"went on and on"']))
def test_a_snippet_shows_whole_sentences_in_order(text, query):
    """The spans are in order and apart; each begins and ends with a sentence, unless that is immensely long."""
    sentences, marks = sentences_of(text), marker_of(query).marks(text, "en")
    spans = snippet(text, sentences, marks)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one[1] < other[0] for one, other in pairwise(spans))
    starts = {len(text) - len(text[place:].lstrip()) for place in (0, *sentences)}
    ends = {len(text[:place].rstrip()) for place in (*sentences, len(text))}
    if "word " * (LONGEST_SENTENCE // 6) not in text:
        assert {start for start, _ in spans} <= starts
        assert {end for _, end in spans} <= ends


@given(SENTENCES, st.sampled_from(["peace", "war OR peace", '"peace talks"', "nothing"]))
def test_a_snippet_is_never_empty_and_has_a_mark_where_there_is_one(text, query):
    """Something is shown of every text that is not blank, and if anything is marked, so is something shown."""
    assume(text.strip())
    marks = marker_of(query).marks(text, "en")
    spans = snippet(text, sentences_of(text), marks)
    assert spans
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)
    if marks:
        assert any(first <= start and end <= last for start, end in marks for first, last in spans)


@given(SENTENCES, st.sampled_from(["peace", "word", "nothing"]))
def test_a_snippet_is_bounded(text, query):
    """However long the sentences are, a snippet is no page."""
    spans = snippet(text, sentences_of(text), marker_of(query).marks(text, "en"))
    assert len(spans) <= SNIPPET_SENTENCES
    assert sum(end - start for start, end in spans) <= LONGEST_SENTENCE + SNIPPET_CHARACTERS


def shown(text, query):
    """The parts of a text that a snippet shows."""
    marks = marker_of(query).marks(text, "en")
    return [text[start:end] for start, end in snippet(text, sentences_of(text), marks)]


def test_the_sentences_with_most_different_marks_are_shown():
    """A sentence with two of the words is worth more than one that says the same word twice."""
    text = "Peace, peace, peace. Nothing. Peace and war. Nothing more. War."
    assert shown(text, "peace OR war") == ["Peace, peace, peace.", "Peace and war.", "War."]
    assert shown(text, "war") == ["Peace and war.", "War."]


def test_without_marks_the_beginning_is_shown():
    """A passage that was found by its title or a filter shows its first sentences."""
    assert shown("One. Two. Three. Four.", "nothing") == ["One. Two. Three."]


def test_a_mark_across_two_sentences_shows_both():
    """A phrase that ends in the next sentence is shown whole."""
    assert shown("One. They met in May. June came. Two.", '"May June"') == ["They met in May. June came."]


def test_a_sentence_without_end_is_cut_at_words_about_its_mark():
    """Of a hundred thousand characters without a full stop the part about the first mark is shown."""
    text = "word " * 10_000 + "peace " + "word " * 10_000
    (part,) = shown(text, "peace")
    assert len(part) <= SNIPPET_CHARACTERS + 200
    assert set(part.split()) == {"word", "peace"}
    assert shown("x" * 100_000, "nothing") == ["x" * SNIPPET_CHARACTERS]
    assert len(shown("x" * 100_000, "x" * 64)[0]) <= LONGEST_SENTENCE


@pytest.mark.parametrize("sentences", [(), (0,), (0, 0, 3), (7, 3), (0, 99), (-5, 4)])
def test_offsets_that_do_not_fit_lose_nothing(sentences):
    """A text is shown whole if it fits, whatever is said about its sentences."""
    assert snippet("One. Two.", sentences, ()) == ((0, 9),)


def test_a_blank_text_has_no_snippet():
    """Where there is nothing to show, nothing is."""
    assert snippet(" \n ", (0,), ()) == snippet("", (0,), ()) == ()
