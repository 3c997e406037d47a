"""UpdateTable: billing, throughput, protection, class, streams, and indexes built online."""

from __future__ import annotations

import time
from typing import Any

import pytest
from support.check import NOT_FOUND, VALIDATION, Part, refuses
from support.tables import HASH, attributes, index, keys, n, on_demand, s

PROVISIONED = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}


def wait(client: Any, name: str) -> dict[str, Any]:
    """Waits until the table and all its indexes are active."""
    for _ in range(600):
        described: dict[str, Any] = client.describe_table(TableName=name)["Table"]
        states = [described["TableStatus"]]
        states += [each["IndexStatus"] for each in described.get("GlobalSecondaryIndexes", [])]
        if set(states) == {"ACTIVE"}:
            return described
        time.sleep(0.05)
    raise AssertionError(f"still {states}")


def create_index(name: str, schema: list[Any], *more: Any, **keywords: Any) -> list[Any]:
    return [{"Create": index(name, schema, *more, **keywords)}]


def test_billing_mode_both_ways(client: Any, table: Any) -> None:
    name = table(**HASH)
    answer = client.update_table(
        TableName=name, BillingMode="PROVISIONED", ProvisionedThroughput=PROVISIONED
    )
    assert answer["TableDescription"]["TableName"] == name
    described = wait(client, name)
    assert described["BillingModeSummary"]["BillingMode"] == "PROVISIONED"
    assert described["ProvisionedThroughput"]["ReadCapacityUnits"] == 5
    client.update_table(TableName=name, BillingMode="PAY_PER_REQUEST")
    described = wait(client, name)
    assert described["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert described["ProvisionedThroughput"]["WriteCapacityUnits"] == 0


def test_throughput_and_its_refusals(client: Any, table: Any) -> None:
    name = table(
        KeySchema=keys("pk"),
        AttributeDefinitions=attributes(pk="S"),
        ProvisionedThroughput=PROVISIONED,
    )
    refuses(
        client.update_table, VALIDATION, Part("will not change"),
        TableName=name, ProvisionedThroughput=PROVISIONED,
    )
    more = {"ReadCapacityUnits": 7, "WriteCapacityUnits": 8}
    client.update_table(TableName=name, ProvisionedThroughput=more)
    described = wait(client, name)["ProvisionedThroughput"]
    assert (described["ReadCapacityUnits"], described["WriteCapacityUnits"]) == (7, 8)


def test_deletion_protection(client: Any, table: Any) -> None:
    name = table(**HASH)
    client.update_table(TableName=name, DeletionProtectionEnabled=True)
    assert wait(client, name)["DeletionProtectionEnabled"] is True
    refuses(
        client.delete_table, VALIDATION,
        "Resource cannot be deleted as it is currently protected against deletion. "
        "Disable deletion protection first.",
        TableName=name,
    )
    client.update_table(TableName=name, DeletionProtectionEnabled=False)
    assert wait(client, name)["DeletionProtectionEnabled"] is False


def test_table_class(client: Any, table: Any) -> None:
    name = table(**HASH)
    client.update_table(TableName=name, TableClass="STANDARD_INFREQUENT_ACCESS")
    assert wait(client, name)["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"


def test_stream_specification_is_carried(client: Any, table: Any) -> None:
    name = table(**HASH)
    on = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    client.update_table(TableName=name, StreamSpecification=on)
    assert wait(client, name)["StreamSpecification"] == on
    refuses(client.update_table, VALIDATION, None, TableName=name, StreamSpecification=on)
    client.update_table(TableName=name, StreamSpecification={"StreamEnabled": False})
    assert "StreamSpecification" not in wait(client, name)


def test_a_new_index_holds_the_items_that_were_there(client: Any, table: Any) -> None:
    name = table(**HASH)
    for number in range(120):
        item = {"pk": s(f"k{number}"), "v": n(number), "more": s("x")}
        if number % 2 == 0:
            item["g"] = s("even")
        client.put_item(TableName=name, Item=item)
    client.put_item(TableName=name, Item={"pk": s("odd type"), "g": n(1), "v": n(-1)})
    answer = client.update_table(
        TableName=name,
        AttributeDefinitions=attributes(g="S", v="N"),
        GlobalSecondaryIndexUpdates=create_index("gsi", keys("g", "v"), "KEYS_ONLY"),
    )
    (made,) = answer["TableDescription"]["GlobalSecondaryIndexes"]
    assert made["IndexStatus"] in ("CREATING", "ACTIVE")
    described = wait(client, name)
    assert "Backfilling" not in described["GlobalSecondaryIndexes"][0]
    found = client.query(
        TableName=name, IndexName="gsi", KeyConditionExpression="g = :g",
        ExpressionAttributeValues={":g": s("even")},
    )
    assert [int(item["v"]["N"]) for item in found["Items"]] == list(range(0, 120, 2))
    assert set(found["Items"][0]) == {"pk", "g", "v"}
    assert client.scan(TableName=name, IndexName="gsi")["Count"] == 60
    definitions = {each["AttributeName"] for each in described["AttributeDefinitions"]}
    assert definitions == {"pk", "g", "v"}


def test_writes_during_and_after_the_build_are_indexed(client: Any, table: Any) -> None:
    name = table(**HASH)
    for number in range(50):
        client.put_item(TableName=name, Item={"pk": s(f"k{number}"), "g": s("a")})
    client.update_table(
        TableName=name,
        AttributeDefinitions=attributes(g="S"),
        GlobalSecondaryIndexUpdates=create_index("gsi", keys("g")),
    )
    for number in range(25):
        client.put_item(TableName=name, Item={"pk": s(f"k{number}"), "g": s("b")})
    wait(client, name)
    counts = [
        client.query(
            TableName=name, IndexName="gsi", KeyConditionExpression="g = :g",
            ExpressionAttributeValues={":g": s(value)},
        )["Count"]
        for value in ("a", "b")
    ]
    assert counts == [25, 25]


def test_an_index_is_deleted(client: Any, table: Any) -> None:
    name = table(**on_demand(
        keys("pk"), attributes(pk="S", g="S"), GlobalSecondaryIndexes=[index("gsi", keys("g"))]
    ))
    client.put_item(TableName=name, Item={"pk": s("a"), "g": s("b")})
    client.update_table(TableName=name, GlobalSecondaryIndexUpdates=[{"Delete": {
        "IndexName": "gsi"}}])
    for _ in range(600):
        described = client.describe_table(TableName=name)["Table"]
        if "GlobalSecondaryIndexes" not in described:
            break
        time.sleep(0.05)
    assert "GlobalSecondaryIndexes" not in described
    refuses(
        client.scan, VALIDATION, "The table does not have the specified index: gsi",
        TableName=name, IndexName="gsi",
    )
    # Another type under the old name of the index key is free again.
    client.put_item(TableName=name, Item={"pk": s("a"), "g": n(1)})
    client.update_table(
        TableName=name,
        AttributeDefinitions=attributes(g="N"),
        GlobalSecondaryIndexUpdates=create_index("gsi", keys("g")),
    )
    wait(client, name)
    assert client.scan(TableName=name, IndexName="gsi")["Count"] == 1


def test_one_index_at_a_time(client: Any, table: Any) -> None:
    name = table(**HASH)
    refuses(
        client.update_table, "LimitExceededException",
        "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously "
        "per table",
        TableName=name,
        AttributeDefinitions=attributes(g="S", h="S"),
        GlobalSecondaryIndexUpdates=[
            *create_index("gsi-g", keys("g")), *create_index("gsi-h", keys("h"))
        ],
    )
    assert "GlobalSecondaryIndexes" not in client.describe_table(TableName=name)["Table"]


REFUSALS: dict[str, tuple[str, str | None, dict[str, Any]]] = {
    "nothing to do": (VALIDATION, Part("At least one of "), {}),
    "deleting an index that is not there": (
        NOT_FOUND, Part("Requested resource not found"),
        {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "nope"}}]}),
    "updating an index that is not there": (
        NOT_FOUND, Part("Requested resource not found"),
        {"BillingMode": "PROVISIONED", "ProvisionedThroughput": PROVISIONED,
         "GlobalSecondaryIndexUpdates": [
             {"Update": {"IndexName": "nope", "ProvisionedThroughput": PROVISIONED}}]}),
    "an update of nothing": (
        VALIDATION, Part("GlobalSecondaryIndexUpdate.Delete"),
        {"GlobalSecondaryIndexUpdates": [{}]}),
    "an index on an undefined attribute": (
        VALIDATION, Part("AttributeDefinitions"),
        {"GlobalSecondaryIndexUpdates": create_index("gsi", keys("g"))}),
    "an index with INCLUDE but no attributes": (
        VALIDATION, Part("NonKeyAttributes is not specified"),
        {"AttributeDefinitions": attributes(g="S"),
         "GlobalSecondaryIndexUpdates": create_index("gsi", keys("g"), "INCLUDE")}),
    "an index name that is too short": (
        VALIDATION, Part("Member must have length greater than or equal to 3"),
        {"AttributeDefinitions": attributes(g="S"),
         "GlobalSecondaryIndexUpdates": create_index("g", keys("g"))}),
    "provisioned without throughput": (
        VALIDATION, Part("ProvisionedThroughput"), {"BillingMode": "PROVISIONED"}),
    "a billing mode that is none": (
        VALIDATION, Part("Member must satisfy enum value set: ["), {"BillingMode": "FREE"}),
    "throughput of zero": (
        VALIDATION,
        Part("Value '0' at 'provisionedThroughput.writeCapacityUnits' failed to satisfy "
             "constraint: Member must have value greater than or equal to 1"),
        {"ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 0}}),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refuses(client: Any, hash_table: str, case: str) -> None:
    code, text, request = REFUSALS[case]
    refuses(client.update_table, code, text, TableName=hash_table, **request)
    assert client.describe_table(TableName=hash_table)["Table"]["TableStatus"] == "ACTIVE"


def test_an_index_of_a_name_that_is_taken(client: Any, table: Any) -> None:
    name = table(**on_demand(
        keys("pk"), attributes(pk="S", g="S"), GlobalSecondaryIndexes=[index("gsi", keys("g"))]
    ))
    refuses(
        client.update_table, VALIDATION, Part("already exists"),
        TableName=name, AttributeDefinitions=attributes(g="S"),
        GlobalSecondaryIndexUpdates=create_index("gsi", keys("g")),
    )


def test_a_missing_table(client: Any, name: str) -> None:
    refuses(
        client.update_table, NOT_FOUND,
        f"Requested resource not found: Table: {name} not found",
        TableName=name, BillingMode="PAY_PER_REQUEST",
    )


def in_region(region: str) -> dict[str, str]:
    return {"RegionName": region}


AT_LEAST = (
    "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
    "GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, "
    "ReplicaTransitRoleArn, {}DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or "
    "TableClass is required"
)
ONE_REPLICA = [{"Create": in_region("eu-north-1")}]
WITNESS = [{"Create": in_region("eu-south-1")}]
NOT_FOUND_REGION = "' failed to satisfy constraint: Member must not be null"
CONTRADICTIONS: list[tuple[dict[str, Any], str]] = [
    ({"ReplicaUpdates": [{}]},
     "There are no actions specified in the Replica Update Action of the request."),
    ({"ReplicaUpdates": [{"Update": in_region("eu-north-1")}]},
     "There are no actions specified in the Replica Update Action of the request."),
    ({"ReplicaUpdates": [{"Create": {}}]}, "One or more parameter values were invalid"),
    ({"ReplicaUpdates": [{"Update": {}}]},
     "1 validation error detected: Value null at 'replicaUpdates.1.member.update.regionName"
     + NOT_FOUND_REGION),
    ({"ReplicaUpdates": [{"Create": in_region("a"), "Delete": in_region("b")}]},
     "Update table operation with more than one type of replica actions not allowed."),
    ({"ReplicaUpdates": [{"Create": in_region("a")}, {"Create": in_region("b")}]},
     "Update table operation with more than one create or delete replica actions not allowed"),
    ({"ReplicaUpdates": ONE_REPLICA, "MultiRegionConsistency": "STRONG"},
     "Unsupported replica count for global tables with MultiRegionConsistency set to STRONG."),
    ({"ReplicaUpdates": ONE_REPLICA, "GlobalTableWitnessUpdates": WITNESS},
     "MultiRegionConsistency must be set as STRONG when GlobalTableWitnessUpdates parameter is "
     "present."),
    ({"ReplicaUpdates": [{"Delete": in_region("eu-north-1")}], "MultiRegionConsistency": "STRONG"},
     "Only Replica Create actions are supported when MultiRegionConsistency parameter is "
     "provided."),
    ({"ReplicaUpdates": ONE_REPLICA, "MultiRegionConsistency": "STRONG",
      "GlobalTableWitnessUpdates": [{"Create": in_region("eu-north-1")}]},
     "Cannot target multiple regions with the same action"),
    ({"ReplicaUpdates": ONE_REPLICA, "TableClass": "STANDARD"},
     "One or more parameter values were invalid: Replica modification must be the only operation "
     "in the request"),
    ({"ReplicaUpdates": ONE_REPLICA, "MultiRegionConsistency": "EVENTUAL",
      "DeletionProtectionEnabled": True},
     "One or more parameter values were invalid: Requests that modify replicas or witnesses must "
     "not also modify other fields"),
    ({"GlobalTableWitnessUpdates": WITNESS}, AT_LEAST.format("MultiRegionConsistency, ")),
    ({"MultiRegionConsistency": "STRONG"}, AT_LEAST.format("")),
    ({"GlobalTableSettingsReplicationMode": "ENABLED_WITH_OVERRIDES"},
     "Value 'ENABLED_WITH_OVERRIDES' at 'GlobalTableSettingsReplicationMode' failed to satisfy "
     "constraint: Only ENABLED and DISABLED settings replication are supported for a Regional "
     "Table."),
]


@pytest.mark.parametrize(("request_", "text"), CONTRADICTIONS)
def test_replicas_that_contradict_themselves(
    client: Any, name: str, request_: dict[str, Any], text: str
) -> None:
    refuses(client.update_table, VALIDATION, text, TableName=name, **request_)


@pytest.mark.ours
@pytest.mark.parametrize(
    "update",
    [{"Create": in_region("eu-north-1")},
     {"Update": in_region("eu-north-1") | {"KMSMasterKeyId": "a"}},
     {"Delete": in_region("eu-north-1")},
     {"Disassociate": in_region("eu-north-1") | {"DisassociationMode": "WAIT_FOR_REPLICATION"}}],
    ids=["create", "update", "delete", "disassociate"],
)
def test_there_is_one_region(
    client: Any, hash_table: str, region: str, update: dict[str, Any]
) -> None:
    refuses(
        client.update_table, VALIDATION,
        "Region eu-north-1 is not supported. The latest version of global tables are only "
        f"supported in the following regions: [{region}]",
        TableName=hash_table, ReplicaUpdates=[update])
    described = client.describe_table(TableName=hash_table)["Table"]
    assert not {"Replicas", "GlobalTableVersion", "MultiRegionConsistency"} & described.keys()


def test_the_local_region(client: Any, hash_table: str, region: str) -> None:
    refuses(
        client.update_table, VALIDATION,
        "Cannot add or delete the local region through ReplicaUpdates. Use CreateTable, "
        "DeleteTable, or UpdateTable as required.",
        TableName=hash_table, ReplicaUpdates=[{"Create": in_region(region)}])


def test_replication_of_settings(client: Any, table: Any) -> None:
    name = table(**HASH)
    assert "GlobalTableSettingsReplicationMode" not in wait(client, name)
    for mode in ("ENABLED", "ENABLED", "DISABLED"):
        client.update_table(TableName=name, GlobalTableSettingsReplicationMode=mode)
        assert wait(client, name)["GlobalTableSettingsReplicationMode"] == mode


@pytest.mark.ours
def test_disassociation_protection(client: Any, table: Any) -> None:
    name = table(**HASH)
    client.update_table(TableName=name, DisassociationProtectionEnabled=False)
    assert wait(client, name)["DisassociationProtectionEnabled"] is False
    refuses(
        client.update_table, VALIDATION, Part("must be the only operation in the request"),
        TableName=name, DisassociationProtectionEnabled=True, TableClass="STANDARD")


def test_capacity_that_is_kept(client: Any, table: Any) -> None:
    name = table(**HASH)
    client.update_table(
        TableName=name, OnDemandThroughput={"MaxReadRequestUnits": 10, "MaxWriteRequestUnits": -1})
    wait(client, name)
    client.update_table(TableName=name, WarmThroughput={
        "ReadUnitsPerSecond": 12_500, "WriteUnitsPerSecond": 4_500})
    described = wait(client, name)
    assert described["OnDemandThroughput"]["MaxReadRequestUnits"] == 10
    assert described["WarmThroughput"]["ReadUnitsPerSecond"] == 12_500
    refuses(
        client.update_table, VALIDATION,
        "One or more parameter values were invalid: Requested ReadUnitsPerSecond for "
        "WarmThroughput for table is lower than current WarmThroughput, decreasing "
        "WarmThroughput is not supported",
        TableName=name, WarmThroughput={"ReadUnitsPerSecond": 12_000})


@pytest.mark.ours  # AWS wants a key that exists
def test_an_encryption_key_is_kept(client: Any, table: Any) -> None:
    name = table(**HASH)
    client.update_table(TableName=name, SSESpecification={
        "Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/mine"})
    described = wait(client, name)["SSEDescription"]
    assert described["KMSMasterKeyArn"].endswith(":alias/mine")
    client.update_table(TableName=name, SSESpecification={"Enabled": False})
    assert "SSEDescription" not in wait(client, name)
