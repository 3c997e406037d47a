"""The engines that we compare with, each behind the same few methods. One file a library.

Every one is built with M = 16 and efConstruction = 200, or what is nearest to that in its terms;
each module says where it differs. `ef` is the width of the search, in the engine's own unit.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from data_sets import DataSet

M = 16
EF_CONSTRUCTION = 200

# Engine: its module, and the form of its index.
ENGINES = {
    "hnswlib": ("hnswlib_peer", ""),
    "faiss": ("faiss_peer", "flat"),
    "faiss-sq8": ("faiss_peer", "sq8"),
    "faiss-ivfpq": ("faiss_peer", "ivfpq"),
    "rabitqlib-symqg": ("rabitqlib_peer", "0"),
    "rabitqlib-symqg8": ("rabitqlib_peer", "8"),
    "usearch": ("usearch_peer", "f32"),
    "usearch-i8": ("usearch_peer", "i8"),
    "zvec": ("zvec_peer", "float32"),
    "zvec-fp16": ("zvec_peer", "float16"),
    "zvec-int8": ("zvec_peer", "int8"),
}


class Peer:
    """An engine on one data set. Rows come with the length 1 when the metric is cosine. Answers are
    int arrays [queries, 10], -1 where there is none."""

    def __init__(self, data: DataSet, form: str, threads: int) -> None:
        self.data = data
        self.form = form
        self.threads = threads

    def build(self, base: np.ndarray) -> None:
        """Makes the index with `threads` threads. The whole call is timed."""
        raise NotImplementedError

    def settle(self) -> None:
        """What searching needs and building does not; not timed."""

    def filter(self, name: str) -> Any:
        """What `search` takes as `matching`; made once and kept."""
        raise NotImplementedError

    def search(self, queries: np.ndarray, ef: int, threads: int, matching: Any) -> np.ndarray:
        raise NotImplementedError

    def close(self) -> None:
        """Removes what is left on the disk."""


def make(engine: str, data: DataSet, threads: int) -> Peer:
    module, form = ENGINES[engine]
    return importlib.import_module(f"peers.{module}").Peer(data, form, threads)
