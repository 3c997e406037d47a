"""CreateGlobalTable makes the global tables of 2017, which AWS refuses to make."""

from __future__ import annotations

from typing import Any

from support.check import VALIDATION, refuses
from support.global_tables import OLD, SHORT_NAME


def test_refuses(client: Any, hash_table: str, name: str, region: str) -> None:
    for table in (hash_table, name):
        refuses(client.create_global_table, VALIDATION, OLD,
                GlobalTableName=table, ReplicationGroup=[{"RegionName": region}])


def test_members_first(client: Any, hash_table: str) -> None:
    refuses(client.create_global_table, VALIDATION, SHORT_NAME,
            GlobalTableName="", ReplicationGroup=[])
    refuses(client.create_global_table, VALIDATION,
            "1 validation error detected: Value null at 'replicationGroup' failed to satisfy "
            "constraint: Member must not be null", GlobalTableName=hash_table)
