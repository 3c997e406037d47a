"""vctrs. Nothing is on disk before `save`, which writes whole files anew and syncs none: they are
synced here."""

from __future__ import annotations

import libraries
import numpy as np
import vctrs


class Chosen(libraries.Library):
    def create(self) -> None:
        self.database = vctrs.Database(str(self.folder / "vctrs"), dim=self.rows.shape[1])

    def whole(self, count: int) -> None:
        self.write(0, count)

    def write(self, start: int, count: int) -> None:
        numbers = range(start, start + count)
        self.database.add_many(
            [str(number) for number in numbers], self.rows[start : start + count],
            [{"pos": self.values[number]} for number in numbers])
        self.database.save()
        self.sync_files()

    def open(self) -> None:
        self.database = vctrs.Database(str(self.folder / "vctrs"), dim=self.rows.shape[1])

    def search(self, query: np.ndarray, value: str | None) -> list[int]:
        found = self.database.search(
            query, libraries.K, self.width, None if value is None else {"pos": value})
        return [int(result.id) for result in found]
