"""DescribeTimeToLive."""

from __future__ import annotations

from typing import Any

from support.check import NOT_FOUND, VALIDATION, refuses
from support.tables import HASH


def test_disabled_until_enabled(client: Any, table: Any) -> None:
    name = table(**HASH)
    described = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert described == {"TimeToLiveStatus": "DISABLED"}
    client.update_time_to_live(
        TableName=name,
        TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"},
    )
    described = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert described["TimeToLiveStatus"] in ("ENABLING", "ENABLED")
    assert described["AttributeName"] == "expires"


def test_refuses(client: Any, name: str) -> None:
    refuses(client.describe_time_to_live, NOT_FOUND, None, TableName=name)
    refuses(client.describe_time_to_live, VALIDATION, None)
