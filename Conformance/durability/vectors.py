"""Writers of items with vectors, and the comparison of what searches find with what is stored."""

from __future__ import annotations

import random
from typing import Any

from durability.kills import primary
from durability.ledger import Item, Key, States
from durability.writers import TABLE, Writer, key_of
from support.light import LightClient
from support.vectors import elements, score, stored

DIMENSIONS = 8
GROUPS = 25
SCOPED, PLAIN, LATE = "scoped", "plain", "late"
TOP = 100


class VectorWriter(Writer):
    """Puts, changes and deletes items of its own, in batches large enough to fill journals."""

    keys = 300

    def next(self) -> tuple[str, dict[str, Any], States, bool]:
        kind = self.rng.random()
        if kind < 0.5:
            return self.batch()
        key = self.pick()
        if kind < 0.7:
            item = self.vector_item(key)
            return "PutItem", {"TableName": TABLE, "Item": item}, {key: item}, True
        if kind < 0.9:
            return self.change(key)
        return "DeleteItem", {"TableName": TABLE, "Key": key_of(key)}, {key: None}, True

    def batch(self) -> tuple[str, dict[str, Any], States, bool]:
        states: States = {}
        requests = []
        for key in sorted({self.pick() for _ in range(25)}):
            if self.rng.random() < 0.9:
                item = self.vector_item(key)
                states[key] = item
                requests.append({"PutRequest": {"Item": item}})
            else:
                states[key] = None
                requests.append({"DeleteRequest": {"Key": key_of(key)}})
        return "BatchWriteItem", {"RequestItems": {TABLE: requests}}, states, False

    def change(self, key: Key) -> tuple[str, dict[str, Any], States, bool]:
        """Moves an item, or takes it out of the scoped index."""
        old = self.ledger.acknowledged.get(key) or key_of(key)
        new = {**old, "v": self.vector()}
        request: dict[str, Any] = {
            "TableName": TABLE, "Key": key_of(key),
            "ExpressionAttributeValues": {":v": new["v"]},
        }
        if self.rng.random() < 0.5:
            new.pop("g", None)
            request["UpdateExpression"] = "SET v = :v REMOVE g"
        else:
            new["g"] = {"S": f"g{self.rng.randrange(GROUPS)}"}
            request["UpdateExpression"] = "SET v = :v, g = :g"
            request["ExpressionAttributeValues"][":g"] = new["g"]
        return "UpdateItem", request, {key: new}, True

    def pick(self) -> Key:
        return (self.name, f"k{self.rng.randrange(self.keys)}")

    def vector_item(self, key: Key) -> Item:
        item: Item = {**key_of(key), "g": {"S": f"g{self.rng.randrange(GROUPS)}"}}
        if self.rng.random() < 0.95:
            item["v"] = self.vector()
        return item

    def vector(self) -> Item:
        return stored(*(self.rng.randrange(-1000, 1000) for _ in range(DIMENSIONS)))


def coordinates(item: Item) -> list[float]:
    return [float(each["N"]) for each in item["v"]["L"]]


def check_searches(client: LightClient, items: dict[Key, Item], rng: random.Random) -> int:
    """Each partition of the scoped index is exactly what is stored, with exact scores; and in the
    plain index items are found by their own vectors."""
    query = [rng.uniform(-1000, 1000) for _ in range(DIMENSIONS)]
    for group in range(GROUPS):
        wanted = {
            key: score("EUCLIDEAN", query, coordinates(item)) for key, item in items.items()
            if "v" in item and item.get("g") == {"S": f"g{group}"}
        }
        results = search(
            client, SCOPED, query, SearchConditionExpression="g = :g",
            ExpressionAttributeValues={":g": {"S": f"g{group}"}})
        found = {primary(each["Item"]): each["Score"] for each in results}
        assert len(found) == len(results), f"{group}: an item twice"
        if len(wanted) <= TOP:
            assert set(found) == set(wanted), differences(set(found), set(wanted))
        for key, exact in found.items():
            assert abs(exact - wanted[key]) <= 1e-5 * max(1, wanted[key]), f"{key}: {exact}"
    check_plain(client, PLAIN, items, rng)
    return sum("v" in item for item in items.values())


def check_plain(
    client: LightClient, index: str, items: dict[Key, Item], rng: random.Random
) -> None:
    having = [key for key, item in items.items() if "v" in item]
    for key in rng.sample(having, min(40, len(having))):
        results = search(client, index, coordinates(items[key]), TopK=5)
        assert any(primary(each["Item"]) == key and each["Score"] == 0 for each in results), (
            f"{index}: {key} is not found by its own vector"
        )


def search(client: LightClient, index: str, query: list[float], **more: Any) -> Any:
    request = {
        "TableName": TABLE, "IndexName": index, "SearchVector": elements(query), "TopK": TOP,
        **more,
    }
    return client.demand("SearchVectors", request)["SearchResults"]


def differences(found: set[Key], wanted: set[Key]) -> str:
    return f"missing {sorted(wanted - found)[:5]}, too many {sorted(found - wanted)[:5]}"
