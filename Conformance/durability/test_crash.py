"""SIGKILL at random moments: every acknowledged write is there, with its index rows, whole.

`--kills N` sets how often the server is killed, `--seed N` repeats a run. A kill of the process
leaves the page cache alone; what a power cut leaves is tested below the socket, on a store that
drops what was not synced.
"""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from durability.kills import check_items, kill_while_it_opens, primary, write_until_killed
from durability.ledger import Item, Key
from durability.writers import TABLE, BatchWriter, ItemWriter, TransactionWriter, Writer
from support.light import LightClient, ask
from support.server import Server
from support.tables import attributes, index, keys, on_demand

SCHEMA = on_demand(
    keys("pk", "sk"),
    attributes(pk="S", sk="S", g="S", l="N"),
    LocalSecondaryIndexes=[index("local", keys("pk", "l"))],
    GlobalSecondaryIndexes=[
        index("global", keys("g")), index("bare", keys("g", "l"), "KEYS_ONLY"),
    ],
)
INDEX_KEYS = {"local": {"l"}, "global": {"g"}, "bare": {"g", "l"}}

pytestmark = pytest.mark.ours


def check_indexes(client: LightClient, stored: dict[Key, Item]) -> int:
    """Every entry has its item and every item its entry, attribute for attribute."""
    entries = 0
    for name, needed in INDEX_KEYS.items():
        found: list[Item] = client.items("Scan", {"TableName": TABLE, "IndexName": name})
        wanted = {key: item for key, item in stored.items() if needed <= set(item)}
        if name == "bare":
            kept = {"pk", "sk", *needed}
            wanted = {
                key: {each: value for each, value in item.items() if each in kept}
                for key, item in wanted.items()
            }
        assert len(found) == len({primary(item) for item in found}), f"{name}: an entry twice"
        assert {primary(item): item for item in found} == wanted, f"{name} differs from the table"
        entries += len(found)
    return entries


def test_nothing_acknowledged_is_lost(
    request: pytest.FixtureRequest, disk_only: None, seed: int, tmp_path: Path
) -> None:
    kills = int(request.config.getoption("--kills"))
    print(f"seed {seed}, {kills} kills")
    rng = random.Random(seed)
    writers: list[Writer] = [
        *(ItemWriter(f"item{number}", seed) for number in range(4)),
        *(BatchWriter(f"batch{number}", seed) for number in range(2)),
        *(TransactionWriter(f"transaction{number}", seed) for number in range(2)),
    ]
    server = Server("--data", str(tmp_path / "data")).start()
    entries = 0
    try:
        ask(server.port, "CreateTable", {"TableName": TABLE, **SCHEMA})
        for _ in range(kills):
            write_until_killed(server, writers, rng.uniform(0.02, 0.8))
            failures = [writer.failure for writer in writers if writer.failure]
            assert not failures, failures
            kill_while_it_opens(server, rng)
            server.start()
            with LightClient(server.port) as client:
                stored = check_items(client, writers)
                entries = check_indexes(client, stored)
        assert server.stop() == 0
    finally:
        server.close()
    total = sum(writer.ledger.acknowledgements for writer in writers)
    print(f"{total} acknowledged requests, {len(stored)} items, {entries} index entries at the end")
    assert total > kills, "the writers did not get to write"


def test_a_graceful_stop_keeps_everything(
    disk_only: None, seed: int, tmp_path: Path
) -> None:
    """SIGTERM under load: what was accepted is finished, answered or not, and the status is 0."""
    print("seed", seed)
    writers: list[Writer] = [ItemWriter(f"item{number}", seed) for number in range(4)]
    server = Server("--data", str(tmp_path / "data")).start()
    try:
        ask(server.port, "CreateTable", {"TableName": TABLE, **SCHEMA})
        stop = threading.Event()
        threads = [
            threading.Thread(target=writer.run, args=(server.port, stop)) for writer in writers
        ]
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        assert server.stop() == 0
        stop.set()
        for thread in threads:
            thread.join(60)
        server.start()
        with LightClient(server.port) as client:
            check_indexes(client, check_items(client, writers))
    finally:
        server.close()


def test_tables_and_settings_survive(disk_only: None, tmp_path: Path) -> None:
    server = Server("--data", str(tmp_path / "data")).start()
    try:
        ask(server.port, "CreateTable", {
            "TableName": TABLE, **SCHEMA, "Tags": [{"Key": "a", "Value": "b"}],
        })
        ask(server.port, "UpdateTimeToLive", {
            "TableName": TABLE,
            "TimeToLiveSpecification": {"Enabled": True, "AttributeName": "expires"},
        })
        before = describe(server.port)
        server.kill()
        server.start()
        assert describe(server.port) == before
        ask(server.port, "DeleteTable", {"TableName": TABLE})
        server.kill()
        server.start()
        assert ask(server.port, "ListTables", {})["TableNames"] == []
    finally:
        server.close()


def describe(port: int) -> Any:
    table = ask(port, "DescribeTable", {"TableName": TABLE})["Table"]
    return (
        table,
        ask(port, "DescribeTimeToLive", {"TableName": TABLE}),
        ask(port, "ListTagsOfResource", {"ResourceArn": table["TableArn"]}),
    )


def test_a_second_server_on_the_directory_is_refused(disk_only: None, tmp_path: Path) -> None:
    server = Server("--data", str(tmp_path / "data")).start()
    second = Server("--data", str(tmp_path / "data"))
    try:
        second.spawn()
        assert second.process is not None
        assert second.process.wait(20) != 0
        assert str(server.pid) in second.stderr(), "the error names the holder"
    finally:
        second.close()
        server.close()
