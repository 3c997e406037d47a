"""Waiting for backups and restores, and comparing tables."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest


def wait_for_backup(client: Any, arn: str, seconds: float = 300) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while True:
        described = client.describe_backup(BackupArn=arn)["BackupDescription"]
        if described["BackupDetails"]["BackupStatus"] == "AVAILABLE":
            return described
        assert time.monotonic() < deadline, described
        time.sleep(0.05)


def back_up(client: Any, table: str, name: str = "kept") -> str:
    arn: str = client.create_backup(TableName=table, BackupName=name)["BackupDetails"]["BackupArn"]
    wait_for_backup(client, arn)
    return arn


def wait_for_table(client: Any, table: str, seconds: float = 1800) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while True:
        described: dict[str, Any] = client.describe_table(TableName=table)["Table"]
        if described["TableStatus"] == "ACTIVE":
            return described
        assert time.monotonic() < deadline, described
        time.sleep(0.05)


def items(client: Any, table: str, index: str | None = None) -> list[dict[str, Any]]:
    more = {"IndexName": index} if index else {}
    pages = client.get_paginator("scan").paginate(TableName=table, **more)
    found = [item for page in pages for item in page["Items"]]
    return sorted(found, key=repr)


def full_window(client: Any, table: str) -> dict[str, Any]:
    described = client.describe_continuous_backups(TableName=table)
    window: dict[str, Any] = described["ContinuousBackupsDescription"][
        "PointInTimeRecoveryDescription"
    ]
    return window


def enable_recovery(client: Any, table: str) -> None:
    client.update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )


@pytest.fixture
def target(client: Any, name: str) -> Iterator[str]:
    """The name of a table that the test restores, deleted afterwards."""
    yield name
    try:
        client.delete_table(TableName=name)
    except client.exceptions.ResourceNotFoundException:
        pass


def missing_backup(client: Any, table: str) -> str:
    """The ARN of a backup that is not there, of this account."""
    arn: str = client.describe_table(TableName=table)["Table"]["TableArn"]
    return arn.split(":table/")[0] + ":table/none/backup/01489602797149-73d8d5bc"
