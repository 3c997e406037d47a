"""What the benchmark stores and asks: one table, its items, and the bodies of its requests.

Table `Events`: partition key `device` (string), sort key `at` (number). Item n lives in partition
n / 20 under sort key n % 20, so every partition is one Query of 20 items. An item is 300 bytes as
DynamoDB counts them, of which half is text that does not compress.
All randomness is seeded: two runs send the same requests in the same order.
"""

from __future__ import annotations

import json
import random
from typing import Callable

TABLE = "Events"
ITEM_BYTES = 300
ITEMS_PER_PARTITION = 20
ITEMS_PER_BATCH = 25
OPERATIONS = ("GetItem", "PutItem", "Query", "BatchWriteItem")

CREATE_TABLE = json.dumps(
    {
        "TableName": TABLE,
        "AttributeDefinitions": [
            {"AttributeName": "device", "AttributeType": "S"},
            {"AttributeName": "at", "AttributeType": "N"},
        ],
        "KeySchema": [
            {"AttributeName": "device", "KeyType": "HASH"},
            {"AttributeName": "at", "KeyType": "RANGE"},
        ],
        "BillingMode": "PAY_PER_REQUEST",
    }
).encode()
LIST_TABLES = b"{}"


def key(number: int) -> str:
    """The key of an item, as JSON members."""
    partition, at = divmod(number, ITEMS_PER_PARTITION)
    return f'"device":{{"S":"device-{partition:09d}"}},"at":{{"N":"{at}"}}'


def item(number: int, source: random.Random) -> str:
    """An item, as JSON members. `counted_bytes` of it is ITEM_BYTES, give or take three."""
    return (
        f'{key(number)},"city":{{"S":"Nottingham"}},"active":{{"BOOL":true}},'
        f'"celsius":{{"N":"{source.randrange(100, 999) / 10}"}},'
        f'"volts":{{"N":"{source.randrange(1000, 9999) / 1000}"}},'
        f'"sequence":{{"N":"{number:07d}"}},'
        f'"tags":{{"L":[{{"S":"outdoor"}},{{"S":"north"}},{{"S":"calibrated"}}]}},'
        f'"payload":{{"S":"{source.getrandbits(736):0184x}"}}'
    )


def counted_bytes(members: dict[str, dict]) -> int:
    """The size of an item as DynamoDB counts it, for the attribute types used here."""

    def size(value: dict) -> int:
        (kind, content), = value.items()
        match kind:
            case "S":
                return len(content.encode())
            case "N":
                digits = content.replace(".", "").lstrip("0")
                return (len(digits) + 1) // 2 + 1
            case "L":
                return 3 + sum(1 + size(element) for element in content)
            case "BOOL":
                return 1
        raise ValueError(kind)

    return sum(len(name) + size(value) for name, value in members.items())


def get_item(items: int, source: random.Random) -> bytes:
    return f'{{"TableName":"{TABLE}","Key":{{{key(source.randrange(items))}}}}}'.encode()


def put_item(items: int, source: random.Random) -> bytes:
    return f'{{"TableName":"{TABLE}","Item":{{{item(source.randrange(items), source)}}}}}'.encode()


def query(items: int, source: random.Random) -> bytes:
    partition = source.randrange(items // ITEMS_PER_PARTITION)
    return (
        f'{{"TableName":"{TABLE}","KeyConditionExpression":"device = :d",'
        f'"ExpressionAttributeValues":{{":d":{{"S":"device-{partition:09d}"}}}}}}'
    ).encode()


def batch(numbers: list[int] | range, source: random.Random) -> bytes:
    puts = ",".join(f'{{"PutRequest":{{"Item":{{{item(n, source)}}}}}}}' for n in numbers)
    return f'{{"RequestItems":{{"{TABLE}":[{puts}]}}}}'.encode()


def batch_write_item(items: int, source: random.Random) -> bytes:
    return batch(source.sample(range(items), ITEMS_PER_BATCH), source)


BODIES: dict[str, Callable[[int, random.Random], bytes]] = {
    "GetItem": get_item,
    "PutItem": put_item,
    "Query": query,
    "BatchWriteItem": batch_write_item,
}


def check_answer(operation: str, answer: dict) -> None:
    """Raises unless a loaded table's answer is the one that the request must get."""
    match operation:
        case "GetItem":
            size = counted_bytes(answer["Item"])
            right = abs(size - ITEM_BYTES) <= 3
        case "PutItem":
            right = answer == {}
        case "Query":
            right = answer["Count"] == ITEMS_PER_PARTITION and "LastEvaluatedKey" not in answer
        case _:
            right = answer["UnprocessedItems"] == {}
    if not right:
        raise RuntimeError(f"{operation} got an answer of another form than it must")
