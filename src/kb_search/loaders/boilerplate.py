"""What of a web page is plainly not its article: boxes for sharing, newsletters, cookies, comments, other articles.

It goes before the main text is looked for, so that none of the ways to find it can take such a box for the
article. A box is known by the words of its class or id, which web designers everywhere take from the same
small stock, or by being nothing but a link to another article. What holds much of the page's prose is never
taken for such a box, whatever it is called.
"""

from __future__ import annotations

import re

from lxml.etree import _Element


def _words(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|[\s_-])(?:{words})(?=$|[\s_-])", re.IGNORECASE)


#: Words that name a box which is no part of the article, whatever stands in it.
_NAMES = _words(
    "newsletters?|subscribe|subscription|sign-?up|registration-?wall|paywall|donate|donations?"
    "|shar(?:es|ing|edaddy|ethis|e-?(?:bar|buttons?|tools|links|icons|this))|add-?(?:this|toany)"
    "|social(?:-?(?:media|shar(?:e|ing)|links|icons|bar|buttons?))?|follow-?us"
    "|related-?(?:posts?|articles?|stories|content|news|links|topics)|jp-relatedposts|yarpp|recirc(?:ulation)?"
    "|most-?(?:read|popular|viewed)|popular-?posts?|trending|advert(?:s|isements?|orial)?|ads?|outbrain|taboola"
    "|cookies?|consent|gdpr|comments?|commentlist|disqus|respond|bread-?crumbs?|copyright"
    "|(?:post|entry|article)-?tags|tag-?list|tagcloud|pagination|pager|post-?navigation|skip-?links?"
    "|about-?(?:the-?)?author|author-?(?:box|bio|info|card|description|about)(?:-\\w+)?"
    "|sr-only|screen-?reader-?text|visually-?hidden|call-?to-?action|cta"
)
#: Words that name a box of pointers to other articles if there is more in it that is linked than not. Pages
#: also call so what opens the rest of the article, or the parts of the text that pointers stand between.
_NAMES_OF_LINKS = _words(
    "share|related|recommend(?:ed|ations?)?|read-?(?:more|also|next|on)|more-?(?:from|on|stories|news|articles)"
    "|see-?also|also-?read|popular|up-?next|next-?(?:article|post|story)|promos?|promotion|sponsor(?:ed|s)?"
    "|commercial|tags|intext-?links|teasers?"
)
#: What blog programs write into a class about the subject of an article; no name of a box.
_SUBJECTS = re.compile(r"\b(?:tag|category|cat|post|postid|author|format|type|status)-\S+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
#: trafilatura removes the others (nav, footer, aside, form …) itself.
_BOXES = (
    "div", "section", "ul", "ol", "li", "p", "span", "header", "table", "details", "article", "a", "h2", "h3", "h4",
    "h5", "h6", "dl",
)  # fmt: skip
_ROLES = frozenset({"dialog", "alertdialog"})
#: A box with a larger share of the prose of a page is no furniture.
_MOST_PROSE = 0.25
#: A paragraph that is a pointer to another article: what it begins with, before a link.
_POINTER = re.compile(
    r"\W{0,4}(?:(?:please\s+)?(?:read|see|watch|view|learn|find out|hear|listen)\s+(?:also|more|next|on|here|now|the full story)"
    r"|also\s+(?:read|see|watch|on)|see\s+also|(?:you\s+(?:may|might)\s+(?:also\s+)?(?:like|enjoy))|more\s+(?:on|from|about|stories|news)"
    r"|related(?:\s+\w+)?|recommended|don.t\s+miss|up\s+next|click\s+here|sign\s+up|subscribe|continue\s+reading"
    r"|lesen\s+sie(?:\s+\w+)?\s+auch|lesen\s+sie\s+(?:mehr|hier)|mehr\s+(?:zum\s+thema|dazu|lesen|infos?|über)|(?:siehe|lies)\s+auch"
    r"|auch\s+interessant|das\s+könnte|weitere\s+(?:artikel|infos?|informationen)|zum\s+thema|weiterlesen"
    r"|(?:à\s+)?lire\s+(?:aussi|également|la\s+suite)|voir\s+aussi|en\s+savoir\s+plus"
    r"|(?:lea?|vea|mira|te\s+puede)\s+(?:también|además|más|interesar)|(?:leer|ver)\s+(?:más|también)|más\s+(?:información|sobre)"
    r"|(?:leia|veja|saiba)\s+(?:também|mais)|leggi\s+(?:anche|di\s+più)|vedi\s+anche|lees\s+(?:ook|meer|verder)"
    r"|(?:czytaj|zobacz|przeczytaj|sprawdź)\s+(?:też|także|również|więcej)"
    r"|читайте\s+(?:также|ещё|еще|далее|подробнее)|смотрите\s+также|по\s+теме|ещё\s+по\s+теме|подробнее"
    r"|читайте\s+також|дивіться\s+також|ayrıca\s+(?:oku|bkz)|(?:devamını|daha\s+fazla)\s+oku|ilgili\s+haber"
    r"|həmçinin\s+oxu|oxuyun|կարդացեք\s+նաև|նաև|წაიკითხეთ\s+(?:ასევე|აგრეთვე)"
    r")\b",
    re.IGNORECASE,
)
_LINES = ("p", "li", "h2", "h3", "h4", "h5", "h6", "div", "blockquote", "aside")
_LONGEST_POINTER = 300
#: So much of what follows must be linked: a sentence that begins with `Related` and has a link is none.
_LEAST_LINKED = 0.6
_WORD = re.compile(r"\w+")


def prune(page: _Element) -> None:
    """Take out of a page (changed in place) what is plainly not its article.

    Scripts and styles must be gone already: their text would count.
    """
    prose = unlinked(page)
    for box in [element for element in page.iter(*_BOXES) if _is_named(element)]:
        if box.find(".//h1") is None and unlinked(box) <= _MOST_PROSE * prose:
            drop(box)
    for line in dict.fromkeys(map(_line_around, page.iter("a"))):
        if line is not None and _is_pointer(line):
            drop(line)


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


def length(element: _Element) -> int:
    """The number of characters of an element's text, white space at the ends of its pieces aside."""
    return sum(len(text.strip()) for text in element.itertext())


def linked(element: _Element) -> int:
    """How many of them stand in links."""
    return sum(length(link) for link in element.iter("a"))


def unlinked(element: _Element) -> int:
    """How many of them do not: menus and lists of other articles have next to none."""
    return length(element) - linked(element)


def is_pointer(text: str) -> bool:
    """Whether a line only announces pointers to other articles: `Read more:`."""
    found = _POINTER.match(text[:_LONGEST_POINTER])
    return bool(found) and not _WORD.search(text, found.end())


def _is_named(element: _Element) -> bool:
    if element.get("role") in _ROLES:
        return True
    names = f"{element.get('id') or ''} {element.get('class') or ''}"
    if len(names) < 3:
        return False
    names = _CAMEL.sub("-", _SUBJECTS.sub("", names[:500]))
    if _NAMES.search(names):
        return True
    return bool(_NAMES_OF_LINKS.search(names)) and 2 * linked(element) > length(element)


def _line_around(link: _Element) -> _Element | None:
    """The line of text that a link stands in."""
    for element in link.iterancestors():
        if element.tag in _LINES:
            return element
    return None


def _is_pointer(element: _Element) -> bool:
    """Whether a line only points at another article: `Read more: ` and a link."""
    if length(element) > _LONGEST_POINTER:
        return False
    text = " ".join("".join(element.itertext()).split())
    found = _POINTER.match(text)
    return bool(found) and linked(element) >= _LEAST_LINKED * (len(text) - found.end())
