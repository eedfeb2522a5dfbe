import pytest

from tests.loaders.helpers import PROSE, heads, read

OTHER = "Nobody had expected them to agree so soon, and yet they signed the paper before the evening came."
LAST = "The school will open again in the autumn, said the teacher, who had waited for it for eleven years."
LEAD = "After eleven years the valley has a road again."


def page(above="", between="", head=""):
    """A page with something between the title and the text, and something in the text."""
    body = f'<div class="story"><p>{PROSE}</p>{between}<p>{OTHER}</p><p>{LAST}</p></div>'
    return f"<html><head>{head}</head><body><header><h1>Talks</h1>{above}</header><main>{body}</main></body></html>"


@pytest.mark.parametrize(
    "name", ["teaser-text", "lead", "article__standfirst", "entry-excerpt", "subTitle", "vorspann"]
)
def test_the_lead_is_put_back(tmp_path, name):
    """A lead that stands with the title, outside of the text, is the text's first paragraph."""
    article = read(tmp_path, "a.html", page(above=f'<div class="{name}"><p>{LEAD}</p></div>'))
    assert article.text.startswith(f"{LEAD}\n\n{PROSE}")


def test_the_lead_is_known_by_the_page_s_description(tmp_path):
    """A line below the title that the page's head gives as its description is the lead."""
    head = f'<meta name="description" content="{LEAD} More inside.">'
    long = f"{LEAD} More inside."
    assert read(tmp_path, "a.html", page(f"<div>{long}</div>", head=head)).text.startswith(f"{long}\n\n{PROSE}")


@pytest.mark.parametrize(
    "above",
    [
        f'<p class="image-caption lead">{LEAD}</p>',
        f'<nav class="lead"><p>{LEAD}</p></nav>',
        '<p class="lead">Too short</p>',
        f'<p class="lead"><a href="/x">{LEAD}</a></p>',
        f"<p class=x>{LEAD[:-1]}</p>",
    ],
)
def test_what_else_stands_above_the_text_is_no_lead(tmp_path, above):
    """Captions, menus, links and lines that nothing calls a lead stay out."""
    assert read(tmp_path, "a.html", page(above)).text.startswith(PROSE)


def test_paragraphs_among_paragraphs_are_put_back(tmp_path):
    """A quotation that stands in the same box as the text, between two paragraphs of it, is a part of it."""
    quotation = f'<p class="widget">{LEAD}</p>'
    assert read(tmp_path, "a.html", page(between=quotation)).text == f"{PROSE}\n\n{LEAD}\n\n{OTHER}\n\n{LAST}"


def test_headings_are_put_back_as_sections(tmp_path):
    """A heading that was lost heads the paragraph behind it again."""
    article = read(tmp_path, "a.html", page(between='<h2 class="widget">The road</h2>'))
    assert heads(article) == [("The road", OTHER[:12])]


@pytest.mark.parametrize(
    "between",
    [
        '<p class="widget">No sentence, but a label</p>',
        f'<p class="widget caption">{LEAD}</p>',
        f'<p class="widget"><a href="/x">{LEAD}</a></p>',
        f'<div class="widget"><div><p>{LEAD}</p></div></div>',
        f'<figure class="widget"><p>{LEAD}</p></figure>',
    ],
)
def test_what_is_not_of_their_kind_stays_out(tmp_path, between):
    """Labels, captions, links and what stands in boxes of its own are not put back."""
    assert read(tmp_path, "a.html", page(between=between)).text == f"{PROSE}\n\n{OTHER}\n\n{LAST}"


def test_nothing_is_printed_twice(tmp_path):
    """A lead that the text begins with is not put before it once more."""
    article = read(tmp_path, "a.html", page(above=f'<p class="lead">{PROSE}</p>'))
    assert article.text.count(PROSE) == 1


@pytest.mark.parametrize(
    "line", ["7 November 2023", "07.11.2023, 10:15", "By Ann Lee", "Von Ann Lee, dpa", "© The Paper"]
)
def test_lines_about_the_article_are_none_of_its_text(tmp_path, line):
    """Day, byline and copyright above the text are what is known of the article, not what it says."""
    markup = f"<html><body><h1>Talks</h1><article><p>{line}</p><p>{PROSE}</p><p>{OTHER}</p></article></body></html>"
    assert read(tmp_path, "a.html", markup).text == f"{PROSE}\n\n{OTHER}"


CAPTION = "The stone bridge in the valley, as a villager drew it in 1994."


@pytest.mark.parametrize(
    "inset",
    [
        f"<figure><img src='a.png'><figcaption>{CAPTION}</figcaption></figure>",
        f"<div><figure><img src='a.png'><figcaption class='caption'>{CAPTION}</figcaption></figure></div>",
        f"<aside><h3>Background</h3><p>{CAPTION}</p></aside>",
        f"<aside class='box'><div><p>{CAPTION}</p></div></aside>",
    ],
)
def test_captions_and_asides_to_the_article_stay_where_they_stood(tmp_path, inset):
    """What a figure or a box among the paragraphs says in whole sentences is a part of the article."""
    assert read(tmp_path, "a.html", page(between=inset)).text == f"{PROSE}\n\n{CAPTION}\n\n{OTHER}\n\n{LAST}"


@pytest.mark.parametrize(
    "inset",
    [
        "<figure><img src='a.png'><figcaption>Photo: A. Lee</figcaption></figure>",
        f"<aside><p><a href='/b'>{CAPTION}</a></p></aside>",
        f"<aside class='related-articles'><p>{CAPTION}</p></aside>",
        f"<aside class='newsletter'><p>{CAPTION}</p></aside>",
        f"<nav><aside><p>{CAPTION}</p></aside></nav>",
    ],
)
def test_other_boxes_among_the_paragraphs_stay_away(tmp_path, inset):
    """Credits, pointers to other articles and invitations are no part of the article."""
    assert read(tmp_path, "a.html", page(between=inset)).text == f"{PROSE}\n\n{OTHER}\n\n{LAST}"
