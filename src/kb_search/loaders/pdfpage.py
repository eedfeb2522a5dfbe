"""The letters of a page of a PDF, as PDFium gives them -> pieces of lines, each with its place.

PDFium says where lines end, puts spaces where a program left gaps, and numbers all characters; where each
stands is asked only at the ends of words.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from statistics import median

import pypdfium2
from pypdfium2 import raw as pdfium

from kb_search.loaders.layout import Line

#: A gap wider than this, in sizes of the letters, parts a line in two: the gutters of columns are wider, the
#: spaces of justified lines narrower.
_WIDE = 1.0
#: Fonts of so much weight (of 1000) are bold; some say it only in their name.
_BOLD = 600
_BOLD_NAME = re.compile(rb"bold|black|heavy|medi\b", re.IGNORECASE)
#: PDFium writes the first of these for a hyphen at the end of a line, and leaves the line's end out.
_DIVIDED = re.compile("[\x02\ufffe]|\xad$")
_LINE_END = re.compile("(?P<divided>[\x02\ufffe])|[\r\n]+|$")
_WORD = re.compile(r"\S+")


def lines_of(page: pypdfium2.PdfPage, most: int) -> tuple[Line, ...]:
    """The pieces of lines on a page, in the order in which they were written.

    A word that is divided at the end of a line keeps its hyphen. Raises PdfiumError where the page has more
    than `most` characters or cannot be read.
    """
    with closing(page.get_textpage()) as text:
        if text.count_chars() > most:
            raise pypdfium2.PdfiumError("too many characters")
        letters = _Letters(page, text)
        return tuple(piece for start, end in letters.rows() for piece in letters.pieces(start, end))


class _Letters:
    """The characters of one page by their number, and where each stands on the page as it is read."""

    def __init__(self, page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage) -> None:
        self._raw = text.raw
        self._turns = page.get_rotation() // 90
        self._crop = page.get_cropbox()
        self._text = _numbered(text)
        self._box = tuple(ctypes.c_double() for _ in range(4))

    def rows(self) -> Iterator[tuple[int, int]]:
        """Where each line begins and ends."""
        start = 0
        for found in _LINE_END.finditer(self._text):
            end = found.end() if found["divided"] else found.start()
            if self._text[start:end].strip():
                yield start, end
            start = found.end()

    def pieces(self, start: int, end: int) -> Iterator[Line]:
        """A line, parted where a gap is wider than between words."""
        words = [found.span() for found in _WORD.finditer(self._text, start, end)]
        begin = words[0][0]
        widest = _WIDE * self._size(begin)
        for (_, last), (first, _) in pairwise(words):
            if self._span(first)[0] - self._span(last - 1)[1] > widest:
                yield self._line(begin, last)
                begin = first
        yield self._line(begin, words[-1][1])

    def _line(self, start: int, end: int) -> Line:
        sample = (start, (start + end) // 2, end - 1)
        first, last = self._span(start), self._span(end - 1)
        text = _DIVIDED.sub("-", self._text[start:end])
        return Line(
            text=text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"),
            left=min(first[0], last[0]),
            right=max(first[1], last[1]),
            y=median(self._baseline(one) for one in sample),
            size=median(self._size(one) for one in sample),
            bold=all(self._is_bold(one) for one in sample),
        )

    def _span(self, index: int) -> tuple[float, float]:
        """From where to where a character reaches in the direction of reading."""
        left, right, bottom, top = self._box
        pdfium.FPDFText_GetCharBox(self._raw, index, left, right, bottom, top)
        if not self._turns:
            return left.value - self._crop[0], right.value - self._crop[0]
        ends = self._turned(left.value, bottom.value)[0], self._turned(right.value, top.value)[0]
        return min(ends), max(ends)

    def _baseline(self, index: int) -> float:
        x, y = ctypes.c_double(), ctypes.c_double()
        pdfium.FPDFText_GetCharOrigin(self._raw, index, x, y)
        return self._turned(x.value, y.value)[1]

    def _turned(self, x: float, y: float) -> tuple[float, float]:
        """A place on the page as it is shown, by quarter turns clockwise (ISO 32000-1, table 30)."""
        left, bottom, right, top = self._crop
        turned = ((x - left, y - bottom), (y - bottom, right - x), (right - x, top - y), (top - y, x - left))
        return turned[self._turns]

    def _size(self, index: int) -> float:
        """The size of a character's letters, with whatever the page is scaled by."""
        matrix = pdfium.FS_MATRIX()
        pdfium.FPDFText_GetMatrix(self._raw, index, matrix)
        return float(pdfium.FPDFText_GetFontSize(self._raw, index) * math.hypot(matrix.c, matrix.d)) or 1.0

    def _is_bold(self, index: int) -> bool:
        name, flags = ctypes.create_string_buffer(200), ctypes.c_int()
        pdfium.FPDFText_GetFontInfo(self._raw, index, name, len(name), flags)
        return pdfium.FPDFText_GetFontWeight(self._raw, index) >= _BOLD or bool(_BOLD_NAME.search(name.value))


def _numbered(text: pypdfium2.PdfTextPage) -> str:
    """The characters of a page, one for each of PDFium's numbers.

    All at once where that gives as many, which is ten times as fast; a page with characters that have no
    Unicode gives fewer.
    """
    count = text.count_chars()
    whole = text.get_text_range() if count else ""
    if len(whole) == count:
        return whole
    return "".join(chr(pdfium.FPDFText_GetUnicode(text.raw, index)) for index in range(count))
