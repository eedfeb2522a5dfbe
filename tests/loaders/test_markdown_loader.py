from itertools import pairwise

import pytest

from kb_search.document import Claim
from kb_search.errors import DocumentError
from kb_search.loaders import Remark, load
from kb_search.loaders.markdown import read_markdown
from tests.loaders.helpers import PROSE, heads, read, source


@pytest.mark.parametrize(
    "head",
    [
        '---\ntitle: "Talks: part two"\ndate: 2023-11-07\nauthor: [A. Lee, B. Ray]\nlanguage: no\n---\n',
        "---\nTitle: 'Talks: part two'\ndate: 2023-11-07\nauthor:\n  - A. Lee\n  - B. Ray\nlanguage: no\n...\n",
        '+++\ntitle = "Talks: part two"\ndate = 2023-11-07\nauthor = ["A. Lee", "B. Ray"]\nlanguage = "no"\n+++\n',
    ],
)
def test_front_matter_in_yaml_and_toml_is_read(tmp_path, head):
    """YAML and TOML are read, and `no` is a language."""
    article = read(tmp_path, "a.md", head + PROSE)
    assert (article.title, str(article.date), article.author) == ("Talks: part two", "2023-11-07", "A. Lee, B. Ray")
    assert (article.language, article.text, article.untitled) == ("no", PROSE, False)
    assert article.evidence_for("title").origin == "front matter"


@pytest.mark.parametrize(
    ("head", "slip", "title", "date"),
    [
        (
            "title: Talks: part two\ndate: 2023-11-07",
            "(line 2); only title, date could be read",
            "Talks: part two",
            "2023",
        ),
        ("title: [unclosed\ndate: 2023-11-07", "(line 3); only date could be read", "", "2023"),
        ('source: "unclosed', "is not valid YAML (line 3); it was not read", "", ""),
        (
            "date: 2020-01-01\ntitle: Talks\ndate: 2021-01-01",
            'has "date" 2 times; that of line 4 counts',
            "Talks",
            "2021",
        ),
        ("title: !!python/object/apply:os.system [x]\ndate: 2023", "the tag !python/object/apply:os", "", "2023"),
    ],
)
def test_what_is_wrong_in_front_matter_is_told(tmp_path, head, slip, title, date):
    """The article stays with its whole text and what could be read for sure; what could not is told with its line."""
    remark, article = load(source(tmp_path, "a.md", f"---\n{head}\n---\n{PROSE}"))
    assert slip in remark.message
    assert article.text == PROSE
    assert ("" if article.untitled else article.title) == title
    assert str(article.date or "")[:4] == date
    assert article.source == ""


def test_front_matter_that_is_never_closed_is_text_and_told(tmp_path):
    """Nothing tells where the article begins, so all of it is read."""
    remark, article = load(source(tmp_path, "a.md", f"---\ntitle: Talks\n\n{PROSE}"))
    assert "never closed by a line of ---" in remark.message
    assert PROSE in article.text


@pytest.mark.parametrize("date", ["1988", "1994-05", "1994-05-12"])
def test_dates_keep_their_precision(tmp_path, date):
    """A year is not read as a number, nor a month as a subtraction."""
    assert str(read(tmp_path, "a.md", f"---\ndate: {date}\n---\n{PROSE}").date) == date


def test_an_impossible_date_is_refused_not_fatal(tmp_path):
    """30 February leaves the article undated; the evidence says what stood there."""
    article = read(tmp_path, "a.md", f"---\ndate: 2023-02-30\n---\n{PROSE}")
    assert article.date is None
    assert article.evidence_for("date").others == (Claim("2023-02-30", "front matter, not a date"),)


@pytest.mark.parametrize(
    "text", ["---\nOnly a rule above.", "---\n- one\n- two\n---\nText.", "---\n\nPlain talk\n\n---\n\nText."]
)
def test_a_rule_is_no_front_matter(tmp_path, text):
    """Words between rules are not thrown away as if they were front matter."""
    article = read(tmp_path, "a.md", text)
    words = article.text.replace("- ", "").split()
    assert set(text.replace("---", "").replace("- ", "").split()) <= {*words, *article.title.split()}


def test_broken_toml_is_a_sentence(tmp_path):
    """Front matter between plus signs that is no TOML is named."""
    with pytest.raises(DocumentError, match=r"^a\.md: the front matter is not valid TOML: "):
        read(tmp_path, "a.md", "+++\ntitle = \n+++\nText.")


def test_headings_are_title_and_sections(tmp_path):
    """The first heading is the title where the front matter has none, the others begin sections."""
    text = f"# Talks\n\n{PROSE}\n\n## The *road*\n\nIt was open.\n\nLater\n-----\n\n### Deeper\n\nIt was closed."
    article = read(tmp_path, "a.md", text)
    assert (article.title, article.evidence_for("title").origin) == ("Talks", "first heading")
    assert heads(article) == [("The road", "It was open."), ("Later", "It was close"), ("Deeper", "It was close")]
    assert article.text == f"{PROSE}\n\nIt was open.\n\nIt was closed."


def test_a_heading_that_is_not_the_title_becomes_a_section(tmp_path):
    """Front matter names the article; the heading in the text is not lost."""
    article = read(tmp_path, "a.md", f"---\ntitle: Talks\n---\n# On the road\n\n{PROSE}")
    assert (article.title, heads(article)) == ("Talks", [("On the road", "The two side")])
    same = read(tmp_path, "b.md", f"---\ntitle: Talks on the road, 2023\n---\n# Talks on the Road\n\n{PROSE}")
    assert same.sections == ()


def test_a_heading_with_nothing_under_it_stays_in_the_text(tmp_path):
    """The last heading of a file heads nothing and can still be found."""
    article = read(tmp_path, "a.md", f"{PROSE}\n\n## To be continued\n")
    assert article.text == f"{PROSE}\n\nTo be continued"
    assert read(tmp_path, "b.md", "# Only a title").text == "Only a title"


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("Some *soft* and __strong__ ~~old~~ `code`.", "Some soft and strong old code."),
        (
            "A [link](https://a.example 'T'), <https://b.example>, [more][1].\n\n[1]: x.html",
            "A link, https://b.example, more.",
        ),
        ("![a map *of* it](map.png) here", "a map of it here"),
        ("one\ntwo\\\nthree  \nfour", "one two\nthree\nfour"),
        ("a <!-- no --> b<b>old</b> &amp; &lt;&gt; 1 < 2", "a bold & <> 1 < 2".replace("a b", "a b")),
        ("<div>\nin a <i>box</i>\n</div>", "in a box"),
        ("> quoted\n> text", "quoted text"),
        ("- one\n- two\n  - deep\n\n3. three\n4. four", "- one\n- two\n- deep\n\n3. three\n4. four"),
        ("- one\n\n  more\n- two", "- one\n\nmore\n- two"),
        ("| a | b |\n|---|---|\n| *1* | 2 |", "a | b\n1 | 2"),
        ("    let *x* = 1\n\n```py\nif a:\n    b\n```", "let *x* = 1\n\nif a:\n    b"),
        ("Text[^1].\n\n[^1]: Note\n", "Text[^1].\n\n[^1]: Note"),
        ("wo\\*rd \\_x\\_ Nagorno‑ Karabakh <>", "wo*rd _x_ Nagorno‑ Karabakh <>"),
    ],
)
def test_the_text_is_what_a_reader_would_read(markdown, text):
    """Marks, addresses, tags and comments go; words, descriptions, items, cells and code stay."""
    assert read_markdown(markdown).text == text


@pytest.mark.parametrize("mark", [">", "> ", "- ", "1. "])
def test_nothing_is_lost_however_deep_it_stands(mark):
    """Quotations and lists deeper than the reader follows keep their marks and their words."""
    for depth in (10, 40, 95, 3000):
        assert "hidden" in read_markdown(mark * depth + "hidden\n\nand more").text


def test_brackets_that_nothing_closes_are_kept():
    """A paragraph of 20,000 open brackets is kept as it is instead of taking seconds."""
    assert read_markdown("[" * 20_000 + "\n\n*end*").text == "[" * 20_000 + "\n\nend"


def test_hostile_front_matter_does_no_harm(tmp_path):
    """Lists without an end harm nothing."""
    *_, article = load(source(tmp_path, "b.md", "---\nx: " + "[" * 5000 + f"\ntitle: Talks\n---\n{PROSE}"))
    assert (article.title, article.text) == ("Talks", PROSE)


def test_aliases_in_front_matter_are_not_read(tmp_path):
    """Nine lines of YAML can stand for a billion values; an alias says nothing, is told, and costs no time."""
    lines = [f"{one}: &{one} [{', '.join([f'*{before}'] * 9)}]" for before, one in pairwise("abcdefghi")]
    content = "---\na: &a [x, x]\n" + "\n".join(lines) + f"\nauthor: *i\ntitle: Talks\n---\n{PROSE}"
    remark, article = load(source(tmp_path, "a.md", content))
    assert (article.title, article.author, article.text) == ("Talks", "", PROSE)
    assert remark == Remark("The front matter has the alias *a, which was not read; write out what it stands for.")


def test_an_anchor_that_nothing_refers_to_does_no_harm(tmp_path):
    """Only aliases are refused."""
    assert read(tmp_path, "a.md", f"---\ntitle: &t Talks\n---\n{PROSE}").title == "Talks"


def test_links_between_notes_are_their_words(tmp_path):
    """`[[Note|words]]` reads as its words, what is embedded is left out, and other brackets stay."""
    text = "The [[Valley Road|road]] and [[Shusha]] ![[map.png]] in `[[ -f x ]]` and [[1]](https://paper.example/1)."
    assert read(tmp_path, "a.md", text).text == "The road and Shusha in [[ -f x ]] and [1]."
