"""UpdateGlobalTableSettings: there is none."""

from __future__ import annotations

from typing import Any

from support.check import VALIDATION, enum_text, refuses
from support.global_tables import GLOBAL_NOT_FOUND, missing

NULL = "' failed to satisfy constraint: Member must not be null"


def test_refuses(client: Any, hash_table: str, name: str, region: str) -> None:
    for table in (hash_table, name):
        for change in ({"GlobalTableBillingMode": "PAY_PER_REQUEST"},
                       {"GlobalTableProvisionedWriteCapacityUnits": 1},
                       {"GlobalTableGlobalSecondaryIndexSettingsUpdate": [{"IndexName": "any"}]},
                       {"ReplicaSettingsUpdate": [{"RegionName": region}]}):
            refuses(client.update_global_table_settings, GLOBAL_NOT_FOUND, missing(table),
                    GlobalTableName=table, **change)


def test_members_first(client: Any, hash_table: str) -> None:
    refuses(
        client.update_global_table_settings, VALIDATION,
        "3 validation errors detected: "
        + enum_text("X", "globalTableBillingMode", "PROVISIONED, PAY_PER_REQUEST")
        + "; Value null at 'globalTableGlobalSecondaryIndexSettingsUpdate.1.member.indexName" + NULL
        + "; Value null at 'replicaSettingsUpdate.1.member.regionName" + NULL,
        GlobalTableName=hash_table, GlobalTableBillingMode="X",
        GlobalTableGlobalSecondaryIndexSettingsUpdate=[{}], ReplicaSettingsUpdate=[{}],
    )
