"""A consumer reads a stream while 32 writers write, over a restart and SIGKILLs: what it makes of
the records is the table, item for item.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from durability.consumers import Consumer
from durability.kills import check_items, kill_while_it_opens
from durability.writers import TABLE, BatchWriter, ItemWriter, TransactionWriter, Writer
from support.light import LightClient, ask
from support.server import Server
from support.streams import streaming
from support.tables import attributes, index, keys, on_demand

pytestmark = pytest.mark.ours

SCHEMA = streaming(
    on_demand(
        keys("pk", "sk"),
        attributes(pk="S", sk="S", g="S"),
        GlobalSecondaryIndexes=[index("global", keys("g"))],
    )
)


def write_until(writers: list[Writer], server: Server, end: Callable[[], None]) -> None:
    stop = threading.Event()
    threads = [
        threading.Thread(target=writer.run, args=(server.port, stop)) for writer in writers
    ]
    for thread in threads:
        thread.start()
    end()
    stop.set()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "a writer hangs"


def test_a_stream_makes_the_table(
    request: pytest.FixtureRequest, disk_only: None, seed: int, tmp_path: Path
) -> None:
    kills = int(request.config.getoption("--kills"))
    print(f"seed {seed}, {kills} kills")
    rng = random.Random(seed)
    writers: list[Writer] = [
        *(ItemWriter(f"item{number}", seed) for number in range(20)),
        *(BatchWriter(f"batch{number}", seed) for number in range(6)),
        *(TransactionWriter(f"transaction{number}", seed) for number in range(6)),
    ]
    server = Server("--data", str(tmp_path / "data")).start()
    done = threading.Event()
    reading: threading.Thread | None = None
    try:
        table = ask(server.port, "CreateTable", {"TableName": TABLE, **SCHEMA})
        consumer = Consumer(table["TableDescription"]["LatestStreamArn"])
        reading = threading.Thread(target=consumer.run, args=(lambda: server.url, done))
        reading.start()

        def restart() -> None:
            time.sleep(rng.uniform(0.3, 1))
            assert server.stop() == 0

        def kill() -> None:
            time.sleep(rng.uniform(0.1, 1))
            server.kill()

        def go_on() -> None:
            time.sleep(1)

        for end in (restart, *[kill] * kills, go_on):
            write_until(writers, server, end)
            if end is kill:
                kill_while_it_opens(server, rng)
            if end is not go_on:
                server.start()
            with LightClient(server.port) as client:
                check_items(client, writers)
        read_beside = consumer.count
        done.set()
        reading.join(60)
        assert not reading.is_alive(), "the consumer never comes to the end"
        assert consumer.failure is None, consumer.failure
        assert read_beside > 0, "nothing was read while writers wrote"
        with LightClient(server.port) as client:
            stored = check_items(client, writers)
        assert consumer.items == stored
        print(f"{consumer.count} records, {read_beside} beside the writers; {len(stored)} items")
        assert server.stop() == 0
    finally:
        done.set()
        if reading is not None:
            reading.join(60)
        server.close()
