"""DeleteBackup removes a backup, and answers with what it was."""

from __future__ import annotations

from typing import Any, Callable

from support.backups import back_up, missing_backup
from support.check import VALIDATION, Part, refuses
from support.tables import HASH, s


def test_it_is_gone(client: Any, table: Callable[..., str]) -> None:
    source = table(**HASH)
    client.put_item(TableName=source, Item={"pk": s("a")})
    arn = back_up(client, source)
    deleted = client.delete_backup(BackupArn=arn)["BackupDescription"]
    assert deleted["BackupDetails"]["BackupStatus"] == "DELETED"
    assert deleted["BackupDetails"]["BackupArn"] == arn
    assert deleted["SourceTableDetails"]["TableName"] == source
    refuses(client.describe_backup, "BackupNotFoundException", f"Backup not found: {arn}",
            BackupArn=arn)
    refuses(client.delete_backup, "BackupNotFoundException", f"Backup not found: {arn}",
            BackupArn=arn)
    assert client.list_backups(TableName=source)["BackupSummaries"] == []


def test_refuses(client: Any, hash_table: str) -> None:
    arn = missing_backup(client, hash_table)
    refuses(client.delete_backup, "BackupNotFoundException", f"Backup not found: {arn}",
            BackupArn=arn)
    refuses(client.delete_backup, VALIDATION, Part("Member must not be null"))
