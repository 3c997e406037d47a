"""What reading costs as a table grows, and whether memory keeps to its budget.

One server per size, all running, asked in turn like the servers of the comparison. Every size is
asked as many different requests, so that the load generator works alike.
"""

from __future__ import annotations

import statistics
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Callable

import filling
import load
from load import Pools
from servers import Martlet

OPERATIONS = ("GetItem", "Query")
CONNECTIONS = 32
SETTLE_SECONDS = 60.0


class Size:
    """A server with a table of `items`."""

    def __init__(
        self, stack: ExitStack, directory: Path, binary: Path, budget: str, items: int
    ) -> None:
        self.items = items
        self.data = directory / f"items-{items}"
        self.server = Martlet(binary, self.data, budget, verifies=True)
        stack.callback(self.server.stop)
        filling.create_table(self.server.port)
        began = time.perf_counter()
        filling.load(self.server.port, items)
        self.loaded_per_second = items / (time.perf_counter() - began)
        self.server.settle(SETTLE_SECONDS)
        filling.check(self.server.port, items)
        self.pools = Pools(directory / f"pools-{items}", items, OPERATIONS)
        self.per_second: dict[str, list[float]] = {operation: [] for operation in OPERATIONS}

    def median(self, operation: str) -> float:
        return statistics.median(self.per_second[operation])

    def disk_bytes(self) -> int:
        return sum(path.stat().st_blocks * 512 for path in self.data.rglob("*"))


class Growth:
    """Fills a server for each of `sizes`; `run` then measures. `stack` ends the servers."""

    def __init__(
        self,
        stack: ExitStack,
        directory: Path,
        *,
        binary: Path,
        budget: str,
        sizes: list[int],
        seconds: int,
        say: Callable[[str], None],
    ) -> None:
        self.seconds = seconds
        self.say = say
        self.sizes = []
        for items in sizes:
            say(f"loading {items:,} items")
            self.sizes.append(Size(stack, directory, binary, budget, items))

    def run(self, rounds: int) -> None:
        """Measures `rounds` times, after one round that warms caches and is not counted."""
        order = list(self.sizes)
        for number in range(rounds + 1):
            self.say(f"growth, round {number} of {rounds}" if number else "growth, warming up")
            for size in order:
                size.pools.sign()
                for operation in OPERATIONS:
                    figure = load.wrk(
                        size.server, size.pools, operation, CONNECTIONS, self.seconds
                    )
                    if number:
                        size.per_second[operation].append(figure.per_second)
            order.reverse()

    def spread(self, operation: str) -> float:
        """The slowest size's throughput over the fastest's."""
        medians = [size.median(operation) for size in self.sizes]
        return min(medians) / max(medians)
