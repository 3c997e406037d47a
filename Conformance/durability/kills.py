"""Kills a server under load, and compares its items with what the writers know."""

from __future__ import annotations

import random
import threading
import time

from durability.ledger import Item, Key
from durability.writers import TABLE, Writer
from support.light import LightClient
from support.server import Server


def primary(item: Item) -> Key:
    return (item["pk"]["S"], item["sk"]["S"])


def write_until_killed(server: Server, writers: list[Writer], seconds: float) -> None:
    stop = threading.Event()
    threads = [
        threading.Thread(target=writer.run, args=(server.port, stop)) for writer in writers
    ]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    assert server.running(), f"the server died by itself: {server.stderr()}"
    server.kill()
    stop.set()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "a writer hangs on a server that is gone"


def kill_while_it_opens(server: Server, rng: random.Random) -> None:
    """Recovery may be interrupted as well, at any point and more than once."""
    for _ in range(rng.randrange(3)):
        server.spawn()
        time.sleep(rng.uniform(0, 0.03))
        server.kill()


def check_items(client: LightClient, writers: list[Writer]) -> dict[Key, Item]:
    scanned = client.items("Scan", {"TableName": TABLE, "ConsistentRead": True})
    stored = {primary(item): item for item in scanned}
    assert len(stored) == len(scanned), "an item was read twice"
    broken = [each for writer in writers for each in writer.ledger.settle(stored)]
    assert not broken, "\n".join(broken[:20])
    known = {
        key for writer in writers
        for key, state in writer.ledger.acknowledged.items() if state is not None
    }
    assert set(stored) == known, "items that nobody wrote"
    return stored
