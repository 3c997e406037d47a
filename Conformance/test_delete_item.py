"""DeleteItem."""

from __future__ import annotations

from typing import Any

import pytest
from support.check import (
    CAPACITY_MEMBERS,
    CONDITION,
    CONDITION_FAILED,
    ENVELOPE,
    INVALID,
    METRICS_MEMBERS,
    MISSING_TABLE,
    NOT_FOUND,
    VALIDATION,
    WRONG_KEY,
    Part,
    enum_text,
    refuses,
)
from support.tables import n, s

KEY = {"pk": s("never written")}


def test_deletes_and_answers_nothing(client: Any, hash_table: str, key: str) -> None:
    client.put_item(TableName=hash_table, Item={"pk": s(key), "a": n(1)})
    answer = client.delete_item(TableName=hash_table, Key={"pk": s(key)})
    assert set(answer) == {"ResponseMetadata"}
    assert "Item" not in client.get_item(
        TableName=hash_table, Key={"pk": s(key)}, ConsistentRead=True
    )


def test_deleting_what_is_not_there_succeeds(client: Any, hash_table: str, key: str) -> None:
    answer = client.delete_item(
        TableName=hash_table, Key={"pk": s(key)}, ReturnValues="ALL_OLD"
    )
    assert "Attributes" not in answer


def test_all_old(client: Any, range_table: str, key: str) -> None:
    item = {"pk": s(key), "sk": s("b"), "a": n(1)}
    client.put_item(TableName=range_table, Item=item)
    answer = client.delete_item(
        TableName=range_table, Key={"pk": s(key), "sk": s("b")}, ReturnValues="ALL_OLD"
    )
    assert answer["Attributes"] == item


def test_only_the_named_item_goes(client: Any, range_table: str, key: str) -> None:
    for sort in "abc":
        client.put_item(TableName=range_table, Item={"pk": s(key), "sk": s(sort)})
    client.delete_item(TableName=range_table, Key={"pk": s(key), "sk": s("b")})
    left = client.query(
        TableName=range_table, KeyConditionExpression="pk = :p",
        ExpressionAttributeValues={":p": s(key)}, ConsistentRead=True,
    )["Items"]
    assert [item["sk"]["S"] for item in left] == ["a", "c"]


def test_conditions(client: Any, hash_table: str, key: str) -> None:
    item = {"pk": s(key), "a": n(1)}
    client.put_item(TableName=hash_table, Item=item)
    request = {
        "TableName": hash_table, "Key": {"pk": s(key)}, "ConditionExpression": "a = :v",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    answer = refuses(
        client.delete_item, CONDITION, CONDITION_FAILED,
        ExpressionAttributeValues={":v": n(2)}, **request,
    )
    assert answer["Item"] == item
    client.delete_item(ExpressionAttributeValues={":v": n(1)}, **request)
    answer = refuses(
        client.delete_item, CONDITION, CONDITION_FAILED,
        ExpressionAttributeValues={":v": n(1)}, **request,
    )
    assert "Item" not in answer


def test_expected(client: Any, hash_table: str, key: str) -> None:
    client.put_item(TableName=hash_table, Item={"pk": s(key), "a": n(1)})
    request = {"TableName": hash_table, "Key": {"pk": s(key)}}
    refuses(
        client.delete_item, CONDITION, CONDITION_FAILED,
        Expected={"a": {"Value": n(2)}}, **request,
    )
    client.delete_item(Expected={"a": {"Value": n(1)}}, **request)
    client.delete_item(Expected={"a": {"Exists": False}}, **request)


def test_item_collection_metrics(client: Any, indexed_table: str, key: str) -> None:
    item_key = {"pk": s(key), "sk": s("a")}
    client.put_item(TableName=indexed_table, Item=item_key)
    answer = client.delete_item(
        TableName=indexed_table, Key=item_key, ReturnItemCollectionMetrics="SIZE"
    )
    assert answer["ItemCollectionMetrics"]["ItemCollectionKey"] == {"pk": s(key)}


REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "return values of an update": (
        {"ReturnValues": "UPDATED_NEW"}, "ReturnValues can only be ALL_OLD or NONE"),
    "values without an expression": (
        {"ExpressionAttributeValues": {":a": n(1)}},
        "ExpressionAttributeValues can only be specified when using expressions"),
    "names without an expression": (
        {"ExpressionAttributeNames": {"#a": "a"}},
        "ExpressionAttributeNames can only be specified when using expressions"),
    "an empty condition": (
        {"ConditionExpression": ""},
        "Invalid ConditionExpression: The expression can not be empty;"),
    "an unused value": (
        {"ConditionExpression": "attribute_exists(a)", "ExpressionAttributeValues": {":u": n(1)}},
        "Value provided in ExpressionAttributeValues unused in expressions: keys: {:u}"),
    "an invalid function": (
        {"ConditionExpression": "nope(a)"},
        "Invalid ConditionExpression: Invalid function name; function: nope"),
    "old and new parameters": (
        {"Expected": {"a": {"Exists": False}}, "ConditionExpression": "attribute_exists(a)"},
        "Can not use both expression and non-expression parameters in the same request: "
        "Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}"),
    "Exists true without a value": (
        {"Expected": {"a": {"Exists": True}}},
        INVALID + "Value must be provided when Exists is true for Attribute: a"),
    "an unknown capacity": (
        {"ReturnConsumedCapacity": "B"},
        enum_text("B", "returnConsumedCapacity", CAPACITY_MEMBERS)),
    "unknown metrics": (
        {"ReturnItemCollectionMetrics": "B"},
        enum_text("B", "returnItemCollectionMetrics", METRICS_MEMBERS)),
}


@pytest.mark.parametrize("case", REFUSALS)
@pytest.mark.parametrize("exists", [True, False], ids=["table", "no-table"])
def test_refuses_before_the_table_is_looked_up(
    client: Any, hash_table: str, case: str, exists: bool
) -> None:
    request, text = REFUSALS[case]
    name = hash_table if exists else "no-such-table"
    refuses(client.delete_item, VALIDATION, ENVELOPE + text, TableName=name, Key=KEY, **request)


@pytest.mark.parametrize(
    "schema, key, text",
    [
        ("hash", {}, WRONG_KEY),
        ("range", {"pk": s("a")}, WRONG_KEY),
        ("hash", {"pk": s("a"), "x": s("b")}, WRONG_KEY),
        ("hash", {"pk": n(1)}, WRONG_KEY),
        ("hash", {"pk": s("")}, Part("cannot contain an empty string value. Key: pk")),
        ("hash", {"pk": s("p" * 2049)}, Part("2048 bytes")),
        ("range", {"pk": s("a"), "sk": s("s" * 1025)}, Part("1024 bytes")),
    ],
)
def test_keys(client: Any, shared: Any, schema: str, key: dict[str, Any], text: str) -> None:
    refuses(client.delete_item, VALIDATION, text, TableName=shared(schema), Key=key)


def test_a_missing_table(client: Any, name: str) -> None:
    refuses(client.delete_item, NOT_FOUND, MISSING_TABLE, TableName=name, Key=KEY)
