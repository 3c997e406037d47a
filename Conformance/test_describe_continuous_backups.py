"""DescribeContinuousBackups tells to which moments a table can be restored."""

from __future__ import annotations

import time
from typing import Any, Callable

from support.backups import enable_recovery, full_window
from support.check import VALIDATION, refuses
from support.tables import HASH


def test_point_in_time_recovery_is_off(client: Any, hash_table: str) -> None:
    described = client.describe_continuous_backups(TableName=hash_table)
    description = described["ContinuousBackupsDescription"]
    assert description["ContinuousBackupsStatus"] in ("ENABLED", "DISABLED")
    recovery = description["PointInTimeRecoveryDescription"]
    assert recovery["PointInTimeRecoveryStatus"] == "DISABLED"
    assert "EarliestRestorableDateTime" not in recovery


def test_the_window(client: Any, table: Callable[..., str]) -> None:
    source = table(**HASH)
    before = time.time()
    enable_recovery(client, source)
    window = full_window(client, source)
    assert window["PointInTimeRecoveryStatus"] == "ENABLED"
    assert window["RecoveryPeriodInDays"] == 35
    assert before - 60 < window["EarliestRestorableDateTime"].timestamp() < time.time() + 60
    arn = client.describe_table(TableName=source)["Table"]["TableArn"]
    assert full_window(client, arn)["PointInTimeRecoveryStatus"] == "ENABLED"


def test_refuses(client: Any, name: str) -> None:
    refuses(
        client.describe_continuous_backups, "TableNotFoundException",
        f"Table not found: {name}", TableName=name,
    )
    refuses(client.describe_continuous_backups, VALIDATION, None)
