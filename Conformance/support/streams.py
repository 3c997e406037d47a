"""Reading streams as consumers do: shard by shard, a parent before its children."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

Record = dict[str, Any]
BOTH = "NEW_AND_OLD_IMAGES"
VIEWS = ("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", BOTH)


def streaming(schema: dict[str, Any], view: str = BOTH) -> dict[str, Any]:
    """A CreateTable request with a stream."""
    return {**schema, "StreamSpecification": {"StreamEnabled": True, "StreamViewType": view}}


def latest_arn(client: Any, table: str) -> str:
    return str(client.describe_table(TableName=table)["Table"]["LatestStreamArn"])


def first_shard(streams: Any, arn: str) -> str:
    """The first shard; AWS may take a while to open it."""
    found = wait_for(
        lambda: streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    )
    return str(found[0]["ShardId"])


def iterator(
    streams: Any, arn: str, shard: str, kind: str = "TRIM_HORIZON", number: str | None = None
) -> str:
    request = {"StreamArn": arn, "ShardId": shard, "ShardIteratorType": kind}
    if number is not None:
        request["SequenceNumber"] = number
    return str(streams.get_shard_iterator(**request)["ShardIterator"])


def read_all(streams: Any, arn: str) -> list[Record]:
    """What the stream has by now; an open shard is read until a page is empty."""
    records: list[Record] = []
    request: dict[str, Any] = {"StreamArn": arn}
    while True:
        description = streams.describe_stream(**request)["StreamDescription"]
        for shard in description["Shards"]:
            place: str | None = iterator(streams, arn, shard["ShardId"])
            while place is not None:
                page = streams.get_records(ShardIterator=place)
                records += page["Records"]
                place = page.get("NextShardIterator") if page["Records"] else None
        if "LastEvaluatedShardId" not in description:
            return records
        request["ExclusiveStartShardId"] = description["LastEvaluatedShardId"]


def wait_for(what: Callable[[], Any], seconds: float = 30) -> Any:
    """The first result that is not empty."""
    until = time.monotonic() + seconds
    while True:
        found = what()
        if found or time.monotonic() > until:
            return found
        time.sleep(0.5)


def read(streams: Any, arn: str, count: int) -> list[Record]:
    """The stream's records, once there are so many; then also what came too many."""
    wait_for(lambda: len(read_all(streams, arn)) >= count)
    return read_all(streams, arn)


def names(records: list[Record]) -> list[str]:
    return [record["eventName"] for record in records]


def images(record: Record) -> dict[str, Any]:
    """Keys and images, without what differs from run to run."""
    return {
        name: record["dynamodb"][name]
        for name in ("Keys", "OldImage", "NewImage")
        if name in record["dynamodb"]
    }
