"""Scan: filters, segments, Select. Pages: test_paging.py."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from conftest import create, drop
from support.check import (
    CAPACITY_MEMBERS,
    ENVELOPE,
    MISSING_TABLE,
    NOT_FOUND,
    VALIDATION,
    Part,
    enum_text,
    refuses,
)
from support.tables import RANGE, n, s

PARTITIONS, SORTS = 40, 5


@pytest.fixture(scope="module")
def filled(client: Any, run_name: str) -> Iterator[str]:
    name = create(client, f"{run_name}-scan", RANGE)
    puts = [
        {"PutRequest": {"Item": {"pk": s(f"p{p}"), "sk": s(f"s{q}"), "v": n(p), "w": n(q)}}}
        for p in range(PARTITIONS)
        for q in range(SORTS)
    ]
    for start in range(0, len(puts), 25):
        client.batch_write_item(RequestItems={name: puts[start : start + 25]})
    yield name
    drop(client, name)


def found(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(item["pk"]["S"], item["sk"]["S"]) for item in answer["Items"]]


EVERY = {(f"p{p}", f"s{q}") for p in range(PARTITIONS) for q in range(SORTS)}


def test_reads_every_item_once(client: Any, filled: str) -> None:
    answer = client.scan(TableName=filled, ConsistentRead=True)
    assert len(found(answer)) == len(EVERY) and set(found(answer)) == EVERY
    assert answer["Count"] == answer["ScannedCount"] == len(EVERY)
    assert "LastEvaluatedKey" not in answer


def test_the_order_is_stable_and_partitions_are_contiguous(client: Any, filled: str) -> None:
    first, second = (found(client.scan(TableName=filled)) for _ in range(2))
    assert first == second
    partitions = [pk for pk, _ in first]
    assert len([1 for a, b in zip(partitions, partitions[1:]) if a != b]) == PARTITIONS - 1
    for start in range(0, len(first), SORTS):
        assert [sk for _, sk in first[start : start + SORTS]] == [f"s{q}" for q in range(SORTS)]


@pytest.mark.parametrize("total", [1, 2, 3, 7, 64])
def test_segments_are_disjoint_and_complete(client: Any, filled: str, total: int) -> None:
    parts = [
        found(client.scan(TableName=filled, Segment=segment, TotalSegments=total))
        for segment in range(total)
    ]
    everything = [each for part in parts for each in part]
    assert len(everything) == len(EVERY) and set(everything) == EVERY


def test_segments_may_be_paged(client: Any, filled: str) -> None:
    everything = []
    for segment in range(3):
        start: dict[str, Any] = {}
        while True:
            page = client.scan(
                TableName=filled, Segment=segment, TotalSegments=3, Limit=7, **start
            )
            everything += found(page)
            if "LastEvaluatedKey" not in page:
                break
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    assert len(everything) == len(EVERY) and set(everything) == EVERY


def test_a_start_key_of_another_segment_is_refused(client: Any, filled: str) -> None:
    segment = next(
        number for number in range(4)
        if client.scan(TableName=filled, Segment=number, TotalSegments=4)["Items"]
    )
    item = client.scan(TableName=filled, Segment=segment, TotalSegments=4)["Items"][0]
    refuses(
        client.scan, VALIDATION, Part("The provided starting key is invalid"),
        TableName=filled, Segment=(segment + 1) % 4, TotalSegments=4,
        ExclusiveStartKey={"pk": item["pk"], "sk": item["sk"]},
    )


def test_filters_may_touch_keys(client: Any, filled: str) -> None:
    answer = client.scan(
        TableName=filled, FilterExpression="pk = :p AND sk > :s",
        ExpressionAttributeValues={":p": s("p3"), ":s": s("s2")},
    )
    assert found(answer) == [("p3", "s3"), ("p3", "s4")]
    assert answer["ScannedCount"] == len(EVERY)


def test_scan_filter(client: Any, filled: str) -> None:
    condition = {"v": {"ComparisonOperator": "LT", "AttributeValueList": [n(2)]}}
    answer = client.scan(TableName=filled, ScanFilter=condition)
    assert set(found(answer)) == {(f"p{p}", f"s{q}") for p in range(2) for q in range(SORTS)}
    both = {**condition, "w": {"ComparisonOperator": "EQ", "AttributeValueList": [n(0)]}}
    assert client.scan(TableName=filled, ScanFilter=both)["Count"] == 2
    answer = client.scan(TableName=filled, ScanFilter=both, ConditionalOperator="OR")
    assert answer["Count"] == 2 * SORTS + PARTITIONS - 2


def test_count(client: Any, filled: str) -> None:
    answer = client.scan(
        TableName=filled, Select="COUNT", FilterExpression="w = :w",
        ExpressionAttributeValues={":w": n(1)},
    )
    assert "Items" not in answer
    assert (answer["Count"], answer["ScannedCount"]) == (PARTITIONS, len(EVERY))


def test_projection(client: Any, filled: str) -> None:
    items = client.scan(TableName=filled, ProjectionExpression="w")["Items"]
    assert all(set(item) == {"w"} for item in items) and len(items) == len(EVERY)


def test_attributes_to_get(client: Any, filled: str) -> None:
    items = client.scan(TableName=filled, AttributesToGet=["v", "sk"])["Items"]
    assert all(set(item) == {"v", "sk"} for item in items)


def test_limit_counts_items_read(client: Any, filled: str) -> None:
    answer = client.scan(
        TableName=filled, Limit=10, FilterExpression="v = :no",
        ExpressionAttributeValues={":no": n(-1)},
    )
    assert answer["Count"] == 0 and answer["ScannedCount"] == 10
    assert set(answer["LastEvaluatedKey"]) == {"pk", "sk"}


SEGMENT_MISSING = (
    "The TotalSegments parameter is required but was not present in the request when Segment "
    "parameter is present"
)
REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "a segment without total": ({"Segment": 0}, SEGMENT_MISSING),
    "a total without segment": (
        {"TotalSegments": 2},
        Part("The Segment parameter is required but was not present in the request when")),
    "a segment past the total": (
        {"Segment": 2, "TotalSegments": 2},
        Part("The Segment parameter is zero-based and must be less than parameter "
             "TotalSegments")),
    "a negative segment": (
        {"Segment": -1, "TotalSegments": 2},
        ENVELOPE + "Value '-1' at 'segment' failed to satisfy constraint: Member must have value "
        "greater than or equal to 0"),
    "no segments": (
        {"Segment": 0, "TotalSegments": 0},
        ENVELOPE + "Value '0' at 'totalSegments' failed to satisfy constraint: Member must have "
        "value greater than or equal to 1"),
    "too many segments": (
        {"Segment": 0, "TotalSegments": 1_000_001},
        ENVELOPE + "Value '1000001' at 'totalSegments' failed to satisfy constraint: Member must "
        "have value less than or equal to 1000000"),
    "a limit of zero": (
        {"Limit": 0},
        ENVELOPE + "Value '0' at 'limit' failed to satisfy constraint: Member must have value "
        "greater than or equal to 1"),
    "an unknown capacity": (
        {"ReturnConsumedCapacity": "SOME"},
        ENVELOPE + enum_text("SOME", "returnConsumedCapacity", CAPACITY_MEMBERS)),
    "a select that is none": ({"Select": "SOME"}, Part("Member must satisfy enum value set: [")),
    "an empty filter": (
        {"FilterExpression": ""}, "Invalid FilterExpression: The expression can not be empty;"),
    "redundant parentheses": (
        {"FilterExpression": "((attribute_exists(a)))"},
        "Invalid FilterExpression: The expression has redundant parentheses;"),
    "an operand of another type": (
        {"FilterExpression": "begins_with(nope, :n)", "ExpressionAttributeValues": {":n": n(1)}},
        "Invalid FilterExpression: Incorrect operand type for operator or function; operator or "
        "function: begins_with, operand type: N"),
    "values without an expression": (
        {"ExpressionAttributeValues": {":a": n(1)}},
        Part("ExpressionAttributeValues can only be specified when using expressions")),
    "both generations": (
        {"FilterExpression": "attribute_exists(a)",
         "ScanFilter": {"a": {"ComparisonOperator": "NULL"}}},
        "Can not use both expression and non-expression parameters in the same request: "
        "Non-expression parameters: {ScanFilter} Expression parameters: {FilterExpression}"),
    "overlapping paths": (
        {"ProjectionExpression": "a, a.b"},
        "Invalid ProjectionExpression: Two document paths overlap with each other; must remove or "
        "rewrite one of these paths; path one: [a], path two: [a, b]"),
    "a count with a projection": (
        {"Select": "COUNT", "ProjectionExpression": "a"},
        Part("Cannot specify the ProjectionExpression when choosing to get")),
    "a missing index": (
        {"IndexName": "nope"}, "The table does not have the specified index: nope"),
    "a start key without range key": (
        {"ExclusiveStartKey": {"pk": s("a")}}, "The provided starting key is invalid"),
    "a start key of another type": (
        {"ExclusiveStartKey": {"pk": n(1), "sk": s("a")}},
        Part("The provided starting key is invalid")),
    "a start key with one attribute too many": (
        {"ExclusiveStartKey": {"pk": s("a"), "sk": s("a"), "x": s("a")}},
        Part("The provided starting key is invalid")),
    "a legacy filter of the wrong count": (
        {"ScanFilter": {"a": {"ComparisonOperator": "BETWEEN", "AttributeValueList": [n(1)]}}},
        Part("BETWEEN ComparisonOperator")),
    "a conditional operator alone": ({"ConditionalOperator": "OR"}, Part("")),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refuses(client: Any, range_table: str, case: str) -> None:
    request, text = REFUSALS[case]
    refuses(client.scan, VALIDATION, text, TableName=range_table, **request)


def test_no_consistent_read_of_a_global_index(client: Any, indexed_table: str) -> None:
    refuses(
        client.scan, VALIDATION, "Consistent reads are not supported on global secondary indexes",
        TableName=indexed_table, IndexName="gsi_all", ConsistentRead=True,
    )
    client.scan(TableName=indexed_table, IndexName="lsi_all", ConsistentRead=True)


def test_a_missing_table(client: Any, name: str) -> None:
    refuses(client.scan, NOT_FOUND, MISSING_TABLE, TableName=name)
