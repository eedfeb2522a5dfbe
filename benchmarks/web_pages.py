"""What the loader of web pages gets right, beside trafilatura and htmldate on the same pages, in one run.

    python benchmarks/web_pages.py

The folder `shared/data/html` beside the checkout holds real pages: in `trafilatura` with snippets that belong to the
main text and snippets that do not, titles, authors and dates; in `htmldate` with dates alone. A date is right, wrong or
none; no date is better than a wrong one.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import htmldate
import trafilatura

from kb_search.document import Article
from kb_search.errors import DocumentError
from kb_search.loaders import RowProblem, SourceFile, load

PAGES = Path(__file__).resolve().parents[2] / "shared" / "data" / "html"


@dataclass(frozen=True, slots=True)
class Gold:
    """A page with what is known of it."""

    path: Path
    url: str
    date: str
    title: str
    author: str
    inside: tuple[str, ...]
    outside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Got:
    """What a program makes of a page."""

    text: str = ""
    title: str = ""
    author: str = ""
    date: str = ""


def gold(folder: Path) -> list[Gold]:
    """The pages of a folder with their gold."""
    rows = map(json.loads, (folder / "gold.jsonl").read_text("utf-8").splitlines())
    return [
        Gold(
            path=folder / row["file"],
            url=row["url"],
            date=row["date"] or "",
            title=row["title"] or "",
            author=row["author"] or "",
            inside=tuple(row.get("with") or ()),
            outside=tuple(row.get("without") or ()),
        )
        for row in rows
    ]


def ours(page: Gold) -> Got:
    """What the loader makes of a page; headings and title belong to the text here."""
    try:
        found = [one for one in load(SourceFile(page.path, page.path.name)) if not isinstance(one, RowProblem)]
    except DocumentError:
        return Got()
    article: Article = found[0]
    headings = [section.title for section in article.sections]
    title = "" if article.untitled else article.title
    text = "\n".join([title, *headings, article.text])
    return Got(text, title, article.author, str(article.date or ""))


def theirs(page: Gold) -> Got:
    """What trafilatura makes of a page by itself."""
    raw = page.path.read_bytes()
    text = trafilatura.extract(raw, url=page.url, include_comments=False) or ""
    about = trafilatura.extract_metadata(raw, default_url=page.url)
    return Got(text, about.title or "", about.author or "", about.date or "") if about else Got(text)


def their_text(page: Gold) -> Got:
    """The text alone that trafilatura finds."""
    return Got(trafilatura.extract(page.path.read_bytes(), url=page.url, include_comments=False) or "")


def their_date(page: Gold) -> Got:
    """What htmldate alone makes of a page."""
    found = htmldate.find_date(page.path.read_text("utf-8", "replace"), url=page.url)
    return Got(date=found or "")


def snippets(pages: Iterable[Gold], program: Callable[[Gold], Got]) -> tuple[float, float, float]:
    """Precision, recall and F1 of the gold snippets that are in the text or rightly absent."""
    right = wrong = missing = 0
    for page in pages:
        text = _plain(program(page).text)
        found = sum(_plain(one) in text for one in page.inside)
        right += found
        missing += len(page.inside) - found
        wrong += sum(_plain(one) in text for one in page.outside)
    precision, recall = right / max(right + wrong, 1), right / max(right + missing, 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def dates(pages: Iterable[Gold], program: Callable[[Gold], Got]) -> Counter[str]:
    """How many dates are right, wrong, or not given, among the pages that have one."""
    counts = Counter[str]()
    for page in pages:
        if page.date:
            got = program(page).date
            counts["none" if not got else "right" if got == page.date else "wrong"] += 1
    return counts


def fields(pages: Iterable[Gold], program: Callable[[Gold], Got], name: str) -> Counter[str]:
    """The same for title or author, by their words."""
    counts = Counter[str]()
    for page in pages:
        wanted, got = _plain(getattr(page, name)), _plain(getattr(program(page), name))
        if wanted:
            counts["none" if not got else "right" if wanted in got or got in wanted else "wrong"] += 1
    return counts


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def measured(pages: Sequence[Gold], program: Callable[[Gold], Got]) -> tuple[Callable[[Gold], Got], float]:
    """The same program with all its answers ready, and the processor time in milliseconds that each took it."""
    program(pages[0])
    begin = time.process_time()
    answers = {page.path: program(page) for page in pages}
    return lambda page: answers[page.path], (time.process_time() - begin) * 1000 / len(pages)


def main() -> None:
    """Print the figures of both programs."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--pages", type=Path, default=PAGES)
    folder = options.parse_args().pages
    articles, dated = gold(folder / "trafilatura"), gold(folder / "htmldate")
    for name, slow in (("kb-search", ours), ("trafilatura", theirs), ("  text only", their_text)):
        program, milliseconds = measured(articles, slow)
        precision, recall, f1 = snippets(articles, program)
        print(f"{name:12} {milliseconds:.1f} ms a page")
        print(f"{name:12} snippets: precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f}")
        if slow is not their_text:
            for field in ("title", "author"):
                print(f"{name:12} {field}: {dict(fields(articles, program, field))}")
            print(f"{name:12} dates of the same pages: {dict(dates(articles, program))}")
    for name, slow in (("kb-search", ours), ("htmldate", their_date)):
        program, milliseconds = measured(dated, slow)
        print(f"{name:12} {milliseconds:.1f} ms a page, dates: {dict(dates(dated, program))}")


if __name__ == "__main__":
    main()
