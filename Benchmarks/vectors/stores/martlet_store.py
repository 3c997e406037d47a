"""Ours, through its server, which syncs every write before it answers. What was answered is found
by the next search; the graph takes it in meanwhile. Requests are made and signed beforehand."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

import items
import stores

sys.path.append(str(Path(__file__).resolve().parents[2] / "server"))
from filling import Connection
from servers import Martlet
from signing import Signer

MEMORY_BUDGET = "256M"


class Store(stores.Store):
    def _open(self) -> None:
        assert self.server is not None
        self.process = Martlet(self.server, self.folder / "martlet", MEMORY_BUDGET, verifies=True)
        self.numbers = items.Numbers()

    def load(self, count: int) -> None:
        self._open()
        connection = Connection(self.process.port)
        connection.call("CreateTable", items.create_table(self.data.dimensions))
        connection.close()
        for start in range(0, count, 5_000):
            self.insert(start, min(5_000, count - start), items.ITEMS_PER_BATCH, 2)
        self.index()

    def insert(self, start: int, count: int, batch: int, writers: int) -> float:
        signer = Signer()
        requests = []
        for first in range(start, start + count, batch):
            rows = self.rows[first : min(first + batch, start + count)]
            requests.append(signer.request(*items.write(first, rows, self.numbers)))
        connections = [Connection(self.process.port) for _ in range(writers)]

        def send(writer: int) -> None:
            for request in requests[writer::writers]:
                status, body = connections[writer].send(request)
                if status != 200:
                    raise RuntimeError(f"a write was answered {status}: {body[:300]!r}")

        with ThreadPoolExecutor(writers) as pool:
            began = time.perf_counter()
            list(pool.map(send, range(writers)))
            seconds = time.perf_counter() - began
        for connection in connections:
            connection.close()
        return seconds

    def index(self) -> None:
        """Waits until the server rests: then its graph has all."""
        self.process.settle(600)

    def close(self) -> None:
        self.process.stop()

    def first_answer(self, query: np.ndarray) -> float:
        """From starting the program; its own start is in it."""
        request = items.search(query, items.Numbers())
        began = time.perf_counter()
        self._open()
        connection = Connection(self.process.port)
        found = connection.call("SearchVectors", request)
        seconds = time.perf_counter() - began
        connection.close()
        assert len(found["SearchResults"]) == 10
        return seconds
