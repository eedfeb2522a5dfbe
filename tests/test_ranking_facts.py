"""What can be relied on in the order of passages: the numbered facts of docs/RANKING.md, each with a test.

A fact's number and sentence are the test's docstring, and stand in the document word for word.
"""

import json
import re
from itertools import cycle, islice
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).parents[1] / "docs" / "RANKING.md"
FILLER = "The old mill by the river was mended in spring and the miller paid for the timber with two sacks of flour."


@pytest.fixture
def order(trial):
    """Indexes articles, asks, and gives the names of those found, best first.

    An article is its text, or a dict with more. Twenty others keep words from being in every passage.
    """

    def ordered(query, articles, **asked):
        others = {f"other{number}": f"{FILLER} Year {number}." for number in range(20)}
        rows = [
            {"id": name, "title": f"Untold {name}", **(one if isinstance(one, dict) else {"text": one})}
            for name, one in {**articles, **others}.items()
        ]
        trial.write("rows.jsonl", "\n".join(map(json.dumps, rows)))
        trial.index(full=True)
        hits = trial.search(query, per_page=200, **asked).hits
        return list(dict.fromkeys(hit.title.removeprefix("Untold ") for hit in hits))

    return ordered


def test_exact_form_first(order):
    """1. A word in the very form that was typed comes before another inflection of it."""
    articles = {"a": f"They were negotiating. {FILLER}", "b": f"They were negotiated. {FILLER}"}
    assert order("negotiated", articles) == ["b", "a"]
    assert order("negotiating", articles) == ["a", "b"]


def test_phrase_before_scattered(order):
    """2. Words that stand side by side come before the same words scattered over a passage."""
    scattered = f"The treaty was long. {FILLER} Later the border was closed."
    together = f"The border treaty was long. {FILLER} Later it was closed."
    assert order("border treaty", {"a": scattered, "b": together}) == ["b", "a"]


def test_near_before_far(order):
    """3. The nearer two words stand to each other, the better."""
    far = f"The treaty that in those days was signed closed the border. {FILLER}"
    near = f"In those days the treaty closed that border which was signed. {FILLER}"
    assert order("border treaty", {"a": far, "b": near}) == ["b", "a"]


def test_title_before_body(order):
    """4. Of two passages that say a word alike, the one whose title has it too is first."""
    text = f"The harvest was late. {FILLER}"
    assert order("harvest", {"a": text, "b": {"title": "Untold b", "text": text}}) == ["a", "b"]
    assert order("harvest", {"a": text, "b": {"title": "Harvest", "text": text}}) == ["Harvest", "a"]


def test_section_before_body(trial):
    """5. Of two passages that say a word alike, the one under a heading with it is first."""
    body = f"The harvest was late. {FILLER}"
    trial.write("a.md", f"---\ntitle: First\n---\n\n## Weather\n\n{body}\n")
    trial.write("b.md", f"---\ntitle: Other\n---\n\n## Harvest\n\n{body}\n")
    trial.write("c.txt", FILLER)
    trial.index()
    assert [hit.section for hit in trial.search("harvest").hits] == ["Harvest", "Weather"]


def test_title_before_section(trial):
    """6. A word in the title counts for more than the same word in a heading."""
    body = f"The harvest was late. {FILLER}"
    trial.write("a.md", f"---\ntitle: Harvest\n---\n\n## Weather\n\n{body}\n")
    trial.write("b.md", f"---\ntitle: Weather\n---\n\n## Harvest\n\n{body}\n")
    trial.write("c.txt", FILLER)
    trial.index()
    assert [hit.title for hit in trial.search("harvest").hits] == ["Harvest", "Weather"]


def test_rare_before_common(order):
    """7. Where either of two words is enough, the rarer one counts for more."""
    articles = {"a": "A mill stood there, and nothing else.", "b": "A comet stood there, and nothing else."}
    assert order("mill comet", articles, match="any")[0] == "b"


def test_both_before_one(order):
    """8. Both of two equally rare words come before one of them twice."""
    articles = {"a": f"A comet and a comet stood there. {FILLER}", "b": f"A comet and an eclipse stood there. {FILLER}"}
    articles["c"] = "An eclipse stood there."
    assert order("comet eclipse", articles, match="any")[0] == "b"


def test_shorter_before_longer(order):
    """9. Of two passages that say a word equally often, the shorter is first."""
    longer = f"A comet. {FILLER} That was all there was to say about it in those years."
    assert order("comet", {"a": longer, "b": f"A comet. {FILLER}"}) == ["b", "a"]


def test_often_before_seldom(order):
    """10. Of two passages of a length, the one that says a word more often is first."""
    assert order("comet", {"a": "A comet and a star and a moon.", "b": "A comet and a comet and a moon."}) == ["b", "a"]


def test_article_about_it_first(order):
    """11. Of two passages that say a word alike, the one in the article that is about it is first."""
    lines = [f"Envoy {number} walked to the valley and wrote home about the price of salt." for number in range(9)]
    passing = " ".join(["A comet was seen that year.", *lines, *lines, *lines])
    said = "Every comet is a comet, a comet, a comet."
    about = " ".join(["A comet was seen that year.", *lines, *lines, said, *lines])
    found = order("comet", {"a": passing, "b": about})
    assert found == ["b", "a"]


def test_the_date_does_not_matter(order):
    """12. The date of an article is no part of its relevance."""
    text = f"A comet was seen. {FILLER}"
    for dates in (("1990", "2020"), ("2020", "1990")):
        rows = {name: {"text": text, "date": date} for name, date in zip("ab", dates, strict=True)}
        first = order("comet", rows)
        assert sorted(first) == ["a", "b"]
        assert first == order("comet", {"a": text, "b": text})


def test_source_and_author_do_not_matter(order):
    """13. Who wrote or published an article is no part of its relevance."""
    text = f"A comet was seen. {FILLER}"
    named = {"a": {"text": text, "source": "Comet", "author": "Comet"}, "b": text}
    assert order("comet", named) == order("comet", {"a": text, "b": text})


def test_weak_words_do_not_decide(order):
    """14. A word that says little of a subject does not change the order beside one that says more."""
    articles = {"a": f"A comet was seen. {FILLER}", "b": f"Several say several. A comet was seen. {FILLER} {FILLER}"}
    assert order("comet", articles) == order("several comet", articles, match="any") == ["a", "b"]


def test_typed_twice_counts_more(order):
    """15. A word that was typed twice counts for more than one that was typed once."""
    articles = {"a": f"A comet was seen. {FILLER}", "b": f"An eclipse was seen. {FILLER}"}
    assert order("comet eclipse comet", articles, match="any") == ["a", "b"]
    assert order("eclipse comet eclipse", articles, match="any") == ["b", "a"]


TOPICS = (
    ("vineyard", "grapes barrels cellar harvest pickers wine vintage presses"),
    ("harbour", "ships cargo docks sailors cranes anchors tides pilots"),
    ("theatre", "actors stage curtain rehearsal costumes audience playwright scenery"),
)


def test_related_passages_first(trial):
    """16. In a large collection, of two passages that say a word alike, the one that keeps to its subject is first.

    Which words belong together is learned from the collection itself.
    """
    rows = []
    for number in range(540):
        name, others = TOPICS[number % 3]
        words = list(islice(cycle(others.split()), number % 7, number % 7 + 6))
        text = f"The {name} had {' and '.join(words)} in street{number % 70} of place{number % 11}."
        rows.append({"id": str(number), "text": text})
    rows.append({"id": "off", "text": "The vineyard near docks and sailors and cranes and cargo and tides."})
    rows.append({"id": "on", "text": "The vineyard with cellar and pickers and barrels and presses and wine."})
    trial.write("rows.jsonl", "\n".join(map(json.dumps, rows)))
    trial.index()
    hits = trial.search("vineyard", per_page=200).hits
    found = [hit.text.strip() for hit in hits]
    assert found.index(rows[-1]["text"]) < found.index(rows[-2]["text"])
    assert {"related"} < {name for name, _ in hits[0].reasons}


def test_the_document_has_these_facts():
    """docs/RANKING.md numbers the same facts in the same words."""
    said = re.findall(r"^\d+\. .+?(?=\n\d+\. |\n\n)", DOCUMENT.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    tests = [(test.__doc__ or "").split("\n")[0] for name, test in globals().items() if name.startswith("test_")]
    assert [" ".join(fact.split()) for fact in said] == [fact for fact in tests if fact[:1].isdigit()]
