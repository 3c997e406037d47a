"""DescribeTable."""

from __future__ import annotations

from typing import Any

from support.check import NOT_FOUND, VALIDATION, refuses
from support.tables import INDEXED, RANGE, s


def test_describes_what_was_created(client: Any, range_table: str) -> None:
    described = client.describe_table(TableName=range_table)["Table"]
    assert described["TableName"] == range_table
    assert described["TableStatus"] == "ACTIVE"
    assert described["KeySchema"] == RANGE["KeySchema"]
    by_name = sorted(described["AttributeDefinitions"], key=lambda each: each["AttributeName"])
    assert by_name == RANGE["AttributeDefinitions"]
    assert "LocalSecondaryIndexes" not in described
    assert "GlobalSecondaryIndexes" not in described
    assert "StreamSpecification" not in described
    assert "SSEDescription" not in described


def test_describes_every_index(client: Any, indexed_table: str) -> None:
    described = client.describe_table(TableName=indexed_table)["Table"]
    for kind in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
        got = {each["IndexName"]: each for each in described[kind]}
        assert set(got) == {each["IndexName"] for each in INDEXED[kind]}
        for wanted in INDEXED[kind]:
            index = got[wanted["IndexName"]]
            assert index["KeySchema"] == wanted["KeySchema"]
            assert index["Projection"] == wanted["Projection"]


def test_takes_the_arn_as_name(client: Any, hash_table: str) -> None:
    first = client.describe_table(TableName=hash_table)["Table"]
    assert client.describe_table(TableName=first["TableArn"])["Table"] == first


def test_is_stable(client: Any, hash_table: str) -> None:
    first = client.describe_table(TableName=hash_table)["Table"]
    second = client.describe_table(TableName=hash_table)["Table"]
    for member in ("TableId", "TableArn", "CreationDateTime"):
        assert first[member] == second[member]


def test_the_id_is_new_when_a_table_is_made_again(client: Any, name: str) -> None:
    ids = set()
    for _ in range(2):
        client.create_table(TableName=name, **RANGE)
        client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
        client.put_item(TableName=name, Item={"pk": s("a"), "sk": s("b")})
        ids.add(client.describe_table(TableName=name)["Table"]["TableId"])
        client.delete_table(TableName=name)
        client.get_waiter("table_not_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    assert len(ids) == 2


def test_a_table_made_again_is_empty(client: Any, name: str) -> None:
    for _ in range(2):
        client.create_table(TableName=name, **INDEXED)
        client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
        assert client.scan(TableName=name)["Count"] == 0
        assert client.scan(TableName=name, IndexName="gsi_all")["Count"] == 0
        client.put_item(TableName=name, Item={"pk": s("a"), "sk": s("b"), "g1": s("c")})
        client.delete_table(TableName=name)
        client.get_waiter("table_not_exists").wait(TableName=name, WaiterConfig={"Delay": 1})


def test_a_missing_table(client: Any, name: str) -> None:
    text = f"Requested resource not found: Table: {name} not found"
    refuses(client.describe_table, NOT_FOUND, text, TableName=name)


def test_refuses_bad_names(client: Any) -> None:
    for bad in ("", "ab", "a b c", "x" * 1100):
        refuses(client.describe_table, VALIDATION, None, TableName=bad)
    refuses(client.describe_table, VALIDATION, None)
