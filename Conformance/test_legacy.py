"""The parameters that expressions have replaced: every operator on every type through every door,
every action on every type, and their refusals. What an operation does with them otherwise is in its
own file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.check import (
    BOTH,
    CONDITION,
    CONDITION_FAILED,
    ENVELOPE,
    INVALID,
    VALIDATION,
    enum_text,
    refuses,
)
from support.reading import read
from support.tables import NULL, TRUE, b, lst, m, n, s

Request = dict[str, Any]


def op(operator: str, *values: Any) -> Request:
    return {"ComparisonOperator": operator, "AttributeValueList": list(values)}


# MARK: operators

# One attribute of each type, named for it; `missing` is not there.
STORED: Request = {
    "S": s("abc"), "N": n(5), "B": b(b"abc"), "BOOL": TRUE, "NULL": NULL,
    "SS": {"SS": ["b", "x"]}, "NS": {"NS": ["5", "7"]}, "BS": {"BS": [b"b", b"x"]},
    "L": lst(s("b"), n(5), b(b"b")), "M": m(b=n(5)),
}
EVERY = {*STORED, "missing"}

# The condition, and the attributes that it is true of.
OPERATORS: list[tuple[Request, set[str]]] = [
    (op("EQ", s("abc")), {"S"}),
    (op("EQ", s("ab")), set()),
    (op("EQ", s("5")), set()),
    (op("EQ", n("5.0")), {"N"}),
    (op("EQ", b(b"abc")), {"B"}),
    (op("EQ", {"SS": ["x", "b"]}), {"SS"}),
    (op("EQ", {"NS": ["7.0", "5"]}), {"NS"}),
    (op("EQ", {"NS": ["5"]}), set()),
    (op("EQ", {"BS": [b"x", b"b"]}), {"BS"}),
    (op("EQ", TRUE), {"BOOL"}),
    (op("EQ", {"BOOL": False}), set()),
    (op("EQ", NULL), {"NULL"}),
    (op("EQ", lst(s("b"), n(5), b(b"b"))), {"L"}),
    (op("EQ", lst(n(5), s("b"), b(b"b"))), set()),
    (op("EQ", m(b=n(5))), {"M"}),
    (op("NE", s("abc")), EVERY - {"S"}),
    (op("NE", n(5)), EVERY - {"N"}),
    (op("NE", b(b"abc")), EVERY - {"B"}),
    (op("NE", {"SS": ["x", "b"]}), EVERY - {"SS"}),
    (op("NE", lst(s("b"), n(5), b(b"b"))), EVERY - {"L"}),
    (op("NE", m(b=n(5))), EVERY - {"M"}),
    (op("NE", s("nowhere")), EVERY),
    (op("LT", s("abd")), {"S"}),
    (op("LT", s("abc")), set()),
    (op("LT", n("5.01")), {"N"}),
    (op("LT", n(5)), set()),
    (op("LT", b(b"b")), {"B"}),
    (op("LE", s("abc")), {"S"}),
    (op("LE", s("abb")), set()),
    (op("LE", n(5)), {"N"}),
    (op("LE", n(-5)), set()),
    (op("LE", b(b"abc")), {"B"}),
    (op("GT", s("abb")), {"S"}),
    (op("GT", s("abc")), set()),
    (op("GT", n("4.99")), {"N"}),
    (op("GT", n(5)), set()),
    (op("GT", b(b"")), {"B"}),
    (op("GE", s("abc")), {"S"}),
    (op("GE", s("abd")), set()),
    (op("GE", n(5)), {"N"}),
    (op("GE", n(10)), set()),
    (op("GE", b(b"abc")), {"B"}),
    (op("NOT_NULL"), EVERY - {"missing"}),
    ({"ComparisonOperator": "NOT_NULL"}, EVERY - {"missing"}),
    (op("NULL"), {"missing"}),
    ({"ComparisonOperator": "NULL"}, {"missing"}),
    (op("CONTAINS", s("b")), {"S", "SS", "L"}),
    (op("CONTAINS", s("bc")), {"S"}),
    (op("CONTAINS", n("5.0")), {"NS", "L"}),
    (op("CONTAINS", b(b"b")), {"B", "BS", "L"}),
    (op("NOT_CONTAINS", s("b")), EVERY - {"missing", "S", "SS", "L"}),
    (op("NOT_CONTAINS", n(5)), EVERY - {"missing", "NS", "L"}),
    (op("NOT_CONTAINS", b(b"b")), EVERY - {"missing", "B", "BS", "L"}),
    (op("BEGINS_WITH", s("ab")), {"S"}),
    (op("BEGINS_WITH", s("bc")), set()),
    (op("BEGINS_WITH", b(b"ab")), {"B"}),
    (op("IN", s("x"), s("abc")), {"S"}),
    (op("IN", s("x")), set()),
    (op("IN", n(1), n("5e0")), {"N"}),
    (op("IN", b(b"abc"), b(b"")), {"B"}),
    (op("BETWEEN", s("abb"), s("abc")), {"S"}),
    (op("BETWEEN", s("abc"), s("abc")), {"S"}),
    (op("BETWEEN", s("b"), s("c")), set()),
    (op("BETWEEN", n(-1), n(5)), {"N"}),
    (op("BETWEEN", n(6), n(10)), set()),
    (op("BETWEEN", b(b"a"), b(b"b")), {"B"}),
]


def by_expected(client: Any, table: str, key: Request, conditions: Request) -> bool:
    # A put of the same item changes nothing, so that the next condition finds what this one did.
    item = {**key, **STORED}
    try:
        client.put_item(TableName=table, Item=item, Expected=conditions)
    except client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def by_query_filter(client: Any, table: str, key: Request, conditions: Request) -> bool:
    answer = client.query(
        TableName=table, KeyConditions={"pk": op("EQ", key["pk"])}, QueryFilter=conditions
    )
    assert answer["ScannedCount"] == 1
    return bool(answer["Count"])


def by_scan_filter(client: Any, table: str, key: Request, conditions: Request) -> bool:
    # Unlike QueryFilter it may test keys.
    return bool(
        client.scan(TableName=table, ScanFilter={"pk": op("EQ", key["pk"]), **conditions})["Count"]
    )


DOORS: dict[str, Callable[[Any, str, Request, Request], bool]] = {
    "Expected": by_expected, "QueryFilter": by_query_filter, "ScanFilter": by_scan_filter,
}


@pytest.mark.parametrize("number", range(len(OPERATORS)))
@pytest.mark.parametrize("door", DOORS)
def test_operators(client: Any, hash_table: str, key: str, door: str, number: int) -> None:
    condition, wanted = OPERATORS[number]
    client.put_item(TableName=hash_table, Item={"pk": s(key), **STORED})
    found = {
        name
        for name in sorted(EVERY)
        if DOORS[door](client, hash_table, {"pk": s(key)}, {name: condition})
    }
    client.delete_item(TableName=hash_table, Key={"pk": s(key)})
    assert found == wanted, condition


EXPECTATIONS: list[tuple[Request, set[str]]] = [
    ({"Value": s("abc")}, {"S"}),
    ({"Value": n("5.0"), "Exists": True}, {"N"}),
    ({"Value": {"SS": ["x", "b"]}}, {"SS"}),
    ({"Value": m(b=n(5))}, {"M"}),
    ({"Exists": False}, {"missing"}),
    ({"ComparisonOperator": "GE", "Value": n(5)}, {"N"}),
    ({"ComparisonOperator": "IN", "Value": s("abc")}, {"S"}),
]


@pytest.mark.parametrize("number", range(len(EXPECTATIONS)))
def test_expectations(client: Any, hash_table: str, key: str, number: int) -> None:
    expectation, wanted = EXPECTATIONS[number]
    client.put_item(TableName=hash_table, Item={"pk": s(key), **STORED})
    found = {
        name
        for name in sorted(EVERY)
        if by_expected(client, hash_table, {"pk": s(key)}, {name: expectation})
    }
    assert found == wanted


def test_expected_of_an_item_that_is_not_there(client: Any, hash_table: str, key: str) -> None:
    def request(expected: Request) -> Request:
        return {"TableName": hash_table, "Key": {"pk": s(key)}, "Expected": expected}

    for expected in ({"a": {"Exists": False}}, {"a": op("NE", n(1))}, {"pk": op("NULL")}):
        client.delete_item(**request(expected))
    for expected in ({"a": {"Value": n(1)}}, {"pk": op("NOT_NULL")}, {"a": op("NOT_CONTAINS", n(1))}):
        refuses(client.delete_item, CONDITION, CONDITION_FAILED, **request(expected))
        refuses(client.update_item, CONDITION, CONDITION_FAILED, **request(expected))


def test_an_empty_expected_is_none(client: Any, hash_table: str, key: str) -> None:
    client.put_item(TableName=hash_table, Item={"pk": s(key)}, Expected={})
    client.delete_item(TableName=hash_table, Key={"pk": s(key)}, Expected={})


@pytest.mark.parametrize("door", DOORS)
def test_conditions_are_joined(client: Any, hash_table: str, key: str, door: str) -> None:
    one, other = {"N": op("EQ", n(5))}, {"S": op("EQ", s("no"))}
    client.put_item(TableName=hash_table, Item={"pk": s(key), **STORED})
    keys = {"pk": s(key)}
    assert DOORS[door](client, hash_table, keys, one)
    assert not DOORS[door](client, hash_table, keys, {**one, **other})


# MARK: key conditions

STRINGS = ["a", "ab", "b", "é"]
NUMBERS = ["-1", "0.5", "2", "10"]
BINARIES = [b"\x00", b"a", b"ab", b"\xff"]

KEY_CONDITIONS: list[tuple[str, Request, list[Any]]] = [
    ("S", op("EQ", s("ab")), ["ab"]),
    ("S", op("LT", s("b")), ["a", "ab"]),
    ("S", op("LE", s("b")), ["a", "ab", "b"]),
    ("S", op("GT", s("ab")), ["b", "é"]),
    ("S", op("GE", s("é")), ["é"]),
    ("S", op("BEGINS_WITH", s("a")), ["a", "ab"]),
    ("S", op("BETWEEN", s("ab"), s("c")), ["ab", "b"]),
    ("N", op("EQ", n("5e-1")), ["0.5"]),
    ("N", op("LT", n(2)), ["-1", "0.5"]),
    ("N", op("LE", n(2)), ["-1", "0.5", "2"]),
    ("N", op("GT", n(2)), ["10"]),
    ("N", op("GE", n(2)), ["2", "10"]),
    ("N", op("BETWEEN", n(-1), n(2)), ["-1", "0.5", "2"]),
    ("B", op("EQ", b(b"a")), [b"a"]),
    ("B", op("LT", b(b"ab")), [b"\x00", b"a"]),
    ("B", op("LE", b(b"ab")), [b"\x00", b"a", b"ab"]),
    ("B", op("GT", b(b"ab")), [b"\xff"]),
    ("B", op("GE", b(b"ab")), [b"ab", b"\xff"]),
    ("B", op("BEGINS_WITH", b(b"a")), [b"a", b"ab"]),
    ("B", op("BETWEEN", b(b"a"), b(b"b")), [b"a", b"ab"]),
]


@pytest.mark.parametrize("number", range(len(KEY_CONDITIONS)))
def test_key_conditions(
    client: Any, range_table: str, number_range_table: str, binary_table: str, key: str,
    number: int,
) -> None:
    kind, condition, wanted = KEY_CONDITIONS[number]
    table, values = {
        "S": (range_table, STRINGS), "N": (number_range_table, NUMBERS),
        "B": (binary_table, BINARIES),
    }[kind]
    pk: Request = b(key.encode()) if kind == "B" else s(key)
    for value in values:
        client.put_item(TableName=table, Item={"pk": pk, "sk": {kind: value}})
    conditions = {"sk": condition, "pk": op("EQ", pk)}
    for forward in (True, False):
        answer = client.query(
            TableName=table, KeyConditions=conditions, ScanIndexForward=forward
        )
        found = [item["sk"][kind] for item in answer["Items"]]
        assert found == (wanted if forward else wanted[::-1])


def test_key_conditions_beside_expressions(client: Any, range_table: str, key: str) -> None:
    for sort in "abc":
        client.put_item(TableName=range_table, Item={"pk": s(key), "sk": s(sort), "v": s(sort)})
    answer = client.query(
        TableName=range_table, KeyConditions={"pk": op("EQ", s(key))},
        FilterExpression="v > :v", ProjectionExpression="v",
        ExpressionAttributeValues={":v": s("a")},
    )
    assert answer["Items"] == [{"v": s("b")}, {"v": s("c")}]


def test_key_conditions_of_an_index(client: Any, indexed_table: str, key: str) -> None:
    for number in (1, 2, 3):
        client.put_item(
            TableName=indexed_table,
            Item={"pk": s(key), "sk": s(str(number)), "g1": s(key), "g2": n(number)},
        )
    answer = client.query(
        TableName=indexed_table, IndexName="gsi_keys", AttributesToGet=["g2"],
        KeyConditions={"g1": op("EQ", s(key)), "g2": op("GT", n(1))},
        QueryFilter={"pk": op("EQ", s(key))},
    )
    assert answer["Items"] == [{"g2": n(2)}, {"g2": n(3)}]


# MARK: attribute updates

BEFORE: Request = {**STORED, "one": {"SS": ["x"]}}
MISMATCH = "Type mismatch for attribute to update"
# What is done to an attribute, and what becomes of it: a value, None when it goes, or a refusal.
ACTIONS: dict[str, tuple[str, Request, Any]] = {
    **{f"PUT of {kind}": ("new", {"Action": "PUT", "Value": value}, value)
       for kind, value in STORED.items()},
    **{f"PUT over {kind}": (kind, {"Value": s("new")}, s("new")) for kind in STORED},
    **{f"DELETE of {kind}": (kind, {"Action": "DELETE"}, None) for kind in STORED},
    "DELETE of nothing": ("new", {"Action": "DELETE"}, None),
    "ADD N to N": ("N", {"Action": "ADD", "Value": n("0.5")}, n("5.5")),
    "ADD N to nothing": ("new", {"Action": "ADD", "Value": n("-0.5")}, n("-0.5")),
    "ADD SS to SS": ("SS", {"Action": "ADD", "Value": {"SS": ["a", "b"]}},
                     {"SS": ["a", "b", "x"]}),
    "ADD NS to NS": ("NS", {"Action": "ADD", "Value": {"NS": ["6", "7.0"]}},
                     {"NS": ["5", "6", "7"]}),
    "ADD BS to BS": ("BS", {"Action": "ADD", "Value": {"BS": [b"a"]}}, {"BS": [b"a", b"b", b"x"]}),
    "ADD SS to nothing": ("new", {"Action": "ADD", "Value": {"SS": ["a"]}}, {"SS": ["a"]}),
    "ADD L to L": ("L", {"Action": "ADD", "Value": lst(s("b"))},
                   lst(s("b"), n(5), b(b"b"), s("b"))),
    "ADD L to nothing": ("new", {"Action": "ADD", "Value": lst(s("b"))}, lst(s("b"))),
    "DELETE SS from SS": ("SS", {"Action": "DELETE", "Value": {"SS": ["b", "no"]}}, {"SS": ["x"]}),
    "DELETE NS from NS": ("NS", {"Action": "DELETE", "Value": {"NS": ["5.0"]}}, {"NS": ["7"]}),
    "DELETE BS from BS": ("BS", {"Action": "DELETE", "Value": {"BS": [b"x"]}}, {"BS": [b"b"]}),
    "DELETE of the last member": ("one", {"Action": "DELETE", "Value": {"SS": ["x"]}}, None),
    "DELETE SS from nothing": ("new", {"Action": "DELETE", "Value": {"SS": ["x"]}}, None),
    **{f"ADD N to {kind}": (kind, {"Action": "ADD", "Value": n(1)}, MISMATCH)
       for kind in STORED if kind != "N"},
    **{f"ADD SS to {kind}": (kind, {"Action": "ADD", "Value": {"SS": ["x"]}}, MISMATCH)
       for kind in STORED if kind != "SS"},
    **{f"ADD L to {kind}": (kind, {"Action": "ADD", "Value": lst()}, MISMATCH)
       for kind in STORED if kind != "L"},
    **{f"DELETE NS from {kind}": (kind, {"Action": "DELETE", "Value": {"NS": ["5"]}}, MISMATCH)
       for kind in STORED if kind != "NS"},
}


@pytest.mark.parametrize("case", ACTIONS)
def test_actions(client: Any, hash_table: str, key: str, case: str) -> None:
    name, update, outcome = ACTIONS[case]
    before = {"pk": s(key), **BEFORE}
    client.put_item(TableName=hash_table, Item=before)
    request = {
        "TableName": hash_table, "Key": {"pk": s(key)}, "AttributeUpdates": {name: update}
    }
    if isinstance(outcome, str):
        refuses(client.update_item, VALIDATION, outcome, **request)
        assert read(client, hash_table, {"pk": s(key)}) == before
        return
    answer = client.update_item(ReturnValues="UPDATED_NEW", **request)
    after = {**before, name: outcome}
    if outcome is None:
        del after[name]
    assert read(client, hash_table, {"pk": s(key)}) == after
    assert answer.get("Attributes") == (None if outcome is None else {name: outcome})


# What an update makes of an item that is not there; None when it makes nothing.
CREATIONS: dict[str, tuple[Request, Request | None]] = {
    "PUT": ({"a": {"Value": s("x")}}, {"a": s("x")}),
    "ADD a number": ({"a": {"Action": "ADD", "Value": n(3)}}, {"a": n(3)}),
    "ADD members": ({"a": {"Action": "ADD", "Value": {"NS": ["3"]}}}, {"a": {"NS": ["3"]}}),
    "ADD a list": ({"a": {"Action": "ADD", "Value": lst(n(1))}}, {"a": lst(n(1))}),
    "DELETE": ({"a": {"Action": "DELETE"}}, None),
    "DELETE members": ({"a": {"Action": "DELETE", "Value": {"SS": ["x"]}}}, None),
    "PUT and DELETE": ({"a": {"Value": s("x")}, "b": {"Action": "DELETE"}}, {"a": s("x")}),
    "nothing": ({}, {}),
}


@pytest.mark.parametrize("case", CREATIONS)
def test_updates_of_a_missing_item(client: Any, hash_table: str, key: str, case: str) -> None:
    updates, wanted = CREATIONS[case]
    client.update_item(TableName=hash_table, Key={"pk": s(key)}, AttributeUpdates=updates)
    found = read(client, hash_table, {"pk": s(key)})
    assert found == (None if wanted is None else {"pk": s(key), **wanted})


def test_updates_return_what_they_touched(client: Any, hash_table: str, key: str) -> None:
    client.put_item(TableName=hash_table, Item={"pk": s(key), "a": n(1), "b": n(2), "c": n(3)})
    updates = {"a": {"Action": "ADD", "Value": n(1)}, "b": {"Action": "DELETE"}}
    answer = client.update_item(
        TableName=hash_table, Key={"pk": s(key)}, AttributeUpdates=updates,
        Expected={"c": {"Value": n(3)}}, ReturnValues="UPDATED_OLD",
    )
    assert answer["Attributes"] == {"a": n(1), "b": n(2)}


def test_a_dot_is_part_of_a_name(client: Any, hash_table: str, key: str) -> None:
    client.put_item(TableName=hash_table, Item={"pk": s(key), "a": m(b=n(1))})
    client.update_item(
        TableName=hash_table, Key={"pk": s(key)}, AttributeUpdates={"a.b": {"Value": n(2)}},
        Expected={"a.b": {"Exists": False}, "a": {"Value": m(b=n(1))}},
    )
    item = {"pk": s(key), "a": m(b=n(1)), "a.b": n(2)}
    assert read(client, hash_table, {"pk": s(key)}) == item


# MARK: refusals

OPERATOR_SET = (
    "IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS"
)
SAME_TYPE = INVALID + "AttributeValues inside AttributeValueList must be of same type"
REVERSED = (
    "The BETWEEN condition was provided a range where the lower bound is greater than the upper "
    "bound"
)


def count_text(operator: str) -> str:
    return INVALID + f"Invalid number of argument(s) for the {operator} ComparisonOperator"


def type_text(operator: str, kind: str) -> str:
    return INVALID + f"ComparisonOperator {operator} is not valid for {kind} AttributeValue type"


# The condition on an attribute `a`, refused by each of the four parameters.
CONDITIONS: dict[str, tuple[Request, str]] = {
    **{f"{operator} of too few": (op(operator), count_text(operator))
       for operator in ("EQ", "NE", "LE", "LT", "GE", "GT", "CONTAINS", "NOT_CONTAINS",
                        "BEGINS_WITH", "IN", "BETWEEN")},
    **{f"{operator} of too many": (op(operator, s("a"), s("b"), s("c")), count_text(operator))
       for operator in ("EQ", "NE", "LE", "LT", "GE", "GT", "CONTAINS", "NOT_CONTAINS",
                        "BEGINS_WITH", "BETWEEN", "NULL", "NOT_NULL")},
    **{f"{operator} of a set": (op(operator, {"SS": ["a"]}), type_text(operator, "SS"))
       for operator in ("LE", "LT", "GE", "GT", "CONTAINS", "NOT_CONTAINS", "BEGINS_WITH", "IN")},
    **{f"LT of {kind}": (op("LT", STORED[kind]), type_text("LT", kind))
       for kind in ("BOOL", "NULL", "NS", "BS", "L", "M")},
    "BEGINS_WITH of a number": (op("BEGINS_WITH", n(1)), type_text("BEGINS_WITH", "N")),
    "CONTAINS of a list": (op("CONTAINS", lst()), type_text("CONTAINS", "L")),
    "BETWEEN lists": (op("BETWEEN", lst(), lst()), type_text("BETWEEN", "L")),
    "IN of several types": (op("IN", s("a"), n(1)), SAME_TYPE),
    "BETWEEN two types": (op("BETWEEN", s("a"), n(1)), SAME_TYPE),
    "reversed texts": (op("BETWEEN", s("b"), s("a")), REVERSED),
    "reversed numbers": (op("BETWEEN", n(10), n(9)), REVERSED),
    "reversed binaries": (op("BETWEEN", b(b"\xff"), b(b"\x00")), REVERSED),
    "a value that is none": (
        op("EQ", {}),
        "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
    "a bad number": (
        op("EQ", n("abc")), "The parameter cannot be converted to a numeric value: abc"),
    "an empty set": (op("EQ", {"SS": []}), INVALID + "An string set  may not be empty"),
}
PLACES: dict[str, Callable[[Request], tuple[str, Request]]] = {
    "Expected": lambda condition: (
        "delete_item", {"Key": {"pk": s("a")}, "Expected": {"a": condition}}),
    "QueryFilter": lambda condition: (
        "query", {"KeyConditions": {"pk": op("EQ", s("a"))}, "QueryFilter": {"a": condition}}),
    "ScanFilter": lambda condition: ("scan", {"ScanFilter": {"a": condition}}),
    "KeyConditions": lambda condition: (
        "query", {"KeyConditions": {"pk": op("EQ", s("a")), "a": condition}}),
}


@pytest.mark.parametrize("case", CONDITIONS)
@pytest.mark.parametrize("place", PLACES)
def test_conditions_refused_before_the_table(client: Any, place: str, case: str) -> None:
    condition, text = CONDITIONS[case]
    operation, request = PLACES[place](condition)
    refuses(
        getattr(client, operation), VALIDATION, (ENVELOPE if place == "Expected" else "") + text,
        TableName="no-such-table", **request,
    )


@pytest.mark.parametrize("place", PLACES)
def test_an_operator_that_is_none(client: Any, place: str) -> None:
    operation, request = PLACES[place](op("LIKE", s("a")))
    path = f"{place[0].lower()}{place[1:]}.a.member.comparisonOperator"
    refuses(
        getattr(client, operation), VALIDATION, ENVELOPE + enum_text("LIKE", path, OPERATOR_SET),
        TableName="no-such-table", **request,
    )


EXPECTED_REFUSALS: dict[str, tuple[Request, str]] = {
    "Exists true without a value": (
        {"Exists": True}, "Value must be provided when Exists is true for Attribute: a"),
    "nothing": ({}, "Value must be provided when Exists is null for Attribute: a"),
    "Exists false with a value": (
        {"Exists": False, "Value": n(1)},
        "Value cannot be used when Exists is false for Attribute: a"),
    "a value and a list": (
        {"ComparisonOperator": "EQ", "Value": n(1), "AttributeValueList": [n(1)]},
        "Value and AttributeValueList cannot be used together for Attribute: a"),
    "Exists and an operator": (
        {"Exists": True, "ComparisonOperator": "EQ", "Value": n(1)},
        "Exists and ComparisonOperator cannot be used together for Attribute: a"),
    "an operator without values": (
        {"ComparisonOperator": "LT"},
        "Value or AttributeValueList must be used with ComparisonOperator: LT for Attribute: a"),
    "a list without an operator": (
        {"AttributeValueList": [n(1)]},
        "AttributeValueList can only be used with a ComparisonOperator for Attribute: a"),
    "a value for NULL": (
        {"ComparisonOperator": "NULL", "Value": n(1)},
        "Invalid number of argument(s) for the NULL ComparisonOperator"),
}


@pytest.mark.parametrize("case", EXPECTED_REFUSALS)
@pytest.mark.parametrize("operation", ["put_item", "update_item", "delete_item"])
def test_expected_refused_before_the_table(client: Any, operation: str, case: str) -> None:
    expectation, text = EXPECTED_REFUSALS[case]
    name = "Item" if operation == "put_item" else "Key"
    refuses(
        getattr(client, operation), VALIDATION, ENVELOPE + INVALID + text,
        TableName="no-such-table", Expected={"a": expectation}, **{name: {"pk": s("a")}},
    )


NO_VALUE = INVALID + "Only DELETE action is allowed when no attribute value is specified"
UPDATE_REFUSALS: dict[str, tuple[Request, str]] = {
    "nothing": ({}, NO_VALUE),
    "PUT without a value": ({"Action": "PUT"}, NO_VALUE),
    "ADD without a value": ({"Action": "ADD"}, NO_VALUE),
    **{f"ADD of {kind}": (
        {"Action": "ADD", "Value": STORED[kind]},
        INVALID + f"ADD action is not supported for the type {kind}")
       for kind in ("S", "B", "BOOL", "NULL", "M")},
    **{f"DELETE with {kind}": (
        {"Action": "DELETE", "Value": STORED[kind]},
        INVALID + f"DELETE action with value is not supported for the type {kind}")
       for kind in ("S", "N", "B", "BOOL", "NULL", "L", "M")},
    "a bad number": (
        {"Value": n("abc")}, "The parameter cannot be converted to a numeric value: abc"),
    "an empty set": (
        {"Action": "ADD", "Value": {"NS": []}}, INVALID + "An number set  may not be empty"),
}


@pytest.mark.parametrize("case", UPDATE_REFUSALS)
def test_updates_refused_before_the_table(client: Any, case: str) -> None:
    update, text = UPDATE_REFUSALS[case]
    refuses(
        client.update_item, VALIDATION, ENVELOPE + text,
        TableName="no-such-table", Key={"pk": s("a")}, AttributeUpdates={"a": update},
    )


def test_an_action_that_is_none(client: Any) -> None:
    refuses(
        client.update_item, VALIDATION,
        ENVELOPE + enum_text("TOUCH", "attributeUpdates.a.member.action", "ADD, DELETE, PUT"),
        TableName="no-such-table", Key={"pk": s("a")},
        AttributeUpdates={"a": {"Action": "TOUCH", "Value": n(1)}},
    )


def test_keys_are_not_updated(client: Any, range_table: str) -> None:
    for name in ("pk", "sk"):
        for update in ({"Value": s("b")}, {"Action": "DELETE"}):
            refuses(
                client.update_item, VALIDATION,
                INVALID + f"Cannot update attribute {name}. This attribute is part of the key",
                TableName=range_table, Key={"pk": s("a"), "sk": s("a")},
                AttributeUpdates={name: update},
            )


def test_an_index_key_of_another_type(client: Any, indexed_table: str, key: str) -> None:
    refuses(
        client.update_item, VALIDATION,
        INVALID + "Type mismatch for Index Key g3 Expected: S Actual: N IndexName: gsi_some",
        TableName=indexed_table, Key={"pk": s(key), "sk": s("a")},
        AttributeUpdates={"g3": {"Value": n(1)}},
    )


WITHOUT_FILTER = "ConditionalOperator cannot be used without Filter or Expected"
TWO_OR_MORE = (
    "ConditionalOperator can only be used when Filter or Expected has two or more elements"
)
KEYS = {"KeyConditions": {"pk": op("EQ", s("a"))}}
ONE = {"a": op("EQ", s("a"))}
# An operation, a request, and its refusal.
JOINTS: dict[str, tuple[str, Request, str]] = {
    "nothing to join in a put": ("put_item", {"Item": {"pk": s("a")}}, ENVELOPE + WITHOUT_FILTER),
    "nothing to join in an update": (
        "update_item", {"Key": {"pk": s("a")}}, ENVELOPE + WITHOUT_FILTER),
    "an empty Expected": (
        "delete_item", {"Key": {"pk": s("a")}, "Expected": {}}, ENVELOPE + WITHOUT_FILTER),
    "one element of Expected": (
        "delete_item", {"Key": {"pk": s("a")}, "Expected": ONE}, ENVELOPE + TWO_OR_MORE),
    "nothing to join in a scan": ("scan", {}, WITHOUT_FILTER),
    "one element of ScanFilter": ("scan", {"ScanFilter": ONE}, TWO_OR_MORE),
    "nothing to join in a query": ("query", KEYS, WITHOUT_FILTER),
    "one element of QueryFilter": ("query", {**KEYS, "QueryFilter": ONE}, TWO_OR_MORE),
    "expressions to join": (
        "scan", {"FilterExpression": "attribute_exists(a)"},
        BOTH + "Non-expression parameters: {ConditionalOperator} Expression parameters: "
        "{FilterExpression}"),
}


@pytest.mark.parametrize("case", JOINTS)
def test_conditional_operator_needs_conditions(client: Any, case: str) -> None:
    operation, request, text = JOINTS[case]
    refuses(
        getattr(client, operation), VALIDATION, text,
        TableName="no-such-table", ConditionalOperator="OR", **request,
    )


def test_a_conditional_operator_that_is_none(client: Any) -> None:
    refuses(
        client.scan, VALIDATION, ENVELOPE + enum_text("XOR", "conditionalOperator", "OR, AND"),
        TableName="no-such-table", ConditionalOperator="XOR", ScanFilter=ONE,
    )


NOT_INDEXABLE = "Attempted conditional constraint is not an indexable operation"
KEY_REFUSALS: dict[str, tuple[Request, str]] = {
    **{f"{condition['ComparisonOperator']} of the {place} key": (
        {"pk": op("EQ", s("a")), **{name: condition}}, NOT_INDEXABLE)
       for place, name in (("hash", "pk"), ("range", "sk"))
       for condition in (op("NULL"), op("NOT_NULL"), op("NE", s("a")), op("CONTAINS", s("a")),
                         op("NOT_CONTAINS", s("a")), op("IN", s("a")))},
    **{f"{operator} of the hash key": (
        {"pk": op(operator, s("a"))}, "Query key condition not supported")
       for operator in ("LE", "LT", "GE", "GT", "BEGINS_WITH")},
    "BETWEEN of the hash key": (
        {"pk": op("BETWEEN", s("a"), s("b"))}, "Query key condition not supported"),
    "no hash key": (
        {"sk": op("EQ", s("a"))}, "Query condition missed key schema element: pk"),
    "another attribute": (
        {"pk": op("EQ", s("a")), "v": op("EQ", s("a"))},
        "Query condition missed key schema element: sk"),
    "another type": (
        {"pk": op("EQ", n(1))},
        INVALID + "Condition parameter type does not match schema type"),
    "none": ({}, "Conditions can be of length 1 or 2 only"),
}


@pytest.mark.parametrize("case", KEY_REFUSALS)
def test_key_conditions_refused(client: Any, range_table: str, case: str) -> None:
    conditions, text = KEY_REFUSALS[case]
    refuses(client.query, VALIDATION, text, TableName=range_table, KeyConditions=conditions)


def test_query_filters_do_not_touch_keys(client: Any, range_table: str) -> None:
    for name in ("pk", "sk"):
        refuses(
            client.query, VALIDATION,
            "QueryFilter can only contain non-primary key attributes: Primary key attribute: "
            + name,
            TableName=range_table, QueryFilter={name: op("EQ", s("a"))}, **KEYS,
        )


LISTS: dict[str, tuple[str, Request]] = {
    "GetItem": ("get_item", {"Key": {"pk": s("a")}}),
    "Query": ("query", KEYS),
    "Scan": ("scan", {}),
}


@pytest.mark.parametrize("case", LISTS)
def test_lists_refused_before_the_table(client: Any, case: str) -> None:
    operation, request = LISTS[case]
    call = getattr(client, operation)
    refuses(
        call, VALIDATION, INVALID + "Duplicate value in attribute name: b",
        TableName="no-such-table", AttributesToGet=["a", "b", "c", "b", "a"], **request,
    )
    refuses(
        call, VALIDATION,
        ENVELOPE + "Value '[]' at 'attributesToGet' failed to satisfy constraint: Member must "
        "have length greater than or equal to 1",
        TableName="no-such-table", AttributesToGet=[], **request,
    )


@pytest.mark.parametrize("select,what", [
    ("COUNT", "only the Count"), ("ALL_ATTRIBUTES", "ALL_ATTRIBUTES"),
])
def test_lists_beside_another_choice(client: Any, range_table: str, select: str, what: str) -> None:
    for operation, request in (("query", KEYS), ("scan", {})):
        refuses(
            getattr(client, operation), VALIDATION,
            f"Cannot specify the AttributesToGet when choosing to get {what}",
            TableName=range_table, Select=select, AttributesToGet=["a"], **request,
        )


def test_specific_attributes_by_list(client: Any, range_table: str, key: str) -> None:
    client.put_item(TableName=range_table, Item={"pk": s(key), "sk": s("a"), "v": n(1), "w": n(2)})
    answer = client.query(
        TableName=range_table, KeyConditions={"pk": op("EQ", s(key))},
        Select="SPECIFIC_ATTRIBUTES", AttributesToGet=["v", "pk", "nope"],
    )
    assert answer["Items"] == [{"pk": s(key), "v": n(1)}]
