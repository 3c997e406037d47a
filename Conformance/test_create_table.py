"""CreateTable: what it creates, and every cross-check between keys, indexes and definitions."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
from support.check import ENVELOPE, IN_USE, INVALID, VALIDATION, Part, refuses
from support.tables import HASH, RANGE, attributes, index, keys, on_demand

PROVISIONED = {"ReadCapacityUnits": 3, "WriteCapacityUnits": 2}


def test_answers_the_whole_description(client: Any, name: str, region: str) -> None:
    made = client.create_table(TableName=name, **HASH)["TableDescription"]
    try:
        assert made["TableName"] == name
        assert made["TableStatus"] in ("CREATING", "ACTIVE")
        assert made["KeySchema"] == HASH["KeySchema"]
        assert made["AttributeDefinitions"] == HASH["AttributeDefinitions"]
        assert made["ItemCount"] == 0 and made["TableSizeBytes"] == 0
        assert made["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
        assert made["DeletionProtectionEnabled"] is False
        assert re.fullmatch(rf"arn:aws:dynamodb:{region}:\d{{12}}:table/{name}", made["TableArn"])
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made["TableId"])
        throughput = made["ProvisionedThroughput"]
        assert throughput["ReadCapacityUnits"] == throughput["WriteCapacityUnits"] == 0
        assert throughput["NumberOfDecreasesToday"] == 0
        assert made["CreationDateTime"].year >= 2024
    finally:
        client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
        client.delete_table(TableName=name)


def test_provisioned_throughput_is_kept(client: Any, table: Any) -> None:
    name = table(
        KeySchema=keys("pk"),
        AttributeDefinitions=attributes(pk="S"),
        ProvisionedThroughput=PROVISIONED,
    )
    described = client.describe_table(TableName=name)["Table"]
    throughput = described["ProvisionedThroughput"]
    assert throughput["ReadCapacityUnits"] == 3 and throughput["WriteCapacityUnits"] == 2
    assert described.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED") == (
        "PROVISIONED"
    )


def test_indexes_are_described_with_status_and_arn(client: Any, table: Any) -> None:
    name = table(
        **on_demand(
            keys("pk", "sk"),
            attributes(pk="S", sk="N", g="B", l="S"),
            LocalSecondaryIndexes=[index("lsi", keys("pk", "l"), "INCLUDE", non_key=["x", "y"])],
            GlobalSecondaryIndexes=[index("gsi", keys("g", "sk"), "KEYS_ONLY")],
        )
    )
    described = client.describe_table(TableName=name)["Table"]
    (local,), (global_,) = described["LocalSecondaryIndexes"], described["GlobalSecondaryIndexes"]
    assert local["IndexName"] == "lsi" and local["KeySchema"] == keys("pk", "l")
    assert local["Projection"]["ProjectionType"] == "INCLUDE"
    assert sorted(local["Projection"]["NonKeyAttributes"]) == ["x", "y"]
    assert local["IndexArn"] == described["TableArn"] + "/index/lsi"
    assert "IndexStatus" not in local
    assert global_["IndexStatus"] == "ACTIVE" and global_["KeySchema"] == keys("g", "sk")
    assert global_["Projection"] == {"ProjectionType": "KEYS_ONLY"}
    assert global_["IndexArn"] == described["TableArn"] + "/index/gsi"
    assert global_["ItemCount"] == 0 and global_["IndexSizeBytes"] == 0


def test_specifications_are_carried(client: Any, table: Any) -> None:
    name = table(
        **HASH,
        DeletionProtectionEnabled=False,
        TableClass="STANDARD_INFREQUENT_ACCESS",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        Tags=[{"Key": "team", "Value": "blue"}],
    )
    described = client.describe_table(TableName=name)["Table"]
    assert described["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
    assert described["StreamSpecification"] == {
        "StreamEnabled": True,
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }
    assert described["LatestStreamArn"].startswith(described["TableArn"] + "/stream/")
    assert described["LatestStreamLabel"] == described["LatestStreamArn"].rsplit("/", 1)[1]
    tags = client.list_tags_of_resource(ResourceArn=described["TableArn"])["Tags"]
    assert tags == [{"Key": "team", "Value": "blue"}]


def test_a_second_table_of_the_name_is_in_use(client: Any, hash_table: str) -> None:
    text = f"Table already exists: {hash_table}"
    refuses(client.create_table, IN_USE, text, TableName=hash_table, **HASH)


@pytest.mark.parametrize("suffix", ["aZ09_.-", "x" * 200])
def test_names_may_hold_every_allowed_character(client: Any, name: str, suffix: str) -> None:
    long_name = name + suffix
    client.create_table(TableName=long_name, **HASH)
    client.get_waiter("table_exists").wait(TableName=long_name, WaiterConfig={"Delay": 1})
    assert client.describe_table(TableName=long_name)["Table"]["TableName"] == long_name
    client.delete_table(TableName=long_name)


def changed(**changes: Any) -> dict[str, Any]:
    """The simplest good request, with these members replaced (None: left out)."""
    request = {**copy.deepcopy(HASH), **changes}
    return {member: value for member, value in request.items() if value is not None}


def with_local(*indexes: Any, **changes: Any) -> dict[str, Any]:
    return {**on_demand(keys("a", "b"), attributes(a="S", b="S", c="S")),
            "LocalSecondaryIndexes": list(indexes), **changes}


def with_global(*indexes: Any, **changes: Any) -> dict[str, Any]:
    return {**on_demand(keys("a", "b"), attributes(a="S", b="S", c="S")),
            "GlobalSecondaryIndexes": list(indexes), **changes}


UNDEFINED = INVALID + "Some index key attributes are not defined in AttributeDefinitions. "
SAME_NAME = "Both the Hash Key and the Range Key element in the KeySchema have the same name"
NOT_HASH = "Invalid KeySchema: The first KeySchemaElement is not a HASH key type"
NOT_RANGE = "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"
HASH_A, RANGE_B = keys("a")[0], keys("a", "b")[1]
GSI_C = index("idx-c", keys("c"))
LSI_C = index("idx-c", keys("a", "c"))
TOO_LONG = Part("Member must have length less than or equal to")

REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "a key without definition": (
        changed(KeySchema=keys("other")), Part("not defined in AttributeDefinitions")),
    "a definition without key": (
        changed(AttributeDefinitions=attributes(pk="S", extra="S")),
        INVALID + "Number of attributes in KeySchema does not exactly match number of attributes "
        "defined in AttributeDefinitions"),
    "one attribute for both keys": (
        changed(KeySchema=[HASH_A, {"AttributeName": "a", "KeyType": "RANGE"}],
                AttributeDefinitions=attributes(a="S", b="S")), SAME_NAME),
    "range first": (
        changed(KeySchema=[RANGE_B], AttributeDefinitions=attributes(b="S")), NOT_HASH),
    "two hash keys": (
        changed(KeySchema=[HASH_A, {"AttributeName": "b", "KeyType": "HASH"}],
                AttributeDefinitions=attributes(a="S", b="S")), NOT_RANGE),
    "no key elements": (
        changed(KeySchema=[]), Part("Member must have length greater than or equal to 1")),
    "three key elements": (
        changed(KeySchema=[*keys("a", "b"), {"AttributeName": "c", "KeyType": "RANGE"}],
                AttributeDefinitions=attributes(a="S", b="S", c="S")),
        Part("Member must have length less than or equal to 2")),
    "a key type that is none": (
        changed(KeySchema=[{"AttributeName": "pk", "KeyType": "SORT"}]),
        Part("Member must satisfy enum value set: [HASH, RANGE]")),
    "an attribute type that is none": (
        changed(AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "SS"}]),
        Part("Member must satisfy enum value set: [")),
    "a billing mode that is none": (
        changed(BillingMode="FREE"), Part("Member must satisfy enum value set: [")),
    "throughput of zero": (
        changed(BillingMode="PROVISIONED", ProvisionedThroughput={
            "ReadCapacityUnits": 0, "WriteCapacityUnits": 1}),
        ENVELOPE + "Value '0' at 'provisionedThroughput.readCapacityUnits' failed to satisfy "
        "constraint: Member must have value greater than or equal to 1"),
    "a key name that is too long": (
        changed(KeySchema=keys("k" * 256), AttributeDefinitions=attributes(**{"k" * 256: "S"})),
        TOO_LONG),
    "on demand with throughput": (
        changed(ProvisionedThroughput=PROVISIONED),
        INVALID + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when "
        "BillingMode is PAY_PER_REQUEST"),
    "provisioned without throughput": (
        changed(BillingMode="PROVISIONED"), Part("ReadCapacityUnits and WriteCapacityUnits must")),
    "neither billing mode nor throughput": (
        changed(BillingMode=None), Part("ReadCapacityUnits and WriteCapacityUnits must")),
    "an empty list of local indexes": (
        with_local(AttributeDefinitions=attributes(a="S", b="S")),
        INVALID + "List of LocalSecondaryIndexes is empty"),
    "a local index on a table without range key": (
        changed(LocalSecondaryIndexes=[index("idx-c", keys("pk", "c"))],
                AttributeDefinitions=attributes(pk="S", c="S")),
        INVALID + "Table KeySchema does not have a range key, which is required when specifying "
        "a LocalSecondaryIndex"),
    "a local index of another hash key": (
        with_local(index("idx-c", keys("c", "b"))),
        INVALID + "Index KeySchema does not have the same leading hash key as table KeySchema for "
        "index: idx-c. index hash key: c, table hash key: a"),
    "a local index without range key": (
        with_local(index("idx-c", keys("a")), AttributeDefinitions=attributes(a="S", b="S")),
        INVALID + "Index KeySchema does not have a range key for index: idx-c"),
    "a local index on an undefined attribute": (
        with_local(index("idx-c", keys("a", "nope"))), Part(UNDEFINED)),
    "two local indexes of one name": (
        with_local(LSI_C, LSI_C), INVALID + "Duplicate index name: idx-c"),
    "six local indexes": (
        with_local(*(index(f"idx-{n}", keys("a", "c")) for n in range(6))),
        Part("LocalSecondaryIndex")),
    "an empty list of global indexes": (
        with_global(AttributeDefinitions=attributes(a="S", b="S")),
        INVALID + "List of GlobalSecondaryIndexes is empty"),
    "a global index on an undefined attribute": (
        with_global(index("idx-c", keys("nope"))), Part(UNDEFINED)),
    "two global indexes of one name": (
        with_global(GSI_C, GSI_C), INVALID + "Duplicate index name: idx-c"),
    "one name for a local and a global index": (
        with_local(LSI_C, GlobalSecondaryIndexes=[GSI_C]),
        INVALID + "Duplicate index name: idx-c"),
    "twenty-one global indexes": (
        with_global(*(index(f"idx-{n}", keys("c")) for n in range(21))),
        INVALID + "GlobalSecondaryIndex count exceeds the per-table limit of 20"),
    "a global index name that is too short": (
        with_global(index("ab", keys("c"))),
        Part("Member must have length greater than or equal to 3")),
    "a global index name of illegal characters": (
        with_global(index("a b c", keys("c"))),
        Part("Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+")),
    "a definition that no index uses": (
        with_global(index("idx-c", keys("b"))), Part(INVALID)),
    "throughput for an index on demand": (
        with_global({**GSI_C, "ProvisionedThroughput": PROVISIONED}),
        INVALID + "ProvisionedThroughput should not be specified for index: idx-c when "
        "BillingMode is PAY_PER_REQUEST"),
    "INCLUDE without attributes": (
        with_global(index("idx-c", keys("c"), "INCLUDE")),
        INVALID + "ProjectionType is INCLUDE, but NonKeyAttributes is not specified"),
    "KEYS_ONLY with attributes": (
        with_global(index("idx-c", keys("c"), "KEYS_ONLY", non_key=["x"])),
        INVALID + "ProjectionType is KEYS_ONLY, but NonKeyAttributes is specified"),
    "ALL with attributes": (
        with_local(index("idx-c", keys("a", "c"), "ALL", non_key=["x"])),
        INVALID + "ProjectionType is ALL, but NonKeyAttributes is specified"),
    "no projection type": (
        with_global({**GSI_C, "Projection": {}}),
        INVALID + "Unknown ProjectionType: null"),
    "an attribute projected twice": (
        with_global(index("idx-c", keys("c"), "INCLUDE", non_key=["x", "x"])), Part("")),
    "a view type on a stream that is off": (
        changed(StreamSpecification={"StreamEnabled": False, "StreamViewType": "NEW_IMAGE"}),
        Part("stream")),
    "a stream without view type": (
        changed(StreamSpecification={"StreamEnabled": True}), Part("stream")),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refuses(client: Any, name: str, case: str) -> None:
    request, text = REFUSALS[case]
    refuses(client.create_table, VALIDATION, text, TableName=name, **request)
    assert name not in client.list_tables(ExclusiveStartTableName=name[:-1], Limit=5)["TableNames"]


@pytest.mark.parametrize("bad", ["ab", "x" * 256, "has space", "slash/no", "ünïcode"])
def test_refuses_table_names(client: Any, bad: str) -> None:
    refuses(client.create_table, VALIDATION, None, TableName=bad, **HASH)


@pytest.mark.parametrize("bad", [None, ""])
def test_refuses_a_missing_table_name(client: Any, bad: str | None) -> None:
    request = {} if bad is None else {"TableName": bad}
    refuses(client.create_table, VALIDATION, None, **request, **HASH)


def test_several_broken_constraints_come_together(client: Any, name: str) -> None:
    answer = refuses(
        client.create_table,
        VALIDATION,
        Part("validation errors detected: "),
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "SORT"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "X"}],
        BillingMode="FREE",
    )
    message = answer["Error"]["Message"]
    assert message.startswith("3 validation errors detected: "), message
    for part in ("'SORT' at 'keySchema.1.member.keyType'", "'FREE' at 'billingMode'",
                 "'X' at 'attributeDefinitions.1.member.attributeType'"):
        assert part in message
    assert message.count("; ") == 2


def test_at_most_ten_constraints_are_named(client: Any, name: str) -> None:
    definitions = [{"AttributeName": f"a{n}", "AttributeType": "X"} for n in range(12)]
    answer = refuses(
        client.create_table,
        VALIDATION,
        Part("10 validation errors detected: "),
        TableName=name,
        **{**RANGE, "AttributeDefinitions": definitions},
    )
    assert answer["Error"]["Message"].count("failed to satisfy constraint") == 10


def test_twenty_global_and_five_local_indexes_are_allowed(client: Any, table: Any) -> None:
    name = table(
        **on_demand(
            keys("a", "b"),
            attributes(a="S", b="S", c="S"),
            LocalSecondaryIndexes=[index(f"lsi-{n}", keys("a", "c")) for n in range(5)],
            GlobalSecondaryIndexes=[index(f"gsi-{n}", keys("c", "a")) for n in range(20)],
        )
    )
    described = client.describe_table(TableName=name)["Table"]
    assert len(described["LocalSecondaryIndexes"]) == 5
    assert len(described["GlobalSecondaryIndexes"]) == 20


@pytest.mark.ours
def test_a_replica_of_another_account(client: Any, name: str, region: str) -> None:
    """Nothing but a name is needed, and there is no other region."""
    source = f"arn:aws:dynamodb:eu-north-1:123456789012:table/{name}"
    refuses(
        client.create_table, VALIDATION,
        "Region eu-north-1 is not supported. The latest version of global tables are only "
        f"supported in the following regions: [{region}]",
        TableName=name, GlobalTableSourceArn=source, GlobalTableSettingsReplicationMode="ENABLED")


@pytest.mark.ours
def test_replication_of_settings(client: Any, table: Any) -> None:
    name = table(**HASH, GlobalTableSettingsReplicationMode="ENABLED")
    described = client.describe_table(TableName=name)["Table"]
    assert described["GlobalTableSettingsReplicationMode"] == "ENABLED"


def test_a_policy_that_is_none(client: Any, name: str) -> None:
    refuses(
        client.create_table, VALIDATION,
        INVALID + "Invalid policy document: Syntax error at position (1,3)",
        TableName=name, **HASH, ResourcePolicy="{}")


def test_capacity_that_is_kept(client: Any, table: Any) -> None:
    name = table(
        **HASH,
        OnDemandThroughput={"MaxReadRequestUnits": 100, "MaxWriteRequestUnits": 200},
        WarmThroughput={"ReadUnitsPerSecond": 13_000, "WriteUnitsPerSecond": 5_000})
    described = client.describe_table(TableName=name)["Table"]
    assert described["OnDemandThroughput"] == {
        "MaxReadRequestUnits": 100, "MaxWriteRequestUnits": 200}
    assert described["WarmThroughput"] == {
        "ReadUnitsPerSecond": 13_000, "WriteUnitsPerSecond": 5_000, "Status": "ACTIVE"}


def test_every_table_is_as_warm_as_its_billing_makes_it(client: Any, table: Any) -> None:
    requested = on_demand(
        keys("pk"), attributes(pk="S", g="S"), GlobalSecondaryIndexes=[index("byG", keys("g"))])
    described = client.describe_table(TableName=table(**requested))["Table"]
    warm = {"ReadUnitsPerSecond": 12_000, "WriteUnitsPerSecond": 4_000, "Status": "ACTIVE"}
    assert described["WarmThroughput"] == warm
    assert described["GlobalSecondaryIndexes"][0]["WarmThroughput"] == warm
    provisioned = table(
        **(HASH | {"BillingMode": "PROVISIONED", "ProvisionedThroughput": PROVISIONED}))
    described = client.describe_table(TableName=provisioned)["Table"]
    assert described["WarmThroughput"] == {
        "ReadUnitsPerSecond": 3, "WriteUnitsPerSecond": 2, "Status": "ACTIVE"}


@pytest.mark.ours  # AWS wants a key that exists
def test_an_encryption_key_is_kept(client: Any, table: Any) -> None:
    key = "arn:aws:kms:eu-west-2:000000000000:key/00000000-0000-0000-0000-000000000000"
    name = table(
        **HASH, SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key})
    assert client.describe_table(TableName=name)["Table"]["SSEDescription"] == {
        "Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key}
