"""How long the server takes from its start to its first answer, and its memory at rest.

The first answer is that to a signed ListTables: the database is open and the signature checked.
"""

from __future__ import annotations

import dataclasses
import statistics
import time
from pathlib import Path
from typing import Callable

import workload
from filling import Connection
from servers import Martlet

STARTS = 15


@dataclasses.dataclass
class Starting:
    """Medians over STARTS starts of one kind of data directory."""

    milliseconds: float
    slowest_milliseconds: float
    idle_bytes: float


def measure(binary: Path, budget: str, directory: Callable[[int], Path]) -> Starting:
    """Starts and stops the server in `directory(n)`, for each n below STARTS."""
    times, sizes = [], []
    for number in range(STARTS):
        path = directory(number)
        began = time.perf_counter()
        server = Martlet(binary, path, budget, verifies=True)
        try:
            connection = Connection(server.port)
            connection.call("ListTables", workload.LIST_TABLES)
            times.append((time.perf_counter() - began) * 1e3)
            connection.close()
            time.sleep(0.2)
            sizes.append(server.memory_bytes("VmRSS"))
        finally:
            server.stop()
    return Starting(statistics.median(times), max(times), statistics.median(sizes))
