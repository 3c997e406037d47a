"""The two data sets, prepared once: vectors as float32, exact answers, and masks for filters.

A prepared set is a folder that every engine reads, whatever its language:

    meta.json            name, metric ("cosine" or "euclidean"), rows, dimensions, queries, filters
    base.npy             float32 [rows, dimensions]
    queries.npy          float32 [queries, dimensions]
    truth.npy            int32 [queries, 10]: the nearest rows, nearest first, -1 for none
    mask-NAME.npy        uint8 [rows]: 1 where the filter NAME matches
    truth-NAME.npy       as truth.npy, among the matching rows

Vectors are as they came; those of the glosses are of unit length but for the rounding to float16.
Candidates come from one float32 product; their order is that of float64 distances.
"""

from __future__ import annotations

import dataclasses
import gzip
import json
import shutil
from pathlib import Path
from typing import Callable

import numpy as np

NEIGHBORS = 10
FASHION = Path("/usr/share/datasets/fashion-mnist")
GLOSS_QUERIES = 1_000
# Attribute, value, and its share of the rows.
GLOSS_FILTERS = {
    "pos=n": ("pos", "n"), "pos=s": ("pos", "s"), "lex=41": ("lex", "41"), "lex=43": ("lex", "43"),
}
FORMAT = 1


@dataclasses.dataclass(frozen=True)
class DataSet:
    """A prepared set. Arrays are read when asked for."""

    folder: Path
    name: str
    metric: str
    rows: int
    dimensions: int
    queries: int
    filters: dict[str, list[str]]  # name: [attribute, value]

    def load(self, name: str) -> np.ndarray:
        return np.load(self.folder / f"{name}.npy")


def open_set(folder: Path) -> DataSet:
    meta = json.loads((folder / "meta.json").read_text())
    meta.pop("format")
    return DataSet(folder=folder, **meta)


def distances(metric: str, rows: np.ndarray, query: np.ndarray) -> np.ndarray:
    """Float64 distances of a few rows from one query; squared for `euclidean`."""
    rows, query = rows.astype(np.float64), query.astype(np.float64)
    if metric == "cosine":
        return 1 - (rows @ query) / (np.linalg.norm(rows, axis=1) * np.linalg.norm(query))
    return np.square(rows - query).sum(axis=1)


def exact(metric: str, base: np.ndarray, queries: np.ndarray, count: int) -> np.ndarray:
    """The nearest `count` rows of each query, by float64 distance."""
    answers = np.full((len(queries), count), -1, np.int32)
    kept = min(len(base), 4 * count)
    if kept == 0:
        return answers
    squares = np.square(base).sum(axis=1)
    for start in range(0, len(queries), 250):
        block = queries[start : start + 250]
        rough = -(block @ base.T)
        rough = rough / np.sqrt(squares) if metric == "cosine" else 2 * rough + squares
        candidates = np.argpartition(rough, kept - 1, axis=1)[:, :kept]
        for number, rows in enumerate(candidates):
            order = np.argsort(distances(metric, base[rows], block[number]), kind="stable")
            nearest = rows[order][:count]
            answers[start + number, : len(nearest)] = nearest
    return answers


def read_glosses(path: Path) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    vectors = np.load(path)
    base = vectors[:-GLOSS_QUERIES].astype(np.float32)
    queries = vectors[-GLOSS_QUERIES:].astype(np.float32)
    masks: dict[str, np.ndarray] = {}
    metadata = path.with_name("glosses_meta.jsonl.gz")
    if metadata.exists():
        with gzip.open(metadata, "rt") as lines:
            records = [json.loads(line) for line in lines][: len(base)]
        for name, (attribute, value) in GLOSS_FILTERS.items():
            masks[name] = np.array([str(record[attribute]) == value for record in records])
    return base, queries, masks


def read_fashion() -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    def images(name: str) -> np.ndarray:
        data = gzip.decompress((FASHION / name).read_bytes())
        return np.frombuffer(data, np.uint8, offset=16).reshape(-1, 784).astype(np.float32)

    return images("train-images-idx3-ubyte.gz"), images("t10k-images-idx3-ubyte.gz"), {}


def prepare(
    folder: Path,
    name: str,
    metric: str,
    read: Callable[[], tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]],
    rows: int | None,
    queries: int,
    say: Callable[[str], None],
) -> DataSet:
    """The set in `folder`, made now unless it is there. `rows`: only so many, the first ones."""
    try:
        if json.loads((folder / "meta.json").read_text())["format"] == FORMAT:
            return open_set(folder)
    except (OSError, ValueError, KeyError):
        pass
    say(f"preparing {name}: exact answers")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    base, asked, masks = read()
    base, asked = np.ascontiguousarray(base[:rows]), np.ascontiguousarray(asked[:queries])
    np.save(folder / "base.npy", base)
    np.save(folder / "queries.npy", asked)
    np.save(folder / "truth.npy", exact(metric, base, asked, NEIGHBORS))
    for filter_name, whole in masks.items():
        mask = whole[: len(base)]
        matching = np.flatnonzero(mask).astype(np.int32)
        among = exact(metric, base[matching], asked, NEIGHBORS)
        truth = np.where(among < 0, -1, matching[among]) if len(matching) else among
        np.save(folder / f"mask-{filter_name}.npy", mask.astype(np.uint8))
        np.save(folder / f"truth-{filter_name}.npy", truth.astype(np.int32))
    meta = {
        "format": FORMAT, "name": name, "metric": metric, "rows": len(base),
        "dimensions": base.shape[1], "queries": len(asked),
        "filters": {filter_name: list(GLOSS_FILTERS[filter_name]) for filter_name in masks},
    }
    (folder / "meta.json").write_text(json.dumps(meta))  # last: its presence says all is there
    return open_set(folder)


class Judge:
    """Recall of answers: a returned row counts if it is as near as the last true one, so that rows
    at the same distance are all right."""

    def __init__(self, data: DataSet) -> None:
        self.data = data
        self.base = np.load(data.folder / "base.npy", mmap_mode="r")
        self.queries = data.load("queries")
        self.limits: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray | None]] = {}

    def _limit(self, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        if name not in self.limits:
            truth = self.data.load(f"truth-{name}" if name else "truth")
            counts = (truth >= 0).sum(axis=1)
            farthest = np.array([
                distances(self.data.metric, self.base[rows[:count]], query).max(initial=0)
                for rows, count, query in zip(truth, counts, self.queries)
            ])
            mask = self.data.load(f"mask-{name}").astype(bool) if name else None
            self.limits[name] = (farthest * (1 + 1e-6) + 1e-9, counts, mask)
        return self.limits[name]

    def recall(self, answers: np.ndarray, filter_name: str = "") -> float:
        """Of `answers`, int32 [some of the queries, 10], -1 where there was none.

        Raises when a row was returned twice or does not match the filter."""
        limits, counts, mask = self._limit(filter_name)
        right = 0
        for number, answer in enumerate(answers):
            rows = answer[answer >= 0]
            if len(set(rows.tolist())) != len(rows):
                raise RuntimeError("an answer names a row twice")
            if mask is not None and not mask[rows].all():
                raise RuntimeError(f"an answer names a row that does not match {filter_name}")
            found = distances(self.data.metric, self.base[rows], self.queries[number])
            right += min(int((found <= limits[number]).sum()), int(counts[number]))
        return right / max(1, int(counts[: len(answers)].sum()))
