"""ListBackups lists backups by table, type and time, in pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Callable

from support.backups import back_up
from support.check import VALIDATION, Part, refuses
from support.tables import HASH


def test_filters_and_pages(client: Any, table: Callable[..., str]) -> None:
    source, other = table(**HASH), table(**HASH)
    arns = [back_up(client, source, f"b-{number}") for number in range(4)]
    foreign = back_up(client, other, "other")

    def listed(**request: Any) -> list[str]:
        answer = client.list_backups(TableName=source, **request)
        return [each["BackupName"] for each in answer["BackupSummaries"]]

    assert sorted(listed()) == ["b-0", "b-1", "b-2", "b-3"]
    assert sorted(listed(BackupType="ALL")) == ["b-0", "b-1", "b-2", "b-3"]
    assert listed(BackupType="SYSTEM") == []
    assert listed(BackupType="AWS_BACKUP") == []
    summary = client.list_backups(TableName=source, Limit=1)["BackupSummaries"][0]
    described = client.describe_table(TableName=source)["Table"]
    assert summary["TableName"] == source
    assert summary["TableId"] == described["TableId"]
    assert summary["TableArn"] == described["TableArn"]
    assert summary["BackupArn"] in arns
    assert summary["BackupStatus"] == "AVAILABLE"
    assert summary["BackupType"] == "USER"
    assert listed(TimeRangeLowerBound=summary["BackupCreationDateTime"] - timedelta(hours=1))
    assert not listed(TimeRangeUpperBound=summary["BackupCreationDateTime"] - timedelta(hours=1))
    assert not listed(TimeRangeLowerBound=summary["BackupCreationDateTime"] + timedelta(hours=1))

    found, start = [], {}
    while True:
        page = client.list_backups(TableName=source, Limit=3, **start)
        found += [each["BackupArn"] for each in page["BackupSummaries"]]
        if "LastEvaluatedBackupArn" not in page:
            break
        assert page["LastEvaluatedBackupArn"] == found[-1]
        start = {"ExclusiveStartBackupArn": found[-1]}
    assert sorted(found) == sorted(arns)
    everything = client.list_backups()["BackupSummaries"]
    assert {foreign, *arns} <= {each["BackupArn"] for each in everything}
    for arn in [*arns, foreign]:
        client.delete_backup(BackupArn=arn)


def test_a_table_that_is_not_there_has_none(client: Any, name: str) -> None:
    assert client.list_backups(TableName=name)["BackupSummaries"] == []


def test_refuses(client: Any) -> None:
    refuses(client.list_backups, VALIDATION, Part("'limit' failed to satisfy constraint"), Limit=0)
    refuses(client.list_backups, VALIDATION, Part("less than or equal to 100"), Limit=101)
    refuses(
        client.list_backups, VALIDATION,
        Part("Member must satisfy enum value set: [USER, SYSTEM, AWS_BACKUP, ALL]"),
        BackupType="MINE",
    )
