"""CreateBackup keeps a table as it is at this moment."""

from __future__ import annotations

import re
from typing import Any, Callable

from support.backups import back_up, items, target, wait_for_backup, wait_for_table  # noqa: F401
from support.check import VALIDATION, Part, refuses
from support.tables import INDEXED, RANGE, n, s


def test_the_answer(client: Any, table: Callable[..., str]) -> None:
    source = table(**RANGE)
    client.put_item(TableName=source, Item={"pk": s("a"), "sk": s("b")})
    details = client.create_backup(TableName=source, BackupName="a.b-c_D")["BackupDetails"]
    arn = client.describe_table(TableName=source)["Table"]["TableArn"]
    assert re.fullmatch(re.escape(arn) + r"/backup/\d{14}-[0-9a-f]{8}", details["BackupArn"])
    assert details["BackupName"] == "a.b-c_D"
    assert details["BackupType"] == "USER"
    assert details["BackupStatus"] in ("CREATING", "AVAILABLE")
    assert details["BackupCreationDateTime"].timestamp() > 1_600_000_000
    assert "BackupExpiryDateTime" not in details
    assert isinstance(details["BackupSizeBytes"], int)
    wait_for_backup(client, details["BackupArn"])
    client.delete_backup(BackupArn=details["BackupArn"])


def test_a_table_may_be_named_by_its_arn(client: Any, table: Callable[..., str]) -> None:
    source = table(**RANGE)
    arn = client.describe_table(TableName=source)["Table"]["TableArn"]
    backup = back_up(client, arn)
    assert backup.startswith(arn + "/backup/")
    client.delete_backup(BackupArn=backup)


def test_later_writes_are_not_in_it(
    client: Any, table: Callable[..., str], target: str  # noqa: F811
) -> None:
    source = table(**INDEXED)
    for number in range(60):
        client.put_item(
            TableName=source,
            Item={"pk": s(f"p{number % 7}"), "sk": s(str(number)), "g1": s("g"), "g2": n(number)},
        )
    before = items(client, source)
    arn = client.create_backup(TableName=source, BackupName="kept")["BackupDetails"]["BackupArn"]
    for number in range(0, 60, 2):
        client.delete_item(
            TableName=source, Key={"pk": s(f"p{number % 7}"), "sk": s(str(number))}
        )
    client.put_item(TableName=source, Item={"pk": s("new"), "sk": s("new")})
    described = wait_for_backup(client, arn)
    assert described["SourceTableDetails"]["TableName"] == source
    client.restore_table_from_backup(TargetTableName=target, BackupArn=arn)
    wait_for_table(client, target)
    assert items(client, target) == before
    client.delete_backup(BackupArn=arn)


def test_refuses(client: Any, name: str, hash_table: str) -> None:
    create = client.create_backup
    refuses(create, "TableNotFoundException", f"Table not found: {name}",
            TableName=name, BackupName="kept")
    refuses(create, VALIDATION, Part("'backupName' failed to satisfy constraint"),
            TableName=hash_table)
    refuses(create, VALIDATION, Part("Member must have length greater than or equal to 3"),
            TableName=hash_table, BackupName="ab")
    refuses(create, VALIDATION,
            Part("Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"),
            TableName=hash_table, BackupName="a b c")
    refuses(create, VALIDATION, Part("'tableName' failed to satisfy constraint"),
            BackupName="kept")
