import pytest

from tests.loaders.helpers import PROSE, read

OTHER = "Nobody had expected them to agree so soon, and yet they signed the paper before the evening came."
LAST = "The school will open again in the autumn, said the teacher, who had waited for it for eleven years."
PARAGRAPHS = f"<p>{PROSE}</p><p>{OTHER}</p>"


def text_of(folder, inside, after=f"<p>{LAST}</p>"):
    """The text of a page whose article has something in the middle."""
    markup = f"<html><body><h1>Talks</h1><article>{PARAGRAPHS}{inside}{after}</article></body></html>"
    return read(folder, "a.html", markup).text


WHOLE = f"{PROSE}\n\n{OTHER}\n\n{LAST}"


@pytest.mark.parametrize(
    "box",
    [
        '<div class="newsletter-signup"><p>Get our best stories every morning, free of charge.</p></div>',
        '<div id="cookieConsent"><p>We use cookies to make this page better for you and us.</p></div>',
        '<div class="social_share"><p>Tell your friends about this story on all networks.</p></div>',
        '<section class="relatedArticles"><p>A river that nobody knows and other stories.</p></section>',
        '<div class="post-author author-bio"><p>She has written about mountains for twenty years.</p></div>',
        '<p class="copyright">This text may not be printed again without our leave.</p>',
        '<div role="dialog"><p>Please log in to go on reading, it takes a minute only.</p></div>',
        '<div class="teaser"><p><a href="/other">A bridge falls into the river near the old mill</a></p></div>',
    ],
)
def test_boxes_that_are_no_part_of_an_article_go(tmp_path, box):
    """Newsletter, cookies, sharing, other articles, the author's life, copyright and log-in are not the article's."""
    assert text_of(tmp_path, box) == WHOLE


@pytest.mark.parametrize(
    "line",
    [
        '<p>Read more: <a href="/x">A bridge falls into the river</a></p>',
        '<p><strong>Lesen Sie auch: <a href="/x">Die Brücke ist in den Fluss gefallen</a></strong></p>',
        '<p><a href="/x">Читайте также: Мост обрушился в реку</a></p>',
        '<p>À lire aussi » <a href="/x">Un pont tombe dans la rivière</a></p>',
        "<p>More on this:</p>",
    ],
)
def test_lines_that_point_to_other_articles_go(tmp_path, line):
    """A line that only says where to read on, in the languages of the world's papers, is none of the text."""
    assert text_of(tmp_path, line) == WHOLE


@pytest.mark.parametrize(
    "kept",
    [
        "Read more carefully, the treaty says nothing about the bridge at all, they wrote.",
        'Related matters, such as <a href="/x">water</a>, were left for the talks in the spring of next year.',
        'The text can be found <a href="https://archive.example/1">in the archive of the valley</a>, they said.',
    ],
)
def test_sentences_that_begin_like_a_pointer_stay(tmp_path, kept):
    """A sentence of the article is kept whatever words it begins with and whatever it links to."""
    plain = kept.replace('<a href="/x">', "").replace('<a href="https://archive.example/1">', "").replace("</a>", "")
    assert plain in text_of(tmp_path, f"<p>{kept}</p>")


@pytest.mark.parametrize(
    "name", ["comments-open", "js-read-more", "intext-links", "related", "tag-cookies category-ads"]
)
def test_the_article_itself_is_no_box(tmp_path, name):
    """What holds the prose of a page stays, whatever it is called, and the subjects of a blog are no names."""
    markup = f'<html><body><div class="{name}"><p>{PROSE}</p><p>{OTHER}</p><p>{LAST}</p></div></body></html>'
    assert read(tmp_path, "a.html", markup).text == WHOLE


def test_text_behind_a_box_stays(tmp_path):
    """The words that follow a box within the same line are not lost with it."""
    inside = '<p>They sang <b>a song</b><span class="share-buttons">Share</span> and then they went home together.</p>'
    assert "They sang a song and then they went home together." in text_of(tmp_path, inside)
