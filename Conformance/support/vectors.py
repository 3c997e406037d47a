"""Vector indexes as requests, waiting for them, and exact scores in plain Python."""

from __future__ import annotations

import math
import struct
import time
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from botocore.exceptions import ClientError

Vector = Sequence[float]
WAIT_SECONDS = 1800.0  # AWS fills even a small index for many minutes


def elements(vector: Vector) -> list[dict[str, str]]:
    """A vector as SearchVector takes it: a bare list."""
    return [{"N": str(each)} for each in vector]


def stored(*vector: float | str) -> dict[str, Any]:
    """A vector as an item holds it."""
    return {"L": [{"N": str(each)} for each in vector]}


def schema(hash_key: str | None = None, *filters: str) -> list[dict[str, str]]:
    made = [{"AttributeName": name, "SearchSchemaElementType": "INLINE_FILTER"} for name in filters]
    if hash_key is not None:
        made.insert(0, {"AttributeName": hash_key, "SearchSchemaElementType": "HASH"})
    return made


def vector_index(
    name: str = "vix",
    dimensions: int = 3,
    distance: str = "COSINE",
    projection: str = "ALL",
    *,
    attribute: str = "v",
    search_schema: list[dict[str, str]] | None = None,
    non_key: list[str] | None = None,
) -> dict[str, Any]:
    described: dict[str, Any] = {"ProjectionType": projection}
    if non_key is not None:
        described["NonKeyAttributes"] = non_key
    made = {
        "IndexName": name,
        "VectorAttribute": {"AttributeName": attribute},
        "Dimensions": dimensions,
        "DistanceFunction": distance,
        "Projection": described,
    }
    if search_schema is not None:
        made["SearchSchema"] = search_schema
    return made


def float32(value: float) -> float:
    """The nearest 32-bit float, or the largest one for what is beyond it."""
    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return math.copysign(3.4028234663852886e38, value)


def score(distance: str, query: Vector, vector: Vector) -> float:
    """The exact score of two vectors of 32-bit floats."""
    a = [Decimal(float32(each)) for each in query]
    b = [Decimal(float32(each)) for each in vector]
    if distance == "EUCLIDEAN":
        return float32(math.sqrt(sum((x - y) ** 2 for x, y in zip(a, b))))
    product = sum(x * y for x, y in zip(a, b))
    if distance == "DOT_PRODUCT":
        return float32(float(product))
    lengths = sum(x * x for x in a) * sum(y * y for y in b)
    return float32(float(1 - product / lengths.sqrt())) if lengths else 1.0


def ranked(distance: str, query: Vector, vectors: dict[str, Vector]) -> list[tuple[str, float]]:
    """Keys and scores, best first."""
    scored = [(key, score(distance, query, vector)) for key, vector in vectors.items()]
    return sorted(scored, key=lambda each: each[1], reverse=distance == "DOT_PRODUCT")


def description(client: Any, table: str, index: str) -> dict[str, Any] | None:
    described = client.describe_table(TableName=table)["Table"].get("VectorIndexes", [])
    return next((each for each in described if each["IndexName"] == index), None)


def wait_until_searchable(client: Any, table: str, index: str, **search: Any) -> None:
    """As the guide says: ACTIVE and not filling, then until a search is answered."""
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        described = description(client, table, index)
        if described and described["IndexStatus"] == "ACTIVE" and not described.get("Backfilling"):
            try:
                client.search_vectors(TableName=table, IndexName=index, **search)
                return
            except ClientError as error:
                message = error.response["Error"]["Message"]
                if "specified index" not in message and "backfilling" not in message:
                    raise
        time.sleep(0.02 if "127.0.0.1" in client.meta.endpoint_url else 5)
    raise AssertionError(f"{index} was not searchable in time")
