"""DescribeTableReplicaAutoScaling: no table here is a global one."""

from __future__ import annotations

from typing import Any

from support.check import NOT_FOUND, refuses


def test_refuses(client: Any, hash_table: str, name: str) -> None:
    refuses(client.describe_table_replica_auto_scaling, NOT_FOUND,
            f"Global table with name: {hash_table} does not exist.", TableName=hash_table)
    refuses(client.describe_table_replica_auto_scaling, NOT_FOUND, None, TableName=name)
