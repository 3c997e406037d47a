"""hnswlib, compiled on this machine for its processor.

Its filter is a Python function that is called for every row the walk meets: the library offers its
Python users nothing faster.
"""

from __future__ import annotations

import hnswlib
import numpy as np

import peers


class Peer(peers.Peer):
    def build(self, base: np.ndarray) -> None:
        space = "ip" if self.data.metric == "cosine" else "l2"
        self.index = hnswlib.Index(space, self.data.dimensions)
        self.index.init_index(len(base), M=peers.M, ef_construction=peers.EF_CONSTRUCTION)
        self.index.add_items(base, num_threads=self.threads)
        self.filters: dict = {}

    def filter(self, name: str):
        if name not in self.filters:
            self.filters[name] = self.data.load(f"mask-{name}").astype(bool).tolist().__getitem__
        return self.filters[name]

    def search(self, queries: np.ndarray, ef: int, threads: int, matching) -> np.ndarray:
        self.index.set_ef(ef)
        if matching is None:
            return self.index.knn_query(queries, 10, num_threads=threads)[0].astype(np.int64)
        # It refuses a whole batch when one query finds fewer than 10, so one query at a time.
        answers = np.full((len(queries), 10), -1, np.int64)
        for number, query in enumerate(queries):
            try:
                found = self.index.knn_query(query, 10, num_threads=1, filter=matching)[0][0]
            except RuntimeError:
                continue
            answers[number, : len(found)] = found
        return answers
