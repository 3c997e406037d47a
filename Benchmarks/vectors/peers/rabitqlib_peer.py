"""rabitqlib: SymphonyQG, a graph whose nodes hold the 1-bit codes of their 32 neighbours, with the
vectors as float32 or as 8-bit codes.

It is built at once and takes no insertions, no deletions and no filters. Its graph is flat, of
degree 32, which is what HNSW has on its lowest level with M = 16.
"""

from __future__ import annotations

import numpy as np
import rabitqlib

import peers


class Peer(peers.Peer):
    def build(self, base: np.ndarray) -> None:
        metric = "ip" if self.data.metric == "cosine" else "l2"
        self.index = rabitqlib.SymqgIndex(
            self.data.dimensions, 2 * peers.M, metric, int(self.form)
        )
        self.index.build(base, peers.EF_CONSTRUCTION, num_threads=self.threads)

    def search(self, queries: np.ndarray, ef: int, threads: int, matching) -> np.ndarray:
        return self.index.search_batch(queries, 10, ef, num_threads=threads)[0].astype(np.int64)
