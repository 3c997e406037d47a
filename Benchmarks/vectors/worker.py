"""One engine on one data set, in a process of its own, so that memory is its own too.

    python worker.py ENGINE FOLDER THREADS

Reads one JSON command a line and answers with one line of JSON:

    {"do": "build"}                                  {"seconds": s, "anonymous": b, "mapped": b}
    {"do": "search", "ef": e, "threads": t,          {"queries": n, "seconds": s}
     "minimum": s, "filter": NAME, "queries": n, "answers": PATH}
    {"do": "quit"}

`build` uses THREADS threads. `anonymous` and `mapped` are the bytes that the index added to the
resident memory of the process, its own and those of mapped files, after freed memory went back to
the system and each query was asked once. `search` asks the first `queries` queries, again until
`minimum` seconds have passed, and writes the answers to `answers` as int32 [queries, 10] when that
is given. The driver of our own engine understands the same lines.

For cosine, rows are given to the engines at unit length: some know only inner products.
"""

from __future__ import annotations

import os
import sys

# Before numpy and the engines read them.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = sys.argv[3] if len(sys.argv) > 3 else "1"

import ctypes
import gc
import json
import time
from pathlib import Path

import numpy as np

import peers
from data_sets import DataSet, open_set


def resident_bytes() -> tuple[int, int]:
    """Anonymous, and of mapped files."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    sizes = {}
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("Rss"):
            name, size, _ = line.split()
            sizes[name] = int(size) * 1024
    return sizes["RssAnon:"] + sizes["RssShmem:"], sizes["RssFile:"]


class Worker:
    def __init__(self, engine: str, data: DataSet, threads: int) -> None:
        self.data = data
        self.queries = data.load("queries")
        self.peer = peers.make(engine, data, threads)

    def build(self) -> dict:
        base = self.data.load("base")
        if self.data.metric == "cosine":
            base /= np.linalg.norm(base, axis=1, keepdims=True)
        before = resident_bytes()
        began = time.perf_counter()
        self.peer.build(base)
        seconds = time.perf_counter() - began
        self.peer.settle()
        self.peer.search(self.queries, 40, 1, None)
        after = resident_bytes()
        return {
            "seconds": seconds, "anonymous": after[0] - before[0], "mapped": after[1] - before[1]
        }

    def search(self, command: dict) -> dict:
        queries = self.queries[: command.get("queries")]
        ef, threads = command["ef"], command.get("threads", 1)
        matching = self.peer.filter(command["filter"]) if command.get("filter") else None
        asked, seconds = 0, 0.0
        while asked == 0 or seconds < command.get("minimum", 0):
            began = time.perf_counter()
            answers = self.peer.search(queries, ef, threads, matching)
            seconds += time.perf_counter() - began
            asked += len(queries)
        if command.get("answers"):
            Path(command["answers"]).write_bytes(np.ascontiguousarray(answers, np.int32).tobytes())
        return {"queries": asked, "seconds": seconds}


def main() -> None:
    # Engines print to standard output when they like; ours is a copy that they do not know.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    worker = Worker(sys.argv[1], open_set(Path(sys.argv[2])), int(sys.argv[3]))
    for line in sys.stdin:
        command = json.loads(line)
        if command["do"] == "quit":
            break
        answer = worker.build() if command["do"] == "build" else worker.search(command)
        answers.write(json.dumps(answer) + "\n")
    worker.peer.close()


if __name__ == "__main__":
    main()
