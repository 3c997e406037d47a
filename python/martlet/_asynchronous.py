"""`AsyncDatabase`: the calls of a `Database` that work or wait, as coroutines.

They run on threads of the event loop's pool; the database lets many of them work at once.
"""

from __future__ import annotations

from ._martlet import Database

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from os import PathLike
    from types import TracebackType
    from typing import Any, Literal, ParamSpec, TypeVar

    import numpy
    from numpy.typing import NDArray

    from ._martlet import Filter, Metadata, SearchResult, Stats, Vector, Vectors, ArrowStream

    P = ParamSpec("P")
    R = TypeVar("R")


async def _on_thread(call: Callable[P, R], *arguments: P.args, **named: P.kwargs) -> R:
    # Imported late: a program that never awaits need not load it.
    import asyncio

    return await asyncio.to_thread(call, *arguments, **named)


class AsyncDatabase:
    """A `Database` for event loops.

    The constructor opens the database where it is called; `await AsyncDatabase.open(...)` does so
    off the event loop. Properties, `count`, `ids`, `stats`, `in` and `len` answer at once; at a
    server, they wait for its answer.
    """

    __slots__ = ("_database",)

    def __init__(
        self,
        path: str | PathLike[str],
        dim: int | None = None,
        metric: str | None = None,
        m: int | None = None,
        ef_construction: int | None = None,
        quantize: bool = False,
        *,
        durability: Literal["sync", "async"] = "sync",
    ) -> None:
        self._database = Database(
            path, dim, metric, m, ef_construction, quantize, durability=durability
        )

    @classmethod
    async def open(
        cls,
        path: str | PathLike[str],
        dim: int | None = None,
        metric: str | None = None,
        m: int | None = None,
        ef_construction: int | None = None,
        quantize: bool = False,
        *,
        durability: Literal["sync", "async"] = "sync",
    ) -> AsyncDatabase:
        """Opens the database without holding up the event loop."""
        return await _on_thread(
            cls, path, dim, metric, m, ef_construction, quantize, durability=durability
        )

    async def __aenter__(self) -> AsyncDatabase:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await _on_thread(self._database.__exit__, kind, error, trace)

    async def add(self, id: str, vector: Vector, metadata: Metadata | None = None) -> None:
        """Adds a row under a new id."""
        await _on_thread(self._database.add, id, vector, metadata)

    async def upsert(self, id: str, vector: Vector, metadata: Metadata | None = None) -> None:
        """Adds a row, or replaces vector and metadata of the row that is there."""
        await _on_thread(self._database.upsert, id, vector, metadata)

    async def add_many(
        self,
        ids: Sequence[str],
        vectors: Vectors,
        metadatas: Sequence[Metadata | None] | None = None,
        *,
        progress: Callable[[int, int], object] | None = None,
    ) -> None:
        """Adds rows, all or none. `progress` is called on another thread."""
        await _on_thread(self._database.add_many, ids, vectors, metadatas, progress=progress)

    async def upsert_many(
        self,
        ids: Sequence[str],
        vectors: Vectors,
        metadatas: Sequence[Metadata | None] | None = None,
        *,
        progress: Callable[[int, int], object] | None = None,
    ) -> None:
        """Adds or replaces rows, in order. `progress` is called on another thread."""
        await _on_thread(self._database.upsert_many, ids, vectors, metadatas, progress=progress)

    async def update(
        self, id: str, vector: Vector | None = None, metadata: Metadata | None = None
    ) -> None:
        """Replaces only what is given."""
        await _on_thread(self._database.update, id, vector, metadata)

    async def delete(self, id: str) -> bool:
        """Removes a row; says whether it was there."""
        return await _on_thread(self._database.delete, id)

    async def delete_many(self, ids: Sequence[str]) -> int:
        """Removes rows; says how many were there."""
        return await _on_thread(self._database.delete_many, ids)

    async def get(self, id: str) -> tuple[list[float], dict[str, Any] | None]:
        """The vector and the metadata of an id."""
        return await _on_thread(self._database.get, id)

    async def search(
        self,
        vector: Vector,
        k: int = 10,
        ef_search: int | None = None,
        where_filter: Filter | None = None,
        max_distance: float | None = None,
        *,
        exact: bool = False,
    ) -> list[SearchResult]:
        """The rows nearest to a vector, nearest first."""
        return await _on_thread(
            self._database.search, vector, k, ef_search, where_filter, max_distance, exact=exact
        )

    async def search_many(
        self,
        vectors: Vectors,
        k: int = 10,
        ef_search: int | None = None,
        where_filter: Filter | None = None,
        max_distance: float | None = None,
        *,
        exact: bool = False,
    ) -> list[list[SearchResult]]:
        """For each vector what `search` finds, on all cores."""
        return await _on_thread(
            self._database.search_many,
            vectors,
            k,
            ef_search,
            where_filter,
            max_distance,
            exact=exact,
        )

    async def save(self) -> None:
        """Makes all writes survive power loss."""
        await _on_thread(self._database.save)

    async def compact(self) -> None:
        """Lets the space of deleted rows be used again."""
        await _on_thread(self._database.compact)

    async def export_json(self, path: str | PathLike[str], pretty: bool = False) -> None:
        """Writes all rows to a file."""
        await _on_thread(self._database.export_json, path, pretty)

    async def import_json(
        self, path: str | PathLike[str], *, progress: Callable[[int], object] | None = None
    ) -> None:
        """Upserts all rows of a file. `progress` is called on another thread."""
        await _on_thread(self._database.import_json, path, progress=progress)

    async def export_jsonl(self, path: str | PathLike[str]) -> None:
        """Writes all rows to a file of JSON Lines, few at a time."""
        await _on_thread(self._database.export_jsonl, path)

    async def import_jsonl(
        self, path: str | PathLike[str], *, progress: Callable[[int], object] | None = None
    ) -> None:
        """Upserts all rows of a file of JSON Lines. `progress` is called on another thread."""
        await _on_thread(self._database.import_jsonl, path, progress=progress)

    async def to_numpy(
        self,
    ) -> tuple[list[str], NDArray[numpy.float32], list[dict[str, Any] | None]]:
        """All rows: ids, a float32 matrix (n, dim), and metadata."""
        return await _on_thread(self._database.to_numpy)

    async def import_arrow(
        self,
        data: ArrowStream,
        *,
        id: str = "id",
        vector: str = "vector",
        metadata: str | None = "metadata",
        progress: Callable[[int], object] | None = None,
    ) -> None:
        """Upserts the rows of what has `__arrow_c_stream__`. `progress` is called on another
        thread."""
        await _on_thread(
            self._database.import_arrow,
            data,
            id=id,
            vector=vector,
            metadata=metadata,
            progress=progress,
        )

    async def close(self) -> None:
        """Lets go of the folder; later calls raise `ClosedError`."""
        await _on_thread(self._database.close)

    def count(self, where_filter: Filter | None = None) -> int:
        """How many rows there are, or match."""
        return self._database.count(where_filter)

    def ids(self) -> list[str]:
        """All ids, in no order."""
        return self._database.ids()

    def stats(self) -> Stats:
        """Figures by name."""
        return self._database.stats()

    def enable_quantized_search(self) -> None:
        """Has searches walk on copies of few bits."""
        self._database.enable_quantized_search()

    def disable_quantized_search(self) -> None:
        """Takes that back."""
        self._database.disable_quantized_search()

    def __contains__(self, id: str) -> bool:
        return id in self._database

    def __len__(self) -> int:
        return len(self._database)

    def __iter__(self) -> Iterator[str]:
        return iter(self._database)

    @property
    def dim(self) -> int:
        """Elements of a vector."""
        return self._database.dim

    @property
    def metric(self) -> str:
        """`cosine`, `euclidean` or `dot_product`."""
        return self._database.metric

    @property
    def quantized_search(self) -> bool:
        """Whether searches were asked to walk on 8-bit copies."""
        return self._database.quantized_search

    @property
    def deleted_count(self) -> int:
        """Rows deleted since the database was opened or compacted."""
        return self._database.deleted_count

    @property
    def total_slots(self) -> int:
        """Live rows and deleted ones."""
        return self._database.total_slots
