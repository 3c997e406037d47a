"""boto3 as it comes: client and resource, waiters, paginators, batch writer, conditions."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import boto3
import pytest
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

DEFINITION: dict[str, Any] = {
    "KeySchema": [
        {"AttributeName": "author", "KeyType": "HASH"},
        {"AttributeName": "title", "KeyType": "RANGE"},
    ],
    "AttributeDefinitions": [
        {"AttributeName": "author", "AttributeType": "S"},
        {"AttributeName": "title", "AttributeType": "S"},
        {"AttributeName": "genre", "AttributeType": "S"},
        {"AttributeName": "pages", "AttributeType": "N"},
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-genre",
            "KeySchema": [
                {"AttributeName": "genre", "KeyType": "HASH"},
                {"AttributeName": "pages", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "BillingMode": "PAY_PER_REQUEST",
}


@pytest.fixture
def session(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A fresh session that finds the server the way a user's program would."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", endpoint)
    return boto3.Session()


@pytest.fixture
def books(session: Any, name: str) -> Iterator[Any]:
    made = session.resource("dynamodb").create_table(TableName=name, **DEFINITION)
    made.wait_until_exists()
    yield made
    made.delete()
    made.wait_until_not_exists()


def fill(books: Any, count: int) -> None:
    with books.batch_writer() as batch:
        for number in range(count):
            batch.put_item(Item={
                "author": f"author {number % 5}", "title": f"title {number:04}",
                "genre": "essay" if number % 2 else "novel", "pages": Decimal(number),
                "text": "x" * 4000,
            })


def test_waiters(session: Any, name: str) -> None:
    client = session.client("dynamodb")
    client.create_table(TableName=name, **DEFINITION)
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    assert client.describe_table(TableName=name)["Table"]["TableStatus"] == "ACTIVE"
    client.delete_table(TableName=name)
    client.get_waiter("table_not_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.describe_table(TableName=name)


def test_resource_round_trip_of_python_values(books: Any) -> None:
    item = {
        "author": "a", "title": "t", "number": Decimal("12345678901234567890.123456789"),
        "true": True, "none": None, "list": [Decimal(1), "two", [b"three"]],
        "map": {"a": {"b": Decimal("-0.5")}}, "strings": {"a", "b"},
        "numbers": {Decimal(1), Decimal("2.5")}, "bytes": {b"x"},
    }
    books.put_item(Item=item)
    got = books.get_item(Key={"author": "a", "title": "t"}, ConsistentRead=True)["Item"]
    got["list"][2][0] = bytes(got["list"][2][0])
    got["bytes"] = {bytes(each) for each in got["bytes"]}
    assert got == item


def test_conditions_and_updates(books: Any) -> None:
    key = {"author": "a", "title": "t"}
    books.put_item(Item={**key, "pages": 10}, ConditionExpression=Attr("author").not_exists())
    with pytest.raises(ClientError) as caught:
        books.put_item(Item=key, ConditionExpression=Attr("author").not_exists())
    assert caught.value.response["Error"]["Code"] == "ConditionalCheckFailedException"
    answer = books.update_item(
        Key=key, UpdateExpression="SET pages = pages + :n, tags = list_append(:none, :tags)",
        ConditionExpression=Attr("pages").between(5, 15) & Attr("genre").not_exists(),
        ExpressionAttributeValues={":n": 5, ":none": [], ":tags": ["x"]}, ReturnValues="ALL_NEW",
    )
    assert answer["Attributes"] == {**key, "pages": 15, "tags": ["x"]}


def test_batch_writer_keeps_the_last_of_equal_keys(books: Any) -> None:
    with books.batch_writer(overwrite_by_pkeys=["author", "title"]) as batch:
        for number in range(60):
            batch.put_item(Item={"author": "a", "title": f"t{number % 7}", "pages": number})
    items = books.query(KeyConditionExpression=Key("author").eq("a"))["Items"]
    assert [int(item["pages"]) for item in items] == [56, 57, 58, 59, 53, 54, 55]


def test_paginators(session: Any, books: Any) -> None:
    fill(books, 600)  # 2.4 MB: several pages
    client = session.client("dynamodb")
    scanned = list(client.get_paginator("scan").paginate(TableName=books.name))
    assert sum(page["Count"] for page in scanned) == 600 and len(scanned) >= 3
    queried = client.get_paginator("query").paginate(
        TableName=books.name, IndexName="by-genre", KeyConditionExpression="genre = :g",
        ExpressionAttributeValues={":g": {"S": "novel"}},
        PaginationConfig={"PageSize": 70, "MaxItems": 250},
    )
    pages = [int(item["pages"]["N"]) for item in queried.build_full_result()["Items"]]
    assert pages == list(range(0, 500, 2))
    listed = client.get_paginator("list_tables").paginate(PaginationConfig={"PageSize": 1})
    assert books.name in [name for page in listed for name in page["TableNames"]]
    arn = books.table_arn
    assert client.get_paginator("list_tags_of_resource").paginate(
        ResourceArn=arn).build_full_result()["Tags"] == []


def test_query_conditions(books: Any) -> None:
    fill(books, 50)
    found = books.query(
        KeyConditionExpression=Key("author").eq("author 1") & Key("title").begins_with("title 00"),
        FilterExpression=Attr("genre").eq("novel") | Attr("pages").lt(2),
        ProjectionExpression="title", ScanIndexForward=False,
    )["Items"]
    numbers = [int(item["title"].split()[1]) for item in found]
    assert numbers == [46, 36, 26, 16, 6, 1]


def test_batch_get_and_transactions(session: Any, books: Any) -> None:
    fill(books, 10)
    resource = session.resource("dynamodb")
    keys = [{"author": f"author {n % 5}", "title": f"title {n:04}"} for n in range(12)]
    got = resource.batch_get_item(RequestItems={books.name: {"Keys": keys}})
    assert len(got["Responses"][books.name]) == 10
    client = resource.meta.client
    client.transact_write_items(TransactItems=[
        {"Delete": {"TableName": books.name, "Key": keys[0]}},
        {"Put": {"TableName": books.name, "Item": {**keys[11], "pages": 1}}},
    ])
    answer = client.transact_get_items(TransactItems=[
        {"Get": {"TableName": books.name, "Key": each}} for each in (keys[0], keys[11])
    ])
    assert answer["Responses"] == [{}, {"Item": {**keys[11], "pages": Decimal(1)}}]


def test_the_exceptions_of_the_client(session: Any, books: Any) -> None:
    client = session.client("dynamodb")
    with pytest.raises(client.exceptions.ResourceInUseException):
        client.create_table(TableName=books.name, **DEFINITION)
    key = {"author": {"S": "a"}, "title": {"S": "t"}}
    with pytest.raises(client.exceptions.TransactionCanceledException) as caught:
        client.transact_write_items(TransactItems=[{"ConditionCheck": {
            "TableName": books.name, "Key": key, "ConditionExpression": "attribute_exists(author)",
        }}])
    assert caught.value.response["CancellationReasons"][0]["Code"] == "ConditionalCheckFailed"
