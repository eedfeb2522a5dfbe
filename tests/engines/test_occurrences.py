"""What the second phase is told of candidates, over several segments."""

from contextlib import closing

import numpy as np
import pytest

from kb_search import analysis
from kb_search.engines.base import EngineQuery
from kb_search.engines.postings import NO_POSTINGS, Postings, count_together
from kb_search.generations import open_current
from kb_search.query import EveryPassage, Pattern, Word
from tests.engines.there import ENGINES, engine_named, given
from tests.trial import Trial, fill, prose

WORDS = tuple(Word(form, analysis.stems(form, ("en",))) for form in ("peace", "envoys", "report", "stones", "absent"))


@pytest.fixture(scope="module", params=ENGINES)
def reader(tmp_path_factory, request):
    """The small collection in two segments, one article in the second, and one changed; only to be read."""
    trial = Trial(tmp_path_factory.mktemp("segments"))
    fill(trial)
    trial.index(**given(request.param))
    trial.write("later.txt", f"Peace Report\n\n{prose('peace', 12)}")
    trial.write("notes/dated.txt", " date 2023-11-14 A note about peace, and about stones.")
    trial.index(**given(request.param))
    with (
        closing(open_current(trial.settings.index)) as opened,
        closing(engine_named(request.param).reader(opened.folder)) as it,
    ):
        assert request.param == "opensearch" or it.wear()[0] == 2
        yield it


def candidates(reader):
    """All passages, in an order that mixes articles and segments."""
    found = reader.search(EngineQuery(EveryPassage(), depth=10_000, seconds=60)).candidates
    return sorted(found, key=lambda one: one.id[::-1])


def test_an_article_is_the_sum_of_its_passages(reader):
    """What is told of an article adds up from all of its passages, wherever those stand among the candidates."""
    some = candidates(reader)
    found = reader.occurrences(some, WORDS)
    articles = np.array([reader.passage(one.key)[1].id for one in some])
    for at, article in enumerate(articles):
        together = articles == article
        assert found.article_lengths[at] == found.lengths[together].sum()
        total = (found.own + found.context)[:, together].sum(axis=1)
        assert found.article[:, at].tolist() == total.tolist()


def test_a_deleted_row_counts_for_no_word():
    """In how many rows one of some stems stands: each row once, and only those that are there."""
    one, other = (Postings(np.array(rows), *np.ones((2, len(rows)), np.uint32)) for rows in ([0, 2, 3], [2, 4]))
    there = np.array([True, True, True, False, False, True])
    assert count_together([one, other], None) == 4
    assert count_together([one, other], there) == 2
    assert count_together([one], there) == 2
    assert count_together([NO_POSTINGS, NO_POSTINGS], there) == 0


def test_one_candidate_is_told_the_same_as_among_others(reader):
    """What is told of a passage does not depend on which others are asked about."""
    some = candidates(reader)
    together = reader.occurrences(some, WORDS)
    for at, one in enumerate(some):
        alone = reader.occurrences([one], WORDS)
        for name in ("own", "context", "article"):
            assert getattr(alone, name)[:, 0].tolist() == getattr(together, name)[:, at].tolist()
        assert alone.frequencies.tolist() == together.frequencies.tolist()
        assert alone.place.tolist() == together.place[together.candidate == at].tolist()


def test_a_pattern_is_one_word_with_all_its_forms(reader):
    """The forms of a pattern are counted together, and have no place in the space."""
    pattern = Pattern("sto*", forms=("stones", "stone"))
    found = reader.occurrences(candidates(reader), (pattern, WORDS[3]))
    assert found.own[0].tolist() == found.own[1].tolist()
    assert found.word_vectors.shape == (2, 0)


def test_nothing_is_asked_about_nothing(reader):
    """Without candidates, or without words, all arrays are empty and have their shape."""
    assert reader.occurrences([], WORDS).own.shape == (5, 0)
    assert reader.occurrences(candidates(reader)[:2], ()).own.shape == (0, 2)
