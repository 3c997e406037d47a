"""Encrypted vector indexes: ours, CyborgDB's, and our plain database beside them.

Every library runs in a process of its own and in turn: single upserts, a bulk, the time until all
rows are searchable at a recall of 0.95, opening again, searches along a curve of widths. Rates are
those of one caller; README.md says what is measured how.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[1] / "vectors"))

from curves import at_recall
from data_sets import NEIGHBORS, DataSet, Judge, open_set, prepare, read_fashion, read_glosses
from machine import describe

LIBRARIES = ("martlet.encrypted", "martlet", "cyborgdb")
KEY = bytes(range(1, 33))
BATCH = 5_000
TARGET = 0.95
# Candidates of a walk, or lists that are probed.
EFS = (None, 10, 20, 40, 80, 160, 320, 640)
PROBES = (None, 2, 8, 32, 64, 128, 256)


class Ours:
    widths = EFS

    def __init__(self, folder: Path, data: DataSet, is_new: bool) -> None:
        from martlet import encrypted

        self.client = encrypted.Client(folder)
        if is_new:
            self.index = self.client.create_index(
                "bench", KEY, dimension=data.dimensions, metric=data.metric)
        else:
            self.index = self.client.load_index("bench", KEY)

    def upsert(self, ids: np.ndarray, vectors: np.ndarray) -> None:
        self.index.upsert(ids, vectors)

    def train(self) -> None:
        self.index.train()

    def search(self, query: np.ndarray, width: int | None) -> list[int]:
        hits = self.index.query(query, top_k=NEIGHBORS, ef=width, include=())
        return [hit["id"] for hit in hits]

    def close(self) -> None:
        self.client.close()


class Plain:
    widths = EFS

    def __init__(self, folder: Path, data: DataSet, is_new: bool) -> None:
        import martlet

        self.database = martlet.Database(folder, dim=data.dimensions, metric=data.metric)

    def upsert(self, ids: np.ndarray, vectors: np.ndarray) -> None:
        self.database.upsert_many([str(id) for id in ids.tolist()], vectors)

    def train(self) -> None:
        """Until the graph no longer changes: nothing tells what is still to be linked."""
        before = None
        while (now := self.database.stats()) != before:
            before = now
            time.sleep(1)

    def search(self, query: np.ndarray, width: int | None) -> list[int]:
        return [int(hit.id) for hit in self.database.search(query, NEIGHBORS, width)]

    def close(self) -> None:
        self.database.close()


class Cyborg:
    widths = PROBES

    def __init__(self, folder: Path, data: DataSet, is_new: bool) -> None:
        import cyborgdb_core

        client = cyborgdb_core.Client(
            storage_config=cyborgdb_core.StorageConfig.disk(str(folder)))
        if is_new:
            self.index = client.create_index(
                "bench", KEY, dimension=data.dimensions, metric=data.metric,
                storage_precision=cyborgdb_core.StoragePrecision.FLOAT32)
        else:
            self.index = client.load_index("bench", KEY)

    def upsert(self, ids: np.ndarray, vectors: np.ndarray) -> None:
        self.index.upsert([str(id) for id in ids.tolist()], vectors, index_key=KEY)

    def train(self) -> None:
        self.index.train(index_key=KEY)

    def search(self, query: np.ndarray, width: int | None) -> list[int]:
        more = {} if width is None else {"n_probes": width}
        hits = self.index.query(
            query_vectors=query, top_k=NEIGHBORS, include=[], index_key=KEY, **more)
        return [int(hit["id"]) for hit in hits]

    def close(self) -> None:
        pass


MAKERS = dict(zip(LIBRARIES, (Ours, Plain, Cyborg)))


def resident() -> int:
    """Bytes of this process in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def stored(folder: Path) -> int:
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())


def answers(library: Any, queries: np.ndarray, width: int | None) -> tuple[float, np.ndarray]:
    """Queries a second, and what they found."""
    found = np.full((len(queries), NEIGHBORS), -1, np.int32)
    start = time.perf_counter()
    rows = [library.search(query, width) for query in queries]
    seconds = time.perf_counter() - start
    for place, row in enumerate(rows):
        found[place, : len(row)] = row
    return len(queries) / seconds, found


def write(library: Any, folder: Path, data: DataSet, singles: int) -> dict[str, Any]:
    """Single upserts first, then the rest in a bulk, until searches are good enough."""
    base, queries = data.load("base"), data.load("queries")[:100]
    judge = Judge(data)
    ids = np.arange(len(base))
    start = time.perf_counter()
    for row in range(singles):
        library.upsert(ids[row : row + 1], base[row : row + 1])
    single_rate = singles / (time.perf_counter() - start)
    start = time.perf_counter()
    for first in range(singles, len(base), BATCH):
        library.upsert(ids[first : first + BATCH], base[first : first + BATCH])
    seconds = time.perf_counter() - start
    library.train()
    trained = time.perf_counter() - start
    recall = judge.recall(answers(library, queries, None)[1])
    return {
        "singles": single_rate, "bulk": (len(base) - singles) / seconds, "searchable": trained,
        "recall": recall, "memory": resident(), "stored": stored(folder),
    }


def read(library: Any, data: DataSet, opened: float) -> dict[str, Any]:
    queries = data.load("queries")
    judge = Judge(data)
    if data.rows and isinstance(library, Plain):
        library.train()
    answers(library, queries[:20], None)
    recalls, rates, curve = [], [], []
    for width in library.widths:
        rate, found = answers(library, queries, width)
        recall = judge.recall(found)
        curve.append({"width": width, "recall": recall, "rate": rate})
        if width is not None:
            recalls.append(recall)
            rates.append(rate)
    return {
        "opened": opened, "curve": curve, "at_recall": at_recall(TARGET, recalls, rates),
        "default_rate": curve[0]["rate"], "default_recall": curve[0]["recall"],
        "memory_opened": resident(),
    }


def work(name: str, do: str, folder: Path, data_folder: Path, singles: int) -> None:
    data = open_set(data_folder)
    start = time.perf_counter()
    library = MAKERS[name](folder, data, do == "write")
    opened = time.perf_counter() - start
    told = (
        write(library, folder, data, singles) if do == "write" else read(library, data, opened))
    library.close()
    print(json.dumps(told), flush=True)


def measure(name: str, data: DataSet, singles: int, scratch: Path) -> dict[str, Any]:
    folder = scratch / name
    shutil.rmtree(folder, ignore_errors=True)
    told: dict[str, Any] = {"library": name}
    for do in ("write", "read"):
        done = subprocess.run(
            [sys.executable, __file__, "--worker", name, do, str(folder), str(data.folder),
             str(singles)],
            stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            return {**told, "failed": f"{do}: exit status {done.returncode}"}
        told.update(json.loads(done.stdout.splitlines()[-1]))
    return told


def table(results: list[dict[str, Any]]) -> str:
    head = ("library", "single upserts/s", "bulk rows/s", "searchable after s", "recall",
            "queries/s, default", f"queries/s at {TARGET}", "opened in s", "memory MB", "stored MB")
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    for told in results:
        if "failed" in told:
            lines.append(f"| {told['library']} | {told['failed']} |")
            continue
        equal = told["at_recall"]
        cells = (
            told["library"], f"{told['singles']:,.0f}", f"{told['bulk']:,.0f}",
            f"{told['searchable']:.1f}", f"{told['default_recall']:.3f}",
            f"{told['default_rate']:,.0f}", "not reached" if equal is None else f"{equal:,.0f}",
            f"{told['opened']:.2f}", f"{told['memory_opened'] / 1e6:,.0f}",
            f"{told['stored'] / 1e6:,.0f}")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    if sys.argv[1:2] == ["--worker"]:
        name, do, folder, data, singles = sys.argv[2:]
        work(name, do, Path(folder), Path(data), int(singles))
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--glosses", type=Path, help="glosses.npy: 117,000 sentence embeddings")
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--queries", type=int, default=1_000)
    parser.add_argument("--singles", type=int, default=2_000)
    parser.add_argument("--libraries", nargs="*", default=LIBRARIES, choices=LIBRARIES)
    parser.add_argument("--json", type=Path, help="writes all figures there")
    given = parser.parse_args()
    print(", ".join(f"{name}: {value}" for name, value in describe().items()))
    sets = [("fashion-mnist", "euclidean", read_fashion)]
    if given.glosses:
        sets.insert(0, ("glosses", "cosine", lambda: read_glosses(given.glosses)))
    told: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for name, metric, reader in sets:
            data = prepare(
                Path(scratch) / f"data-{name}", name, metric, reader, given.rows, given.queries,
                lambda line: print(line, file=sys.stderr))
            print(f"\n{name}: {data.rows:,} rows of {data.dimensions} dimensions, {metric}\n")
            told[name] = [
                measure(library, data, min(given.singles, data.rows), Path(scratch))
                for library in given.libraries
            ]
            print(table(told[name]), flush=True)
    if given.json:
        given.json.write_text(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
