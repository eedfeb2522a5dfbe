"""What a query asks of a passage, said as conditions, is what the oracle finds."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search import analysis
from kb_search.engines.conditions import (
    AllOf,
    AnyOf,
    Beside,
    By,
    Dated,
    Everything,
    From,
    HasForm,
    HasStem,
    InArticleWith,
    InLanguage,
    InOrder,
    Names,
    NoneOf,
    NotDated,
    Nothing,
    OfArticle,
    all_of,
    any_of_these,
    none_of,
)
from kb_search.engines.translation import condition, selection
from kb_search.query import And, DateRange, Not, Pattern, Spread, Undated, Word, mapped
from tests import made_up
from tests.oracle import Oracle, hits

PEACE, TALKS = HasStem("pooled", ("peac",)), HasStem("pooled", ("talk",))
NO_NAMES = Names((), ())


def meets(wanted, entry, oracle):  # noqa: C901, PLR0911, PLR0912 - a case for each kind
    """Whether a passage meets a condition, worked out from its words."""
    match wanted:
        case Everything() | Nothing():
            return isinstance(wanted, Everything)
        case AllOf():
            return all(meets(child, entry, oracle) for child in wanted.children)
        case AnyOf():
            return any(meets(child, entry, oracle) for child in wanted.children)
        case NoneOf():
            return not meets(wanted.child, entry, oracle)
        case HasStem():
            return any(stem in wanted.stems for run in fields(wanted.field, entry) for stem in entry.stems(run))
        case HasForm():
            return any(form in wanted.forms for run in fields(wanted.field, entry) for form in run)
        case InOrder():
            size = len(wanted.forms)
            return any(
                tuple(run[at : at + size]) == wanted.forms
                for run in fields(wanted.field, entry)
                for at in range(len(run))
            )
        case Beside():
            return hits(wanted.near, entry)
        case From():
            return bool(entry.sources & {*wanted.sources})
        case By():
            return entry.article.author in wanted.authors
        case InLanguage():
            return analysis.base_language(entry.article.language) == wanted.code
        case Dated() | NotDated():
            node = Undated() if isinstance(wanted, NotDated) else DateRange(wanted.first, wanted.last)
            return hits(replace(node, partly=wanted.partly) if isinstance(wanted, Dated) else node, entry)
        case OfArticle():
            return entry.article.id == wanted.article
        case InArticleWith():
            passages = [one for one in oracle.entries if one.article.id == entry.article.id]
            return any(meets(wanted.child, one, oracle) for one in passages)


def fields(name, entry):
    """The runs of words of a field."""
    own, title, section = entry.runs, (entry.title,), (entry.heading,)
    return {"text": own, "title": title, "section": section, "pooled": (*own, *title, *section)}[name]


def filled(tree, oracle):
    """A tree with the forms that its patterns stand for."""
    return mapped(
        tree, lambda leaf: replace(leaf, forms=tuple(oracle.forms(leaf))) if isinstance(leaf, Pattern) else leaf
    )


@given(collection=made_up.collections(), questions=st.lists(made_up.questions(), min_size=4, max_size=8))
def test_conditions_are_met_by_what_is_found(collection, questions):
    """For any collection and question, the passages that meet the conditions are those that the oracle finds."""
    oracle = Oracle(collection)
    sources = tuple(sorted({name for entry in oracle.entries for name in entry.sources}))
    names = Names(sources, tuple(sorted({entry.article.author for entry in oracle.entries})))
    for question in questions:
        query = replace(question, tree=filled(question.tree, oracle))
        wanted = selection(query, names)
        found = [entry.passage.id for entry in oracle.entries if meets(wanted.found, entry, oracle)]
        assert found == [entry.passage.id for entry in oracle.found(query)]
        for_sources = [entry for entry in oracle.entries if meets(all_of([wanted.base, wanted.dates]), entry, oracle)]
        assert sum(len(entry.sources) for entry in for_sources) == oracle.by_source(query).total()
        for_dates = [entry for entry in oracle.entries if meets(all_of([wanted.base, wanted.sources]), entry, oracle)]
        assert len(for_dates) == oracle.by_date(query).total()


def test_one_word_is_asked_of_the_own_text_alone():
    """A word by itself must stand in the passage's own text, and nothing else is asked."""
    found = condition(Word("peace", ("peac",)), NO_NAMES)
    assert found == HasStem("text", ("peac",))


def test_words_together_are_pooled_but_one_must_be_shown():
    """Each word of an AND may come from the title, as long as one of them stands in the own text."""
    tree = And((Word("peace", ("peac",)), Word("talks", ("talk",))))
    own = AnyOf((HasStem("text", ("peac",)), HasStem("text", ("talk",))))
    assert condition(tree, NO_NAMES) == AllOf((PEACE, TALKS, own))


def test_a_pattern_without_forms_is_met_by_nothing():
    """What stands for no word of the collection finds nothing, and its opposite everything."""
    assert condition(Pattern("zz*"), NO_NAMES) == Nothing()
    assert condition(Not(Pattern("zz*")), NO_NAMES) == Everything()


@pytest.mark.parametrize(
    ("joined", "simple"),
    [
        (all_of([]), Everything()),
        (any_of_these([]), Nothing()),
        (all_of([PEACE]), PEACE),
        (all_of([PEACE, Nothing()]), Nothing()),
        (any_of_these([PEACE, Everything()]), Everything()),
        (all_of([PEACE, PEACE, Everything()]), PEACE),
        (all_of([PEACE, AllOf((TALKS, NotDated()))]), AllOf((PEACE, TALKS, NotDated()))),
        (none_of(none_of(PEACE)), PEACE),
    ],
)
def test_conditions_are_kept_simple(joined, simple):
    """What changes nothing is left out, groups are opened, and what decides alone stands alone."""
    assert joined == simple


def test_an_article_is_asked_as_a_whole():
    """`scope:article` asks each word of any passage of the article, and shows those passages that have one."""
    tree = Spread(And((Word("peace", ("peac",)), Word("talks", ("talk",)))))
    shown = AnyOf((HasStem("text", ("peac",)), HasStem("text", ("talk",))))
    assert condition(tree, NO_NAMES) == AllOf((shown, InArticleWith(PEACE), InArticleWith(TALKS)))
