"""The shapes that JSON answers have: one function for each kind of answer.

Scripts rely on these keys, so the command line and the API both write through here and can never differ.
Every function takes frozen dataclasses and gives a fresh dict that `json.dumps` accepts as it is. A date is
a string at the precision it is known to (`2023`, `2023-11`, `2023-11-07`) or None; a span is `[start, end]`.
Keys may be added later; none is ever renamed or left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kb_search.document import Article, Date, Evidence, Pages, Passage, Place, pages_of
from kb_search.errors import KbSearchError
from kb_search.overview import Entry, Overview
from kb_search.results import (
    ArticleHead,
    ArticleView,
    Bar,
    Completion,
    Evaluation,
    Explanation,
    Facet,
    FileReport,
    Hit,
    IndexReport,
    Measure,
    Note,
    Relaxation,
    Results,
    Similar,
    Span,
    Stats,
    Timeline,
)

Json = dict[str, object]


def search_json(results: Results) -> Json:
    """The answer to a search: the query as it was understood, totals, hits, nearest hits and facets."""
    return {
        "query": {
            "text": results.request.text,
            "understood": results.understood,
            "notes": [_note(note) for note in results.notes],
        },
        "total": {
            "passages": results.passages,
            "articles": results.articles,
            "articles_exact": results.articles_exact,
            "folded": results.folded,
            "complete": results.complete,
        },
        "took_ms": round(results.took_ms, 3),
        "page": results.page,
        "pages": results.pages,
        "generation": results.generation,
        "hits": [_hit(hit) for hit in results.hits],
        "nearest": [_hit(hit) for hit in results.nearest],
        "facets": {facet.name: _facet(facet) for facet in results.facets},
        "date_tree": _facet(results.date_tree),
        "timeline": _timeline(results.timeline),
        "suggestion": results.suggestion,
        "clauses": [{"text": one.text, "words": one.words, "passages": one.passages} for one in results.clauses],
        "relaxation": _relaxation(results.relaxation),
    }


def explanation_json(explanation: Explanation) -> Json:
    """Why a passage stands where it stands: `reasons` add up to `score`, `words` to the first reason.

    `match` is `any` also where nothing has all the words, and the passage is explained as one that has some.
    """
    request = explanation.request
    return {
        "query": {"text": request.text, "understood": explanation.understood, "match": request.match},
        "position": explanation.position or None,
        "of": explanation.of,
        "score": _exact(explanation.hit.score),
        "reasons": _reasons(explanation.hit.reasons),
        "words": [
            {"word": one.word, "score": _exact(one.score), "count": one.count, "passages": one.passages}
            for one in explanation.words
        ],
        "hit": _hit(explanation.hit),
    }


def similar_json(similar: Similar) -> Json:
    """Other articles that are about the same, each with its best passage, and the words that were asked for."""
    return {"to": similar.to, "words": list(similar.words), "hits": [_hit(hit) for hit in similar.hits]}


def evaluation_json(evaluation: Evaluation) -> Json:
    """What was measured on a judged collection; `baseline` is the first ranking that it was compared with."""
    answer: Json = {
        "collection": evaluation.collection,
        "fingerprint": evaluation.fingerprint,
        "documents": evaluation.documents,
        "queries": evaluation.queries,
        "judged": evaluation.judged,
        "notes": list(evaluation.notes),
        "measures": _values(evaluation.measures),
        "intervals": _intervals(evaluation.measures),
    }
    for comparison in evaluation.comparisons:
        answer[comparison.name] = {
            **_values(comparison.measures),
            "intervals": _intervals(comparison.measures),
            "difference": {one.name: _exact(one.value) for one in comparison.differences},
            "p": {one.name: _exact(one.p) for one in comparison.differences},
        }
    return answer


def completions_json(text: str, completions: Iterable[Completion]) -> Json:
    """Ways to go on with a query: each the whole query, what was put at its end, of which kind, and how often."""
    return {
        "text": text,
        "completions": [
            {"text": one.text, "ending": one.ending, "kind": one.kind, "count": one.count} for one in completions
        ],
    }


def article_head_json(head: ArticleHead) -> Json:
    """One line of the list of articles; `passages` is their number."""
    return {
        "article": head.id,
        "path": head.path,
        "title": head.title,
        "untitled": head.untitled,
        "source": head.source,
        **_date(head.date),
        "language": head.language,
        "sources": list(head.sources),
        "passages": head.passages,
    }


def article_json(article: Article, passages: Sequence[Passage]) -> Json:
    """A whole article with its passages, in order; `start` and `end` are character offsets into `text`."""
    return {
        "article": article.id,
        "path": article.path,
        "row": article.row,
        **_article(article),
        "passages": [_identified(passage, article.pages) for passage in passages],
    }


def article_view_json(view: ArticleView) -> Json:
    """The same, with what a query matched: spans in the title and in each passage's own text."""
    pairs = zip(view.passages, view.marks, strict=True)
    return {
        **article_json(view.article, view.passages),
        "passages": [{**_identified(passage, view.article.pages), "marks": _spans(marks)} for passage, marks in pairs],
        "title_marks": _spans(view.title_marks),
        "copies": [article_head_json(head) for head in view.copies],
        "copy_count": view.copy_count,
        "notes": [_note(note) for note in view.notes],
    }


def extract_json(
    path: str,
    collection: str,
    status: str,
    reason: str,
    articles: Iterable[tuple[Article, Sequence[Passage]]],
) -> Json:
    """What a loader made of one file, `path` being the name as it was given, `collection` the folder that it is in."""
    return {
        "path": path,
        "collection": collection or None,
        "status": status,
        "reason": reason,
        "articles": [
            {**_article(article), "passages": [_passage(passage, article.pages) for passage in passages]}
            for article, passages in articles
        ],
    }


def stats_json(stats: Stats) -> Json:
    """What a generation holds; `sources` is their number, `source_counts` names each."""
    return {
        "engine": stats.engine,
        "generation": stats.generation,
        "articles": stats.articles,
        "passages": stats.passages,
        "sources": len(stats.sources),
        "undated": stats.undated,
        "failed": stats.failed,
        "skipped": stats.skipped,
        "first_date": _text(stats.first_date),
        "last_date": _text(stats.last_date),
        "bytes": stats.bytes,
        "generations": stats.generations,
        "source_counts": _counts(stats.sources),
        "problems": [_file(report) for report in stats.problems],
    }


def overview_json(overview: Overview) -> Json:
    """The figures of a generation, the length of each list, and articles by source, year, language and format."""
    return {
        **stats_json(overview.stats),
        "lists": {listing.name: len(listing.entries) for listing in overview.lists},
        "articles_by_year": _years(overview.years),
        "articles_by_source": [
            {"value": one.name, "count": one.articles, "years": _years(one.years)} for one in overview.sources
        ],
        "articles_by_language": _counts(overview.languages),
        "articles_by_format": _counts(overview.formats),
        "files_by_encoding": _counts(overview.encodings),
    }


def entry_json(entry: Entry) -> Json:
    """One line of a list: a file or an article, what is to be told of it, and what belongs to it."""
    return {
        "path": entry.path,
        "article": entry.article or None,
        "title": entry.title,
        "untitled": entry.untitled,
        "source": entry.source,
        **_date(entry.date),
        "said": list(entry.said),
        "problems": _problems(entry.problems),
        "others": [entry_json(other) for other in entry.others],
    }


def index_report_json(report: IndexReport) -> Json:
    """What one run of `index` did, in all and file by file."""
    return {
        "articles": report.articles,
        "passages": report.passages,
        "added": report.added,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "removed": report.removed,
        "skipped": report.skipped,
        "failed": report.failed,
        "seconds": round(report.seconds, 3),
        "generation": report.generation,
        "built": report.built,
        "engine": report.engine,
        "news": list(report.news),
        "files": [{**_file(file), "problems": _problems(file.problems)} for file in report.files],
    }


def error_json(error: KbSearchError) -> Json:
    """An error's stable kind and the sentence that is safe to show."""
    return {"error": {"kind": error.kind, "message": str(error)}}


def hit_url(article: str, passage: str) -> str:
    """The address, on this site, of a passage in its article."""
    return f"/article/{article}#{passage}"


def _hit(hit: Hit) -> Json:
    return {
        "passage": hit.passage,
        "article": hit.article,
        "title": hit.title,
        "untitled": hit.untitled,
        "source": hit.source,
        **_date(hit.date),
        "section": hit.section,
        "ordinal": hit.ordinal,
        "of": hit.of,
        "page": hit.page or None,
        "last_page": hit.last_page or None,
        "score": _exact(hit.score),
        "reasons": _reasons(hit.reasons),
        "url": hit_url(hit.article, hit.passage),
        "language": hit.language,
        "text": hit.text,
        "sentences": list(hit.sentences),
        "marks": _spans(hit.marks),
        "title_marks": _spans(hit.title_marks),
        "section_marks": _spans(hit.section_marks),
        "sources": list(hit.sources),
        "copies": [article_head_json(head) for head in hit.copies],
        "copy_count": hit.copy_count,
    }


def _reasons(reasons: Iterable[tuple[str, float]]) -> list[Json]:
    return [{"name": name, "score": _exact(part)} for name, part in reasons]


def _exact(score: float) -> float:
    """A score with so many digits that its parts still add up to it."""
    return round(score, 9)


def _values(measures: Iterable[Measure]) -> Json:
    return {one.name: _exact(one.value) for one in measures}


def _intervals(measures: Iterable[Measure]) -> Json:
    return {one.name: [_exact(one.low), _exact(one.high)] for one in measures}


def _article(article: Article) -> Json:
    return {
        "title": article.title,
        "untitled": article.untitled,
        "source": article.source,
        **_date(article.date),
        "author": article.author,
        "url": article.url,
        "language": article.language,
        "format": article.format,
        "evidence": {one.field: _evidence(one) for one in article.evidence},
        "text": article.text,
        "sections": [{"title": section.title, "start": section.start} for section in article.sections],
        "pages": [{"start": start, "label": label} for start, label in article.pages],
        "places": [_place(place) for place in article.places],
    }


def _place(place: Place) -> Json:
    """One of several places of an identical text, with the id that it would have alone; all of them lead here."""
    return {
        "article": place.id,
        "path": place.path,
        "row": place.row,
        "title": place.title,
        "source": place.source,
        **_date(place.date),
        "url": place.url,
    }


def _identified(passage: Passage, pages: Pages) -> Json:
    return {"passage": passage.id, "ordinal": passage.ordinal, **_passage(passage, pages)}


def _passage(passage: Passage, pages: Pages) -> Json:
    page, last_page = pages_of(pages, passage)
    return {
        "start": passage.start,
        "end": passage.end,
        "page": page or None,
        "last_page": last_page or None,
        "section": passage.section,
        "text": passage.text,
        "silent": [{"start": start, "end": end, "why": why} for start, end, why in passage.silent],
    }


def _evidence(evidence: Evidence) -> Json:
    return {
        "value": evidence.value,
        "from": evidence.origin,
        "others": [{"value": claim.value, "from": claim.origin} for claim in evidence.others],
    }


def _note(note: Note) -> Json:
    return {
        "kind": note.kind,
        "text": note.text,
        "start": note.start,
        "end": note.end,
        "message": note.message,
        "suggestion": note.suggestion,
    }


def _relaxation(wider: Relaxation | None) -> Json | None:
    if wider is None:
        return None
    return {
        "label": wider.label,
        "text": wider.text,
        "passages": wider.passages,
        "keeps_filters": wider.keeps_filters,
    }


def _facet(facet: Facet) -> list[Json]:
    return [
        {"value": one.value, "count": one.count, "selected": one.selected, "excluded": one.excluded}
        for one in facet.values
    ]


def _timeline(timeline: Timeline) -> Json:
    return {
        "unit": timeline.unit,
        "bars": [_bar(bar) for bar in timeline.bars],
        "undated": timeline.undated,
        "undated_holdings": timeline.undated_holdings,
    }


def _bar(bar: Bar) -> Json:
    return {"date": bar.date, "count": bar.count, "holdings": bar.holdings, "coarse": bar.coarse}


def _file(report: FileReport) -> Json:
    return {
        "path": report.path,
        "status": report.status,
        "reason": report.reason,
        "loader": report.loader,
        "articles": report.articles,
        "encoding": report.encoding,
        "seconds": round(report.seconds, 3),
    }


def _problems(problems: Iterable[tuple[str, str]]) -> list[Json]:
    return [{"where": where, "message": message} for where, message in problems]


def _counts(counts: Iterable[tuple[str, int]]) -> list[Json]:
    return [{"value": value, "count": count} for value, count in counts]


def _years(years: Iterable[tuple[int, int]]) -> list[Json]:
    """Years with their articles; the year of undated ones is null, and stands first."""
    return [{"year": year or None, "count": count} for year, count in years]


def _date(date: Date | None) -> Json:
    return {"date": _text(date), "date_precision": date.precision if date else None}


def _text(date: Date | None) -> str | None:
    return str(date) if date else None


def _spans(spans: Iterable[Span]) -> list[list[int]]:
    return [[start, end] for start, end in spans]
