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


SHAPES = {
    "flat": "{heading}{text}",
    "sections": "<section>{heading}{text}</section>",
    "headers": "<section><header>{heading}</header>{text}</section>",
    "boxes": "<div>{heading}{text}</div>",
    "boxes in boxes": "<div><div class=head>{heading}</div><div class=body>{text}</div></div>",
    "bylines": "{heading}<p class=byline>By Ann Lee, 7 May 2020</p>{text}",
}


@pytest.mark.parametrize("title", ["", "The Gazette"])
@pytest.mark.parametrize("length", [1, 6, 30])
@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize("count", [1, 2, 4])
@pytest.mark.parametrize("shape", SHAPES)
def test_no_heading_of_the_text_is_lost(tmp_path, shape, count, level, length, title):
    """However long the text and whatever the title element says, each heading is the title or a section."""
    parts = [
        SHAPES[shape].format(
            heading=f"<h{level}>Part {number} of the report</h{level}>",
            text="".join(f"<p>{' '.join(_sentences(number, line, length))}</p>" for line in range(2)),
        )
        for number in range(count)
    ]
    markup = f"<html><head><title>{title}</title></head><body><div>{''.join(parts)}</div></body></html>"
    article = read(tmp_path, "a.html", markup)
    known = [article.title, *(section.title for section in article.sections)]
    assert [f"Part {number} of the report" in known for number in range(count)] == [True] * count
    assert "of the report" not in article.text


def _sentences(part, line, length):
    """Sentences that are all different: text that a page says twice is taken for furniture."""
    for number in range(length):
        yield f"House {number} of street {line} in town {part} needs a new roof before the autumn storms arrive."


def test_the_title_is_not_put_back_as_a_section(tmp_path):
    """A heading above the text that says the title once more heads nothing."""
    text = "".join(f"<p>{' '.join(_sentences(0, line, 20))}</p>" for line in range(3))
    head = "<meta property='og:title' content='Roofs for the town - The Gazette'>"
    markup = f"<html><head>{head}</head><body><h2>Roofs for the town</h2>{text}</body></html>"
    assert read(tmp_path, "a.html", markup).sections == ()


def test_one_heading_above_all_is_the_title(tmp_path):
    """Where nothing says the title, a heading of any level that stands alone above the text does."""
    text = "".join(f"<p>{' '.join(_sentences(0, line, 20))}</p>" for line in range(3))
    article = read(tmp_path, "a.html", f"<html><body><h2>Roofs for the town</h2>{text}</body></html>")
    assert (article.title, article.untitled, article.sections) == ("Roofs for the town", False, ())
