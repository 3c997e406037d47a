"""SearchVectors over HTTP beside the same index in process, so that the cost of the wire is known.

wrk sends prepared, signed requests of 384 numbers each over 1 connection and over 32, TopK 10; it
takes a part of the processors that the index has to itself in process. Both search with the default
width. Rounds are interleaved, and ratios taken within a round.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import items
import numpy as np
from curves import spread
from data_sets import NEIGHBORS, DataSet, Judge
from engines import Engine
from stores import martlet_store

CONNECTIONS = (1, 32)
IN_PROCESS = "martlet-int4"
DEFAULT_WIDTH = 0
POOL = Path(__file__).resolve().parents[1] / "server/pool.lua"


def measure(
    data: DataSet, server: Path, driver: Path, rounds: int, seconds: int, scratch: Path,
    say: Callable[[str], None],
) -> dict:
    """`scratch`: where data goes; a real disk."""
    judge = Judge(data)
    queries = data.load("queries")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(
            tempfile.TemporaryDirectory(prefix="bench-wire-", dir=scratch)
        ))
        say("wire: loading")
        store = martlet_store.Store(folder, data, data.load("base"), server)
        stack.callback(store.close)
        store.load(data.rows)
        engine = Engine(IN_PROCESS, data, 2, driver)
        stack.callback(engine.stop)
        engine.build()
        numbers = items.Numbers()
        bodies = [items.search(query, numbers) for query in queries]
        found = {"recall over HTTP": _recall(judge, store, bodies)}
        found["recall in process"] = judge.recall(engine.answers(ef=DEFAULT_WIDTH))
        rates: dict[str, list[float]] = {}
        for number in range(rounds):
            signer = martlet_store.Signer()
            requests = [signer.request("SearchVectors", body) for body in bodies]
            pool = folder / "requests"
            pool.write_bytes(b"".join(b"%d\n%b" % (len(r), r) for r in requests))
            for connections in CONNECTIONS:
                rate = _wrk(store.process.port, pool, connections, seconds, number * 7_919)
                rates.setdefault(f"{connections} connections", []).append(rate)
            for threads in (1, 2):
                rate = engine.rate(ef=DEFAULT_WIDTH, threads=threads, minimum=seconds)
                rates.setdefault(f"in process, {threads} threads", []).append(rate)
            say(f"wire: round {number + 1}")
    found["rates"] = rates
    found["per_second"] = {name: spread(values) for name, values in rates.items()}
    found["ratios"] = {
        f"{connections} connections ÷ in process, {threads} threads": spread([
            wire / inside
            for wire, inside in zip(
                rates[f"{connections} connections"], rates[f"in process, {threads} threads"]
            )
        ])
        for connections, threads in ((1, 1), (32, 1), (32, 2))
    }
    return found


def _recall(judge: Judge, store: martlet_store.Store, bodies: list[bytes]) -> float:
    """Asks every query once; also proves that answers are answers."""
    connection = martlet_store.Connection(store.process.port)
    answers = np.full((len(bodies), NEIGHBORS), -1, np.int32)
    for number, body in enumerate(bodies):
        rows = items.answer_rows(connection.call("SearchVectors", body))
        answers[number, : len(rows)] = rows
    connection.close()
    return judge.recall(answers)


def _wrk(port: int, pool: Path, connections: int, seconds: int, start: int) -> float:
    output = subprocess.run(
        ["wrk", "--threads", "1", "--connections", str(connections), "--timeout", "10s"]
        + ["--duration", f"{seconds}s", "--script", str(POOL), f"http://127.0.0.1:{port}/"]
        + ["--", str(pool), str(start)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    ).stdout
    last = output.strip().rpartition("\n")[2]
    if not last.startswith("{"):
        raise RuntimeError(f"wrk failed:\n{output}")
    counted = json.loads(last)
    if not counted["requests"] or counted["status_errors"] or counted["socket_errors"]:
        raise RuntimeError(f"searches failed: {last}")
    return counted["requests"] / counted["microseconds"] * 1e6
