"""martlet.Database. Every call is synced when it returns, and what it wrote is found by the next
search. The graph takes it in on a thread of its own: it has all when the process rests."""

from __future__ import annotations

import time

import libraries
import martlet
import numpy as np

REST = 0.5


class Chosen(libraries.Library):
    def create(self) -> None:
        self.database = martlet.Database(self.folder / "martlet", dim=self.rows.shape[1])

    def whole(self, count: int) -> None:
        self.write(0, count)

    def write(self, start: int, count: int) -> None:
        numbers = range(start, start + count)
        self.database.add_many(
            [str(number) for number in numbers], self.rows[start : start + count],
            [{"pos": self.values[number]} for number in numbers])

    def index(self) -> None:
        # Half a second without work is rest; it is not counted.
        used, since = time.process_time(), time.perf_counter()
        while time.perf_counter() - since < REST:
            time.sleep(0.02)
            now = time.process_time()
            if now - used > 0.004:
                since = time.perf_counter()
            used = now
        self.rested = since

    def open(self) -> None:
        self.database = martlet.Database(self.folder / "martlet")

    def close(self) -> None:
        self.database.close()

    def search(self, query: np.ndarray, value: str | None) -> list[int]:
        found = self.database.search(
            query, libraries.K, self.width, None if value is None else {"pos": value})
        return [int(result.id) for result in found]
