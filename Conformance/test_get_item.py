"""GetItem: keys, projections, the legacy list, and bare refusals."""

from __future__ import annotations

from typing import Any

import pytest
from support.check import (
    CAPACITY_MEMBERS,
    ENVELOPE,
    MISSING_TABLE,
    NOT_FOUND,
    VALIDATION,
    WRONG_KEY,
    Part,
    enum_text,
    refuses,
)
from support.tables import lst, m, n, s


def test_reads_what_was_put(client: Any, range_table: str, key: str) -> None:
    item = {"pk": s(key), "sk": s("a"), "x": n(1)}
    client.put_item(TableName=range_table, Item=item)
    request = {"TableName": range_table, "Key": {"pk": s(key), "sk": s("a")}}
    assert client.get_item(**request)["Item"] == item
    assert client.get_item(ConsistentRead=True, **request)["Item"] == item


def test_a_miss_has_no_item(client: Any, hash_table: str, key: str) -> None:
    answer = client.get_item(TableName=hash_table, Key={"pk": s(key)})
    assert set(answer) == {"ResponseMetadata"}


def test_an_acknowledged_write_is_read_at_once(client: Any, hash_table: str, key: str) -> None:
    for number in range(20):
        client.put_item(TableName=hash_table, Item={"pk": s(key), "v": n(number)})
        got = client.get_item(TableName=hash_table, Key={"pk": s(key)}, ConsistentRead=True)
        assert got["Item"]["v"] == n(number)


def test_equal_numbers_are_one_key(client: Any, number_hash_table: str) -> None:
    client.put_item(TableName=number_hash_table, Item={"pk": n("00042.0"), "v": n(1)})
    for text in ("42", "42.00", "4.2e1", "+42", "420E-1"):
        got = client.get_item(TableName=number_hash_table, Key={"pk": n(text)})
        assert got["Item"] == {"pk": n(42), "v": n(1)}


def test_binary_keys(client: Any, binary_table: str) -> None:
    item = {"pk": {"B": b"\x00\xff"}, "sk": {"B": b"\x80"}, "v": n(1)}
    client.put_item(TableName=binary_table, Item=item)
    got = client.get_item(
        TableName=binary_table, Key={"pk": {"B": b"\x00\xff"}, "sk": {"B": b"\x80"}}
    )
    assert got["Item"] == item


def test_a_projection_that_matches_nothing_is_an_empty_item(
    client: Any, hash_table: str, key: str
) -> None:
    client.put_item(TableName=hash_table, Item={"pk": s(key)})
    got = client.get_item(
        TableName=hash_table, Key={"pk": s(key)}, ProjectionExpression="nope"
    )
    assert got["Item"] == {}


def test_attributes_to_get(client: Any, hash_table: str, key: str) -> None:
    client.put_item(
        TableName=hash_table, Item={"pk": s(key), "a": n(1), "b": lst(n(2)), "c": n(3)}
    )
    got = client.get_item(
        TableName=hash_table, Key={"pk": s(key)}, AttributesToGet=["a", "b", "zz"]
    )
    assert got["Item"] == {"a": n(1), "b": lst(n(2))}


def test_a_dot_in_the_legacy_list_is_part_of_the_name(
    client: Any, hash_table: str, key: str
) -> None:
    item = {"pk": s(key), "a.b": n(1), "a": m(b=n(2))}
    client.put_item(TableName=hash_table, Item=item)
    got = client.get_item(TableName=hash_table, Key={"pk": s(key)}, AttributesToGet=["a.b"])
    assert got["Item"] == {"a.b": n(1)}


KEY = {"pk": s("a")}
REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "an empty projection": (
        {"ProjectionExpression": ""},
        "Invalid ProjectionExpression: The expression can not be empty;"),
    "names without a projection": (
        {"ExpressionAttributeNames": {"#a": "a"}},
        "ExpressionAttributeNames can only be specified when using expressions"),
    "empty names": (
        {"ProjectionExpression": "a", "ExpressionAttributeNames": {}},
        "ExpressionAttributeNames must not be empty"),
    "an unused name": (
        {"ProjectionExpression": "a", "ExpressionAttributeNames": {"#a": "a"}},
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a}"),
    "an undefined name": (
        {"ProjectionExpression": "#b"},
        "Invalid ProjectionExpression: An expression attribute name used in the document path is "
        "not defined; attribute name: #b"),
    "a name without #": (
        {"ProjectionExpression": "a", "ExpressionAttributeNames": {"s": "a"}},
        'ExpressionAttributeNames contains invalid key: Syntax error; key: "s"'),
    "overlapping paths": (
        {"ProjectionExpression": "a, a.b"},
        "Invalid ProjectionExpression: Two document paths overlap with each other; must remove or "
        "rewrite one of these paths; path one: [a], path two: [a, b]"),
    "identical paths": (
        {"ProjectionExpression": "a, a"},
        "Invalid ProjectionExpression: Two document paths overlap with each other; must remove or "
        "rewrite one of these paths; path one: [a], path two: [a]"),
    "identical paths behind names": (
        {"ProjectionExpression": "#x, a", "ExpressionAttributeNames": {"#x": "a"}},
        "Invalid ProjectionExpression: Two document paths overlap with each other; must remove or "
        "rewrite one of these paths; path one: [a], path two: [a]"),
    "conflicting paths": (
        {"ProjectionExpression": "a.b, a[1]"},
        "Invalid ProjectionExpression: Two document paths conflict with each other; must remove "
        "or rewrite one of these paths; path one: [a, b], path two: [a, [1]]"),
    "a reserved word": (
        {"ProjectionExpression": "name"},
        "Invalid ProjectionExpression: Attribute name is a reserved keyword; reserved keyword: "
        "name"),
    "a syntax error": (
        {"ProjectionExpression": "a b"},
        'Invalid ProjectionExpression: Syntax error; token: "b", near: "a b"'),
    "a list index too large": ({"ProjectionExpression": "a[99999999999]"}, Part("")),
    "an expression too long": (
        {"ProjectionExpression": "a" * 4097},
        "Invalid ProjectionExpression: Expression size has exceeded the maximum allowed size; "
        "expression size: 4097"),
    "both generations": (
        {"ProjectionExpression": "a", "AttributesToGet": ["a"]},
        "Can not use both expression and non-expression parameters in the same request: "
        "Non-expression parameters: {AttributesToGet} Expression parameters: "
        "{ProjectionExpression}"),
    "a list that names one twice": ({"AttributesToGet": ["a", "a"]}, Part("uplicate")),
    "an empty list": (
        {"AttributesToGet": []}, Part("Member must have length greater than or equal to 1")),
}


@pytest.mark.parametrize("case", REFUSALS)
@pytest.mark.parametrize("exists", [True, False], ids=["table", "no-table"])
def test_refuses_before_the_table_is_looked_up(
    client: Any, hash_table: str, case: str, exists: bool
) -> None:
    request, text = REFUSALS[case]
    name = hash_table if exists else "no-such-table"
    refuses(client.get_item, VALIDATION, text, TableName=name, Key=KEY, **request)


def test_depth_of_paths(client: Any, hash_table: str, key: str) -> None:
    client.put_item(TableName=hash_table, Item={"pk": s(key)})
    fits = ".".join(f"a{level}" for level in range(32))
    answer = client.get_item(
        TableName=hash_table, Key={"pk": s(key)}, ProjectionExpression=fits
    )
    assert answer["Item"] == {}
    refuses(
        client.get_item, VALIDATION, Part("Invalid ProjectionExpression: "),
        TableName=hash_table, Key={"pk": s(key)}, ProjectionExpression=fits + ".a32",
    )


def test_enumeration(client: Any, hash_table: str) -> None:
    refuses(
        client.get_item, VALIDATION,
        ENVELOPE + enum_text("BOGUS", "returnConsumedCapacity", CAPACITY_MEMBERS),
        TableName=hash_table, Key=KEY, ReturnConsumedCapacity="BOGUS",
    )


KEYS: dict[str, tuple[str, dict[str, Any], str]] = {
    "no key": ("hash", {}, WRONG_KEY),
    "no range key": ("range", {"pk": s("a")}, WRONG_KEY),
    "one attribute too many": ("hash", {"pk": s("a"), "sk": s("b")}, WRONG_KEY),
    "another attribute": ("hash", {"a": s("a")}, WRONG_KEY),
    "another type": ("hash", {"pk": n(1)}, WRONG_KEY),
    "a set": ("hash", {"pk": {"SS": ["a"]}}, WRONG_KEY),
    "an empty hash key": (
        "hash", {"pk": s("")},
        "One or more parameter values are not valid. The AttributeValue for a key attribute "
        "cannot contain an empty string value. Key: pk"),
    "a hash key too long": ("hash", {"pk": s("p" * 2049)}, Part("2048 bytes")),
    "a range key too long": (
        "range", {"pk": s("a"), "sk": s("s" * 1025)}, Part("1024 bytes")),
}


@pytest.mark.parametrize("case", KEYS)
def test_keys(client: Any, shared: Any, case: str) -> None:
    schema, key, text = KEYS[case]
    refuses(client.get_item, VALIDATION, text, TableName=shared(schema), Key=key)


@pytest.mark.parametrize(
    "value, text",
    [
        (n("abc"), "The parameter cannot be converted to a numeric value: abc"),
        (n(""), "The parameter cannot be converted to a numeric value: "),
        (n("1e126"), "Number overflow. Attempting to store a number with magnitude larger than "
         "supported range"),
        (n("1e-131"), "Number underflow. Attempting to store a number with magnitude smaller than "
         "supported range"),
        ({"S": "a", "N": "1"}, "Supplied AttributeValue has more than one datatypes set, must "
         "contain exactly one of the supported datatypes"),
        ({}, "Supplied AttributeValue is empty, must contain exactly one of the supported "
         "datatypes"),
    ],
)
def test_bad_values_in_the_key_are_refused_bare(
    client: Any, number_hash_table: str, value: dict[str, str], text: str
) -> None:
    refuses(client.get_item, VALIDATION, text, TableName=number_hash_table, Key={"pk": value})


def test_a_missing_table(client: Any, name: str) -> None:
    refuses(client.get_item, NOT_FOUND, MISSING_TABLE, TableName=name, Key=KEY)


def test_missing_members(client: Any, hash_table: str) -> None:
    refuses(
        client.get_item, VALIDATION,
        ENVELOPE + "Value null at 'key' failed to satisfy constraint: Member must not be null",
        TableName=hash_table,
    )
    refuses(client.get_item, VALIDATION, None, Key=KEY)
