"""Global and local indexes: sparse, projected, many-keyed, and never stale.

On AWS a global index may lag; the assertions here are what Martlet promises, so a run against AWS
may need a second try on these.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import create, drop
from support.check import INVALID, VALIDATION, Part, refuses
from support.tables import attributes, index, keys, lst, n, on_demand, s


def query(client: Any, table: str, name: str, condition: str, **values: Any) -> list[Any]:
    answer = client.query(
        TableName=table, IndexName=name, KeyConditionExpression=condition,
        ExpressionAttributeValues={f":{key}": value for key, value in values.items()},
    )
    items: list[Any] = answer["Items"]
    return items


def test_each_write_is_seen_at_once(client: Any, indexed_table: str, key: str) -> None:
    item_key = {"pk": s(key), "sk": s("a")}

    def seen(value: str) -> int:
        return len(query(client, indexed_table, "gsi_all", "g1 = :g", g=s(key + value)))

    client.put_item(TableName=indexed_table, Item={**item_key, "g1": s(key + "1")})
    assert (seen("1"), seen("2")) == (1, 0)
    client.update_item(
        TableName=indexed_table, Key=item_key, UpdateExpression="SET g1 = :g",
        ExpressionAttributeValues={":g": s(key + "2")},
    )
    assert (seen("1"), seen("2")) == (0, 1)
    client.put_item(TableName=indexed_table, Item=item_key)
    assert (seen("1"), seen("2")) == (0, 0)
    client.put_item(TableName=indexed_table, Item={**item_key, "g1": s(key + "1")})
    client.update_item(
        TableName=indexed_table, Key=item_key, UpdateExpression="REMOVE g1"
    )
    assert seen("1") == 0
    client.put_item(TableName=indexed_table, Item={**item_key, "g1": s(key + "1")})
    client.delete_item(TableName=indexed_table, Key=item_key)
    assert seen("1") == 0


def test_projections(client: Any, indexed_table: str, key: str) -> None:
    item = {
        "pk": s(key), "sk": s("a"), "l1": s("l"), "l2": n(2), "g1": s(key), "g2": n(3),
        "g3": s(key), "a": n(1), "b": lst(n(1)),
    }
    client.put_item(TableName=indexed_table, Item=item)
    table_keys = {name: item[name] for name in ("pk", "sk")}
    (all_,) = query(client, indexed_table, "gsi_all", "g1 = :g", g=s(key))
    assert all_ == item
    (keys_only,) = query(client, indexed_table, "gsi_keys", "g1 = :g AND g2 = :n", g=s(key), n=n(3))
    assert keys_only == {**table_keys, "g1": s(key), "g2": n(3)}
    (some,) = query(client, indexed_table, "gsi_some", "g3 = :g", g=s(key))
    assert some == {**table_keys, "g3": s(key), "a": n(1)}
    (local,) = query(client, indexed_table, "lsi_all", "pk = :p AND l1 = :l", p=s(key), l=s("l"))
    assert local == item
    (local,) = query(client, indexed_table, "lsi_keys", "pk = :p AND l2 > :l", p=s(key), l=n(1))
    assert local == {**table_keys, "l2": n(2)}


def test_a_change_of_projected_attributes_arrives(
    client: Any, indexed_table: str, key: str
) -> None:
    item = {"pk": s(key), "sk": s("a"), "g3": s(key), "a": n(1), "b": n(1)}
    client.put_item(TableName=indexed_table, Item=item)
    client.update_item(
        TableName=indexed_table, Key={"pk": s(key), "sk": s("a")},
        UpdateExpression="SET a = :a, b = :a", ExpressionAttributeValues={":a": n(2)},
    )
    (some,) = query(client, indexed_table, "gsi_some", "g3 = :g", g=s(key))
    assert some["a"] == n(2) and "b" not in some
    client.update_item(
        TableName=indexed_table, Key={"pk": s(key), "sk": s("a")}, UpdateExpression="REMOVE a"
    )
    (some,) = query(client, indexed_table, "gsi_some", "g3 = :g", g=s(key))
    assert "a" not in some


def test_a_local_index_fetches_what_it_does_not_project(
    client: Any, indexed_table: str, key: str
) -> None:
    item = {"pk": s(key), "sk": s("a"), "l2": n(1), "a": s("far")}
    client.put_item(TableName=indexed_table, Item=item)
    request = {
        "TableName": indexed_table, "IndexName": "lsi_keys", "KeyConditionExpression": "pk = :p",
        "ExpressionAttributeValues": {":p": s(key)}, "ConsistentRead": True,
    }
    assert client.query(Select="ALL_ATTRIBUTES", **request)["Items"] == [item]
    assert client.query(ProjectionExpression="a", **request)["Items"] == [{"a": s("far")}]
    projected = client.query(Select="ALL_PROJECTED_ATTRIBUTES", **request)["Items"]
    assert projected == [{"pk": s(key), "sk": s("a"), "l2": n(1)}]


def test_a_global_index_gives_only_what_it_projects(
    client: Any, indexed_table: str, key: str
) -> None:
    client.put_item(
        TableName=indexed_table,
        Item={"pk": s(key), "sk": s("a"), "g3": s(key), "a": n(1), "b": n(1)},
    )
    request = {
        "TableName": indexed_table, "IndexName": "gsi_some", "KeyConditionExpression": "g3 = :g",
        "ExpressionAttributeValues": {":g": s(key)},
    }
    assert client.query(ProjectionExpression="a", **request)["Items"] == [{"a": n(1)}]
    refuses(
        client.query, VALIDATION, Part("gsi_some"), ProjectionExpression="b", **request
    )


def test_sparse(client: Any, indexed_table: str, key: str) -> None:
    """An item is in an index only with all of its key attributes."""
    client.put_item(TableName=indexed_table, Item={"pk": s(key), "sk": s("none")})
    client.put_item(TableName=indexed_table, Item={"pk": s(key), "sk": s("half"), "g1": s(key)})
    client.put_item(
        TableName=indexed_table, Item={"pk": s(key), "sk": s("both"), "g1": s(key), "g2": n(1)}
    )
    found = {item["sk"]["S"] for item in query(client, indexed_table, "gsi_all", "g1 = :g",
                                               g=s(key))}
    assert found == {"half", "both"}
    found = {item["sk"]["S"] for item in query(client, indexed_table, "gsi_keys", "g1 = :g",
                                               g=s(key))}
    assert found == {"both"}
    assert query(client, indexed_table, "lsi_all", "pk = :p", p=s(key)) == []


def test_an_index_sorts_by_its_own_key_then_the_table_key(
    client: Any, indexed_table: str, key: str
) -> None:
    for sort, number in (("c", 2), ("a", 10), ("b", 2), ("d", -1)):
        client.put_item(
            TableName=indexed_table,
            Item={"pk": s(key), "sk": s(sort), "g1": s(key), "g2": n(number), "l2": n(number)},
        )
    request = {
        "TableName": indexed_table, "KeyConditionExpression": "g1 = :g",
        "ExpressionAttributeValues": {":g": s(key)}, "IndexName": "gsi_keys",
    }
    forward = [item["sk"]["S"] for item in client.query(**request)["Items"]]
    assert (forward[0], set(forward[1:3]), forward[3]) == ("d", {"b", "c"}, "a")
    backward = client.query(ScanIndexForward=False, **request)["Items"]
    assert [item["sk"]["S"] for item in backward] == forward[::-1]
    local = query(client, indexed_table, "lsi_keys", "pk = :p", p=s(key))
    assert [item["sk"]["S"] for item in local] == ["d", "b", "c", "a"]


def test_a_local_index_condition_is_on_its_range_key(
    client: Any, indexed_table: str, key: str
) -> None:
    refuses(
        client.query, VALIDATION, "Query condition missed key schema element: l1",
        TableName=indexed_table, IndexName="lsi_all",
        KeyConditionExpression="pk = :p AND sk = :s",
        ExpressionAttributeValues={":p": s(key), ":s": s("a")},
    )
    refuses(
        client.query, VALIDATION, "Query condition missed key schema element: g1",
        TableName=indexed_table, IndexName="gsi_all", KeyConditionExpression="pk = :p",
        ExpressionAttributeValues={":p": s(key)},
    )


def test_a_scan_of_an_index_reads_its_entries(client: Any, table: Any) -> None:
    name = table(**on_demand(
        keys("pk"), attributes(pk="S", g="S"),
        GlobalSecondaryIndexes=[index("gsi", keys("g"), "KEYS_ONLY")],
    ))
    for number in range(30):
        item = {"pk": s(f"k{number}"), "v": n(number)}
        client.put_item(TableName=name, Item={**item, "g": s("g")} if number % 3 else item)
    answer = client.scan(TableName=name, IndexName="gsi")
    assert answer["Count"] == 20
    assert all(set(item) == {"pk", "g"} for item in answer["Items"])


def test_indexes_agree_with_the_table_after_random_writes(
    client: Any, table: Any, seed: int
) -> None:
    """Seeded puts, updates and deletes, then both directions are compared with a plain model."""
    print("seed", seed)
    rng = random.Random(seed)
    name = table(**on_demand(
        keys("pk", "sk"), attributes(pk="S", sk="N", g="S", r="N"),
        LocalSecondaryIndexes=[index("local", keys("pk", "r"))],
        GlobalSecondaryIndexes=[index("global", keys("g", "r"))],
    ))
    model: dict[tuple[str, str], dict[str, Any]] = {}
    for _ in range(400):
        key = (rng.choice("abc"), str(rng.randrange(8)))
        item_key = {"pk": s(key[0]), "sk": n(key[1])}
        values = {"g": s(rng.choice("xyz")), "r": n(rng.randrange(5)), "v": n(rng.randrange(9))}
        chosen = {name: value for name, value in values.items() if rng.random() < 0.7}
        kind = rng.random()
        if kind < 0.5:
            model[key] = {**item_key, **chosen}
            client.put_item(TableName=name, Item=model[key])
        elif kind < 0.8 and chosen:
            client.update_item(
                TableName=name, Key=item_key,
                UpdateExpression="SET " + ", ".join(f"#{each} = :{each}" for each in chosen),
                ExpressionAttributeNames={f"#{each}": each for each in chosen},
                ExpressionAttributeValues={f":{each}": v for each, v in chosen.items()},
            )
            model[key] = {**item_key, **model.get(key, {}), **chosen}
        else:
            model.pop(key, None)
            client.delete_item(TableName=name, Key=item_key)
    assert sorted_items(client.scan(TableName=name)["Items"]) == sorted_items(model.values())
    for each, needed in (("global", {"g", "r"}), ("local", {"r"})):
        wanted = [item for item in model.values() if needed <= set(item)]
        got = client.scan(TableName=name, IndexName=each)["Items"]
        assert sorted_items(got) == sorted_items(wanted), each


def sorted_items(items: Any) -> list[Any]:
    return sorted(items, key=lambda item: (item["pk"]["S"], int(item["sk"]["N"])))


HASHES, RANGES = ["h1", "h2", "h3", "h4"], ["r1", "r2", "r3", "r4"]


def many(hashes: list[str], ranges: list[str]) -> list[dict[str, str]]:
    return [{"AttributeName": name, "KeyType": "HASH"} for name in hashes] + [
        {"AttributeName": name, "KeyType": "RANGE"} for name in ranges
    ]


@pytest.fixture(scope="module")
def wide(client: Any, run_name: str) -> Iterator[str]:
    """A table whose index has four hash and four range attributes."""
    types = {"h1": "S", "h2": "N", "h3": "B", "h4": "S", "r1": "S", "r2": "N", "r3": "S", "r4": "N"}
    name = create(client, f"{run_name}-wide", on_demand(
        keys("pk"), attributes(pk="S", **types),
        GlobalSecondaryIndexes=[index("wide", many(HASHES, RANGES))],
    ))
    number = 0
    for r1 in "ab":
        for r2 in (1, 2, 10):
            for r3 in "xy":
                for r4 in (-1, 0):
                    client.put_item(TableName=name, Item={
                        "pk": s(f"{number:03}"), "h1": s("a"), "h2": n(1), "h3": {"B": b"\x01"},
                        "h4": s("z"), "r1": s(r1), "r2": n(r2), "r3": s(r3), "r4": n(r4),
                    })
                    number += 1
    yield name
    drop(client, name)


EQUAL = "h1 = :h1 AND h2 = :h2 AND h3 = :h3 AND h4 = :h4"
H = {":h1": s("a"), ":h2": n("1.0"), ":h3": {"B": b"\x01"}, ":h4": s("z")}


def ask(client: Any, table: str, more: str = "", **request: Any) -> Any:
    values = {**H, **request.pop("values", {})}
    return client.query(
        TableName=table, IndexName="wide", KeyConditionExpression=EQUAL + more,
        ExpressionAttributeValues=values, **request,
    )


class TestManyKeys:
    """Global indexes with up to four hash and four range attributes."""

    def test_all_in_order(self, client: Any, wide: str) -> None:
        items = ask(client, wide)["Items"]
        assert [item["pk"]["S"] for item in items] == [f"{number:03}" for number in range(24)]
        back = ask(client, wide, ScanIndexForward=False)["Items"]
        assert back == items[::-1]

    @pytest.mark.parametrize(
        "more, values, wanted",
        [
            (" AND r1 = :a", {":a": s("b")}, range(12, 24)),
            (" AND r1 > :a", {":a": s("a")}, range(12, 24)),
            (" AND r1 = :a AND r2 >= :b", {":a": s("a"), ":b": n(2)}, range(4, 12)),
            (" AND r1 = :a AND r2 BETWEEN :b AND :c", {":a": s("a"), ":b": n(2), ":c": n(5)},
             range(4, 8)),
            (" AND r1 = :a AND r2 = :b AND begins_with(r3, :c)",
             {":a": s("b"), ":b": n(10), ":c": s("y")}, range(22, 24)),
            (" AND r1 = :a AND r2 = :b AND r3 = :c AND r4 < :d",
             {":a": s("a"), ":b": n(1), ":c": s("x"), ":d": n(0)}, range(0, 1)),
            (" AND r1 = :a AND r2 = :b AND r3 = :c AND r4 = :d",
             {":a": s("a"), ":b": n(1), ":c": s("x"), ":d": n(0)}, range(1, 2)),
        ],
    )
    def test_range_conditions_from_the_left(
        self, client: Any, wide: str, more: str, values: dict[str, Any], wanted: range
    ) -> None:
        items = ask(client, wide, more, values=values)["Items"]
        assert [int(item["pk"]["S"]) for item in items] == list(wanted)

    def test_pages_carry_every_key_attribute(self, client: Any, wide: str) -> None:
        got, start = [], {}
        while True:
            page = ask(client, wide, Limit=7, **start)
            got += [item["pk"]["S"] for item in page["Items"]]
            if "LastEvaluatedKey" not in page:
                break
            assert set(page["LastEvaluatedKey"]) == {"pk", *HASHES, *RANGES}
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
        assert got == [f"{number:03}" for number in range(24)]

    def test_a_gap_in_the_range_conditions(self, client: Any, wide: str) -> None:
        refuses(
            ask, VALIDATION,
            Part("must have equality conditions specified in the query because a condition is "
                 "present on key attribute r2"),
            client=client, table=wide, more=" AND r2 = :b", values={":b": n(1)},
        )
        refuses(
            ask, VALIDATION,
            Part("RANGE key attributes r1 must have equality conditions specified in the query "
                 "because a condition is present on key attribute r2"),
            client=client, table=wide, more=" AND r1 > :a AND r2 = :b",
            values={":a": s("a"), ":b": n(1)},
        )

    def test_a_missing_hash_attribute(self, client: Any, wide: str) -> None:
        refuses(
            client.query, VALIDATION, Part("h4"), TableName=wide, IndexName="wide",
            KeyConditionExpression="h1 = :h1 AND h2 = :h2 AND h3 = :h3",
            ExpressionAttributeValues={each: H[each] for each in (":h1", ":h2", ":h3")},
        )

    def test_an_inequality_on_a_hash_attribute(self, client: Any, wide: str) -> None:
        refuses(
            client.query, VALIDATION, Part(""), TableName=wide, IndexName="wide",
            KeyConditionExpression=EQUAL.replace("h4 =", "h4 >"), ExpressionAttributeValues=H,
        )

    def test_sparse_if_any_part_is_missing(self, client: Any, wide: str) -> None:
        item = {"pk": s("partial"), "h1": s("a"), "h2": n(1), "h3": {"B": b"\x01"}, "h4": s("z"),
                "r1": s("a"), "r2": n(1), "r3": s("x")}
        client.put_item(TableName=wide, Item=item)
        assert len(ask(client, wide)["Items"]) == 24
        client.delete_item(TableName=wide, Key={"pk": s("partial")})

    def test_a_part_of_another_type_is_refused(self, client: Any, wide: str) -> None:
        refuses(
            client.put_item, VALIDATION,
            INVALID + "Type mismatch for Index Key r4 Expected: N Actual: S IndexName: wide",
            TableName=wide, Item={"pk": s("bad"), "r4": s("x")},
        )

    def test_five_of_a_kind_are_too_many(self, client: Any, name: str) -> None:
        hashes = [f"h{number}" for number in range(5)]
        refuses(
            client.create_table, VALIDATION, None, TableName=name, **on_demand(
                keys("pk"), attributes(pk="S", **{each: "S" for each in hashes}),
                GlobalSecondaryIndexes=[index("wide", many(hashes, []))],
            ),
        )

    def test_ranges_come_after_hashes(self, client: Any, name: str) -> None:
        schema = many(["h1"], ["r1"]) + many(["h2"], [])
        refuses(
            client.create_table, VALIDATION, None, TableName=name, **on_demand(
                keys("pk"), attributes(pk="S", h1="S", h2="S", r1="S"),
                GlobalSecondaryIndexes=[index("wide", schema)],
            ),
        )
