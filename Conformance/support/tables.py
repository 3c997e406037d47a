"""The schemas that tests share, as CreateTable requests without a name, and short values."""

from __future__ import annotations

from typing import Any

Request = dict[str, Any]


def attributes(**types: str) -> list[Request]:
    return [{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()]


def keys(hash_key: str, range_key: str | None = None) -> list[Request]:
    schema = [{"AttributeName": hash_key, "KeyType": "HASH"}]
    if range_key is not None:
        schema.append({"AttributeName": range_key, "KeyType": "RANGE"})
    return schema


def index(
    name: str, schema: list[Request], projection: str = "ALL", *, non_key: list[str] | None = None
) -> Request:
    described: Request = {"ProjectionType": projection}
    if non_key is not None:
        described["NonKeyAttributes"] = non_key
    return {"IndexName": name, "KeySchema": schema, "Projection": described}


def on_demand(schema: list[Request], definitions: list[Request], **more: Any) -> Request:
    return {
        "KeySchema": schema,
        "AttributeDefinitions": definitions,
        "BillingMode": "PAY_PER_REQUEST",
        **more,
    }


HASH = on_demand(keys("pk"), attributes(pk="S"))
RANGE = on_demand(keys("pk", "sk"), attributes(pk="S", sk="S"))
NUMBER_HASH = on_demand(keys("pk"), attributes(pk="N"))
NUMBER_RANGE = on_demand(keys("pk", "sk"), attributes(pk="S", sk="N"))
BINARY = on_demand(keys("pk", "sk"), attributes(pk="B", sk="B"))
INDEXED = on_demand(
    keys("pk", "sk"),
    attributes(pk="S", sk="S", l1="S", l2="N", g1="S", g2="N", g3="S"),
    LocalSecondaryIndexes=[
        index("lsi_all", keys("pk", "l1")),
        index("lsi_keys", keys("pk", "l2"), "KEYS_ONLY"),
    ],
    GlobalSecondaryIndexes=[
        index("gsi_all", keys("g1")),
        index("gsi_keys", keys("g1", "g2"), "KEYS_ONLY"),
        index("gsi_some", keys("g3"), "INCLUDE", non_key=["a"]),
    ],
)

SHARED: dict[str, Request] = {
    "hash": HASH,
    "range": RANGE,
    "numberhash": NUMBER_HASH,
    "numberrange": NUMBER_RANGE,
    "binary": BINARY,
    "indexed": INDEXED,
}


def s(value: str) -> dict[str, str]:
    return {"S": value}


def n(value: int | str) -> dict[str, str]:
    return {"N": str(value)}


def b(value: bytes) -> dict[str, bytes]:
    return {"B": value}


TRUE: dict[str, bool] = {"BOOL": True}
NULL: dict[str, bool] = {"NULL": True}


def m(**entries: Any) -> dict[str, Any]:
    return {"M": entries}


def lst(*elements: Any) -> dict[str, Any]:
    return {"L": list(elements)}
