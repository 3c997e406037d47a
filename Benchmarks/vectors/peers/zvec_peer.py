"""zvec, a database in a folder: HNSW over float32, float16, or 8-bit codes with rescoring.

Building is inserting everything and `optimize`, which makes the graph. It is searched through
`query_internal_ids`, its fastest call, which takes one query and wants the collection read-only;
the calls from Python cost it some microseconds a query. Two threads are two Python threads.
"""

from __future__ import annotations

import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import zvec

import peers

BATCH = 1_000
CODES = {
    "float32": zvec.QuantizeType.UNDEFINED,
    "float16": zvec.QuantizeType.FP16,
    "int8": zvec.QuantizeType.INT8,
}


class Peer(peers.Peer):
    def build(self, base: np.ndarray) -> None:
        zvec.init(
            query_threads=1, optimize_threads=self.threads, log_level=zvec.LogLevel.ERROR
        )
        cosine = self.data.metric == "cosine"
        parameters = zvec.HnswIndexParam(
            zvec.MetricType.COSINE if cosine else zvec.MetricType.L2, m=peers.M,
            ef_construction=peers.EF_CONSTRUCTION, quantize_type=CODES[self.form],
            use_contiguous_memory=True,
        )
        attributes = sorted({attribute for attribute, _ in self.data.filters.values()})
        schema = zvec.CollectionSchema(
            name="bench",
            fields=[
                zvec.FieldSchema(a, zvec.DataType.STRING, index_param=zvec.InvertIndexParam())
                for a in attributes
            ],
            vectors=zvec.VectorSchema(
                "v", zvec.DataType.VECTOR_FP32, self.data.dimensions, index_param=parameters
            ),
        )
        values = {a: np.full(len(base), "-", dtype=object) for a in attributes}
        for name, (attribute, value) in self.data.filters.items():
            values[attribute][self.data.load(f"mask-{name}") == 1] = value
        self.folder = tempfile.mkdtemp(prefix="bench-zvec-")
        collection = zvec.create_and_open(f"{self.folder}/data", schema)
        for start in range(0, len(base), BATCH):
            statuses = collection.insert([
                zvec.Doc(
                    id=str(row), vectors={"v": base[row]},
                    fields={a: values[a][row] for a in attributes},
                )
                for row in range(start, min(start + BATCH, len(base)))
            ])
            if not all(status.ok() for status in statuses):
                raise RuntimeError("zvec refused a document")
        collection.optimize(zvec.OptimizeOption(concurrency=self.threads))
        collection.close()
        self.pool = ThreadPoolExecutor(2)

    def settle(self) -> None:
        option = zvec.CollectionOption(read_only=True)
        self.collection = zvec.open(f"{self.folder}/data", option)
        self.rows = np.full(self.data.rows, -1, np.int64)
        for start in range(0, self.data.rows, BATCH):
            ids = range(start, min(start + BATCH, self.data.rows))
            self.rows[start : start + BATCH] = self.collection.resolve_internal_ids(list(ids))

    def filter(self, name: str) -> str:
        attribute, value = self.data.filters[name]
        return f"{attribute} = '{value}'"

    def search(self, queries: np.ndarray, ef: int, threads: int, matching) -> np.ndarray:
        how = zvec.HnswQueryParam(ef=ef, is_using_refiner=self.form == "int8")

        def ask(some: np.ndarray) -> list[np.ndarray]:
            return [
                self.collection.query_internal_ids(
                    zvec.Query("v", vector=query, param=how), topk=10, filter=matching
                )
                for query in some
            ]

        if threads == 1:
            found = ask(queries)
        else:
            parts = np.array_split(queries, threads)
            found = [answer for part in self.pool.map(ask, parts) for answer in part]
        answers = np.stack(found)
        return np.where(answers < 0, -1, self.rows[answers])

    def close(self) -> None:
        if hasattr(self, "collection"):
            self.collection.close()
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder, ignore_errors=True)
