"""Query: key conditions in both generations, order, Select, start keys. Pages: test_paging.py."""

from __future__ import annotations

import re
from typing import Any

import pytest
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
from support.tables import b, lst, n, s

FIXED = "query-fixed"  # partition of the items that the table tests below read
SORTS = ["a", "ab", "abc", "b", "ba", "é", "😀"]
NUMBERS = ["-10", "-1.5", "-1", "0", "0.5", "1", "2", "10", "100"]


@pytest.fixture(scope="module")
def strings(client: Any, range_table: str) -> str:
    for sort in SORTS:
        client.put_item(
            TableName=range_table,
            Item={"pk": s(FIXED), "sk": s(sort), "v": n(len(sort)), "l": lst(n(1), n(2))},
        )
    client.put_item(TableName=range_table, Item={"pk": s(FIXED + "!"), "sk": s("other")})
    return range_table


@pytest.fixture(scope="module")
def numbers(client: Any, number_range_table: str) -> str:
    for text in NUMBERS:
        client.put_item(TableName=number_range_table, Item={"pk": s(FIXED), "sk": n(text)})
    return number_range_table


def sorts(answer: dict[str, Any], kind: str = "S") -> list[str]:
    return [item["sk"][kind] for item in answer["Items"]]


SORT_CONDITIONS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("pk = :p", {}, SORTS),
    ("pk=:p", {}, SORTS),
    (":p = pk", {}, SORTS),
    ("(pk = :p)", {}, SORTS),
    ("pk = :p AND sk = :a", {":a": s("ab")}, ["ab"]),
    ("pk = :p AND sk = :a", {":a": s("nope")}, []),
    ("sk = :a AND pk = :p", {":a": s("ab")}, ["ab"]),
    ("pk = :p and sk < :a", {":a": s("abc")}, ["a", "ab"]),
    ("pk = :p AND sk <= :a", {":a": s("abc")}, ["a", "ab", "abc"]),
    ("pk = :p AND sk > :a", {":a": s("b")}, ["ba", "é", "😀"]),
    ("pk = :p AND sk >= :a", {":a": s("b")}, ["b", "ba", "é", "😀"]),
    ("pk = :p AND :a <= sk", {":a": s("b")}, ["b", "ba", "é", "😀"]),
    ("pk = :p AND :a > sk", {":a": s("ab")}, ["a"]),
    ("(pk = :p) AND (sk > :a)", {":a": s("ba")}, ["é", "😀"]),
    ("pk = :p AND sk BETWEEN :a AND :b", {":a": s("ab"), ":b": s("b")}, ["ab", "abc", "b"]),
    ("pk = :p AND (sk BETWEEN :a AND :b)", {":a": s("b"), ":b": s("b")}, ["b"]),
    ("pk = :p AND begins_with(sk, :a)", {":a": s("ab")}, ["ab", "abc"]),
    ("pk = :p AND begins_with ( sk , :a )", {":a": s("b")}, ["b", "ba"]),
    ("pk = :p AND sk >= :a", {":a": s("\ue000")}, ["😀"]),  # UTF-8 order, not UTF-16
]


@pytest.mark.parametrize("number", range(len(SORT_CONDITIONS)))
@pytest.mark.parametrize("forward", [True, False], ids=["forward", "backward"])
def test_sort_conditions(client: Any, strings: str, number: int, forward: bool) -> None:
    condition, values, wanted = SORT_CONDITIONS[number]
    answer = client.query(
        TableName=strings, KeyConditionExpression=condition, ScanIndexForward=forward,
        ExpressionAttributeValues={":p": s(FIXED), **values},
    )
    assert sorts(answer) == (wanted if forward else wanted[::-1])
    assert answer["Count"] == answer["ScannedCount"] == len(wanted)
    assert "LastEvaluatedKey" not in answer


NUMBER_CONDITIONS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("pk = :p", {}, NUMBERS),
    ("pk = :p AND sk = :a", {":a": n("1.0")}, ["1"]),
    ("pk = :p AND sk < :a", {":a": n("-1")}, ["-10", "-1.5"]),
    ("pk = :p AND sk BETWEEN :a AND :b", {":a": n("-1e0"), ":b": n("1")}, ["-1", "0", "0.5", "1"]),
    ("pk = :p AND sk > :a", {":a": n("9.99")}, ["10", "100"]),
]


@pytest.mark.parametrize("number", range(len(NUMBER_CONDITIONS)))
def test_numbers_sort_by_value(client: Any, numbers: str, number: int) -> None:
    condition, values, wanted = NUMBER_CONDITIONS[number]
    answer = client.query(
        TableName=numbers, KeyConditionExpression=condition,
        ExpressionAttributeValues={":p": s(FIXED), **values},
    )
    assert sorts(answer, "N") == wanted


def test_binaries_sort_unsigned(client: Any, binary_table: str) -> None:
    wanted = [b"\x00", b"\x00\x00", b"\x01", b"\x7f", b"\x80", b"\xff", b"\xff\x00"]
    for sort in reversed(wanted):
        client.put_item(TableName=binary_table, Item={"pk": b(b"query"), "sk": b(sort)})
    answer = client.query(
        TableName=binary_table, KeyConditionExpression="pk = :p",
        ExpressionAttributeValues={":p": b(b"query")},
    )
    assert [item["sk"]["B"] for item in answer["Items"]] == wanted
    answer = client.query(
        TableName=binary_table, KeyConditionExpression="pk = :p AND begins_with(sk, :s)",
        ExpressionAttributeValues={":p": b(b"query"), ":s": b(b"\xff")},
    )
    assert [item["sk"]["B"] for item in answer["Items"]] == [b"\xff", b"\xff\x00"]


def op(operator: str, *values: Any) -> dict[str, Any]:
    return {"ComparisonOperator": operator, "AttributeValueList": list(values)}


LEGACY: list[tuple[dict[str, Any], list[str]]] = [
    ({}, SORTS),
    ({"sk": op("EQ", s("ab"))}, ["ab"]),
    ({"sk": op("LT", s("ab"))}, ["a"]),
    ({"sk": op("LE", s("ab"))}, ["a", "ab"]),
    ({"sk": op("GT", s("ba"))}, ["é", "😀"]),
    ({"sk": op("GE", s("é"))}, ["é", "😀"]),
    ({"sk": op("BEGINS_WITH", s("a"))}, ["a", "ab", "abc"]),
    ({"sk": op("BETWEEN", s("ab"), s("b"))}, ["ab", "abc", "b"]),
]


@pytest.mark.parametrize("number", range(len(LEGACY)))
def test_key_conditions(client: Any, strings: str, number: int) -> None:
    conditions, wanted = LEGACY[number]
    answer = client.query(
        TableName=strings, KeyConditions={"pk": op("EQ", s(FIXED)), **conditions}
    )
    assert sorts(answer) == wanted


def test_query_filter(client: Any, strings: str) -> None:
    request = {"TableName": strings, "KeyConditions": {"pk": op("EQ", s(FIXED))}}
    assert sorts(client.query(QueryFilter={"v": op("GE", n(2))}, **request)) == ["ab", "abc", "ba"]
    answer = client.query(
        QueryFilter={"v": op("EQ", n(3)), "nope": op("EQ", n(1))}, ConditionalOperator="OR",
        **request,
    )
    assert sorts(answer) == ["abc"] and answer["ScannedCount"] == len(SORTS)


EXPRESSION = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": s(FIXED)}}


def test_filters_count_after_reading(client: Any, strings: str) -> None:
    answer = client.query(
        TableName=strings, KeyConditionExpression="pk = :p", FilterExpression="v = :v",
        ExpressionAttributeValues={":p": s(FIXED), ":v": n(2)},
    )
    assert sorts(answer) == ["ab", "ba"]
    assert (answer["Count"], answer["ScannedCount"]) == (2, len(SORTS))


def test_count_has_no_items(client: Any, strings: str) -> None:
    answer = client.query(TableName=strings, Select="COUNT", **EXPRESSION)
    assert answer["Count"] == len(SORTS) and "Items" not in answer


def test_projection(client: Any, strings: str) -> None:
    answer = client.query(
        TableName=strings, ProjectionExpression="l[1], v", Select="SPECIFIC_ATTRIBUTES",
        **EXPRESSION,
    )
    assert answer["Items"][0] == {"v": n(1), "l": lst(n(2))}


def test_a_condition_on_an_escaped_name(client: Any, strings: str) -> None:
    answer = client.query(
        TableName=strings, KeyConditionExpression="#p = :p AND #s = :s",
        ExpressionAttributeNames={"#p": "pk", "#s": "sk"},
        ExpressionAttributeValues={":p": s(FIXED), ":s": s("b")},
    )
    assert sorts(answer) == ["b"]


def test_an_empty_answer_has_empty_items(client: Any, range_table: str, key: str) -> None:
    answer = client.query(
        TableName=range_table, KeyConditionExpression="pk = :p",
        ExpressionAttributeValues={":p": s(key)},
    )
    assert answer["Items"] == [] and answer["Count"] == answer["ScannedCount"] == 0


NOT_SUPPORTED = "Query key condition not supported"
IN_KEY = "Invalid KeyConditionExpression: "
V = {":p": s("a"), ":a": s("b"), ":b": s("c"), ":n": n(1), ":bool": {"BOOL": True}}
KEY_REFUSALS: dict[str, tuple[str, str]] = {
    "<>": ("pk = :p AND sk <> :a", Part("")),
    "IN": ("pk = :p AND sk IN (:a)", Part(IN_KEY + "Invalid operator used in")),
    "OR": ("pk = :p OR sk = :a",
           IN_KEY + "Invalid operator used in KeyConditionExpression: OR"),
    "NOT": ("NOT pk = :p", IN_KEY + "Invalid operator used in KeyConditionExpression: NOT"),
    "attribute_exists": (
        "pk = :p AND attribute_exists(sk)",
        IN_KEY + "Invalid operator used in KeyConditionExpression: attribute_exists"),
    "contains": ("pk = :p AND contains(sk, :a)",
                 IN_KEY + "Invalid operator used in KeyConditionExpression: contains"),
    "size": ("pk = :p AND size(sk) > :n", Part("")),
    "hash by <": ("pk < :p", NOT_SUPPORTED),
    "hash by begins_with": ("begins_with(pk, :p)", NOT_SUPPORTED),
    "hash by BETWEEN": ("pk BETWEEN :p AND :a", NOT_SUPPORTED),
    "no hash": ("sk = :a", "Query condition missed key schema element: pk"),
    "another attribute": (
        "pk = :p AND elsewhere = :a", "Query condition missed key schema element: sk"),
    "two conditions on the hash": (
        "pk = :p AND pk = :a",
        IN_KEY + "KeyConditionExpressions must only contain one condition per key"),
    "two conditions on the range": (
        "pk = :p AND sk > :a AND sk < :b",
        IN_KEY + "KeyConditionExpressions must only contain one condition per key"),
    "three conditions": (
        "pk = :p AND sk = :a AND elsewhere = :b",
        Part("The number of query conditions (3) exceeds the number of key attributes defined in "
             "the schema (2)")),
    "a nested attribute": (
        "pk = :p AND sk.a = :a",
        IN_KEY + "KeyConditionExpressions cannot have conditions on nested attributes"),
    "a list element": (
        "pk = :p AND sk[0] = :a",
        IN_KEY + "KeyConditionExpressions cannot have conditions on nested attributes"),
    "a number for begins_with": (
        "pk = :p AND begins_with(sk, :n)",
        IN_KEY + "Incorrect operand type for operator or function; operator or function: "
        "begins_with, operand type: N"),
    "a key of another type": (
        "pk = :n",
        "One or more parameter values were invalid: Condition parameter type does not match "
        "schema type"),
    "a range key of another type": (
        "pk = :p AND sk = :n",
        "One or more parameter values were invalid: Condition parameter type does not match "
        "schema type"),
    "reversed bounds": (
        "pk = :p AND sk BETWEEN :b AND :a",
        IN_KEY + "The BETWEEN operator requires upper bound to be greater than or equal to lower "
        "bound; lower bound operand: AttributeValue: {S:c}, upper bound operand: AttributeValue: "
        "{S:b}"),
    "an undefined value": (
        "pk = :nope",
        IN_KEY + "An expression attribute value used in expression is not defined; attribute "
        "value: :nope"),
    "an undefined name": (
        "#nope = :p",
        IN_KEY + "An expression attribute name used in the document path is not defined; "
        "attribute name: #nope"),
    "redundant parentheses": (
        "((pk = :p))", IN_KEY + "The expression has redundant parentheses;"),
    "a syntax error": (
        "pk = :p AND AND sk = :a",
        IN_KEY + 'Syntax error; token: "AND", near: "AND AND sk"'),
    "an empty expression": ("", IN_KEY + "The expression can not be empty;"),
    "two attributes": ("pk = sk", Part("")),
    "two values": (":p = :a", Part("")),
}


def used(expression: str) -> dict[str, Any]:
    names = set(re.findall(r":\w+", expression))
    return {name: value for name, value in V.items() if name in names}


@pytest.mark.parametrize("case", KEY_REFUSALS)
def test_key_conditions_refused(client: Any, range_table: str, case: str) -> None:
    expression, text = KEY_REFUSALS[case]
    values = used(expression)
    request = {"ExpressionAttributeValues": values} if values else {}
    refuses(
        client.query, VALIDATION, text,
        TableName=range_table, KeyConditionExpression=expression, **request,
    )


def test_an_expression_too_long(client: Any, range_table: str) -> None:
    refuses(
        client.query, VALIDATION,
        IN_KEY + "Expression size has exceeded the maximum allowed size; expression size: 4101",
        TableName=range_table, KeyConditionExpression="p" * 4096 + " = :p",
        ExpressionAttributeValues={":p": s("a")},
    )


REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "no condition": (
        {}, Part("Either the KeyConditions or KeyConditionExpression parameter must be specified "
                 "in the request")),
    "a filter on the hash key": (
        {"KeyConditionExpression": "pk = :p", "FilterExpression": "pk = :p",
         "ExpressionAttributeValues": {":p": s("a")}},
        "Filter Expression can only contain non-primary key attributes: Primary key attribute: "
        "pk"),
    "a filter on the range key": (
        {"KeyConditionExpression": "pk = :p", "FilterExpression": "attribute_exists(sk)",
         "ExpressionAttributeValues": {":p": s("a")}},
        "Filter Expression can only contain non-primary key attributes: Primary key attribute: "
        "sk"),
    "an empty filter": (
        {**EXPRESSION, "FilterExpression": ""},
        "Invalid FilterExpression: The expression can not be empty;"),
    "redundant parentheses in a filter": (
        {**EXPRESSION, "FilterExpression": "((attribute_exists(a)))"},
        "Invalid FilterExpression: The expression has redundant parentheses;"),
    "operand types are checked before rows": (
        {"KeyConditionExpression": "pk = :p", "FilterExpression": "begins_with(nope, :n)",
         "ExpressionAttributeValues": {":p": s("never"), ":n": n(1)}},
        "Invalid FilterExpression: Incorrect operand type for operator or function; operator or "
        "function: begins_with, operand type: N"),
    "an unused value": (
        {"KeyConditionExpression": "pk = :p",
         "ExpressionAttributeValues": {":p": s("a"), ":u": n(1)}},
        "Value provided in ExpressionAttributeValues unused in expressions: keys: {:u}"),
    "an unused name": (
        {**EXPRESSION, "ExpressionAttributeNames": {"#u": "u"}},
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#u}"),
    "overlapping paths": (
        {**EXPRESSION, "ProjectionExpression": "a, a.b"},
        "Invalid ProjectionExpression: Two document paths overlap with each other; must remove or "
        "rewrite one of these paths; path one: [a], path two: [a, b]"),
    "a limit of zero": (
        {**EXPRESSION, "Limit": 0},
        Part("failed to satisfy constraint: Member must have value greater than or equal to 1")),
    "a select that is none": (
        {**EXPRESSION, "Select": "SOME"},
        ENVELOPE + enum_text("SOME", "select", "SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, "
                             "ALL_PROJECTED_ATTRIBUTES")),
    "an unknown capacity": (
        {**EXPRESSION, "ReturnConsumedCapacity": "SOME"},
        ENVELOPE + enum_text("SOME", "returnConsumedCapacity", CAPACITY_MEMBERS)),
    "specific attributes without a projection": (
        {**EXPRESSION, "Select": "SPECIFIC_ATTRIBUTES"}, Part("SPECIFIC_ATTRIBUTES")),
    "a count with a projection": (
        {**EXPRESSION, "Select": "COUNT", "ProjectionExpression": "a"},
        Part("Cannot specify the ProjectionExpression when choosing to get")),
    "all attributes with a projection": (
        {**EXPRESSION, "Select": "ALL_ATTRIBUTES", "ProjectionExpression": "a"},
        Part("Cannot specify the ProjectionExpression when choosing to get ALL_ATTRIBUTES")),
    "projected attributes without an index": (
        {**EXPRESSION, "Select": "ALL_PROJECTED_ATTRIBUTES"},
        Part("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")),
    "a missing index": (
        {**EXPRESSION, "IndexName": "nope"},
        "The table does not have the specified index: nope"),
    "both generations": (
        {**EXPRESSION, "KeyConditions": {"pk": op("EQ", s("a"))}},
        "Can not use both expression and non-expression parameters in the same request: "
        "Non-expression parameters: {KeyConditions} Expression parameters: "
        "{KeyConditionExpression}"),
    "an index name that is too short": (
        {**EXPRESSION, "IndexName": "ab"}, Part("")),
    "legacy: an operator that is not for keys": (
        {"KeyConditions": {"pk": op("EQ", s("a")), "sk": op("CONTAINS", s("a"))}}, Part("")),
    "legacy: hash by LT": ({"KeyConditions": {"pk": op("LT", s("a"))}}, NOT_SUPPORTED),
    "legacy: no hash": (
        {"KeyConditions": {"sk": op("EQ", s("a"))}},
        "Query condition missed key schema element: pk"),
    "legacy: wrong count": (
        {"KeyConditions": {"pk": op("EQ", s("a"), s("b"))}}, Part("EQ ComparisonOperator")),
    "legacy: an operator that is none": (
        {"KeyConditions": {"pk": op("LIKE", s("a"))}},
        Part("Member must satisfy enum value set: [")),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refuses(client: Any, range_table: str, case: str) -> None:
    request, text = REFUSALS[case]
    refuses(client.query, VALIDATION, text, TableName=range_table, **request)


def test_the_first_bad_clause_is_reported_as_written(client: Any) -> None:
    """The clauses are checked in order, before the table is looked up."""
    refuses(
        client.query, VALIDATION, Part("attribute value: :x"),
        TableName="no-such-table", KeyConditionExpression="pk = :x AND begins_with(sk, :n)",
        ExpressionAttributeValues={":n": n(1)},
    )
    refuses(
        client.query, VALIDATION, Part("operator or function: begins_with, operand type: N"),
        TableName="no-such-table", KeyConditionExpression="begins_with(sk, :n) AND pk = :x",
        ExpressionAttributeValues={":n": n(1)},
    )


def test_index_rules(client: Any, indexed_table: str) -> None:
    global_ = {
        "TableName": indexed_table, "IndexName": "gsi_keys", "KeyConditionExpression": "g1 = :g",
        "ExpressionAttributeValues": {":g": s("a")},
    }
    refuses(
        client.query, VALIDATION, "Consistent reads are not supported on global secondary indexes",
        ConsistentRead=True, **global_,
    )
    refuses(
        client.query, VALIDATION,
        "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported "
        "for global secondary index gsi_keys because its projection type is not ALL",
        Select="ALL_ATTRIBUTES", **global_,
    )
    refuses(
        client.query, VALIDATION,
        Part("Filter Expression can only contain non-primary key attributes: Primary key "
             "attribute: g2"),
        FilterExpression="attribute_exists(g2)", **global_,
    )
    # The table's own keys are ordinary attributes of a global index.
    assert client.query(FilterExpression="attribute_exists(pk)", **global_)["Items"] == []


START_KEYS: dict[str, tuple[dict[str, Any], str]] = {
    "no range key": ({"pk": s(FIXED)}, "The provided starting key is invalid"),
    "one attribute too many": (
        {"pk": s(FIXED), "sk": s("a"), "x": s("a")}, "The provided starting key is invalid"),
    "another type": ({"pk": s(FIXED), "sk": n(1)}, "The provided starting key is invalid"),
    "another partition": (
        {"pk": s("other"), "sk": s("a")},
        "The provided starting key is outside query boundaries based on provided conditions"),
}


@pytest.mark.parametrize("case", START_KEYS)
def test_start_keys_refused(client: Any, strings: str, case: str) -> None:
    start, text = START_KEYS[case]
    refuses(
        client.query, VALIDATION, Part(text),
        TableName=strings, ExclusiveStartKey=start, **EXPRESSION,
    )


def test_a_start_key_outside_the_range_condition(client: Any, strings: str) -> None:
    refuses(
        client.query, VALIDATION,
        "The provided starting key does not match the range key predicate",
        TableName=strings, KeyConditionExpression="pk = :p AND sk > :s",
        ExpressionAttributeValues={":p": s(FIXED), ":s": s("b")},
        ExclusiveStartKey={"pk": s(FIXED), "sk": s("a")},
    )


def test_a_start_key_on_a_table_without_range_key(client: Any, hash_table: str) -> None:
    refuses(
        client.query, VALIDATION, Part(""), TableName=hash_table,
        ExclusiveStartKey={"pk": s(FIXED)}, **EXPRESSION,
    )


def test_a_start_key_need_not_exist(client: Any, strings: str) -> None:
    answer = client.query(
        TableName=strings, ExclusiveStartKey={"pk": s(FIXED), "sk": s("abb")}, **EXPRESSION
    )
    assert sorts(answer) == ["abc", "b", "ba", "é", "😀"]
    answer = client.query(
        TableName=strings, ExclusiveStartKey={"pk": s(FIXED), "sk": s("abb")},
        ScanIndexForward=False, **EXPRESSION,
    )
    assert sorts(answer) == ["ab", "a"]


def test_a_missing_table(client: Any, name: str) -> None:
    refuses(client.query, NOT_FOUND, MISSING_TABLE, TableName=name, **EXPRESSION)
