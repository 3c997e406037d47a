"""lancedb with IVF_HNSW_SQ, its graph over 8-bit codes. It syncs nothing on a local disk: files are
synced here. New rows are compared one by one until `optimize` takes them into the index."""

from __future__ import annotations

import warnings

import lancedb
import libraries
import numpy as np
import pyarrow


class Chosen(libraries.Library):
    is_indexed = False

    def create(self) -> None:
        self.database = lancedb.connect(self.folder / "lancedb")
        self.table = None

    def _put(self, start: int, count: int) -> None:
        vectors = pyarrow.FixedSizeListArray.from_arrays(
            pyarrow.array(self.rows[start : start + count].ravel()), self.rows.shape[1])
        batch = pyarrow.table({
            "id": np.arange(start, start + count), "v": vectors,
            "pos": self.values[start : start + count],
        })
        if self.table is None:
            self.table = self.database.create_table("bench", batch)
        else:
            self.table.add(batch)

    def whole(self, count: int) -> None:
        self.write(0, count)

    def write(self, start: int, count: int) -> None:
        self._put(start, count)
        self.sync_files()

    def index(self) -> None:
        if self.is_indexed:
            self.table.optimize()
        else:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.table.create_index(
                    metric="cosine", vector_column_name="v", index_type="IVF_HNSW_SQ")
            self.is_indexed = True
        self.sync_files()

    def open(self) -> None:
        self.database = lancedb.connect(self.folder / "lancedb")
        self.table = self.database.open_table("bench")

    def search(self, query: np.ndarray, value: str | None) -> list[int]:
        search = self.table.search(query).distance_type("cosine").select(["id", "_distance"])
        if self.width is not None:
            search = search.ef(self.width)
        if value is not None:
            search = search.where(f"pos = '{value}'", prefilter=True)
        return search.limit(libraries.K).to_arrow()["id"].to_pylist()
