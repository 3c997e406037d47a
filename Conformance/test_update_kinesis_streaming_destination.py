"""UpdateKinesisStreamingDestination."""

from __future__ import annotations

from typing import Any

import pytest
from support.check import NOT_FOUND, VALIDATION, refuses
from support.kinesis import STATE, destinations, enable, stream
from support.tables import HASH

pytestmark = pytest.mark.ours
MICRO = {"ApproximateCreationDateTimePrecision": "MICROSECOND"}


def test_changes_the_precision(client: Any, table: Any) -> None:
    name = table(**HASH)
    enable(client, name, stream())
    answer = client.update_kinesis_streaming_destination(
        TableName=name, StreamArn=stream(), UpdateKinesisStreamingConfiguration=MICRO)
    assert answer["DestinationStatus"] == "UPDATING"
    assert answer["UpdateKinesisStreamingConfiguration"] == MICRO
    assert destinations(client, name) == [
        {"StreamArn": stream(), "DestinationStatus": "ACTIVE"} | MICRO]
    uuid = client.describe_table(TableName=name)["Table"]["TableId"]
    refuses(client.update_kinesis_streaming_destination, VALIDATION,
            "Invalid Request: Precision is already set to the desired value of MICROSECOND for "
            f"tableId: {uuid}, kdsArn: {stream()}",
            TableName=name, StreamArn=stream(), UpdateKinesisStreamingConfiguration=MICRO)


@pytest.mark.parametrize(
    "configuration", [{}, {"UpdateKinesisStreamingConfiguration": {}}], ids=["none", "empty"])
def test_needs_a_configuration(client: Any, table: Any, configuration: Any) -> None:
    name = table(**HASH)
    enable(client, name, stream())
    refuses(client.update_kinesis_streaming_destination, VALIDATION,
            "Streaming destination cannot be updated with given parameters: "
            "UpdateKinesisStreamingConfiguration cannot be null or contain only null values",
            TableName=name, StreamArn=stream(), **configuration)


def test_needs_a_destination(client: Any, table: Any, name: str) -> None:
    mine = table(**HASH)
    call = client.update_kinesis_streaming_destination
    refuses(call, VALIDATION,
            STATE + f"No streaming destination with streamArn: {stream()} found for table with "
            f"tableName: {mine}",
            TableName=mine, StreamArn=stream(), UpdateKinesisStreamingConfiguration=MICRO)
    enable(client, mine, stream())
    client.disable_kinesis_streaming_destination(TableName=mine, StreamArn=stream())
    refuses(call, VALIDATION,
            STATE + "Kinesis streaming is not in ACTIVE state. Updates are only allowed in ACTIVE "
            f"state. TableName: {mine}, kdsArn: {stream()}",
            TableName=mine, StreamArn=stream(), UpdateKinesisStreamingConfiguration=MICRO)
    refuses(call, NOT_FOUND, f"Requested resource not found: Table: {name} not found",
            TableName=name, StreamArn=stream(), UpdateKinesisStreamingConfiguration=MICRO)
