"""Embedded databases behind the same few methods, one file each, in the manner of their own
documentation: their defaults, and durable where they can be told to.

A library holds rows under their numbers, as text where it wants text, each with one attribute, by
which searches filter. `whole` may give it all rows in one call; `write` returns when the rows would
survive power loss, as far as the library can be told, and files that it does not sync are synced
here. `index` returns when searches use an index that has all rows.
"""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import numpy as np

NAMES = (
    "martlet", "martlet-index", "vctrs", "zvec", "lancedb", "chromadb", "sqlite-vec",
)
K = 10


class Library:
    """One library over the rows of a cosine data set."""

    # Whether searches have a width, by which they are faster or find more.
    has_width = True

    def __init__(self, folder: Path, rows: np.ndarray, values: list[str]) -> None:
        self.folder = folder
        self.rows = rows
        self.values = values  # of the attribute `pos`, by row
        self.width: int | None = None
        self.synced: dict[str, tuple[int, int]] = {}

    def create(self) -> None:
        raise NotImplementedError

    def whole(self, count: int) -> None:
        """Rows 0 ..< count, then durable."""
        raise NotImplementedError

    def write(self, start: int, count: int) -> None:
        raise NotImplementedError

    def index(self) -> None:
        pass

    def open(self) -> None:
        raise NotImplementedError

    def close(self) -> None:
        pass

    def set_width(self, width: int | None) -> None:
        """None: the library's own."""
        self.width = width

    def search(self, query: np.ndarray, value: str | None) -> list[int]:
        """The numbers of the nearest rows, among those with the value if there is one."""
        raise NotImplementedError

    def sync_files(self) -> None:
        """Files that are new or were changed, and the folders that name them: for libraries that
        do not sync."""
        for directory, _, names in os.walk(self.folder):
            changed = False
            for name in names:
                path = f"{directory}/{name}"
                about = os.stat(path)
                state = (about.st_ino, about.st_mtime_ns)
                if self.synced.get(path) != state:
                    _sync(path)
                    self.synced[path] = state
                    changed = True
            if changed:
                _sync(directory)


def _sync(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def make(name: str, folder: Path, rows: np.ndarray, values: list[str]) -> Library:
    module = name.replace("-", "_") + "_library"
    return importlib.import_module(f"libraries.{module}").Chosen(folder, rows, values)
