"""sqlite-vec with a write-ahead log that is synced at each commit. It has no graph: every search
reads every row."""

from __future__ import annotations

import apsw
import libraries
import numpy as np
import sqlite_vec


class Chosen(libraries.Library):
    has_width = False

    def open(self) -> None:
        self.database = apsw.Connection(str(self.folder / "sqlite-vec"))
        self.database.enable_load_extension(True)
        self.database.load_extension(sqlite_vec.loadable_path())
        self.database.execute("PRAGMA journal_mode = WAL").fetchall()
        self.database.execute("PRAGMA synchronous = FULL")

    def create(self) -> None:
        self.open()
        self.database.execute(
            f"CREATE VIRTUAL TABLE bench USING vec0("
            f"v float[{self.rows.shape[1]}] distance_metric=cosine, pos text)")

    def whole(self, count: int) -> None:
        self.write(0, count)

    def write(self, start: int, count: int) -> None:
        with self.database:
            self.database.executemany(
                "INSERT INTO bench (rowid, v, pos) VALUES (?, ?, ?)",
                (
                    (number, self.rows[number].tobytes(), self.values[number])
                    for number in range(start, start + count)
                ))

    def close(self) -> None:
        self.database.close()

    def search(self, query: np.ndarray, value: str | None) -> list[int]:
        condition, more = ("", ()) if value is None else ("AND pos = ?", (value,))
        found = self.database.execute(
            f"SELECT rowid FROM bench WHERE v MATCH ? AND k = {libraries.K} {condition}",
            (query.tobytes(), *more))
        return [row[0] for row in found]
