"""GetShardIterator."""

from __future__ import annotations

import datetime
import time
from typing import Any

import pytest
from support.check import NOT_FOUND, VALIDATION, enum_text, refuses
from support.streams import first_shard, iterator, latest_arn, read, streaming
from support.tables import HASH, s

KINDS = "AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON"


@pytest.fixture
def arn(client: Any, table: Any) -> str:
    """The stream of a table with three items, written one after the other."""
    name = table(**streaming(HASH, "KEYS_ONLY"))
    found = latest_arn(client, name)
    for key in "abc":
        client.put_item(TableName=name, Item={"pk": s(key)})
    return found


@pytest.mark.ours
def test_places(streams: Any, arn: str) -> None:
    shard = first_shard(streams, arn)
    numbers = [each["dynamodb"]["SequenceNumber"] for each in read(streams, arn, 3)]

    def keys(kind: str, number: str | None = None) -> str:
        page = streams.get_records(ShardIterator=iterator(streams, arn, shard, kind, number))
        return "".join(each["dynamodb"]["Keys"]["pk"]["S"] for each in page["Records"])

    assert keys("TRIM_HORIZON") == "abc"
    assert keys("LATEST") == ""
    assert keys("AT_SEQUENCE_NUMBER", numbers[1]) == "bc"
    assert keys("AFTER_SEQUENCE_NUMBER", numbers[1]) == "c"
    assert keys("AFTER_SEQUENCE_NUMBER", numbers[2]) == ""
    described = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]
    start = described["SequenceNumberRange"]["StartingSequenceNumber"]
    assert keys("AT_SEQUENCE_NUMBER", start) == "abc"


@pytest.mark.ours
def test_at_a_time(streams: Any, arn: str) -> None:
    shard = first_shard(streams, arn)
    made = read(streams, arn, 3)[0]["dynamodb"]["ApproximateCreationDateTime"]

    def count(when: Any) -> int:
        place = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard, ShardIteratorType="AT_TIMESTAMP", Timestamp=when
        )
        return len(streams.get_records(ShardIterator=place["ShardIterator"])["Records"])

    assert count(made) == 3
    assert count(made - datetime.timedelta(days=2)) == 3
    time.sleep(max(0.0, made.timestamp() + 3 - time.time()))
    assert count(made + datetime.timedelta(seconds=2)) in (0, 1, 2)
    for when in ({}, {"Timestamp": made + datetime.timedelta(hours=1)}):
        refuses(
            streams.get_shard_iterator,
            VALIDATION,
            None,
            StreamArn=arn,
            ShardId=shard,
            ShardIteratorType="AT_TIMESTAMP",
            **when,
        )


def test_names_the_stream(streams: Any, arn: str) -> None:
    found = iterator(streams, arn, first_shard(streams, arn))
    assert found.startswith(f"{arn}|") and len(found) <= 2048


def test_refuses(streams: Any, arn: str) -> None:
    shard = first_shard(streams, arn)
    call = streams.get_shard_iterator
    place = {"StreamArn": arn, "ShardId": shard}
    refuses(call, VALIDATION, None)
    refuses(
        call,
        VALIDATION,
        "1 validation error detected: " + enum_text("AT_TIME", "shardIteratorType", KINDS),
        **place,
        ShardIteratorType="AT_TIME",
    )
    refuses(
        call,
        NOT_FOUND,
        "Requested resource not found: Shard does not exist",
        StreamArn=arn,
        ShardId="shardId-00000000000000000000-00000000",
        ShardIteratorType="LATEST",
    )
    refuses(call, VALIDATION, None, **place, ShardIteratorType="AT_SEQUENCE_NUMBER")
    refuses(
        call,
        VALIDATION,
        "1 validation error detected: Value '1' at 'sequenceNumber' failed to satisfy "
        "constraint: Member must have length greater than or equal to 21",
        **place,
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        SequenceNumber="1",
    )
    other = arn[:-3] + "999"
    refuses(
        call,
        NOT_FOUND,
        f"Requested resource not found: Stream: {other} not found",
        StreamArn=other,
        ShardId=shard,
        ShardIteratorType="LATEST",
    )
