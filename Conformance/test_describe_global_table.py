"""DescribeGlobalTable: there is none."""

from __future__ import annotations

from typing import Any

from support.check import VALIDATION, refuses
from support.global_tables import GLOBAL_NOT_FOUND, SHORT_NAME, missing


def test_refuses(client: Any, hash_table: str, name: str) -> None:
    for table in (hash_table, name):
        refuses(client.describe_global_table, GLOBAL_NOT_FOUND,
                "Global table not found: " + missing(table), GlobalTableName=table)
    refuses(client.describe_global_table, VALIDATION, SHORT_NAME, GlobalTableName="")
