"""UpdateTableReplicaAutoScaling: no table here is a global one."""

from __future__ import annotations

from typing import Any

from support.check import NOT_FOUND, VALIDATION, refuses

SETTING = {"MinimumUnits": 1, "MaximumUnits": 10, "ScalingPolicyUpdate": {
    "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 70.0}}}


def test_refuses(client: Any, hash_table: str, name: str, region: str) -> None:
    call = client.update_table_replica_auto_scaling
    for change in ({"ProvisionedWriteCapacityAutoScalingUpdate": SETTING},
                   {"ReplicaUpdates": [{"RegionName": region}]},
                   {"GlobalSecondaryIndexUpdates": [{"IndexName": "any"}]}):
        refuses(call, NOT_FOUND, f"Global table with name: {hash_table} does not exist.",
                TableName=hash_table, **change)
        refuses(call, NOT_FOUND, None, TableName=name, **change)


def test_members_first(client: Any, name: str) -> None:
    refuses(client.update_table_replica_auto_scaling, VALIDATION,
            "1 validation error detected: Value null at 'replicaUpdates.1.member.regionName' "
            "failed to satisfy constraint: Member must not be null",
            TableName=name, ReplicaUpdates=[{}])
