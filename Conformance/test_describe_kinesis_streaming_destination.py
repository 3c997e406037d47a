"""DescribeKinesisStreamingDestination."""

from __future__ import annotations

from typing import Any

import pytest
from support.check import NOT_FOUND, refuses
from support.kinesis import destinations, enable, stream
from support.tables import HASH


def test_none(client: Any, hash_table: str) -> None:
    assert destinations(client, hash_table) == []


def test_a_missing_table(client: Any, name: str) -> None:
    refuses(client.describe_kinesis_streaming_destination, NOT_FOUND,
            f"Requested resource not found: Table: {name} not found", TableName=name)


@pytest.mark.ours
def test_ten_are_remembered(client: Any, table: Any) -> None:
    name = table(**HASH)
    arns = [stream(f"number-{number}") for number in range(12)]
    for arn in arns:
        enable(client, name, arn)
        client.disable_kinesis_streaming_destination(TableName=name, StreamArn=arn)
    assert [entry["StreamArn"] for entry in destinations(client, name)] == arns[:1:-1]
