"""PutItem: stores, replaces, conditions, return values, and every refusal in its envelope."""

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
    Part,
    enum_text,
    refuses,
)
from support.reading import read
from support.sizes import ITEM_LIMIT_BYTES, padded
from support.tables import NULL, TRUE, lst, m, n, s


def test_every_type_reads_back(client: Any, hash_table: str, key: str) -> None:
    item = {
        "pk": s(key), "s": s("ü"), "n": n("-1.5"), "b": {"B": b"\x00\xff"}, "t": TRUE,
        "f": {"BOOL": False}, "null": NULL, "ss": {"SS": ["a", "b"]}, "ns": {"NS": ["1", "2"]},
        "bs": {"BS": [b"a", b"b"]}, "l": lst(n(1), s("x"), lst()), "m": m(a=m(b=lst(TRUE))),
        "empty": m(),
    }
    answer = client.put_item(TableName=hash_table, Item=item)
    assert set(answer) == {"ResponseMetadata"}
    assert read(client, hash_table, {"pk": s(key)}) == item


def test_replaces_the_whole_item(client: Any, hash_table: str, key: str) -> None:
    client.put_item(TableName=hash_table, Item={"pk": s(key), "a": n(1), "b": n(2)})
    client.put_item(TableName=hash_table, Item={"pk": s(key), "c": n(3)})
    assert read(client, hash_table, {"pk": s(key)}) == {"pk": s(key), "c": n(3)}


def test_all_old_answers_what_was_replaced(client: Any, hash_table: str, key: str) -> None:
    first = {"pk": s(key), "a": n(1)}
    request = {"TableName": hash_table, "ReturnValues": "ALL_OLD"}
    assert "Attributes" not in client.put_item(Item=first, **request)
    assert client.put_item(Item={"pk": s(key)}, **request)["Attributes"] == first
    assert "Attributes" not in client.put_item(
        TableName=hash_table, Item=first, ReturnValues="NONE"
    )


def test_the_table_arn_is_a_name(client: Any, hash_table: str, key: str) -> None:
    arn = client.describe_table(TableName=hash_table)["Table"]["TableArn"]
    client.put_item(TableName=arn, Item={"pk": s(key)})
    assert client.get_item(TableName=arn, Key={"pk": s(key)})["Item"] == {"pk": s(key)}


def test_a_failed_condition_writes_nothing(client: Any, hash_table: str, key: str) -> None:
    item = {"pk": s(key), "a": n(1)}
    client.put_item(TableName=hash_table, Item=item)
    answer = refuses(
        client.put_item, CONDITION, CONDITION_FAILED,
        TableName=hash_table, Item={"pk": s(key), "a": n(2)},
        ConditionExpression="attribute_not_exists(pk)",
    )
    assert "Item" not in answer
    assert read(client, hash_table, {"pk": s(key)}) == item


def test_a_failed_condition_returns_the_old_item_when_asked(
    client: Any, hash_table: str, key: str
) -> None:
    request = {
        "TableName": hash_table, "Item": {"pk": s(key)}, "ConditionExpression": "a = :one",
        "ExpressionAttributeValues": {":one": n(1)},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    assert "Item" not in refuses(client.put_item, CONDITION, CONDITION_FAILED, **request)
    item = {"pk": s(key), "a": n(2)}
    client.put_item(TableName=hash_table, Item=item)
    answer = refuses(client.put_item, CONDITION, CONDITION_FAILED, **request)
    assert answer["Item"] == item


def test_a_condition_that_holds(client: Any, hash_table: str, key: str) -> None:
    request = {"TableName": hash_table, "Item": {"pk": s(key)}}
    client.put_item(ConditionExpression="attribute_not_exists(pk)", **request)
    client.put_item(ConditionExpression="attribute_exists(pk)", **request)


ITEM = {"pk": s("never written")}
PK = {"#p": "pk"}
REFUSED_IN_ENVELOPE: dict[str, tuple[dict[str, Any], str]] = {
    "values without an expression": (
        {"ExpressionAttributeValues": {":a": n(1)}},
        "ExpressionAttributeValues can only be specified when using expressions"),
    "names without an expression": (
        {"ExpressionAttributeNames": PK},
        "ExpressionAttributeNames can only be specified when using expressions"),
    "empty values": (
        {"ConditionExpression": "a = :a", "ExpressionAttributeValues": {}},
        "ExpressionAttributeValues must not be empty"),
    "empty names": (
        {"ConditionExpression": "attribute_exists(a)", "ExpressionAttributeNames": {}},
        "ExpressionAttributeNames must not be empty"),
    "an empty condition": (
        {"ConditionExpression": ""},
        "Invalid ConditionExpression: The expression can not be empty;"),
    "an undefined value": (
        {"ConditionExpression": "a = :a"},
        "Invalid ConditionExpression: An expression attribute value used in expression is not "
        "defined; attribute value: :a"),
    "an undefined name": (
        {"ConditionExpression": "attribute_exists(#a)"},
        "Invalid ConditionExpression: An expression attribute name used in the document path is "
        "not defined; attribute name: #a"),
    "an unused value": (
        {"ConditionExpression": "attribute_exists(a)",
         "ExpressionAttributeValues": {":unused": n(1)}},
        "Value provided in ExpressionAttributeValues unused in expressions: keys: {:unused}"),
    "an unused name": (
        {"ConditionExpression": "attribute_exists(a)", "ExpressionAttributeNames": {"#u": "a"}},
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#u}"),
    "a name without #": (
        {"ConditionExpression": "attribute_exists(a)", "ExpressionAttributeNames": {"s": "a"}},
        'ExpressionAttributeNames contains invalid key: Syntax error; key: "s"'),
    "a value without :": (
        {"ConditionExpression": "a = :a", "ExpressionAttributeValues": {"a": n(1)}},
        'ExpressionAttributeValues contains invalid key: Syntax error; key: "a"'),
    "return values of an update": (
        {"ReturnValues": "ALL_NEW"}, "ReturnValues can only be ALL_OLD or NONE"),
    "return values of an update, touched": (
        {"ReturnValues": "UPDATED_OLD"}, "ReturnValues can only be ALL_OLD or NONE"),
    "old and new parameters": (
        {"Expected": {"a": {"Exists": False}}, "ConditionExpression": "attribute_exists(a)"},
        "Can not use both expression and non-expression parameters in the same request: "
        "Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}"),
    "Exists true without a value": (
        {"Expected": {"a": {"Exists": True}}},
        INVALID + "Value must be provided when Exists is true for Attribute: a"),
    "Exists false with a value": (
        {"Expected": {"a": {"Exists": False, "Value": n(1)}}},
        INVALID + "Value cannot be used when Exists is false for Attribute: a"),
    "Value and AttributeValueList": (
        {"Expected": {"a": {"ComparisonOperator": "EQ", "Value": n(1),
                            "AttributeValueList": [n(1)]}}},
        INVALID + "Value and AttributeValueList cannot be used together for Attribute: a"),
    "an operator without values": (
        {"Expected": {"a": {"ComparisonOperator": "EQ"}}},
        INVALID + "Value or AttributeValueList must be used with ComparisonOperator: EQ for "
        "Attribute: a"),
    "a syntax error": (
        {"ConditionExpression": "a = = b"},
        'Invalid ConditionExpression: Syntax error; token: "=", near: "= = b"'),
    "an open parenthesis": (
        {"ConditionExpression": "("},
        'Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "("'),
    "redundant parentheses": (
        {"ConditionExpression": "((attribute_exists(a)))"},
        "Invalid ConditionExpression: The expression has redundant parentheses;"),
    "an expression too long": (
        {"ConditionExpression": "attribute_exists(" + "a" * 4091 + ")"},
        "Invalid ConditionExpression: Expression size has exceeded the maximum allowed size; "
        "expression size: 4109"),
}


@pytest.mark.parametrize("case", REFUSED_IN_ENVELOPE)
@pytest.mark.parametrize("exists", [True, False], ids=["table", "no-table"])
def test_refuses_before_the_table_is_looked_up(
    client: Any, hash_table: str, case: str, exists: bool
) -> None:
    request, text = REFUSED_IN_ENVELOPE[case]
    name = hash_table if exists else "no-such-table"
    refuses(
        client.put_item, VALIDATION, ENVELOPE + text, TableName=name, Item=ITEM, **request
    )


ENUMS = {
    "returnConsumedCapacity": ("ReturnConsumedCapacity", CAPACITY_MEMBERS),
    "returnItemCollectionMetrics": ("ReturnItemCollectionMetrics", METRICS_MEMBERS),
}


@pytest.mark.parametrize("place", ENUMS)
def test_enumerations(client: Any, hash_table: str, place: str) -> None:
    member, values = ENUMS[place]
    text = ENVELOPE + enum_text("BOGUS", place, values)
    refuses(
        client.put_item, VALIDATION, text, TableName=hash_table, Item=ITEM, **{member: "BOGUS"}
    )


@pytest.mark.parametrize("member", ["ReturnValues", "ReturnValuesOnConditionCheckFailure"])
def test_other_enumerations(client: Any, hash_table: str, member: str) -> None:
    refuses(
        client.put_item, VALIDATION, Part("Member must satisfy enum value set: ["),
        TableName=hash_table, Item=ITEM, **{member: "BOGUS"},
    )


def test_an_unused_value_is_refused_though_the_condition_fails(
    client: Any, hash_table: str, key: str
) -> None:
    refuses(
        client.put_item, VALIDATION, Part("unused in expressions: keys: {:b}"),
        TableName=hash_table, Item={"pk": s(key)}, ConditionExpression="pk = :a",
        ExpressionAttributeValues={":a": s("other"), ":b": s("unused")},
    )


def test_a_missing_table(client: Any, name: str) -> None:
    refuses(client.put_item, NOT_FOUND, MISSING_TABLE, TableName=name, Item=ITEM)


def test_a_missing_item_or_name(client: Any, hash_table: str) -> None:
    refuses(client.put_item, VALIDATION, None, TableName=hash_table)
    refuses(client.put_item, VALIDATION, None, Item=ITEM)


KEYS: dict[str, tuple[str, dict[str, Any], str]] = {
    "no hash key": ("range", {"sk": s("b")}, INVALID + "Missing the key pk in the item"),
    "no range key": ("range", {"pk": s("a")}, INVALID + "Missing the key sk in the item"),
    "no key at all": ("hash", {"a": n(1)}, INVALID + "Missing the key pk in the item"),
    "an empty item": ("hash", {}, INVALID + "Missing the key pk in the item"),
    "a hash key of another type": (
        "hash", {"pk": n(1)}, INVALID + "Type mismatch for key pk expected: S actual: N"),
    "a range key of another type": (
        "numberrange", {"pk": s("a"), "sk": s("b")},
        INVALID + "Type mismatch for key sk expected: N actual: S"),
    "a key that is null": (
        "hash", {"pk": NULL}, INVALID + "Type mismatch for key pk expected: S actual: NULL"),
    "an empty hash key": (
        "range", {"pk": s(""), "sk": s("b")},
        "One or more parameter values are not valid. The AttributeValue for a key attribute "
        "cannot contain an empty string value. Key: pk"),
    "an empty range key": (
        "range", {"pk": s("a"), "sk": s("")},
        "One or more parameter values are not valid. The AttributeValue for a key attribute "
        "cannot contain an empty string value. Key: sk"),
    "an empty binary key": (
        "binary", {"pk": {"B": b"a"}, "sk": {"B": b""}},
        "One or more parameter values are not valid. The AttributeValue for a key attribute "
        "cannot contain an empty binary value. Key: sk"),
    "a hash key too long": (
        "range", {"pk": s("p" * 2049), "sk": s("b")}, Part("2048 bytes")),
    "a range key too long": (
        "range", {"pk": s("a"), "sk": s("s" * 1025)}, Part("1024 bytes")),
}


@pytest.mark.parametrize("case", KEYS)
def test_keys(client: Any, shared: Any, case: str) -> None:
    schema, item, text = KEYS[case]
    refuses(client.put_item, VALIDATION, text, TableName=shared(schema), Item=item)


def test_the_longest_keys_fit(client: Any, range_table: str) -> None:
    longest = {"pk": s("é" * 1024), "sk": s("s" * 1024)}
    client.put_item(TableName=range_table, Item=longest)
    assert read(client, range_table, longest) == longest
    client.delete_item(TableName=range_table, Key=longest)


def test_index_keys(client: Any, indexed_table: str, key: str) -> None:
    base = {"pk": s(key), "sk": s("a")}
    for attribute, value, text in (
        ("g1", n(1), INVALID + "Type mismatch for Index Key g1 Expected: S Actual: N "
         "IndexName: gsi_all"),
        ("l1", n(1), INVALID + "Type mismatch for Index Key l1 Expected: S Actual: N "
         "IndexName: lsi_all"),
        ("g3", NULL, INVALID + "Type mismatch for Index Key g3 Expected: S Actual: NULL "
         "IndexName: gsi_some"),
        ("g3", s(""), Part("A value specified for a secondary index key is not supported. The "
                           "AttributeValue for a key attribute cannot contain an empty string "
                           "value. IndexName: gsi_some, IndexKey: g3")),
        ("g3", s("x" * 2049), Part("2048 bytes")),
        ("l1", s("x" * 1025), Part("1024 bytes")),
    ):
        refuses(
            client.put_item, VALIDATION, text,
            TableName=indexed_table, Item={**base, attribute: value},
        )
    assert read(client, indexed_table, base) is None


def test_the_largest_item_fits_and_one_byte_more_does_not(
    client: Any, hash_table: str, key: str
) -> None:
    largest = padded({"pk": s(key), "é": n("12.5")}, ITEM_LIMIT_BYTES)
    client.put_item(TableName=hash_table, Item=largest)
    assert read(client, hash_table, {"pk": s(key)}) == largest
    refuses(
        client.put_item, VALIDATION, Part("Item size has exceeded the maximum allowed size"),
        TableName=hash_table, Item=padded({"pk": s(key)}, ITEM_LIMIT_BYTES + 1),
    )
    client.delete_item(TableName=hash_table, Key={"pk": s(key)})


def test_item_collection_metrics_only_with_a_local_index(
    client: Any, hash_table: str, indexed_table: str, key: str
) -> None:
    metrics = client.put_item(
        TableName=indexed_table, Item={"pk": s(key), "sk": s("a")},
        ReturnItemCollectionMetrics="SIZE",
    )["ItemCollectionMetrics"]
    assert metrics["ItemCollectionKey"] == {"pk": s(key)}
    assert metrics["SizeEstimateRangeGB"] == [0.0, 1.0]
    answer = client.put_item(
        TableName=hash_table, Item={"pk": s(key)}, ReturnItemCollectionMetrics="SIZE"
    )
    assert "ItemCollectionMetrics" not in answer


def test_attribute_names(client: Any, hash_table: str, key: str) -> None:
    odd = {"pk": s(key), "a.b": n(1), "#x": n(2), " ": n(3), "[0]": n(4), "😀": n(5)}
    client.put_item(TableName=hash_table, Item=odd)
    assert read(client, hash_table, {"pk": s(key)}) == odd
    refuses(client.put_item, VALIDATION, None, TableName=hash_table, Item={**ITEM, "": n(1)})
    refuses(
        client.put_item, VALIDATION, None, TableName=hash_table, Item={**ITEM, "x" * 65536: n(1)}
    )


EXPECTED_CASES: list[tuple[dict[str, Any], bool]] = [
    ({"a": {"Value": n(1)}}, True),
    ({"a": {"Value": n(2)}}, False),
    ({"a": {"Exists": True, "Value": n("1.0")}}, True),
    ({"z": {"Exists": False}}, True),
    ({"a": {"Exists": False}}, False),
    ({"a": {"ComparisonOperator": "GT", "AttributeValueList": [n(0)]}}, True),
    ({"a": {"ComparisonOperator": "LT", "AttributeValueList": [n(0)]}}, False),
    ({"a": {"ComparisonOperator": "LE", "AttributeValueList": [n(1)]}}, True),
    ({"a": {"ComparisonOperator": "GE", "AttributeValueList": [n(2)]}}, False),
    ({"a": {"ComparisonOperator": "NE", "AttributeValueList": [n(2)]}}, True),
    ({"z": {"ComparisonOperator": "NE", "AttributeValueList": [n(2)]}}, True),
    ({"a": {"ComparisonOperator": "IN", "AttributeValueList": [n(3), n(1)]}}, True),
    ({"a": {"ComparisonOperator": "IN", "AttributeValueList": [n(3)]}}, False),
    ({"a": {"ComparisonOperator": "BETWEEN", "AttributeValueList": [n(0), n(1)]}}, True),
    ({"a": {"ComparisonOperator": "NULL"}}, False),
    ({"z": {"ComparisonOperator": "NULL"}}, True),
    ({"a": {"ComparisonOperator": "NOT_NULL"}}, True),
    ({"s": {"ComparisonOperator": "BEGINS_WITH", "AttributeValueList": [s("ab")]}}, True),
    ({"s": {"ComparisonOperator": "CONTAINS", "AttributeValueList": [s("bc")]}}, True),
    ({"s": {"ComparisonOperator": "NOT_CONTAINS", "AttributeValueList": [s("bc")]}}, False),
    ({"ss": {"ComparisonOperator": "CONTAINS", "AttributeValueList": [s("x")]}}, True),
    ({"a": {"Value": n(1)}, "s": {"Value": s("no")}}, False),
]


@pytest.mark.parametrize("number", range(len(EXPECTED_CASES)))
def test_expected(client: Any, hash_table: str, key: str, number: int) -> None:
    expected, holds = EXPECTED_CASES[number]
    item = {"pk": s(key), "a": n(1), "s": s("abc"), "ss": {"SS": ["x", "y"]}}
    client.put_item(TableName=hash_table, Item=item)
    request = {"TableName": hash_table, "Item": {"pk": s(key)}, "Expected": expected}
    if holds:
        client.put_item(**request)
        assert read(client, hash_table, {"pk": s(key)}) == {"pk": s(key)}
    else:
        refuses(client.put_item, CONDITION, CONDITION_FAILED, **request)
        assert read(client, hash_table, {"pk": s(key)}) == item


def test_conditional_operator(client: Any, hash_table: str, key: str) -> None:
    client.put_item(TableName=hash_table, Item={"pk": s(key), "a": n(1)})
    expected = {"a": {"Value": n(1)}, "b": {"Value": n(1)}}
    request = {"TableName": hash_table, "Item": {"pk": s(key), "a": n(1)}, "Expected": expected}
    client.put_item(ConditionalOperator="OR", **request)
    refuses(
        client.put_item, CONDITION, CONDITION_FAILED, ConditionalOperator="AND", **request
    )
    refuses(
        client.put_item, VALIDATION, None,
        TableName=hash_table, Item=ITEM, ConditionalOperator="OR",
    )
