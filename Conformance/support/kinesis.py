"""Kinesis destinations. There are no such streams: on AWS these tests would see ENABLE_FAILED."""

from __future__ import annotations

from typing import Any

STATE = "Table is not in a valid state to enable Kinesis Streaming Destination: "
BUSY = STATE + (
    "EnableKinesisStreamingDestination must be DISABLED or ENABLE_FAILED to perform ENABLE "
    "operation."
)


def stream(name: str = "stream", region: str = "eu-west-2") -> str:
    return f"arn:aws:kinesis:{region}:000000000000:stream/{name}"


def enable(client: Any, table: str, arn: str, **more: Any) -> dict[str, Any]:
    answer = client.enable_kinesis_streaming_destination(TableName=table, StreamArn=arn, **more)
    del answer["ResponseMetadata"]
    client.get_waiter("kinesis_streaming_destination_active").wait(TableName=table)
    return dict(answer)


def destinations(client: Any, table: str) -> list[dict[str, Any]]:
    answer = client.describe_kinesis_streaming_destination(TableName=table)
    assert answer["TableName"] == table
    return list(answer["KinesisDataStreamDestinations"])
