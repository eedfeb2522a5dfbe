import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from kb_search.engines.local import LocalReader
from kb_search.errors import ClusterProblem

TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict}


def faults(value: object, schema: dict, schemas: dict, at: str = "$") -> Iterator[str]:
    """Where a value does not fit a schema; as much of JSON Schema as the description uses."""
    if "$ref" in schema:
        yield from faults(value, schemas[schema["$ref"].rsplit("/", 1)[1]], schemas, at)
        return
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(value is None if kind == "null" else _is(value, kind) for kind in kinds):
        yield f"{at}: {value!r} is not {kinds}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is not one of {schema['enum']}"
    if "const" in schema and value != schema["const"]:
        yield f"{at}: {value!r} is not {schema['const']!r}"
    if "pattern" in schema and value is not None and not re.search(schema["pattern"], value):
        yield f"{at}: {value!r} does not fit {schema['pattern']}"
    if "minimum" in schema and value < schema["minimum"]:
        yield f"{at}: {value!r} is too small"
    yield from _inside(value, schema, schemas, at)


def _is(value: object, kind: str) -> bool:
    return isinstance(value, TYPES[kind]) and (kind == "boolean") == isinstance(value, bool)


def _inside(value: object, schema: dict, schemas: dict, at: str) -> Iterator[str]:
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from faults(item, schema.get("items", {}), schemas, f"{at}[{number}]")
    if isinstance(value, dict):
        known = schema.get("properties", {})
        for name in set(schema.get("required", [])) - set(value):
            yield f"{at}: {name} is missing"
        for name, item in value.items():
            if name not in known and "additionalProperties" not in schema:
                yield f"{at}: {name} is not described"
            yield from faults(item, known.get(name, schema.get("additionalProperties", {})), schemas, f"{at}.{name}")


def check(client: FlaskClient, address: str, path: str, status: int = 200) -> dict:
    """The answer of an address, after comparing it with its description."""
    document = client.get("/api/openapi.json").json
    answer = client.get(address)
    assert answer.status_code == status
    described = document["paths"][path]["get"]["responses"][str(status)]["content"]["application/json"]["schema"]
    assert list(faults(answer.json, described, document["components"]["schemas"])) == []
    return answer.json


@pytest.mark.parametrize(
    "query",
    ["", "q=peace", "q=peace+talks&sort=newest&per_page=3&page=2", "q=zebra+harvest", "q=peace+AND+(", "q=мире",
     "source=Herald&not_source=Courier&date=2019&since=2000&until=2030", "date=undated", "q=nothinghasthis"],
)  # fmt: skip
def test_every_answer_to_a_search_is_as_described(client: FlaskClient, query: str) -> None:
    """Whatever is asked, the answer has the described keys and types, and no other."""
    check(client, f"/api/v1/search?{query}", "/api/v1/search")


def test_articles_stats_and_health_are_as_described(client: FlaskClient) -> None:
    """The other answers fit their descriptions too."""
    hit = check(client, "/api/v1/search?q=bridge", "/api/v1/search")["hits"][0]
    article = check(client, f"/api/v1/articles/{hit['article']}?q=bridge", "/api/v1/articles/{article}")
    assert article["url"] == "https://example.org/road"
    assert check(client, "/api/v1/stats", "/api/v1/stats")["articles"] == 18
    assert check(client, "/health", "/health")["status"] == "ok"


def test_health_says_so_where_nothing_can_be_searched(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index that is there, and whose engine cannot search it, is not healthy."""
    assert check(client, "/health", "/health")["status"] == "ok"

    def lost(*_arguments: object) -> None:
        raise ClusterProblem("The cluster lacks parts of the index.")

    monkeypatch.setattr(LocalReader, "search", lost)
    assert check(client, "/health", "/health", 503)["error"]["message"] == "The cluster lacks parts of the index."


def test_errors_are_as_described(client: FlaskClient) -> None:
    """What cannot be answered has the described shape and status."""
    check(client, "/api/v1/articles/nowhere", "/api/v1/articles/{article}", 404)
    check(client, "/api/v1/search?page=abc", "/api/v1/search", 400)
    check(client, "/api/v1/articles/nowhere?page=abc", "/api/v1/articles/{article}", 400)


def test_every_described_address_exists_and_every_parameter_is_read(client: FlaskClient) -> None:
    """The description promises no address and no parameter that is not there."""
    document = client.get("/api/openapi.json").json
    assert document["openapi"].startswith("3.1")
    for path in document["paths"]:
        assert client.get(path.replace("{article}", "x")).status_code in (200, 404)
    for parameter in document["paths"]["/api/v1/search"]["get"]["parameters"]:
        answer = client.get(f"/api/v1/search?{parameter['name']}=")
        assert answer.status_code == 200
        assert answer.json["query"]["notes"] == []


@pytest.mark.parametrize("name", ["page", "since", "until", "date", "not_date"])
@pytest.mark.parametrize(
    "value", ["1", "999999", "1000000", "1023", "2023-1", "2023-11-30", "undated", "2023-11-1", "12", "202311", "-1"]
)
def test_what_the_description_allows_is_what_is_read(client: FlaskClient, name: str, value: str) -> None:
    """The limits of a page's number and the form of a date are described as they are."""
    parameters = client.get("/api/openapi.json").json["paths"]["/api/v1/search"]["get"]["parameters"]
    schema = next(one["schema"] for one in parameters if one["name"] == name)
    schema = schema.get("items", schema)
    if name == "page":
        described = value.isdecimal() and schema["minimum"] <= int(value) <= schema["maximum"]
    else:
        described = re.search(schema["pattern"], value) is not None
    assert (client.get(f"/api/v1/search?{name}={value}").status_code == 200) == described


@pytest.mark.parametrize("query", ["page=abc", "page=0", "date=2023-02-30", "per_page=9999", "match=x", "sort=x"])
def test_an_impossible_value_is_refused(client: FlaskClient, query: str) -> None:
    """The API refuses what it cannot read, and quotes it."""
    answer = client.get(f"/api/v1/search?q=peace&{query}")
    assert answer.status_code == 400
    assert answer.json["error"]["kind"] == "usage"
    assert query in answer.json["error"]["message"]


def test_an_unknown_parameter_is_a_note(client: FlaskClient) -> None:
    """A misspelt parameter does not stop the answer and is not passed over either."""
    notes = client.get("/api/v1/search?q=peace&sources=Herald").json["query"]["notes"]
    assert [note["kind"] for note in notes] == ["ignored"]
    assert "sources=Herald" in notes[0]["message"]


@pytest.mark.parametrize("facet", ["source", "date"])
def test_a_facets_count_is_what_choosing_it_gives(client: FlaskClient, facet: str) -> None:
    """Each value of a facet, chosen alone, gives exactly the passages it was counted with."""
    values = client.get("/api/v1/search").json["facets"][facet]
    assert len(values) > 3
    for one in values:
        chosen = client.get(f"/api/v1/search?{facet}={quote(one['value'])}").json
        assert chosen["total"]["passages"] == one["count"], one
        assert [v for v in chosen["facets"][facet] if v["selected"]] == [{**one, "selected": True}]


def test_excluding_a_source_leaves_the_others(client: FlaskClient) -> None:
    """A source and everything but it add up to everything."""
    total = client.get("/api/v1/search").json["total"]["passages"]
    with_it = client.get("/api/v1/search?source=Herald").json["total"]["passages"]
    without = client.get("/api/v1/search?not_source=Herald").json["total"]["passages"]
    assert 0 < with_it < total
    assert with_it + without == total


def test_pages_of_hits_make_one_list(client: FlaskClient) -> None:
    """Pages one and two of ten are the first twenty, and no hit comes twice."""
    first, second = (client.get(f"/api/v1/search?q=envoys&page={page}").json["hits"] for page in (1, 2))
    both = client.get("/api/v1/search?q=envoys&per_page=20").json["hits"]
    ids = [hit["passage"] for hit in first + second]
    assert ids == [hit["passage"] for hit in both]
    assert len(set(ids)) == len(ids) > 10


def test_a_hits_address_leads_to_its_passage(client: FlaskClient) -> None:
    """The address of a hit is a page of this site, and the passage is on it under its own name."""
    for hit in client.get("/api/v1/search?q=envoys").json["hits"]:
        path, _, fragment = hit["url"].partition("#")
        assert fragment == hit["passage"]
        assert f'id="{fragment}"' in client.get(path).text


def test_marks_are_the_words_that_matched(client: FlaskClient) -> None:
    """A mark is a span of the text that is given with it."""
    for hit in client.get("/api/v1/search?q=bridge").json["hits"]:
        assert {hit["text"][start:end].lower() for start, end in hit["marks"]} == {"bridge"}


def test_hostile_text_stays_text(client: FlaskClient) -> None:
    """JSON gives the text as it is and is not taken for a page."""
    answer = client.get("/api/v1/search?q=hostile")
    assert answer.content_type == "application/json"
    assert "<script>alert(1)</script>" in answer.json["hits"][0]["text"]
