"""Copies of one story from the folder to the answer: places, groups, what is folded, and where old addresses lead."""

from contextlib import closing

import pytest

from kb_search.document import article_id
from kb_search.errors import NotFound
from kb_search.results import SearchRequest
from kb_search.search import Library
from tests.copied import edited, story
from tests.trial import Trial

BODY = " ".join(story(1, 200)).capitalize() + "."
REVISED = " ".join(edited(story(1, 200), 0.05)).capitalize() + "."
WORD = story(1, 200)[40]
FOOTER = "Sign up for the daily letter of the Herald."


def paper(source, date, text, title="Peace talks"):
    """A file that says where it is from."""
    return f"---\ntitle: {title}\nsource: {source}\ndate: {date}\n---\n\n{text}\n"


@pytest.fixture
def trial(tmp_path):
    """One story in two papers word for word, in a third revised, and another story."""
    made = Trial(tmp_path)
    made.write("agency.md", paper("Agency", "2020-01-01", BODY))
    made.write("herald.md", paper("Herald", "2020-01-02", BODY))
    made.write("post.md", paper("Post", "2020-01-03", REVISED, "Peace talks, revised"))
    made.write("other.md", paper("Post", "2020-01-04", " ".join(story(5, 200)) + f" {WORD}.", "Another story"))
    made.index()
    return made


def test_an_identical_text_is_one_article_with_two_places(trial):
    """It is found, filtered and counted under both sources, and dated by the earliest."""
    assert trial.search().articles == 3
    [facet, _] = trial.search("Peace").facets
    for source in ("Agency", "Herald"):
        answer = trial.search("*", sources=(source,))
        assert [hit.title for hit in answer.hits][:1] == ["Peace talks"]
        assert {hit.sources for hit in answer.hits} == {("Agency", "Herald")}
    assert trial.search("*", not_sources=("Herald",)).articles == 2
    counts = {one.value: one.count for one in trial.search("*").facets[0].values}
    assert counts["Agency"] == counts["Herald"] > 0
    assert facet.name == "source"


def test_an_address_of_a_merged_article_leads_to_the_one_that_speaks(trial):
    """Article and passage ids of every place are understood; ids that never were are not."""
    merged, speaker = article_id("herald.md"), article_id("agency.md")
    with closing(Library(trial.settings)) as library:
        view = library.article(merged, SearchRequest())
        assert view.article.id == speaker
        assert [place.path for place in view.article.places] == ["agency.md", "herald.md"]
        tail = view.passages[0].id.partition("-")[2]
        assert library.article_of(f"{merged}-{tail}") == speaker
        with pytest.raises(NotFound):
            library.article("nobody", SearchRequest())
        with pytest.raises(NotFound):
            library.article_of("nobody-abc")


def test_near_duplicates_are_listed_once_and_counted_all(trial):
    """Folded, a group is listed by its earliest article; passages, articles and facets count everything."""
    whole, folded = trial.search(WORD, per_page=50), trial.search(WORD, per_page=50, fold=True)
    assert {hit.article for hit in whole.hits} - {hit.article for hit in folded.hits} == {article_id("post.md")}
    assert (folded.passages, folded.articles, folded.facets) == (whole.passages, whole.articles, whole.facets)
    assert folded.folded == len(whole.hits) - len(folded.hits) > 0
    assert whole.folded == 0


def test_a_hit_names_the_near_duplicates_of_its_article(trial):
    """Each hit of a group has the others, the earliest first; a story that stands alone has none."""
    hits = {hit.article: hit for hit in trial.search(WORD, per_page=50).hits}
    first, other = hits[article_id("agency.md")], hits[article_id("other.md")]
    assert [(head.path, head.source) for head in first.copies] == [("post.md", "Post")]
    assert (first.copy_count, other.copy_count, other.copies) == (1, 0, ())


def test_a_filter_shows_the_copy_that_it_lets_through(trial):
    """Where the earliest article does not match, the next one of the group stands for it."""
    [hit] = [hit for hit in trial.search(WORD, fold=True, sources=("Post",)).hits if hit.title != "Another story"]
    assert hit.article == article_id("post.md")


def test_pages_count_what_is_listed(trial):
    """Folded passages take no place on a page."""
    asked = {"per_page": 1, "fold": True}
    first = trial.search(WORD, **asked)
    seen = [trial.search(WORD, page=page, **asked).hits[0].passage for page in range(1, first.pages + 1)]
    assert len(seen) == len(set(seen)) == first.passages - first.folded


def test_changes_give_what_a_fresh_index_gives(trial):
    """When the article that spoke for a text goes, the next place speaks, and groups follow; as built anew."""
    trial.remove("agency.md")
    trial.index(allow_removals=True)
    changed = [(hit.article, hit.sources, hit.copies) for hit in trial.search("*", per_page=50, sort="oldest").hits]
    trial.index(full=True)
    anew = trial.search("*", per_page=50, sort="oldest").hits
    assert changed == [(hit.article, hit.sources, hit.copies) for hit in anew]
    assert changed[0][:2] == (article_id("herald.md"), ("Herald",))


def test_boilerplate_is_found_once_and_not_lost(trial):
    """A footer of a source's articles is in all texts, and a search finds it in one, until it is no longer common."""
    for number in range(6):
        text = f"{' '.join(story(20 + number, 80))}.\n\n{FOOTER}"
        trial.write(f"footed{number}.md", paper("Echo", f"2020-02-0{9 - number}", text, f"Echo {number}"))
    trial.index()
    assert [hit.title for hit in trial.search('"daily letter"').hits] == ["Echo 5"]
    assert all(FOOTER in hit.text for hit in trial.search("title:echo").hits)
    trial.remove("footed5.md")
    trial.index()
    assert [hit.title for hit in trial.search('"daily letter"').hits] == ["Echo 4"]
    trial.remove("footed4.md")
    trial.index()
    assert trial.search('"daily letter"').passages == 4
