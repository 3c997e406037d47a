"""zvec. `flush` is what makes its writes durable. New documents are searched one by one until
`optimize` takes them into the graph, so its graph is not kept up to date by insertions."""

from __future__ import annotations

import time

import numpy as np
import zvec

import peers
import stores


class Store(stores.Store):
    def load(self, count: int) -> None:
        zvec.init(log_level=zvec.LogLevel.ERROR)
        parameters = zvec.HnswIndexParam(
            zvec.MetricType.COSINE, m=peers.M, ef_construction=peers.EF_CONSTRUCTION
        )
        vectors = zvec.VectorSchema(
            "v", zvec.DataType.VECTOR_FP32, self.data.dimensions, index_param=parameters
        )
        schema = zvec.CollectionSchema(name="bench", vectors=vectors)
        self.collection = zvec.create_and_open(str(self.folder / "zvec"), schema)
        for start in range(0, count, 1_000):
            self._put(range(start, min(start + 1_000, count)))
        self.index()

    def _put(self, numbers: range) -> None:
        documents = [zvec.Doc(id=str(n), vectors={"v": self.rows[n]}) for n in numbers]
        if not all(status.ok() for status in self.collection.insert(documents)):
            raise RuntimeError("zvec refused a document")

    def insert(self, start: int, count: int, batch: int, writers: int) -> float:
        began = time.perf_counter()
        for first in range(start, start + count, batch):
            self._put(range(first, min(first + batch, start + count)))
            self.collection.flush()
        return time.perf_counter() - began

    def index(self) -> None:
        self.collection.optimize()

    def close(self) -> None:
        self.collection.close()

    def first_answer(self, query: np.ndarray) -> float:
        zvec.init(log_level=zvec.LogLevel.ERROR)
        began = time.perf_counter()
        self.collection = zvec.open(str(self.folder / "zvec"))
        found = self.collection.query(zvec.Query("v", vector=query), topk=10)
        seconds = time.perf_counter() - began
        assert len(found) == 10
        return seconds
