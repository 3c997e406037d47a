"""Load: wrk for what speaks HTTP, redis-benchmark for redis. One thread each, no pipelining.

Both send their next request on a connection when the last one is answered, so `connections` is
also the number of requests in flight.
"""

from __future__ import annotations

import csv
import dataclasses
import json
import random
import subprocess
from pathlib import Path

import workload
from servers import Server
from signing import Signer

SCRIPT = Path(__file__).with_name("pool.lua")
POOL_SIZES = {"GetItem": 50_000, "PutItem": 20_000, "Query": 20_000, "BatchWriteItem": 2_000}


@dataclasses.dataclass
class Figure:
    """One measurement of one server under one load. Latencies are of requests, in milliseconds."""

    per_second: float
    p50: float
    p99: float
    server_cpu_microseconds: float  # of all threads, per request


class Pools:
    """Files of signed requests for a table of `items`, one per operation, for wrk."""

    def __init__(self, directory: Path, items: int, operations: tuple[str, ...]) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.bodies = {}
        for operation in operations:
            source = random.Random(f"{operation} {items}")
            make = workload.BODIES[operation]
            self.bodies[operation] = [
                make(items, source) for _ in range(POOL_SIZES[operation])
            ]
        self.runs = 0

    def sign(self) -> None:
        """Writes the files anew, signed with the time of now."""
        signer = Signer()
        for operation, bodies in self.bodies.items():
            with self.path(operation).open("wb") as file:
                for body in bodies:
                    request = signer.request(operation, body)
                    file.write(b"%d\n%b" % (len(request), request))

    def path(self, operation: str) -> Path:
        return self.directory / f"{operation}.requests"

    def next_start(self) -> int:
        """Where a run begins in the pool, so that slow runs do not repeat the same few requests."""
        self.runs += 1
        return self.runs * 7_919


def wrk(
    server: Server, pools: Pools, operation: str, connections: int, seconds: int
) -> Figure:
    before = server.cpu_seconds()
    output = subprocess.run(
        ["wrk", "--threads", "1", "--connections", str(connections)]
        + ["--duration", f"{seconds}s", "--timeout", "10s", "--script", str(SCRIPT)]
        + [f"http://127.0.0.1:{server.port}/", "--"]
        + [str(pools.path(operation)), str(pools.next_start())],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    ).stdout
    used = server.cpu_seconds() - before
    last = output.strip().rpartition("\n")[2]
    if not last.startswith("{"):
        raise RuntimeError(f"wrk failed:\n{output}")
    counted = json.loads(last)
    if counted["requests"] == 0 or counted["status_errors"] or counted["socket_errors"]:
        raise server.failure(f"failed requests for {operation}: {last}")
    return Figure(
        per_second=counted["requests"] / counted["microseconds"] * 1e6,
        p50=counted["p50"] / 1e3,
        p99=counted["p99"] / 1e3,
        server_cpu_microseconds=used / counted["requests"] * 1e6,
    )


def redis_benchmark(
    server: Server, command: str, keys: int, connections: int, requests: int
) -> Figure:
    """It counts requests rather than seconds; the caller knows how many fill the time."""
    before = server.cpu_seconds()
    output = subprocess.run(
        ["redis-benchmark", "-h", "127.0.0.1", "-p", str(server.port), "--csv", "-t", command]
        + ["-c", str(connections), "-n", str(requests), "-r", str(keys)]
        + ["-d", str(workload.ITEM_BYTES)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    used = server.cpu_seconds() - before
    row = next(csv.DictReader(output.splitlines()))
    return Figure(
        per_second=float(row["rps"]),
        p50=float(row["p50_latency_ms"]),
        p99=float(row["p99_latency_ms"]),
        server_cpu_microseconds=used / requests * 1e6,
    )
