"""TransactWriteItems: all or nothing, reasons in order, tokens, and which error comes first."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError
from support.check import (
    CANCELLED,
    CAPACITY_MEMBERS,
    CONDITION_FAILED,
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
from support.reading import read
from support.sizes import ITEM_LIMIT_BYTES, padded
from support.tables import n, s

Action = dict[str, Any]


def put(table: str, item: dict[str, Any], **more: Any) -> Action:
    return {"Put": {"TableName": table, "Item": item, **more}}


def update(table: str, key: dict[str, Any], expression: str, **more: Any) -> Action:
    return {"Update": {"TableName": table, "Key": key, "UpdateExpression": expression, **more}}


def delete(table: str, key: dict[str, Any], **more: Any) -> Action:
    return {"Delete": {"TableName": table, "Key": key, **more}}


def check(table: str, key: dict[str, Any], condition: str, **more: Any) -> Action:
    return {
        "ConditionCheck": {
            "TableName": table, "Key": key, "ConditionExpression": condition, **more
        }
    }


def cancelled(
    client: Any, actions: list[Action], codes: list[str], **request: Any
) -> list[dict[str, Any]]:
    """Asserts the cancellation with these codes; returns the reasons."""
    answer = refuses(
        client.transact_write_items, CANCELLED,
        "Transaction cancelled, please refer cancellation reasons for specific reasons "
        f"[{', '.join(codes)}]",
        TransactItems=actions, **request,
    )
    reasons: list[dict[str, Any]] = answer["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == codes
    return reasons


def test_every_kind_of_action_over_tables(
    client: Any, hash_table: str, range_table: str, key: str
) -> None:
    old, gone, guard = ({"pk": s(key), "sk": s(each)} for each in ("old", "gone", "guard"))
    for each in (old, gone, guard):
        client.put_item(TableName=range_table, Item={**each, "v": n(1)})
    answer = client.transact_write_items(
        TransactItems=[
            put(hash_table, {"pk": s(key), "a": n(1)}, ConditionExpression=(
                "attribute_not_exists(pk)")),
            update(range_table, old, "SET v = v + :one", ExpressionAttributeValues={":one": n(1)}),
            delete(range_table, gone),
            check(range_table, guard, "v = :one", ExpressionAttributeValues={":one": n(1)}),
        ]
    )
    assert set(answer) == {"ResponseMetadata"}
    assert read(client, hash_table, {"pk": s(key)}) == {"pk": s(key), "a": n(1)}
    assert read(client, range_table, old) == {**old, "v": n(2)}
    assert read(client, range_table, gone) is None
    assert read(client, range_table, guard) == {**guard, "v": n(1)}


def test_one_failed_condition_undoes_everything(client: Any, range_table: str, key: str) -> None:
    a, b, c = ({"pk": s(key), "sk": s(each)} for each in "abc")
    client.put_item(TableName=range_table, Item={**b, "v": n(1)})
    reasons = cancelled(
        client,
        [
            put(range_table, a),
            put(range_table, {**b, "v": n(2)}, ConditionExpression="attribute_not_exists(pk)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD"),
            check(range_table, c, "attribute_exists(pk)"),
        ],
        ["None", "ConditionalCheckFailed", "ConditionalCheckFailed"],
    )
    assert "Message" not in reasons[0] and "Item" not in reasons[0]
    assert reasons[1]["Message"] == CONDITION_FAILED and reasons[1]["Item"] == {**b, "v": n(1)}
    assert reasons[2]["Message"] == CONDITION_FAILED and "Item" not in reasons[2]
    assert read(client, range_table, a) is None
    assert read(client, range_table, b) == {**b, "v": n(1)}


def test_indexes_are_part_of_the_transaction(client: Any, indexed_table: str, key: str) -> None:
    a, b = ({"pk": s(key), "sk": s(each)} for each in "ab")
    query = {
        "TableName": indexed_table, "IndexName": "gsi_all", "KeyConditionExpression": "g1 = :g",
        "ExpressionAttributeValues": {":g": s(key)},
    }
    cancelled(
        client,
        [put(indexed_table, {**a, "g1": s(key)}), check(indexed_table, b, "attribute_exists(pk)")],
        ["None", "ConditionalCheckFailed"],
    )
    assert client.query(**query)["Count"] == 0
    client.transact_write_items(
        TransactItems=[put(indexed_table, {**each, "g1": s(key)}) for each in (a, b)]
    )
    assert client.query(**query)["Count"] == 2


def test_what_cancels_instead_of_failing(
    client: Any, range_table: str, indexed_table: str, key: str
) -> None:
    """Key type, key size, item size and index key type are reasons, not request errors."""
    good = put(range_table, {"pk": s(key), "sk": s("good")})
    for bad, fragment in (
        (put(range_table, {"pk": s(key), "sk": n(1)}), "Type mismatch for key sk"),
        (put(range_table, {"pk": s(key)}), "Missing the key sk in the item"),
        (delete(range_table, {"pk": s(key), "sk": n(1)}), WRONG_KEY),
        (delete(range_table, {"pk": s(key)}), WRONG_KEY),
        (put(range_table, {"pk": s("p" * 2049), "sk": s("a")}), "2048 bytes"),
        (put(range_table, {"pk": s(key), "sk": s("s" * 1025)}), "1024 bytes"),
        (put(indexed_table, {"pk": s(key), "sk": s("a"), "g1": n(1)}),
         INVALID + "Type mismatch for Index Key g1 Expected: S Actual: N IndexName: gsi_all"),
    ):
        reasons = cancelled(client, [good, bad], ["None", "ValidationError"])
        assert fragment in reasons[1]["Message"], reasons[1]
    assert read(client, range_table, {"pk": s(key), "sk": s("good")}) is None


def test_an_update_that_grows_an_item_too_far_cancels(
    client: Any, range_table: str, key: str
) -> None:
    item_key = {"pk": s(key), "sk": s("a")}
    client.put_item(TableName=range_table, Item=padded(item_key, ITEM_LIMIT_BYTES - 5))
    reasons = cancelled(
        client,
        [update(range_table, item_key, "SET a = :v", ExpressionAttributeValues={
            ":v": s("x" * 100)})],
        ["ValidationError"],
    )
    assert "Item size to update has exceeded the maximum allowed size" in reasons[0]["Message"]
    client.delete_item(TableName=range_table, Key=item_key)


def test_an_update_of_the_stored_item_that_cannot_be_done_cancels(
    client: Any, range_table: str, key: str
) -> None:
    item_key = {"pk": s(key), "sk": s("a")}
    client.put_item(TableName=range_table, Item={**item_key, "v": s("text")})
    one = {":one": n(1)}
    for expression, values, fragment in (
        ("SET v = v + :one", one, "An operand in the update expression has an incorrect data"),
        ("SET w = w + :one", one, "refers to an attribute that does not exist in the item"),
        ("SET x.y = :one", one, "document path provided in the update expression is invalid"),
    ):
        reasons = cancelled(
            client,
            [update(range_table, item_key, expression, ExpressionAttributeValues=values)],
            ["ValidationError"],
        )
        assert fragment in reasons[0]["Message"]


K = {"pk": s("transact"), "sk": s("never")}
L = {"pk": s("transact"), "sk": s("never either")}
U = {":u": n(1)}
UNUSED = "Value provided in ExpressionAttributeValues unused in expressions: keys: {:u}"
NO_TABLE = "no-such-table"
TWICE = "Transaction request cannot include multiple operations on one item"


def fixed_refusals(table: str) -> dict[str, tuple[list[Action], str]]:
    return {
        "two actions on one item": ([put(table, K), delete(table, K)], TWICE),
        "a check counts": ([put(table, K), check(table, K, "attribute_exists(pk)")], TWICE),
        "a syntax error": (
            [put(table, K, ConditionExpression="a b")],
            Part('Invalid ConditionExpression: Syntax error; token: "b", near: "a b"')),
        "a syntax error beats a missing table": (
            [put(NO_TABLE, K, ConditionExpression="a b")], Part("Syntax error")),
        "an unused value": (
            [put(table, K, ConditionExpression="attribute_exists(a)",
                 ExpressionAttributeValues=U)], UNUSED),
        "an unused value beats a missing table": (
            [put(NO_TABLE, L),
             put(table, K, ConditionExpression="attribute_exists(a)",
                 ExpressionAttributeValues=U)], UNUSED),
        "an unused value beats a duplicate target": (
            [put(table, K), put(table, K),
             put(table, L, ConditionExpression="attribute_exists(a)",
                 ExpressionAttributeValues=U)], UNUSED),
        "the first problem wins": (
            [put(table, K, ConditionExpression="a b"),
             put(table, L, ConditionExpression="attribute_exists(a)",
                 ExpressionAttributeValues=U)], Part("Syntax error")),
        "the first problem wins, reversed": (
            [put(table, L, ConditionExpression="attribute_exists(a)",
                 ExpressionAttributeValues=U),
             put(table, K, ConditionExpression="a b")], UNUSED),
        "an empty key": (
            [put(table, {"pk": s(""), "sk": s("a")})],
            Part("The AttributeValue for a key attribute cannot contain an empty string value. "
                 "Key: pk")),
        "an empty update": (
            [update(table, K, "")],
            "Invalid UpdateExpression: The expression can not be empty;"),
        "an expression value that is no number": (
            [update(table, K, "SET a = :u", ExpressionAttributeValues={":u": n("abc")})],
            "ExpressionAttributeValues contains invalid value: The parameter cannot be converted "
            "to a numeric value: abc for key :u"),
        "an expression too long": (
            [check(table, K, "attribute_exists(" + "a" * 4091 + ")")],
            "Invalid ConditionExpression: Expression size has exceeded the maximum allowed size; "
            "expression size: 4109"),
        "an action of nothing": (
            [{}],
            "TransactItems can only contain one of Check, Put, Update or Delete"),
        "an action of two kinds": (
            [{**put(table, K), **delete(table, L)}],
            "TransactItems can only contain one of Check, Put, Update or Delete"),
        "a check without condition": (
            [{"ConditionCheck": {"TableName": table, "Key": K}}], Part("onditionExpression")),
        "an update without expression": (
            [{"Update": {"TableName": table, "Key": K}}], Part("pdateExpression")),
        "no actions": ([], Part("Member must have length greater than or equal to 1")),
    }


@pytest.mark.parametrize("case", fixed_refusals(""))
def test_refuses(client: Any, range_table: str, case: str) -> None:
    actions, text = fixed_refusals(range_table)[case]
    refuses(client.transact_write_items, VALIDATION, text, TransactItems=actions)


def test_an_empty_index_key_fails_the_request(
    client: Any, indexed_table: str, key: str
) -> None:
    refuses(
        client.transact_write_items, VALIDATION,
        Part("A value specified for a secondary index key is not supported. The AttributeValue "
             "for a key attribute cannot contain an empty string value. IndexName: gsi_all, "
             "IndexKey: g1"),
        TransactItems=[put(indexed_table, {"pk": s(key), "sk": s("a"), "g1": s("")})],
    )


def test_a_missing_table(client: Any, range_table: str, name: str, key: str) -> None:
    good = {"pk": s(key), "sk": s("a")}
    refuses(
        client.transact_write_items, NOT_FOUND, MISSING_TABLE,
        TransactItems=[put(range_table, good), put(name, K)],
    )
    assert read(client, range_table, good) is None


def test_enumerations_come_first_and_in_order(client: Any) -> None:
    refuses(
        client.transact_write_items, VALIDATION,
        "2 validation errors detected: "
        + enum_text("B", "returnConsumedCapacity", CAPACITY_MEMBERS) + "; "
        + enum_text("C", "returnItemCollectionMetrics", METRICS_MEMBERS),
        TransactItems=[put(NO_TABLE, K), put(NO_TABLE, K)],
        ReturnConsumedCapacity="B", ReturnItemCollectionMetrics="C",
    )


def test_a_hundred_actions_and_no_more(client: Any, range_table: str, key: str) -> None:
    actions = [put(range_table, {"pk": s(key), "sk": s(f"{each:03}")}) for each in range(101)]
    client.transact_write_items(TransactItems=actions[:100])
    count = client.query(
        TableName=range_table, KeyConditionExpression="pk = :p", Select="COUNT",
        ExpressionAttributeValues={":p": s(key)},
    )["Count"]
    assert count == 100
    refuses(
        client.transact_write_items, VALIDATION,
        Part("at 'transactItems' failed to satisfy constraint: Member must have length less than "
             "or equal to 100"),
        TransactItems=actions,
    )


def test_four_megabytes_and_no_more(client: Any, range_table: str, key: str) -> None:
    items = [
        padded({"pk": s(key), "sk": s(f"{each:02}")}, 400_000) for each in range(11)
    ]
    refuses(
        client.transact_write_items, VALIDATION, Part(""),
        TransactItems=[put(range_table, item) for item in items],
    )
    client.transact_write_items(TransactItems=[put(range_table, item) for item in items[:10]])
    for item in items[:10]:
        client.delete_item(TableName=range_table, Key={"pk": item["pk"], "sk": item["sk"]})


def test_an_update_of_a_key_attribute(client: Any, range_table: str) -> None:
    """Refused with this text, whether as the request's error or as the action's reason."""
    with pytest.raises(ClientError) as caught:
        client.transact_write_items(TransactItems=[
            update(range_table, K, "SET sk = :u", ExpressionAttributeValues=U)
        ])
    response = caught.value.response
    reasons = response.get("CancellationReasons", [{"Message": response["Error"]["Message"]}])
    assert reasons[0]["Message"] == (
        INVALID + "Cannot update attribute sk. This attribute is part of the key"
    )


class TestTokens:
    """ClientRequestToken: the same request again succeeds without effect."""

    def test_the_same_request_has_no_second_effect(
        self, client: Any, hash_table: str, key: str
    ) -> None:
        request = {
            "TransactItems": [
                update(hash_table, {"pk": s(key)}, "ADD hits :u", ExpressionAttributeValues=U)
            ],
            "ClientRequestToken": uuid.uuid4().hex,
        }
        for _ in range(3):
            client.transact_write_items(**request)
        assert read(client, hash_table, {"pk": s(key)}) == {"pk": s(key), "hits": n(1)}

    def test_another_request_is_a_mismatch(self, client: Any, hash_table: str, key: str) -> None:
        token = uuid.uuid4().hex
        first = {"pk": s(key), "a": n(1)}
        client.transact_write_items(
            TransactItems=[put(hash_table, first)], ClientRequestToken=token
        )
        refuses(
            client.transact_write_items, "IdempotentParameterMismatchException", None,
            TransactItems=[put(hash_table, {"pk": s(key), "a": n(2)})], ClientRequestToken=token,
        )
        assert read(client, hash_table, {"pk": s(key)}) == first

    def test_a_cancelled_request_may_be_tried_again(
        self, client: Any, hash_table: str, key: str
    ) -> None:
        request = {
            "TransactItems": [
                update(hash_table, {"pk": s(key)}, "ADD hits :u", ExpressionAttributeValues=U,
                       ConditionExpression="attribute_exists(pk)")
            ],
            "ClientRequestToken": uuid.uuid4().hex,
        }
        refuses(client.transact_write_items, CANCELLED, None, **request)
        client.put_item(TableName=hash_table, Item={"pk": s(key)})
        client.transact_write_items(**request)
        assert read(client, hash_table, {"pk": s(key)}) == {"pk": s(key), "hits": n(1)}

    @pytest.mark.parametrize("token", ["", "x" * 37])
    def test_lengths(self, client: Any, hash_table: str, key: str, token: str) -> None:
        rule = "greater than or equal to 1" if not token else "less than or equal to 36"
        refuses(
            client.transact_write_items, VALIDATION,
            Part("at 'clientRequestToken' failed to satisfy constraint: Member must have length "
                 + rule),
            TransactItems=[put(hash_table, {"pk": s(key)})], ClientRequestToken=token,
        )


def test_item_collection_metrics(client: Any, indexed_table: str, key: str) -> None:
    answer = client.transact_write_items(
        TransactItems=[put(indexed_table, {"pk": s(key), "sk": s("a")})],
        ReturnItemCollectionMetrics="SIZE",
    )
    metrics = answer["ItemCollectionMetrics"][indexed_table]
    assert [each["ItemCollectionKey"] for each in metrics] == [{"pk": s(key)}]
