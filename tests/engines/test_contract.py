"""The contract of `kb_search.engines.base`, held against an oracle; each engine passes through the same tests."""

import itertools
import tempfile
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb_search import analysis
from kb_search.copies import Clusters, Groups, Prints, write_copies
from kb_search.document import BOILERPLATE, Article, Passage, Silent, pages_of
from kb_search.engines.base import Deadline, EngineQuery, Expansion, SearchTooLong
from kb_search.parsing import parse
from kb_search.query import And, EveryPassage, Not, Or, Pattern, Phrase, Word, mapped
from tests import made_up
from tests.engines.there import ENGINES, engine_named
from tests.oracle import Oracle

# A build takes some 20 ms, so few examples; `pytest --hypothesis-profile=thorough` tries twenty times as many.
BUILDS = settings(
    max_examples=settings.default.max_examples // 8, deadline=None, suppress_health_check=list(HealthCheck)
)
#: Engines whose library counts with fewer digits agree so far.
SCORES = 1e-5
ALL = EngineQuery(EveryPassage(), depth=10_000, seconds=60)


@pytest.fixture(params=ENGINES)
def engine(request):
    """The engine under test."""
    return engine_named(request.param)


@contextmanager
def built(engine, collection, base=None, removed=(), groups=()):
    """A reader of a generation with a collection, made anew or as a change of the one in `base`."""
    with tempfile.TemporaryDirectory() as folder:
        with closing(engine.writer(Path(folder), base)) as writer:
            for article in removed:
                writer.delete(article)
            for article, passages in collection:
                writer.add(article, passages)
            writer.finish()
        write_copies(Path(folder), Prints.of(()), Clusters(), Groups(groups))
        try:
            with closing(engine.reader(Path(folder))) as reader:
                yield reader, Path(folder)
        finally:
            engine.discard(Path(folder))


def names(matches):
    """The ids of the passages found, in order."""
    return [candidate.id for candidate in matches.candidates]


def filled(reader, tree):
    """A tree with the forms that its patterns stand for."""

    def change(leaf):
        if not isinstance(leaf, Pattern):
            return leaf
        return replace(leaf, forms=reader.expand(leaf, 10_000, Deadline(60)).forms)

    return mapped(tree, change)


def search(reader, query):
    """What an engine answers to a question, its patterns looked up before."""
    return reader.search(replace(query, tree=filled(reader, query.tree)))


def hold(reader, oracle, query):
    """Compare everything that does not depend on scores."""
    matches = search(reader, query)
    found = oracle.found(query)
    assert sorted(names(matches)) == sorted(entry.passage.id for entry in found)
    assert matches.passages == len(found)
    assert matches.articles == len({entry.article.id for entry in found})
    assert dict(matches.sources) == oracle.by_source(query)
    assert dict(matches.dates) == oracle.by_date(query)
    assert matches.partly_dated == oracle.partly_dated(query)
    assert matches.partly_excluded == oracle.partly_excluded(query)
    if query.sort != "relevance":
        assert names(matches) == in_order_of_time(found, query.sort)
    return matches, found


def hold_order(oracle, query, entries):
    """The best come first, as the oracle scores them; equals in the order of their ids."""
    scores = [oracle.score(query.tree, entry) for entry in entries]
    for (one, score), (other, following) in itertools.pairwise(zip(entries, scores, strict=True)):
        assert score >= following - SCORES * max(score, 1)
        assert score != following or one.passage.id < other.passage.id


def hold_scores(oracle, query, matches, found):
    """All scores are those of the oracle, and the order is that of the scores where it is asked for."""
    entries = {entry.passage.id: entry for entry in found}
    for candidate in matches.candidates:
        expected = oracle.score(query.tree, entries[candidate.id])
        assert candidate.score == pytest.approx(expected, rel=SCORES, abs=SCORES)
    if query.sort == "relevance":
        hold_order(oracle, query, [entries[candidate.id] for candidate in matches.candidates])


def in_order_of_time(found, sort):
    """Ids by date, the undated last, then by article and as the article is read."""
    sign = -1 if sort == "newest" else 1
    ordered = sorted(found, key=lambda one: (not one.date, sign * one.date, one.article.id, one.passage.ordinal))
    return [one.passage.id for one in ordered]


@given(collection=made_up.collections(), questions=st.lists(made_up.questions(), min_size=6, max_size=12))
@BUILDS
@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_answers_as_the_oracle_does(name, collection, questions):
    """For any collection and any question: the same passages, totals, facet counts, order and BM25 scores."""
    oracle = Oracle(collection)
    with built(engine_named(name), collection) as (reader, _):
        for query in questions:
            hold_scores(oracle, query, *hold(reader, oracle, query))


@given(
    before=made_up.collections(),
    later=made_up.collections(first=100, most=4),
    latest=made_up.collections(first=200, most=3),
    kept=st.lists(st.booleans(), min_size=24, max_size=24),
    questions=st.lists(made_up.questions(), min_size=6, max_size=10),
)
@BUILDS
@pytest.mark.parametrize("name", ENGINES)
def test_a_changed_generation_answers_as_one_built_anew(name, before, later, latest, kept, questions):
    """After additions and deletions, twice over, sets, totals, facets and order of time are those of a fresh build.

    So are the scores, but for a cluster, which counts what is deleted until it merges its segments.
    """
    engine, keeps = engine_named(name), iter(kept)
    gone = [article.id for article, _ in before if not next(keeps)]
    gone_later = [article.id for article, _ in [*before, *later] if not next(keeps)]
    with (
        built(engine, before) as (_, first),
        built(engine, later, first, gone) as (_, second),
        built(engine, latest, second, gone_later) as (reader, _),
    ):
        left = [made for made in [*before, *later, *latest] if made[0].id not in {*gone, *gone_later}]
        oracle = Oracle(left)
        for query in [ALL, replace(ALL, sort="newest"), *questions]:
            matches, found = hold(reader, oracle, query)
            if name != "opensearch":
                hold_scores(oracle, query, matches, found)
                assert search(reader, replace(query, depth=2)).candidates == matches.candidates[:2]
        assert reader.holdings().average_length == pytest.approx(oracle.average_length)
        assert [(head.id, head.passages) for head in reader.articles()] == [
            (article.id, len(passages)) for article, passages in sorted(left, key=lambda made: made[0].path)
        ]
        for article, passages in left:
            assert reader.article(article.id) == (article, passages)
        for article in {*gone, *gone_later}:
            assert reader.article(article) is None


@given(
    collection=made_up.collections(),
    later=made_up.collections(first=100, most=3),
    group_of=st.lists(st.integers(0, 3), min_size=12, max_size=12),
    queries=st.lists(made_up.questions(), min_size=3, max_size=8),
)
@BUILDS
@pytest.mark.parametrize("name", ENGINES)
def test_near_duplicates_are_folded_into_the_earliest_that_matches(name, collection, later, group_of, queries):
    """A group is listed by its first article that matches; all counts and facets are those of everything that does."""
    engine, made = engine_named(name), [*collection, *later]
    numbered = [(number, article.id) for number, (article, _) in zip(group_of, made, strict=False)]
    groups = tuple(tuple(name for number, name in numbered if number == wanted) for wanted in (1, 2))
    groups = tuple(group for group in groups if len(group) > 1)
    with built(engine, collection) as (_, first), built(engine, later, first, groups=groups) as (reader, _):
        oracle = Oracle(made)
        for query in queries:
            whole, folded = search(reader, query), search(reader, replace(query, fold=True))
            listed = {entry.passage.id for entry in oracle.listed(replace(query, fold=True), groups)}
            assert names(folded) == [one for one in names(whole) if one in listed]
            assert replace(folded, candidates=whole.candidates, folded=0) == whole
            assert folded.folded == len(whole.candidates) - len(listed)


@given(collection=made_up.collections(), query=made_up.questions(), size=st.integers(1, 7))
@BUILDS
@pytest.mark.parametrize("name", ENGINES)
def test_the_best_are_the_beginning_of_all(name, collection, query, size):
    """Asking for fewer passages gives the first of those that asking for all gives, whatever the order."""
    with built(engine_named(name), collection) as (reader, _):
        for sort in ("relevance", "newest", "oldest"):
            everything = search(reader, replace(query, sort=sort))
            few = search(reader, replace(query, sort=sort, depth=size))
            assert few.candidates == everything.candidates[:size]
            assert (few.passages, few.sources, few.dates) == (everything.passages, everything.sources, everything.dates)


@given(collection=made_up.collections(), tree=made_up.TREES, query=made_up.questions())
@BUILDS
@pytest.mark.parametrize("name", ENGINES)
def test_not_leaves_out_exactly_what_its_query_finds(name, collection, tree, query):
    """What a query finds and what its NOT finds are all passages together, and none twice."""
    with built(engine_named(name), collection) as (reader, _):
        found = names(search(reader, replace(ALL, tree=tree)))
        others = names(search(reader, replace(ALL, tree=Not(tree))))
        assert sorted(found + others) == sorted(names(reader.search(ALL)))


@given(collection=made_up.collections())
@BUILDS
@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_gives_back_what_it_was_given(name, collection):
    """Articles and passages come out as they went in, by their ids and by the keys of candidates."""
    with built(engine_named(name), collection) as (reader, _):
        for article, passages in collection:
            assert reader.article(article.id) == (article, passages)
            for passage in passages:
                shown, head = reader.passage(reader.find_passage(passage.id))
                assert (shown, head.id, head.passages) == (passage, article.id, len(passages))
                whole = reader.head(article.id)
                assert replace(head, pages=article.pages) == whole
                assert pages_of(head.pages, shown) == pages_of(article.pages, passage)
                assert (head.title, head.date, head.sources) == (article.title, article.date, named(article))
                assert (whole.untitled, whole.language, whole.pages) == (
                    article.untitled,
                    article.language,
                    article.pages,
                )
        holdings = reader.holdings()
        assert holdings.articles == len(collection)
        assert holdings.passages == sum(len(passages) for _, passages in collection)
        assert holdings.undated_articles == sum(article.date is None for article, _ in collection)
        reader.check(thorough=True)


def named(article):
    """The sources of an article that anybody knows."""
    return tuple(source for source in article.sources if source)


def test_a_form_is_exact_only_where_its_word_stands(engine):
    """A form that another word is found by, in the language of its article, is not that other word's."""
    collection = [article_of("a", "notes", language="de")]
    words = (Word("notes", ("note",)), Word("not", ("not",)))
    with built(engine, collection) as (reader, _):
        found = reader.occurrences(reader.search(ALL).candidates, words)
    assert (found.word.tolist(), found.exact.tolist()) == ([1], [False])


@given(collection=made_up.collections(), words=st.lists(made_up.words(), min_size=1, max_size=4))
@BUILDS
@pytest.mark.parametrize("name", ENGINES)
def test_occurrences_are_where_the_words_stand(name, collection, words):
    """Ranking is told each own occurrence of a word, in order, with its place and whether the form itself is there."""
    words = list({word.stems: word for word in words}.values())
    with built(engine_named(name), collection) as (reader, _):
        candidates = reader.search(ALL).candidates
        found = reader.occurrences(candidates, words)
        entries = {entry.passage.id: entry for entry in Oracle(collection).entries}
        told = list(zip(*(array.tolist() for array in (found.candidate, found.place)), strict=True))
        assert told == sorted(told)
        for number, candidate in enumerate(candidates):
            entry = entries[candidate.id]
            own, weighted = entry.own(), entry.weighted()
            for at, word in enumerate(words):
                assert found.own[at, number] == sum(own.count(stem) for stem in word.stems)
                assert found.own[at, number] + found.context[at, number] == sum(weighted[one] for one in word.stems)
            assert found.lengths[number] == entry.length
            here = found.candidate == number
            forms = [form for run in entry.runs for form in run]
            expected = [
                (place, form) for place, form in enumerate(forms) if any(own[place] in word.stems for word in words)
            ]
            assert len(expected) == int(here.sum())
            for (_, form), word, exact in zip(expected, found.word[here], found.exact[here], strict=True):
                if all(len({*words[word].stems} & {*other.stems}) == 0 for other in words if other is not words[word]):
                    assert bool(exact) == (form == words[word].form)


@given(collection=made_up.collections(), words=st.lists(made_up.words(), max_size=4))
@BUILDS
@pytest.mark.parametrize("name", ENGINES)
def test_the_forms_of_some_stems_are_told(name, collection, words):
    """Every form in texts, titles and headings that has one of the stems in its article's language; no other word."""
    stems = [stem for word in words for stem in word.stems]
    entries = Oracle(collection).entries
    languages = {entry.article.language for entry in entries}
    with built(engine_named(name), collection) as (reader, _):
        told = {*reader.inflected(stems)}
    assert told >= {
        form for one in entries for form in one.weighted_forms() if analysis.stem(form, one.article.language) in stems
    }
    assert all(any(analysis.stem(form, language) in stems for language in languages) for form in told)


def test_languages_with_as_many_passages_come_by_their_codes(engine):
    """Which language is first, whose stop words are left out, does not depend on which article was read first."""
    made = [article_of(code, "War und Frieden.", language=code) for code in ("en", "tr", "de")]
    for collection in (made, made[::-1]):
        with built(engine, collection) as (reader, _):
            assert reader.holdings().languages == ("de", "en", "tr")


def test_a_near_is_found_in_a_passage_of_thousands_of_words(engine):
    """What stands beside what is found however often either stands there."""
    text = " ".join(["ore"] * 1500 + ["gap"] * 50 + ["tin"] * 1500)
    with built(engine, [article_of("a", text)]) as (reader, _):
        for typed, found in (('"ore ore" NEAR/50 tin', 0), ('"ore ore" NEAR/51 tin', 1), ('tin NEAR/51 "ore ore"', 1)):
            assert reader.search(EngineQuery(parse(typed, ("en",)).tree)).passages == found, typed


@pytest.mark.parametrize("parts", [("ore ore", "tin"), ("tin", "ore ore")])
def test_no_near_reaches_over_what_is_silent(engine, parts):
    """Whichever part stands first, and whichever was typed first: what is not indexed keeps them apart."""
    said = article_of("a", f"{parts[0]} and {parts[1]}.")
    article, (passage,) = article_of("b", f"{parts[0]} skip {parts[1]}.")
    start = len(parts[0]) + 1
    apart = replace(passage, silent=(Silent(start, start + len("skip"), BOILERPLATE),))
    with built(engine, [said, (article, (apart,))]) as (reader, _):
        for typed in ('"ore ore" NEAR/9 tin', 'tin NEAR/9 "ore ore"', "ore NEAR/9 tin"):
            assert names(reader.search(EngineQuery(parse(typed, ("en",)).tree))) == ["a-1"], typed


def test_passages_without_a_word_count(engine):
    """How rare a word is, and how long a passage is among others, is reckoned with those that say nothing, too."""
    made = [article_of("a", "snow fell on the bridge"), article_of("b", "snow")]
    made += [article_of(f"w{number}", "— …") for number in range(5)]
    tree, oracle = parse("snow", ("en",)).tree, Oracle(made)
    with built(engine, made) as (reader, _):
        found = {one.id: one.score for one in reader.search(EngineQuery(tree)).candidates}
    expected = {one.passage.id: oracle.score(tree, one) for one in oracle.entries[:2]}
    assert found == pytest.approx(expected, rel=1e-5)


def test_a_near_knows_in_which_language_a_word_stands(engine):
    """*national* is an inflection of *nation* in English and another word in French."""
    (english, ours), (french, theirs) = (article_of(name, "the national unity") for name in "ab")
    with built(engine, [(english, ours), (replace(french, language="fr"), theirs)]) as (reader, _):
        for typed, found in (("nation NEAR/2 unity", ["a-1"]), ("national NEAR/2 unity", ["a-1", "b-1"])):
            assert sorted(names(reader.search(EngineQuery(parse(typed, ("en", "fr")).tree)))) == found, typed


@given(
    collection=made_up.collections(),
    patterns=st.lists(made_up.patterns(), min_size=1, max_size=4),
    most=st.integers(1, 4),
)
@BUILDS
@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("field", ["text", "title", "section"])
def test_a_pattern_stands_for_the_forms_that_fit_it(name, field, collection, patterns, most):
    """The forms of the collection that fit come by falling frequency; those that are too many are counted."""
    oracle = Oracle(collection)
    with built(engine_named(name), collection) as (reader, _):
        for pattern in patterns:
            fitting = oracle.forms(pattern)
            found = reader.expand(replace(pattern, field=field), most, Deadline(60))
            assert found == Expansion(tuple(fitting[:most]), len(fitting))


def passage_of(article, ordinal, text, start=0, **more):
    """A passage of an article, named by its number."""
    return Passage(f"{article}-{ordinal}", article, ordinal, start, start + len(text), text, **more)


def article_of(name, *texts, sections=(), **fields):
    """An article with one passage for each text, the sections beside them."""
    parts, at = [], 0
    for ordinal, text in enumerate(texts, 1):
        section = sections[ordinal - 1] if sections else ""
        parts.append(passage_of(name, ordinal, text, at, section=section))
        at += len(text)
    fields = {"title": "Untitled", "untitled": True, "language": "en", **fields}
    return Article(name, f"{name}.txt", text="".join(texts), **fields), tuple(parts)


def phrase(text):
    """The words of an English phrase."""
    return Phrase(tuple(Word(form, (analysis.stem(form, "en"),)) for form in text.split()))


def ask(engine, collection, tree):
    """The passages of a collection that a tree finds, best first."""
    with built(engine, collection) as (reader, _):
        return names(reader.search(replace(ALL, tree=tree)))


def test_a_phrase_is_found_across_a_line_break(engine):
    """White space between the words of a phrase may be of any kind."""
    made = article_of("a", "The cease\nfire line.")
    assert ask(engine, [made], phrase("cease fire")) == ["a-1"]


def test_a_phrase_never_crosses_passages_sections_or_articles(engine):
    """The last word of one passage and the first of the next are no phrase, whatever lies between them."""
    made = [
        article_of("a", "They spoke of peace ", "talks began. ", sections=("One", "Two")),
        article_of("b", "talks."),
    ]
    assert ask(engine, made, phrase("peace talks")) == []
    assert ask(engine, made, phrase("began talks")) == []


def test_a_phrase_never_takes_words_from_title_or_heading(engine):
    """Only a passage's own text has phrases."""
    made = article_of("a", "Talks began.", title="Peace talks", untitled=False, sections=("Peace talks",))
    assert ask(engine, [made], phrase("peace talks")) == []


def test_what_is_printed_again_is_not_found_again(engine):
    """A silent span gives no word and no phrase, and joins no words before and after it."""
    text = "War ended. Nobody rejoiced. Winter came."
    article = Article("a", "a.txt", "Untitled", text, untitled=True, language="en")
    made = [(article, (passage_of("a", 1, text, silent=(Silent(11, 27),)),))]
    assert ask(engine, made, Word("rejoiced", ("rejoic",))) == []
    assert ask(engine, made, phrase("nobody rejoiced")) == []
    assert ask(engine, made, phrase("ended winter")) == []
    assert ask(engine, made, phrase("winter came")) == ["a-1"]


def test_an_article_without_any_word_to_search_is_there(engine):
    """Where all is silent nothing is found by words, and the passage is kept all the same."""
    text = "Nobody rejoiced."
    article = Article("a", "a.txt", "Untitled", text, untitled=True, language="en")
    made = [(article, (passage_of("a", 1, text, silent=(Silent(0, len(text)),)),))]
    assert ask(engine, made, Word("rejoiced", ("rejoic",))) == []
    assert ask(engine, made, EveryPassage()) == ["a-1"]


PEACE, TALKS = Word("peace", ("peac",)), Word("talks", ("talk",))
TITLED = article_of("a", "Peace came. ", "Talks began. ", "Snow fell.", title="Peace talks", untitled=False)


@pytest.mark.parametrize(
    ("tree", "found"),
    [
        (PEACE, ["a-1"]),
        (And((PEACE, TALKS)), ["a-1", "a-2"]),
        (Or((PEACE, TALKS)), ["a-1", "a-2"]),
        (Not(PEACE), ["a-2", "a-3"]),
        (And((TALKS, Not(PEACE))), ["a-2"]),
        (And((PEACE, EveryPassage())), ["a-1"]),
        (Or((PEACE, EveryPassage())), ["a-1", "a-2", "a-3"]),
        (And((Or((PEACE, EveryPassage())), TALKS)), ["a-1", "a-2"]),
        (replace(PEACE, field="title"), ["a-1", "a-2", "a-3"]),
        (And((replace(PEACE, field="title"), TALKS)), ["a-2"]),
    ],
    ids=str,
)
def test_a_passage_matches_by_its_own_text(engine, tree, found):
    """Title words help a passage to match, but one word must stand in its own text; `title:` and filters are exempt."""
    assert sorted(ask(engine, [TITLED], tree)) == found


def test_scores_tie_by_passage_id(engine):
    """Passages that score alike stand in the order of their ids, in whichever order they were added."""
    made = [article_of(name, "peace now") for name in ("c", "a", "b")]
    for order in itertools.permutations(made):
        assert ask(engine, order, PEACE) == ["a-1", "b-1", "c-1"]


def test_an_empty_collection_answers(engine):
    """A generation without articles holds nothing, finds nothing, and can be added to."""
    with built(engine, []) as (reader, folder):
        assert reader.holdings().articles == reader.search(ALL).passages == 0
        assert reader.search(replace(ALL, tree=And((PEACE, phrase("a b"))))).passages == 0
        assert list(reader.articles()) == []
        assert reader.article("a") is None
        assert reader.find_passage("a-1") is None
        reader.check(thorough=True)
        with built(engine, [TITLED], folder) as (changed, _):
            assert changed.search(ALL).passages == 3


def test_what_only_deletes_leaves_the_rest_where_it_was(engine):
    """A change that adds nothing between two that do moves no posting to another passage."""
    first, second, third = (article_of(name, f"only {name}") for name in ("aa", "bb", "cc"))
    with (
        built(engine, [first, second]) as (_, one),
        built(engine, [], one, ["aa"]) as (_, two),
        built(engine, [third], two) as (reader, _),
    ):
        for name, expected in (("aa", []), ("bb", ["bb-1"]), ("cc", ["cc-1"])):
            assert names(reader.search(replace(ALL, tree=Word(name, (name,))))) == expected


def test_a_search_ends_at_its_time_limit(engine):
    """A search that has no time left raises SearchTooLong, which names the limit, and no count comes out."""
    with built(engine, [TITLED]) as (reader, _), pytest.raises(SearchTooLong, match="took longer than 1e-09 s"):
        reader.search(replace(ALL, tree=PEACE, seconds=1e-9))


@pytest.mark.parametrize("name", ["x" * 100_000, "a\0", "ä", "\udcff", "a-1", "-" * 33])
def test_an_unknown_id_is_no_error(engine, name):
    """Whatever is asked for as an article that is not there, the answer is that it is not there."""
    with built(engine, [TITLED]) as (reader, _):
        assert reader.article(name) is None
        assert reader.search(replace(ALL, article=name)).passages == 0
        assert (reader.find_passage(name) is None) == (name != "a-1")


def test_a_deep_and_wide_query_is_answered(engine):
    """A thousand words and thirty-two levels are no trouble."""
    wide = Or(tuple(Word(f"w{number}", (f"w{number}",)) for number in range(1000)))
    deep = PEACE
    for _ in range(32):
        deep = Not(Not(And((deep, EveryPassage()))))
    assert ask(engine, [TITLED], Or((wide, deep))) == ["a-1"]
