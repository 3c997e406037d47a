"""faiss: HNSW over float32 and over 8-bit codes, and an inverted file of 4-bit product codes.

HNSW over 8-bit codes answers by code alone, so its recall has an upper bound. The inverted file
(`ivfpq`) is what faiss has for fast-scan codes: no graph, `ef` is the number of lists looked into,
and the best 100 by code are scored again on the vectors.
"""

from __future__ import annotations

import faiss
import numpy as np

import peers

REFINED = 10  # times the 10 results


class Peer(peers.Peer):
    def build(self, base: np.ndarray) -> None:
        faiss.omp_set_num_threads(self.threads)
        inner = self.data.metric == "cosine"
        metric = faiss.METRIC_INNER_PRODUCT if inner else faiss.METRIC_L2
        dimensions = self.data.dimensions
        match self.form:
            case "flat":
                self.index = faiss.IndexHNSWFlat(dimensions, peers.M, metric)
            case "sq8":
                codes = faiss.ScalarQuantizer.QT_8bit
                self.index = faiss.IndexHNSWSQ(dimensions, codes, peers.M, metric)
            case "ivfpq":
                lists = int(2 * len(base) ** 0.5)
                self.index = faiss.index_factory(
                    dimensions, f"IVF{lists},PQ{dimensions // 2}x4fs,RFlat", metric
                )
        if self.form != "ivfpq":
            self.index.hnsw.efConstruction = peers.EF_CONSTRUCTION
        if not self.index.is_trained:
            self.index.train(base)
        self.index.add(base)
        self.filters: dict = {}

    def filter(self, name: str):
        if name not in self.filters:
            bits = np.packbits(self.data.load(f"mask-{name}"), bitorder="little")
            self.filters[name] = faiss.IDSelectorBitmap(bits)
        return self.filters[name]

    def search(self, queries: np.ndarray, ef: int, threads: int, matching) -> np.ndarray:
        faiss.omp_set_num_threads(threads)
        if self.form == "ivfpq":
            inner = faiss.SearchParametersIVF(nprobe=ef)
            how = faiss.IndexRefineSearchParameters(k_factor=REFINED, base_index_params=inner)
        elif matching is None:
            how = faiss.SearchParametersHNSW(efSearch=ef)
        else:
            how = faiss.SearchParametersHNSW(efSearch=ef, sel=matching)
        return self.index.search(queries, 10, params=how)[1]
