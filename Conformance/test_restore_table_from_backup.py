"""RestoreTableFromBackup makes a new table of a backup."""

from __future__ import annotations

from typing import Any, Callable

from support.backups import (  # noqa: F401
    back_up,
    enable_recovery,
    full_window,
    items,
    missing_backup,
    target,
    wait_for_table,
)
from support.check import INVALID, VALIDATION, Part, refuses
from support.tables import HASH, INDEXED, attributes, keys, n, on_demand, s


def filled(client: Any, name: str) -> None:
    for number in range(40):
        client.put_item(
            TableName=name,
            Item={
                "pk": s(f"p{number % 5}"), "sk": s(str(number)), "l1": s("l"), "g1": s("g"),
                "g2": n(number), "g3": s(f"g{number % 3}"), "a": s("x"),
            },
        )


def test_items_indexes_and_settings(
    client: Any, table: Callable[..., str], target: str  # noqa: F811
) -> None:
    source = table(**{
        **INDEXED, "Tags": [{"Key": "a", "Value": "b"}],
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
        "SSESpecification": {"Enabled": True},
    })
    client.update_time_to_live(
        TableName=source, TimeToLiveSpecification={"AttributeName": "ends", "Enabled": True}
    )
    filled(client, source)
    arn = back_up(client, source)
    answer = client.restore_table_from_backup(TargetTableName=target, BackupArn=arn)
    described = answer["TableDescription"]
    assert described["TableStatus"] == "CREATING"
    assert described["RestoreSummary"]["SourceBackupArn"] == arn
    assert described["RestoreSummary"]["RestoreInProgress"] is True
    restored = wait_for_table(client, target)
    original = client.describe_table(TableName=source)["Table"]
    assert restored["RestoreSummary"]["RestoreInProgress"] is False
    assert restored["RestoreSummary"]["SourceTableArn"] == original["TableArn"]
    assert restored["TableId"] != original["TableId"]
    assert restored["KeySchema"] == original["KeySchema"]
    assert restored["SSEDescription"]["Status"] == "ENABLED"
    assert items(client, target) == items(client, source)
    for name in ("lsi_all", "lsi_keys", "gsi_all", "gsi_keys", "gsi_some"):
        assert items(client, target, name) == items(client, source, name), name
    # These are not restored.
    assert "StreamSpecification" not in restored
    assert restored["DeletionProtectionEnabled"] is False
    assert client.list_tags_of_resource(ResourceArn=restored["TableArn"])["Tags"] == []
    ttl = client.describe_time_to_live(TableName=target)["TimeToLiveDescription"]
    assert ttl["TimeToLiveStatus"] == "DISABLED"
    assert full_window(client, target)["PointInTimeRecoveryStatus"] == "DISABLED"
    # The copies are independent.
    client.put_item(TableName=target, Item={"pk": s("only"), "sk": s("here")})
    assert len(items(client, source)) == 40
    client.delete_backup(BackupArn=arn)
    assert len(items(client, target)) == 41


def test_overrides(client: Any, table: Callable[..., str], target: str) -> None:  # noqa: F811
    source = table(**INDEXED)
    filled(client, source)
    arn = back_up(client, source)
    some = INDEXED["GlobalSecondaryIndexes"][2]
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}
    restore = client.restore_table_from_backup
    refuses(restore, VALIDATION, Part(INVALID), TargetTableName=target, BackupArn=arn,
            BillingModeOverride="PROVISIONED")
    refuses(restore, VALIDATION, Part(INVALID), TargetTableName=target, BackupArn=arn,
            ProvisionedThroughputOverride=units)
    wrong = {**some, "Projection": {"ProjectionType": "ALL"}}
    refuses(restore, VALIDATION, Part(INVALID), TargetTableName=target, BackupArn=arn,
            GlobalSecondaryIndexOverride=[wrong])
    restore(
        TargetTableName=target, BackupArn=arn, BillingModeOverride="PROVISIONED",
        ProvisionedThroughputOverride=units, LocalSecondaryIndexOverride=[],
        GlobalSecondaryIndexOverride=[{**some, "ProvisionedThroughput": units}],
        SSESpecificationOverride={"Enabled": True},
    )
    restored = wait_for_table(client, target)
    assert "LocalSecondaryIndexes" not in restored
    assert [each["IndexName"] for each in restored["GlobalSecondaryIndexes"]] == ["gsi_some"]
    found = restored["ProvisionedThroughput"]
    assert (found["ReadCapacityUnits"], found["WriteCapacityUnits"]) == (5, 6)
    assert restored["SSEDescription"]["Status"] == "ENABLED"
    assert items(client, target, "gsi_some") == items(client, source, "gsi_some")
    client.delete_backup(BackupArn=arn)


def test_a_deleted_table_comes_back_under_its_name(
    client: Any, table: Callable[..., str]
) -> None:
    source = table(**HASH)
    client.put_item(TableName=source, Item={"pk": s("a")})
    arn = back_up(client, source)
    client.delete_table(TableName=source)
    client.get_waiter("table_not_exists").wait(TableName=source, WaiterConfig={"Delay": 1})
    client.restore_table_from_backup(TargetTableName=source, BackupArn=arn)
    wait_for_table(client, source)
    assert items(client, source) == [{"pk": s("a")}]
    client.delete_backup(BackupArn=arn)


def test_the_last_state_of_a_table_with_recovery(
    client: Any, table: Callable[..., str], target: str  # noqa: F811
) -> None:
    source = table(**HASH)
    enable_recovery(client, source)
    client.put_item(TableName=source, Item={"pk": s("a")})
    client.delete_table(TableName=source)
    client.get_waiter("table_not_exists").wait(TableName=source, WaiterConfig={"Delay": 1})
    found = client.list_backups(TableName=source, BackupType="SYSTEM")["BackupSummaries"]
    assert [each["BackupName"] for each in found] == [f"{source}$DeletedTableBackup"]
    kept = found[0]["BackupExpiryDateTime"] - found[0]["BackupCreationDateTime"]
    assert kept.days == 35
    assert client.list_backups(TableName=source)["BackupSummaries"] == []
    client.restore_table_from_backup(
        TargetTableName=target, BackupArn=found[0]["BackupArn"]
    )
    wait_for_table(client, target)
    assert items(client, target) == [{"pk": s("a")}]


def test_refuses(client: Any, name: str, hash_table: str, table: Callable[..., str]) -> None:
    restore = client.restore_table_from_backup
    arn = missing_backup(client, hash_table)
    refuses(restore, "BackupNotFoundException", f"Backup not found: {arn}",
            TargetTableName=name, BackupArn=arn)
    refuses(restore, VALIDATION, Part("'targetTableName' failed to satisfy constraint"),
            BackupArn=arn)
    refuses(restore, VALIDATION, Part("'backupArn' failed to satisfy constraint"),
            TargetTableName=name)
    source = table(**HASH)
    arn = back_up(client, source)
    refuses(restore, "TableAlreadyExistsException", f"Table already exists: {source}",
            TargetTableName=source, BackupArn=arn)
    client.delete_backup(BackupArn=arn)


def test_vector_indexes_come_back(
    client: Any, table: Callable[..., str], target: str  # noqa: F811
) -> None:
    def vector_index(index_name: str) -> dict[str, Any]:
        return {
            "IndexName": index_name, "VectorAttribute": {"AttributeName": "v"}, "Dimensions": 3,
            "DistanceFunction": "EUCLIDEAN", "Projection": {"ProjectionType": "ALL"},
            "SearchSchema": [{"AttributeName": "c", "SearchSchemaElementType": "INLINE_FILTER"}],
        }

    source = table(**on_demand(
        keys("pk"), attributes(pk="S", c="S"),
        VectorIndexes=[vector_index("one"), vector_index("two")],
        OnDemandThroughput={"MaxReadRequestUnits": 90, "MaxWriteRequestUnits": 80},
    ))
    for number in range(30):
        client.put_item(
            TableName=source,
            Item={"pk": s(str(number)), "c": s("x"), "v": {"L": [n(number), n(1), n(2)]}},
        )
    arn = back_up(client, source)
    features = client.describe_backup(BackupArn=arn)["BackupDescription"][
        "SourceTableFeatureDetails"
    ]
    assert features["VectorIndexes"] == [vector_index("one"), vector_index("two")]
    refuses(
        client.restore_table_from_backup, VALIDATION, Part(INVALID), TargetTableName=target,
        BackupArn=arn, VectorIndexOverride=[{**vector_index("two"), "Dimensions": 4}],
    )
    client.restore_table_from_backup(
        TargetTableName=target, BackupArn=arn, VectorIndexOverride=[vector_index("two")],
        OnDemandThroughputOverride={"MaxReadRequestUnits": 70},
    )
    restored = wait_for_table(client, target)
    assert [each["IndexName"] for each in restored["VectorIndexes"]] == ["two"]
    assert restored["OnDemandThroughput"]["MaxReadRequestUnits"] == 70
    request = {"IndexName": "two", "SearchVector": [n("11.2"), n(1), n(2)], "TopK": 3}
    answers = [
        client.search_vectors(TableName=each, **request) for each in (source, target)
    ]
    for answer in answers:
        answer.pop("ResponseMetadata")
    assert answers[0] == answers[1]
    client.delete_backup(BackupArn=arn)
