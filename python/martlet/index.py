"""A bare index of vectors in memory, for those who want nothing around it: no tables, no metadata,
no folder. Vectors have numbers for ids; searches answer NumPy arrays."""

from __future__ import annotations

import operator
import os
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._martlet import (
    DimensionError,
    InvalidValueError,
    LengthError,
    NativeIndex,
)

__all__ = ["Index", "Neighbors"]

_LARGEST_K = 100_000
# Rows that go to the native side at once: between two parts a program can be interrupted.
_PART = 8_192


class Neighbors(NamedTuple):
    """The answer of a search: two arrays of one shape."""

    ids: NDArray[np.int64]
    distances: NDArray[np.float32]


class Index:
    """An approximate nearest-neighbour index (HNSW) in memory.

    >>> index = Index(dim=384)
    >>> index.add(vectors)                      # ids 0, 1, 2 …, or add(vectors, ids)
    >>> ids, distances = index.search(query, k=10)

    Ids are any int64 but -1, which stands for none. An id has one vector: adding it again replaces
    that. Any number of threads may use an index at once.

    Parameters
    ----------
    dim
        Numbers of a vector, 1 to 65,536.
    metric
        What distances are; smaller is closer. ``cosine``: 1 minus the cosine, 0 to 2.
        ``euclidean``: the length of the difference (not its square). ``dot``: the sum of products,
        negated.
    m
        Links of a vector on each upper layer of the graph, twice as many on the lowest: 2 to 128.
    ef_construction
        Candidates that an addition considers, 1 to 100,000: more make a better graph, more slowly.
    codes
        What searches walk on: ``float32``, the vectors themselves; ``int8`` or ``int4``, a byte or
        half a byte a dimension, kept beside the vectors, from which the best are compared in
        full; ``auto``, int4 from 32 dimensions on and float32 below. Distances are always those of
        the vectors themselves.
    threads
        How many threads calls use that name no other number. 0: one for each core.
    """

    __slots__ = ("__weakref__", "_codes", "_dim", "_ef_construction", "_m", "_metric", "_native",
                 "_threads")

    def __init__(
        self, dim: int, metric: str = "cosine", m: int = 16, ef_construction: int = 200,
        codes: str = "auto", threads: int = 0,
    ) -> None:
        threads = _threads(threads)
        native = NativeIndex.make(
            operator.index(dim), metric, operator.index(m), operator.index(ef_construction), codes)
        self._take(native, threads)

    @classmethod
    def load(
        cls, path: str | os.PathLike[str], *, mapped: bool = False, threads: int = 0
    ) -> Index:
        """Opens an index that `save` wrote.

        With ``mapped``, vectors and graph stay in the file, which processes may share: opening
        takes milliseconds whatever the size, and damage to vectors is found by the first search
        that reads them. Otherwise everything is checked and brought into memory. A mapped file may
        be replaced, by ``save``, too, but not changed.

        Raises FileError, with the file and the offset, when it is damaged or no index.
        """
        threads = _threads(threads)
        index = cls.__new__(cls)
        index._take(NativeIndex.load(path, mapped), threads)
        return index

    def _take(self, native: NativeIndex, threads: int) -> None:
        self._native = native
        self._threads = threads
        self._dim, self._m, self._ef_construction, self._metric, self._codes = native.facts()

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the index to one file, synced and put in the place of an older one in one step.

        Searches go on meanwhile; additions and removals wait.
        """
        self._native.save(path)

    # Changing

    def add(self, vectors: ArrayLike, ids: ArrayLike | None = None, *,
            threads: int | None = None) -> NDArray[np.int64]:
        """Adds vectors, shape (n, dim), and returns their ids, shape (n,); one vector, shape
        (dim,), has one id.

        Without ``ids``, they are the numbers after the largest there ever was, from 0 on. An id
        that is there already gets the new vector; of an id that comes twice, the last one stays.
        C-contiguous float32 is read where it is, everything else is converted.

        Refused as a whole, before anything is added: infinities and what is no number
        (NotFiniteError), another length (DimensionError), fewer or more ids (LengthError), -1.
        Interrupted (KeyboardInterrupt), it has added some of the vectors, from the first on.
        """
        count = self._count(threads)
        rows, is_one = self._rows(vectors)
        numbers = None if ids is None else _ids(ids).reshape(-1)
        if numbers is not None:
            if len(numbers) != len(rows):
                raise LengthError(f"There are {len(numbers)} ids for {len(rows)} vectors.")
            if (numbers == -1).any():
                raise InvalidValueError("The id -1 stands for none and cannot be added.")
        for start, part in _parts(rows):
            self._native.check(part, start)
        if numbers is None:
            first = self._native.reserve_ids(len(rows))
            numbers = np.arange(first, first + len(rows), dtype=np.int64)
        for start, part in _parts(rows):
            self._native.add(part, numbers[start : start + len(part)], count)
        return numbers[0] if is_one else numbers

    def remove(self, ids: ArrayLike) -> int:
        """Removes vectors, and returns how many there were: ids that are not there are passed over.

        Their room is used again, after repairs of the graph that some calls make on the way.
        """
        return self._native.remove(_ids(ids), self._threads or _cores())

    # Searching

    def search(
        self, queries: ArrayLike, k: int = 10, ef: int | None = None, threads: int | None = None,
        allowed: ArrayLike | None = None, *, exact: bool = False,
    ) -> Neighbors:
        """The ids and distances of the nearest vectors, nearest first.

        Queries of shape (n, dim) are answered by arrays of shape (n, k), one query of shape (dim,)
        by arrays of shape (k,). Where there are fewer than k vectors, ids end in -1 and distances
        in infinity.

        Parameters
        ----------
        k
            1 to 100,000.
        ef
            Candidates that a walk keeps, k to 100,000: more find more of the true nearest, more
            slowly. Without it: enough for a recall of 0.95 and more on real data.
        threads
            At most so many; 0: one for each core. A few queries are answered by the caller's.
        allowed
            Only these ids: an array of integers, or a boolean array whose positions are ids, so
            that ``allowed=colours == "red"`` works for ids from 0 on. Ids that are not there are
            passed over.
        exact
            Compares the queries with every vector, for the true nearest.
        """
        count = self._count(threads)
        k = operator.index(k)
        if not 1 <= k <= _LARGEST_K:
            raise InvalidValueError(f"k must be 1 to {_LARGEST_K}.")
        width = -1 if ef is None else max(operator.index(ef), 0)
        rows, is_one = self._rows(queries)
        admitted, is_mask = (None, False) if allowed is None else _allowed(allowed)
        ids = np.empty((len(rows), k), np.int64)
        distances = np.empty((len(rows), k), np.float32)
        for start, part in _parts(rows):
            end = start + len(part)
            self._native.run(
                part, k, width, count, exact, admitted, is_mask, ids[start:end],
                distances[start:end])
        return Neighbors(ids[0], distances[0]) if is_one else Neighbors(ids, distances)

    # What it holds

    def __len__(self) -> int:
        return self._native.count()

    def __contains__(self, id: object) -> bool:
        try:
            number = operator.index(id)  # type: ignore[arg-type]
        except TypeError:
            return False
        return -(2**63) <= number < 2**63 and self._native.contains(number)

    def ids(self) -> NDArray[np.int64]:
        """All ids, ascending."""
        return np.frombuffer(self._native.ids(), np.int64).copy()

    def get(self, ids: ArrayLike) -> NDArray[np.float32]:
        """The vectors of ids, shape (n, dim), or of one id, shape (dim,).

        Under cosine and float32 codes they have unit length, whatever was added. Raises
        NotFoundError for an id that is not there.
        """
        numbers = _ids(ids)
        found = np.empty((*numbers.shape, self._dim), np.float32)
        for id, row in zip(numbers.reshape(-1).tolist(), found.reshape(-1, self._dim)):
            self._native.get(id, row)
        return found

    @property
    def dim(self) -> int:
        return self._dim

    @property
    def metric(self) -> str:
        return self._metric

    @property
    def m(self) -> int:
        return self._m

    @property
    def ef_construction(self) -> int:
        return self._ef_construction

    @property
    def codes(self) -> str:
        """``float32``, ``int8`` or ``int4``, also where ``auto`` chose."""
        return self._codes

    @property
    def memory(self) -> int:
        """Bytes that vectors, codes, links and ids take in memory; mapped ones are not counted."""
        return self._native.memory()

    def __repr__(self) -> str:
        return (
            f"<martlet.Index of {len(self):,} vectors, dim={self._dim}, metric={self._metric!r}, "
            f"codes={self._codes!r}>")

    # Arguments

    def _count(self, threads: int | None) -> int:
        return (self._threads if threads is None else _threads(threads)) or _cores()

    def _rows(self, vectors: ArrayLike) -> tuple[NDArray[Any], bool]:
        """Vectors as a matrix, and whether they were one vector."""
        array = vectors if type(vectors) is np.ndarray else np.asarray(vectors)
        if array.dtype.kind not in "fiub":
            raise TypeError(f"vectors must be numbers, not {array.dtype}")
        is_one = array.ndim == 1 and array.size > 0
        if array.ndim == 1:
            array = array.reshape((1 if is_one else 0, array.size or self._dim))
        if array.ndim != 2 or array.shape[1] != self._dim:
            raise DimensionError(
                f"Vectors must have the shape (n, {self._dim}) or ({self._dim},), not "
                f"{np.shape(vectors)}.")
        return array, is_one


def _parts(rows: NDArray[Any]) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Rows as C-contiguous float32, some at a time: copies are small, and there are none if none
    are needed."""
    for start in range(0, len(rows), _PART):
        part = rows[start : start + _PART]
        # What is too large for a float32 becomes an infinity, and is refused as one.
        with np.errstate(over="ignore"):
            yield start, np.ascontiguousarray(part, np.float32)


def _ids(ids: ArrayLike) -> NDArray[np.int64]:
    """Integers as C-contiguous int64, of the shape they came in."""
    array = np.asarray(ids)
    if array.ndim > 1:
        raise TypeError("ids must be one integer or a list of them")
    if array.size == 0:
        return np.empty(array.shape, np.int64)
    if array.dtype.kind not in "iu":
        # Python's own integers, where they are too large, come as objects or unsigned.
        raise TypeError(f"ids must be integers of at most 64 bits, not {array.dtype}")
    if array.dtype == np.uint64 and int(array.max()) >= 2**63:
        raise InvalidValueError("ids must be less than 2 to the power of 63.")
    return np.ascontiguousarray(array, np.int64).reshape(array.shape)


def _allowed(allowed: ArrayLike) -> tuple[NDArray[Any], bool]:
    """Ids, or a mask."""
    if isinstance(allowed, (set, frozenset)):
        allowed = list(allowed)
    array = np.asarray(allowed)
    if array.dtype != np.bool_:
        return _ids(array).reshape(-1), False
    if array.ndim != 1:
        raise TypeError("allowed must have one dimension")
    return np.ascontiguousarray(array), True


def _threads(threads: int) -> int:
    threads = operator.index(threads)
    if not 0 <= threads <= 1024:
        raise InvalidValueError("threads must be 0 to 1024.")
    return threads


def _cores() -> int:
    return min(len(os.sched_getaffinity(0)), 1024)
