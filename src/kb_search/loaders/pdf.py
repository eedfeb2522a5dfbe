"""Printed pages (`.pdf`): text in the order of reading, with the pages that it stands on.

PDFium gives the letters and their places; `layout`, `furniture` and `printed` make of them lines, running
heads, paragraphs and headings. What is only a picture is not read, and said to be one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace

import pypdfium2
from pypdfium2 import raw as pdfium

from kb_search.document import Article, Claim, Evidence
from kb_search.errors import DocumentError
from kb_search.loaders.base import RowProblem, SourceFile, printable, read_bytes
from kb_search.loaders.body import compose
from kb_search.loaders.claims import Said, document_properties
from kb_search.loaders.cleaning import one_line
from kb_search.loaders.furniture import Repeated, without_furniture
from kb_search.loaders.layout import Page, body_size, reading_order
from kb_search.loaders.metadata import around, assemble
from kb_search.loaders.pdfpage import lines_of
from kb_search.loaders.printed import blocks

#: Longer books are reported and not read: the pages of one are in memory together.
_MOST_PAGES = 5_000
#: So many characters a document has at most (a long novel has a million).
_MOST_CHARACTERS = 20_000_000
#: With a larger share of letters that no font explains, the text cannot be read.
_MOST_UNKNOWN = 0.3

_ORIGIN = "PDF document information"
_UNKNOWN = re.compile(r"[\x00\ufffd\ue000-\uf8ff]")
_DATE = re.compile(r"(?:D:)?(\d{4})(\d{2})?(\d{2})?", re.ASCII)


def load(file: SourceFile) -> Iterator[Article | RowProblem]:
    """The one article of a PDF, and the pages of it that could not be read.

    Raises DocumentError where the file is damaged or protected, or holds no text.
    """
    place = around(file)
    with closing(_opened(file)) as document:
        pages, problems = _pages(document, file)
        information = document.get_metadata_dict()
    body = body_size(pages)
    pages, repeated = without_furniture(pages, body)
    pages = [replace(page, lines=tuple(reading_order(page.lines))) for page in pages]
    found = blocks(pages, body)
    claims = _claims(information)
    claims += [Said("title", block.text, "largest line of the first page") for block in found if block.level == 1][:1]
    article = assemble(place, compose(found), claims, "pdf")
    yield replace(article, evidence=(*article.evidence, *_left_out(repeated)))
    yield from problems


def _opened(file: SourceFile) -> pypdfium2.PdfDocument:
    content = read_bytes(file)
    name = printable(file.relative)
    try:
        document = pypdfium2.PdfDocument(content)
        count = len(document)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
            raise DocumentError(f"{name} is protected by a password; save it without one.") from error
        raise DocumentError(f"{name} is damaged or no PDF; get it anew where it came from.") from error
    if not 0 < count <= _MOST_PAGES:
        document.close()
        reason = (
            f"has {count:,} pages, more than the {_MOST_PAGES:,} that are read; split it" if count else "has no pages"
        )
        raise DocumentError(f"{name} {reason}.")
    return document


def _pages(document: pypdfium2.PdfDocument, file: SourceFile) -> tuple[list[Page], list[RowProblem]]:
    """All pages with their lines, and a problem for each kind of page that gives none."""
    name = printable(file.relative)
    pages: list[Page] = []
    pictures: list[str] = []
    damaged: list[str] = []
    left = _MOST_CHARACTERS
    for number in range(len(document)):
        label = one_line(document.get_page_label(number), 20) or str(number + 1)
        try:
            with closing(document[number]) as page:
                lines = lines_of(page, _MOST_CHARACTERS)
                if not lines and _has_picture(page):
                    pictures.append(label)
                pages.append(Page(label, page.get_height(), lines))
        except pypdfium2.PdfiumError:
            damaged.append(label)
            pages.append(Page(label, 0, ()))
        left -= sum(len(line.text) for line in pages[-1].lines)
        if left < 0:
            raise DocumentError(f"{name} has more than {_MOST_CHARACTERS:,} characters; split it.")
    _refuse_without_text(pages, pictures, name)
    return pages, [*_problem(pictures, "a picture without text"), *_problem(damaged, "cannot be read")]


def _refuse_without_text(pages: Sequence[Page], pictures: Sequence[str], name: str) -> None:
    text = "".join(line.text for page in pages for line in page.lines)
    if not text.strip():
        what = (
            "is a scan without text; run a program for text recognition (OCR) over it" if pictures else "holds no text"
        )
        raise DocumentError(f"{name} {what}.")
    if len(_UNKNOWN.findall(text)) > _MOST_UNKNOWN * len(text):
        raise DocumentError(
            f"{name} does not say which letters its signs are; run a program for text recognition (OCR) over it."
        )


def _has_picture(page: pypdfium2.PdfPage) -> bool:
    return next(page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_IMAGE,)), None) is not None


def _problem(labels: Sequence[str], what: str) -> Iterator[RowProblem]:
    if labels:
        more = f" and {len(labels) - 10} more" if len(labels) > 10 else ""
        yield RowProblem(f"page{'s' if len(labels) > 1 else ''} {', '.join(labels[:10])}{more}", what)


def _claims(information: dict[str, str]) -> list[Said]:
    """What the document says of itself. The day on which a PDF was made is not that of publication."""
    claims = document_properties(information.get("Title", ""), information.get("Author", ""), _ORIGIN)
    if created := _DATE.match(information.get("CreationDate", "")):
        day = "-".join(filter(None, created.groups()))
        claims.append(Said("date", day, f"{_ORIGIN}, day of creation", "not that of publication"))
    return claims


def _left_out(repeated: Sequence[Repeated]) -> Iterator[Evidence]:
    """What was printed on page after page and is not in the text."""
    if repeated:
        rows = sum(one.pages for one in repeated)
        others = tuple(Claim(one_line(one.text, 200), f"printed on {one.pages} pages") for one in repeated)
        yield Evidence("text", f"{rows} lines left out", "running heads and page numbers", others)
