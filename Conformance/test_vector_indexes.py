"""Vector indexes beside everything that defines, describes, writes, expires and bills items."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import create, drop
from support.check import CANCELLED, IN_USE, INVALID, NOT_FOUND, VALIDATION, Part, refuses
from support.tables import HASH, attributes, index, keys, n, on_demand, s
from support.vectors import (
    description,
    elements,
    schema,
    stored,
    vector_index,
    wait_until_searchable,
)

LIMIT = "LimitExceededException"
ONE_AT_A_TIME = (
    "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per "
    "table"
)


def with_vectors(*indexes: Any, **changes: Any) -> dict[str, Any]:
    request = on_demand(
        keys("pk"), attributes(pk="S", tenant="S", color="S"), VectorIndexes=list(indexes))
    return {**request, "AttributeDefinitions": attributes(pk="S"), **changes}


def searched(client: Any, table: str, name: str = "vix", query: Any = (1, 0, 0)) -> set[str]:
    answer = client.search_vectors(
        TableName=table, IndexName=name, SearchVector=elements(query), TopK=100)
    return {each["Item"]["pk"]["S"] for each in answer["SearchResults"]}


# MARK: CreateTable and DescribeTable


def test_an_index_is_described_as_it_was_made(client: Any, table: Any) -> None:
    name = table(**with_vectors(
        vector_index("plain"),
        vector_index(
            "full", 4096, "DOT_PRODUCT", "INCLUDE", attribute="w", non_key=["note"],
            search_schema=schema("tenant", "color")),
        AttributeDefinitions=attributes(pk="S", tenant="S", color="S"),
    ))
    described = client.describe_table(TableName=name)["Table"]
    plain, full = sorted(
        described["VectorIndexes"], key=lambda each: each["IndexName"], reverse=True)
    common = {"IndexStatus": "ACTIVE", "ItemCount": 0, "IndexSizeBytes": 0}
    assert plain == {
        **vector_index("plain"), **common, "IndexArn": described["TableArn"] + "/index/plain"}
    assert full["SearchSchema"] == schema("tenant", "color")
    assert full["Projection"] == {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["note"]}
    assert full["Dimensions"] == 4096 and full["DistanceFunction"] == "DOT_PRODUCT"
    assert full["VectorAttribute"] == {"AttributeName": "w"}
    assert "GlobalSecondaryIndexes" not in described


@pytest.mark.ours
def test_counts_are_exact_and_bill_a_vector_by_dimensions(client: Any, table: Any) -> None:
    name = table(**with_vectors(vector_index(projection="KEYS_ONLY")))
    for key in ("a", "bc"):
        client.put_item(TableName=name, Item={
            "pk": s(key), "v": stored("0.123456789012", 1, 2), "note": s("12345")})
    client.put_item(TableName=name, Item={"pk": s("d")})
    described = client.describe_table(TableName=name)["Table"]
    (made,) = described["VectorIndexes"]
    assert made["ItemCount"] == 2 and described["ItemCount"] == 3
    # pk and the key, v and four bytes a dimension; the table has note, too.
    assert made["IndexSizeBytes"] == (2 + 1 + 1 + 12) + (2 + 2 + 1 + 12)
    assert described["TableSizeBytes"] == made["IndexSizeBytes"] + 2 * (4 + 5) + (2 + 1)


def without(member: str) -> dict[str, Any]:
    return {name: value for name, value in vector_index().items() if name != member}


BY_TENANT = schema("tenant")
CREATE_REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "a provisioned table": (
        with_vectors(vector_index(), BillingMode="PROVISIONED", ProvisionedThroughput={
            "ReadCapacityUnits": 1, "WriteCapacityUnits": 1}),
        INVALID + "Vector indexes are only supported for PAY_PER_REQUEST tables"),
    "a schema element without definition": (
        with_vectors(vector_index(search_schema=BY_TENANT)),
        INVALID + "One element in SearchSchema is not defined in attribute definitions"),
    "no dimensions": (
        with_vectors(vector_index(dimensions=0)),
        INVALID + "Number of dimensions must be between 1 and 4096 inclusive."),
    "too many dimensions": (
        with_vectors(vector_index(dimensions=4097)),
        INVALID + "Number of dimensions must be between 1 and 4096 inclusive."),
    "six indexes": (
        with_vectors(*(vector_index(f"vix{number}") for number in range(6))),
        INVALID + "VectorIndex count exceeds the per-table limit of 5"),
    "one attribute with two dimensions": (
        with_vectors(vector_index("first", 3), vector_index("other", 4)),
        INVALID + "Conflicting attribute definition for 'v'. All VectorIndexes on the same vector "
        "attribute must use the same dimensions."),
    "the key as vector": (
        with_vectors(vector_index(attribute="pk")), Part("Conflicting attribute definition")),
    "a name twice": (with_vectors(vector_index(), vector_index()), Part("vix")),
    "a distance function that is none": (
        with_vectors(vector_index(distance="MANHATTAN")),
        Part("Member must satisfy enum value set: [")),
    "a role that is none": (
        with_vectors(vector_index(search_schema=[
            {"AttributeName": "pk", "SearchSchemaElementType": "RANGE"}])),
        Part("Member must satisfy enum value set: [")),
    "a short name": (
        with_vectors(vector_index("ab")),
        Part("Member must have length greater than or equal to 3")),
    "no vector attribute": (
        with_vectors(without("VectorAttribute")), Part("Member must not be null")),
    "no projection": (with_vectors(without("Projection")), Part("Member must not be null")),
    "two HASH elements": (
        with_vectors(
            vector_index(search_schema=[*schema("tenant"), *schema("color")]),
            AttributeDefinitions=attributes(pk="S", tenant="S", color="S")),
        Part("HASH")),
    "INCLUDE without attributes": (
        with_vectors(vector_index(projection="INCLUDE")),
        Part("NonKeyAttributes is not specified")),
}


@pytest.mark.parametrize("case", CREATE_REFUSALS)
def test_create_table_refuses(client: Any, name: str, case: str) -> None:
    request, text = CREATE_REFUSALS[case]
    refuses(client.create_table, VALIDATION, text, TableName=name, **request)


# MARK: UpdateTable


def adding(*indexes: Any, **more: Any) -> dict[str, Any]:
    return {"VectorIndexUpdates": [{"Create": each} for each in indexes], **more}


def removing(name: str) -> dict[str, Any]:
    return {"VectorIndexUpdates": [{"Delete": {"IndexName": name}}]}


def test_an_index_added_to_items_misses_nothing_while_writes_go_on(
    client: Any, table: Any
) -> None:
    """What was there, what is written meanwhile, and what is changed and deleted meanwhile."""
    name = table(**HASH)

    def item(key: str, x: float) -> dict[str, Any]:
        return {"pk": s(key), "v": stored(x, 1, 0)}

    for number in range(60):
        client.put_item(TableName=name, Item=item(f"old{number}", number))
    for key, vector in {
        "short": stored(1, 2), "text": s("vector"), "large": stored("1E39", 0, 0),
        "mixed": {"L": [n(1), s("2"), n(3)]},
    }.items():
        client.put_item(TableName=name, Item={"pk": s(key), "v": vector})
    stop = threading.Event()
    written: list[str] = []

    def write() -> None:
        number = 0
        while not stop.is_set() and number < 2_000:
            client.put_item(TableName=name, Item=item(f"new{number}", -number - 1))
            written.append(f"new{number}")
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        answer = client.update_table(
            TableName=name, **adding(vector_index(distance="EUCLIDEAN")))
        (made,) = answer["TableDescription"]["VectorIndexes"]
        assert made["IndexStatus"] == "CREATING"
        client.delete_item(TableName=name, Key={"pk": s("old7")})
        client.put_item(TableName=name, Item=item("old8", -99_999))
        wait_until_searchable(client, name, "vix", SearchVector=elements((1, 0, 0)), TopK=1)
        count = len(written)
        while len(written) < count + 10 and writer.is_alive():
            time.sleep(0.01)
    finally:
        stop.set()
        writer.join(60)
    described = description(client, name, "vix")
    assert described is not None and "Backfilling" not in described

    def has(key: str, x: float) -> bool:
        answer = client.search_vectors(
            TableName=name, IndexName="vix", SearchVector=elements((x, 1, 0)), TopK=1)
        (result,) = answer["SearchResults"]
        return result["Item"]["pk"]["S"] == key and result["Score"] == 0

    for number in range(60):
        assert has(f"old{number}", -99_999 if number == 8 else number) == (number != 7), number
    for number in range(0, len(written), 7):
        assert has(f"new{number}", -number - 1), number
    if "127.0.0.1" in client.meta.endpoint_url:
        assert described["ItemCount"] <= 59 + len(written)
        assert description(client, name, "vix")["ItemCount"] == 59 + len(written)


def test_an_index_is_deleted_and_its_attribute_is_free(client: Any, table: Any) -> None:
    name = table(**with_vectors(vector_index()))
    client.put_item(TableName=name, Item={"pk": s("a"), "v": stored(1, 2, 3)})
    answer = client.update_table(TableName=name, **removing("vix"))["TableDescription"]
    assert [each["IndexStatus"] for each in answer["VectorIndexes"]] == ["DELETING"]
    until = time.monotonic() + 600
    while description(client, name, "vix") and time.monotonic() < until:
        time.sleep(0.05)
    described = client.describe_table(TableName=name)["Table"]
    assert "VectorIndexes" not in described
    refuses(
        client.search_vectors, VALIDATION, "The table does not have the specified index: vix",
        TableName=name, IndexName="vix", SearchVector=elements((1, 0, 0)), TopK=1)
    client.put_item(TableName=name, Item={"pk": s("a"), "v": s("any value")})


@pytest.fixture(scope="module")
def indexed(client: Any, run_name: str) -> Iterator[str]:
    """Two indexes of one attribute, one of them with a search schema."""
    name = create(client, f"{run_name}-vectors", on_demand(
        keys("pk"), attributes(pk="S", tenant="S", color="S", g="S"),
        GlobalSecondaryIndexes=[index("gsi", keys("g"), "KEYS_ONLY")],
        VectorIndexes=[
            vector_index("plain", distance="EUCLIDEAN"),
            vector_index(
                "scoped", distance="EUCLIDEAN", projection="KEYS_ONLY",
                search_schema=schema("tenant", "color")),
        ]))
    wait_until_searchable(client, name, "plain", SearchVector=elements((1, 0, 0)), TopK=1)
    yield name
    drop(client, name)


UPDATE_REFUSALS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "two at once": (LIMIT, ONE_AT_A_TIME, adding(vector_index("one"), vector_index("two"))),
    "one of each kind at once": (
        LIMIT, ONE_AT_A_TIME,
        adding(vector_index("one"), AttributeDefinitions=attributes(h="S"),
               GlobalSecondaryIndexUpdates=[{"Create": index("two", keys("h"))}])),
    "a name that is taken": (VALIDATION, Part("already exists"), adding(vector_index("plain"))),
    "the name of a global index": (VALIDATION, Part("already exists"), adding(vector_index("gsi"))),
    "other dimensions": (
        VALIDATION, Part("All VectorIndexes on the same vector attribute must use the same"),
        adding(vector_index("new", 4))),
    "the key as vector": (
        VALIDATION, Part("Attributes cannot be redefined"),
        adding(vector_index("new", 4, attribute="pk"))),
    "an element without definition": (
        VALIDATION, Part("is not defined in attribute definitions"),
        adding(vector_index("new", search_schema=schema("nowhere")))),
    "deleting what is not there": (NOT_FOUND, Part("not found"), removing("nope")),
    "an action of nothing": (
        VALIDATION, Part("VectorIndexUpdate.Create"), {"VectorIndexUpdates": [{}]}),
    "provisioned billing": (
        VALIDATION, Part("PAY_PER_REQUEST"),
        {"BillingMode": "PROVISIONED", "ProvisionedThroughput": {
            "ReadCapacityUnits": 1, "WriteCapacityUnits": 1}}),
}


@pytest.mark.parametrize("case", UPDATE_REFUSALS)
def test_update_table_refuses(client: Any, indexed: str, case: str) -> None:
    code, text, request = UPDATE_REFUSALS[case]
    refuses(client.update_table, code, text, TableName=indexed, **request)


def test_a_sixth_index(client: Any, table: Any) -> None:
    name = table(**with_vectors(*(vector_index(f"vix{number}") for number in range(5))))
    refuses(
        client.update_table, LIMIT,
        "Subscriber limit exceeded: Number of vector secondary indexes exceeds per-table limit of "
        "5",
        TableName=name, **adding(vector_index("sixth")))


def test_a_table_goes_with_its_indexes(client: Any, name: str) -> None:
    for vector in ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)):
        create(client, name, with_vectors(vector_index()))
        wait_until_searchable(client, name, "vix", SearchVector=elements(vector), TopK=1)
        assert searched(client, name) == set()
        client.put_item(TableName=name, Item={"pk": s("a"), "v": stored(*vector)})
        client.delete_table(TableName=name)
        client.get_waiter("table_not_exists").wait(TableName=name, WaiterConfig={"Delay": 1})


# MARK: writes

SIZE = "Invalid size for parameter v, Expected: 3, Actual: 2. IndexName: plain"
FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "too short": ({"v": stored(1, 2)}, SIZE),
    "empty": (
        {"v": {"L": []}}, "Invalid size for parameter v, Expected: 3, Actual: 0. IndexName: plain"),
    "text": (
        {"v": s("1,2,3")},
        "Invalid type for parameter v, Expected: L, Actual: S. IndexName: plain"),
    "a set": (
        {"v": {"NS": ["1", "2", "3"]}},
        "Invalid type for parameter v, Expected: L, Actual: NS. IndexName: plain"),
    "a text element": (
        {"v": {"L": [n(1), s("2"), n(3)]}},
        "Invalid type for parameter v[1], Expected: 32-bit floating point number, Actual: S. "
        "IndexName: plain"),
    "beyond 32 bits": (
        {"v": stored("1E39", 0, 0)},
        "Invalid value for parameter v[0], Value: 1E+39 is outside valid range "
        "[-3.4028235E38, 3.4028235E38]. IndexName: plain"),
    "a HASH of another type": (
        {"v": stored(1, 2, 3), "tenant": n(1)},
        "Attribute 'tenant' type mismatch. Expected: S, Actual: N. IndexName: scoped"),
    "a filter of another type": (
        {"v": stored(1, 2, 3), "tenant": s("a"), "color": n(1)},
        "Attribute 'color' type mismatch. Expected: S, Actual: N. IndexName: scoped"),
    "an empty HASH": (
        {"v": stored(1, 2, 3), "tenant": s("")}, "cannot contain an empty string value."),
}
WRITES = ["put", "update", "batch", "transaction"]


def write(client: Any, way: str, table: str, key: str, changes: dict[str, Any]) -> None:
    """Stores an item, or sets its attributes, by one of the ways that there are."""
    item = {"pk": s(key), **changes}
    if way == "put":
        client.put_item(TableName=table, Item=item)
    elif way == "batch":
        client.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": item}}]})
    elif way == "transaction":
        client.transact_write_items(TransactItems=[{"Put": {"TableName": table, "Item": item}}])
    else:
        places = list(enumerate(changes.items()))
        client.update_item(
            TableName=table, Key={"pk": s(key)},
            UpdateExpression="SET " + ", ".join(f"#{place} = :{place}" for place, _ in places),
            ExpressionAttributeNames={f"#{place}": name for place, (name, _) in places},
            ExpressionAttributeValues={f":{place}": value for place, (_, value) in places})


@pytest.mark.parametrize("way", WRITES)
@pytest.mark.parametrize("case", FAULTS)
def test_writes_that_no_index_takes(
    client: Any, indexed: str, key: str, way: str, case: str
) -> None:
    changes, text = FAULTS[case]
    call: Callable[..., None] = lambda: write(client, way, indexed, key, changes)
    if way == "transaction" and case != "an empty HASH":
        response = refuses(call, CANCELLED)
        (reason,) = response["CancellationReasons"]
        assert reason["Code"] == "ValidationError" and text in reason["Message"]
    else:
        refuses(call, VALIDATION, Part(text))
    assert "Item" not in client.get_item(TableName=indexed, Key={"pk": s(key)})


@pytest.mark.ours
@pytest.mark.parametrize("way", WRITES)
def test_every_way_to_write_is_searched(client: Any, indexed: str, key: str, way: str) -> None:
    tenant = {"SearchConditionExpression": "tenant = :t",
              "ExpressionAttributeValues": {":t": s(key)}}

    def nearest(name: str, x: float, **more: Any) -> str | None:
        answer = client.search_vectors(
            TableName=indexed, IndexName=name, SearchVector=elements((x, 0, 7)), TopK=1, **more)
        results = [each for each in answer["SearchResults"] if each["Score"] == 0]
        return results[0]["Item"]["pk"]["S"] if results else None

    x = 1000 + 10 * WRITES.index(way)
    write(client, way, indexed, key, {"v": stored(x, 0, 7)})
    assert nearest("plain", x) == key and nearest("scoped", x, **tenant) is None
    write(client, way, indexed, key, {"v": stored(x + 1, 0, 7), "tenant": s(key)})
    assert nearest("plain", x) is None
    assert nearest("plain", x + 1) == nearest("scoped", x + 1, **tenant) == key
    client.transact_write_items(TransactItems=[
        {"Delete": {"TableName": indexed, "Key": {"pk": s(key)}}}])
    assert nearest("plain", x + 1) is None and nearest("scoped", x + 1, **tenant) is None


def test_an_update_that_leaves_an_old_value_alone_is_accepted(client: Any, table: Any) -> None:
    name = table(**HASH)
    client.put_item(TableName=name, Item={"pk": s("a"), "v": s("no vector")})
    client.update_table(TableName=name, **adding(vector_index()))
    wait_until_searchable(client, name, "vix", SearchVector=elements((1, 0, 0)), TopK=1)
    write(client, "update", name, "a", {"note": s("x")})
    refuses(
        lambda: write(client, "update", name, "a", {"v": s("still none")}), VALIDATION,
        Part("Invalid type for parameter v"))
    write(client, "update", name, "a", {"v": stored(1, 2, 3)})
    if "127.0.0.1" in client.meta.endpoint_url:
        assert searched(client, name) == {"a"}


@pytest.mark.ours
def test_expired_items_leave_the_index(client: Any, table: Any) -> None:
    name = table(**with_vectors(vector_index()))
    client.update_time_to_live(TableName=name, TimeToLiveSpecification={
        "Enabled": True, "AttributeName": "expires"})
    now = int(time.time())
    for key, expires in {"past": now - 60, "future": now + 86_400}.items():
        client.put_item(
            TableName=name, Item={"pk": s(key), "v": stored(1, 0, 0), "expires": n(expires)})
    until = time.monotonic() + 120
    while "past" in searched(client, name) and time.monotonic() < until:
        time.sleep(0.1)
    assert searched(client, name) == {"future"}


# MARK: capacity


def test_write_capacity_names_the_indexes_that_changed(
    client: Any, indexed: str, key: str
) -> None:
    def put(report: str, **changes: Any) -> dict[str, Any]:
        item = {"pk": s(key), "v": stored(1, 2, 3), "tenant": s("a"), **changes}
        answer = client.put_item(TableName=indexed, Item=item, ReturnConsumedCapacity=report)
        capacity: dict[str, Any] = answer["ConsumedCapacity"]
        return capacity

    least = {"VectorWriteRequestBytes": 1024.0}
    assert put("INDEXES")["VectorIndexes"] == {"plain": least, "scoped": least}
    assert "VectorIndexes" not in put("INDEXES")
    assert put("INDEXES", note=s("x"))["VectorIndexes"] == {"plain": least}
    assert "VectorIndexes" not in put("TOTAL", note=s("y"))
    large = put("INDEXES", note=s("x" * 2000))["VectorIndexes"]["plain"]
    size = 2 + len(key) + 1 + 4 * 3 + 6 + 1 + 4 + 2000
    assert large == {"VectorWriteRequestBytes": float(size)}


@pytest.mark.ours
def test_a_vector_is_billed_by_its_dimensions(client: Any, table: Any) -> None:
    """As text its numbers take ten times as much."""
    name = table(**with_vectors(vector_index(dimensions=300)))
    vector = {"L": [{"N": "0." + "123456789" * 4}] * 300}
    answer = client.put_item(
        TableName=name, Item={"pk": s("a"), "v": vector}, ReturnConsumedCapacity="INDEXES")
    capacity = answer["ConsumedCapacity"]
    assert capacity["CapacityUnits"] == 2
    assert capacity["VectorIndexes"]["vix"]["VectorWriteRequestBytes"] == 2 + 1 + 1 + 1200


@pytest.mark.ours
def test_a_table_is_kept_while_an_index_is_filled(client: Any, table: Any) -> None:
    """Deleting the table waits for the index; deleting the index does not."""
    name = table(**HASH)
    items = [{"PutRequest": {"Item": {"pk": s(f"k{number}"), "v": stored(number, 1, 2)}}}
             for number in range(500)]
    for start in range(0, 500, 25):
        client.batch_write_item(RequestItems={name: items[start:start + 25]})
    client.update_table(TableName=name, **adding(vector_index()))
    made = description(client, name, "vix")
    if made and made["IndexStatus"] == "CREATING":
        try:
            refuses(
                client.delete_table, IN_USE,
                Part("Cannot delete table while indexes are being created, updated, or deleted."),
                TableName=name)
        except AssertionError:
            # It was filled in between, so the table is gone.
            with pytest.raises(client.exceptions.ResourceNotFoundException):
                client.describe_table(TableName=name)
            return
    client.update_table(TableName=name, **removing("vix"))
    assert description(client, name, "vix") is None
