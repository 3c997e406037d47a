"""DeleteTable."""

from __future__ import annotations

from typing import Any

from support.check import MISSING_TABLE, NOT_FOUND, VALIDATION, refuses
from support.tables import HASH, INDEXED, s


def test_answers_the_description_and_is_gone(client: Any, name: str) -> None:
    client.create_table(TableName=name, **HASH)
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    described = client.delete_table(TableName=name)["TableDescription"]
    assert described["TableName"] == name and described["TableStatus"] == "DELETING"
    client.get_waiter("table_not_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    assert name not in client.list_tables()["TableNames"]
    refuses(client.get_item, NOT_FOUND, MISSING_TABLE, TableName=name, Key={"pk": s("a")})
    refuses(client.put_item, NOT_FOUND, MISSING_TABLE, TableName=name, Item={"pk": s("a")})
    refuses(client.scan, NOT_FOUND, MISSING_TABLE, TableName=name)


def test_deletes_a_table_with_indexes_items_and_tags(client: Any, name: str) -> None:
    made = client.create_table(TableName=name, **INDEXED, Tags=[{"Key": "a", "Value": "b"}])
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    for number in range(30):
        client.put_item(
            TableName=name, Item={"pk": s("p"), "sk": s(str(number)), "g1": s("g"), "l1": s("l")}
        )
    client.delete_table(TableName=made["TableDescription"]["TableArn"])
    client.get_waiter("table_not_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    refuses(
        client.describe_table, NOT_FOUND,
        f"Requested resource not found: Table: {name} not found", TableName=name,
    )


def test_a_missing_table(client: Any, name: str) -> None:
    text = f"Requested resource not found: Table: {name} not found"
    refuses(client.delete_table, NOT_FOUND, text, TableName=name)


def test_refuses_bad_names(client: Any) -> None:
    for bad in ("", "ab", "a b c"):
        refuses(client.delete_table, VALIDATION, None, TableName=bad)
