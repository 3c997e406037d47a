"""UpdateGlobalTable: there is none, and none can be made."""

from __future__ import annotations

from typing import Any

import pytest
from support.check import VALIDATION, refuses
from support.global_tables import GLOBAL_NOT_FOUND, OLD, SHORT_NAME, missing


def test_refuses(client: Any, hash_table: str, name: str, region: str) -> None:
    for table in (hash_table, name):
        refuses(client.update_global_table, VALIDATION, OLD, GlobalTableName=table,
                ReplicaUpdates=[{"Create": {"RegionName": region}}])
        refuses(client.update_global_table, GLOBAL_NOT_FOUND, missing(table),
                GlobalTableName=table, ReplicaUpdates=[{"Delete": {"RegionName": region}}])


@pytest.mark.parametrize("updates", [[], [{}]], ids=["none", "empty"])
def test_says_nothing(client: Any, hash_table: str, updates: list[Any]) -> None:
    refuses(client.update_global_table, VALIDATION, "One or more parameter values were invalid",
            GlobalTableName=hash_table, ReplicaUpdates=updates)


def test_members_first(client: Any, hash_table: str) -> None:
    refuses(client.update_global_table, VALIDATION, SHORT_NAME,
            GlobalTableName="a", ReplicaUpdates=[])
    refuses(client.update_global_table, VALIDATION,
            "1 validation error detected: Value null at 'replicaUpdates.1.member.create.regionName' "
            "failed to satisfy constraint: Member must not be null",
            GlobalTableName=hash_table, ReplicaUpdates=[{"Create": {}}])
