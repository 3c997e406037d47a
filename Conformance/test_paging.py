"""Pages: 1 MB of read data, Limit, start keys, both directions, tables and indexes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from conftest import create, drop
from support.check import VALIDATION, Part, refuses
from support.sizes import item_bytes, padded
from support.tables import INDEXED, n, s

MEGABYTE = 1024 * 1024
SIZES = [100_000 + 17_000 * (number % 9) for number in range(30)]
PARTITION = s("big")


@pytest.fixture(scope="module")
def big(client: Any, run_name: str) -> Iterator[str]:
    """One partition of 30 items of 100 to 236 KB, and every item also in gsi_all and lsi_keys."""
    name = create(client, f"{run_name}-paging", INDEXED)
    for number, size in enumerate(SIZES):
        item = {
            "pk": PARTITION, "sk": s(f"{number:02}"), "g1": s("g"), "l2": n(number),
            "odd": n(number % 2),
        }
        client.put_item(TableName=name, Item=padded(item, size))
    yield name
    drop(client, name)


def pages(call: Any, **request: Any) -> list[dict[str, Any]]:
    """Every page in turn; fails when a start key does not move on."""
    got: list[dict[str, Any]] = []
    while True:
        got.append(call(**request))
        last = got[-1].get("LastEvaluatedKey")
        if last is None:
            return got
        assert last != request.get("ExclusiveStartKey"), "a page that does not move on"
        request["ExclusiveStartKey"] = last


def numbers(items: list[dict[str, Any]]) -> list[int]:
    return [int(item["sk"]["S"]) for item in items]


QUERY = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": PARTITION}}


@pytest.mark.parametrize("forward", [True, False], ids=["forward", "backward"])
def test_a_query_page_ends_at_a_megabyte(client: Any, big: str, forward: bool) -> None:
    got = pages(client.query, TableName=big, ScanIndexForward=forward, **QUERY)
    order = [number for page in got for number in numbers(page["Items"])]
    wanted = list(range(len(SIZES)))
    assert order == (wanted if forward else wanted[::-1])
    largest = max(SIZES)
    for page in got:
        read = sum(item_bytes(item) for item in page["Items"])
        assert read <= MEGABYTE + largest
        if "LastEvaluatedKey" in page:
            assert read > MEGABYTE - largest
            assert page["LastEvaluatedKey"] == {
                name: page["Items"][-1][name] for name in ("pk", "sk")
            }
    assert len(got) >= sum(SIZES) // (MEGABYTE + largest)


def test_counting_pages_alike(client: Any, big: str) -> None:
    full = pages(client.query, TableName=big, **QUERY)
    counted = pages(client.query, TableName=big, Select="COUNT", **QUERY)
    assert [page["Count"] for page in counted] == [page["Count"] for page in full]
    assert [page.get("LastEvaluatedKey") for page in counted] == [
        page.get("LastEvaluatedKey") for page in full
    ]


def test_a_projection_does_not_lengthen_a_page(client: Any, big: str) -> None:
    full = pages(client.query, TableName=big, **QUERY)
    thin = pages(client.query, TableName=big, ProjectionExpression="sk", **QUERY)
    assert [page["Count"] for page in thin] == [page["Count"] for page in full]


def test_filters_act_after_the_page_is_read(client: Any, big: str) -> None:
    request = {
        "TableName": big, "KeyConditionExpression": "pk = :p", "FilterExpression": "odd = :o",
        "ExpressionAttributeValues": {":p": PARTITION, ":o": n(2)},
    }
    got = pages(client.query, **request)
    assert len(got) > 3 and all(page["Items"] == [] for page in got)
    assert sum(page["ScannedCount"] for page in got) == len(SIZES)
    request["ExpressionAttributeValues"] = {":p": PARTITION, ":o": n(1)}
    got = pages(client.query, **request)
    order = [number for page in got for number in numbers(page["Items"])]
    assert order == list(range(1, len(SIZES), 2))


def test_a_scan_page_ends_at_a_megabyte(client: Any, big: str) -> None:
    got = pages(client.scan, TableName=big)
    order = [number for page in got for number in numbers(page["Items"])]
    assert sorted(order) == list(range(len(SIZES)))
    for page in got[:-1]:
        read = sum(item_bytes(item) for item in page["Items"])
        assert MEGABYTE - max(SIZES) < read <= MEGABYTE + max(SIZES)


@pytest.mark.parametrize("forward", [True, False], ids=["forward", "backward"])
def test_index_pages(client: Any, big: str, forward: bool) -> None:
    got = pages(
        client.query, TableName=big, IndexName="gsi_all", KeyConditionExpression="g1 = :g",
        ExpressionAttributeValues={":g": s("g")}, ScanIndexForward=forward,
    )
    assert len(got) > 3
    order = [number for page in got for number in numbers(page["Items"])]
    assert sorted(order) == list(range(len(SIZES)))
    for page in got[:-1]:
        assert set(page["LastEvaluatedKey"]) == {"pk", "sk", "g1"}


def test_an_index_of_keys_has_short_entries(client: Any, big: str) -> None:
    got = pages(client.query, TableName=big, IndexName="lsi_keys", **QUERY)
    assert len(got) == 1 and numbers(got[0]["Items"]) == list(range(len(SIZES)))


@pytest.mark.parametrize("limit", [1, 2, 7, 29, 30, 31])
@pytest.mark.parametrize("name", [None, "lsi_keys"])
@pytest.mark.parametrize("forward", [True, False], ids=["forward", "backward"])
def test_limits(
    client: Any, big: str, limit: int, name: str | None, forward: bool
) -> None:
    request: dict[str, Any] = {
        "TableName": big, "Limit": limit, "ScanIndexForward": forward,
        "ProjectionExpression": "sk", **QUERY,
    }
    if name:
        request["IndexName"] = name
    got = pages(client.query, **request)
    order = [number for page in got for number in numbers(page["Items"])]
    assert order == list(range(len(SIZES)))[:: 1 if forward else -1]
    assert all(page["Count"] <= limit for page in got)
    first = got[0]
    if name and limit <= len(SIZES):  # no page is cut by size here
        assert first["Count"] == limit
        assert set(first["LastEvaluatedKey"]) == {"pk", "sk", "l2"}


def test_a_limit_reached_exactly_returns_a_key(client: Any, range_table: str, key: str) -> None:
    for sort in "abc":
        client.put_item(TableName=range_table, Item={"pk": s(key), "sk": s(sort)})
    request = {
        "TableName": range_table, "KeyConditionExpression": "pk = :p",
        "ExpressionAttributeValues": {":p": s(key)},
    }
    answer = client.query(Limit=3, **request)
    assert answer["LastEvaluatedKey"] == {"pk": s(key), "sk": s("c")}
    answer = client.query(Limit=3, ExclusiveStartKey=answer["LastEvaluatedKey"], **request)
    assert answer["Items"] == [] and "LastEvaluatedKey" not in answer
    assert "LastEvaluatedKey" not in client.query(Limit=4, **request)


def test_equal_index_keys_are_paged_by_the_table_key(
    client: Any, indexed_table: str, key: str
) -> None:
    for number in range(11):
        client.put_item(
            TableName=indexed_table,
            Item={"pk": s(key), "sk": s(f"{number:02}"), "g1": s(key), "g2": n(1), "l2": n(5)},
        )
    for name, condition, value in (
        ("gsi_keys", "g1 = :v", s(key)), ("gsi_all", "g1 = :v", s(key)),
        ("lsi_keys", "pk = :v", s(key)),
    ):
        got = pages(
            client.query, TableName=indexed_table, IndexName=name, Limit=3,
            KeyConditionExpression=condition, ExpressionAttributeValues={":v": value},
        )
        order = [number for page in got for number in numbers(page["Items"])]
        assert sorted(order) == list(range(11)) and len(got) == 4


@pytest.mark.parametrize("name, condition", [(None, "pk = :v"), ("gsi_all", "g1 = :v"),
                                             ("lsi_keys", "pk = :v")])
def test_paging_survives_deletion_of_the_last_item(
    client: Any, indexed_table: str, key: str, name: str | None, condition: str
) -> None:
    for number in range(9):
        client.put_item(
            TableName=indexed_table,
            Item={"pk": s(key), "sk": s(str(number)), "g1": s(key), "l2": n(number)},
        )
    request: dict[str, Any] = {
        "TableName": indexed_table, "KeyConditionExpression": condition, "Limit": 2,
        "ExpressionAttributeValues": {":v": s(key)},
    }
    if name:
        request["IndexName"] = name
    seen: list[int] = []
    while True:
        page = client.query(**request)
        seen += numbers(page["Items"])
        if "LastEvaluatedKey" not in page:
            break
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]
        last = {each: page["LastEvaluatedKey"][each] for each in ("pk", "sk")}
        client.delete_item(TableName=indexed_table, Key=last)
    assert sorted(seen) == list(range(9)) and len(seen) == 9


def test_scan_pages_with_a_limit(client: Any, big: str) -> None:
    for limit in (1, 4, 30):
        got = pages(client.scan, TableName=big, Limit=limit, ProjectionExpression="sk")
        order = [number for page in got for number in numbers(page["Items"])]
        assert sorted(order) == list(range(len(SIZES))) and len(order) == len(SIZES)
        got = pages(client.scan, TableName=big, IndexName="gsi_all", Limit=limit,
                    ProjectionExpression="sk")
        order = [number for page in got for number in numbers(page["Items"])]
        assert sorted(order) == list(range(len(SIZES))) and len(order) == len(SIZES)


def test_index_start_keys_refused(client: Any, indexed_table: str, key: str) -> None:
    request = {
        "TableName": indexed_table, "IndexName": "gsi_all", "KeyConditionExpression": "g1 = :v",
        "ExpressionAttributeValues": {":v": s(key)},
    }
    whole = {"pk": s("a"), "sk": s("b"), "g1": s(key)}
    assert client.query(ExclusiveStartKey=whole, **request)["Items"] == []
    bad_keys = [
        {"g1": s(key)}, {"pk": s("a"), "sk": s("b")}, {**whole, "g1": n(1)}, {**whole, "x": n(1)},
    ]
    for start in bad_keys:
        refuses(
            client.query, VALIDATION, Part("The provided starting key is invalid"),
            ExclusiveStartKey=start, **request,
        )
    refuses(
        client.query, VALIDATION,
        Part("The provided starting key is outside query boundaries based on provided conditions"),
        ExclusiveStartKey={**whole, "g1": s("other")}, **request,
    )
