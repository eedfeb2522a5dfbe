"""What of a web page is plainly not its article: boxes for sharing, newsletters, cookies, comments, other articles.

It goes before the main text is looked for, so that none of the ways to find it can take such a box for the
article. A box is known by the words of its class or id, which web designers everywhere take from the same
small stock, or by being nothing but a link to another article. What holds much of the page's prose is never
taken for such a box, whatever it is called.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml.etree import XPath, _Element

from kb_search.loaders.vocabulary import Names, called, vocabulary

#: Names of boxes that are no part of an article, whatever stands in them.
_BOX = vocabulary("""
    newsletter newsletters subscribe subscription signup sign-up registration-wall paywall donate donation donations
    shares sharing sharedaddy sharethis share-this share-bar share-buttons share-button share-tools share-links
    share-icons addthis add-this addtoany social social-media social-share social-sharing social-links social-icons
    social-bar social-buttons follow-us related-posts related-post related-articles related-article related-stories
    related-content related-news related-links related-topics yarpp recirc recirculation most-read most-popular
    most-viewed popular-posts trending advert adverts advertisement advertisements advertorial ad ads outbrain taboola
    cookie cookies consent gdpr comment comments commentlist disqus respond breadcrumb breadcrumbs copyright
    post-tags entry-tags article-tags tag-list tagcloud pagination pager post-navigation skip-link skip-links
    about-author about-the-author author-box author-bio author-info author-card author-description author-about
    sr-only screen-reader-text visually-hidden call-to-action cta
    """)
#: Names of boxes of pointers to other articles, if there is more in them that is linked than not. Pages also
#: call so what opens the rest of the article, or the parts of the text that pointers stand between.
_POINTERS = vocabulary("""
    share related recommend recommended recommendation recommendations read-more read-also read-next read-on
    more-from more-on more-stories more-news more-articles see-also also-read popular up-next next-article next-post
    next-story promo promos promotion sponsor sponsored sponsors commercial tags intext-links teaser teasers
    """)
#: Names of boxes beside the article, whose dates and people are not the article's.
ASIDE = vocabulary("""
    comment comments commentlist respond replies sidebar side-bar related related-posts related-articles recommended
    recommendation recommendations most-read most-popular most-viewed popular-posts latest-news latest-posts
    latest-articles trending newsletter teaser teasers card cards carousel slider swiper read-more read-also read-next
    more-from more-news more-stories
    """)
_ASIDE_TAGS = frozenset({"nav", "aside", "form", "select", "button"})
#: trafilatura removes the others (nav, footer, aside, form …) itself.
_BOXES = frozenset((
    "div", "section", "ul", "ol", "li", "p", "span", "header", "table", "details", "article", "a", "h2", "h3", "h4",
    "h5", "h6", "dl",
))  # fmt: skip
#: What may be hidden, asked of the library, which walks a page many times as fast as Python does.
_STYLED = XPath("descendant::*[@hidden or contains(@style, 'none') or contains(@style, 'NONE')]")
#: What may be furniture: nothing else has a name, a role, or can be hidden.
_SUSPECTS = XPath("descendant-or-self::*[@class or @id or @role or @hidden or @style]")
_NOT_SHOWN = re.compile(r"(?:^|;)\s{0,9}display\s{0,9}:\s{0,9}none", re.IGNORECASE)
_ROLES = frozenset({"dialog", "alertdialog"})
#: A box with a larger share of the prose of a page is no furniture.
_MOST_PROSE = 0.25
#: What a line, in small letters, begins with that points to other articles, in the languages that the pages we saw
#: were in. A pattern that does not care for capitals takes five times as long.
_POINTER = re.compile(
    r"\W{0,4}+(?:(?:please\s+)?(?:read|see|watch|view|learn|find\s+out|hear|listen)\s+(?:also|more|next|on|here|now)"
    r"|also\s+(?:read|see|watch|on)|you\s+(?:may|might)\s+(?:also\s+)?(?:like|enjoy)|more\s+(?:on|from|about|stories|news)"
    r"|read(?=:)|related(?:\s+\w+)?|recommended|don.t\s+miss|up\s+next|click\s+here|sign\s+up|subscribe|continue\s+reading"
    r"|lesen\s+sie\s+(?:\w+\s+)?(?:auch|mehr|hier)|mehr\s+(?:zum\s+thema|dazu|lesen|infos?|über)|(?:siehe|lies)\s+auch"
    r"|auch\s+interessant|das\s+könnte|weitere\s+(?:artikel|infos?|informationen)|zum\s+thema|weiterlesen"
    r"|(?:à\s+)?lire\s+(?:aussi|également|la\s+suite)|voir\s+aussi|en\s+savoir\s+plus"
    r"|(?:lea?|vea|mira|te\s+puede)\s+(?:también|además|más|interesar)|(?:leer|ver)\s+(?:más|también)"
    r"|más\s+(?:información|sobre)|(?:leia|veja|saiba)\s+(?:também|mais)|leggi\s+(?:anche|di\s+più)|vedi\s+anche"
    r"|lees\s+(?:ook|meer|verder)|(?:czytaj|zobacz|przeczytaj|sprawdź)\s+(?:też|także|również|więcej)"
    r"|читайте\s+(?:также|ещё|еще|далее|подробнее)|смотрите\s+также|(?:ещё\s+)?по\s+теме|подробнее"
    r"|читайте\s+також|дивіться\s+також|ayrıca\s+(?:oku|bkz)|(?:devamını|daha\s+fazla)\s+oku|ilgili\s+haber"
    r"|həmçinin\s+oxu|oxuyun|կարդացեք\s+նաև|նաև|წაიკითხეთ\s+(?:ასევე|აგრეთვე)"
    r")\b"
)
_LONGEST_POINTER = 300
#: So much of what follows must be linked: a sentence that begins with `Related` and has a link is none.
_LEAST_LINKED = 0.6
_LINES = frozenset({"p", "li", "h2", "h3", "h4", "h5", "h6", "div", "blockquote", "aside"})
_WORD = re.compile(r"\w")
_TEXT = XPath("string()", smart_strings=False)
_LINKED = XPath("descendant-or-self::a/descendant::text()", smart_strings=False)


def prune(page: _Element, names: Names) -> None:
    """Take out of a page (changed in place) what is plainly not its article; `names` are those on the page.

    Scripts and styles must be gone already: their text would count.
    """
    prose = unlinked(page)
    for box in list(_furniture(page, names)):
        if next(box.iter("h1"), None) is None and unlinked(box) <= _MOST_PROSE * prose:
            drop(box)
    for line in dict.fromkeys(map(_line_around, page.iter("a"))):
        if line is not None and _points(line):
            drop(line)


def is_aside(element: _Element) -> bool:
    """Whether an element stands beside the article: in a menu, a comment, a list of other articles.

    What holds the title too is not beside it.
    """
    for above in element.iterancestors():
        if above.tag in ("body", "main", "article"):
            return False
        if is_beside(above):
            return next(above.iter("h1"), None) is None
    return False


def is_beside(box: _Element) -> bool:
    """Whether a box is made for what stands beside an article, or called so."""
    return box.tag in _ASIDE_TAGS or called(box, ASIDE)


def is_hidden(attributes: Mapping[str, str]) -> bool:
    """Whether the attributes of an element say that a reader does not see it, nor can find it."""
    hidden, style = attributes.get("hidden"), attributes.get("style", "")
    return (hidden is not None and hidden != "until-found") or _NOT_SHOWN.search(style) is not None


def words(element: _Element) -> str:
    """The text of an element, white space made single."""
    return " ".join(_TEXT(element).split())


def length(element: _Element) -> int:
    """The number of characters of an element's text, without white space."""
    return len("".join(_TEXT(element).split()))


def linked(element: _Element) -> int:
    """How many of them stand in links."""
    return len("".join("".join(_LINKED(element)).split()))


def unlinked(element: _Element) -> int:
    """How many of them do not: menus and lists of other articles have next to none."""
    return length(element) - linked(element)


def is_pointer(text: str) -> bool:
    """Whether a line only announces pointers to other articles: `Read more:`, `See also the reports:`."""
    found = _POINTER.match(text[:_LONGEST_POINTER].lower())
    return found is not None and (text.endswith(":") or not _WORD.search(text, found.end()))


def drop(element: _Element) -> None:
    """Take an element out, and leave the text behind it where it is."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    if element.tail and before is not None:
        before.tail = (before.tail or "") + element.tail
    elif element.tail:
        parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _furniture(page: _Element, names: Names) -> Iterator[_Element]:
    boxes, pointers = set(names.having(_BOX)), set(names.having(_POINTERS))
    hidden = {element for element in _STYLED(page) if is_hidden(element.attrib)}
    for element in _SUSPECTS(page):
        if element.tag in _BOXES:
            furniture = element in boxes or element in hidden or element.get("role") in _ROLES
            if furniture or (element in pointers and 2 * linked(element) > length(element)):
                yield element


def _line_around(link: _Element) -> _Element | None:
    """The line of text that a link stands in."""
    return next(link.iterancestors(*_LINES), None)


def _points(element: _Element) -> bool:
    """Whether a line only points at another article: `Read more: ` and a link."""
    text = words(element)
    found = _POINTER.match(text.lower()) if len(text) <= _LONGEST_POINTER else None
    return found is not None and linked(element) >= _LEAST_LINKED * length(element) * (1 - found.end() / len(text))
