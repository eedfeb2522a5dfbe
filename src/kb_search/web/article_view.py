"""From ArticleView to the page of one article: paragraphs, headings, passages and marks in one flow."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import quote, urlsplit

from kb_search.document import BOILERPLATE, CONTENTS, REPEATED, UNDATED, Article, Place, Silent, page_words, pages_of
from kb_search.paragraphs import paragraphs
from kb_search.results import ArticleHead, ArticleView, Span
from kb_search.web.contexts import (
    ArticleLine,
    ArticlePage,
    Block,
    Claimed,
    Fact,
    Frame,
    Link,
    NoteView,
    Piece,
    PlaceLine,
)
from kb_search.web.runs import cut
from kb_search.web.state import State
from kb_search.web.wording import NO_SOURCE, counted, date_words, precision_words, shortened

#: Longer articles come in parts of so many passages (some 60,000 words), so that no page grows past reading.
PASSAGES_A_PART = 400
#: What a reader is told of text that is shown fainter, by why it is.
SILENCES = {
    REPEATED: "stands a second time in this article",
    BOILERPLATE: "stands in many articles of this source, of which the earliest is searched",
    CONTENTS: "is a table of contents",
}


def article_url(state: State, article: str, passage: str = "", ordinal: int = 1) -> str:
    """The address of an article, or of one of its passages, that keeps the search it was found by."""
    url = state.url(f"/article/{quote(article)}")
    if ordinal > PASSAGES_A_PART:
        part = (ordinal - 1) // PASSAGES_A_PART + 1
        url += f"{'&' if '?' in url else '?'}part={part}"
    return f"{url}#{quote(passage)}" if passage else url


def article_line(head: ArticleHead, state: State) -> ArticleLine:
    """An article as a line of a list, with a link that keeps the search of `state`."""
    return ArticleLine(
        title=head.title,
        untitled=head.untitled,
        url=article_url(state, head.id),
        source=", ".join(head.sources) or NO_SOURCE,
        date=date_words(head.date),
        precision=precision_words(head.date),
        length=counted(head.passages, "passage"),
    )


def similar_url(name: str) -> str:
    """The address of what is like an article or a passage."""
    return f"/similar/{quote(name)}"


def article_page(
    view: ArticleView, state: State, frame: Frame, notes: tuple[NoteView, ...], part: int = 1
) -> ArticlePage:
    """The page for one article; `part` counts from 1 and is taken as the nearest that there is."""
    article = view.article
    parts = max(-(-len(view.passages) // PASSAGES_A_PART), 1)
    part = min(max(part, 1), parts)
    first, last = (part - 1) * PASSAGES_A_PART, part * PASSAGES_A_PART
    blocks = tuple(_blocks(view, first, last))
    searched = bool(state.pairs())
    runs = [run for block in blocks for piece in block.pieces for run in piece.runs]
    numbers, silent = sorted({run.mark for run in runs} - {0}), {run.silent for run in runs}
    return ArticlePage(
        frame=frame,
        title=cut(article.title, view.title_marks),
        untitled=article.untitled,
        byline=_byline(article),
        language=article.language,
        notes=notes,
        back_url=state.url() if searched else "",
        only_url=state.within(article.id).url() if searched else "",
        similar_url=similar_url(article.id),
        marks=_marks_words(sum(map(len, view.marks)), len(numbers), parts),
        mark_numbers=tuple(numbers),
        outline=tuple(Link(block.heading, f"#{block.anchor}") for block in blocks if block.heading),
        blocks=blocks,
        facts=tuple(_facts(article, len(view.passages))),
        places=tuple(map(_place_line, article.places[1:])),
        also=f"Nearly the same in {counted(view.copy_count, 'other')}" if view.copy_count else "",
        copies=tuple(article_line(head, state) for head in view.copies),
        silences=tuple(SILENCES[why] for why in SILENCES if why in silent),
        parts=tuple(_parts(state, view, part, parts)) if parts > 1 else (),
    )


def _place_line(place: Place) -> PlaceLine:
    return PlaceLine(
        title=place.title,
        source=place.source or NO_SOURCE,
        date=date_words(place.date),
        precision=precision_words(place.date),
        path=f"{place.path} ({place.row})" if place.row else place.path,
        url=safe_url(place.url),
    )


def _marks_words(total: int, here: int, parts: int) -> str:
    words = counted(total, "mark")
    return f"{words}, {here:,} on this part" if parts > 1 and total else words


def _byline(article: Article) -> str:
    when = " ".join(filter(None, (date_words(article.date), _bracketed(precision_words(article.date)))))
    return " · ".join(filter(None, (article.source or NO_SOURCE, article.author, when)))


def _bracketed(text: str) -> str:
    return f"({text})" if text else ""


def _parts(state: State, view: ArticleView, part: int, parts: int) -> Iterator[Link]:
    for number in range(1, parts + 1):
        ordinal = (number - 1) * PASSAGES_A_PART + 1
        url = article_url(state, view.article.id, ordinal=ordinal)
        yield Link(f"part {number}", url, number == part)


# -------------------------------------------------------------------------------------------------- text


def _blocks(view: ArticleView, first: int, last: int) -> Iterator[Block]:
    """Headings and paragraphs of the passages from `first` to before `last`, in order."""
    text, passages = view.article.text, view.passages[first:last]
    begin = passages[0].start if first and passages else 0
    end = passages[-1].end if last < len(view.passages) else len(text)
    headings = _headings(view.article, begin, end, is_last=end == len(text))
    pieces = _Pieces(view, first, last)
    for start, stop in _paragraphs(view.article, begin, end):
        while headings and headings[0][0] <= start:
            yield headings.popleft()[1]
        if text[start:stop].strip():
            yield Block(pieces=tuple(pieces.within(start, stop)))
    yield from (block for _, block in headings)


def _headings(article: Article, begin: int, end: int, *, is_last: bool) -> deque[tuple[int, Block]]:
    """The headings of a stretch with their offsets; one with nothing under it stands at the very end."""
    return deque(
        (section.start, Block(heading=section.title, anchor=f"s{number}"))
        for number, section in enumerate(article.sections, 1)
        if begin <= section.start < end or (is_last and section.start >= end)
    )


def _paragraphs(article: Article, begin: int, end: int) -> Iterator[Span]:
    """The spans of the paragraphs of a stretch in order; the start of a section always begins one."""
    starts = {section.start for section in article.sections if begin < section.start < end}
    for start, stop in pairwise([begin, *sorted(starts), end]):
        yield from paragraphs(article.text, start, stop)


class _Pieces:
    """Cuts paragraphs where passages meet, and says which runs are marked."""

    def __init__(self, view: ArticleView, first: int, last: int) -> None:
        self._text = view.article.text
        self._pages = view.article.pages
        self._passages = view.passages[first:last]
        self._starts = [passage.start for passage in self._passages]
        numbers = [1]
        for spans in view.marks[:last]:
            numbers.append(numbers[-1] + len(spans))
        self._numbers = numbers[first:]
        self._marks = [
            tuple((passage.start + left, passage.start + right) for left, right in spans)
            for passage, spans in zip(self._passages, view.marks[first:last], strict=False)
        ]
        self._silent = [
            tuple(Silent(passage.start + left, passage.start + right, why) for left, right, why in passage.silent)
            for passage in self._passages
        ]
        self._begun: set[str] = set()

    def within(self, start: int, stop: int) -> Iterator[Piece]:
        """The pieces of one paragraph, in order."""
        place = max(bisect_right(self._starts, start) - 1, 0)
        while place < len(self._passages) and self._passages[place].start < stop:
            passage = self._passages[place]
            window = max(start, passage.start), min(stop, passage.end)
            if window[0] < window[1]:
                runs = cut(self._text, self._marks[place], window, self._numbers[place], self._silent[place])
                first = passage.id not in self._begun
                yield Piece(passage.id, first, runs, page_words(*pages_of(self._pages, passage)) if first else "")
                self._begun.add(passage.id)
            place += 1


# ------------------------------------------------------------------------------------------------- facts


def _facts(article: Article, passages: int) -> Iterator[Fact]:
    """What is known of an article, each with where it was found and what else was claimed."""
    precision = _bracketed(precision_words(article.date))
    yield _fact("Source", article.source or NO_SOURCE, "source", article)
    yield _fact("Date", f"{date_words(article.date)} {precision}".strip(), "date", article)
    if article.author:
        yield _fact("Author", article.author, "author", article)
    if article.url:
        yield _fact("Address", article.url, "url", article, safe_url(article.url))
    yield Fact("File", f"{article.path} ({article.row})" if article.row else article.path)
    if article.language:
        yield _fact("Language", article.language, "language", article)
    words = len(article.text.split())
    yield Fact("Length", f"{counted(words, 'word')}, {counted(passages, 'passage')}")
    if article.pages:
        printed = f"{article.pages[0][1]} to {article.pages[-1][1]}"
        yield Fact("Pages", f"{len(article.pages):,} ({printed})" if len(article.pages) > 1 else article.pages[0][1])
    if article.untitled:
        yield Fact("Title", "none; the article is called by its first sentence")
    elif article.evidence_for("title"):
        yield _fact("Title", article.title, "title", article)


def _fact(name: str, value: str, field: str, article: Article, url: str = "") -> Fact:
    evidence = article.evidence_for(field)
    if evidence is None:
        return Fact(name, value, url)
    others = tuple(
        Claimed(shortened(one.value, 120), one.origin, one.value == evidence.value) for one in evidence.others
    )
    origin = evidence.origin if value not in (UNDATED, NO_SOURCE) else ""
    return Fact(name, value, url, origin, others)


def safe_url(url: str) -> str:
    """The address, if a reader may follow it: http or https with a host; else empty."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    is_web = parts.scheme in ("http", "https") and bool(parts.netloc)
    return url if is_web and url.isprintable() else ""
