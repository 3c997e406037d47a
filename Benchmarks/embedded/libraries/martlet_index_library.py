"""martlet.Index: no metadata and no log, so a filter is a mask of ids, and what is durable is one
file that is written anew."""

from __future__ import annotations

import libraries
import martlet
import numpy as np


class Chosen(libraries.Library):
    def create(self) -> None:
        self.vectors = martlet.Index(self.rows.shape[1])
        self._mask()

    def _mask(self) -> None:
        values = np.array(self.values)
        self.masks = {value: values == value for value in set(self.values)}

    def whole(self, count: int) -> None:
        self.write(0, count)

    def write(self, start: int, count: int) -> None:
        self.vectors.add(self.rows[start : start + count], np.arange(start, start + count))
        self.vectors.save(self.folder / "index")

    def open(self) -> None:
        self.vectors = martlet.Index.load(self.folder / "index", mapped=True)

    def set_width(self, width: int | None) -> None:
        super().set_width(width)
        self._mask()

    def search(self, query: np.ndarray, value: str | None) -> list[int]:
        allowed = None if value is None else self.masks[value]
        return self.vectors.search(query, libraries.K, self.width, allowed=allowed).ids.tolist()
