"""One store in a process of its own: python store_worker.py STORE FOLDER DATA [SERVER]

Reads one JSON command a line and answers with one line of JSON; `seconds` is what it took:

    {"do": "load", "count": n}
    {"do": "insert", "start": n, "count": n, "batch": n, "writers": n}
    {"do": "index"}    {"do": "close"}    {"do": "first", "query": n}
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import numpy as np

import stores
from data_sets import open_set


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    name, folder, data = sys.argv[1], Path(sys.argv[2]), open_set(Path(sys.argv[3]))
    queries = data.load("queries")
    # All the rows there are: the queries come last.
    rows = np.concatenate([data.load("base"), queries])
    server = Path(sys.argv[4]) if len(sys.argv) > 4 else None
    store = stores.make(name, folder, data, rows, server)
    is_open = False
    try:
        for line in sys.stdin:
            command = json.loads(line)
            began = time.perf_counter()
            seconds = None
            match command.pop("do"):
                case "load":
                    store.load(command["count"])
                    is_open = True
                case "insert":
                    seconds = store.insert(**command)
                case "index":
                    store.index()
                case "first":
                    seconds = store.first_answer(queries[command["query"]])
                    is_open = True
                case "close":
                    store.close()
                    is_open = False
            if seconds is None:
                seconds = time.perf_counter() - began
            answers.write(json.dumps({"seconds": seconds}) + "\n")
    finally:
        if is_open:
            store.close()


if __name__ == "__main__":
    main()
