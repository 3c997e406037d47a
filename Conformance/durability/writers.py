"""Writers that keep a ledger: single items, counters, batches, and transactions of one stamp."""

from __future__ import annotations

import http.client
import random
import threading
from typing import Any

from durability.ledger import Item, Key, Ledger, States
from support.light import LightClient

TABLE = "crash"
ITEMS_PER_TRANSACTION = 5


def item_of(key: Key, stamp: int, rng: random.Random) -> Item:
    """Some items miss an index key, so that entries also appear and disappear."""
    item: Item = {
        "pk": {"S": key[0]}, "sk": {"S": key[1]}, "stamp": {"N": str(stamp)},
        "pad": {"S": "p" * rng.choice((0, 10, 300, 3000))},
    }
    if rng.random() < 0.8:
        item["g"] = {"S": f"g{rng.randrange(5)}"}
    if rng.random() < 0.8:
        item["l"] = {"N": str(rng.randrange(100))}
    return item


def key_of(key: Key) -> Item:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


class Writer:
    """Owns the partition `name`; `run` writes until the server is gone or `stop` is set."""

    def __init__(self, name: str, seed: int) -> None:
        self.name = name
        self.rng = random.Random(f"{seed}/{name}")
        self.ledger = Ledger()
        self.stamp = 0
        self.failure: str | None = None

    def run(self, port: int, stop: threading.Event) -> None:
        client = LightClient(port, timeout=20)
        try:
            while not stop.is_set():
                operation, request, states, is_atomic = self.next()
                self.ledger.attempt(states, is_atomic=is_atomic)
                status, body = client.call(operation, request)
                if status != 200:
                    self.failure = f"{operation} answered {status}: {body}"
                    return
                if body.get("UnprocessedItems"):
                    self.failure = "a batch of this size was not processed whole"
                    return
                self.ledger.acknowledge()
        except (OSError, http.client.HTTPException, ValueError):
            return  # the server was killed; what was in flight stays in the ledger
        finally:
            client.close()

    def next(self) -> tuple[str, dict[str, Any], States, bool]:
        raise NotImplementedError

    def pick(self) -> Key:
        return (self.name, f"k{self.rng.randrange(40)}")

    def new_item(self, key: Key) -> Item:
        self.stamp += 1
        return item_of(key, self.stamp, self.rng)


class ItemWriter(Writer):
    """PutItem, UpdateItem and DeleteItem."""

    def next(self) -> tuple[str, dict[str, Any], States, bool]:
        key = self.pick()
        kind = self.rng.random()
        if kind < 0.6:
            item = self.new_item(key)
            return "PutItem", {"TableName": TABLE, "Item": item}, {key: item}, True
        if kind < 0.8:
            return self.count(key)
        return "DeleteItem", {"TableName": TABLE, "Key": key_of(key)}, {key: None}, True

    def count(self, key: Key) -> tuple[str, dict[str, Any], States, bool]:
        """A counter: an update that is applied twice, or lost, shows."""
        old = self.ledger.acknowledged.get(key) or key_of(key)
        hits = int(old.get("hits", {"N": "0"})["N"]) + 1
        group = {"S": f"g{self.rng.randrange(5)}"}
        request = {
            "TableName": TABLE, "Key": key_of(key), "UpdateExpression": "ADD hits :1 SET g = :g",
            "ExpressionAttributeValues": {":1": {"N": "1"}, ":g": group},
        }
        return "UpdateItem", request, {key: {**old, "hits": {"N": str(hits)}, "g": group}}, True


class BatchWriter(Writer):
    """BatchWriteItem: each of its requests stands alone."""

    def next(self) -> tuple[str, dict[str, Any], States, bool]:
        keys = sorted({self.pick() for _ in range(self.rng.randrange(1, 15))})
        states: States = {}
        requests = []
        for key in keys:
            if self.rng.random() < 0.75:
                item = self.new_item(key)
                states[key] = item
                requests.append({"PutRequest": {"Item": item}})
            else:
                states[key] = None
                requests.append({"DeleteRequest": {"Key": key_of(key)}})
        return "BatchWriteItem", {"RequestItems": {TABLE: requests}}, states, False


class TransactionWriter(Writer):
    """TransactWriteItems: one stamp over several partitions; all of it or none."""

    def next(self) -> tuple[str, dict[str, Any], States, bool]:
        group = self.rng.randrange(8)
        self.stamp += 1
        states: States = {}
        actions: list[dict[str, Any]] = []
        for number in range(ITEMS_PER_TRANSACTION):
            key = (f"{self.name}-{number}", f"group{group}")
            if number == 0 and self.rng.random() < 0.1:
                states[key] = None
                actions.append({"Delete": {"TableName": TABLE, "Key": key_of(key)}})
            else:
                states[key] = item_of(key, self.stamp, self.rng)
                actions.append({"Put": {"TableName": TABLE, "Item": states[key]}})
        request = {"TransactItems": actions, "ClientRequestToken": f"{self.name}-{self.stamp}"}
        return "TransactWriteItems", request, states, True
