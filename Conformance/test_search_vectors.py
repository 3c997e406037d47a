"""SearchVectors: results and scores against exact arithmetic, conditions, projections, refusals.

An index need not find every neighbour, so the vectors here are few and far apart.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from conftest import create, drop
from support.check import (
    CAPACITY_MEMBERS,
    ENVELOPE,
    MISSING_TABLE,
    NOT_FOUND,
    SERIALIZATION,
    VALIDATION,
    Part,
    enum_text,
    refuses,
)
from support.raw import RawClient
from support.tables import attributes, keys, m, n, on_demand, s
from support.vectors import (
    elements,
    ranked,
    schema,
    score,
    stored,
    vector_index,
    wait_until_searchable,
)

METRICS = ["COSINE", "EUCLIDEAN", "DOT_PRODUCT"]
VECTORS: dict[str, tuple[float, ...]] = {
    "east": (1, 0, 0),
    "far east": (9, 0.5, 0),
    "north": (0, 1, 0),
    "north-east": (1.5, 1.25, 0.125),
    "up": (0, 0, 3),
    "west": (-2, 0.25, 0),
    "nowhere": (0, 0, 0),
}
QUERY = (1.0, 0.0625, 0.0)
SCHEMA = on_demand(
    keys("pk"),
    attributes(pk="S", tenant="S", color="S", weight="N"),
    VectorIndexes=[
        *(vector_index(metric.lower(), 3, metric) for metric in METRICS),
        vector_index(
            "scoped", 3, "EUCLIDEAN", "INCLUDE", non_key=["note"],
            search_schema=schema("tenant", "color", "weight"),
        ),
        vector_index("bare", 3, "EUCLIDEAN", "KEYS_ONLY", search_schema=schema(None, "weight")),
    ],
)
TENANT = {"SearchConditionExpression": "tenant = :t", "ExpressionAttributeValues": {":t": s("a")}}


def item_of(place: int, key: str) -> dict[str, Any]:
    """Every second thing is tenant a's; some lack what the schema names."""
    item = {
        "pk": s(key), "v": stored(*VECTORS[key]), "tenant": s("ab"[place % 2]),
        "weight": n(place % 3), "note": s(key), "more": m(inside=s(key), other=n(place)),
    }
    if key == "nowhere":
        del item["tenant"]
    if place < 4:
        item["color"] = s("red" if place < 2 else "blue")
    return item


ITEMS = {key: item_of(place, key) for place, key in enumerate(VECTORS)}


@pytest.fixture(scope="module")
def things(client: Any, run_name: str) -> Iterator[str]:
    name = create(client, f"{run_name}-things", SCHEMA)
    for item in ITEMS.values():
        client.put_item(TableName=name, Item=item)
    client.put_item(TableName=name, Item={"pk": s("without a vector"), "tenant": s("a")})
    for metric in METRICS:
        wait_until_searchable(
            client, name, metric.lower(), SearchVector=elements(QUERY), TopK=1)
    wait_until_searchable(client, name, "scoped", SearchVector=elements(QUERY), TopK=1, **TENANT)
    yield name
    drop(client, name)


def search(client: Any, table: str, index: str, query: Any = QUERY, **more: Any) -> Any:
    request = {"SearchVector": elements(query), "TopK": 100, **more}
    return client.search_vectors(TableName=table, IndexName=index, **request)


def found(answer: dict[str, Any]) -> list[str]:
    return [each["Item"]["pk"]["S"] for each in answer["SearchResults"]]


# MARK: results


@pytest.mark.parametrize("metric", METRICS)
def test_results_come_best_first_with_their_scores(
    client: Any, things: str, metric: str
) -> None:
    wanted = ranked(metric, QUERY, VECTORS)
    answer = search(client, things, metric.lower())
    assert found(answer) == [key for key, _ in wanted]
    for result, (_, exact) in zip(answer["SearchResults"], wanted):
        assert result["Score"] == pytest.approx(exact, rel=1e-6, abs=1e-6)
    assert set(answer) == {"SearchResults", "ResponseMetadata"}
    assert set(answer["SearchResults"][0]) == {"Item", "Score"}


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("count", [1, 3, 100])
def test_top_k(client: Any, things: str, metric: str, count: int) -> None:
    wanted = [key for key, _ in ranked(metric, QUERY, VECTORS)][:count]
    assert found(search(client, things, metric.lower(), TopK=count)) == wanted


@pytest.mark.parametrize("metric", METRICS)
def test_many_vectors(client: Any, table: Any, seed: int, metric: str) -> None:
    """Enough for a real index: a vector is found by itself, and its nearest beside it."""
    print("seed", seed)
    rng = random.Random(seed)
    name = table(**on_demand(
        keys("pk"), attributes(pk="S"), VectorIndexes=[vector_index("vix", 16, metric)]))
    centres = [[rng.gauss(0, 1) for _ in range(16)] for _ in range(60)]
    vectors = {
        f"{place}/{number}": [x + rng.gauss(0, 0.02) for x in centre]
        for place, centre in enumerate(centres) for number in range(5)
    }
    entries = list(vectors.items())
    for start in range(0, len(entries), 25):
        client.batch_write_item(RequestItems={name: [
            {"PutRequest": {"Item": {"pk": s(key), "v": stored(*vector)}}}
            for key, vector in entries[start:start + 25]
        ]})
    wait_until_searchable(client, name, "vix", SearchVector=elements(centres[0]), TopK=1)
    for place in rng.sample(range(60), 15):
        wanted = ranked(metric, centres[place], vectors)[:5]
        answer = search(client, name, "vix", centres[place], TopK=5)
        assert {key for key, _ in wanted} == set(found(answer))
        scores = [result["Score"] for result in answer["SearchResults"]]
        assert scores == pytest.approx([exact for _, exact in wanted], rel=1e-5, abs=1e-6)


EXACT: list[tuple[str, tuple[float, ...], tuple[float, ...], float]] = [
    ("COSINE", (1, 2, 3), (2, 4, 6), 0.0),
    ("COSINE", (1, 2, 3), (-1, -2, -3), 2.0),
    ("COSINE", (1, 0, 0), (0, 0, 0), 1.0),
    ("COSINE", (0, 0, 0), (1, 0, 0), 1.0),
    ("EUCLIDEAN", (1, 2, 3), (1, 2, 3), 0.0),
    ("EUCLIDEAN", (3e38, 0, 0), (-3e38, 0, 0), 3.4028234663852886e38),
    ("DOT_PRODUCT", (3e38, 0, 0), (3e38, 0, 0), 3.4028234663852886e38),
    ("DOT_PRODUCT", (3e38, 0, 0), (-3e38, 0, 0), -3.4028234663852886e38),
    ("DOT_PRODUCT", (1e30, 1e30, 1), (1e30, -1e30, 2), 2.0),
]


@pytest.mark.parametrize("metric, query, vector, wanted", EXACT)
def test_scores_at_the_ends(
    client: Any, table: Any, metric: str, query: Any, vector: Any, wanted: float
) -> None:
    name = table(**on_demand(
        keys("pk"), attributes(pk="S"), VectorIndexes=[vector_index("vix", 3, metric)]))
    client.put_item(TableName=name, Item={"pk": s("a"), "v": stored(*vector)})
    wait_until_searchable(client, name, "vix", SearchVector=elements(query), TopK=1)
    (result,) = search(client, name, "vix", query)["SearchResults"]
    assert result["Score"] == pytest.approx(wanted, rel=1e-7, abs=1e-9)


def test_the_arn_names_the_table(client: Any, things: str) -> None:
    arn = client.describe_table(TableName=things)["Table"]["TableArn"]
    assert found(search(client, arn, "euclidean", TopK=1)) == ["east"]


def test_the_resource_api_has_the_client(resource: Any, things: str) -> None:
    answer = resource.Table(things).meta.client.search_vectors(
        TableName=things, IndexName="euclidean", SearchVector=[1, 0, Decimal("0.0")], TopK=1)
    (result,) = answer["SearchResults"]
    assert result["Item"]["pk"] == "east" and result["Score"] == 0


# MARK: conditions


def expected(**wanted: Any) -> list[str]:
    """Keys of the items that have these values, best first."""
    matching = {
        key: VECTORS[key] for key, item in ITEMS.items()
        if all(item.get(name) == value for name, value in wanted.items())
    }
    return [key for key, _ in ranked("EUCLIDEAN", QUERY, matching)]


CONDITIONS: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("scoped", "tenant = :a", {":a": s("a")}, {"tenant": s("a")}),
    ("scoped", ":a = tenant", {":a": s("b")}, {"tenant": s("b")}),
    ("scoped", "tenant = :a", {":a": s("nobody")}, {"tenant": s("nobody")}),
    ("scoped", "tenant = :a AND color = :b", {":a": s("a"), ":b": s("red")},
     {"tenant": s("a"), "color": s("red")}),
    ("scoped", "weight = :b and tenant = :a", {":a": s("a"), ":b": n("2.0")},
     {"tenant": s("a"), "weight": n(2)}),
    ("scoped", "(tenant = :a) AND (color = :b AND weight = :c)",
     {":a": s("b"), ":b": s("blue"), ":c": n(0)},
     {"tenant": s("b"), "color": s("blue"), "weight": n(0)}),
    ("bare", "weight = :a", {":a": n(1)}, {"weight": n(1)}),
]


@pytest.mark.parametrize("index, condition, values, wanted", CONDITIONS)
def test_conditions(
    client: Any, things: str, index: str, condition: str, values: Any, wanted: Any
) -> None:
    answer = search(
        client, things, index, SearchConditionExpression=condition,
        ExpressionAttributeValues=values)
    assert found(answer) == expected(**wanted)


def test_a_condition_by_placeholder(client: Any, things: str) -> None:
    answer = search(
        client, things, "scoped", SearchConditionExpression="#t = :t",
        ExpressionAttributeNames={"#t": "tenant"}, ExpressionAttributeValues={":t": s("a")})
    assert found(answer) == expected(tenant=s("a"))


def test_filters_may_be_left_out(client: Any, things: str) -> None:
    assert found(search(client, things, "bare")) == expected()


# MARK: projections


def test_all_is_everything_but_the_vector(client: Any, things: str) -> None:
    for result in search(client, things, "cosine")["SearchResults"]:
        item = dict(ITEMS[result["Item"]["pk"]["S"]])
        del item["v"]
        assert result["Item"] == item


def test_include_and_keys_only(client: Any, things: str) -> None:
    for index, kept in (
        ("scoped", {"pk", "tenant", "color", "weight", "note"}), ("bare", {"pk", "weight"})
    ):
        condition = TENANT if index == "scoped" else {}
        for result in search(client, things, index, **condition)["SearchResults"]:
            item = ITEMS[result["Item"]["pk"]["S"]]
            assert result["Item"] == {name: item[name] for name in kept if name in item}


def test_projection_expressions(client: Any, things: str) -> None:
    (result,) = search(
        client, things, "euclidean", TopK=1, ProjectionExpression="#m.inside, note",
        ExpressionAttributeNames={"#m": "more"})["SearchResults"]
    assert result["Item"] == {"note": s("east"), "more": m(inside=s("east"))}
    # What the index does not hold is left out without a word.
    (result,) = search(
        client, things, "scoped", TopK=1, ProjectionExpression="pk, more", **TENANT
    )["SearchResults"]
    assert result["Item"] == {"pk": s("east")}


def test_the_vector_comes_when_it_is_named(client: Any, table: Any) -> None:
    name = table(**on_demand(
        keys("pk"), attributes(pk="S"), VectorIndexes=[vector_index("vix", 4)]))
    written = stored("0.12345678901234567", "-0", "1E-7", "16777217")
    client.put_item(TableName=name, Item={"pk": s("a"), "v": written})
    wait_until_searchable(client, name, "vix", SearchVector=elements((1, 0, 0, 0)), TopK=1)
    (result,) = search(
        client, name, "vix", (1, 0, 0, 0), ProjectionExpression="v")["SearchResults"]
    texts = [each["N"] for each in result["Item"]["v"]["L"]]
    assert [float(text) for text in texts] == pytest.approx(
        [0.12345679, 0, 1e-7, 16777216], rel=1e-7)
    assert not any("e" in text.lower() or text.startswith("-") for text in texts)
    # The table keeps what was written, the index 32-bit floats.
    kept = client.get_item(TableName=name, Key={"pk": s("a")})["Item"]["v"]["L"]
    assert kept[0] == {"N": "0.12345678901234567"} and kept[3] == {"N": "16777217"}


# MARK: capacity


def test_capacity(client: Any, things: str) -> None:
    for wish in ("TOTAL", "INDEXES"):
        capacity = search(client, things, "cosine", ReturnConsumedCapacity=wish)["ConsumedCapacity"]
        assert set(capacity) == {"VectorSearchRequestBytes"}
        assert capacity["VectorSearchRequestBytes"] >= 1024
    answer = search(client, things, "cosine", ReturnConsumedCapacity="NONE")
    assert "ConsumedCapacity" not in answer


@pytest.mark.ours
def test_capacity_counts_dimensions_and_results(client: Any, table: Any) -> None:
    name = table(**on_demand(
        keys("pk"), attributes(pk="S"), VectorIndexes=[vector_index("vix", 128)]))
    query = [1.0] + [0.0] * 127
    for number in range(3):
        client.put_item(TableName=name, Item={"pk": s(f"k{number}"), "v": stored(*query)})

    def bytes_of(**more: Any) -> float:
        answer = search(client, name, "vix", query, ReturnConsumedCapacity="TOTAL", **more)
        return float(answer["ConsumedCapacity"]["VectorSearchRequestBytes"])

    assert bytes_of() == 128 * 30.6875 + 3 * (65 + 4)
    assert bytes_of(TopK=1, ProjectionExpression="v") == 128 * 30.6875 + 65 + 4 + 4 * 128


# MARK: freshness


@pytest.mark.ours
def test_a_search_sees_every_write_before_it(client: Any, table: Any) -> None:
    name = table(**SCHEMA)

    def seen() -> list[str]:
        return found(search(client, name, "scoped", **TENANT))

    def put(key: str, x: float, tenant: str = "a") -> None:
        client.put_item(
            TableName=name, Item={"pk": s(key), "v": stored(x, 0, 0), "tenant": s(tenant)})

    def update(key: str, expression: str, **values: Any) -> None:
        client.update_item(
            TableName=name, Key={"pk": s(key)}, UpdateExpression=expression,
            **({"ExpressionAttributeValues": {f":{k}": v for k, v in values.items()}}
               if values else {}))

    put("near", 1)
    put("far", 5)
    put("other", 1, "b")
    assert seen() == ["near", "far"]
    put("near", 9)
    assert seen() == ["far", "near"]
    update("other", "SET tenant = :t", t=s("a"))
    assert seen() == ["other", "far", "near"]
    update("far", "REMOVE v")
    assert seen() == ["other", "near"]
    update("other", "REMOVE tenant")
    assert seen() == ["near"]
    client.delete_item(TableName=name, Key={"pk": s("near")})
    assert seen() == []


# MARK: refusals

IN_CONDITION = "Invalid SearchConditionExpression: "
COMPARATOR = IN_CONDITION + "Invalid comparator used in SearchConditionExpression"
OPERATOR = IN_CONDITION + "Invalid operator used in SearchConditionExpression"
UNSOUND = (
    "Search vector contains invalid values. All values in the search vector must be a 32-bit "
    "floating-point number attribute"
)
NO_CONDITION = "SearchConditionExpression must be provided when SearchSchema has a HASH key"
RANGE = "is out of valid range. The value must be between 1 and 100 inclusive"
V = {":a": s("a"), ":b": s("b"), ":n": n(1), ":e": s("")}


def on(index: str, condition: str) -> dict[str, Any]:
    used = {name: value for name, value in V.items() if name in condition}
    request: dict[str, Any] = {"IndexName": index, "SearchConditionExpression": condition}
    return {**request, "ExpressionAttributeValues": used} if used else request


def constraint(member: str, text: str) -> Part:
    return Part(f"Value at '{member}' failed to satisfy constraint: Member must have {text}")


REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "no such index": (
        {"IndexName": "nope"}, "The table does not have the specified index: nope"),
    "a short index name": (
        {"IndexName": "ab"}, constraint("IndexName", "length greater than or equal to 3")),
    "no elements": (
        {"SearchVector": []}, constraint("SearchVector", "length greater than or equal to 1")),
    "too many elements": (
        {"SearchVector": elements([1] * 4097)},
        constraint("SearchVector", "length less than or equal to 4096")),
    "TopK 0": ({"TopK": 0}, constraint("TopK", "value greater than or equal to 1")),
    "TopK 101": ({"TopK": 101}, f"Provided TopK value '101' {RANGE}"),
    "a capacity report": (
        {"ReturnConsumedCapacity": "SOME"},
        Part(enum_text("SOME", "returnConsumedCapacity", CAPACITY_MEMBERS))),
    "two dimensions": (
        {"SearchVector": elements((1, 2))},
        "Input search vector dimension 2 does not match vector index dimension 3"),
    "a string element": ({"SearchVector": [s("1"), n(1), n(1)]}, UNSOUND),
    "a list around the vector": ({"SearchVector": [stored(1, 2, 3)]}, UNSOUND),
    "an element beyond 32 bits": ({"SearchVector": elements(("1E39", 0, 0))}, UNSOUND),
    "no condition on a HASH": ({"IndexName": "scoped"}, NO_CONDITION),
    "a condition without the HASH": (
        on("scoped", "color = :a"), Part("SearchConditionExpression must")),
    "an attribute that is not in the schema": (
        on("scoped", "tenant = :a AND note = :b"),
        "SearchConditionExpression must not contain any attributes that is not in SearchSchema. "
        "Invalid attribute: note"),
    "an index without schema": (
        on("cosine", "tenant = :a"),
        "SearchConditionExpression must not contain any attributes that is not in SearchSchema. "
        "Invalid attribute: tenant"),
    "HASH by <": (on("scoped", "tenant < :a"), COMPARATOR),
    "HASH by <>": (on("scoped", "tenant <> :a"), COMPARATOR),
    "a filter by >=": (on("scoped", "tenant = :a AND weight >= :n"), COMPARATOR),
    "OR": (on("scoped", "tenant = :a OR tenant = :b"), Part(IN_CONDITION)),
    "NOT": (on("scoped", "NOT tenant = :a"), Part(IN_CONDITION)),
    "IN": (on("scoped", "tenant IN (:a, :b)"), Part(IN_CONDITION)),
    "BETWEEN": (on("scoped", "tenant BETWEEN :a AND :b"), Part(IN_CONDITION)),
    "a function": (on("scoped", "begins_with(tenant, :a)"), Part(IN_CONDITION)),
    "a nested attribute": (
        on("scoped", "tenant = :a AND more.inside = :b"),
        IN_CONDITION + "SearchConditionExpression cannot have conditions on nested attributes"),
    "an attribute twice": (
        on("scoped", "tenant = :a AND tenant = :b"),
        IN_CONDITION + "SearchConditionExpression must only contain one condition per attribute"),
    "another type": (
        on("scoped", "tenant = :n"),
        "Type of 'tenant' attribute in SearchConditionExpression (N) does not match type in search "
        "schema (S)"),
    "another type of filter": (
        on("scoped", "tenant = :a AND weight = :b"),
        "Type of 'weight' attribute in SearchConditionExpression (S) does not match type in search "
        "schema (N)"),
    "an empty HASH value": (
        on("scoped", "tenant = :e"), Part("cannot contain an empty string value. Key: tenant")),
    "an empty condition": (on("scoped", ""), Part("The expression can not be empty;")),
    "a reserved word": (
        {"ProjectionExpression": "pk, size"},
        "Invalid ProjectionExpression: Attribute name is a reserved keyword; reserved keyword: "
        "size"),
    "an undefined value": (
        {"IndexName": "scoped", "SearchConditionExpression": "tenant = :nope"},
        IN_CONDITION + "An expression attribute value used in expression is not defined; attribute "
        "value: :nope"),
    "an unused value": (
        {**on("scoped", "tenant = :a"), "ExpressionAttributeValues": {":a": s("a"), ":z": s("z")}},
        "Value provided in ExpressionAttributeValues unused in expressions: keys: {:z}"),
    "names without an expression": (
        {"ExpressionAttributeNames": {"#a": "a"}},
        "ExpressionAttributeNames can only be specified when using expressions"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refuses(client: Any, things: str, case: str) -> None:
    request, text = REFUSALS[case]
    everything = {
        "TableName": things, "IndexName": "cosine", "SearchVector": elements(QUERY), "TopK": 5,
        **request,
    }
    refuses(client.search_vectors, VALIDATION, text, **everything)


def test_a_missing_table(client: Any, name: str) -> None:
    refuses(
        client.search_vectors, NOT_FOUND, Part(MISSING_TABLE), TableName=name, IndexName="vix",
        SearchVector=elements(QUERY), TopK=1)


def test_query_and_scan_do_not_read_vector_indexes(client: Any, things: str) -> None:
    refuses(
        client.query, VALIDATION, "Query operation not supported on this index type.",
        TableName=things, IndexName="cosine", KeyConditionExpression="pk = :a",
        ExpressionAttributeValues={":a": s("a")})
    refuses(
        client.scan, VALIDATION, "Scan operation not supported on this index type",
        TableName=things, IndexName="cosine")


BODIES: list[tuple[dict[str, Any], str, str]] = [
    ({"IndexName": None}, SERIALIZATION, "invalid type: null, expected a string at line 1 column "),
    ({"TableName": 5}, SERIALIZATION, "invalid type: integer `5`, expected a string at line 1 "),
    ({"SearchVector": stored(1)}, SERIALIZATION, "invalid type: map, expected a sequence at line"),
    ({"SearchVector": "1"}, SERIALIZATION, 'invalid type: string "1", expected a sequence at line'),
    ({"TopK": 3.5}, SERIALIZATION, "invalid type: floating point `3.5`, expected i32 at line 1 "),
    ({"TopK": "3"}, SERIALIZATION, 'invalid type: string "3", expected i32 at line 1 column '),
    ({"TopK": ...}, VALIDATION, "missing field `TopK` at line 1 column "),
    ({"SearchVector": ...}, VALIDATION, "missing field `SearchVector` at line 1 column "),
    ({"IndexName": ...}, VALIDATION, "missing field `IndexName` at line 1 column "),
    ({"TableName": ...}, VALIDATION, "missing field `TableName` at line 1 column "),
]


@pytest.mark.parametrize("change, code, text", BODIES)
def test_bodies_that_no_sdk_sends(
    raw: RawClient, things: str, change: dict[str, Any], code: str, text: str
) -> None:
    body = {
        "TableName": things, "IndexName": "cosine", "SearchVector": elements(QUERY), "TopK": 1,
        **change,
    }
    answer = raw.call(
        "SearchVectors", {name: value for name, value in body.items() if value is not ...})
    assert answer.status == 400
    assert answer.code == code and text in answer.message, answer.message


def test_scores_are_plain_json_numbers(raw: RawClient, things: str) -> None:
    answer = raw.call("SearchVectors", {
        "TableName": things, "IndexName": "euclidean", "SearchVector": elements(QUERY), "TopK": 9,
    })
    results = json.loads(answer.body, parse_float=str, parse_int=str)["SearchResults"]
    for result in results:
        exact = score("EUCLIDEAN", QUERY, VECTORS[result["Item"]["pk"]["S"]])
        assert math.isclose(float(result["Score"]), exact, rel_tol=1e-6)


def test_the_order_of_refusals(client: Any, things: str, name: str) -> None:
    """Each request has all faults from one on; the first is told."""
    faults: list[tuple[dict[str, Any], str, str]] = [
        ({"IndexName": "ab"}, VALIDATION, Part("Value at 'IndexName'")),
        ({"TopK": 101}, VALIDATION, Part("TopK value '101'")),
        ({"SearchVector": [s("x")]}, VALIDATION, UNSOUND),
        ({"SearchConditionExpression": ""}, VALIDATION, Part(IN_CONDITION)),
        ({"TableName": name}, NOT_FOUND, Part(MISSING_TABLE)),
        ({"IndexName": "nope"}, VALIDATION, "The table does not have the specified index: nope"),
        ({"SearchVector": elements((1,))}, VALIDATION, Part("Input search vector dimension 1")),
        ({"IndexName": "scoped"}, VALIDATION, NO_CONDITION),
    ]
    good = {"TableName": things, "IndexName": "cosine", "SearchVector": elements(QUERY), "TopK": 1}
    for place, (_, code, text) in enumerate(faults):
        request = dict(good)
        for change, _, _ in reversed(faults[place:]):
            request.update(change)
        refuses(client.search_vectors, code, text, **request)


def test_several_broken_constraints_come_together(client: Any, things: str) -> None:
    refuses(
        client.search_vectors, VALIDATION, Part("2 " + ENVELOPE[2:].replace("error", "errors")),
        TableName=things, IndexName="ab", SearchVector=elements(QUERY), TopK=0)
