"""The glosses as items of a table, and the requests that write and search them.

Table `Glosses`: partition key `id` (string, the row's number), attribute `v`, its vector as a list
of numbers, with the vector index `gloss` on it. Numbers are written as briefly as float32 allows.
"""

from __future__ import annotations

import json

import numpy as np

TABLE = "Glosses"
INDEX = "gloss"
ITEMS_PER_BATCH = 25


def create_table(dimensions: int) -> bytes:
    return json.dumps({
        "TableName": TABLE,
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
        "VectorIndexes": [{
            "IndexName": INDEX, "VectorAttribute": {"AttributeName": "v"},
            "Dimensions": dimensions, "DistanceFunction": "COSINE",
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }],
    }).encode()


class Numbers:
    """The text of numbers, kept: embeddings in float16 have no more than 65,536 different ones."""

    def __init__(self) -> None:
        self.texts: dict[float, str] = {}

    def vector(self, row: np.ndarray) -> str:
        """A vector's elements as JSON."""
        texts = self.texts
        parts = []
        for number in row.tolist():
            text = texts.get(number)
            if text is None:
                text = np.format_float_positional(np.float32(number), trim="-")
                texts[number] = text
            parts.append(text)
        return '{"N":"' + '"},{"N":"'.join(parts) + '"}'


def item(number: int, row: np.ndarray, numbers: Numbers) -> str:
    return f'{{"id":{{"S":"{number}"}},"v":{{"L":[{numbers.vector(row)}]}}}}'


def write(start: int, rows: np.ndarray, numbers: Numbers) -> tuple[str, bytes]:
    """The operation and body that put rows under the numbers from `start`; 25 at most."""
    if len(rows) == 1:
        body = f'{{"TableName":"{TABLE}","Item":{item(start, rows[0], numbers)}}}'
        return "PutItem", body.encode()
    puts = ",".join(
        f'{{"PutRequest":{{"Item":{item(start + n, row, numbers)}}}}}' for n, row in enumerate(rows)
    )
    return "BatchWriteItem", f'{{"RequestItems":{{"{TABLE}":[{puts}]}}}}'.encode()


def search(query: np.ndarray, numbers: Numbers) -> bytes:
    return (
        f'{{"TableName":"{TABLE}","IndexName":"{INDEX}","TopK":10,'
        f'"SearchVector":[{numbers.vector(query)}]}}'
    ).encode()


def answer_rows(answer: dict) -> list[int]:
    return [int(found["Item"]["id"]["S"]) for found in answer["SearchResults"]]
