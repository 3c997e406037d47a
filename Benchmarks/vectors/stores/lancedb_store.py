"""lancedb. It syncs nothing on a local disk and cannot be told to, so each file that a write made
is synced here. New rows are searched one by one until `optimize` takes them into the index."""

from __future__ import annotations

import os
import time
import warnings

import lancedb
import numpy as np
import pyarrow

import peers
import stores


class Store(stores.Store):
    def load(self, count: int) -> None:
        self.database = lancedb.connect(self.folder / "lancedb")
        self.synced: set[str] = set()
        self.table = self.database.create_table("bench", self._batch(range(count)))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its newer form has no HNSW parameters documented
            self.table.create_index(
                metric="cosine", vector_column_name="v", index_type="IVF_HNSW_SQ",
                num_partitions=1, m=peers.M, ef_construction=peers.EF_CONSTRUCTION,
            )
        self._sync()

    def _batch(self, numbers: range) -> pyarrow.Table:
        vectors = self.rows[numbers.start : numbers.stop].ravel()
        column = pyarrow.FixedSizeListArray.from_arrays(
            pyarrow.array(vectors), self.data.dimensions
        )
        return pyarrow.table({"id": np.arange(numbers.start, numbers.stop), "v": column})

    def _sync(self) -> None:
        """Every new file, and the directories that name them."""
        for directory, _, names in os.walk(self.folder / "lancedb"):
            new = {f"{directory}/{name}" for name in names} - self.synced
            for path in [*new, *([directory] if new else [])]:
                descriptor = os.open(path, os.O_RDONLY)
                os.fsync(descriptor)
                os.close(descriptor)
            self.synced |= new

    def insert(self, start: int, count: int, batch: int, writers: int) -> float:
        began = time.perf_counter()
        for first in range(start, start + count, batch):
            self.table.add(self._batch(range(first, min(first + batch, start + count))))
            self._sync()
        return time.perf_counter() - began

    def index(self) -> None:
        self.table.optimize()

    def close(self) -> None:
        del self.table, self.database

    def first_answer(self, query: np.ndarray) -> float:
        began = time.perf_counter()
        self.database = lancedb.connect(self.folder / "lancedb")
        self.table = self.database.open_table("bench")
        search = self.table.search(query).distance_type("cosine")
        found = search.select(["id", "_distance"]).limit(10).to_list()
        seconds = time.perf_counter() - began
        assert len(found) == 10
        return seconds
