"""DescribeContinuousBackups answers what is true."""

from __future__ import annotations

from typing import Any

from support.check import VALIDATION, refuses


def test_point_in_time_recovery_is_off(client: Any, hash_table: str) -> None:
    described = client.describe_continuous_backups(TableName=hash_table)
    description = described["ContinuousBackupsDescription"]
    assert description["ContinuousBackupsStatus"] in ("ENABLED", "DISABLED")
    recovery = description["PointInTimeRecoveryDescription"]
    assert recovery["PointInTimeRecoveryStatus"] == "DISABLED"
    assert "EarliestRestorableDateTime" not in recovery


def test_refuses(client: Any, name: str) -> None:
    refuses(
        client.describe_continuous_backups, "TableNotFoundException",
        f"Table not found: {name}", TableName=name,
    )
    refuses(client.describe_continuous_backups, VALIDATION, None)
