"""The OpenAPI 3.1 description of the JSON interface (https://spec.openapis.org/oas/v3.1.0).

A test compares it with what the interface really answers, key by key, so it cannot promise anything else.
"""

from __future__ import annotations

from kb_search import __version__
from kb_search.document import BOILERPLATE, CONTENTS, REPEATED
from kb_search.overview import LISTS
from kb_search.results import MATCHES, SORTS
from kb_search.web.state import MAX_PAGE, MAX_PER_PAGE, MAX_VALUES
from kb_search.wire import Json

TEXT: Json = {"type": "string"}
TEXT_OR_NULL: Json = {"type": ["string", "null"]}
COUNT: Json = {"type": "integer", "minimum": 0}
NUMBER: Json = {"type": "number"}
FLAG: Json = {"type": "boolean"}
DATE: Json = {"type": ["string", "null"], "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$"}
#: Dates as they are asked for, where the first month may be `1` too; an empty one asks for nothing.
ASKED_DATE: Json = {"type": "string", "pattern": r"^(\d{4}(-\d{1,2}(-\d{1,2})?)?)?$"}
ASKED_DATE_OR_NONE: Json = {"type": "string", "pattern": r"^(undated|\d{4}(-\d{1,2}(-\d{1,2})?)?)?$"}
ENDING_COUNT: Json = {
    "type": ["integer", "null"],
    "minimum": 0,
    "description": "How often a word stands in the collection; of a name and of a field's value, in how many passages "
    "it is found. Null where nobody counted.",
}
PRECISION: Json = {"enum": ["day", "month", "year", None]}
_DATE_HELP = "`2023`, `2023-11`, `2023-11-07` or `undated`"


def document() -> Json:
    """The whole description, ready for JSON."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "kb-search",
            "version": __version__,
            "description": "Search a collection of articles for passages. Read only.",
        },
        "servers": [{"url": "/"}],
        "paths": {
            "/api/v1/search": _path(
                "search", "Search for passages", "SearchAnswer", _search_parameters(), "400", "503"
            ),
            "/api/v1/complete": _path(
                "complete", "Ways to go on with a query", "Completions", _complete_parameters(), "503"
            ),
            "/api/v1/articles/{article}": _path(
                "article",
                "One article with its passages",
                "Article",
                _article_parameters(),
                "400",
                "404",
                "503",
            ),
            "/api/v1/stats": _path("stats", "What the index holds", "Stats", [], "503"),
            "/health": _path("health", "Whether searches can be answered", "Health", [], "503"),
        },
        "components": {"schemas": _schemas()},
    }


def _path(operation: str, summary: str, schema: str, parameters: list[Json], *failures: str) -> Json:
    responses: Json = {"200": _answer(summary, schema)}
    responses.update({status: _answer("An error", "Error") for status in failures})
    return {
        "get": {
            "operationId": operation,
            "summary": summary,
            "parameters": parameters,
            "responses": responses,
        }
    }


def _answer(description: str, schema: str) -> Json:
    return {
        "description": description,
        "content": {"application/json": {"schema": _reference(schema)}},
    }


def _reference(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _search_parameters() -> list[Json]:
    several: Json = {"type": "array", "items": TEXT, "maxItems": MAX_VALUES}
    several_dates: Json = {**several, "items": ASKED_DATE_OR_NONE}
    return [
        _parameter("q", TEXT, "What to look for, in the query language; empty or `*` for everything."),
        _parameter("source", several, "Only these sources; repeat it for more than one."),
        _parameter("not_source", several, "None of these sources."),
        _parameter("date", several_dates, f"Only these dates: {_DATE_HELP}."),
        _parameter("not_date", several_dates, f"None of these dates: {_DATE_HELP}."),
        _parameter("since", ASKED_DATE, "From this year, month or day on, which is included."),
        _parameter("until", ASKED_DATE, "Up to this year, month or day, which is included."),
        _parameter("lang", several, "Only articles in these languages (ISO 639-1 codes)."),
        _parameter("article", TEXT, "Only passages of this article."),
        _parameter("match", {"enum": list(MATCHES), "default": "all"}, "All of the words, or any."),
        _parameter("variants", {"enum": ["on", "off"], "default": "on"}, "Other spellings of names."),
        _parameter("sort", {"enum": list(SORTS), "default": SORTS[0]}, "The order of the hits."),
        _parameter("fold", {"enum": ["0", "1"], "default": "0"}, "List of near-duplicates only the earliest."),
        _parameter("copies", {"enum": ["folded", "all"], "default": "folded"}, "`all` undoes `fold`, as on the pages."),
        _parameter(
            "page", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": 1}, "Which page of the hits."
        ),
        _parameter("per_page", {"type": "integer", "minimum": 1, "maximum": MAX_PER_PAGE}, "Hits on one page."),
    ]


def _complete_parameters() -> list[Json]:
    return [_parameter("q", TEXT, "What was typed so far; its last word, or the name that its last words begin.")]


def _article_parameters() -> list[Json]:
    return [
        {"name": "article", "in": "path", "required": True, "schema": TEXT, "description": "Its id."},
        _parameter("q", TEXT, "Mark what this query matches."),
    ]


def _parameter(name: str, schema: Json, description: str) -> Json:
    return {"name": name, "in": "query", "schema": schema, "description": description}


# ----------------------------------------------------------------------------------------------- schemas


def _object(**properties: Json) -> Json:
    """An object that always has all of these keys; more may come."""
    return {"type": "object", "properties": properties, "required": sorted(properties)}


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


COUNTS = _list(_object(value=TEXT, count=COUNT))
YEARS = _list(_object(year={"type": ["integer", "null"]}, count=COUNT))
SPANS = _list({"type": "array", "items": COUNT, "minItems": 2, "maxItems": 2})


def _schemas() -> Json:
    return {
        "SearchAnswer": _search_answer(),
        "Completions": _object(
            text=TEXT,
            completions=_list(_object(text=TEXT, ending=TEXT, kind=TEXT, count=ENDING_COUNT)),
        ),
        "Hit": _hit(),
        "Note": _object(kind=TEXT, text=TEXT, start=COUNT, end=COUNT, message=TEXT, suggestion=TEXT_OR_NULL),
        "FacetValue": _object(value=TEXT, count=COUNT, selected=FLAG, excluded=FLAG),
        "Timeline": _object(
            unit={"enum": ["year", "month", "day"]},
            bars=_list(_object(date=TEXT, count=COUNT, holdings=COUNT, coarse=COUNT)),
            undated=COUNT,
            undated_holdings=COUNT,
        ),
        "Article": _article(),
        "ArticleHead": _object(
            article=TEXT,
            path=TEXT,
            title=TEXT,
            untitled=FLAG,
            source=TEXT,
            date=DATE,
            date_precision=PRECISION,
            language=TEXT,
            sources=_list(TEXT),
            passages=COUNT,
        ),
        "Passage": _passage(),
        "Evidence": _object(value=TEXT, **{"from": TEXT}, others=_list(_object(value=TEXT, **{"from": TEXT}))),
        "Stats": _stats(),
        "Health": _object(status={"const": "ok"}, version=TEXT, generation=TEXT),
        "Error": _object(error=_object(kind=TEXT, message=TEXT)),
    }


def _search_answer() -> Json:
    values = _list(_reference("FacetValue"))
    return _object(
        query=_object(text=TEXT, understood=TEXT, notes=_list(_reference("Note"))),
        total=_object(passages=COUNT, articles=COUNT, articles_exact=FLAG, folded=COUNT, complete=FLAG),
        took_ms=NUMBER,
        page=COUNT,
        pages=COUNT,
        generation=TEXT,
        hits=_list(_reference("Hit")),
        nearest=_list(_reference("Hit")),
        facets=_object(source=values, date=values),
        date_tree=values,
        timeline=_reference("Timeline"),
        suggestion=TEXT_OR_NULL,
        clauses=_list(_object(text=TEXT, words=TEXT, passages=COUNT)),
        relaxation=_object(label=TEXT, text=TEXT, passages=COUNT, keeps_filters=FLAG) | {"type": ["object", "null"]},
    )


def _hit() -> Json:
    return _object(
        passage=TEXT, article=TEXT, title=TEXT, untitled=FLAG, source=TEXT, date=DATE,
        date_precision=PRECISION, section=TEXT, ordinal=COUNT, of=COUNT, page=TEXT_OR_NULL, last_page=TEXT_OR_NULL,
        score=NUMBER,
        reasons=_list(_object(name=TEXT, score=NUMBER)), url=TEXT, language=TEXT, text=TEXT,
        sentences=_list(COUNT), marks=SPANS, title_marks=SPANS, section_marks=SPANS,
        sources=_list(TEXT), copies=_list(_reference("ArticleHead")), copy_count=COUNT,
    )  # fmt: skip


def _article() -> Json:
    return _object(
        article=TEXT, path=TEXT, row=TEXT, title=TEXT, untitled=FLAG, source=TEXT, date=DATE,
        date_precision=PRECISION, author=TEXT, url=TEXT, language=TEXT, format=TEXT,
        evidence={"type": "object", "additionalProperties": _reference("Evidence")},
        text=TEXT, sections=_list(_object(title=TEXT, start=COUNT)), pages=_list(_object(start=COUNT, label=TEXT)),
        passages=_list(_reference("Passage")), title_marks=SPANS,
        places=_list(
            _object(
                article=TEXT, path=TEXT, row=TEXT, title=TEXT, source=TEXT, date=DATE, date_precision=PRECISION,
                url=TEXT,
            )
        ),
        copies=_list(_reference("ArticleHead")), copy_count=COUNT,
        notes=_list(_reference("Note")),
    )  # fmt: skip


def _passage() -> Json:
    return _object(
        passage=TEXT, ordinal=COUNT, section=TEXT, start=COUNT, end=COUNT, page=TEXT_OR_NULL,
        last_page=TEXT_OR_NULL, text=TEXT, marks=SPANS,
        silent=_list(_object(start=COUNT, end=COUNT, why={"enum": [REPEATED, BOILERPLATE, CONTENTS]})),
    )  # fmt: skip


def _stats() -> Json:
    return _object(
        engine=TEXT, generation=TEXT, generations=COUNT, articles=COUNT, passages=COUNT, sources=COUNT, undated=COUNT,
        failed=COUNT, skipped=COUNT, first_date=DATE, last_date=DATE, bytes=COUNT,
        source_counts=COUNTS,
        problems=_list(
            _object(path=TEXT, status=TEXT, reason=TEXT, loader=TEXT, articles=COUNT, encoding=TEXT, seconds=NUMBER)
        ),
        lists=_object(**dict.fromkeys(LISTS, COUNT)),
        articles_by_year=YEARS,
        articles_by_source=_list(_object(value=TEXT, count=COUNT, years=YEARS)),
        articles_by_language=COUNTS, articles_by_format=COUNTS, files_by_encoding=COUNTS,
    )  # fmt: skip
