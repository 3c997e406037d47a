"""EnableKinesisStreamingDestination: the setting is kept, nothing is sent."""

from __future__ import annotations

from typing import Any

import pytest
from support.check import NOT_FOUND, VALIDATION, enum_text, refuses
from support.kinesis import BUSY, destinations, enable, stream
from support.tables import HASH

pytestmark = pytest.mark.ours


def test_enables(client: Any, table: Any) -> None:
    name = table(**HASH)
    assert enable(client, name, stream()) == {
        "TableName": name, "StreamArn": stream(), "DestinationStatus": "ENABLING",
        "EnableKinesisStreamingConfiguration": {},
    }
    assert destinations(client, name) == [
        {"StreamArn": stream(), "DestinationStatus": "ACTIVE"}]
    assert "StreamSpecification" not in client.describe_table(TableName=name)["Table"]


def test_precision(client: Any, table: Any) -> None:
    name = table(**HASH)
    setting = {"ApproximateCreationDateTimePrecision": "MICROSECOND"}
    answer = enable(client, name, stream(), EnableKinesisStreamingConfiguration=setting)
    assert answer["EnableKinesisStreamingConfiguration"] == setting
    assert destinations(client, name)[0] | setting == destinations(client, name)[0]


def test_one_at_a_time(client: Any, table: Any) -> None:
    name = table(**HASH)
    enable(client, name, stream())
    for arn in (stream(), stream("other")):
        refuses(client.enable_kinesis_streaming_destination, VALIDATION, BUSY,
                TableName=name, StreamArn=arn)


def test_refuses(client: Any, hash_table: str, name: str) -> None:
    call = client.enable_kinesis_streaming_destination
    refuses(call, VALIDATION,
            "1 validation error detected: Value '' at 'streamArn' failed to satisfy constraint: "
            "Member must have length greater than or equal to 37",
            TableName=hash_table, StreamArn="")
    place = "enableKinesisStreamingConfiguration.approximateCreationDateTimePrecision"
    refuses(call, VALIDATION,
            "1 validation error detected: "
            + enum_text("SECOND", place, "MILLISECOND, MICROSECOND"),
            TableName=hash_table, StreamArn=stream(),
            EnableKinesisStreamingConfiguration={
                "ApproximateCreationDateTimePrecision": "SECOND"})
    refuses(call, NOT_FOUND, f"Requested resource not found: Table: {name} not found",
            TableName=name, StreamArn=stream())
