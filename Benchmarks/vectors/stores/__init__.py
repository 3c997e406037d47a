"""Databases that keep vectors on a disk, each behind the same few methods, one file each.

A store holds rows under their numbers. `insert` returns when the rows would survive power loss.
"""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np

from data_sets import DataSet

STORES = ("martlet", "zvec", "lancedb", "sqlite-vec")
# Where acknowledged writes may not be in the index yet: ours takes them in by itself, the others
# when they are told to.
INDEXED_LATER = ("martlet", "zvec", "lancedb")


class Store:
    """One store over the rows of a cosine data set. `server` is our program, for our store."""

    def __init__(self, folder: Path, data: DataSet, rows: np.ndarray, server: Path | None) -> None:
        self.folder = folder
        self.data = data
        self.rows = rows
        self.server = server

    def load(self, count: int) -> None:
        """Makes the store and puts rows 0 ..< count into it and its index, as fast as it goes."""
        raise NotImplementedError

    def insert(self, start: int, count: int, batch: int, writers: int) -> float:
        """Inserts rows start ..< start + count, `batch` to a write; seconds."""
        raise NotImplementedError

    def index(self) -> None:
        """Brings what was inserted into the index, where that is not done all the time."""

    def close(self) -> None:
        raise NotImplementedError

    def first_answer(self, query: np.ndarray) -> float:
        """Seconds from opening the closed store to its first answer. Leaves it open."""
        raise NotImplementedError


def make(name: str, folder: Path, data: DataSet, rows: np.ndarray, server: Path | None) -> Store:
    module = name.replace("-", "_") + "_store"
    return importlib.import_module(f"stores.{module}").Store(folder, data, rows, server)
