"""TransactGetItems: one snapshot, answers in order."""

from __future__ import annotations

from typing import Any

import pytest
from support.check import (
    CANCELLED,
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
from support.tables import n, s


def get(table: str, key: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"Get": {"TableName": table, "Key": key, **more}}


def test_answers_in_request_order(
    client: Any, hash_table: str, range_table: str, key: str
) -> None:
    client.put_item(TableName=hash_table, Item={"pk": s(key), "a": n(1), "name": n(2)})
    client.put_item(TableName=range_table, Item={"pk": s(key), "sk": s("x")})
    answer = client.transact_get_items(
        TransactItems=[
            get(range_table, {"pk": s(key), "sk": s("x")}),
            get(range_table, {"pk": s(key), "sk": s("missing")}),
            get(hash_table, {"pk": s(key)}, ProjectionExpression="#n",
                ExpressionAttributeNames={"#n": "name"}),
        ]
    )
    assert answer["Responses"] == [
        {"Item": {"pk": s(key), "sk": s("x")}}, {}, {"Item": {"name": n(2)}},
    ]


def test_a_hundred_and_no_more(client: Any, range_table: str, key: str) -> None:
    gets = [get(range_table, {"pk": s(key), "sk": s(str(each))}) for each in range(101)]
    assert client.transact_get_items(TransactItems=gets[:100])["Responses"] == [{}] * 100
    refuses(
        client.transact_get_items, VALIDATION,
        Part("at 'transactItems' failed to satisfy constraint: Member must have length less than "
             "or equal to 100"),
        TransactItems=gets,
    )


K = {"pk": s("a"), "sk": s("b")}


def refusals(table: str) -> dict[str, tuple[list[dict[str, Any]], str]]:
    return {
        "the same item twice": (
            [get(table, K), get(table, K)],
            "Transaction request cannot include multiple operations on one item"),
        "none": ([], Part("Member must have length greater than or equal to 1")),
        "no Get": ([{}], Part("")),
        "an empty projection": (
            [get(table, K, ProjectionExpression="")],
            "Invalid ProjectionExpression: The expression can not be empty;"),
        "an unused name": (
            [get(table, K, ProjectionExpression="a", ExpressionAttributeNames={"#u": "a"})],
            Part("unused in expressions: keys: {#u}")),
        "a syntax error beats a missing table": (
            [get("no-such-table", K, ProjectionExpression="a b")], Part("Syntax error")),
        "an empty key": (
            [get(table, {"pk": s(""), "sk": s("a")})],
            Part("cannot contain an empty string value. Key: pk")),
    }


@pytest.mark.parametrize("case", refusals(""))
def test_refuses(client: Any, range_table: str, case: str) -> None:
    gets, text = refusals(range_table)[case]
    refuses(client.transact_get_items, VALIDATION, text, TransactItems=gets)


@pytest.mark.parametrize("key", [{"pk": s("a")}, {"pk": s("a"), "sk": n(1)}])
def test_a_wrong_key_cancels(client: Any, range_table: str, key: dict[str, Any]) -> None:
    answer = refuses(
        client.transact_get_items, CANCELLED,
        "Transaction cancelled, please refer cancellation reasons for specific reasons "
        "[None, ValidationError]",
        TransactItems=[get(range_table, K), get(range_table, key)],
    )
    reasons = answer["CancellationReasons"]
    assert reasons[1] == {"Code": "ValidationError", "Message": WRONG_KEY}
    assert reasons[0]["Code"] == "None"


def test_enumeration(client: Any) -> None:
    refuses(
        client.transact_get_items, VALIDATION,
        ENVELOPE + enum_text("B", "returnConsumedCapacity", CAPACITY_MEMBERS),
        TransactItems=[get("no-such-table", K)], ReturnConsumedCapacity="B",
    )


def test_a_missing_table(client: Any, range_table: str, name: str) -> None:
    refuses(
        client.transact_get_items, NOT_FOUND, MISSING_TABLE,
        TransactItems=[get(range_table, K), get(name, K)],
    )
