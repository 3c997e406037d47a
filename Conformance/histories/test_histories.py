"""32 clients act on a few objects over the socket while the server is killed and comes back, and
what they were answered must be explained by one order of all operations: strict serializability.

`--operations N` makes it longer (`make histories`: 100,000), `--kills N` sets how often the
server is killed, `--seed N` repeats what is asked, though not when.
"""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path

import pytest
from histories.checker import explain
from histories.clients import KEYS, TABLE, Client
from histories.history import Operation
from support.light import ask
from support.server import Server
from support.tables import attributes, keys, on_demand

CLIENTS = 32
# Few enough to be fought for, and enough for the search: some operations at a time on each.
OBJECTS = 12

pytestmark = pytest.mark.ours


def test_answers_are_those_of_one_order(
    disk_only: None, seed: int, pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    operations, kills = pytestconfig.getoption("--operations"), pytestconfig.getoption("--kills")
    print("seed", seed)
    rng = random.Random(seed)
    server = Server("--data", str(tmp_path / "data")).start()
    stop = threading.Event()
    try:
        schema = on_demand(keys("pk", "sk"), attributes(pk="S", sk="N"))
        ask(server.port, "CreateTable", {"TableName": TABLE, **schema})
        port, left = [server.port], [operations]
        clients = [Client(number, seed, OBJECTS) for number in range(CLIENTS)]
        threads = [
            threading.Thread(target=client.run, args=(port, stop, left)) for client in clients]
        for thread in threads:
            thread.start()
        restarts = 0
        marks = sorted(rng.sample(range(operations // 10, operations), kills), reverse=True)
        while any(thread.is_alive() for thread in threads):
            time.sleep(0.01)
            assert server.running(), server.stderr()
            if marks and operations - left[0] >= marks[-1]:
                marks.pop()
                server.kill()
                server.start()
                port[0] = server.port
                restarts += 1
    finally:
        stop.set()
        server.close()
    failures = [client.failure for client in clients if client.failure]
    assert not failures, failures[:3]
    histories: dict[int, list[Operation]] = {}
    for client in clients:
        for object_, operation in client.history:
            histories.setdefault(object_, []).append(operation)
    unknown = sum(each.end == float("inf") for history in histories.values() for each in history)
    total = sum(map(len, histories.values()))
    print(f"{total} operations, {unknown} without an answer, {restarts} restarts")
    for number, history in sorted(histories.items()):
        fault = explain(history, (None,) * KEYS)
        assert fault is None, f"seed {seed}, object {number}: {fault}"
