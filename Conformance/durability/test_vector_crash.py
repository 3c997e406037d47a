"""SIGKILL while items with vectors are written, indexes are filled and their files are made: every
acknowledged item is found by search afterwards, and none that is gone.
"""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from durability.kills import check_items, kill_while_it_opens, write_until_killed
from durability.ledger import Item, Key
from durability.vectors import (
    DIMENSIONS,
    LATE,
    PLAIN,
    SCOPED,
    VectorWriter,
    check_plain,
    check_searches,
)
from durability.writers import TABLE
from support.light import LightClient, ask
from support.server import Server
from support.tables import attributes, keys, on_demand
from support.vectors import schema, vector_index

pytestmark = pytest.mark.ours

SCHEMA = on_demand(
    keys("pk", "sk"),
    attributes(pk="S", sk="S", g="S"),
    VectorIndexes=[
        vector_index(PLAIN, DIMENSIONS, "EUCLIDEAN", "KEYS_ONLY"),
        vector_index(SCOPED, DIMENSIONS, "EUCLIDEAN", "KEYS_ONLY", search_schema=schema("g")),
    ],
)


def toggle_late_index(port: int) -> None:
    """Adds an index over what is there, or removes it: killed soon, it is being filled."""
    with LightClient(port) as client:
        table = client.demand("DescribeTable", {"TableName": TABLE})["Table"]
        if any(each["IndexName"] == LATE for each in table["VectorIndexes"]):
            change: dict[str, Any] = {"Delete": {"IndexName": LATE}}
        else:
            change = {"Create": vector_index(LATE, DIMENSIONS, "EUCLIDEAN", "KEYS_ONLY")}
        client.demand("UpdateTable", {"TableName": TABLE, "VectorIndexUpdates": [change]})


def check_late_index(
    client: LightClient, items: dict[Key, Item], rng: random.Random
) -> bool:
    """Waits until the index is filled, and searches it."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        table = client.demand("DescribeTable", {"TableName": TABLE})["Table"]
        late = [each for each in table["VectorIndexes"] if each["IndexName"] == LATE]
        if not late:
            return False
        if late[0]["IndexStatus"] == "ACTIVE":
            check_plain(client, LATE, items, rng)
            assert late[0]["ItemCount"] == sum("v" in item for item in items.values())
            return True
        time.sleep(0.05)
    raise AssertionError("the index that was being filled never is")


def stop_or_kill(server: Server, rng: random.Random) -> None:
    """Ends the server as it was left, or in the middle of closing, when files are made."""
    if rng.random() < 0.5:
        assert server.stop() == 0
        return
    server.process.send_signal(signal.SIGTERM)  # type: ignore[union-attr]
    time.sleep(rng.uniform(0, 0.1))
    server.kill()


def test_every_acknowledged_item_is_found_after_a_kill(
    request: pytest.FixtureRequest, disk_only: None, seed: int, tmp_path: Path
) -> None:
    kills = int(request.config.getoption("--kills"))
    print(f"seed {seed}, {kills} kills")
    rng = random.Random(seed)
    writers = [VectorWriter(f"vector{number}", seed) for number in range(4)]
    server = Server("--data", str(tmp_path / "data")).start()
    late = 0
    vectors = 0
    try:
        ask(server.port, "CreateTable", {"TableName": TABLE, **SCHEMA})
        for _ in range(kills):
            if rng.random() < 0.6:
                toggle_late_index(server.port)
            write_until_killed(server, [*writers], rng.uniform(0.02, 1.2))
            failures = [writer.failure for writer in writers if writer.failure]
            assert not failures, failures
            kill_while_it_opens(server, rng)
            server.start()
            with LightClient(server.port) as client:
                stored = check_items(client, [*writers])
                vectors = check_searches(client, stored, rng)
                late += check_late_index(client, stored, rng)
            if rng.random() < 0.4:
                stop_or_kill(server, rng)
                server.start()
                with LightClient(server.port) as client:
                    check_searches(client, stored, rng)
        assert server.stop() == 0
    finally:
        server.close()
    total = sum(writer.ledger.acknowledgements for writer in writers)
    print(f"{total} acknowledged requests, {vectors} vectors, {late} indexes filled over kills")
    assert total > kills, "the writers did not get to write"
