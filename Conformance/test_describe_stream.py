"""DescribeStream."""

from __future__ import annotations

from typing import Any

import pytest
from support.check import NOT_FOUND, VALIDATION, Part, refuses
from support.streams import VIEWS, first_shard, latest_arn, streaming
from support.tables import HASH, RANGE, s


@pytest.mark.parametrize("view", VIEWS)
def test_describes(client: Any, streams: Any, table: Any, view: str) -> None:
    name = table(**streaming(RANGE, view))
    arn = latest_arn(client, name)
    first_shard(streams, arn)
    described = streams.describe_stream(StreamArn=arn)["StreamDescription"]
    created = described.pop("CreationRequestDateTime")
    assert created.strftime("%Y") in described["StreamLabel"]
    shards = described.pop("Shards")
    assert described == {
        "StreamArn": arn,
        "StreamLabel": arn.split("/stream/")[1],
        "StreamStatus": "ENABLED",
        "StreamViewType": view,
        "TableName": name,
        "KeySchema": RANGE["KeySchema"],
    }
    for shard in shards:
        assert 28 <= len(shard["ShardId"]) <= 65
        numbers = shard["SequenceNumberRange"]
        assert 21 <= len(numbers["StartingSequenceNumber"]) <= 40
        assert numbers["StartingSequenceNumber"].isdecimal()
        assert "EndingSequenceNumber" not in numbers


def test_switched_off_is_disabled_and_closed(client: Any, streams: Any, table: Any) -> None:
    name = table(**streaming(HASH))
    arn = latest_arn(client, name)
    first_shard(streams, arn)
    client.put_item(TableName=name, Item={"pk": s("a")})
    client.update_table(TableName=name, StreamSpecification={"StreamEnabled": False})
    client.get_waiter("table_exists").wait(TableName=name)
    described = streams.describe_stream(StreamArn=arn)["StreamDescription"]
    assert described["StreamStatus"] in ("DISABLING", "DISABLED")
    assert described["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    for shard in described["Shards"]:
        numbers = shard["SequenceNumberRange"]
        assert int(numbers["StartingSequenceNumber"]) <= int(numbers["EndingSequenceNumber"])


def test_a_shard_without_children(client: Any, streams: Any, table: Any) -> None:
    arn = latest_arn(client, table(**streaming(HASH)))
    shard = first_shard(streams, arn)
    filtered = streams.describe_stream(
        StreamArn=arn, ShardFilter={"Type": "CHILD_SHARDS", "ShardId": shard}
    )["StreamDescription"]
    assert filtered["Shards"] == []
    after = streams.describe_stream(StreamArn=arn, ExclusiveStartShardId=shard)
    ids = [each["ShardId"] for each in after["StreamDescription"]["Shards"]]
    assert shard not in ids


def test_refuses(client: Any, streams: Any, table: Any) -> None:
    arn = latest_arn(client, table(**streaming(HASH)))
    refuses(
        streams.describe_stream,
        VALIDATION,
        "1 validation error detected: Value null at 'streamArn' failed to satisfy constraint: "
        "Member must not be null",
    )
    refuses(streams.describe_stream, VALIDATION, Part("Invalid StreamArn"), StreamArn="f" * 40)
    refuses(
        streams.describe_stream,
        VALIDATION,
        "1 validation error detected: Value 'x' at 'streamArn' failed to satisfy constraint: "
        "Member must have length greater than or equal to 37",
        StreamArn="x",
    )
    refuses(
        streams.describe_stream,
        VALIDATION,
        "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: "
        "Member must have value greater than or equal to 1",
        StreamArn=arn,
        Limit=0,
    )
    refuses(
        streams.describe_stream,
        VALIDATION,
        "1 validation error detected: Value 'X' at 'shardFilter.type' failed to satisfy "
        "constraint: Member must satisfy enum value set: [CHILD_SHARDS]",
        StreamArn=arn,
        ShardFilter={"Type": "X"},
    )
    other = arn[:-3] + "999"
    refuses(
        streams.describe_stream,
        NOT_FOUND,
        f"Requested resource not found: Stream: {other} not found",
        StreamArn=other,
    )
