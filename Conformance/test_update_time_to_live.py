"""UpdateTimeToLive, and that expiry deletes."""

from __future__ import annotations

import time
from typing import Any

import pytest
from support.check import NOT_FOUND, VALIDATION, Part, refuses
from support.tables import HASH, attributes, index, keys, n, on_demand, s

EXPIRY_SECONDS = 120.0


def specification(enabled: bool, name: str = "expires") -> dict[str, Any]:
    return {"TimeToLiveSpecification": {"Enabled": enabled, "AttributeName": name}}


def status(client: Any, table: str) -> str:
    answer = client.describe_time_to_live(TableName=table)
    return str(answer["TimeToLiveDescription"]["TimeToLiveStatus"])


def test_enables_and_refuses_a_second_time(client: Any, table: Any) -> None:
    name = table(**HASH)
    answer = client.update_time_to_live(TableName=name, **specification(True))
    assert answer["TimeToLiveSpecification"] == {"Enabled": True, "AttributeName": "expires"}
    assert status(client, name) in ("ENABLING", "ENABLED")
    refuses(
        client.update_time_to_live, VALIDATION, Part("TimeToLive is already enabled"),
        TableName=name, **specification(True),
    )


def test_disabling(client: Any, table: Any) -> None:
    name = table(**HASH)
    refuses(
        client.update_time_to_live, VALIDATION, "TimeToLive is already disabled",
        TableName=name, **specification(False),
    )
    client.update_time_to_live(TableName=name, **specification(True))
    refuses(
        client.update_time_to_live, VALIDATION, Part("TimeToLive is active on a different"),
        TableName=name, **specification(False, "another"),
    )
    assert status(client, name) in ("ENABLING", "ENABLED")


@pytest.mark.ours
def test_may_be_disabled_and_named_anew(client: Any, table: Any) -> None:
    """AWS allows one change an hour; we do not make anybody wait."""
    name = table(**HASH)
    client.update_time_to_live(TableName=name, **specification(True))
    answer = client.update_time_to_live(TableName=name, **specification(False))
    assert answer["TimeToLiveSpecification"]["Enabled"] is False
    assert status(client, name) in ("DISABLING", "DISABLED")
    client.update_time_to_live(TableName=name, **specification(True, "another"))
    described = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert described["AttributeName"] == "another"


@pytest.mark.parametrize("name", ["", "x" * 256])
def test_names(client: Any, hash_table: str, name: str) -> None:
    refuses(
        client.update_time_to_live, VALIDATION,
        Part("timeToLiveSpecification.attributeName' failed to satisfy constraint: Member must "
             "have length"),
        TableName=hash_table, **specification(True, name),
    )


def test_refuses(client: Any, hash_table: str, name: str) -> None:
    refuses(client.update_time_to_live, NOT_FOUND, None, TableName=name, **specification(True))
    refuses(client.update_time_to_live, VALIDATION, None, TableName=hash_table)


@pytest.mark.ours
def test_expired_items_really_go(client: Any, table: Any) -> None:
    name = table(**on_demand(
        keys("pk"), attributes(pk="S", g="S"), GlobalSecondaryIndexes=[index("gsi", keys("g"))]
    ))
    client.update_time_to_live(TableName=name, **specification(True))
    now = int(time.time())
    items = {
        "past": n(now - 60), "future": n(now + 86_400), "text": s(str(now - 60)),
        "five years ago": n(now - 6 * 365 * 86_400), "fraction": n(f"{now - 60}.5"),
    }
    for key, expires in items.items():
        client.put_item(
            TableName=name, Item={"pk": s(key), "g": s("all"), "expires": expires}
        )
    client.put_item(TableName=name, Item={"pk": s("none"), "g": s("all")})
    until = time.monotonic() + EXPIRY_SECONDS
    while time.monotonic() < until:
        if "Item" not in client.get_item(TableName=name, Key={"pk": s("past")}):
            break
        time.sleep(0.2)
    left = {item["pk"]["S"] for item in client.scan(TableName=name)["Items"]}
    assert "past" not in left
    # Text is no time, and AWS leaves alone what expired more than five years ago.
    assert {"future", "text", "five years ago", "none"} <= left
    indexed = {item["pk"]["S"] for item in client.scan(TableName=name, IndexName="gsi")["Items"]}
    assert indexed == left
