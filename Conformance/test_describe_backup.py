"""DescribeBackup tells what a table was when it was backed up."""

from __future__ import annotations

from typing import Any, Callable

from support.backups import back_up, missing_backup
from support.check import VALIDATION, Part, refuses
from support.tables import INDEXED, index, keys, s


def test_the_table_as_it_was(client: Any, table: Callable[..., str]) -> None:
    request = {key: value for key, value in INDEXED.items() if key != "BillingMode"}
    units = {"ReadCapacityUnits": 2, "WriteCapacityUnits": 3}
    indexes = [
        {**each, "ProvisionedThroughput": units} for each in request["GlobalSecondaryIndexes"]
    ]
    source = table(**{
        **request, "GlobalSecondaryIndexes": indexes, "ProvisionedThroughput": units,
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    })
    client.update_time_to_live(
        TableName=source, TimeToLiveSpecification={"AttributeName": "ends", "Enabled": True}
    )
    client.put_item(TableName=source, Item={"pk": s("a"), "sk": s("b")})
    described = client.describe_table(TableName=source)["Table"]
    arn = back_up(client, source)
    client.delete_table(TableName=source)
    backup = client.describe_backup(BackupArn=arn)["BackupDescription"]
    assert backup["BackupDetails"]["BackupArn"] == arn
    assert backup["BackupDetails"]["BackupStatus"] == "AVAILABLE"
    details = backup["SourceTableDetails"]
    assert details["TableName"] == source
    assert details["TableId"] == described["TableId"]
    assert details["TableArn"] == described["TableArn"]
    assert details["KeySchema"] == described["KeySchema"]
    assert details["TableCreationDateTime"] == described["CreationDateTime"]
    assert details["ProvisionedThroughput"] == units
    assert details["BillingMode"] == "PROVISIONED"
    assert isinstance(details["ItemCount"], int)
    assert isinstance(details["TableSizeBytes"], int)
    features = backup["SourceTableFeatureDetails"]
    assert features["StreamDescription"] == {
        "StreamEnabled": True, "StreamViewType": "NEW_IMAGE",
    }
    assert features["TimeToLiveDescription"]["AttributeName"] == "ends"
    assert {each["IndexName"] for each in features["LocalSecondaryIndexes"]} == {
        "lsi_all", "lsi_keys",
    }
    some = next(e for e in features["GlobalSecondaryIndexes"] if e["IndexName"] == "gsi_some")
    assert some == {
        **index("gsi_some", keys("g3"), "INCLUDE", non_key=["a"]), "ProvisionedThroughput": units,
    }
    assert "VectorIndexes" not in features
    client.delete_backup(BackupArn=arn)


def test_refuses(client: Any, hash_table: str) -> None:
    describe = client.describe_backup
    arn = missing_backup(client, hash_table)
    refuses(describe, "BackupNotFoundException", f"Backup not found: {arn}", BackupArn=arn)
    refuses(describe, VALIDATION, Part("Member must not be null"))
    refuses(describe, VALIDATION, Part("Member must have length greater than or equal to 37"),
            BackupArn="arn:short")
    refuses(describe, "AccessDeniedException", None,
            BackupArn=":".join(arn.split(":")[:4]) + ":123456789012:" + arn.split(":", 5)[5])
