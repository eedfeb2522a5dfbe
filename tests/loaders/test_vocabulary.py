import pytest
from lxml.html import fragment_fromstring

from kb_search.loaders.vocabulary import called, vocabulary

WORDS = vocabulary("newsletter read-more about-the-author ad")


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ('class="newsletter"', True),
        ('id="Newsletter_box"', True),
        ('class="x article-readMore y"', True),
        ('class="read_more"', True),
        ('class="READ-MORE"', True),
        ('class="aboutTheAuthor"', True),
        ('class="top ad"', True),
        ('class="thread-moretti"', False),
        ('class="header"', False),
        ('class="tag-newsletter"', False),
        ('class="read more"', False),
        ("", False),
    ],
)
def test_names_are_read_by_their_words(names, found):
    """Case and joining signs do not count, parts of words do not either, and no word spans two classes."""
    assert called(fragment_fromstring(f"<div {names}></div>"), WORDS) is found


def test_the_boxes_around_an_element_speak_for_it():
    """The boxes around an element speak for it, as many as are asked."""
    inner = fragment_fromstring('<div class="ad"><p><b></b></p></div>')[0][0]
    assert [called(inner, WORDS, around=around) for around in (0, 1, 2, 5)] == [False, False, True, True]
