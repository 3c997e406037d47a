"""chromadb, a PersistentClient. Writes go to SQLite, and to the graph's files now and then; it has
no setting for durability. A call takes so many rows and no more."""

from __future__ import annotations

import chromadb
import libraries
import numpy as np
from chromadb.config import Settings


class Chosen(libraries.Library):
    def _connect(self) -> None:
        self.client = chromadb.PersistentClient(
            path=str(self.folder / "chromadb"), settings=Settings(anonymized_telemetry=False))

    def create(self) -> None:
        self._connect()
        self.collection = self.client.create_collection(
            "bench", embedding_function=None, configuration={"hnsw": {"space": "cosine"}})

    def whole(self, count: int) -> None:
        batch = self.client.get_max_batch_size()
        for start in range(0, count, batch):
            self.write(start, min(batch, count - start))

    def write(self, start: int, count: int) -> None:
        numbers = range(start, start + count)
        self.collection.add(
            ids=[str(number) for number in numbers], embeddings=self.rows[start : start + count],
            metadatas=[{"pos": self.values[number]} for number in numbers])

    def open(self) -> None:
        self._connect()
        self.collection = self.client.get_collection("bench", embedding_function=None)

    def set_width(self, width: int | None) -> None:
        super().set_width(width)
        # 100 is its own.
        self.collection.modify(configuration={"hnsw": {"ef_search": width or 100}})

    def search(self, query: np.ndarray, value: str | None) -> list[int]:
        found = self.collection.query(
            query_embeddings=[query], n_results=libraries.K, include=["distances"],
            where=None if value is None else {"pos": value})
        return [int(id) for id in found["ids"][0]]
