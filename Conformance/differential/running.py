"""The same requests to ours and to the others, and what comes of it.

After a difference, of a read as well, the other server's tables are made what ours are, so that one difference does
not bring forth the next.
"""

from __future__ import annotations

import http.client
import json
from typing import Any

from differential.comparing import Difference, compare, text
from differential.generator import TABLES, Generator
from support.light import LightClient

def ask(client: LightClient, operation: str, request: dict[str, Any]) -> tuple[int, Any]:
    """An answer that is no JSON is told as the error that it is."""
    try:
        return client.call(operation, request)
    except (json.JSONDecodeError, http.client.HTTPException):
        client.close()
        return 500, {"__type": "NoJSON", "message": ""}


def make_tables(client: LightClient) -> None:
    for name, table in TABLES.items():
        client.demand("CreateTable", {"TableName": name, **table})


def state(client: LightClient, table: str) -> dict[str, Any]:
    """The items of a table, by their keys."""
    items = client.items("Scan", {"TableName": table, "ConsistentRead": True})
    return {text({name: item[name] for name in ("pk", "sk") if name in item}): item for item in items}


def make_alike(ours: LightClient, theirs: LightClient) -> None:
    for table in TABLES:
        wanted, found = state(ours, table), state(theirs, table)
        for key in found:
            if key not in wanted:
                theirs.demand("DeleteItem", {"TableName": table, "Key": json.loads(key)})
        for key, item in wanted.items():
            if text(found.get(key)) != text(item):
                theirs.demand("PutItem", {"TableName": table, "Item": item})


def differences(
    our_port: int, rivals: dict[str, int], seed: int, count: int
) -> list[Difference]:
    """What each rival answers other than ours does, to `count` requests."""
    ours = LightClient(our_port)
    theirs = {name: LightClient(port, timeout=60) for name, port in rivals.items()}
    for client in (ours, *theirs.values()):
        make_tables(client)
    found: list[Difference] = []
    for operation, request in Generator(seed).requests(count):
        answer = ask(ours, operation, request)
        for name, client in theirs.items():
            news = compare(name, operation, request, answer, ask(client, operation, request))
            found += news
            if news:
                make_alike(ours, client)
    for client in (ours, *theirs.values()):
        for table in TABLES:
            client.demand("DeleteTable", {"TableName": table})
        client.close()
    return found
