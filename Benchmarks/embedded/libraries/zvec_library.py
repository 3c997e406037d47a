"""zvec. `flush` makes its writes durable; `optimize` takes them into the graph. Its HNSW parameters
have to be given: the same as everybody's defaults here."""

from __future__ import annotations

import libraries
import numpy as np
import zvec

BATCH = 1_000


class Chosen(libraries.Library):
    def create(self) -> None:
        zvec.init(log_level=zvec.LogLevel.ERROR)
        vectors = zvec.VectorSchema(
            "v", zvec.DataType.VECTOR_FP32, self.rows.shape[1],
            index_param=zvec.HnswIndexParam(zvec.MetricType.COSINE, m=16, ef_construction=200))
        attribute = zvec.FieldSchema(
            "pos", zvec.DataType.STRING, index_param=zvec.InvertIndexParam())
        schema = zvec.CollectionSchema(name="bench", fields=[attribute], vectors=vectors)
        self.collection = zvec.create_and_open(str(self.folder / "zvec"), schema)

    def _put(self, start: int, count: int) -> None:
        documents = [
            zvec.Doc(
                id=str(number), vectors={"v": self.rows[number]},
                fields={"pos": self.values[number]})
            for number in range(start, start + count)
        ]
        if not all(status.ok() for status in self.collection.insert(documents)):
            raise RuntimeError("zvec refused a document")

    def whole(self, count: int) -> None:
        for start in range(0, count, BATCH):
            self._put(start, min(BATCH, count - start))
        self.collection.flush()

    def write(self, start: int, count: int) -> None:
        self._put(start, count)
        self.collection.flush()

    def index(self) -> None:
        self.collection.optimize()

    def open(self) -> None:
        zvec.init(log_level=zvec.LogLevel.ERROR)
        self.collection = zvec.open(str(self.folder / "zvec"))

    def close(self) -> None:
        self.collection.close()

    def search(self, query: np.ndarray, value: str | None) -> list[int]:
        how = None if self.width is None else zvec.HnswQueryParam(ef=self.width)
        found = self.collection.query(
            zvec.Query("v", vector=query, param=how), topk=libraries.K,
            filter=None if value is None else f"pos = '{value}'")
        return [int(document.id) for document in found]
