"""usearch, over float32 or 8-bit integers. Python cannot give it a filter.

8-bit integers are made from numbers between -1 and 1, so they are used with unit vectors only.
"""

from __future__ import annotations

import numpy as np
from usearch.index import Index

import peers


class Peer(peers.Peer):
    def build(self, base: np.ndarray) -> None:
        metric = "cos" if self.data.metric == "cosine" else "l2sq"
        self.index = Index(
            ndim=self.data.dimensions, metric=metric, dtype=self.form, connectivity=peers.M,
            expansion_add=peers.EF_CONSTRUCTION, enable_key_lookups=False,
        )
        self.index.add(np.arange(len(base)), base, threads=self.threads)

    def search(self, queries: np.ndarray, ef: int, threads: int, matching) -> np.ndarray:
        self.index.expansion_search = ef
        found = self.index.search(queries, 10, threads=threads)
        answers = np.asarray(found.keys).astype(np.int64)
        answers[np.arange(10)[None, :] >= np.asarray(found.counts)[:, None]] = -1
        return answers
