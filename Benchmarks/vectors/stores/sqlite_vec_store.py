"""sqlite-vec, with a write-ahead log that is synced at each commit. It has no graph: every search
reads every row."""

from __future__ import annotations

import time

import apsw
import numpy as np
import sqlite_vec

import stores


class Store(stores.Store):
    def _open(self) -> None:
        self.database = apsw.Connection(str(self.folder / "sqlite-vec"))
        self.database.enable_load_extension(True)
        self.database.load_extension(sqlite_vec.loadable_path())
        self.database.execute("PRAGMA journal_mode = WAL").fetchall()
        self.database.execute("PRAGMA synchronous = FULL")

    def load(self, count: int) -> None:
        self._open()
        self.database.execute(
            f"CREATE VIRTUAL TABLE bench USING vec0("
            f"v float[{self.data.dimensions}] distance_metric=cosine)"
        )
        self.insert(0, count, 1_000, 1)

    def insert(self, start: int, count: int, batch: int, writers: int) -> float:
        began = time.perf_counter()
        for first in range(start, start + count, batch):
            numbers = range(first, min(first + batch, start + count))
            with self.database:
                self.database.executemany(
                    "INSERT INTO bench (rowid, v) VALUES (?, ?)",
                    [(n, self.rows[n].tobytes()) for n in numbers],
                )
        return time.perf_counter() - began

    def close(self) -> None:
        self.database.close()

    def first_answer(self, query: np.ndarray) -> float:
        began = time.perf_counter()
        self._open()
        found = self.database.execute(
            "SELECT rowid FROM bench WHERE v MATCH ? AND k = 10", (query.tobytes(),)
        ).fetchall()
        seconds = time.perf_counter() - began
        assert len(found) == 10
        return seconds
