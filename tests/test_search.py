import gc
import logging
import shutil
import threading
import time
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from queue import Queue

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb_search import analysis, answering
from kb_search.aids import Aids
from kb_search.document import Date
from kb_search.engines.base import EngineQuery, SearchTooLong
from kb_search.errors import IndexDamaged, IndexMissing, IndexUnsafe, NotFound, UsageError
from kb_search.facets import NO_SOURCE
from kb_search.parsing import parse
from kb_search.results import SORTS, SearchRequest
from kb_search.search import Library
from kb_search.variants import Variants
from tests.oracle import OWN, Oracle, ways
from tests.trial import Trial, prose

QUERIES = (
    "*",
    "",
    "peace",
    "peace talks",
    '"cease fire"',
    "envoys OR snow",
    "report -bridge",
    "title:peace",
    "date:2020",
)


def ask(library, text="", **filters):
    """The answer to a question."""
    return library.search(SearchRequest(text, **filters))


def messages(results):
    """What the reader is told."""
    return " ".join(note.message for note in results.notes)


@pytest.fixture(scope="module")
def oracle(library):
    """The oracle over the small collection."""
    views = [library.article(head.id, SearchRequest()) for head in library.articles()]
    return Oracle([(view.article, view.passages) for view in views])


# -------------------------------------------------------------------------------------- finding and counting

TYPED = st.lists(
    st.sampled_from(
        ["peace", "envoys", "negotiated", "snow", "the", "year", "planned", '"peace treaty"', '"of that long"', "мире",
         "OR", "NOT", "-", "(", ")", "source:courier", "title:peace", "author:sample", "lang:en", "date:2020",
         "date:2020-12", "date:..2020-11", "before:2021", "after:2020", "date:undated", "*", "=talks"]
    ),
    max_size=7,
).map(" ".join)  # fmt: skip


FEWER = settings(max_examples=settings.default.max_examples // 2)


@given(TYPED)
@FEWER
def test_what_is_typed_finds_what_the_oracle_finds(library, oracle, text):
    """For any query typed, passages and articles are those of its tree, and every hit by words has a mark."""
    tree = parse(text, ("en", "ru")).tree
    results = ask(library, text, per_page=200)
    found = oracle.found(EngineQuery(tree))
    assert sorted(hit.passage for hit in results.hits) == sorted(entry.passage.id for entry in found)
    assert (results.passages, results.articles) == (len(found), len({entry.article.id for entry in found}))
    entries = {entry.passage.id: entry for entry in found}
    for hit in results.hits:
        assert hit.marks or OWN not in ways(tree, entries[hit.passage])


@given(TYPED, st.data())
@FEWER
def test_choosing_a_value_gives_exactly_its_count(library, text, data):
    """A value of a facet shows how many passages come if it is chosen, and leaving it out leaves the others."""
    results = ask(library, text)
    values = [(facet.name, value) for facet in results.facets for value in facet.values]
    values += [("date", value) for value in results.date_tree.values]
    if not values:
        assert results.passages == 0
        return
    name, value = data.draw(st.sampled_from(values))
    chosen = ask(library, text, **{f"{name}s": (value.value,)})
    left_out = ask(library, text, **{f"not_{name}s": (value.value,)})
    assert chosen.passages == value.count
    assert left_out.passages == results.passages - value.count
    for facet in (*chosen.facets, chosen.date_tree) if name == "date" else chosen.facets[:1]:
        same = next(one for one in facet.values if one.value == value.value) if facet.name == name else None
        assert same is None or (same.count == value.count and same.selected)


@pytest.mark.parametrize("text", QUERIES)
def test_counts_add_up(library, text):
    """Sources, dates with the undated, and the bars of the timeline each add up to the total."""
    results = ask(library, text)
    sources = next(facet for facet in results.facets if facet.name == "source")
    assert sum(value.count for value in sources.values) == results.passages
    years = [value for value in results.date_tree.values if len(value.value) == 4 or value.value == "undated"]
    assert sum(value.count for value in years) == results.passages
    bars = results.timeline.bars
    assert sum(bar.count for bar in bars) + results.timeline.undated == results.passages


@given(st.text(max_size=60))
@FEWER
def test_any_text_is_answered(library, text):
    """Nothing that can be typed is an error, and what comes back says what was understood."""
    results = ask(library, text)
    assert results.understood
    assert results.complete
    for note in results.notes:
        assert note.text == results.request.text[note.start : note.end]


@pytest.mark.parametrize(
    "text",
    ["x" * 100_000, "peace " * 20_000, "(" * 50_000, '"' * 9_999, "(((((" + '"', "a OR " * 20_000, "-" * 100_000,
     "*" * 5_000, "date:2023-02-30", "date:" * 5_000, "title:(" * 2_000, "peace)", '"peace'],
    ids=lambda text: text[:12].encode("unicode_escape").decode(),
)  # fmt: skip
def test_a_hostile_query_is_answered_with_a_note(library, text):
    """A query that is far too long, unbalanced, or impossible gets an answer that says what was left out."""
    results = ask(library, text)
    assert results.complete
    assert results.notes
    assert len(results.request.text) <= 2000


def test_an_impossible_date_in_a_query_costs_only_itself(library):
    """The words beside an impossible date are searched all the same."""
    assert ask(library, "peace date:2023-02-30").passages == ask(library, "peace").passages > 0
    assert "2023-02-30" in messages(ask(library, "peace date:2023-02-30"))


def test_inflections_are_found_in_the_article_s_language(library):
    """A word finds its other forms, in English also where a page says that it is in en-US, and in Russian."""
    assert {hit.title for hit in ask(library, "negotiates").hits} == {"Snow on the border"}
    assert ask(library, "planning").passages == ask(library, "planned").passages == 1
    assert {hit.language for hit in ask(library, "переговорам").hits} == {"ru"}


def test_where_nothing_has_all_words_the_nearest_follow(library):
    """A count of 0 stays 0; the passages with most of the words come apart from the hits, the best first."""
    results = ask(library, "snow border peace unheard")
    assert (results.passages, results.hits) == (0, ())
    having = [len({"snow", "border", "peace"} & {*analysis.forms(hit.text)}) for hit in results.nearest]
    assert results.nearest[0].title == "Snow on the border"
    assert having == sorted(having, reverse=True)
    assert len(results.nearest) <= answering.NEAREST
    assert ask(library, "unheard").nearest == ()
    assert ask(library, "peace").nearest == ()


def test_where_nothing_is_found_the_clause_to_blame_is_named(library):
    """Each clause says what it finds alone, and the change that is offered finds what it promises."""
    results = ask(library, 'snow "unheard of"')
    assert [(one.text, one.passages) for one in results.clauses] == [("snow", 1), ('"unheard of"', 0)]
    assert (results.relaxation.label, results.relaxation.text) == ("without “unheard of”", "snow")
    for text in (
        "snow checkpoint",
        "=negotiates",
        "title:negotiators",
        "snow NEAR/2 negotiators",
        '"guards kept"',
        '"snow unheard" date:1850',
    ):
        results = ask(library, text)
        assert not results.passages
        assert results.relaxation.passages == ask(library, results.relaxation.text).passages > 0
        for one in results.clauses:
            assert one.passages == ask(library, one.text).passages
    assert ask(library, "unheard").relaxation is None
    assert ask(library, "snow").clauses == ()


def test_filters_can_be_to_blame(library):
    """Where the words find something without the filters, that is what is offered."""
    results = ask(library, "snow", sources=("Courier",))
    assert results.relaxation.passages == 1
    assert not results.relaxation.keeps_filters


def test_patterns_are_noted_and_marked(library):
    """A pattern's words are marked, named in a note, and counted like any others."""
    results = ask(library, "negotiat* border~1")
    (hit,) = results.hits
    assert {hit.text[start:end] for start, end in hit.marks} == {"border", "negotiators", "negotiating"}
    assert [note.kind for note in results.notes] == ["expanded", "expanded"]
    assert hit.score == pytest.approx(sum(part for _, part in hit.reasons))
    assert library.article(hit.article, SearchRequest("negotiat*")).marks[0]


def test_words_of_a_heading_are_marked_there(library):
    """`section:` finds passages under a heading and marks it."""
    results = ask(library, "section:week")
    assert results.passages > 0
    assert {hit.section[start:end] for hit in results.hits for start, end in hit.section_marks} == {"week"}
    assert not any(hit.marks for hit in results.hits)


def test_words_spread_over_an_article_are_told_and_lead_there(trial):
    """The note has the number of articles that `scope:article` lists, and the passages there have one of the words."""
    for number in range(3):
        trial.write(f"{number}.md", f"# First\n\nThe bridge {number} held.\n\n# Second\n\nSnow {number} fell.\n")
    trial.write("one.txt", "The bridge under snow.")
    trial.index()
    with closing(Library(trial.settings)) as library:
        results = ask(library, "bridge snow")
        assert results.passages == 1
        (note,) = [note for note in results.notes if note.suggestion]
        assert note.message.startswith("One passage has all of this; taken as a whole, 4 articles have it")
        whole = ask(library, note.suggestion)
        assert (whole.articles, whole.passages) == (4, 7)
        assert whole.understood == "Passages of articles with all of bridge, snow"
        assert not [note for note in ask(library, "bridge OR snow").notes if note.suggestion]


def test_coarse_dates_that_a_not_keeps_are_counted_in_a_note(library):
    """An article of 2020 may be of the month that is left out; the answer says how many such passages it kept."""
    results = ask(library, "NOT date:2020-12")
    coarse = [hit for hit in ask(library, "date:2020", per_page=200).hits if str(hit.date) == "2020"]
    assert coarse
    said = f"{len(coarse)} of these may lie in the dates left out"
    assert said in messages(results)
    assert said in messages(ask(library, "*", not_dates=("2020-12",)))
    assert "may lie" not in messages(ask(library, "NOT date:2019"))


def test_a_weight_changes_the_order_alone(library):
    """What is found stays; what weighs more comes first, and the reasons still add up."""
    plain, heavy = ask(library, "snow OR checkpoint"), ask(library, "snow OR checkpoint^9")
    assert {hit.passage for hit in plain.hits} == {hit.passage for hit in heavy.hits}
    assert heavy.hits[0].title == "A note about the checkpoint."
    light = ask(library, "snow OR checkpoint^0")
    assert [hit.score for hit in light.hits if "checkpoint" in hit.text] == [0.0]
    for hit in (*heavy.hits, *light.hits):
        assert hit.score == pytest.approx(sum(part for _, part in hit.reasons))


def test_a_query_that_cannot_be_seen_says_so(library):
    """Characters that mean nothing are no empty query: everything is found, and a note says why."""
    results = ask(library, "\0\u200b\0")
    assert results.passages == ask(library, "").passages
    assert "nothing that can be seen" in messages(results)
    assert not ask(library, " ").notes


def test_any_word_can_be_asked_for_outright(library):
    """`match=any` finds every passage that has one of the words."""
    either = ask(library, "snow checkpoint", match="any")
    assert either.passages == ask(library, "snow").passages + ask(library, "checkpoint").passages == 2


@pytest.mark.parametrize("text", QUERIES)
def test_reasons_add_up_to_the_score(library, text):
    """The parts that are named for a hit are all of its score, and hits come by falling score."""
    hits = ask(library, text).hits
    for hit in hits:
        assert sum(part for _, part in hit.reasons) == pytest.approx(hit.score)
    if any(hit.score for hit in hits):
        assert all(one.score >= two.score for one, two in pairwise(hits))


# ------------------------------------------------------------------------------------------------- paging


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("text", ["*", "envoys", "peace OR road OR report"])
@pytest.mark.parametrize("size", [1, 3, 7])
def test_pages_show_every_hit_once(library, text, sort, size):
    """All pages in turn have the hits of one long page, in its order, whatever the sort and the size of a page."""
    whole = ask(library, text, sort=sort, per_page=200)
    pages = [
        ask(library, text, sort=sort, per_page=size, page=number) for number in range(1, whole.passages // size + 2)
    ]
    shown = [hit.passage for page in pages for hit in page.hits]
    assert shown == [hit.passage for hit in whole.hits]
    assert len(set(shown)) == len(shown) == whole.passages
    assert {page.pages for page in pages} == {-(-whole.passages // size)}


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """Three hundred articles with the same words in different numbers, more than the second phase puts in order."""
    trial = Trial(tmp_path_factory.mktemp("large"))
    for number in range(300):
        date = f" date 20{number % 20:02}-0{number % 9 + 1}-11 " if number % 7 else ""
        trial.write(f"{number}.txt", f"{date}{'peace ' * (number % 5 + 1)}and article {number} of many.")
    trial.index()
    with closing(Library(trial.settings)) as library:
        yield library


@pytest.mark.parametrize("sort", SORTS)
def test_the_first_two_pages_are_the_first_twenty(large, sort):
    """Page 1 and page 2 of ten are the first twenty of any longer page."""
    pages = [ask(large, "peace", sort=sort, page=number).hits for number in (1, 2)]
    assert [*pages[0], *pages[1]] == list(ask(large, "peace", sort=sort, per_page=20).hits)
    assert [*pages[0], *pages[1]] == list(ask(large, "peace", sort=sort, per_page=200).hits[:20])


@pytest.mark.parametrize("sort", SORTS)
def test_pages_beyond_the_second_phase_go_on_where_it_ended(large, sort):
    """All pages together have every passage once, also where only the first two hundred are put in order anew."""
    shown = [
        hit.passage
        for page in range(1, 9)
        for hit in ask(large, "peace article", sort=sort, page=page, per_page=40).hits
    ]
    assert len(shown) == len(set(shown)) == 300
    scores = [hit.score for page in range(1, 9) for hit in ask(large, "peace article", page=page, per_page=40).hits]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("sort", ["newest", "oldest"])
def test_the_undated_come_last(large, sort):
    """By date either way, what has no date comes after all that has one."""
    hits = [hit for page in (1, 2) for hit in ask(large, "peace", sort=sort, page=page, per_page=200).hits]
    dated = [hit.date for hit in hits if hit.date]
    assert [hit.date for hit in hits] == dated + [None] * (len(hits) - len(dated))
    assert dated == sorted(dated, reverse=sort == "newest")
    assert len(dated) < len(hits)


def test_paging_ends_at_its_depth_and_says_so(large, monkeypatch):
    """Beyond the depth of paging there are no pages; the last one says so, and the total is the real one."""
    monkeypatch.setattr(answering, "MAX_DEPTH", 60)
    last = ask(large, "peace", page=3, per_page=20)
    assert (last.passages, last.pages, len(last.hits)) == (300, 3, 20)
    assert "Paging ends after 60 passages" in messages(last)
    assert "Paging ends" not in messages(ask(large, "peace", page=2, per_page=20))
    assert ask(large, "peace", page=4, per_page=20).hits == ()


def test_a_page_that_there_is_not_says_which_is_the_last(large):
    """A page beyond the last is empty, keeps the counts, and names the last page."""
    results = ask(large, "peace", page=10**9)
    assert (results.passages, results.hits, results.pages) == (300, (), 30)
    assert "There is no page 1,000,000,000; the last one is 30." in messages(results)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"page": 0}, "there is no page 0"),
        ({"page": -1}, "there is no page -1"),
        ({"per_page": 0}, "1 to 200 passages, not 0"),
        ({"per_page": 201}, "1 to 200 passages, not 201"),
        ({"sort": "best"}, "sort must be one of relevance, newest, oldest, not 'best'"),
        ({"match": "some"}, "match must be one of all, any"),
        ({"dates": ("2023-02-30",)}, "there is no date 2023-02-30"),
        ({"not_dates": ("soon",)}, "'soon' is not a date"),
    ],
)
def test_impossible_requests_are_refused_with_a_sentence(library, wrong, said):
    """A value that nothing could mean is an error of use, which says what would be possible."""
    with pytest.raises(UsageError, match=said):
        ask(library, "peace", **wrong)


# ------------------------------------------------------------------------------------------------ filters


def test_several_values_of_a_filter_are_any_of_them(library):
    """Two sources find what each finds; one that is left out is gone."""
    herald, courier = (ask(library, "*", sources=(name,)).passages for name in ("Herald", "Courier"))
    assert ask(library, "*", sources=("Herald", "Courier")).passages == herald + courier
    assert ask(library, "*", sources=("Herald", "Courier"), not_sources=("Herald",)).passages == courier


def test_a_source_filter_means_the_whole_name(library):
    """`Herald` selects that source and not `Old Herald`; the field `source:` finds both."""
    assert {hit.source for hit in ask(library, "*", sources=("Herald",)).hits} == {"Herald"}
    assert {hit.source for hit in ask(library, "source:herald").hits} == {"Herald", "Old Herald"}


def test_no_source_and_no_date_can_be_chosen(library):
    """Articles without a source, and those without a date, can be selected like any others."""
    assert {hit.source for hit in ask(library, "*", sources=(NO_SOURCE,)).hits} == {""}
    assert {hit.date for hit in ask(library, "*", dates=("undated",)).hits} == {None}


def test_since_and_until_include_their_dates(library):
    """A span includes both its ends, with the precision that they have."""
    day = Date(2020, 11, 10)
    assert {hit.date for hit in ask(library, "*", since=day, until=day).hits} == {day}
    assert {str(hit.date) for hit in ask(library, "*", since=Date(2020), until=Date(2020, 12)).hits} == {
        "2020", "2020-11-09", "2020-11-10", "2020-12",
    }  # fmt: skip


def test_a_span_that_ends_before_it_begins_is_told(library):
    """Nothing is since one date and until an earlier one, and the answer says so."""
    results = ask(library, "*", since=Date(2021), until=Date(2020))
    assert results.passages == 0
    assert "No date is both since 2021 and until 2020." in messages(results)


def test_coarse_dates_that_may_belong_are_counted_in_a_note(library):
    """An article of 2020 is in no month of it; the answer says how many were left out for that."""
    results = ask(library, "*", dates=("2020-12",))
    assert {str(hit.date) for hit in results.hits} == {"2020-12"}
    assert "2 more may belong here: their dates are only known to the month or the year" in messages(results)
    assert "more may belong" not in messages(ask(library, "*", dates=("2020",)))


def test_one_article_can_be_searched(library):
    """With an article's id only its passages are found; with one that there is not the answer says so."""
    article = ask(library, "treaty").hits[0].article
    assert {hit.article for hit in ask(library, "*", article=article).hits} == {article}
    results = ask(library, "*", article="no such article")
    assert results.passages == 0
    assert "There is no article 'no such article' in this collection." in messages(results)
    assert len(messages(ask(library, "*", article="x" * 100_000))) < 200


# --------------------------------------------------------------------------------------------- time limit


def test_a_search_out_of_time_says_so_and_counts_nothing(collection):
    """A search that reaches its time limit has a note and no counts, and says that it is not complete."""
    with closing(Library(replace(collection.settings, time_limit=1e-9))) as library:
        results = ask(library, "peace unheard")
    assert not results.complete
    assert not results.articles_exact
    assert (results.passages, results.articles, results.hits, results.nearest) == (0, 0, (), ())
    assert [note.kind for note in results.notes] == ["limited"]
    assert "took longer than 1e-09 s and was stopped" in messages(results)


def test_a_search_without_time_to_find_what_is_to_blame_says_so(library, monkeypatch):
    """Where nothing is found and the time is over before that is explained, a note says that it is not."""

    def too_late(*_):
        raise SearchTooLong("too late")

    monkeypatch.setattr(answering, "clause_counts", too_late)
    results = ask(library, "peace unheard")
    assert results.complete
    assert results.clauses == ()
    assert "There was no time to find out what is to blame" in messages(results)


# ------------------------------------------------------------------------------------ articles and holdings


def test_an_article_is_shown_with_its_marks(library):
    """An article comes whole, its passages joined are its text, and marks are where the words stand."""
    article = ask(library, "treaty").hits[0].article
    view = library.article(article, SearchRequest("treaty"))
    assert "".join(passage.text for passage in view.passages) == view.article.text
    marked = {
        passage.text[start:end]
        for passage, marks in zip(view.passages, view.marks, strict=True)
        for start, end in marks
    }
    assert marked == {"treaty"}
    assert library.article(article, SearchRequest("peace")).title_marks == ((0, 5),)


def test_a_passage_names_its_article(library):
    """A passage's id leads to its article."""
    hit = ask(library, "treaty").hits[0]
    assert library.article_of(hit.passage) == hit.article


@pytest.mark.parametrize("name", ["", "nothing", "x" * 100_000, "a\0b", "\udcff", "../../etc/passwd"])
def test_an_unknown_article_or_passage_is_not_found(library, name):
    """A name that nothing has is not found, in a sentence no longer than a line."""
    for look in (lambda: library.article(name, SearchRequest()), lambda: library.article_of(name)):
        with pytest.raises(NotFound, match=r"There is no (article|passage) .* in this collection") as told:
            look()
        assert len(str(told.value)) < 200


def test_stats_count_what_is_there(trial):
    """The figures are those of the generation that answers, and name the files that are not in it."""
    trial.write("a.txt", " date 2020-01-02 A dated article.")
    trial.write("b/c.txt", "An undated article.")
    trial.write("empty.txt", "")
    trial.write("picture.png", "no text")
    trial.index()
    with closing(Library(trial.settings)) as library:
        stats = library.stats()
    assert (stats.engine, stats.generation, stats.generations) == ("whoosh", "000001", 1)
    assert (stats.articles, stats.passages, stats.undated, stats.failed, stats.skipped) == (2, 2, 1, 1, 1)
    assert (stats.first_date, stats.last_date) == (Date(2020, 1, 2), Date(2020, 1, 2))
    assert stats.sources == (("b", 1),)
    assert [file.path for file in stats.problems] == ["empty.txt", "picture.png"]
    assert stats.bytes > 0


# ------------------------------------------------------------------------------------------- the library


def test_a_library_notices_an_index_that_was_built_anew(tmp_path):
    """An index that was deleted and built again has the number of the one before; the new one answers."""
    trial = Trial(tmp_path)
    trial.write("old.txt", prose("bridge", 6))
    trial.index()
    with closing(Library(trial.settings)) as library:
        assert library.search(SearchRequest("bridge OR ferry")).articles == 1
        shutil.rmtree(trial.settings.index)
        trial.write("new.txt", prose("ferry", 6))
        trial.index()
        assert len(trial.generations()) == 1
        assert library.search(SearchRequest("bridge OR ferry")).articles == 2


def test_a_library_follows_the_index(trial):
    """A library that is open sees a new generation at the next question, and lets the old one go."""
    trial.write("a.txt", "The first article.")
    trial.index()
    with closing(Library(trial.settings)) as library:
        assert ask(library, "article").generation == "000001"
        for number in range(2, 5):
            trial.write("a.txt", f"The article number{number}.")
            trial.index()
            results = ask(library, f"number{number}")
            assert (results.passages, results.generation) == (1, f"{number:06}")
        assert trial.generations() == ["000003", "000004"]


def test_an_answer_under_way_keeps_its_generation(trial):
    """A list of articles that was begun is ended from the generation it was begun in, though two newer ones came."""
    for name in "abc":
        trial.write(f"{name}.txt", f"Article {name}.")
    trial.index()
    with closing(Library(trial.settings)) as library:
        heads = library.articles()
        first = next(heads)
        for number in range(2):
            trial.write("a.txt", f"Changed {number}.")
            trial.index()
        assert ask(library, "changed").passages == 1
        assert trial.generations() == ["000001", "000002", "000003"]
        assert [first.path, *(head.path for head in heads)] == ["a.txt", "b.txt", "c.txt"]


def write_version(trial, version):
    """Write twelve articles that say which version they are of."""
    for number in range(12):
        trial.write(f"{number}.txt", f"Article{number} of version{version}. {prose('road', 3)}")


def mixture(library):
    """What is not of one generation in an answer; nothing where all is well."""
    results = ask(library, "article3 OR road OR version1", per_page=200)
    said = {hit.text.split("version")[1][0] for hit in results.hits if "version" in hit.text}
    paths = {library.article(hit.article, SearchRequest()).article.path for hit in results.hits}
    well = said == {str(int(results.generation))} and len(paths) == results.articles == 12
    return results.generation, None if well else (said, paths, results.articles)


def test_every_answer_belongs_to_one_generation(trial):
    """While the index is rebuilt, answers to eight threads come without an error, each from one generation alone."""
    write_version(trial, 1)
    trial.index()
    told, wrong, done = [], [], threading.Event()

    def asking(library):
        while not done.is_set():
            try:
                told.append(mixture(library))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told by the test
                wrong.append(error)

    with closing(Library(trial.settings)) as library:
        threads = [threading.Thread(target=asking, args=(library,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for version in (2, 3):
            write_version(trial, version)
            trial.index()
            enough = len(told) + 16
            while len(told) < enough and not wrong:
                time.sleep(0.01)
        done.set()
        for thread in threads:
            thread.join()
    assert wrong == [one for _, one in told if one] == []
    assert {"000002", "000003"} <= {generation for generation, _ in told}
    assert trial.generations() == ["000002", "000003"]


def test_a_closed_library_opens_again(collection):
    """After `close` nothing is held; another question opens the index again."""
    library = Library(collection.settings)
    first = ask(library, "peace")
    library.close()
    library.close()
    assert ask(library, "peace").hits == first.hits
    library.close()


def test_without_an_index_the_sentence_names_the_command(trial):
    """Before the first build every question says that there is no index, and what builds one."""
    library = Library(trial.settings)
    for question in (lambda: ask(library), lambda: list(library.articles()), library.stats):
        with pytest.raises(IndexMissing, match="build one with `kb-search index`"):
            question()
    trial.write("a.txt", "An article.")
    trial.index()
    assert ask(library).passages == 1
    library.close()


def test_wrong_use_is_told_before_a_missing_index(trial):
    """A request that could never be carried out is refused as such, index or not."""
    with pytest.raises(UsageError):
        ask(Library(trial.settings), page=0)


def test_an_index_that_others_can_write_to_answers_nothing(trial):
    """An unsafe index is not opened by a library either."""
    trial.write("a.txt", "An article.")
    trial.index()
    trial.settings.index.chmod(0o777)
    with pytest.raises(IndexUnsafe, match="chmod 700"):
        ask(Library(trial.settings))


def damage_told(settings):
    """What is said of an index where some questions cannot be answered; empty where they can."""
    with closing(Library(settings)) as library:
        try:
            for text in ("article", '"the road"', "*", "0 OR 1"):
                ask(library, text)
        except IndexDamaged as damage:
            return str(damage)
    return ""


# Whoosh leaves files to the garbage collector where it cannot make sense of them.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_changed_byte_is_told_as_damage_and_not_as_a_traceback(trial):
    """Files that are not what was written still answer, or are named as damage, with the command that helps."""
    for number in range(3):
        trial.write(f"{number}.txt", f"Article {number}. {prose('road', 3)}")
    trial.index()
    told = set()
    for path in sorted((trial.settings.index / "generations" / "000001").rglob("*.*")):
        whole = path.read_bytes()
        if path.name == "manifest.json" or not whole:
            continue
        for place in range(0, len(whole), max(len(whole) // 3, 1)):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
            told.add(damage_told(trial.settings))
        path.write_bytes(whole)
    gc.collect()
    told.discard("")
    assert len(told) > 5
    assert all("kb-search index --full" in sentence for sentence in told)


def test_a_mistake_of_ours_is_not_called_damage(collection, monkeypatch):
    """Where the files are what was written, an error goes on as it is; they are compared once, not for each request."""
    compared = []
    monkeypatch.setattr("kb_search.generations.manifests.compare", lambda *_: compared.append(1))
    with closing(Library(collection.settings)) as library:
        monkeypatch.setattr(answering.Search, "results", lambda *_: 1 / 0)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                ask(library, "peace")
    assert compared == [1]


def test_a_generation_that_stands_in_is_named_in_the_log(trial, caplog):
    """Where the newest generation is cut short, the one before answers, and each opening says so once."""
    trial.write("a.txt", "The old article.")
    trial.index()
    trial.write("a.txt", "The new article.")
    trial.index()
    (trial.settings.index / "generations" / "000002" / "segments.json").write_text("")
    with closing(Library(trial.settings)) as library, caplog.at_level(logging.WARNING):
        for _ in range(3):
            results = ask(library, "old")
            assert (results.passages, results.generation) == (1, "000001")
    assert len(caplog.records) == 1


def test_a_library_that_is_kept_ready_prepares_each_generation(trial, monkeypatch):
    """What takes a while is made before the first question, and again for the next generation."""
    prepared = Queue()
    monkeypatch.setattr(Aids, "prepare", lambda aids: prepared.put(len(aids.completer.complete("sn"))))
    trial.write("a.txt", "Snow fell on the pass all night.")
    trial.index()
    with closing(Library(trial.settings)) as library:
        library.keep_ready()
        assert prepared.get(timeout=60) == 1
        trial.write("b.txt", "A snowstorm came in the morning.")
        trial.index()
        library.search(SearchRequest("snow"))
        assert prepared.get(timeout=60) == 2
        assert prepared.empty()


def test_a_library_without_an_index_is_kept_ready_without_an_error(trial):
    """Where there is no index yet, the first question says so."""
    with closing(Library(trial.settings)) as library:
        library.keep_ready()
        with pytest.raises(IndexMissing):
            library.search(SearchRequest("snow"))


def test_what_is_prepared_is_what_is_used(library):
    """Preparing makes the completions and the speller; the answers after it are those without."""
    with library._using() as current:
        aids = Aids(Variants(), current.reader)
        aids.prepare()
        assert {"completer", "speller"} <= vars(aids).keys()
        assert aids.completer.complete("pea") == Aids(Variants(), current.reader).completer.complete("pea")
