"""DescribeLimits."""

from __future__ import annotations

from typing import Any


def test_four_limits(client: Any) -> None:
    answer = client.describe_limits()
    limits = {name: answer[name] for name in (
        "AccountMaxReadCapacityUnits", "AccountMaxWriteCapacityUnits",
        "TableMaxReadCapacityUnits", "TableMaxWriteCapacityUnits",
    )}
    assert all(isinstance(value, int) and value >= 10_000 for value in limits.values()), limits
    assert limits["AccountMaxReadCapacityUnits"] >= limits["TableMaxReadCapacityUnits"]
    assert limits["AccountMaxWriteCapacityUnits"] >= limits["TableMaxWriteCapacityUnits"]
