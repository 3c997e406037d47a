"""RestoreTableToPointInTime makes a new table of what a table was at some second."""

from __future__ import annotations

import time
from typing import Any, Callable

import pytest
from support.backups import (  # noqa: F401
    enable_recovery,
    full_window,
    items,
    target,
    wait_for_table,
)
from support.check import VALIDATION, Part, refuses
from support.tables import HASH, INDEXED, n, s

INVALID_TIME = "InvalidRestoreTimeException"


def next_second() -> int:
    """Returns a whole second that has just begun; nothing was written in it so far."""
    second = int(time.time()) + 1
    while time.time() < second:
        time.sleep(0.01)
    return second


@pytest.mark.ours  # AWS lags some five minutes behind.
def test_a_second_between_two_writes_gives_exactly_that_state(
    client: Any, table: Callable[..., str], run_name: str
) -> None:
    source = table(**INDEXED)
    for number in range(20):
        client.put_item(
            TableName=source, Item={"pk": s("p"), "sk": s(str(number)), "g1": s("g")}
        )
    enable_recovery(client, source)
    states = {}
    for number in range(3):
        second = next_second()
        states[second] = items(client, source)
        time.sleep(0.01)
        client.put_item(TableName=source, Item={"pk": s("p"), "sk": s("0"), "n": n(number)})
        client.delete_item(TableName=source, Key={"pk": s("p"), "sk": s(str(number + 5))})
        client.put_item(TableName=source, Item={"pk": s("q"), "sk": s(str(number))})
    assert len({repr(state) for state in states.values()}) == 3
    for number, (second, state) in enumerate(states.items()):
        target = f"{run_name}-pitr-{number}"  # noqa: F811
        client.restore_table_to_point_in_time(
            SourceTableName=source, TargetTableName=target, RestoreDateTime=second
        )
        described = wait_for_table(client, target)
        assert int(described["RestoreSummary"]["RestoreDateTime"].timestamp()) == second
        assert "SourceBackupArn" not in described["RestoreSummary"]
        assert items(client, target) == state
        indexed = [each for each in state if "g1" in each]
        assert items(client, target, "gsi_all") == indexed
        client.delete_table(TableName=target)


@pytest.mark.ours
def test_the_latest_state_by_arn(
    client: Any, table: Callable[..., str], target: str  # noqa: F811
) -> None:
    source = table(**HASH)
    enable_recovery(client, source)
    client.put_item(TableName=source, Item={"pk": s("a")})
    arn = client.describe_table(TableName=source)["Table"]["TableArn"]
    answer = client.restore_table_to_point_in_time(
        SourceTableArn=arn, TargetTableName=target, UseLatestRestorableTime=True
    )["TableDescription"]
    assert answer["TableStatus"] == "CREATING"
    assert answer["RestoreSummary"]["SourceTableArn"] == arn
    wait_for_table(client, target)
    assert items(client, target) == [{"pk": s("a")}]
    assert full_window(client, target)["PointInTimeRecoveryStatus"] == "DISABLED"


def test_refuses(client: Any, name: str, table: Callable[..., str]) -> None:
    restore = client.restore_table_to_point_in_time
    source = table(**HASH)
    refuses(restore, "TableNotFoundException", f"Table not found: {name}",
            SourceTableName=name, TargetTableName="target", UseLatestRestorableTime=True)
    refuses(restore, "PointInTimeRecoveryUnavailableException",
            f"Point in time recovery is not enabled for table '{source}'",
            SourceTableName=source, TargetTableName=name, UseLatestRestorableTime=True)
    enable_recovery(client, source)
    for moment in (time.time() - 3600, time.time() + 3600):
        refuses(restore, INVALID_TIME, None, SourceTableName=source, TargetTableName=name,
                RestoreDateTime=moment)
    refuses(restore, VALIDATION, Part("'targetTableName' failed to satisfy constraint"),
            SourceTableName=source, UseLatestRestorableTime=True)
    refuses(restore, VALIDATION, None, TargetTableName=name, UseLatestRestorableTime=True)
    refuses(restore, VALIDATION, None, SourceTableName=source, TargetTableName=name)
    refuses(restore, VALIDATION, None, SourceTableName=source, TargetTableName=name,
            UseLatestRestorableTime=True, RestoreDateTime=time.time())
    refuses(restore, "TableAlreadyExistsException", f"Table already exists: {source}",
            SourceTableName=source, TargetTableName=source, UseLatestRestorableTime=True)
