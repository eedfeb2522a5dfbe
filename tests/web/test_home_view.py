from kb_search.document import Date
from kb_search.results import ArticleHead, Stats
from kb_search.web.home_view import newest, samples

STATS = Stats("whoosh", "1", 3, 9, (("(no source)", 5), ("Herald", 4)), 1, 0, 0, Date(1988), Date(2024), 10)


def head(title: str, date: Date | None = None) -> ArticleHead:
    """An article with a title."""
    return ArticleHead(title, f"{title}.txt", title, False, "Herald", date, "en", 3)


def test_examples_are_names_from_titles_before_other_words() -> None:
    """Names come first, the most frequent before the others; first words, short and joined ones do not count."""
    titles = ["Talks about Lachin", "Roads near Lachin and Kelbajar", "Why is Nagorno-Karabakh disputed", "On the Army"]
    words = samples(STATS, [head(title) for title in titles], ()).words
    assert words[:2] == ("Lachin", "Kelbajar")
    assert "disputed" in words
    assert not {"Talks", "Nagorno", "Karabakh", "Army"} & set(words)


def test_an_example_source_is_one_that_has_a_name() -> None:
    """Articles without a source do not make an example of a source."""
    assert samples(STATS, (), ()).source == "Herald"


def test_the_newest_articles_come_first_and_the_undated_last() -> None:
    """An article dated to the year counts as late as that year allows; what has no date comes last."""
    heads = [head("a"), head("b", Date(2023, 5, 1)), head("c", Date(2023)), head("d", Date(2024, 1))]
    assert [one.title for one in newest(heads)] == ["d", "c", "b", "a"]
