"""The extension module. One section for each of its C files."""

from collections.abc import Callable, Iterator, Sequence
from os import PathLike
from types import TracebackType
from typing import (
    Any,
    Literal,
    Protocol,
    SupportsFloat,
    SupportsIndex,
    TypeAlias,
    TypedDict,
    final,
    overload,
)

import numpy
from numpy.typing import NDArray
from typing_extensions import Self

__version__: str

# What calls take

class _Array(Protocol):
    """NumPy's arrays, tensors and series: what gives an array."""

    def __array__(self) -> Any: ...

class ArrowStream(Protocol):
    """Tables of pyarrow, polars, pandas and DuckDB, and databases of this package."""

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any: ...

_Number: TypeAlias = SupportsFloat | SupportsIndex
Vector: TypeAlias = Sequence[_Number] | memoryview | _Array
Vectors: TypeAlias = Sequence[Vector] | memoryview | _Array
Metadata: TypeAlias = dict[str, Any]
Filter: TypeAlias = dict[str, Any]

class Stats(TypedDict):
    num_vectors: int
    num_deleted: int
    num_layers: int
    avg_degree_layer0: float
    max_degree_layer0: int
    min_degree_layer0: int
    memory_vectors_bytes: int
    memory_graph_bytes: int
    memory_quantized_bytes: int
    uses_brute_force: bool
    uses_quantized_search: bool

class Explanation(TypedDict):
    method: Literal["exact", "graph"]
    reads_codes: bool
    candidates_visited: int
    rows_matched: int

# errors.c

class MartletError(ValueError): ...
class InvalidValueError(MartletError): ...
class DimensionError(MartletError): ...
class NotFiniteError(MartletError): ...
class DuplicateIdError(MartletError): ...
class NotFoundError(MartletError): ...
class LengthError(MartletError): ...
class FilterError(MartletError): ...
class CollectionError(MartletError): ...
class FileError(MartletError): ...
class ClosedError(MartletError): ...
class StorageError(MartletError): ...
class WrongKeyError(MartletError): ...
class PermissionDeniedError(MartletError): ...
class IntegrityError(MartletError): ...
class ConflictError(MartletError): ...

# search_result.c

@final
class SearchResult:
    __match_args__ = ("id", "distance", "metadata")
    def __new__(
        cls, id: str, distance: float, metadata: Metadata | None = None
    ) -> SearchResult: ...
    @property
    def id(self) -> str: ...
    @property
    def distance(self) -> float: ...
    @property
    def metadata(self) -> dict[str, Any] | None: ...
    def __len__(self) -> Literal[3]: ...
    @overload
    def __getitem__(self, index: Literal[0, -3]) -> str: ...
    @overload
    def __getitem__(self, index: Literal[1, -2]) -> float: ...
    @overload
    def __getitem__(self, index: Literal[2, -1]) -> dict[str, Any] | None: ...
    @overload
    def __getitem__(self, index: int) -> Any: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...

# database.c, database_reading.c, database_writing.c, exchange.c

class Database:
    def __new__(
        cls,
        path: str | PathLike[str],
        dim: int | None = None,
        metric: str | None = None,
        m: int | None = None,
        ef_construction: int | None = None,
        quantize: bool = False,
        *,
        durability: Literal["sync", "async"] = "sync",
    ) -> Self: ...
    @property
    def dim(self) -> int: ...
    @property
    def metric(self) -> str: ...
    @property
    def quantized_search(self) -> bool: ...
    @property
    def deleted_count(self) -> int: ...
    @property
    def total_slots(self) -> int: ...
    def add(self, id: str, vector: Vector, metadata: Metadata | None = None) -> None: ...
    def upsert(self, id: str, vector: Vector, metadata: Metadata | None = None) -> None: ...
    def add_many(
        self,
        ids: Sequence[str],
        vectors: Vectors,
        metadatas: Sequence[Metadata | None] | None = None,
        *,
        progress: Callable[[int, int], object] | None = None,
    ) -> None: ...
    def upsert_many(
        self,
        ids: Sequence[str],
        vectors: Vectors,
        metadatas: Sequence[Metadata | None] | None = None,
        *,
        progress: Callable[[int, int], object] | None = None,
    ) -> None: ...
    def update(
        self, id: str, vector: Vector | None = None, metadata: Metadata | None = None
    ) -> None: ...
    def delete(self, id: str) -> bool: ...
    def delete_many(self, ids: Sequence[str]) -> int: ...
    def get(self, id: str) -> tuple[list[float], dict[str, Any] | None]: ...
    def count(self, where_filter: Filter | None = None) -> int: ...
    def ids(self) -> list[str]: ...
    def search(
        self,
        vector: Vector,
        k: int = 10,
        ef_search: int | None = None,
        where_filter: Filter | None = None,
        max_distance: float | None = None,
        *,
        exact: bool = False,
    ) -> list[SearchResult]: ...
    def explain(
        self,
        vector: Vector,
        k: int = 10,
        ef_search: int | None = None,
        where_filter: Filter | None = None,
        max_distance: float | None = None,
        *,
        exact: bool = False,
    ) -> Explanation: ...
    def search_many(
        self,
        vectors: Vectors,
        k: int = 10,
        ef_search: int | None = None,
        where_filter: Filter | None = None,
        max_distance: float | None = None,
        *,
        exact: bool = False,
    ) -> list[list[SearchResult]]: ...
    def save(self) -> None: ...
    def compact(self) -> None: ...
    def enable_quantized_search(self) -> None: ...
    def disable_quantized_search(self) -> None: ...
    def stats(self) -> Stats: ...
    def export_json(self, path: str | PathLike[str], pretty: bool = False) -> None: ...
    def import_json(
        self,
        path: str | PathLike[str],
        *,
        progress: Callable[[int], object] | None = None,
    ) -> None: ...
    def export_jsonl(self, path: str | PathLike[str]) -> None: ...
    def import_jsonl(
        self,
        path: str | PathLike[str],
        *,
        progress: Callable[[int], object] | None = None,
    ) -> None: ...
    def to_numpy(
        self,
    ) -> tuple[list[str], NDArray[numpy.float32], list[dict[str, Any] | None]]: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    def import_arrow(
        self,
        data: ArrowStream,
        *,
        id: str = "id",
        vector: str = "vector",
        metadata: str | None = "metadata",
        progress: Callable[[int], object] | None = None,
    ) -> None: ...
    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
    def __contains__(self, id: str) -> bool: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[str]: ...

# client.c

class Client:
    def __new__(
        cls, path: str | PathLike[str], *, durability: Literal["sync", "async"] = "sync"
    ) -> Self: ...
    def create_collection(
        self,
        name: str,
        dim: int,
        metric: str | None = None,
        m: int | None = None,
        ef_construction: int | None = None,
        quantize: bool = False,
    ) -> Database: ...
    def get_collection(self, name: str) -> Database: ...
    def get_or_create_collection(
        self, name: str, dim: int, metric: str | None = None
    ) -> Database: ...
    def delete_collection(self, name: str) -> bool: ...
    def list_collections(self) -> list[str]: ...
    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

# index.c

@final
class NativeIndex:
    """Of `martlet.Index`, which checks what comes here. Buffers are C-contiguous."""

    @staticmethod
    def make(
        dim: int, metric: str, m: int, ef_construction: int, codes: str, /
    ) -> NativeIndex: ...
    @staticmethod
    def load(path: str | PathLike[str], mapped: bool, /) -> NativeIndex: ...
    def save(self, path: str | PathLike[str], /) -> None: ...
    def facts(self) -> tuple[int, int, int, str, str]: ...
    def count(self) -> int: ...
    def memory(self) -> int: ...
    def contains(self, id: int, /) -> bool: ...
    def ids(self) -> bytes: ...
    def get(self, id: int, vector: Any, /) -> None: ...
    def reserve_ids(self, count: int, /) -> int: ...
    def check(self, vectors: Any, first_row: int, /) -> None: ...
    def add(self, vectors: Any, ids: Any, threads: int, /) -> None: ...
    def remove(self, ids: Any, threads: int, /) -> int: ...
    def run(
        self,
        queries: Any,
        k: int,
        ef: int,
        threads: int,
        is_exact: bool,
        allowed: Any,
        is_mask: bool,
        ids: Any,
        distances: Any,
        /,
    ) -> None: ...

# server.c

@final
class NativeServer:
    """Of `martlet.LocalServer`."""

    @staticmethod
    def start(
        path: str | PathLike[str] | None,
        port: int,
        buckets: str | PathLike[str] | None,
        is_async: bool,
        /,
    ) -> NativeServer: ...
    def port(self) -> int: ...
    def stop(self) -> None: ...

# encrypted.c

@final
class NativeEncryptedClient:
    """Of `martlet.encrypted.Client`, which checks what comes here."""

    @staticmethod
    def open(
        path: str | PathLike[str] | None, catalog_key: bytes | None, /
    ) -> NativeEncryptedClient: ...
    @staticmethod
    def open_table(
        name: str,
        endpoint: str | None,
        region: str | None,
        profile: str | None,
        access_key_id: str | None,
        secret_access_key: str | None,
        session_token: str | None,
        cache: str | PathLike[str] | None,
        catalog_key: bytes,
        /,
    ) -> NativeEncryptedClient: ...
    @staticmethod
    def generate_key() -> bytes: ...
    def close(self) -> None: ...
    def names(self) -> list[str]: ...
    def take_log(self) -> list[str]: ...
    def create(
        self, name: str, key: bytes, dimension: int, metric: int, /
    ) -> NativeEncryptedIndex: ...
    def load(self, name: str, key: bytes, version: int, /) -> NativeEncryptedIndex: ...

@final
class NativeEncryptedIndex:
    """Of `martlet.encrypted.EncryptedIndex`."""

    def facts(self) -> tuple[int, int, int, int, bool]: ...
    def check_key(self, key: bytes, /) -> None: ...
    def close(self) -> None: ...
    def delete_index(self) -> None: ...
    def train(self) -> None: ...
    def upsert(
        self,
        ids: list[Any],
        vectors: Any,
        dimension: int,
        contents: list[bytes | None] | None,
        metadata: list[bytes | None] | None,
        /,
    ) -> None: ...
    def delete(self, ids: list[Any], /) -> None: ...
    def ids(self) -> list[int | str]: ...
    def get(self, ids: list[Any], wanted: int, /) -> list[dict[str, Any]]: ...
    def items(self, ids: list[Any], /) -> list[bytes]: ...
    def query(
        self,
        queries: Any,
        dimension: int,
        top_k: int,
        ef: int,
        is_exact: bool,
        filter: bytes | None,
        wants_distance: bool,
        wants_metadata: bool,
        /,
    ) -> list[list[dict[str, Any]]]: ...
    def query_columns(
        self,
        queries: Any,
        dimension: int,
        top_k: int,
        ef: int,
        is_exact: bool,
        filter: bytes | None,
        wants_distance: bool,
        wants_metadata: bool,
        /,
    ) -> tuple[bytes | list[int | str | None], bytes, int]: ...
    def rotate_key(self, old: bytes, new: bytes, /) -> None: ...
    def rekey(self) -> None: ...
    def rekey_progress(self) -> float: ...
    def create_user(self, id: bytes, key: bytes, may_write: bool, /) -> None: ...
    def revoke_user(self, id: bytes, /) -> None: ...
    def users(self) -> list[tuple[bytes, bool]]: ...
