"""GetRecords."""

from __future__ import annotations

import time
from typing import Any

import pytest
from support.check import VALIDATION, refuses
from support.streams import (
    BOTH,
    VIEWS,
    first_shard,
    images,
    iterator,
    latest_arn,
    names,
    read,
    streaming,
    wait_for,
)
from support.tables import HASH, NUMBER_HASH, n, s

KEY = {"pk": s("a")}
ONE = {**KEY, "v": n(1)}
TWO = {**KEY, "v": n(2)}


@pytest.mark.parametrize("view", VIEWS)
def test_views(client: Any, streams: Any, table: Any, view: str) -> None:
    name = table(**streaming(HASH, view))
    client.put_item(TableName=name, Item=ONE)
    client.put_item(TableName=name, Item=TWO)
    client.delete_item(TableName=name, Key=KEY)
    records = read(streams, latest_arn(client, name), 3)
    assert names(records) == ["INSERT", "MODIFY", "REMOVE"]
    shows_old, shows_new = view in ("OLD_IMAGE", BOTH), view in ("NEW_IMAGE", BOTH)
    expected: list[dict[str, Any]] = []
    for old, new in ((None, ONE), (ONE, TWO), (TWO, None)):
        shown: dict[str, Any] = {"Keys": KEY}
        if old and shows_old:
            shown["OldImage"] = old
        if new and shows_new:
            shown["NewImage"] = new
        expected.append(shown)
    assert [images(each) for each in records] == expected
    assert all(each["dynamodb"]["StreamViewType"] == view for each in records)


def test_members(client: Any, streams: Any, table: Any, region: str) -> None:
    """The sizes are those of the sample records in AWS's guide."""
    name = table(
        **streaming(
            {
                **NUMBER_HASH,
                "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "Id", "AttributeType": "N"}],
            }
        )
    )
    before = int(time.time())
    client.put_item(TableName=name, Item={"Id": n(101), "Message": s("New item!")})
    client.put_item(TableName=name, Item={"Id": n(101), "Message": s("This item has changed")})
    client.delete_item(TableName=name, Key={"Id": n(101)})
    records = read(streams, latest_arn(client, name), 3)
    assert [each["dynamodb"]["SizeBytes"] for each in records] == [26, 59, 38]
    numbers = [int(each["dynamodb"]["SequenceNumber"]) for each in records]
    assert numbers == sorted(set(numbers))
    assert len({each["eventID"] for each in records}) == 3
    for record in records:
        assert record["eventVersion"] == "1.1"
        assert record["eventSource"] == "aws:dynamodb"
        assert record["awsRegion"] == region
        assert "userIdentity" not in record
        assert len(record["eventID"]) == 32
        assert 21 <= len(record["dynamodb"]["SequenceNumber"]) <= 40
        made = record["dynamodb"]["ApproximateCreationDateTime"].timestamp()
        assert made == int(made) and before <= made <= time.time()


def test_nothing_changed_nothing_recorded(client: Any, streams: Any, table: Any) -> None:
    name = table(**streaming(HASH))
    item = {**ONE, "s": {"SS": ["x", "y"]}, "m": {"M": {"a": n(1), "b": n(2)}}}
    same = {
        "m": {"M": {"b": n("2.0"), "a": n("1e0")}}, "s": {"SS": ["y", "x"]},
        "v": n("01"), "pk": s("a"),
    }
    client.put_item(TableName=name, Item=item)
    client.put_item(TableName=name, Item=same)
    client.update_item(
        TableName=name,
        Key=KEY,
        UpdateExpression="SET v = :v REMOVE nothing ADD s :s",
        ExpressionAttributeValues={":v": n(1), ":s": {"SS": ["x"]}},
    )
    client.delete_item(TableName=name, Key={"pk": s("none")})
    client.update_item(TableName=name, Key={"pk": s("none")}, UpdateExpression="REMOVE v")
    client.batch_write_item(
        RequestItems={
            name: [
                {"PutRequest": {"Item": same}},
                {"DeleteRequest": {"Key": {"pk": s("nobody")}}},
            ]
        }
    )
    client.transact_write_items(
        TransactItems=[{"Put": {"TableName": name, "Item": same}}]
    )
    refuses(
        client.put_item,
        "ConditionalCheckFailedException",
        None,
        TableName=name,
        Item=TWO,
        ConditionExpression="attribute_not_exists(pk)",
    )
    client.put_item(TableName=name, Item={"pk": s("end")})
    records = read(streams, latest_arn(client, name), 2)
    assert [each["dynamodb"]["Keys"]["pk"]["S"] for each in records] == ["a", "end"]


def test_every_way_to_write(client: Any, streams: Any, table: Any) -> None:
    name = table(**streaming(HASH))
    client.put_item(TableName=name, Item={"pk": s("a")})
    client.update_item(
        TableName=name,
        Key={"pk": s("b")},
        UpdateExpression="SET v = :v",
        ExpressionAttributeValues={":v": n(1)},
    )
    client.update_item(TableName=name, Key={"pk": s("c")})
    client.batch_write_item(RequestItems={name: [{"PutRequest": {"Item": {"pk": s("d")}}}]})
    client.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": name, "Item": {"pk": s("e")}}},
            {"Delete": {"TableName": name, "Key": {"pk": s("a")}}},
            {
                "Update": {
                    "TableName": name,
                    "Key": {"pk": s("b")},
                    "UpdateExpression": "SET v = :v",
                    "ExpressionAttributeValues": {":v": n(2)},
                }
            },
        ]
    )
    records = read(streams, latest_arn(client, name), 7)
    found = {(each["eventName"], each["dynamodb"]["Keys"]["pk"]["S"]) for each in records}
    assert len(records) == 7 and found == {
        ("INSERT", "a"), ("INSERT", "b"), ("INSERT", "c"), ("INSERT", "d"), ("INSERT", "e"),
        ("REMOVE", "a"), ("MODIFY", "b"),
    }


@pytest.mark.ours
def test_expiry_has_its_identity(client: Any, streams: Any, table: Any) -> None:
    name = table(**streaming(HASH))
    client.update_time_to_live(
        TableName=name,
        TimeToLiveSpecification={"Enabled": True, "AttributeName": "ends"},
    )
    client.put_item(TableName=name, Item={"pk": s("a"), "ends": n(int(time.time()) - 100)})
    records = read(streams, latest_arn(client, name), 2)
    assert names(records) == ["INSERT", "REMOVE"]
    assert records[1]["userIdentity"] == {
        "Type": "Service",
        "PrincipalId": "dynamodb.amazonaws.com",
    }


def test_pages(client: Any, streams: Any, table: Any) -> None:
    name = table(**streaming(HASH))
    arn = latest_arn(client, name)
    shard = first_shard(streams, arn)
    for number in range(5):
        client.put_item(TableName=name, Item={"pk": s("a"), "v": n(number)})
    read(streams, arn, 5)
    found: list[str] = []
    place: str | None = iterator(streams, arn, shard)
    for _ in range(10):
        assert place is not None, "an open shard goes on"
        page = streams.get_records(ShardIterator=place, Limit=2)
        assert len(page["Records"]) <= 2
        found += [each["dynamodb"]["NewImage"]["v"]["N"] for each in page["Records"]]
        place = page.get("NextShardIterator")
    assert found == ["0", "1", "2", "3", "4"]


def test_a_page_is_at_most_1_mb(client: Any, streams: Any, table: Any) -> None:
    name = table(**streaming(HASH, "NEW_IMAGE"))
    arn = latest_arn(client, name)
    shard = first_shard(streams, arn)
    for _ in range(2):
        for number in range(4):
            client.put_item(
                TableName=name,
                Item={"pk": s("a"), "v": n(number), "filler": s("x" * 300_000)},
            )
    read(streams, arn, 8)
    place, count = iterator(streams, arn, shard), 0
    for _ in range(8):
        page = streams.get_records(ShardIterator=place)
        assert sum(each["dynamodb"]["SizeBytes"] for each in page["Records"]) <= 1 << 20
        count += len(page["Records"])
        place = page["NextShardIterator"]
    assert count == 8


def test_a_closed_shard_ends(client: Any, streams: Any, table: Any) -> None:
    name = table(**streaming(HASH))
    arn = latest_arn(client, name)
    shard = first_shard(streams, arn)
    client.put_item(TableName=name, Item=ONE)
    client.update_table(TableName=name, StreamSpecification={"StreamEnabled": False})
    client.get_waiter("table_exists").wait(TableName=name)
    client.put_item(TableName=name, Item=TWO)

    def ended() -> list[str] | None:
        place: str | None = iterator(streams, arn, shard)
        found: list[str] = []
        for _ in range(20):
            page = streams.get_records(ShardIterator=place)
            found += names(page["Records"])
            place = page.get("NextShardIterator")
            if place is None:
                return found
        return None

    assert wait_for(ended) == ["INSERT"]


def test_refuses(client: Any, streams: Any, table: Any) -> None:
    arn = latest_arn(client, table(**streaming(HASH)))
    place = iterator(streams, arn, first_shard(streams, arn))
    call = streams.get_records
    refuses(
        call,
        VALIDATION,
        "1 validation error detected: Value null at 'shardIterator' failed to satisfy "
        "constraint: Member must not be null",
    )
    refuses(
        call,
        VALIDATION,
        "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: "
        "Member must have value greater than or equal to 1",
        ShardIterator=place,
        Limit=0,
    )
    refuses(call, VALIDATION, None, ShardIterator=place, Limit=1001)
    refuses(call, VALIDATION, None, ShardIterator="no iterator")
    refuses(call, VALIDATION, None, ShardIterator=place + "0")
