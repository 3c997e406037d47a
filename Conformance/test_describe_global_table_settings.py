"""DescribeGlobalTableSettings: there is none."""

from __future__ import annotations

from typing import Any

from support.check import VALIDATION, refuses
from support.global_tables import GLOBAL_NOT_FOUND, SHORT_NAME, missing


def test_refuses(client: Any, hash_table: str, name: str) -> None:
    for table in (hash_table, name):
        refuses(client.describe_global_table_settings, GLOBAL_NOT_FOUND, missing(table),
                GlobalTableName=table)
    refuses(client.describe_global_table_settings, VALIDATION, SHORT_NAME, GlobalTableName="")
