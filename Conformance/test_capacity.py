"""ConsumedCapacity: AWS's arithmetic, from its documentation. 4 KB a read unit, 1 KB a write."""

from __future__ import annotations

from typing import Any

import pytest
from support.sizes import padded
from support.tables import HASH, n, s

READS = [(1, 1.0), (4096, 1.0), (4097, 2.0), (8192, 2.0), (8193, 3.0)]
WRITES = [(1, 1.0), (1024, 1.0), (1025, 2.0), (10_240, 10.0), (10_241, 11.0)]
TOTAL = {"ReturnConsumedCapacity": "TOTAL"}
INDEXES = {"ReturnConsumedCapacity": "INDEXES"}


def units(answer: dict[str, Any]) -> float:
    return float(answer["ConsumedCapacity"]["CapacityUnits"])


def sized(key: str, size: int) -> dict[str, Any]:
    item: dict[str, Any] = {"pk": s(key)}
    return padded(item, size) if size > 100 else item


def test_none_by_default(client: Any, hash_table: str, key: str) -> None:
    assert "ConsumedCapacity" not in client.put_item(TableName=hash_table, Item={"pk": s(key)})
    answer = client.get_item(
        TableName=hash_table, Key={"pk": s(key)}, ReturnConsumedCapacity="NONE"
    )
    assert "ConsumedCapacity" not in answer


def test_the_shape_of_total_and_indexes(client: Any, hash_table: str, key: str) -> None:
    request = {"TableName": hash_table, "Key": {"pk": s(key)}, "ConsistentRead": True}
    assert client.get_item(**request, **TOTAL)["ConsumedCapacity"] == {
        "TableName": hash_table, "CapacityUnits": 1.0,
    }
    assert client.get_item(**request, **INDEXES)["ConsumedCapacity"] == {
        "TableName": hash_table, "CapacityUnits": 1.0, "Table": {"CapacityUnits": 1.0},
    }


@pytest.mark.parametrize("size, whole", READS)
def test_reads(client: Any, hash_table: str, key: str, size: int, whole: float) -> None:
    client.put_item(TableName=hash_table, Item=sized(key, size))
    request = {"TableName": hash_table, "Key": {"pk": s(key)}, **TOTAL}
    assert units(client.get_item(ConsistentRead=True, **request)) == whole
    assert units(client.get_item(**request)) == whole / 2
    # Size is counted before the projection.
    assert units(client.get_item(ProjectionExpression="nope", **request)) == whole / 2


def test_a_miss_costs_one_unit(client: Any, hash_table: str, key: str) -> None:
    request = {"TableName": hash_table, "Key": {"pk": s(key)}, **TOTAL}
    assert units(client.get_item(ConsistentRead=True, **request)) == 1.0
    assert units(client.get_item(**request)) == 0.5


@pytest.mark.parametrize("size, whole", WRITES)
def test_writes(client: Any, hash_table: str, key: str, size: int, whole: float) -> None:
    request = {"TableName": hash_table, **TOTAL}
    assert units(client.put_item(Item=sized(key, size), **request)) == whole
    assert units(client.put_item(Item={"pk": s(key)}, **request)) == whole  # max(old, new)
    assert units(client.put_item(Item={"pk": s(key)}, **request)) == 1.0
    client.put_item(Item=sized(key, size), **request)
    assert units(client.delete_item(Key={"pk": s(key)}, **request)) == whole
    assert units(client.delete_item(Key={"pk": s(key)}, **request)) == 1.0


def test_an_update_costs_the_whole_item(client: Any, hash_table: str, key: str) -> None:
    client.put_item(TableName=hash_table, Item=sized(key, 3000))
    request = {
        "TableName": hash_table, "Key": {"pk": s(key)}, "UpdateExpression": "SET a = :a", **TOTAL
    }
    assert units(client.update_item(ExpressionAttributeValues={":a": n(1)}, **request)) == 3.0
    big = {":a": s("x" * 2000)}
    assert units(client.update_item(ExpressionAttributeValues=big, **request)) == 5.0
    assert units(client.update_item(ExpressionAttributeValues={":a": n(1)}, **request)) == 5.0


def test_a_query_rounds_the_sum_of_its_page(client: Any, range_table: str, key: str) -> None:
    for number in range(10):
        item = {"pk": s(key), "sk": s(str(number))}
        client.put_item(TableName=range_table, Item=padded(item, 1000))
    request = {
        "TableName": range_table, "KeyConditionExpression": "pk = :p",
        "ExpressionAttributeValues": {":p": s(key)}, **TOTAL,
    }
    assert units(client.query(ConsistentRead=True, **request)) == 3.0
    assert units(client.query(**request)) == 1.5
    assert units(client.query(Select="COUNT", **request)) == 1.5
    assert units(client.query(Limit=4, **request)) == 0.5
    assert units(client.query(Limit=5, **request)) == 1.0
    filtered = {**request, "ExpressionAttributeValues": {":p": s(key), ":n": n(1)}}
    assert units(client.query(FilterExpression="a = :n", **filtered)) == 1.5


def test_a_scan_rounds_the_sum_of_its_page(client: Any, table: Any) -> None:
    name = table(**HASH)
    for number in range(9):
        client.put_item(TableName=name, Item=padded({"pk": s(f"k{number}")}, 1000))
    assert units(client.scan(TableName=name, ConsistentRead=True, **TOTAL)) == 3.0
    assert units(client.scan(TableName=name, **TOTAL)) == 1.5


def test_a_batch_get_rounds_each_item(client: Any, hash_table: str, key: str) -> None:
    keys = [{"pk": s(f"{key}-{number}")} for number in range(4)]
    for each in keys[:3]:
        client.put_item(TableName=hash_table, Item=padded(each, 4097))
    for consistent, wanted in ((True, 7.0), (False, 3.5)):
        answer = client.batch_get_item(
            RequestItems={hash_table: {"Keys": keys, "ConsistentRead": consistent}}, **TOTAL
        )
        (capacity,) = answer["ConsumedCapacity"]
        assert capacity == {"TableName": hash_table, "CapacityUnits": wanted}


def test_a_batch_write_rounds_each_item(
    client: Any, hash_table: str, range_table: str, key: str
) -> None:
    puts = [
        {"PutRequest": {"Item": padded({"pk": s(f"{key}-{number}")}, 1025)}} for number in range(3)
    ]
    other = {"PutRequest": {"Item": {"pk": s(key), "sk": s("a")}}}
    answer = client.batch_write_item(
        RequestItems={hash_table: puts, range_table: [other]}, **TOTAL
    )
    got = {each["TableName"]: each["CapacityUnits"] for each in answer["ConsumedCapacity"]}
    assert got == {hash_table: 6.0, range_table: 1.0}


def test_transactions_cost_twice(client: Any, hash_table: str, key: str) -> None:
    item = padded({"pk": s(key)}, 1025)
    answer = client.transact_write_items(
        TransactItems=[{"Put": {"TableName": hash_table, "Item": item}}], **TOTAL
    )
    (capacity,) = answer["ConsumedCapacity"]
    assert capacity["TableName"] == hash_table and capacity["CapacityUnits"] == 4.0
    assert capacity["WriteCapacityUnits"] == 4.0
    answer = client.transact_get_items(
        TransactItems=[{"Get": {"TableName": hash_table, "Key": {"pk": s(key)}}}], **TOTAL
    )
    (capacity,) = answer["ConsumedCapacity"]
    assert capacity["CapacityUnits"] == 2.0 and capacity["ReadCapacityUnits"] == 2.0


class TestIndexWrites:
    """A key change costs 2, a projected change 1, an unchanged view nothing at all."""

    def capacity(self, client: Any, table: str, key: str, update: str, **values: Any) -> Any:
        request: dict[str, Any] = {
            "TableName": table, "Key": {"pk": s(key), "sk": s("a")}, "UpdateExpression": update,
            **INDEXES,
        }
        if values:
            request["ExpressionAttributeValues"] = {f":{k}": v for k, v in values.items()}
        return client.update_item(**request)["ConsumedCapacity"]

    def test_a_put_pays_for_every_index_it_enters(
        self, client: Any, indexed_table: str, key: str
    ) -> None:
        answer = client.put_item(
            TableName=indexed_table, **INDEXES,
            Item={"pk": s(key), "sk": s("a"), "l1": s("x"), "g1": s("y")},
        )["ConsumedCapacity"]
        assert answer == {
            "TableName": indexed_table, "CapacityUnits": 3.0,
            "Table": {"CapacityUnits": 1.0},
            "LocalSecondaryIndexes": {"lsi_all": {"CapacityUnits": 1.0}},
            "GlobalSecondaryIndexes": {"gsi_all": {"CapacityUnits": 1.0}},
        }
        answer = client.put_item(
            TableName=indexed_table, **TOTAL,
            Item={"pk": s(key), "sk": s("b"), "l1": s("x"), "g1": s("y"), "g2": n(1)},
        )["ConsumedCapacity"]
        assert answer == {"TableName": indexed_table, "CapacityUnits": 4.0}

    def test_changes(self, client: Any, indexed_table: str, key: str) -> None:
        client.put_item(
            TableName=indexed_table, Item={
                "pk": s(key), "sk": s("a"), "g3": s("x"), "a": n(1), "b": n(1)},
        )
        answer = self.capacity(client, indexed_table, key, "SET g3 = :v", v=s("y"))
        assert answer["GlobalSecondaryIndexes"] == {"gsi_some": {"CapacityUnits": 2.0}}
        assert answer["CapacityUnits"] == 3.0
        answer = self.capacity(client, indexed_table, key, "SET a = :v", v=n(2))
        assert answer["GlobalSecondaryIndexes"] == {"gsi_some": {"CapacityUnits": 1.0}}
        answer = self.capacity(client, indexed_table, key, "SET b = :v", v=n(2))
        assert not answer.get("GlobalSecondaryIndexes")
        answer = self.capacity(client, indexed_table, key, "SET a = :v", v=n(2))
        assert not answer.get("GlobalSecondaryIndexes")
        answer = self.capacity(client, indexed_table, key, "REMOVE g3")
        assert answer["GlobalSecondaryIndexes"] == {"gsi_some": {"CapacityUnits": 1.0}}

    def test_a_delete_pays_for_every_index_it_leaves(
        self, client: Any, indexed_table: str, key: str
    ) -> None:
        item_key = {"pk": s(key), "sk": s("a")}
        client.put_item(TableName=indexed_table, Item={**item_key, "g1": s("x"), "l2": n(1)})
        answer = client.delete_item(TableName=indexed_table, Key=item_key, **INDEXES)
        assert answer["ConsumedCapacity"] == {
            "TableName": indexed_table, "CapacityUnits": 3.0,
            "Table": {"CapacityUnits": 1.0},
            "LocalSecondaryIndexes": {"lsi_keys": {"CapacityUnits": 1.0}},
            "GlobalSecondaryIndexes": {"gsi_all": {"CapacityUnits": 1.0}},
        }

    def test_a_query_of_an_index_is_charged_to_it(
        self, client: Any, indexed_table: str, key: str
    ) -> None:
        client.put_item(
            TableName=indexed_table, Item={"pk": s(key), "sk": s("a"), "g1": s(key), "g2": n(1)}
        )
        answer = client.query(
            TableName=indexed_table, IndexName="gsi_keys", KeyConditionExpression="g1 = :g",
            ExpressionAttributeValues={":g": s(key)}, **INDEXES,
        )["ConsumedCapacity"]
        assert answer["CapacityUnits"] == 0.5
        assert answer["GlobalSecondaryIndexes"] == {"gsi_keys": {"CapacityUnits": 0.5}}
        assert answer.get("Table", {"CapacityUnits": 0.0}) == {"CapacityUnits": 0.0}

    def test_an_index_is_charged_by_what_it_projects(
        self, client: Any, indexed_table: str, key: str
    ) -> None:
        item = padded({"pk": s(key), "sk": s("a"), "g1": s(key), "g2": n(1)}, 9000)
        answer = client.put_item(TableName=indexed_table, Item=item, **INDEXES)["ConsumedCapacity"]
        assert answer["GlobalSecondaryIndexes"] == {
            "gsi_all": {"CapacityUnits": 9.0}, "gsi_keys": {"CapacityUnits": 1.0},
        }
        for name, wanted in (("gsi_all", 1.5), ("gsi_keys", 0.5)):
            read = client.query(
                TableName=indexed_table, IndexName=name, KeyConditionExpression="g1 = :g",
                ExpressionAttributeValues={":g": s(key)}, **TOTAL,
            )
            assert units(read) == wanted
