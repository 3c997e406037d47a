"""DisableKinesisStreamingDestination."""

from __future__ import annotations

from typing import Any

import pytest
from support.check import NOT_FOUND, VALIDATION, refuses
from support.kinesis import STATE, destinations, enable, stream
from support.tables import HASH

INACTIVE = STATE + "KinesisStreamingDestination must be ACTIVE to perform DISABLE operation."


@pytest.mark.ours
def test_disables(client: Any, table: Any) -> None:
    name = table(**HASH)
    micro = {"ApproximateCreationDateTimePrecision": "MICROSECOND"}
    enable(client, name, stream(), EnableKinesisStreamingConfiguration=micro)
    refuses(client.disable_kinesis_streaming_destination, VALIDATION,
            "Stream cannot be disabled using EnableKinesisStreamingConfiguration parameters",
            TableName=name, StreamArn=stream(), EnableKinesisStreamingConfiguration=micro)
    answer = client.disable_kinesis_streaming_destination(TableName=name, StreamArn=stream())
    assert (answer["TableName"], answer["StreamArn"]) == (name, stream())
    assert answer["DestinationStatus"] == "DISABLING"
    refuses(client.disable_kinesis_streaming_destination, VALIDATION, INACTIVE,
            TableName=name, StreamArn=stream())
    # Another may follow; what is enabled again has forgotten its precision.
    enable(client, name, stream("other"))
    assert [entry["DestinationStatus"] for entry in destinations(client, name)] == [
        "ACTIVE", "DISABLED"]
    client.disable_kinesis_streaming_destination(TableName=name, StreamArn=stream("other"))
    enable(client, name, stream())
    assert destinations(client, name) == [
        {"StreamArn": stream(), "DestinationStatus": "ACTIVE"},
        {"StreamArn": stream("other"), "DestinationStatus": "DISABLED"},
    ]


def test_refuses(client: Any, hash_table: str, name: str) -> None:
    refuses(client.disable_kinesis_streaming_destination, VALIDATION, INACTIVE,
            TableName=hash_table, StreamArn=stream())
    refuses(client.disable_kinesis_streaming_destination, NOT_FOUND,
            f"Requested resource not found: Table: {name} not found",
            TableName=name, StreamArn=stream())
