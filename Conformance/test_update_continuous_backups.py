"""UpdateContinuousBackups switches point-in-time recovery and sets how far back it goes."""

from __future__ import annotations

from typing import Any, Callable

from support.backups import full_window
from support.check import VALIDATION, Part, refuses
from support.tables import HASH


def test_on_and_off(client: Any, table: Callable[..., str]) -> None:
    source = table(**HASH)

    def update(is_on: bool, **more: Any) -> dict[str, Any]:
        answer = client.update_continuous_backups(
            TableName=source,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": is_on, **more},
        )["ContinuousBackupsDescription"]
        assert answer["ContinuousBackupsStatus"] == "ENABLED"
        found: dict[str, Any] = answer["PointInTimeRecoveryDescription"]
        return found

    answer = update(True)
    assert answer["PointInTimeRecoveryStatus"] == "ENABLED"
    assert answer["RecoveryPeriodInDays"] == 35
    assert answer["EarliestRestorableDateTime"] <= answer["LatestRestorableDateTime"]
    assert update(True, RecoveryPeriodInDays=7)["RecoveryPeriodInDays"] == 7
    assert full_window(client, source)["RecoveryPeriodInDays"] == 7
    answer = update(False)
    assert answer["PointInTimeRecoveryStatus"] == "DISABLED"
    assert "EarliestRestorableDateTime" not in answer
    assert "LatestRestorableDateTime" not in full_window(client, source)


def test_refuses(client: Any, name: str, hash_table: str) -> None:
    update = client.update_continuous_backups
    on = {"PointInTimeRecoveryEnabled": True}
    refuses(update, "TableNotFoundException", f"Table not found: {name}",
            TableName=name, PointInTimeRecoverySpecification=on)
    refuses(update, VALIDATION, Part("'pointInTimeRecoverySpecification' failed to satisfy"),
            TableName=hash_table)
    refuses(update, VALIDATION,
            Part("'pointInTimeRecoverySpecification.pointInTimeRecoveryEnabled' failed"),
            TableName=hash_table, PointInTimeRecoverySpecification={})
    for days in (0, 36):
        refuses(update, VALIDATION, Part("recoveryPeriodInDays' failed to satisfy constraint"),
                TableName=hash_table,
                PointInTimeRecoverySpecification={**on, "RecoveryPeriodInDays": days})
