"""Clients that act on a few objects and note what they asked, when, and what was answered."""

from __future__ import annotations

import http.client
import itertools
import random
import threading
import time
from typing import Any

from histories.history import UNIT, UNKNOWN, Operation
from support.light import LightClient

TABLE = "histories"
KEYS = 3
# So many operations go to a group of objects before the next group has its turn: what an answer that
# never came leaves open does not add up for ever.
GROUP_OPERATIONS = 4_000
values = itertools.count(UNIT, UNIT)


def key_of(object_: int, place: int) -> dict[str, Any]:
    return {"pk": {"S": f"o{object_}"}, "sk": {"N": str(place)}}


def value_of(item: dict[str, Any] | None) -> int | None:
    return int(item["v"]["N"]) if item else None


class Gone(Exception):
    """The request was not sent."""


class Client:
    """One connection. `run` acts until `stop` is set; the server may be killed and come back."""

    def __init__(self, number: int, seed: int, objects: int) -> None:
        self.rng = random.Random(f"{seed}/{number}")
        self.objects = objects
        self.history: list[tuple[int, Operation]] = []
        self.known: dict[tuple[int, int], int | None] = {}
        self.failure: str | None = None

    def run(self, port: list[int], stop: threading.Event, left: list[int]) -> None:
        client: LightClient | None = None
        while not stop.is_set() and left[0] > 0:
            try:
                if client is None:
                    client = LightClient(port[0], timeout=20)
                    client.connection.connect()
            except OSError:
                client = None
                time.sleep(0.01)
                continue
            group = left[0] // GROUP_OPERATIONS
            object_ = group * self.objects + self.rng.randrange(self.objects)
            operation, name, request = self.next(object_)
            # Noted before it is sent: an answer may never come.
            self.history.append((object_, operation))
            left[0] -= 1
            operation.start = time.monotonic()
            try:
                status, body = client.call(name, request)
                operation.end = time.monotonic()
            except (OSError, http.client.HTTPException, ValueError):
                client.close()
                client = None
                continue
            self.take(object_, operation, status, body)
            if self.failure:
                break
        if client is not None:
            client.close()

    def next(self, object_: int) -> tuple[Operation, str, dict[str, Any]]:
        place = self.rng.randrange(KEYS)
        key = key_of(object_, place)
        value = next(values)
        known = self.known.get((object_, place))
        kind = self.rng.choice(
            ("get", "get", "put", "put", "delete", "swap", "swap", "add", "write", "check", "read"))
        places = self.rng.sample(range(KEYS), self.rng.randrange(2, KEYS + 1))
        parts = [(place, None, value)]
        request: dict[str, Any] = {"TableName": TABLE}
        match kind:
            case "get":
                name = "GetItem"
                parts = [(place, None, None)]
                request |= {"Key": key, "ConsistentRead": True}
            case "put":
                name = "PutItem"
                request |= {"Item": key | {"v": {"N": str(value)}}, "ReturnValues": "ALL_OLD"}
            case "delete":
                name = "DeleteItem"
                parts = [(place, None, None)]
                request |= {"Key": key, "ReturnValues": "ALL_OLD"}
            case "swap":
                name = "PutItem"
                parts = [(place, known, value)]
                request |= {"Item": key | {"v": {"N": str(value)}}, **condition(known)}
            case "add":
                name = "UpdateItem"
                value = 1 + self.rng.randrange(100)
                parts = [(place, None, value)]
                request |= {
                    "Key": key, "UpdateExpression": "ADD v :d", "ReturnValues": "UPDATED_NEW",
                    "ExpressionAttributeValues": {":d": {"N": str(value)}},
                }
            case "read":
                name = "TransactGetItems"
                parts = [(each, None, None) for each in places]
                request = {"TransactItems": [
                    {"Get": {"TableName": TABLE, "Key": key_of(object_, each)}} for each in places]}
            case _:
                name = "TransactWriteItems"
                parts = [
                    (each, self.known.get((object_, each)) if kind == "check" else None,
                     next(values)) for each in places]
                request = {"TransactItems": [
                    {"Put": {
                        "TableName": TABLE,
                        "Item": key_of(object_, each) | {"v": {"N": str(new)}},
                        **(condition(expected) if kind == "check" else {}),
                    }} for each, expected, new in parts]}
        return Operation(kind, tuple(parts), UNKNOWN, 0.0), name, request

    def take(self, object_: int, operation: Operation, status: int, body: Any) -> None:
        """Notes an answer."""
        kind = operation.kind
        refused = ("ConditionalCheckFailedException", "TransactionCanceledException")
        if status == 200:
            match kind:
                case "get":
                    operation.result = value_of(body.get("Item"))
                case "put" | "delete":
                    operation.result = value_of(body.get("Attributes"))
                case "add":
                    operation.result = int(body["Attributes"]["v"]["N"])
                case "read":
                    operation.result = tuple(
                        value_of(each.get("Item")) for each in body["Responses"])
                case _:
                    operation.result = True
        elif kind in ("swap", "check") and any(each in body["__type"] for each in refused):
            operation.result = False
        elif status == 500:
            operation.end = float("inf")  # the server is going down: nobody knows
            return
        else:
            self.failure = f"{kind} answered {status}: {body}"
            return
        for number, (place, _, value) in enumerate(operation.parts):
            if kind == "get":
                value = operation.result
            elif kind == "read":
                value = operation.result[number]
            elif kind == "add":
                value = operation.result
            elif operation.result is False:
                continue
            self.known[object_, place] = value


def condition(expected: int | None) -> dict[str, Any]:
    if expected is None:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return {
        "ConditionExpression": "v = :e",
        "ExpressionAttributeValues": {":e": {"N": str(expected)}},
    }
