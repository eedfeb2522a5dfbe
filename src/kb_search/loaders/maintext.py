"""The article of a web page without the page around it: paragraphs, headings, lists and tables.

trafilatura finds it (A. Barbaresi, Trafilatura: A Web Scraping Library, ACL 2021). Before it looks, what is
plainly no part of an article is taken out of the page; afterwards, what it lost of the article is put back.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

import trafilatura
import trafilatura.core
import trafilatura.external
from lxml.etree import ElementDefaultClassLookup, HTMLParser, LxmlError, _Element, fromstring, strip_elements
from lxml.html import HtmlElement
from trafilatura.settings import Extractor

from kb_search.loaders.body import Block
from kb_search.loaders.boilerplate import is_pointer, prune
from kb_search.loaders.dates import find_dates, latest_day
from kb_search.loaders.names import is_byline
from kb_search.loaders.recovery import recover
from kb_search.loaders.recutting import recut
from kb_search.loaders.vocabulary import Names

_UNREADABLE = ("script", "style", "noscript", "template", "svg", "iframe", "object", "embed", "canvas", "head")
_CONTROLS = bytes(byte for byte in [*range(32), 127] if byte not in b"\t\n\r")
_INLINE = frozenset({"hi", "ref", "del", "code"})
_MOST_ABOVE = 5
_LONGEST_ABOUT, _MOST_BESIDE = 80, 25
_HEADING = re.compile(r"h([1-6])")
_DESCRIPTION = "string(.//meta[@name='description' or @property='og:description']/@content)"

# trafilatura warns on the console of every page that it finds too short; what it does not find, we take.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

_compare_extraction = trafilatura.external.compare_extraction


def _compared(
    cleaned_tree: HtmlElement, raw_tree: HtmlElement, body: _Element, text: str, options: Extractor
) -> tuple[_Element, str]:
    """What trafilatura chooses between what it found, its `body` and `text`, and what readability finds on the page.

    It takes the latter where that has more than twice the text, or where its own lacks paragraphs or is to be cleaned.
    So readability, a tenth of all time, is asked only where its answer can be taken: on 44 of 100 pages.
    """
    is_enough = options.focus == "balanced" and len(text) >= options.min_extracted_size
    if is_enough and len(_flat("".join(raw_tree.itertext()))) <= 2 * len(text) and _is_sound(body):
        return body, text
    return _compare_extraction(cleaned_tree, raw_tree, body, text, options)


trafilatura.core.compare_extraction = _compared  # type: ignore[attr-defined]  # a name that it imports


def _is_sound(body: _Element) -> bool:
    """Whether what trafilatura found has text in paragraphs, is no table, and needs no cleaning."""
    tables, paragraphs = body.findall(".//table"), body.findall(".//p")
    has_prose = any(text.strip() for one in paragraphs for text in one.itertext())
    return has_prose and len(tables) <= len(paragraphs) and not body.xpath(trafilatura.external.SANITIZED_XPATH)


def parse(markup: str) -> tuple[HtmlElement | None, bool]:
    """The tree of a page, or None, and whether all of the page is in it: the parser stops at the 256th level."""
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    # lxml.html chooses a class for each element in Python, which takes a tenth of all time; trafilatura needs one.
    parser.set_element_class_lookup(ElementDefaultClassLookup(element=HtmlElement))
    raw = markup.encode("utf-8", "replace").translate(None, _CONTROLS)
    try:
        page = fromstring(raw, parser)
    except (LxmlError, ValueError):
        return None, False
    return page, not any("depth" in entry.message for entry in parser.error_log)


def main_text(page: HtmlElement, names: Names, title: str = "") -> list[Block]:
    """The blocks of the article on a page (changed in place) that is called `title`; none where none is found.

    `names` are those on the page.
    """
    description = page.xpath(_DESCRIPTION)
    above = {_bare(title), *(_bare("".join(time.itertext())) for time in page.iter("time"))} - {""}
    try:
        strip_elements(page, *_UNREADABLE, with_tail=False)
        prune(page, names)
        blocks = recut(page, list(_found(page)))
    except Exception:  # noqa: BLE001 - whatever a hostile page does to it, the body's text is left
        return []
    return list(_without_head(recover(page, blocks, description, title), above))


def _found(page: HtmlElement) -> Iterator[Block]:
    """What trafilatura finds.

    Its fast way (`fast=True`) saves a sixth of all time and is not good enough: on 240 pages it differed on 20;
    11 times it had next to nothing, nine times other articles along with this one. Favouring precision or
    recall, comments and links each did worse on the pages with gold than the defaults
    (benchmarks/ingestion/web_pages.py).
    """
    # Any format but that of Python: with that it would also write out as text what is read from its tree here.
    found = trafilatura.bare_extraction(page, include_comments=False, output_format="txt", with_metadata=False)
    if found is not None and not isinstance(found, dict):
        yield from (block for block in _blocks(found.body) if block.text and not is_pointer(block.text))


def _without_head(blocks: Sequence[Block], above: AbstractSet[str]) -> Iterator[Block]:
    """The blocks without what stands above the text and is not of it: the title again, byline, day, copyright.

    `above` has the title and what the page marks as a time, without white space: `7 Nov`, `two hours ago`.
    """
    for number, block in enumerate(blocks):
        again = not block.level and _bare(block.text) in above
        early = number < _MOST_ABOVE and (again or _is_about(block.text))
        if not early and not _is_copyright(block.text):
            yield block


def _bare(text: str) -> str:
    return "".join(text.casefold().split())


def _is_about(text: str) -> bool:
    """Whether a line only says when or by whom an article was written; the page's claims say it too."""
    days = find_dates(text, latest_day(), day_first=True) if len(text) <= _LONGEST_ABOUT else []
    beside = len(text) - sum(day.end - day.start for day in days)
    return bool(days and beside <= _MOST_BESIDE) or is_byline(text)


def _is_copyright(text: str) -> bool:
    return text.startswith(("©", "(c) ", "Copyright ©")) and len(text) <= _LONGEST_ABOUT


def _blocks(element: _Element) -> Iterator[Block]:
    """Paragraphs, headings, items of lists and rows of tables of trafilatura's tree."""
    for child in element:
        if child.tag == "head":
            level = _HEADING.fullmatch(child.get("rend") or "")
            yield Block(_words(child), int(level[1]) if level else 2)
        elif child.tag == "list":
            items = (_words(item, without="list") for item in child.iter("item"))
            yield from (Block(f"- {item}", tight=bool(number)) for number, item in enumerate(filter(None, items)))
        elif child.tag == "table":
            rows = (" | ".join(filter(None, map(_words, row))) for row in child)
            yield from (Block(row, tight=bool(number)) for number, row in enumerate(rows))
        elif child.tag in ("quote", "div") and len(child) and not (child.text or "").strip():
            yield from _blocks(child)
        else:
            yield Block(_words(child))
        yield Block(_flat(child.tail or ""))


def _words(element: _Element, without: str = "") -> str:
    """The text of an element; what is no part of a line of text stands a space apart."""
    return _flat("".join(_strings(element, without)))


def _strings(element: _Element, without: str) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        gap = "" if child.tag in _INLINE else " "
        if child.tag != without:
            yield gap
            yield from _strings(child, without)
        yield gap + (child.tail or "")


def _flat(text: str) -> str:
    return " ".join(text.split())
