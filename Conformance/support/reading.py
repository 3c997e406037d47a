"""What is stored now, whatever operation put it there."""

from __future__ import annotations

from typing import Any


def read(client: Any, table: str, key: dict[str, Any]) -> dict[str, Any] | None:
    return client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
