"""ListGlobalTables: there is none."""

from __future__ import annotations

from typing import Any

from support.check import VALIDATION, refuses


def test_none(client: Any, hash_table: str, region: str) -> None:
    for request in ({}, {"RegionName": region}, {"Limit": 1},
                    {"ExclusiveStartGlobalTableName": "aaa"}):
        answer = client.list_global_tables(**request)
        assert answer["GlobalTables"] == []
        assert "LastEvaluatedGlobalTableName" not in answer


def test_refuses(client: Any) -> None:
    refuses(client.list_global_tables, VALIDATION,
            "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: "
            "Member must have value greater than or equal to 1", Limit=0)
