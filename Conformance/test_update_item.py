"""UpdateItem: what it creates, returns and refuses. Expressions in depth: test_expressions.py."""

from __future__ import annotations

from typing import Any

import pytest
from support.check import (
    CAPACITY_MEMBERS,
    CONDITION,
    CONDITION_FAILED,
    ENVELOPE,
    INVALID,
    MISSING_TABLE,
    NOT_FOUND,
    VALIDATION,
    WRONG_KEY,
    Part,
    enum_text,
    refuses,
)
from support.reading import read
from support.sizes import ITEM_LIMIT_BYTES, padded
from support.tables import lst, m, n, s

KEY = {"pk": s("never written")}


def test_creates_a_missing_item(client: Any, hash_table: str, key: str) -> None:
    client.update_item(
        TableName=hash_table, Key={"pk": s(key)}, UpdateExpression="SET a = :a",
        ExpressionAttributeValues={":a": n(1)},
    )
    assert read(client, hash_table, {"pk": s(key)}) == {"pk": s(key), "a": n(1)}


def test_an_empty_update_creates_the_bare_key(client: Any, hash_table: str, key: str) -> None:
    client.update_item(TableName=hash_table, Key={"pk": s(key)})
    assert read(client, hash_table, {"pk": s(key)}) == {"pk": s(key)}


@pytest.mark.parametrize(
    "update",
    [
        {"UpdateExpression": "REMOVE a"},
        {"UpdateExpression": "DELETE a :s", "ExpressionAttributeValues": {":s": {"SS": ["x"]}}},
        {"AttributeUpdates": {"a": {"Action": "DELETE"}}},
    ],
    ids=["REMOVE", "DELETE", "legacy"],
)
def test_only_deleting_creates_nothing(
    client: Any, hash_table: str, key: str, update: dict[str, Any]
) -> None:
    client.update_item(TableName=hash_table, Key={"pk": s(key)}, **update)
    assert read(client, hash_table, {"pk": s(key)}) is None


BEFORE = {"a": n(1), "m": m(x=n(1), y=n(2)), "l": lst(n(1), n(2))}
UPDATE = "SET a = :a, m.x = :a, #new = :a REMOVE l[0]"
RETURNED: dict[str, Any] = {
    "NONE": None,
    "ALL_OLD": BEFORE,
    "ALL_NEW": {"a": n(9), "m": m(x=n(9), y=n(2)), "l": lst(n(2)), "fresh": n(9)},
    "UPDATED_OLD": {"a": n(1), "m": m(x=n(1)), "l": lst(n(1))},
}


@pytest.mark.parametrize("kind", RETURNED)
def test_return_values(client: Any, hash_table: str, key: str, kind: str) -> None:
    client.put_item(TableName=hash_table, Item={"pk": s(key), **BEFORE})
    answer = client.update_item(
        TableName=hash_table, Key={"pk": s(key)}, UpdateExpression=UPDATE, ReturnValues=kind,
        ExpressionAttributeNames={"#new": "fresh"}, ExpressionAttributeValues={":a": n(9)},
    )
    wanted = RETURNED[kind]
    if wanted is None:
        assert "Attributes" not in answer
    else:
        whole = {"pk": s(key)} if kind.startswith("ALL") else {}
        assert answer["Attributes"] == {**whole, **wanted}


def test_updated_new_is_the_touched_part(client: Any, hash_table: str, key: str) -> None:
    client.put_item(TableName=hash_table, Item={"pk": s(key), **BEFORE})
    answer = client.update_item(
        TableName=hash_table, Key={"pk": s(key)}, UpdateExpression="SET a = :a, m.x = :a REMOVE z",
        ReturnValues="UPDATED_NEW", ExpressionAttributeValues={":a": n(9)},
    )
    assert answer["Attributes"] == {"a": n(9), "m": m(x=n(9))}


@pytest.mark.parametrize(
    "kind, update",
    [("UPDATED_OLD", "SET fresh = :a"), ("UPDATED_NEW", "REMOVE a"), ("ALL_OLD", None)],
)
def test_no_attributes_at_all_when_they_would_be_empty(
    client: Any, hash_table: str, key: str, kind: str, update: str | None
) -> None:
    if kind != "ALL_OLD":
        client.put_item(TableName=hash_table, Item={"pk": s(key), "a": n(1)})
    request: dict[str, Any] = {"UpdateExpression": update} if update else {}
    if update and ":a" in update:
        request["ExpressionAttributeValues"] = {":a": n(1)}
    answer = client.update_item(
        TableName=hash_table, Key={"pk": s(key)}, ReturnValues=kind, **request
    )
    assert "Attributes" not in answer


def test_a_failed_condition_changes_nothing(client: Any, hash_table: str, key: str) -> None:
    item = {"pk": s(key), "a": n(1)}
    client.put_item(TableName=hash_table, Item=item)
    answer = refuses(
        client.update_item, CONDITION, CONDITION_FAILED,
        TableName=hash_table, Key={"pk": s(key)}, UpdateExpression="SET a = :b",
        ConditionExpression="a = :b", ExpressionAttributeValues={":b": n(2)},
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )
    assert answer["Item"] == item
    assert read(client, hash_table, {"pk": s(key)}) == item


def test_a_counter_counts(client: Any, hash_table: str, key: str) -> None:
    for wanted in range(1, 6):
        answer = client.update_item(
            TableName=hash_table, Key={"pk": s(key)}, UpdateExpression="ADD hits :one",
            ExpressionAttributeValues={":one": n(1)}, ReturnValues="UPDATED_NEW",
        )
        assert answer["Attributes"] == {"hits": n(wanted)}


LEGACY: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "PUT": ({"a": {"Action": "PUT", "Value": s("x")}}, {"a": s("x")}),
    "the default is PUT": ({"a": {"Value": s("x")}}, {"a": s("x")}),
    "DELETE": ({"a": {"Action": "DELETE"}}, {"a": None}),
    "DELETE members": ({"ss": {"Action": "DELETE", "Value": {"SS": ["x", "q"]}}},
                       {"ss": {"SS": ["y"]}}),
    "DELETE the last member": ({"ss": {"Action": "DELETE", "Value": {"SS": ["x", "y"]}}},
                               {"ss": None}),
    "ADD a number": ({"a": {"Action": "ADD", "Value": n("1.5")}}, {"a": n("2.5")}),
    "ADD to nothing": ({"new": {"Action": "ADD", "Value": n(-2)}}, {"new": n(-2)}),
    "ADD members": ({"ss": {"Action": "ADD", "Value": {"SS": ["z", "x"]}}},
                    {"ss": {"SS": ["x", "y", "z"]}}),
    "ADD to a list appends": ({"l": {"Action": "ADD", "Value": lst(n(3))}},
                              {"l": lst(n(1), n(2), n(3))}),
}


@pytest.mark.parametrize("case", LEGACY)
def test_attribute_updates(client: Any, hash_table: str, key: str, case: str) -> None:
    updates, changes = LEGACY[case]
    before = {"pk": s(key), "a": n(1), "ss": {"SS": ["x", "y"]}, "l": lst(n(1), n(2))}
    client.put_item(TableName=hash_table, Item=before)
    client.update_item(TableName=hash_table, Key={"pk": s(key)}, AttributeUpdates=updates)
    after = {name: value for name, value in {**before, **changes}.items() if value is not None}
    assert read(client, hash_table, {"pk": s(key)}) == after


LEGACY_REFUSALS: dict[str, dict[str, Any]] = {
    "PUT without a value": {"a": {"Action": "PUT"}},
    "ADD without a value": {"a": {"Action": "ADD"}},
    "ADD a string": {"a": {"Action": "ADD", "Value": s("x")}},
    "DELETE with a string": {"a": {"Action": "DELETE", "Value": s("x")}},
    "an action that is none": {"a": {"Action": "TOUCH", "Value": s("x")}},
    "a key attribute": {"pk": {"Action": "PUT", "Value": s("x")}},
}


@pytest.mark.parametrize("case", LEGACY_REFUSALS)
def test_attribute_updates_refused(client: Any, hash_table: str, case: str) -> None:
    refuses(
        client.update_item, VALIDATION, None,
        TableName=hash_table, Key=KEY, AttributeUpdates=LEGACY_REFUSALS[case],
    )


def test_legacy_add_of_another_type(client: Any, hash_table: str, key: str) -> None:
    client.put_item(TableName=hash_table, Item={"pk": s(key), "a": s("x")})
    refuses(
        client.update_item, VALIDATION, Part("Type mismatch for attribute to update"),
        TableName=hash_table, Key={"pk": s(key)},
        AttributeUpdates={"a": {"Action": "ADD", "Value": n(1)}},
    )


RETURN_ENUM = (
    "Failed to satisfy constraint: Member must satisfy enum value set: "
    "[ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]"
)
REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "two bad enumerations": (
        {"ReturnValues": "BAD", "ReturnConsumedCapacity": "BAD"}, RETURN_ENUM),
    "a bad capacity": (
        {"ReturnConsumedCapacity": "B"},
        enum_text("B", "returnConsumedCapacity", CAPACITY_MEMBERS)),
    "values without an expression": (
        {"ExpressionAttributeValues": {":a": n(1)}},
        "ExpressionAttributeValues can only be specified when using expressions"),
    "names without an expression": (
        {"ExpressionAttributeNames": {"#a": "a"}},
        "ExpressionAttributeNames can only be specified when using expressions"),
    "empty values": (
        {"UpdateExpression": "SET a = :a", "ExpressionAttributeValues": {}},
        "ExpressionAttributeValues must not be empty"),
    "an empty update": (
        {"UpdateExpression": ""}, "Invalid UpdateExpression: The expression can not be empty;"),
    "an empty condition": (
        {"UpdateExpression": "REMOVE a", "ConditionExpression": ""},
        "Invalid ConditionExpression: The expression can not be empty;"),
    "a syntax error": (
        {"UpdateExpression": "INVALID SYNTAX"},
        'Invalid UpdateExpression: Syntax error; token: "INVALID", near: "INVALID SYNTAX"'),
    "an unused value": (
        {"UpdateExpression": "REMOVE a", "ExpressionAttributeValues": {":u": n(1)}},
        "Value provided in ExpressionAttributeValues unused in expressions: keys: {:u}"),
    "an unused name": (
        {"UpdateExpression": "REMOVE a", "ExpressionAttributeNames": {"#u": "b"}},
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#u}"),
    "an undefined value": (
        {"UpdateExpression": "SET a = :a"},
        "Invalid UpdateExpression: An expression attribute value used in expression is not "
        "defined; attribute value: :a"),
    "AttributeUpdates and UpdateExpression": (
        {"AttributeUpdates": {"a": {"Action": "DELETE"}}, "UpdateExpression": "REMOVE a"},
        "Can not use both expression and non-expression parameters in the same request: "
        "Non-expression parameters: {AttributeUpdates} Expression parameters: "
        "{UpdateExpression}"),
    "Expected and UpdateExpression": (
        {"Expected": {"a": {"Exists": False}}, "UpdateExpression": "REMOVE a"},
        "Can not use both expression and non-expression parameters in the same request: "
        "Non-expression parameters: {Expected} Expression parameters: {UpdateExpression}"),
    "an expression too long": (
        {"UpdateExpression": "REMOVE " + "a" * 4090},
        "Invalid UpdateExpression: Expression size has exceeded the maximum allowed size;"),
    "two conditions of Expected": (
        {"Expected": {"a": {"ComparisonOperator": "EQ", "Value": n(1),
                            "AttributeValueList": [n(1)]}}},
        INVALID + "Value and AttributeValueList cannot be used together for Attribute: a"),
}


@pytest.mark.parametrize("case", REFUSALS)
@pytest.mark.parametrize("exists", [True, False], ids=["table", "no-table"])
def test_refuses_before_the_table_is_looked_up(
    client: Any, hash_table: str, case: str, exists: bool
) -> None:
    request, text = REFUSALS[case]
    name = hash_table if exists else "no-such-table"
    refuses(client.update_item, VALIDATION, ENVELOPE + text, TableName=name, Key=KEY, **request)


def test_without_a_key_the_older_form_answers(client: Any) -> None:
    answer = refuses(
        client.update_item, VALIDATION, Part("4 validation errors detected: "),
        TableName="", ReturnValues="BAD", ReturnConsumedCapacity="BAD",
    )
    parts = answer["Error"]["Message"].removeprefix("4 validation errors detected: ").split("; ")
    assert parts[0] == enum_text("BAD", "returnConsumedCapacity", CAPACITY_MEMBERS)
    assert parts[1] == (
        "Value '' at 'tableName' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1"
    )
    assert parts[2].startswith("Value 'BAD' at 'returnValues' failed to satisfy constraint: ")
    assert parts[3] == (
        "Value null at 'key' failed to satisfy constraint: Member must not be null"
    )


@pytest.mark.parametrize(
    "schema, key, text",
    [
        ("hash", {}, WRONG_KEY),
        ("range", {"pk": s("a")}, WRONG_KEY),
        ("hash", {"pk": s("a"), "x": s("b")}, WRONG_KEY),
        ("hash", {"pk": n(1)}, WRONG_KEY),
        ("hash", {"pk": s("")}, Part("cannot contain an empty string value. Key: pk")),
        ("hash", {"pk": s("p" * 2049)}, Part("2048 bytes")),
    ],
)
def test_keys(client: Any, shared: Any, schema: str, key: dict[str, Any], text: str) -> None:
    refuses(
        client.update_item, VALIDATION, text, TableName=shared(schema), Key=key,
        UpdateExpression="REMOVE a",
    )


@pytest.mark.parametrize(
    "update", ["SET pk = :v", "REMOVE pk", "ADD pk :v", "DELETE pk :v", "SET pk.a = :v"]
)
def test_key_attributes_are_untouchable(client: Any, hash_table: str, update: str) -> None:
    values = {} if ":v" not in update else {":v": n(1)}
    if update.startswith("DELETE"):
        values = {":v": {"NS": ["1"]}}
    request = {"ExpressionAttributeValues": values} if values else {}
    refuses(
        client.update_item, VALIDATION,
        INVALID + "Cannot update attribute pk. This attribute is part of the key",
        TableName=hash_table, Key=KEY, UpdateExpression=update, **request,
    )


def test_index_keys(client: Any, indexed_table: str, key: str) -> None:
    item_key = {"pk": s(key), "sk": s("a")}
    client.put_item(TableName=indexed_table, Item={**item_key, "g1": s("x")})
    for value in (n(1), s("")):
        refuses(
            client.update_item, VALIDATION, Part(""), TableName=indexed_table, Key=item_key,
            UpdateExpression="SET g1 = :v", ExpressionAttributeValues={":v": value},
        )
    got = client.get_item(TableName=indexed_table, Key=item_key, ConsistentRead=True)["Item"]
    assert got["g1"] == s("x")


def test_an_update_may_not_grow_an_item_past_the_limit(
    client: Any, hash_table: str, key: str
) -> None:
    item = padded({"pk": s(key)}, ITEM_LIMIT_BYTES - 10)
    client.put_item(TableName=hash_table, Item=item)
    request = {"TableName": hash_table, "Key": {"pk": s(key)}, "UpdateExpression": "SET a = :v"}
    client.update_item(ExpressionAttributeValues={":v": s("x" * 9)}, **request)
    refuses(
        client.update_item, VALIDATION,
        Part("Item size to update has exceeded the maximum allowed size"),
        ExpressionAttributeValues={":v": s("x" * 10)}, **request,
    )
    client.delete_item(TableName=hash_table, Key={"pk": s(key)})


def test_a_missing_table(client: Any, name: str) -> None:
    refuses(client.update_item, NOT_FOUND, MISSING_TABLE, TableName=name, Key=KEY)
