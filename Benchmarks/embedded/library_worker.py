"""One library in a process of its own: python library_worker.py NAME FOLDER DATA

Reads one JSON command a line and answers with one line of JSON:

    {"do": "load", "count": n}                       {"seconds": s}
    {"do": "write", "start": n, "count": n}          {"seconds": s}
    {"do": "open", "query": n}                       {"seconds": s}
    {"do": "search", "width": e, "value": v,         {"queries": n, "seconds": s}
     "minimum": s, "maximum": s, "answers": PATH}
    {"do": "memory"}                                 {"anonymous": b, "mapped": b}
    {"do": "close"}                                  {"seconds": s}

`load` and `write` take rows until they are durable and the index has all. `open` is from opening to
the first answer; importing the library is not in it. `search` asks one query after the other, all
of them, again until `minimum` seconds have passed, but none after `maximum`; it writes the answers
of the first time to `answers` as int32 [queries, 10], -1 where there was none. `memory` is what the
process has more than when the library was imported: its own, and of mapped files.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import sys
import time
from pathlib import Path

import numpy as np

import libraries
from sources import open_set

LEAST_QUERIES = 50


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
    def __init__(self, name: str, folder: Path, data_folder: Path) -> None:
        data = open_set(data_folder)
        self.queries = data.load("queries")
        self.rows = np.load(data.folder / "base.npy", mmap_mode="r")
        values = ["-"] * data.rows
        for filter_name, (attribute, value) in data.filters.items():
            if attribute == "pos":
                for number in np.flatnonzero(data.load(f"mask-{filter_name}")):
                    values[number] = value
        self.library = libraries.make(name, folder, self.rows, values)
        self.before = resident_bytes()

    def _timed_writing(self, body) -> dict:
        began = time.perf_counter()
        body()
        written = time.perf_counter()
        self.library.index()
        # A library that works in the background says itself when it had done.
        ended = getattr(self.library, "rested", time.perf_counter())
        return {"seconds": max(ended, written) - began}

    def load(self, count: int) -> dict:
        # In memory, so that reading it is not measured.
        self.library.rows = np.array(self.rows)
        self.library.create()
        return self._timed_writing(lambda: self.library.whole(count))

    def write(self, start: int, count: int) -> dict:
        return self._timed_writing(lambda: self.library.write(start, count))

    def open(self, query: int) -> dict:
        began = time.perf_counter()
        self.library.open()
        found = self.library.search(self.queries[query], None)
        seconds = time.perf_counter() - began
        assert len(found) == libraries.K
        return {"seconds": seconds}

    def search(
        self, width: int | None, value: str | None, minimum: float, maximum: float, answers: str,
    ) -> dict:
        self.library.set_width(width)
        search, k = self.library.search, libraries.K
        search(self.queries[0], value)
        first: list[list[int]] = []
        asked = 0
        began = time.perf_counter()
        while asked == 0 or time.perf_counter() - began < minimum:
            for query in self.queries:
                found = search(query, value)
                asked += 1
                if len(first) < len(self.queries):
                    first.append(found)
                if asked >= LEAST_QUERIES and time.perf_counter() - began > maximum:
                    break
        seconds = time.perf_counter() - began
        table = np.full((len(first), k), -1, np.int32)
        for row, found in zip(table, first):
            row[: len(found)] = found
        Path(answers).write_bytes(table.tobytes())
        return {"queries": asked, "seconds": seconds}

    def memory(self) -> dict:
        now = resident_bytes()
        return {"anonymous": now[0] - self.before[0], "mapped": now[1] - self.before[1]}

    def close(self) -> dict:
        began = time.perf_counter()
        self.library.close()
        return {"seconds": time.perf_counter() - began}


def main() -> None:
    # Libraries print to standard output when they like; ours is a copy that they do not know.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    worker = Worker(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    for line in sys.stdin:
        command = json.loads(line)
        answer = getattr(worker, command.pop("do"))(**command)
        answers.write(json.dumps(answer) + "\n")
    os._exit(0)  # some libraries take seconds to go


if __name__ == "__main__":
    main()
