"""BatchWriteItem."""

from __future__ import annotations

from typing import Any

import pytest
from support.check import (
    CAPACITY_MEMBERS,
    ENVELOPE,
    INVALID,
    METRICS_MEMBERS,
    NOT_FOUND,
    VALIDATION,
    WRONG_KEY,
    Part,
    enum_text,
    refuses,
)
from support.sizes import ITEM_LIMIT_BYTES, padded
from support.tables import n, s


def put(**item: Any) -> dict[str, Any]:
    return {"PutRequest": {"Item": item}}


def delete(**key: Any) -> dict[str, Any]:
    return {"DeleteRequest": {"Key": key}}


def sorts(client: Any, table: str, key: str) -> list[str]:
    answer = client.query(
        TableName=table, KeyConditionExpression="pk = :p",
        ExpressionAttributeValues={":p": s(key)}, ConsistentRead=True,
    )
    return [item["sk"]["S"] for item in answer["Items"]]


def test_puts_and_deletes_in_several_tables(
    client: Any, hash_table: str, range_table: str, key: str
) -> None:
    client.put_item(TableName=range_table, Item={"pk": s(key), "sk": s("old")})
    answer = client.batch_write_item(
        RequestItems={
            range_table: [
                put(pk=s(key), sk=s("new")), delete(pk=s(key), sk=s("old")),
                delete(pk=s(key), sk=s("never")),
            ],
            hash_table: [put(pk=s(key), a=n(1))],
        }
    )
    assert answer["UnprocessedItems"] == {}
    assert "ConsumedCapacity" not in answer and "ItemCollectionMetrics" not in answer
    assert sorts(client, range_table, key) == ["new"]
    assert client.get_item(TableName=hash_table, Key={"pk": s(key)})["Item"]["a"] == n(1)


def test_twenty_five_requests_and_no_more(client: Any, range_table: str, key: str) -> None:
    puts = [put(pk=s(key), sk=s(f"{number:02}")) for number in range(26)]
    client.batch_write_item(RequestItems={range_table: puts[:25]})
    assert len(sorts(client, range_table, key)) == 25
    refuses(
        client.batch_write_item, VALIDATION,
        Part("at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: "
             "[Member must have length less than or equal to 25, Member must have length greater "
             "than or equal to 1]"),
        RequestItems={range_table: puts},
    )


def test_twenty_five_over_all_tables(
    client: Any, hash_table: str, range_table: str, key: str
) -> None:
    refuses(
        client.batch_write_item, VALIDATION,
        Part("Too many items requested for the BatchWriteItem call"),
        RequestItems={
            hash_table: [put(pk=s(f"{key}{number}")) for number in range(13)],
            range_table: [put(pk=s(key), sk=s(str(number))) for number in range(13)],
        },
    )
    assert sorts(client, range_table, key) == []


def test_an_empty_list(client: Any, hash_table: str) -> None:
    refuses(
        client.batch_write_item, VALIDATION,
        ENVELOPE + f"Value '{{{hash_table}=[]}}' at 'requestItems' failed to satisfy constraint: "
        "Map value must satisfy constraint: [Member must have length less than or equal to 25, "
        "Member must have length greater than or equal to 1]",
        RequestItems={hash_table: []},
    )


def test_nothing_at_all(client: Any) -> None:
    refuses(client.batch_write_item, VALIDATION, Part("requestItems"), RequestItems={})


A = s("a")
DUPLICATES = "Provided list of item keys contains duplicates"
REFUSALS: dict[str, tuple[list[dict[str, Any]], str]] = {
    "two puts of one key": ([put(pk=A, sk=A, v=n(1)), put(pk=A, sk=A, v=n(2))], DUPLICATES),
    "put and delete of one key": ([put(pk=A, sk=A), delete(pk=A, sk=A)], DUPLICATES),
    "two deletes of one key": ([delete(pk=A, sk=A), delete(pk=A, sk=A)], DUPLICATES),
    "a put without key": ([put(pk=A)], INVALID + "Missing the key sk in the item"),
    "a put of another type": (
        [put(pk=A, sk=n(1))], INVALID + "Type mismatch for key sk expected: S actual: N"),
    "a delete without range key": ([delete(pk=A)], WRONG_KEY),
    "a delete with more than the key": ([delete(pk=A, sk=A, x=A)], WRONG_KEY),
    "an empty key": (
        [put(pk=A, sk=s(""))], Part("cannot contain an empty string value. Key: sk")),
    "a bad number": (
        [put(pk=A, sk=A, v=n("abc"))],
        "The parameter cannot be converted to a numeric value: abc"),
    "a repeated member, as sent": (
        [put(pk=A, sk=A, v={"SS": ["b", "a", "b"]})],
        Part("Input collection [b, a, b] contains duplicates.")),
    "an empty set": ([put(pk=A, sk=A, v={"SS": []})], Part("may not be empty")),
    "null that is false": (
        [put(pk=A, sk=A, v={"NULL": False})],
        INVALID + "Null attribute value types must have the value of true"),
    "two types": ([put(pk=A, sk=A, v={"S": "a", "N": "1"})], Part("more than one datatypes set")),
    "no type": ([put(pk=A, sk=A, v={})], Part("Supplied AttributeValue is empty")),
    "an item too large": (
        [{"PutRequest": {"Item": padded({"pk": A, "sk": A}, ITEM_LIMIT_BYTES + 1)}}],
        Part("Item size has exceeded the maximum allowed size")),
    "neither put nor delete": ([{}], Part("")),
    "both put and delete": ([{**put(pk=A, sk=A), **delete(pk=A, sk=s("b"))}], Part("")),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_one_bad_request_refuses_all(
    client: Any, range_table: str, key: str, case: str
) -> None:
    requests, text = REFUSALS[case]
    good = put(pk=s(key), sk=s("good"))
    refuses(
        client.batch_write_item, VALIDATION, text, RequestItems={range_table: [good, *requests]}
    )
    assert sorts(client, range_table, key) == []


def test_numerically_equal_keys_are_duplicates(client: Any, number_hash_table: str) -> None:
    refuses(
        client.batch_write_item, VALIDATION, DUPLICATES,
        RequestItems={number_hash_table: [put(pk=n("7")), put(pk=n("7.00"))]},
    )


def test_enumerations_come_first_and_in_order(client: Any) -> None:
    refuses(
        client.batch_write_item, VALIDATION,
        "2 validation errors detected: "
        + enum_text("B", "returnConsumedCapacity", CAPACITY_MEMBERS) + "; "
        + enum_text("C", "returnItemCollectionMetrics", METRICS_MEMBERS),
        RequestItems={"no-such-table": [put(pk=A), put(pk=A)]},
        ReturnConsumedCapacity="B", ReturnItemCollectionMetrics="C",
    )


def test_a_missing_table_writes_nothing(
    client: Any, range_table: str, name: str, key: str
) -> None:
    refuses(
        client.batch_write_item, NOT_FOUND, Part("Requested resource not found"),
        RequestItems={range_table: [put(pk=s(key), sk=A)], name: [put(pk=A)]},
    )
    assert sorts(client, range_table, key) == []


def test_item_collection_metrics(client: Any, indexed_table: str, key: str) -> None:
    answer = client.batch_write_item(
        RequestItems={indexed_table: [put(pk=s(key), sk=A), put(pk=s(key), sk=s("b"))]},
        ReturnItemCollectionMetrics="SIZE",
    )
    metrics = answer["ItemCollectionMetrics"][indexed_table]
    assert {"pk": s(key)} in [each["ItemCollectionKey"] for each in metrics]


def test_indexes_follow(client: Any, indexed_table: str, key: str) -> None:
    client.batch_write_item(
        RequestItems={
            indexed_table: [put(pk=s(key), sk=s(str(each)), g1=s(key)) for each in range(5)]
        }
    )
    request = {
        "TableName": indexed_table, "IndexName": "gsi_all", "KeyConditionExpression": "g1 = :g",
        "ExpressionAttributeValues": {":g": s(key)},
    }
    assert client.query(**request)["Count"] == 5
    client.batch_write_item(
        RequestItems={indexed_table: [delete(pk=s(key), sk=s(str(each))) for each in range(3)]}
    )
    assert client.query(**request)["Count"] == 2
